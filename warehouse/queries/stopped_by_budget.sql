-- One row per budget that stopped cells of a run which are still incomplete, and what these lack.
with stops as (
    select * from raw.budget_stops
    where run_id = $run_id
    qualify row_number() over (partition by cell_id, role order by stopped_at desc) = 1
)

select
    stops.budget,
    count(distinct stops.cell_id) as count_cells,
    sum(stops.count_missing)::bigint as count_missing
from stops
inner join staging.stg_cells as cells
    on
        stops.run_id = cells.run_id
        and stops.cell_id = cells.cell_id
        and cells.status = 'incomplete'
        and stops.reason = cells.reason
group by stops.budget
order by stops.budget
