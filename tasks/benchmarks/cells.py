"""What a cell is: which scorer, judge, prompt style and rule go with a model's answers to a configured benchmark.

Planned and imported answers ask here, so that both are scored alike. Knows settings and scorers; must not know where
answers come from.
"""

from __future__ import annotations

from tasks.benchmarks.letters import as_asked
from tasks.domain import Benchmark, PromptStyle
from tasks.planned import Cell
from tasks.scorers import SCORERS, JudgedScorer, chosen_scorer, measured_by
from tasks.settings import BenchmarkSettings, ModelSettings, Settings


def cell_of(
    settings: Settings,
    model: ModelSettings,
    benchmark: Benchmark,
    wanted: BenchmarkSettings | None,
    *,
    style: PromptStyle | None = None,
    scorer: str | None = None,
) -> Cell:
    """The cell of a model on a benchmark.

    Args:
        settings: names the judges and the styles.
        model: who answers.
        benchmark: what was asked.
        wanted: the benchmark's entry in the configuration, None where it has none.
        style: how it was asked; the first configured style if left out.
        scorer: the scorer that counts; the configured one if left out.

    Raises:
        UsageError: a scorer that reads grades has no judge, a judge has a scorer that reads none, or the items have
            no letters whose likelihoods could be compared.
    """
    if scorer is None:
        stated, has_judge = (wanted.scorer, wanted.judge is not None) if wanted else (None, False)
        scorer = chosen_scorer(benchmark, stated, has_judge=has_judge)
    styles = settings.styles_for(model, wanted) if wanted else model.prompt_styles
    rule = SCORERS.get(scorer)
    is_judged = isinstance(rule, JudgedScorer)
    count_alternatives = min(settings.alternatives(model, wanted).values(), default=0)
    benchmark = as_asked(measured_by(benchmark, rule), scorer, count_alternatives)
    return Cell(
        model=model,
        benchmark=benchmark,
        prompt_style=style or styles[0],
        is_primary_style=style in {None, styles[0]},
        scorer=scorer,
        unparsed_rule=(wanted.unparsed if wanted else None) or benchmark.unparsed_rule,
        judge=settings.judge_for(wanted) if wanted and is_judged else None,
    )
