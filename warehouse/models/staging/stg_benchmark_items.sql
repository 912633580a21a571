-- One row per benchmark x version x item, with what the imports that count say of it; the newest word counts.
with stated as (
    select
        statements.benchmark_id,
        statements.benchmark_version,
        statements.item_id,
        arg_max(statements.cluster_id, runs.started_at) as cluster_id,
        arg_max(statements.subset, runs.started_at) as subset,
        arg_max(statements.chance_score, runs.started_at) as chance_score
    from raw.item_statements as statements
    inner join staging.stg_runs as runs on statements.run_id = runs.run_id
    group by statements.benchmark_id, statements.benchmark_version, statements.item_id
)

select
    members.benchmark_id,
    members.benchmark_version,
    members.item_id,
    coalesce(stated.cluster_id, members.cluster_id) as cluster_id,
    coalesce(stated.subset, members.subset) as subset,
    coalesce(stated.chance_score, members.chance_score) as chance_score,
    members.foreign_id
from raw.benchmark_items as members
left join stated
    on
        members.benchmark_id = stated.benchmark_id
        and members.benchmark_version = stated.benchmark_version
        and members.item_id = stated.item_id
