"""What axe-core finds wrong in a page that a browser shows."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def violations(page: Page) -> list[str]:
    """Each rule that the page breaks, with the first element that breaks it."""
    found = Axe().run(page).response["violations"]
    return [f"{broken['id']}: {broken['help']}: {broken['nodes'][0]['html']}" for broken in found]
