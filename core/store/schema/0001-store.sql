-- SPDX-License-Identifier: MIT
-- The store's own tables: facts about the store, what migrations were applied, the journal and its seal.

CREATE TABLE store_meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE store_migration (
    owner TEXT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at BIGINT NOT NULL,
    PRIMARY KEY (owner, version)
);

-- One entry for each transaction that wrote; `at` in seconds, `digest_*` the sum over its ledger lines.
-- distributed by id
CREATE TABLE journal (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    who TEXT NOT NULL,
    office BIGINT NOT NULL,
    command TEXT NOT NULL,
    subject TEXT,
    reason TEXT,
    added BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    removed BIGINT NOT NULL,
    lines BIGINT NOT NULL,
    digest_high BIGINT NOT NULL,
    digest_low BIGINT NOT NULL
);

-- Entries that wait for their link.  A queue, because entries are not committed in the order of their ids.
CREATE TABLE journal_unsealed (
    entry BIGINT PRIMARY KEY
);

-- The chain: link n is the digest of link n - 1 and the entry.
CREATE TABLE journal_seal (
    n BIGINT PRIMARY KEY,
    entry BIGINT NOT NULL,
    link TEXT NOT NULL
);
