-- One row per date x pair x benchmark x prompt styles x unparsed rule: which two cells are compared.
with pairs as (
    select * from staging.stg_pairs
),

cells as (
    select * from marts.current_cells
),

unparsed as (
    select
        run_id,
        cell_id,
        count(*) as count_unparsed
    from marts.fct_scores
    where outcome = 'unparsed'
    group by run_id, cell_id
),

matched as (
    select
        pairs.as_of_date,
        pairs.kind,
        pairs.family,
        pairs.reference_model_id,
        pairs.candidate_model_id,
        candidate.benchmark_id,
        candidate.benchmark_version,
        candidate.attack,
        candidate.origin,
        candidate.scorer,
        candidate.judge_model_id,
        candidate.judge_version,
        candidate.unparsed_rule as unparsed_rule_configured,
        reference.prompt_style as prompt_style_reference,
        candidate.prompt_style as prompt_style_candidate,
        reference.is_primary_style and candidate.is_primary_style as is_primary_style,
        reference.run_id as reference_run_id,
        reference.cell_id as reference_cell_id,
        candidate.run_id as candidate_run_id,
        candidate.cell_id as candidate_cell_id,
        abs(date_diff('day', reference.evaluated_date, candidate.evaluated_date)) as days_apart
    from pairs
    inner join cells as candidate
        on
            pairs.as_of_date = candidate.as_of_date
            and pairs.candidate_model_id = candidate.model_id
            and candidate.is_newest
    inner join cells as reference
        on
            pairs.as_of_date = reference.as_of_date
            and pairs.reference_model_id = reference.model_id
            and candidate.benchmark_id = reference.benchmark_id
            and candidate.benchmark_version = reference.benchmark_version
            and candidate.attack = reference.attack
            and candidate.scorer = reference.scorer
            and candidate.judge_version is not distinct from reference.judge_version
            and candidate.origin = reference.origin
    where
        (reference.evaluated_date = pairs.as_of_date or candidate.evaluated_date = pairs.as_of_date)
        and (
            reference.prompt_style = candidate.prompt_style
            or (reference.is_primary_style and candidate.is_primary_style)
        )
),

rules as (
    select unnest(['wrong', 'chance', 'exclude']) as unparsed_rule
)

select
    matched.as_of_date,
    md5(concat_ws(
        '|', matched.kind, matched.reference_run_id, matched.reference_cell_id, matched.candidate_run_id,
        matched.candidate_cell_id, matched.scorer, rules.unparsed_rule
    )) as comparison_id,
    matched.kind,
    matched.family,
    matched.reference_model_id,
    matched.candidate_model_id,
    matched.benchmark_id,
    matched.benchmark_version,
    matched.attack,
    matched.origin,
    matched.scorer,
    matched.judge_model_id,
    matched.judge_version,
    rules.unparsed_rule,
    rules.unparsed_rule = matched.unparsed_rule_configured as is_configured_rule,
    matched.prompt_style_reference,
    matched.prompt_style_candidate,
    matched.is_primary_style,
    rules.unparsed_rule = matched.unparsed_rule_configured and matched.is_primary_style as is_default,
    matched.reference_run_id,
    matched.reference_cell_id,
    matched.candidate_run_id,
    matched.candidate_cell_id,
    matched.days_apart
from matched
cross join rules
left join unparsed as reference_unparsed
    on
        matched.reference_run_id = reference_unparsed.run_id
        and matched.reference_cell_id = reference_unparsed.cell_id
left join unparsed as candidate_unparsed
    on
        matched.candidate_run_id = candidate_unparsed.run_id
        and matched.candidate_cell_id = candidate_unparsed.cell_id
where
    rules.unparsed_rule = matched.unparsed_rule_configured
    or reference_unparsed.count_unparsed > 0
    or candidate_unparsed.count_unparsed > 0
