-- The least that a queue of leased work needs: what is open, in which order, who holds it until when.
DROP TABLE IF EXISTS bare_task;
CREATE TABLE bare_task (
    id bigint PRIMARY KEY,
    priority int NOT NULL,
    state smallint NOT NULL DEFAULT 0,
    lease_token bigint NOT NULL DEFAULT 0,
    leased_until timestamptz,
    attempts int NOT NULL DEFAULT 0
);
CREATE INDEX bare_task_open ON bare_task (priority DESC, id) WHERE state = 0;
