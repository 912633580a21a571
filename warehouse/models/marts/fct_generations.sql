-- One row per run x cell x item x repeat: the answer that stands for it, or the recorded failure to get one.
with plan as (
    select * from raw.plan
),

cells as (
    select * from staging.stg_cells
),

-- Only the length goes into the join, which would otherwise hold the texts of a whole night in memory.
generations as (
    select
        * exclude (text, reasoning_text, count_characters),
        coalesce(count_characters, length(text)) as count_characters
    from raw.generations
),

failures as (
    select * from staging.stg_failures
),

quarantine as (
    select * from staging.stg_quarantine
),

voids as (
    select * from staging.stg_voids
),

wanted as (
    select
        ---------- ids
        cells.as_of_date,
        plan.run_id,
        plan.cell_id,
        plan.item_id,
        plan.repeat,
        plan.generation_id,
        generations.run_id as generated_in_run_id,
        cells.model_id,
        cells.benchmark_id,
        cells.benchmark_version,
        cells.prompt_style,
        cells.origin,
        ---------- how it ended
        case
            when generations.generation_id is null and failures.generation_id is not null then 'failed'
            when generations.generation_id is null then 'pending'
            when quarantine.generation_id is not null or voids.run_id is not null then 'quarantined'
            else generations.status
        end as status,
        generations.finish_reason,
        generations.finish_word,
        failures.error_type,
        coalesce(quarantine.reason, 'its run was voided: ' || voids.reason) as quarantine_reason,
        plan.is_reused,
        ---------- what it took
        coalesce(generations.attempts, failures.attempts) as attempts,
        generations.latency_ms,
        generations.waited_ms,
        generations.retried_for,
        generations.tokens_input,
        generations.tokens_cached,
        generations.tokens_output,
        generations.tokens_reasoning,
        generations.cost_usd,
        generations.finished_at,
        ---------- what was asked and who answered
        plan.request_hash,
        plan.prompt_hash,
        generations.model_requested,
        generations.model_served,
        generations.system_fingerprint,
        generations.provider_request_id,
        generations.count_characters
    from plan
    inner join cells on plan.run_id = cells.run_id and plan.cell_id = cells.cell_id
    left join generations on plan.generation_id = generations.generation_id
    left join failures on plan.run_id = failures.run_id and plan.generation_id = failures.generation_id
    left join quarantine on plan.generation_id = quarantine.generation_id
    -- What a void import brought counts where another import brings it, too.
    left join voids on generations.run_id = voids.run_id and generations.origin <> 'imported'
),

-- Imported scores without texts.
recorded as (
    select
        cells.as_of_date,
        scores.run_id,
        scores.cell_id,
        scores.item_id,
        scores.repeat,
        scores.generation_id,
        case when scores.status <> 'failed' then scores.landed_in_run_id end as generated_in_run_id,
        cells.model_id,
        cells.benchmark_id,
        cells.benchmark_version,
        cells.prompt_style,
        cells.origin,
        scores.status,
        case when scores.status = 'failed' then 'recorded_as_failed' end as error_type,
        scores.quarantine_reason,
        false as is_reused,
        1 as attempts,
        scores.latency_ms,
        scores.tokens_input,
        scores.tokens_output,
        scores.cost_usd,
        case when scores.status <> 'failed' then scores.landed_at end as finished_at,
        scores.generation_id as request_hash,
        case when scores.status <> 'failed' then models.model_name end as model_requested
    from staging.stg_recorded_scores as scores
    inner join cells on scores.run_id = cells.run_id and scores.cell_id = cells.cell_id
    inner join raw.models on cells.run_id = models.run_id and cells.model_id = models.model_id
)

select * from wanted -- noqa: AM07
union all by name
select * from recorded
