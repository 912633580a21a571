-- A limit is an expectation of its own kind: it leaves a cell out and stops nothing else.
create table raw.validations_of_all_kinds (
    run_id varchar not null,
    stage varchar not null,
    expectation varchar not null,
    table_name varchar not null,
    severity varchar not null check (severity in ('gate', 'limit', 'quarantine', 'warning')),
    is_success boolean not null,
    count_checked bigint not null,
    count_unexpected bigint not null,
    detail varchar,
    validated_at timestamptz not null
);
insert into raw.validations_of_all_kinds select * from raw.validations; -- noqa: AM04
drop table raw.validations;
alter table raw.validations_of_all_kinds rename to validations;
