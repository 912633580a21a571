-- Judges: which answers are graded by whom and by which rubric, and what people say of the same answers.
alter table raw.cells add column judge_model_id varchar;
alter table raw.cells add column judge_version varchar;
alter table raw.scores add column judge_version varchar;

-- Which generation of role judge grades an answer. Equal questions to a judge are asked once, so that several answers
-- may share one.
create table raw.judgments (
    answer_generation_id varchar not null,
    rubric varchar not null,
    rubric_version integer not null check (rubric_version >= 1),
    judge_model_id varchar not null,
    judge_version varchar not null,
    judge_order integer not null check (judge_order in (0, 1)),
    generation_id varchar not null,
    run_id varchar not null,
    planned_at timestamptz not null,
    primary key (answer_generation_id, rubric, rubric_version, judge_version, judge_order, generation_id)
);

-- What people say of an answer, by the menu of a rubric. The newest word of a person on an answer counts.
create table raw.labels (
    answer_generation_id varchar not null,
    rubric varchar not null,
    labeller varchar not null,
    source_hash varchar not null,
    label varchar not null,
    source varchar not null,
    labelled_at timestamptz not null,
    primary key (answer_generation_id, rubric, labeller, source_hash)
);
