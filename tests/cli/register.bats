#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lists as they come, in any dress, and what is said of rows that cannot be taken.

load common

people()
{
    almoner person list --household "$1" --output csv | sed 's/^[0-9]*,//'
}

@test "Persian headers, semicolons, BOM, CRLF, Persian digits and Solar dates are the plain list" {
    register
    people H1 >want
    store_empty
    rm -rf state
    register
    store_empty
    rm -rf state
    store
    almoner -q area import areas.csv
    {
        printf '\357\273\277کد خانوار;نسبت;کد ملی;نام;نام خانوادگی;تاریخ تولد;جنسیت;تلفن همراه;محدوده;پایه تحصیلی\r\n'
        printf 'H1;سرپرست;۱۴۷۶۱۷۴۰۳۲;سیاوش;فتحی;۱۳۶۰/۰۹/۱۲;مرد;۰۹۰۷ ۳۰۶ ۷۷۷۹;۱۵۰۳۰۱;\r\n'
        printf 'H1;همسر;4590486385;اکرم;سپهوند;1983-07-16;زن;;150301;\r\n'
        printf 'H1;فرزند;3020672635;نازنین;فتحی;٣ اردیبهشت ۱۳۹۰;دختر;;150301;سوم\r\n' | sed 's/سوم/3/; s/٣ اردیبهشت ۱۳۹۰/۱۳۹۰-۲-۳/'
    } >persian.csv
    step 0 person import persian.csv
    people H1 >got
    same want got
    step 0 person list --household H1 --output csv
    step 0 person show 1476174032 --output csv
    as_expected persian
}

@test "zeros that a spreadsheet stripped, --map, stdin" {
    store
    cat >odd.csv <<'CSV'
Fam,Who,Ident,group/first name
A,X,84575948,a
A,X,084575948,b
B,Y,7731689956,c
CSV
    step 65 person import odd.csv
    step 65 person import odd.csv --map household=Family
    step 64 person import odd.csv --map hausehold=Fam
    step 64 person import odd.csv --map household
    almoner person import - --map household=Fam --map national_id=Ident --map family_name=Who <odd.csv >out 2>&1 || echo "exit $?" >>out
    show cat out
    show cat stdin.rejects.csv
    step 0 person find 0084575948 --output csv
    as_expected map
}

@test "rows that cannot be taken are kept with line, column and reason" {
    register
    cat >bad.csv <<'CSV'
household,national_id,given_name,family_name,birth_date,sex,mobile,area,school_grade,note
H3,12345678901,eleven,digits,,,,,,
H3,1476174033,check,digit,,,,,,
H3,1111111111,equal,digits,,,,,,
H3,,thirty,Esfand,1400/12/30,,,,,
H3,,future,born,1399/12/30,,,,,
H3,,bad,sex,,x,,,,
H3,,bad,mobile,,,12345,,,
H3,,bad,area,,,,150309,,
H3,,bad,grade,,,,,13,
,,no,household,,,,,,
H3,,,,,,,,,
H9,1476174032,other,household,,,,,,
H3,too,few
H3,,blanks,behind,,,,,,,,
H3,,too,many,,,,,,,x,y
H3,,"two
lines",fine,,,,,,
H3,,leap,day,1375/12/30,,,,,
H3,,good,one,1399/09/14,,,,,
CSV
    step 65 person import bad.csv
    show cat bad.rejects.csv
    cp bad.rejects.csv mine
    step 65 person import bad.csv --rejects mine
    step 0 person list --household H3 --output csv
    as_expected rejects
}

@test "the same file again changes nothing, a changed row changes one" {
    register
    step 0 person import people.csv
    step 0 area import areas.csv
    sed 's/نازنین/نازی/' people.csv >changed.csv
    step 0 person import changed.csv
    step 0 person import changed.csv
    step 0 person find 3020672635 --output csv
    step 0 status --output csv
    as_expected again
}

@test "a person who is known elsewhere moves only when told to" {
    register
    printf 'household,national_id,given_name\nH2,3020672635,نازنین\n' >move.csv
    step 65 person import move.csv
    step 0 person import move.csv --move
    step 0 person list --household H1 --output csv
    step 0 person list --household H2 --output csv
    as_expected move
}

@test "a name is found in any spelling" {
    store
    almoner -q person add --household H1 --given_name 'سید علي' --family_name 'حسيني‌نژاد' --mobile '+98 912 345 6789'
    step 0 person find 'سید علی حسینی نژاد' --output csv
    for name in 'سيد علي حسيني‌نژاد' 'سیدعلی حسینینژاد' 'حسینی نژاد سید علی' 'حُسینی‌نژاد' 'حسينی' '۰۹۱۲۳۴۵۶۷۸۹' '00989123456789' '۹۱۲۳۴۵۶۷۸۹'; do
        almoner person find "$name" --output csv >found || { echo "$name is not found"; return 1; }
        same out found
    done
    step 65 person find 'رضا'
    as_expected spellings
}

@test "a household's address and base are shown, and can be changed" {
    register
    printf 'code,name,area\nB1,پایگاه بهار,150301\n' >bases.csv
    almoner -q base import bases.csv
    step 0 person edit 1476174032 --address 'خیابان کشاورز ۴۰' --base B1
    step 64 person edit 1476174032
    step 64 person edit 1476174032 --since 1399/08/01
    step 0 person show 4590486385 --output csv
    step 0 body show HAMDELI --output csv
    step 65 body show hamdely
    step 0 area show ۱۵۰۳ --output csv
    step 0 person edit 1476174032 --address ''
    step 0 person show 1476174032 --output csv
    as_expected address
}

@test "those who visit for a base have a list with addresses" {
    register
    printf 'code,name,area\nB1,پایگاه بهار,150301\nB2,پایگاه مهر,\n' | almoner -q base import -
    printf 'household,relation,given_name,area,address,base\nH10,child,نرگس,150302,کوچه یاس,B1\nH10,head,زهرا,150302,,B1\nH09,,بی‌سرپرست,150301,کوچه نسترن,B1\n' >more.csv
    almoner -q person import more.csv
    almoner -q person edit 1476174032 --address 'خیابان کشاورز ۴۰' --base B1
    step 0 person list --base B1 --heads --address --output csv
    step 0 person list --base B1 --area 150302 --output csv
    step 0 person list --area 1503 --heads --address
    step 0 person list --household H10 --address --output csv
    step 0 person list --base B2 --output csv
    step 64 person list
    step 64 person list --household H10 --base B1
    step 65 person list --base B9
    step 65 person list --area 9
    as_expected visits
}

@test "broken files" {
    register
    printf 'household,family_name\nH5,"open\nH5,x\n' >quote.csv
    step 65 person import quote.csv
    printf 'household,family_name\nH5,a\0b\nH5,x\n' >nul.csv
    step 65 person import nul.csv
    printf 'household,family_name\nH6,caf\351\nH6,x\n' >latin.csv
    step 65 person import latin.csv
    { printf 'household,family_name\nH7,'; head -c 10000000 /dev/zero | tr '\0' x; printf '\nH7,x\n'; } >long.csv
    step 65 person import long.csv
    : >empty.csv
    step 65 person import empty.csv
    printf '\n\n' >blank.csv
    step 65 person import blank.csv
    printf 'household,family_name\n' >header.csv
    step 0 person import header.csv
    printf 'household,nid,national_id\nH8,1,2\n' >twice.csv
    step 65 person import twice.csv
    printf 'colour\nred\n' >other.csv
    step 65 person import other.csv
    step 66 person import nowhere.csv
    step 66 person import .
    for name in quote nul latin long; do
        [ ! -e $name.rejects.csv ] || show sh -c "cut -c 1-120 $name.rejects.csv"
    done
    as_expected broken
}

@test "a rejects file that cannot be made, or is something else" {
    register
    printf 'household,given_name\nH5,\n' >bad.csv
    step 73 person import bad.csv --rejects /nowhere/x.csv
    step 73 person import bad.csv --rejects people.csv
    as_expected rejects-file
}

@test "areas, bodies, groups, bases, stages and places" {
    register
    for noun in area body group stage; do
        step 0 $noun list --output csv
    done
    step 0 place add P1 --name 'مسجد جامع' --kind mosque --area 150301 --size 400
    step 65 place add P2 --name x --area 9
    step 65 place add P1 --name again
    step 0 place edit P1 --size 500
    step 0 place show P1
    step 0 base add B1 --name 'پایگاه بهار' --area 150301
    step 65 base edit B2 --name x
    step 65 stage add S2 --name x --starts 1399/10/10 --ends 1399/10/01
    step 65 area edit 15 --parent 1503
    printf 'code,parent,name\nA,B,a\nB,A,b\n' >circle.csv
    step 65 area import circle.csv
    as_expected small-lists
}

@test "a code is one word" {
    register
    printf 'code,name,kind\nred crescent,a,foundation\n"red,crescent",b,foundation\nred\u00a0c,c,foundation\nسرخ،هلال,d,foundation\n-red,e,foundation\n red-c ,f,foundation\n' >codes.csv
    step 65 body import codes.csv --output csv
    show cat codes.rejects.csv
    step 0 body list --output csv
    for noun in area base group place; do
        step 65 "$noun" add 'B 1' --name 'پایگاه بهار' $(case $noun in group) echo --body hamdeli ;; area) echo --kind county ;; place) echo --kind mosque ;; esac)
    done
    step 65 stage add 'B 1' --name a --starts 1399/10/01 --ends 1399/10/30
    step 65 stock item add 'rice;oil' --name a --unit kg
    step 65 stock depot add 'W,1' --name a
    as_expected codes
}

@test "erasing asks, and leaves a pseudonym with the ledger's sums" {
    register
    almoner -q delivery record stationery --person 3020672635 --body hamdeli >/dev/null
    almoner report --output csv >before
    step 64 person erase 3020672635 --reason 'asked for it' </dev/null
    step 0 --dry-run person erase 3020672635 --reason 'asked for it'
    step 0 person find 3020672635 --output csv
    id=$(sed -n 2p out | cut -d, -f1)
    step 0 --yes person erase 3020672635 --reason 'asked for it'
    step 65 person find 3020672635
    step 0 person show "$id" --output csv
    almoner report --output csv >after
    same before after
    step 0 audit verify
    # Not even on a page that the store no longer uses.
    if store_dump | grep -q 'نازنین' || { [ -f almoner.db ] && grep -q 'نازنین' almoner.db*; }; then
        echo 'the name is still in the file'
        return 1
    fi
    as_expected erase
}
