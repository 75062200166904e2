-- SPDX-License-Identifier: MIT
-- Small tables, the same everywhere: what there is, and where it lies.
CREATE TABLE stock_item (
    id BIGINT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_fa TEXT,
    unit TEXT NOT NULL,          -- kg, litre, piece
    low BIGINT,                  -- thousandths: a depot's stock below it is low
    near BIGINT                  -- days before a lot expires in which it counts as near
);
CREATE TABLE stock_depot (
    id BIGINT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,          -- warehouse, kitchen, base
    area BIGINT,
    body BIGINT
);

-- What came at one time from one source.
CREATE TABLE stock_lot (
    id BIGINT PRIMARY KEY,
    item BIGINT NOT NULL,
    code TEXT NOT NULL,
    expires BIGINT,              -- the last day on which it may be used; null: never
    source TEXT,
    price BIGINT,                -- of one unit, minor units; null: not known
    received BIGINT NOT NULL,    -- the first day
    UNIQUE (item, code)
);

-- The journal: each row takes a quantity of one lot from one account and gives it to another. Accounts are depots, and 1 donors,
-- 2 beneficiaries, 3 losses, 4 differences found by counting, 5 making.  One movement may have several rows; that of a draw has the
-- id of the ledger's line.
-- distributed by id
CREATE TABLE stock_movement (
    id BIGINT NOT NULL,
    lot BIGINT NOT NULL,
    source BIGINT NOT NULL,
    target BIGINT NOT NULL,
    item BIGINT NOT NULL,
    kind BIGINT NOT NULL,        -- enum stock_kind
    date BIGINT NOT NULL,
    quantity BIGINT NOT NULL,    -- thousandths, positive
    reason TEXT,
    entry BIGINT NOT NULL,       -- of the journal of commands
    PRIMARY KEY (id, lot, source, target)
);

-- What follows from the journal, kept beside it: by lot, and in all.  A transaction that is about to change what lies in a depot
-- locks the row of the depot and the item in stock_on_hand first.
CREATE TABLE stock_balance (
    depot BIGINT NOT NULL,
    item BIGINT NOT NULL,
    lot BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    PRIMARY KEY (depot, item, lot)
);
CREATE TABLE stock_on_hand (
    depot BIGINT NOT NULL,
    item BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    PRIMARY KEY (depot, item)
);

-- Claims: every order and every making counts once.
-- distributed by key
CREATE TABLE stock_key (
    key TEXT PRIMARY KEY,
    id BIGINT NOT NULL,          -- the movement's
    content TEXT NOT NULL        -- digest of what was asked under it
);

-- For people who bring their own SQL.
CREATE VIEW stock AS
SELECT d.code AS depot, i.code AS item, l.code AS lot, b.quantity, i.unit, l.expires, l.source, l.price
FROM stock_balance b
JOIN stock_depot d ON d.id = b.depot
JOIN stock_item i ON i.id = b.item
JOIN stock_lot l ON l.id = b.lot
WHERE b.quantity <> 0;
