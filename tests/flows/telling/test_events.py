"""A night that ends badly is an event on a real Prefect server, which an automation can match."""

from __future__ import annotations

import time

import pytest

from tests.support.receiver import nobody
from tests.support.runs import ask_prefect, write_config

pytestmark = pytest.mark.accept

LONGEST_S = 120.0


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
