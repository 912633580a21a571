-- Models that lost capability on average, on the newest date: one row per aligned model.
select
    taxes.candidate_model_id,
    models.family,
    100 * taxes.tax_absolute as tax_points,
    100 * taxes.tax_absolute_low as low_points,
    100 * taxes.tax_absolute_high as high_points
from {{ source('reports', 'overall_tax') }} as taxes
inner join {{ source('marts', 'dim_model') }} as models on taxes.candidate_model_id = models.model_id
where
    taxes.kind = 'tax'
    and taxes.scope = 'all capability'
    and taxes.weighting = 'macro'
    and taxes.tax_absolute_low > 0
    and taxes.as_of_date = (select max(as_of_date) from {{ source('reports', 'overall_tax') }})
