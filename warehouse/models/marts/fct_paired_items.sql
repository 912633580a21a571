-- One row per comparison x item: both models' values, repeats averaged first; NULL where a model gave no answer.
-- Means are rounded to 12 digits: DuckDB adds in parallel, and equal facts must give equal bytes.
with comparisons as (
    select * from marts.comparisons
),

scores as (
    select * from marts.fct_scores
),

sides as (
    select
        as_of_date,
        comparison_id,
        unparsed_rule,
        true as is_reference,
        reference_run_id as run_id,
        reference_cell_id as cell_id
    from comparisons
    union all
    select
        as_of_date,
        comparison_id,
        unparsed_rule,
        false as is_reference,
        candidate_run_id as run_id,
        candidate_cell_id as cell_id
    from comparisons
),

valued as (
    select
        sides.as_of_date,
        sides.comparison_id,
        sides.is_reference,
        scores.item_id,
        scores.cluster_id,
        scores.subset,
        scores.chance_score,
        scores.outcome,
        case
            when scores.outcome <> 'unparsed' then scores.value_parsed
            when sides.unparsed_rule = 'wrong' then 0
            when sides.unparsed_rule = 'chance' then scores.chance_score
        end as value
    from sides
    inner join scores on sides.run_id = scores.run_id and sides.cell_id = scores.cell_id
),

averaged as (
    select
        as_of_date,
        comparison_id,
        item_id,
        any_value(cluster_id) as cluster_id,
        any_value(subset) as subset,
        any_value(chance_score) as chance_score,
        round(avg(value) filter (where is_reference), 12) as reference_value,
        round(avg(value) filter (where not is_reference), 12) as candidate_value,
        string_agg(distinct outcome, ', ' order by outcome) filter (where is_reference) as reference_outcome,
        string_agg(distinct outcome, ', ' order by outcome) filter (where not is_reference) as candidate_outcome
    from valued
    group by as_of_date, comparison_id, item_id
)

select
    as_of_date,
    comparison_id,
    item_id,
    cluster_id,
    subset,
    chance_score,
    reference_value,
    candidate_value,
    reference_value - candidate_value as difference,
    reference_outcome,
    candidate_outcome
from averaged
