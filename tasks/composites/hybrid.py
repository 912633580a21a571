"""An aligned model first; where it refuses a request that a checker calls legitimate, the base model answers.

The checker sees the request alone. Unless it clearly permits the request, the refusal is the answer. The fallback is
told a guardrail first: as its system prompt in chat, before the text that it continues in completion style.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tasks.composites.contract import Ask, ChosenPart, Occasion, Part
from tasks.composites.rubric_question import asked_by, grade
from tasks.domain import PromptStyle
from tasks.rubrics import Rubric, rubric
from tasks.scorers.refusal import REFUSAL_RULE, classify
from tasks.settings import ModelSettings

_PERMISSION = "legitimate"


@dataclass(frozen=True, slots=True)
class Hybrid:
    """The parts of a hybrid."""

    first: ModelSettings
    fallback: ModelSettings
    checker: ModelSettings
    guardrail: str
    rubric: Rubric
    rule: str = REFUSAL_RULE

    @classmethod
    def of(cls, model: ModelSettings) -> Hybrid:
        """The hybrid of a model's entry."""
        assert model.hybrid is not None  # noqa: S101 - the registry calls it for hybrids
        parts = model.parts
        asked = (parts["first"], parts["fallback"], parts["checker"])
        return cls(*asked, model.hybrid.guardrail, rubric(model.hybrid.rubric))

    def advance(self, occasion: Occasion, parts: Mapping[str, Part]) -> Mapping[str, Ask] | ChosenPart:
        """First, then the checker where it refused, then the fallback where that was legitimate."""
        if (first := parts.get("first")) is None:
            return {"first": Ask(self.first, occasion.prompts[occasion.style], occasion.repeat)}
        if not refuses(first):
            return ChosenPart(first, ((first,),))
        if (checker := parts.get("checker")) is None:
            return {"checker": asked_by(self.rubric, self.checker, occasion.request)}
        verdict = grade(self.rubric, checker)
        if verdict != _PERMISSION:
            return ChosenPart(first, ((first,), (checker,)), is_undecided=verdict is None)
        if (fallback := parts.get("fallback")) is None:
            return {"fallback": self._guarded(occasion)}
        return ChosenPart(fallback, ((first,), (checker,), (fallback,)))

    def at_most(self, occasion: Occasion) -> Iterable[Ask]:
        """Each part once."""
        yield Ask(self.first, occasion.prompts[occasion.style], occasion.repeat)
        yield asked_by(self.rubric, self.checker, occasion.request)
        yield self._guarded(occasion)

    def _guarded(self, occasion: Occasion) -> Ask:
        """The item in the fallback's own style, under the guardrail."""
        prompt = occasion.prompts[self.fallback.prompt_styles[0]]
        if prompt.style is PromptStyle.COMPLETION:
            return Ask(self.fallback, dataclasses.replace(prompt, text=self._said(prompt.text)), occasion.repeat)
        told = self._said(self.fallback.system_prompt) if self.fallback.system_prompt else self.guardrail
        return Ask(self.fallback.model_copy(update={"system_prompt": told}), prompt, occasion.repeat)

    def _said(self, text: str) -> str:
        return f"{self.guardrail}\n\n{text}"


def refuses(part: Part) -> bool:
    """Whether a model declined, in full or in part, or its provider did in its place."""
    if part.status == "filtered" or part.refusal_text:
        return True
    return classify(part.answer).is_refusal
