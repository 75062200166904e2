#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Complaints: what came, who sees to it and what was answered; and who never learns who complained.

load common

# as USER: who is at work from now on.
as()
{
    export ALMONER_TEST_USER=$1
    printf '# %s\n' "$1" >>transcript
}

# id_of WORDS: the complaint whose text has these.
id_of()
{
    sql "SELECT id FROM complaint WHERE said LIKE '%$1%'"
}

# A desk with a user for complaints, and staff of two bodies, of whom one has another role too.
desk()
{
    register
    printf '\n[complaints]\ndays = 10\n[roles]\ncomplaints = zahra\nmonitor = sina\nauditor = reza\n[body hamdeli]\nstaff = mina, sina\n' >>almoner.ini
    as clerk
}

@test "from the complaint to its answer" {
    desk
    step 0 complaint open quality --programme meals --area 150301 --channel box --body hamdeli --text 'the soup was cold' --date 1399/08/01
    step 0 complaint open exclusion --household H1 --group G1 --text 'nobody came' --date 1399/09/10
    step 0 complaint open quantity --person 8209859935 --programme parcels --text 'half a parcel' --due 1399/09/15
    step 64 complaint open quality --text 'where was it?'
    step 64 complaint open quality --area 150301 --text ' '
    step 65 complaint open quality --area 150301 --text later --date 1399/09/16
    step 65 complaint open quality --area 150301 --text hurry --due 1399/09/01
    step 65 complaint open quality --area 150301 --text whose --group G1 --body yari
    step 64 complaint open colour --area 150301 --text green
    step 0 complaint list
    step 0 complaint list --overdue --output csv
    step 0 complaint list --area 150302 --output json
    step 0 complaint list --programme meals --open --output csv
    step 77 complaint assign "$(id_of soup)" --to zahra
    as zahra
    step 1 complaint assign "$(id_of soup)" --body hamdeli
    step 1 complaint assign "$(id_of soup)" --to mina
    step 64 complaint assign "$(id_of soup)"
    step 0 complaint assign "$(id_of soup)" --body yari --note 'look at the pots' --date 1399/08/05
    step 0 complaint answer "$(id_of soup)" --text 'there is a lid now' --date 1399/08/09
    step 0 complaint close "$(id_of soup)" upheld --date 1399/08/20
    step 65 complaint close "$(id_of soup)" upheld
    step 64 complaint close "$(id_of came)" withdrawn
    step 0 complaint close "$(id_of came)" withdrawn --note 'it came the day after'
    step 0 complaint show "$(id_of soup)"
    step 0 complaint show "$(id_of came)" --output json
    step 65 complaint show 17
    step 0 report complaints
    step 0 report complaints --area 1503 --programme meals --output csv
    step 0 report complaints --from 1399/09/01 --output csv
    show sql "SELECT command, added, changed FROM journal WHERE command LIKE 'complaint%' ORDER BY id"
    [ "$(sql "SELECT COUNT(*) FROM journal WHERE command LIKE 'complaint%' AND (subject LIKE '%soup%' OR reason IS NOT NULL)")" = 0 ]
    as_expected answer
}

@test "sensitive ones are for those who are named, and the staff of a body sees none" {
    desk
    step 0 complaint open conduct --household H1 --body hamdeli --text 'they shouted'
    step 0 complaint open other --area 150301 --sensitive --text 'in confidence'
    step 0 complaint open other --household H2 --text 'in the open'
    step 0 complaint list --output csv
    step 77 complaint show "$(id_of shouted)"
    as reza
    step 0 complaint list --output csv
    step 77 complaint show "$(id_of shouted)"
    step 77 complaint open other --area 150301 --text 'of an auditor'
    as zahra
    step 0 complaint list --output csv
    step 0 complaint show "$(id_of shouted)"
    for user in mina sina; do
        as $user
        step 77 complaint list
        step 77 complaint show "$(id_of open)"
        step 77 complaint open other --area 150301 --text 'of staff'
        step 77 report complaints
    done
    as_expected sensitive
}

@test "nobody named: sensitive ones are shown to nobody" {
    register
    step 0 complaint open conduct --area 150301 --text 'they shouted'
    step 0 complaint list --output csv
    step 77 complaint assign "$(id_of shouted)" --to zahra
    as_expected unnamed
}

@test "who complained goes when their data are erased" {
    desk
    as zahra
    step 0 complaint open conduct --person 8209859935 --text 'they shouted'
    step 0 complaint answer "$(id_of shouted)" --text 'told off'
    step 0 person erase 8209859935 --reason asked --yes
    show sql "SELECT household, person, said, answered FROM complaint"
    show sql "SELECT n, note FROM complaint_step ORDER BY n"
    step 0 complaint list --output csv
    as_expected erased
}
