-- One row per date x comparison whose tax counts to all capability: the tax pulled towards the family's mean.
with scopes as (
    select * from marts.pair_scopes
    where scope = 'all capability'
),

pivoted as (
    select
        as_of_date,
        subject_id,
        max(estimate) filter (where statistic = 'tax_absolute') as tax_absolute,
        max(standard_error) filter (where statistic = 'tax_absolute') as standard_error,
        max(flags) filter (where statistic = 'tax_absolute') as flags,
        max(estimate) filter (where statistic = 'tax_pooled') as tax_pooled,
        max(low) filter (where statistic = 'tax_pooled') as tax_pooled_low,
        max(high) filter (where statistic = 'tax_pooled') as tax_pooled_high,
        max(estimate) filter (where statistic = 'pooled_mean') as mean_tax,
        max(low) filter (where statistic = 'pooled_mean') as mean_tax_low,
        max(high) filter (where statistic = 'pooled_mean') as mean_tax_high,
        max(estimate) filter (where statistic = 'pooled_tau') as tau,
        max(low) filter (where statistic = 'pooled_tau') as tau_low,
        max(high) filter (where statistic = 'pooled_tau') as tau_high,
        max(low) filter (where statistic = 'pooled_new_benchmark') as new_benchmark_low,
        max(high) filter (where statistic = 'pooled_new_benchmark') as new_benchmark_high,
        coalesce(
            max(reason) filter (where statistic = 'tax_pooled'), max(reason) filter (where statistic = 'tax_absolute')
        ) as reason
    from stats.estimates
    where subset = 'all' and regexp_matches(statistic, '^(tax_absolute|tax_pooled|pooled_.*)$')
    group by as_of_date, subject_id
)

select
    ---------- ids
    scopes.as_of_date,
    scopes.comparison_id,
    scopes.kind,
    scopes.family,
    scopes.reference_model_id,
    scopes.candidate_model_id,
    scopes.benchmark_id,
    ---------- the tax by itself
    scopes.direction * pivoted.tax_absolute as tax_absolute,
    pivoted.standard_error,
    ---------- the tax among the others
    pivoted.tax_pooled,
    pivoted.tax_pooled_low,
    pivoted.tax_pooled_high,
    ---------- all of them together
    pivoted.mean_tax,
    pivoted.mean_tax_low,
    pivoted.mean_tax_high,
    pivoted.tau,
    pivoted.tau_low,
    pivoted.tau_high,
    pivoted.new_benchmark_low,
    pivoted.new_benchmark_high,
    count(pivoted.standard_error) over (
        partition by scopes.as_of_date, scopes.kind, scopes.family, scopes.origin
    ) as count_taxes,
    ---------- where it comes from
    scopes.origin,
    scopes.origin = 'simulated' as is_simulated,
    pivoted.flags,
    pivoted.reason
from scopes
inner join pivoted
    on scopes.as_of_date = pivoted.as_of_date and scopes.comparison_id = pivoted.subject_id
