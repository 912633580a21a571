"""Superset as ``make bi`` serves it, and what a reader sees of it in a browser."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.runs import ROOT

# Charts outside the window are not drawn: one as high as the longest dashboard.
WINDOW = {"width": 1600, "height": 2600}
ALL_DRAWN = """
count => {
  const charts = [...document.querySelectorAll('.dashboard-component-chart-holder [data-test="slice-container"]')];
  const drawn = charts.filter(chart => chart.querySelector('canvas, table tbody tr, .ant-empty, [role=alert]'));
  return charts.length === count && drawn.length === count && !document.querySelector('.loading');
}
"""


@dataclass
class Served:
    """A running Superset: its process, its folder, where it is, and what it printed."""

    process: subprocess.Popen[str]
    home: Path
    address: str
    printed: list[str]

    @property
    def password(self) -> str:
        return (self.home / "password").read_text()


@dataclass
class Reader:
    """A page of a browser that is logged in, the answers of charts by number, and the hosts that answered it."""

    page: Any
    address: str
    answers: dict[int, list[Any]] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)

    def log_in(self, password: str) -> None:
        self.page.on("response", self._note_answer)
        self.page.on("requestfailed", self._note_failure)
        self.page.goto(f"{self.address}/login/")
        self.page.fill("#username", "admin")
        self.page.fill("#password", password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "login" not in url, timeout=120_000)

    def open(self, slug: str, count: int) -> None:
        """Show a dashboard until its charts are drawn."""
        self.page.goto(f"{self.address}/superset/dashboard/aligntax-{slug}/")
        self.page.wait_for_function(ALL_DRAWN, arg=count, timeout=240_000)
        self.page.wait_for_load_state("networkidle", timeout=120_000)

    def titles(self) -> dict[int, str]:
        """All charts by number."""
        listed = self.page.request.get(f"{self.address}/api/v1/chart/?q=(page_size:100)").json()["result"]
        return {chart["id"]: chart["slice_name"] for chart in listed}

    def query(self, sql: str) -> str:
        """What SQL Lab answers."""
        request = self.page.request
        token = request.get(f"{self.address}/api/v1/security/csrf_token/").json()["result"]
        (database,) = request.get(f"{self.address}/api/v1/database/").json()["result"]
        asked = {"database_id": database["id"], "sql": sql, "runAsync": False, "client_id": os.urandom(5).hex()}
        headers = {"X-CSRFToken": token, "Referer": self.address}
        return str(request.post(f"{self.address}/api/v1/sqllab/execute/", data=asked, headers=headers).text())

    def _note_answer(self, response: Any) -> None:
        self.hosts.add(urlsplit(response.url).netloc)
        place = urlsplit(response.url)
        if place.path == "/api/v1/chart/data" and (said := parse_qs(place.query).get("form_data")):
            self.answers[json.loads(said[0])["slice_id"]] = response.json().get("result", [])

    def _note_failure(self, request: Any) -> None:
        if request.failure == "csp":
            self.blocked.add(urlsplit(request.url).netloc)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def served(home: Path, *arguments: str) -> Iterator[Served]:
    """Serve until the end of the block, then stop as Ctrl-C does."""
    port = free_port()
    command = [sys.executable, "-m", "infra.superset", "--home", str(home), "--port", str(port), *arguments]
    log = home.parent / f"{home.name}.stderr"
    with (
        log.open("w") as stderr,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=stderr, text=True) as process,
    ):
        try:
            printed = _first_lines(process, log)
            address = next(found[0] for line in printed if (found := re.findall(r"http://127\.0\.0\.1:\d+", line)))
            yield Served(process, home, address, printed)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=120)


def _first_lines(process: subprocess.Popen[str], log: Path) -> list[str]:
    """What it prints until it serves."""
    printed = []
    for line in process.stdout or ():
        printed.append(line.rstrip())
        if line.startswith("Ctrl-C"):
            return printed + log.read_text().splitlines()
    raise AssertionError(log.read_text())


def has_data(results: list[Any]) -> bool:
    """Each query has rows, and a value beside the names."""
    return bool(results) and all(
        result["rowcount"] and any(isinstance(value, int | float) for row in result["data"] for value in row.values())
        for result in results
    )
