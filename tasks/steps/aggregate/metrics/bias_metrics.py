"""BBQ's bias scores, and what it costs a model not to lean towards the stereotype (Parrish et al. 2022).

Tested in tests/tasks/steps/aggregate/test_metric_rows.py.
"""

from tasks.scorers.bbq import ambiguous_part, disambiguated_part, nonalignment_part
from tasks.stats.bias_scores import bias_score, bias_score_ambiguous, nonalignment_cost
from tasks.steps.aggregate.metrics.metric import Metric, of_scores

BIAS_METRICS = (
    Metric(
        "bias_ambiguous",
        "Bias score, ambiguous contexts",
        of_scores(ambiguous_part),
        bias_score_ambiguous,
        higher_is_better=False,
    ),
    Metric(
        "bias_disambiguated",
        "Bias score, disambiguated contexts",
        of_scores(disambiguated_part),
        bias_score,
        higher_is_better=False,
    ),
    Metric(
        "nonalignment_cost",
        "Accuracy against the stereotype less accuracy along it",
        of_scores(nonalignment_part),
        nonalignment_cost,
    ),
)
