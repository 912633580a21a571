-- One row per headline tax of a date, of some kinds, and per macro tax over all capability of several benchmarks; more
-- is a loss in every direction.
with taxes as (
    select
        *,
        false as is_overall,
        case when higher_is_better then 1 else -1 end as direction
    from reports.alignment_tax
    where as_of_date = $as_of_date::date and is_headline
    union all by name
    select
        *,
        scope as benchmark_id,
        true as is_overall,
        1 as direction
    from reports.overall_tax
    where
        as_of_date = $as_of_date::date
        and scope = 'all capability'
        and weighting = 'macro'
        and count_benchmarks > 1
)

select
    kind,
    family,
    origin,
    candidate_model_id as model_id,
    reference_model_id as reference,
    benchmark_id,
    is_overall,
    count_paired_items as count_items,
    tax_absolute * direction as estimate,
    case when direction > 0 then tax_absolute_low else -tax_absolute_high end as low,
    case when direction > 0 then tax_absolute_high else -tax_absolute_low end as high,
    coalesce(
        case
            when direction > 0 then identified_high - tax_absolute_high
            else tax_absolute_low - identified_low
        end, 0
    ) as missing,
    degrees_of_freedom,
    tax_at_most as at_most,
    minimum_detectable_tax as minimum_detectable,
    reason
from taxes
where kind in (select unnest($kinds::varchar[]))
order by benchmark_id, model_id, reference, origin
