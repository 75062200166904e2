-- SPDX-License-Identifier: MIT
-- Who of the register may be who.  A pair of persons stands once, the lower id first; owner is that of the first one's row.

-- Pairs that a run found near enough for somebody to look at, and on which nobody has decided.
-- distributed by owner
CREATE TABLE match_flag (
    owner BIGINT NOT NULL,
    first BIGINT NOT NULL,
    second BIGINT NOT NULL,
    other BIGINT NOT NULL,       -- owner of the second one's row
    bits BIGINT NOT NULL,        -- thousandths: the odds that they are one, as a logarithm to base 2
    why TEXT NOT NULL,           -- how near the fields are, and what each weighs; no personal data
    rules TEXT NOT NULL,         -- which rules found it
    unsure BIGINT NOT NULL,      -- 1: somebody looked, and could not tell
    PRIMARY KEY (owner, first, second)
);
CREATE INDEX match_flag_second ON match_flag (second);

-- What was decided on a pair; the last one counts, all are kept.
-- distributed by owner
CREATE TABLE match_decision (
    owner BIGINT NOT NULL,
    first BIGINT NOT NULL,
    second BIGINT NOT NULL,
    n BIGINT NOT NULL,           -- 1, 2 ...
    decision BIGINT NOT NULL,    -- enum match_decision
    bits BIGINT,                 -- of the flag; null: there was none
    at BIGINT NOT NULL,          -- in seconds
    who TEXT NOT NULL,           -- as the journal says
    reason TEXT,
    PRIMARY KEY (owner, first, second, n)
);
CREATE INDEX match_decision_second ON match_decision (second);

-- What the people of a household were like when they were compared, so that a run knows who is new or has changed.
-- distributed by owner
CREATE TABLE match_seen (
    owner BIGINT NOT NULL,
    digest BIGINT NOT NULL,
    PRIMARY KEY (owner)
);

CREATE TABLE match_run (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,          -- in seconds
    rules TEXT NOT NULL,
    persons BIGINT NOT NULL,
    compared BIGINT NOT NULL,    -- of them, who were new or had changed
    flagged BIGINT NOT NULL      -- pairs that stood after it
);
