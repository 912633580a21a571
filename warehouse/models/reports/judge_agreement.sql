-- One row per date x benchmark x scorer x judge x what it is compared with.
select
    as_of_date,
    benchmark_id,
    benchmark_version,
    origin,
    origin = 'simulated' as is_simulated,
    scorer,
    judge_model_id,
    judge_version,
    against,
    count_answers,
    count_ratings,
    count_clusters,
    accuracy,
    accuracy_low,
    accuracy_high,
    kappa,
    kappa_low,
    kappa_high,
    kappa_standard_error,
    kappa_method,
    reason
from stats.judge_agreement
