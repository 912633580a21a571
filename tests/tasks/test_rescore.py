"""Scoring again: new scores beside the old ones, what changed as a table, headlines that do not move by accident."""

import dataclasses
from datetime import date

import pytest

from flows import transform
from tasks import benchmarks
from tasks.domain import Item, Verdict
from tasks.errors import UsageError
from tasks.importers import read_inspect
from tasks.land import LogOptions, land_log
from tasks.score import rescore, score
from tasks.scorers import SCORERS, versioned
from tasks.settings import Overrides, load_settings
from tests.tasks.importers.test_read_logs import archive, sample
from warehouse.connection import Warehouse

DAY = "2026-01-31"


@dataclasses.dataclass(frozen=True)
class Stricter:
    """The numeric scorer in a version that takes only an answer of digits alone."""

    name: str = "numeric"
    version: int = 2
    filtered_value: float = 0.0
    config_hash: str = "stricter"
    reads: str = "text"

    def score(self, item: Item, text: str) -> Verdict:
        return SCORERS["numeric"].score(item, text if text.strip().isdigit() else "")


@pytest.fixture
def warehouse(tmp_path):
    path = tmp_path / "aligntax.yaml"
    path.write_text("model_defaults: {provider: recorded}\nmodels: [{id: org/toy}]\nbenchmarks: [arithmetic]\n")
    settings = load_settings(
        path,
        environment={},
        known_benchmarks=benchmarks.known(),
        known_scorers=SCORERS,
        overrides=Overrides(),
        will_send=False,
    )
    ours = benchmarks.load("arithmetic")
    asked = [sample(n, input=item.question, target=item.target) for n, item in enumerate(ours.items[:4])]
    for number, one in enumerate(asked):
        prefix = "" if number == 0 else "The answer is "
        one["output"]["choices"][0]["message"] = {"content": f"{prefix}{one['target']}"}
    log = read_inspect(archive(tmp_path / "log.eval", asked))
    with Warehouse.open(settings.warehouse) as opened:
        options = LogOptions(benchmark="arithmetic")
        run = land_log(opened, settings, {"arithmetic": ours}, log, options=options, as_of_date=date.fromisoformat(DAY))
        assert score(opened, run.run_id) == 4
        transform.rebuild_dates(opened, [DAY])
        yield opened


def headline(warehouse):
    return warehouse.rows("select scorer, scorer_version, score from reports.model_scores where subset = 'all'")[1]


CHANGES = (
    "select scorer_old, scorer_version_old, scorer_new, scorer_version_new, is_counted, score_old, score_new, "
    "count_raised, count_lowered from reports.rescore_changes"
)


def test_a_new_version_stands_beside_the_old_one_and_counts(warehouse):
    assert headline(warehouse) == [("numeric", 1, 1.0)]
    assert rescore(warehouse, Stricter()) == 4
    assert rescore(warehouse, Stricter()) == 0
    transform.rebuild_dates(warehouse, [DAY])
    assert warehouse.rows("select scorer_version, count(*) from raw.scores group by 1 order by 1")[1] == [
        (1, 4),
        (2, 4),
    ]
    assert headline(warehouse) == [("numeric", 2, 0.25)]
    assert warehouse.rows(CHANGES)[1] == [("numeric", 1, "numeric", 2, True, 1.0, 0.25, 0, 3)]


def test_another_scorer_stands_beside_and_changes_no_headline(warehouse):
    assert rescore(warehouse, SCORERS["exact"]) == 0
    assert rescore(warehouse, SCORERS["exact"], benchmark_id="arithmetic") == 4
    transform.rebuild_dates(warehouse, [DAY])
    assert headline(warehouse) == [("numeric", 1, 1.0)]
    ((*_, is_counted, before, now, _, _),) = warehouse.rows(CHANGES)[1]
    assert (is_counted, before) == (False, 1.0)
    assert 0 <= now <= 1


def test_answers_scored_once_make_no_row(warehouse):
    assert warehouse.rows(CHANGES)[1] == []


def test_a_version_that_is_not_installed_is_refused():
    assert versioned(f"numeric@{SCORERS['numeric'].version}") is SCORERS["numeric"]
    with pytest.raises(UsageError, match=r"'numeric@99' is not installed; here is numeric@"):
        versioned("numeric@99")
