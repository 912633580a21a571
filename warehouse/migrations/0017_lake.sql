-- One row per lake from which facts were taken in, with the last snapshot of it that was.
create table meta.lakes (
    catalog varchar primary key,
    snapshot_id bigint not null,
    taken_at timestamptz not null
);
