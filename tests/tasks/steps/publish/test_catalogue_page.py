"""The catalogue is published with the types of the built tables."""

from __future__ import annotations

from tasks.steps.publish.catalogue_page import write_catalogue_page


def test_the_page_has_the_types_of_the_built_tables(publication, settings):
    path = write_catalogue_page(publication, settings)
    assert path == settings.folder / "catalogue.html"
    assert "<code>tax_absolute</code></th><td>double</td>" in path.read_text()
