-- Report dates that the answers of a run can reach, whose cells count by what its configuration chose, or of whose
-- items it says something that no other run says; oldest first.
with news as (
    select
        own.benchmark_id,
        own.benchmark_version,
        own.item_id
    from raw.item_statements as own
    where
        own.run_id = $run_id
        and not exists (
            select others.run_id
            from raw.item_statements as others
            inner join staging.stg_runs as runs on others.run_id = runs.run_id
            where
                others.run_id <> own.run_id
                and own.benchmark_id = others.benchmark_id
                and own.benchmark_version = others.benchmark_version
                and own.item_id = others.item_id
                and (own.cluster_id is null or own.cluster_id is not distinct from others.cluster_id)
                and (own.subset is null or own.subset is not distinct from others.subset)
                and (own.chance_score is null or own.chance_score is not distinct from others.chance_score)
        )
),

touched as (
    select as_of_date
    from raw.runs
    where run_id = $run_id
    union distinct
    select runs.as_of_date
    from raw.scorer_choices as choices
    inner join raw.cells on choices.benchmark_id = cells.benchmark_id and choices.scorer = cells.scorer
    inner join raw.runs on cells.run_id = runs.run_id
    where choices.run_id = $run_id
    union distinct
    select runs.as_of_date
    from news
    inner join staging.stg_planned as plan on news.item_id = plan.item_id
    inner join raw.cells
        on
            plan.run_id = cells.run_id
            and plan.cell_id = cells.cell_id
            and news.benchmark_id = cells.benchmark_id
            and news.benchmark_version = cells.benchmark_version
    inner join raw.runs on cells.run_id = runs.run_id
)

select distinct runs.as_of_date
from raw.runs
cross join touched
where
    runs.as_of_date >= touched.as_of_date
    and date_diff('day', touched.as_of_date, runs.as_of_date) <= runs.max_age_days
order by runs.as_of_date
