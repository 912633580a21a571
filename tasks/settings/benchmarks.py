"""The sections that say what is asked and what is compared.

Tested in tests/tasks/settings/test_bad_values.py.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, model_validator

from tasks.domain import Dimension, Domain, PromptStyle, UnparsedRule
from tasks.settings.fields import Count, Definition, NotEmpty, Points, Source, Text, checked_distinct
from tasks.settings.nights import Cadence
from tasks.settings.section import Section

PairKind = Literal["tax", "version", "method", "prompt"]
PromptStyles = Annotated[tuple[PromptStyle, ...], NotEmpty, AfterValidator(checked_distinct)]
Names = Annotated[tuple[Text, ...], AfterValidator(checked_distinct)]

_FEWEST_PARAPHRASES = 2
# The keys that describe a benchmark which only imports know. Others are described by their entry or by their module.
DESCRIBES = frozenset({"dimension", "domain", "higher_is_better"})


def checked_paraphrases(value: tuple[str, ...]) -> tuple[str, ...]:
    """Wordings that differ in more than white space; with the benchmark's own they make three or more templates."""
    texts = [" ".join(text.split()) for text in value]
    if "" in texts:
        raise ValueError("must hold no empty text.")
    checked_distinct(tuple(texts))
    if len(texts) < _FEWEST_PARAPHRASES:
        raise ValueError(
            f"must hold {_FEWEST_PARAPHRASES} or more wordings beside the benchmark's own, found {len(texts)}: fewer "
            "than three templates do not show how much a score depends on the wording."
        )
    return value


Paraphrases = Annotated[tuple[Text, ...], NotEmpty, AfterValidator(checked_paraphrases)]


class BenchmarkSettings(Section):
    """What to ask of a benchmark. None means its own rule, and for ``sample_size`` all items.

    Attributes:
        define: Makes it a benchmark of the user's own: the entry itself, or the file that holds it.
        attack: Wraps the requests of a safety benchmark; the same benchmark may stand in the list plain and under each
            attack.
        stop: Stop strings in the place of the benchmark's own; an empty list for none. The benchmark's own end
            continuations, these end every answer.
        imported: The benchmark is known only from imports: no run asks it. Beside it stand only ``margin`` and
            ``DESCRIBES``, which an import does not know.
        dimension: What an imported benchmark measures; None means what the import says, else capability.
        domain: What an imported benchmark is about; None means what the import says, else reasoning.
        higher_is_better: False where a larger score of an imported benchmark is worse; None means what the import says.
        margin: The tax, as a proportion, that is acceptable on this benchmark; None means ``analysis.margin``.
        paraphrases: Two or more further wordings of the benchmark's instruction. Every item is asked with each
            wording, the benchmark's own first, ``repeats`` times.
        cadence: How many days lie between two evaluations by nights; of a model's and a benchmark's the longer counts.
        judge: The id of a model of ``judges:`` or ``models:`` that grades the answers, where the scorer reads grades.
    """

    id: Text
    source: Source | None = None
    define: Definition | None = None
    attack: Text | None = None
    sample_size: Count | None = None
    repeats: Count = 1
    paraphrases: Paraphrases | None = None
    prompt_styles: PromptStyles | None = None
    unparsed: UnparsedRule | None = None
    cluster_by: Text | None = None
    scorer: Text | None = None
    judge: Text | None = None
    stop: tuple[Text, ...] | None = None
    imported: bool = False
    dimension: Dimension | None = None
    domain: Domain | None = None
    higher_is_better: bool | None = None
    margin: Points | None = None
    cadence: Cadence = 1

    @model_validator(mode="before")
    @classmethod
    def from_id(cls, values: Any) -> Any:
        """Read the short form, a bare id."""
        return {"id": values} if isinstance(values, str) else values

    @property
    def described(self) -> dict[str, Any]:
        """What the entry says of a benchmark that only imports know."""
        return {name: value for name in sorted(DESCRIBES) if (value := getattr(self, name)) is not None}

    @property
    def name(self) -> str:
        """What its rows are called: the id, with the attack if it is under one."""
        return f"{self.id}+{self.attack}" if self.attack else self.id


class ComparisonSettings(Section):
    """A pair that no ``base:`` implies."""

    kind: PairKind
    reference: Text
    candidate: Text
    differs: Names = ()
