-- SPDX-License-Identifier: MIT
-- Where meals are cooked.
CREATE TABLE meals_kitchen (
    programme BIGINT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    area BIGINT,                 -- whom it cooks for; null: everybody
    capacity BIGINT,             -- thousandths of a meal a day; null: no limit
    PRIMARY KEY (programme, code)
);
-- What was cooked at one time, and how much of it was given.
CREATE TABLE meals_batch (
    programme BIGINT NOT NULL,
    code TEXT NOT NULL,
    kitchen TEXT NOT NULL,       -- code
    date BIGINT NOT NULL,        -- days since 1970-01-01
    slot BIGINT NOT NULL,        -- enum meals_slot
    cooked_at BIGINT,            -- seconds since 1970-01-01T00:00Z; null: not known
    portions BIGINT NOT NULL,    -- thousandths of a meal
    given BIGINT NOT NULL,       -- likewise
    cost BIGINT,                 -- of the whole batch, minor units; null: not known
    PRIMARY KEY (programme, code)
);
-- Batches by day. A table and not an index of meals_batch: a planner without statistics reads all of the programme's batches instead.
CREATE TABLE meals_day (
    programme BIGINT NOT NULL,
    date BIGINT NOT NULL,
    kitchen TEXT NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (programme, date, kitchen, code)
);
