-- One row per thing that waits for a person: runs that broke off or that validation stopped, imports that are not
-- published, voided runs of the last four weeks, batches that a provider works on, and notices that were not delivered.
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

everything as (
    select * from of_runs
    union all
    select * from of_batches
    union all
    select * from of_notices
)

select
    kind,
    subject,
    as_of_date,
    detail
from everything
order by as_of_date desc, kind asc, subject asc
