-- SPDX-License-Identifier: MIT
-- Appliances that households have. What was given and taken back is the ledger's to remember.
-- distributed by household
CREATE TABLE appliances_given (
    programme BIGINT NOT NULL,
    household BIGINT NOT NULL,
    line BIGINT NOT NULL,        -- of the ledger
    kind TEXT NOT NULL,          -- name of its section
    model TEXT,
    serial TEXT,                 -- null: the kind has none
    date BIGINT NOT NULL,        -- days since 1970-01-01
    guarantee BIGINT,            -- its last day, likewise; null: none
    PRIMARY KEY (programme, household, line)
);
-- Guarantees that run out.
CREATE INDEX appliances_given_guarantee ON appliances_given (programme, guarantee);
-- Serials, each once; by a number made of the serial, so that many are looked up in one statement.
-- distributed by mark
CREATE TABLE appliances_serial (
    programme BIGINT NOT NULL,
    mark BIGINT NOT NULL,
    serial TEXT NOT NULL,
    household BIGINT NOT NULL,
    line BIGINT NOT NULL,
    PRIMARY KEY (programme, mark, serial)
);
