-- One row per thing that waits for a person: runs that broke off or that validation stopped, imports that are not
-- published, voided runs, batches that a provider works on, notices that were not delivered, imported answers that wait
-- for a judge, and benchmarks of whose judge no person has checked an answer. Runs are those of the last four weeks.
with newest_event as (
    select
        run_id,
        arg_max(event, happened_at) as event,
        arg_max(detail, happened_at) as detail
    from raw.run_events
    group by run_id
),

runs as (
    select
        runs.run_id,
        runs.kind,
        runs.as_of_date,
        voids.reason as void_reason,
        voids.run_id is not null as is_voided,
        coalesce(newest_event.event, 'started') as event,
        newest_event.detail
    from raw.runs
    left join newest_event on runs.run_id = newest_event.run_id
    left join staging.stg_voids as voids on runs.run_id = voids.run_id
    qualify runs.as_of_date > max(runs.as_of_date) over () - 28
),

of_runs as (
    select
        case
            when is_voided then 'voided'
            when event = 'failed' then 'validation'
            when kind = 'import' then 'import'
            else 'unfinished'
        end as kind,
        run_id as subject,
        as_of_date,
        void_reason as detail
    from runs
    where
        is_voided
        or (event = 'failed' and detail like 'validation:%')
        or (kind = 'import' and event = 'finished')
        or (kind <> 'import' and event in ('started', 'interrupted'))
),

batch_states as (
    select
        mark,
        arg_max(event, happened_at) as event
    from raw.batch_events
    group by mark
),

of_batches as (
    select
        'batch' as kind,
        batches.model_id as subject,
        batches.intended_at::date as as_of_date,
        count(*) || ' batches' as detail
    from raw.batches
    inner join batch_states on batches.mark = batch_states.mark
    where batch_states.event in ('posting', 'submitted', 'ended')
    group by batches.model_id, batches.intended_at::date
),

deliveries as (
    select
        notice_id,
        receiver,
        arg_max(status, happened_at) as status,
        arg_max(detail, happened_at) as detail,
        min(happened_at)::date as as_of_date
    from raw.notice_events
    group by notice_id, receiver
),

of_notices as (
    select
        'notice' as kind,
        receiver as subject,
        min(as_of_date) as as_of_date,
        count(*) || ' not delivered' || coalesce(': ' || max(detail), '') as detail
    from deliveries
    where status <> 'delivered'
    group by receiver
),

judged_cells as (
    select
        runs.kind = 'import' as is_import,
        runs.as_of_date,
        cells.run_id,
        cells.cell_id,
        cells.benchmark_id,
        cells.judge_version
    from runs
    inner join raw.cells on runs.run_id = cells.run_id
    left join staging.stg_newest_cell_events as events
        on cells.run_id = events.run_id and cells.cell_id = events.cell_id
    where
        cells.judge_version is not null
        and not runs.is_voided
        and coalesce(events.status, 'incomplete') not in ('left_out', 'failed')
),

of_judges as (
    select
        'judge' as kind,
        cells.benchmark_id as subject,
        max(cells.as_of_date) as as_of_date,
        count(distinct plan.generation_id) || ' imported answers' as detail
    from judged_cells as cells
    inner join raw.plan on cells.run_id = plan.run_id and cells.cell_id = plan.cell_id
    inner join raw.generations on plan.generation_id = generations.generation_id
    anti join staging.stg_grades as grades
        on plan.generation_id = grades.answer_generation_id and cells.judge_version = grades.judge_version
    anti join raw.quarantine on plan.generation_id = quarantine.generation_id
    where cells.is_import and generations.status = 'answered'
    group by cells.benchmark_id
),

labelled as (
    select distinct cells.benchmark_id
    from raw.labels
    inner join raw.plan on labels.answer_generation_id = plan.generation_id
    inner join raw.cells on plan.run_id = cells.run_id and plan.cell_id = cells.cell_id
),

of_labels as (
    select
        'label' as kind,
        benchmark_id as subject,
        max(as_of_date) as as_of_date,
        null as detail
    from judged_cells
    anti join labelled on judged_cells.benchmark_id = labelled.benchmark_id
    group by benchmark_id
),

everything as (
    select * from of_runs
    union all
    select * from of_batches
    union all
    select * from of_notices
    union all
    select * from of_judges
    union all
    select * from of_labels
)

select
    kind,
    subject,
    as_of_date,
    detail
from everything
order by as_of_date desc, kind asc, subject asc
