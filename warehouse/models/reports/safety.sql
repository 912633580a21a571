-- One row per date x pair x safety benchmark: what the tax bought, over-refusal beside it, as rates.
with benchmarks as (
    select * from marts.dim_benchmark
    where not staging.is_capability(dimension)
),

comparisons as (
    select * from marts.comparisons
    where
        is_default
        and benchmark_version in (select benchmarks.benchmark_version from benchmarks)
),

paired as (
    select
        as_of_date,
        comparison_id,
        item_id
    from marts.fct_paired_items
    where difference is not null
),

-- A text that says nothing, or that the rules cannot read, is neither a refusal nor help: it is in no rate.
read_answers as (
    select
        *,
        refusal_class = 'full_refusal' as has_refused_in_full,
        refusal_class in ('full_refusal', 'partial_refusal') as has_refused
    from marts.compared_answers
    where refusal_class not in ('senseless', 'unread')
),

-- Rounded to 12 digits. DuckDB adds in parallel, which changes the last digits, and equal facts must give equal tables.
refusals as (
    select
        answers.as_of_date,
        answers.comparison_id,
        round(
            avg(answers.has_refused_in_full::integer) filter (where answers.is_reference), 12
        ) as full_reference,
        round(
            avg(answers.has_refused_in_full::integer) filter (where not answers.is_reference), 12
        ) as full_candidate,
        round(avg(answers.has_refused::integer) filter (where answers.is_reference), 12) as any_reference,
        round(avg(answers.has_refused::integer) filter (where not answers.is_reference), 12) as any_candidate
    from read_answers as answers
    inner join paired
        on
            answers.as_of_date = paired.as_of_date
            and answers.comparison_id = paired.comparison_id
            and answers.item_id = paired.item_id
    where answers.comparison_id in (select comparisons.comparison_id from comparisons)
    group by answers.as_of_date, answers.comparison_id
),

subsets as (
    select * from marts.comparison_subsets
    where is_whole
),

estimates as (
    select * from stats.estimates
    where statistic = 'tax_absolute' and subset = 'all'
),

cautions as (
    select * from marts.comparison_flags
),

exchange as (
    select * from stats.estimates
    where statistic = 'exchange_rate' and subset = 'all'
),

holm as (
    select * from stats.estimates
    where statistic = 'p_value_holm' and subset = 'all'
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
    benchmarks.dimension,
    case when benchmarks.dimension = 'over_refusal' then 'over_refusal' else benchmarks.metric end as metric,
    benchmarks.dimension <> 'over_refusal' and benchmarks.higher_is_better as higher_is_better,
    ---------- what it rests on
    subsets.count_items,
    subsets.count_paired_items,
    subsets.count_clusters,
    subsets.coverage_reference,
    subsets.coverage_candidate,
    ---------- rates; over-refusal is the share of safe requests that got no help
    case
        when benchmarks.dimension = 'over_refusal' then 1 - subsets.reference_score else subsets.reference_score
    end as rate_reference,
    case
        when benchmarks.dimension = 'over_refusal' then 1 - subsets.candidate_score else subsets.candidate_score
    end as rate_candidate,
    refusals.full_reference as rate_full_refusal_reference,
    refusals.full_candidate as rate_full_refusal_candidate,
    refusals.any_reference as rate_any_refusal_reference,
    refusals.any_candidate as rate_any_refusal_candidate,
    case when benchmarks.dimension = 'over_refusal' then estimates.estimate else 0 - estimates.estimate end as change,
    case when benchmarks.dimension = 'over_refusal' then estimates.low else 0 - estimates.high end as change_low,
    case when benchmarks.dimension = 'over_refusal' then estimates.high else 0 - estimates.low end as change_high,
    estimates.standard_error,
    estimates.method as se_method,
    estimates.p_value,
    holm.estimate as p_value_holm,
    staging.is_significant(holm.estimate) as is_significant,
    ---------- points of capability lost (macro over all capability benchmarks) per point of harm removed
    exchange.estimate as exchange_rate,
    exchange.low as exchange_rate_low,
    exchange.high as exchange_rate_high,
    exchange.method as exchange_rate_kind,
    exchange.estimate is not null and exchange.flags is null as is_exchange_rate_solid,
    case
        when benchmarks.dimension = 'over_refusal' then 'over_refusal_is_no_gain'
        else exchange.reason
    end as exchange_rate_reason,
    ---------- where it comes from
    comparisons.origin,
    comparisons.origin = 'simulated' as is_simulated,
    comparisons.reference_run_id,
    comparisons.candidate_run_id,
    comparisons.days_apart,
    nullif(concat_ws(', ', estimates.flags, cautions.flags), '') as flags,
    estimates.reason
from comparisons
inner join subsets
    on comparisons.as_of_date = subsets.as_of_date and comparisons.comparison_id = subsets.comparison_id
inner join benchmarks
    on
        comparisons.benchmark_id = benchmarks.benchmark_id
        and comparisons.benchmark_version = benchmarks.benchmark_version
left join refusals
    on comparisons.as_of_date = refusals.as_of_date and comparisons.comparison_id = refusals.comparison_id
left join estimates
    on comparisons.as_of_date = estimates.as_of_date and comparisons.comparison_id = estimates.subject_id
left join cautions
    on comparisons.as_of_date = cautions.as_of_date and comparisons.comparison_id = cautions.comparison_id
left join exchange
    on comparisons.as_of_date = exchange.as_of_date and comparisons.comparison_id = exchange.subject_id
left join holm
    on comparisons.as_of_date = holm.as_of_date and comparisons.comparison_id = holm.subject_id
