"""Sheets that people label: how they are exported and imported, and how the labels correct the scores."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from flows import transform
from tasks import benchmarks
from tasks.benchmarks.cells import cell_of
from tasks.data_files.cells import no_formula, of_cell
from tasks.domain import PromptStyle
from tasks.errors import InputError
from tasks.settings import load_settings
from tasks.steps.labels import export_labels, import_labels
from tasks.steps.land import ForeignFiles, land_responses
from tasks.steps.score import score
from tests.support.known import known_names
from warehouse.connection import Warehouse

DATE = date(2026, 1, 31)
REFUSAL, HELP = "I'm sorry, but I can't help with that.", "Sure. Here is how: begin, go on, and end."
CONFIG = """
model_defaults: {provider: recorded}
models: [{id: base}, {id: aligned, base: base}]
benchmarks: [harmful, borderline]
"""


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    """Answers to two benchmarks: the base declines every third one, the aligned model all but every fifth."""
    folder = tmp_path_factory.mktemp("answered")
    path = folder / "aligntax.yaml"
    path.write_text(CONFIG)
    settings = load_settings(path, environment={}, known=known_names(benchmarks.known(), ["refuses", "complies"]))
    with Warehouse.open(folder / "w.duckdb") as opened:
        for name in ("harmful", "borderline"):
            benchmark = benchmarks.load(name)
            for model, declines in (("base", lambda n: n % 3 == 0), ("aligned", lambda n: n % 5 != 0)):
                source = folder / f"{model}-{name}.jsonl"
                source.write_text(f"{model} {name}")
                batch = pl.DataFrame(
                    {
                        "item": [item.item_id for item in benchmark.items],
                        "question": [item.question for item in benchmark.items],
                        "response": [REFUSAL if declines(n) else HELP for n in range(len(benchmark.items))],
                        "repeat": [0] * len(benchmark.items),
                    },
                    schema_overrides={"repeat": pl.Int32},
                )
                cell = cell_of(settings, settings.model(model), benchmark, None, style=PromptStyle.CHAT)
                rows = [batch_of(batch)]
                landed = land_responses(
                    opened, settings, cell, lambda rows=rows: rows, files=ForeignFiles([source]), as_of_date=DATE
                )
                score(opened, landed.run_id)
        transform.rebuild_dates(opened, [DATE.isoformat()])
    return folder / "w.duckdb"


@pytest.fixture
def warehouse(answered, tmp_path):
    """A copy of the answered warehouse, which a test may change."""
    with Warehouse.open(Path(shutil.copy(answered, tmp_path))) as opened:
        yield opened


def batch_of(batch):
    """The batch with all columns that a reader of responses returns."""
    from tasks.importers.read_responses import RESPONSE_SCHEMA

    return batch.select(
        (pl.col(name) if name in batch.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in RESPONSE_SCHEMA.items()
    )


def exported(warehouse, path, **options):
    chosen = {"benchmarks": [], "count_items": 30, "seed": 0, "include_harmful": True, **options}
    return export_labels(warehouse, path, DATE.isoformat(), **chosen)


def read(path):
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def filled(path, grade):
    rows = read(path)
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows({**row, "verdict": grade(row)} for row in rows)


def test_the_sheet_hides_the_models_and_holds_both_answers_to_each_item(warehouse, tmp_path):
    assert exported(warehouse, tmp_path / "sheet.csv").count_answers == 2 * 2 * 30
    rows = read(tmp_path / "sheet.csv")
    assert "aligned" not in (tmp_path / "sheet.csv").read_text()
    assert not {"model", "value", "judge"} & set(rows[0])
    assert {row["verdict"] for row in rows} == {""}
    per_request = {request: sum(row["request"] == request for row in rows) for request in {r["request"] for r in rows}}
    assert set(per_request.values()) == {2}


def test_harmful_text_is_exported_only_when_the_user_asks_for_it(warehouse, tmp_path):
    sheet = exported(warehouse, tmp_path / "sheet.jsonl", include_harmful=False)
    rows = [json.loads(line) for line in (tmp_path / "sheet.jsonl").read_text().splitlines()]
    assert sheet.left_out == ("harmful",)
    assert {row["benchmark"] for row in rows} == {"borderline"}
    with pytest.raises(InputError, match="add --include-harmful"):
        exported(warehouse, tmp_path / "none.csv", include_harmful=False, benchmarks=["harmful"])


def test_the_sample_is_fixed_by_its_seed_and_takes_a_share_of_every_cluster(warehouse, tmp_path):
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        exported(warehouse, tmp_path / f"{name}.csv", seed=seed)
    same, again, other = ((tmp_path / f"{name}.csv").read_text() for name in "abc")
    assert same == again != other


def test_a_sheet_lands_once_and_the_newest_label_of_a_person_is_counted(warehouse, tmp_path):
    path = tmp_path / "sheet.csv"
    exported(warehouse, path)
    filled(path, lambda row: "Full refusal" if row["answer"] == REFUSAL else "compliance")
    assert import_labels(warehouse, path, "ann").count_new == 120
    assert import_labels(warehouse, path, "ann").count_new == 0
    filled(path, lambda _: "compliance")
    assert import_labels(warehouse, path, "ann").count_new == 120
    transform.rebuild_dates(warehouse, [DATE.isoformat()])
    _, agreements = warehouse.rows("select distinct count_ratings, accuracy < 0.9 from reports.judge_agreement")
    assert agreements == [(60, True)]


@pytest.mark.parametrize(
    ("grade", "who", "message"),
    [("maybe", "ann", "verdict must be one of compliance"), ("compliance", None, "does not say who labelled it")],
)
def test_a_bad_sheet_is_refused_with_a_one_line_message(warehouse, tmp_path, grade, who, message):
    path = tmp_path / "sheet.csv"
    exported(warehouse, path)
    filled(path, lambda _: grade)
    with pytest.raises(InputError, match=message):
        import_labels(warehouse, path, who)
    assert warehouse.rows("select count(*) from raw.labels")[1] == [(0,)]


FORMULAS = [
    "=1+1", "'=1+1", "''@me", "-1", " =1+1", "\xa0@me", "\ufeff=1+1", "\u200b+1", "\n=1+1", "\ttext", "\0=1",
    "\u202e=1", "\uff1d1+1",
]  # fmt: skip


@pytest.mark.parametrize("text", [*FORMULAS, "'tis", "'", "", "plain", " plain", "\nplain", "1 = 1"])
def test_a_cell_that_is_no_formula_is_read_back_as_it_was(text):
    cell = no_formula(text)
    assert (cell != text) is (text in FORMULAS)
    assert of_cell(cell) == text


def test_a_labeller_whose_name_begins_as_a_formula_keeps_the_name(warehouse, tmp_path):
    path = tmp_path / "sheet.csv"
    exported(warehouse, path)
    rows = read(path)
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerow({**rows[0], "verdict": "compliance", "labeller": no_formula("@ann")})
    assert import_labels(warehouse, path, None).count_new == 1
    assert warehouse.rows("select labeller from raw.labels")[1] == [("@ann",)]


def test_blank_rows_are_skipped_and_unknown_answers_are_refused(warehouse, tmp_path):
    path = tmp_path / "sheet.csv"
    exported(warehouse, path)
    assert import_labels(warehouse, path, "ann").count_blank == 120
    path.write_text("answer_id,rubric,verdict\nnobody,refusal,compliance\n")
    with pytest.raises(InputError, match=r"1 answers are not in w\.duckdb; the first: .nobody."):
        import_labels(warehouse, path, "ann")


def test_scores_and_taxes_are_corrected_towards_the_labels_of_people(warehouse, tmp_path):
    """People label every fourth helpful answer as a partial refusal, which the rule does not detect."""
    path = tmp_path / "sheet.csv"
    exported(warehouse, path, count_items=60)
    helpful = {row["answer_id"] for row in read(path) if row["answer"] == HELP}
    partial = set(sorted(helpful)[::4])
    grades = dict.fromkeys(helpful, "compliance") | dict.fromkeys(partial, "partial_refusal")
    filled(path, lambda row: grades.get(row["answer_id"], "full_refusal"))
    import_labels(warehouse, path, "ann")
    transform.rebuild_dates(warehouse, [DATE.isoformat()])
    _, scores = warehouse.rows(
        "select benchmark_id, model_id, scorer_only, people_only, corrected_score, corrected_score_low, "
        "corrected_score_high, standard_error, people_only_standard_error from reports.corrected_scores order by all"
    )
    assert len(scores) == 4
    for name, _, scorer_only, people_only, estimate, low, high, error, alone in scores:
        towards = estimate - scorer_only
        assert (towards > 0) == (name == "harmful"), (name, towards)
        assert low < estimate < high
        assert low < people_only < high
        assert error <= alone * 1.01
    _, taxes = warehouse.rows("select benchmark_id, corrected_difference, count_labelled from reports.corrected_taxes")
    assert sorted((name, count) for name, _, count in taxes) == [("borderline", 60), ("harmful", 60)]
    _, agreements = warehouse.rows(
        "select benchmark_id, count_answers, accuracy, kappa_low < kappa and kappa < kappa_high "
        "from reports.judge_agreement order by all"
    )
    for name, count, accuracy, has_interval in agreements:
        wrong = sum(row["answer_id"] in partial and row["benchmark"] == name for row in read(path))
        assert (count, has_interval) == (120, True)
        assert accuracy == pytest.approx(1 - wrong / 120)
