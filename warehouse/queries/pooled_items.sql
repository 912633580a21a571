-- One row per item of every tax that is pooled with others of its family, on some dates; more is a loss in every
-- direction. The group is what is pooled.
select
    scopes.as_of_date,
    concat_ws('|', scopes.kind, scopes.family, scopes.origin) as pool,
    scopes.benchmark_id,
    scopes.comparison_id,
    scopes.direction,
    items.item_id,
    items.difference * scopes.direction as difference
from marts.pair_scopes as scopes
inner join marts.fct_paired_items as items
    on scopes.as_of_date = items.as_of_date and scopes.comparison_id = items.comparison_id
where
    scopes.as_of_date in (select unnest($dates::date[]))
    and scopes.scope = 'all capability'
    and items.difference is not null
order by scopes.as_of_date, pool, scopes.benchmark_id, scopes.comparison_id, items.item_id
