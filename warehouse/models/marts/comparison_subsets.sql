-- One row per comparison x subset ('all'; each of several under the configured rule): counts, coverage and scores.
-- Means are rounded to 12 digits. DuckDB adds in parallel, which changes the last digits, and equal facts must give
-- equal tables.
with items as (
    select * from marts.fct_paired_items
),

configured as (
    select
        as_of_date,
        comparison_id
    from marts.comparisons
    where is_configured_rule
),

counted as (
    select
        as_of_date,
        comparison_id,
        coalesce(subset, 'all') as subset,
        grouping(subset) = 1 as is_whole,
        count(*) as count_items,
        count(difference) as count_paired_items,
        count(distinct cluster_id) filter (where difference is not null) as count_clusters,
        round(avg((reference_value is not null)::integer), 12) as coverage_reference,
        round(avg((candidate_value is not null)::integer), 12) as coverage_candidate,
        round(avg(reference_value) filter (where difference is not null), 12) as reference_score,
        round(avg(candidate_value) filter (where difference is not null), 12) as candidate_score,
        round(avg(chance_score) filter (where difference is not null), 12) as chance_score,
        count(distinct subset) as count_subsets
    from items
    group by grouping sets ((as_of_date, comparison_id), (as_of_date, comparison_id, subset))
)

select
    as_of_date,
    comparison_id,
    subset,
    is_whole,
    count_items,
    count_paired_items,
    count_clusters,
    coverage_reference,
    coverage_candidate,
    reference_score,
    candidate_score,
    chance_score
from counted
qualify
    is_whole
    or (
        max(count_subsets) over (partition by as_of_date, comparison_id) > 1
        and comparison_id in (select configured.comparison_id from configured)
    )
