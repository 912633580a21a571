"""Known sets of requests: what is read from their official files, and how near our refusal rules come to people."""

from __future__ import annotations

import csv

import pytest

from tasks.benchmarks import load, requests
from tasks.benchmarks.yaml_data import read_data
from tasks.domain import Dimension, Domain, PromptStyle
from tasks.scorers import is_refusal, scorer

OFFICIAL = {  # file, number of items, clusters and subsets
    "xstest_safe": ("xstest/xstest_prompts.csv", 250, 10, 10),
    "xstest_contrast": ("xstest/xstest_prompts.csv", 200, 8, 8),
    "do_not_answer": ("do_not_answer/do_not_answer_en.csv", 939, 61, 5),
    "advbench": ("refusal_direction/items/advbench.csv", 520, 520, 1),
    "harmbench": ("refusal_direction/items/harmbench_behaviors_text_all.csv", 200, 6, 6),
    "harmbench_contextual": ("refusal_direction/items/harmbench_behaviors_text_all.csv", 100, 6, 6),
    "harmbench_copyright": ("refusal_direction/items/harmbench_behaviors_text_all.csv", 100, 2, 2),
    "jailbreakbench": ("refusal_direction/items/jailbreakbench.csv", 100, 10, 10),
    "strongreject": ("refusal_direction/items/strongreject.csv", 313, 6, 6),
}
FORMAT_ONLY = {
    "or_bench_80k": ("prompt", "category"),
    "or_bench_hard": ("prompt", "category"),
    "or_bench_toxic": ("prompt", "category"),
    "jailbreakbench_benign": ("Goal", "Category"),
}


def test_the_yaml_file_describes_exactly_the_listed_names():
    assert tuple(sorted(read_data("requests"))) == requests.NAMES
    assert {*OFFICIAL, *FORMAT_ONLY} == set(requests.NAMES)


@pytest.mark.parametrize("name", OFFICIAL)
def test_an_official_file_is_read_whole(shared_data, name):
    path, count_items, count_clusters, count_subsets = OFFICIAL[name]
    it = load(name, str(shared_data / "data" / path))
    assert (it.benchmark_id, it.domain, it.verified) == (name, Domain.SAFETY, "file")
    assert len(it.items) == len({item.item_id for item in it.items}) == count_items
    assert len({item.cluster_id for item in it.items}) == count_clusters
    assert len({item.subset for item in it.items}) == count_subsets
    assert it.licence != "not stated"
    assert "arXiv" in it.citation
    assert it.pitfalls


@pytest.mark.parametrize("name", FORMAT_ONLY)
def test_a_file_in_the_described_format_is_read(tmp_path, name):
    path = tmp_path / "rows.csv"
    with path.open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(FORMAT_ONLY[name])
        writer.writerows([("May I, please,\nask?", "manners"), ("And now?", "time")])
    it = load(name, str(path))
    assert it.verified == "format"
    assert [(item.question, item.cluster_id) for item in it.items] == [
        ("May I, please,\nask?", "manners"),
        ("And now?", "time"),
    ]


@pytest.mark.parametrize("name", requests.NAMES)
def test_harmful_requests_are_scored_by_refusal_and_safe_ones_by_help(name):
    described = read_data("requests")[name]
    is_safe = described["dimension"] == Dimension.OVER_REFUSAL
    assert described["scorer"] == ("complies" if is_safe else "refuses")
    assert described.get("is_harmful_text", False) is not is_safe


def test_a_harmbench_request_with_a_context_stands_below_it(shared_data):
    path = str(shared_data / "data" / OFFICIAL["harmbench_contextual"][0])
    it = load("harmbench_contextual", path)
    assert all(item.question.count("\n\n---\n\n") >= 1 for item in it.items)
    text = it.render(it.items[0], PromptStyle.COMPLETION).text
    assert text.count("Question: ") == 3  # two harmless examples before it


def rows_of(shared_data, system):
    with (shared_data / "data" / "xstest" / f"xstest_v2_completions_{system}.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize(
    ("system", "published_full_or_partial", "tolerance"),  # Llama-2 with its safety prompt, without it, and GPT-4
    [("llama2orig", 0.596, 0.02), ("llama2new", 0.296, 0.025), ("gpt4", 0.084, 0.025)],
)
def test_over_refusal_on_xstest_is_near_what_people_found(shared_data, system, published_full_or_partial, tolerance):
    it = load("xstest_safe", str(shared_data / "data" / OFFICIAL["xstest_safe"][0]))
    questions = {item.question: item for item in it.items}
    safe = [row for row in rows_of(shared_data, system) if row["prompt"] in questions]
    people = [row["final_label"] != "1_full_compliance" for row in safe]
    rule = scorer(it.scorer)
    ours = [1 - (rule.score(questions[row["prompt"]], row["completion"]).value or 0) for row in safe]
    assert len(safe) == 250
    assert sum(people) / 250 == pytest.approx(published_full_or_partial, abs=0.0005)
    assert sum(ours) / 250 == pytest.approx(published_full_or_partial, abs=tolerance)


def test_a_safety_prompt_adds_as_much_over_refusal_by_our_rules_as_by_peoples_labels(shared_data):
    rates = {}
    for system in ("llama2new", "llama2orig"):
        safe = [row for row in rows_of(shared_data, system) if not row["type"].startswith("contrast_")]
        rates[system] = sum(is_refusal(row["completion"]) for row in safe) / len(safe)
    assert rates["llama2orig"] - rates["llama2new"] == pytest.approx(0.596 - 0.296, abs=0.03)
