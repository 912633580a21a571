-- Remove some prompts. What is asked again brings its prompt again.
delete from raw.prompts
where prompt_hash in (select removed.prompt_hash from removed)
