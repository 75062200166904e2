-- SPDX-License-Identifier: MIT
-- A dowry that was opened for a couple.
-- distributed by id
CREATE TABLE dowries_dowry (
    programme BIGINT NOT NULL,
    id BIGINT NOT NULL,
    certificate TEXT NOT NULL,   -- number of the marriage certificate
    person BIGINT NOT NULL,
    partner BIGINT NOT NULL,
    opened BIGINT NOT NULL,      -- days since 1970-01-01, as all dates
    body BIGINT,                 -- who gives it
    grp BIGINT,
    state BIGINT NOT NULL,       -- enum dowries_state
    line BIGINT,                 -- of the ledger, once it is delivered
    ended BIGINT,                -- when it was delivered or cancelled
    reason TEXT,                 -- why it was cancelled
    PRIMARY KEY (programme, id)
);
CREATE INDEX dowries_dowry_state ON dowries_dowry (programme, state, id);
-- What belongs to a dowry, as it was set when it was opened.
-- distributed by dowry
CREATE TABLE dowries_item (
    programme BIGINT NOT NULL,
    dowry BIGINT NOT NULL,
    number BIGINT NOT NULL,      -- 1, 2, 3 ...
    item TEXT NOT NULL,          -- name of its section
    bought BIGINT NOT NULL,      -- 1: bought for the couple; 0: taken out of the stock
    quantity BIGINT NOT NULL,    -- thousandths
    handed BIGINT,               -- when it was handed over; null: not yet
    cost BIGINT,                 -- of all of it, minor units; null: not known
    receipt TEXT,                -- of what was bought
    issued BIGINT,               -- number of the stock's movement; null: not of the stock
    returned BIGINT,             -- when it came back last, and why
    reason TEXT,
    PRIMARY KEY (programme, dowry, number)
);
-- Claims: a certificate is for one dowry, and nobody has two in their life.
-- distributed by certificate
CREATE TABLE dowries_certificate (
    programme BIGINT NOT NULL,
    certificate TEXT NOT NULL,
    dowry BIGINT NOT NULL,
    PRIMARY KEY (programme, certificate)
);
-- distributed by person
CREATE TABLE dowries_person (
    programme BIGINT NOT NULL,
    person BIGINT NOT NULL,
    dowry BIGINT NOT NULL,
    PRIMARY KEY (programme, person)
);
