-- One row per run with failures before a time whose words are still there.
select
    run_id,
    count(*) as count_texts,
    sum(length(message))::bigint as count_characters
from raw.failures
where failed_at < $before::timestamptz and message <> ''
group by run_id
order by run_id
