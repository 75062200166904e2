-- SPDX-License-Identifier: MIT
-- Twenty cards of the secretariat's, for `almoner plugin conform --data`: enough for some of the lines, and some soon out of date.
INSERT INTO giftcards_holder (programme, holder) SELECT id, 0 FROM programme WHERE name = 'giftcards';
INSERT INTO giftcards_serial (programme, mark, serial, number)
SELECT p.id, d.mark, d.serial, d.number FROM programme p, (
    SELECT 4288291950055843124 AS mark, 'C001' AS serial, 1 AS number
UNION ALL
    SELECT 4288290300788400808 AS mark, 'C002' AS serial, 2 AS number
UNION ALL
    SELECT 4288290850544214913 AS mark, 'C003' AS serial, 3 AS number
UNION ALL
    SELECT 4288293599323285441 AS mark, 'C004' AS serial, 4 AS number
UNION ALL
    SELECT 4288294149079099546 AS mark, 'C005' AS serial, 5 AS number
UNION ALL
    SELECT 4288292499811657230 AS mark, 'C006' AS serial, 6 AS number
UNION ALL
    SELECT 4288293049567471335 AS mark, 'C007' AS serial, 7 AS number
UNION ALL
    SELECT 4288295798346541863 AS mark, 'C008' AS serial, 8 AS number
UNION ALL
    SELECT 4288296348102355968 AS mark, 'C009' AS serial, 9 AS number
UNION ALL
    SELECT 4288716911300052063 AS mark, 'C010' AS serial, 10 AS number
UNION ALL
    SELECT 4288716361544237958 AS mark, 'C011' AS serial, 11 AS number
UNION ALL
    SELECT 4288718010811680274 AS mark, 'C012' AS serial, 12 AS number
UNION ALL
    SELECT 4288717461055866169 AS mark, 'C013' AS serial, 13 AS number
UNION ALL
    SELECT 4288714712276795641 AS mark, 'C014' AS serial, 14 AS number
UNION ALL
    SELECT 4288714162520981536 AS mark, 'C015' AS serial, 15 AS number
UNION ALL
    SELECT 4288715811788423852 AS mark, 'C016' AS serial, 16 AS number
UNION ALL
    SELECT 4288715262032609747 AS mark, 'C017' AS serial, 17 AS number
UNION ALL
    SELECT 4288721309346564907 AS mark, 'C018' AS serial, 18 AS number
UNION ALL
    SELECT 4288720759590750802 AS mark, 'C019' AS serial, 19 AS number
UNION ALL
    SELECT 4287317232997623298 AS mark, 'C020' AS serial, 20 AS number
) d WHERE p.name = 'giftcards';
INSERT INTO giftcards_card (programme, number, serial, face, currency, expires, state, holder)
SELECT programme, number, serial, 1000 * number, 'IRR', CASE WHEN number > 8 THEN 2147483647 ELSE 18601 + number END, 0, 0
FROM giftcards_serial;
