#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Home appliances: one of a kind in so many years for a household, each serial once, guarantees by the calendar.

load common

# An installation with two households.
begin()
{
    enable appliances
    sed -i 's/^cases = yes/cases = no/' programmes/appliances.ini
    register
}

# give HOUSEHOLD WORDS: a delivery of hamdeli's.
give()
{
    local household=$1
    shift
    step "${want:-0}" delivery record appliances --household "$household" --body hamdeli "$@"
}

@test "one of a kind, with its serial and its guarantee" {
    begin
    give H1 --with kind=refrigerator --with model='Arctic 400' --with serial='rf-۱۲ ۳۴'
    give H1 --with kind=heater --date 1399/06/31
    give H2 --with kind=refrigerator --with serial=RF-77 --with guarantee=1400/01/15
    want=1 give H1 --with kind=refrigerator --with serial=RF-78
    want=1 give H1 --with kind=refrigerator --with serial=RF-78 --date 1399/01/10
    want=1 give H2 --with kind=cooker --with serial=RF-٧٧
    want=1 give H2 --with kind=cooker
    want=1 give H2 --with kind=coooker --with serial=CK-1
    want=1 give H2 --with serial=CK-1
    want=1 give H2 --with kind=cooker --with serial=CK-1 --quantity 2
    want=1 give H2 --with kind=cooker --with serial=CK-1 --with guarantee=1399/01/01
    want=1 give H2 --with kind=cooker --with serial="$(printf '%061d' 0)"
    step 0 appliances list
    step 0 appliances list --kind heater --output csv
    step 0 appliances list --household H2 --output csv
    step 0 appliances list --area 150302 --output csv
    step 65 appliances list --kind fridge
    step 0 appliances show rf-1234
    step 0 appliances show 'RF-۷۷' --output json
    step 65 appliances show RF-99
    step 0 report appliances kinds
    step 0 report appliances guarantees
    step 0 report appliances guarantees --within '2 years' --output csv
    step 0 report appliances guarantees --within '2 years' --area 150302 --output csv
    step 0 report --output csv
    step 0 audit verify
    as_expected give
}

@test "a reversal frees the serial and the kind" {
    begin
    give H1 --with kind=washer --with serial=W-1
    step 0 delivery reverse "$(last_id)" --reason 'wrong door'
    step 65 appliances show W-1
    give H2 --with kind=washer --with serial=W-1
    give H1 --with kind=washer --with serial=W-2
    step 0 appliances list --output csv
    step 0 report appliances kinds --output csv
    step 0 audit verify
    as_expected reverse
}

@test "the rule says from when on" {
    begin
    give H1 --with kind=heater --date 1399/06/31
    step 0 entitlement show appliances --household H1 --with kind=heater
    step 0 entitlement show appliances --household H1 --with kind=cooker
    step 0 entitlement show appliances --household H1
    step 0 entitlement show appliances --household H1 --with kind=lamp
    as_expected rule
}

@test "appliances come out of the stock, and go back" {
    begin
    sed -i -e 's/^; depots =/depots = W1/' -e 's/^\[kind heater\]/&\nitem = heater/' -e 's/^value = 26000000//' programmes/appliances.ini
    step 0 stock item add heater --name Heater --unit piece
    step 0 stock depot add W1 --name 'Main store' --kind warehouse --area 1503
    want=1 give H1 --with kind=heater
    almoner -q stock receive heater 2 --depot W1 --price 21000000
    give H1 --with kind=heater
    step 0 report appliances kinds --output csv
    step 0 delivery reverse "$(last_id)" --reason 'broken'
    step 0 report appliances kinds --output csv
    give H2 --with kind=heater
    want=1 give H2 --with kind=heater --key again
    step 0 stock list --output csv
    step 0 report --output csv
    step 0 audit verify
    as_expected stock
}

@test "a list of deliveries is judged row by row, whatever the size of its chunks" {
    begin
    sed -i -e 's/^; depots =/depots = W1/' -e 's/^\[kind cooker\]/&\nitem = cooker/' programmes/appliances.ini
    almoner -q stock item add cooker --name Cooker --unit piece
    almoner -q stock depot add W1 --name 'Main store' --kind warehouse --area 1503
    almoner -q stock receive cooker 1 --depot W1 --date 1399/07/01
    cat >given.csv <<'CSV'
key,household,body,date,kind,serial,model,guarantee
A1,H1,hamdeli,1399/08/01,refrigerator,R-1,Arctic,
A2,H1,hamdeli,1399/08/02,refrigerator,R-2,Arctic,
A3,H2,hamdeli,1399/08/02,refrigerator,R-۱,,
A4,H2,hamdeli,1399/08/03,refrigerator,R-3,,1401/01/01
A5,H2,hamdeli,1399/08/03,cooker,C-1,,
A6,H1,hamdeli,1399/08/03,cooker,C-2,,
A7,H1,hamdeli,1399/08/04,washer,,,
A8,H1,hamdeli,1399/08/04,washer,W-1,,
CSV
    step 0 delivery import given.csv --programme appliances
    step 0 delivery list --refused
    step 0 delivery import given.csv --programme appliances
    step 0 appliances list --output csv
    step 0 audit verify
    as_expected import
}

# as USER: who is at work from now on.
as()
{
    export ALMONER_TEST_USER=$1
    printf '# %s\n' "$1" >>transcript
}

# approved HOUSEHOLD KIND: a case that somebody asked for and somebody else approved.
approved()
{
    as clerk
    step 0 case open appliances --household "$1" --subject "$2" --date 1399/09/01
    id=$(almoner case list --limit 1 --output plain | cut -f 1)
    step 0 case visit "$id" --date 1399/09/03
    as chair
    step 0 case decide "$id" approved --decision C-1 --date 1399/09/05
}

@test "what is asked for, seen and approved is given, and nothing else" {
    enable appliances
    register
    want=1 give H1 --with kind=heater
    approved H1 Heater
    want=1 give H1 --with kind=refrigerator --with serial=R-1 --key other
    want=1 give H1 --date 1399/09/04
    as clerk
    step 0 case open appliances --household H2 --subject refrigerator
    step 0 case open appliances --household H2 --subject heating
    step 0 report appliances kinds
    give H1 --with serial=H-1
    step 0 appliances list --output csv
    step 0 delivery reverse "$(last_id)" --reason 'nobody at home'
    step 0 report appliances kinds --output csv
    give H1 --with kind=heater --key later
    step 0 case list --output csv
    step 0 audit verify
    as_expected cases
}

@test "one of a kind for a household that was registered twice" {
    begin
    printf 'household,national_id,given_name,family_name\nH9,0012345679,سیاوش,فتحی\n' >double.csv
    almoner -q person import double.csv
    give H9 --with kind=heater
    almoner -q person merge 1476174032 0012345679 --reason 'seen at a visit' --different-ids
    want=1 give H1 --with kind=heater
    want=1 give H9 --with kind=heater --date 1399/09/01
    give H9 --with kind=refrigerator --with serial=RF-1
    step 0 appliances list --household H1 --output csv
    almoner -q person split 0012345679 --reason 'his cousin'
    step 0 appliances list --household H9 --output csv
    give H1 --with kind=heater --key later
    step 0 audit verify
    as_expected twice
}
