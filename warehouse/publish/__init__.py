"""The tables that readers see, and the forms they are copied into. Must not know settings."""

from __future__ import annotations

PUBLISHED_LAYERS = ("marts", "reports")
