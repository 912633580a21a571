"""Every number of the sentences on taxes, recomputed from the tables of ``reports``."""

from __future__ import annotations

import re

from warehouse.connection import Warehouse

_MEANS = (
    "select family, candidate_model_id, reference_model_id, benchmarks, count_benchmarks, count_tests_holm, "
    "tax_absolute, tax_absolute_low, tax_absolute_high, tax_at_most, identified_low, identified_high, margin "
    "from reports.overall_tax where kind = 'tax' and scope = 'all capability' and weighting = 'macro'"
)
_TAXES = (
    "select family, candidate_model_id, reference_model_id, benchmark_id, count_tests_holm, tax_absolute, "
    "tax_absolute_low, tax_absolute_high, reference_score, candidate_score, identified_low, identified_high, "
    "minimum_detectable_tax from reports.alignment_tax where kind = 'tax' and is_headline"
)
_POOLED = "select count_taxes, tax_pooled, tax_pooled_low, tax_pooled_high from reports.pooled_tax where kind = 'tax'"
_COUNTS = (
    "select count(*), count(distinct benchmark_id), count(*) filter (where is_significant and tax_absolute > 0), "
    "count(*) filter (where is_significant and tax_absolute < 0), "
    "count(*) filter (where is_significant and not is_significant_whatever_is_missing) "
    "from reports.alignment_tax where kind = 'tax' and is_headline"
)
_VERDICTS = (
    "select count(*), count(*) filter (where is_significant and tax_absolute > 0), "
    "count(*) filter (where is_significant and tax_absolute < 0), count(*) filter (where not is_significant) "
    "from reports.overall_tax where kind = 'tax' and scope = 'all capability' and weighting = 'macro'"
)


def missing_means(text: str, database: Warehouse) -> list[str]:
    """Candidates whose mean tax over all capability, with its limits, a text does not state as loss, gain or tax."""
    missing = []
    for row in database.rows(_MEANS)[1]:
        tax, low, high = (100 * float(value) for value in row[6:9])
        forms = (
            f"{tax:.1f} points [{low:.1f}, {high:.1f}]",
            f"{-tax:.1f} points [{-high:.1f}, {-low:.1f}]",
            f"{tax:+.1f} points [{low:+.1f}, {high:+.1f}]",
        )
        if not any(form in _plain(text) for form in forms):
            missing.append(str(row[1]))
    return missing


def unknown_numbers(text: str, database: Warehouse) -> list[str]:
    """Numbers of a text that no table holds, after rounding to a tenth of a point."""
    means, taxes = database.rows(_MEANS)[1], database.rows(_TAXES)[1]
    names = {str(value) for row in (*means, *taxes) for value in row[:4]}
    values = [value for query in (_MEANS, _TAXES, _POOLED) for row in database.rows(query)[1] for value in row]
    counts = [value for query in (_COUNTS, _VERDICTS) for row in database.rows(query)[1] for value in row]
    known = {f"{abs(100 * value):.1f}" for value in values if isinstance(value, float)}
    known |= {form.removesuffix(".0") for form in known if form.endswith(".0")}  # the margin
    known |= {str(value) for value in (*values, *counts) if isinstance(value, int)}
    text = re.sub("|".join(sorted(map(re.escape, names), key=len, reverse=True)), "", _plain(text))
    return [number for number in re.findall(r"\d+(?:\.\d+)?", text) if number not in known]


def _plain(text: str) -> str:
    return text.replace("\u2212", "-").replace("\u00a0", " ")
