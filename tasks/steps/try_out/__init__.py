"""Try models out before a run: a few short questions each, and what their answers show about the configuration.

Sends the questions of a run over the code of a run; must not know Prefect, SQL or scores. Nothing is landed.
"""

from tasks.steps.try_out.findings import Finding, Level, findings_of
from tasks.steps.try_out.trial import MOST_REQUESTS, Subject, Trial, try_out

__all__ = ["MOST_REQUESTS", "Finding", "Level", "Subject", "Trial", "findings_of", "try_out"]
