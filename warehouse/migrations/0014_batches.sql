-- Questions that were sent to a provider in batches, and what became of each batch.

-- One row per batch that a run wants to submit. It is written before the batch is sent, and `mark` is in all that is
-- sent, so that a batch is found again at the provider, however the program ended.
create table raw.batches (
    mark varchar primary key,
    run_id varchar not null,
    cell_id varchar not null,
    model_id varchar not null,
    endpoint varchar not null,
    count_requests integer not null check (count_requests > 0),
    intended_at timestamptz not null
);

-- One row per batch x answer that it is to bring.
create table raw.batch_requests (
    mark varchar not null,
    generation_id varchar not null,
    primary key (mark, generation_id)
);

-- One row per thing that happened to a batch. A log without a key. `posting` stands before every attempt to submit it,
-- `refused` behind one that certainly made no batch. A batch that was `given_up` was not worked on by the provider.
create table raw.batch_events (
    mark varchar not null,
    event varchar not null check (event in ('posting', 'refused', 'submitted', 'ended', 'collected', 'given_up')),
    batch_id varchar,
    detail varchar,
    happened_at timestamptz not null
);
