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

-- A series starts when anything that changes answers changes, when an alarm is acknowledged, and after a year.
starts as (
    select
        model_id,
        benchmark_id,
        prompt_style,
        origin,
        series_id,
        reference_first_night,
        count(*) over (
            partition by model_id, benchmark_id, prompt_style, origin
            order by min(as_of_date)
            range between interval 364 days preceding and current row
        ) as start_number
    from located
    where reference_first_night is not null
    group by model_id, benchmark_id, prompt_style, origin, series_id, reference_first_night
),

-- Everything that was asked in the year before a night shares its budget of false alarms, asked that night or not. A
-- series counts from a night to its next one, for a year at most.
spans as (
    select
        origin,
        as_of_date,
        lead(as_of_date) over (
            partition by model_id, benchmark_id, prompt_style, origin
            order by as_of_date
        ) as date_after
    from located
),

steps as (
    select
        origin,
        as_of_date,
        1 as step
    from spans
    union all
    select
        origin,
        least(coalesce(date_after, as_of_date + 365), as_of_date + 365) as as_of_date,
        -1 as step
    from spans
),

counted as (
    select
        origin,
        as_of_date,
        sum(sum(step)) over (partition by origin order by as_of_date)::bigint as count_series
    from steps
    group by origin, as_of_date
),

adjusted as (
    select
        located.*,
        counted.count_series,
        starts.start_number,
        -- The k-th start of one of S series in a year spends alpha / (S k (k + 1)).
        counted.count_series * starts.start_number * (starts.start_number + 1) as count_shares
    from located
    inner join counted on located.as_of_date = counted.as_of_date and located.origin = counted.origin
    left join starts
        on
            located.model_id = starts.model_id
            and located.benchmark_id = starts.benchmark_id
            and located.prompt_style = starts.prompt_style
            and located.origin = starts.origin
            and located.series_id = starts.series_id
            and located.reference_first_night = starts.reference_first_night
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
    count_series,
    start_number,
    least(1, p_value * count_shares) as p_value_adjusted,
    coalesce(p_value_adjusted <= alpha, false) as is_alarm,
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
    staging.smallest_visible_fall(
        alpha / count_shares, tolerance, night_standard_error, count_reference
    ) as smallest_visible_fall,
    ---------- where it comes from
    run_id,
    cell_id,
    origin,
    origin = 'simulated' as is_simulated,
    reason
from adjusted
