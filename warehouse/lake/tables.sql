-- Beside facts: which schema the lake has, which open requests each shard asks, and how each piece of work ended.
create schema if not exists lake.raw;

create table if not exists lake.raw.lake_versions (
    schema_version varchar not null,
    prepared_at timestamptz not null
);

create table if not exists lake.raw.shard_requests (
    shard_id varchar not null,
    run_id varchar not null,
    piece varchar not null,
    cell_id varchar not null,
    is_resumed boolean not null,
    position integer not null,
    item_id varchar not null,
    repeat integer not null,
    generation_id varchar not null,
    request_hash varchar not null
);

create table if not exists lake.raw.shard_ends (
    shard_id varchar not null,
    piece varchar not null,
    count_failed bigint not null,
    stopped varchar,
    is_cell_error boolean not null,
    budget varchar,
    ended_at timestamptz not null
);
