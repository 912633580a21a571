-- One row per pair of some dates, with the group the p-values of its taxes over several benchmarks are adjusted in.
select distinct
    as_of_date,
    pair_id,
    concat_ws('|', kind, family, origin) as adjustment_group
from marts.pair_scopes
where as_of_date in (select unnest($dates::date[]))
