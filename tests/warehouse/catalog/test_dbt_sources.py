"""The dbt example's sources are those of the models, with their keys and relations as tests."""

from __future__ import annotations

import yaml

from warehouse.catalog.dbt_sources import dbt_sources
from warehouse.catalog.relations import published


def test_every_published_table_is_a_source_with_its_columns_and_its_key():
    sources = yaml.safe_load(dbt_sources())["sources"]
    found = {f"{source['name']}.{table['name']}": table for source in sources for table in source["tables"]}
    assert found.keys() == {model.name for model in published()}
    for model in published():
        table = found[model.name]
        assert {column["name"]: column["description"] for column in table["columns"]} == model.columns
        assert table["data_tests"][0] == {"has_key": {"arguments": {"columns": list(model.key)}}}


def test_relations_are_tested_unless_some_names_have_no_row():
    text = dbt_sources()
    assert "to: source('marts', 'comparisons')" in text
    assert "to: source('marts', 'dim_prompt')" not in text
