-- One row per night x series of some dates: the cell evaluated that night, and what identifies its series.
with cells as (
    select *
    from marts.current_cells
    where as_of_date in (select unnest($dates::date[])) and evaluated_date = as_of_date and is_newest
),

-- Imports of the same file for an earlier date: their answers are the same.
repeated as (
    select distinct later.run_id
    from staging.stg_runs as later
    inner join staging.stg_runs as earlier
        on later.plan_hash = earlier.plan_hash and later.as_of_date > earlier.as_of_date
    where later.kind = 'import' and earlier.kind = 'import'
),

answers as (
    select
        generations.run_id,
        generations.cell_id,
        string_agg(distinct generations.model_served, ', ' order by generations.model_served) as model_served,
        avg(
            case
                when generations.origin = 'imported' then repeated.run_id is not null
                else own.as_of_date < generations.as_of_date
            end::integer
        ) as share_reused
    from marts.fct_generations as generations
    left join raw.runs as own on generations.generated_in_run_id = own.run_id
    left join repeated on generations.run_id = repeated.run_id
    where generations.as_of_date in (select unnest($dates::date[]))
    group by generations.run_id, generations.cell_id
),

scorers as (
    select
        run_id,
        cell_id,
        max(scorer_version) as scorer_version
    from marts.fct_scores
    where as_of_date in (select unnest($dates::date[]))
    group by run_id, cell_id
)

select
    cells.as_of_date,
    md5(concat_ws(
        '|', cells.model_id, cells.model_version, coalesce(answers.model_served, ''), cells.benchmark_id,
        cells.benchmark_version, cells.prompt_style, cells.origin, cells.scorer,
        coalesce(scorers.scorer_version, 0), cells.unparsed_rule, stg_cells.sample_hash
    )) as series_id,
    cells.run_id,
    cells.cell_id,
    cells.model_id,
    cells.benchmark_id,
    coalesce(answers.share_reused, 0) as share_reused
from cells
inner join staging.stg_cells on cells.run_id = stg_cells.run_id and cells.cell_id = stg_cells.cell_id
left join answers on cells.run_id = answers.run_id and cells.cell_id = answers.cell_id
left join scorers on cells.run_id = scorers.run_id and cells.cell_id = scorers.cell_id
order by cells.as_of_date, series_id
