-- One row per cell of named_cells: the number that recorded scores call it by, which a new cell gets here.
with newest as (
    select coalesce(max(recorded_key), 0) as recorded_key
    from raw.recorded_cells
)

select
    named.content_hash,
    coalesce(known.recorded_key, newest.recorded_key + row_number() over (
        partition by known.recorded_key is null order by named.place
    ))::integer as recorded_key,
    known.recorded_key is null as is_new
from named_cells as named
left join raw.recorded_cells as known on named.content_hash = known.content_hash
cross join newest
