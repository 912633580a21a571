-- One row per benchmark x version in which a scorer scored answers to it.
select distinct
    generations.benchmark_id,
    scores.scorer_version
from raw.scores
inner join raw.generations on scores.generation_id = generations.generation_id
where scores.scorer = $scorer
order by generations.benchmark_id, scores.scorer_version
