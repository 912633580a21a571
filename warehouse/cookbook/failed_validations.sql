-- What did validation find?
-- Without rows: Every expectation held.
select
    run_id,
    stage,
    expectation,
    severity,
    count_checked,
    count_unexpected,
    detail
from reports.validations
where not is_success
order by validated_at desc
