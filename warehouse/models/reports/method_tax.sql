-- One row per date x method x all capability, or benchmark x subset: the tax of a method over checkpoints that differ
-- only in the training seed.
with comparisons as (
    select * from marts.method_comparisons
),

methods as (
    select
        as_of_date,
        method_id,
        any_value(kind) as kind,
        any_value(family) as family,
        min(method) as method,
        any_value(reference_model_id) as reference_model_id,
        any_value(candidate_model_id) as candidate_model_id,
        any_value(origin) as origin,
        string_agg(distinct candidate_checkpoint, ', ' order by candidate_checkpoint) as checkpoints,
        any_value(count_checkpoints) as count_checkpoints
    from comparisons
    group by as_of_date, method_id
),

benchmarks as (
    select
        as_of_date,
        method_id,
        method_benchmark_id,
        any_value(benchmark_id) as benchmark_id,
        any_value(attack) as attack,
        any_value(dimension) as dimension
    from comparisons
    group by as_of_date, method_id, method_benchmark_id
),

places as (
    select
        as_of_date,
        method_id,
        method_id as subject_id,
        'all capability' as scope,
        null::varchar as benchmark_id,
        null::varchar as attack,
        null::varchar as dimension
    from methods
    union all
    select
        as_of_date,
        method_id,
        method_benchmark_id as subject_id,
        'benchmark' as scope,
        benchmark_id,
        attack,
        dimension
    from benchmarks
),

pivoted as (
    select
        as_of_date,
        subject_id,
        subset,
        max(estimate) filter (where statistic = 'tax_method') as tax_absolute,
        max(low) filter (where statistic = 'tax_method') as tax_absolute_low,
        max(high) filter (where statistic = 'tax_method') as tax_absolute_high,
        max(standard_error) filter (where statistic = 'tax_method') as standard_error,
        max(degrees_of_freedom) filter (where statistic = 'tax_method') as degrees_of_freedom,
        max(p_value) filter (where statistic = 'tax_method') as p_value,
        max(method) filter (where statistic = 'tax_method') as se_method,
        max(count_items) filter (where statistic = 'tax_method') as count_items,
        max(count_clusters) filter (where statistic = 'tax_method') as count_clusters,
        max(flags) filter (where statistic = 'tax_method') as flags,
        max(reason) filter (where statistic = 'tax_method') as reason,
        max(estimate) filter (where statistic = 'tax_method_at_most') as tax_at_most,
        max(estimate) filter (where statistic = 'tax_method_holm') as p_value_holm,
        max(estimate) filter (where statistic = 'tax_method_count_tests')::bigint as count_tests_holm,
        max(estimate) filter (where statistic = 'tax_method_seed_sd') as seed_sd,
        max(estimate) filter (where statistic = 'tax_method_share_seeds') as share_variance_seeds,
        max(estimate) filter (where statistic = 'tax_method_count_seeds')::bigint as count_seeds,
        max(estimate) filter (where statistic = 'tax_method_count_benchmarks')::bigint as count_benchmarks
    from stats.estimates
    where starts_with(statistic, 'tax_method')
    group by as_of_date, subject_id, subset
),

-- A method of one checkpoint: that checkpoint's tax, without limits, because they would not hold for another seed.
alone as (
    select
        overall.as_of_date,
        overall.pair_id as subject_id,
        overall.tax_absolute,
        overall.count_paired_items as count_items,
        overall.count_clusters,
        overall.count_benchmarks,
        1 as count_seeds,
        'one_checkpoint' as reason
    from reports.overall_tax as overall
    inner join methods
        on
            overall.as_of_date = methods.as_of_date
            and overall.pair_id = methods.method_id
            and methods.count_checkpoints = 1
    where overall.scope = 'all capability' and overall.weighting = 'macro' and overall.kind = 'tax'
),

taxes as (
    select * from pivoted
    union all by name
    select
        *,
        'all capability' as subset
    from alone
)

select
    ---------- ids
    places.as_of_date,
    places.method_id,
    methods.kind,
    methods.family,
    methods.method,
    methods.reference_model_id,
    methods.candidate_model_id,
    places.scope,
    places.benchmark_id,
    places.attack,
    places.dimension,
    taxes.subset,
    ---------- what it rests on
    methods.checkpoints,
    taxes.count_seeds,
    taxes.count_benchmarks,
    taxes.count_items,
    taxes.count_clusters,
    ---------- the tax
    taxes.tax_absolute,
    taxes.tax_absolute_low,
    taxes.tax_absolute_high,
    taxes.tax_at_most,
    taxes.standard_error,
    taxes.se_method,
    taxes.degrees_of_freedom,
    taxes.p_value,
    taxes.p_value_holm,
    taxes.count_tests_holm,
    staging.is_significant(taxes.p_value_holm) as is_significant,
    ---------- how much of it is the seed
    taxes.seed_sd,
    taxes.share_variance_seeds,
    ---------- where it comes from
    methods.origin,
    methods.origin = 'simulated' as is_simulated,
    nullif(
        concat_ws(
            ', ',
            taxes.flags,
            case when taxes.count_seeds < methods.count_checkpoints then 'fewer_checkpoints' end,
            case when taxes.count_seeds = 2 then 'two_checkpoints' end
        ), ''
    ) as flags,
    taxes.reason
from places
inner join methods
    on places.as_of_date = methods.as_of_date and places.method_id = methods.method_id
inner join taxes
    on places.as_of_date = taxes.as_of_date and places.subject_id = taxes.subject_id
