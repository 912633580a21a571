{% test refers_to(model, columns, to, key) %}
-- Rows that name, in the given columns, a row which the other table has not.
select {{ columns | join(", ") }}
from {{ model }} as named
where
    {% for column in columns %}named.{{ column }} is not null and {% endfor %}
    not exists (
        select 1
        from {{ to }} as target
        where {% for column in columns %}{{ "and " if not loop.first }}target.{{ key[loop.index0] }} = named.{{ column }} {% endfor %}
    )
{% endtest %}
