"""The statistics: pure functions of arrays, without clock or global random state. Undefined is None with a reason.

``paired_difference`` and ``mean_score`` give an absolute tax and a score with their intervals, ``relative_tax`` and
``fieller`` ratios, ``holm`` and ``benjamini_hochberg`` adjusted p-values, ``minimum_detectable`` and
``design_standard_error`` what a design can see, ``missing_bounds`` and ``identified_interval`` what missing answers
could change. ``overall_tax`` goes over benchmarks, ``exchange_rate`` sets a tax against what it bought, ``sum_ratio``
and its neighbours compare costs, ``measured_reliability`` tells noise from difference, ``metric_difference`` and
``unpaired_difference`` serve metrics that are no item mean and means whose items are not at hand. ``agreement``
compares two raters, ``prediction_powered_mean`` corrects one by the other, ``pass_at_k`` is the chance that one of k
programs passes.
"""

from tasks.stats.agreement import Agreement, agreement
from tasks.stats.bootstrap import bootstrap_standard_error, metric_difference
from tasks.stats.cost import cost_per_right_ratio, quantile_ratio, sum_ratio
from tasks.stats.estimates import Estimate
from tasks.stats.exchange import exchange_rate
from tasks.stats.identified import IdentifiedInterval, identified_interval, missing_asymmetry
from tasks.stats.mean import mean_score
from tasks.stats.missing import Bounds, missing_bounds
from tasks.stats.multiplicity import benjamini_hochberg, holm
from tasks.stats.overall import overall_tax
from tasks.stats.paired import paired_difference
from tasks.stats.pass_at_k import pass_at_k
from tasks.stats.power import (
    Design,
    VarianceComponents,
    design_standard_error,
    minimum_detectable,
    minimum_detectable_design,
)
from tasks.stats.prediction_powered import PredictionPowered, prediction_powered_mean
from tasks.stats.ratio import RatioEstimate, fieller, relative_tax
from tasks.stats.reliability import Reliability, measured_reliability, self_difference
from tasks.stats.score_intervals import bonett_price, tango, wilson
from tasks.stats.unpaired import Published, unpaired_difference

__all__ = [
    "Agreement",
    "Bounds",
    "Design",
    "Estimate",
    "IdentifiedInterval",
    "PredictionPowered",
    "Published",
    "RatioEstimate",
    "Reliability",
    "VarianceComponents",
    "agreement",
    "benjamini_hochberg",
    "bonett_price",
    "bootstrap_standard_error",
    "cost_per_right_ratio",
    "design_standard_error",
    "exchange_rate",
    "fieller",
    "holm",
    "identified_interval",
    "mean_score",
    "measured_reliability",
    "metric_difference",
    "minimum_detectable",
    "minimum_detectable_design",
    "missing_asymmetry",
    "missing_bounds",
    "overall_tax",
    "paired_difference",
    "pass_at_k",
    "prediction_powered_mean",
    "quantile_ratio",
    "relative_tax",
    "self_difference",
    "sum_ratio",
    "tango",
    "unpaired_difference",
    "wilson",
]
