-- One row per run x cell: what was planned, what came back, and what it took.
with cells as (
    select * from staging.stg_cells
),

answers as (
    select
        run_id,
        cell_id,
        count(*) as count_planned,
        count_if(status in ('answered', 'filtered', 'scored_elsewhere')) as count_answered,
        count_if(status = 'failed') as count_failed,
        count_if(status = 'quarantined') as count_quarantined,
        count_if(status = 'pending') as count_pending,
        count_if(is_reused) as count_reused,
        sum(tokens_input)::bigint as tokens_input,
        sum(tokens_output)::bigint as tokens_output,
        count(tokens_output) as count_with_usage,
        round(sum(cost_usd), 12) as cost_usd,
        median(latency_ms) as latency_median_ms,
        quantile_cont(latency_ms, 0.95) as latency_p95_ms,
        median(waited_ms) as waited_median_ms,
        count(retried_for) as count_retried,
        max(finished_at) as last_answer_at
    from marts.fct_generations
    group by run_id, cell_id
),

judgments as (
    select
        run_id,
        cell_id,
        count(*) as count_judgments_planned,
        count(answered_at) as count_judgments,
        sum(tokens_input)::bigint as judge_tokens_input,
        sum(tokens_output)::bigint as judge_tokens_output,
        round(sum(cost_usd), 12) as judge_cost_usd
    from marts.fct_judgments
    group by run_id, cell_id
)

select
    cells.as_of_date,
    cells.run_id,
    cells.run_kind,
    cells.cell_id,
    cells.model_id,
    cells.benchmark_id,
    cells.benchmark_version,
    cells.prompt_style,
    cells.origin,
    cells.status,
    coalesce(
        cells.reason,
        case
            when
                cells.status = 'complete'
                and max(cells.count_items) filter (where cells.status = 'complete') over (
                    partition by
                        cells.as_of_date, cells.model_id, cells.benchmark_id, cells.prompt_style, cells.origin
                ) > cells.count_items
                then 'another cell of the day has more items and counts'
        end
    ) as reason,
    coalesce(answers.count_planned, 0) as count_planned,
    coalesce(answers.count_answered, 0) as count_answered,
    coalesce(answers.count_failed, 0) as count_failed,
    coalesce(answers.count_quarantined, 0) as count_quarantined,
    coalesce(answers.count_pending, 0) as count_pending,
    coalesce(answers.count_reused, 0) as count_reused,
    answers.count_answered / answers.count_planned as coverage,
    answers.tokens_input,
    answers.tokens_output,
    answers.count_with_usage,
    answers.cost_usd,
    answers.latency_median_ms,
    answers.latency_p95_ms,
    answers.waited_median_ms,
    coalesce(answers.count_retried, 0) as count_retried,
    answers.last_answer_at,
    ---------- judging; a judgment that several answers share stands in the cell that asked for it first
    cells.judge_model_id,
    coalesce(judgments.count_judgments_planned, 0) as count_judgments_planned,
    coalesce(judgments.count_judgments, 0) as count_judgments,
    judgments.judge_tokens_input,
    judgments.judge_tokens_output,
    judgments.judge_cost_usd
from cells
left join answers on cells.run_id = answers.run_id and cells.cell_id = answers.cell_id
left join judgments on cells.run_id = judgments.run_id and cells.cell_id = judgments.cell_id
