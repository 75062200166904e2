#!/bin/sh
# SPDX-License-Identifier: MIT
# The demo campaign, from an empty clone to the report: installs what the build needs, builds, makes up a campaign, registers it,
# records its aid, and holds the reports against what the generator says they have to show.
set -eu

usage()
{
    cat <<'EOF'
usage: sh conf/demo/run.sh [--people N] [--keep DIR] [--store postgres|CONNECTION]
  --people N   size of the campaign (76000); all else scales with it
  --keep DIR   work in DIR and leave it there (default: a scratch folder that is removed)
  --store S    keep the store on PostgreSQL: in an empty database, named as libpq takes it (host=... dbname=..., or
               postgresql://...; passwords stand in ~/.pgpass), or with `postgres` on a server of its own, which ends with it
               (default: a file of SQLite)
for tests:
  --build DIR  use the programs in DIR as they are; install and build nothing
  --under CMD  run every almoner command under CMD (valgrind)
EOF
}

people=76000 keep='' build='' under='' store=''
while [ $# -gt 0 ]; do
    case $1 in
    --people | --keep | --store | --build | --under)
        [ $# -ge 2 ] || { usage >&2; exit 64; }
        case $1 in
        --people) people=$2 ;;
        --keep) keep=$2 ;;
        --store) store=$2 ;;
        --build) build=$2 ;;
        --under) under=$2 ;;
        esac
        shift 2
        ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
    esac
done

demo=$(cd "$(dirname "$0")" && pwd)
source_dir=$(cd "$demo/../.." && pwd)
if [ -z "$build" ]; then
    . "$source_dir/tests/packages.sh"
    install_packages $build_packages $([ "$store" != postgres ] || echo "$postgres_packages")
    build=$source_dir/build
    build_in "$build" OFF demo
fi
build=$(cd "$build" && pwd)

if [ -n "$keep" ]; then
    mkdir -p "$keep"
    work=$(cd "$keep" && pwd)
else
    work=$(mktemp -d "${TMPDIR:-/tmp}/almoner-demo.XXXXXX")
fi
server=''
clean_up()
{
    [ -z "$server" ] || sh "$source_dir/tests/postgres.sh" stop "$server"
    [ -n "$keep" ] || rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM
if [ "$store" = postgres ]; then
    server=/tmp/almoner-demo-$$ # short: the path of a socket has to fit
    WATCH=$$ sh "$source_dir/tests/postgres.sh" start "$server"
    store="host=$server user=almoner dbname=almoner"
fi

"$build/campaign" --areas "$demo/areas.csv" --out "$work/lists" --people "$people"
mkdir -p "$work/programmes"
cp "$demo/programmes/"*.ini "$work/programmes/"
sed "s|^plugindir = .*|plugindir = $build/plugins|" "$demo/almoner.ini" >"$work/almoner.ini"
if [ -n "$store" ]; then
    sed -i '/^\[store/,$d' "$work/almoner.ini"
    printf '[store]\nplugin = store-postgres\n\n[store-postgres]\nconnection = %s\n' "$store" >>"$work/almoner.ini"
fi
cp "$demo/areas.csv" "$work/lists/areas.csv"
cd "$work/lists"
export ALMONER_CONFIG="$work/almoner.ini" LC_ALL=C.UTF-8

almoner()
{
    $under "$build/almoner" "$@"
}
show()
{
    printf '\n$ almoner %s\n' "$*"
    almoner "$@"
}
# The same into a file: into FILE ARGUMENTS.
into()
{
    file=$1
    shift
    printf '\n$ almoner %s >%s\n' "$*" "$file"
    almoner "$@" >"$file"
}

. "$demo/enter.sh"

echo "The campaign's lists and its store are in $work; ALMONER_CONFIG=$ALMONER_CONFIG"
show config check
show init
show programme list
prepare
deliver
into refused.csv delivery list --refused --limit 0 --output csv
head -n 4 refused.csv
show audit verify
show status
show stock list --depot W1
show report meals kitchens
show report hygiene months
show report giftcards balance
show report disinfectant production
show report disinfection agents
show report appliances kinds
show report dowries handed
show report --by area
show report --by month
show report --by body
show report --by programme

# What is expected.txt's line for a heading must be the report's; names in the report stand for codes in the list.
faults=0
check()
{
    cut=$1 names=$2
    into "report-$cut.csv" report --by "$cut" --output csv
    awk -F, -v cut="$cut" '
        FILENAME == ARGV[1] { split($0, w, " "); if (w[1] == cut) want[w[2]] = w[3] " " w[4] " " w[5] " " w[6] " " w[7]; next }
        FILENAME == ARGV[2] { code[$2] = $1; next }
        FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        {
            key = $at[cut]
            if (key in code)
                key = code[key]
            split(want[key], w, " ")
            # Kinds of aid do not add up: where there are several, the report has no quantity.
            quantity = $at["quantity"] == "" ? w[1] : $at["quantity"]
            got = quantity " " $at["deliveries"] " " $at["households"] " " $at["persons"] " " $at["value"]
            if (got != want[key]) {
                printf "%s %s: expected %s, reported %s\n", cut, key, want[key], got
                bad = 1
            }
            delete want[key]
        }
        END {
            for (key in want) {
                printf "%s %s: expected %s, not in the report\n", cut, key, want[key]
                bad = 1
            }
            exit bad
        }' expected.txt "$names" "report-$cut.csv" || faults=$((faults + 1))
}
expect()
{
    want=$(awk -v name="$2" '$1 == "count" && $2 == name { print $3 }' expected.txt)
    [ "$3" = "$want" ] || { echo "$1: expected $want, got $3"; faults=$((faults + 1)); }
}
fact()
{
    awk -F, -v fact="$1" '$1 == fact { print $2 }' status.csv
}

awk -F, '$3 == "county" { print $1 "," $4 }' areas.csv >county-names.csv
: >no-names.csv
check programme no-names.csv
check area county-names.csv
check month no-names.csv
check body bodies.csv
into report-all.csv report --by all --output csv
total=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { print $at["deliveries"], $at["households"], $at["persons"], $at["value"] }' report-all.csv)
want=$(awk '$1 == "total" { print $4, $5, $6, $7 }' expected.txt)
[ "$total" = "$want" ] || { echo "total: expected $want, reported $total"; faults=$((faults + 1)); }
# What is left in the depots is what came less what was given.
into stock-list.csv stock list --output csv
awk -F, '
    FILENAME == ARGV[1] { if (split($0, w, " ") && w[1] == "stock") want[w[2]] = w[3]; next }
    FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    {
        key = $at["depot"] "/" $at["item"]
        if ($at["quantity"] != want[key] + 0) { printf "stock %s: expected %s, there is %s\n", key, want[key] + 0, $at["quantity"]; bad = 1 }
        delete want[key]
    }
    END {
        for (key in want)
            if (want[key] != 0) { printf "stock %s: expected %s, not in the list\n", key, want[key]; bad = 1 }
        exit bad
    }' expected.txt stock-list.csv || faults=$((faults + 1))
into status.csv status --output csv
expect "places registered" places "$(fact places)"
expect "persons registered" people "$(fact persons)"
expect "households registered" households "$(fact households)"
expect "second helpings refused" doubles "$(($(wc -l <refused.csv) - 1))"
if [ "$faults" -gt 0 ]; then
    echo "The reports differ from what the lists hold (see above)." >&2
    exit 1
fi
printf '\nAll figures are as expected: '
awk '$1 == "count" { n[$2] = $3 }
     $1 == "programme" { given[$2] = $3 }
     END {
         printf "%d people, %d parcels, %d meals, ", n["people"], given["parcels"], given["meals"]
         printf "%d hygiene packs, %d kits, %d gift cards, ", given["hygiene"], given["stationery"], given["giftcards"]
         printf "%d appliances, %d dowries, ", given["appliances"], given["dowries"]
         printf "%d places treated %d times, ", n["places"], given["disinfection"]
         printf "%d litres of disinfectant; %d second helpings refused.\n", given["disinfectant"] + given["disinfectant-places"], n["doubles"]
     }' expected.txt
