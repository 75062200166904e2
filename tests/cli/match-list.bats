# SPDX-License-Identifier: MIT
# `almoner match list`: a body's list against the register and the ledger, before it is imported.

load common

teardown()
{
    store_gone
}

# Chances come from estimates, which are not what is tested here: they are shown as P.PPPP.
chances()
{
    sed -E 's/\b[01]\.[0-9]{4}\b/P.PPPP/'
}

# check STATUS WORDS: as step, with chances left out.
check()
{
    local want=$1 got=0
    shift
    printf '$ almoner match list %s\n' "$*" >>transcript
    almoner match list "$@" >out 2>err || got=$?
    { chances <out | steady; steady <err | sed 's/^/! /'; [ "$got" = 0 ] || echo "exit $got"; } >>transcript
    [ "$got" = "$want" ] || { echo "exit $got where $want was expected; so far:"; cat transcript; return 1; }
}

# A register of some size, so that there is something to estimate from, and aid given in it.
campaign()
{
    "$CAMPAIGN" --areas "$source_dir/conf/demo/areas.csv" --out lists --plain --people 600
    store
    almoner -q area import "$source_dir/conf/demo/areas.csv"
    local noun
    for noun in body:bodies base:bases stage:stages person:people; do
        almoner -q "${noun%:*}" import "lists/${noun#*:}.csv"
    done
    give parcels --household H0000001 --date 1399/06/01 --body mehr
    give parcels --household H0000001 --date 1399/08/01 --body hamdeli
    give parcels --household H0000002 --date 1399/08/02 --body yari
    give stationery --person 3020672635 --date 1399/07/20 --body yari
    # Taken back, so that it was not given.
    give stationery --person 3683395052 --date 1399/07/20 --body yari
    almoner -q delivery reverse "$(last_id)" --reason mistake
    # He lives elsewhere now, where a parcel was given.
    almoner -q person edit 8535903178 --household H0000002 --since 1399/05/01
}

give()
{
    almoner -q delivery record "$@" >/dev/null
}

# A body's list in its own words: its codes, Persian headers, other spellings and slips.
list()
{
    cat >theirs.csv <<'CSV'
کد خانوار,نام,نام خانوادگی,نام پدر,تاریخ تولد,کد ملی,تلفن همراه,یادداشت
Y1,سياوش,فتحي,علي,۱۳۶۰/۰۹/۱۲,۱۴۷۶۱۷۴۰۳۲,,head
Y1,اکرم,سپهوند,اصغر,1362/04/25,,,no ID
Y2,آرش,گودرزی,اسماعیل,1390/08/22,3020672635,,got a kit
Y2,ایرج,گودرزی,اسماعیل,1385/05/01,3683395052,,gave it back
Y2,جواد,گودرزی,اسماعیل,1381/09/16,8535903178,,moved
Y3,بهرام,نوروزی,جمشید,1350/10/10,,,new
Y3,رویا,نوروزی,بهرام,1380/10/10,,,new
Y4,پوران,کاویانی,رستم,1333/03/03,6720651153,,the ID of somebody else
Y4,سیما,احمدی,یوسف,1317/11/08,,,a day off
Y5,بهاره,مرادی,هادی,1350/06/12,0012345679,,the ID of nobody
Y5,الهه,کمالی,تقی,1386/13/05,,,no such day
Y5,,,,,3668460108,,the ID alone
Y5,,,,,1234567890,,no ID at all
Y6,فقط
Y7,سیاوش,فتحی,علی,1360/09/12,1476174023,,two digits of the ID swapped
Y7,رؤیا,نوروزی,بهرام,1380/10/10,,,new and again
Y7,ایرج,گودرزی,اسماعیل,1385/05/01,3683395052,,known and again
Y7,بیژن,کریمی,سهراب,1344/04/04,0499370898,,new
Y7,ناشناس,نبوده,هیچ,1344/05/04,0499370899,,the wrong ID of nobody
Y7,بيژن,کريمى,,,0499370898,,and again
CSV
}

@test "each row is known, doubtful, new or rejected, and those who are known show what they got last" {
    campaign
    list
    store_dump >before
    check 65 theirs.csv
    check 65 theirs.csv --only known --output csv
    check 65 theirs.csv --only doubtful --output json
    check 65 theirs.csv --only new
    check 65 theirs.csv --only rejected
    # What import says of them.
    step 65 --dry-run person import theirs.csv
    store_dump >after
    same before after
    as_expected verdicts
}

@test "other headers are named by --map, and a list may come from standard input" {
    campaign
    printf 'family code;first;last;code\nY1;Siavash;Fathi;1476174032\nY2;Nobody;Known;\n' >latin.csv
    check 64 latin.csv --map code=national_id
    check 0 latin.csv --map household='family code' --map given_name=first --map family_name=last --map national_id=code
    sed 's/family code;first;last;code/household;given_name;family_name;national_id/' latin.csv >ours.csv
    check 0 - --only known <ours.csv
    check 66 nowhere.csv
    check 64 ours.csv --threads 65
    check 64 ours.csv --threads 0
    printf 'household,given_name,family_name\n' >empty.csv
    check 0 empty.csv
    as_expected headers
}

@test "several registrations of one person are that person" {
    campaign
    # He is registered under another household, with the other's ID, and got a parcel there.
    printf 'household,national_id,given_name,family_name,father_name,birth_date\nD1,0012345679,سیاوش,فتحی,علی,1360/09/12\n' >double.csv
    almoner -q person import double.csv
    give parcels --household D1 --date 1399/09/05 --body yari
    almoner -q person merge 1476174032 0012345679 --reason 'one and the same' --different-ids
    printf 'household,national_id,given_name,family_name,father_name,birth_date\n' >twice.csv
    printf 'Y1,,سیاوش,فتحی,علی,1360/09/12\nY1,0012345679,سیاوش,فتحی,علی,1360/09/12\nY1,1476174032,سیاوش,فتحی,علی,1360/09/12\n' >>twice.csv
    check 0 twice.csv
    as_expected merged
}

@test "all of a list is new where nobody is registered yet" {
    store
    list
    check 65 theirs.csv
    as_expected nobody
}

@test "a list that was imported is known, all of it, and one of others is new" {
    campaign
    almoner -q match list lists/people.csv --output csv >rows
    [ "$(sed 1d rows | cut -d, -f1 | uniq | wc -l)" = 600 ]
    [ "$(sed 1d rows | cut -d, -f2,3 | sort -u)" = known,1.0000 ]
    "$CAMPAIGN" --areas "$source_dir/conf/demo/areas.csv" --out others --plain --people 300 --seed 7
    almoner -q match list others/people.csv --output csv >rows
    [ "$(grep -c ',known,' rows)" -le 1 ]
    [ "$(grep -c ',new,' rows)" -ge 290 ]
    # Nor does it depend on the threads.
    almoner -q match list others/people.csv --output csv --threads 1 >one
    same rows one
}
