-- One row per item or cell in `named`: the number that recorded scores call it by. One that is new gets it here.
with known as (
    select
        item_id as name,
        item_key as number
    from raw.recorded_items
    where $kind = 'item'
    union all
    select
        content_hash as name,
        recorded_key as number
    from raw.recorded_cells
    where $kind = 'cell'
),

newest as (
    select coalesce(max(number), 0) as number
    from known
)

select
    named.name,
    coalesce(known.number, newest.number + row_number() over (
        partition by known.number is null order by named.place
    ))::integer as number,
    known.number is null as is_new
from named
left join known on named.name = known.name
cross join newest
