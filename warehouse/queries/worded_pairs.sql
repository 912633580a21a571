-- One row per item x wording of the comparisons of some dates whose items were asked with several wordings: the
-- difference of the two models' values, repeats averaged. Items that lack a value under a wording are left out.
with worded as (
    select
        comparisons.as_of_date,
        comparisons.comparison_id,
        comparisons.is_configured_rule,
        reference.count_templates,
        reference.count_repeats // reference.count_templates as repeats_reference,
        candidate.count_repeats // candidate.count_templates as repeats_candidate
    from marts.comparisons
    inner join staging.stg_cells as reference
        on comparisons.reference_run_id = reference.run_id and comparisons.reference_cell_id = reference.cell_id
    inner join staging.stg_cells as candidate
        on comparisons.candidate_run_id = candidate.run_id and comparisons.candidate_cell_id = candidate.cell_id
    where
        comparisons.as_of_date in (select unnest($dates::date[]))
        and reference.count_templates > 1
        and reference.count_templates = candidate.count_templates
),

valued as (
    select
        worded.as_of_date,
        worded.comparison_id,
        worded.is_configured_rule,
        worded.count_templates,
        answers.item_id,
        answers.cluster_id,
        answers.subset,
        answers.repeat
        // case when answers.is_reference then worded.repeats_reference else worded.repeats_candidate end as template,
        round(avg(answers.value) filter (where answers.is_reference), 12) as reference_value,
        round(avg(answers.value) filter (where not answers.is_reference), 12) as candidate_value
    from worded
    inner join marts.compared_answers as answers
        on worded.as_of_date = answers.as_of_date and worded.comparison_id = answers.comparison_id
    group by all
)

select
    as_of_date,
    comparison_id,
    is_configured_rule,
    count_templates,
    item_id,
    cluster_id,
    subset,
    template,
    reference_value - candidate_value as difference
from valued
where reference_value is not null and candidate_value is not null
qualify count(*) over (partition by as_of_date, comparison_id, item_id) = count_templates
order by as_of_date, comparison_id, cluster_id, item_id, template
