-- One row per metric that is not a mean over items.
select
    metric,
    title,
    higher_is_better,
    is_proportion
from stats.metrics
