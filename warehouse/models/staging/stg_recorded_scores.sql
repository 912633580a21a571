-- One row per run x cell x item x repeat of imported scores without texts.
with scores as (
    select
        cells.run_id,
        cells.cell_id,
        items.item_id,
        scores.repeat,
        concat_ws('-', recorded.content_hash, items.item_id, scores.repeat) as generation_id,
        scores.outcome in ('failed', 'quarantined') as is_failed,
        scores.outcome,
        scores.value,
        scores.latency_ms,
        scores.tokens_input,
        scores.tokens_output,
        scores.cost_usd,
        recorded.run_id as landed_in_run_id,
        recorded.landed_at
    from raw.cells
    inner join raw.recorded_cells as recorded on cells.recorded_key = recorded.recorded_key
    inner join raw.recorded_scores as scores on cells.recorded_key = scores.recorded_key
    inner join raw.recorded_items as items on scores.item_key = items.item_key
)

select
    scores.* exclude (is_failed),
    case
        when scores.is_failed then 'failed'
        when quarantine.generation_id is not null then 'quarantined'
        else 'scored_elsewhere'
    end as status,
    quarantine.reason as quarantine_reason
from scores
left join staging.stg_quarantine as quarantine on scores.generation_id = quarantine.generation_id
