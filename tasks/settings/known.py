"""What a configuration may name. Whoever loads it hands this in, because settings know no benchmark and no provider.

Tested in tests/tasks/settings/test_providers.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationInfo

from tasks.domain import PromptStyle

# What input that is written to a cache costs, in prices of plain input, for a model whose provider states nothing.
CACHE_WRITE_FACTOR = 1.25


@dataclass(frozen=True, slots=True)
class ApiFacts:
    """One kind of endpoint.

    Attributes:
        style: The prompt style that it is made for.
        path: The end of its address, which is sent to, so that ``base_url`` must not have it.
        alternatives: How many alternatives of a token such servers tell, as a rule; 0 if they tell none.
    """

    style: PromptStyle
    path: str
    alternatives: int = 0


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """What a provider's batch API takes: the most requests and megabytes of one batch, and its price in live prices."""

    requests: int
    megabytes: float
    price_factor: float


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """What a provider's wire takes. Its module states it; configuration, plan and requests follow it.

    Attributes:
        apis: The kinds of endpoint by the name that ``api:`` gives them.
        vendor: Who made the wire, and where the vendor's own server is (``own_address``).
        own_endpoint: What the vendor's own server is called in hashes and tables, where a model needs no ``base_url``.
        added_path: The end of an address that the provider's SDK adds by itself, so that ``base_url`` must not have it.
        takes_seed: Whether a request can carry a seed.
        not_taken: Keys of ``sampling:`` that the wire has no parameter for: a user may not state them, and they are
            left out of what counts as sent.
        instead: The sentence that tells a user what to set in the place of ``not_taken``.
        max_stop_strings: How many stop strings a request can carry; None for any number.
        cache_write_factor: What input that is written to a cache costs, in prices of plain input.
        batch: What the vendor's batch API takes; None where there is none.
        fewer_alternatives: By host the kinds of endpoint that are documented to tell another number of alternatives.
    """

    apis: Mapping[str, ApiFacts]
    vendor: str
    own_address: str
    own_endpoint: str | None = None
    added_path: str | None = None
    takes_seed: bool = True
    not_taken: tuple[str, ...] = ()
    instead: str = ""
    max_stop_strings: int | None = None
    cache_write_factor: float = CACHE_WRITE_FACTOR
    batch: BatchFacts | None = None
    fewer_alternatives: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def styles(self) -> frozenset[PromptStyle]:
        """The prompt styles that can be sent."""
        return frozenset(api.style for api in self.apis.values())

    def alternatives_at(self, base_url: str | None, style: PromptStyle) -> int:
        """How many alternatives of a token a server tells, asked in a prompt style; 0 where it tells none."""
        host, api = urlsplit(base_url or self.own_address).hostname or "", self.api_for(style)
        known = next((its for name, its in self.fewer_alternatives.items() if f".{host}".endswith(f".{name}")), {})
        return known.get(api, self.apis[api].alternatives)

    def api_for(self, style: PromptStyle) -> str:
        """The kind of endpoint that is asked in a prompt style."""
        return next((name for name, api in self.apis.items() if api.style is style), next(iter(self.apis)))


@dataclass(frozen=True, slots=True)
class Known:
    """The names that exist, and the facts behind them.

    Attributes:
        benchmarks: Ids of benchmarks.
        scorers: Names of scorers.
        providers: Facts of each provider by its name.
        rubrics: Version of each rubric by its name.
    """

    benchmarks: Collection[str] = ()
    scorers: Collection[str] = ()
    providers: Mapping[str, ProviderFacts] = field(default_factory=dict)
    rubrics: Mapping[str, int] = field(default_factory=dict)

    @property
    def apis(self) -> tuple[str, ...]:
        """The kinds of endpoint of all providers, in the order of the providers."""
        return tuple(dict.fromkeys(api for facts in self.providers.values() for api in facts.apis))

    @property
    def paths(self) -> tuple[str, ...]:
        """The ends of addresses that an api adds, in the order of the providers."""
        return tuple(api.path for facts in self.providers.values() for api in facts.apis.values())


def known_from(context: Any) -> Known:
    """What was handed in when the configuration was loaded (pydantic's validation context)."""
    known: Known = (context or {}).get("known", Known())
    return known


def facts_of(provider: Any, info: ValidationInfo) -> ProviderFacts | None:
    """The facts of a provider while its model's section is being validated; None for one that is asked nowhere."""
    return known_from(info.context).providers.get(provider)
