-- One row per date x family x origin x model x benchmark x item: what the models of a family scored, larger is better.
-- Families of which something was evaluated on the date and that have two axes or a knob; the primary style and the
-- newest complete cell of each model.
with cells as (
    select *
    from marts.current_cells
    where as_of_date in (select unnest($dates::date[])) and is_default
),

models as (
    select * from marts.dim_model
),

evaluated as (
    select
        cells.as_of_date,
        models.family,
        cells.origin
    from cells
    inner join models on cells.model_id = models.model_id
    inner join marts.dim_benchmark as benchmarks
        on
            cells.benchmark_id = benchmarks.benchmark_id
            and cells.benchmark_version = benchmarks.benchmark_version
    group by cells.as_of_date, models.family, cells.origin
    having
        bool_or(cells.evaluated_date = cells.as_of_date)
        and (bool_or(benchmarks.dimension = 'safety') or count(distinct models.knob_value) > 1)
),

placed as (
    select
        cells.as_of_date,
        cells.run_id,
        cells.cell_id,
        cells.origin,
        cells.model_id,
        cells.benchmark_id,
        cells.benchmark_version,
        models.family,
        models.base_model_id,
        coalesce(models.method, '') as method,
        models.knob_name,
        models.knob_value
    from cells
    inner join models on cells.model_id = models.model_id
    inner join evaluated
        on
            cells.as_of_date = evaluated.as_of_date
            and models.family = evaluated.family
            and cells.origin = evaluated.origin
)

select
    placed.as_of_date,
    placed.family,
    placed.origin,
    placed.model_id,
    placed.base_model_id,
    placed.method,
    placed.knob_name,
    placed.knob_value,
    placed.benchmark_id,
    placed.benchmark_version,
    benchmarks.dimension,
    scores.item_id,
    any_value(scores.cluster_id) as cluster_id,
    round(avg(
        case
            when benchmarks.dimension = 'over_refusal' or benchmarks.higher_is_better then scores.value
            else 1 - scores.value
        end
    ), 12) as value
from placed
inner join marts.fct_scores as scores on placed.run_id = scores.run_id and placed.cell_id = scores.cell_id
inner join marts.dim_benchmark as benchmarks
    on
        placed.benchmark_id = benchmarks.benchmark_id
        and placed.benchmark_version = benchmarks.benchmark_version
where scores.value is not null
group by all
order by all
