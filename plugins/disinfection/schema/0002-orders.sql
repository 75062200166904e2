-- SPDX-License-Identifier: MIT
-- Work orders: places that a group is to treat.  It is done when all of its places are, and closed by hand before that.
CREATE TABLE disinfection_order (
    programme BIGINT NOT NULL,
    code TEXT NOT NULL,
    grp BIGINT NOT NULL,
    area BIGINT,                 -- null: places that were named one by one
    date BIGINT NOT NULL,        -- when it is to be done; days since 1970-01-01
    job BIGINT NOT NULL,         -- enum disinfection_job
    places BIGINT NOT NULL,
    done BIGINT NOT NULL,        -- of these
    closed BIGINT,               -- the day; null: not by hand
    reason TEXT,                 -- why it was closed
    PRIMARY KEY (programme, code)
);
-- distributed by place
CREATE TABLE disinfection_task (
    programme BIGINT NOT NULL,
    place BIGINT NOT NULL,
    code TEXT NOT NULL,          -- of its order
    done BIGINT,                 -- day of the delivery; null: not yet
    PRIMARY KEY (programme, place, code)
);
CREATE INDEX disinfection_task_order ON disinfection_task (programme, code);
