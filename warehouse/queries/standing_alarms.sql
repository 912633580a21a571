-- One row per alarm that stands on the newest night of its series. A series that was not asked for four weeks has none.
with nights as (
    select
        series_id,
        as_of_date,
        max(as_of_date) over (partition by model_id, benchmark_id, prompt_style, origin) as newest,
        max(as_of_date) over () as newest_of_all
    from reports.trend
)

select
    alerts.kind,
    alerts.model_id,
    alerts.benchmark_id,
    alerts.prompt_style,
    alerts.origin,
    alerts.what_changed,
    alerts.since_date,
    alerts.fall,
    alerts.fall_low,
    alerts.fall_high,
    alerts.alpha,
    alerts.is_wandering
from reports.alerts
inner join nights on alerts.series_id = nights.series_id and alerts.as_of_date = nights.as_of_date
where nights.as_of_date = nights.newest and nights.newest > nights.newest_of_all - 28
order by alerts.model_id, alerts.benchmark_id, alerts.prompt_style, alerts.origin, alerts.kind
