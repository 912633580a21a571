-- One row per pair of published means of some dates.
select
    as_of_date,
    published_pair_id,
    higher_is_better,
    reference_mean,
    reference_standard_error,
    reference_count_items,
    candidate_mean,
    candidate_standard_error,
    candidate_count_items
from marts.published_pairs
where as_of_date in (select unnest($dates::date[]))
order by as_of_date, published_pair_id
