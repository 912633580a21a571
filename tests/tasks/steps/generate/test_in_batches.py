"""How a cell is asked in batches: what is submitted when, what is found again, and what becomes of each line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tasks.errors import CellError, ProviderError, TerminalError, TransientError
from tasks.planned import CellResult, CellWork
from tasks.providers import Account, Answer, Batch, Ledger, Limiter, Question, Reply
from tasks.settings import Limits
from tasks.steps.generate import Line, generate_in_batches
from tasks.steps.land import BatchBook
from tests.tasks.steps.generate.test_live import GOOD, model, request
from warehouse.connection import Warehouse

EMPTY = Answer("answered", "", "stop")
BUSY = TransientError("HTTP 500", error_type="http_500")
FULL = TransientError("HTTP 429", error_type="http_429")
NO_KEY = CellError("HTTP 401: no such key", error_type="http_401")


class Desk:
    """A batch API in memory. ``script`` gives what the nth batch says to an answer's id; None leaves the line out."""

    def __init__(
        self, script: Callable[[str, int], Answer | ProviderError | None], *, keeps_marks: bool = True
    ) -> None:
        self.script, self.keeps_marks = script, keeps_marks
        self.made: list[tuple[str, list[Question]]] = []
        self.replies: list[ProviderError] = []
        self.lost: list[ProviderError] = []
        self.never_ends = False
        self.draining = asyncio.Event()
        self.refusal: ProviderError | None = None
        self.breaks: list[ProviderError] = []
        self.unfinished: set[str] = set()
        self.is_ending = False
        self.silence: list[ProviderError] = []
        self.drains_after: int | None = None
        self.late = timedelta()

    def size_of(self, question: Question) -> int:
        return len(question.custom_id)

    async def submit(self, mark: str, questions: Iterable[Question], _: float) -> Batch:
        if self.replies:
            raise self.replies.pop(0)
        self.made.append((mark, list(questions)))
        if self.lost:
            raise self.lost.pop(0)
        return self._batch(len(self.made))

    async def look(self, batch_id: str, _: float) -> Batch:
        self.draining.set() if self.never_ends else None
        if self.silence:
            raise self.silence.pop(0)
        found = self._batch(int(batch_id))
        if self.is_ending:
            self.unfinished.clear()
        return found

    async def listed(self, since: datetime, _: float) -> AsyncIterator[Batch]:
        assert since < datetime.now(UTC) - timedelta(minutes=59)
        for number in range(len(self.made), 0, -1):
            yield self._batch(number)

    async def lines(self, batch: Batch, _: float) -> AsyncIterator[tuple[str, Reply | ProviderError]]:
        for question in reversed(self.made[int(batch.batch_id) - 1][1]):
            said = self.script(question.custom_id.partition("-generation-")[2], int(batch.batch_id))
            if said is not None:
                yield question.custom_id, said if isinstance(said, ProviderError) else Reply(200, said, {})
            if self.drains_after is not None:
                self.drains_after -= 1
                self.draining.set() if self.drains_after == 0 else None
            if self.breaks:
                raise self.breaks.pop(0)
        yield "somebody-else", Reply(200, GOOD, {})

    def answer_in(self, reply: Reply, _: Any) -> Answer:
        if not isinstance(reply.document, Answer):
            raise reply.document
        return reply.document

    async def close(self) -> None:
        pass

    def _batch(self, number: int) -> Batch:
        mark, questions = self.made[number - 1]
        state = "refused" if self.refusal else "waiting" if self.never_ends else "ended"
        about = {
            "mark": mark if self.keeps_marks else None,
            "error": self.refusal,
            "count_requests": len(questions),
            "count_done": 1,
        }
        state = "waiting" if str(number) in self.unfinished else state
        return Batch(str(number), state, "word", datetime.now(UTC) + self.late, **about)


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    with Warehouse.open(tmp_path_factory.mktemp("batches") / "warehouse.duckdb") as warehouse:
        yield warehouse


@pytest.fixture
def warehouse(opened):
    """A warehouse without a batch."""
    for table in ("raw.batches", "raw.batch_requests", "raw.batch_events", "raw.extra_spend"):
        opened.replace(table, None, [])
    return opened


@pytest.fixture
def asked(warehouse):
    """Ask questions in batches; returns the result and the rows. Called again, it is the next run."""

    def run(desk: Desk, names: str, **fields: Any) -> tuple[CellResult, list[tuple[str, dict[str, Any]]]]:
        rows: list[tuple[str, dict[str, Any]]] = []

        async def sink(table: str, row: dict[str, Any]) -> None:
            rows.append((table, row))
            if table == "raw.batch_events":
                await asyncio.to_thread(warehouse.append, {table: [row]})

        async def ask() -> CellResult:
            desk.draining = asyncio.Event()
            line = Line(desk, Limiter(Limits(4)), desk.draining, desk, ledger=fields.pop("ledger", Ledger()))
            line.on_ended, line.on_batch = fields.pop("on_ended", None), fields.pop("on_batch", None)
            limits = {"poll_s": 0.01, "timeout_s": 0.05, "max_wait_hours": 0.01} | fields.pop("batch", {})
            asking = model(mode="batch", batch=limits, **fields)
            work = CellWork("run", "", "m/b/chat", "b", asking, [request(name) for name in names], "m/b")
            return await generate_in_batches(work, line, BatchBook(warehouse), sink)

        return asyncio.run(ask()), rows

    return run


def texts(rows: list[tuple[str, dict[str, Any]]]) -> dict[str, tuple[str | None, int]]:
    return {row["item_id"][5:]: (row["text"], row["attempts"]) for table, row in rows if table == "raw.generations"}


def events(warehouse: Warehouse) -> list[str]:
    return [event for (event,) in warehouse.rows("select event from raw.batch_events order by happened_at")[1]]


def test_each_answer_of_a_batch_becomes_a_row_at_the_price_of_batches(asked, warehouse):
    price = [{"from": "2020-01-01", "input_usd_per_million": 1.0, "output_usd_per_million": 2.0}]
    desk = Desk(lambda *_: GOOD)
    result, rows = asked(desk, "abc", price=price)
    assert (result.count_answered, result.count_failed, result.stopped) == (3, 0, None)
    assert texts(rows) == dict.fromkeys("abc", ("42", 1))
    assert {row["cost_usd"] for table, row in rows if table == "raw.generations"} == {0.001}
    assert events(warehouse) == ["posting", "submitted", "ended", "collected"]
    assert len(desk.made) == 1


def test_limits_part_the_questions(asked):
    desk = Desk(lambda *_: GOOD)
    asked(desk, "abcde", batch={"max_requests": 2})
    assert sorted(len(questions) for _, questions in desk.made) == [1, 2, 2]
    asked(desk, "fgh", batch={"max_megabytes": 0.00007})
    assert sorted(len(questions) for _, questions in desk.made[3:]) == [1, 2]


def test_only_what_has_no_answer_is_asked_again(asked):
    first = {"a": GOOD, "b": BUSY, "c": None, "d": EMPTY}
    desk = Desk(lambda name, number: first[name] if number == 1 else GOOD)
    result, rows = asked(desk, "abcd")
    assert [sorted(q.prompt.messages[0].content for q in made) for _, made in desk.made] == [list("abcd"), list("bcd")]
    assert texts(rows) == {"a": ("42", 1), "b": ("42", 2), "c": ("42", 2), "d": ("42", 2)}
    assert (result.count_answered, result.count_failed) == (4, 0)


def test_what_stays_empty_or_fails_comes_to_an_end(asked):
    bad = TerminalError("HTTP 400: odd", error_type="http_400")
    desk = Desk(lambda name, _: {"a": EMPTY, "b": BUSY, "c": None, "d": bad}[name])
    result, rows = asked(desk, "abcd")
    assert texts(rows) == {"a": ("", 2)}
    failures = {row["generation_id"][-1]: (row["error_type"], row["attempts"]) for t, row in rows if "failures" in t}
    assert failures == {"b": ("http_500", 3), "c": ("no_line", 3), "d": ("http_400", 1)}
    assert (result.count_answered, result.count_failed, result.stopped) == (1, 3, None)


def test_a_batch_of_which_every_line_is_refused_ends_the_cell(asked):
    result, _ = asked(Desk(lambda *_: NO_KEY), "ab")
    assert (result.stopped, result.is_cell_error) == ("HTTP 401: no such key", True)


@pytest.mark.parametrize("keeps_marks", [True, False])
def test_a_batch_whose_reply_was_lost_is_not_submitted_again(asked, keeps_marks):
    desk = Desk(lambda *_: GOOD, keeps_marks=keeps_marks)
    desk.lost = [TransientError("timeout", error_type="timeout")]
    result, _ = asked(desk, "abc")
    assert (result.count_answered, len(desk.made)) == (3, 1)


def test_an_attempt_that_made_no_batch_is_repeated(asked, warehouse):
    desk = Desk(lambda *_: GOOD)
    desk.replies = [FULL, BUSY]
    result, _ = asked(desk, "abc")
    assert (result.count_answered, len(desk.made)) == (3, 1)
    assert events(warehouse).count("posting") == 3


def test_the_next_run_collects_what_an_earlier_one_submitted(asked):
    desk = Desk(lambda *_: GOOD)
    desk.never_ends = True
    result, rows = asked(desk, "abc")
    assert (rows, result.stopped) == ([], "interrupted")
    desk.never_ends = False
    result, rows = asked(desk, "abcd")
    assert (result.count_answered, sorted(len(questions) for _, questions in desk.made)) == (4, [1, 3])


def test_a_cell_that_has_waited_long_enough_says_what_it_waits_for(asked):
    result, _ = asked(Desk(lambda *_: GOOD), "abc", batch={"max_wait_hours": 1e-9})
    assert str(result.stopped).endswith("3 questions wait for another batch. The same command collects what has ended")


@pytest.mark.parametrize("keeps_marks", [True, False])
def test_a_run_that_ended_between_the_attempt_and_its_note_finds_the_batch(asked, warehouse, keeps_marks):
    desk = Desk(lambda *_: GOOD, keeps_marks=keeps_marks)
    work = CellWork("run", "", "m/b/chat", "b", model(), [request(name) for name in "abc"], "m/b")
    book = BatchBook(warehouse)
    names = [asking.generation_id for asking in work.requests]
    for _ in range(2):  # two of one size, of which the second was made
        intent = book.intend(work, names)
    book.note(intent.mark, "posting")
    questions = [Question(f"{intent.mark}-{r.generation_id}", r.prompt, r.parameters) for r in work.requests]
    desk.made = [
        ("another", [Question(f"other-{name}", r.prompt, {}) for name, r in zip("xyz", work.requests, strict=True)])
    ]
    desk.made.append((intent.mark, questions))
    result, _ = asked(desk, "abc")
    assert result.count_answered == 3
    assert intent.mark in {mark for mark, _ in desk.made}


def foreign(warehouse: Warehouse, desk: Desk) -> str:
    """A batch in doubt, and another program's batch of the same size; returns the mark of the first."""
    work = CellWork("run", "", "m/b/chat", "b", model(), [request(name) for name in "abc"], "m/b")
    book = BatchBook(warehouse)
    intent = book.intend(work, [asking.generation_id for asking in work.requests])
    book.note(intent.mark, "posting")
    own = [Question(f"{intent.mark}-{r.generation_id}", r.prompt, r.parameters) for r in work.requests]
    desk.made = [(intent.mark, own), ("other", [Question(f"other-{r.item_id}", r.prompt, {}) for r in work.requests])]
    return intent.mark


def test_a_batch_that_has_ended_is_found_beside_another_that_goes_on(asked, warehouse):
    desk = Desk(lambda *_: GOOD, keeps_marks=False)
    foreign(warehouse, desk)
    desk.unfinished = {"2"}
    result, _ = asked(desk, "abc")
    assert (result.count_answered, len(desk.made)) == (3, 2)


def test_a_batch_that_was_made_much_later_is_not_waited_for(asked, warehouse):
    desk = Desk(lambda *_: GOOD, keeps_marks=False)
    foreign(warehouse, desk)
    desk.made.pop(0)  # the attempt made none
    desk.unfinished, desk.late = {"1"}, timedelta(hours=2)
    result, _ = asked(desk, "abc")
    assert (result.count_answered, len(desk.made)) == (3, 2)


def test_lines_that_break_off_are_read_again_and_land_once(asked):
    desk = Desk(lambda *_: GOOD)
    desk.breaks = [BUSY]
    result, rows = asked(desk, "abc")
    assert result.count_answered == 3
    assert len([row for table, row in rows if table == "raw.generations"]) == 3


def test_a_batch_that_is_refused_as_a_whole_ends_the_cell(asked, warehouse):
    desk = Desk(lambda *_: GOOD)
    desk.refusal = CellError("the batch 1 was refused: no such model", error_type="batch_refused")
    result, _ = asked(desk, "abc")
    assert (result.stopped, result.is_cell_error) == (str(desk.refusal), True)
    assert events(warehouse)[-1] == "given_up"


def test_a_run_that_may_not_wait_collects_what_has_ended_and_submits_nothing(asked):
    desk = Desk(lambda *_: GOOD)
    desk.never_ends = True
    asked(desk, "abc")
    desk.never_ends = False
    result, _ = asked(desk, "abcd", batch={"max_wait_hours": 1e-9})
    assert (result.count_answered, len(desk.made)) == (3, 1)
    assert str(result.stopped).startswith("1 questions wait for another batch")


def test_a_batch_that_no_budget_has_room_for_is_not_submitted(asked):
    desk = Desk(lambda *_: GOOD)
    result, _ = asked(desk, "abc", ledger=Ledger({"m": [Account("run.requests", "requests", 2)]}))
    assert (desk.made, result.budget) == ([], "run.requests")
    result, _ = asked(desk, "abc", ledger=Ledger({"m": [Account("run.requests", "requests", 3)]}))
    assert (result.count_answered, len(desk.made)) == (3, 1)


def test_a_batch_is_settled_by_what_it_cost(asked):
    price = [{"from": "2020-01-01", "input_usd_per_million": 1.0, "output_usd_per_million": 2.0}]
    money = Account("run.usd", "usd", 1.0)
    asked(
        Desk(lambda name, number: BUSY if name == "a" and number == 1 else GOOD),
        "abc",
        price=price,
        ledger=Ledger({"m": [money]}),
    )
    assert (money.spent, money.reserved) == (pytest.approx(0.003), pytest.approx(0))


def test_an_answer_without_a_word_that_was_paid_for_is_spending(asked):
    nothing = Answer("answered", "", "stop", tokens_input=100, tokens_output=0)
    _, rows = asked(Desk(lambda _, number: nothing if number == 1 else GOOD), "a")
    spent = [row for table, row in rows if table == "raw.extra_spend"]
    assert [(row["tokens_input"], row["count_requests"]) for row in spent] == [(100, 0)]


def test_a_question_that_fails_is_spending_once_for_each_of_its_batches(asked, warehouse):
    desk = Desk(lambda name, number: BUSY if name == "b" and number <= 3 else GOOD)
    _, rows = asked(desk, "ab")
    spent = [row for table, row in rows if table == "raw.extra_spend"]
    assert [(row["generation_id"][-1], row["count_requests"], row["cost_held_usd"]) for row in spent] == [("b", 3, 0.0)]
    warehouse.append({"raw.extra_spend": spent})
    _, again = asked(desk, "b")
    assert texts(again) == {"b": ("42", 1)}  # the three before are counted already


def test_what_a_provider_may_bill_is_held_at_its_worst_price(asked):
    price = [{"from": "2020-01-01", "input_usd_per_million": 1.0, "output_usd_per_million": 2.0}]
    broken = TransientError("unreadable", error_type="unreadable_answer", may_be_billed=True)
    no_usage = Answer("answered", "42", "stop")
    money = Account("run.usd", "usd", 1.0)
    ledger = Ledger({"m": [money]})
    desk = Desk(lambda name, number: broken if name == "a" and number == 1 else no_usage)
    _, rows = asked(desk, "ab", price=price, ledger=ledger)
    spent = [row for table, row in rows if table == "raw.extra_spend"]
    assert sorted(row["generation_id"][-1] for row in spent) == ["a", "a", "b"]
    assert sum(row["cost_held_usd"] for row in spent) == pytest.approx(money.spent)
    assert sum(row["count_requests"] for row in spent) == 0  # the answers' rows count them


def test_each_batch_and_each_of_its_questions_is_observed(asked):
    ended, batches = [], []
    asked(
        Desk(lambda name, _: BUSY if name == "b" else GOOD),
        "ab",
        on_ended=lambda tried, error_type: ended.append(
            (tried.request.generation_id[-1], tried.count_sent, error_type)
        ),
        on_batch=lambda _, intent, batch: batches.append((intent.count_requests, batch.batch_id)),
    )
    assert ended == [("a", 1, None), ("b", 3, "http_500")]
    assert batches == [(2, "1"), (1, "2"), (1, "3")]


def submitted(asked, desk: Desk, names: str) -> None:
    """An earlier run submits a batch and ends while it waits."""
    desk.never_ends = True
    asked(desk, names)
    desk.never_ends = False


def test_a_batch_is_looked_at_until_it_has_ended(asked):
    desk = Desk(lambda *_: GOOD)
    desk.unfinished, desk.is_ending = {"1"}, True
    result, _ = asked(desk, "abc")
    assert (result.count_answered, len(desk.made)) == (3, 1)


def test_at_the_end_of_the_time_a_batch_that_goes_on_is_named(asked):
    desk = Desk(lambda *_: GOOD)
    submitted(asked, desk, "abc")
    desk.unfinished = {"1"}
    result, rows = asked(desk, "abc", batch={"max_wait_hours": 1e-9})
    assert rows == []
    assert (
        str(result.stopped)
        == "the batch 1 has not ended (word, 1 of 3 requests done). The same command collects what has ended"
    )


def test_a_batch_api_that_is_silent_is_asked_again_until_the_time_is_up(asked):
    desk = Desk(lambda *_: GOOD)
    submitted(asked, desk, "abc")
    desk.silence = [BUSY]
    assert asked(desk, "abc")[0].count_answered == 3
    submitted(asked, desk, "d")
    desk.silence = [BUSY]
    result, _ = asked(desk, "d", batch={"max_wait_hours": 1e-9})
    assert str(result.stopped).startswith("the batch API gave no answer: HTTP 500.")
    assert asked(desk, "d")[0].count_answered == 1


def test_a_run_that_is_stopped_amid_the_lines_keeps_those_it_read(asked, warehouse):
    desk = Desk(lambda *_: GOOD)
    desk.drains_after = 2
    result, rows = asked(desk, "abcd")
    assert (result.stopped, len(texts(rows))) == ("interrupted", 2)
    assert events(warehouse)[-1] == "ended"  # not collected
    desk.drains_after = None
    result, _ = asked(desk, "".join(sorted(set("abcd") - texts(rows).keys())))
    assert (result.count_answered, len(desk.made)) == (2, 1)


def test_an_answer_of_an_unknown_shape_costs_its_request_and_never_the_cell(asked):
    desk = Desk(lambda name, _: KeyError("choices") if name == "b" else GOOD)
    result, rows = asked(desk, "abc")
    assert (result.count_answered, result.count_failed, result.stopped) == (2, 1, None)
    [failure] = [row for table, row in rows if table == "raw.failures"]
    assert (failure["error_type"], failure["message"]) == ("unreadable_answer", "unreadable answer: KeyError")


def test_a_submission_that_the_provider_refuses_ends_the_cell_and_is_given_up(asked, warehouse):
    desk = Desk(lambda *_: GOOD)
    desk.replies = [NO_KEY]
    result, _ = asked(desk, "abc")
    assert (result.stopped, result.is_cell_error, desk.made) == (str(NO_KEY), True, [])
    assert events(warehouse) == ["posting", "given_up"]


def test_a_batch_that_was_never_sent_is_made_anew_for_the_questions_that_are_open(asked, warehouse):
    requests = [request(name) for name in "abc"]
    work = CellWork("run", "", "m/b/chat", "b", model(), requests, "m/b")
    BatchBook(warehouse).intend(work, [asking.generation_id for asking in requests])
    desk = Desk(lambda *_: GOOD)
    result, _ = asked(desk, "ab")
    assert (result.count_answered, [len(questions) for _, questions in desk.made]) == (2, [2])
    assert "given_up" in events(warehouse)


def test_a_likely_batch_is_waited_for_until_its_lines_tell_whose_it_is(asked, warehouse):
    desk = Desk(lambda *_: GOOD, keeps_marks=False)
    foreign(warehouse, desk)
    desk.unfinished, desk.is_ending = {"1", "2"}, True
    result, _ = asked(desk, "abc")
    assert (result.count_answered, len(desk.made)) == (3, 2)


def test_a_cell_without_an_open_batch_api_is_a_mistake_of_ours(warehouse):
    work = CellWork("run", "", "m/b/chat", "b", model(), [request("a")], "m/b")
    line = Line(None, Limiter(Limits(4)), asyncio.Event(), None, ledger=Ledger())
    with pytest.raises(ValueError, match="no batch API was opened for m"):
        asyncio.run(generate_in_batches(work, line, BatchBook(warehouse), None))
