-- The rows of reports.tax_at_fixed_safety that belong to one date.
select *
from reports.tax_at_fixed_safety
where as_of_date = $as_of_date::date
order by family, origin, variants, safety_level
