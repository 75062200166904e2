#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Dowries: for a couple, once in life, handed over item by item, one delivery in the end.

load common

# Two couples of age with one in need, one couple that is not in need, a child; the items of a dowry in stock, in part.
begin()
{
    enable dowries
    sed -i 's/^cases = yes/cases = no/' programmes/dowries.ini
    sed -i -e '/^\[item blanket\]/,$d' -e 's/^; depots =.*/depots = W1/' programmes/dowries.ini
    printf '[item blanket]\nquantity = 4\nvalue = 2000000\n\n[item cooker]\nfrom = bought\nmost = 80000000\n' >>programmes/dowries.ini
    register
    cat >couples.csv <<'CSV'
household,relation,national_id,given_name,family_name,birth_date,sex,area,criteria
H3,head,0084575948,کیان,رستمی,1372/01/01,m,150301,orphan
H4,child,3240175800,شیرین,دلفان,1375/05/05,f,150302,
H5,head,0010350829,بهرام,کاکاوند,1370/02/02,m,150302,
H5,child,0013542419,سارا,کاکاوند,1376/03/03,f,150302,disabled
CSV
    almoner -q person import couples.csv
    almoner -q stock item add carpet --name Carpet --unit piece
    almoner -q stock item add blanket --name Blanket --unit piece
    almoner -q stock depot add W1 --name 'Main store' --kind warehouse --area 1503
    almoner -q stock depot add W2 --name 'Small store' --kind warehouse --area 1503
    almoner -q stock receive carpet 3 --depot W1 --date 1399/08/01 --price 30000000 >/dev/null
    almoner -q stock receive blanket 9 --depot W1 --date 1399/08/01 >/dev/null
}

@test "a dowry is handed over item by item, and delivered with the last one" {
    begin
    step 0 dowries open '۵۵-۱۲' --person 0084575948 --partner 3240175800 --body hamdeli --date 1399/08/10
    step 0 dowries open 55-12 --person 3240175800 --partner 0084575948 --body hamdeli
    step 0 dowries show 55-12
    step 1 delivery record dowries --person 0084575948 --partner 3240175800 --body hamdeli
    step 0 dowries hand 55-12 carpet blanket --date 1399/08/20
    step 0 stock list --output csv
    step 1 dowries hand 55-12 carpet
    step 65 dowries hand 55-12 cooker
    step 65 dowries hand 55-12 cooker --receipt R-1
    step 1 dowries hand 55-12 cooker --receipt R-1 --price 480000000
    step 65 dowries hand 55-12 cooker --receipt R-1 --price 48000000 --depot W1
    step 65 dowries hand 55-12 cooker --receipt R-1 --price 48000000 --date 1399/08/01
    step 65 dowries hand 55-12 cooker --receipt R-1 --price 48000000 --date 1399/10/01
    step 65 dowries hand 55-12 lamp --receipt R-1 --price 48000000
    step 64 dowries hand 55-12 cooker lamp --receipt R-1 --price 48000000
    step 0 report dowries open
    step 0 report dowries missing
    step 0 dowries hand 55-12 cooker --receipt R-1 --price 48000000 --date 1399/09/01
    step 0 dowries show 55-12 --output csv
    step 0 delivery list --output csv
    step 0 dowries list
    step 0 report dowries open
    step 0 report dowries handed --output csv
    step 0 report dowries missing --output csv
    step 0 report --output csv
    step 1 dowries hand 55-12 cooker --receipt R-1 --price 48000000
    step 1 dowries return 55-12 cooker --reason broken
    step 1 dowries cancel 55-12 --reason never
    step 0 audit verify
    as_expected hand
}

@test "who may have one" {
    begin
    step 0 dowries open 1 --person 0084575948 --partner 3240175800 --body hamdeli
    step 1 dowries open 1 --person 0010350829 --partner 0013542419 --body hamdeli
    step 1 dowries open 2 --person 0013542419 --partner 0084575948 --body hamdeli
    step 1 dowries open 2 --person 1476174032 --partner 4590486385 --body hamdeli
    step 1 dowries open 2 --person 8209859935 --partner 0013542419 --body hamdeli
    step 65 dowries open 2 --person 0013542419 --partner 0013542419 --body hamdeli
    step 65 dowries open 2 --person 0013542419 --partner 0010350829
    step 64 dowries open ' ' --person 0013542419 --partner 0010350829 --body hamdeli
    step 65 dowries open 2 --person 0013542419 --partner 0010350829 --body hamdeli --date 1399/10/01
    step 0 dowries open 2 --person 0013542419 --partner 0010350829 --group G1
    step 0 dowries list --output csv
    step 0 dowries list --area 150301 --output csv
    step 0 entitlement show dowries --person 0013542419 --partner 0010350829
    step 0 entitlement show dowries --person 0013542419
    step 0 entitlement show dowries --person 1476174032 --partner 4590486385
    step 0 entitlement show dowries --person 8209859935 --partner 0013542419
    as_expected who
}

@test "items come back, and a dowry is given up" {
    begin
    almoner -q dowries open 7 --person 0084575948 --partner 3240175800 --body hamdeli --date 1399/09/10
    step 0 dowries hand 7 carpet
    step 1 dowries cancel 7 --reason 'the wedding is off'
    step 64 dowries return 7 carpet
    step 65 dowries return 7 carpet --reason 'the wrong size' --date 1399/09/14
    step 1 dowries return 7 blanket --reason 'the wrong size'
    step 0 dowries return 7 carpet --reason 'the wrong size'
    step 1 dowries return 7 carpet --reason 'the wrong size'
    step 0 stock list --output csv
    step 0 dowries show 7
    step 1 dowries hand 7 carpet --depot W2
    step 65 dowries hand 7 carpet --receipt R-9 --price 70000000 --date 1399/09/14
    step 0 dowries hand 7 carpet --receipt R-9 --price 70000000
    step 0 dowries return 7 carpet --reason 'the wedding is off'
    step 0 dowries cancel 7 --reason 'the wedding is off'
    step 65 dowries show 7
    step 0 dowries list --output csv
    step 0 dowries list --state open
    step 0 dowries open 8 --person 0084575948 --partner 3240175800 --body yari
    step 0 dowries open 7 --person 0010350829 --partner 0013542419 --body yari
    step 0 audit verify
    as_expected back
}

@test "a delivery that is taken back opens the dowry again" {
    begin
    almoner -q dowries open 7 --person 0084575948 --partner 3240175800 --body hamdeli
    almoner -q dowries hand 7 carpet blanket
    almoner -q dowries hand 7 cooker --receipt R-1 --price 48000000
    step 0 delivery reverse "$(last_id)" --reason 'the cooker is broken'
    step 0 dowries show 7 --output csv
    step 0 stock list --output csv
    step 0 report --output csv
    step 0 dowries return 7 cooker --reason broken
    step 0 dowries hand 7 cooker --receipt R-2 --price 47000000
    step 0 delivery reverse "$(last_id)" --reason 'entered by mistake'
    step 1 delivery record dowries --person 0084575948 --body hamdeli
    step 1 delivery record dowries --person 0084575948 --partner 0010350829 --body hamdeli
    step 1 delivery record dowries --person 0084575948 --partner 3240175800 --body hamdeli --date 1399/09/14
    step 1 delivery record dowries --person 0084575948 --partner 3240175800 --body hamdeli --with certificate=8
    step 0 delivery record dowries --person 3240175800 --partner 0084575948 --body hamdeli --with certificate='۷'
    step 1 delivery record dowries --person 3240175800 --partner 0084575948 --body hamdeli --key again
    # As the README has it, and again.
    step 0 delivery reverse "$(last_id)" --reason 'the wrong day'
    step 0 delivery record dowries --person 0084575948 --partner 3240175800 --body hamdeli
    step 0 delivery reverse "$(last_id)" --reason 'the wrong day'
    step 0 delivery record dowries --person 0084575948 --partner 3240175800 --body hamdeli
    step 0 dowries list --output csv
    step 0 report --output csv
    step 0 audit verify
    as_expected reverse
}

@test "lists of dowries and of what was handed over" {
    begin
    cat >dowries.csv <<'CSV'
شماره سند,person,همسر,body,date
۱۰۱,0084575948,3240175800,hamdeli,1399/08/10
102,0013542419,0010350829,yari,1399/08/11
102,0013542419,0010350829,yari,1399/08/11
103,1476174032,4590486385,yari,1399/08/11
104,0013542419,0084575948,yari,1399/08/11
101,0013542419,0010350829,yari,1399/08/11
CSV
    cat >handed.csv <<'CSV'
certificate,item,date,depot,receipt,price
101,carpet,1399/08/20,,,
101,blanket,1399/08/20,W1,,
102,carpet,1399/08/21,,,
102,carpet,1399/08/21,,R-5,66000000
102,blanket,1399/08/21,,,
102,cooker,1399/08/22,,R-6,480000000
102,cooker,1399/08/22,,R-6,48000000
101,cooker,1399/08/23,,,
101,cooker,1399/08/23,,R-7,45000000
101,lamp,1399/08/23,,,
109,lamp,1399/08/23,,,
CSV
    step 65 dowries import dowries.csv
    show cat dowries.rejects.csv
    step 65 dowries hand import handed.csv
    show cat handed.rejects.csv
    step 0 delivery list --output csv
    step 65 dowries hand import handed.csv
    step 0 stock list --output csv
    step 0 report --by body --output csv
    step 0 report dowries handed --area 150301 --output csv
    step 0 report dowries handed --from 1399/08/23 --to 1399/08/23 --output csv
    step 0 audit verify
    as_expected import
}

@test "a list without days is imported again on the next one" {
    begin
    almoner -q dowries open 101 --person 0084575948 --partner 3240175800 --body hamdeli
    printf 'certificate,item,receipt,price\n101,blanket,,\n101,carpet,,\n101,cooker,R-7,45000000\n' >handed.csv
    step 0 dowries hand import handed.csv
    now=2020-12-06T09:00
    step 0 dowries hand import handed.csv
    printf 'certificate,item,receipt,price\n101,carpet,R-8,30000000\n101,cooker,R-7,54000000\n101,cooker,R-8,\n101,cooker,,45000000\n' >other.csv
    step 65 dowries hand import other.csv
    show cat other.rejects.csv
    # What came back is not handed over by a list that came before it.
    almoner -q delivery reverse "$(last_id)" --reason x
    almoner -q dowries return 101 carpet --reason x --date 1399/09/15
    step 65 dowries hand import handed.csv
    show cat handed.rejects.csv
    step 0 stock list --output csv
    step 0 dowries show 101 --output csv
    as_expected undated
}

@test "each delivery has a key of its own, whatever the names, and no certificate is in it" {
    begin
    local name=dowries-of-the-couples-of-the-far-south certificate=1234567890123456789012345678901234567890
    sed 's/^\[programme\]/&\nplugin = dowries/' programmes/dowries.ini >"programmes/$name.ini"
    rm programmes/dowries.ini
    almoner -q init
    almoner -q "$name" open $certificate --person 0084575948 --partner 3240175800 --body hamdeli
    almoner -q "$name" hand $certificate carpet blanket
    almoner -q "$name" hand $certificate cooker --receipt R-1 --price 48000000
    almoner -q delivery reverse "$(last_id)" --reason broken
    almoner -q "$name" return $certificate cooker --reason broken
    almoner -q "$name" hand $certificate cooker --receipt R-2 --price 47000000
    almoner delivery list --limit 0 --output csv >list
    [ "$(sed 1d list | wc -l)" = 3 ]
    almoner delivery show "$(last_id)" >shown
    grep -i key shown
    [ -z "$(grep -i key shown | grep "${certificate:0:20}")" ]
    step 0 audit verify
}

@test "a couple's dowry is asked for and approved before it is opened" {
    begin
    sed -i 's/^cases = no/cases = yes/' programmes/dowries.ini
    step 1 dowries open 7 --person 0084575948 --partner 3240175800 --body hamdeli
    export ALMONER_TEST_USER=clerk
    step 0 case open dowries --person 3240175800 --partner 0084575948 --date 1399/09/01
    id=$(almoner case list --limit 1 --output plain | cut -f 1)
    step 0 case visit "$id" --date 1399/09/03
    step 1 dowries open 7 --person 0084575948 --partner 3240175800 --body hamdeli
    ALMONER_TEST_USER=chair step 0 case decide "$id" approved --decision C-1 --date 1399/09/05
    step 1 dowries open 7 --person 0084575948 --partner 0013542419 --body hamdeli
    step 1 dowries open 7 --person 0084575948 --partner 3240175800 --body hamdeli --date 1399/09/04
    step 0 dowries open 7 --person 0084575948 --partner 3240175800 --body hamdeli --date 1399/09/05
    step 0 dowries hand 7 carpet blanket
    step 0 dowries hand 7 cooker --receipt R-1 --price 48000000
    step 0 case list --output csv
    step 0 delivery reverse "$(last_id)" --reason x
    step 0 case list --output csv
    step 0 audit verify
    as_expected cases
}

# The bride of an open dowry stands in another list under another ID.
@test "a dowry stays the couple's whoever of them was registered twice" {
    begin
    printf 'household,national_id,given_name,family_name,birth_date\nH6,0012345679,شیرین,دلفان,1375/05/05\n' >double.csv
    almoner -q person import double.csv
    step 0 dowries open 1 --person 0084575948 --partner 0012345679 --body hamdeli --date 1399/08/10
    almoner -q person merge 3240175800 0012345679 --reason 'one certificate' --different-ids
    step 0 dowries open 1 --person 0084575948 --partner 3240175800 --body hamdeli
    step 1 dowries open 2 --person 0013542419 --partner 3240175800 --body hamdeli
    step 1 delivery record dowries --person 0084575948 --partner 3240175800 --body hamdeli
    step 0 dowries hand 1 carpet blanket --date 1399/08/20
    step 0 dowries hand 1 cooker --receipt R-1 --price 48000000 --date 1399/09/01
    step 0 delivery list --person 3240175800 --output csv
    step 1 delivery record dowries --person 3240175800 --partner 0084575948 --body hamdeli --key again
    step 0 report --output csv
    step 0 audit verify
    # Taken back after they were found to be two, it is open again.
    almoner -q person split 0012345679 --reason 'her sister'
    step 0 delivery reverse "$(last_id)" --reason mistake
    step 0 report dowries open
    step 0 audit verify
    as_expected twice
}
