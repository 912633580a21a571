-- One row per row of reports.alignment_tax of some dates: how far its numbers are from contradicting each other.
select
    concat_ws(' ', as_of_date, reference_model_id, candidate_model_id, benchmark_id, subset, unparsed_rule) as subject,
    least(tax_absolute - tax_absolute_low, tax_absolute_high - tax_absolute) as tax_margin,
    least(tax_relative - tax_relative_low, tax_relative_high - tax_relative) as relative_margin,
    least(
        tax_chance_adjusted - tax_chance_adjusted_low, tax_chance_adjusted_high - tax_chance_adjusted
    ) as chance_adjusted_margin,
    abs(tax_absolute - (reference_score - candidate_score)) as tax_gap,
    count_items - count_paired_items as count_items_unpaired,
    p_value_holm - p_value as holm_margin,
    p_value_bh - p_value as bh_margin,
    -- The tax of the paired items may lie outside the bounds. The tax over all items, in which an item with a missing
    -- answer counts as no difference, must lie inside: the missing answers may have been such.
    least(
        tax_absolute * count_paired_items / count_items - bound_low,
        bound_high - tax_absolute * count_paired_items / count_items
    ) as bound_margin,
    coalesce(least(
        reference_score, candidate_score, coverage_reference, coverage_candidate, chance_score, p_value, p_value_holm,
        p_value_bh
    ), 0) >= 0
    and coalesce(greatest(
        reference_score, candidate_score, coverage_reference, coverage_candidate, chance_score, p_value, p_value_holm,
        p_value_bh
    ), 0) <= 1 as has_possible_proportions,
    coalesce(greatest(abs(tax_absolute), abs(bound_low), abs(bound_high)), 0) <= 1 as has_possible_taxes,
    (tax_absolute is not null and tax_absolute_low is not null and tax_absolute_high is not null)
    or reason is not null as is_tax_explained,
    (tax_relative is not null and tax_relative_low is not null and tax_relative_high is not null)
    or tax_relative_reason is not null as is_relative_explained,
    (tax_chance_adjusted is not null and tax_chance_adjusted_low is not null and tax_chance_adjusted_high is not null)
    or tax_chance_adjusted_reason is not null as is_chance_adjusted_explained
from reports.alignment_tax
where as_of_date in (select unnest($dates::date[]))
order by subject
