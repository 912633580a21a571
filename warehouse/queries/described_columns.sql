-- One row per column of a table or view that the models make.
select
    schema_name || '.' || table_name as table_name,
    column_name,
    lower(data_type) as data_type
from duckdb_columns()
where
    database_name = current_database()
    and schema_name in ('staging', 'marts', 'reports')
order by
    table_name asc,
    column_index asc
