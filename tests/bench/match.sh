#!/bin/sh
# SPDX-License-Identifier: MIT
# How well and how fast records are matched: on labelled sets that everybody has, where they are there, and on made-up
# Persian people of whom five in a hundred are listed twice.
#   --build DIR   a build of almoner (default: build in the clone)
#   --data DIR    the labelled sets (default: ../shared/data beside the clone)
#   --small       a few thousand people, nothing timed: whether it is right
#   --million     match the register of a million people with itself, too
set -eu
usage="usage: sh tests/bench/match.sh [--build DIR] [--data DIR] [--small] [--million]"
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
build=$source_dir/build data=$source_dir/../shared/data small= million=
while [ $# -gt 0 ]; do
    case $1 in
    --build) build=$2; shift ;;
    --data) data=$2; shift ;;
    --small) small=yes ;;
    --million) million=yes ;;
    *) echo "$usage" >&2; exit 64 ;;
    esac
    shift
done
almoner=$build/almoner
[ -x "$almoner" ] && [ -x "$build/campaign" ] || { echo "bench: no build in $build" >&2; exit 66; }
work=$(mktemp -d "${TMPDIR:-/tmp}/almoner-match.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
missed=0

# people NAME N: made-up people in $work/NAME.
people()
{
    "$build/campaign" --areas "$source_dir/conf/demo/areas.csv" --out "$work/$1" --people "$2" --doubles 5
}

# quality NAME LIST TRUTH WANTED PEER: a row; WANTED is the least F1, by pairs or by clusters whichever is better, at the threshold that it chose.
quality()
{
    "$almoner" -q match files "$2" --truth "$3" >"$work/out" 2>"$work/err" || { cat "$work/err" >&2; exit 70; }
    awk -v name="$1" -v wanted="$4" -v peer="$5" '
        { gsub(",", "") }
        $1 == "pairs" { precision = $5; recall = $6; pairs = $7; complete = $8; best = $9 }
        $1 == "clusters" {
            clusters = $7
            printf "%-28s %9.4f %9.4f %9.4f %9.4f %9.4f %9.4f  %7s  %-9s %s\n", name, precision, recall, pairs, clusters, best, complete,
                wanted, peer, (pairs >= wanted || clusters >= wanted) ? "" : "MISSED"
        }' "$work/out" | tee "$work/row"
    if grep -q MISSED "$work/row"; then missed=$((missed + 1)); fi
}

printf '%-28s %9s %9s %9s %9s %9s %9s  %7s  %s\n' 'quality' precision recall F1 'clusters' 'best F1' complete wanted 'best peer, at its best'
if [ -d "$data/febrl" ]; then
    for set in 1:0.997: 2:0.997:0.9977 3:0.999:0.9994; do
        n=${set%%:*} rest=${set#*:}
        awk -F, 'NR == 1 { print "rec_id,cluster"; next } { split($1, part, "-"); print $1 "," part[2] }' "$data/febrl/dataset$n.csv" >"$work/truth.csv"
        quality "FEBRL $n" "$data/febrl/dataset$n.csv" "$work/truth.csv" "${rest%%:*}" "${rest#*:}"
    done
    quality fake1000 "$data/fake1000/fake_1000.csv" "$data/fake1000/fake_1000.csv" 0.85 0.80
else
    echo "bench: $data is not there: its labelled sets are left out"
fi
n=76000
[ -z "$small" ] || n=7600
people persian $n
quality "Persian $n" "$work/persian/doubles.csv" "$work/persian/truth.csv" 0.98 0.985
# A list in which nobody is twice: nobody is to be found.
grep -v '^B' "$work/persian/doubles.csv" >"$work/single.csv"
"$almoner" -q match files "$work/single.csv" --output "$work/pairs.csv" 2>/dev/null
found=$(($(wc -l <"$work/pairs.csv") - 1))
echo "the same without the doubles: $found found"
[ "$found" -le $((n / 2000)) ] || missed=$((missed + 1))

# A register of N people, and of those who are listed twice those whom an import takes for somebody else: their IDs are missing or another one.
# Each lives as in the campaign; the second time in a household of another body, whose code begins with X.
registered()
{
    mkdir -p "$work/register/programmes"
    printf '[almoner]\nplugindir = %s\nstate = state\n\n[store]\nplugin = store-sqlite\n\n[store-sqlite]\npath = almoner.db\n' \
        "$build/plugins" >"$work/register/almoner.ini"
    export ALMONER_CONFIG="$work/register/almoner.ini"
    rm -f "$work/register/almoner.db"*
    "$almoner" -q init
    "$almoner" -q area import "$source_dir/conf/demo/areas.csv"
    people register "$1"
    "$build/campaign" --areas "$source_dir/conf/demo/areas.csv" --out "$work/plain" --people "$1" --plain
    # Of three lists side by side: who lives where, who is who, and the rows.
    perl -CSD -Mutf8 -e '
        sub plain { my $id = shift; $id =~ tr/۰-۹٠-٩/0-90-9/; $id =~ s/\D//g; $id eq "" ? "" : substr("00$id", -10) }
        open my $plain, "<:encoding(UTF-8)", shift; open my $truth, "<:encoding(UTF-8)", shift; open my $rows, "<:encoding(UTF-8)", shift;
        <$plain>; my @home = map { /^([^,]*)/; $1 } <$plain>;
        <$truth>; my %of = map { chomp; split /,/ } <$truth>;
        my $header = <$rows>; $header =~ s/^id/household/; print $header;
        while (<$rows>) {
            my ($id, $rest) = split /,/, $_, 2;
            my $national = plain((split /,/, $rest)[4]);
            my $person = $of{$id};
            if ($id =~ /^A/) { $ids[$person] = $national; print "$home[$person],$rest" }
            elsif ($national eq "" || $national ne $ids[$person]) { print "X$home[$person],$rest" }
        }' "$work/plain/people.csv" "$work/register/truth.csv" "$work/register/doubles.csv" >"$work/register/people.csv"
    "$almoner" -q person import "$work/register/people.csv" --rejects "$work/register/rejects.csv" 2>/dev/null || true
}

# itself N: a row; how many of those who stand twice in a register of N are flagged, and how many flags are wrong.
itself()
{
    registered "$1"
    if [ -x /usr/bin/time ]; then
        /usr/bin/time -f '%e %M' -o "$work/time" "$almoner" -q match run --all --output csv >"$work/run" 2>/dev/null
        /usr/bin/time -f '%e' -o "$work/again" "$almoner" -q match run --output csv >/dev/null 2>&1
    else
        "$almoner" -q match run --all --output csv >"$work/run" 2>/dev/null
        echo '0 0' >"$work/time"
        echo 0 >"$work/again"
    fi
    "$almoner" match flags --limit 0 --output csv | awk -F, -v twice="$("$almoner" person list --area 15 --output csv 2>/dev/null | grep -c '^[0-9]*,X')" \
        -v n="$1" -v time="$(cat "$work/time")" -v again="$(cat "$work/again")" '
        NR > 1 { if ($2 == "X" $4 || $4 == "X" $2) { right++ } else { wrong++; surely += $7 == "certain" } }
        END {
            split(time, t, " ")
            missed = (right < 0.95 * twice || surely > twice / 1000 + 1 || wrong > 0.002 * n)
            printf "%-28s %9d %9d %9d %9d %9.2f %9.2f %9.0f  %s\n", n " people", twice, right, wrong, surely, t[1], again, t[2] / 1024, missed ? "MISSED" : ""
        }' | tee "$work/row"
    if grep -q MISSED "$work/row"; then missed=$((missed + 1)); fi
}

printf '\n%-28s %9s %9s %9s %9s %9s %9s %9s\n' 'the register with itself' 'twice' found wrong 'surely' 's, all' 's, again' MiB
itself "$n"
[ -z "$million" ] || itself 1000000

# timed LIST THREADS: seconds, MiB and seconds of processors, the best of three.
timed()
{
    for _ in 1 2 3; do
        /usr/bin/time -f '%e %M %U %S' -o "$work/time" "$almoner" -q match files "$1" --threads "$2" --output "$work/clusters-$2.csv" 2>/dev/null
        cat "$work/time"
    done | sort -n | awk 'NR == 1 { print $1, $2 / 1024, $3 + $4 }'
}

if [ -z "$small" ] && [ -x /usr/bin/time ]; then
    # Growth is told by the time of the processor, which other work on the machine changes less.
    printf '\n%-28s %9s %9s %9s %9s %9s %12s  %s\n' 'CSV to clusters, s' '1 thread' '2 threads' times 'cpu of 1' MiB 'ns/(n log n)' 'R reclin2, Splink: seconds, MiB'
    for size in 10000: 76000:3.05,13.1,356,410 100000: 1000000:65.6,225,5100,6800; do
        n=${size%%:*} peers=${size#*:}
        people speed "$n"
        one=$(timed "$work/speed/doubles.csv" 1)
        two=$(timed "$work/speed/doubles.csv" 2)
        cmp -s "$work/clusters-1.csv" "$work/clusters-2.csv" || { echo "bench: two threads find others than one" >&2; missed=$((missed + 1)); }
        echo "$one $two" | awk -v n="$n" -v peers="$peers" '{
            printf "%-28s %9.2f %9.2f %9.2f %9.2f %9.0f %12.1f  %s\n", n " people", $1, $4, $1 / ($4 > 0 ? $4 : 0.01), $3, ($2 > $5 ? $2 : $5),
                $3 * 1e9 / (n * log(n)), peers }'
    done
    quality "Persian 1000000" "$work/speed/doubles.csv" "$work/speed/truth.csv" 0.97 0.944
fi
if [ "$missed" -gt 0 ]; then echo "bench: $missed missed" >&2; exit 1; fi
