-- SPDX-License-Identifier: MIT
-- A person whom a line of a household names to which they never belonged (a couple's partner) can be met under two
-- owners, as one who moved can: 1. Null: never.
ALTER TABLE person ADD COLUMN elsewhere BIGINT;
