-- The sums of items after some nights of some series; `wanted` names them (as_of_date, series_id).
select
    items.series_id,
    items.item_id,
    items.count_nights,
    items.total,
    items.total_squares
from stats.monitor_items as items
inner join wanted on items.as_of_date = wanted.as_of_date and items.series_id = wanted.series_id
where items.as_of_date in (select unnest($dates::date[]))
order by items.series_id, items.item_id
