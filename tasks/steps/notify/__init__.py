"""Decide what people are told of a night, and write it. Sends nothing.

What holds on a night is a condition. It becomes a notice when it begins, when it gets worse and when it ends, so that
nobody reads the same line every morning. Texts hold names and numbers; no item, no answer, no word of a server.

Knows the warehouse's queries; must not know Prefect or HTTP.
"""

from tasks.steps.notify.bodies import json_body, signature, slack_body
from tasks.steps.notify.conditions import BACKUP, Condition, Ended, conditions, ended, failed_backup, missed_night
from tasks.steps.notify.notices import Notice, changes, note, note_delivery, waiting

__all__ = [
    "BACKUP",
    "Condition",
    "Ended",
    "Notice",
    "changes",
    "conditions",
    "ended",
    "failed_backup",
    "json_body",
    "missed_night",
    "note",
    "note_delivery",
    "signature",
    "slack_body",
    "waiting",
]
