"""The sections of the page. A new one is a module here that states a ``PageSection``, and its line in ``SECTIONS``."""

from tasks.report.sections.cell_coverage import CELL_COVERAGE
from tasks.report.sections.method_taxes import METHOD_TAXES
from tasks.report.sections.mitigations import MITIGATIONS
from tasks.report.sections.model_scores import MODEL_SCORES
from tasks.report.sections.night_by_night import NIGHT_BY_NIGHT
from tasks.report.sections.nightly_scores import NIGHTLY_SCORES
from tasks.report.sections.other_comparisons import OTHER_COMPARISONS
from tasks.report.sections.other_metrics import OTHER_METRICS
from tasks.report.sections.pooled_taxes import POOLED_TAXES
from tasks.report.sections.reading_guide import READING_GUIDE
from tasks.report.sections.running_costs import RUNNING_COSTS
from tasks.report.sections.sign_warning import SIGN_WARNING
from tasks.report.sections.spending import SPENDING
from tasks.report.sections.strengths import STRENGTHS
from tasks.report.sections.tax_sources import TAX_SOURCES
from tasks.report.sections.validation_results import VALIDATION_RESULTS
from tasks.report.sections.what_alignment_cost import WHAT_ALIGNMENT_COST
from tasks.report.sections.what_it_bought import WHAT_IT_BOUGHT

# In the order in which a reader meets them.
SECTIONS = (
    WHAT_ALIGNMENT_COST,
    METHOD_TAXES,
    POOLED_TAXES,
    TAX_SOURCES,
    OTHER_METRICS,
    SIGN_WARNING,
    WHAT_IT_BOUGHT,
    MITIGATIONS,
    STRENGTHS,
    NIGHT_BY_NIGHT,
    NIGHTLY_SCORES,
    OTHER_COMPARISONS,
    RUNNING_COSTS,
    SPENDING,
    MODEL_SCORES,
    CELL_COVERAGE,
    VALIDATION_RESULTS,
    READING_GUIDE,
)
