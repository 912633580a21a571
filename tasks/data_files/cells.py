"""Cells of spreadsheets: text that comes from models is text there, and never a formula.

Tested in tests/tasks/steps/test_labels.py and tests/tasks/steps/publish/test_csv_files.py.
"""

from __future__ import annotations

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # noqa: RUF001 - full width, as Excel reads it


def no_formula(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula (OWASP, CSV injection); ``of_cell`` reads it back."""
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA_STARTS) else text


def of_cell(cell: str) -> str:
    """The text of a cell that ``no_formula`` made."""
    text = cell.removeprefix("'")
    return text if no_formula(text) == cell else cell
