-- SPDX-License-Identifier: MIT
-- Plans: who is to receive in a stage, and who is not and why.  What stands in a plan never changes; a draft that is cancelled
-- loses its lines.
CREATE TABLE plan (
    id BIGINT PRIMARY KEY,
    programme BIGINT NOT NULL,
    stage BIGINT NOT NULL,
    area BIGINT NOT NULL,        -- with all that lies in it; 0: everywhere
    date BIGINT NOT NULL,        -- the day for which the rule was asked
    state BIGINT NOT NULL,       -- enum plan_state
    made_by TEXT NOT NULL,       -- as the journal says, like the other two
    made BIGINT NOT NULL,        -- seconds, like the other two
    approved_by TEXT,
    approved BIGINT,
    cancelled_by TEXT,
    cancelled BIGINT,
    reason TEXT,                 -- why it was cancelled
    lines BIGINT NOT NULL,
    quantity BIGINT NOT NULL,    -- thousandths
    value BIGINT NOT NULL,       -- minor units
    left_out BIGINT NOT NULL,
    digest TEXT NOT NULL         -- of its lines
);
-- owner: the household or place.
-- distributed by owner
CREATE TABLE plan_line (
    plan BIGINT NOT NULL,
    owner BIGINT NOT NULL,
    person BIGINT NOT NULL,      -- 0: the aid is the household's or place's
    rank BIGINT NOT NULL,        -- 1: who comes first
    area BIGINT NOT NULL,        -- 0: not known
    body BIGINT NOT NULL,        -- to whom the area is assigned; 0: to nobody
    grp BIGINT NOT NULL,
    quantity BIGINT NOT NULL,    -- thousandths
    value BIGINT NOT NULL,       -- minor units
    members BIGINT NOT NULL,
    last BIGINT,                 -- the day of the last delivery before; null: never
    score BIGINT NOT NULL,       -- thousandths, by the weights of that day
    PRIMARY KEY (plan, owner, person)
);
-- distributed by owner
CREATE TABLE plan_left_out (
    plan BIGINT NOT NULL,
    owner BIGINT NOT NULL,
    person BIGINT NOT NULL,
    area BIGINT NOT NULL,
    why BIGINT NOT NULL,         -- enum plan_why
    until BIGINT,                -- from this day on they may
    blocking BIGINT,             -- the delivery in the way, of whomever; or the other plan
    quantity BIGINT NOT NULL,    -- what they would have had, thousandths
    reason TEXT,                 -- in the words of the programme's rule
    PRIMARY KEY (plan, owner, person)
);
-- Which delivery closed how much of which line.
-- distributed by owner
CREATE TABLE plan_delivery (
    plan BIGINT NOT NULL,
    owner BIGINT NOT NULL,
    person BIGINT NOT NULL,
    line BIGINT NOT NULL,        -- of the ledger
    quantity BIGINT NOT NULL,
    PRIMARY KEY (plan, owner, person, line)
);
