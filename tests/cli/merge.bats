#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Two registrations of one person become one, and come apart again: windows, counts and lists follow.
load common

# Another body's list: the head of H1 on his own, and the spouse with a child whom nobody else has.
doubles()
{
    export ALMONER_TEST_USER=clerk
    register
    sed -i 's/^window = .*/window = 30 days/' programmes/parcels.ini
    cat >theirs.csv <<'CSV'
household,relation,national_id,given_name,family_name,mobile,area
H8,spouse,,اکرم,سپهوند,,150301
H8,child,,پری,فتحی,,150301
H9,head,9207234191,سیاوش,فتحي,09120000001,150302
CSV
    step 0 person import theirs.csv
    almoner -q delivery record parcels --household H9 --body yari --date 1399/09/01
    almoner -q delivery record stationery --person 3020672635 --body hamdeli --date 1399/09/02
    wife=$(almoner person find سپهوند --output csv | grep ,H8, | cut -d, -f1)
}

@test "a person and a household that were registered twice" {
    doubles
    almoner report --by programme --output csv >before
    step 1 person merge 1476174032 9207234191 --reason 'seen at a visit'
    step 64 person merge 1476174032 9207234191
    step 0 --dry-run person merge 1476174032 9207234191 --reason 'seen at a visit' --different-ids
    step 0 report --by programme --output csv
    step 0 person merge 1476174032 9207234191 --reason 'seen at a visit' --different-ids
    step 65 person merge 1476174032 9207234191 --reason again --different-ids
    step 65 person merge 9207234191 1476174032 --reason again --different-ids
    step 0 report --by programme --output csv
    # What finds the one finds the other.
    step 0 person find 9207234191 --output csv
    step 0 person find 09120000001 --output csv
    step 0 person find فتحی --output csv
    step 0 person show 9207234191 --output csv
    step 0 person list --household H9 --output csv
    step 0 delivery list --household H1 --output csv
    # The window is one, whichever way it is asked for.
    step 1 delivery record parcels --household H1 --body hamdeli --date 1399/09/10
    step 1 delivery record parcels --household H9 --body hamdeli --date 1399/09/11
    step 0 entitlement show parcels --household H9 --date 1399/09/12 --output csv
    # Lists that came before change nothing, and nobody new comes to a household that is another.
    step 0 person import people.csv
    step 0 person import theirs.csv
    printf 'household,given_name,family_name\nH9,مینا,فتحی\n' >more.csv
    step 65 person import more.csv
    show cat more.rejects.csv
    almoner status --output csv | grep -E '^(households|persons),' >>transcript
    step 0 audit verify
    step 65 person split 1476174032 --reason wrong
    step 0 person split 9207234191 --reason 'cousins of one name'
    step 65 person split 9207234191 --reason again
    almoner report --by programme --output csv >after
    same before after
    step 0 person find 9207234191 --output csv
    step 0 delivery record parcels --household H1 --body hamdeli --date 1399/09/10 --key again
    step 0 audit verify
    as_expected twice
}

@test "a household of which others are left stays one of its own" {
    doubles
    step 0 person merge 4590486385 "$wife" --reason 'the same mother'
    step 0 person list --household H8 --output csv
    step 0 person list --household H1 --output csv
    # Her line of the list is still hers; what she is given is given where she lives.
    step 0 person import theirs.csv
    step 0 delivery record parcels --household H8 --body yari
    step 0 audit verify
    as_expected others-left
}

@test "a person who is erased takes the other registrations along" {
    doubles
    almoner -q person merge 4590486385 "$wife" --reason 'the same mother'
    step 0 person erase 4590486385 --reason 'asked for it' --yes
    step 65 person find سپهوند
    step 65 person split "$wife" --reason wrong
    step 0 audit verify
    as_expected erased
}

# A plan that was approved before does not move: its line is the alias's, and closed by what the survivor is given.
@test "a plan that names somebody who is an alias now" {
    doubles
    sed -i 's/^S1,.*/S1,پاییز,1399\/07\/01,1399\/12\/29/' stages.csv
    almoner -q stage import stages.csv
    almoner -q delivery reverse "$(last_id)" --reason x
    for line in $(almoner delivery list --limit 0 --output csv | sed -n 's/^\([0-9]*\),.*,parcels,.*/\1/p'); do
        almoner -q delivery reverse "$line" --reason x
    done
    almoner -q plan make parcels --stage S1 >/dev/null
    plan=$(almoner plan list --limit 1 --output plain | cut -f 1)
    ALMONER_TEST_USER=chair almoner -q plan approve "$plan"
    almoner -q person merge 1476174032 9207234191 --reason 'seen at a visit' --different-ids
    # That of the survivor is closed first; H9's stays open, for nobody is served twice.
    step 0 delivery record parcels --household H9 --body hamdeli
    almoner plan show "$plan" --output csv | sed -n '/^rank/,$p' >>transcript
    step 0 audit verify
    almoner -q delivery reverse "$(last_id)" --reason x
    # Where the survivor's own is not open, the alias's is closed.
    sql "UPDATE plan_line SET quantity = 0 WHERE owner = (SELECT id FROM household WHERE code = 'H1')"
    almoner -q delivery record parcels --household H1 --body hamdeli --key again >/dev/null
    [ "$(sql "SELECT h.code FROM plan_delivery d JOIN household h ON h.id = d.owner")" = H9 ]
    almoner -q person split 9207234191 --reason 'cousins'
    almoner -q delivery reverse "$(last_id)" --reason x
    [ "$(sql 'SELECT COUNT(*) FROM plan_delivery')" = 0 ]
    as_expected plan
}
