"""Cells of spreadsheets: text that comes from models is text there, and never a formula.

Tested in tests/tasks/steps/test_labels.py and tests/tasks/steps/publish/test_csv_files.py.
"""

from __future__ import annotations

import re

# Full-width signs count, as Excel reads them. Some spreadsheets take off blanks, and nobody sees the other signs.
_IS_FORMULA = re.compile(r"[\s'\0\ufeff\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069]*[=+\-@＝＋－＠]|'*[\t\r]")  # noqa: RUF001


def no_formula(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula (OWASP, CSV injection); ``of_cell`` reads it back."""
    return f"'{text}" if _IS_FORMULA.match(text) else text


def of_cell(cell: str) -> str:
    """The text of a cell that ``no_formula`` made."""
    text = cell.removeprefix("'")
    return text if no_formula(text) == cell else cell
