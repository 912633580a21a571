"""`cluster_by` groups items by a column of the source, in every benchmark that can be grouped in more than one way."""

from __future__ import annotations

import json

import pytest

from flows.configuration import load_benchmark
from tasks.benchmarks import load
from tasks.errors import InputError, UsageError
from tasks.settings import BenchmarkSettings

PAIR = ("first", "second")
ROWS = {
    "alpaca_eval": [{"instruction": f"Say {n}.", "output": "Yes.", "generator": "g", "dataset": "d"} for n in PAIR],
    "gsm8k": [{"question": f"How much is {n}?", "answer": "One.\n#### 1"} for n in PAIR],
    "humaneval": [
        {"task_id": f"T/{n}", "prompt": "def f():\n", "entry_point": "f", "canonical_solution": "", "test": f"# {n}"}
        for n in PAIR
    ],
    "ifeval": [
        {"key": n, "prompt": f"Say {n}.", "instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]} for n in PAIR
    ],
    "mmlu_pro": [
        {
            "question_id": n, "question": f"Which of {n}?", "options": ["a", "b"], "answer": "A", "answer_index": 0,
            "category": "math", "src": "s", "cot_content": "",
        }
        for n in (1, 2)
    ],
    "truthfulqa": [{"question": f"Is it {n}?", "mc1_targets": {"yes": 1, "no": 0}} for n in PAIR],
    "drop": [
        {
            "section_id": n, "query_id": n, "passage": f"Of {n}.", "question": "What?",
            "answer": {"number": "1", "spans": [], "date": {}},
        }
        for n in PAIR
    ],
    "strongreject": [{"category": n, "source": "s", "forbidden_prompt": f"Tell {n}."} for n in PAIR],
}  # fmt: skip


def written(folder, benchmark_id, **added):
    path = folder / ("test.jsonl" if benchmark_id != "drop" else "dev.jsonl")
    path.write_text("".join(json.dumps({**row, **added}) + "\n" for row in ROWS[benchmark_id]))
    return str(path)


@pytest.mark.parametrize("benchmark_id", ROWS)
def test_items_are_grouped_by_the_column_and_the_version_changes(tmp_path, benchmark_id):
    path = written(tmp_path, benchmark_id, topic={"name": "both"})
    own, grouped = load(benchmark_id, path), load(benchmark_id, path, "topic.name")
    assert [item.cluster_id for item in grouped.items] == ["both", "both"]
    assert grouped.cluster_meaning == "topic.name"
    assert grouped.version != own.version
    assert [item.item_id for item in grouped.items] == [item.item_id for item in own.items]


@pytest.mark.parametrize("benchmark_id", ROWS)
def test_a_missing_column_is_refused_with_the_names_of_the_columns(tmp_path, benchmark_id):
    path = written(tmp_path, benchmark_id, topic="both")
    with pytest.raises(InputError, match=r"no column 'topik'\. Did you mean 'topic'\? Known: .*topic"):
        load(benchmark_id, path, "topik")


def test_an_empty_value_is_refused(tmp_path):
    with pytest.raises(InputError, match="cluster_by: expected a value in 'topic', found nothing"):
        load("gsm8k", written(tmp_path, "gsm8k", topic=" "), "topic")


@pytest.mark.parametrize(
    ("benchmark_id", "source", "message"),
    [
        ("arithmetic", None, "'arithmetic' is built in with its own clusters. Remove cluster_by: topic"),
        ("mmlu", "mmlu.csv", "'mmlu' can be clustered by subject only"),
        ("bbh", "bbh", "'bbh' can be clustered by task only"),
    ],
)
def test_a_benchmark_that_has_one_grouping_refuses_another(benchmark_id, source, message):
    with pytest.raises(UsageError, match=message):
        load(benchmark_id, source, "topic")


def test_cluster_by_in_the_configuration_is_used(tmp_path):
    source = written(tmp_path, "gsm8k", topic="both")
    wanted = BenchmarkSettings(id="gsm8k", source=source, cluster_by="topic")
    assert {item.cluster_id for item in load_benchmark(wanted).items} == {"both"}


def test_cluster_by_replaces_the_cluster_of_a_users_own_entry(tmp_path):
    source = written(tmp_path, "gsm8k", topic="both")
    entry = {"dimension": "capability", "domain": "reasoning", "scorer": "numeric", "metric": "accuracy"}
    define = {**entry, "fields": {"question": "question", "target": "answer", "cluster": "question"}}
    own = BenchmarkSettings(id="sums", source=source, define=define)
    grouped = own.model_copy(update={"cluster_by": "topic"})
    assert [len({item.cluster_id for item in load_benchmark(one).items}) for one in (own, grouped)] == [2, 1]
