"""The statistics: pure functions of arrays, without clock or global random state. Undefined is None with a reason.

``paired_difference`` and ``mean_score`` give an absolute tax and a score with their intervals, ``relative_tax`` and
``fieller`` ratios, ``holm`` and ``benjamini_hochberg`` adjusted p-values, ``minimum_detectable`` and
``design_standard_error`` what a design can see, ``missing_bounds`` and ``identified_interval`` what missing answers
could change. ``overall_tax`` goes over benchmarks, ``exchange_rate`` sets a tax against what it bought, ``sum_ratio``
and its neighbours compare costs, ``measured_reliability`` tells noise from difference, ``metric_difference`` and
``unpaired_difference`` serve metrics that are no item mean, such as ``bias_score``, and means whose items are not at
hand.
``items_needed`` plans a design, ``tax_at_fixed_safety`` reads a family's frontier, ``fit_sweep`` a knob, ``recovery`` a
mitigation, ``evidence`` a series of nights. ``agreement`` compares two raters, ``prediction_powered_mean`` corrects one
by the other, ``pass_at_k`` is the chance that one of k programs passes.
"""

from tasks.stats.agreement import Agreement, agreement
from tasks.stats.bias import bias_score, bias_score_ambiguous, nonalignment_cost
from tasks.stats.bootstrap import bootstrap_means, bootstrap_standard_error, metric_difference, metric_value
from tasks.stats.cost import cost_per_right_ratio, quantile_ratio, sum_ratio
from tasks.stats.estimates import Estimate
from tasks.stats.exchange import exchange_rate
from tasks.stats.frontier import (
    Axis,
    FixedSafety,
    fixed_axis,
    frontier_probability,
    joint_axis,
    on_frontier,
    tax_at_fixed_safety,
)
from tasks.stats.identified import IdentifiedInterval, identified_interval, missing_asymmetry
from tasks.stats.mean import mean_score
from tasks.stats.missing import Bounds, missing_bounds
from tasks.stats.mitigation import MethodDifference, Recovery, rank_methods, recovery
from tasks.stats.monitor import (
    Evidence,
    ItemSums,
    MonitorRule,
    answer_variance,
    evidence,
    night_variance,
    smallest_visible_fall,
)
from tasks.stats.multiplicity import benjamini_hochberg, holm
from tasks.stats.overall import overall_tax
from tasks.stats.paired import paired_difference
from tasks.stats.pass_at_k import pass_at_k
from tasks.stats.power import (
    Design,
    Pilot,
    VarianceComponents,
    design_standard_error,
    items_needed,
    minimum_detectable,
    minimum_detectable_design,
    pilot_components,
)
from tasks.stats.prediction_powered import PredictionPowered, prediction_powered_mean
from tasks.stats.ratio import RatioEstimate, fieller, relative_tax
from tasks.stats.reliability import Reliability, measured_reliability, self_difference
from tasks.stats.score_intervals import bonett_price, tango, wilson
from tasks.stats.sweep import (
    BEHAVIOUR_FORMS,
    HELPFULNESS_FORMS,
    Optimum,
    SweepFit,
    fit_sweep,
    optimum,
    small_strength_range,
    sweep_means,
)
from tasks.stats.unpaired import Published, unpaired_difference

__all__ = [
    "BEHAVIOUR_FORMS",
    "HELPFULNESS_FORMS",
    "Agreement",
    "Axis",
    "Bounds",
    "Design",
    "Estimate",
    "Evidence",
    "FixedSafety",
    "IdentifiedInterval",
    "ItemSums",
    "MethodDifference",
    "MonitorRule",
    "Optimum",
    "Pilot",
    "PredictionPowered",
    "Published",
    "RatioEstimate",
    "Recovery",
    "Reliability",
    "SweepFit",
    "VarianceComponents",
    "agreement",
    "answer_variance",
    "benjamini_hochberg",
    "bias_score",
    "bias_score_ambiguous",
    "bonett_price",
    "bootstrap_means",
    "bootstrap_standard_error",
    "cost_per_right_ratio",
    "design_standard_error",
    "evidence",
    "exchange_rate",
    "fieller",
    "fit_sweep",
    "fixed_axis",
    "frontier_probability",
    "holm",
    "identified_interval",
    "items_needed",
    "joint_axis",
    "mean_score",
    "measured_reliability",
    "metric_difference",
    "metric_value",
    "minimum_detectable",
    "minimum_detectable_design",
    "missing_asymmetry",
    "missing_bounds",
    "night_variance",
    "nonalignment_cost",
    "on_frontier",
    "optimum",
    "overall_tax",
    "paired_difference",
    "pass_at_k",
    "pilot_components",
    "prediction_powered_mean",
    "quantile_ratio",
    "rank_methods",
    "recovery",
    "relative_tax",
    "self_difference",
    "small_strength_range",
    "smallest_visible_fall",
    "sum_ratio",
    "sweep_means",
    "tango",
    "tax_at_fixed_safety",
    "unpaired_difference",
    "wilson",
]
