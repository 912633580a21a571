"""What the answers of a trial show, each in one line: what was found, and which setting to write. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from tasks.answers import Reading, read_answer
from tasks.domain import AnswerFlag, PromptStyle
from tasks.errors import ProviderError, suggestion
from tasks.providers import Answer, facts_of
from tasks.providers.failures import PROMPT_TOO_LONG
from tasks.providers.listing import Listing
from tasks.steps.try_out.trial import COUNTING_STOP, Attempt, Trial

_MOST_NAMES = 8
_LONGEST_EXCERPT = 60
# A role that a text names at the start of a line is the markup of a template of plain words.
_ROLE = re.compile(
    r"\A\s*(?:assistant|user|system)\s*[:\n]|\n\s*(?:user|human|assistant|system|###\s*(?:instruction|human|user))\s*:",
    re.IGNORECASE,
)
# What names of models that were tuned to follow instructions end with.
TUNED = re.compile(r"(?<![a-z0-9])(?:instruct|chat|it|sft|dpo|rlhf|assistant)(?![a-z])", re.IGNORECASE)


class Level(StrEnum):
    """How much a finding matters. Only a problem would stop a run."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what about whom, what was found, and what to do; ``subject`` is a model's id or a server's address."""

    subject: str
    check: str
    found: str
    level: Level = Level.OK

    @property
    def line(self) -> str:
        """The finding as a line for people."""
        return f"{self.level.value:<8}{self.subject}: {self.check}: {self.found}"


def findings_of(trial: Trial, listing: Listing, context_tokens: int | None = None) -> list[Finding]:
    """Everything that a trial shows about a model; ``listing`` is what its server said, ``context_tokens`` too."""
    if trial.answer is None:
        return [_failure(trial, listing)]
    context = listing.context_of(trial.subject.model.model) or context_tokens
    if trial.answer.finish_word == PROMPT_TOO_LONG:
        return [_too_long(trial, context)]
    found = [_answered(trial), *_parameters(trial), *_name(trial, trial.answer, listing)]
    for look in _LOOKS:
        found += look(trial, trial.answer)
    return [*found, *_context(trial, context)]


def _finding(trial: Trial, check: str, found: str, level: Level = Level.OK) -> Finding:
    return Finding(trial.subject.model.id, check, found, level)


def _failure(trial: Trial, listing: Listing) -> Finding:
    """Why the model gave no answer at all."""
    error, other, model = trial.question.error, trial.other_style, trial.subject.model
    if error is None:
        raise AssertionError("a trial without an answer has an error")
    if other and other.answer:
        api = next(name for name, facts in facts_of(model).apis.items() if facts.style is not trial.subject.style)
        found = (
            f"the server does not take {model.api!r} for this model, but answers {api!r} ({error}). Write api: {api}"
        )
        return _finding(trial, "style", found, Level.PROBLEM)
    check, advice, level = _reason(error, trial, listing)
    return _finding(trial, check, f"{str(error).rstrip('.')}.{' ' if advice else ''}{advice}", level)


def _too_long(trial: Trial, context: int | None) -> Finding:
    """That the question did not fit: such an answer says nothing else about the model."""
    size = f" of {context} tokens" if context else ""
    found = (
        f"a short question does not fit the context{size}. Give the server a longer one (llama.cpp divides --ctx-size "
        "by --parallel), or lower sampling.max_tokens if it counts too"
    )
    return _finding(trial, "context", found, Level.PROBLEM)


def _reason(error: ProviderError, trial: Trial, listing: Listing) -> tuple[str, str, Level]:
    model, kind = trial.subject.model, error.error_type
    if kind in {"http_401", "http_403"}:
        variable = model.api_key_env
        advice = f"Check the key in {variable}." if variable else "Name the variable that holds the key: api_key_env."
        return "key", advice, Level.PROBLEM
    if kind == "http_402" or "quota" in str(error):
        return "account", "Check what is left of the account's credit.", Level.PROBLEM
    if kind == "http_404":
        names = listing.names
        advice = f"The server has {_named(model.model, names)}" if names else f"Check base_url: {model.base_url}."
        return "model", advice, Level.PROBLEM
    if kind in {"timeout", "connection"}:
        return "answer", f"Is the model loaded? timeout_s is {model.timeout_s:g}.", Level.PROBLEM
    is_passing = kind in {"http_429", "http_503", "http_529", "overloaded"}
    return "answer", "A run waits and asks again." if is_passing else "", Level.WARNING if is_passing else Level.PROBLEM


def _named(name: str, names: tuple[str, ...]) -> str:
    """The names that a server has, and which of them is nearest."""
    if not names:
        return "no models."
    near = suggestion(name, names).partition("Known:")[0].strip()
    shown = ", ".join(names[:_MOST_NAMES])
    some = f"these models: {shown}." if len(names) <= _MOST_NAMES else f"{len(names)} models, such as {shown}."
    return f"{some} {near}".strip()


def _answered(trial: Trial) -> Finding:
    """That it answers, and in which style."""
    model, style = trial.subject.model, trial.subject.style
    if style is PromptStyle.COMPLETION and TUNED.search(model.model):
        found = f"answers {model.api!r}, but the name says that it was tuned to chat. If it was, write api: chat"
        return _finding(trial, "style", found, Level.NOTE)
    return _finding(trial, "style", f"answers {facts_of(model).api_for(style)!r}")


def _parameters(trial: Trial) -> Iterator[Finding]:
    if trial.relaxed:
        advice = [_advice(trial, one.advice) for one in trial.relaxed]
        found = f"the question was refused ({trial.question.error}). It is answered with {', '.join(advice)}"
        yield _finding(trial, "parameters", found, Level.PROBLEM)


def _advice(trial: Trial, advice: str) -> str:
    """The setting to write; a token limit under its newer name is sent under its older one."""
    is_newer = "token_limit_name" in trial.subject.parameters
    return advice.replace("max_completion_tokens", "max_tokens") if is_newer else advice


def _name(trial: Trial, answer: Answer, listing: Listing) -> Iterator[Finding]:
    asked, served = trial.subject.model.model, answer.model_served
    if served and served != asked:
        found = f"{asked!r} was asked, {served!r} answered. Write model: {served} so that it stays the same"
        yield _finding(trial, "name", found, Level.NOTE)
    elif listing.names and asked not in listing.names:
        found = f"the server answers as {asked!r}, but has {_named(asked, listing.names)}"
        yield _finding(trial, "name", found, Level.WARNING)


def _text(trial: Trial, answer: Answer) -> Iterator[Finding]:
    """Nothing, a cut, and words for the end that nobody knows."""
    reading = _read(answer)
    if answer.status == "filtered":
        yield _finding(
            trial, "filter", f"the question was blocked: {answer.refusal_text or 'no reason given'}", Level.WARNING
        )
    elif AnswerFlag.EMPTY in reading.flags:
        yield _finding(
            trial, "text", "the answer is empty. Look at the chat template and api: of this model", Level.WARNING
        )
    elif answer.finish_reason == "length" and not reading.text.strip():
        limit = trial.subject.parameters["max_tokens"]
        found = f"no answer had begun after {limit} tokens. Raise sampling.max_tokens"
        yield _finding(trial, "text", found, Level.WARNING)
    if AnswerFlag.UNKNOWN_FINISH in reading.flags:
        word = answer.finish_word
        found = (
            f"the server says {word!r} for the end of an answer, which is not known" if word else "no reason is given"
        )
        yield _finding(trial, "finish reason", f"{found}. Answers that were cut cannot be told", Level.WARNING)


def _template(trial: Trial, _: Answer) -> Iterator[Finding]:
    """The markup of a chat template, which shows that the server applies none or the wrong one."""
    for answer in trial.answers:
        is_role = trial.subject.style is PromptStyle.CHAT and _ROLE.search(answer.text or "")
        if is_role or AnswerFlag.TEMPLATE_MARKUP in _read(answer).flags:
            found = (
                f"the answer holds the markup of a chat template: {_excerpt(answer.text)}. Start the server with the "
                "model's own chat template; for a base model write api: completions"
            )
            yield _finding(trial, "template", found, Level.WARNING)
            return


def _reasoning(trial: Trial, answer: Answer) -> Iterator[Finding]:
    reading = _read(answer)
    if not reading.reasoning:
        return
    place = "in a field of its own" if answer.reasoning_text else "in the text; it is taken out before scoring"
    if AnswerFlag.UNCLOSED_REASONING in reading.flags or answer.finish_reason == "length":
        limit = trial.subject.parameters["max_tokens"]
        found = f"the model thinks ({place}) and was not done after {limit} tokens. Raise sampling.max_tokens"
        yield _finding(trial, "reasoning", found, Level.WARNING)
    else:
        yield _finding(trial, "reasoning", f"the model thinks before it answers, {place}", Level.NOTE)


def _stop_strings(trial: Trial, _: Answer) -> Iterator[Finding]:
    attempt, one = trial.stop_strings, trial.one_stop_string
    count = max(1, trial.subject.most_stop_strings)
    if attempt is None:
        return
    if attempt.error is not None:
        if not attempt.is_refused:
            return
        most = 1 if one and one.answer else 0
        found = f"{count} refused ({attempt.error}). Write sampling.max_stop_strings: {most}; answers are cut here"
        yield _finding(trial, "stop strings", found, Level.PROBLEM if trial.subject.most_stop_strings else Level.NOTE)
        return
    text = _read(attempt.answer).text if attempt.answer else ""
    if "6" not in text:  # the model did not count, so that nothing can be told
        return
    if COUNTING_STOP in text:
        found = f"ignored ({_excerpt(text)}). Answers are cut here; what follows is paid, up to the token limit"
        yield _finding(trial, "stop strings", found, Level.NOTE)
    else:
        yield _finding(trial, "stop strings", f"taken ({count} sent)")


def _alternatives(trial: Trial, _: Answer) -> Iterator[Finding]:
    attempt = trial.alternatives
    if attempt is None or (attempt.error is not None and not _is_about_request(attempt)):
        return
    answer = attempt.answer
    count = len(json.loads(answer.first_token_json)) if answer and answer.first_token_json else 0
    needs = trial.subject.needs_alternatives
    if count > 1:
        yield _finding(trial, "log-probabilities", f"told, with {count} alternatives of a token. alternatives: {count}")
        return
    said = f" ({attempt.error})" if attempt.error else ""
    advice = (
        "Write alternatives: 0 and choose a scorer that reads the text" if needs else "No configured scorer reads them"
    )
    level = Level.PROBLEM if needs else Level.NOTE
    yield _finding(trial, "log-probabilities", f"not told{said}. {advice}", level)


def _is_about_request(attempt: Attempt) -> bool:
    return attempt.is_refused or (attempt.error is not None and attempt.error.error_type in {"http_403", "http_404"})


def _seed(trial: Trial, _: Answer) -> Iterator[Finding]:
    if trial.seed and trial.seed.is_refused:
        found = f"refused ({trial.seed.error}). Leave sampling.seed out, and repeats: at 1"
        yield _finding(trial, "seed", found, Level.NOTE)


def _usage(trial: Trial, answer: Answer) -> Iterator[Finding]:
    if answer.tokens_input is None or answer.tokens_output is None:
        yield _finding(trial, "usage", "the server counts no tokens, so costs stay unknown", Level.NOTE)


def _context(trial: Trial, context: int | None) -> Iterator[Finding]:
    if context is None:
        return
    limit = trial.subject.parameters["max_tokens"]
    if limit >= context:
        found = f"{context} tokens, and answers may have {limit}. Lower sampling.max_tokens"
        yield _finding(trial, "context", found, Level.PROBLEM)
    else:
        yield _finding(trial, "context", f"{context} tokens for a question and its answer, which may have {limit}")


def _read(answer: Answer) -> Reading:
    return read_answer(answer.text, reasoning_text=answer.reasoning_text, finish_reason=answer.finish_reason)


def _excerpt(text: str | None) -> str:
    """The place of a text that shows the fault, in one short piece."""
    whole = " ".join((text or "").split())
    sign = re.search(r"[<\[]", whole)
    start = max(0, min(sign.start() - _LONGEST_EXCERPT // 2, len(whole) - _LONGEST_EXCERPT)) if sign else 0
    return repr(whole[start : start + _LONGEST_EXCERPT])


_LOOKS: tuple[Callable[[Trial, Answer], Iterator[Finding]], ...] = (
    _text,
    _template,
    _reasoning,
    _stop_strings,
    _alternatives,
    _seed,
    _usage,
)
