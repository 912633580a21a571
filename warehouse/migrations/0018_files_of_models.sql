-- The files that a model with weights of its own is made of, as a JSON list; NULL for a model that is asked elsewhere.
alter table raw.models add column files_json varchar;
