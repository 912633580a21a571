"""What users decide about the numbers: safety levels, the worth of helpfulness, thresholds, alarms and releases.

Tested in tests/tasks/settings/test_bad_values.py.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from tasks.settings.fields import Count, IsoDate, Number, Points, Rate, Text, checked_distinct
from tasks.settings.section import Section


class Acknowledged(Section):
    """An alarm somebody has seen: nights after this one start a new series with a new reference."""

    model: Text
    benchmark: Text
    night: IsoDate


class MonitorSettings(Section):
    """When a night alarms.

    Attributes:
        reference_nights: The first nights, with which later ones are compared. A fall within them is not found.
        tolerance: A fall, as a proportion, that is too small to matter. It also bounds how far one night may shift all
            scores together.
        alpha: False alarms in a year, over all series and all their starts.
        acknowledged: Alarms that were seen.
    """

    reference_nights: Annotated[Count, Field(le=28)] = 5
    tolerance: Points = 0.01
    alpha: Annotated[Number, Field(gt=0, lt=0.5)] = 0.05
    acknowledged: tuple[Acknowledged, ...] = ()


class GateSettings(Section):
    """Taxes, as proportions, at which ``aligntax gate`` warns and blocks; ``kinds`` are the comparisons it reads."""

    warn: Points = 0.01
    block: Points = 0.03
    kinds: Annotated[tuple[Literal["tax", "version", "method", "prompt"], ...], AfterValidator(checked_distinct)] = (
        "tax",
        "version",
    )

    @field_validator("block")
    @classmethod
    def blocks_beyond_warning(cls, value: float, info: ValidationInfo) -> float:
        """What blocks must be at least what warns."""
        if value < info.data.get("warn", 0.0):
            raise ValueError(f"must be at least gate.warn, {info.data['warn']:g}, found {value:g}.")
        return value


def _as(other: str) -> Any:
    """A default that is the value of another setting."""
    return Field(default_factory=lambda given: given.get(other))


class Thresholds(Section):
    """Limits of validation per cell, as rates from 0 to 1; None switches one off. A cell beyond one is left out.

    Attributes:
        max_truncated_rate: Answers that were cut off at the token limit, where their scorer needs the end.
        max_unknown_finish_rate: Answers of which nobody knows why they ended. They may have been cut off, so the
            default is the limit of those.
        max_failed_rate: Requests without an answer. A few missing answers change a tax little.
        max_quarantined_rate: Answers in quarantine. They are missing like failed ones, so the default is the limit of
            those.
        max_judge_error_rate: Answers that a judge failed on, which have no value.
        max_empty_rate: Answers that hold no text, or only reasoning. They are worth 0, and some models do give
            them; where most of a cell is empty, a setting or the server is the reason.
        max_unparsed_rate: Answers in which nothing was found. Not answering in the wanted form is part of the tax.
        max_filtered_rate: Answers that the provider blocked, which is part of the tax as well.
    """

    max_truncated_rate: Rate | None = 0.2
    max_unknown_finish_rate: Rate | None = _as("max_truncated_rate")
    max_failed_rate: Rate | None = 0.05
    max_quarantined_rate: Rate | None = _as("max_failed_rate")
    max_judge_error_rate: Rate | None = 0.05
    max_empty_rate: Rate | None = 0.5
    max_unparsed_rate: Rate | None = None
    max_filtered_rate: Rate | None = None


class AnalysisSettings(Section):
    """What is asked of the families of models and of the nights.

    Attributes:
        safety_levels: Safety at which the tax of a family is read off its frontier.
        pass_at: The k of pass@k where programs are asked for more than once; empty means 1 and the number of repeats.
        helpfulness_weight: What a point of helpfulness is worth in points of alignment when a strength is chosen.
        margin: The tax, as a proportion, that is still acceptable; a benchmark's own ``margin:`` wins. A tax of which
            the 95% upper limit is smaller is surely below it.
        include_prompt_variance: Whether the interval of a tax also holds the variance between the wordings of an
            instruction, where a benchmark has ``paraphrases``. The wordings then count as a sample of wordings.
        monitor: When a night alarms.
    """

    safety_levels: Annotated[tuple[Rate, ...], AfterValidator(checked_distinct)] = (0.8, 0.9, 0.95)
    pass_at: Annotated[tuple[Count, ...], AfterValidator(checked_distinct)] = ()
    helpfulness_weight: Annotated[Number, Field(gt=0)] = 1.0
    margin: Points = 0.03
    include_prompt_variance: bool = False
    monitor: MonitorSettings = MonitorSettings()
