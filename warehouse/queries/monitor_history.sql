-- One row per night that a series used before a date, oldest first.
select
    as_of_date,
    series_id,
    night_number,
    reference_first_night,
    count_reference,
    mean,
    log_evidence_highest,
    coalesce(is_wandering, false) as is_wandering
from stats.monitor_nights
where as_of_date < $before::date and phase <> 'left_out'
order by series_id, as_of_date
