-- SPDX-License-Identifier: MIT
-- A kitchen with a batch for lunch on each day to 2020-12-05, for `almoner plugin conform --data`: enough for some of the lines.
INSERT INTO meals_kitchen (programme, code, name)
SELECT id, 'K1', 'K1' FROM programme WHERE name = 'meals';
INSERT INTO meals_batch (programme, code, kitchen, date, slot, portions, given, cost)
SELECT p.id, d.code, 'K1', d.date, 2, 40000, 0, 1000
FROM programme p, (SELECT 'B1' AS code, 18599 AS date UNION ALL SELECT 'B2', 18600 UNION ALL SELECT 'B3', 18601) d
WHERE p.name = 'meals';
INSERT INTO meals_day (programme, date, kitchen, code)
SELECT programme, date, kitchen, code FROM meals_batch;
