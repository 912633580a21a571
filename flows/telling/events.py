"""Emit notices as Prefect events, ``aligntax.<kind>``, so that automations of a Prefect server can act on them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict

from tasks.steps.notify import Notice

_LONGEST_S = 3.0


async def emit(notices: Sequence[Notice]) -> str | None:
    """Hand the notices to Prefect; why that failed, or None."""
    return await asyncio.to_thread(_emit, notices)


def _emit(notices: Sequence[Notice]) -> str | None:
    from prefect.events import emit_event  # noqa: PLC0415 - heavy, and only this kind of receiver needs it
    from prefect.settings import get_current_settings  # noqa: PLC0415

    from flows.orchestration import hand_over  # noqa: PLC0415

    if not get_current_settings().api.url:
        return "PREFECT_API_URL names no Prefect server"
    for notice in notices:
        resource = {
            "prefect.resource.id": f"aligntax.notice.{notice.notice_id}",
            "prefect.resource.name": notice.subject,
            "aligntax.change": notice.change,  # an automation matches labels only
        }
        facts = {name: str(value) for name, value in asdict(notice).items()}
        emit_event(event=f"aligntax.{notice.kind}", resource=resource, payload=facts)
    return None if hand_over(_LONGEST_S) else "the Prefect server took no event"
