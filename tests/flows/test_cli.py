"""The command line: what it must not import, how it reports mistakes, and whether its documentation is right."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from flows.cli.app import app
from flows.configuration import load_configuration
from tests.support.runs import ROOT, count_requests, environment

HEAVY = ("prefect", "great_expectations", "openai", "anthropic", "altair", "polars", "pandas")
IMPORTS = """
import sys
sys.argv = ["aligntax", *sys.argv[1:]]
from flows.cli import main
try:
    main()
except SystemExit as stop:
    loaded = [name for name in {heavy} if name in sys.modules]
    print("loaded:", *loaded, file=sys.stderr)
    raise
"""


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_opens_no_warehouse(tmp_path, argument):
    script = IMPORTS.format(heavy=("duckdb", *HEAVY))
    command = [sys.executable, "-c", script, argument]
    found = subprocess.run(
        command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert found.stderr == "loaded:\n"


def test_prefect_reports_to_its_makers_from_no_command(tmp_path):
    script = IMPORTS.format(heavy=()) + "\nfinally:\n    import os; print(os.environ['DO_NOT_TRACK'])"
    given = {name: value for name, value in environment().items() if name != "DO_NOT_TRACK"}
    command = [sys.executable, "-c", script, "--version"]
    found = subprocess.run(command, cwd=tmp_path, env=given, capture_output=True, text=True, timeout=120, check=False)
    assert found.stdout.splitlines()[-1] == "1", found.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["sql", "select 1 as one"], ["status"], ["runs"], ["sql", "--help"]])
def test_commands_that_only_read_import_no_heavy_library(published, arguments):
    script = IMPORTS.format(heavy=HEAVY)
    found = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=published,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (found.returncode, found.stderr.strip()) == (0, "loaded:"), found.stdout


def test_the_version_is_printed_and_no_help_of_a_command_is_cut(published, warm):
    assert re.fullmatch(r"aligntax \d+\.\d+\.\d+\n", warm.run(published, "--version").stdout)
    for group in ([], ["import"], ["benchmarks"], ["labels"]):
        assert "..." not in warm.run(published, *group, "--help").stdout.partition("Commands:")[2]


def test_runs_and_status_name_the_run_whole(published, warm):
    (run,) = json.loads(warm.run(published, "runs", "--json").stdout)
    assert run["run_id"] in warm.run(published, "runs").stdout
    assert run["run_id"] in warm.run(published, "status").stdout


def test_sql_prints_a_table_or_a_json_document(published, warm):
    query = "select candidate_model_id, tax_absolute from reports.alignment_tax where is_headline"
    assert "aligned" in warm.run(published, "sql", query).stdout
    document = json.loads(warm.run(published, "sql", query, "--json").stdout)
    assert document == [{"candidate_model_id": "aligned", "tax_absolute": pytest.approx(2 / 15)}]


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["sql", "selec 1"], 2, "syntax error"),
        (["sql", "select * from reports.nothing"], 2, "does not exist"),
        (["sql", "from raw.failures"], 2, "--live reads them from the warehouse"),
        (["sql", 'from reports.safety where benchmark_id = "harmful"'], 2, "in single quotes: 'harmful'"),
        (["run", "--config", "nothing.yaml"], 2, "aligntax init"),
        (["run", "--as-of", "yesterday"], 2, "is no date"),
        (["publish", "--as-of", "2020-01-01"], 2, "nothing ran on 2020-01-01"),
        (["init"], 2, "aligntax.yaml exists"),
        (["import", "scores", "nothing.jsonl"], 2, "does not exist"),
        (["import", "responses", "scores.jsonl", "--benchmark", "arithmetik", "--model", "base"], 2, "'arithmetic'"),
        (["import", "responses", "scores.jsonl", "--benchmark", "arithmetic", "--model", "bas"], 2, "'base'"),
        (
            ["import", "responses", "scores.jsonl", "--benchmark", "arithmetic", "--model", "base", "--map", "x"],
            2,
            "FIELD=COLUMN",
        ),
        (
            [
                "import",
                "responses",
                "scores.jsonl",
                "--benchmark",
                "arithmetic",
                "--model",
                "base",
                "--map",
                "response=v",
            ],
            2,
            "value",
        ),
    ],
)
def test_a_user_mistake_gives_an_error_line_and_an_exit_code(published, arguments, code, expected, warm):
    found = warm.run(published, *arguments)
    first = found.stderr.splitlines()[0]
    assert (found.returncode, first.startswith("error: ")) == (code, True), found.stderr
    assert expected in found.stderr
    assert "Traceback" not in found.stderr


def test_an_error_line_controls_no_terminal(published, warm):
    found = warm.run(published, "sql", 'from "\x1b[31mred\x07"')
    assert (found.returncode, "red" in found.stderr) == (2, True)
    assert not {"\x1b", "\x07"} & set(found.stderr)


BAD_CONFIGURATIONS = {
    "unknown key": ("concurrency: 16", "concurency: 16", "Did you mean 'concurrency'?"),
    "unknown benchmark": ("id: arithmetic", "id: arithmetics", "Did you mean 'arithmetic'?"),
    "cycle": ("family: harbor}", "family: harbor, base: aligned}", "base -> aligned -> base"),
    "missing key variable": ("api: chat\n", "api: chat\n  api_key_env: NO_SUCH_KEY\n", "export NO_SUCH_KEY"),
    "negative price": (
        "api: chat\n",
        "api: chat\n  price: [{from: 2026-01-01, input_usd_per_million: -1, output_usd_per_million: 1}]\n",
        "input_usd_per_million",
    ),
}


@pytest.mark.parametrize("name", BAD_CONFIGURATIONS)
@pytest.mark.parametrize("verb", ["run", "plan"])
def test_with_a_bad_configuration_no_request_is_sent(project, simulator, name, verb, warm):
    old, new, expected = BAD_CONFIGURATIONS[name]
    config = project / "aligntax.yaml"
    config.write_text(config.read_text().replace(old, new, 1))
    before = count_requests(simulator)
    found = warm.run(project, verb)
    assert (found.returncode, found.stderr.count("\n")) == (2, 1), found.stderr
    assert found.stderr.startswith("error: aligntax.yaml: ")
    assert expected in found.stderr
    assert count_requests(simulator) == before
    assert not (project / "warehouse.duckdb").exists()


def test_plan_counts_what_a_run_would_send(project, simulator, warm):
    before = count_requests(simulator)
    found = warm.run(project, "plan", "--json")
    cells = json.loads(found.stdout)["cells"]
    assert [(cell["count_requests"], cell["count_reused"]) for cell in cells] == [(30, 0)] * 6
    assert all(0 < cell["minimum_detectable_tax"] < 1 for cell in cells)
    assert all(cell["count_items_for_margin"] is None for cell in cells)
    asked = json.loads(warm.run(project, "plan", "--margin", "3", "--json").stdout)["cells"]
    assert all(cell["count_items_for_margin"] > 1000 for cell in asked)
    assert count_requests(simulator) == before
    assert "Nothing was sent" in warm.run(project, "plan").stdout


def test_every_command_in_the_readmes_exists():
    texts = [path.read_text() for path in ROOT.glob("**/README.md") if ".venv" not in path.parts]
    named = {name for text in texts for name in re.findall(r"^\s*aligntax ([a-z]+)", text, re.MULTILINE)}
    known = {command.callback.__name__ for command in app.registered_commands if command.callback}
    known |= {group.name for group in app.registered_groups}
    assert named
    assert named <= known


def test_the_configurations_in_the_readme_are_valid(tmp_path, warm):
    readme = (ROOT / "README.md").read_text()
    models, replicates, composed, benchmarks = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    (tmp_path / "aligntax.yaml").write_text(models)
    found = warm.run(tmp_path, "plan", "--json")
    assert found.returncode == 0, found.stderr
    assert len(json.loads(found.stdout)["cells"]) == 8

    (tmp_path / "aligntax.yaml").write_text(models.partition("benchmarks:")[0] + replicates + composed + benchmarks)
    settings = load_configuration(tmp_path / "aligntax.yaml", will_send=False)
    assert [benchmark.id for benchmark in settings.benchmarks] == ["gsm8k", "humaneval", "strongreject", "harmful"]
    assert settings.benchmarks[2].judge == settings.judges[0].id


def test_init_does_not_overwrite_a_configuration_unless_forced(tmp_path, warm):
    assert warm.run(tmp_path, "init").returncode == 0
    assert warm.run(tmp_path, "init").returncode == 2
    assert warm.run(tmp_path, "init", "--force").returncode == 0
    assert warm.run(tmp_path, "plan").returncode == 0
