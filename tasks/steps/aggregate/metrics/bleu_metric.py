"""BLEU of a whole corpus: its n-gram counts are summed over the texts before they are divided.

Tested in tests/tasks/steps/aggregate/test_metric_rows.py.
"""

from tasks.answers import read_landed
from tasks.scorers.overlap import bleu_part
from tasks.stats.bleu import corpus_bleu
from tasks.steps.aggregate.metrics.metric import Metric, averaged

CORPUS_BLEU = Metric(
    "corpus_bleu",
    "BLEU of the corpus",
    averaged(lambda row: bleu_part(row["target"], read_landed(row).text)),
    corpus_bleu,
    reads_text=True,
)
