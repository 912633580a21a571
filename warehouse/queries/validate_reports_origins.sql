-- One row per comparison in the reports of some dates: how many origins it, its two cells and its marks name.
with reported as (
    select
        as_of_date,
        comparison_id,
        origin,
        is_simulated
    from reports.alignment_tax
    union distinct
    select
        as_of_date,
        comparison_id,
        origin,
        is_simulated
    from reports.safety
),

named as (
    select
        concat(comparisons.reference_cell_id, ' and ', comparisons.candidate_cell_id) as subject,
        unnest([
            reported.origin,
            reference.origin,
            candidate.origin,
            -- A row whose is_simulated contradicts its origin counts as one more origin.
            case when reported.is_simulated = (reported.origin = 'simulated') then reported.origin else 'unclear' end
        ]) as origin
    from reported
    inner join marts.comparisons
        on reported.as_of_date = comparisons.as_of_date and reported.comparison_id = comparisons.comparison_id
    inner join raw.cells as reference
        on
            comparisons.reference_run_id = reference.run_id
            and comparisons.reference_cell_id = reference.cell_id
    inner join raw.cells as candidate
        on
            comparisons.candidate_run_id = candidate.run_id
            and comparisons.candidate_cell_id = candidate.cell_id
    where reported.as_of_date in (select unnest($dates::date[]))
)

select
    subject,
    count(distinct origin) as count_origins
from named
group by subject
order by subject
