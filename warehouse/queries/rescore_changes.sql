-- One row per cell that a scorer scored beside another one, by the newest pair of the cell.
select * from reports.rescore_changes
where
    scorer_new = $scorer
    and scorer_version_new = $scorer_version
    and ($run_id::varchar is null or run_id = $run_id)
qualify row_number() over (partition by run_id, cell_id order by scored_old_at desc) = 1
order by run_id, cell_id
