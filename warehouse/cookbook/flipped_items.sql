-- Which items did the newest pair of versions (or else the largest tax) lose, with both answers?
-- Without rows: The pair lost no item, or no pair was compared yet.
with pair as (
    select
        comparisons.as_of_date,
        comparisons.comparison_id,
        comparisons.benchmark_version,
        taxes.reference_model_id,
        taxes.candidate_model_id,
        taxes.benchmark_id,
        comparisons.reference_run_id,
        comparisons.reference_cell_id,
        comparisons.candidate_run_id,
        comparisons.candidate_cell_id
    from reports.alignment_tax as taxes
    inner join marts.comparisons using (as_of_date, comparison_id)
    where taxes.is_headline
    order by taxes.as_of_date desc, (taxes.kind = 'version') desc, taxes.tax_absolute desc
    limit 1
),

answers as (
    select
        scores.run_id,
        scores.cell_id,
        scores.item_id,
        scores.outcome,
        texts.response
    from marts.fct_scores as scores
    left join marts.fct_answers as texts using (generation_id)
    where scores.repeat = 0
)

select
    items.question,
    before.response as answer_before,
    after.response as answer_after,
    items.target,
    after.outcome,
    pair.benchmark_id,
    pair.candidate_model_id
from pair
inner join marts.fct_paired_items as paired using (as_of_date, comparison_id)
inner join marts.dim_item as items using (benchmark_id, benchmark_version, item_id)
inner join answers as before
    on
        pair.reference_run_id = before.run_id
        and pair.reference_cell_id = before.cell_id
        and paired.item_id = before.item_id
inner join answers as after
    on
        pair.candidate_run_id = after.run_id
        and pair.candidate_cell_id = after.cell_id
        and paired.item_id = after.item_id
where paired.difference > 0
order by items.foreign_id, items.question
