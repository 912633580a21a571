"""Write what is generated of the catalogue.

Tested in tests/warehouse/catalog/test_markdown.py.
"""

from __future__ import annotations

from warehouse.catalog.generated import GENERATED

for path, write in GENERATED.items():
    path.write_text(write(path.read_text()))
