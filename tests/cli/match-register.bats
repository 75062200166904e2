# SPDX-License-Identifier: MIT
# The register with itself: who may be registered twice, what was decided on them, and aid that waits for it.

load common

teardown()
{
    store_gone
}

# Chances and weights come from estimates, which are not what is tested here.
steady_weights()
{
    sed -E -e 's/\b[01]\.[0-9]{4}\b/P.PPPP/g' -e 's/([ +,-])[0-9]+\.[0-9]{2}\b/\1B.BB/g' -e 's/[+-]B/+B/g'
}

# check STATUS WORDS: as step, with those left out, and the number of pairs that were compared.
check()
{
    local want=$1 got=0
    shift
    printf '$ almoner match' >>transcript
    printf ' %s' "$@" | steady >>transcript
    printf '\n' >>transcript
    almoner match "$@" >out 2>err || got=$?
    { steady_weights <out | steady; steady <err | steady_weights | sed 's/^/! /'; [ "$got" = 0 ] || echo "exit $got"; } >>transcript
    [ "$got" = "$want" ] || { echo "exit $got where $want was expected; so far:"; cat transcript; return 1; }
}

# id HOUSEHOLD NAME: of somebody in a household, by the given name.
id()
{
    almoner person list --household "$1" --output csv | awk -F, -v name="$2" '$3 == name { print $1 }'
}

# A register of some size, so that there is something to estimate from; and three of it once more, from another body's list, in other
# spellings and without their IDs.
campaign()
{
    "$CAMPAIGN" --areas "$source_dir/conf/demo/areas.csv" --out lists --plain --people 600
    store
    almoner -q area import "$source_dir/conf/demo/areas.csv"
    local noun
    for noun in body:bodies base:bases stage:stages person:people; do
        almoner -q "${noun%:*}" import "lists/${noun#*:}.csv"
    done
    cat >theirs.csv <<'CSV'
household,relation,given_name,family_name,father_name,birth_date,national_id,sex,area
Y1,head,سياوش,فتحي,علي,1360/09/12,,m,1509012367
Y1,spouse,اکرم,سپهوند,اصغر,1362/04/25,,f,1509012367
Y2,head,سیما,احمدی,یوسف,1317/11/08,,f,
CSV
    almoner -q person import theirs.csv
}

@test "a run flags who may be registered twice, and a second one has nothing to do" {
    campaign
    check 0 flags
    step 0 match run --output csv
    check 0 flags
    check 0 flags --only certain --output csv
    store_dump >before
    step 0 match run --output csv
    store_dump >after
    same before after
    step 0 match run --all --output csv
    check 0 flags
    # Nor does it depend on the threads.
    almoner match flags --output csv >flags
    sql 'DELETE FROM match_flag'
    almoner -q match run --all --threads 1 >/dev/null
    almoner match flags --output csv >again
    same flags again
    sql 'DELETE FROM match_flag'
    step 0 --dry-run match run --all --output csv
    [ "$(sql 'SELECT COUNT(*) FROM match_flag')" = 0 ]
    step 64 match run --threads 0
    as_expected run
}

@test "decisions are remembered, changed, and never asked again" {
    campaign
    almoner -q match run >/dev/null
    local siavash simin akram
    siavash="$(id H0000001 سیاوش) $(id Y1 سياوش)"
    akram="$(id H0000001 اکرم) $(id Y1 اکرم)"
    simin="$(id Y2 سیما) $(id H0000005 سیما)"
    # shellcheck disable=SC2086
    {
        step 0 match decide $siavash different --reason 'two cards seen'
        step 0 match decide $akram unsure
        check 0 flags
        step 0 match run --all --output csv
        check 0 flags
        check 0 flags --only unsure
        step 0 match decide $siavash unsure
        check 0 flags --person ${siavash% *}
        step 0 match decide $siavash different --reason 'asked again'
        step 0 match decide $siavash different
        step 0 --dry-run match decide $simin different
        check 0 flags --only certain
        step 0 match decisions
        step 0 match decisions --person ${akram#* } --output csv
        step 65 match decide ${siavash% *} ${siavash% *} same
        step 65 match decide ${siavash% *} 17 same
        step 64 match decide $siavash perhaps
        step 64 match decide $siavash
        step 64 match decide $siavash different --survivor ${siavash% *}
    }
    as_expected decide
}

@test "flags that stand no more are cleared, and go with who is erased" {
    campaign
    almoner -q match run >/dev/null
    # Somebody else after all, one who is erased, and somebody new who is there already.
    almoner -q person edit "$(id Y2 سیما)" --given_name پوران --father_name رستم --birth_date 1375/01/02
    almoner -q person erase "$(id Y1 اکرم)" --reason asked --yes
    check 0 flags
    almoner -q person add --household Y3 --given_name الهه --family_name كمالي --father_name تقي --birth_date 1357/01/23 --sex f
    step 0 match run --output csv
    check 0 flags
    step 0 match run --output csv
    as_expected cleared
}

# at_terminal KEYS WORDS: almoner at a terminal, at which somebody types the keys.
at_terminal()
{
    local keys=$1
    shift
    printf '$ almoner %s   (typed: %s)\n' "$*" "$keys" >>transcript
    printf '%s' "$keys" | script -qec "$ALMONER --now $now $*" /dev/null >screen
    # What was typed before anybody read it is echoed; headers are bold; U+2068 and U+2069 keep right-to-left text in its cell.
    tr -d '\r' <screen | sed -E -e "1s/^$keys//" -e 's/\x1b\[[0-9;]*m//g' -e 's/\xe2\x81\xa8/{/g' -e 's/\xe2\x81\xa9/}/g' |
        steady_weights | steady >>transcript
}

@test "at a terminal a pair stands side by side, and a key decides" {
    campaign
    sed -i 's/^\[almoner\]/&\ndigits = persian/' almoner.ini
    at_terminal '' match review
    almoner -q match run >/dev/null
    almoner -q delivery record parcels --household H0000001 --date 1399/06/01 --body mehr >/dev/null
    almoner -q delivery record meals --household H0000001 --date 1399/08/03 --body yari >/dev/null || true
    at_terminal kkbxq match review
    [ "$(sql 'SELECT COUNT(*) FROM match_decision')" = 0 ]
    at_terminal dud match review
    step 0 match decisions --output csv
    check 0 flags
    at_terminal '' match review --only certain
    step 64 match review
    as_expected review
}

@test "a committee gets a file, and its decisions come back once" {
    campaign
    almoner -q match run >/dev/null
    almoner -q delivery record parcels --household H0000001 --date 1399/06/01 --body mehr >/dev/null
    check 0 review --output csv
    almoner match review --output csv >pairs.csv
    # As a spreadsheet gives it back: semicolons, in words of their own, and one row without a decision.
    awk -F, 'NR == 1 { print; next } NR == 2 { $3 = "Different"; $4 = "دو خواهر" } NR == 3 { $3 = "نامعلوم" } 1' OFS=, pairs.csv |
        sed 's/,/;/g' >back.csv
    step 0 match import back.csv
    step 0 match decisions --output csv
    check 0 flags
    step 0 match import back.csv
    step 0 match decisions --output csv
    # Nor does it overrule what was decided since.
    pair=$(sed -n 3p pairs.csv | cut -d, -f1,2)
    step 0 match decide ${pair/,/ } different --reason seen
    step 0 match import back.csv
    check 0 flags
    first=$(sed -n 2p pairs.csv | cut -d, -f1)
    printf 'a,b,decision\n%s,%s,same\n%s,17,different\n%s,x,different\n%s,17,perhaps\n' "$first" "$first" "$first" "$first" "$first" >wrong.csv
    step 65 match import wrong.csv
    show cat wrong.rejects.csv
    step 65 match import theirs.csv
    as_expected committee
}

@test "with doubtful = hold aid waits until somebody has decided" {
    campaign
    almoner -q match run >/dev/null
    siavash=$(id Y1 سياوش)
    # By default they are served meanwhile.
    step 0 delivery record parcels --household Y2 --date 1399/06/01 --body mehr
    sed -i '1i [match]\ndoubtful = hold\n' almoner.ini
    step 0 config check
    step 0 entitlement show parcels --household Y1
    step 0 delivery record parcels --household Y1 --date 1399/08/01 --body mehr
    step 0 delivery record parcels --household H0000001 --date 1399/08/01 --body mehr
    step 0 delivery record parcels --household H0000002 --date 1399/08/01 --body mehr
    # A double is refused all the same.
    step 1 delivery record parcels --household H0000002 --date 1399/08/02 --body yari
    # A person's own aid waits for them alone: not for another one of the household.
    step 0 delivery record stationery --person 3020672635 --date 1399/07/20 --body yari
    printf 'key,programme,household,date,body\nA,parcels,Y1,1399/08/02,mehr\nB,parcels,H0000003,1399/08/02,mehr\nC,parcels,H0000005,1399/08/02,mehr\n' >aid.csv
    step 0 delivery import aid.csv
    step 0 delivery held list --output csv
    held=$(almoner delivery held list --output csv | sed -n 2p | cut -d, -f1)
    step 0 delivery held accept "$held"
    # Once it is decided, nothing waits.
    step 0 match decide "$siavash" "$(id H0000001 سیاوش)" different
    step 0 entitlement show parcels --household Y1
    step 0 match decide "$(id Y1 اکرم)" "$(id H0000001 اکرم)" different
    step 0 delivery record parcels --household Y1 --date 1399/08/04 --body mehr
    almoner audit verify
    sed -i 's/^doubtful = hold/&\npossible = 0.995/' almoner.ini
    step 78 config check
    sed -i -E 's/\b[01]\.[0-9]{4}\b/P.PPPP/g' transcript
    as_expected hold
}

@test "who is the same is merged, and taken apart by a split" {
    campaign
    almoner -q match run >/dev/null
    almoner -q delivery record parcels --household H0000001 --date 1399/06/01 --body mehr >/dev/null
    local old new
    old=$(id H0000001 سیاوش) new=$(id Y1 سياوش)
    step 0 --dry-run match decide "$new" "$old" same
    step 0 match decide "$new" "$old" same --reason 'seen by B0010'
    step 0 person show "$new" --output csv
    step 0 match decide "$old" "$new" same
    # Nobody is merged by that: it tells of nobody who stays, and takes nobody else for one of them.
    step 0 match decide "$old" "$new" same --survivor "$new"
    step 64 match decide "$old" "$new" same --survivor "$(id H0000005 سیما)"
    step 65 match decide "$old" "$new" different
    step 65 match decide "$old" "$new" unsure
    check 0 flags
    # What his other registration says still finds him; and nobody is asked whether he is himself.
    step 0 match run --all --output csv
    check 0 flags
    step 0 person split "$new" --reason 'cousins of one name'
    step 0 match run --output csv
    check 0 flags
    step 0 match decisions --output csv
    # The one who stays can be named; and who has an ID stays where nothing else tells.
    step 65 match decide "$(id Y2 سیما)" "$(id H0000005 سیما)" same --survivor 17
    step 64 match decide "$(id Y2 سیما)" "$(id H0000005 سیما)" same --survivor "$old"
    step 0 --dry-run match decide "$(id Y2 سیما)" "$(id H0000005 سیما)" same --survivor "$(id Y2 سیما)"
    step 0 match decide "$(id Y2 سیما)" "$(id H0000005 سیما)" same
    # Each has an ID of his own: then it has to be said.
    step 1 match decide 1476174032 9207234191 same
    step 0 --dry-run match decide 1476174032 9207234191 same --different-ids --reason 'one was misread'
    # A merge by hand is a decision as well.
    step 0 person merge "$(id H0000001 اکرم)" "$(id Y1 اکرم)" --reason 'seen at a visit'
    step 0 match run --all --output csv
    check 0 flags
    step 0 audit verify
    at_terminal '' match review
    as_expected same
}

@test "what was decided on one who was merged holds for who they are now" {
    campaign
    # A third registration, of the same man by another body.
    almoner -q person add --household Y7 --given_name سیاوش --family_name فتحی --father_name علی --birth_date 1360/09/12 --sex m
    almoner -q match run >/dev/null
    check 0 flags
    step 0 match decide "$(id Y7 سیاوش)" "$(id Y1 سياوش)" different --reason 'two of one name'
    step 0 match decide "$(id Y1 سياوش)" "$(id H0000001 سیاوش)" same
    step 0 match run --output csv
    check 0 flags
    step 0 match run --all --output csv
    as_expected holds
}

@test "who is split is different from whom they had been merged into" {
    campaign
    local first second third
    almoner -q person add --household Y7 --given_name سیاوش --family_name فتحی --father_name علی --birth_date 1360/09/12 --sex m
    first=$(id H0000001 سیاوش) second=$(id Y1 سياوش) third=$(id Y7 سیاوش)
    step 0 person merge "$second" "$third" --reason 'seen at a visit'
    step 0 person merge "$first" "$second" --reason 'seen at a visit'
    step 0 person split "$third" --reason 'cousins of one name'
    step 0 person split "$second" --reason 'cousins of one name'
    step 0 match decisions --output csv --person "$third"
    step 0 match run --all --output csv
    step 0 audit verify
    as_expected apart
}

@test "among few people, who has nothing in common is not flagged" {
    store
    step 0 match run --output csv
    almoner -q person add --household A --given_name علی --family_name رضایی --birth_date 1360/01/01
    step 0 match run --output csv
    almoner -q person add --household B --given_name علي --family_name رضايي --birth_date 1360/01/01
    almoner -q person add --household B --given_name زهرا
    almoner -q person add --household C --foreign_id X1
    step 0 match run --output csv
    check 0 flags
    # At a terminal, s merges.
    at_terminal s match review
    step 0 match decisions --output csv
    check 0 flags
    almoner status --output csv | grep -E '^(households|persons),' >>transcript
    as_expected few
}
