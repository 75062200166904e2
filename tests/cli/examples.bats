#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every example of every --help runs as it is printed, on the demo's data.

load common

# The nouns, or verbs, that a help lists under a heading.
listed()
{
    sed -n "/^$1:/,/^\$/{s/^  \([a-z][a-z ]*[a-z]\)  .*/\1/p}"
}

# Those beside the three with which every test begins.
added=(hygiene giftcards appliances dowries disinfection disinfectant disinfectant-places)

# every_help: what each level's --help says, of the core and of the programmes.
every_help()
{
    enable "${added[@]}"
    "$ALMONER" --help | tee top
    { listed nouns <top; printf '%s\n' meals parcels stationery "${added[@]}"; } >nouns
    while read -r noun; do
        "$ALMONER" "$noun" --help | tee help
        { listed verbs; } <help >verbs
        while read -r verb; do
            # shellcheck disable=SC2086
            "$ALMONER" $noun $verb --help
        done <verbs
        listed "reports (almoner report $noun NAME)" <help >reports
        while read -r report; do
            "$ALMONER" report "$noun" "$report" --help
        done <reports
    done <nouns
}

# What `plugin new blankets` writes, built.
blankets()
{
    "$ALMONER" -q plugin new blankets
    cmake "-DOUT=$PWD/blankets/blankets-schema.h" "-DSQL=$PWD/blankets/schema/0001-targets.sql" -P "$source_dir/core/sdk/embed-schema.cmake"
    for name in blankets blankets-tests; do
        cc -fPIC -shared -fvisibility=hidden -I"$source_dir/core/include" -o "$1/$name.so" "blankets/$name.c"
    done
}

# Cards with the secretariat, a group and a household.
cards()
{
    { echo serial,value,expires,issuer,code; seq -f 'GC-%06.0f,2000000,1409/12/29,Melli,7301' 40; } >cards.csv
    echo 7301 >code.txt
    "$ALMONER" -q giftcards import cards.csv
    "$ALMONER" -q giftcards hand --group G0001 --from GC-000001 --to GC-000010
    "$ALMONER" -q delivery record giftcards --household "$1" --group G0001 --with serial=GC-000001
}

# Requests that wait for a visit, for a decision, and for the delivery; somebody else entered them.
demo_cases()
{
    local household
    sed -i 's/^\[programme\]$/&\ncases = yes/' ../programmes/appliances.ini
    for household in H0000002 H0000003 H0000004; do
        "$ALMONER" -q case open appliances --household "$household" --subject heater
    done
    sqlite3 ../almoner.db "UPDATE relief_case SET entered_by = 'clerk'; UPDATE relief_case_step SET who = 'clerk'"
    for household in H0000003 H0000004; do
        "$ALMONER" -q case visit "$("$ALMONER" case list --household "$household" --output plain | cut -f 1)"
    done
    "$ALMONER" -q case decide "$("$ALMONER" case list --household H0000004 --output plain | cut -f 1)" approved --decision C-11/2
}

# A plan that is approved, and a draft; somebody else made them.
demo_plans()
{
    "$ALMONER" -q plan make parcels --stage S4 --area 1501 --date 1399/12/20
    sqlite3 ../almoner.db "UPDATE plan SET made_by = 'clerk'"
    "$ALMONER" -q plan approve "$("$ALMONER" plan list --output plain | cut -f 1)"
    "$ALMONER" -q plan make parcels --stage S4 --area 1503 --date 1399/12/20
    sqlite3 ../almoner.db "UPDATE plan SET made_by = 'clerk'"
}

# Couples, and their dowries: one with an item handed over, one with none, and one still to be opened.
demo_dowries()
{
    cat >couples.csv <<'CSV'
household,relation,national_id,given_name,family_name,birth_date,sex,area,criteria
HD1,head,4170001011,کیان,رستمی,1372/01/01,m,1501,orphan
HD2,head,4170001028,شیرین,دلفان,1372/01/01,f,1501,
HD3,head,4170001036,بهرام,کاکاوند,1372/01/01,m,1501,orphan
HD4,head,4170001044,سارا,سپهوند,1372/01/01,f,1501,
HD5,head,4170001052,پویا,بیرانوند,1372/01/01,m,1501,orphan
HD6,head,4170001060,مینا,ساکی,1372/01/01,f,1501,
HD7,head,4170001079,آرش,حسینی,1372/01/01,m,1501,orphan
HD8,head,4170001087,نرگس,امرایی,1372/01/01,f,1501,
CSV
    "$ALMONER" -q person import couples.csv
    "$ALMONER" -q stock receive carpet 20 --depot W1
    "$ALMONER" -q stock receive blanket 20 --depot W1
    "$ALMONER" -q dowries open 5510 --person 4170001011 --partner 4170001028 --group G0001
    "$ALMONER" -q dowries open 5511 --person 4170001036 --partner 4170001044 --group G0001
    "$ALMONER" -q dowries hand 5510 carpet
    printf 'certificate,person,partner,group\n5513,4170001079,4170001087,G0001\n' >dowries.csv
    printf 'certificate,item,receipt,price\n5510,blanket,,\n5511,cooker,R-118,48000000\n' >handed.csv
}

# The head of the first household twice more, and one of these known to be him.
doubles()
{
    "$ALMONER" -q person add --household D1 --given_name سیاوش --family_name فتحی --mobile 09120000001
    "$ALMONER" -q person add --household D2 --given_name سیاوش --family_name فتحی --mobile 09120000002
    "$ALMONER" -q person merge 1476174032 09120000002 --reason 'one address'
}

# What the secretariat knows: targets, capacities, a committee and what it decided; a complaint.
demo_desk()
{
    printf 'stage,programme,area,households,quantity,budget\nS1,parcels,1503,9000,12000,\nS1,meals,15,,300000,\n' >targets.csv
    printf 'stage,programme,body,group,area,quantity,people\nS1,parcels,hamdeli,,,8000,120\nS1,parcels,,G0001,1501,600,\n' >capacity.csv
    "$ALMONER" -q target import targets.csv
    "$ALMONER" -q capacity import capacity.csv
    "$ALMONER" -q committee add C-1 --name 'کمیته معیشت' --programme meals
    "$ALMONER" -q committee member add C-1 salamat --since 1399/01/15
    "$ALMONER" -q decision add C-12/3 --committee C-1 --body hamdeli --due 1399/09/01 --date 1399/08/01 --text 'another depot'
    "$ALMONER" -q complaint open quality --programme meals --area 1501 --date 1399/08/01 --text 'the soup was cold'
}

# The demo of 300 people; and what its own run doesn't have: goods of today, a place, an order and cards of the names that examples use, offers
# that are held, a copy of the store, a plug-in that was just built.
demo()
{
    sh "$source_dir/conf/demo/run.sh" --build "$(dirname "$ALMONER")" --people 300 --keep "$PWD/demo" >demo.log 2>&1 || { cat demo.log; return 1; }
    blankets demo/lists
    cd demo/lists || return
    export ALMONER_CONFIG=$PWD/../almoner.ini
    printf 'code,name,kind,area\nP1,مسجد جامع,mosque,1501\nP2,بازارچه,market,1501\n' >places.csv
    "$ALMONER" -q place import places.csv
    printf 'code,name,name_fa,unit,low,near\nrice,Rice,برنج,kg,200,60\nsoap,Soap,صابون,piece,,\n' >items.csv
    printf 'code,name,kind,area\nW1,انبار مرکزی,warehouse,1501\nK1,آشپزخانه یک,kitchen,1501\n' >depots.csv
    cat >stock.csv <<'CSV'
item,depot,quantity,price,expires
rice,W1,900,320000,1450/06/31
flour,W1,900,120000,
oil,W1,900,640000,
lentils,W1,900,450000,
sugar,W1,900,350000,
soap,W1,300,,
rice,K1501a,90,320000,
lentils,K1501a,90,450000,
oil,K1501a,90,640000,
bleach,L1,90,150000,
ethanol,L1,90,480000,
glycerol,L1,90,1000000,
parcel-small,W1,50,10000000,
parcel-medium,W1,50,20000000,
parcel-large,W1,50,40000000,
refrigerator,W1,5,95000000,
CSV
    "$ALMONER" -q stock item import items.csv
    "$ALMONER" -q stock depot import depots.csv
    "$ALMONER" -q stock import stock.csv
    "$ALMONER" -q stock issue rice 5 --depot W1
    "$ALMONER" -q meals close K-000004
    printf 'code,left,thrown\nK-000002,,0\nK-000003,,\n' >closings.csv
    "$ALMONER" -q disinfection order add --place P1 --group G0001 --code R1
    "$ALMONER" -q disinfectant mix hand-rub --litres 5 --measured 70 --code B1
    cards H0000001
    demo_dowries
    doubles
    "$ALMONER" -q delivery record appliances --household H0000001 --group G0001 --with kind=refrigerator --with serial=RF-000001
    demo_cases
    demo_desk
    demo_plans
    sed -i 's/^on_double = refuse/on_double = hold/' ../programmes/parcels.ini
    sed 's/^D-/E-/' doubles.csv >again.csv
    "$ALMONER" -q delivery import again.csv 2>/dev/null
    "$ALMONER" delivery held list --output plain | grep -q .
    { echo a,b,decision; "$ALMONER" person list --household H0000001 --output csv | sed 1d | head -n 2 | cut -d, -f1 | paste -sd ,; } |
        sed '2s/$/,different/' >pairs.csv
    "$ALMONER" -q store backup almoner-backup.db
    head -n 200 people.csv >ours.csv
    { head -n 1 people.csv; tail -n 200 people.csv; } >theirs.csv
    cd ../..
}

@test "every command's help has an example" {
    for file in "$source_dir/conf/programmes/"*.ini; do
        enable "$(basename "$file" .ini)"
    done
    every_help | awk '
        /^almoner [^:]*: / { if (name != "" && !seen) { print name; bad = 1 }; name = $0; seen = 0 }
        /^examples:$/ { seen = 1 }
        END { exit bad || !seen }'
}

@test "every example runs as printed" {
    demo
    every_help | sed -n '/^examples:$/,/^$/s/^  \(almoner .*\)$/\1/p' | awk '!seen[$0]++' >examples
    [ "$(wc -l <examples)" -gt 150 ]
    mkdir bin
    ln -s "$ALMONER" bin/almoner
    export PATH=$PWD/bin:$PATH ALMONER_CONFIG=../almoner.ini
    while read -r example; do
        rm -rf run
        cp -a demo run
        got=0
        (cd run/lists && exec sh -c "$example") >out 2>err </dev/null || got=$?
        [ "$got" = 0 ] || { echo "exit $got of: $example"; cat out err; return 1; }
    done <examples
}

@test "examples of a programme name it as it is called" {
    sed 's/^enabled = .*/&\nplugin = meals/' programmes/meals.ini >programmes/iftar.ini
    "$ALMONER" iftar cook --help | sed -n '/^examples:$/,/^$/p' >got
    printf 'examples:\n  almoner iftar cook K1501a --portions 40\n  almoner iftar cook K1501a --portions 25 --slot dinner --cost 3750000\n  almoner iftar cook K1501a --portions 40 --recipe rice-stew\n\n' >want
    same want got
}
