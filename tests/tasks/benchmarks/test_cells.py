"""What a cell is: the same scorer, judge, style and rule for planned and for imported answers."""

import pytest

from tasks import benchmarks
from tasks.benchmarks.cells import cell_of
from tasks.domain import PromptStyle
from tasks.scorers import SCORERS
from tasks.settings import load_settings
from tests.support.known import known_names

CONFIG = """
model_defaults: {provider: openai, base_url: "http://127.0.0.1:8000/v1"}
models: [{id: m, model: m-7b, api: chat}]
benchmarks: [{id: harmful, judge: jury, unparsed: exclude, prompt_styles: [chat, completion]}, arithmetic]
judges: [{id: jury, model: j, api: chat}]
"""


@pytest.fixture
def cell(tmp_path):
    def build(name: str, *, is_configured: bool = True, **options):
        path = tmp_path / "aligntax.yaml"
        path.write_text(CONFIG)
        settings = load_settings(path, environment={}, known=known_names(benchmarks.known(), SCORERS), will_send=False)
        wanted = next(entry for entry in settings.benchmarks if entry.name == name) if is_configured else None
        return cell_of(settings, settings.model("m"), benchmarks.load(name), wanted, **options)

    return build


def test_a_benchmark_with_a_judge_is_scored_by_its_grades(cell):
    found = cell("harmful")
    assert found.judge.id == "jury"
    assert found.scorer != benchmarks.load("harmful").scorer
    assert found.unparsed_rule == "exclude"


def test_a_scorer_that_reads_no_grades_needs_no_judge(cell):
    assert cell("harmful", scorer="refuses").judge is None


def test_the_first_configured_style_is_the_primary_one(cell):
    assert (cell("harmful").prompt_style, cell("harmful").is_primary_style) == (PromptStyle.CHAT, True)
    assert not cell("harmful", style=PromptStyle.COMPLETION).is_primary_style


def test_a_benchmark_without_an_entry_keeps_its_own_scorer_and_rule(cell):
    own = benchmarks.load("harmful")
    found = cell("harmful", is_configured=False)
    assert (found.scorer, found.unparsed_rule, found.judge) == (own.scorer, own.unparsed_rule, None)


def test_a_scorer_of_another_tool_is_taken_as_it_is(cell):
    assert cell("arithmetic", scorer="inspect:match").scorer == "inspect:match"


def test_the_id_of_a_cell_names_model_benchmark_and_style(cell):
    assert cell("arithmetic").cell_id == "m/arithmetic/chat"
