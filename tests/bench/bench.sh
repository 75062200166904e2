#!/bin/sh
# SPDX-License-Identifier: MIT
# What almoner's work costs beside the same work without it, in one run: the sqlite3 shell and git are the measures, because they are there
# everywhere.  A ratio under 1 means that almoner took less.  Times are the best of some runs, both sides timed alike.
set -eu

usage="usage: sh tests/bench/bench.sh [--build DIR] [--people N] [--runs N] [--small]
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
if ! command -v sqlite3 >/dev/null; then
    echo "bench: sqlite3 is not there (the package sqlite3)" >&2
    exit 69
fi

. "$here/common.sh"

# ---- the stores ----

copy_of()
{
    rm -rf "$work/now"
    cp -a "$work/$1" "$work/now"
    use now
}
cd "$work"
install_in bare
register_in bare
cp -a bare registered
people_in registered

# ---- the sqlite3 shell's side: the same files, into bare tables, unchecked ----

peer_lists
tail -n +2 "$lists/people.csv" >peer-people.csv

fresh_peer()
{
    rm -f peer.db peer.db-wal peer.db-shm
}
peer_deliveries()
{
    sqlite3 -batch peer.db <<'EOF'
PRAGMA journal_mode = WAL;
PRAGMA cache_size = -262144;
CREATE TABLE delivery (key TEXT, programme TEXT, beneficiary TEXT, person TEXT, place TEXT, national_id TEXT, quantity INTEGER, date TEXT,
    body TEXT, grp TEXT, note TEXT, slot TEXT, batch TEXT, time TEXT, area TEXT);
CREATE UNIQUE INDEX delivery_key ON delivery (key);
CREATE INDEX delivery_beneficiary ON delivery (beneficiary, programme, date);
CREATE INDEX delivery_area ON delivery (programme, area, date);
CREATE INDEX delivery_group ON delivery (grp, date);
.mode csv
.import peer-parcels.csv delivery
.import peer-meals.csv delivery
.import peer-stationery.csv delivery
EOF
}
peer_people()
{
    sqlite3 -batch peer.db <<'EOF'
PRAGMA journal_mode = WAL;
PRAGMA cache_size = -262144;
CREATE TABLE person (household TEXT, relation TEXT, national_id TEXT, given_name TEXT, family_name TEXT, father_name TEXT, birth_date TEXT,
    sex TEXT, mobile TEXT, area TEXT, address TEXT, base TEXT, school_grade TEXT, criteria TEXT, foreign_id TEXT, number INTEGER);
CREATE UNIQUE INDEX person_number ON person (number);
CREATE INDEX person_household ON person (household, relation, birth_date);
CREATE INDEX person_name ON person (family_name, given_name, birth_date);
CREATE INDEX person_mark ON person (national_id, foreign_id);
.mode csv
.import peer-people.csv person
EOF
}
# A key that every row has: not all people have an identity number.
awk '{ print $0 "," NR }' peer-people.csv >peer-numbered.csv && mv peer-numbered.csv peer-people.csv

fresh_registered()
{
    copy_of registered
}
fresh_bare()
{
    copy_of bare
}
our_people()
{
    "$almoner" person import "$lists/people.csv"
}
our_deliveries()
{
    for file in parcels meals stationery; do
        "$almoner" delivery import "$lists/$file.csv" || return
    done
}

printf '%-46s %12s %12s %7s  %s\n' "$people people; milliseconds, best of $runs" almoner beside ratio aim

ours=$(best fresh_bare our_people)
use now # what a substitution exports is lost
theirs=$(best fresh_peer peer_people)
row "person import / sqlite3 .import" "$ours" "$theirs" "at most 2"
same "people" "$("$almoner" status --output csv | sed -n 's/^persons,//p')" "$(sqlite3 peer.db 'SELECT COUNT(*) FROM person')"

theirs=$(best fresh_peer peer_deliveries)
peer_lines=$(sqlite3 peer.db 'SELECT COUNT(*) FROM delivery')
ours=$(best fresh_registered our_deliveries)
use now
row "delivery import / sqlite3 .import" "$ours" "$theirs" "at most 1, aim 0.6"
store=$work/now/almoner.db
same "deliveries" "$("$almoner" status --output csv | sed -n 's/^ledger lines,//p')" "$peer_lines"

# ---- reading: $work/now holds the whole campaign ----

our_report()
{
    "$almoner" report
}
their_open()
{
    sqlite3 -batch "$store" 'select 1'
}
row "report / sqlite3 select 1" "$(best_short our_report)" "$(best_short their_open)" "at most 3"

our_cut()
{
    "$almoner" report --by body,stage --output csv
}
their_cut()
{
    sqlite3 -batch "$store" 'SELECT body, stage, COUNT(DISTINCT owner) FROM line GROUP BY body, stage'
}
their_whole_cut()
{
    sqlite3 -batch "$store" 'SELECT l.body, l.stage, COUNT(DISTINCT l.owner), COUNT(DISTINCT p.id)
        FROM line l JOIN person p ON p.owner = l.owner AND (l.person IS NULL OR p.id = l.person) GROUP BY l.body, l.stage'
}
ours=$(best nothing our_cut)
row "report of a cut not kept / COUNT of households" "$ours" "$(best nothing their_cut)" "at most 1.5"
row "  / of households and persons, as the report" "$ours" "$(best nothing their_whole_cut)" "at most 1.5"
same "unique households and persons of the cut" \
    "$(our_cut | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } { print $at["households"] "|" $at["persons"] }' | sort | tr '\n' ' ')" \
    "$(their_whole_cut | cut -d'|' -f3,4 | sort | tr '\n' ' ')"

# ---- starting, with a thousand plug-ins installed ----

mkdir many
cp "$build/plugins/parcels.so" many/plug-1.so
i=1
while [ "$i" -lt 1000 ]; do
    i=$((i + 1))
    ln many/plug-1.so "many/plug-$i.so"
done
install_in crowded
sed -i "s|^plugindir = .*|plugindir = $work/many|" crowded/almoner.ini
our_version()
{
    "$almoner" version
}
their_version()
{
    git --version
}
use crowded
if command -v git >/dev/null; then
    row "version, 1,000 plug-ins installed / git --version" "$(best_short our_version)" "$(best_short their_version)" "at most 1.2"
else
    our_version >/dev/null
    echo "git is not there: almoner version is not compared"
fi

# ---- what an enabled plug-in costs, used and not: each is a shared object of its own ----

enabled=20
copy_of registered
mv now used
rm used/programmes/*.ini
mkdir plugs
cp "$build/plugins/store-sqlite.so" plugs/
sed -i "s|^plugindir = .*|plugindir = $work/plugs|" used/almoner.ini
echo 'programme,household,date,body' | tee one-programme.csv >each-programme.csv
i=0
while [ "$i" -lt "$enabled" ]; do
    i=$((i + 1))
    cat >plug.c <<C
#include <almoner/plugin.h>
struct settings { int64_t days; };
static const struct alm_setting rows[] = {
    {.key = "days", .type = ALM_INT, .offset = offsetof(struct settings, days), .fallback = "30", .help = "h"}};
static void entitle(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
    (void)state, (void)c;
    e->quantity = ALM_UNIT;
}
static const struct alm_programme programme = {
    .size = sizeof programme, .recipient = ALM_HOUSEHOLD, .unit = "x", .unit_plural = "x", .entitle = entitle};
ALM_PLUGIN(.name = "plug-$i", .version = "1", .summary = "s", .kind = ALM_KIND_PROGRAMME, .programme = &programme,
           .settings = {.rows = rows, .n_rows = 1, .size = sizeof(struct settings)})
C
    cc -shared -fPIC -O2 -fvisibility=hidden -Wl,-z,defs,-z,relro,-z,now -I "$source_dir/core/include" -o "plugs/plug-$i.so" plug.c
    printf '[programme]\nenabled = yes\ntitle = a plug-in\nwindow = 30 days\n[plug-%s]\ndays = 30\n' "$i" >"used/programmes/plug-$i.ini"
    printf 'plug-%s,H%07d,2020-12-05,hamdeli\n' "$i" "$i" >>each-programme.csv
    printf 'plug-1,H%07d,2020-12-05,hamdeli\n' "$i" >>one-programme.csv
done
use used
quietly init
cp -a used alone
find alone/programmes -name '*.ini' ! -name plug-1.ini -delete
import_one()
{
    "$almoner" -q --dry-run delivery import one-programme.csv
}
import_each()
{
    "$almoner" -q --dry-run delivery import each-programme.csv
}
# per_plugin WHAT LESS MORE AIM: what each of the others costs.
per_plugin()
{
    awk -v what="$1" -v less="$2" -v more="$3" -v n="$((enabled - 1))" -v aim="$4" \
        'BEGIN { printf "%-46s %12.3f %12s %7s  %s\n", what, (more - less) / n / 1000, "", "", aim }'
}
list_stages()
{
    "$almoner" stage list
}
of_one=$(cpu_short import_one)
of_each=$(cpu_short import_each)
per_plugin "each plug-in that an import uses" "$of_one" "$of_each" "at most 0.2"
with_all=$(cpu_short list_stages)
use alone
with_one=$(cpu_short list_stages)
per_plugin "each enabled one that a command does not use" "$with_one" "$with_all" "its settings are read, no more"

# ---- goods: parcels that draw from stock, of lots enough for all, and the same ones that draw nothing ----

printf 'code,name,unit\nparcel,Parcel,piece\nrice,Rice,kg\noil,Oil,litre\n' >items.csv
printf 'code,name,kind\nW1,Store,warehouse\nW2,Other store,warehouse\n' >depots.csv
awk -v people="$people" 'BEGIN {
    print "item,depot,lot,quantity,date,expires,price"
    for (i = 1; i <= 200; i++)
        printf "parcel,W1,p%d,%d,1398/01/01,1450/01/01,9500000\nrice,W2,r%d,%d,1398/01/01,,320000\noil,W2,o%d,%d,1398/01/01,,640000\n",
            i, people / 100, i, people / 10, i, people / 10
}' >stock.csv
copy_of registered
quietly stock item import items.csv
quietly stock depot import depots.csv
quietly stock import stock.csv
rm -rf "$work/stocked"
cp -a "$work/now" "$work/stocked"
fresh_stocked()
{
    copy_of stocked
}
fresh_drawing()
{
    copy_of stocked
    sed -i 's/^window = .*/&\ndraw = parcel, rice 2, oil 0.5\ndepots = W1, W2/' "$work/now/programmes/parcels.ini"
}
our_parcels()
{
    "$almoner" delivery import "$lists/parcels.csv"
}
without=$(best fresh_stocked our_parcels)
with=$(best fresh_drawing our_parcels)
use now
row "parcels that draw three items / that draw none" "$with" "$without" "at most 2"
same "rows of the stock's journal" "$(sqlite3 "$work/now/almoner.db" 'SELECT COUNT(DISTINCT id) FROM stock_movement WHERE kind = 7')" \
    "$("$almoner" status --output csv | sed -n 's/^ledger lines,//p')"

# ---- the demo's own programmes: the same lists with goods, and without what they draw ----

install_in goods conf/demo/programmes
use goods
quietly init
show()
{
    quietly "$@"
}
into()
{
    shift
    quietly "$@"
}
. "$source_dir/conf/demo/enter.sh"
"$build/campaign" --areas "$source_dir/conf/demo/areas.csv" --out "$work/all" --people "$people"
cp "$source_dir/conf/demo/areas.csv" "$work/all/"
(cd "$work/all" && prepare)
fresh_goods()
{
    copy_of goods
}
fresh_goodless()
{
    copy_of goods
    sed -i -e '/^item = /d' -e '/^draw = /d' -e '/^depots = /d' "$work/now/programmes/"*.ini
}
import_list()
{
    "$almoner" delivery import "$work/all/$list.csv"
}
for list in parcels hygiene stationery disinfection disinfectant; do
    without=$(best fresh_goodless import_list)
    with=$(best fresh_goods import_list)
    use now
    row "$list that draw on stock / that don't" "$with" "$without" "at most 2"
    same "lines of $list that moved goods" "$(sqlite3 "$work/now/almoner.db" 'SELECT COUNT(DISTINCT id) FROM stock_movement WHERE kind = 7')" \
        "$("$almoner" status --output csv | sed -n 's/^ledger lines,//p')"
done

# ---- memory ----

copy_of registered
for file in parcels meals stationery; do
    printf '%-46s %12s KiB\n' "peak memory, delivery import $file.csv" "$(peak "$almoner" delivery import "$lists/$file.csv")"
done
copy_of bare
printf '%-46s %12s KiB\n' "peak memory, person import" "$(peak "$almoner" person import "$lists/people.csv")"
[ "$faults" -eq 0 ]
