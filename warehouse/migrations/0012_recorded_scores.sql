-- Scores of other tools that come without texts: what is long stands once, and a score is a row of small numbers.

-- One row per item of which such scores are known, with the number that the scores call it by.
create table raw.recorded_items (
    item_key integer primary key,
    item_id varchar not null unique
);

-- One row per imported file and way of reading it x cell, with the number that the scores call it by. `content_hash` is
-- that of the file, the way of reading and the cell; the run is the first that brought it.
create table raw.recorded_cells (
    recorded_key integer primary key,
    content_hash varchar not null unique,
    run_id varchar not null,
    landed_at timestamptz not null
);

-- One row per recorded cell x item x repeat. The cells of a run name theirs in raw.cells.
create table raw.recorded_scores (
    recorded_key integer not null,
    item_key integer not null,
    repeat integer not null check (repeat >= 0),
    outcome varchar not null check (
        outcome in (
            'correct', 'partial', 'incorrect', 'refused', 'filtered', 'truncated', 'unparsed', 'failed', 'judge_error',
            'not_run', 'quarantined'
        )
    ),
    value double check (value between 0 and 1),
    latency_ms double check (latency_ms between 0 and 1.7e308),
    tokens_input bigint check (tokens_input >= 0),
    tokens_output bigint check (tokens_output >= 0),
    cost_usd double check (cost_usd between 0 and 1.7e308),
    primary key (recorded_key, item_key, repeat),
    check ((value is null) = (outcome in ('unparsed', 'failed', 'judge_error', 'not_run', 'quarantined'))),
    check (outcome <> 'correct' or value = 1),
    check (outcome <> 'partial' or (value > 0 and value < 1)),
    check (outcome not in ('incorrect', 'refused', 'filtered', 'truncated') or value = 0)
);

alter table raw.cells add column recorded_key integer;
