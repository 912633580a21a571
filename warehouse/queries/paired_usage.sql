-- One row per item x repeat that both models of a comparison were asked, on some dates: what each answer took.
-- A prompt of no tokens means that usage was not reported. The money that was counted from it is unknown too.
-- A comparison of which one side reported nothing has one row of unknown amounts.
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

measured_cells as (
    select
        run_id,
        cell_id,
        bool_or(latency_ms is not null or tokens_input is not null) as is_measured
    from usage
    group by run_id, cell_id
),

known as (
    select
        comparisons.*,
        reference.is_measured and candidate.is_measured as is_measured
    from comparisons
    inner join measured_cells as reference
        on comparisons.reference_run_id = reference.run_id and comparisons.reference_cell_id = reference.cell_id
    inner join measured_cells as candidate
        on comparisons.candidate_run_id = candidate.run_id and comparisons.candidate_cell_id = candidate.cell_id
),

valued as (
    select
        usage.*,
        scores.cluster_id,
        scores.value
    from measured_cells as cells
    inner join marts.fct_scores as scores on cells.run_id = scores.run_id and cells.cell_id = scores.cell_id
    inner join usage
        on
            scores.run_id = usage.run_id
            and scores.cell_id = usage.cell_id
            and scores.item_id = usage.item_id
            and scores.repeat = usage.repeat
    where cells.is_measured
),

paired as (
    select
        known.as_of_date,
        known.comparison_id,
        reference.item_id,
        reference.cluster_id,
        reference.repeat,
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
    from known
    inner join valued as reference
        on known.reference_run_id = reference.run_id and known.reference_cell_id = reference.cell_id
    inner join valued as candidate
        on
            known.candidate_run_id = candidate.run_id
            and known.candidate_cell_id = candidate.cell_id
            and reference.item_id = candidate.item_id
            and reference.repeat = candidate.repeat
    where known.is_measured
    union all by name
    select
        as_of_date,
        comparison_id
    from known
    where not is_measured
)

select * exclude (repeat)
from paired
order by as_of_date, comparison_id, cluster_id, item_id, repeat
