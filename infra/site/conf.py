"""The documentation site: `make docs` builds it from the guides, which stay where they are.

The source folder is the project itself, so that the guides' own links work on the site, too. Sphinx is called with
``-W``: a link that leads nowhere stops the build. No page loads anything from elsewhere. Tested in tests/test_site.py.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from pygments.lexers.special import TextLexer

# Every guide but the first page, as the site lists them at its side: by name, or a title and the name.
_GUIDES = {
    "Results": [
        "How to read a tax <tasks/README>",
        "tasks/stats/README",
        "warehouse/README",
        "warehouse/cookbook/README",
    ],
    "Running": [
        "flows/README",
        "infra/examples/README",
        "infra/examples/*/README",
        "infra/superset/README",
        "SECURITY",
    ],
    "Changing": ["CONTRIBUTING", "changelog.d/README", "CHANGELOG"],
    "Decisions": ["infra/decisions/*"],
}
_NAMES = [guide.rpartition("<")[2].rstrip(">") for guides in _GUIDES.values() for guide in guides]

project = "aligntax"
extensions = ["myst_parser"]
root_doc = "README"
include_patterns = [f"{name}.md" for name in (root_doc, *_NAMES)]
exclude_patterns = ["**/.*"]  # hidden folders are not even searched
myst_heading_anchors = 4
highlight_language = "none"  # of a text that names no language

html_theme = "furo"
html_title = "aligntax"
html_show_copyright = False
html_copy_source = False
html_show_search_summary = False  # it would fetch the pages found, which a browser forbids in a folder


def setup(app: Any) -> None:
    """Tell Sphinx what the settings above cannot."""
    app.connect("source-read", _list_guides)
    app.connect("build-finished", _open_with_readme)
    app.add_lexer("csv", TextLexer)  # Pygments cannot read CSV


def _list_guides(_app: Any, name: str, source: list[str]) -> None:
    """Give the first page the list of all others."""
    if name == root_doc:
        listing = "\n\n```{{toctree}}\n:hidden:\n:glob:\n:caption: {}\n{}\n```\n"
        source[0] += "".join(listing.format(caption, "\n".join(guides)) for caption, guides in _GUIDES.items())


def _open_with_readme(app: Any, error: Exception | None) -> None:
    """Copy the first page to where a browser looks for it."""
    if error is None:
        shutil.copy(Path(app.outdir, f"{root_doc}.html"), Path(app.outdir, "index.html"))
