#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What happens when the disk is full, two work at once, the power fails: the data are as they were, or the run goes on.

load common

# Many households with one parcel each month: lists that take several transactions.
many()
{
    register
    awk -v n="$1" 'BEGIN {
        print "household,given_name,family_name"
        for (i = 1; i <= n; i++) print "M" i ",n" i ",f" i
    }' >many.csv
    awk -v n="$1" -v months="$2" 'BEGIN {
        print "key,programme,household,quantity,date,body"
        for (m = 1; m <= months; m++)
            for (i = 1; i <= n; i++) printf "K%d-%d,parcels,M%d,1,1399/%02d/10,hamdeli\n", m, i, i, m
    }' >parcels.csv
}

@test "no store yet" {
    step 69 status
    step 69 delivery list
    step 69 person find x
    step 69 audit verify
    step 69 store backup copy.db
    [ ! -e almoner.db ]
    as_expected "no-store${STORE:+-$STORE}"
}

@test "a store that is something else" {
    [ "${STORE:-sqlite}" = sqlite ] || skip 'no file'
    echo 'this is no database, but a file of some length that was put here by mistake' >almoner.db
    cp almoner.db before
    step 65 status || step 69 status
    same before almoner.db
    rm almoner.db
    sqlite3 almoner.db 'CREATE TABLE other (x)'
    cp almoner.db before
    got=0
    almoner init --test >out 2>err || got=$?
    [ "$got" -ge 64 ] && [ "$got" -le 78 ]
    cmp before almoner.db
}

@test "a store that may not be written to" {
    [ "${STORE:-sqlite}" = sqlite ] || skip 'no file'
    register
    almoner -q delivery record parcels --household H1 --body hamdeli >/dev/null
    almoner report --output csv >want
    printf 'programme,household,date,body\nparcels,H2,1399/09/01,yari\n' >aid.csv
    cp almoner.db before
    almoner() { bound "$ALMONER" --now "$now" "$@"; }
    # Where the folder is closed there is no place for the files that stand beside the store's, which reading needs too.
    touch out err
    chmod a-w . almoner.db
    step 77 report
    step 77 person add --household H1 --given_name x
    chmod u+w .
    step 0 report --output csv
    step 77 person add --household H1 --given_name x
    step 77 delivery record parcels --household H2 --body yari
    step 77 delivery import aid.csv
    step 77 init --test
    chmod u+w almoner.db*
    cmp before almoner.db
    chmod a-w state/office-0.ids
    step 77 person add --household H1 --given_name x
    step 77 delivery record parcels --household H2 --body yari
    chmod u+w state/office-0.ids
    step 0 audit verify
    almoner report --output csv >got
    same want got
    as_expected read-only
}

@test "a dry run changes nothing" {
    register
    almoner -q delivery record parcels --household H1 --body hamdeli >/dev/null
    id=$(last_id)
    store_dump >before
    printf 'household,given_name\nH9,x\nH9,\n' >new.csv
    printf 'programme,household,date,body\nparcels,H2,1399/09/01,yari\n' >aid.csv
    step 65 --dry-run person import new.csv
    step 0 --dry-run person add --household H1 --given_name x
    step 0 --dry-run delivery import aid.csv
    step 0 --dry-run delivery record parcels --household H2 --body yari
    step 0 --dry-run delivery reverse "$id" --reason x
    step 0 --dry-run body add X --name x
    step 0 --dry-run meals kitchen add K1 --name x
    step 0 --dry-run person erase 1476174032 --reason x
    store_dump >after
    same before after
    as_expected dry-run
}

@test "a disk that fills up in the middle of an import" {
    [ "${STORE:-sqlite}" = sqlite ] || skip 'the disk is the server'
    many 20000 3
    almoner -q person import many.csv
    size=$(stat -c %s almoner.db)
    got=0
    # shellcheck disable=SC2016
    bash -c 'ulimit -f $(('"$size"' / 1024 + 2048)); exec "$0" "$@"' "$ALMONER" --now "$now" delivery import parcels.csv >out 2>err || got=$?
    [ "$got" = 74 ] || { echo "exit $got"; cat err; return 1; }
    grep -q 'what was under way was not kept' err || { cat err; return 1; }
    step 0 audit verify
    almoner -q delivery import parcels.csv
    almoner report --output csv | sed 1d | cut -d, -f1-6 >got
    echo parcels,60000,parcels,60000,20000,20000 >want
    same want got
    almoner -q audit verify
}

@test "a copy that cannot be finished leaves nothing behind" {
    many 3000 3
    almoner -q person import many.csv
    almoner -q delivery import parcels.csv
    mkdir out
    # A disk that is full at once, soon, and nearly at the end.
    almoner -q store backup whole
    for size in 1 4 64 256 $(($(stat -c %s whole) / 1024 - 1)); do
        got=0
        # shellcheck disable=SC2016
        bash -c "ulimit -f $size"'; exec "$0" "$@"' "$ALMONER" --now "$now" store backup out/copy 2>err || got=$?
        [ "$got $(ls -A out)" = '74 ' ] || { echo "$size KiB: exit $got"; ls -A out; cat err; return 1; }
    done
    # Somebody who does not wait for the end.
    for signal in INT TERM HUP; do
        "$ALMONER" --now "$now" store backup out/copy 2>err 3>&- &
        pid=$!
        until ls -A out | grep -q . || ! kill -0 $pid 2>/dev/null; do :; done
        kill -$signal $pid 2>/dev/null || true
        got=0
        wait $pid || got=$?
        [ "$got" = 0 ] || [ "$(ls -A out)" = '' ] || { echo "$signal: exit $got"; ls -A out; cat err; return 1; }
        [ "$got" != 0 ] || [ "$(ls -A out)" = copy ]
        rm -f out/copy
    done
    almoner -q audit verify
}

@test "kill -9 in the middle of an import, and again" {
    many 30000 6
    almoner -q person import many.csv
    "$ALMONER" --now "$now" delivery import parcels.csv >/dev/null 2>&1 &
    pid=$!
    for i in $(seq 200); do
        lines=$(sql 'SELECT COUNT(*) FROM line' 2>/dev/null || echo 0)
        [ "${lines:-0}" -eq 0 ] || break
        sleep 0.02
    done
    kill -9 "$pid" || { echo 'it was through before it could be killed'; return 1; }
    wait "$pid" || true
    lines=$(sql 'SELECT COUNT(*) FROM line')
    [ "$lines" -gt 0 ] && [ "$lines" -lt 180000 ]
    almoner -q audit verify
    almoner delivery import parcels.csv 2>err
    grep -q '^resumed at line' err
    almoner report --output csv | sed 1d | cut -d, -f1-6 >got
    echo parcels,180000,parcels,180000,30000,30000 >want
    same want got
    almoner -q audit verify
}

# in_transaction: whether an import has written and not committed.
in_transaction()
{
    if [ "${STORE:-sqlite}" = sqlite ]; then
        ! sqlite3 -cmd '.timeout 0' almoner.db 'BEGIN IMMEDIATE; ROLLBACK' 2>/dev/null
    else
        [ "$(sql "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'almoner'
            AND backend_xid IS NOT NULL")" = 1 ]
    fi
}

@test "reports go on while an import writes, and see what is committed" {
    many 8000 6
    almoner -q person import many.csv
    almoner -q delivery record parcels --household H1 --body hamdeli >/dev/null
    "$ALMONER" --now "$now" delivery import parcels.csv >imported 2>&1 3>&- &
    import=$!
    # Stopped in the midst of a transaction it stays there as long as we like.
    until kill -STOP $import && in_transaction; do
        kill -CONT $import || break
        sleep 0.01
    done
    lines=$(sql 'SELECT COUNT(*) FROM line')
    began=$(date +%s%N)
    timeout 20 "$ALMONER" --now "$now" report --output csv >report || true
    timeout 20 "$ALMONER" --now "$now" delivery list --limit 0 --output csv >list || true
    timeout 20 "$ALMONER" --now "$now" audit verify 2>audit && sound=yes || sound=no
    took=$((($(date +%s%N) - began) / 1000000))
    in_transaction && still=yes || still=no
    kill -CONT $import
    wait $import
    cat audit
    [ "$still $sound" = 'yes yes' ]
    [ "$took" -lt 5000 ] || { echo "readers took $took ms"; return 1; }
    [ "$lines" -lt 48001 ]
    [ "$(sed 1d list | wc -l)" = "$lines" ]
    [ "$(sed 1d report | cut -d, -f4)" = "$lines" ]
    [ "$(sql 'SELECT COUNT(*) FROM line')" = 48001 ]
    almoner audit verify
}

@test "somebody writes for longer than one waits: status 75, and nothing is written" {
    [ "${STORE:-sqlite}" = sqlite ] || skip 'see postgres.bats'
    register
    echo 'busy_timeout = 1 second' >>almoner.ini
    mkfifo hold
    sqlite3 almoner.db <hold >held 3>&- &
    holder=$!
    exec 7>hold
    printf 'BEGIN IMMEDIATE;\nSELECT 1;\n' >&7
    until [ -s held ]; do sleep 0.02; done
    store_dump >before
    began=$(date +%s)
    step 75 delivery record parcels --household H1 --body hamdeli
    step 75 body add later --name x
    printf 'programme,household,date,body\nparcels,H2,1399/09/01,hamdeli\n' >list.csv
    step 75 delivery import list.csv
    step 75 delivery record - <list.csv
    [ $(($(date +%s) - began)) -lt 15 ]
    # Who reads waits for nobody.
    step 0 report --output csv
    store_dump >after
    same before after
    exec 7>&-
    wait $holder
    step 0 delivery record parcels --household H1 --body hamdeli
    as_expected held-store
}

@test "two imports at once both get in" {
    many 20000 2
    almoner -q person import many.csv
    head -n 20001 parcels.csv >first.csv
    { head -n 1 parcels.csv; tail -n 20000 parcels.csv; } >second.csv
    almoner -q delivery import first.csv 2>err1 &
    one=$!
    almoner -q delivery import second.csv 2>err2 || { cat err2; return 1; }
    wait "$one" || { cat err1; return 1; }
    almoner report --output csv | sed 1d | cut -d, -f1-6 >got
    echo parcels,40000,parcels,40000,20000,20000 >want
    same want got
    almoner -q audit verify
}

@test "of the same list twice at once each line gets in once" {
    many 20000 1
    almoner -q person import many.csv
    almoner -q delivery import parcels.csv >/dev/null 2>&1 &
    one=$!
    almoner -q delivery import parcels.csv >/dev/null 2>&1 || true
    wait "$one" || true
    almoner -q delivery import parcels.csv
    almoner report --output csv | sed 1d | cut -d, -f1-6 >got
    echo parcels,20000,parcels,20000,20000,20000 >want
    same want got
    almoner -q audit verify
}

@test "twenty offers to one household at once: one parcel" {
    register
    for i in $(seq 20); do
        almoner delivery record parcels --household H1 --body hamdeli --key "k$i" >/dev/null 2>&1 &
    done
    wait
    almoner delivery list --output csv | sed 1d | wc -l >got
    almoner delivery list --refused --output csv | sed 1d | wc -l >>got
    printf '1\n19\n' >want
    same want got
    almoner -q audit verify
}

@test "backup while there is work, restore asks first" {
    register
    almoner -q delivery record parcels --household H1 --body hamdeli >/dev/null
    almoner report --output csv >want
    step 0 store backup copy.db
    step 73 store backup copy.db
    almoner -q delivery record parcels --household H2 --body hamdeli >/dev/null
    step 64 store restore copy.db </dev/null
    step 0 --yes store restore copy.db
    almoner report --output csv >got
    same want got
    step 0 audit verify
    store_empty
    [ "${STORE:-sqlite}" = sqlite ] || store
    step 0 --yes store restore copy.db
    almoner report --output csv >got
    same want got
    step 66 --yes store restore nowhere.db
    echo nonsense >bad.db
    almoner --yes store restore bad.db >out 2>err && return 1
    almoner report --output csv >got
    same want got
    as_expected backup
}
