"""What holds on a night that somebody should know: alarms, cells without answers, a run that failed, nights missed.

No word of a server stands in a condition: an error message may repeat the question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Literal, TypeAlias

from tasks.errors import NothingDue, NothingEvaluated, ValidationStopped
from tasks.report.wording import counted, points
from tasks.settings.notify import NoticeKind
from warehouse.connection import Warehouse

# How a night ended. `nothing`: without an answer that counts. `broken`: by an error that is none of the others.
End: TypeAlias = Literal["evaluated", "resting", "nothing", "validation", "broken"]

_COUNTED = "This is counted, not estimated."
_OUT_OF_REACH = "no server answers at"
_UNREACHABLE = frozenset({"connection", "timeout", "broken_off", "unreadable_answer"})
# What each end of a night lets us see. Of what was not seen, nobody knows whether it is over.
_SEEN: Mapping[End, frozenset[NoticeKind]] = {
    "evaluated": frozenset({"alarm", "failure", "validation", "budget", "provider_down", "batch_waiting"}),
    "resting": frozenset({"alarm"}),
    "nothing": frozenset({"failure", "budget", "provider_down", "batch_waiting"}),
    "validation": frozenset({"failure", "budget", "provider_down", "batch_waiting", "validation"}),
    "broken": frozenset(),
}
_RUN = "nightly run"
# It is told of apart from all others, because a backup is made when everything else of its night has been told.
BACKUP = "nightly backup"


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that holds.

    Attributes:
        since: The night on which it began.
        sure: How sure it is.
        command: Looks closer.
        size: How bad it is, in the unit of its kind; a fall is a proportion.
        surely: How bad it is at least. Where that is more than the size that was told, it has become worse.
        lasts: Whether it can end; a night that was missed stays missed.
    """

    kind: NoticeKind
    subject: str
    since: date
    what: str
    sure: str
    command: str
    size: float = 1.0
    surely: float = 1.0
    lasts: bool = True


@dataclass(frozen=True, slots=True)
class Ended:
    """How a night ended; ``detail`` names an error that nobody foresaw."""

    night: date
    end: End = "evaluated"
    detail: str = ""

    @property
    def seen(self) -> frozenset[NoticeKind]:
        """The kinds of conditions that this end lets us see."""
        return _SEEN[self.end]


def ended(night: date, error: BaseException | None) -> Ended:
    """The end of a night by the error that ended it, if one did."""
    if error is None:
        return Ended(night)
    if isinstance(error, NothingDue):
        return Ended(night, "resting")
    if isinstance(error, NothingEvaluated):
        return Ended(night, "nothing")
    if isinstance(error, ValidationStopped):
        return Ended(night, "validation")
    return Ended(night, "broken", type(error).__name__)


def conditions(
    warehouse: Warehouse,
    found: Ended,
    missed: Sequence[date] = (),
    option: str = "",
    unpublished: Sequence[str] = (),
) -> list[Condition]:
    """Everything that holds after a night.

    ``option`` names the configuration in the commands to look closer, ``unpublished`` the targets that failed.
    """
    return [
        *_of_targets(found.night, unpublished, option),
        *_of_run(found, option),
        *_of_gates(warehouse, found, option),
        *_of_cells(warehouse, found.night, option),
        *_alarms(warehouse, option),
        *(missed_night(day, option) for day in missed),
    ]


def _of_run(found: Ended, option: str) -> Iterator[Condition]:
    if found.end == "broken":
        what = f"The night {found.night} failed: {found.detail}."
        command = f"aligntax nightly --as-of {found.night}{option}"
        yield Condition("failure", _RUN, found.night, what, _COUNTED, command)


def _of_targets(night: date, unpublished: Sequence[str], option: str) -> Iterator[Condition]:
    if unpublished:
        what = f"The newest tables after the night {night} are not in these targets: {', '.join(unpublished)}."
        size = len(unpublished)
        yield Condition(
            "failure", "publication targets", night, what, _COUNTED, f"aligntax publish{option}", size, size
        )


def _of_gates(warehouse: Warehouse, found: Ended, option: str) -> Iterator[Condition]:
    """One condition for the gates that failed together, so that another gate is another subject."""
    if found.end != "validation":
        return
    gates = [name for (name,) in warehouse.query_rows("failed_gates", night=found.night.isoformat())[1]]
    what = f"Validation stopped the publication of the night {found.night}: {', '.join(gates)}."
    command = f'aligntax sql --live "from raw.validations where not is_success"{option}'
    yield Condition("validation", ", ".join(gates), found.night, what, _COUNTED, command)


def _of_cells(warehouse: Warehouse, night: date, option: str) -> Iterator[Condition]:
    """What the cells of a night lack. A provider that is down is named once, whatever it costs."""
    command = f"aligntax status{option}"
    rows = warehouse.named_rows("night_cells", night=night.isoformat())
    for endpoint, sharing in groupby(rows, key=lambda cell: str(cell["endpoint"])):
        cells = list(sharing)
        if all(map(_is_unreachable, cells)):
            what = f"The provider {endpoint} was down for all of the night {night}: {_lacking(cells)}."
            yield Condition("provider_down", endpoint, night, what, _COUNTED, command, len(cells), len(cells))
        else:
            yield from _of_models(cells, night, command)


def _of_models(cells: Iterable[Mapping[str, Any]], night: date, command: str) -> Iterator[Condition]:
    """What the cells of each model lack, apart by the reason that somebody has to act on."""
    lacking = sorted((cell for cell in cells if cell["status"] != "complete"), key=_kind_and_model)
    for (kind, model), some in groupby(lacking, key=_kind_and_model):
        of_model = list(some)
        what = f"{_WORDS[kind]} {model} in the night {night}: {_lacking(of_model)}."
        yield Condition(kind, model, night, what, _COUNTED, command, len(of_model), len(of_model))


_WORDS: Mapping[NoticeKind, str] = {
    "budget": "A budget stopped",
    "batch_waiting": "A batch still waits for",
    "failure": "Answers are missing of",
}


def _kind_and_model(cell: Mapping[str, Any]) -> tuple[NoticeKind, str]:
    """What happened to a cell, and the model that people hear of; of a budget its name says which it is."""
    if cell["status"] == "incomplete" and cell["budget"]:
        return "budget", f"{cell['model_id']} ({cell['budget']})"
    if cell["status"] == "incomplete" and cell["is_waiting"]:
        return "batch_waiting", cell["model_id"]
    return "failure", cell["model_id"]


def _lacking(cells: Sequence[Mapping[str, Any]]) -> str:
    names = sorted({str(cell["benchmark_id"]) for cell in cells})
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{counted(len(cells), 'cell is', 'cells are')} in no report ({', '.join(names[:3])}{more})"


def _is_unreachable(cell: Mapping[str, Any]) -> bool:
    """Whether a cell got no answer because nobody was there to give one."""
    if cell["status"] == "complete" or cell["count_answered"]:
        return False
    types = set(cell["error_types"] or ())
    is_silent = bool(types) and all(kind in _UNREACHABLE or kind.startswith("http_5") for kind in types)
    return is_silent or (cell["reason"] or "").startswith(_OUT_OF_REACH)


def _alarms(warehouse: Warehouse, option: str) -> Iterator[Condition]:
    """The alarms that stand on the newest night of each series; a series that was not asked tonight keeps its own."""
    if not warehouse.has("reports.alerts"):
        return
    for alarm in warehouse.named_rows("standing_alarms"):
        place = f"{alarm['model_id']} on {alarm['benchmark_id']} ({alarm['prompt_style']})"
        low, high = (points(alarm[name]) for name in ("fall_low", "fall_high"))
        changed = f" after the endpoint began to serve {alarm['what_changed']}" if alarm["what_changed"] else ""
        yield Condition(
            "alarm",
            f"{alarm['kind']}: {place}, {alarm['origin']}",
            alarm["since_date"],
            f"{place} fell by {points(alarm['fall'])} points{changed}.",
            f"95% interval [{low}, {high}] points. {_promise(alarm)}",
            f"aligntax sql --ask alarms{option}",
            alarm["fall"],
            alarm["fall_low"],
        )


def _promise(alarm: Mapping[str, Any]) -> str:
    """How often such an alarm is false."""
    if alarm["kind"] == "served_model":
        return "Two nights are compared, at 5% over the changes of a night."
    if alarm["is_wandering"]:
        return f"More than {alarm['alpha']:.0%} of years see a false alarm, because the level wanders for days."
    return f"At most {alarm['alpha']:.0%} of years see a false alarm, over all series together."


def failed_backup(night: date, option: str = "") -> Condition:
    """The backup of a night failed; the night counts all the same."""
    what = f"The night {night} is whole, but its backup failed."
    return Condition("failure", BACKUP, night, what, _COUNTED, f"aligntax backup{option}")


def missed_night(day: date, option: str = "") -> Condition:
    """A night that was not held, or that found the warehouse busy until it gave up."""
    command = f"aligntax nightly --as-of {day}{option}"
    return Condition("missed_night", str(day), day, f"The night {day} was missed.", _COUNTED, command, lasts=False)
