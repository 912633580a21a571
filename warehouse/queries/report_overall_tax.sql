-- The taxes over several benchmarks that belong to one date: all capability first, then domains.
select *
from reports.overall_tax
where
    as_of_date = $as_of_date::date
    and kind = 'tax'
    and (scope = 'all capability' or starts_with(scope, 'domain:'))
order by scope, family, candidate_model_id, pair_id, weighting
