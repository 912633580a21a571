-- One row per alarm that stands on a date.
select
    'night' as kind,
    model_id,
    concat_ws(', ', 'since ' || since_date, what_changed) as reference,
    benchmark_id,
    fall as estimate,
    fall_low as low,
    fall_high as high,
    null::double as at_most,
    null::double as minimum_detectable,
    null::bigint as count_items,
    null::varchar as reason
from reports.alerts
where as_of_date = $as_of_date::date
order by benchmark_id, model_id, prompt_style, origin, kind
