"""Ask one model several times and let a chooser rate each answer. The first of the highest rated is the answer.

An answer that its provider blocked is not rated. An answer without a rating, because it was blocked or the chooser's
reply was not on the menu, comes after every rated one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tasks.composites.contract import Ask, ChosenPart, Occasion, Part
from tasks.composites.rubric_question import asked_by, grade
from tasks.rubrics import Rubric, rubric
from tasks.settings import ModelSettings

_UNRATED = 0
# English text: about four characters a token. Only for the price of answers that are not there yet.
_CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class BestOf:
    """The parts of a best of n."""

    model: ModelSettings
    count: int
    chooser: ModelSettings
    rubric: Rubric
    rule: str = "first of the highest@1"

    @classmethod
    def of(cls, model: ModelSettings) -> BestOf:
        """The best of n of a model's entry."""
        assert model.best_of is not None  # noqa: S101 - the registry calls it for these
        return cls(model.parts["model"], model.best_of.n, model.parts["chooser"], rubric(model.best_of.rubric))

    def advance(self, occasion: Occasion, parts: Mapping[str, Part]) -> Mapping[str, Ask] | ChosenPart:
        """All samples, then a rating of each that can be rated."""
        wanted = {name: ask for name, ask in self._samples(occasion).items() if name not in parts}
        if wanted:
            return wanted
        samples = [parts[f"sample {number}"] for number in range(1, self.count + 1)]
        rated = {f"rating {n}": part for n, part in enumerate(samples, start=1) if part.status != "filtered"}
        wanted = {name: self._rating(occasion, part) for name, part in rated.items() if name not in parts}
        if wanted:
            return wanted
        ratings = [
            int(grade(self.rubric, parts[name]) or _UNRATED) if (name := f"rating {n}") in rated else _UNRATED
            for n in range(1, self.count + 1)
        ]
        best = max(ratings)
        waves = (samples, [parts[name] for name in rated]) if rated else (samples,)
        return ChosenPart(samples[ratings.index(best)], waves, is_undecided=bool(rated) and best == _UNRATED)

    def at_most(self, occasion: Occasion) -> Iterable[Ask]:
        """Each sample, and a rating of the longest answer that each could give."""
        for ask in self._samples(occasion).values():
            yield ask
            tokens = ask.model.sampling.max_tokens or ask.prompt.max_tokens
            yield asked_by(self.rubric, self.chooser, occasion.request, "x" * tokens * _CHARACTERS_PER_TOKEN)

    def _samples(self, occasion: Occasion) -> dict[str, Ask]:
        """The samples, as repeats of the model; two repeats of the composite model share no sample."""
        prompt, first = occasion.prompts[occasion.style], occasion.repeat * self.count
        return {f"sample {n + 1}": Ask(self.model, prompt, first + n) for n in range(self.count)}

    def _rating(self, occasion: Occasion, sample: Part) -> Ask:
        return asked_by(self.rubric, self.chooser, occasion.request, sample.answer)
