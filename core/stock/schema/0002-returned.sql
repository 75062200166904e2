-- SPDX-License-Identifier: MIT
-- Lots of which something came back by hand: 1; null: nothing.  Only for those a delivery that is taken back asks how
-- much of the lot is out at all.
ALTER TABLE stock_lot ADD COLUMN returned BIGINT;
UPDATE stock_lot SET returned = 1 WHERE id IN (SELECT lot FROM stock_movement WHERE kind = 4);
