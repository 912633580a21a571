-- One row per notice: what receivers are told, once. `size` is how bad it was then (a fall, a count of cells), so that
-- a later night can tell whether it has become worse.
create table raw.notices (
    notice_id varchar primary key,
    kind varchar not null,
    subject varchar not null,
    change varchar not null check (change in ('new', 'worse', 'ended')),
    since_date date not null,
    as_of_date date not null,
    size double not null,
    what varchar not null,
    sure varchar not null,
    command varchar not null,
    noted_at timestamptz not null
);

-- One row per notice x receiver x step of its delivery: it waits as soon as it is noted. A log without a key.
create table raw.notice_events (
    notice_id varchar not null,
    receiver varchar not null,
    status varchar not null check (status in ('waiting', 'delivered', 'undelivered')),
    detail varchar,
    happened_at timestamptz not null
);
