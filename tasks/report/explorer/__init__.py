"""The explorer: static pages that show every item with what each model answered. They work from a folder.

A browser fetches nothing from a folder, so the data are scripts: ``index.js`` has the outcomes of all items, and the
texts come in shards of items, each loaded when one of its items is looked at.
"""

from tasks.report.explorer.item_pages import ExploredItem, write_item_pages

__all__ = ["ExploredItem", "write_item_pages"]
