-- One row per item of a file that runs which count have: what they say of it, and the newest of them.
with counting as (
    select
        plan.item_id,
        cells.benchmark_id,
        cells.benchmark_version,
        arg_max(runs.run_id, runs.started_at) as run_id
    from raw.plan
    inner join raw.cells on plan.run_id = cells.run_id and plan.cell_id = cells.cell_id
    inner join staging.stg_runs as runs on plan.run_id = runs.run_id
    where (cells.benchmark_id, cells.benchmark_version) in (
        select (named_items.benchmark, named_items.benchmark_version) from named_items
    )
    group by plan.item_id, cells.benchmark_id, cells.benchmark_version
)

select
    named.benchmark,
    named.item,
    members.item_id as item_id_there,
    nullif(members.cluster_id, members.foreign_id) as cluster_there,
    nullif(members.subset, 'all') as subset_there,
    members.chance_score as chance_there,
    counting.run_id
from named_items as named
inner join staging.stg_benchmark_items as members
    on
        named.benchmark = members.benchmark_id
        and named.benchmark_version = members.benchmark_version
        and named.item = members.foreign_id
inner join counting
    on
        members.benchmark_id = counting.benchmark_id
        and members.benchmark_version = counting.benchmark_version
        and members.item_id = counting.item_id
