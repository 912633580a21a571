-- One row per wanted answer that exists, with the item it is about.
select
    wanted.generation_id,
    generations.benchmark_id
from wanted_generations as wanted
inner join raw.generations on wanted.generation_id = generations.generation_id
where generations.role = 'answer'
