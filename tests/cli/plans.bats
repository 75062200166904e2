#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Plans: drafted by one, approved by another, handed out as lists, closed by deliveries.

load common

# as USER: who is at work from now on.
as()
{
    export ALMONER_TEST_USER=$1
    printf '# %s\n' "$1" >>transcript
}

# key PROGRAMME LINE: another line for its [programme].
key()
{
    sed -i "s/^\[programme\]\$/&\n$2/" "programmes/$1.ini"
}

# newest [OPTION...]: the id of the newest plan.
newest()
{
    almoner plan list --limit 1 --output plain "$@" | cut -f 1
}

# What differs from one installation's key to another's, and codes to scan that follow from it, are left out.
marked()
{
    sed -E -e 's/:[0-9a-f]{16}\b/:MARK/' -e 's|<svg viewBox="0 0 ([0-9]+) [0-9]+".*</svg>|SVG|'
}
lists()
{
    printf '$ almoner plan export ID' >>transcript
    printf ' %s' "${@:2}" >>transcript
    { echo; almoner plan export "$@" | marked | steady; } >>transcript
}
# expected NAME: without the digests of lines, which follow from ids.
expected()
{
    sed -i -E 's/\b[0-9a-f]{64}\b/DIGEST/' transcript
    as_expected "$1"
}

begin()
{
    register
    cat >more.csv <<'CSV'
household,relation,given_name,family_name,birth_date,area,address,criteria
H3,head,سارا,بازوند,1350/03/04,150301,"کوی مهر، پلاک ۷",widow
H3,child,کیان,بازوند,1392/03/04,150301,,orphan
H3,child,رها,بازوند,1395/03/04,150301,,orphan disabled
H4,head,بهرام <ب>,کولیوند,1330/01/01,,,
CSV
    almoner -q person import more.csv
}

@test "from a draft to the last delivery" {
    begin
    as planner
    step 0 plan make parcels --stage S1
    id=$(newest)
    step 0 plan show "$id" --output csv
    step 0 plan show "$id" --limit 1 --output html
    step 77 plan approve "$id"
    step 1 plan export "$id"
    as chair
    step 0 plan approve "$id"
    step 1 plan approve "$id"
    as planner
    lists "$id" --output csv
    lists "$id" --output html
    step 0 delivery record parcels --household H1 --body hamdeli
    step 0 delivery record parcels --household H3 --body hamdeli --quantity 0.5
    step 0 plan progress "$id"
    step 0 plan show "$id" --open
    lists "$id" --output csv
    lists "$id" --all --output csv
    step 0 delivery reverse "$(almoner delivery list --household H1 --output plain | cut -f 1)" --reason 'nobody at home'
    step 0 plan show "$id" --household H1 --output json
    step 0 plan make parcels --stage S1
    step 0 plan show "$(newest)" --left-out
    step 0 plan list
    step 64 plan cancel "$id" --reason ' '
    step 0 plan cancel "$id" --reason 'the road is closed'
    step 1 plan cancel "$id" --reason 'the road is closed'
    step 0 plan show "$id" --output csv
    step 0 audit verify
    expected to-the-last
}

@test "who comes first, and why somebody is not on it" {
    begin
    key parcels 'priority = orphan 5, Disabled 3, widow\npriority_member = 0.5\npriority_waiting_day = 0.01'
    almoner -q delivery record parcels --household H2 --body yari --date 1399/08/20
    step 0 config show parcels --output csv
    step 0 plan make parcels --stage S1
    step 0 plan show "$(newest)"
    step 0 plan show "$(newest)" --left-out
    step 0 plan make parcels --stage S1 --date 1399/09/20
    step 0 plan show "$(newest)"
    step 0 plan show "$(newest)" --area 150302 --limit 1
    step 0 plan diff "$(newest)"
    step 0 delivery record parcels --household H4 --body yari --date 1399/09/15
    step 0 plan diff "$(newest)"
    step 0 plan list --state approved
    step 0 plan make stationery --stage S1 --area 1503
    step 0 plan show "$(newest)"
    step 0 plan show "$(newest)" --left-out --limit 3
    expected who-comes-first
}

@test "as far as the goods reach" {
    begin
    key parcels 'draw = box, rice 10\ndepots = W1'
    printf 'code,name,unit\nbox,Box,piece\nrice,Rice,kg\n' >items.csv
    printf 'code,name,kind\nW1,Store,warehouse\n' >depots.csv
    almoner -q stock item import items.csv
    almoner -q stock depot import depots.csv
    almoner -q stock receive box 10 --depot W1
    almoner -q stock receive rice 25 --depot W1
    as planner
    step 0 plan make parcels --stage S1
    step 0 plan show "$(newest)"
    step 0 plan show "$(newest)" --left-out
    as chair
    step 0 plan approve "$(newest)"
    as planner
    # What is promised to these is not there for others.
    step 0 plan make parcels --stage S1
    step 0 plan show "$(newest)" --left-out
    expected goods
}

@test "what is wrong is told" {
    begin
    key stationery 'cases = yes'
    as planner
    step 64 plan make parcels
    step 65 plan make parcels --stage S9
    step 65 plan make parcels --stage S1 --area 99
    step 65 plan make parcels --stage S1 --date 1399/10/01
    step 65 plan make stationery --stage S1
    step 65 plan make blankets --stage S1
    step 65 plan show 17
    step 65 plan approve 17
    step 0 plan make parcels --stage S1
    first=$(newest)
    step 0 plan make parcels --stage S1
    second=$(newest)
    as chair
    step 0 plan approve "$first"
    step 1 plan approve "$second"
    step 64 plan diff "$first"
    step 0 plan diff "$first" "$second"
    step 65 plan export "$first" --group G9
    step 0 --dry-run plan cancel "$first" --reason 'only to see'
    step 0 plan list --output csv
    key parcels 'priority = orphan 5, orphan 3, widow much'
    step 78 plan make parcels --stage S1
    expected told
}

@test "a key that others can read makes no cards" {
    begin
    as planner
    step 0 plan make parcels --stage S1
    as chair
    step 0 plan approve "$(newest)"
    lists "$(newest)" --output csv
    chmod 644 state/token.key
    step 77 plan export "$(newest)" --output csv
    chmod 640 state/token.key
    lists "$(newest)" --output csv
    expected key
}

@test "who may do what" {
    begin
    printf '\n[roles]\nplanner = planner\napprover = chair, planner\n\n[body hamdeli]\nstaff = mina\n' >>almoner.ini
    as clerk
    step 77 plan make parcels --stage S1
    as planner
    step 0 plan make parcels --stage S1
    step 77 plan approve "$(newest)"
    as clerk
    step 77 plan approve "$(newest)"
    as chair
    step 0 plan approve "$(newest)"
    step 77 plan make parcels --stage S1
    as clerk
    step 0 plan list --output csv
    step 77 plan export "$(newest)"
    # The staff of a body has its lists, and none of another.
    id=$(newest)
    sql "UPDATE plan_line SET body = (SELECT id FROM body WHERE code = 'hamdeli') WHERE rank = 2"
    sql "UPDATE plan_line SET body = (SELECT id FROM body WHERE code = 'yari') WHERE rank = 3"
    as mina
    lists "$id" --output csv
    step 77 plan export "$id" --body yari
    step 77 plan show "$id"
    expected roles
}
