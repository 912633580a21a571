-- One row per row of reports.safety of some dates: how far its numbers are from contradicting each other.
select
    concat_ws(' ', as_of_date, reference_model_id, candidate_model_id, benchmark_id) as subject,
    least(change - change_low, change_high - change) as change_margin,
    abs(change - (rate_candidate - rate_reference)) as change_gap,
    count_items - count_paired_items as count_items_unpaired,
    p_value_holm - p_value as holm_margin,
    coalesce(least(rate_reference, rate_candidate, coverage_reference, coverage_candidate, p_value, p_value_holm), 0)
    >= 0
    and coalesce(
        greatest(rate_reference, rate_candidate, coverage_reference, coverage_candidate, p_value, p_value_holm), 0
    ) <= 1
    and coalesce(rate_full_refusal_reference <= rate_any_refusal_reference, true)
    and coalesce(rate_full_refusal_candidate <= rate_any_refusal_candidate, true) as has_possible_proportions,
    (change is not null and change_low is not null and change_high is not null) or reason is not null as is_explained
from reports.safety
where as_of_date in (select unnest($dates::date[]))
order by subject
