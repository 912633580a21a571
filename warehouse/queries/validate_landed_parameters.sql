-- One row per pair of cells of a run x effective parameter: is it the same on both sides, or declared to differ?
with cells as (
    select * from raw.cells
    where run_id = $run_id
),

spelled as (
    select distinct
        plan.cell_id,
        generations.parameters_json::json as parameters
    from raw.plan
    inner join raw.generations on plan.generation_id = generations.generation_id
    where plan.run_id = $run_id
),

-- Parameters that only the provider knows count under their own names.
entries as (
    select
        spelled.cell_id,
        entry.key as parameter,
        entry.value::varchar as value
    from spelled
    cross join json_each(spelled.parameters) as entry
    union all
    select
        spelled.cell_id,
        entry.key as parameter,
        entry.value::varchar as value
    from spelled
    cross join json_each(spelled.parameters, '$.extra') as entry
),

-- The model, with its adapters, differs because models are compared, and a seed favours neither side. How many stop
-- strings a server takes changes no answer, because answers are cut at all of them.
asked as (
    select
        cell_id,
        parameter,
        string_agg(distinct value, ' | ' order by value) as value
    from entries
    where parameter not in ('model', 'adapters', 'composite', 'seed', 'extra', 'max_stop_strings')
    group by cell_id, parameter
),

-- A cell without an answer has no parameters and would seem to differ in all of them.
pairs as (
    select
        pairs.differs,
        reference.cell_id as reference_cell_id,
        candidate.cell_id as candidate_cell_id,
        reference.prompt_style = candidate.prompt_style as is_same_style
    from raw.pairs
    inner join cells as reference on pairs.reference_model_id = reference.model_id
    inner join cells as candidate
        on
            pairs.candidate_model_id = candidate.model_id
            and reference.benchmark_id = candidate.benchmark_id
            and reference.benchmark_version = candidate.benchmark_version
    where
        pairs.run_id = $run_id
        and (
            reference.prompt_style = candidate.prompt_style
            or (reference.is_primary_style and candidate.is_primary_style)
        )
        and reference.cell_id in (select spelled.cell_id from spelled)
        and candidate.cell_id in (select spelled.cell_id from spelled)
),

parameters as (
    select
        pairs.*,
        asked.parameter
    from pairs
    inner join asked on pairs.reference_cell_id = asked.cell_id
    union distinct
    select
        pairs.*,
        asked.parameter
    from pairs
    inner join asked on pairs.candidate_cell_id = asked.cell_id
),

valued as (
    select
        parameters.*,
        coalesce(reference.value, 'not set') as reference_value,
        coalesce(candidate.value, 'not set') as candidate_value
    from parameters
    left join asked as reference
        on parameters.reference_cell_id = reference.cell_id and parameters.parameter = reference.parameter
    left join asked as candidate
        on parameters.candidate_cell_id = candidate.cell_id and parameters.parameter = candidate.parameter
)

select
    concat(
        parameter, ' is ', reference_value, ' in ', reference_cell_id, ' and ', candidate_value, ' in ',
        candidate_cell_id
    ) as subject,
    reference_value = candidate_value
    or (not is_same_style and parameter in ('api', 'stop', 'max_tokens'))
    or contains(concat(',', replace(differs, ' ', ''), ','), concat(',', parameter, ',')) as is_equal_or_declared
from valued
order by subject
