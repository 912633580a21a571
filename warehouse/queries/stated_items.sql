-- One row per item of an import that runs which count have, by its id or else by its name: what is known of it, and
-- which run says so. Of an item that the configuration describes, only what imports state of it is known here.
with counting as (
    select
        plan.item_id,
        cells.benchmark_id,
        cells.benchmark_version,
        arg_max(runs.run_id, runs.started_at) as run_id
    from staging.stg_planned as plan
    inner join raw.cells on plan.run_id = cells.run_id and plan.cell_id = cells.cell_id
    inner join staging.stg_runs as runs on plan.run_id = runs.run_id
    where (cells.benchmark_id, cells.benchmark_version) in (
        select (named_items.benchmark, named_items.benchmark_version) from named_items
    )
    group by plan.item_id, cells.benchmark_id, cells.benchmark_version
),

members as (
    select
        named.item_id as named_item_id,
        members.*
    from named_items as named
    inner join raw.benchmark_items as members
        on
            named.benchmark = members.benchmark_id
            and named.benchmark_version = members.benchmark_version
            and named.item_id = members.item_id
    union all
    select
        named.item_id as named_item_id,
        members.*
    from named_items as named
    inner join raw.benchmark_items as members
        on
            named.benchmark = members.benchmark_id
            and named.benchmark_version = members.benchmark_version
            and named.item = members.foreign_id
            and named.item_id <> members.item_id
)

select
    named.benchmark,
    named.item_id,
    members.item_id as item_id_there,
    coalesce(
        stated.cluster_id,
        case
            when not named.is_described and members.cluster_id not in (members.item_id, members.foreign_id)
                then members.cluster_id
        end
    ) as cluster_there,
    coalesce(stated.cluster_run_id, counting.run_id) as cluster_run_id,
    coalesce(stated.subset, case when not named.is_described then nullif(members.subset, 'all') end) as subset_there,
    coalesce(stated.subset_run_id, counting.run_id) as subset_run_id,
    coalesce(stated.chance_score, case when not named.is_described then members.chance_score end) as chance_there,
    coalesce(stated.chance_run_id, counting.run_id) as chance_run_id,
    nullif(items.question, '') as question_there,
    counting.run_id as question_run_id,
    nullif(items.choices_json, '[]') as choices_there,
    counting.run_id as choices_run_id,
    nullif(items.target, '') as target_there,
    counting.run_id as target_run_id
from named_items as named
inner join members
    on
        named.benchmark = members.benchmark_id
        and named.benchmark_version = members.benchmark_version
        and named.item_id = members.named_item_id
inner join counting
    on
        members.benchmark_id = counting.benchmark_id
        and members.benchmark_version = counting.benchmark_version
        and members.item_id = counting.item_id
inner join raw.items on members.item_id = items.item_id
left join staging.stg_item_statements as stated
    on
        members.benchmark_id = stated.benchmark_id
        and members.benchmark_version = stated.benchmark_version
        and members.item_id = stated.item_id
qualify row_number() over (
    partition by named.benchmark, named.item_id order by members.item_id = named.item_id desc, members.item_id asc
) = 1
