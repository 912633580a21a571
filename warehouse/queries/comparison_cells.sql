-- One row per comparison of some dates under the configured rule, with the keys of its two cells.
select
    as_of_date,
    comparison_id,
    md5(concat_ws('|', reference_run_id, reference_cell_id)) as reference_cell_key,
    md5(concat_ws('|', candidate_run_id, candidate_cell_id)) as candidate_cell_key
from marts.comparisons
where as_of_date in (select unnest($dates::date[])) and is_configured_rule
order by as_of_date, comparison_id
