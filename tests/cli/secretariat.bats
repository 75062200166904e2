#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The secretariat: what a stage aims at, who can give how much, what committees decided, and what came of it.

load common

# as USER: who is at work from now on.
as()
{
    export ALMONER_TEST_USER=$1
    printf '# %s\n' "$1" >>transcript
}

# Another stage, group and body's list beside those of the register.
desk()
{
    register
    printf 'code,name,starts,ends\nS2,زمستان,1399/10/01,1399/12/29\n' >winter.csv
    printf 'code,name,body,area\nG2,گروه سپید,yari,150302\n' >more.csv
    almoner -q stage import winter.csv
    almoner -q group import more.csv
}

@test "no two stages overlap" {
    desk
    step 65 stage add S3 --name میانه --starts 1399/09/30 --ends 1399/10/02
    step 65 stage edit S2 --starts 1399/09/29
    step 0 stage add S3 --name بهار --starts 1400/01/01 --ends 1400/03/31
    as_expected stages
}

@test "targets: one by one and from a list" {
    desk
    step 0 target add S1 parcels 1503 --households 900 --quantity 1200 --budget 12000000000
    step 0 target add S1 parcels 1503 --households 900
    step 0 target add S1 parcels 1503 --households '۹۵۰' --persons 3000
    step 65 target add S1 parcels 1503
    step 65 target add S3 parcels 1503 --households 1
    step 65 target add S1 parcel 1503 --households 1
    step 65 target add S1 parcels 15039 --households 1
    step 65 target add S1 parcels 1503 --households -5
    step 65 target add S1 parcels 1503 --households 5.5
    step 65 target add S1 parcels 1503 --budget 9999999999999999
    cat >targets.csv <<'CSV'
مرحله;برنامه;محدوده;تعداد خانوار;نفر;مقدار;بودجه;توضیح
S1;meals;150301;۴۰۰;;۲۰۰۰;۱۰۰۰۰۰۰;x
S1;meals;پشته;400;100;;;same area by its name
S1;parcels;1503;950;3000;;;as it is
S2;parcels;150302;;;10.5;;
S1;parcels;;7;;;;
S1;cakes;1503;7;;;;
S9;parcels;1503;7;;;;
S2;parcels;1503;;;;;
S1;meals;150301;410;;;;
CSV
    step 65 target import targets.csv --dry-run
    step 65 target import targets.csv
    show cat targets.rejects.csv
    step 65 target import targets.csv
    step 0 target list
    step 0 target list --stage S1 --programme meals --output json
    step 0 target list --area 150301 --output csv
    step 0 target show S1 parcels 1503
    step 65 target show S2 meals 1503
    step 0 target remove S2 parcels 150302
    step 65 target remove S2 parcels 150302
    step 0 target list --stage S2 --output csv
    show sql "SELECT command, subject, added, changed, removed FROM journal WHERE command LIKE 'target%' ORDER BY id"
    as_expected targets
}

@test "capacity: of bodies and of their groups" {
    desk
    step 0 capacity add S1 parcels hamdeli --quantity 800 --people 40
    step 0 capacity add S1 parcels hamdeli --group G1 --area 150301 --quantity 60
    step 65 capacity add S1 parcels hamdeli --group G2 --quantity 60
    step 65 capacity add S1 parcels hamdelli --quantity 60
    step 65 capacity add S1 parcels yari --people 1.5
    cat >capacity.csv <<'CSV'
مرحله,برنامه,نهاد,گروه,محدوده,ظرفیت,نیرو
S1,parcels,,G1,150301,۷۰,
S1,parcels,yari,,,500,12
S1,parcels,yari,G2,150302,55.5,3
S1,parcels,,,150302,5,
S1,parcels,yari,G1,,5,
S1,meals,yari,,,,
CSV
    step 65 capacity import capacity.csv
    show cat capacity.rejects.csv
    step 0 capacity list
    step 0 capacity list --body yari --output csv
    step 0 capacity list --area 150301 --output csv
    step 0 capacity show S1 parcels hamdeli --group G1 --area 150301
    step 0 capacity remove S1 parcels hamdeli --group G1 --area 150301
    step 65 capacity show S1 parcels hamdeli --group G1 --area 150301
    as_expected capacity
}

@test "what the secretary does, nobody else may" {
    desk
    printf '\n[roles]\nsecretary = ali\nauditor = reza\n[body yari]\nstaff = mina\n' >>almoner.ini
    as clerk
    step 77 target add S1 parcels 1503 --households 900
    step 77 capacity import capacity.csv
    step 0 target list --output csv
    as reza
    step 77 target add S1 parcels 1503 --households 900
    as ali
    step 0 target add S1 parcels 1503 --households 900
    step 0 capacity add S1 parcels hamdeli --quantity 800
    step 0 capacity add S1 parcels yari --quantity 100
    as mina
    step 0 capacity list --output csv
    step 77 capacity show S1 parcels hamdeli
    step 77 target list
    as_expected who-may
}

@test "committees, one for each kind of work, and who sits there" {
    desk
    printf 'code,name\nsalamat,شبکه سلامت\n' >bodies2.csv
    almoner -q body import bodies2.csv
    step 0 committee add C-1 --name 'کمیته معیشت' --programme parcels
    step 0 committee add C-1 --name 'کمیته معیشت' --programme parcels
    step 0 committee add c1 --name 'کمیته بسته'
    step 0 committee add C-2 --name 'کمیته بهداشت' --sector Health
    step 65 committee add C-3 --name another --sector HEALTH
    step 65 committee add C-3 --name another --programme parcels
    step 65 committee add C-3 --name another
    step 65 committee add C-3 --sector shelter
    step 65 committee add C-3 --name both --sector shelter --programme meals
    step 65 committee add 'C 3' --name blank --sector shelter
    step 65 committee add C-3 --name other --programme meels
    step 0 committee list
    step 0 committee member add C-1 hamdeli --role chair --since 1399/07/01
    step 0 committee member add C-1 hamdeli --role chair --since 1399/08/01
    step 0 committee member add C-1 yari --since 1399/07/15
    step 65 committee member add C-1 yari --role chair --since 1399/08/01
    step 65 committee member add C-1 yari --role chair --since 1399/07/01
    step 0 committee member add C-1 hamdeli --role member --since 1399/08/01
    step 0 committee member add C-1 yari --role chair --since 1399/08/01
    step 0 committee member add C-1 salamat --since 1399/08/01
    step 0 committee member end C-1 salamat --until 1399/09/01
    step 0 committee member end C-1 salamat --until 1399/09/01
    step 65 committee member end C-1 salamat --until 1399/09/02
    step 65 committee member add C-1 salamat --since 1399/08/15
    step 65 committee member end C-1 yari --until 1399/08/01
    step 65 committee member add C-9 yari
    step 65 committee member add C-1 nobody
    step 0 committee show C-1
    step 0 committee show C-2 --output csv
    as_expected committees
}

@test "decisions are open until they are reported done" {
    desk
    as clerk
    almoner -q committee add C-1 --name 'کمیته معیشت' --programme parcels
    almoner -q committee add C-2 --name 'کمیته بهداشت' --sector health
    step 0 decision add C-12/3 --committee C-1 --body hamdeli --due 1399/09/01 --date 1399/08/01 --text 'open a second depot'
    step 0 decision add C-12/3 --committee C-1 --body hamdeli --due 1399/09/01 --date 1399/08/01 --text 'open a second depot'
    step 65 decision add c-12/3 --committee C-1 --body yari --due 1399/09/01 --date 1399/08/01 --text 'open a second depot'
    step 0 decision add C-12/4 --committee C-1 --body yari --due 1399/10/01 --text 'count the bases'
    step 0 decision add H-1 --committee C-2 --body yari --due 1399/09/14 --date 1399/09/10 --text 'masks for all groups'
    step 65 decision add C-12/5 --committee C-1 --body yari --due 1399/09/01 --date 1399/09/02 --text 'too early'
    step 65 decision add C-12/5 --committee C-1 --body yari --due 1399/10/01 --date 1399/09/16 --text 'tomorrow'
    step 65 decision add C-12/5 --committee C-9 --body yari --due 1399/10/01 --text 'whose?'
    step 64 decision add C-12/5 --committee C-1 --body yari --due 1399/10/01 --text ' '
    step 64 decision add C-12/5 --committee C-1 --body yari --text 'no day'
    step 0 decision list
    step 0 decision list --overdue --output csv
    step 65 decision done C-12/3 --date 1399/07/30
    step 65 decision done C-12/3 --date 1399/09/16
    step 65 decision done C-12/9
    as chair
    step 0 decision done C-12/3 --note 'W2 is open'
    step 0 decision done C-12/3 --note 'W2 is open'
    step 65 decision done C-12/3 --note 'again'
    step 0 decision show C-12/3
    step 0 decision list --overdue --committee C-2 --output json
    step 0 decision list --open --body yari --output csv
    show sql "SELECT who, command, subject, added, changed FROM journal WHERE command LIKE 'decision%' ORDER BY id"
    printf '\n[roles]\nsecretary = ali\n[body yari]\nstaff = mina\n' >>almoner.ini
    as mina
    step 0 decision list --output csv
    step 77 decision show C-12/3
    step 0 decision done H-1
    step 77 decision add C-12/5 --committee C-1 --body yari --due 1399/10/01 --text 'mine'
    as clerk
    step 77 decision done C-12/4
    as ali
    step 0 decision done C-12/4
    as_expected decisions
}

# given: three parcels in the autumn, one of them taken back, one in the winter; meals to one household.
given()
{
    printf 'household,relation,given_name,family_name,area\nH3,head,رضا,دلفان,150302\nH4,head,نیما,ساکی,\n' >people3.csv
    almoner -q person import people3.csv
    cat >given.csv <<'CSV'
programme,household,body,date,key
parcels,H1,hamdeli,1399/07/10,D1
parcels,H2,yari,1399/07/11,D2
parcels,H3,hamdeli,1399/07/12,D3
parcels,H1,hamdeli,1399/08/20,D4
CSV
    almoner -q delivery import given.csv
    almoner -q delivery reverse "$(last_id)" --reason 'not there'
}

@test "targets against what was given, up the tree" {
    desk
    given
    cat >targets.csv <<'CSV'
stage,programme,area,households,persons,quantity,budget
S1,parcels,150301,2,6,4,
S1,parcels,150302,3,,6,
S1,parcels,1503,,,,100000000
S2,parcels,1503,10,,,
S1,meals,15,,,300,
CSV
    almoner -q target import targets.csv
    step 0 report targets --output csv
    step 0 report targets --stage S1 --programme parcels --area 1503
    step 0 report targets --stage S2 --area 150301 --output json
    step 0 report targets --programme parcels --area 1503 --output plain
    step 65 report targets --stage S9
    step 65 report targets --area 99
    as_expected report-targets
}

@test "coverage: who lives where, and how many were served" {
    desk
    given
    step 0 report coverage
    step 0 report coverage --area 1503 --output csv
    step 0 report coverage --area 150301 --output csv
    step 0 report coverage --area 1503 --stage S1 --programme meals --output csv
    step 0 report coverage --area 1503 --from 1399/07/11 --to 1399/07/11 --output json
    step 64 report coverage --stage S1 --from 1399/07/11
    step 64 report coverage --from 1399/07/12 --to 1399/07/11
    # Somebody of the first household moves, and the only one of the third turns out to be the fourth's.
    almoner -q person edit 3020672635 --household H2
    show sql "SELECT COUNT(*) FROM membership"
    step 0 report coverage --area 1503 --output csv
    almoner -q person merge "$(sql "SELECT id FROM person WHERE family_name = 'ساکی'")" "$(sql "SELECT id FROM person WHERE family_name = 'دلفان'")" --reason 'one person'
    step 0 report coverage --output csv
    step 0 report coverage --area 1503 --output csv
    as_expected report-coverage
}

@test "a report's name that is nearly right" {
    store
    step 64 report target
    step 64 report coverag --output csv
    step 0 help report targets
    as_expected report-names
}
