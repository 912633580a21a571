-- One row per comparison x side x item x repeat: the value of each answer under the comparison's unparsed rule.
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
)

select
    sides.as_of_date,
    sides.comparison_id,
    sides.is_reference,
    scores.item_id,
    scores.repeat,
    scores.cluster_id,
    scores.subset,
    scores.chance_score,
    scores.outcome,
    scores.refusal_class,
    staging.value_by_rule(scores.outcome, scores.value_parsed, sides.unparsed_rule, scores.chance_score) as value
from sides
inner join scores on sides.run_id = scores.run_id and sides.cell_id = scores.cell_id
