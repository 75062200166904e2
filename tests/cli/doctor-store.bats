#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the doctor finds inside the store, whichever it is.

load common
load doctor

@test "a sound installation" {
    register
    almoner -q delivery record parcels --household H1 --body hamdeli >/dev/null
    almoner -q audit seal
    doctor 0
    doctor 0 --quick
    almoner doctor --output json | jq -e 'length > 15 and all(.[]; .result != "wrong" and (.check | length) > 0)'
    almoner doctor --output ndjson | jq -es 'map(.check) | index("disk") and index("locale") and index("time zone")'
    [ ! -e almoner.db-wal ] # nothing is left open
    as_expected sound
}

@test "a ledger and a journal that were written past almoner" {
    register
    almoner -q delivery record parcels --household H1 --body hamdeli >/dev/null
    almoner -q audit seal
    sql 'UPDATE tally SET deliveries = deliveries + 1'
    faults 1
    faults 0 --quick
    sql 'UPDATE tally SET deliveries = deliveries - 1'
    sql "UPDATE journal SET who = 'nobody'"
    faults 1
    as_expected written
}

@test "a clock that is wrong, and a seal that is forgotten" {
    register
    almoner doctor --now 2020-12-05T08:00 --output plain | grep '^clock' >>transcript || true
    almoner doctor --now 2020-12-14T09:00 --output plain | grep '^journal' >>transcript
    sql 'UPDATE journal SET at = 4102444800'
    # With the machine's own clock, too.
    "$ALMONER" doctor --output plain | grep '^clock' | sed 's/says [^,]*/says NOW/' >>transcript || true
    as_expected clock
}


@test "a schema that is old, newer, or another one" {
    store
    local change
    for change in "INSERT INTO store_migration VALUES ('ledger', 9, 'later', 'x', 0)" \
        "DELETE FROM store_migration WHERE owner = 'ledger'" "UPDATE store_migration SET checksum = 'x' WHERE owner = 'meals'" \
        'DROP TABLE store_migration'; do
        store_keep sound
        sql "$change"
        faults 1
        store_put_back sound
    done
    faults 0
    as_expected schema
}
