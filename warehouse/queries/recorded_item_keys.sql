-- One row per item of named_items: the number that recorded scores call it by, which a new item gets here.
with newest as (
    select coalesce(max(item_key), 0) as item_key
    from raw.recorded_items
)

select
    named.item_id,
    coalesce(known.item_key, newest.item_key + row_number() over (
        partition by known.item_key is null order by named.place
    ))::integer as item_key,
    known.item_key is null as is_new
from named_items as named
left join raw.recorded_items as known on named.item_id = known.item_id
cross join newest
