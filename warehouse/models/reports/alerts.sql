-- One row per night x model x benchmark x prompt style x origin on which an alarm stands.
with trend as (
    select * from reports.trend
),

marked as (
    select
        *,
        coalesce(lag(is_alarm) over (partition by series_id order by as_of_date), false) as was_alarm
    from trend
)

select
    ---------- ids
    as_of_date,
    series_id,
    model_id,
    benchmark_id,
    benchmark_version,
    prompt_style,
    ---------- since when and how big
    not was_alarm as is_new,
    since_date,
    date_diff('day', since_date, as_of_date) as days_since,
    fall,
    fall_low,
    fall_high,
    tolerance,
    items_fallen_json,
    ---------- how sure
    p_value,
    p_value_adjusted,
    alpha,
    is_wandering,
    ---------- where it comes from
    run_id,
    cell_id,
    origin,
    is_simulated
from marked
where is_alarm
