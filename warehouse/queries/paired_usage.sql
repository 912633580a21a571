-- One row per item x repeat that both models of a comparison were asked, on some dates: what each answer took.
-- A prompt of no tokens means that usage was not reported. The money that was counted from it is unknown too.
with comparisons as materialized (
    select *
    from marts.comparisons
    where
        as_of_date in (select unnest($dates::date[]))
        and is_default
        and attack = 'none'
),

cells as materialized (
    select
        reference_run_id as run_id,
        reference_cell_id as cell_id
    from comparisons
    union
    select
        candidate_run_id as run_id,
        candidate_cell_id as cell_id
    from comparisons
),

usage as materialized (
    select
        generations.run_id,
        generations.cell_id,
        generations.item_id,
        generations.repeat,
        generations.latency_ms,
        case when generations.tokens_input > 0 then generations.tokens_input end as tokens_input,
        case when generations.tokens_input > 0 then generations.tokens_output end as tokens_output,
        case when generations.tokens_input > 0 then generations.cost_usd end as cost_usd
    from cells
    inner join marts.fct_generations as generations
        on cells.run_id = generations.run_id and cells.cell_id = generations.cell_id
    where generations.status in ('answered', 'filtered', 'scored_elsewhere')
),

valued as (
    select
        usage.*,
        scores.cluster_id,
        scores.value
    from cells
    inner join marts.fct_scores as scores on cells.run_id = scores.run_id and cells.cell_id = scores.cell_id
    inner join usage
        on
            scores.run_id = usage.run_id
            and scores.cell_id = usage.cell_id
            and scores.item_id = usage.item_id
            and scores.repeat = usage.repeat
)

select
    comparisons.as_of_date,
    comparisons.comparison_id,
    reference.item_id,
    reference.cluster_id,
    reference.tokens_input as reference_tokens_input,
    candidate.tokens_input as candidate_tokens_input,
    reference.tokens_output as reference_tokens_output,
    candidate.tokens_output as candidate_tokens_output,
    reference.latency_ms as reference_latency_ms,
    candidate.latency_ms as candidate_latency_ms,
    reference.cost_usd as reference_cost_usd,
    candidate.cost_usd as candidate_cost_usd,
    reference.value as reference_value,
    candidate.value as candidate_value
from comparisons
inner join valued as reference
    on comparisons.reference_run_id = reference.run_id and comparisons.reference_cell_id = reference.cell_id
inner join valued as candidate
    on
        comparisons.candidate_run_id = candidate.run_id
        and comparisons.candidate_cell_id = candidate.cell_id
        and reference.item_id = candidate.item_id
        and reference.repeat = candidate.repeat
order by
    comparisons.as_of_date, comparisons.comparison_id, reference.cluster_id, reference.item_id, reference.repeat
