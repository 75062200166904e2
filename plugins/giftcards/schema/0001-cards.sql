-- SPDX-License-Identifier: MIT
-- A card of the issuer's.
-- distributed by number
CREATE TABLE giftcards_card (
    programme BIGINT NOT NULL,
    number BIGINT NOT NULL,      -- ours, in the order of the imports
    serial TEXT NOT NULL,
    issuer TEXT,
    face BIGINT NOT NULL,        -- thousandths of one unit of its currency
    currency TEXT NOT NULL,      -- ISO 4217
    expires BIGINT NOT NULL,     -- the last day, in days since 1970-01-01; 2147483647: never
    token TEXT,                  -- of its secret code; null: none is known
    state BIGINT NOT NULL,       -- enum giftcards_state
    holder BIGINT NOT NULL,      -- the group that has it or had it last; 0: the secretariat
    replaced_by BIGINT,          -- number of the card that the household got for it
    PRIMARY KEY (programme, number)
);
-- The next card of a holder, and what each has.
CREATE INDEX giftcards_card_next ON giftcards_card (programme, holder, state, expires, number);
-- Serials, each once; and the way to many cards in one statement, by a number made of the serial.
-- distributed by mark
CREATE TABLE giftcards_serial (
    programme BIGINT NOT NULL,
    mark BIGINT NOT NULL,
    serial TEXT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (programme, mark, serial)
);
-- A row to lock for each who holds cards, or held some once.
CREATE TABLE giftcards_holder (
    programme BIGINT NOT NULL,
    holder BIGINT NOT NULL,
    PRIMARY KEY (programme, holder)
);
-- Which household has a card now. Past deliveries are the ledger's to remember.
-- distributed by number
CREATE TABLE giftcards_given (
    programme BIGINT NOT NULL,
    number BIGINT NOT NULL,
    household BIGINT NOT NULL,
    line BIGINT NOT NULL,        -- of the ledger
    date BIGINT NOT NULL,
    PRIMARY KEY (programme, number)
);
-- The chain of custody, append-only: every step but those that the ledger has.
-- distributed by number
CREATE TABLE giftcards_custody (
    programme BIGINT NOT NULL,
    number BIGINT NOT NULL,
    id BIGINT NOT NULL,          -- of the step, in the order of time; the same for all cards that went together
    kind BIGINT NOT NULL,        -- enum giftcards_step
    from_holder BIGINT NOT NULL,
    to_holder BIGINT NOT NULL,
    date BIGINT NOT NULL,
    other BIGINT,                -- number of the card that replaces it, or that it replaces
    household BIGINT,            -- whose card it was or became
    reason TEXT,
    PRIMARY KEY (programme, number, id)
);
