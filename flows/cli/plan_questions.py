"""How many items would be enough: the questions that `plan` takes as options, and what they mean for a plan.

Tested in tests/flows/test_planning.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from flows.cli.options import number, whole_number
from tasks.errors import UsageError

if TYPE_CHECKING:
    from tasks.planned import Plan
    from tasks.stats.night_power import Watch
    from tasks.steps.forecast import Questions

_FALL = 0.05
_MOST_NIGHTS = 365
_POINTS = (0.1, 99.9)


@dataclass(frozen=True, slots=True)
class StatedQuestions:
    """A tax to detect, a margin, and a fall to see within so many nights; taxes are proportions, None is not asked."""

    tax: float | None
    margin: float | None
    count_nights: int | None
    fall: float

    @classmethod
    def of(cls, detect: str | None, margin: str | None, nights: str | None, fall: str | None) -> Self:
        """The questions as they were typed.

        Raises:
            UsageError: an option is not a number within its range.
        """
        if fall is not None and nights is None:
            raise UsageError("--fall needs --nights: how soon must the fall be seen? Write --nights 30 --fall 5.")
        margin_points, fall_points = (
            number(option, text, *_POINTS, "3 for 3 points")
            for option, text in (("--margin", margin), ("--fall", fall))
        )
        return cls(
            tax=number("--detect", detect, 0.001, 0.999, "0.02 for 2 points"),
            margin=None if margin_points is None else margin_points / 100,
            count_nights=whole_number("--nights", nights, 1, _MOST_NIGHTS),
            fall=_FALL if fall_points is None else fall_points / 100,
        )

    def about(self, planned: Plan) -> Questions:
        """The questions of a plan; its cells are the series that share the monitor's alpha.

        Raises:
            UsageError: the monitor tolerates such a fall.
        """
        from tasks.steps.forecast import Questions

        watch = None if self.count_nights is None else self._watch(planned, self.count_nights)
        return Questions(self.tax, self.margin, watch)

    def _watch(self, planned: Plan, count_nights: int) -> Watch:
        from tasks.stats.monitor import MonitorRule, level_of_start
        from tasks.stats.night_power import Watch

        settings = planned.settings.analysis.monitor
        if self.fall <= settings.tolerance:
            raise UsageError(
                f"--fall: {100 * self.fall:g} points never raise an alarm, because analysis.monitor.tolerance is "
                f"{100 * settings.tolerance:g} points."
            )
        level = level_of_start(settings.alpha, max(len(planned.cells), 1), 1)
        return Watch(count_nights, self.fall, MonitorRule(level, settings.tolerance, settings.reference_nights))
