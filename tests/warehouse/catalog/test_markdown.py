"""The catalogue in the README is what the models' descriptions say, and so are the other files that are generated."""

from __future__ import annotations

import pytest

from warehouse.build import models
from warehouse.catalog import markdown
from warehouse.catalog.generated import GENERATED


@pytest.fixture(scope="module")
def catalogue():
    return markdown.catalogue()


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.name)
def test_what_is_generated_is_up_to_date(path):
    assert GENERATED[path](path.read_text()) == path.read_text()


def test_the_readme_shows_the_picture_of_the_relations():
    readme, picture, _ = GENERATED
    assert f"]({picture.name})" in readme.read_text()


def test_every_model_has_a_heading_and_its_key(catalogue):
    for model in models():
        section = catalogue.split(f"#### `{model.name}`\n")[1].split("####")[0]
        assert all(f"`{column}`" in section.split("Key: ")[1].split("\n")[0] for column in model.key), model.name


def test_every_table_is_traced_to_what_it_is_made_from_and_to_what_reads_it(catalogue):
    section = catalogue.split("#### `marts.method_comparisons`\n")[1].split("####")[0]
    assert "Made from [`marts.comparisons`](#martscomparisons), [`marts.dim_benchmark`]" in section
    assert "`raw.models`" in section
    read = catalogue.split("#### `marts.style_pairs`\n")[1].split("####")[0]
    assert "Read by [`reports.format_control`](#reportsformat_control)." in read
    for model in models():
        assert model.references | model.facts or model.name == "marts.dim_date", model.name


def test_reports_come_first(catalogue):
    assert catalogue.index("### Reports") < catalogue.index("### Marts") < catalogue.index("### Staging")


def test_the_rest_of_the_readme_stays():
    before, after = "# Title\n\n", "\n\nLast words.\n"
    readme = f"{before}{markdown._BEGIN}\nold\n{markdown._END}{after}"
    updated = markdown.updated(readme)
    assert updated.startswith(before)
    assert updated.endswith(after)
    assert "\nold\n" not in updated
