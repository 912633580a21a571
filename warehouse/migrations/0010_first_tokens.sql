-- What the first token of an answer might have been, where the endpoint was asked for it: a JSON object of tokens and
-- their log-probabilities. Scorers by likelihood read it instead of the text.
alter table raw.generations add column first_token_json varchar;
