-- One row per table that readers use, reports first: what it holds, in one sentence.
select
    schema_name || '.' || table_name as name,
    regexp_extract(comment, '^(.*?[.])( |$)', 1) as holds
from (
    select schema_name, table_name, comment from duckdb_tables()
    union all
    select schema_name, view_name, comment from duckdb_views()
)
where schema_name in ('reports', 'marts')
order by schema_name desc, name
