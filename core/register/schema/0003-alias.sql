-- SPDX-License-Identifier: MIT
-- Two who turned out to be one: `id` is an alias of `survivor` from the day on which somebody decided so until a split ends it.
-- Of persons; and of households (owner = id), which follow their members.  owner: where the row of `id` lives.
-- distributed by owner
CREATE TABLE alias (
    owner BIGINT NOT NULL,
    id BIGINT NOT NULL,
    decision BIGINT NOT NULL,    -- a program's id: who was merged and split may be merged again
    chosen BIGINT NOT NULL,      -- in whose favour it was decided
    survivor BIGINT NOT NULL,    -- who that is by now, since `chosen` may have been merged too
    since BIGINT NOT NULL,       -- the day
    until BIGINT,                -- the day of the split; null: it holds
    who TEXT NOT NULL,           -- who decided, as the journal says
    entry BIGINT NOT NULL,       -- of the journal, whose digest counts it
    reason TEXT,
    split_by TEXT,
    split_entry BIGINT,
    split_reason TEXT,
    PRIMARY KEY (owner, id, decision)
);
-- Aliases are few; without these they could only be found by reading all of them.
CREATE INDEX alias_id ON alias (id);
CREATE INDEX alias_survivor ON alias (survivor);

-- An alias belongs to its household no more from the day on which it became one.
DROP VIEW member;
CREATE VIEW member AS
SELECT p.owner AS household, p.id AS person, p.owner AS home, p.since,
    CASE WHEN a.since < COALESCE(p.until, a.since + 1) THEN a.since ELSE p.until END AS until
FROM person p
LEFT JOIN alias a ON a.owner = p.owner AND a.id = p.id AND a.until IS NULL
UNION ALL
SELECT m.household, m.person, m.home, m.since,
    CASE WHEN a.since < COALESCE(m.until, a.since + 1) THEN a.since ELSE m.until END AS until
FROM membership m
LEFT JOIN alias a ON a.owner = m.home AND a.id = m.person AND a.until IS NULL;
