"""Ask one cell's open questions. Knows providers and retries; must not know Prefect, SQL, benchmarks or scores.

``live`` asks them one by one. Every answer goes to a sink as soon as it is there.
"""

from tasks.steps.generate.live import Line, generate

__all__ = ["Line", "generate"]
