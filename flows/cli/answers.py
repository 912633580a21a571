"""What commands say of a date, in the words of the report: its taxes, and what is wrong.

Tested in tests/flows/test_answers.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from warehouse.connection import Warehouse

_PLAIN = str.maketrans({"\u2212": "-", "\u00a0": " "})  # the report's minus sign and its blank that never breaks


@dataclass(frozen=True, slots=True)
class TaxSentences:
    """Whether alignment cost capability, for each pair; then what stands out on single benchmarks."""

    answers: tuple[str, ...] = ()
    benchmarks: tuple[str, ...] = ()


def tax_sentences(database: Warehouse, as_of_date: str) -> TaxSentences:
    """The sentences on the taxes of a date, as the report of that date has them."""
    from tasks.report import TAX_SENTENCES, answer_sentences, benchmark_sentences
    from tasks.steps.publish.report_page import report_frames

    tables = report_frames(database, as_of_date, TAX_SENTENCES).rows(TAX_SENTENCES)
    answers, benchmarks = answer_sentences(tables), benchmark_sentences(tables)
    return TaxSentences(_plain(answers), _plain(benchmarks))


def wrong_sentences(database: Warehouse, as_of_date: str) -> tuple[str, ...]:
    """What is wrong on a date: alarms, cells that are not whole, expectations that did not hold."""
    from tasks.report import STANDING, standing_of
    from tasks.steps.publish.report_page import report_frames

    found = standing_of(report_frames(database, as_of_date, STANDING).rows(STANDING))
    return _plain(found.sentences) if found.is_wrong else ()


def _plain(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text.translate(_PLAIN) for text in texts)


def say_answers(database: Warehouse, as_of_date: str) -> None:
    """Print all of them, a line each."""
    said = tax_sentences(database, as_of_date)
    for line in (*said.answers, *said.benchmarks):
        typer.echo(line)
