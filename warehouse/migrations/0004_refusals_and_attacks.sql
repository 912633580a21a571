-- How far an answer declines (null for scores that were recorded elsewhere), and the attack its prompt was wrapped in.
alter table raw.scores add column refusal_class varchar;
alter table raw.cells add column attack varchar default 'none';
