-- One row per generation x scorer x judge: the newest version's verdict.
select
    generation_id,
    scorer,
    scorer_version,
    scorer_config_hash,
    judge_version,
    outcome,
    value,
    answer,
    is_refusal,
    coalesce(refusal_class, case when is_refusal then 'full_refusal' else 'full_compliance' end) as refusal_class,
    is_cut
from raw.scores
qualify row_number() over (
    partition by generation_id, scorer, judge_version
    order by scorer_version desc, scored_at desc
) = 1
