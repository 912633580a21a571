"""Records of the LM Evaluation Harness, from version 0.4.0 on, as samples.

A generation task logs its texts once per filter. Since 0.4.7 a record names its filter and its metrics; before, the
metrics stand among the record's other keys, and the n-th record of a document belongs to the n-th filter. A likelihood
task logs the log-likelihood of each request and no text. Its requests are one per option, twice that with
``acc_mutual_info`` (the second time without the question), or one per option with the option in the question. Tasks on
whole texts (``word_perplexity`` and the like) log the geometric mean of the words' probabilities and the number of
words.

Source: ``lm_eval/evaluator.py``, ``api/task.py`` and ``loggers/evaluation_tracker.py`` of the versions 0.4.0 to 0.4.12.

"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tasks.domain import LETTERS, content_hash
from tasks.importers.log import ForeignScore, LogSample, as_value

NAME = "lm_eval"
_PERPLEXITY = re.compile(r"(?P<unit>word|byte)_perplexity")
_MUTUAL = "acc_mutual_info"
_QUESTIONS = ("question", "query", "problem", "prompt", "goal", "input", "sentence", "ctx")
_OPTIONS = ("choices", "options", "endings", "answers")
_NOT_METRICS = frozenset(
    {
        *("doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics"),
        *("doc_hash", "prompt_hash", "target_hash", "task_name", "schema_version"),
    }
)
# Versions before 0.4.10 write every response as text, and the null of an answer without content becomes this word.
_NULL = "None"
_UNFILTERED = "none"

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Request:
    """One request: the text before, what was weighed behind it (None for a generation), and what came of it."""

    context: str
    continuation: str | None
    is_generation: bool
    came: list[Any]

    @property
    def likelihood(self) -> float:
        """The log-likelihood; NaN where the record holds none."""
        first = self.came[0] if self.came else None
        try:
            return float(first[0] if isinstance(first, list) else first)  # type: ignore[arg-type]
        except (TypeError, ValueError, IndexError):
            return math.nan


@dataclass(frozen=True, slots=True)
class _Options:
    """The options of a likelihood task, the one that the model found likeliest, and the right one as a letter."""

    texts: tuple[str, ...] = ()
    answer: str | None = None
    target: str | None = None


@dataclass(slots=True)
class TaskRecords:
    """The records of one task as samples; ``filters`` are the task's filters in their order, as far as known."""

    model: str
    task: str
    group: str | None
    filters: Sequence[str]
    skipped: Counter[str]
    _seen: dict[str, list[int]] = field(default_factory=dict)

    def sample(self, record: Record) -> LogSample:
        """The sample of a record.

        Raises:
            KeyError, TypeError, ValueError, IndexError, AttributeError: it is no record of the harness.
        """
        doc = record["doc"] if isinstance(record["doc"], dict) else {"text": record["doc"]}
        content = content_hash(self.task, doc)
        requests = _requests(record)
        metrics = _metrics(record)
        repeat, chosen = self._place(record, content)
        texts = _texts(requests[0], record["target"]) if requests[0].is_generation else []
        options = _Options() if texts or len(requests) < 2 else _options(record, doc, requests, metrics)
        target = record["target"] if options.target is None else options.target
        return LogSample(
            model=self.model,
            task=self.group or self.task,
            item=f"{self.task}/{record['doc_id']}" if self.group else str(record["doc_id"]),
            content=content,
            question=_question(doc, requests[0]),
            target=target if isinstance(target, str) else json.dumps(target, ensure_ascii=False),
            choices=options.texts,
            repeat=repeat,
            response=texts[0] if texts else None,
            further=tuple(texts[1:]),
            scores=tuple(self._scores(record, metrics, chosen, options.answer)),
            group=self.task if self.group else None,
        )

    def _place(self, record: Record, content: str) -> tuple[int, str]:
        """Which answer to its document a record is about, and by which filter: its own word, else by its turn.

        Records of one document with the same responses differ by the filter; others are further answers.
        """
        came = hash(json.dumps(record["resps"]))
        seen = self._seen.setdefault(f"{record['doc_id']}/{content}", [])
        turn = seen.count(came)
        repeat = len(dict.fromkeys(seen)) if not turn else list(dict.fromkeys(seen)).index(came)
        seen.append(came)
        if stated := record.get("filter"):
            return repeat, str(stated)
        if turn < len(self.filters):
            return repeat, self.filters[turn]
        return repeat, f"filter-{turn + 1}" if turn else _UNFILTERED

    def _scores(
        self, record: Record, metrics: Sequence[str], chosen: str, answer: str | None
    ) -> Iterator[ForeignScore]:
        """Each metric under its name; of a filter that is not the only one, with it, as the harness prints them."""
        for metric in metrics:
            name = f"{NAME}:{metric}" if chosen == _UNFILTERED else f"{NAME}:{metric},{chosen}"
            raw = record.get(metric)
            try:
                if found := _PERPLEXITY.fullmatch(metric):
                    yield _weighed(f"{NAME}:{found['unit']}_probability", raw)
                elif isinstance(raw, list):
                    yield _shared(name, raw)
                else:
                    yield ForeignScore.of(name, _proportion(metric, raw), answer)
            except ValueError as error:
                self.skipped[f"scores of {name}: {error}"] += 1


def _requests(record: Record) -> list[_Request]:
    """What was asked, with what came of each request.

    Arguments are lists up to 0.4.2 and objects since. In a data set of a hub, objects are padded with nulls.
    """
    arguments = record["arguments"]
    if isinstance(arguments, Mapping):
        by_number = sorted(arguments.items(), key=lambda entry: int(entry[0].rpartition("_")[2]))
        arguments = [list(request.values()) for _, request in by_number if request is not None]
    responses = record["resps"]
    parts = [request if isinstance(request, list) else [request] for request in arguments]
    return [
        _request(part, responses[place] if place < len(responses) else []) for place, part in enumerate(parts) if part
    ]


def _request(part: Sequence[Any], came: Any) -> _Request:
    behind = part[1] if len(part) > 1 else None
    return _Request(
        context=_said(part[0]),
        continuation=None if behind is None or isinstance(behind, Mapping) else str(behind),
        is_generation=isinstance(behind, Mapping),
        came=came if isinstance(came, list) else [came],
    )


def _said(context: Any) -> str:
    """The text before: as such, or what the user says in a conversation, which the harness writes as JSON."""
    while isinstance(context, list) and len(context) == 1:
        (context,) = context
    if isinstance(context, str) and context.startswith('[{"role"'):
        try:
            turns = json.loads(context)
            return "\n\n".join(str(turn["content"]) for turn in turns if turn["role"] == "user")
        except (ValueError, KeyError, TypeError):
            return context
    return str(context)


def _texts(request: _Request, target: Any) -> list[str]:
    """What the model wrote; a null is an answer that says nothing."""
    null = {None} if str(target).strip() == _NULL else {None, _NULL}
    return ["" if isinstance(text, str | None) and text in null else str(text) for text in request.came]


def _question(doc: Record, first: _Request) -> str:
    return next((doc[name] for name in _QUESTIONS if isinstance(doc.get(name), str)), first.context)


def _metrics(record: Record) -> list[str]:
    """The metrics of a record: those that it names, else every key that is nothing else."""
    named = record.get("metrics")
    return list(named) if isinstance(named, list) else [key for key in record if key not in _NOT_METRICS]


def _options(record: Record, doc: Record, requests: Sequence[_Request], metrics: Sequence[str]) -> _Options:
    """The options, and which of them the model chose."""
    asked = _conditional(requests, is_mutual=_MUTUAL in metrics)
    said = [(request.continuation or "").strip() for request in asked]
    contexts = [request.context for request in asked]
    is_in_context = len(set(said)) == 1 and len(set(contexts)) == len(contexts)
    texts = _differing(contexts) if is_in_context else _texts_of(doc, said)
    likelihoods = [request.likelihood for request in asked]
    if any(map(math.isnan, likelihoods)):
        return _Options(texts, None, None if is_in_context else _letter(record["target"], said, texts))
    chosen = likelihoods.index(max(likelihoods))
    if not is_in_context:
        return _Options(texts, said[chosen], _letter(record["target"], said, texts))
    # The target is what follows the options; of two, the score tells which one was right.
    is_told = len(texts) == 2 and record.get("acc") in {0, 1}
    right = LETTERS[chosen if record.get("acc") else 1 - chosen] if is_told else None
    return _Options(texts, texts[chosen], right)


def _conditional(requests: Sequence[_Request], *, is_mutual: bool) -> list[_Request]:
    """The requests that show the question, without those that weigh the options alone."""
    without = min((request.context for request in requests), key=len)
    with_question = [request for request in requests if request.context != without]
    is_doubled = len(with_question) * 2 == len(requests) and (is_mutual or not without)
    return with_question if is_doubled else list(requests)


def _differing(contexts: Sequence[str]) -> tuple[str, ...]:
    """What distinguishes texts that begin and end alike, in whole words."""
    words = [re.findall(r"\s*\S+", context) for context in contexts]
    shortest = min(map(len, words))
    start = next((n for n in range(shortest) if len({each[n] for each in words}) > 1), shortest)
    end = next((n for n in range(shortest - start) if len({each[-1 - n] for each in words}) > 1), shortest - start)
    return tuple("".join(each[start : len(each) - end]).strip() for each in words)


def _texts_of(doc: Record, said: Sequence[str]) -> tuple[str, ...]:
    """The options: what was weighed; where that is letters or digits only, the texts that they stand for."""
    labels = [text.strip("().: ") for text in said]
    if not all(len(label) == 1 and label.isalnum() for label in labels):
        return tuple(said)
    candidates = [doc.get(name) for name in _OPTIONS] + [[doc.get(label) for label in labels]]
    for found in candidates:
        texts = found.get("text") if isinstance(found, Mapping) else found
        if isinstance(texts, list) and len(texts) == len(said) and all(isinstance(text, str) for text in texts):
            return tuple(texts)
    return tuple(said)


def _letter(target: Any, said: Sequence[str], texts: Sequence[str]) -> str | None:
    """The right option as a letter, several as a list of letters; None where the target is none of the options."""
    if isinstance(target, list):
        letters = [_letter(one, said, texts) for one in target]
        return None if None in letters or not letters else json.dumps(letters)
    if isinstance(target, str):
        text = target.strip()
        known = next((list(names).index(text) for names in (said, texts) if text in names), None)
        place = int(text) if known is None and re.fullmatch(r"\d{1,2}", text) else known
    else:
        place = target if isinstance(target, int) else None
    return LETTERS[place] if place is not None and 0 <= place < min(len(said), len(LETTERS)) else None


def _proportion(metric: str, raw: Any) -> float | None:
    if metric == "perplexity":
        raise ValueError("log-likelihoods are not proportions; import their mean by `aligntax import aggregates`")
    return as_value(raw)


def _shared(name: str, parts: Sequence[Any]) -> ForeignScore:
    """A value per part; a gold and a prediction, which some metrics log for a figure over all items, are none.

    Raises:
        ValueError: the parts are no proportions of one item.
    """
    is_pair = len(parts) == 2 and all(isinstance(part, int) and not isinstance(part, bool) for part in parts)
    if is_pair or any(isinstance(part, str) for part in parts):
        raise ValueError("a gold with its prediction is a part of a figure over all items")
    return ForeignScore.shared(name, parts)


def _weighed(name: str, entry: Any) -> ForeignScore:
    """A text's log-likelihood and how many units it has, as a mean probability; the number is kept as answer.

    Raises:
        ValueError: the entry is not such a pair.
    """
    try:
        likelihood, count = map(float, entry)
        value = math.exp(likelihood / count)
    except (TypeError, ValueError, ArithmeticError):
        raise ValueError("no log-likelihood of a text with its length") from None
    return ForeignScore.of(name, as_value(value), f"{count:.15g}")
