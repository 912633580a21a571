"""How a model is asked in batches: for a lower price, and with answers within hours.

Tested in tests/tasks/settings/test_batch.py.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tasks.settings.fields import Count, Number, Positive
from tasks.settings.known import BatchFacts
from tasks.settings.section import Section


class BatchSettings(Section):
    """The limits of a model's batches; they have no effect on a model that is asked live.

    Attributes:
        price_factor: What a batch costs, in live prices; by default the provider's own factor.
        max_requests: The most requests of one batch; with ``max_megabytes`` by default what the provider takes.
        max_wait_hours: How long a run waits for its batches. Then it ends without them, and a later run collects them.
        poll_s: The longest pause between two looks at a batch.
        timeout_s: How long one call may take. A batch whose submission broke off is looked for as long.
    """

    price_factor: Annotated[Number, Field(ge=0, le=1)] | None = None
    max_requests: Count | None = None
    max_megabytes: Positive | None = None
    max_wait_hours: Positive = 12.0
    poll_s: Positive = 60.0
    timeout_s: Positive = 300.0

    def within(self, facts: BatchFacts | None) -> BatchFacts:
        """These limits, and the provider's where they state none; a provider without batches costs the live price."""
        own = facts or BatchFacts(requests=1, megabytes=1.0, price_factor=1.0)
        return BatchFacts(
            requests=min(self.max_requests or own.requests, own.requests),
            megabytes=min(self.max_megabytes or own.megabytes, own.megabytes),
            price_factor=own.price_factor if self.price_factor is None else self.price_factor,
        )
