-- One row per item x repeat that both models of a comparison were asked, on some dates: what each answer took.
-- An answer to a prompt of no tokens has unreported usage, and money counted from it is unknown too.
with usage as (
    select
        run_id,
        cell_id,
        item_id,
        repeat,
        latency_ms,
        case when tokens_input > 0 then tokens_input end as tokens_input,
        case when tokens_input > 0 then tokens_output end as tokens_output,
        case when tokens_input > 0 then cost_usd end as cost_usd
    from marts.fct_generations
    where status in ('answered', 'filtered', 'scored_elsewhere')
),

valued as (
    select
        usage.*,
        scores.cluster_id,
        scores.value
    from usage
    inner join marts.fct_scores as scores
        on
            usage.run_id = scores.run_id
            and usage.cell_id = scores.cell_id
            and usage.item_id = scores.item_id
            and usage.repeat = scores.repeat
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
from marts.comparisons
inner join valued as reference
    on comparisons.reference_run_id = reference.run_id and comparisons.reference_cell_id = reference.cell_id
inner join valued as candidate
    on
        comparisons.candidate_run_id = candidate.run_id
        and comparisons.candidate_cell_id = candidate.cell_id
        and reference.item_id = candidate.item_id
        and reference.repeat = candidate.repeat
where
    comparisons.as_of_date in (select unnest($dates::date[]))
    and comparisons.is_configured_rule
    and comparisons.is_primary_style
    and comparisons.attack = 'none'
order by
    comparisons.as_of_date, comparisons.comparison_id, reference.cluster_id, reference.item_id, reference.repeat
