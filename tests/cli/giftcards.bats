#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Gift cards: each given once, through a chain of custody that accounts for all of them.

load common

# cards FIRST LAST [VALUE] [EXPIRES] [CURRENCY]: rows of the issuer's list.
cards()
{
    local i
    for i in $(seq -w "$1" "$2"); do
        echo "GC-$i,${3:-2000000},${5:-},${4:-},Melli"
    done
}

# An installation with ten cards in it, three of which are with group G1.
ten()
{
    enable giftcards
    register
    { echo serial,value,currency,expires,issuer; cards 01 10; } >cards.csv
    step 0 giftcards import cards.csv
    step 0 giftcards hand --group G1 --from GC-03 --to GC-05 --output csv
}

# second_group: one more of the same body.
second_group()
{
    printf 'code,name,body,area\nG2,گروه باران,hamdeli,1503\n' >more.csv
    almoner -q group import more.csv
}

@test "the issuer's list is imported, and imported again" {
    enable giftcards
    register
    cat >cards.csv <<'CSV'
سریال;مبلغ;ارز;تاریخ انقضا;بانک
A-1;2000000;;1400/06/31;Melli
A-2;۲۰۰۰۰۰۰;IRR;;Melli
A-3;50;EUR;2021-03-01;
A-3;50;EUR;2021-03-01;
A 4;50;;;
A-5;0;;;
A-6;1;rial;;
A-7;;;;
"A'8";5;;;
CSV
    step 65 giftcards import cards.csv
    show cat cards.rejects.csv
    step 0 giftcards list --output csv
    printf 'serial,value,currency,expires,issuer\nA-1,2000000,IRR,1400/06/30,Melli\nA-2,2000001,IRR,,Melli\nA-3,50,EUR,2021-03-01,\n' >again.csv
    step 65 giftcards import again.csv
    step 0 giftcards list --output csv
    step 0 report giftcards balance --output csv
    as_expected import
}

@test "a card is one card, however its serial is spelt" {
    ten
    printf 'serial,value,issuer\ngc-01,2000000,Melli\nGC-۰۱,2000000,Melli\ngc - 0١,2000000,Melli\n" ",1,\n' >spelt.csv
    step 65 giftcards import spelt.csv
    show cat spelt.rejects.csv
    step 0 giftcards hand --group G1 --from gc-۰۶ --to 'Gc - 07' --output csv
    step 0 giftcards hand --group G1 --from gc-۰۸ --to gc-10 --output csv
    step 0 giftcards show gc-06
    step 0 delivery record giftcards --household H1 --body hamdeli --group G1 --with serial=gc-۰۴ --output csv
    step 1 delivery record giftcards --household H2 --body hamdeli --group G1 --with serial=GC-04
    step 0 giftcards void gc-05 --reason broken
    step 0 giftcards replace gc-04 --by gc-۰۳ --reason 'the shop refuses it'
    step 0 giftcards list --output csv
    step 0 audit verify
    as_expected spelt
}

@test "cards go from the secretariat to a group and back" {
    ten
    second_group
    step 0 giftcards hand --group G2 --count 2
    step 1 giftcards hand --group G2 --from GC-05 --to GC-07
    step 1 giftcards hand --group G2 --count 6
    step 65 giftcards hand --group G2 --from GC-06 --to GC-99
    step 65 giftcards hand --group G2 --from GC-08 --to GC-06
    step 65 giftcards hand --group G9 --count 1
    step 64 giftcards hand --group G2
    step 64 giftcards hand --group G2 --count 1 --from GC-06
    step 64 giftcards hand --group G2 --to GC-06
    step 64 giftcards hand --group G2 --count -1
    step 0 giftcards return --group G1 --from GC-04 --output csv
    step 1 giftcards return --group G1 --from GC-04
    step 1 giftcards return --group G1 --count 3
    step 0 --dry-run giftcards return --group G1 --count 2 --output csv
    step 0 giftcards list --output csv
    step 0 giftcards show GC-04
    step 0 report giftcards custody
    step 0 report giftcards balance
    as_expected custody
}

@test "a delivery gives the card that it names, or the next of its group" {
    ten
    step 0 delivery record giftcards --household H1 --body hamdeli --group G1 --with serial=GC-04
    step 1 delivery record giftcards --household H2 --body hamdeli --group G1 --with serial=GC-04
    step 1 delivery record giftcards --household H2 --body hamdeli --group G1 --with serial=GC-01
    step 1 delivery record giftcards --household H2 --body hamdeli --with serial=GC-03
    step 1 delivery record giftcards --household H2 --body hamdeli --with serial=GC-99
    step 0 delivery record giftcards --household H2 --body hamdeli --group G1
    step 1 delivery record giftcards --household H2 --body yari
    step 0 giftcards list --group G1 --output csv
    step 0 giftcards show GC-04 --output csv
    step 0 report giftcards custody --output csv
    step 0 report giftcards balance --output csv
    step 0 report --output csv
    step 0 audit verify
    as_expected deliver
}

@test "a reversal gives the card back to the group" {
    ten
    almoner -q delivery record giftcards --household H1 --body hamdeli --group G1 >/dev/null
    step 0 delivery reverse "$(last_id)" --reason 'wrong door'
    step 0 giftcards show GC-03 --output csv
    step 0 giftcards list --group G1 --output csv
    step 0 delivery record giftcards --household H2 --body hamdeli --group G1
    step 0 giftcards show GC-03 --output csv
    step 0 report giftcards balance --output csv
    step 0 audit verify
    as_expected reverse
}

@test "void, lost and replaced" {
    ten
    step 0 giftcards void GC-01 --reason 'the chip is broken'
    step 1 giftcards void GC-01 --reason again
    step 1 giftcards lost GC-01 --reason again
    step 64 giftcards void GC-02
    step 0 giftcards lost GC-03 --reason 'fell out of the bag'
    step 1 giftcards replace GC-03 --reason x
    step 1 giftcards replace GC-06 --reason x
    almoner -q delivery record giftcards --household H1 --body hamdeli --group G1 >/dev/null
    line=$(last_id)
    step 1 giftcards void GC-04 --reason x
    step 1 giftcards replace GC-04 --by GC-06 --reason 'the shop refuses it'
    step 0 giftcards replace GC-04 --reason 'the shop refuses it'
    step 1 giftcards replace GC-04 --reason again
    step 0 giftcards lost GC-05 --reason 'the household lost it'
    step 1 giftcards replace GC-05 --reason x
    almoner -q giftcards hand --group G1 --count 1 >/dev/null
    step 0 giftcards replace GC-05 --by GC-02 --reason 'lost at home'
    step 0 giftcards list --output csv
    step 0 giftcards show GC-04
    step 0 giftcards show GC-05
    step 0 giftcards show GC-02
    step 0 report giftcards balance
    step 0 report giftcards custody --output csv
    step 0 delivery reverse "$line" --reason 'wrong household'
    step 0 giftcards list --group G1 --output csv
    step 0 report giftcards balance --output csv
    step 0 audit verify
    as_expected void
}

@test "cards out of date are not given; those that expire first go first" {
    enable giftcards
    register
    { echo serial,value,currency,expires,issuer; cards 01 02; cards 03 03 2000000 2020-12-04; cards 04 04 2000000 2020-12-11; cards 05 05 2000000 2020-12-12; } >cards.csv
    almoner -q giftcards import cards.csv
    step 1 giftcards hand --group G1 --from GC-03
    step 1 delivery record giftcards --household H1 --body hamdeli --with serial=GC-03
    step 1 delivery record giftcards --household H1 --body hamdeli --with serial=GC-04
    step 0 delivery record giftcards --household H1 --body hamdeli
    step 0 giftcards list --state household --output csv
    step 0 giftcards hand --group G1 --count 3 --output csv
    step 0 report giftcards custody --output csv
    as_expected expiry
}

@test "another currency is kept and shown, and counts by its rate" {
    enable giftcards
    printf '\n[currency EUR]\nrate = 450000\n' >>programmes/giftcards.ini
    register
    { echo serial,value,currency,expires,issuer; cards 01 01 12.5 '' EUR; cards 02 02 20 '' USD; } >cards.csv
    almoner -q giftcards import cards.csv
    step 0 delivery record giftcards --household H1 --body hamdeli
    step 0 delivery record giftcards --household H2 --body hamdeli
    step 0 delivery list --output csv
    step 0 giftcards list --output csv
    step 0 giftcards show GC-02
    step 0 report giftcards balance --output csv
    as_expected currency
}

@test "who gets a card" {
    enable giftcards
    sed -i 's/^members_from = 1/members_from = 3/' programmes/giftcards.ini
    register
    step 0 entitlement show giftcards --household H1
    step 0 entitlement show giftcards --household H2
    sed -i 's/^; criteria =/criteria = widow, orphan/' programmes/giftcards.ini
    step 0 entitlement show giftcards --household H1
    as_expected rule
}

@test "a list of deliveries: some cards named, some not, some refused" {
    ten
    cat >deliveries.csv <<'CSV'
programme,household,body,group,date,serial,key
giftcards,H1,hamdeli,G1,1399/09/10,GC-05,K1
giftcards,H2,hamdeli,G1,1399/09/10,GC-05,K2
giftcards,H2,hamdeli,G1,1399/09/11,,K3
giftcards,H1,hamdeli,,1399/09/12,,K4
CSV
    step 0 delivery import deliveries.csv
    step 0 delivery list --output csv
    step 0 delivery list --refused --output csv
    step 0 delivery import deliveries.csv
    step 0 giftcards list --state household --output csv
    step 0 audit verify
    as_expected list
}

@test "a secret code is never kept, and can be checked" {
    enable giftcards
    register
    printf 'serial,value,code\nA-1,100,7301\nA-2,100,7301\nA-3,100,\n' >cards.csv
    step 0 giftcards import cards.csv
    step 0 giftcards import cards.csv
    printf 'serial,value,code\nA-1,100,7302\nA-3,100,7303\n' >again.csv
    step 65 giftcards import again.csv
    show cat again.rejects.csv
    [ "$(store_dump | grep -c 7301)" = 0 ]
    step 0 giftcards check A-1 --code - <<<7301
    step 0 giftcards check A-3 --code - <<<7303
    step 1 giftcards check A-1 --code - <<<7302
    step 1 giftcards check A-2 --code - <<<7301x
    step 66 giftcards check A-1 --code - </dev/null
    step 64 giftcards check A-1 --code 7301
    step 65 giftcards check A-9 --code - <<<7301
    as_expected code
}

@test "several offices at once give each card once" {
    enable giftcards
    register
    { echo household,relation,given_name,birth_date,sex,area; for i in $(seq 200); do echo "X$i,head,علی,1360/01/01,m,150301"; done; } >many.csv
    almoner -q person import many.csv
    { echo serial,value; for i in $(seq 150); do echo "GC-$i,1000"; done; } >cards.csv
    almoner -q giftcards import cards.csv
    almoner -q giftcards hand --group G1 --count 150 >/dev/null
    for office in 1 2 3 4; do
        { echo programme,household,body,group,date,key
          for i in $(seq $((office * 50 - 49)) $((office * 50))); do echo "giftcards,X$i,hamdeli,G1,2020-12-01,$office-$i"; done; } >"office-$office.csv"
        almoner -q delivery import "office-$office.csv" >"out-$office" 2>&1 &
    done
    for i in $(seq 20); do
        almoner -q giftcards return --group G1 --count 1 >/dev/null 2>&1 || true
    done
    wait
    cat out-*
    returned=$(almoner report giftcards custody --output csv | sed 1d | cut -d, -f4)
    [ "$(almoner delivery list --output csv --limit 0 | sed 1d | wc -l)" = $((150 - returned)) ]
    [ "$(sql 'SELECT COUNT(*) FROM giftcards_given')" = $((150 - returned)) ]
    [ "$(sql "SELECT COUNT(DISTINCT detail) FROM line")" = $((150 - returned)) ]
    almoner report giftcards balance --output csv | grep '^IRR,not accounted for,0,0,0$'
    almoner audit verify
}
