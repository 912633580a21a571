"""What each import says of items and benchmarks is taken, refused with both values, or said, in whatever order."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from flows.cli import main
from tasks import benchmarks
from tests.support.foreign_logs import archive, harness, instance, sample
from warehouse.connection import Warehouse

CONFIG = """
warehouse: warehouse.duckdb
model_defaults: {provider: recorded}
models:
  - {id: toy, model: org/toy}
  - {id: tuned, model: org/tuned, base: toy, method: dpo}
benchmarks:
  - arithmetic
  - {id: sums, source: sums.jsonl, define: sums.yaml}
"""
SUMS = """
dimension: capability
domain: reasoning
scorer: numeric
metric: accuracy
fields: {question: question, target: target}
"""
DATE = ("--as-of", "2026-01-31", "--no-publish")


@pytest.fixture(name="aligntax")
def running(tmp_path, monkeypatch, capsys):
    """Run the command line in a folder with a configuration; gives the exit code and all that it prints."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "aligntax.yaml").write_text(CONFIG)
    (tmp_path / "sums.yaml").write_text(SUMS)
    jsonl("sums.jsonl", [{"question": f"How much is {n} + 1?", "target": str(n + 1)} for n in range(3)])

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["aligntax", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out + said.err

    return run


def rows(query):
    with Warehouse.open(Path("warehouse.duckdb")) as warehouse:
        return warehouse.rows(query)[1]


def jsonl(name, records):
    Path(name).write_text("\n".join(map(json.dumps, records)))
    return name


def answers(name, *stated, question="How much is 1 + 1?", benchmark="sums"):
    """Answers to an item of a configured benchmark, with what each row says of it."""
    records = [{"question": question, "response": "7", **said} for said in stated]
    return "responses", jsonl(f"{name}.jsonl", records), "--benchmark", benchmark, "--model", "toy"


def inspect(name, **said):
    return "inspect", archive(Path(name), [sample(1, scores={"match": {"value": "C"}}, **said)])


def every(name, **said):
    return "every-eval-ever", jsonl(name, [instance(1, **said)])


def lm_eval(folder, **said):
    path = next(harness(Path(folder), higher_is_better={"gsm8k": {"exact_match": True}}).glob("samples*"))
    records = [json.loads(line) | said for line in path.read_text().splitlines()]
    return "lm-eval", Path(jsonl(path, records)).parent


def means(name, direction, model="toy"):
    Path(f"{name}.csv").write_text(f"model,benchmark,mean,higher_is_better\n{model},x,0.5,{direction}\n")
    return "aggregates", f"{name}.csv"


CONTRADICTIONS = {
    "subset": [lambda name, value: answers(name, {"subset": value}), "s1", "s2"],
    "cluster": [lambda name, value: answers(name, {"cluster": value}), "c1", "c2"],
    "group of inspect": [lambda name, value: inspect(name, metadata={"subject": value}), "law", "art"],
    "group of every-eval-ever": [lambda name, value: every(name, metadata={"subject": value}), "law", "art"],
    "target": [lambda name, value: lm_eval(name, target=value), "7", "8"],
    "higher_is_better": [means, "true", "false"],
}


@pytest.mark.accept
@pytest.mark.parametrize("field", CONTRADICTIONS)
@pytest.mark.parametrize("is_turned", [False, True])
def test_an_import_that_contradicts_one_before_is_refused_with_both_values_until_that_is_void(
    aligntax, field, is_turned
):
    make, *values = CONTRADICTIONS[field]
    first, second = reversed(values) if is_turned else values
    assert aligntax("import", *make("first", first), *DATE)[0] == 0
    code, said = aligntax("import", *make("second", second), *DATE)
    assert (code, "contradicts" in said, first in said.lower(), second in said.lower()) == (2, True, True, True)
    run_id = said.split("aligntax void ")[1].split()[0]
    assert aligntax("void", run_id, "--reason", "wrong")[0] == 0
    assert aligntax("import", *make("second", second), *DATE)[0] == 0


@pytest.mark.parametrize(
    ("field", "value"), [("dimension", "truthfulness"), ("domain", "knowledge"), ("metric", "solved")]
)
def test_a_benchmark_of_ones_own_that_is_described_anew_is_refused_until_its_runs_are_void(aligntax, field, value):
    imported = ("import", *answers("first", {}), *DATE)
    assert aligntax(*imported)[0] == 0
    before = Path("sums.yaml").read_text()
    Path("sums.yaml").write_text(re.sub(rf"{field}: .*", f"{field}: {value}", before))
    for again in (imported, ("import", *answers("second", {}), *DATE)):
        code, said = aligntax(*again)
        assert (code, said.count("\n"), f"{field} {value!r} of sums contradicts" in said) == (2, 1, True), said
    run_id = said.split("aligntax void ")[1].split()[0]
    assert aligntax("void", run_id, "--reason", "described anew")[0] == 0
    assert aligntax(*imported)[0] == 0
    assert rows(f"select {field} from raw.benchmarks where benchmark_id = 'sums'") == [(value,)]


@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize("tool", ["responses", "inspect", "every-eval-ever"])
def test_samples_of_one_file_that_contradict_each_other_are_refused_with_both_places(aligntax, tool, is_turned):
    groups = ["law", "art"][:: -1 if is_turned else 1]
    made = {
        "responses": lambda: answers("a", *({"subset": group} for group in groups)),
        "inspect": lambda: [
            "inspect",
            archive(
                Path("a"), [sample(1, epoch, {}, metadata={"subject": name}) for epoch, name in enumerate(groups, 1)]
            ),
        ],
        "every-eval-ever": lambda: [
            "every-eval-ever",
            jsonl("a", [instance(1, metadata={"subject": g}) for g in groups]),
        ],
    }
    code, said = aligntax("import", *made[tool](), *DATE)
    assert code == 2
    assert f"{groups[1]!r} of item" in said
    assert f"contradicts {'subset' if tool == 'responses' else 'group'} {groups[0]!r} at a" in said
    assert rows("select count(*) from raw.generations") == [(0,)]


def test_what_answers_say_of_items_is_taken_and_what_the_configuration_says_otherwise_is_named(aligntax):
    said = {"subset": "odd", "chance": 0.5}
    assert aligntax("import", *answers("a", said), *DATE)[0] == 0
    assert rows("select count(*) from staging.stg_benchmark_items where subset = 'odd'") == [(1,)]
    item = benchmarks.load("arithmetic").items[0]
    code, printed = aligntax("import", *answers("b", said, question=item.question, benchmark="arithmetic"), *DATE)
    assert code == 0
    assert "subset of 1 items is another in the configuration, which counts: b.jsonl: line 1 has 'odd', not" in printed
    assert "chance of 1 items is another in the configuration" in printed


def test_a_group_that_arrives_later_is_taken_whatever_the_order(aligntax):
    for name, said in (("a", {}), ("b", {"metadata": {"subject": "law"}})):
        code, printed = aligntax("import", *inspect(name, **said), *DATE)
        assert code == 0, printed
    assert "subset of 1 items that were there is known now; reports of 2026-01-31 change" in printed
    assert rows("select distinct cluster_id, subset from staging.stg_benchmark_items") == [("law", "law")]


def test_an_item_of_the_same_name_and_other_content_is_another_item_and_named(aligntax):
    aligntax("import", *inspect("a"), *DATE)
    code, said = aligntax("import", *inspect("b", target="8"), *DATE)
    assert code == 0
    assert "1 items have the name of an item of an import before and other content" in said


def test_a_score_of_another_name_is_refused_as_another_metric(aligntax):
    aligntax("import", *inspect("a"), *DATE)
    code, said = aligntax("import", "inspect", archive(Path("b"), [sample(1, scores={"f1": {"value": 1}})]), *DATE)
    assert code == 2
    assert "metric 'f1' of toy contradicts metric 'match' of run" in said


def test_directions_of_published_means_hold_for_every_row_and_later_imports(aligntax):
    Path("a.csv").write_text("model,benchmark,mean,higher_is_better\ntoy,x,0.5,\ntuned,x,0.4,false\n")
    assert aligntax("import", "aggregates", "a.csv", *DATE)[0] == 0
    Path("b.csv").write_text("model,benchmark,mean\ntoy,x,0.6\n")
    code, said = aligntax("import", "aggregates", "b.csv", *DATE)
    assert code == 0
    assert "1 means take the place of others of that day, the first of 0.5 for mean of toy on x" in said
    assert rows("select distinct higher_is_better from raw.published_means") == [(False,)]


SCORES = "model,benchmark,item,value\n" + "".join(
    f"{model},b,{item},{int(item % step > 0)}\n" for model, step in (("toy", 5), ("tuned", 2)) for item in range(20)
)
PUBLISHED = ("--as-of", "2026-01-31")


@pytest.mark.accept
@pytest.mark.parametrize(
    ("old", "new", "query", "found"),
    [
        (", base: toy", "", "select count(*) from reports.alignment_tax", [(0,)]),
        ("method: dpo", "method: sft", "select method from marts.dim_model where model_id = 'tuned'", [("sft",)]),
        (
            "method: dpo",
            "method: dpo, knob: {name: kl, value: 2}",
            "select max(knob_value) from marts.dim_model",
            [(2,)],
        ),
        ("base: toy,", "base: toy, family: f,", "select distinct family from reports.alignment_tax", [("f",)]),
    ],
)
def test_the_same_file_after_an_edit_of_the_configuration_counts_as_edited(aligntax, old, new, query, found):
    Path("a.csv").write_text(SCORES)
    aligntax("import", "scores", "a.csv", *PUBLISHED)
    before = rows(query)
    Path("aligntax.yaml").write_text(CONFIG.replace(old, new))
    code, said = aligntax("import", "scores", "a.csv", *PUBLISHED)
    assert (code, rows(query)) == (0, found), said
    assert "it counts as the configuration says now in reports of 2026-01-31" in said
    Path("aligntax.yaml").write_text(CONFIG)
    aligntax("import", "scores", "a.csv", *PUBLISHED)
    assert rows(query) == before, "an edit that is taken back"
    assert "landed already" in aligntax("import", "scores", "a.csv", *PUBLISHED)[1]
    assert rows("select count(*) from raw.recorded_scores") == [(40,)]


@pytest.mark.accept
def test_a_void_import_is_named_when_its_file_comes_again_and_its_answers_count_for_another_date(aligntax):
    Path("a.csv").write_text(SCORES)
    aligntax("import", "scores", "a.csv", *PUBLISHED)
    ((run_id,),) = rows("select run_id from raw.runs")
    aligntax("void", run_id, "--reason", "wrong date")
    code, said = aligntax("import", "scores", "a.csv", *PUBLISHED)
    assert (code, f"which is void. Bring it back: `aligntax unvoid {run_id}`" in said) == (2, True)
    assert aligntax("import", "scores", "a.csv", "--as-of", "2026-02-01")[0] == 0
    assert rows("select as_of_date::varchar, count_paired_items from reports.alignment_tax where subset = 'all'") == [
        ("2026-02-01", 20)
    ]


def test_a_smaller_file_of_the_same_day_says_which_run_counts_and_how_to_change_that(aligntax):
    Path("a.csv").write_text(SCORES)
    aligntax("import", "scores", "a.csv", *DATE)
    Path("b.csv").write_text("\n".join(SCORES.splitlines()[:11]))
    code, said = aligntax("import", "scores", "b.csv", *DATE)
    assert code == 0
    assert "toy/b/chat: the 20 items of run" in said
    command = said.split("To count these: `aligntax ")[1].split(" --reason")[0]
    aligntax(*command.split(), "--reason", "replaced")
    assert rows("select count_items from reports.model_scores where subset = 'all'") == [(10,)]


@pytest.mark.accept
def test_a_benchmark_that_only_imports_know_may_state_a_margin(aligntax):
    Path("a.csv").write_text(SCORES)
    Path("aligntax.yaml").write_text(CONFIG + "  - {id: b, imported: true, margin: 0.01}\n")
    code, said = aligntax("import", "scores", "a.csv", *PUBLISHED)
    assert code == 0, said
    assert rows("select margin from reports.alignment_tax where subset = 'all'") == [(0.01,)]
    code, said = aligntax("import", *answers("c", {}, benchmark="b"), *DATE)
    assert (code, "'b' is not a configured benchmark" in said) == (2, True)


def test_scores_of_a_benchmark_that_nobody_described_count_as_capability_and_the_import_says_so(aligntax):
    Path("a.csv").write_text(SCORES)
    code, said = aligntax("import", "scores", "a.csv", *DATE)
    assert (code, "  b counts as capability, because the configuration does not say what it measures." in said) == (
        0,
        True,
    )
    entry = said.split("under benchmarks: ")[1].splitlines()[0]
    Path("aligntax.yaml").write_text(f"{CONFIG}  {entry}\n")
    code, said = aligntax("import", "scores", "a.csv", *DATE)
    assert (code, "dimension 'safety' of b contradicts dimension 'capability' of run" in said) == (2, True)
    aligntax("void", re.search(r"aligntax void (\S+)", said)[1], "--reason", "not capability")
    code, said = aligntax("import", "scores", "a.csv", *DATE)
    assert (code, "counts as capability" in said) == (0, False)


@pytest.mark.accept
def test_the_entry_of_an_imported_benchmark_says_what_it_measures(aligntax):
    Path("a.csv").write_text(SCORES)
    entry = "  - {id: b, imported: true, dimension: safety, domain: safety, higher_is_better: false}\n"
    Path("aligntax.yaml").write_text(CONFIG + entry)
    code, said = aligntax("import", "scores", "a.csv", *PUBLISHED)
    assert code == 0, said
    assert rows(
        "select distinct dimension, domain, higher_is_better from marts.dim_benchmark where benchmark_id = 'b'"
    ) == [("safety", "safety", False)]
    assert rows("select count(*) from reports.alignment_tax") == [(0,)]


def test_the_entry_of_a_logs_task_wins_over_what_the_log_leaves_open(aligntax):
    Path("aligntax.yaml").write_text(f"{CONFIG}  - {{id: gsm8k, imported: true, dimension: truthfulness}}\n")
    code, said = aligntax("import", *lm_eval("logs"), *DATE)
    assert (code, "its own items and scores count, as truthfulness\n" in said) == (0, True), said
    assert rows("select dimension from raw.benchmarks where benchmark_id = 'gsm8k'") == [("truthfulness",)]


def test_many_benchmarks_that_nobody_described_are_one_line(aligntax):
    Path("a.csv").write_text(
        SCORES + "".join(SCORES.splitlines()[1].replace("b,", f"b{n},", 1) + "\n" for n in range(9))
    )
    code, said = aligntax("import", "scores", "a.csv", *DATE)
    assert code == 0, said
    assert (
        "  b, b0, b1 and 7 more count as capability, because the configuration does not say what they measure." in said
    )


@pytest.mark.accept
def test_an_item_whose_score_came_without_text_says_so_and_nothing_of_a_refusal(aligntax):
    Path("a.csv").write_text(SCORES)
    assert aligntax("import", "scores", "a.csv", *PUBLISHED)[0] == 0
    ((item,),) = rows("select item_id from marts.dim_item limit 1")
    code, said = aligntax("item", item)
    assert (code, "the score was imported without the text." in said, "refusal" in said) == (0, True, False)
    assert "-- question" not in said
