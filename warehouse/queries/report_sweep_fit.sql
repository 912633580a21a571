-- The forms to show of one date's sweeps, and the knobs that could not be fitted.
select *
from reports.sweep_fit
where as_of_date = $as_of_date::date and (is_shown or form = 'none')
order by family, origin, method, knob_name, axis, benchmark_id
