-- One row per benchmark x item whose id begins so, or that has this id in its source; the newest version of each.
with versions as (
    select
        benchmark_id,
        benchmark_version,
        max(as_of_date) as newest_date
    from marts.current_cells
    group by benchmark_id, benchmark_version
)

select
    items.benchmark_id,
    items.benchmark_version,
    items.item_id,
    items.foreign_id,
    items.subset,
    items.cluster_id,
    items.question,
    items.choices_json,
    items.target,
    items.is_harmful_text
from marts.dim_item as items
inner join versions
    on items.benchmark_id = versions.benchmark_id and items.benchmark_version = versions.benchmark_version
where
    (starts_with(items.item_id, $item) or items.foreign_id = $item)
    and ($benchmark_id is null or items.benchmark_id = $benchmark_id)
qualify row_number() over (partition by items.benchmark_id, items.item_id order by versions.newest_date desc) = 1
order by items.benchmark_id, items.item_id
limit 20
