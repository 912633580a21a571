-- One row per date x pair x benchmark x prompt styles x subset x unparsed rule.
with comparisons as (
    select * from marts.comparisons
),

subsets as (
    select * from marts.comparison_subsets
),

benchmarks as (
    select * from marts.dim_benchmark
),

estimates as (
    select * from stats.estimates
),

cautions as (
    select * from marts.comparison_flags
),

scorers as (
    select
        run_id,
        cell_id,
        max(scorer_version) as scorer_version
    from marts.fct_scores
    group by run_id, cell_id
),

pivoted as (
    select
        as_of_date,
        subject_id,
        subset,
        max(estimate) filter (where statistic = 'tax_absolute') as tax_absolute,
        max(low) filter (where statistic = 'tax_absolute') as tax_absolute_low,
        max(high) filter (where statistic = 'tax_absolute') as tax_absolute_high,
        max(standard_error) filter (where statistic = 'tax_absolute') as standard_error,
        max(standard_error) filter (where statistic = 'tax_absolute_naive') as standard_error_naive,
        max(standard_error) filter (where statistic = 'tax_absolute_cr0') as standard_error_cr0,
        max(standard_error) filter (where statistic = 'tax_absolute_cr1') as standard_error_cr1,
        max(degrees_of_freedom) filter (where statistic = 'tax_absolute') as degrees_of_freedom,
        max(design_effect) filter (where statistic = 'tax_absolute') as design_effect,
        max(count_discordant) filter (where statistic = 'tax_absolute') as count_discordant_items,
        max(count_clusters) filter (where statistic = 'tax_absolute') as count_clusters,
        max(p_value) filter (where statistic = 'tax_absolute') as p_value,
        max(method) filter (where statistic = 'tax_absolute') as se_method,
        max(flags) filter (where statistic = 'tax_absolute') as flags,
        max(reason) filter (where statistic = 'tax_absolute') as reason,
        max(estimate) filter (where statistic = 'tax_relative') as tax_relative,
        max(low) filter (where statistic = 'tax_relative') as tax_relative_low,
        max(high) filter (where statistic = 'tax_relative') as tax_relative_high,
        max(method) filter (where statistic = 'tax_relative') as tax_relative_kind,
        max(reason) filter (where statistic = 'tax_relative') as tax_relative_reason,
        max(estimate) filter (where statistic = 'tax_chance_adjusted') as tax_chance_adjusted,
        max(low) filter (where statistic = 'tax_chance_adjusted') as tax_chance_adjusted_low,
        max(high) filter (where statistic = 'tax_chance_adjusted') as tax_chance_adjusted_high,
        max(method) filter (where statistic = 'tax_chance_adjusted') as tax_chance_adjusted_kind,
        max(reason) filter (where statistic = 'tax_chance_adjusted') as tax_chance_adjusted_reason,
        max(estimate) filter (where statistic = 'p_value_holm') as p_value_holm,
        max(estimate) filter (where statistic = 'p_value_bh') as p_value_bh,
        max(estimate) filter (where statistic = 'count_tests_holm')::bigint as count_tests_holm,
        max(estimate) filter (where statistic = 'minimum_detectable_tax') as minimum_detectable_tax,
        max(estimate) filter (where statistic = 'tax_at_most') as tax_at_most,
        max(estimate) filter (where statistic = 'tax_variance_wordings') as variance_wordings,
        max(low) filter (where statistic = 'bounds') as bound_low,
        max(high) filter (where statistic = 'bounds') as bound_high,
        max(low) filter (where statistic = 'identified_interval') as identified_low,
        max(high) filter (where statistic = 'identified_interval') as identified_high,
        max(estimate) filter (where statistic = 'missing_asymmetry') as missing_asymmetry,
        max(low) filter (where statistic = 'missing_asymmetry') as missing_asymmetry_low,
        max(high) filter (where statistic = 'missing_asymmetry') as missing_asymmetry_high
    from estimates
    group by as_of_date, subject_id, subset
),

margins as (
    select
        as_of_date,
        subject_id,
        estimate as margin
    from estimates
    where statistic = 'margin'
)

select
    ---------- ids
    comparisons.as_of_date,
    comparisons.comparison_id,
    comparisons.kind,
    comparisons.family,
    comparisons.reference_model_id,
    comparisons.candidate_model_id,
    comparisons.benchmark_id,
    comparisons.benchmark_version,
    comparisons.attack,
    benchmarks.domain,
    benchmarks.dimension,
    benchmarks.metric,
    benchmarks.higher_is_better,
    subsets.subset,
    ---------- how it was asked and scored
    comparisons.prompt_style_reference,
    comparisons.prompt_style_candidate,
    comparisons.unparsed_rule,
    subsets.is_whole and comparisons.is_default as is_headline,
    comparisons.scorer,
    scorers.scorer_version,
    ---------- what it rests on
    subsets.count_items,
    subsets.count_paired_items,
    pivoted.count_clusters,
    pivoted.count_discordant_items,
    subsets.coverage_reference,
    subsets.coverage_candidate,
    ---------- the tax
    subsets.reference_score,
    subsets.candidate_score,
    pivoted.tax_absolute,
    pivoted.tax_absolute_low,
    pivoted.tax_absolute_high,
    pivoted.standard_error,
    pivoted.se_method,
    pivoted.degrees_of_freedom,
    pivoted.design_effect,
    pivoted.variance_wordings,
    pivoted.standard_error_naive,
    pivoted.standard_error_cr0,
    pivoted.standard_error_cr1,
    pivoted.tax_relative,
    pivoted.tax_relative_low,
    pivoted.tax_relative_high,
    pivoted.tax_relative_kind,
    pivoted.tax_relative_reason,
    pivoted.tax_chance_adjusted,
    pivoted.tax_chance_adjusted_low,
    pivoted.tax_chance_adjusted_high,
    pivoted.tax_chance_adjusted_kind,
    pivoted.tax_chance_adjusted_reason,
    subsets.chance_score,
    ---------- how sure
    pivoted.p_value,
    pivoted.p_value_holm,
    pivoted.p_value_bh,
    concat_ws(
        ', ',
        case when subsets.is_whole then 'benchmarks' else 'subsets' end,
        comparisons.kind,
        comparisons.family,
        case when not comparisons.is_configured_rule then 'unparsed ' || comparisons.unparsed_rule end,
        case when not comparisons.is_primary_style then comparisons.prompt_style_candidate end
    ) as holm_family,
    pivoted.count_tests_holm,
    pivoted.minimum_detectable_tax,
    pivoted.tax_at_most,
    margins.margin,
    pivoted.tax_at_most < margins.margin as is_below_margin,
    pivoted.bound_low,
    pivoted.bound_high,
    pivoted.identified_low,
    pivoted.identified_high,
    pivoted.missing_asymmetry,
    pivoted.missing_asymmetry_low,
    pivoted.missing_asymmetry_high,
    staging.is_significant(pivoted.p_value_holm) as is_significant,
    staging.is_significant_whatever_is_missing(
        pivoted.p_value_holm, pivoted.tax_absolute, pivoted.identified_low, pivoted.identified_high
    ) as is_significant_whatever_is_missing,
    coalesce(pivoted.tax_absolute < 0, false) as is_windfall,
    min(sign(pivoted.tax_absolute)) over rules <> max(sign(pivoted.tax_absolute)) over rules as is_sign_rule_dependent,
    ---------- where it comes from
    comparisons.origin,
    comparisons.origin = 'simulated' as is_simulated,
    comparisons.reference_run_id,
    comparisons.candidate_run_id,
    comparisons.days_apart,
    nullif(concat_ws(', ', pivoted.flags, cautions.flags), '') as flags,
    pivoted.reason
from comparisons
inner join subsets
    on comparisons.as_of_date = subsets.as_of_date and comparisons.comparison_id = subsets.comparison_id
inner join benchmarks
    on
        comparisons.benchmark_id = benchmarks.benchmark_id
        and comparisons.benchmark_version = benchmarks.benchmark_version
left join pivoted
    on
        comparisons.as_of_date = pivoted.as_of_date
        and comparisons.comparison_id = pivoted.subject_id
        and subsets.subset = pivoted.subset
left join margins
    on comparisons.as_of_date = margins.as_of_date and comparisons.comparison_id = margins.subject_id
left join cautions
    on comparisons.as_of_date = cautions.as_of_date and comparisons.comparison_id = cautions.comparison_id
left join scorers
    on comparisons.candidate_run_id = scorers.run_id and comparisons.candidate_cell_id = scorers.cell_id
where staging.is_capability(benchmarks.dimension)
window rules as (
    partition by
        comparisons.as_of_date, comparisons.kind, comparisons.reference_run_id, comparisons.reference_cell_id,
        comparisons.candidate_run_id, comparisons.candidate_cell_id, subsets.subset
)
