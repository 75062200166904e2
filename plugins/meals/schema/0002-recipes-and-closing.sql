-- SPDX-License-Identifier: MIT
-- Where a kitchen's goods lie; null: it keeps none.
ALTER TABLE meals_kitchen ADD COLUMN depot BIGINT;
-- By which recipe its goods were drawn; null: none was.
ALTER TABLE meals_batch ADD COLUMN recipe TEXT;
-- What a batch with a recipe cost beside those goods; `cost` holds both.
ALTER TABLE meals_batch ADD COLUMN work BIGINT;
-- When the batch was closed, in seconds, and what became of the rest, in thousandths of a meal; null: it is open.
ALTER TABLE meals_batch ADD COLUMN closed BIGINT;
ALTER TABLE meals_batch ADD COLUMN left_over BIGINT;
ALTER TABLE meals_batch ADD COLUMN thrown BIGINT;
-- Until when it was held hot, in seconds; null: nobody wrote it down.
ALTER TABLE meals_batch ADD COLUMN hot_until BIGINT;
