-- One row per date x pair x benchmark x measure, and per date x pair x declared measure without a benchmark.
with comparisons as (
    select * from marts.comparisons
    where is_default and attack = 'none'
),

ratios as (
    select
        *,
        split_part(statistic, ':', 2) as measure
    from stats.estimates
    where statistic like 'cost:%' and statistic not like 'cost:%:%'
),

sides as (
    select
        as_of_date,
        subject_id,
        split_part(statistic, ':', 2) as measure,
        max(estimate) filter (where statistic like '%:reference') as reference_value,
        max(estimate) filter (where statistic like '%:candidate') as candidate_value
    from stats.estimates
    where statistic like 'cost:%:%'
    group by as_of_date, subject_id, split_part(statistic, ':', 2)
),

measured as (
    select
        comparisons.as_of_date,
        'performance' as tax,
        comparisons.kind,
        comparisons.family,
        comparisons.reference_model_id,
        comparisons.candidate_model_id,
        comparisons.benchmark_id,
        comparisons.benchmark_version,
        ratios.measure,
        sides.reference_value,
        sides.candidate_value,
        ratios.estimate as ratio,
        ratios.low as ratio_low,
        ratios.high as ratio_high,
        ratios.method as ratio_kind,
        ratios.count_items as count_known_pairs,
        comparisons.origin,
        comparisons.reference_run_id,
        comparisons.candidate_run_id,
        ratios.reason
    from comparisons
    inner join ratios
        on comparisons.as_of_date = ratios.as_of_date and comparisons.comparison_id = ratios.subject_id
    inner join sides
        on
            ratios.as_of_date = sides.as_of_date
            and ratios.subject_id = sides.subject_id
            and ratios.measure = sides.measure
),

model_costs as (
    select
        runs.as_of_date,
        costs.model_id,
        costs.hours,
        costs.cost_usd,
        costs.ready_date
    from raw.model_costs as costs
    inner join staging.stg_runs as runs on costs.run_id = runs.run_id
    qualify row_number() over (
        partition by runs.as_of_date, costs.model_id order by runs.started_at desc
    ) = 1
),

pairs as (
    select distinct
        as_of_date,
        kind,
        family,
        reference_model_id,
        candidate_model_id,
        origin
    from comparisons
),

declared_costs as (
    select
        pairs.*,
        reference.hours as reference_hours,
        candidate.hours as candidate_hours,
        reference.cost_usd as reference_usd,
        candidate.cost_usd as candidate_usd,
        date_diff('day', reference.ready_date, candidate.ready_date) as days_later
    from pairs
    inner join model_costs as candidate
        on pairs.as_of_date = candidate.as_of_date and pairs.candidate_model_id = candidate.model_id
    left join model_costs as reference
        on pairs.as_of_date = reference.as_of_date and pairs.reference_model_id = reference.model_id
),

declared as (
    select
        *,
        'development' as tax,
        'development_hours' as measure,
        reference_hours as reference_value,
        candidate_hours as candidate_value
    from declared_costs
    where candidate_hours is not null
    union all
    select
        *,
        'development' as tax,
        'development_usd' as measure,
        reference_usd as reference_value,
        candidate_usd as candidate_value
    from declared_costs
    where candidate_usd is not null
    union all
    select
        *,
        'time_to_deployment' as tax,
        'days_to_deployment' as measure,
        0 as reference_value,
        days_later as candidate_value
    from declared_costs
    where days_later is not null
),

all_taxes as (
    select * from measured
    union all by name
    select
        as_of_date,
        tax,
        kind,
        family,
        reference_model_id,
        candidate_model_id,
        origin,
        measure,
        reference_value,
        candidate_value,
        candidate_value / nullif(reference_value, 0) as ratio,
        'declared_not_measured' as reason
    from declared
)

select
    ---------- ids
    as_of_date,
    kind,
    family,
    reference_model_id,
    candidate_model_id,
    benchmark_id,
    benchmark_version,
    tax,
    measure,
    ---------- the cost
    reference_value,
    candidate_value,
    candidate_value - reference_value as difference,
    ratio,
    ratio_low,
    ratio_high,
    ratio_kind,
    count_known_pairs,
    ---------- where it comes from
    origin,
    origin = 'simulated' as is_simulated,
    reference_run_id,
    candidate_run_id,
    reason
from all_taxes
