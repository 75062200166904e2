#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Aid given: what each programme lets through, refuses, holds, and takes back.

load common

# on PROGRAMME LINE: settings of [programme] for one test.
set_key()
{
    sed -i "s/^enabled = yes/&\n$2/" "programmes/$1.ini"
}

@test "a second parcel inside thirty days is refused, whoever gives it, and kept as a fact" {
    register
    step 0 entitlement show parcels --household H1
    step 0 delivery record parcels --household H1 --body hamdeli --date 1399/07/10
    step 1 delivery record parcels --household H1 --body yari --date 1399/08/09
    step 1 delivery record parcels --household H1 --body yari --date 2020-10-29
    step 0 entitlement show parcels --household H1 --date 1399/08/09
    step 0 entitlement show parcels --household H1 --date 1399/08/10
    step 0 delivery record parcels --household H1 --body yari --date 1399/08/10
    step 0 delivery record parcels --household H2 --body yari --date 1399/08/10
    step 0 delivery list --output csv
    step 0 delivery list --refused --output csv
    step 0 report --output csv
    step 0 audit verify
    as_expected window
}

@test "a backdated parcel is judged by what lies before and after it" {
    register
    step 0 delivery record parcels --household H1 --body hamdeli --date 1399/07/01
    step 0 delivery record parcels --household H1 --body hamdeli --date 1399/09/01
    step 1 delivery record parcels --household H1 --body yari --date 1399/08/15
    step 1 delivery record parcels --household H1 --body yari --date 1399/07/20
    step 0 entitlement show parcels --household H1 --date 1399/07/20 --output csv
    step 0 delivery record parcels --household H1 --body yari --date 1399/08/01
    step 0 entitlement show parcels --household H1 --date 1399/07/20 --output csv
    step 65 delivery record parcels --household H1 --body yari --date 1399/09/16
    step 0 audit verify
    as_expected backdated
}

@test "a reversal frees the window, once" {
    register
    almoner -q delivery record parcels --household H1 --body hamdeli --date 1399/09/10 >/dev/null
    id=$(last_id)
    step 1 delivery record parcels --household H1 --body yari
    step 64 delivery reverse "$id"
    step 0 delivery reverse "$id" --reason 'entered twice'
    step 65 delivery reverse "$id" --reason again
    step 65 delivery reverse 12345 --reason x
    step 0 delivery record parcels --household H1 --body yari
    step 0 delivery show "$id"
    step 0 delivery list --household H1 --output csv
    step 0 report --output csv
    step 0 audit verify
    as_expected reverse
}

@test "what was taken back is recorded anew by hand, but not by the same list" {
    register
    printf 'household,body,date\nH1,hamdeli,1399/09/10\nH2,hamdeli,1399/09/10\n' >list.csv
    almoner -q delivery import list.csv --programme parcels
    first=$(almoner delivery list --household H1 --output plain | cut -f 1)
    step 0 delivery reverse "$first" --reason 'not at home'
    step 0 delivery import list.csv --programme parcels
    step 0 delivery record parcels --household H1 --body hamdeli --date 1399/09/10
    second=$(last_id)
    [ "$second" != "$first" ]
    # Told again it is the same, and the list still knows its own.
    step 0 delivery record parcels --household H1 --body hamdeli --date 1399/09/10
    [ "$(last_id)" = "$second" ]
    step 0 delivery import list.csv --programme parcels
    tail -n +2 list.csv | sed 's/^/parcels,/' | cat <(echo programme,household,body,date) - | step 0 delivery record -
    step 0 delivery reverse "$second" --reason 'the other household'
    step 65 delivery reverse "$(last_id)" --reason 'back again'
    step 0 delivery record parcels --household H1 --body hamdeli --date 1399/09/10
    # A key of its own is used up.
    step 0 delivery record parcels --household H2 --body hamdeli --date 1399/07/01 --key K
    step 0 delivery reverse "$(last_id)" --reason 'not at home'
    step 0 delivery record parcels --household H2 --body hamdeli --date 1399/07/01 --key K
    step 0 delivery record parcels --household H2 --body hamdeli --date 1399/07/01 --key K2
    step 0 audit verify
    as_expected anew
}

@test "on_double = warn records with a warning" {
    sed -i 's/^on_double.*/on_double = warn/' programmes/parcels.ini
    register
    step 0 delivery record parcels --household H1 --body hamdeli --date 1399/09/01
    step 0 delivery record parcels --household H1 --body yari
    step 0 entitlement show parcels --household H1
    step 0 report --output csv
    as_expected warn
}

@test "on_double = hold waits for a decision" {
    sed -i 's/^on_double.*/on_double = hold/' programmes/parcels.ini
    register
    almoner -q delivery record parcels --household H1 --body hamdeli --date 1399/09/01 >/dev/null
    step 0 delivery record parcels --household H1 --body yari --date 1399/09/02
    step 0 delivery record parcels --household H1 --body yari --date 1399/09/03
    step 0 delivery held list --output csv
    first=$(sed -n 2p out | cut -d, -f1) second=$(sed -n 3p out | cut -d, -f1)
    step 0 report --output csv
    step 0 delivery held accept "$first"
    step 0 delivery held drop "$second"
    step 65 delivery held drop "$second"
    step 65 delivery held accept "$first"
    step 65 delivery show "$second"
    step 64 delivery list --limit -5
    sql "SELECT command, CASE WHEN subject IN ('$first', '$second') THEN 'the offer' ELSE subject END FROM journal WHERE command LIKE 'delivery held%' ORDER BY id" >decided
    show cat decided
    step 0 delivery held list --output csv
    step 0 report --output csv
    step 0 status --output csv
    step 0 audit verify
    as_expected hold
}

@test "one programme excludes another, for its window or for longer" {
    set_key meals 'exclude = parcels 10 days'
    sed -i 's/^batch_required.*/batch_required = no/' programmes/meals.ini
    register
    almoner -q delivery record parcels --household H1 --body hamdeli --date 1399/09/01 >/dev/null
    step 1 delivery record meals --household H1 --body yari --date 1399/09/05
    step 0 delivery record meals --household H1 --body yari --date 1399/09/11
    step 0 delivery record meals --household H2 --body yari --date 1399/09/05
    as_expected exclude
}

@test "only the bodies that may give, between the days that are set" {
    set_key parcels 'bodies = hamdeli\nfrom = 1399\/07\/01\nuntil = 1399\/09\/01'
    register
    step 1 delivery record parcels --household H1 --body yari --date 1399/08/01
    step 65 delivery record parcels --household H1 --date 1399/08/01
    step 65 delivery record parcels --household H1 --body hamdeli --date 1399/06/31
    step 65 delivery record parcels --household H1 --body hamdeli --date 1399/09/02
    step 0 delivery record parcels --household H1 --group G1 --date 1399/09/01
    step 0 delivery list --output csv
    as_expected bodies
}

@test "a programme that is disabled takes nothing, and keeps what it has" {
    register
    almoner -q delivery record parcels --household H1 --body hamdeli >/dev/null
    almoner -q programme disable parcels
    step 78 delivery record parcels --household H2 --body hamdeli
    step 0 report --output csv
    step 0 delivery list --output csv
    as_expected disabled
}

@test "a key is recorded once, and is not another delivery's too" {
    register
    step 0 delivery record parcels --household H1 --body hamdeli --key A-1
    step 0 delivery record parcels --household H1 --body hamdeli --key A-1
    step 65 delivery record parcels --household H2 --body hamdeli --key A-1
    step 65 delivery record parcels --household H1 --date 1399/07/01 --body hamdeli --key A-1
    cat >twice.csv <<'CSV'
key,programme,household,date,body
A-1,parcels,H1,2020-12-05,hamdeli
A-2,parcels,H2,2020-12-05,hamdeli
A-2,parcels,H2,2020-12-05,hamdeli
A-2,parcels,H1,2020-12-05,hamdeli
CSV
    step 65 delivery import twice.csv
    show cat twice.rejects.csv
    step 64 delivery reverse "$(last_id)" --reason ' '
    step 0 delivery list --output csv
    as_expected key
}

@test "more than the entitlement, and quantities that cannot be" {
    register
    step 1 delivery record parcels --household H1 --body hamdeli --quantity 2
    step 64 delivery record parcels --household H1 --body hamdeli --quantity 0
    step 64 delivery record parcels --household H1 --body hamdeli --quantity many
    step 64 delivery record parcels --household H1 --body hamdeli --quantity -1
    step 0 delivery record parcels --household H1 --body hamdeli --quantity ۱
    as_expected quantity
}

@test "offers that name what is not there" {
    register
    step 64 delivery record parcels
    step 65 delivery record parcel --household H1
    step 65 delivery record parcels --household H9
    step 65 delivery record parcels --household H1 --body hamdel
    step 65 delivery record parcels --household H1 --group G9
    step 64 delivery record parcels --household H1 --with slot=lunch
    step 65 delivery show 1
    step 65 report --programme parcel
    as_expected not-there
}

@test "a list imported twice changes nothing; refused, rejected and good rows apart" {
    register
    cat >list.csv <<'CSV'
programme,household,quantity,date,body,note
parcels,H1,1,1399/07/10,hamdeli,
parcels,H1,1,1399/07/20,yari,
parcels,H2,1,1399/13/10,yari,
parcels,H7,1,1399/07/20,yari,
bread,H2,1,1399/07/20,yari,
parcels,H2,۱,۱۳۹۹/۰۷/۲۰,yari,خوب
parcels,H1,1,1399/07/10,hamdeli,
CSV
    step 65 delivery import list.csv --dry-run
    rm list.rejects.csv
    step 65 delivery import list.csv
    show cat list.rejects.csv
    step 0 report --by body --output csv
    step 65 delivery import list.csv
    step 0 report --by body --output csv
    step 0 delivery list --refused --output csv
    step 0 audit verify
    printf 'household;date;body\nH2;1399/09/01;yari\n' >plain.csv
    step 65 delivery import plain.csv
    step 0 delivery import plain.csv --programme parcels
    as_expected import
}

@test "a row that cannot be is rejected with the column that is wrong" {
    register
    cat >bad.csv <<'CSV'
programme,household,person,کد ملی,quantity,تاریخ,نهاد,group
parcels,H1,,,1,1400/09/01,hamdeli,
parcels,H1,,,1,1399/09/01,,
parcels,H1,,,1,1399/09/01,yari,G1
parcels,,,,1,1399/09/01,hamdeli,
stationery,,,1476174032,1,1360/01/01,hamdeli,
stationery,H2,,1476174032,1,1399/09/01,hamdeli,
parcels,H1,,,1000000001,1399/09/01,hamdeli,
CSV
    step 65 delivery import bad.csv
    show cat bad.rejects.csv
    as_expected columns
}

@test "delivery record - answers each line as it comes" {
    register
    cat >stream.csv <<'CSV'
programme,household,quantity,date,body
parcels,H1,1,1399/07/10,hamdeli
parcels,H1,1,1399/07/20,yari
parcels,H7,1,1399/07/20,yari
parcels,H2,,1399/07/20,yari
CSV
    almoner delivery record - <stream.csv >out 2>err || echo "exit $?" >>err
    show cat out err
    almoner delivery record - <stream.csv >out 2>err || echo "exit $?" >>err
    show cat out err
    step 0 report --output csv
    as_expected stream
}

@test "hot meals come out of a batch, for every member, once a meal" {
    register
    step 0 meals kitchen add K1 --name 'مسجد علی' --area 1503 --capacity 100
    step 65 meals kitchen add K1 --name again
    step 0 meals cook K1 --portions 6 --slot lunch --time 2020-12-05T08:30 --cost 2100000
    step 0 meals cook K1 --portions 2 --slot dinner --date 1399/09/14 --time 2020-12-04T19:00
    step 0 meals batch list --output csv
    step 0 entitlement show meals --household H1
    step 0 delivery record meals --household H1 --body hamdeli --with slot=lunch
    step 1 delivery record meals --household H1 --body yari --with slot=lunch
    step 1 delivery record meals --household H2 --body yari --with slot=lunch --quantity 3
    step 0 delivery record meals --household H2 --body yari --with slot=lunch
    step 1 delivery record meals --household H1 --body yari --date 1399/09/14 --with slot=dinner
    step 64 delivery record meals --household H1 --body yari --with slot=tea
    step 64 delivery record meals --household H1 --body yari --with slots=lunch
    step 1 delivery record meals --household H2 --body yari --with slot=dinner --with batch=K9
    step 0 meals batch list --output csv
    step 0 meals kitchen list --output csv
    step 0 report meals kitchens --output csv
    step 0 audit verify
    as_expected meals
}

@test "a programme's own columns are listed where it alone is" {
    register
    almoner -q meals kitchen add K1 --name x
    almoner -q meals cook K1 --portions 10 --slot lunch --time 2020-12-05T08:30
    almoner -q delivery record meals --household H1 --body yari --with slot=lunch --with time=2020-12-05T08:45 >/dev/null
    almoner -q delivery record parcels --household H1 --body yari --date 1399/09/10 >/dev/null
    step 0 delivery list --programme meals
    step 0 delivery list --programme meals --output csv
    step 0 delivery list --programme meals --output json
    step 0 delivery list --programme parcels --output csv
    step 0 delivery list --output csv
    id=$(almoner delivery list --programme meals --output csv | sed -n 2p | cut -d, -f1)
    step 0 delivery show "$id"
    almoner -q programme disable meals
    step 0 delivery list --programme meals --output csv
    rm programmes/meals.ini
    step 0 delivery list --programme meals --output csv
    step 0 delivery show "$id" --output csv
    as_expected own-columns
}

@test "times are typed and shown by the campaign's clock, wherever the machine stands" {
    export TZ=America/St_Johns
    sed -i 's/^state = state/&\ntime_zone = Asia\/Tehran/' almoner.ini
    register
    almoner -q meals kitchen add K1 --name x
    # Half past one in the night in Tehran, and still the day before in Newfoundland.
    now=2020-12-05T22:00Z
    step 0 meals cook K1 --portions 10 --slot lunch --time 2020-12-06T01:00
    step 0 delivery record meals --household H1 --body yari --with 'time=1399/09/16 01:15'
    step 0 delivery list --programme meals
    step 0 delivery list --programme meals --output csv
    sed -i 's/^time_zone.*/time_zone = Europe\/Berlin/' almoner.ini
    step 0 delivery list --programme meals
    step 0 meals batch list --output csv
    sed -i 's/^time_zone.*/time_zone = Asia\/Teheran/' almoner.ini
    step 78 delivery list
    sed -i '/^time_zone/d' almoner.ini
    step 0 meals batch list --output csv
    as_expected time-zone
}

@test "a meal is not given when it has been hot for too long" {
    register
    almoner -q meals kitchen add K1 --name x
    almoner -q meals cook K1 --portions 10 --slot lunch --time 2020-12-05T06:00
    step 1 delivery record meals --household H1 --body yari --with slot=lunch --with time=2020-12-05T08:30
    step 0 delivery record meals --household H1 --body yari --with slot=lunch --with time=2020-12-05T07:59
    as_expected hot-hold
}

@test "a batch gives no more than its portions, and gets back what is reversed" {
    register
    almoner -q meals kitchen add K1 --name x
    almoner -q meals cook K1 --portions 4 --slot lunch --time 2020-12-05T08:30
    step 0 delivery record meals --household H1 --body yari
    step 1 delivery record meals --household H2 --body yari
    step 0 delivery reverse "$(last_id)" --reason 'not at home'
    step 0 delivery record meals --household H2 --body yari --note 'now free'
    step 0 meals batch list --output csv
    as_expected portions
}

@test "a school kit once in a school year, for those who go to school" {
    register
    step 0 entitlement show stationery --person 3020672635
    step 0 delivery record stationery --person 3020672635 --body hamdeli --date 1399/07/05
    step 1 delivery record stationery --person 3020672635 --body yari
    step 0 entitlement show stationery --person 3020672635
    step 0 delivery record stationery --person 3020672635 --body yari --date 1399/06/25
    step 1 delivery record stationery --person 1476174032 --body yari
    step 65 delivery record stationery --household H1 --body yari
    step 0 stationery kits
    step 0 report stationery bands --output csv
    as_expected stationery
}

# Goods for parcels: two lots of rice in one depot, one of oil in another; what parcels take of them is in the INI alone.
stocked()
{
    set_key parcels 'draw = rice 10, oil 0.9\ndepots = W1, W2'
    register
    almoner -q stock item add rice --name rice --unit kg
    almoner -q stock item add oil --name oil --unit litre
    almoner -q stock depot add W1 --name one --kind warehouse
    almoner -q stock depot add W2 --name two --kind warehouse
    almoner -q stock receive rice 15 --depot W1 --lot late --expires 2022-01-01 --price 100 --source x --date 2020-09-01 >/dev/null
    almoner -q stock receive rice 12 --depot W1 --lot soon --expires 2021-01-01 --price 90 --source x --date 2020-09-01 >/dev/null
    almoner -q stock receive oil 2 --depot W2 --lot oil --price 1000 --source x --date 2020-09-01 >/dev/null
}

@test "a delivery takes goods from stock as its INI says; what is short is refused" {
    stocked
    step 0 delivery record parcels --household H1 --body hamdeli --date 2020-10-01
    step 0 stock list --output csv
    step 0 delivery record parcels --household H2 --body hamdeli --date 2020-10-01
    step 1 delivery record parcels --household H1 --body hamdeli --date 2020-12-01
    offer=$(almoner delivery list --refused --output plain | cut -f 1)
    # What has been refused for the lack of it can be given once it is there; nothing is given twice.
    almoner -q stock receive oil 1 --depot W1 --lot more --source x --date 2020-11-01 >/dev/null
    almoner -q stock receive rice 5 --depot W2 --lot more --source x --date 2020-11-01 >/dev/null
    step 0 delivery record parcels --household H1 --body hamdeli --date 2020-12-01
    step 0 delivery record parcels --household H1 --body hamdeli --date 2020-12-01
    id=$(last_id)
    step 0 stock list --output csv
    step 0 delivery reverse "$id" --reason 'entered twice'
    step 0 stock list --output csv
    step 0 report --output csv
    # An offer that was refused at first is the line that it became.
    step 0 delivery record parcels --household H1 --body hamdeli --date 2020-12-01
    [ "$(last_id)" != "$id" ]
    step 65 delivery show "$offer"
    step 0 audit verify
    as_expected draws
}

@test "a list is drawn from stock line by line, whatever its chunks" {
    stocked
    printf 'household,body,date,quantity\n' >list.csv
    for n in 1 2 3 4 5; do printf 'H1,hamdeli,2020-0%s-01,1\n' "$n"; done >>list.csv
    printf 'H1,hamdeli,2020-10-01,1\nH2,hamdeli,2020-10-01,1\nH1,hamdeli,2020-12-05,1\n' >>list.csv
    step 0 delivery import list.csv --programme parcels
    step 0 delivery list --refused --output csv
    step 0 stock list --output csv
    step 0 audit verify
    as_expected draws-list
}

@test "goods and depots that the INI names have to be there" {
    set_key parcels 'draw = rise 10\ndepots = W1'
    register
    almoner -q stock item add rice --name rice --unit kg
    step 78 delivery record parcels --household H1 --body hamdeli
    sed -i 's/^draw = .*/draw = rice 10/' programmes/parcels.ini
    step 78 delivery record parcels --household H1 --body hamdeli
    sed -i 's/^depots = .*//' programmes/parcels.ini
    step 78 config check
    as_expected draws-what
}

@test "aid that another has to come before" {
    set_key meals 'require = parcels'
    sed -i 's/^batch_required.*/batch_required = no/' programmes/meals.ini
    register
    step 1 delivery record meals --household H1 --body yari --date 2020-10-01
    almoner -q delivery record parcels --household H1 --body hamdeli --date 2020-09-10 >/dev/null
    first=$(last_id)
    step 0 delivery record meals --household H1 --body yari --date 2020-10-01
    step 1 delivery record meals --household H1 --body yari --date 2020-09-09
    step 0 delivery record meals --household H1 --body yari --date 2020-12-01
    step 1 delivery record meals --household H2 --body yari --date 2020-12-01
    sed -i 's/^require = .*/require = parcels 81 days/' programmes/meals.ini
    step 1 delivery record meals --household H1 --body yari --date 2020-12-01 --note second
    step 0 delivery record meals --household H1 --body yari --date 2020-11-30
    # What came before and was taken back has not come.
    almoner -q delivery reverse "$first" --reason x >/dev/null
    step 1 delivery record meals --household H1 --body yari --date 2020-12-02
    step 0 delivery list --refused --output csv
    step 0 audit verify
    as_expected require
}
