-- SPDX-License-Identifier: MIT
-- Small tables, the same everywhere: what is aimed at, who can give how much of it, who meets, and what was decided.
CREATE TABLE target (
    stage BIGINT NOT NULL,
    programme BIGINT NOT NULL,
    area BIGINT NOT NULL,
    households BIGINT,           -- null: not set; so with all that follows
    persons BIGINT,
    quantity BIGINT,             -- thousandths of the programme's unit
    budget BIGINT,               -- minor units
    PRIMARY KEY (stage, programme, area)
);

-- What a body, and what each of its groups, can give in a stage.
CREATE TABLE capacity (
    stage BIGINT NOT NULL,
    programme BIGINT NOT NULL,
    body BIGINT NOT NULL,
    grp BIGINT NOT NULL,         -- 0: the body as a whole, with its groups
    area BIGINT NOT NULL,        -- within this one; 0: everywhere together
    quantity BIGINT,             -- thousandths, in the whole stage; null: not said, so with people
    people BIGINT,               -- who are at work for it
    PRIMARY KEY (stage, programme, body, grp, area)
);

CREATE TABLE committee (
    id BIGINT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    programme BIGINT,            -- its kind of work: a programme,
    sector TEXT,                 -- or a sector in words
    work TEXT NOT NULL UNIQUE    -- either, folded: there is one committee for each kind of work
);

-- Which body sits in it, from when to when.
CREATE TABLE committee_member (
    committee BIGINT NOT NULL,
    body BIGINT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT,                -- the day on which it is no longer one; null: it sits there
    chair BIGINT NOT NULL,       -- 1: presides
    PRIMARY KEY (committee, body, since)
);

-- What a committee decided, and which body sees to it.
CREATE TABLE decision (
    id BIGINT PRIMARY KEY,
    code TEXT NOT NULL,          -- as in the minutes: C-12/3
    code_key TEXT NOT NULL UNIQUE, -- folded
    committee BIGINT NOT NULL,
    body BIGINT NOT NULL,        -- responsible
    what TEXT NOT NULL,          -- what was decided
    decided BIGINT NOT NULL,
    due BIGINT NOT NULL,
    done BIGINT,                 -- null: open
    report TEXT,                 -- what was reported when it was done
    entered_by TEXT NOT NULL,    -- as the journal says
    done_by TEXT
);
