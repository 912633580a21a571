"""Which configured models and benchmarks a run takes when it is limited to some of them."""

from __future__ import annotations

import re
from datetime import date

import pytest

from flows.cli.plan_questions import StatedQuestions
from flows.configuration import load_configuration
from flows.planning import plan_run, shards
from tasks.domain import RunKind
from tasks.errors import UnknownName, UsageError
from tasks.settings import starter_text

CONFIG = """
model_defaults: {provider: openai, base_url: "http://127.0.0.1:1/v1", api: chat}
models: [{id: base, model: base-7b}, {id: aligned, model: aligned-7b, base: base}]
benchmarks:
  - {id: harmful, sample_size: 5}
  - {id: harmful, sample_size: 5, attack: base64}
  - {id: arithmetic, sample_size: 5}
"""


@pytest.fixture
def settings(tmp_path):
    path = tmp_path / "aligntax.yaml"
    path.write_text(CONFIG)
    return load_configuration(path)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], ["harmful", "harmful+base64", "arithmetic"]),
        (["harmful"], ["harmful", "harmful+base64"]),
        (["harmful+base64"], ["harmful+base64"]),
        (["arithmetic", "harmful+base64"], ["harmful+base64", "arithmetic"]),
    ],
)
def test_a_benchmark_id_selects_all_its_variants_and_a_full_name_selects_one(settings, names, expected):
    planned = plan_run(None, settings, date(2026, 1, 31), only={"models": ["aligned"], "benchmarks": names})
    assert [cell.benchmark.benchmark_id for cell in planned.cells] == expected
    assert {cell.model.id for cell in planned.cells} == {"aligned"}


def test_for_an_unknown_benchmark_the_error_suggests_the_nearest_name(settings):
    with pytest.raises(
        UnknownName, match=r"'harmful\+base46' is not a configured benchmark. Did you mean 'harmful\+base"
    ):
        plan_run(None, settings, date(2026, 1, 31), only={"benchmarks": ["harmful+base46"]})


def test_attacked_and_plain_cells_share_their_items_but_no_request(settings):
    cells = plan_run(None, settings, date(2026, 1, 31), only={"benchmarks": ["harmful"]}).cells
    assert len({cell.cell_id for cell in cells}) == len(cells) == 4
    assert len({cell.items for cell in cells}) == 1
    hashes = [request.request_hash for cell in cells for request in cell.requests]
    assert len(set(hashes)) == len(hashes) == 20


COMPARED = """
model_defaults: {provider: openai, base_url: "http://127.0.0.1:1/v1", api: chat}
models:
  - {id: base, model: base-7b}
  - {id: v1, model: v1-7b, base: base, sampling: {temperature: 0.7}, differs: [temperature]}
  - {id: v2, model: v2-7b, base: base}
  - {id: best, best_of: {model: v1, n: 2, chooser: v2}}
comparisons:
  - {kind: version, reference: v1, candidate: v2}
  - {kind: method, reference: v2, candidate: v1}
  - {kind: prompt, reference: base, candidate: v1}
benchmarks:
  - {id: harmful, sample_size: 5, judge: v2}
  - {id: arithmetic, sample_size: 5}
"""


@pytest.mark.parametrize("model", ["base", "v1", "v2", "best"])
def test_one_model_is_planned_beside_comparisons_and_judges_that_name_others(tmp_path, model):
    path = tmp_path / "aligntax.yaml"
    path.write_text(COMPARED)
    settings = load_configuration(path)
    planned = plan_run(None, settings, date(2026, 1, 31), RunKind.BACKFILL, {"models": [model], "benchmarks": []})
    assert [cell.model.id for cell in planned.cells] == [model, model]
    assert planned.settings == settings


@pytest.mark.parametrize("model", ["harbor-base", "harbor-dpo-050", "harbor-dpo-100"])
def test_each_model_of_the_starter_file_can_be_filled_in(tmp_path, model):
    path = tmp_path / "aligntax.yaml"
    path.write_text(starter_text())
    planned = plan_run(None, load_configuration(path), date(2026, 1, 31), RunKind.BACKFILL, {"models": [model]})
    assert {cell.model.id for cell in planned.cells} == {model}


STOPS = {
    "the benchmark's own": ("{id: arithmetic}", ["\n\nQuestion:", "##"]),
    "none": ("{id: arithmetic, stop: []}", ["##"]),
    "others": ("{id: arithmetic, stop: [Q]}", ["Q", "##"]),
    "under an attack": ("{id: harmful, attack: base64, stop: [Q]}", ["Q", "##"]),
}


@pytest.mark.parametrize(("entry", "stop"), STOPS.values(), ids=STOPS.keys())
def test_a_user_can_take_a_benchmarks_stop_strings_away(tmp_path, entry, stop):
    """The model's own stop strings stay. Other stop strings make another version of the benchmark."""
    path = tmp_path / "aligntax.yaml"
    model = 'provider: openai, base_url: "http://127.0.0.1:1/v1", api: completions, sampling: {stop: ["##"]}'
    planned = []
    for benchmark in (entry, re.sub(r", stop: .*]", "", entry)):
        path.write_text(f"models: [{{id: m, model: m, {model}}}]\nbenchmarks: [{benchmark}]\n")
        planned += plan_run(None, load_configuration(path), date(2026, 1, 31)).cells
    assert all(request.parameters["stop"] == stop for request in planned[0].requests)
    assert (planned[0].benchmark.version == planned[1].benchmark.version) == ("stop:" not in entry)


@pytest.mark.parametrize(("entry", "stop"), [("{id: arithmetic}", None), ("{id: arithmetic, stop: [Q]}", ["Q"])])
def test_stop_strings_that_a_user_states_end_chat_answers_too(tmp_path, entry, stop):
    """A benchmark's own end continuations: a blank line may stand within an answer in a chat."""
    path = tmp_path / "aligntax.yaml"
    model = 'provider: openai, api: chat, base_url: "http://127.0.0.1:1/v1"'
    path.write_text(f"models: [{{id: m, model: m, {model}}}]\nbenchmarks: [{entry}]\n")
    [cell] = plan_run(None, load_configuration(path), date(2026, 1, 31)).cells
    assert all(request.prompt.messages and request.parameters.get("stop") == stop for request in cell.requests)


@pytest.mark.parametrize(("count_open", "is_resumed"), [(5, False), (3, True)])
def test_the_work_says_whether_other_answers_of_the_cell_are_there_already(settings, count_open, is_resumed):
    planned = plan_run(None, settings, date(2026, 1, 31), only={"models": ["base"], "benchmarks": ["arithmetic"]})
    (cell,) = planned.cells
    (work,) = shards(planned, {cell.cell_id: list(cell.requests[:count_open])})
    assert work.is_resumed is is_resumed


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        *(({"margin": text}, f"--margin: '{text}' must be a number") for text in ("nan", "x", "0", "-3", "inf")),
        *(({"detect": text}, f"--detect: '{text}' must be a number") for text in ("nan", "", "2")),
        *(
            ({"nights": text}, f"--nights: '{text}' must be a whole number")
            for text in ("0", "2.5", "-1", "nan", "9" * 5000)
        ),
        ({"nights": "30", "fall": "3,5"}, "--fall: '3,5' must be a number"),
        ({"fall": "5"}, "--fall needs --nights"),
    ],
)
def test_a_question_that_is_no_number_is_refused_in_one_line(question, expected):
    options = {name: question.get(name) for name in ("detect", "margin", "nights", "fall")}
    with pytest.raises(UsageError) as refused:
        StatedQuestions.of(**options)
    assert str(refused.value).startswith(expected)
    assert "\n" not in str(refused.value)


def test_the_cells_of_a_plan_share_the_alpha_of_the_monitor(settings):
    planned = plan_run(None, settings, date(2026, 1, 31))
    watch = StatedQuestions.of(None, None, "30", None).about(planned).watch
    assert (watch.count_nights, watch.fall, watch.rule.count_reference) == (30, 0.05, 5)
    assert watch.rule.alpha == pytest.approx(0.05 / (6 * 2))


def test_a_fall_that_the_monitor_tolerates_is_refused(settings):
    planned = plan_run(None, settings, date(2026, 1, 31))
    with pytest.raises(UsageError, match=r"0.5 points never raise an alarm, .* is 1 points"):
        StatedQuestions.of(None, None, "30", "0.5").about(planned)
