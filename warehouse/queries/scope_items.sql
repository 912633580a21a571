-- One row per planned item of every benchmark of a scope of a pair, on some dates; direction is -1 if less is better.
select
    scopes.as_of_date,
    scopes.pair_id,
    scopes.scope,
    scopes.comparison_id,
    concat_ws('/', scopes.benchmark_id, scopes.attack) as benchmark_id,
    items.cluster_id,
    items.item_id,
    items.reference_value,
    items.candidate_value,
    scopes.direction
from marts.pair_scopes as scopes
inner join marts.fct_paired_items as items
    on scopes.as_of_date = items.as_of_date and scopes.comparison_id = items.comparison_id
where scopes.as_of_date in (select unnest($dates::date[]))
order by
    scopes.as_of_date, scopes.pair_id, scopes.scope, scopes.benchmark_id, scopes.attack, items.cluster_id, items.item_id
