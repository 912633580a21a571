"""Where the results are is read from the configuration whatever is wrong with the rest of it."""

from __future__ import annotations

import pytest

from tasks.errors import SettingsError
from tasks.settings import load_places


def written(tmp_path, text):
    path = tmp_path / "aligntax.yaml"
    path.write_text(text)
    return path


def test_a_mistake_elsewhere_does_not_hide_the_results(tmp_path):
    path = written(tmp_path, "models: [{id: a}]\nbenchmarks: [no_such]\nwarehouse: there/w.duckdb\n")
    places = load_places(path, {})
    assert (places.warehouse, places.publish.folder) == (tmp_path / "there" / "w.duckdb", tmp_path / "publish")


def test_the_environment_comes_before_the_file(tmp_path):
    path = written(tmp_path, "warehouse: mine.duckdb\n")
    assert load_places(path, {"ALIGNTAX_WAREHOUSE": "/elsewhere/w.duckdb"}).warehouse.parent.name == "elsewhere"


def test_a_place_that_is_not_a_path_gives_one_line(tmp_path):
    with pytest.raises(SettingsError, match=r"aligntax.yaml: warehouse: must be a path"):
        load_places(written(tmp_path, "warehouse: [1, 2]\n"), {})
