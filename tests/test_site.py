"""The documentation site: every guide is a page, every link leads somewhere, nothing is loaded from elsewhere."""

from __future__ import annotations

import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.conftest import ROOT, absent

pytestmark = pytest.mark.accept

PYTHON = ROOT / ".venv-docs" / "bin" / "python"
SIZES = [1280, 390]


def build(source: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Build a site as `make docs` does."""
    if not PYTHON.exists():
        absent(".venv-docs is not here: `make docs` installs it")
    folders = ["-c", str(ROOT / "infra" / "site"), "-d", str(folder / "doctrees"), str(source), str(folder / "site")]
    command = [str(PYTHON), "-m", "sphinx", "-q", "-W", "--keep-going", *folders]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    built = build(ROOT, folder)
    assert (built.returncode, built.stdout, built.stderr) == (0, "", "")
    return folder / "site"


@pytest.fixture(scope="module")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--headless", "--no-sandbox"])
        yield browser
        browser.close()


class Links(HTMLParser):
    """What a page points to, what it loads, and the places that others may point to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.targets, self.loaded, self.places = set(), set(), {""}
        self.feed(page.read_text())

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        self.places.add(said.get("id") or "")
        if tag == "a" and "href" in said:
            self.targets.add(said["href"])
        self.loaded |= {said[name] for name in ("src", "srcset") if said.get(name)}
        if tag == "link":
            self.loaded.add(said["href"])


def pages(site: Path) -> dict[Path, Links]:
    return {page: Links(page) for page in site.rglob("*.html")}


def test_every_guide_is_a_page(site):
    guides = {
        path.relative_to(ROOT).with_suffix(".html")
        for path in ROOT.rglob("*.md")
        if not path.name.startswith("+") and not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
    }
    missing = {page for page in guides if not (site / page).exists()}
    assert missing == set()
    assert (site / "index.html").read_text() == (site / "README.html").read_text()


def test_every_link_leads_somewhere(site):
    found = pages(site)
    broken = []
    for page, links in found.items():
        for link in links.targets | links.loaded:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if not target.exists() or (target in found and parts.fragment not in found[target].places):
                broken.append((str(page.relative_to(site)), link))
    assert broken == []


def test_a_broken_link_stops_the_build(tmp_path):
    (tmp_path / "README.md").write_text("# Guide\n\nSee [the other](flows/missing.md).\n")
    built = build(tmp_path, tmp_path / "built")
    assert built.returncode != 0
    assert "flows/missing.md" in built.stderr


def test_no_page_names_anything_elsewhere_that_a_browser_would_load(site):
    loaded = {link for links in pages(site).values() for link in links.loaded}
    styles = {url for sheet in site.rglob("*.css") for url in re.findall(r"url\(['\"]?([^'\")]+)", sheet.read_text())}
    assert loaded
    assert {link for link in loaded | styles if urlsplit(link).scheme not in {"", "data"}} == set()


@pytest.mark.parametrize("width", SIZES)
def test_pages_open_from_the_folder_without_a_request_out_an_error_or_sideways_scrolling(site, browser, width):
    page = browser.new_page(viewport={"width": width, "height": 900})
    said, asked, wide = [], [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    for path in sorted(site.rglob("*.html")):
        page.goto(path.as_uri())
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path.name)
    page.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert wide == []


def test_the_search_finds_pages_from_the_folder(site, browser):
    page = browser.new_page()
    page.goto(f"{(site / 'search.html').as_uri()}?q=quarantine")
    page.wait_for_selector("#search-results .search a", timeout=60_000)
    page.close()
