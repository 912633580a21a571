"""Rows of the reports schema, the pages and sections made from them, and a reader of HTML."""

import json
import random
from html.parser import HTMLParser

import polars as pl
import pytest

from tasks.report import ReportFrames, render_report
from tasks.report.page import environment

DATE = "2026-11-20"

TAX = {
    "kind": "tax",
    "family": "llama",
    "reference_model_id": "llama-base",
    "candidate_model_id": "llama-dpo",
    "benchmark_id": "gsm8k",
    "benchmark_version": "v1",
    "domain": "reasoning",
    "dimension": "capability",
    "metric": "accuracy",
    "higher_is_better": True,
    "subset": "all",
    "prompt_style_reference": "completion",
    "prompt_style_candidate": "chat",
    "unparsed_rule": "wrong",
    "is_headline": True,
    "count_items": 200,
    "count_paired_items": 200,
    "count_clusters": 200,
    "reference_score": 0.712,
    "candidate_score": 0.656,
    "tax_absolute": 0.056,
    "tax_absolute_low": 0.021,
    "tax_absolute_high": 0.091,
    "tax_relative": 0.0787,
    "tax_relative_low": 0.03,
    "tax_relative_high": 0.127,
    "tax_relative_reason": None,
    "p_value_holm": 0.004,
    "minimum_detectable_tax": 0.049,
    "bound_low": 0.056,
    "bound_high": 0.056,
    "identified_low": 0.021,
    "identified_high": 0.091,
    "is_significant": True,
    "is_significant_whatever_is_missing": True,
    "count_tests_holm": 3,
    "is_sign_rule_dependent": False,
    "origin": "simulated",
    "days_apart": 0,
    "se_method": "cr2_bm",
    "flags": None,
    "reason": None,
}

SAFETY = {
    "kind": "tax",
    "family": "llama",
    "reference_model_id": "llama-base",
    "candidate_model_id": "llama-dpo",
    "benchmark_id": "harmful-requests",
    "dimension": "safety",
    "metric": "refusal_rate",
    "higher_is_better": True,
    "count_items": 100,
    "count_paired_items": 100,
    "rate_reference": 0.12,
    "rate_candidate": 0.83,
    "change": 0.71,
    "change_low": 0.61,
    "change_high": 0.79,
    "exchange_rate": 0.07,
    "is_exchange_rate_solid": True,
    "p_value_holm": 0.0001,
    "is_significant": True,
    "origin": "simulated",
    "flags": None,
    "reason": None,
}

SCORE = {
    "model_id": "llama-base",
    "family": "llama",
    "stage": "base",
    "method": None,
    "knob_name": None,
    "knob_value": None,
    "benchmark_id": "gsm8k",
    "dimension": "capability",
    "metric": "accuracy",
    "higher_is_better": True,
    "prompt_style": "completion",
    "is_primary_style": True,
    "subset": "all",
    "score": 0.712,
    "score_low": 0.64,
    "score_high": 0.775,
    "count_items": 200,
    "count_answers": 200,
    "coverage": 1.0,
    "count_correct": 142,
    "count_partial": 0,
    "count_incorrect": 56,
    "count_refused": 0,
    "count_filtered": 0,
    "count_truncated": 2,
    "count_unparsed": 0,
    "count_failed": 0,
    "count_judge_error": 0,
    "count_not_run": 0,
    "count_quarantined": 0,
    "origin": "simulated",
    "flags": None,
    "reason": None,
    "scorer": "numeric",
    "scorer_version": 1,
    "judge_model_id": None,
    "count_senseless": 0,
    "count_unread": 0,
}

COVERAGE = {
    "run_id": "20261120-nightly-1",
    "run_kind": "nightly",
    "model_id": "llama-base",
    "benchmark_id": "gsm8k",
    "prompt_style": "completion",
    "origin": "simulated",
    "status": "complete",
    "reason": None,
    "count_planned": 200,
    "count_answered": 200,
    "count_failed": 0,
    "count_quarantined": 0,
    "count_pending": 0,
    "count_reused": 0,
    "coverage": 1.0,
    "tokens_input": 81_234,
    "tokens_output": 22_345,
    "cost_usd": 0.0123,
    "latency_median_ms": 210.5,
    "latency_p95_ms": 402.0,
}

VALIDATION = {
    "run_id": "20261120-nightly-1",
    "stage": "landed",
    "expectation": "answers are unique",
    "table_name": "fct_generations",
    "severity": "gate",
    "is_success": True,
    "count_checked": 5_200,
    "count_unexpected": 0,
    "detail": None,
}


_PAIR = {"kind": "tax", "family": "llama", "reference_model_id": "llama-base", "candidate_model_id": "llama-dpo"}

OVERALL = {
    **_PAIR,
    "pair_id": "1",
    "scope": "domain:reasoning",
    "weighting": "macro",
    "count_benchmarks": 2,
    "benchmarks": "bbh, gsm8k",
    "benchmarks_missing": "",
    "count_paired_items": 1400,
    "tax_absolute": 0.05,
    "tax_absolute_low": 0.03,
    "tax_absolute_high": 0.07,
    "p_value_holm": 0.004,
    "is_significant": True,
    "is_significant_whatever_is_missing": True,
    "identified_low": 0.03,
    "identified_high": 0.07,
    "tax_at_most": 0.068,
    "margin": 0.03,
    "is_below_margin": False,
    "is_every_benchmark_below_margin": False,
    "count_tests_holm": 1,
    "minimum_detectable_tax": 0.03,
    "origin": "simulated",
    "flags": None,
    "reason": None,
}

POOLED = {
    **_PAIR,
    "origin": "simulated",
    "benchmark_id": "gsm8k",
    "tax_absolute": 0.056,
    "tax_pooled": 0.041,
    "tax_pooled_low": 0.005,
    "tax_pooled_high": 0.077,
    "mean_tax": 0.02,
    "mean_tax_low": 0.004,
    "mean_tax_high": 0.036,
    "tau": 0.028,
    "tau_low": 0.012,
    "tau_high": 0.059,
    "new_benchmark_low": -0.045,
    "new_benchmark_high": 0.085,
    "count_taxes": 12,
    "flags": None,
}

PART = {
    **_PAIR,
    "is_headline": True,
    "comparison_id": "1",
    "benchmark_id": "gsm8k",
    "origin": "simulated",
    "component": "wrong_answer",
    "tax_part": 0.016,
    "tax_part_low": 0.006,
    "tax_part_high": 0.026,
    "tax_absolute": 0.056,
    "reason": None,
}

METRIC = {
    **_PAIR,
    "comparison_id": "1",
    "is_headline": True,
    "benchmark_id": "bbq",
    "metric": "bias_ambiguous",
    "title": "Bias score",
    "higher_is_better": False,
    "is_proportion": True,
    "count_paired_items": 1840,
    "reference_score": 0.489,
    "reference_score_low": None,
    "reference_score_high": None,
    "candidate_score": 0.298,
    "candidate_score_low": None,
    "candidate_score_high": None,
    "tax": -0.191,
    "tax_low": -0.25,
    "tax_high": -0.12,
    "p_value_holm": 0.001,
    "reason": None,
}

COST = {
    **_PAIR,
    "benchmark_id": "gsm8k",
    "tax": "performance",
    "measure": "tokens_output",
    "candidate_value": 120.0,
    "ratio": 1.694,
    "ratio_low": 1.5,
    "ratio_high": 1.9,
    "reason": None,
}

LEVEL = {
    "family": "llama",
    "origin": "simulated",
    "variants": "dpo/strength",
    "safety_level": 0.9,
    "base_model_id": "base",
    "tax": 0.04,
    "tax_low": 0.01,
    "tax_high": 0.08,
    "probability_reachable": 1.0,
    "nearest_model_id": "dpo-2",
    "nearest_tax": 0.05,
    "flags": None,
    "reason": None,
}

SWEEP = {
    "family": "llama",
    "origin": "simulated",
    "method": "dpo",
    "knob_name": "strength",
    "axis": "helpfulness",
    "benchmark_id": "gsm8k",
    "form": "parabola",
    "is_shown": True,
    "is_clear": False,
    "shape": "concave",
    "slope": -0.03,
    "slope_low": -0.04,
    "slope_high": -0.02,
    "largest_residual": 0.004,
    "optimum": 1.5,
    "optimum_low": 1.1,
    "optimum_high": 2.2,
    "optimum_reason": None,
    "parameters_json": json.dumps({name: {"estimate": 0.1} for name in ("level", "slope", "curvature")}),
    "knob_low": 0.0,
    "knob_high": 2.0,
    "window_end": 1.8,
    "reason": None,
}

MITIGATION = {
    "family": "llama",
    "tax": 0.22,
    "tax_low": 0.14,
    "tax_high": 0.3,
    "aligned_model_id": "ppo",
    "mitigated_model_id": "ppo-ptx",
    "benchmark_id": "drop",
    "method_rank": 1,
    "origin": "simulated",
    "gained": 0.06,
    "gained_low": 0.01,
    "gained_high": 0.11,
    "remaining": 0.16,
    "remaining_low": 0.08,
    "remaining_high": 0.24,
    "recovery": 0.25,
    "recovery_low": 0.05,
    "recovery_high": 0.5,
    "recovery_reason": None,
    "is_recovery_solid": False,
    "better_than": None,
    "is_safety_lower": True,
    "safety_reason": None,
    "reason": None,
}

NIGHT = {
    "as_of_date": DATE,
    "series_id": "s",
    "model_id": "dpo-2",
    "benchmark_id": "gsm8k",
    "prompt_style": "chat",
    "origin": "simulated",
    "phase": "monitored",
    "score": 0.7,
    "p_value_adjusted": 0.01,
    "is_alarm": True,
    "reason": None,
}

TAX_NIGHT = {
    "as_of_date": DATE,
    "pair_id": "1",
    "family": "llama",
    "reference_model_id": "llama-base",
    "candidate_model_id": "llama-dpo",
    "benchmarks": "bbh, gsm8k",
    "tax_absolute": 0.05,
    "tax_absolute_low": 0.03,
    "tax_absolute_high": 0.07,
    "is_significant": True,
    "count_alarms": 0,
    "reason": None,
}

ALERT = {
    "model_id": "dpo-2",
    "benchmark_id": "gsm8k",
    "prompt_style": "chat",
    "origin": "simulated",
    "kind": "fall",
    "is_new": True,
    "is_wandering": False,
    "since_date": DATE,
    "fall": 0.08,
    "fall_low": 0.05,
    "fall_high": 0.11,
    "p_value_adjusted": 0.01,
    "items_fallen_json": json.dumps([{"item_id": "item-17", "fall": 1.0}]),
}

SERVED = {
    "as_of_date": DATE,
    "model_id": "dpo-2",
    "benchmark_id": "gsm8k",
    "prompt_style": "chat",
    "origin": "endpoint",
    "model_served_before": "m-2026-01",
    "model_served": "m-2026-02",
    "fall": 0.06,
    "fall_low": 0.02,
    "fall_high": 0.1,
    "p_value_holm": 0.01,
    "is_significant": True,
    "reason": None,
}

METHOD = {
    "kind": "tax",
    "family": "llama",
    "reference_model_id": "llama-base",
    "candidate_model_id": "dpo-1",
    "scope": "all capability",
    "benchmark_id": None,
    "attack": None,
    "subset": "all capability",
    "checkpoints": "dpo-1, dpo-2, dpo-3",
    "count_seeds": 3,
    "count_benchmarks": 2,
    "tax_absolute": 0.052,
    "tax_absolute_low": 0.01,
    "tax_absolute_high": 0.094,
    "tax_at_most": 0.085,
    "is_significant": True,
    "seed_sd": 0.021,
    "share_variance_seeds": 0.41,
    "origin": "simulated",
    "flags": None,
    "reason": None,
}

SPEND = {
    "as_of_date": DATE,
    "model_id": "llama-base",
    "count_requests_planned": 1200,
    "cost_usd_planned_at_most": 8.4,
    "count_requests": 1210,
    "cost_usd": 3.15,
    "count_without_cost": 0,
    "cost_held_usd": 0.02,
    "cost_saved_usd": None,
    "count_reused": 0,
    "stopped_by": None,
    "count_missing": 0,
}

TEMPLATES = {
    "alignment_tax": TAX,
    "safety": SAFETY,
    "model_scores": SCORE,
    "coverage": COVERAGE,
    "validations": VALIDATION,
    "overall_tax": OVERALL,
    "pooled_tax": POOLED,
    "method_tax": METHOD,
    "tax_decomposition": PART,
    "metric_tax": METRIC,
    "cost_tax": COST,
    "spend": SPEND,
    "tax_at_fixed_safety": LEVEL,
    "sweep_fit": SWEEP,
    "mitigation": MITIGATION,
    "trend": NIGHT,
    "tax_trend": TAX_NIGHT,
    "alerts": ALERT,
    "served_changes": SERVED,
}


def _frame(template, rows):
    """A frame of rows that differ from the template; without rows, its columns alone."""
    if not rows:
        return pl.DataFrame(schema=dict.fromkeys(template, pl.String))
    return pl.DataFrame([{**template, **row} for row in rows], infer_schema_length=None)


@pytest.fixture(scope="session")
def make_frames():
    """Build frames by table, from rows given as what differs from an ordinary one. Other tables are empty."""

    def make(title="Alignment tax", **rows):
        templates = {table: {} for table in rows} | TEMPLATES  # rows of a table without a template are given whole
        tables = {table: _frame(template, rows.get(table, ())) for table, template in templates.items()}
        return ReportFrames(tables, DATE, title)

    return make


@pytest.fixture(scope="session")
def make_blocks(make_frames):
    """What a section puts on the page, from rows of the tables that it reads."""

    def make(section, **rows):
        return section.content(make_frames(**rows).rows(section.sources))

    return make


@pytest.fixture(scope="session")
def section_text(make_blocks):
    """The text of a section alone; empty for a section that is left out."""

    def text(section, **rows):
        blocks = make_blocks(section, **rows)
        markup = environment().get_template("section.html.j2").module.section(section, blocks)
        page = Page(markup)
        assert page.mistakes == []
        return page.text() if blocks else ""

    return text


def _limits(name, value, low, high):
    """An estimate with its limits, as the columns of a table."""
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def _small_taxes():
    """A tax, a windfall, one that is not significant, one without limits, and one whose sign the rule decides."""
    sft, tax = {"candidate_model_id": "llama-sft"}, "tax_absolute"
    unsure = {"is_significant": False, "p_value_holm": 1.0}
    no_ratio = {**_limits("tax_relative", None, None, None), "tax_relative_reason": "base not distinguishable from 0"}
    few = {"p_value_holm": None, "flags": "few_clusters", "reason": "only one cluster"}
    flip = {"benchmark_id": "reading", "is_sign_rule_dependent": True, "is_significant": False, "p_value_holm": 0.4}
    by_chance = {"unparsed_rule": "chance", "is_headline": False}
    return [
        {},
        {**sft, **_limits(tax, -0.032, -0.05, -0.014)},
        {"candidate_model_id": "llama-ppo", **_limits(tax, -0.004, -0.03, 0.022), **unsure, **no_ratio},
        {
            **sft,
            "benchmark_id": "mmlu",
            **_limits(tax, 0.011, None, float("nan")),
            **unsure,
            **few,
            "minimum_detectable_tax": float("inf"),
        },
        {**flip, **_limits(tax, 0.02, -0.01, 0.05)},
        {**flip, **by_chance, **_limits(tax, -0.015, -0.04, 0.01)},
    ]


def _small_scores():
    """Two models along a knob and their base, on three benchmarks."""
    knob = {"method": "rlhf", "knob_name": "kl"}
    models = {"llama-base": {}, "llama-ppo": {**knob, "knob_value": 0.2}, "llama-dpo": {**knob, "knob_value": 0.1}}
    benchmarks = (
        {},
        {"benchmark_id": "mmlu", **_limits("score", 0.5, 0.45, 0.55)},
        {"benchmark_id": "harmful-requests", "dimension": "safety", "metric": "refusal_rate", "score": 0.8},
    )
    return [{"model_id": model, **own, **benchmark} for model, own in models.items() for benchmark in benchmarks]


@pytest.fixture(scope="session")
def small_rows():
    """A family of three, with a cell that a budget stopped and a check that warns."""
    over_refusal = {"dimension": "over_refusal", "metric": "over_refusal", "higher_is_better": False}
    rates = {"rate_reference": 0.02, "rate_candidate": 0.11, **_limits("change", 0.09, 0.03, 0.15)}
    stopped = {"model_id": "llama-dpo", "status": "incomplete", "reason": "budget reached", "cost_usd": None}
    warned = {"expectation": "few answers are cut", "severity": "warning", "is_success": False}
    return {
        "alignment_tax": _small_taxes(),
        "safety": [{}, {"benchmark_id": "safe-requests", **over_refusal, **rates}],
        "model_scores": _small_scores(),
        "coverage": [{}, stopped],
        "validations": [{}, {**warned, "detail": "7% were cut"}],
    }


@pytest.fixture(scope="session")
def whole_rows(small_rows):
    """Rows for every section, so that none is left out."""
    return {
        **{table: [{}] for table in TEMPLATES},
        **small_rows,
        "alignment_tax": [*small_rows["alignment_tax"], {"kind": "version", "candidate_model_id": "llama-dpo-2"}],
        **{table: [{"as_of_date": f"2026-11-{day}"} for day in (18, 19, 20)] for table in ("trend", "tax_trend")},
    }


def _family(rng, family, benchmarks, strengths):
    """One base model and its variants along a knob: rows of every table, with a tax that grows with the strength."""
    rows = {"alignment_tax": [], "safety": [], "model_scores": [], "coverage": []}
    for index, strength in enumerate([None, *strengths]):
        model = f"{family}-base" if strength is None else f"{family}-instruct-dpo-{strength:g}"
        common = {"model_id": model, "family": family}
        knob = {} if strength is None else {"method": "dpo", "knob_name": "beta", "knob_value": strength}
        pair = {"family": family, "reference_model_id": f"{family}-base", "candidate_model_id": model}
        for benchmark in benchmarks:
            base, tax, half = 0.4 + 0.4 * rng.random(), rng.gauss(0.02 * index, 0.03), 0.015 + 0.02 * rng.random()
            limits = {"tax_absolute": tax, "tax_absolute_low": tax - half, "tax_absolute_high": tax + half}
            scores = {"reference_score": base, "candidate_score": base - tax}
            if strength is not None:
                sure = abs(tax) > 1.3 * half
                named = {"benchmark_id": benchmark, "is_significant": sure, "p_value_holm": 0.003 if sure else 0.6}
                rows["alignment_tax"].append({**pair, **named, **limits, **scores})
            score = {"score": base - tax, "score_low": base - tax - 0.05, "score_high": base - tax + 0.05}
            rows["model_scores"].append({**common, **knob, "benchmark_id": benchmark, **score})
            rows["coverage"].append({"model_id": model, "benchmark_id": benchmark})
        rate = min(0.1 + 0.25 * index + 0.1 * rng.random(), 0.97)
        over = min(0.02 + 0.04 * index + 0.02 * rng.random(), 0.9)
        for benchmark, dimension, metric, value in (
            ("harmful-requests", "safety", "refusal_rate", rate),
            ("safe-requests", "over_refusal", "compliance_rate", 1 - over),
        ):
            named = {"benchmark_id": benchmark, "dimension": dimension, "metric": metric}
            limits = {"score_low": max(value - 0.07, 0.0), "score_high": min(value + 0.07, 1.0)}
            rows["model_scores"].append({**common, **knob, **named, "score": value, **limits})
            if strength is not None:
                change = 0.25 * index if dimension == "safety" else 0.04 * index
                sides = {"change": change, "change_low": change - 0.08, "change_high": change + 0.08}
                sign = {"higher_is_better": dimension == "safety"}
                rows["safety"].append({**pair, **named, **sides, **sign, "rate_candidate": 0.12 + change})
    return rows


@pytest.fixture(scope="session")
def demo_rows():
    """Rows of the size of a demonstration: families x strengths x capability benchmarks."""

    def make(families=4, strengths=(0.05, 0.1, 0.3), benchmarks=("arithmetic", "knowledge", "reading")):
        rng = random.Random(20261120)
        names = ["llama-3-8b", "qwen-2.5-7b", "mistral-7b", "olmo-2-13b", *(f"family-{n}" for n in range(40))][
            :families
        ]
        rows = {
            "alignment_tax": [],
            "safety": [],
            "model_scores": [],
            "coverage": [],
            "validations": [{}, {"stage": "scored"}],
        }
        for family in names:
            for table, found in _family(rng, family, benchmarks, strengths).items():
                rows[table].extend(found)
        return rows

    return make


VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """What a reader and a browser find in a page: elements, the text outside scripts, and whether tags are balanced."""

    def __init__(self, markup):
        super().__init__(convert_charrefs=True)
        self.elements, self.texts, self.mistakes, self.stack = [], [], [], []
        self.feed(markup)
        self.close()
        self.mistakes.extend(f"<{tag}> is not closed" for tag in self.stack)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), tuple(self.stack)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), tuple(self.stack)))

    def handle_endtag(self, tag):
        if not self.stack or self.stack[-1] != tag:
            self.mistakes.append(f"</{tag}> closes {self.stack[-1:]}")
        elif self.stack:
            self.stack.pop()

    def handle_data(self, data):
        if not {"script", "style"} & set(self.stack):
            self.texts.append((tuple(self.stack), data))

    def attributes(self, tag):
        return [attributes for name, attributes, _ in self.elements if name == tag]

    def text(self, within=None):
        """The text, with plain blanks and hyphens for minus signs."""
        return " ".join(" ".join(data for stack, data in self.texts if within in (None, *stack)).split()).replace(
            "\u2212", "-"
        )


@pytest.fixture(scope="session")
def read_page():
    """Parse a page."""
    return Page


@pytest.fixture(scope="session")
def small_page(make_frames, small_rows):
    """The page of the small family, as text."""
    return render_report(make_frames(**small_rows))
