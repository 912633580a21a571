-- One row per item of every benchmark of a scope of a pair, on some dates; more is a loss in every direction.
select
    scopes.as_of_date,
    scopes.pair_id,
    scopes.scope,
    concat_ws('/', scopes.benchmark_id, scopes.attack) as benchmark_id,
    items.cluster_id,
    items.item_id,
    items.difference * scopes.direction as difference
from marts.pair_scopes as scopes
inner join marts.fct_paired_items as items
    on scopes.as_of_date = items.as_of_date and scopes.comparison_id = items.comparison_id
where
    scopes.as_of_date in (select unnest($dates::date[]))
    and items.difference is not null
order by
    scopes.as_of_date, scopes.pair_id, scopes.scope, scopes.benchmark_id, scopes.attack, items.cluster_id, items.item_id
