-- One row per date x family x method x knob x benchmark x form x origin: how scores follow a strength.
with sweeps as (
    select * from stats.sweeps
),

benchmarks as (
    select * from marts.dim_benchmark
)

select
    ---------- ids
    sweeps.as_of_date,
    sweeps.family,
    sweeps.method,
    sweeps.knob_name,
    sweeps.axis,
    sweeps.benchmark_id,
    sweeps.benchmark_version,
    benchmarks.dimension,
    sweeps.form,
    ---------- what it rests on
    sweeps.count_strengths,
    sweeps.count_items,
    sweeps.knob_low,
    sweeps.knob_high,
    ---------- the fit
    sweeps.criterion,
    sweeps.share_chosen,
    sweeps.is_best,
    sweeps.is_shown,
    sweeps.is_clear,
    sweeps.parameters_json,
    sweeps.largest_residual,
    ---------- the shape
    sweeps.shape,
    sweeps.slope,
    sweeps.slope_low,
    sweeps.slope_high,
    sweeps.vertex,
    sweeps.vertex_low,
    sweeps.vertex_high,
    sweeps.vertex_reason,
    sweeps.small_strength_from,
    sweeps.small_strength_to,
    ---------- the strength that pays
    sweeps.optimum,
    sweeps.optimum_low,
    sweeps.optimum_high,
    sweeps.window_end,
    sweeps.window_end_low,
    sweeps.window_end_high,
    sweeps.is_optimum_inside,
    sweeps.optimum_reason,
    sweeps.helpfulness_weight,
    ---------- where it comes from
    sweeps.origin,
    sweeps.origin = 'simulated' as is_simulated,
    sweeps.reason
from sweeps
left join benchmarks
    on sweeps.benchmark_id = benchmarks.benchmark_id and sweeps.benchmark_version = benchmarks.benchmark_version
