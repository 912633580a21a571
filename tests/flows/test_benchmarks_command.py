"""`aligntax benchmarks`: the list, the view of one benchmark, and the two ways to add one that the guides describe."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from flows.cli.app import app
from flows.configuration import load_configuration
from tasks.benchmarks import known

ROOT = Path(__file__).resolve().parents[2]
GUIDES = (ROOT / "tasks" / "README.md", ROOT / "CONTRIBUTING.md")
RUNNER = CliRunner()
MODEL = {"id": "m", "provider": "openai", "base_url": "http://h/v1", "model": "m", "api": "chat"}


def run(*arguments):
    done = RUNNER.invoke(app, ["benchmarks", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def block(kind, holding=""):
    """The only code block of a kind in the guides that holds some text."""
    texts = "".join(guide.read_text(encoding="utf-8") for guide in GUIDES)
    (text,) = (found for found in re.findall(rf"```{kind}\n(.*?)```", texts, flags=re.DOTALL) if holding in found)
    return text


def test_the_list_names_every_benchmark_and_how_it_was_verified():
    rows = {row["benchmark"]: row for row in json.loads(run("--json"))}
    assert set(rows) == set(known())
    assert (rows["logic"]["verified"], rows["gsm8k"]["verified"], rows["drop"]["verified"]) == ("own", "file", "format")
    assert (rows["gsm8k"]["items"], rows["gsm8k"]["scorer"], rows["knowledge"]["chance"]) == (1319, "gsm8k", 0.25)
    assert "gsm8k" in run()


def test_show_prints_a_benchmark_in_both_styles_with_citation_and_pitfalls():
    shown = run("show", "knowledge")
    assert "[user]\nChoose the one right answer." in shown
    assert shown.count("\nQuestion: ") == 5
    assert "citation: Written for this project." in shown
    assert "pitfalls: Easy for strong models" in shown
    assert set(json.loads(run("show", "knowledge", "--json"))["prompts"]) == {"chat", "completion"}


def test_show_reads_an_official_file(shared_data):
    shown = run("show", "gsm8k", "--source", shared_data / "data" / "gsm8k" / "test.jsonl")
    assert shown.startswith("GSM8K (1319 items in 1319 clusters, by problem)")


def test_the_configuration_entry_in_the_guide_defines_a_benchmark(tmp_path):
    entry = yaml.safe_load(block("yaml", "define:"))["benchmarks"][0]
    (tmp_path / "aligntax.yaml").write_text(yaml.safe_dump({"models": [MODEL], "benchmarks": [entry]}))
    (tmp_path / entry["source"]).write_text(block("csv"))
    shown = run("show", entry["id"])
    assert "Capitals (2 items in 2 clusters, by continent)" in shown
    assert "What is the capital of Peru?\nA. Cusco\nB. Lima\nC. Quito" in shown
    in_a_file = {**entry, "define": "capitals.yaml"}
    (tmp_path / "capitals.yaml").write_text(yaml.safe_dump(entry["define"]))
    (tmp_path / "aligntax.yaml").write_text(yaml.safe_dump({"models": [MODEL], "benchmarks": [in_a_file]}))
    assert run("show", entry["id"]) == shown


def test_the_configuration_entry_in_the_guide_describes_an_imported_benchmark():
    text = yaml.safe_dump({"models": [MODEL]}) + block("yaml", "imported:") + "  - {id: gsm8k}\n"
    Path("aligntax.yaml").write_text(text)
    described = load_configuration(Path("aligntax.yaml")).imported("toxic_prompts").described
    assert described == {"dimension": "safety", "domain": "safety", "higher_is_better": False}


def test_the_python_module_in_the_guide_builds_a_benchmark():
    module = {"__name__": "capitals"}
    exec(compile(block("python"), "capitals.py", "exec"), module)
    built = module["build"]()
    assert (built.benchmark_id, len(built.items), built.verified) == ("halves", 40, "own")
