-- One row per cell that was asked on two nights or more: how much the value of an item varies between the nights of the
-- cell's newest series.
with newest as (
    select
        cell_id,
        series_id,
        as_of_date
    from stats.monitor_nights
    where phase <> 'left_out' and night_number >= 2
    qualify row_number() over (partition by cell_id order by as_of_date desc, series_id asc) = 1
)

select
    newest.cell_id,
    avg(greatest(items.total_squares - items.total ^ 2 / items.count_nights, 0) / (items.count_nights - 1))
        as item_variance
from newest
inner join stats.monitor_items as items on newest.series_id = items.series_id and newest.as_of_date = items.as_of_date
where items.count_nights >= 2
group by newest.cell_id
order by newest.cell_id
