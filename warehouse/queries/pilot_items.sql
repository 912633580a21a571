-- One row per item of each pair's newest comparison on a benchmark: what earlier answers say about the next design.
with newest as (
    select *
    from marts.comparisons
    where is_default
    qualify row_number() over (
        partition by candidate_model_id, benchmark_id
        order by (kind = 'tax') desc, as_of_date desc, reference_model_id asc, origin asc
    ) = 1
),

repeated as (
    select
        run_id,
        cell_id,
        item_id,
        count(value) as count_repeats,
        var_samp(value) as variance
    from marts.fct_scores
    group by run_id, cell_id, item_id
),

spread as (
    select
        run_id,
        cell_id,
        coalesce(avg(variance), 0) as within,
        max(count_repeats) as count_repeats
    from repeated
    group by run_id, cell_id
)

select
    newest.candidate_model_id as model_id,
    newest.benchmark_id,
    items.item_id,
    items.cluster_id,
    items.difference,
    round(reference.within, 12) as within_reference,
    round(candidate.within, 12) as within_candidate,
    reference.count_repeats as repeats_reference,
    candidate.count_repeats as repeats_candidate
from newest
inner join marts.fct_paired_items as items
    on newest.as_of_date = items.as_of_date and newest.comparison_id = items.comparison_id
inner join spread as reference
    on newest.reference_run_id = reference.run_id and newest.reference_cell_id = reference.cell_id
inner join spread as candidate
    on newest.candidate_run_id = candidate.run_id and newest.candidate_cell_id = candidate.cell_id
where items.difference is not null
order by newest.candidate_model_id, newest.benchmark_id, items.cluster_id, items.item_id
