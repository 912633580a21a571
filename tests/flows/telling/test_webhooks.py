"""Posting to a real receiver, whatever state it is in."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import date

import pytest

from flows.telling import webhooks
from flows.telling.webhooks import post
from tasks.settings.notify import Receiver
from tasks.steps.notify import Notice
from tests.support.receiver import nobody, receiver

NOTICE = Notice(
    "id",
    "alarm",
    "fall: aligned on arithmetic (chat), endpoint",
    "new",
    date(2026, 1, 20),
    date(2026, 1, 31),
    0.06,
    "aligned on arithmetic (chat) fell by 6.0 points.",
    "95% interval [2.0, 10.0] points.",
    "aligntax sql --ask alarms",
)
SLACK = Receiver("team", "slack", ("alarm",), "", None)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(webhooks, "_LONGEST_TRY_S", 1.0)
    monkeypatch.setattr(webhooks, "LONGEST_S", 2.0)


def sent(address, of=SLACK, notices=(NOTICE,)):
    return asyncio.run(post(replace(of, url=address), notices))


def test_slack_gets_a_text_that_says_what_since_when_how_sure_and_the_command():
    with receiver() as inbox:
        assert sent(f"{inbox.address}/services/T0/B0/secret") is None
    [(headers, body)] = inbox.letters
    text = json.loads(body)["text"]
    assert headers["Content-Type"] == "application/json"
    for part in (NOTICE.what, "Since 2026-01-20.", NOTICE.sure, f"`{NOTICE.command}`", "night 2026-01-31"):
        assert part in text


def test_a_json_receiver_can_check_who_sent_it_and_when():
    with receiver() as inbox:
        assert sent(inbox.address, Receiver("ops", "json", ("alarm",), "", "shared")) is None
    [(headers, body)] = inbox.letters
    signed = f"{headers['X-Aligntax-Timestamp']}.".encode() + body
    expected = hmac.new(b"shared", signed, hashlib.sha256).hexdigest()
    assert headers["X-Aligntax-Signature"] == f"v1={expected}"
    [notice] = json.loads(body)["notices"]
    assert (notice["notice_id"], notice["since_date"], notice["size"]) == ("id", "2026-01-20", 0.06)


@pytest.mark.parametrize(
    ("mode", "trouble", "tries"),
    [
        ("slow", None, 1),
        ("error", "HTTP 500", 3),
        ("moved", "HTTP 302, and redirects are not followed", 1),
        ("garbage", "its reply is not HTTP", 3),
    ],
)
def test_a_receiver_that_answers_otherwise(mode, trouble, tries):
    with receiver(mode) as inbox:
        assert sent(inbox.address) == trouble
    assert len(inbox.letters) == tries


@pytest.mark.usefixtures("impatient")
def test_a_receiver_that_hangs_is_given_up():
    with receiver("hanging") as inbox:
        assert "no answer" in sent(inbox.address)


def test_a_receiver_that_is_down_is_named_without_its_address():
    assert sent(f"{nobody()}/secret") == "connection refused"


def test_names_cannot_be_slack_markup():
    with receiver() as inbox:
        sent(inbox.address, notices=[replace(NOTICE, what="<!channel> & all fell.")])
    assert "&lt;!channel&gt; &amp; all fell." in json.loads(inbox.letters[0][1])["text"]


def test_a_long_list_is_cut_for_people():
    with receiver() as inbox:
        sent(inbox.address, notices=[NOTICE] * 50)
    lines = json.loads(inbox.letters[0][1])["text"].splitlines()
    assert len(lines) == 22
    assert lines[-1] == "30 more: `aligntax status`"
