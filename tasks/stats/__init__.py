"""The statistics: pure functions of arrays, without clock or global random state. Undefined is None with a reason.

``paired_difference`` and ``mean_score`` give an absolute tax and a score with their intervals, ``relative_tax`` and
``fieller`` ratios, ``holm`` and ``benjamini_hochberg`` adjusted p-values, ``minimum_detectable`` and
``design_standard_error`` what a design can see, ``missing_bounds`` what missing answers could change. ``agreement``
compares two raters, ``prediction_powered_mean`` corrects one by the other.
"""

from tasks.stats.agreement import Agreement, agreement
from tasks.stats.bootstrap import bootstrap_standard_error
from tasks.stats.estimates import Estimate
from tasks.stats.mean import mean_score
from tasks.stats.missing import Bounds, missing_bounds
from tasks.stats.multiplicity import benjamini_hochberg, holm
from tasks.stats.paired import paired_difference
from tasks.stats.power import (
    Design,
    VarianceComponents,
    design_standard_error,
    minimum_detectable,
    minimum_detectable_design,
)
from tasks.stats.prediction_powered import PredictionPowered, prediction_powered_mean
from tasks.stats.ratio import RatioEstimate, fieller, relative_tax
from tasks.stats.score_intervals import bonett_price, tango, wilson

__all__ = [
    "Agreement",
    "Bounds",
    "Design",
    "Estimate",
    "PredictionPowered",
    "RatioEstimate",
    "VarianceComponents",
    "agreement",
    "benjamini_hochberg",
    "bonett_price",
    "bootstrap_standard_error",
    "design_standard_error",
    "fieller",
    "holm",
    "mean_score",
    "minimum_detectable",
    "minimum_detectable_design",
    "missing_bounds",
    "paired_difference",
    "prediction_powered_mean",
    "relative_tax",
    "tango",
    "wilson",
]
