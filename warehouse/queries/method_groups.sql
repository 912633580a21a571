-- One row per method, and per method and benchmark, of some dates, with the group its p-values are adjusted in.
select distinct
    as_of_date,
    unnest([method_id, method_benchmark_id]) as subject_id,
    concat_ws('|', kind, family, origin, unnest(['all capability', 'benchmark'])) as adjustment_group
from marts.method_comparisons
where as_of_date in (select unnest($dates::date[]))
