#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The same random work on a file of SQLite and on PostgreSQL: deliveries by hand and in lists cut anywhere, in any order, some twice; reversals;
# held offers decided; people who move.  Every answer, report and list has to be the same, byte for byte.  Run by ctest with STORE=postgres.

load common

setup()
{
    cd "$BATS_TEST_TMPDIR" || return
    now=2021-03-01T09:00
    demo=$BATS_TEST_DIRNAME/../../conf/demo
}

# on STORE: this store from now on.
on()
{
    STORE=$1
    [ "$1" = sqlite ] || store_name "both_$BATS_TEST_NUMBER"
    export ALMONER_CONFIG=$BATS_TEST_TMPDIR/$1/almoner.ini
}

teardown()
{
    on postgres
    store_gone
}

# lists SEED: a small campaign, its lists in another order and cut into pieces.
lists()
{
    "$CAMPAIGN" --areas "$demo/areas.csv" --out lists --plain --people 200 --seed "$1"
    cp "$demo/areas.csv" lists/
    local list
    for list in parcels meals stationery doubles; do
        awk -v seed="$1" 'BEGIN { srand(seed) } NR == 1 { print "0\t" $0; next } { print rand() "\t" $0 }' lists/$list.csv |
            sort -g | cut -f2- >lists/shuffled-$list.csv
        awk -v seed="$1" -v list=$list 'BEGIN { srand(seed) }
            NR == 1 { head = $0; next }
            !left { left = 1 + int(rand() * 150); file = sprintf("lists/piece-%s-%03d.csv", list, ++n); print head >file }
            { print >file; left-- }' lists/shuffled-$list.csv
    done
    # Some pieces come twice; all of them in any order.
    awk -v seed="$1" 'BEGIN { srand(seed)
        while (("ls lists/piece-*" | getline file) > 0) {
            print rand() "\t" file
            if (rand() < 0.2) print rand() "\t" file
        } }' </dev/null | sort -g | cut -f2 >lists/order
}

# work SEED: the same commands on whichever store this is; what they say goes to standard output.
work()
{
    local list piece n=0 households id
    almoner init --test >init.out 2>&1 # tells which store it is
    for list in area:areas body:bodies group:groups base:bases stage:stages person:people; do
        almoner -q "${list%:*}" import "lists/${list#*:}.csv"
    done
    almoner -q meals kitchen import lists/kitchens.csv
    almoner -q meals batch import lists/batches.csv
    sed 1d lists/people.csv | cut -d, -f1 | sort -u >lists/households
    households=$(wc -l <lists/households)
    while read -r piece; do
        n=$((n + 1))
        echo "import $piece"
        almoner delivery import "$piece" --rejects rejected.csv || echo "exit $?"
        [ ! -f rejected.csv ] || { sed 1d rejected.csv; rm rejected.csv; }
        # By hand, past and around what the lists hold.
        for k in 1 2 3; do
            set -- $(awk -v seed="$1$n$k" -v n="$households" 'BEGIN { srand(seed)
                print 1 + int(rand() * n), sprintf("1399/%02d/%02d", 3 + int(rand() * 9), 1 + int(rand() * 29)), rand() < 0.5 ? "hamdeli" : "yari" }') "$1"
            almoner delivery record parcels --household "$(sed -n "$1p" lists/households)" --date "$2" --body hamdeli || echo "exit $?"
            shift 3
        done
        # The first, the middle and the last line of this moment are taken back, if they stand.
        almoner delivery list --limit 0 --output csv | sed 1d | cut -d, -f1 >lines
        id=$(sed -n "$((1 + n * 7 % ($(wc -l <lines) + 1)))p" lines)
        [ -z "$id" ] || almoner delivery reverse "$id" --reason 'by mistake' || echo "exit $?"
        # Somebody moves.
        if [ $((n % 3)) = 0 ]; then
            id=$(almoner person find "$(sed -n "$((n * 5 % 200 + 2))p" lists/people.csv | cut -d, -f3)" --output csv | sed 1d | cut -d, -f1 | head -n 1)
            [ -z "$id" ] || almoner person edit "$id" --household "$(sed -n "$((n % households + 1))p" lists/households)" --since 1399/08/01 || echo "exit $?"
        fi
    done <lists/order
    almoner delivery held list --output csv | sed 1d | cut -d, -f1 | while read -r id; do
        n=$((n + 1))
        if [ $((n % 2)) = 0 ]; then almoner delivery held accept "$id"; else almoner delivery held drop "$id"; fi || echo "exit $?"
    done
}

# reports: everything that can be read of it.
reports()
{
    local cut
    for cut in programme area body group stage month day programme,area programme,month body,stage area,month programme,body,month \
        group,day programme,area,body; do
        echo "by $cut"
        almoner report --by "$cut" --output csv
        almoner report --by "$cut" --from 1399/06/10 --to 1399/09/20 --output csv
        almoner report --by "$cut" --area 1503 --output csv
    done
    almoner delivery list --limit 0 --output csv
    almoner delivery list --refused --limit 0 --output csv
    almoner report meals kitchens --output csv
    almoner report parcels sizes --output csv
    almoner status --output csv | grep -v '^store\|^configuration'
    almoner audit verify 2>&1
}

@test "the same work comes to the same on both stores" {
    for seed in 1 2; do
        rm -rf lists sqlite postgres
        lists "$seed"
        for s in sqlite postgres; do
            on "$s"
            store_empty
            mkdir -p "$s/programmes"
            cp "$source_dir/tests/campaign/programmes/"*.ini "$s/programmes"
            # What is doubtful waits, in one of the two.
            [ "$seed" != 2 ] || sed -i 's/^on_double = .*/on_double = hold/' "$s/programmes/parcels.ini"
            { sed -e "s|^plugindir = .*|plugindir = $PLUGINS|" -e '/^\[store/,$d' "$demo/almoner.ini"; store_ini; } >"$s/almoner.ini"
            work "$seed" >"work.$s" 2>&1
            reports >"reports.$s" 2>&1
        done
        same work.sqlite work.postgres
        same reports.sqlite reports.postgres
        # It was no idle run.
        [ "$(sql 'SELECT COUNT(*) FROM reversal')" -gt 10 ]
        [ "$(sql 'SELECT COUNT(*) FROM membership')" -gt 2 ]
        [ "$(sql 'SELECT COUNT(*) FROM refusal')" -gt 20 ]
    done
}
