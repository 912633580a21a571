{% test has_key(model, columns) %}
-- Rows that share their key with another row.
select {{ columns | join(", ") }}
from {{ model }}
group by {{ columns | join(", ") }}
having count(*) > 1
{% endtest %}
