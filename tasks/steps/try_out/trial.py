"""The questions that one model is asked, and the answers or errors that came.

The first is a question of the run itself. Where the server refuses it as it stands, it is asked again without what the
server may not take, so that all of it is named at once. The others ask for what only an answer shows: alternatives of
a token, a seed, stop strings.

Tested in tests/tasks/steps/try_out/test_findings.py.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tasks.answers import read_answer
from tasks.domain import Message, Prompt, PromptStyle
from tasks.errors import ProviderError, TransientError
from tasks.providers import Answer, Endpoint, facts_of
from tasks.settings import ModelSettings

Parameters: TypeAlias = dict[str, Any]

COUNTING_STOP = "7"
# What a question costs at most where the model does not think first.
_FEW_TOKENS = 64
_LONGEST_S = 120.0
_PAUSE_S = 1.0
_REFUSED = frozenset({"http_400", "http_422"})
_OTHER_STYLE = re.compile(r"chat[ _]template|chat model|not a chat|completion model|chat completions?", re.IGNORECASE)
_COUNTING = {
    PromptStyle.CHAT: Prompt(
        PromptStyle.CHAT,
        messages=(
            Message("user", "Write the numbers from 1 to 9 in order, with commas between them and nothing else."),
        ),
    ),
    PromptStyle.COMPLETION: Prompt(
        PromptStyle.COMPLETION, text="1, 2, 3, 4, 5, 6, 7, 8, 9\n1, 2, 3, 4, 5, 6, 7, 8, 9\n1, 2,"
    ),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is asked, and the first question of a run to it.

    ``needs_alternatives`` says that a configured scorer reads the first token's; ``most_stop_strings`` is how many stop
    strings the questions of the run have at most.
    """

    model: ModelSettings
    prompt: Prompt
    parameters: Parameters
    needs_alternatives: bool = False
    most_stop_strings: int = 0

    @property
    def style(self) -> PromptStyle:
        """How it is asked."""
        return self.prompt.style


@dataclass(frozen=True, slots=True)
class Relaxation:
    """What a server may refuse: how its message names it, the change that avoids it, and the setting that makes it."""

    named: re.Pattern[str]
    change: Callable[[Parameters], Parameters]
    advice: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one question: an answer or an error. It is sent a second time to a server that was busy."""

    answer: Answer | None = None
    error: ProviderError | None = None
    count_requests: int = 1

    @property
    def is_refused(self) -> bool:
        """Whether the server refused the request as a bad one."""
        return self.error is not None and self.error.error_type in _REFUSED


@dataclass(slots=True)
class Trial:
    """Everything that one model was asked. None means not asked.

    Attributes:
        subject: Who was asked.
        question: The question as the run would send it.
        relaxed: What had to be changed before the server took the question.
        taken: The question after these changes, if there were any.
        stop_strings: A count to nine that should stop at 7.
        one_stop_string: The same with a single stop string, where several were refused.
        alternatives: The question for one token and its alternatives.
        seed: The question with a seed.
        other_style: A question in the other prompt style, where the server may not take this one.
        attempts: All of them, in the order of asking.
    """

    subject: Subject
    question: Attempt = field(default_factory=Attempt)
    relaxed: tuple[Relaxation, ...] = ()
    taken: Attempt | None = None
    stop_strings: Attempt | None = None
    one_stop_string: Attempt | None = None
    alternatives: Attempt | None = None
    seed: Attempt | None = None
    other_style: Attempt | None = None
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def answer(self) -> Answer | None:
        """The answer to the question, however it had to be asked."""
        return self.question.answer or (self.taken.answer if self.taken else None)

    @property
    def answers(self) -> Iterator[Answer]:
        """All answers that came."""
        return (attempt.answer for attempt in self.attempts if attempt.answer)


async def try_out(subject: Subject, endpoint: Endpoint) -> Trial:
    """Ask one model at most ``MOST_REQUESTS`` short questions, one after the other."""
    trial = Trial(subject)

    async def ask(prompt: Prompt, parameters: Parameters) -> Attempt:
        attempt = await _asked(endpoint, prompt, parameters, min(subject.model.timeout_s, _LONGEST_S))
        trial.attempts.append(attempt)
        return attempt

    parameters = await _ask_question(trial, ask)
    if trial.answer is None:
        await _ask_in_other_style(trial, ask)
        return trial
    thinks = bool(read_answer(trial.answer.text, reasoning_text=trial.answer.reasoning_text).reasoning)
    short = {**parameters, "max_tokens": parameters["max_tokens"] if thinks else _FEW_TOKENS}
    await _ask_about_stop_strings(trial, ask, short)
    await _ask_about_alternatives(trial, ask, short)
    if facts_of(subject.model).takes_seed and "seed" not in parameters:
        trial.seed = await ask(_COUNTING[subject.style], {**short, "seed": 1})
    return trial


_Ask: TypeAlias = Callable[[Prompt, Parameters], Any]


async def _ask_question(trial: Trial, ask: _Ask) -> Parameters:
    """Ask the question of the run; if it is refused, leave out one thing after the other until it is taken."""
    prompt, parameters = trial.subject.prompt, trial.subject.parameters
    trial.question = attempt = await ask(prompt, parameters)
    relaxed: list[Relaxation] = []
    while attempt.is_refused and not _OTHER_STYLE.search(str(attempt.error)):
        found = _next_relaxation(str(attempt.error), parameters, relaxed)
        if found is None:
            return parameters
        relaxed.append(found)
        parameters = found.change(parameters)
        attempt = await ask(prompt, parameters)
    if relaxed and attempt.answer:
        trial.relaxed, trial.taken = tuple(relaxed), attempt
    return parameters


def _next_relaxation(message: str, parameters: Parameters, done: list[Relaxation]) -> Relaxation | None:
    """What the message names; if it names nothing, the next that changes anything."""
    open_ones = [one for one in RELAXATIONS if one not in done and one.change(parameters) != parameters]
    named = (one for one in open_ones if one.named.search(message))
    return next(named, open_ones[0] if open_ones else None)


async def _ask_in_other_style(trial: Trial, ask: _Ask) -> None:
    """Where the server does not take the style, see whether it takes the other one."""
    error, facts = trial.question.error, facts_of(trial.subject.model)
    is_style = error is not None and (error.error_type in {"http_404", "http_405"} or _OTHER_STYLE.search(str(error)))
    other = next((style for style in facts.styles if style is not trial.subject.style), None)
    if other and is_style:
        kept = {name: value for name, value in trial.subject.parameters.items() if name in {"model", "temperature"}}
        parameters = {**kept, "api": facts.api_for(other), "max_tokens": _FEW_TOKENS}
        trial.other_style = await ask(_COUNTING[other], parameters)


async def _ask_about_stop_strings(trial: Trial, ask: _Ask, parameters: Parameters) -> None:
    count = max(1, trial.subject.most_stop_strings)
    stop = [COUNTING_STOP, *(f"\n\n[{number}]" for number in range(1, count))]
    counting = _COUNTING[trial.subject.style]
    trial.stop_strings = await ask(counting, {**parameters, "stop": stop})
    if count > 1 and trial.stop_strings.is_refused:
        trial.one_stop_string = await ask(counting, {**parameters, "stop": stop[:1]})


async def _ask_about_alternatives(trial: Trial, ask: _Ask, parameters: Parameters) -> None:
    model = trial.subject.model
    usual = facts_of(model).alternatives_at(model.base_url, trial.subject.style)
    if count := usual if model.alternatives is None else model.alternatives:
        question = {**parameters, "max_tokens": 1, "top_logprobs": count}
        trial.alternatives = await ask(_COUNTING[trial.subject.style], question)


async def _asked(endpoint: Endpoint, prompt: Prompt, parameters: Mapping[str, Any], timeout_s: float) -> Attempt:
    try:
        return Attempt(answer=await endpoint.ask(prompt, parameters, timeout_s))
    except ProviderError as error:
        if not isinstance(error, TransientError) or error.error_type == "timeout":
            return Attempt(error=error)
    await asyncio.sleep(_PAUSE_S)
    try:
        return Attempt(answer=await endpoint.ask(prompt, parameters, timeout_s), count_requests=2)
    except ProviderError as error:
        return Attempt(error=error, count_requests=2)


def _without(*names: str) -> Callable[[Parameters], Parameters]:
    return lambda parameters: {name: value for name, value in parameters.items() if name not in names}


def _other_limit_name(parameters: Parameters) -> Parameters:
    name = "max_tokens" if parameters.get("token_limit_name") else "max_completion_tokens"
    return {**_without("token_limit_name")(parameters), **({} if name == "max_tokens" else {"token_limit_name": name})}


def _relaxation(named: str, change: Callable[[Parameters], Parameters], advice: str) -> Relaxation:
    return Relaxation(re.compile(named, re.IGNORECASE), change, advice)


# In the order in which they are tried where the message names none of them.
RELAXATIONS: tuple[Relaxation, ...] = (
    _relaxation(
        r"max_tokens|max_completion_tokens", _other_limit_name, "sampling.token_limit_name: max_completion_tokens"
    ),
    _relaxation("temperature", _without("temperature"), "sampling.temperature: null"),
    _relaxation(r"\bstop", _without("stop"), "sampling.max_stop_strings: 0"),
    _relaxation("top_p", _without("top_p"), "sampling.top_p: null"),
    _relaxation("seed", _without("seed"), "sampling.seed: null"),
    _relaxation(r"system", _without("system_prompt"), "system_prompt: null"),
    _relaxation("reasoning|effort|thinking", _without("reasoning_effort"), "sampling.reasoning_effort: null"),
    _relaxation(r"logprob", _without("top_logprobs"), "a scorer that reads the text"),
    _relaxation(r"extra|unknown|unexpected|unrecogni", _without("extra"), "no sampling.extra"),
)
# The question, what is changed in it one after the other, and the four questions about what only an answer shows.
MOST_REQUESTS = 1 + len(RELAXATIONS) + 4
