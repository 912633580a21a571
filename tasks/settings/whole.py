"""The whole configuration, and what follows from it: pairs, judges and the configuration's hash.

Tested in tests/tasks/settings/test_pairs.py.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PrivateAttr

from tasks.domain import PromptStyle, content_hash
from tasks.errors import UnknownName
from tasks.settings.analysis import AnalysisSettings, GateSettings, Thresholds
from tasks.settings.backups import BackupSettings
from tasks.settings.benchmarks import DESCRIBES, BenchmarkSettings, ComparisonSettings, PairKind
from tasks.settings.budget import BudgetSettings
from tasks.settings.fields import NotEmpty, Whole
from tasks.settings.known import Known, known_from
from tasks.settings.machines import WorkPoolSettings
from tasks.settings.models import ModelSettings, as_judge
from tasks.settings.nights import MissedNights, ScheduleSettings
from tasks.settings.notify import ReceiverSettings
from tasks.settings.places import Places


@dataclass(frozen=True, slots=True)
class Pair:
    """A comparison by model ids. ``differs`` names the parameters whose difference was declared."""

    candidate: str
    reference: str
    kind: PairKind
    family: str
    differs: tuple[str, ...] = ()


class Settings(Places):
    """The whole configuration; paths are absolute, defaults filled in."""

    models: Annotated[tuple[ModelSettings, ...], NotEmpty]
    judges: tuple[ModelSettings, ...] = ()
    comparisons: tuple[ComparisonSettings, ...] = ()
    benchmarks: Annotated[tuple[BenchmarkSettings, ...], NotEmpty] = ()
    thresholds: Thresholds = Thresholds()
    analysis: AnalysisSettings = AnalysisSettings()
    gate: GateSettings = GateSettings()
    budget: BudgetSettings = BudgetSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    missed_nights: MissedNights = "report"
    notify: tuple[ReceiverSettings, ...] = ()
    backup: BackupSettings | None = None
    keep_texts_days: Annotated[Whole, Field(ge=1)] | None = None
    work_pool: WorkPoolSettings | None = None
    max_age_days: Annotated[Whole, Field(ge=0)] = 7
    sample_seed: Whole = 0

    _folder: Path = PrivateAttr(default=Path())
    _known: Known = PrivateAttr(default=Known())
    _compared: Mapping[str, tuple[ModelSettings, ...]] = PrivateAttr(default_factory=dict)

    def model_post_init(self, context: Any, /) -> None:
        """Remember the file's folder, from which the configuration hash sees paths, and the facts of providers."""
        self._folder = (context or {}).get("folder", Path())
        self._known = known_from(context)

    def model(self, model_id: str) -> ModelSettings:
        """Find a model by id.

        Raises:
            UnknownName: There is no such model.
        """
        found = next((model for model in self.models if model.id == model_id), None)
        if found is None:
            raise UnknownName.of("configured model", model_id, (model.id for model in self.models))
        return found

    def judge_for(self, benchmark: BenchmarkSettings) -> ModelSettings | None:
        """Who grades a benchmark's answers, with the parameters of a judge.

        Raises:
            UnknownName: There is no such judge.
        """
        if benchmark.judge is None:
            return None
        known = {model.id: model for model in (*self.models, *self.judges)}
        if benchmark.judge not in known:
            raise UnknownName.of("configured judge or model", benchmark.judge, known)
        return as_judge(known[benchmark.judge], self._known)

    def styles_for(self, model: ModelSettings, benchmark: BenchmarkSettings) -> tuple[PromptStyle, ...]:
        """The prompt styles in which a model answers a benchmark: the benchmark's if it states any."""
        return benchmark.prompt_styles or model.prompt_styles

    def alternatives(self, model: ModelSettings, benchmark: BenchmarkSettings | None) -> dict[str, int]:
        """How many alternatives of a token can be asked for: of this model, and of each that it is compared with.

        Models that are compared are asked for one number, the smallest, because more alternatives can show a letter
        that fewer hide.
        """
        asked = [other for other in self._compared.get(model.id, (model,)) if not other.is_recorded]
        return {
            part.id: facts.alternatives_at(part.base_url, style) if part.alternatives is None else part.alternatives
            for other in asked
            for style in (self.styles_for(other, benchmark) if benchmark else other.prompt_styles)
            for part in other.answering
            if (facts := self._known.providers.get(part.provider))
        }

    def remember_compared(self) -> None:
        """Note which models pairs connect, directly or not. They stay known where some models are left out."""
        groups = {model.id: {model.id} for model in self.models}
        for pair in self.pairs():
            joined = groups[pair.candidate] | groups[pair.reference]
            groups |= dict.fromkeys(joined, joined)
        self._compared = {
            name: tuple(model for model in self.models if model.id in group) for name, group in groups.items()
        }

    def pairs(self) -> tuple[Pair, ...]:
        """Every pair to compare: of kind ``tax`` from each ``base:``, then the declared comparisons, in file order.

        A composite model that an aligned one leads is a mitigation of it: their pair of kind ``method`` comes between.
        """
        models = {model.id: model for model in self.models}
        implied = [
            Pair(model.id, model.base, "tax", model.family, tuple(sorted(model.differs)))
            for model in self.models
            if model.base is not None
        ]
        comparisons = (*self.mitigations(), *self.comparisons)
        return (*implied, *(declared_pair(comparison, models) for comparison in comparisons))

    def mitigations(self) -> list[ComparisonSettings]:
        """Each composite model against the aligned model that leads it."""
        leading = [(model.id, model.leading) for model in self.models if model.composition]
        return [
            ComparisonSettings(kind="method", reference=part.id, candidate=name)
            for name, part in leading
            if part.base is not None and part.id != name
        ]

    @property
    def asks_nobody(self) -> bool:
        """Whether the answers of all models are imported."""
        return all(model.is_recorded for model in self.models)

    def cadence(self, model: ModelSettings, benchmark_id: str) -> int:
        """How many days lie between two evaluations of a cell by nights."""
        return max([model.cadence, *(entry.cadence for entry in self.benchmarks if entry.name == benchmark_id)])

    @property
    def has_cadences(self) -> bool:
        """Whether some cells are not asked every night."""
        cadences = [entry.cadence for entry in self.models] + [entry.cadence for entry in self.benchmarks]
        return max(cadences) > 1

    def imported(self, benchmark_id: str) -> BenchmarkSettings:
        """What the configuration says of a benchmark that only imports know; nothing where it does not name it."""
        stated = (entry for entry in self.benchmarks if entry.imported and entry.id == benchmark_id)
        return next(stated, BenchmarkSettings(id=benchmark_id, imported=True))

    @property
    def margins(self) -> dict[str, float]:
        """The acceptable tax of each benchmark that states one of its own."""
        return {benchmark.id: benchmark.margin for benchmark in self.benchmarks if benchmark.margin is not None}

    @property
    def config_hash(self) -> str:
        """Hash of what decides answers and scores. Order, folder, keys, prices and limits do not change it."""
        models = sorted((m.id, m.model_version, sorted(m.prompt_styles), m.is_simulated) for m in self.models)
        benchmarks = sorted(
            (self._benchmark_facts(b) for b in self.benchmarks if not b.imported), key=lambda facts: str(facts["id"])
        )
        judges = sorted({judge.model_version for b in self.benchmarks if (judge := self.judge_for(b))})
        return content_hash(models, benchmarks, self.sample_seed, *([judges] if judges else []))

    def _benchmark_facts(self, benchmark: BenchmarkSettings) -> dict[str, Any]:
        facts = benchmark.model_dump(
            mode="json",
            exclude={"define", "attack", "judge", "stop", "imported", "margin", "paraphrases", "cadence", *DESCRIBES},
        )
        if isinstance(benchmark.source, Path):
            facts["source"] = self._relative(benchmark.source)
        # Newer keys are left out where they are not used, so that older configurations keep their hash.
        facts |= {
            name: value
            for name in ("attack", "judge", "stop", "paraphrases")
            if (value := getattr(benchmark, name)) is not None
        }
        if (entry := benchmark.define) is not None:
            facts["define"] = self._relative(entry) if isinstance(entry, Path) else entry
        if benchmark.prompt_styles is not None:
            facts["prompt_styles"] = sorted(benchmark.prompt_styles)
        return facts

    def _relative(self, path: Path) -> str:
        return Path(os.path.relpath(path, self._folder)).as_posix()


def declared_pair(comparison: ComparisonSettings, models: Mapping[str, ModelSettings]) -> Pair:
    """The pair of a ``comparisons:`` entry; what either model declares against its base differs here too."""
    candidate, reference = models[comparison.candidate], models[comparison.reference]
    implied = ("system_prompt",) if comparison.kind == "prompt" else ()
    differs = {*candidate.differs, *reference.differs, *comparison.differs, *implied}
    return Pair(candidate.id, reference.id, comparison.kind, candidate.family, tuple(sorted(differs)))
