-- One row per run that may not be built: the newest fact about it, oldest first. A run is built if its date was built
-- after that; what a run states of items can reach other dates, too.
with words as (
    select
        run_id,
        started_at as said_at
    from raw.runs
    union all
    select
        run_id,
        happened_at as said_at
    from raw.run_events
    where event <> 'published'
    union all
    select
        run_id,
        happened_at as said_at
    from raw.cell_events
    union all
    select
        run_id,
        happened_at as said_at
    from raw.voids
    union all
    select
        run_id,
        validated_at as said_at
    from raw.validations
    where stage <> 'reports'
)

select
    runs.run_id,
    runs.as_of_date,
    max(words.said_at) as said_at
from raw.runs
inner join words on runs.run_id = words.run_id
left join meta.built_dates as built on runs.as_of_date = built.as_of_date
group by runs.run_id, runs.as_of_date, runs.started_at, built.built_at
having
    max(words.said_at) > built.built_at
    or built.built_at is null
    or runs.run_id in (select statements.run_id from raw.item_statements as statements)
order by runs.started_at
