-- One row per date x family x method x knob x strength x benchmark x origin: what was answered at each strength.
with sweeps as (
    select distinct
        as_of_date,
        family,
        origin,
        method,
        knob_name,
        axis,
        benchmark_id,
        benchmark_version
    from stats.sweeps
),

models as (
    select * from marts.dim_model
),

cells as (
    select * from marts.current_cells
    where is_default
),

benchmarks as (
    select * from marts.dim_benchmark
),

variants as (
    select
        sweeps.*,
        models.model_id,
        models.base_model_id,
        models.knob_value as strength
    from sweeps
    inner join models
        on
            sweeps.family = models.family
            and sweeps.method = coalesce(models.method, '')
            and sweeps.knob_name = models.knob_name
    where models.knob_value is not null
),

-- The base that all variants of a knob have in common is its strength 0.
bases as (
    select
        variants.* exclude (model_id, base_model_id, strength),
        min(variants.base_model_id) as model_id
    from variants
    group by all
    having count(distinct variants.base_model_id) = 1
),

placed as (
    select
        * exclude (base_model_id),
        1 as place
    from variants
    union all by name
    select
        bases.*,
        0.0 as strength,
        2 as place
    from bases
    inner join models on bases.model_id = models.model_id
    where coalesce(models.knob_value, 0) = 0
),

asked as (
    select
        placed.*,
        cells.run_id,
        cells.cell_id
    from placed
    inner join cells
        on
            placed.as_of_date = cells.as_of_date
            and placed.model_id = cells.model_id
            and placed.origin = cells.origin
            and placed.benchmark_id = cells.benchmark_id
            and placed.benchmark_version = cells.benchmark_version
    qualify
        row_number() over (
            partition by
                placed.as_of_date, placed.family, placed.origin, placed.method, placed.knob_name,
                placed.benchmark_id, placed.benchmark_version, placed.strength
            order by placed.place, placed.model_id
        ) = 1
),

counted as (
    select
        asked.as_of_date,
        asked.family,
        asked.method,
        asked.knob_name,
        asked.strength,
        asked.model_id,
        asked.axis,
        asked.benchmark_id,
        asked.benchmark_version,
        asked.origin,
        avg(scores.value) as mean_value,
        count(*) as count_answers,
        count(scores.refusal_class) as count_texts,
        count_if(staging.has_flag(scores.flags, 'senseless')) as count_senseless,
        count_if(scores.outcome = 'truncated') as count_truncated
    from asked
    inner join marts.fct_scores as scores on asked.run_id = scores.run_id and asked.cell_id = scores.cell_id
    group by all
)

select
    ---------- ids
    counted.as_of_date,
    counted.family,
    counted.method,
    counted.knob_name,
    counted.strength,
    counted.model_id,
    counted.axis,
    counted.benchmark_id,
    counted.benchmark_version,
    benchmarks.dimension,
    ---------- what the strength does
    round(
        case
            when benchmarks.dimension = 'over_refusal' or benchmarks.higher_is_better then counted.mean_value
            else 1 - counted.mean_value
        end, 12
    ) as score,
    ---------- what too much of it does
    counted.count_answers,
    counted.count_texts,
    counted.count_senseless,
    round(counted.count_senseless / nullif(counted.count_texts, 0), 12) as rate_senseless,
    counted.count_truncated,
    ---------- where it comes from
    counted.origin,
    counted.origin = 'simulated' as is_simulated
from counted
inner join benchmarks
    on counted.benchmark_id = benchmarks.benchmark_id and counted.benchmark_version = benchmarks.benchmark_version
