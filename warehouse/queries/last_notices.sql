-- One row per kind and subject that people were told of: the newest notice, and how many there were.
select
    kind,
    subject,
    change,
    since_date,
    as_of_date,
    size,
    what,
    sure,
    command,
    count(*) over (partition by kind, subject) as count_notices
from raw.notices
qualify
    row_number() over (
        partition by kind, subject
        order by noted_at desc, notice_id desc
    ) = 1
order by kind, subject
