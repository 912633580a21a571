-- One row per run x cell x subset ('all' and, where there are several, each): outcome counts and the mean value.
-- Means are rounded to 12 digits. DuckDB adds in parallel, which changes the last digits, and equal facts must give
-- equal tables.
with scores as (
    select * from marts.fct_scores
),

counted as (
    select
        as_of_date,
        run_id,
        cell_id,
        coalesce(subset, 'all') as subset,
        grouping(subset) = 1 as is_whole,
        count(*) as count_answers,
        count(value) as count_scored,
        count(distinct item_id) as count_items,
        count(distinct subset) as count_subsets,
        round(avg(value), 12) as score,
        max(scorer_version) as scorer_version,
        count_if(outcome = 'correct') as count_correct,
        count_if(outcome = 'partial') as count_partial,
        count_if(outcome = 'incorrect') as count_incorrect,
        count_if(outcome = 'refused') as count_refused,
        count_if(outcome = 'filtered') as count_filtered,
        count_if(outcome = 'truncated') as count_truncated,
        count_if(outcome = 'unparsed') as count_unparsed,
        count_if(outcome = 'failed') as count_failed,
        count_if(outcome = 'judge_error') as count_judge_error,
        count_if(outcome = 'not_run') as count_not_run,
        count_if(outcome = 'quarantined') as count_quarantined,
        count_if(staging.has_flag(flags, 'empty')) as count_empty,
        count_if(staging.has_flag(flags, 'reasoning_only')) as count_reasoning_only,
        count_if(staging.has_flag(flags, 'unclosed_reasoning')) as count_unclosed_reasoning,
        count_if(staging.has_flag(flags, 'unknown_finish')) as count_unknown_finish,
        count_if(staging.has_flag(flags, 'template_markup')) as count_template_markup,
        count_if(staging.has_flag(flags, 'senseless')) as count_senseless,
        count_if(refusal_class = 'unread') as count_unread,
        round(avg(reasoning_characters), 12) as mean_reasoning_characters
    from scores
    group by grouping sets ((as_of_date, run_id, cell_id), (as_of_date, run_id, cell_id, subset))
)

select * exclude (count_subsets)
from counted
qualify is_whole or max(count_subsets) over (partition by as_of_date, run_id, cell_id) > 1
