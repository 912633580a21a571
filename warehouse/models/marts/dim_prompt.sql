-- One row per prompt that was sent to a model under test.
with sent as (
    select
        prompt_hash,
        bool_or(is_harmful_text) as is_harmful_text
    from marts.fct_answers
    where prompt_hash is not null
    group by prompt_hash
)

select
    sent.prompt_hash,
    prompts.prompt,
    sent.is_harmful_text
from sent
left join raw.prompts on sent.prompt_hash = prompts.prompt_hash
