-- One row per date x model x benchmark x prompt style x scorer: how much of a score is noise.
with cells as (
    select * from marts.current_cells
),

pivoted as (
    select
        as_of_date,
        subject_id,
        max(estimate) filter (where statistic = 'variance_within') as variance_within,
        max(low) filter (where statistic = 'variance_within') as variance_within_low,
        max(high) filter (where statistic = 'variance_within') as variance_within_high,
        max(estimate) filter (where statistic = 'variance_between') as variance_between,
        max(estimate) filter (where statistic = 'variance_wordings') as variance_wordings,
        max(estimate) filter (where statistic = 'reliability') as reliability,
        max(estimate) filter (where statistic = 'noise_standard_deviation') as noise_standard_deviation,
        max(estimate) filter (where statistic = 'noise_floor') as noise_floor,
        max(reason) filter (where statistic = 'noise_floor') as reason,
        max(estimate) filter (where statistic = 'self_difference') as self_difference,
        max(low) filter (where statistic = 'self_difference') as self_difference_low,
        max(high) filter (where statistic = 'self_difference') as self_difference_high,
        max(p_value) filter (where statistic = 'self_difference') as self_difference_p_value
    from stats.estimates
    group by as_of_date, subject_id
),

taxes as (
    select
        comparisons.as_of_date,
        comparisons.candidate_run_id,
        comparisons.candidate_cell_id,
        max(estimates.estimate) as tax_variance_wordings
    from marts.comparisons
    inner join stats.estimates
        on comparisons.as_of_date = estimates.as_of_date and comparisons.comparison_id = estimates.subject_id
    where
        comparisons.kind = 'tax'
        and comparisons.is_default
        and estimates.statistic = 'tax_variance_wordings'
        and estimates.subset = 'all'
    group by comparisons.as_of_date, comparisons.candidate_run_id, comparisons.candidate_cell_id
)

select
    ---------- ids
    cells.as_of_date,
    cells.run_id,
    cells.cell_id,
    cells.model_id,
    cells.benchmark_id,
    cells.benchmark_version,
    cells.prompt_style,
    cells.scorer,
    ---------- what it rests on
    cells.count_items,
    cells.count_repeats,
    cells.count_templates,
    ---------- variance components
    pivoted.variance_within,
    pivoted.variance_within_low,
    pivoted.variance_within_high,
    pivoted.variance_between,
    pivoted.variance_wordings,
    taxes.tax_variance_wordings,
    pivoted.reliability,
    ---------- what the model does against itself
    pivoted.noise_standard_deviation,
    pivoted.noise_floor,
    pivoted.self_difference,
    pivoted.self_difference_low,
    pivoted.self_difference_high,
    pivoted.self_difference_p_value,
    ---------- where it comes from
    cells.evaluated_date,
    cells.origin,
    cells.origin = 'simulated' as is_simulated,
    case
        when cells.count_repeats = cells.count_templates then 'one_repeat'
        when pivoted.subject_id is null then 'no_items'
        else pivoted.reason
    end as reason
from cells
left join pivoted on cells.as_of_date = pivoted.as_of_date and cells.cell_key = pivoted.subject_id
left join taxes
    on
        cells.as_of_date = taxes.as_of_date
        and cells.run_id = taxes.candidate_run_id
        and cells.cell_id = taxes.candidate_cell_id
