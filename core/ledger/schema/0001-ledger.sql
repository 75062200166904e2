-- SPDX-License-Identifier: MIT
-- Aid given.  Append-only, and in the order of its ids, so that what it costs to add a line does not grow with the ledger.
-- owner: a household, or for aid to a place the place.
-- distributed by owner
CREATE TABLE line (
    owner BIGINT NOT NULL,
    id BIGINT NOT NULL,
    programme BIGINT NOT NULL,
    date BIGINT NOT NULL,
    quantity BIGINT NOT NULL,    -- thousandths; negative in a reversal
    value BIGINT NOT NULL,       -- minor units
    body BIGINT NOT NULL,
    grp BIGINT NOT NULL,         -- 0: none
    area BIGINT NOT NULL,        -- 0: not known
    stage BIGINT NOT NULL,       -- 0: outside every stage
    person BIGINT,
    partner BIGINT,
    period BIGINT,               -- the period key that it claims
    reverses BIGINT,
    detail TEXT,                 -- the programme's own columns, a JSON object
    note TEXT,
    entry BIGINT NOT NULL,       -- journal
    PRIMARY KEY (id, owner)
);
-- The way from an owner to its lines, one span of time after the other: lists come in the order of their dates, so that a
-- chunk touches few pages however many owners there are.
-- distributed by owner
CREATE TABLE owner_line (
    span BIGINT NOT NULL,        -- date / 30 (a reversal has the date of the line that it takes back)
    owner BIGINT NOT NULL,
    id BIGINT NOT NULL,
    PRIMARY KEY (span, owner, id)
);
-- And from a partner to the lines that name them; few lines have one.
-- distributed by owner
CREATE TABLE partner_line (
    partner BIGINT NOT NULL,
    owner BIGINT NOT NULL,
    id BIGINT NOT NULL,
    PRIMARY KEY (partner, owner, id)
);
-- Lines that were taken back, each once, and by which line.
-- distributed by owner
CREATE TABLE reversal (
    owner BIGINT NOT NULL,
    line BIGINT NOT NULL,
    id BIGINT NOT NULL,
    PRIMARY KEY (owner, line)
);
-- One for every offer that was judged: its key, and where its line or refusal is.
-- distributed by key
CREATE TABLE delivery_key (
    key TEXT PRIMARY KEY,
    owner BIGINT NOT NULL,
    id BIGINT NOT NULL
);
-- Periods that are used up.  Lists come in the order of their dates, so neighbours in time stand together.
-- distributed by recipient
CREATE TABLE claim (
    recipient BIGINT NOT NULL,
    programme BIGINT NOT NULL,
    period BIGINT NOT NULL,
    owner BIGINT NOT NULL,
    line BIGINT NOT NULL,
    PRIMARY KEY (programme, period, recipient)
);
-- What a programme gave an owner so far. last_date is of lines that are not reversed.
-- distributed by owner
CREATE TABLE account (
    owner BIGINT NOT NULL,
    programme BIGINT NOT NULL,
    last_date BIGINT NOT NULL,
    last_line BIGINT NOT NULL,
    deliveries BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (owner, programme)
);
-- In which cuts an owner and its members were counted already (ledger/reach.h tells the format).
-- distributed by owner
CREATE TABLE reach (
    owner BIGINT PRIMARY KEY,
    state TEXT NOT NULL
);
CREATE TABLE tally (
    programme BIGINT NOT NULL,
    stage BIGINT NOT NULL,
    county BIGINT NOT NULL,      -- area id; what lies in none keeps its own; 0: not known
    body BIGINT NOT NULL,
    month BIGINT NOT NULL,       -- Solar Hijri year * 12 + month - 1
    slot BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    deliveries BIGINT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (programme, stage, county, body, month, slot)
);
CREATE TABLE tally_detail (
    day BIGINT NOT NULL,
    programme BIGINT NOT NULL,
    stage BIGINT NOT NULL,
    area BIGINT NOT NULL,
    body BIGINT NOT NULL,
    grp BIGINT NOT NULL,
    slot BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    deliveries BIGINT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (day, programme, stage, area, body, grp, slot)
);
-- Unique beneficiaries of the kept cuts. cut: 0 all, 1 stage, 2 body, 3 month, 4 area (at each level). programme 0: all.
CREATE TABLE unique_count (
    cut BIGINT NOT NULL,
    programme BIGINT NOT NULL,
    value BIGINT NOT NULL,       -- of the cut: an id or a month; 0 for all
    slot BIGINT NOT NULL,
    households BIGINT NOT NULL,
    persons BIGINT NOT NULL,
    places BIGINT NOT NULL,
    PRIMARY KEY (cut, programme, value, slot)
);
-- Offers that were refused or held: facts, kept once for each key.
-- distributed by owner
CREATE TABLE refusal (
    owner BIGINT NOT NULL,
    id BIGINT NOT NULL,
    key TEXT NOT NULL,
    programme BIGINT NOT NULL,
    date BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    body BIGINT NOT NULL,
    grp BIGINT NOT NULL,
    person BIGINT,
    partner BIGINT,
    detail TEXT,
    note TEXT,
    kind BIGINT NOT NULL,        -- enum ledger_reason
    reason TEXT NOT NULL,
    blocking BIGINT,             -- the line in the way
    blocking_body BIGINT,
    blocking_date BIGINT,
    state BIGINT NOT NULL,       -- 0 refused, 1 held, 2 accepted, 3 dropped
    line BIGINT,                 -- of an accepted one
    entry BIGINT NOT NULL,
    PRIMARY KEY (owner, id)
);
