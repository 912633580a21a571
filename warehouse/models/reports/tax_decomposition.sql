-- One row per date x pair x benchmark x prompt styles x unparsed rule x component.
with comparisons as (
    select * from marts.comparisons
),

benchmarks as (
    select * from marts.dim_benchmark
    where staging.is_capability(dimension)
),

subsets as (
    select * from marts.comparison_subsets
    where is_whole
),

outcomes as (
    select * from marts.cell_outcomes
    where is_whole
),

estimates as (
    select
        *,
        replace(statistic, 'part_', '') as component
    from stats.estimates
    where subset = 'all' and starts_with(statistic, 'part_')
),

taxes as (
    select * from stats.estimates
    where subset = 'all' and statistic = 'tax_absolute'
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
    benchmarks.domain,
    benchmarks.dimension,
    comparisons.prompt_style_reference,
    comparisons.prompt_style_candidate,
    comparisons.unparsed_rule,
    comparisons.is_default as is_headline,
    estimates.component,
    ---------- the part
    estimates.estimate as tax_part,
    estimates.low as tax_part_low,
    estimates.high as tax_part_high,
    estimates.standard_error,
    estimates.method as se_method,
    estimates.p_value,
    taxes.estimate as tax_absolute,
    ---------- what it rests on
    subsets.count_paired_items,
    estimates.count_discordant as count_items_decided,
    case estimates.component
        when 'wrong_answer' then reference.count_incorrect + reference.count_partial
        when 'refusal' then reference.count_refused
        when 'filter' then reference.count_filtered
        when 'truncation' then reference.count_truncated
        when 'format' then reference.count_unparsed
    end as count_answers_reference,
    case estimates.component
        when 'wrong_answer' then candidate.count_incorrect + candidate.count_partial
        when 'refusal' then candidate.count_refused
        when 'filter' then candidate.count_filtered
        when 'truncation' then candidate.count_truncated
        when 'format' then candidate.count_unparsed
    end as count_answers_candidate,
    ---------- where it comes from
    comparisons.origin,
    comparisons.origin = 'simulated' as is_simulated,
    comparisons.reference_run_id,
    comparisons.candidate_run_id,
    estimates.flags,
    estimates.reason
from comparisons
inner join benchmarks
    on
        comparisons.benchmark_id = benchmarks.benchmark_id
        and comparisons.benchmark_version = benchmarks.benchmark_version
inner join subsets
    on comparisons.as_of_date = subsets.as_of_date and comparisons.comparison_id = subsets.comparison_id
inner join estimates
    on comparisons.as_of_date = estimates.as_of_date and comparisons.comparison_id = estimates.subject_id
left join taxes
    on comparisons.as_of_date = taxes.as_of_date and comparisons.comparison_id = taxes.subject_id
left join outcomes as reference
    on comparisons.reference_run_id = reference.run_id and comparisons.reference_cell_id = reference.cell_id
left join outcomes as candidate
    on comparisons.candidate_run_id = candidate.run_id and comparisons.candidate_cell_id = candidate.cell_id
