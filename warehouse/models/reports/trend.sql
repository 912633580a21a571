-- One row per night x model x benchmark x prompt style x origin: the score, and the evidence that it fell.
with nights as (
    select * from stats.monitor_nights
),

cells as (
    select * from staging.stg_cells
),

outcomes as (
    select * from marts.cell_outcomes
    where is_whole
),

located as (
    select
        nights.*,
        cells.model_id,
        cells.benchmark_id,
        cells.benchmark_version,
        cells.prompt_style,
        cells.scorer,
        cells.origin,
        outcomes.score,
        lag(nights.series_id) over streams as series_id_before
    from nights
    inner join cells on nights.run_id = cells.run_id and nights.cell_id = cells.cell_id
    inner join outcomes on nights.run_id = outcomes.run_id and nights.cell_id = outcomes.cell_id
    window streams as (
        partition by cells.model_id, cells.benchmark_id, cells.prompt_style, cells.origin
        order by nights.as_of_date
    )
),

ranked as (
    select
        *,
        p_value * (
            count(p_value) over (partition by as_of_date, origin)
            - row_number() over (partition by as_of_date, origin order by p_value asc nulls last, series_id asc) + 1
        ) as p_value_step
    from located
),

adjusted as (
    select
        *,
        case
            when p_value is not null
                then least(1, max(p_value_step) over (
                    partition by as_of_date, origin
                    order by p_value asc nulls last, series_id asc
                    rows between unbounded preceding and current row
                ))
        end as p_value_holm
    from ranked
)

select
    ---------- ids
    as_of_date,
    series_id,
    model_id,
    benchmark_id,
    benchmark_version,
    prompt_style,
    scorer,
    series_id_before is not null and series_id_before <> series_id as is_split,
    ---------- the night
    night_number,
    phase,
    score,
    mean as score_same_items,
    count_items,
    count_answered,
    night_standard_error,
    item_variance,
    ---------- the evidence
    log_evidence,
    log_evidence_highest,
    p_value,
    p_value_holm,
    coalesce(p_value_holm <= alpha, false) as is_alarm,
    since_date,
    fall,
    fall_low,
    fall_high,
    items_fallen_json,
    coalesce(is_wandering, false) as is_wandering,
    ---------- what could be seen
    count_reference,
    tolerance,
    alpha,
    smallest_visible_fall,
    ---------- where it comes from
    run_id,
    cell_id,
    origin,
    origin = 'simulated' as is_simulated,
    reason
from adjusted
