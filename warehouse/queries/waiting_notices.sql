-- One row per notice x receiver that has not been delivered yet, oldest first.
with newest as (
    select
        notice_id,
        receiver,
        arg_max(status, happened_at) as status
    from raw.notice_events
    group by notice_id, receiver
)

select
    newest.receiver,
    notices.notice_id,
    notices.kind,
    notices.subject,
    notices.change,
    notices.since_date,
    notices.as_of_date,
    notices.size,
    notices.what,
    notices.sure,
    notices.command
from newest
inner join raw.notices on newest.notice_id = notices.notice_id
where newest.status <> 'delivered'
order by notices.noted_at, notices.notice_id, newest.receiver
