-- The smallest visible fall depends on how many series share the year's false alarms. reports.trend computes it.
alter table stats.monitor_nights drop column smallest_visible_fall;
