"""What a model's tokens cost, from a day on.

Tested in tests/tasks/settings/test_costs.py.
"""

from __future__ import annotations

from pydantic import Field

from tasks.settings.fields import IsoDate, UsdPerMillion
from tasks.settings.section import Section


class PriceSettings(Section):
    """What a million tokens cost from a day on, in US dollars.

    Cached input without a price costs what plain input does, a cache write the provider's ``cache_write_factor`` times
    that.
    """

    effective_from: IsoDate = Field(alias="from")
    input_usd_per_million: UsdPerMillion
    output_usd_per_million: UsdPerMillion
    cached_input_usd_per_million: UsdPerMillion | None = None
    cache_write_usd_per_million: UsdPerMillion | None = None

    @property
    def cached_input_usd(self) -> float:
        """A million tokens read from a cache, after defaults."""
        own = self.cached_input_usd_per_million
        return self.input_usd_per_million if own is None else own

    def cache_write_usd(self, factor: float) -> float:
        """A million tokens written to a cache; ``factor`` is the provider's, in prices of plain input."""
        own = self.cache_write_usd_per_million
        return self.input_usd_per_million * factor if own is None else own
