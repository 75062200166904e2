#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Aid that is asked for, seen at a visit, decided, delivered and closed.

load common

# cases_for PROGRAMME [KEY]: its deliveries need a case; KEY: another line for [programme].
cases_for()
{
    sed -i "s/^\[programme\]\$/&\ncases = yes${2:+\n$2}/" "programmes/$1.ini"
}

# as USER: who is at work from now on.
as()
{
    export ALMONER_TEST_USER=$1
    printf '# %s\n' "$1" >>transcript
}

# newest [OPTION...]: the id of the newest case.
newest()
{
    almoner case list --limit 1 --output plain "$@" | cut -f 1
}

@test "from a request to the delivery, and back" {
    cases_for parcels
    register
    as clerk
    step 0 entitlement show parcels --household H1
    step 1 delivery record parcels --household H1 --body hamdeli --key D1
    step 0 case open parcels --household H1 --subject 'winter parcel' --by B1 --quantity 1 --date 1399/09/08 --document F-1399/17 --note 'lost the job' --key R-1
    id=$(newest)
    step 0 case open parcels --household H1 --subject 'winter parcel' --by B1 --quantity 1 --date 1399/09/08 --document F-1399/17 --note 'lost the job' --key R-1
    step 65 case open parcels --household H2 --subject 'winter parcel' --key R-1
    step 1 case open parcels --household H1 --subject 'Winter-Parcel'
    step 1 delivery record parcels --household H1 --body hamdeli --key D2
    as chair
    step 1 case decide "$id" approved --decision C-12/3
    as clerk
    step 0 case visit "$id" --date 1399/09/10 --by B1 --note 'three children, no heating'
    step 77 case decide "$id" approved --decision C-12/3
    step 77 case decide "$id" refused --decision C-12/3 --reason 'so that it is gone'
    step 1 delivery record parcels --household H1 --body hamdeli --key D3
    as chair
    step 65 case decide "$id" approved --decision C-12/3 --date 1399/09/09
    step 65 case decide "$id" approved --decision C-12/3 --date 1399/09/16
    step 0 case decide "$id" approved --decision C-12/3 --by 'committee of needs' --date 1399/09/12 --reason 'as the base says'
    step 65 case decide "$id" refused --decision C-13/1 --reason 'changed our mind'
    as clerk
    step 1 delivery record parcels --household H1 --body hamdeli --date 1399/09/11 --key D4
    step 1 delivery record parcels --household H1 --body hamdeli --quantity 2 --key D5
    step 0 delivery record parcels --household H1 --body hamdeli --key D6
    step 0 case show "$id"
    step 1 delivery record parcels --household H1 --body yari --key D7
    step 0 delivery reverse "$(last_id)" --reason 'nobody at home'
    step 0 case list --output csv
    step 0 delivery record parcels --household H1 --body hamdeli --key D8
    step 0 case close "$id"
    step 65 case close "$id"
    step 65 case visit "$id"
    step 0 case show "$id" --output json
    step 0 audit verify
    as_expected to-the-delivery
}

@test "refused, closed without aid, opened again" {
    cases_for parcels
    register
    as clerk
    step 0 case open parcels --household H1
    id=$(newest)
    as chair
    step 64 case decide "$id" refused --decision C-1
    step 64 case decide "$id" refused --decision C-1 --reason ' '
    step 64 case decide "$id" refused --decision C-1 --reason 'not in need' --quantity 1
    step 64 case decide "$id" refused --reason 'not in need'
    step 64 case decide "$id" postponed --decision C-1
    step 0 case decide "$id" refused --decision C-1 --reason 'served by another body'
    step 65 case visit "$id"
    step 1 delivery record parcels --household H1 --body hamdeli
    as clerk
    step 0 case open parcels --household H1 --date 1399/09/14
    second=$(newest)
    step 64 case close "$second"
    step 0 case close "$second" --reason 'moved away'
    step 0 case close "$id"
    step 0 case open parcels --household H1
    step 0 case list
    step 0 audit verify
    as_expected refused
}

@test "whom it is for, and what cannot be asked for" {
    cases_for stationery
    register
    step 65 case open parcels --household H1
    step 65 case open blankets --household H1
    step 64 case open stationery
    step 64 case open stationery --household H1
    step 65 case open stationery --place P1
    step 65 case open stationery --person 0000000000
    step 64 case open stationery --person 3020672635 --partner 3020672635
    step 64 case open stationery --person 3020672635 --quantity 0
    step 64 case open stationery --person 3020672635 --quantity -1
    step 65 case open stationery --person 3020672635 --date 1399/09/16
    step 65 case open stationery --person 3020672635 --subject "$(printf '%0201d' 7)"
    step 0 case open stationery --person 3020672635 --partner 8209859935 --subject kit
    step 1 case open stationery --person 8209859935 --subject kit
    step 0 case open stationery --person 8209859935 --subject bag
    step 65 case show 1
    step 65 case visit 1
    step 64 case show x
    step 0 case open stationery --person 4590486385 --dry-run
    cp programmes/stationery.ini kept.ini
    sed -i 's/^cases = yes/cases = perhaps/' programmes/stationery.ini
    step 78 case open stationery --person 4590486385
    cp kept.ini programmes/stationery.ini
    step 0 case list --output csv
    as_expected for-whom
}

@test "a programme that approves unseen" {
    cases_for parcels 'visit = no'
    register
    as clerk
    step 0 case open parcels --household H1
    as chair
    step 0 case decide "$(newest)" approved --decision C-1
    step 0 delivery record parcels --household H1 --body hamdeli
    step 0 case list
    step 0 audit verify
    as_expected unseen
}

@test "lists by what is asked" {
    cases_for parcels
    cases_for stationery
    register
    as clerk
    almoner -q case open parcels --household H1 --subject oil --date 1399/08/01
    almoner -q case open parcels --household H2 --subject oil --date 1399/08/20
    almoner -q case open stationery --person 3020672635 --date 1399/09/01
    almoner -q case open parcels --household H1 --note 'everyone there'
    third=$(newest)
    almoner -q case open stationery --person 8209859935 --partner 3020672635 --subject desk --date 1399/09/10
    almoner -q case visit "$(newest --household H2 --programme parcels)" --date 1399/09/12
    step 0 case list
    step 0 case list --state visited --output plain
    step 0 case list --programme stationery --output plain
    step 0 case list --household H1 --output plain
    step 0 case list --person 3020672635 --output plain
    step 0 case list --area 150302 --output plain
    step 0 case list --area 1503 --limit 1 --output ndjson
    step 0 case list --overdue 10 --output plain
    step 0 case list --overdue 40 --area 150302 --output csv
    step 64 case list --state opened
    step 64 case list --overdue -1
    step 64 case list --household H1 --person 3020672635
    step 65 case list --programme xyzzy
    step 65 case list --area xyzzy
    as_expected lists
}

@test "what was written of a person goes with their data" {
    cases_for stationery
    cases_for parcels
    register
    as clerk
    almoner -q case open stationery --person 3020672635 --note 'her brother is ill' --document F-1 --by B1
    id=$(newest)
    almoner -q case visit "$id" --note 'the roof leaks'
    almoner -q case open parcels --household H1 --note 'everyone there'
    third=$(newest)
    almoner -q case open stationery --person 8209859935 --partner 4590486385 --note 'of both'
    second=$(newest)
    step 0 person erase 3020672635 --reason 'asked for it' --yes
    step 0 person erase 4590486385 --reason 'asked for it' --yes
    step 0 case show "$id" --output csv
    step 0 case show "$second" --output csv
    # A household's is there while somebody of them is.
    step 0 case show "$third" --output csv
    step 0 person erase 1476174032 --reason 'asked for it' --yes
    step 0 case show "$third" --output csv
    step 0 audit verify
    store_dump | grep -E 'her brother|roof leaks|of both|everyone there' && return 1
    as_expected erased
}

@test "who is at work is chosen in test stores alone" {
    almoner()
    {
        "$ALMONER" "$@"
    }
    almoner -q init
    as chair
    step 64 case list
    step 64 init --test
    as_expected test-stores-alone
}

@test "the audit finds what was written past almoner" {
    cases_for parcels
    register
    as clerk
    almoner -q case open parcels --household H1 --subject a
    almoner -q case visit "$(newest)"
    almoner -q case open parcels --household H2 --subject b
    as chair
    almoner -q case decide "$(newest --household H1)" approved --decision C-1
    almoner -q delivery record parcels --household H1 --body hamdeli
    step 0 audit verify
    local change
    for change in "UPDATE relief_case SET state = 0 WHERE subject = 'a'" \
        "UPDATE relief_case SET approved = 5000 WHERE subject = 'a'" \
        "UPDATE relief_case SET entered_by = 'chair' WHERE subject = 'a'" \
        "UPDATE relief_case SET state = 3 WHERE subject = 'b'" \
        "DELETE FROM relief_case_step WHERE what = 1" \
        "DELETE FROM relief_case_claim WHERE subject = 'b'" \
        "DELETE FROM relief_case WHERE subject = 'b'" \
        "UPDATE relief_case SET line = 7 WHERE subject = 'a'" \
        "UPDATE relief_case_step SET date = date - 1 WHERE what = 2"; do
        store_keep sound
        show sql "$change"
        step 65 audit verify
        store_put_back sound
    done
    step 0 audit verify
    as_expected audit
}
