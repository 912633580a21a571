-- One row per table that readers use, reports first: what it holds, in one sentence.
with described as (
    select
        schema_name,
        table_name,
        comment
    from duckdb_tables()
    union all
    select
        schema_name,
        view_name as table_name,
        comment
    from duckdb_views()
)

select
    schema_name || '.' || table_name as name,
    regexp_extract(comment, '^(.*?[.])( |$)', 1) as holds
from described
where schema_name in ('reports', 'marts')
order by schema_name desc, name asc
