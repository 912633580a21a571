-- One row per benchmark x model of which programs that were run again end otherwise: how many pass now, how many did.
with verdicts as (
    select
        generation_id,
        executed_at,
        verdict = 'pass' as is_pass,
        lag(verdict = 'pass') over (partition by generation_id, runner order by executed_at) as was_pass
    from raw.executions
)

select
    generations.benchmark_id,
    generations.model_id,
    count_if(verdicts.is_pass) as count_passing,
    count_if(verdicts.was_pass) as count_failing
from verdicts
inner join raw.generations on verdicts.generation_id = generations.generation_id
where verdicts.executed_at >= $since and verdicts.is_pass <> verdicts.was_pass
group by generations.benchmark_id, generations.model_id
order by generations.benchmark_id, generations.model_id
