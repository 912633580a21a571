-- Which of some answers are there.
select generation_id from raw.generations
where generation_id in (select generation_id from wanted_generations)
