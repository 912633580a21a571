"""The report in short: sentences as Markdown, and a row of plain texts for each tax."""

from __future__ import annotations

import pytest

from tasks.report import SHORT_REPORT, short_report

OVERALL = {"scope": "all capability", "weighting": "macro", "candidate_model_id": "llama-dpo", "tax_absolute": 0.056}
HOSTILE = "<b>*name*</b> [a](http://x) `code`\u202e"


@pytest.fixture
def short(make_frames):
    def made(**rows):
        return short_report(make_frames(**rows).rows(SHORT_REPORT), "2026-11-20")

    return made


def test_it_has_the_sentences_of_the_first_screen_and_a_row_a_tax_with_the_largest_first(short):
    rows = [
        {"benchmark_id": "gsm8k"},
        {"benchmark_id": "gsm8k", "candidate_model_id": "llama-sft", "tax_absolute": 0.2},
    ]
    found = short(overall_tax=[OVERALL], alignment_tax=rows, coverage=[{"status": "failed"}])
    title, *lines = found.markdown.splitlines()
    assert title == "# Alignment tax, 2026-11-20"
    assert lines[1].startswith("- llama: llama-dpo costs 5.6 points")
    assert "## Look at this first" in lines
    assert "- 1 cell is not complete and is left out of every tax." in lines
    assert lines[lines.index("## Did alignment cost capability?") + 2].startswith("- llama-dpo lost 5.6 points")
    assert [(row["Aligned against base"].split()[0], row["Benchmark"]) for row in found.taxes] == [
        ("llama-dpo", "all capability"),
        ("llama-sft", "gsm8k"),
        ("llama-dpo", "gsm8k"),
    ]
    assert {row["Verdict"] for row in found.taxes} == {"significant tax"}


def test_a_hostile_name_stays_text(short):
    found = short(overall_tax=[{**OVERALL, "candidate_model_id": HOSTILE}])
    assert r"\<b\>\*name\*\</b\> \[a\](http\://x) \`code\`" in found.markdown
    assert "\u202e" not in found.markdown
    assert "\u202e" not in str(found.taxes)


def test_a_date_without_results_says_so(short):
    found = short(coverage=[])
    assert "so there is no tax to report." in found.markdown
    assert found.taxes == ()
