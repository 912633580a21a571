-- One row per night x model x benchmark x prompt style x origin x kind of alarm that stands.
with trend as (
    select * from reports.trend
),

served_changes as (
    select * from reports.served_changes
    where is_significant
),

falls as (
    select
        *,
        'fall' as kind,
        null::varchar as what_changed,
        not coalesce(lag(is_alarm) over (partition by series_id order by as_of_date), false) as is_new
    from trend
    qualify is_alarm
),

-- Another served model starts a new series, whose nights cannot show the step before them. Where the score surely fell
-- by more than the tolerance, the alarm stands on all nights of that series.
changed as (
    select
        trend.* exclude (since_date, fall, fall_low, fall_high, items_fallen_json, p_value, p_value_adjusted),
        changes.as_of_date as since_date,
        changes.fall,
        changes.fall_low,
        changes.fall_high,
        null::varchar as items_fallen_json,
        changes.p_value,
        changes.p_value_holm as p_value_adjusted,
        'served_model' as kind,
        changes.model_served_before || ' -> ' || changes.model_served as what_changed,
        trend.as_of_date = changes.as_of_date as is_new
    from served_changes as changes
    inner join trend as started
        on
            changes.as_of_date = started.as_of_date
            and changes.model_id = started.model_id
            and changes.benchmark_id = started.benchmark_id
            and changes.prompt_style = started.prompt_style
            and changes.origin = started.origin
            and changes.fall_low > started.tolerance
    inner join trend on started.series_id = trend.series_id and changes.as_of_date <= trend.as_of_date
    qualify row_number() over (
        partition by trend.as_of_date, trend.series_id
        order by changes.as_of_date desc
    ) = 1
),

standing as (
    select * from falls
    union all by name
    select * from changed
)

select
    ---------- ids
    as_of_date,
    series_id,
    model_id,
    benchmark_id,
    benchmark_version,
    prompt_style,
    kind,
    ---------- since when and how big
    is_new,
    what_changed,
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
from standing
