-- How did the scores of each family move over its last ten nights?
-- Without rows: No benchmark is scored yet.
select
    models.family,
    trend.model_id,
    trend.benchmark_id,
    trend.as_of_date,
    round(100 * trend.score, 1) as score,
    trend.is_alarm,
    round(100 * trend.fall, 1) as fall_points
from reports.trend as trend
inner join marts.dim_model as models using (model_id)
qualify
    row_number() over (partition by models.model_version, trend.series_id order by trend.as_of_date desc) <= 10
    and models.last_registered_date = max(models.last_registered_date) over (partition by trend.model_id)
order by models.family, trend.model_id, trend.benchmark_id, trend.as_of_date
