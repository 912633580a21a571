-- One row per cell of the newest date whose endpoint began to serve another model in the four weeks before: its newest
-- change, and what it did to the score.
with changes as (
    select
        *,
        max(as_of_date) over (partition by model_id, benchmark_id, prompt_style, origin) as newest
    from reports.served_changes
)

select
    model_id,
    benchmark_id,
    prompt_style,
    as_of_date as since_date,
    model_served_before,
    model_served,
    fall,
    fall_low,
    fall_high,
    is_significant,
    reason
from changes
where as_of_date = newest and newest > (select max(as_of_date) - 28 from reports.coverage)
order by model_id, benchmark_id, prompt_style, origin
