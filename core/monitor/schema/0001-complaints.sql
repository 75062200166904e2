-- SPDX-License-Identifier: MIT
-- Complaints.  owner: the household that complained, by itself or by one of its members, on that day; where none is named, the
-- complaint itself.  What stands here follows from the steps.
-- distributed by owner
CREATE TABLE complaint (
    owner BIGINT NOT NULL,
    id BIGINT NOT NULL,
    household BIGINT,            -- who complained; null: not said, or erased
    person BIGINT,
    programme BIGINT,            -- what it is about
    area BIGINT NOT NULL,        -- where
    body BIGINT,                 -- complained about; that of the group, where one is named
    grp BIGINT,
    channel BIGINT NOT NULL,     -- enum monitor_channel
    kind BIGINT NOT NULL,        -- enum monitor_kind
    sensitive BIGINT NOT NULL,   -- 1: for named people only
    state BIGINT NOT NULL,       -- enum monitor_state
    said TEXT,                   -- the complaint; null: erased
    entered_by TEXT NOT NULL,    -- as the journal says
    opened BIGINT NOT NULL,
    due BIGINT NOT NULL,         -- by when it is to be answered
    assignee TEXT,               -- a user, as the journal says,
    assigned_body BIGINT,        -- or a body
    answered BIGINT,
    closed BIGINT,
    outcome BIGINT,              -- enum monitor_outcome
    steps BIGINT NOT NULL,       -- how many there are: who writes the next one has seen all of them
    PRIMARY KEY (id, owner)
);
CREATE INDEX complaint_owner ON complaint (owner);

-- What was done with it, append-only; only the texts go when a person's data are erased.
-- distributed by owner
CREATE TABLE complaint_step (
    owner BIGINT NOT NULL,
    complaint BIGINT NOT NULL,
    n BIGINT NOT NULL,           -- 1, 2 ...
    what BIGINT NOT NULL,        -- enum monitor_state: what it became
    date BIGINT NOT NULL,
    at BIGINT NOT NULL,          -- when it was entered, in seconds
    who TEXT NOT NULL,           -- who entered it, as the journal says
    assignee TEXT,
    body BIGINT,
    outcome BIGINT,
    note TEXT,                   -- the answer, or a remark
    PRIMARY KEY (complaint, n, owner)
);
