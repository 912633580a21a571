-- The requests of a shard whose answers have not landed in the lake, in the order in which they are asked.
select
    piece,
    cell_id,
    is_resumed,
    item_id,
    repeat,
    generation_id,
    request_hash
from raw.shard_requests
where
    shard_id = $shard_id
    and generation_id not in (
        select generation_id from raw.generations
        where run_id = $run_id
    )
order by position
