"""What a section of the page states of itself: its names, the tables it reads, and how it is made.

Tested in tests/tasks/report/sections/test_sections.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tasks.report.blocks import Block
from tasks.report.report_rows import ReportSource, ReportTables


def _folded(_tables: ReportTables) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class PageSection:
    """A section of the page.

    ``content`` receives the rows of each source by table name and returns what stands under the title. A section that
    returns nothing is left out, and so is its link in the navigation. A section is folded unless ``is_open`` says that
    it shows something wrong.
    """

    section_id: str
    title: str
    navigation: str
    sources: tuple[ReportSource, ...]
    content: Callable[[ReportTables], Sequence[Block]]
    is_open: Callable[[ReportTables], bool] = _folded
    style: str = ""  # a class of the style sheet
