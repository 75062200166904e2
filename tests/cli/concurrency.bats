#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Many offices at once, for the same few households: a server takes forty of them, a file ten.
load common

if [ "${STORE:-sqlite}" = sqlite ]; then writers=10; else writers=40; fi
households=6

# crowd N: households in one neighbourhood, so that all writers meet in the same cells of the roll-ups.
crowd()
{
    register
    awk -v n="$1" 'BEGIN {
        print "household,given_name,family_name,area"
        for (i = 1; i <= n; i++) print "C" i ",n" i ",f" i ",150301"
    }' >crowd.csv
    almoner -q person import crowd.csv
}

# offers SEED ROWS: offers to the crowd on days of three months, in an order of their own for each seed.
offers()
{
    awk -v seed="$1" -v rows="$2" -v n="$households" 'BEGIN {
        srand(seed)
        print "key,programme,household,date,body"
        for (i = 1; i <= rows; i++)
            printf "W%d-%d,parcels,C%d,1399/%02d/%02d,%s\n", seed, i, int(rand() * n) + 1, int(rand() * 3) + 6, int(rand() * 30) + 1,
                rand() < 0.5 ? "hamdeli" : "yari"
    }'
}

# together COMMAND: COMMAND N in the background for each writer; all of them have to end well, or with what was refused.
together()
{
    local pids=() i got bad=0
    for i in $(seq "$writers"); do
        "$1" "$i" >"out.$i" 2>"err.$i" &
        pids+=($!)
    done
    for i in $(seq "$writers"); do
        got=0
        wait "${pids[$((i - 1))]}" || got=$?
        case $got in
        0 | 1) ;;
        *) echo "writer $i: exit $got"; cat "err.$i"; bad=1 ;;
        esac
    done
    return $bad
}

# sound LINES: no double within a window; as many lines as were answered; everything kept follows from the lines.
sound()
{
    almoner delivery list --programme parcels --limit 0 --output csv >list.csv
    [ "$(sed 1d list.csv | wc -l)" = "$1" ] || { echo "$(sed 1d list.csv | wc -l) lines where $1 were answered"; return 1; }
    doubles=$(sql "SELECT COUNT(*) FROM line a JOIN line b ON b.owner = a.owner AND b.id > a.id AND b.programme = a.programme
        AND b.date - a.date < 30 AND a.date - b.date < 30 WHERE a.reverses IS NULL AND b.reverses IS NULL
        AND a.id NOT IN (SELECT line FROM reversal) AND b.id NOT IN (SELECT line FROM reversal)")
    [ "$doubles" = 0 ] || { echo "$doubles doubles"; return 1; }
    almoner audit verify
}

record_stream()
{
    offers "$1" 12 | almoner delivery record -
}

record_import()
{
    offers "$1" 40 >"list.$1.csv"
    almoner delivery import "list.$1.csv"
}

# The same file from everybody: each row is one delivery however often it arrives.
record_same()
{
    almoner delivery import same.csv
}

record_and_take_back()
{
    local id
    almoner delivery record parcels --household "C$(($1 % households + 1))" --date "1399/0$(($1 % 4 + 1))/15" --body yari --output csv >"answer.$1" || return
    id=$(sed -n 's/^recorded,\([0-9]*\),.*/\1/p' "answer.$1")
    [ -z "$id" ] || almoner delivery reverse "$id" --reason 'by mistake'
}

answered()
{
    cat out.* | grep -c -P '\trecorded\t' || true
}

@test "recording from everywhere" {
    crowd "$households"
    together record_stream
    sound "$(answered)"
    almoner report --by area --output csv >before
    almoner store tidy
    almoner report --by area --output csv >after
    same before after
    [ "$(sql 'SELECT COUNT(*) FROM tally WHERE slot <> 0')" = 0 ]
    sound "$(answered)"
    almoner store tidy 2>err
    [ "$(cat err)" = '0 rows folded' ]
}

@test "importing from everywhere" {
    crowd "$households"
    together record_import
    sound "$(sql 'SELECT COUNT(*) FROM line')"
}

@test "the same list from everywhere" {
    crowd "$households"
    awk 'BEGIN { print "key,programme,household,date,body"
        for (i = 1; i <= 6; i++) for (m = 1; m <= 6; m++) printf "S%d-%d,parcels,C%d,1399/%02d/01,yari\n", i, m, i, m }' >same.csv
    together record_same
    sound 36
}

@test "recording and taking back" {
    crowd "$households"
    together record_and_take_back
    [ "$(sql 'SELECT COUNT(*) FROM reversal')" -gt 0 ]
    sound "$(sql 'SELECT COUNT(*) FROM line')"
}

# Goods for less than all of them: issued by hand, moved both ways, drawn by deliveries.
take_goods()
{
    local from=W1 to=K1
    [ $(($1 % 2)) = 0 ] || { from=K1; to=W1; }
    almoner stock move rice 3 --depot $from --to $to --key "move-$1"
    almoner stock issue rice 5 --depot $to --key "issue-$1"
    offers "$1" 12 | almoner delivery record -
    almoner stock issue rice 5 --depot $from --key "again-$1"
}

@test "goods that are not enough for everywhere" {
    crowd "$households"
    printf 'code,name,unit\nrice,Rice,kg\n' >items.csv
    printf 'code,name,kind\nW1,Store,warehouse\nK1,Kitchen,kitchen\n' >depots.csv
    almoner -q stock item import items.csv
    almoner -q stock depot import depots.csv
    for lot in a b c; do
        almoner -q stock receive rice $((writers * 2)) --depot W1 --lot $lot --expires 1400/01/01 --date 1399/01/01 --key W-$lot >/dev/null
        almoner -q stock receive rice 6.5 --depot K1 --lot $lot --date 1399/01/01 --key K-$lot >/dev/null
    done
    sed -i 's/^window = .*/&\ndraw = rice 2.5\ndepots = W1, K1/' programmes/parcels.ini
    together take_goods
    sound "$(answered)"
    received=$((writers * 6000 + 19500))
    left=$(sql 'SELECT SUM(quantity) FROM stock_on_hand')
    issued=$(sql 'SELECT COALESCE(SUM(quantity), 0) FROM stock_movement WHERE kind = 3')
    [ $((left + issued + $(answered) * 2500)) = $received ]
    [ "$(sql 'SELECT COUNT(*) FROM stock_balance WHERE quantity < 0')" = 0 ]
    cat err.* | grep -q 'rice is short'
}

# A meal for each of some households, all from one batch that has not enough for everybody.
record_meals()
{
    local h
    echo "key,programme,household,quantity,date,body,batch"
    for h in 1 2 3 4 5; do
        echo "M$1-$h,meals,D$1-$h,1,2020-12-05,yari,K1-1"
    done
}

import_meals()
{
    record_meals "$1" >"meals.$1.csv"
    almoner delivery import "meals.$1.csv"
}

@test "drawing from one batch" {
    register
    awk -v n="$writers" 'BEGIN {
        print "household,given_name,family_name,area"
        for (i = 1; i <= n; i++) for (h = 1; h <= 5; h++) print "D" i "-" h ",n" i ",f" h ",150301"
    }' >crowd.csv
    almoner -q person import crowd.csv
    almoner -q meals kitchen add K1 --name Kitchen
    portions=$((writers * 3))
    almoner -q meals cook K1 --code K1-1 --date 2020-12-05 --portions "$portions"
    together import_meals
    [ "$(sql 'SELECT COUNT(*) FROM line')" = "$portions" ]
    almoner audit verify
    [ "$(sql 'SELECT given FROM meals_batch')" = "${portions}000" ]
    [ "$(almoner delivery list --refused --limit 0 --output csv | sed 1d | wc -l)" = $((writers * 2)) ]
}

# ---- one case, and everybody is at it ----

# of_case VERB...: who comes second is told so (65, or 75 where both were at it at the same moment).
of_case()
{
    local got=0
    almoner case "$@" || got=$?
    case $got in
    0 | 1 | 65 | 75) ;;
    *) return $got ;;
    esac
}

open_cases()
{
    local i
    for i in 1 2 3; do
        of_case open parcels --household "C$i" --subject food
    done
}

decide_cases()
{
    local outcome=approved id
    [ $(($1 % 3)) -gt 0 ] || outcome=refused
    ALMONER_TEST_USER=chair$1
    for id in $(cat visited); do
        of_case decide "$id" $outcome --decision "C-$1" --reason 'as seen'
    done
}

# No window: the case alone stands in the way.
deliver_cases()
{
    local i
    for i in 1 2 3; do
        almoner delivery record parcels --household "C$i" --body yari --key "D$1-$i" || [ $? = 1 ]
    done
}

@test "one case from everywhere" {
    crowd "$households"
    sed -i -e 's/^\[programme\]/&\ncases = yes/' -e '/^window = /d' programmes/parcels.ini
    export ALMONER_TEST_USER=clerk
    together open_cases
    [ "$(sql 'SELECT COUNT(*) FROM relief_case')" = 3 ]
    [ "$(cat out.* | grep -c '^opened')" = 3 ]
    almoner case list --output plain | cut -f 1 >visited
    while read -r id; do
        almoner -q case visit "$id"
    done <visited
    together decide_cases
    [ "$(sql 'SELECT COUNT(*) FROM relief_case_step WHERE what IN (2, 3)')" = 3 ]
    [ "$(cat out.* | grep -c '^approved\|^refused')" = 3 ]
    almoner audit verify
    approved=$(almoner case list --state approved --output plain | wc -l)
    together deliver_cases
    [ "$(sql "SELECT COUNT(*) FROM line")" = "$approved" ] || { echo "approved $approved"; almoner case list; cat out.* err.*; return 1; }
    [ "$(almoner case list --state delivered --output plain | wc -l)" = "$approved" ]
    almoner audit verify
    # Taken back and given again by everybody.
    for id in $(almoner delivery list --output plain | cut -f 1); do
        almoner -q delivery reverse "$id" --reason 'nobody at home'
    done
    deliver_cases_again()
    {
        deliver_cases "again$1"
    }
    together deliver_cases_again
    [ "$(almoner case list --state delivered --output plain | wc -l)" = "$approved" ]
    [ "$(sql 'SELECT COUNT(*) FROM line WHERE reverses IS NULL')" = $((approved * 2)) ]
    almoner audit verify
}

approve_one()
{
    ALMONER_TEST_USER="chair$1" almoner plan approve "$(sed -n "$1p" drafts)"
}

@test "of many drafts for the same households one is approved" {
    register
    for i in $(seq "$writers"); do
        almoner -q plan make parcels --stage S1 >/dev/null
    done
    almoner plan list --output plain | cut -f 1 >drafts
    together approve_one
    [ "$(sql 'SELECT COUNT(*) FROM plan WHERE state = 1')" = 1 ]
}

# A third of the writers find out that somebody of the crowd is the first one, and that they are not after all; they end with the former.
# Somebody else may have been faster.
merge_or_record()
{
    local person got
    if [ "$(($1 % 3))" != 0 ]; then
        offers "$1" 12 | almoner delivery record -
        return
    fi
    person=$(sed -n "$(($1 / 3 % (households - 1) + 2))p" ids)
    for verb in merge split merge; do
        got=0
        if [ $verb = merge ]; then
            almoner person merge "$(sed -n 1p ids)" "$person" --reason 'at once' || got=$?
        else
            almoner person split "$person" --reason 'at once' || got=$?
        fi
        [ $got = 0 ] || [ $got = 65 ] || return $got
    done
}

# A line that was recorded past a merge would stand, and be counted, under the alias: the audit finds it.
@test "merging while others record" {
    crowd "$households"
    for i in $(seq "$households"); do
        almoner person list --household "C$i" --output csv | sed -n '2s/,.*//p'
    done >ids
    together merge_or_record
    almoner audit verify
    # All who were merged are one household now, in what is counted and in what is given.
    person=$(sed -n 2p ids)
    almoner person merge "$(sed -n 1p ids)" "$person" --reason last || true
    almoner delivery record parcels --household C1 --body yari --date 1399/09/14 || true
    got=0
    almoner delivery record parcels --household C2 --body yari --date 1399/09/15 >out 2>err || got=$?
    [ "$got" = 1 ] && grep -q 'served already' err
    aliases=$(sql 'SELECT COUNT(*) FROM alias WHERE until IS NULL AND owner = id')
    [ "$aliases" -ge 1 ]
    [ "$(almoner report --output csv | sed -n 2p | cut -d, -f5)" -le "$((households - aliases))" ]
    almoner audit verify
}
