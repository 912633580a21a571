-- One row per date of the last seven on which something was spent, newest first.
select
    as_of_date,
    sum(count_requests)::bigint as count_requests,
    sum(cost_usd) as cost_usd,
    sum(cost_usd_planned_at_most) as cost_usd_planned_at_most,
    string_agg(distinct stopped_by, ', ') as stopped_by
from reports.spend
group by as_of_date
order by as_of_date desc
limit 7
