#!/bin/sh
# SPDX-License-Identifier: MIT
# What `plan make` takes for a register of so many households with all their parcels in the ledger, beside the sqlite3 shell reading once what a
# plan is made of: every household, its members, and what it was given last.  Times are the best of some runs.
set -eu

usage="usage: sh tests/bench/plan.sh [--build DIR] [--households N] [--runs N] [--small]
  --small  250 households, once: only whether everybody is on the plan or left out of it"
here=$(cd "$(dirname "$0")" && pwd)
source_dir=$(cd "$here/../.." && pwd)
build=$source_dir/build households=1000000 runs=3 small=
while [ $# -gt 0 ]; do
    case $1 in
    --build) build=$(cd "$2" && pwd); shift ;;
    --households) households=$2; shift ;;
    --runs) runs=$2; shift ;;
    --small) small=1 households=250 runs=1 ;;
    -h | --help) echo "$usage"; exit 0 ;;
    *) echo "$usage" >&2; exit 64 ;;
    esac
    shift
done
if ! command -v sqlite3 >/dev/null; then
    echo "bench: sqlite3 is not there (the package sqlite3)" >&2
    exit 69
fi
people=$((households * 76 / 25)) # as many as the generator has in a household

. "$here/common.sh"

cd "$work"
install_in planning
register_in planning
quietly person import "$lists/people.csv"
quietly delivery import "$lists/parcels.csv"
store=$work/planning/almoner.db
# The whole stage lies behind: nearly all have their parcel, and many wait again.
day=1399/12/25

our_plan()
{
    "$almoner" --dry-run plan make parcels --stage S4 --date "$day" --output csv
}
their_read()
{
    sqlite3 -batch "$store" "SELECT COUNT(*), SUM(n), MAX(last) FROM (SELECT h.id, h.code, COUNT(p.id) AS n, MAX(p.criteria), MAX(a.last_date) AS last
        FROM household h JOIN person p ON p.owner = h.id
        LEFT JOIN account a ON a.owner = h.id AND a.programme = (SELECT id FROM programme WHERE name = 'parcels') GROUP BY h.id)"
}

printf '%-46s %12s %12s %7s  %s\n' "$households households; milliseconds, best of $runs" almoner beside ratio aim
ours=$(best nothing our_plan)
same "households on the plan or left out" "$(our_plan 2>/dev/null | awk -F, 'NR == 2 { print $3 + $6 }')" "$(their_read | cut -d'|' -f1)"
row "plan make / sqlite3 reads what it is made of" "$ours" "$(best nothing their_read)" "a million in 5 s"
printf '%-46s %12s KiB\n' "peak memory, plan make" "$(peak "$almoner" --dry-run plan make parcels --stage S4 --date "$day")"
[ "$faults" -eq 0 ]
