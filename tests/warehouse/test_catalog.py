"""The catalogue in the README is what the models' descriptions say."""

from __future__ import annotations

import pytest

from warehouse import catalog
from warehouse.build import models


@pytest.fixture(scope="module")
def catalogue():
    return catalog.catalogue()


def test_the_catalogue_in_the_readme_is_up_to_date():
    readme = catalog.README.read_text()
    assert catalog.updated(readme) == readme


def test_every_model_has_a_heading_and_its_key(catalogue):
    for model in models():
        section = catalogue.split(f"#### `{model.name}`\n")[1].split("####")[0]
        assert all(f"`{column}`" in section.split("Key: ")[1].split("\n")[0] for column in model.key), model.name


def test_reports_come_first(catalogue):
    assert catalogue.index("### Reports") < catalogue.index("### Marts") < catalogue.index("### Staging")


def test_the_rest_of_the_readme_stays():
    before, after = "# Title\n\n", "\n\nLast words.\n"
    readme = f"{before}{catalog._BEGIN}\nold\n{catalog._END}{after}"
    updated = catalog.updated(readme)
    assert updated.startswith(before)
    assert updated.endswith(after)
    assert "\nold\n" not in updated
