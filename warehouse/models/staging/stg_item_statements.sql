-- One row per benchmark x version x item of which an import that counts states something: the newest word, and its run.
select
    statements.benchmark_id,
    statements.benchmark_version,
    statements.item_id,
    arg_max(statements.cluster_id, runs.started_at) as cluster_id,
    arg_max(statements.subset, runs.started_at) as subset,
    arg_max(statements.chance_score, runs.started_at) as chance_score,
    arg_max(runs.run_id, runs.started_at) filter (where statements.cluster_id is not null) as cluster_run_id,
    arg_max(runs.run_id, runs.started_at) filter (where statements.subset is not null) as subset_run_id,
    arg_max(runs.run_id, runs.started_at) filter (where statements.chance_score is not null) as chance_run_id
from raw.item_statements as statements
inner join staging.stg_runs as runs on statements.run_id = runs.run_id
group by statements.benchmark_id, statements.benchmark_version, statements.item_id
