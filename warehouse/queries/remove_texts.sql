-- Remove the texts of some answers. Their hash and length stay.
update raw.generations
set
    texts_removed_at = $now::timestamptz,
    text_hash = hash(text),
    count_characters = length(text),
    text = case when text is not null then '' end,
    refusal_text = case when refusal_text is not null then '' end,
    reasoning_text = null,
    first_token_json = null
where generation_id in (select removed.generation_id from removed)
