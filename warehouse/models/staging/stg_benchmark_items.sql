-- One row per benchmark x version x item, with what the imports that count say of it; the newest word counts.
select
    members.benchmark_id,
    members.benchmark_version,
    members.item_id,
    coalesce(stated.cluster_id, members.cluster_id) as cluster_id,
    coalesce(stated.subset, members.subset) as subset,
    coalesce(stated.chance_score, members.chance_score) as chance_score,
    members.foreign_id
from raw.benchmark_items as members
left join staging.stg_item_statements as stated
    on
        members.benchmark_id = stated.benchmark_id
        and members.benchmark_version = stated.benchmark_version
        and members.item_id = stated.item_id
