"""Validate answers, scores and reports before anything is published.

Named queries count, Great Expectations compares, and every result is appended to ``raw.validations``. A broken gate
stops the publication; rows that break a rule are quarantined and count as missing; a warning is shown. Validating twice
gives the same result: rows that were quarantined before are looked at again.
"""

from tasks.steps.validate.engine import great_expectations
from tasks.steps.validate.validation import (
    ExpectationOutcome,
    ValidationResult,
    validate_landed,
    validate_reports,
    validate_scored,
)

__all__ = [
    "ExpectationOutcome",
    "ValidationResult",
    "great_expectations",
    "validate_landed",
    "validate_reports",
    "validate_scored",
]
