"""The metrics that are not means over items, by the scorer whose answers have them.

A metric is a module here that states a ``Metric``, and one entry of ``BY_SCORER``.
"""

from tasks.steps.aggregate.metrics.bias_metrics import BIAS_METRICS
from tasks.steps.aggregate.metrics.bleu_metric import CORPUS_BLEU
from tasks.steps.aggregate.metrics.instruction_metric import INSTRUCTION_ACCURACY
from tasks.steps.aggregate.metrics.metric import Metric
from tasks.steps.aggregate.metrics.pass_at_metric import pass_at
from tasks.steps.aggregate.metrics.perplexity_metrics import BYTE_PERPLEXITY, WORD_PERPLEXITY

__all__ = ["BY_SCORER", "LISTED", "TEXT_SCORERS", "Metric", "pass_at"]

BY_SCORER: dict[str, tuple[Metric, ...]] = {
    "bbq": BIAS_METRICS,
    "bleu": (CORPUS_BLEU,),
    "instructions": (INSTRUCTION_ACCURACY,),
    "instructions_loose": (INSTRUCTION_ACCURACY,),
    "instructions_share": (INSTRUCTION_ACCURACY,),
    "instructions_loose_share": (INSTRUCTION_ACCURACY,),
    "lm_eval:inst_level_strict_acc": (INSTRUCTION_ACCURACY,),
    "lm_eval:inst_level_loose_acc": (INSTRUCTION_ACCURACY,),
    "lm_eval:word_probability": (WORD_PERPLEXITY,),
    "lm_eval:byte_probability": (BYTE_PERPLEXITY,),
}
# Every metric once, as ``marts.dim_metric`` lists them; any k stands for pass@k.
LISTED = (*dict.fromkeys(metric for metrics in BY_SCORER.values() for metric in metrics), pass_at(1))
# Scorers with a metric that is computed from texts each time: their answers keep their texts.
TEXT_SCORERS = [name for name, metrics in BY_SCORER.items() if any(metric.reads_text for metric in metrics)]
