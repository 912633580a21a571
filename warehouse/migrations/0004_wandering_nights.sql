-- Whether the nights of a series were seen to be correlated, on this night or before. Its alarms carry a flag then.
alter table stats.monitor_nights add column is_wandering boolean;
