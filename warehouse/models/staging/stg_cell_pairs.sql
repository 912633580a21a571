-- One row per run x pair of its cells: both models of a pair on the same benchmark, in any styles.
select
    pairs.run_id,
    pairs.kind,
    pairs.reference_model_id,
    pairs.candidate_model_id,
    reference.cell_id as reference_cell_id,
    candidate.cell_id as candidate_cell_id
from raw.pairs
inner join raw.cells as reference
    on pairs.run_id = reference.run_id and pairs.reference_model_id = reference.model_id
inner join raw.cells as candidate
    on
        pairs.run_id = candidate.run_id
        and pairs.candidate_model_id = candidate.model_id
        and reference.benchmark_id = candidate.benchmark_id
        and reference.benchmark_version = candidate.benchmark_version
