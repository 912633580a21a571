-- What a model said beside its answer, in the server's own words, and what is odd about an answer.

-- Reasoning that a server sends in a field of its own, and the server's word for why the text ended. `finish_reason`
-- holds the common word for it.
alter table raw.generations add column reasoning_text varchar;
alter table raw.generations add column finish_word varchar;

-- What is odd about an answer, separated by commas in the order of the alphabet; '' for nothing, NULL for scores that
-- were made elsewhere or by an older version. And how much the model reasoned.
alter table raw.scores add column flags varchar;
alter table raw.scores add column reasoning_characters bigint;

-- A cell may be left out of the reports: its answers have landed, and a limit of validation was exceeded.
create table raw.cell_events_of_all_kinds (
    run_id varchar not null,
    cell_id varchar not null,
    status varchar not null check (status in ('complete', 'incomplete', 'failed', 'left_out')),
    reason varchar,
    happened_at timestamptz not null
);
insert into raw.cell_events_of_all_kinds select * from raw.cell_events; -- noqa: AM04
drop table raw.cell_events;
alter table raw.cell_events_of_all_kinds rename to cell_events;
