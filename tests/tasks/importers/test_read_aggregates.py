"""Published means as frames."""

from __future__ import annotations

import pytest

from tasks.errors import InputError
from tasks.importers.read_aggregates import AGGREGATE_SCHEMA, is_usually_better_higher, read_aggregates


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "means.csv"
        path.write_text(text)
        return path

    return write


def test_what_a_file_leaves_out_has_a_default_or_is_unknown(written):
    path = written("model,task,score,stderr\nllama,mmlu,0.61,0\n")
    (frame,) = read_aggregates(path)
    assert frame.schema == AGGREGATE_SCHEMA
    assert frame.rows() == [("llama", "mmlu", "mean", 0.61, None, None, None, f"{path}: line 2")]


def test_a_mean_is_in_its_metrics_own_unit(written):
    (frame,) = read_aggregates(
        written("model,benchmark,metric,mean,n,higher_is_better\nllama,wikitext,perplexity,7.25,100,false\n")
    )
    assert frame.drop("place").rows() == [("llama", "wikitext", "perplexity", 7.25, None, 100, False)]


@pytest.mark.parametrize(("metric", "is_up"), [("acc", True), ("word_perplexity", False), ("error_rate", False)])
def test_the_name_of_a_metric_says_its_usual_direction(metric, is_up):
    assert is_usually_better_higher(metric) is is_up


@pytest.mark.parametrize("stated", [("true", "false"), ("false", "true")])
def test_rows_that_give_a_metric_two_directions_are_refused(written, stated):
    rows = [f"{model},mmlu,0.6,{word}" for model, word in zip(("base", "tuned"), stated, strict=True)]
    path = written("\n".join(["model,benchmark,mean,higher_is_better", *rows]))
    with pytest.raises(InputError, match=r"line 3: higher_is_better .* contradicts .* line 2"):
        list(read_aggregates(path))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("llama,mmlu,high,", "line 2: mean is 'high', not a number."),
        ("llama,mmlu,inf,", "line 2: mean is 'inf', not a number."),
        ("llama,mmlu,,", "line 2 lacks a model, benchmark or mean."),
        ("llama,mmlu,0.5,perhaps", "line 2: higher_is_better is 'perhaps', neither true nor false."),
    ],
)
def test_a_bad_row_gives_one_clear_error_with_its_place(written, row, said):
    path = written(f"model,benchmark,mean,higher_is_better\n{row}\n")
    with pytest.raises(InputError) as raised:
        list(read_aggregates(path))
    assert str(raised.value) == f"{path}: {said}"
