-- One row per comparison of some dates that can show what a tax bought, with its pair.
select
    as_of_date,
    pair_id,
    comparison_id,
    direction
from marts.pair_scopes
where
    as_of_date in (select unnest($dates::date[]))
    and split_part(scope, ':', 1) in ('dimension', 'attacked')
    and dimension in ('safety', 'bias', 'truthfulness')
order by as_of_date, pair_id, comparison_id
