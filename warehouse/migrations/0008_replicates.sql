-- The model whose training was repeated with another seed to make this one; NULL for a model that repeats none.
alter table raw.models add column replicate_of varchar;
