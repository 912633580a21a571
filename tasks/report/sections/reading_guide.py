"""The section that explains the numbers of the page to a reader who sees them for the first time."""

from __future__ import annotations

from tasks.report.blocks import Block, NumberedList
from tasks.report.page_section import PageSection
from tasks.report.report_rows import ReportTables

_EXPLANATIONS = (
    (
        "A tax is the base model's score minus the aligned model's score on the items that both answered, in points "
        "(5.6 points are 0.056 of the full score). A negative tax is a windfall: alignment helped. It is the tax of "
        "this checkpoint, not of its method: another training seed would give another one."
    ),
    (
        "The interval holds the true tax in 95 of 100 such evaluations, if the items, or the groups that they come in, "
        "are a sample of those you care about. Where it could not be computed, the reason stands in its place."
    ),
    (
        "Significant means that the p-value is under 0.05 after Holm's method has adjusted it for all comparisons of "
        "the family on that date. Whoever looks at many benchmarks then seldom finds a tax that is not there."
    ),
    (
        "The detectable tax is the smallest true tax that a comparison of this size finds four times in five. A "
        "smaller tax may exist unseen, so \u201cnot significant\u201d never means \u201cno tax\u201d."
    ),
    (
        "A failed request, a judge that gave no verdict, a cell that a limit stopped and an answer that validation "
        "took out never count as wrong answers. They lower the coverage and widen the bounds. Refusals, provider "
        "filters, answers cut at the token limit and answers not found in the text are worth what their rule says, "
        "and are counted apart."
    ),
)


def _content(_: ReportTables) -> list[Block]:
    return [NumberedList(_EXPLANATIONS)]


READING_GUIDE = PageSection(
    section_id="reading",
    title="How to read this",
    navigation="How to read this",
    sources=(),
    content=_content,
)
