# SPDX-License-Identifier: MIT
# What the benches share: a scratch folder with a campaign's lists, measuring, installations on them.  Read with $source_dir, $build, $people,
# $runs and $small set.

work=$(mktemp -d "${TMPDIR:-/tmp}/almoner-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
lists=$work/lists
almoner=$build/almoner
"$build/campaign" --areas "$source_dir/conf/demo/areas.csv" --out "$lists" --people "$people" --plain

# ---- measuring: microseconds of one run of a function, the best of $runs ----

now()
{
    date +%s%N
}
# best FRESH COMMAND: FRESH makes the ground ready, untimed.
best()
{
    least=
    run=0
    while [ "$run" -lt "$runs" ]; do
        "$1"
        start=$(now)
        "$2" >"$work/out" 2>"$work/err" || { echo "bench: $2 failed:" >&2; cat "$work/err" >&2; exit 70; }
        took=$((($(now) - start) / 1000))
        if [ -z "$least" ] || [ "$took" -lt "$least" ]; then least=$took; fi
        run=$((run + 1))
    done
    echo "$least"
}
# best_short COMMAND: for what takes a millisecond; a batch of runs at once.
best_short()
{
    batch=100
    [ -z "$small" ] || batch=1
    least=
    run=0
    while [ "$run" -lt $((runs + 2)) ]; do
        i=0
        start=$(now)
        while [ "$i" -lt "$batch" ]; do
            "$1" >/dev/null || { echo "bench: $1 failed" >&2; exit 70; }
            i=$((i + 1))
        done
        took=$((($(now) - start) / 1000 / batch))
        if [ -z "$least" ] || [ "$took" -lt "$least" ]; then least=$took; fi
        run=$((run + 1))
    done
    echo "$least"
}
# cpu_short COMMAND: likewise, in time of the processor, which other work on the machine changes less.
cpu_of_children()
{
    times >"$work/times"
    awk 'NR == 2 { gsub(/[ms]/, " "); print int(($1 * 60 + $2 + $3 * 60 + $4) * 1000000) }' "$work/times"
}
cpu_short()
{
    batch=100
    [ -z "$small" ] || batch=1
    least=
    run=0
    while [ "$run" -lt $((runs + 2)) ]; do
        i=0
        cpu_of_children >"$work/before"
        while [ "$i" -lt "$batch" ]; do
            "$1" >/dev/null || { echo "bench: $1 failed" >&2; exit 70; }
            i=$((i + 1))
        done
        cpu_of_children >"$work/after"
        took=$((($(cat "$work/after") - $(cat "$work/before")) / batch))
        if [ -z "$least" ] || [ "$took" -lt "$least" ]; then least=$took; fi
        run=$((run + 1))
    done
    echo "$least"
}
# peak COMMAND ...: KiB of its largest process; "-" without GNU time.
peak()
{
    if [ -x /usr/bin/time ]; then
        /usr/bin/time -o "$work/peak" -f %M "$@" >/dev/null 2>&1 && cat "$work/peak"
    else
        echo -
    fi
}
row()
{
    awk -v what="$1" -v ours="$2" -v theirs="$3" -v aim="$4" \
        'BEGIN { printf "%-46s %12.1f %12.1f %7.2f  %s\n", what, ours / 1000, theirs / 1000, ours / theirs, aim }'
}
faults=0
same()
{
    [ "$2" = "$3" ] || { echo "bench: $1: almoner has $2, the other side $3" >&2; faults=$((faults + 1)); }
}
nothing()
{
    :
}

# An installation in $work/NAME with its settings: three programmes that draw nothing from stock, or all of the demo's in another folder.
install_in()
{
    mkdir -p "$work/$1/programmes"
    cp "$source_dir/${2:-tests/campaign/programmes}/"*.ini "$work/$1/programmes/"
    sed "s|^plugindir = .*|plugindir = $build/plugins|" "$source_dir/conf/demo/almoner.ini" >"$work/$1/almoner.ini"
}
use()
{
    export ALMONER_CONFIG="$work/$1/almoner.ini"
}
quietly()
{
    "$almoner" "$@" >"$work/out" 2>&1 || { echo "bench: almoner $* failed:" >&2; cat "$work/out" >&2; exit 70; }
}

# register NAME: an installation's lists, all but its people.
register_in()
{
    use "$1"
    quietly init
    quietly area import "$source_dir/conf/demo/areas.csv"
    for noun in body:bodies group:groups base:bases stage:stages; do
        quietly "${noun%:*}" import "$lists/${noun#*:}.csv"
    done
}
# people_in NAME: its people, and what its deliveries need.
people_in()
{
    use "$1"
    quietly person import "$lists/people.csv"
    quietly meals kitchen import "$lists/kitchens.csv"
    quietly meals batch import "$lists/batches.csv"
}

# peer-LIST.csv: what a bare table needs and the lists of deliveries lack: the beneficiary in one column, the area, as many columns in each.
peer_lists()
{
    awk -F, -v OFS=, -v dir="$work" '
        FILENAME == ARGV[1] { area[$1] = $10; next }
        FILENAME == ARGV[2] { of_group[$1] = $4; next }
        FNR == 1 { next }
        {
            if ($3 == "") { $3 = $6 != "" ? $6 : $4; home = of_group[$10] } else home = area[$3]
            for (i = NF + 1; i <= 14; i++) $i = ""
            $15 = home
            n = split(FILENAME, part, "/")
            print >(dir "/peer-" part[n])
        }' "$lists/people.csv" "$lists/groups.csv" "$lists/parcels.csv" "$lists/meals.csv" "$lists/stationery.csv"
}
