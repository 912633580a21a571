"""The bodies of webhooks: a text for Slack and what is compatible with it, a JSON document, and its signature.

Tested in tests/flows/telling/test_webhooks.py.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict

from tasks.steps.notify.notices import Notice

# Slack cuts a text of 40,000 characters; a person stops reading much earlier.
_MOST_LINES = 20
_CHANGES = {"new": "", "worse": "Worse: ", "ended": "Over: "}
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def slack_body(notices: Sequence[Notice]) -> bytes:
    """``{"text": ...}``: a title and a line for each notice, in Slack's own markup."""
    lines = [f"*aligntax, night {max(notice.as_of_date for notice in notices)}*"]
    lines += [_line(notice) for notice in notices[:_MOST_LINES]]
    if more := len(notices) - _MOST_LINES:
        lines += [f"{more} more: `aligntax status`"] if more > 0 else []
    return json.dumps({"text": "\n".join(lines)}).encode()


def json_body(notices: Sequence[Notice]) -> bytes:
    """``{"source": "aligntax", "notices": [...]}``: each with an id by which a receiver knows it again."""
    return json.dumps({"source": "aligntax", "notices": [asdict(notice) for notice in notices]}, default=str).encode()


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 of ``<timestamp>.<body>`` in hexadecimal digits, as ``v1=...``; the timestamp is in Unix seconds.

    >>> signature("secret", 1767225600, b"{}")[:11]
    'v1=6b9a71a9'
    """
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1={digest.hexdigest()}"


def _line(notice: Notice) -> str:
    """What, since when, how sure, and the command that looks closer."""
    said = f"{_CHANGES[notice.change]}{notice.what} Since {notice.since_date}. {notice.sure}".translate(_MARKUP)
    return f"• *{notice.kind.replace('_', ' ')}* {said} Look closer: `{notice.command.translate(_MARKUP)}`"
