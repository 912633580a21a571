-- One row per benchmark version x item.
select
    members.benchmark_id,
    members.benchmark_version,
    members.item_id,
    members.cluster_id,
    members.subset,
    members.chance_score,
    members.foreign_id,
    items.question,
    items.choices_json,
    items.target,
    benchmarks.is_harmful_text
from staging.stg_benchmark_items as members
inner join raw.items on members.item_id = items.item_id
inner join raw.benchmarks
    on members.benchmark_id = benchmarks.benchmark_id and members.benchmark_version = benchmarks.benchmark_version
