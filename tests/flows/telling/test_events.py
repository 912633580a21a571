"""A night that ends badly is an event on a real Prefect server, on which an automation acts."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from flows.processes.prefect_server import prefect_server
from tests.support.receiver import nobody, receiver
from tests.support.runs import ROOT, ask_prefect, command, environment, write_config

pytestmark = pytest.mark.accept

LONGEST_S = 120.0
BLOCK = "from prefect.blocks.webhook import Webhook; print(Webhook(url='{address}').save('on-call'))"


def matched(api, resource):
    """The events that an automation with this pattern of resources would see, once there is one."""
    wanted = {"event": {"prefix": ["aligntax."]}, "resource": {"labels": resource}}
    deadline = time.monotonic() + LONGEST_S
    while not (found := ask_prefect(api, "events/filter", {"filter": wanted})["events"]):
        assert time.monotonic() < deadline, "the event did not arrive"
        time.sleep(0.5)
    return found


def test_a_provider_that_is_down_is_an_event_with_the_facts_of_the_notice(tmp_path, simulator, aligntax, prefect_api):
    config = write_config(tmp_path, simulator, size=10)
    config.write_text(config.read_text().replace(f"http://{simulator}", nobody()) + "\nnotify: [{kind: prefect}]\n")
    aligntax(tmp_path, "nightly", "--as-of", "2026-01-31", code=1)
    (event,) = matched(prefect_api, {"prefect.resource.id": "aligntax.notice.*"})
    assert event["event"] == "aligntax.provider_down"
    assert event["resource"]["prefect.resource.id"] == f"aligntax.notice.{event['payload']['notice_id']}"
    assert event["resource"]["prefect.resource.name"] == event["payload"]["subject"]
    assert (event["payload"]["as_of_date"], event["payload"]["change"]) == ("2026-01-31", "new")


@pytest.fixture
def own_api(tmp_path, monkeypatch):
    """The address of the server that `aligntax serve` starts; unlike that of one run it looks for triggers."""
    for name in ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING"):
        monkeypatch.delenv(name, raising=False)
    with prefect_server(tmp_path / ".aligntax", has_schedules=True) as server:
        server.wait_until_up()
        yield server.address


def automation_of_the_guide():
    """The lines that the guide tells people to save."""
    guide = (ROOT / "flows/README.md").read_text()
    (block,) = (part for part in guide.split("```yaml\n")[1:] if "call-webhook" in part)
    return block.partition("```")[0]


def test_the_automation_of_the_guide_acts_once_on_a_provider_that_is_down(tmp_path, own_api):
    def done(*arguments, code=0):
        given = {**environment(own_api), "PREFECT_HOME": str(tmp_path / "home")}
        found = subprocess.run(arguments, cwd=tmp_path, env=given, capture_output=True, text=True, check=False)
        assert found.returncode == code, found.stdout + found.stderr
        return found.stdout

    with receiver() as on_call:
        block_id = done(sys.executable, "-c", BLOCK.format(address=on_call.address)).split()[-1]
        (tmp_path / "automation.yaml").write_text(automation_of_the_guide().replace("ID-OF-THE-BLOCK", block_id))
        done(sys.executable, "-m", "prefect", "automation", "create", "--from-file", "automation.yaml")
        config = write_config(tmp_path, nobody().removeprefix("http://"), size=10)
        config.write_text(config.read_text() + "\nnotify: [{kind: prefect}]\n")
        for night in ("2026-01-30", "2026-01-31"):
            done(*command("nightly", "--as-of", night), code=1)
        deadline = time.monotonic() + LONGEST_S
        while not on_call.letters:
            assert time.monotonic() < deadline, "the automation did not act"
            time.sleep(0.5)
        time.sleep(5)  # what would come twice
    (body,) = (body.decode() for _, body in on_call.letters)
    assert "was down for all of the night 2026-01-30" in body
    assert "aligntax status" in body
