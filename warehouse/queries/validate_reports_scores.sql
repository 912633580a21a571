-- One row per row of reports.model_scores of some dates: how far its numbers are from contradicting each other.
select
    concat_ws(' ', as_of_date, model_id, benchmark_id, prompt_style, subset) as subject,
    least(score - score_low, score_high - score) as score_margin,
    count_answers - (
        count_correct + count_partial + count_incorrect + count_refused + count_filtered + count_truncated
        + count_unparsed + count_failed + count_judge_error + count_not_run + count_quarantined
    ) as count_unaccounted,
    coalesce(least(score, coverage, chance_score), 0) >= 0
    and coalesce(greatest(score, coverage, chance_score), 0) <= 1 as has_possible_proportions,
    (score is not null and score_low is not null and score_high is not null) or reason is not null as is_explained
from reports.model_scores
where as_of_date in (select unnest($dates::date[]))
order by subject
