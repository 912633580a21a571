"""The statistics: pure functions of arrays, without clock or global random state. Undefined is None with a reason.

``paired_difference`` and ``mean_score`` give an absolute tax and a score with their intervals, ``relative_tax`` and
``fieller`` ratios, ``holm`` and ``benjamini_hochberg`` adjusted p-values, ``minimum_detectable`` and
``items_needed`` what a design can see, ``missing_bounds`` what missing answers could change. ``tax_at_fixed_safety``
reads a family's frontier, ``fit_sweep`` a knob, ``recovery`` a mitigation, ``evidence`` a series of nights.
"""

from tasks.stats.bootstrap import bootstrap_means, bootstrap_standard_error
from tasks.stats.estimates import Estimate
from tasks.stats.frontier import (
    Axis,
    FixedSafety,
    fixed_axis,
    frontier_probability,
    joint_axis,
    on_frontier,
    tax_at_fixed_safety,
)
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
from tasks.stats.paired import paired_difference
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
from tasks.stats.ratio import RatioEstimate, fieller, relative_tax
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

__all__ = [
    "BEHAVIOUR_FORMS",
    "HELPFULNESS_FORMS",
    "Axis",
    "Bounds",
    "Design",
    "Estimate",
    "Evidence",
    "FixedSafety",
    "ItemSums",
    "MethodDifference",
    "MonitorRule",
    "Optimum",
    "Pilot",
    "RatioEstimate",
    "Recovery",
    "SweepFit",
    "VarianceComponents",
    "answer_variance",
    "benjamini_hochberg",
    "bonett_price",
    "bootstrap_means",
    "bootstrap_standard_error",
    "design_standard_error",
    "evidence",
    "fieller",
    "fit_sweep",
    "fixed_axis",
    "frontier_probability",
    "holm",
    "items_needed",
    "joint_axis",
    "mean_score",
    "minimum_detectable",
    "minimum_detectable_design",
    "missing_bounds",
    "night_variance",
    "on_frontier",
    "optimum",
    "paired_difference",
    "pilot_components",
    "rank_methods",
    "recovery",
    "relative_tax",
    "small_strength_range",
    "smallest_visible_fall",
    "sweep_means",
    "tango",
    "tax_at_fixed_safety",
    "wilson",
]
