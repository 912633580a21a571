"""Ask one cell's open questions. Knows providers and retries; must not know Prefect, SQL, benchmarks or scores.

``live`` asks them one by one, ``in_batches`` through a provider's batch API, for a lower price. Every answer goes to a
sink as soon as it is there.
"""

from tasks.steps.generate.attempts import Attempts
from tasks.steps.generate.in_batches import generate_in_batches
from tasks.steps.generate.live import Line, generate

__all__ = ["Attempts", "Line", "generate", "generate_in_batches"]
