from tasks.report.sections.cell_coverage import CELL_COVERAGE


def test_unfinished_cells_come_first_with_their_reason(section_text):
    unfinished = {"model_id": "z-model", "status": "incomplete", "reason": "budget reached", "cost_usd": None}
    text = section_text(CELL_COVERAGE, coverage=[{}, unfinished])
    assert text.index("z-model") < text.index("llama-base")
    assert "budget reached" in text
    assert "— (no price is stated)" in text


def test_without_cells_the_section_says_so(section_text):
    assert "No cell was run." in section_text(CELL_COVERAGE)
