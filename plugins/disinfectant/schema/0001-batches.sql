-- SPDX-License-Identifier: MIT
-- What was mixed: one row for each batch that passed its check.
CREATE TABLE disinfectant_batch (
    programme BIGINT NOT NULL,
    code TEXT NOT NULL,          -- also of its lot in stock
    product TEXT NOT NULL,       -- names of their sections
    substance TEXT NOT NULL,
    date BIGINT NOT NULL,        -- days since 1970-01-01
    expires BIGINT NOT NULL,
    litres BIGINT NOT NULL,      -- that were to be made, thousandths
    made BIGINT NOT NULL,        -- the yield, likewise
    used BIGINT NOT NULL,        -- of the concentrate, likewise
    strength BIGINT NOT NULL,    -- that was wanted, thousandths of a per cent
    measured BIGINT,             -- the last time, likewise; null: never
    measured_on BIGINT,          -- days since 1970-01-01
    cost BIGINT,                 -- minor units; null: not known
    PRIMARY KEY (programme, code)
);
