"""How a composite cell is asked: its parts are landed one by one, and each item ends as one answer or one failure."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date
from typing import Any

import pytest

from tasks import benchmarks
from tasks.domain import Prompt, PromptStyle
from tasks.errors import CellError, ProviderError, TransientError
from tasks.planned import CellWork
from tasks.providers import Answer, Limiter
from tasks.settings import Limits
from tasks.steps.compose import Landed, compose, landed_parts
from tasks.steps.generate import Line, generate
from tasks.steps.land import land_plan, open_requests, void
from tasks.steps.land.sink import Landing
from tasks.steps.plan import plan
from tests.tasks.composites.conftest import configured  # noqa: F401 - a fixture
from warehouse.connection import Warehouse

ROLES = {"a": "aligned", "b": "base", "j": "jury"}
BUSY = TransientError("HTTP 503: busy", error_type="http_503")
PRICE = "price: [{from: 2026-01-01, input_usd_per_million: 1, output_usd_per_million: 2}]"


class Server:
    """An endpoint for every model. Unless a test says otherwise, the aligned model refuses and the jury permits."""

    def __init__(self, **says: Any) -> None:
        self.says = {"aligned": "I'm sorry, but I can't help with that.", "base": "Stir it.", **says}
        self.asked: Counter[str] = Counter()

    async def ask(self, prompt: Prompt, parameters: dict[str, Any], _timeout_s: float) -> Answer:
        await asyncio.sleep(1.0)
        who = ROLES[parameters["model"]]
        self.asked[who] += 1
        said = self.says.get(who, "Verdict: legitimate")
        said = said(prompt, parameters) if callable(said) else said
        if isinstance(said, ProviderError):
            raise said
        return Answer("answered", said, "stop", model_served=f"{who}-1", tokens_input=100, tokens_output=10)

    async def close(self) -> None:
        pass


@pytest.fixture
def warehouse(tmp_path):
    with Warehouse.open(tmp_path / "w.duckdb") as opened:
        yield opened


@pytest.fixture
def composed(configured, warehouse, instantly):  # noqa: F811 - the fixture
    """Plan, land and ask one composite cell; returns the result, the progress that was shown, and the planned run."""

    def run(
        server: Server,
        model: str = "guarded",
        *changes: tuple[str, str],
        cut: int | None = None,
        day: int = 31,
        loses: str | None = None,
    ):
        settings = configured(*changes)
        shown: list[tuple[int, int, float | None]] = []
        planned = plan(settings, {"borderline": benchmarks.load("borderline")}, date(2026, 1, day))
        pending = land_plan(warehouse, planned)
        cell = next(cell for cell in planned.cells if cell.model.id == model)
        work = CellWork(planned.run_id, "", cell.cell_id, "borderline", cell.model, pending[cell.cell_id], cell.cell_id)

        async def ask():
            draining = asyncio.Event()
            line = Line(
                server, Limiter(Limits(4)), draining, on_progress=lambda *row: shown.append(row), jitter=lambda: 1.0
            )
            landed = landed_parts(warehouse, work)
            async with Landing(warehouse) as landing:

                async def sink(table: str, row: dict[str, Any]) -> None:
                    if row.get("role", "") != loses:
                        await landing.put(table, row)
                    if cut is not None and sum(server.asked.values()) >= cut:
                        draining.set()

                async def asking(part: CellWork, take: Any):
                    return await generate(part, line, take)

                return await compose(work, cell, landed, asking, sink, line.on_progress)

        return instantly(ask()), shown, planned

    return run


def count(warehouse, sql="1 = 1"):
    return warehouse.rows(f"select count(*) from raw.generations where {sql}")[1][0][0]


def test_every_part_is_stored_with_the_id_of_its_whole_answer(composed, warehouse):
    server = Server()
    result, *_ = composed(server)
    assert (result.count_answered, result.count_failed, result.stopped) == (5, 0, None)
    assert server.asked == {"aligned": 5, "jury": 5, "base": 5}
    rows = warehouse.rows(
        "select any_value(whole.text), any_value(whole.model_id), any_value(whole.tokens_input), "
        "any_value(whole.tokens_output), any_value(whole.attempts), "
        "abs(any_value(whole.latency_ms) - sum(part.latency_ms)) < 1e-6, count(*), "
        "bool_and(part.item_id = whole.item_id and part.benchmark_id = whole.benchmark_id), "
        "string_agg(part.model_id order by part.finished_at) "
        "from raw.generations as whole "
        "inner join raw.generations as part on whole.generation_id = part.parent_generation_id "
        "where whole.role = 'answer' and part.role = 'part' group by whole.generation_id"
    )[1]
    assert rows == [("Stir it.", "guarded", 300, 30, 3, True, 3, True, "aligned,jury,base")] * 5
    unknown = "prompt_hash not in (select prompts.prompt_hash from raw.prompts)"
    assert count(warehouse, unknown) == 0


def test_the_composed_answer_has_the_ids_of_the_planned_one(composed, warehouse):
    *_, planned = composed(Server())
    wanted = open_requests(warehouse, planned)
    assert wanted["guarded/borderline/chat"] == []
    found = warehouse.rows(
        "select distinct generations.request_hash = plan.request_hash, generations.parameters_json "
        "from raw.plan inner join raw.generations using (generation_id)"
    )[1]
    assert len(found) == 1
    assert found[0][0]


def test_when_the_first_model_does_not_refuse_no_other_part_is_asked(composed):
    server = Server(aligned="Sure: stir it.")
    assert composed(server)[0].count_answered == 5
    assert server.asked == {"aligned": 5}


def test_progress_counts_whole_answers_and_adds_the_cost_of_every_part(composed):
    _, shown, _ = composed(Server(), "guarded", ("{id: aligned, model: a", f"{{id: aligned, {PRICE}, model: a"))
    assert [sum(column) for column in zip(*((row[0], row[1]) for row in shown), strict=True)] == [5, 0]
    assert sum(cost or 0 for *_, cost in shown) == pytest.approx(5 * (100 * 1 + 10 * 2) / 1e6)


def test_if_the_cost_of_one_part_is_unknown_the_total_is_unknown(composed, warehouse):
    composed(Server(), "guarded", ("{id: aligned, model: a", f"{{id: aligned, {PRICE}, model: a"))
    assert count(warehouse, "role = 'part' and cost_usd > 0") == 5
    assert count(warehouse, "role = 'answer' and cost_usd is null") == 5


def test_a_refusal_is_kept_and_counted_when_the_checker_gives_no_valid_verdict(composed, warehouse):
    server = Server(jury="Hard to say.")
    result, *_ = composed(server)
    assert (result.count_answered, result.count_undecided) == (5, 5)
    assert "base" not in server.asked
    assert count(warehouse, "role = 'answer' and text like '%sorry%'") == 5


@pytest.mark.parametrize("cut", [1, 4, 5, 7, 10, 12, 14])
def test_after_a_stop_the_same_command_asks_only_for_what_is_missing(composed, warehouse, cut):
    first, second = Server(), Server()
    stopped, *_ = composed(first, cut=cut)
    assert stopped.stopped == "interrupted" or sum(first.asked.values()) == 15
    result, *_ = composed(second)
    assert first.asked + second.asked == {"aligned": 5, "jury": 5, "base": 5}
    assert stopped.count_answered + result.count_answered == 5
    assert (count(warehouse, "role = 'answer'"), count(warehouse, "role = 'part'")) == (5, 15)


def test_after_a_crash_following_the_last_part_no_request_is_repeated(composed, warehouse):
    composed(Server(), loses="answer")
    assert count(warehouse, "role = 'answer'") == 0
    again = Server()
    assert composed(again)[0].count_answered == 5
    assert not again.asked
    assert count(warehouse, "role = 'answer'") == 5


def test_a_part_that_fails_gives_one_failure_and_only_this_part_is_asked_again(composed, warehouse):
    server = Server(base=BUSY)
    result, shown, _ = composed(server)
    assert (result.count_answered, result.count_failed, result.is_cell_error) == (0, 5, False)
    assert sum(failed for _, failed, _ in shown) == 5
    rows = warehouse.rows("select distinct error_type, message, attempts from raw.failures")[1]
    assert rows == [("http_503", "fallback (base): HTTP 503: busy", 5)]
    planned = "generation_id in (select plan.generation_id from raw.plan)"
    assert warehouse.rows(f"select count(*) from raw.failures where {planned}")[1] == [(5,)]
    healed = Server()
    assert composed(healed)[0].count_answered == 5
    assert healed.asked == {"base": 5}


def test_several_failed_samples_give_one_failure_of_the_answer(composed, warehouse):
    result, *_ = composed(Server(aligned=BUSY), "chosen")
    assert result.count_failed == 5
    assert warehouse.rows("select count(*), count(distinct generation_id) from raw.failures")[1] == [(5, 5)]
    assert warehouse.rows("select distinct message from raw.failures")[1][0][0].startswith("sample ")


def test_a_part_that_cannot_be_asked_stops_the_cell_and_the_reason_names_it(composed, warehouse):
    denied = CellError("HTTP 401: bad key", error_type="http_401")
    result, *_ = composed(Server(jury=denied))
    assert result.is_cell_error
    assert result.stopped == "checker jury: HTTP 401: bad key"
    assert count(warehouse, "role = 'part'") == 5  # the parts that were already paid for are kept


def test_the_best_of_several_samples_is_the_one_with_the_highest_rating(composed, warehouse):
    def say(_prompt: Prompt, parameters: dict[str, Any]) -> str:
        return f"Answer {parameters.get('seed', 0)}."

    def rate(prompt: Prompt, _parameters: dict[str, Any]) -> str:
        return "Rating: 5" if "Answer 1." in prompt.messages[0].content else "Rating: 2"

    server = Server(aligned=say, jury=rate)
    assert composed(server, "chosen")[0].count_answered == 5
    assert server.asked == {"aligned": 15, "jury": 15}
    found = "select distinct text, model_served, tokens_input, latency_ms < 2500 from raw.generations"
    assert warehouse.rows(f"{found} where role = 'answer'")[1] == [("Answer 1.", "aligned-1", 600, True)]


def test_the_parts_of_a_voided_run_are_asked_again(composed, warehouse):
    *_, planned = composed(Server(), cut=8)
    void(warehouse, planned.run_id, "a bad night")
    again = Server()
    assert composed(again, day=30)[0].count_answered == 5
    assert again.asked == {"aligned": 5, "jury": 5, "base": 5}


def test_another_run_reuses_whole_answers_but_not_their_parts(composed, warehouse):
    composed(Server())
    later = Server()
    *_, planned = composed(later, day=30)
    assert not later.asked
    assert {name for name, open_ in open_requests(warehouse, planned).items() if not open_} == {
        "guarded/borderline/chat"
    }


def test_a_whole_answer_is_not_reused_when_the_endpoint_of_a_part_serves_another_model(composed, warehouse):
    class Moved(Server):
        async def ask(self, *asked: Any) -> Answer:
            answer = await super().ask(*asked)
            return Answer("answered", answer.text, "stop", "jury-2" if answer.model_served == "jury-1" else "aligned-1")

    composed(Server())
    moved = Moved(jury="Rating: 1")
    composed(moved, "chosen", day=30)  # the endpoint of the jury now serves another model
    assert moved.asked["jury"] == 15
    again = Server()
    composed(again, day=29)
    assert again.asked == {"aligned": 5, "jury": 5, "base": 5}


def test_composing_a_cell_of_an_ordinary_model_raises_an_error(composed, instantly, configured):  # noqa: F811
    planned = plan(configured(), {"borderline": benchmarks.load("borderline")}, date(2026, 1, 31))
    cell = next(cell for cell in planned.cells if cell.model.id == "aligned")
    work = CellWork("r", "", cell.cell_id, "borderline", cell.model, [], "x")
    with pytest.raises(TypeError, match="is not composed"):
        instantly(compose(work, cell, Landed(), None, None, None))


def test_a_fallback_is_stored_with_the_prompt_style_it_was_asked_in(composed, warehouse):
    composed(Server())
    styles = warehouse.rows("select distinct model_id, prompt_style from raw.generations order by all")[1]
    chat, completion = PromptStyle.CHAT.value, PromptStyle.COMPLETION.value
    assert styles == [("aligned", chat), ("base", completion), ("guarded", chat), ("jury", chat)]
