#!/bin/sh
# SPDX-License-Identifier: MIT
# What almoner's work costs on PostgreSQL beside the same work done there without it, in one run, on a server of its own with fsync on: COPY into
# a bare table, pgbench, psql.
set -eu

usage="usage: sh tests/bench/postgres.sh [--build DIR] [--people N] [--runs N] [--small]
  --small  760 people, once: only whether both sides come to the same figures"
here=$(cd "$(dirname "$0")" && pwd)
source_dir=$(cd "$here/../.." && pwd)
build=$source_dir/build people=76000 runs=3 small=
while [ $# -gt 0 ]; do
    case $1 in
    --build) build=$(cd "$2" && pwd); shift ;;
    --people) people=$2; shift ;;
    --runs) runs=$2; shift ;;
    --small) small=1 people=760 runs=1 ;;
    -h | --help) echo "$usage"; exit 0 ;;
    *) echo "$usage" >&2; exit 64 ;;
    esac
    shift
done
. "$here/common.sh"
cd "$work"

export PGHOST="/tmp/almoner-bench-pg-$$" PGUSER=almoner
FSYNC=on sh "$source_dir/tests/postgres.sh" start "$PGHOST"
trap 'sh "$source_dir/tests/postgres.sh" stop "$PGHOST"; rm -rf "$work"' EXIT
sql()
{
    psql -qAtX -v ON_ERROR_STOP=1 -d "$1" -c "$2"
}

# A database NAME, empty or like another one; almoner's are named in the settings of the installation of that name.
database()
{
    sql template1 "DROP DATABASE IF EXISTS $1 WITH (FORCE)" 2>drops
    sql template1 "CREATE DATABASE $1 TEMPLATE ${2:-template0}"
    sql template1 CHECKPOINT
}
install_on()
{
    install_in "$1"
    sed -i '/^\[store\]/,$d' "$1/almoner.ini"
    printf '[store]\nplugin = store-postgres\n\n[store-postgres]\nconnection = dbname=%s\n' "$1" >>"$1/almoner.ini"
}
database registered
install_on registered
register_in registered
people_in registered
install_on current

# ---- the whole campaign's deliveries: COPY into a bare table with a unique key and three indexes ----

peer_lists
fresh_registered()
{
    database current registered
    use current
}
fresh_peer()
{
    database peer
    sql peer 'CREATE TABLE delivery (key TEXT, programme TEXT, beneficiary TEXT, person TEXT, place TEXT, national_id TEXT, quantity BIGINT,
            date TEXT, body TEXT, grp TEXT, note TEXT, slot TEXT, batch TEXT, "time" TEXT, area TEXT);
        CREATE UNIQUE INDEX delivery_key ON delivery (key);
        CREATE INDEX delivery_beneficiary ON delivery (beneficiary, programme, date);
        CREATE INDEX delivery_area ON delivery (programme, area, date);
        CREATE INDEX delivery_group ON delivery (grp, date)'
}
our_deliveries()
{
    for file in parcels meals stationery; do
        "$almoner" delivery import "$lists/$file.csv" || return
    done
}
their_deliveries()
{
    for file in parcels meals stationery; do
        psql -qAtX -v ON_ERROR_STOP=1 -d peer -c '\copy delivery from peer-'$file.csv' with (format csv)' || return
    done
}

printf '%-46s %12s %12s %7s  %s\n' "$people people; milliseconds, best of $runs" almoner beside ratio aim

theirs=$(best fresh_peer their_deliveries)
ours=$(best fresh_registered our_deliveries)
use current
row "delivery import / COPY" "$ours" "$theirs" "at most 2"
same deliveries "$("$almoner" status --output csv | sed -n 's/^ledger lines,//p')" "$(sql peer 'SELECT COUNT(*) FROM delivery')"

# ---- the report, beyond connecting ----

our_report()
{
    "$almoner" report
}
their_connection()
{
    psql -qAtX -d current -c 'SELECT 1'
}
ours=$(best_short our_report)
theirs=$(best_short their_connection)
row "report / psql connecting, SELECT 1" "$ours" "$theirs" "at most 30 ms more"

# ---- eight writers, one commit a delivery; pgbench with eight clients, one insert and one update a transaction ----

writers=8 each=2000
[ -z "$small" ] || each=20
# writer N: deliveries to households of its own, 31 days apart.
writer()
{
    awk -F, -v n="$1" -v writers="$writers" -v each="$each" '
        BEGIN { print "programme,household,date,body" }
        NR > 1 && !seen[$1]++ && ++h % writers == n { home[homes++] = $1 }
        END {
            for (i = 0; i < each; i++)
                printf "parcels,%s,%s,hamdeli\n", home[i % homes], sprintf("2020-%02d-01", 4 + 2 * int(i / homes))
        }' "$lists/people.csv"
}
i=0
while [ "$i" -lt "$writers" ]; do
    writer "$i" >"writer-$i.csv"
    i=$((i + 1))
done
record()
{
    i=0
    jobs=
    while [ "$i" -lt "$1" ]; do
        "$almoner" -q delivery record - <"writer-$i.csv" >"answers-$i" &
        jobs="$jobs $!"
        i=$((i + 1))
    done
    for job in $jobs; do
        wait "$job" || return
    done
}
record_many()
{
    record "$writers"
}
record_alone()
{
    record 1
}
fresh_pgbench()
{
    database bench
    sql bench "CREATE TABLE line (id BIGINT PRIMARY KEY, owner BIGINT, date BIGINT);
        CREATE TABLE account (owner BIGINT PRIMARY KEY, n BIGINT);
        INSERT INTO account SELECT i, 0 FROM generate_series(1, 25000) i"
    cat >transaction.sql <<'SQL'
\set owner random(1, 25000)
\set id random(1, 9000000000000000000)
BEGIN;
INSERT INTO line (id, owner, date) VALUES (:id, :owner, 18500);
UPDATE account SET n = n + 1 WHERE owner = :owner;
END;
SQL
}
pgbench_many()
{
    pgbench -n -M prepared -f transaction.sql -c "$writers" -j 2 -t "$each" bench
}
# rate WHAT OURS THEIRS AIM: commits a second, from the microseconds that so many took.
rate()
{
    awk -v what="$1" -v ours="$2" -v theirs="$3" -v aim="$4" -v our_n="$5" -v their_n="$6" 'BEGIN {
        a = our_n / ours * 1000000; b = their_n / theirs * 1000000
        printf "%-46s %10.0f/s %10.0f/s %7.2f  %s\n", what, a, b, a / b, aim }'
}
theirs=$(best fresh_pgbench pgbench_many)
ours=$(best fresh_registered record_many)
all=$((writers * each))
recorded=$(cat answers-* | grep -c recorded)
same "deliveries of eight writers" "$recorded" "$all"
rate "eight times delivery record - / pgbench -c 8" "$ours" "$theirs" "at least 0.5" "$all" "$all"
rm -f answers-*
alone=$(best fresh_registered record_alone)
rate "eight writers / one" "$ours" "$alone" "more than 1: none waits for another" "$all" "$each"
[ "$faults" -eq 0 ]
