"""Say at the end of a command which answers were odd, because odd answers often mean that a model was asked wrongly."""

from __future__ import annotations

from collections.abc import Iterator

from warehouse.connection import Warehouse

_WORDS = {
    "count_template_markup": "hold the markup of a chat template",
    "count_empty": "hold no text",
    "count_unclosed_reasoning": "end while the model still reasons",
    "count_reasoning_only": "hold reasoning and no answer",
    "count_unknown_finish": "ended for a reason that is not known",
    "count_senseless": "make no sense",
}
_ENOUGH = 0.05  # as in the query


def odd_lines(snapshot: Warehouse, as_of_date: str) -> Iterator[str]:
    """A line for each model, benchmark and oddity of a date that one answer in twenty or more has."""
    names, rows = snapshot.query_rows("odd_answers", as_of_date=as_of_date)
    for row in rows:
        found = dict(zip(names, row, strict=True))
        for name, words in _WORDS.items():
            if (found[name] or 0) >= _ENOUGH * found["count_answers"] > 0:
                count = f"{found[name]} of {found['count_answers']}"
                yield f"warning: {found['model_id']}: {count} answers to {found['benchmark_id']} {words}."
