"""The pictures of the tables: every published one stands in them, and links lead to its place."""

from __future__ import annotations

from warehouse.build import models
from warehouse.catalog.diagrams import entity_diagram, lineage_diagram
from warehouse.catalog.relations import published


def test_every_published_table_is_an_entity_with_the_columns_that_name_others():
    picture = entity_diagram(is_linked=True)
    for model in published():
        assert picture.count(f'href="#{model.name}"') == 1
    assert ">base_model_id (the table itself)<" in picture
    assert "href" not in entity_diagram(is_linked=False)


def test_a_lineage_shows_sources_and_readers_and_links_what_is_published():
    model = next(found for found in models() if found.name == "marts.comparisons")
    picture = lineage_diagram(model)
    names = {*model.references, *model.facts, *(found.name for found in models() if model.name in found.references)}
    assert all(f">{name}<" in picture for name in names)
    assert 'href="#reports.alignment_tax"' in picture
    assert 'href="#staging' not in picture
    assert picture.count("<path") == len(names)
