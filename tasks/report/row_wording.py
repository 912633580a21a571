"""What several sections say of a row: which benchmark and models it is about, and remarks on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from tasks.report.report_rows import ReportRow, name_of
from tasks.report.significance import Significance, significance_of
from tasks.report.wording import counted, dash, in_words, interval, points, signed_points, stated, whole

_SELECTED = "selected_from_"
_FEWEST_PULLED = 4
FLAG_WORDS = {
    "few_clusters": "few clusters",
    "few_informative_clusters": "few clusters carry the difference",
    "empty_answers": "many answers are empty",
    "empty_answers_reference": "many answers of the reference are empty",
    "empty_answers_candidate": "many answers of the candidate are empty",
    "one_answer": "nearly all answers are the same",
    "one_answer_reference": "nearly all answers of the reference are the same",
    "one_answer_candidate": "nearly all answers of the candidate are the same",
    "one_answer_in_part": "on one benchmark a model gives nearly the same answer to everything",
    "empty_answers_in_part": "on one benchmark many answers of a model are empty",
    "smaller_cell_later_reference": "a later cell of the reference has fewer items and does not count",
    "smaller_cell_later_candidate": "a later cell of the candidate has fewer items and does not count",
    "fewer_items_reference": "an earlier evaluation of the reference has more than twice as many items",
    "fewer_items_candidate": "an earlier evaluation of the candidate has more than twice as many items",
    "fewer_benchmarks": "without benchmarks that the date before had",
    "fewer_checkpoints": "without a checkpoint that lacks a benchmark",
    "two_checkpoints": "two seeds say little of how far seeds differ",
}


def is_pulled(row: ReportRow) -> bool:
    """Whether a pooled tax is drawn to the others of its group: of three taxes, it is the tax itself."""
    return row["tax_pooled"] is not None and row["count_taxes"] >= _FEWEST_PULLED


def benchmark_title(row: ReportRow) -> str:
    """A benchmark with its domain and metric, and a remark where a lower score is better."""
    direction = ", lower is better" if row["higher_is_better"] is False else ""
    return f"{name_of(row['benchmark_id'])} ({as_words(row['domain'])}: {as_words(row['metric'])}{direction})"


def pair_title(row: ReportRow) -> str:
    """The two models of a comparison."""
    return f"{name_of(row['candidate_model_id'])} against {name_of(row['reference_model_id'])}"


def items_of(benchmark_id: str, after: str, before: str = "") -> str:
    """Where the explorer shows the items of a benchmark on which the answer of a model is worth less than another's."""
    return f"items/index.html#{urlencode({'benchmark': benchmark_id, 'after': after, 'before': before})}"


def items_of_pair(row: ReportRow) -> str:
    """The same for the two models of a comparison."""
    return items_of(row["benchmark_id"], row["candidate_model_id"], row["reference_model_id"])


def as_words(name: str | None) -> str:
    """The name of a dimension, domain or metric as words."""
    return name_of(name).replace("over_refusal", "over-refusal").replace("_", " ")


def paired_items(row: ReportRow) -> str:
    """How many items both models answered, of how many that were asked."""
    paired, asked = row["count_paired_items"], row["count_items"]
    if paired is None or asked is None:
        return dash(row["reason"])
    return whole(paired) if paired == asked else f"{whole(paired)} of {whole(asked)}"


def detectable(row: ReportRow) -> str:
    """The smallest tax that such a comparison would show, in points, or why none would be."""
    return stated(row["minimum_detectable_tax"], points, row["reason"] or "too few items to show any tax")


def reason_in_words(row: ReportRow) -> str | None:
    """Why a row lacks a number."""
    return None if row["reason"] is None else in_words(row["reason"])


def flag_notes(flags: str | None) -> list[str]:
    """One remark per flag of a row."""
    names = [flag.strip() for flag in (flags or "").split(",")]
    return [_flag_note(name) for name in names if name]


def _flag_note(flag: str) -> str:
    if flag.startswith(_SELECTED):
        return f"chosen among {flag.removeprefix(_SELECTED)} variants without an order: the limits cover about 90%"
    return FLAG_WORDS.get(flag) or in_words(flag)


def reason_unless_shown(reason: str | None, cells: Iterable[str]) -> tuple[str, ...]:
    """The reason as a remark, unless a cell of the line states it already."""
    said = "" if reason is None else in_words(reason)
    return (said,) if said and not any(said in cell for cell in cells) else ()


def tax_notes(row: ReportRow) -> Iterator[str]:
    """What a reader must know of a tax beside its numbers."""
    if row["kind"] != "tax":
        yield f"{row['kind']} comparison"
    if significance_of(row) is Significance.OPEN and (row["tax_absolute"] or 0) < 0:
        yield "windfall, not significant"
    if row["is_sign_rule_dependent"]:
        yield "sign depends on the rule"
    yield from flag_notes(row["flags"])
    if str(row["se_method"]).endswith("_wordings"):
        yield "interval over wordings as well"
    if row["prompt_style_reference"] != row["prompt_style_candidate"]:
        yield f"{row['prompt_style_candidate']} against {row['prompt_style_reference']}"
    if row["count_paired_items"] != row["count_items"] and None not in (row["bound_low"], row["bound_high"]):
        yield f"missing answers allow {interval(row['bound_low'], row['bound_high'], signed_points)}"
        if None not in (row["identified_low"], row["identified_high"]):
            limits = interval(row["identified_low"], row["identified_high"], signed_points)
            yield f"95% interval whatever they are: {limits}"
    if row["days_apart"]:
        yield f"{counted(row['days_apart'], 'day')} apart"
    if row["origin"] != "endpoint":
        yield f"{row['origin']} answers"
