-- One row per date that was built, and when.
select
    as_of_date,
    built_at
from meta.built_dates
