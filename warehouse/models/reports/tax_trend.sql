-- One row per night x pair x origin: the mean tax over all capability, and how many alarms stand on what it is made of.
with taxes as (
    select * from reports.overall_tax
    where scope = 'all capability' and weighting = 'macro' and kind = 'tax'
),

alarms as (
    select
        taxes.as_of_date,
        taxes.pair_id,
        count(distinct row(alerts.model_id, alerts.benchmark_id)) as count_alarms
    from taxes
    inner join reports.alerts as alerts
        on
            taxes.as_of_date = alerts.as_of_date
            and taxes.origin = alerts.origin
            and alerts.model_id in (taxes.reference_model_id, taxes.candidate_model_id)
            and list_contains(string_split(taxes.benchmarks, ', '), alerts.benchmark_id)
    group by taxes.as_of_date, taxes.pair_id
)

select
    ---------- ids
    taxes.as_of_date,
    taxes.pair_id,
    taxes.family,
    taxes.reference_model_id,
    taxes.candidate_model_id,
    ---------- the tax of the night
    taxes.benchmarks,
    taxes.tax_absolute,
    taxes.tax_absolute_low,
    taxes.tax_absolute_high,
    taxes.is_significant,
    ---------- what the monitor says of it
    coalesce(alarms.count_alarms, 0) as count_alarms,
    ---------- where it comes from
    taxes.origin,
    taxes.is_simulated,
    taxes.reason
from taxes
left join alarms on taxes.as_of_date = alarms.as_of_date and taxes.pair_id = alarms.pair_id
