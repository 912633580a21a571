-- One row per change of the served model on some dates x item that was answered before and after.
with sides as (
    select
        changes.as_of_date,
        changes.change_id,
        changes.origin,
        scores.item_id,
        any_value(scores.cluster_id) as cluster_id,
        avg(scores.value) filter (where scores.run_id = changes.run_id_before) as value_before,
        avg(scores.value) filter (where scores.run_id = changes.run_id) as value_after
    from marts.served_changes as changes
    inner join marts.fct_scores as scores
        on
            (changes.run_id = scores.run_id and changes.cell_id = scores.cell_id)
            or (changes.run_id_before = scores.run_id and changes.cell_id_before = scores.cell_id)
    where changes.as_of_date in (select unnest($dates::date[])) and scores.value is not null
    group by changes.as_of_date, changes.change_id, changes.origin, scores.item_id
)

select
    as_of_date,
    change_id,
    origin,
    item_id,
    cluster_id,
    round(value_before - value_after, 12) as fall
from sides
where value_before is not null and value_after is not null
order by as_of_date, origin, change_id, item_id
