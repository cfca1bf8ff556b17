-- A fleet's commands, newest first: the history of all its cars, and what its summary counts.
create index command_of_fleet on command (fleet_id, requested_at desc, id desc);
