-- SPDX-License-Identifier: MIT
-- On which days a place was treated in a round; spot jobs are not here, because they don't stand for a round.
-- distributed by place
CREATE TABLE disinfection_round (
    programme BIGINT NOT NULL,
    place BIGINT NOT NULL,
    date BIGINT NOT NULL,        -- days since 1970-01-01
    treatments BIGINT NOT NULL,  -- deliveries of that day
    PRIMARY KEY (programme, place, date)
);
-- What was used, day by day: the ledger's own columns are one text, which SQL cannot add up.
CREATE TABLE disinfection_use (
    programme BIGINT NOT NULL,
    date BIGINT NOT NULL,
    agent TEXT NOT NULL,         -- name of its section
    object BIGINT NOT NULL,      -- enum disinfection_object
    job BIGINT NOT NULL,         -- enum disinfection_job
    treatments BIGINT NOT NULL,  -- thousandths of a place
    unmeasured BIGINT NOT NULL,  -- of these, without litres
    litres BIGINT NOT NULL,      -- thousandths
    square_metres BIGINT NOT NULL,
    PRIMARY KEY (programme, date, agent, object, job)
);
