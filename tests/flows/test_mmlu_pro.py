"""Taxes of three base and instruct pairs on MMLU-Pro, compared with the published and recounted figures.

The scores and taxes are from the README of the data (TIGER-AI-Lab/MMLU-Pro at f418b116, recounted). The clustered
variances were computed from the same rows (CR1 as in statsmodels, CR2 with Bell-McCaffrey degrees of freedom).
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from flows.cli.answers import tax_sentences
from tests.support.runs import ROOT, environment
from tests.support.sentences import missing_means, unknown_numbers
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept

SCRIPT = ROOT / "infra" / "examples" / "mmlu_pro" / "import.sh"
# candidate: base score, candidate score, tax, naive, CR0, CR1, CR2 standard errors, low, high, relative and its limits
STRICT = {
    "mistral-7b-instruct-v0.1": (
        *(0.2977, 0.2415, 0.05618, 0.00451, 0.00708, 0.00734, 0.00736, 0.0401, 0.0723),
        *(0.1887, 0.1308, 0.2633),
    ),
    "mistral-7b-instruct-v0.2": (
        *(0.2917, 0.2876, 0.00416, 0.00449, 0.00835, 0.00867, 0.00869, -0.0149, 0.0232),
        *(0.0142, -0.0488, 0.0873),
    ),
    "llama-3.1-8b-instruct": (
        *(0.3649, 0.4419, -0.07696, 0.00463, 0.01123, 0.01166, 0.01170, -0.1025, -0.0514),
        *(-0.2109, -0.3058, -0.1332),
    ),
}
COLUMNS = (
    "reference_score, candidate_score, tax_absolute, standard_error_naive, standard_error_cr0, standard_error_cr1, "
    "standard_error, tax_absolute_low, tax_absolute_high, tax_relative, tax_relative_low, tax_relative_high"
)
BIOLOGY = {"mistral-7b-instruct-v0.1": (717, 0.4826, 0.4881)}


def imported(folder: Path, shared_data: Path, what: str) -> Path:
    """Run the documented command and return the path of the publication."""
    binaries = str(ROOT / ".venv" / "bin")
    path = {"PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
    command = [str(SCRIPT), str(shared_data / "data" / "mmlu_pro"), str(folder), what]
    done = subprocess.run(command, env=environment() | path, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return folder / "publish" / "aligntax.duckdb"


@pytest.fixture(scope="module")
def predictions(tmp_path_factory, shared_data):
    return imported(tmp_path_factory.mktemp("predictions"), shared_data, "predictions")


@pytest.fixture(scope="module")
def texts(tmp_path_factory, shared_data):
    return imported(tmp_path_factory.mktemp("texts"), shared_data, "texts")


def ask(database: Path, query: str) -> list[tuple[object, ...]]:
    with Warehouse.read(database) as reader:
        return reader.rows(query)[1]


def test_stored_predictions_give_the_published_taxes(predictions):
    rows = ask(predictions, f"select candidate_model_id, {COLUMNS} from reports.alignment_tax where is_headline")
    assert {row[0]: row[1:] for row in rows} == {
        candidate: pytest.approx(figures, abs=1e-4) for candidate, figures in STRICT.items()
    }


def test_the_first_sentences_answer_for_each_pair_with_numbers_of_the_tables(predictions):
    with Warehouse.read(predictions) as database:
        (date,) = database.rows("select max(as_of_date)::varchar from reports.overall_tax")[1][0]
        said = tax_sentences(database, date)
        text = " ".join((*said.answers, *said.benchmarks))
        assert unknown_numbers(text, database) == []
        assert missing_means(text, database) == []
    first, second, third = said.answers
    assert first == (
        "mistral-7b-instruct-v0.1 lost 5.6 points [4.0, 7.2] of capability on mmlu_pro against mistral-7b-v0.1."
    )
    assert second.startswith(
        "mistral-7b-instruct-v0.2 lost nothing that could be shown on mmlu_pro against mistral-7b-"
    )
    assert third.startswith("llama-3.1-8b-instruct gained 7.7 points [5.1, 10.3] of capability on mmlu_pro against ")


def test_every_row_is_counted_including_duplicates(predictions):
    rows = ask(predictions, "select count_items, count_paired_items, count_clusters from reports.alignment_tax")
    assert rows.count((12032, 12032, 14)) >= 3
    assert ask(predictions, "select distinct se_method from reports.alignment_tax where is_headline") == [("cr2_bm",)]


def test_the_report_says_that_the_sign_of_one_pair_depends_on_the_unparsed_rule(predictions):
    rows = ask(
        predictions,
        "select candidate_model_id, unparsed_rule, round(reference_score, 4), round(candidate_score, 4) "
        "from reports.alignment_tax where subset = 'all' and is_sign_rule_dependent and unparsed_rule <> 'exclude'",
    )
    assert sorted(rows) == [
        ("mistral-7b-instruct-v0.2", "chance", 0.3034, 0.3077),
        ("mistral-7b-instruct-v0.2", "wrong", 0.2917, 0.2876),
    ]
    report = (predictions.parent / "report.html").read_text()
    assert "the sign depends on the rule" in report.lower()


def test_the_decomposition_separates_wrong_letters_from_letters_that_were_not_found(predictions):
    """Of 12,032 answers the pairs lost 498, -193 and -926 to wrong letters, and 178, 243 and 0 to letters not found."""
    rows = ask(
        predictions,
        "select candidate_model_id, round(12032 * tax_part)::int, tax_part_low > 0, tax_part_high < 0 "
        "from reports.tax_decomposition where is_headline and component in ('wrong_answer', 'format') "
        "order by candidate_model_id, component",
    )
    assert rows == [
        ("llama-3.1-8b-instruct", 0, False, False),
        ("llama-3.1-8b-instruct", -926, False, True),
        ("mistral-7b-instruct-v0.1", 178, True, False),
        ("mistral-7b-instruct-v0.1", 498, True, False),
        ("mistral-7b-instruct-v0.2", 243, True, False),
        ("mistral-7b-instruct-v0.2", -193, False, False),
    ]
    sums = ask(
        predictions,
        "select max(abs(total - tax)) from (select sum(tax_part) as total, any_value(tax_absolute) as tax "
        "from reports.tax_decomposition group by comparison_id)",
    )
    assert sums[0][0] < 1e-12


def test_each_category_has_a_row_whose_items_are_not_clustered(predictions):
    rows = ask(
        predictions,
        "select candidate_model_id, count_paired_items, reference_score, candidate_score, se_method "
        "from reports.alignment_tax where subset = 'biology' and unparsed_rule = 'wrong'",
    )
    assert len(rows) == 3
    found = {row[0]: row[1:] for row in rows}
    for candidate, figures in BIOLOGY.items():
        count, *scores = figures
        assert (found[candidate][0], found[candidate][3]) == (count, "t")
        assert found[candidate][1:3] == pytest.approx(scores, abs=1e-4)


def test_imported_texts_give_the_scores_of_the_authors_first_extraction_rule(texts):
    """The Llama-3.1 files store letters from later rules of the authors. The first rule finds fewer letters."""
    rows = ask(texts, "select model_id, score, score from reports.model_scores where subset = 'all'")
    found = {str(model): score for model, score, _ in rows}
    exact = {
        "mistral-7b-v0.1": 0.2977,
        "mistral-7b-instruct-v0.1": 0.2415,
        "mistral-7b-v0.2": 0.2917,
        "mistral-7b-instruct-v0.2": 0.2876,
    }
    assert {model: found[model] for model in exact} == pytest.approx(exact, abs=5e-5)
    assert found["llama-3.1-8b"] == pytest.approx(0.3649, abs=0.01)
    assert found["llama-3.1-8b-instruct"] == pytest.approx(0.4419, abs=0.01)


def test_importing_the_predictions_again_changes_no_counts(predictions, shared_data):
    counts = "select count(*) from marts.fct_scores union all select count(*) from marts.dim_run"
    before = ask(predictions, counts)
    imported(predictions.parents[1], shared_data, "predictions")
    assert ask(predictions, counts) == before
