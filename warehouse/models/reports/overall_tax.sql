-- One row per date x pair x scope x weighting: a tax over the benchmarks of a domain, a dimension, or all capability.
with scopes as (
    select * from marts.pair_scopes
),

subsets as (
    select * from marts.comparison_subsets
    where is_whole
),

methods as (
    select * from marts.method_comparisons
),

cautions as (
    select * from marts.comparison_flags
),

estimates as (
    select
        *,
        regexp_extract(statistic, '^tax_(macro|weighted)', 1) as weighting,
        regexp_extract(statistic, '^tax_(?:macro|weighted)_?(.*)$', 1) as role
    from stats.estimates
    where regexp_matches(statistic, '^tax_(macro|weighted)')
),

known as (
    select
        as_of_date,
        subject_id,
        subset,
        weighting,
        max(estimate) filter (where role = 'holm') as p_value_holm,
        max(estimate) filter (where role = 'bh') as p_value_bh,
        max(estimate) filter (where role = 'count_tests')::bigint as count_tests_holm,
        max(estimate) filter (where role = 'detectable') as minimum_detectable_tax,
        max(estimate) filter (where role = 'at_most') as tax_at_most,
        max(low) filter (where role = 'identified') as identified_low,
        max(high) filter (where role = 'identified') as identified_high
    from estimates
    group by as_of_date, subject_id, subset, weighting
),

margins as (
    select
        as_of_date,
        subject_id,
        estimate as margin
    from stats.estimates
    where statistic = 'margin'
),

-- The claim over all benchmarks holds where each of them is below its own margin, each at 5%.
claims as (
    select
        scopes.as_of_date,
        scopes.pair_id,
        scopes.scope,
        case
            when bool_or(benchmarks.estimate >= margins.margin) then false
            when count(*) = count(benchmarks.estimate) then true
        end as is_every_benchmark_below_margin
    from scopes
    left join stats.estimates as benchmarks
        on
            scopes.as_of_date = benchmarks.as_of_date
            and scopes.comparison_id = benchmarks.subject_id
            and benchmarks.statistic = 'tax_at_most'
            and benchmarks.subset = 'all'
    left join margins
        on scopes.as_of_date = margins.as_of_date and scopes.comparison_id = margins.subject_id
    where scopes.scope = 'all capability'
    group by scopes.as_of_date, scopes.pair_id, scopes.scope
),

dates as (
    select
        as_of_date,
        pair_id,
        scope,
        lag(as_of_date) over (partition by pair_id, scope order by as_of_date) as date_before
    from scopes
    group by as_of_date, pair_id, scope
),

missing as (
    select
        dates.as_of_date,
        dates.pair_id,
        dates.scope,
        string_agg(distinct before.benchmark_id, ', ' order by before.benchmark_id) as benchmarks
    from dates
    inner join scopes as before
        on dates.date_before = before.as_of_date and dates.pair_id = before.pair_id and dates.scope = before.scope
    left join scopes as present
        on
            dates.as_of_date = present.as_of_date
            and dates.pair_id = present.pair_id
            and dates.scope = present.scope
            and before.benchmark_id = present.benchmark_id
    where present.benchmark_id is null
    group by dates.as_of_date, dates.pair_id, dates.scope
),

grouped as (
    select
        scopes.as_of_date,
        scopes.pair_id,
        scopes.scope,
        any_value(scopes.kind) as kind,
        any_value(scopes.family) as family,
        any_value(scopes.reference_model_id) as reference_model_id,
        any_value(scopes.candidate_model_id) as candidate_model_id,
        any_value(scopes.origin) as origin,
        count(*) as count_benchmarks,
        any_value(methods.count_checkpoints) as count_checkpoints,
        string_agg(distinct scopes.benchmark_id, ', ' order by scopes.benchmark_id) as benchmarks,
        count(distinct scopes.direction) = 1 as is_one_direction,
        bool_or(contains(cautions.flags, 'one_answer')) as has_one_answer,
        bool_or(contains(cautions.flags, 'empty_answers')) as has_empty_answers,
        staging.mean_of_means(subsets.reference_score, 1) as reference_macro,
        staging.mean_of_means(subsets.candidate_score, 1) as candidate_macro,
        staging.mean_of_means(subsets.reference_score, subsets.count_paired_items) as reference_weighted,
        staging.mean_of_means(subsets.candidate_score, subsets.count_paired_items) as candidate_weighted
    from scopes
    inner join subsets
        on scopes.as_of_date = subsets.as_of_date and scopes.comparison_id = subsets.comparison_id
    left join methods
        on scopes.as_of_date = methods.as_of_date and scopes.comparison_id = methods.comparison_id
    left join cautions
        on scopes.as_of_date = cautions.as_of_date and scopes.comparison_id = cautions.comparison_id
    group by scopes.as_of_date, scopes.pair_id, scopes.scope
)

select
    ---------- ids
    grouped.as_of_date,
    grouped.pair_id,
    grouped.kind,
    grouped.family,
    grouped.reference_model_id,
    grouped.candidate_model_id,
    grouped.scope,
    estimates.weighting,
    ---------- what it rests on
    grouped.count_checkpoints,
    grouped.count_benchmarks,
    grouped.benchmarks,
    coalesce(missing.benchmarks, '') as benchmarks_missing,
    estimates.count_items as count_paired_items,
    estimates.count_clusters,
    estimates.count_discordant as count_discordant_items,
    ---------- the tax
    case
        when not grouped.is_one_direction then null
        when estimates.weighting = 'macro' then grouped.reference_macro
        else grouped.reference_weighted
    end as reference_score,
    case
        when not grouped.is_one_direction then null
        when estimates.weighting = 'macro' then grouped.candidate_macro
        else grouped.candidate_weighted
    end as candidate_score,
    estimates.estimate as tax_absolute,
    estimates.low as tax_absolute_low,
    estimates.high as tax_absolute_high,
    estimates.standard_error,
    estimates.method as se_method,
    estimates.degrees_of_freedom,
    estimates.p_value,
    known.p_value_holm,
    known.p_value_bh,
    concat_ws(
        ', ', split_part(grouped.scope, ':', 1), estimates.weighting, grouped.kind, grouped.family
    ) as holm_family,
    known.count_tests_holm,
    known.minimum_detectable_tax,
    known.identified_low,
    known.identified_high,
    known.tax_at_most,
    margins.margin,
    known.tax_at_most < margins.margin as is_below_margin,
    case when estimates.weighting = 'macro' then claims.is_every_benchmark_below_margin end
        as is_every_benchmark_below_margin,
    staging.is_significant(known.p_value_holm) as is_significant,
    staging.is_significant_whatever_is_missing(
        known.p_value_holm, estimates.estimate, known.identified_low, known.identified_high
    ) as is_significant_whatever_is_missing,
    coalesce(estimates.estimate < 0, false) as is_windfall,
    ---------- where it comes from
    grouped.origin,
    grouped.origin = 'simulated' as is_simulated,
    nullif(
        concat_ws(
            ', ',
            estimates.flags,
            case when grouped.has_one_answer then 'one_answer_in_part' end,
            case when grouped.has_empty_answers then 'empty_answers_in_part' end,
            case when missing.benchmarks is not null then 'fewer_benchmarks' end
        ), ''
    ) as flags,
    estimates.reason
from grouped
inner join estimates
    on
        grouped.as_of_date = estimates.as_of_date
        and grouped.pair_id = estimates.subject_id
        and grouped.scope = estimates.subset
        and estimates.role = ''
inner join known
    on
        estimates.as_of_date = known.as_of_date
        and estimates.subject_id = known.subject_id
        and estimates.subset = known.subset
        and estimates.weighting = known.weighting
left join margins
    on grouped.as_of_date = margins.as_of_date and grouped.pair_id = margins.subject_id
left join claims
    on
        grouped.as_of_date = claims.as_of_date
        and grouped.pair_id = claims.pair_id
        and grouped.scope = claims.scope
left join missing
    on
        grouped.as_of_date = missing.as_of_date
        and grouped.pair_id = missing.pair_id
        and grouped.scope = missing.scope
