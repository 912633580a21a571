"""Try out the models of a configuration before a run: which servers are up, and what a few short answers show.

One server is asked after the other about its models, because a local server may have to load each of them; different
servers are asked at once. Needs no warehouse, and no Prefect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from flows.asking.endpoints import connection_to
from flows.planning import plan_run
from flows.processes import STATE_FOLDER
from flows.processes.model_servers import ModelServer, model_servers
from tasks.domain import Message, Prompt, PromptStyle
from tasks.planned import PlannedCell
from tasks.providers import Answer, Connection, connect, effective_parameters
from tasks.providers.listing import Listing, context_tokens, list_models
from tasks.settings import ModelSettings, Settings
from tasks.steps.try_out import Finding, Level, Subject, Trial, findings_of, try_out

_JUDGE_QUESTION = Prompt(PromptStyle.CHAT, messages=(Message("user", "Does ice float on water? Answer yes or no."),))
_FEW_TOKENS = 64


@dataclass(frozen=True, slots=True)
class Tried:
    """What trying out the models found, and what it took. The cost is None where it is not known of every answer."""

    findings: tuple[Finding, ...]
    count_requests: int
    count_tokens: int
    cost_usd: float | None


async def try_models(settings: Settings, environment: Mapping[str, str]) -> Tried:
    """Ask every model and judge a few questions; the servers that are down come first among the findings."""
    subjects = _by_endpoint(settings)
    asked = [subject.model for group in subjects.values() for subject in group]
    async with model_servers(asked, settings.warehouse.parent / STATE_FOLDER) as own:
        servers = [_Server.of(name, group, environment, own.get(name)) for name, group in subjects.items()]
        listings = await asyncio.gather(*(server.listed() for server in servers))
        up = [(server, listing) for server, listing in zip(servers, listings, strict=True) if listing.is_up]
        down = [server.down(listing) for server, listing in zip(servers, listings, strict=True) if not listing.is_up]
        tried = await asyncio.gather(*(server.try_out(listing) for server, listing in up))
    pairs = [pair for one in tried for pair in one]
    return _summed([*down, *(finding for _, found in pairs for finding in found)], [trial for trial, _ in pairs])


@dataclass(frozen=True, slots=True)
class _Server:
    """One endpoint, and who is asked there."""

    connection: Connection
    subjects: tuple[Subject, ...]

    @classmethod
    def of(
        cls, name: str, subjects: Sequence[Subject], environment: Mapping[str, str], own: ModelServer | None
    ) -> _Server:
        models = [subject.model for subject in subjects]
        return cls(connection_to(name, models, environment, server=own), tuple(subjects))

    async def listed(self) -> Listing:
        to = self.connection
        if why := to.why_gone():
            return Listing(to.name, to.name, None, why)
        return await asyncio.to_thread(list_models, to.provider, to.base_url, to.api_key)

    def down(self, listing: Listing) -> Finding:
        names = ", ".join(dict.fromkeys(subject.model.id for subject in self.subjects))
        base = self.connection.base_url or listing.base_url
        found = f"no server answers there ({listing.trouble}). Start it, or mend base_url of {names}"
        if why := self.connection.why_gone():
            found = why
        return Finding(base, "server", found, Level.PROBLEM)

    async def try_out(self, listing: Listing) -> list[tuple[Trial, list[Finding]]]:
        """Ask one model after the other."""
        endpoint, tried = connect(self.connection), []
        try:
            for subject in self.subjects:
                trial = await try_out(subject, endpoint)
                tried.append((trial, findings_of(trial, listing, await self._context(listing, subject.model.model))))
        finally:
            await endpoint.close()
        return tried

    async def _context(self, listing: Listing, model: str) -> int | None:
        to = self.connection
        if to.provider == "anthropic" or to.base_url is None or listing.context_of(model):
            return None
        return await asyncio.to_thread(context_tokens, to.base_url, model, to.api_key)


def _by_endpoint(settings: Settings) -> dict[str, list[Subject]]:
    servers: dict[str, list[Subject]] = {}
    for subject in (*_answering(settings), *_judging(settings)):
        servers.setdefault(subject.model.endpoint, []).append(subject)
    return servers


def _answering(settings: Settings) -> Iterator[Subject]:
    """Every model in every style of the run, with the first question of the run to it. Parts are models, too."""
    found: dict[tuple[str, PromptStyle], list[PlannedCell]] = {}
    for cell in plan_run(None, settings, datetime.now(UTC).date()).cells:
        if not cell.model.composition and cell.requests:
            found.setdefault((cell.model.id, cell.prompt_style), []).append(cell)
    for cells in found.values():
        yield _subject(cells)


def _subject(cells: Sequence[PlannedCell]) -> Subject:
    """The question of a harmless benchmark whose scorer reads texts, if there is one."""
    reads_alternatives = [bool(cell.requests[0].prompt.top_logprobs) for cell in cells]
    rated = [(cell.benchmark.is_harmful_text, reads) for cell, reads in zip(cells, reads_alternatives, strict=True)]
    request = cells[rated.index(min(rated))].requests[0]
    prompt, parameters = request.prompt, {n: v for n, v in request.parameters.items() if n != "top_logprobs"}
    if prompt.top_logprobs:
        prompt, parameters = replace(prompt, top_logprobs=0), {**parameters, "max_tokens": _FEW_TOKENS}
    most = max(len(cell.requests[0].parameters.get("stop") or ()) for cell in cells)
    return Subject(cells[0].model, prompt, parameters, any(reads_alternatives), most)


def _judging(settings: Settings) -> Iterator[Subject]:
    """Every judge that some benchmark names and that answers no benchmark itself."""
    judges: Iterable[ModelSettings | None] = (settings.judge_for(wanted) for wanted in settings.benchmarks)
    answering = {model.id for model in settings.models}
    for judge in {judge.id: judge for judge in (*judges, *settings.judges) if judge}.values():
        if judge.id not in answering:
            yield Subject(judge, _JUDGE_QUESTION, effective_parameters(judge, _JUDGE_QUESTION, 0))


def _summed(findings: Sequence[Finding], trials: Sequence[Trial]) -> Tried:
    """What all trials took. Each question is asked alone, so that the price is the live one, whatever a run does."""
    day = datetime.now(UTC).date()
    answers: list[tuple[ModelSettings, Answer]] = [
        (trial.subject.model.model_copy(update={"mode": "live"}), answer)
        for trial in trials
        for answer in trial.answers
    ]
    costs = [
        model.cost_usd(day, answer.tokens_input, answer.tokens_output, answer.tokens_cached, answer.tokens_cache_write)
        for model, answer in answers
    ]
    known = [cost for cost in costs if cost is not None]
    return Tried(
        tuple(findings),
        sum(attempt.count_requests for trial in trials for attempt in trial.attempts),
        sum((answer.tokens_input or 0) + (answer.tokens_output or 0) for _, answer in answers),
        sum(known) if known and len(known) == len(costs) else None,
    )
