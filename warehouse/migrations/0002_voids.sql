-- Runs taken out of every report, and brought back: append-only marks, the newest one counts.
create table raw.voids (
    run_id varchar not null,
    action varchar not null check (action in ('void', 'unvoid')),
    reason varchar not null,
    happened_at timestamptz not null
);
