"""The server of our own: who is let in, and what it knows."""

from __future__ import annotations

import json
import stat
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from flows.processes.prefect_server import PrefectServer, prefect_server
from tasks.errors import AligntaxError
from tests.support.receiver import nobody
from tests.support.runs import ask_prefect

KEY = "sk-canary-ENVIRONMENT-0123456789"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server beside a process that knows a key."""
    folder = tmp_path_factory.mktemp("own") / ".aligntax"
    with pytest.MonkeyPatch.context() as patched:
        for name in ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING"):
            patched.delenv(name, raising=False)
        patched.setenv("SOME_KEY", KEY)
        with prefect_server(folder, has_schedules=True) as found:
            found.wait_until_up()
            yield folder, found


def refused(url: str, **headers: str) -> int:
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(urllib.request.Request(url, b"{}", headers), timeout=30)
    with error.value:
        return error.value.code


def serving(folder: Path) -> psutil.Process:
    """The process of the server whose files are in a folder; a test session has servers of its own."""
    children = (one for one in psutil.Process().children() if "prefect.server" in " ".join(one.cmdline()))
    (found,) = (one for one in children if str(folder) in one.environ()["PREFECT_API_DATABASE_CONNECTION_URL"])
    return found


@pytest.mark.parametrize(
    "path",
    [
        *(f"{kind}/filter" for kind in ("deployments", "flow_runs", "logs", "artifacts", "variables", "automations")),
        *("deployments/", "flow_runs/", "work_pools/", "block_documents/", "variables/", "automations/", "logs/"),
        *("block_types/filter", "work_pools/filter", "events/filter", "task_runs/filter", "events"),
        *("../api/deployments/filter", "variables/name/health", "admin/database/clear"),
    ],
)
def test_nobody_without_the_password_is_let_in(server, path):
    _, found = server
    assert refused(f"{found.address}/{path}") == 401
    assert refused(f"{found.address}/{path}", authorization="Basic YWRtaW46cGFzcw==") == 401
    assert refused(f"{found.address}/{path}", host="attacker.example") == 401


def test_a_page_of_another_origin_is_told_nothing(server):
    _, found = server
    request = urllib.request.Request(
        f"{found.address}/flows/filter",
        headers={"origin": "http://attacker.example", "access-control-request-method": "POST"},
        method="OPTIONS",
    )
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request, timeout=30)
    with error.value:
        assert error.value.headers["access-control-allow-origin"] is None


def test_its_pages_ask_the_server_that_they_come_from(server):
    _, found = server
    with urllib.request.urlopen(f"{found.address.removesuffix('/api')}/ui-settings", timeout=30) as settings:
        assert json.load(settings)["api_url"] == found.address


def test_the_server_knows_no_key_and_no_argument_shows_its_password(server):
    folder, found = server
    password, environment = found.password.read_text().strip(), serving(folder).environ()
    assert environment["PREFECT_SERVER_API_AUTH_STRING"] == password
    assert KEY not in environment.values()
    assert not any(
        password in word for process in psutil.Process().children(recursive=True) for word in process.cmdline()
    )


def test_files_are_for_their_owner_only(server):
    folder, found = server
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in folder.iterdir()} == {
        path.name: 0 for path in folder.iterdir()
    }
    assert found.password in folder.iterdir()


def test_a_killed_server_is_started_again_and_the_question_waits_for_it(server):
    folder, found = server
    ask_prefect(found.address, "variables/", {"name": "kept", "value": "yes"})
    serving(folder).kill()
    while not found.process.was_restarted:
        time.sleep(0.01)
    assert [row["value"] for row in ask_prefect(found.address, "variables/filter", {})] == ["yes"]
    assert not found.process.is_gone


def test_a_run_waits_some_seconds_for_a_server_of_its_user(monkeypatch):
    """A server that was started a moment ago is waited for; one that is down stops the run before it asks."""
    monkeypatch.setattr("flows.processes.prefect_server._LONGEST_SILENCE_S", 0.5)
    address, began = f"{nobody()}/api", time.monotonic()
    with pytest.raises(AligntaxError, match=f"^the Prefect server at {address} does not answer. Start it, or"):
        PrefectServer(address).wait_until_up()
    assert 0.5 <= time.monotonic() - began < 10
