-- One row per headline tax of a date, grouped as people read them.
select *
from reports.alignment_tax
where is_headline and as_of_date = $as_of_date::date
order by family, domain, benchmark_id, tax_absolute
