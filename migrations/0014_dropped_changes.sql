-- depends: 0013_upkeep
-- A subscriber that is away for longer than the stream is kept is told: the last change that it
-- wanted and that was dropped before it had acknowledged it.

alter table utl_private.subscribers add column dropped_id bigint;
