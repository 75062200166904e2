-- SPDX-License-Identifier: MIT
-- A dowry of one item, handed over, for each couple of `almoner plugin conform --data`; half of its lines are for one person alone, and refused.
INSERT INTO dowries_dowry (programme, id, certificate, person, partner, opened, state)
SELECT p.id, d.n, 'C' || d.n, 1000000 + d.n, 2000000 + d.n, 18500, 0 FROM programme p, (
    SELECT 100 AS n
UNION ALL
    SELECT 101 AS n
UNION ALL
    SELECT 102 AS n
UNION ALL
    SELECT 103 AS n
UNION ALL
    SELECT 104 AS n
UNION ALL
    SELECT 105 AS n
UNION ALL
    SELECT 106 AS n
UNION ALL
    SELECT 107 AS n
UNION ALL
    SELECT 108 AS n
UNION ALL
    SELECT 109 AS n
UNION ALL
    SELECT 110 AS n
UNION ALL
    SELECT 111 AS n
UNION ALL
    SELECT 112 AS n
UNION ALL
    SELECT 113 AS n
UNION ALL
    SELECT 114 AS n
UNION ALL
    SELECT 115 AS n
UNION ALL
    SELECT 116 AS n
UNION ALL
    SELECT 117 AS n
UNION ALL
    SELECT 118 AS n
UNION ALL
    SELECT 119 AS n
) d WHERE p.name = 'dowries';
INSERT INTO dowries_item (programme, dowry, number, item, bought, quantity, handed, cost)
SELECT programme, id, 1, 'carpet', 0, 1000, 18499 + (id - 90) * 4, 1000 * id FROM dowries_dowry;
INSERT INTO dowries_certificate (programme, certificate, dowry) SELECT programme, certificate, id FROM dowries_dowry;
INSERT INTO dowries_person (programme, person, dowry) SELECT programme, person, id FROM dowries_dowry;
INSERT INTO dowries_person (programme, person, dowry) SELECT programme, partner, id FROM dowries_dowry;
