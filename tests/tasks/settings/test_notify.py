"""Receivers: what each kind needs, and that no secret stands in the file or travels in plain text."""

from __future__ import annotations

import pytest

from tasks.errors import SettingsError
from tasks.settings.notify import ReceiverSettings

JSON = {"kind": "json", "url": "https://ops.example/hook"}
SLACK = {"kind": "slack", "url": "${SLACK}"}
HOOK = "https://hooks.example/services/T0/B0/hunter2"


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ([{"kind": "mail"}], "notify[0].kind: must be one of slack, json, prefect, found 'mail'."),
        ([{"kind": "json"}], "notify[0]: must have url: with kind: json."),
        ([{**SLACK, "url": HOOK}], 'notify[0]: must name its address as a variable, url: "${SLACK_WEBHOOK}":'),
        ([{**SLACK, "secret": "${X}"}], "notify[0]: must have no secret: with kind: slack"),
        ([{"kind": "prefect", "url": "https://x.example"}], "notify[0]: must have no url: and no secret:"),
        ([{**JSON, "secret": "hunter2"}], 'notify[0].secret: must name an environment variable, such as "${NOTIFY'),
        ([{**JSON, "url": "https://a:hunter2@b"}], "notify[0].url: must hold no user, password"),
        ([{**JSON, "on": []}], "notify[0].on: must hold at least one entry."),
        ([{**JSON, "on": ["alarms"]}], "notify[0].on[0]: must be one of alarm, failure"),
        ([JSON, JSON], "notify[1].name: 'json' is already the name of notify[0]."),
    ],
)
def test_a_bad_receiver_is_one_line_without_its_secret(load, entries, sentence):
    with pytest.raises(SettingsError) as raised:
        load({("notify",): entries})
    assert sentence in str(raised.value)
    assert "hunter2" not in str(raised.value)


def receiver(environment, **values):
    return ReceiverSettings.model_validate(values).receiver(environment)


def test_variables_are_read_when_somebody_is_told():
    found = receiver({"SLACK": HOOK, "KEY": "k"}, **SLACK)
    assert (found.name, found.url, found.secret) == ("slack", HOOK, None)
    assert HOOK not in repr(found)


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        (
            {},
            "url of receiver 'slack': the environment variable SLACK is not set. Set it, or remove the receiver.",
        ),
        ({"SLACK": "hooks.example/hunter2"}, "must be an https:// address; its value is not shown"),
        ({"SLACK": "https://hooks.example:port/hunter2"}, "must be an https:// address; its value is not shown"),
        (
            {"SLACK": "http://hooks.example/hunter2"},
            "would send a secret to hooks.example without encryption. Use https",
        ),
    ],
)
def test_an_address_that_cannot_be_used_is_one_line_without_it(environment, sentence):
    with pytest.raises(SettingsError) as raised:
        receiver(environment, **SLACK)
    assert sentence in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_plain_http_is_allowed_on_this_machine_and_where_it_is_stated():
    assert receiver({"SLACK": "http://127.0.0.1:8080/x"}, **SLACK).url
    assert receiver({"SLACK": "http://hooks.example/x"}, **SLACK, allow_http=True).url
    assert receiver({}, kind="json", url="http://ops.example").url, "without a secret"
