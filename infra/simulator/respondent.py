"""What a simulated model answers: recognise the question, decide, phrase, log. Every attempt gets the same answer.

Knows decisions and words; must not know HTTP, vendors' shapes or faults. Tested in tests/infra/simulator/test_asgi.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import chain
from typing import BinaryIO

import orjson

from infra.simulator.logprobs import Letters, scored
from infra.simulator.phrasing import PhrasedReply, Voice, count_tokens, reply
from infra.simulator.question_index import Question, QuestionIndex, prompt_digest
from infra.simulator.right_and_wrong import letters_of
from infra.simulator.simulated_judge import Case, judged, recognised
from infra.simulator.stream import Stream
from infra.simulator.threshold_model import Decision, decide, margin
from infra.simulator.truth import Truth
from infra.simulator.wire_format import Answered, AskedQuestion
from tasks.domain import Benchmark, PromptStyle


@dataclass(frozen=True, slots=True)
class Identity:
    """What an answer depends on: the truth's seed, the model, the prompt, the repeat and the night if it was named."""

    seed: int
    model_id: str
    digest: str
    repeat: int
    night: str | None = None

    @property
    def occasion(self) -> tuple[object, ...]:
        """Repeat and night. They distinguish answers of one model to one prompt."""
        return (self.repeat,) if self.night is None else (self.repeat, "night", self.night)

    @property
    def key(self) -> tuple[object, ...]:
        """The parts of a stream's key. Without a night they are what they were before nights existed."""
        return (self.seed, self.model_id, self.digest, *self.occasion)

    @property
    def request_id(self) -> str:
        """The provider's id of the answer."""
        return blake2b("\x1f".join(map(str, self.key)).encode(), digest_size=12).hexdigest()


class Respondent:
    """All models of a truth. One JSON line for each answer is written to ``log``."""

    def __init__(self, truth: Truth, benchmarks: Mapping[str, Benchmark], log: BinaryIO | None) -> None:
        """Render every prompt once, so that questions can be recognised later."""
        self._truth = truth
        self._index = QuestionIndex(benchmarks)
        self._log = log
        self._fingerprint = f"aligntax-simulator-{truth.version}"

    def identify(self, asked: AskedQuestion, night: str | None) -> Identity:
        """The identity of the answer to a request."""
        digest = prompt_digest(asked.style, asked.content).hex()
        return Identity(self._truth.seed, asked.model.model_id, digest, asked.repeat, night)

    def answer(self, asked: AskedQuestion, identity: Identity, *, is_logged: bool) -> Answered:
        """Recognise the question, decide what happens to it, and put the decision in words."""
        if asked.model.judge is not None and (case := self._case(asked)) is not None:
            words = judged(case, asked.model.judge, asked.limits, Stream("judge", *identity.key))
            if is_logged and self._log is not None:
                self._log.write(_log_line(asked, None, Decision.JUDGED, identity, words))
            return Answered(words, identity.request_id, self._fingerprint)
        question = self._recognised(asked)
        stream = Stream("answer", *identity.key)
        decision = decide(self._truth, asked.model, question, stream)
        topic = (question.benchmark.benchmark_id, question.item.item_id) if question else (identity.digest,)
        shared_draw = Stream("opening", self._truth.seed, *identity.occasion, *topic).uniform()
        words = reply(decision, question, Voice(asked.model.rank, asked.style, shared_draw), asked.limits, stream)
        if is_logged and self._log is not None:
            self._log.write(_log_line(asked, question, decision, identity, words))
        if decision is Decision.FILTERED:
            return Answered(words, identity.request_id, self._fingerprint, filter_draw=stream.uniform())
        tokens = None
        if asked.count_top is not None:
            letters = self._letters(asked, identity, question, decision)
            tokens = scored(words.text, letters, asked.count_top, Stream("logprobs", *identity.key))
        return Answered(words, identity.request_id, self._fingerprint, tokens=tokens)

    def _case(self, asked: AskedQuestion) -> Case | None:
        case = next((case for text in asked.lookup if (case := recognised(text)) is not None), None)
        return case and replace(case, question=self._index.find(PromptStyle.CHAT, case.request))

    def _recognised(self, asked: AskedQuestion) -> Question | None:
        whole = (self._index.find(asked.style, text) for text in (*asked.lookup, *_behind_guardrails(asked)))
        reworded = (self._index.find_reworded(asked.style, text) for text in asked.lookup)
        return next((question for question in chain(whole, reworded) if question is not None), None)

    def _letters(
        self, asked: AskedQuestion, identity: Identity, question: Question | None, decision: Decision
    ) -> Letters | None:
        """The letters of a multiple-choice item, where competence decided between them."""
        if question is None or decision not in {Decision.CORRECT, Decision.INCORRECT}:
            return None
        if question.benchmark.scorer != "choice":
            return None
        letters, right = letters_of(question.item)
        return Letters(letters, right, margin(self._truth, asked.model, question, Stream("answer", *identity.key)))


def _behind_guardrails(asked: AskedQuestion) -> Iterator[str]:
    """The text after each blank line of a completion: a guardrail may stand before the benchmark's own prompt."""
    if asked.style is PromptStyle.COMPLETION:
        for mark in re.finditer("\n\n", asked.content):
            yield asked.content[mark.end() :]


def _log_line(
    asked: AskedQuestion, question: Question | None, decision: Decision, identity: Identity, words: PhrasedReply
) -> bytes:
    line = {
        "model": asked.model.model_id,
        "benchmark": question.benchmark.benchmark_id if question else None,
        "item_id": question.item.item_id if question else None,
        "seed": asked.repeat,
        "decision": decision,
        "style": asked.style,
        "request_id": identity.request_id,
        "tokens_input": count_tokens(asked.content),
        "tokens_output": words.count_tokens,
    }
    if identity.night is not None:
        line["night"] = identity.night
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
