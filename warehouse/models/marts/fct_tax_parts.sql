-- One row per comparison x item that both answered: its difference split by how the losing answer ended.
-- Averaged over all pairs of a repeat of the reference with a repeat of the candidate. In item means, a gain on one
-- repeat and a loss on another would cancel before their causes are known. Rounded to 12 digits as all means are.
with answers as (
    select
        *,
        case when outcome in ('correct', 'partial', 'incorrect') then 'wrong_answer' else outcome end as ending
    from marts.compared_answers
    where value is not null
),

-- A loss belongs to the candidate's ending, a gain (counted below 0) to the reference's.
changes as (
    select
        reference.as_of_date,
        reference.comparison_id,
        reference.item_id,
        reference.cluster_id,
        reference.subset,
        reference.value - candidate.value as difference,
        case when reference.value >= candidate.value then candidate.ending else reference.ending end as ending
    from answers as reference
    inner join answers as candidate
        on
            reference.as_of_date = candidate.as_of_date
            and reference.comparison_id = candidate.comparison_id
            and reference.item_id = candidate.item_id
    where reference.is_reference and not candidate.is_reference
)

select
    as_of_date,
    comparison_id,
    item_id,
    any_value(cluster_id) as cluster_id,
    any_value(subset) as subset,
    round(avg(case when ending = 'wrong_answer' then difference else 0 end), 12) as part_wrong_answer,
    round(avg(case when ending = 'refused' then difference else 0 end), 12) as part_refusal,
    round(avg(case when ending = 'filtered' then difference else 0 end), 12) as part_filter,
    round(avg(case when ending = 'truncated' then difference else 0 end), 12) as part_truncation,
    round(avg(case when ending = 'unparsed' then difference else 0 end), 12) as part_format
from changes
group by as_of_date, comparison_id, item_id
