-- SPDX-License-Identifier: MIT
-- Aid that is asked for and decided.  owner: the household that the recipient lived in when it was opened; for aid to a place the
-- place.  What stands here follows from the steps.
-- distributed by owner
CREATE TABLE relief_case (
    owner BIGINT NOT NULL,
    id BIGINT NOT NULL,
    programme BIGINT NOT NULL,
    person BIGINT,
    partner BIGINT,              -- the second person of a couple
    state BIGINT NOT NULL,       -- enum cases_state
    subject TEXT NOT NULL,       -- what is asked for
    note TEXT,
    document TEXT,               -- where the papers are
    entered_by TEXT NOT NULL,    -- as the journal says
    asked BIGINT NOT NULL,       -- thousandths; 0: not said
    approved BIGINT NOT NULL,    -- thousandths; 0: not limited, or not approved
    opened BIGINT NOT NULL,
    visited BIGINT,
    decided BIGINT,
    delivered BIGINT,
    closed BIGINT,
    line BIGINT,                 -- of the ledger, that delivered it
    steps BIGINT NOT NULL,       -- how many there are: who writes the next one has seen all of them
    PRIMARY KEY (id, owner)
);
CREATE INDEX relief_case_owner ON relief_case (owner);
CREATE INDEX relief_case_partner ON relief_case (partner);
CREATE INDEX relief_case_line ON relief_case (line);

-- What was done with it, append-only; only the texts go when a person's data are erased.
-- distributed by owner
CREATE TABLE relief_case_step (
    owner BIGINT NOT NULL,
    request BIGINT NOT NULL,     -- the case
    n BIGINT NOT NULL,           -- 1, 2 ...
    what BIGINT NOT NULL,        -- enum cases_what
    date BIGINT NOT NULL,
    at BIGINT NOT NULL,          -- when it was entered, in seconds
    who TEXT NOT NULL,           -- who entered it, as the journal says
    acting TEXT,                 -- the base, group or committee that did it
    reason TEXT,
    decision TEXT,               -- the committee's reference
    quantity BIGINT NOT NULL,    -- asked for or approved; else 0
    line BIGINT,
    PRIMARY KEY (request, n, owner)
);

-- Claims: one case that is neither refused nor closed for each programme, recipient (both of a couple) and subject; and the way
-- from a recipient to these.
-- distributed by recipient
CREATE TABLE relief_case_claim (
    recipient BIGINT NOT NULL,
    programme BIGINT NOT NULL,
    subject TEXT NOT NULL,       -- folded, joined
    owner BIGINT NOT NULL,
    request BIGINT NOT NULL,
    PRIMARY KEY (recipient, programme, subject)
);
-- Every request counts once.
-- distributed by key
CREATE TABLE relief_case_key (
    key TEXT PRIMARY KEY,
    owner BIGINT NOT NULL,
    request BIGINT NOT NULL,
    content TEXT NOT NULL        -- digest of what was asked under it
);
