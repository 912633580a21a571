"""What a configuration may name. Whoever loads it hands this in, because settings know no benchmark and no provider.

Tested in tests/tasks/settings/test_providers.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationInfo

from tasks.domain import PromptStyle


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """What a provider's wire takes. Its module states it; configuration, plan and requests follow it.

    Attributes:
        apis: The kinds of endpoint, and the prompt style that each is made for.
        vendor: Who made the wire, and where the vendor's own server is (``own_address``).
        own_endpoint: What the vendor's own server is called in hashes and tables, where a model needs no ``base_url``.
        added_path: The end of an address that the provider's SDK adds by itself, so that ``base_url`` must not have it.
        alternatives: How many alternatives of a token each api tells at most; an api that tells none is left out.
        takes_seed: Whether a request can carry a seed.
        not_taken: Keys of ``sampling:`` that the wire has no parameter for.
        instead: The sentence that tells a user what to set in the place of ``not_taken``.
    """

    apis: Mapping[str, PromptStyle]
    vendor: str
    own_address: str
    own_endpoint: str | None = None
    added_path: str | None = None
    alternatives: Mapping[str, int] = field(default_factory=dict)
    takes_seed: bool = True
    not_taken: tuple[str, ...] = ()
    instead: str = ""

    @property
    def styles(self) -> frozenset[PromptStyle]:
        """The prompt styles that can be sent."""
        return frozenset(self.apis.values())

    @property
    def most_alternatives(self) -> int:
        """How many alternatives of a token a request asks for; 0 where no api tells any."""
        return max(self.alternatives.values(), default=0)

    def api_for(self, style: PromptStyle) -> str:
        """The kind of endpoint that is asked in a prompt style."""
        return next((api for api, made_for in self.apis.items() if made_for is style), next(iter(self.apis)))


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


def known_from(context: Any) -> Known:
    """What was handed in when the configuration was loaded (pydantic's validation context)."""
    known: Known = (context or {}).get("known", Known())
    return known


def facts_of(provider: Any, info: ValidationInfo) -> ProviderFacts | None:
    """The facts of a provider while its model's section is being validated; None for one that is asked nowhere."""
    return known_from(info.context).providers.get(provider)
