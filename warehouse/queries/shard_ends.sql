-- How the asking of each piece of some shards last ended.
select
    piece,
    count_failed,
    stopped,
    is_cell_error,
    budget
from raw.shard_ends
where shard_id in (select shard_id from wanted_shards)
qualify row_number() over (partition by shard_id, piece order by ended_at desc) = 1
