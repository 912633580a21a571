-- One row per table of reports: how many rows of some dates it has beyond one per grain.
with taxes as (
    select count(*) as count_rows
    from reports.alignment_tax
    where as_of_date in (select unnest($dates::date[]))
    group by
        as_of_date, kind, reference_model_id, candidate_model_id, benchmark_id, prompt_style_reference,
        prompt_style_candidate, subset, unparsed_rule, origin
),

scores as (
    select count(*) as count_rows
    from reports.model_scores
    where as_of_date in (select unnest($dates::date[]))
    group by as_of_date, model_id, benchmark_id, benchmark_version, prompt_style, scorer, judge_version, subset, origin
),

safety as (
    select count(*) as count_rows
    from reports.safety
    where as_of_date in (select unnest($dates::date[]))
    group by as_of_date, kind, reference_model_id, candidate_model_id, benchmark_id, origin
),

coverage as (
    select count(*) as count_rows
    from reports.coverage
    where as_of_date in (select unnest($dates::date[]))
    group by run_id, cell_id
),

validations as (
    select count(*) as count_rows
    from reports.validations
    where as_of_date in (select unnest($dates::date[]))
    group by run_id, stage, expectation, table_name
),

parts as (
    select count(*) as count_rows
    from reports.tax_decomposition
    where as_of_date in (select unnest($dates::date[]))
    group by comparison_id, component
),

scopes as (
    select count(*) as count_rows
    from reports.overall_tax
    where as_of_date in (select unnest($dates::date[]))
    group by as_of_date, pair_id, scope, weighting
),

contrasts as (
    select count(*) as count_rows
    from reports.format_control
    where as_of_date in (select unnest($dates::date[]))
    group by
        as_of_date, kind, reference_model_id, candidate_model_id, benchmark_id, scorer, origin, contrast
),

metrics as (
    select count(*) as count_rows
    from reports.metric_tax
    where as_of_date in (select unnest($dates::date[]))
    group by comparison_id, subset, metric
),

metric_scores as (
    select count(*) as count_rows
    from reports.metric_scores
    where as_of_date in (select unnest($dates::date[]))
    group by
        as_of_date, model_id, benchmark_id, benchmark_version, prompt_style, scorer, subset, origin, metric
),

costs as (
    select count(*) as count_rows
    from reports.cost_tax
    where as_of_date in (select unnest($dates::date[]))
    group by as_of_date, kind, reference_model_id, candidate_model_id, benchmark_id, origin, measure
),

published as (
    select count(*) as count_rows
    from reports.published_tax
    where as_of_date in (select unnest($dates::date[]))
    group by as_of_date, kind, reference_model_id, candidate_model_id, benchmark_id, metric
),

reliability as (
    select count(*) as count_rows
    from reports.reliability
    where as_of_date in (select unnest($dates::date[]))
    group by as_of_date, run_id, cell_id, scorer
),

grains as (
    select
        'reports.alignment_tax' as subject,
        count_rows
    from taxes
    union all
    select
        'reports.model_scores' as subject,
        count_rows
    from scores
    union all
    select
        'reports.safety' as subject,
        count_rows
    from safety
    union all
    select
        'reports.tax_decomposition' as subject,
        count_rows
    from parts
    union all
    select
        'reports.overall_tax' as subject,
        count_rows
    from scopes
    union all
    select
        'reports.format_control' as subject,
        count_rows
    from contrasts
    union all
    select
        'reports.metric_tax' as subject,
        count_rows
    from metrics
    union all
    select
        'reports.metric_scores' as subject,
        count_rows
    from metric_scores
    union all
    select
        'reports.cost_tax' as subject,
        count_rows
    from costs
    union all
    select
        'reports.reliability' as subject,
        count_rows
    from reliability
    union all
    select
        'reports.published_tax' as subject,
        count_rows
    from published
    union all
    select
        'reports.coverage' as subject,
        count_rows
    from coverage
    union all
    select
        'reports.validations' as subject,
        count_rows
    from validations
)

select
    subject,
    sum(count_rows - 1)::bigint as count_surplus_rows
from grains
group by subject
order by subject
