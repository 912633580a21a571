-- One row per comparison of some dates under the configured rule, with the keys of its two cells.
select
    comparisons.as_of_date,
    comparisons.comparison_id,
    reference.cell_key as reference_cell_key,
    candidate.cell_key as candidate_cell_key
from marts.comparisons
inner join marts.current_cells as reference
    on
        comparisons.as_of_date = reference.as_of_date
        and comparisons.reference_run_id = reference.run_id
        and comparisons.reference_cell_id = reference.cell_id
inner join marts.current_cells as candidate
    on
        comparisons.as_of_date = candidate.as_of_date
        and comparisons.candidate_run_id = candidate.run_id
        and comparisons.candidate_cell_id = candidate.cell_id
where comparisons.as_of_date in (select unnest($dates::date[])) and comparisons.is_configured_rule
order by comparisons.as_of_date, comparisons.comparison_id
