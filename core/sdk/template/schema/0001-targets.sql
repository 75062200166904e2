-- SPDX-License-Identifier: MIT
-- How many packages are meant for an area.
CREATE TABLE example_target (
    programme BIGINT NOT NULL,
    area BIGINT NOT NULL,
    packages BIGINT NOT NULL,    -- thousandths
    PRIMARY KEY (programme, area)
);
