#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A whole campaign moves from this test's store to a file of SQLite and on to a fresh store of the first kind: with STORE=postgres
# from PostgreSQL to SQLite and from SQLite to PostgreSQL.

bats_require_minimum_version 1.5.0
load common

other=store-sqlite:other.db

# back: an empty store of this test's kind, beside its own.
back()
{
    if [ "${STORE:-sqlite}" = sqlite ]; then
        echo store-sqlite:back.db
    else
        store_server "DROP DATABASE IF EXISTS ${PGDATABASE}_back WITH (FORCE)"
        store_server "CREATE DATABASE ${PGDATABASE}_back TEMPLATE template0"
        echo "postgresql:///${PGDATABASE}_back"
    fi
}

teardown()
{
    [ "${STORE:-sqlite}" = sqlite ] || store_server "DROP DATABASE IF EXISTS ${PGDATABASE}_back WITH (FORCE)"
    store_gone
}

# here: the store of this test, as --from and --to take it.
here()
{
    echo "store-${STORE:-sqlite}"
}

# on CONNECTION: from now on almoner.ini names that store, as store copy was given it.
on()
{
    sed -i '/^\[store\]/,$d' almoner.ini
    case $1 in
    store-sqlite:*) printf '[store]\nplugin = store-sqlite\n\n[store-sqlite]\npath = %s\n' "${1#*:}" >>almoner.ini ;;
    postgresql:*) printf '[store]\nplugin = store-postgres\n\n[store-postgres]\nconnection = %s\n' "$1" >>almoner.ini ;;
    *) store_ini >>almoner.ini ;;
    esac
}

# campaign PEOPLE: the demo's lists, cards and stock; its journal is sealed in part.
campaign()
{
    local list demo=$BATS_TEST_DIRNAME/../../conf/demo
    enable giftcards
    "$CAMPAIGN" --areas "$demo/areas.csv" --out lists --people "$1" --plain
    cp "$demo/areas.csv" lists/
    now=2021-03-01T09:00
    store
    for list in area:areas body:bodies group:groups base:bases stage:stages person:people; do
        almoner -q "${list%:*}" import "lists/${list#*:}.csv"
    done
    almoner -q meals kitchen import lists/kitchens.csv
    almoner -q meals batch import lists/batches.csv
    almoner -q audit seal
    printf 'code,name,unit\nrice,برنج,kg\n' >items.csv
    printf 'code,name,kind\nW1,انبار,warehouse\n' >depots.csv
    almoner -q stock item import items.csv
    almoner -q stock depot import depots.csv
    almoner -q stock receive rice 500 --depot W1 --expires 1400/06/31 --key R-1
    printf 'serial,value,currency,expires\nA-1,100,IRR,1401/01/01\nA-2,100,IRR,1401/01/01\n' >cards.csv
    almoner -q giftcards import cards.csv
    for list in parcels meals stationery doubles; do
        almoner -q delivery import lists/$list.csv --rejects rejected.csv || [ $? = 65 ]
    done
}

# reports: everything that can be read of it.
reports()
{
    local cut
    for cut in programme area,body group month,programme stage,body; do
        almoner report --by "$cut" --output csv
        almoner report --by "$cut" --area 1503 --output json
    done
    almoner delivery list --limit 0 --output csv
    almoner delivery list --refused --limit 0 --output csv
    almoner report meals kitchens --output csv
    almoner report parcels sizes --output csv
    almoner stock show rice --output csv
    almoner stock list --lots --output csv
    almoner person find "$(sed -n 2p lists/people.csv | cut -d, -f5)" --limit 0 --output csv
    almoner status --output csv | grep -v '^store\|^configuration'
    almoner audit verify 2>&1 | sed 's/, [0-9]* not yet sealed//'
}

# reverse_one: something is written.
reverse_one()
{
    almoner -q delivery list --limit 50 --output csv | sed 1d | cut -d, -f1 >lines
    while read -r id; do
        ! almoner -q delivery reverse "$id" --reason 'entered twice' 2>/dev/null || return 0
    done <lines
    return 1
}

# sqlite_rows FILE: all that stands in it, but the journal of its last command and when its tables were made.
sqlite_rows()
{
    sqlite3 "$1" .dump | grep -v "^INSERT INTO \(store_migration\|journal_unsealed\) \|'store copy'"
}

@test "a campaign moves to another store and back, and every answer is the same" {
    campaign 300
    # nobody needs the programme of a plug-in for its tables
    sed -i 's/^enabled = .*/enabled = no/' programmes/giftcards.ini
    almoner delivery list --limit 1 --output csv | sed 1d | cut -d, -f1 >line
    almoner -q delivery reverse "$(cat line)" --reason 'entered twice'
    reports >reports.here
    grep -q '0 differences' reports.here
    first=$(back)
    almoner store copy --from "$(here)" --to $other --output csv >copied 2>err
    # what was read was written, table by table
    awk -F, 'NR > 1 && $2 != $3 { exit 1 } NR > 1 { rows += $2 } END { exit !(NR > 40 && rows > 10000) }' copied
    grep -q '^giftcards_card,2,2$' copied
    grep -q '^stock_movement,1,1$' copied
    grep -q "^copied, and every table compared: SQLite .*other.db\$" err
    on $other
    reports >reports.other
    same reports.here reports.other
    # the seal goes on where it was, with the same heads and key
    almoner audit seal 2>sealed
    almoner audit verify
    reverse_one
    reports >reports.other
    almoner store copy --from $other --to "$first" --output csv >copied
    on "$first"
    reports >reports.back
    same reports.other reports.back
    if [ "${STORE:-sqlite}" = sqlite ]; then
        sqlite_rows other.db >rows.other
        sqlite_rows back.db >rows.back
        same rows.other rows.back
    fi
}

# rows_in CONNECTION TABLE: of a target, past almoner; 0 while there is no such table.
rows_in()
{
    case $1 in
    store-sqlite:*) sqlite3 "file:${1#*:}?mode=ro" "SELECT COUNT(*) FROM $2" 2>/dev/null || echo 0 ;;
    *) PGOPTIONS='-c search_path=almoner' psql -qAtX -d "$1" -c "SELECT COUNT(*) FROM $2" 2>/dev/null || echo 0 ;;
    esac
}

# partly CONNECTION: copy into it, and be killed when persons and what belongs to them are there and lines are not yet.
partly()
{
    local pid status
    "$ALMONER" --now "$now" -q store copy --from "$(here)" --to "$1" >/dev/null 2>killed 3>&- &
    pid=$!
    while [ "$(rows_in "$1" home)" = 0 ] && kill -0 $pid 2>/dev/null; do
        sleep 0.01
    done
    kill -KILL $pid
    status=0
    wait $pid || status=$?
    [ $status = 137 ] || { echo "exit $status"; cat killed; return 1; }
}

@test "a copy that was killed goes on, and is not taken for a store until then" {
    campaign 3000
    almoner -q audit seal
    reports >reports.here
    partly $other
    on $other
    for words in status report init 'delivery list' 'audit verify' 'store backup x'; do
        # shellcheck disable=SC2086
        run -69 almoner $words
        [[ "$output" = *"the store is a copy that was not finished"*"repeat the almoner store copy that began it"* ]]
    done
    on here
    almoner --dry-run store copy --from "$(here)" --to $other 2>&1 | grep -q 'an earlier run has begun this copy'
    almoner store copy --from "$(here)" --to $other >copied 2>err
    # not a word of anything that had to be copied again
    run ! grep 'copied again' err
    on $other
    reports >reports.other
    same reports.here reports.other
    # and on to the other engine, killed on its way
    on here
    reverse_one
    reports >reports.here
    target=$(back)
    partly "$target"
    almoner -q store copy --from "$(here)" --to "$target" >/dev/null
    on "$target"
    reports >reports.back
    same reports.here reports.back
}

@test "what the source got between two runs is in the copy" {
    campaign 3000
    partly $other
    # the first household, which is there already, has another address; and a line comes that is not
    almoner -q person edit "$(cut -d, -f3 lists/people.csv | sed -n '2,$p' | grep -m 1 .)" --address 'کوچه باغ'
    reverse_one
    reports >reports.here
    almoner store copy --from "$(here)" --to $other >copied 2>err
    cat err
    grep -q '^warning: household: what was copied is not what stands in the source now; it is copied again$' err
    on $other
    reports >reports.other
    same reports.here reports.other
}

# refused STATUS WORDS: a step of store copy.
refused()
{
    local status=$1
    shift
    step "$status" store copy "$@"
}

@test "what cannot be copied is refused before anything is written" {
    register
    almoner -q meals kitchen add K1 --name آشپزخانه
    refused 64 --from "$(here)" --to "$(here)"
    refused 64 --from almoner.db --to $other
    # What was typed is not told again: a password may stand in it.
    refused 64 --from 'host=db.example password=geheim' --to $other
    refused 64 --from "$(here)" --to meals
    refused 64 --from "$(here)" --to 'postgresql://a:geheim@db.example/almoner'
    refused 64 --from "$(here)"
    refused 69 --from store-nowhere --to $other
    refused 69 --from store-sqlite:nothing.db --to $other
    printf 'text' >other.db
    refused 69 --from "$(here)" --to $other
    rm other.db
    # a plug-in is not here any more
    mkdir plugins
    cp "$PLUGINS"/*.so plugins/
    chmod 755 plugins
    chmod 644 plugins/*
    rm plugins/meals.so
    sed -i "s|^plugindir = .*|plugindir = plugins|" almoner.ini
    refused 69 --from "$(here)" --to $other
    # or is here, and cannot be had
    printf 'text' >plugins/meals.so
    refused 69 --from "$(here)" --to $other
    sed -i "s|^plugindir = .*|plugindir = $PLUGINS|" almoner.ini
    # tables of who knows whom, on either side
    sql 'CREATE TABLE notes (id BIGINT PRIMARY KEY)'
    refused 65 --from "$(here)" --to $other
    sql 'DROP TABLE notes'
    [ "$(sqlite3 other.db 'SELECT COUNT(*) FROM area')" = 0 ]
    # another campaign's
    rm other.db
    on $other
    almoner init --test 2>/dev/null
    on here
    refused 73 --from "$(here)" --to $other
    rm other.db
    # an older schema, a newer one
    sql "UPDATE store_migration SET checksum = 'x' WHERE owner = 'meals' AND version = 2"
    refused 69 --from "$(here)" --to $other
    sql "DELETE FROM store_migration WHERE owner = 'meals' AND version = 2"
    refused 69 --from "$(here)" --to $other
    [ ! -e other.db ]
    sed -i -e 's/store-postgres --to store-postgres/HERE --to HERE/; s/store-sqlite --to store-sqlite$/HERE --to HERE/' \
        -e 's/--from store-\(sqlite\|postgres\)\( \|$\)/--from HERE\2/' -e 's/SQLite [0-9.]*/SQLITE/' transcript
    as_expected refused
}

@test "a dry run tells what would be copied, and writes nothing" {
    register
    step 0 --dry-run store copy --from "$(here)" --to $other --output plain
    sed -i '/\t0$/d' transcript # more tables come
    [ ! -e other.db ]
    almoner -q store copy --from "$(here)" --to $other >/dev/null
    step 73 --dry-run store copy --from "$(here)" --to $other
    sed -i 's/--from store-\(sqlite\|postgres\)\( \|$\)/--from HERE\2/' transcript
    as_expected dry-run
}

@test "two copies that begin at once: one ends well, and the other is told of it" {
    register
    for i in 1 2 3 4 5 6; do
        target=$(back)
        rm -f back.db*
        # a file that is a store already, and without a table
        [ "${STORE:-sqlite}" != sqlite ] || sqlite3 back.db "PRAGMA journal_mode = WAL; PRAGMA user_version = 1;
            PRAGMA application_id = $(sqlite3 almoner.db 'PRAGMA application_id')" >/dev/null
        for n in 1 2; do
            "$ALMONER" --now "$now" -q store copy --from "$(here)" --to "$target" >out.$n 2>err.$n 3>&- &
            pid[n]=$!
        done
        good=0
        for n in 1 2; do
            got=0
            wait "${pid[n]}" || got=$?
            case $got in
            0) good=$((good + 1)) ;;
            75) grep -q '^almoner: \([a-z_]*: \)*the target: another command copies into it$' err.$n ;;
            *) [ $got = 73 ] && grep -q '^almoner: the target: it holds this campaign already' err.$n ;;
            esac || { echo "exit $got"; cat err.$n; return 1; }
        done
        [ $good = 1 ]
    done
}
