-- One row per night whose evidence must be computed: from the first of some dates on, or all if the rule has changed.
with rules as (
    select count(*) > 0 as is_changed
    from stats.monitor_nights
    where rule_hash <> $rule_hash
),

asked as (
    select unnest($dates::date[]) as as_of_date
),

nights as (
    select distinct as_of_date
    from marts.current_cells
    where evaluated_date = as_of_date
    union distinct
    select distinct as_of_date
    from stats.monitor_nights
    union distinct
    select as_of_date
    from asked
)

select nights.as_of_date
from nights
cross join rules
where rules.is_changed or nights.as_of_date >= (select min(asked.as_of_date) from asked)
order by nights.as_of_date
