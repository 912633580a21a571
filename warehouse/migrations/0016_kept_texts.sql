-- Retention is the declared exception to the rule that facts never change: it removes texts, never scores or counts.

-- When the texts of an answer were removed; NULL while they are there. Then `text` and `refusal_text` are '' where they
-- held a text, and these columns have DuckDB's hash of the text and its length.
alter table raw.generations add column texts_removed_at timestamptz;
alter table raw.generations add column text_hash ubigint;
alter table raw.generations add column count_characters bigint;

-- One row per removal x run x kind of text: what was removed, when, and by which rule. A log without a key.
create table raw.text_removals (
    run_id varchar not null,
    kind varchar not null check (kind in ('answer', 'judge', 'part', 'failure', 'prompt')),
    count_texts bigint not null check (count_texts > 0),
    count_characters bigint not null check (count_characters >= 0),
    policy varchar not null check (policy in ('keep_texts_days', 'prune')),
    older_than_days integer not null check (older_than_days >= 1),
    removed_at timestamptz not null
);
