"""What a log of another evaluation tool is to us: samples with texts and foreign scores, one at a time.

Knows the domain only; must not know formats, configuration or tables. A reader never guesses: it counts what it
cannot read in ``skipped``, by reason, and the import prints that.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tasks.data_files.packing import UNREADABLE
from tasks.domain import Outcome
from tasks.errors import InputError, one_line

# Tasks of other tools that may ask the items of a benchmark of ours. Whether they do is decided by comparing questions.
_TASKS = {
    "mmlu_pro": r"mmlu_pro(_.+)?",
    "mmlu": r"mmlu(_.+)?",
    "bbh": r"(leaderboard_)?bbh(_.+)?|bigbench_hard",
    "drop": r"drop",
    "gsm8k": r"gsm8k(_.+)?",
    "humaneval": r"humaneval(_.+)?",
    "ifeval": r"(leaderboard_)?ifeval",
    "truthfulqa_generation": r"truthfulqa_gen(_.+|eration)?",
    "truthfulqa": r"truthfulqa(_.+)?",
    "xstest": r"xstest(_.+)?",
    "or_bench": r"or_?bench(_.+)?",
    "strongreject": r"strong_?reject(_.+)?",
    "harmbench": r"harmbench(_.+)?",
    "advbench": r"advbench",
    "jailbreakbench": r"jailbreak_?bench(_.+)?|jbb(_.+)?",
    "do_not_answer": r"do_?not_?answer",
    "bbq": r"bbq(_.+)?",
}

_OUTSIDE = "values outside 0 to 1 are not proportions"
_PLAIN_MARKS = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")

# What Python raises when a sample does not follow its format.
MALFORMED = (KeyError, TypeError, ValueError, IndexError, AttributeError)


@dataclass(frozen=True, slots=True)
class ForeignScore:
    """A score of the other tool under a name of its own (``inspect:match``); the value is None where it gave none."""

    scorer: str
    value: float | None
    outcome: Outcome
    answer: str | None = None

    @classmethod
    def shared(cls, scorer: str, parts: Sequence[Any]) -> ForeignScore:
        """The score of a list, such as a verdict per instruction: their share, with the counts as the answer.

        Raises:
            ValueError: a part is no proportion, or there are none.
        """
        values = [as_value(part) for part in parts]
        known = [value for value in values if value is not None]
        if not known or len(known) < len(values):
            raise ValueError("lists with parts that are no proportions are not proportions")
        return cls.of(scorer, sum(known) / len(known), f"{sum(known):g}/{len(known)}")

    @classmethod
    def of(cls, scorer: str, value: float | None, answer: str | None = None) -> ForeignScore:
        """The score of a proportion: 1 is correct, 0 incorrect, anything between is partial, None is not scored."""
        if value is None:
            return cls(scorer, None, Outcome.NOT_RUN, answer)
        return cls(scorer, value, {0.0: Outcome.INCORRECT, 1.0: Outcome.CORRECT}.get(value, Outcome.PARTIAL), answer)


@dataclass(frozen=True, slots=True)
class LogSample:
    """One answer of one model to one item, as the other tool logged it.

    ``item`` is the tool's own id; ``content`` is what makes two samples the same question, also where a log was
    shuffled. ``response`` is None where no text was generated (choices compared by likelihood) or none came
    (``error`` says why). ``further`` are more answers to the same question that the tool scored together with it.
    ``reasoning`` is what the model thought, where the tool keeps it apart. ``finish_word`` is the tool's own word for
    why the text ended, None where nobody said. ``place`` is where the sample stands.
    """

    model: str
    task: str
    item: str
    content: str
    question: str
    target: str
    repeat: int
    response: str | None
    further: tuple[str, ...] = ()
    scores: tuple[ForeignScore, ...] = ()
    choices: tuple[str, ...] = ()
    group: str | None = None
    reasoning: str | None = None
    finish_word: str | None = None
    model_served: str | None = None
    tokens_input: int | None = None
    tokens_output: int | None = None
    tokens_reasoning: int | None = None
    latency_ms: float | None = None
    error: str | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class ForeignLog:
    """A log: its files, its samples as a stream that begins anew, and what was left out, counted as the stream is read.

    ``unfinished`` names how the log ended if not well; its cells count all the same if they hold all of
    ``count_planned``. ``lower_is_better`` names the scorers whose best value is 0. ``model`` is who answered, where
    that stands outside the files: two models may have written the same bytes.
    """

    tool: str
    sources: tuple[Path, ...]
    samples: Callable[[], Iterator[LogSample]]
    version: str = "0"
    model: str | None = None
    lower_is_better: frozenset[str] = frozenset()
    unfinished: str | None = None
    count_planned: int | None = None
    notes: tuple[str, ...] = ()
    skipped: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class LogTool:
    """A tool whose logs are imported, as its module states it.

    Attributes:
        command: The name of the command, ``aligntax import COMMAND``.
        help: What the command does.
        metavar: What it is given, in one word: FILE or FOLDER.
        given: The same in a sentence.
        read: Opens what is at a path: one log or several.
        patterns: How the files of a folder are called that ``read`` opens one by one. The first that any file has
            counts. A tool without patterns reads folders itself.
    """

    command: str
    help: str
    metavar: str
    given: str
    read: Callable[[Path], Sequence[ForeignLog]]
    patterns: tuple[str, ...] = ()

    def logs_at(self, path: Path) -> list[ForeignLog]:
        """The logs of a file, or of the files below a folder in the order of their names.

        Raises:
            InputError: there is nothing at the path, or no log.
        """
        if not self.patterns or not path.is_dir():
            return self._opened(path)
        found = next((files for pattern in self.patterns if (files := sorted(path.rglob(pattern)))), [])
        if not found:
            raise InputError(f"{path}: the folder holds no file named {' or '.join(self.patterns)}.")
        return [log for file in found for log in self._opened(file)]

    def _opened(self, path: Path) -> list[ForeignLog]:
        """The logs at a path.

        Raises:
            InputError: the file does not follow the format of the tool.
        """
        try:
            return list(self.read(path))
        except (*MALFORMED, *UNREADABLE) as error:
            raise InputError(f"{path}: cannot be read as a log ({problem_of(error)}).") from error


def benchmarks_of(task: str) -> Iterator[str]:
    """Benchmarks of ours whose items a task may ask, the likeliest first: of that very name, then by the table."""
    name = task.rsplit("/", maxsplit=1)[-1].lower().replace("-", "_")
    yield from dict.fromkeys((task, name))
    yield from (benchmark_id for benchmark_id, pattern in _TASKS.items() if re.fullmatch(pattern, name))


def problem_of(error: Exception) -> str:
    """What is wrong with a sample, in a few words."""
    return f"{type(error).__name__}: {one_line(error)}"


def squeezed(question: str) -> str:
    """A question with its white space folded and plain quotation marks, so that two editions of it compare equal."""
    return " ".join(question.translate(_PLAIN_MARKS).split())


def as_value(raw: Any) -> float | None:
    """A score of another tool as a proportion; None where it gave none.

    Raises:
        ValueError: it cannot be a proportion; the message says what it is.
    """
    if raw is None or (isinstance(raw, float) and math.isnan(raw)):
        return None
    if isinstance(raw, str):
        raw = {"true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0}.get(raw.lower(), raw)
    try:
        value = float(raw)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"values of type {type(raw).__name__} are not proportions") from None
    if not 0 <= value <= 1:
        raise ValueError(_OUTSIDE)
    return value


def unfit_scorers(skipped: Mapping[str, int]) -> frozenset[str]:
    """Scorers of which a value lies outside 0 to 1: their other values, as a BLEU of 0, are no proportions either."""
    lead, tail = "scores of ", f": {_OUTSIDE}"
    return frozenset(key.removeprefix(lead).removesuffix(tail) for key in skipped if key.endswith(tail))


def without_scorers(samples: Callable[[], Iterator[LogSample]], unfit: Collection[str]) -> Iterator[LogSample]:
    """The samples, without the scores of some scorers."""
    for sample in samples():
        yield replace(sample, scores=tuple(score for score in sample.scores if score.scorer not in unfit))


def reasoning_of(message: Mapping[str, Any], attachments: Mapping[str, str] | None = None) -> str | None:
    """What a model thought before its message: the parts of that type, or a field of its own in older logs."""
    content = message.get("content")
    parts = [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    kept = [part.get("reasoning") or part.get("summary") for part in parts if part.get("type") == "reasoning"]
    texts = [text_of(text, attachments) for text in (*kept, message.get("reasoning")) if text]
    return "\n".join(texts) or None


def text_of(content: Any, attachments: Mapping[str, str] | None = None) -> str:
    """The text of a message: a string or a list of parts; long texts may stand apart as attachments."""
    if isinstance(content, list):
        parts = (part.get("text") for part in content if isinstance(part, dict) and part.get("type") == "text")
        return "\n".join(text_of(part, attachments) for part in parts if part)
    text = content if isinstance(content, str) else ""
    if text.startswith("attachment://"):
        return (attachments or {}).get(text.removeprefix("attachment://"), text)
    return text
