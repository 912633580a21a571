-- Remove the words of failures before a time. Their types stay.
update raw.failures
set message = ''
where failed_at < $before::timestamptz and message <> ''
