-- One row per date x model x benchmark version x prompt style x scorer x judge x origin: the newest complete cell
-- within reach. Of several of one day the one with the most items counts, so that a spot check replaces no whole cell;
-- of equally large ones the newest.
with dates as (
    select
        as_of_date,
        max(max_age_days) as max_age_days
    from staging.stg_runs
    group by as_of_date
),

cells as (
    select * from staging.stg_cells
    where status = 'complete'
),

in_reach as (
    select
        dates.as_of_date,
        cells.* exclude (as_of_date),
        cells.as_of_date as evaluated_date,
        date_diff('day', cells.as_of_date, dates.as_of_date) as count_days_old
    from dates
    inner join cells
        on
            dates.as_of_date >= cells.as_of_date
            and date_diff('day', cells.as_of_date, dates.as_of_date) <= dates.max_age_days
)

select
    as_of_date,
    run_id,
    cell_id,
    md5(concat_ws('|', run_id, cell_id)) as cell_key,
    evaluated_date,
    count_days_old,
    model_id,
    model_version,
    benchmark_id,
    benchmark_version,
    prompt_style,
    is_primary_style,
    attack,
    origin,
    scorer,
    judge_model_id,
    judge_version,
    unparsed_rule,
    count_items,
    count_repeats,
    count_templates,
    parameters_json,
    row_number() over (
        partition by as_of_date, model_id, benchmark_id, prompt_style, origin
        order by evaluated_date desc, count_items desc, run_started_at desc, cell_id asc
    ) = 1 as is_newest,
    is_newest and is_primary_style as is_default,
    concat_ws(
        ', ',
        case
            when
                max(run_started_at) over (
                    partition by as_of_date, model_id, benchmark_id, prompt_style, origin, evaluated_date
                ) > run_started_at
                and max(count_items) over (
                    partition by as_of_date, model_id, benchmark_id, prompt_style, origin, evaluated_date
                ) = count_items
                then 'smaller_cell_later'
        end,
        case
            when
                max(count_items) over (partition by as_of_date, model_id, benchmark_id, prompt_style, origin)
                > 2 * count_items
                then 'fewer_items'
        end
    ) as cautions
from in_reach
qualify row_number() over (
    partition by as_of_date, model_id, benchmark_id, benchmark_version, prompt_style, scorer, judge_version, origin
    order by evaluated_date desc, count_items desc, run_started_at desc
) = 1
