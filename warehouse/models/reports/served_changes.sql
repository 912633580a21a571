-- One row per night x model x benchmark x prompt style x origin on which the endpoint served another model than before.
with changes as (
    select * from marts.served_changes
),

falls as (
    select * from stats.estimates
    where statistic = 'served_fall'
),

holm as (
    select * from stats.estimates
    where statistic = 'served_fall_holm'
)

select
    ---------- ids
    changes.as_of_date,
    changes.change_id,
    changes.model_id,
    changes.benchmark_id,
    changes.benchmark_version,
    changes.prompt_style,
    ---------- what changed
    changes.model_served_before,
    changes.model_served,
    changes.date_before,
    ---------- what it did to the score
    falls.count_items as count_paired_items,
    falls.count_clusters,
    falls.estimate as fall,
    falls.low as fall_low,
    falls.high as fall_high,
    falls.standard_error,
    falls.method as se_method,
    falls.p_value,
    holm.estimate as p_value_holm,
    staging.is_significant(holm.estimate) as is_significant,
    ---------- where it comes from
    changes.run_id_before,
    changes.run_id,
    changes.origin,
    changes.origin = 'simulated' as is_simulated,
    falls.flags,
    coalesce(falls.reason, case when falls.subject_id is null then 'no_paired_items' end) as reason
from changes
left join falls on changes.as_of_date = falls.as_of_date and changes.change_id = falls.subject_id
left join holm on changes.as_of_date = holm.as_of_date and changes.change_id = holm.subject_id
