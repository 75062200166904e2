-- SPDX-License-Identifier: MIT
-- Small tables, the same everywhere: areas, bodies, groups, bases, stages, programmes.
CREATE TABLE area (
    id BIGINT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    parent BIGINT,
    kind TEXT NOT NULL,          -- province, county, district, city, rural district, neighbourhood, village
    name TEXT NOT NULL,
    name_latin TEXT,
    name_key TEXT NOT NULL       -- folded, joined
);
CREATE TABLE body (
    id BIGINT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT,
    contact TEXT
);
CREATE TABLE volunteer_group (
    id BIGINT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    body BIGINT NOT NULL,
    area BIGINT,
    specialities TEXT NOT NULL,  -- words separated by single blanks
    capacity BIGINT,             -- households a day
    members BIGINT
);
CREATE TABLE base (
    id BIGINT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    area BIGINT,
    contact TEXT
);
CREATE TABLE stage (
    id BIGINT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    starts BIGINT NOT NULL,      -- days since 1970-01-01
    ends BIGINT NOT NULL         -- the last day
);
CREATE TABLE programme (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    plugin TEXT NOT NULL,
    title TEXT NOT NULL,
    unit TEXT NOT NULL,
    unit_plural TEXT NOT NULL,
    recipient BIGINT NOT NULL
);

-- Owned by a household or a place.
-- distributed by id
CREATE TABLE household (
    id BIGINT PRIMARY KEY,
    code TEXT NOT NULL,
    area BIGINT,
    base BIGINT,
    address TEXT,
    since BIGINT NOT NULL
);
-- distributed by id
CREATE TABLE place (
    id BIGINT PRIMARY KEY,
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    area BIGINT,
    address TEXT,
    size BIGINT,                 -- square metres
    since BIGINT NOT NULL
);
-- A person's row stays with the household that registered them (owner).  since/until: when they belonged to that household
-- (null: from the start, to this day); later households are in membership.
-- distributed by owner
CREATE TABLE person (
    owner BIGINT NOT NULL,
    id BIGINT NOT NULL,
    relation BIGINT NOT NULL,
    national_id TEXT,
    foreign_id TEXT,
    given_name TEXT,
    family_name TEXT,
    father_name TEXT,
    birth_date BIGINT,
    sex TEXT,
    mobile TEXT,
    school_grade BIGINT,
    criteria TEXT NOT NULL,
    since BIGINT,
    until BIGINT,                -- the first day on which they no longer belong
    erased BIGINT,               -- the day; null: not erased
    PRIMARY KEY (owner, id)
);
-- distributed by household
CREATE TABLE membership (
    household BIGINT NOT NULL,
    person BIGINT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT,
    home BIGINT NOT NULL,        -- owner of the person's row
    PRIMARY KEY (household, person, since)
);
-- Moves are few; without it a person's later households could only be found by reading all of them.
CREATE INDEX membership_person ON membership (person);

-- Claims: what is unique across owners, and the way from a mark to its owner.
-- distributed by code
CREATE TABLE household_code (
    code TEXT PRIMARY KEY,       -- folded, joined
    household BIGINT NOT NULL
);
-- distributed by code
CREATE TABLE place_code (
    code TEXT PRIMARY KEY,
    place BIGINT NOT NULL
);
-- distributed by mark
CREATE TABLE person_mark (
    mark TEXT PRIMARY KEY,       -- national ID (10 digits), or f: and the folded foreign ID
    owner BIGINT NOT NULL,
    person BIGINT NOT NULL
);
-- Where a row with a program's id lives: persons and ledger lines.
-- distributed by id
CREATE TABLE home (
    id BIGINT PRIMARY KEY,
    owner BIGINT NOT NULL
);
-- For `person find`: given|family and family|given, folded and joined; and mobile numbers.
-- distributed by owner
CREATE TABLE person_name (
    name TEXT NOT NULL,
    owner BIGINT NOT NULL,
    person BIGINT NOT NULL,
    PRIMARY KEY (name, owner, person)
);
-- distributed by owner
CREATE TABLE person_mobile (
    mobile TEXT NOT NULL,
    owner BIGINT NOT NULL,
    person BIGINT NOT NULL,
    PRIMARY KEY (mobile, owner, person)
);

-- How far a file was imported, so that repeating an interrupted command resumes.
CREATE TABLE import_run (
    command TEXT NOT NULL,
    fingerprint TEXT NOT NULL,   -- digest of the first 64 KiB
    position BIGINT NOT NULL,
    prefix TEXT NOT NULL,        -- digest of the bytes before position
    rejects_length BIGINT NOT NULL,
    counts TEXT NOT NULL,        -- the run's counters so far, decimal, separated by blanks
    at BIGINT NOT NULL,
    PRIMARY KEY (command, fingerprint)
);

-- For people who bring their own SQL.
CREATE VIEW member AS
SELECT owner AS household, id AS person, owner AS home, since, until FROM person
UNION ALL
SELECT household, person, home, since, until FROM membership;
