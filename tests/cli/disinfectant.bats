#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Disinfectant: recipes, batches that move stock, what is given by the litre; and disinfection that draws its agent.

load common

# Bleach and ethanol in a depot, priced; programmes that draw on them.
mixing()
{
    enable disinfectant disinfectant-places disinfection
    sed -i 's/^; item = /item = /; s/^; depot =.*/depot = W1/; s/^; depots = W1/depots = W1/; s/^; draw = /draw = /' \
        programmes/disinfectant.ini programmes/disinfectant-places.ini
    sed -i 's/^; depots =.*/depots = W1/; s/^; item = bleach/item = bleach/; s/^; item_strength/item_strength/' programmes/disinfection.ini
    register
    printf 'code,kind,name,area,size\nP1,mosque,مسجد جامع,150301,400\nP2,clinic,درمانگاه مهر,150301,250\n' >places.csv
    printf 'code,name,unit\nbleach,آب ژاول,litre\nethanol,الکل,litre\nsurface,محلول سطوح,litre\nhand-rub,الکل دست,litre\n' >items.csv
    printf 'code,name,kind,area\nW1,انبار مرکزی,warehouse,1503\n' >depots.csv
    printf 'item,depot,quantity,price,expires,lot,date\nbleach,W1,10,100000,1400/06/31,J1,1399/09/01\nethanol,W1,20,600000,,E1,1399/09/01\n' >stock.csv
    almoner -q place import places.csv
    almoner -q stock item import items.csv
    almoner -q stock depot import depots.csv
    almoner -q stock import stock.csv
}

@test "what goes into a batch" {
    enable disinfectant
    step 0 disinfectant recipe surface --litres 50
    step 0 disinfectant recipe surface --litres 50 --strength 0.5 --output csv
    step 0 disinfectant recipe hand-rub --litres 20
    step 1 disinfectant recipe hand-rub --litres 20 --strength 97
    step 1 disinfectant recipe hand-rub --litres 20 --strength 50
    step 1 disinfectant recipe surface --litres 20 --from ethanol
    step 65 disinfectant recipe soap --litres 20
    step 65 disinfectant recipe surface --litres 0
    step 64 disinfectant recipe surface
    as_expected recipe
}

@test "a batch leaves the stock as concentrate and comes back as a lot" {
    mixing
    step 0 disinfectant mix surface --litres 50 --measured 0.1
    step 0 disinfectant mix hand-rub --litres 9.6 --measured 70.5 --yield 9.5 --cost 200000 --code B1
    step 0 stock list --output csv
    step 1 disinfectant mix hand-rub --litres 100 --measured 70
    step 1 disinfectant mix hand-rub --litres 5 --measured 75
    step 65 disinfectant mix hand-rub --litres 5
    step 65 disinfectant mix hand-rub --litres 5 --measured 70 --code B1
    step 65 disinfectant mix hand-rub --litres 5 --measured 70 --depot W9
    step 0 disinfectant check B1 --measured 70.1
    now=2020-12-06T09:00 step 0 disinfectant check surface-13990915 --measured 0.06
    step 65 disinfectant check B9 --measured 70
    step 0 disinfectant batch list
    step 0 disinfectant batch list --product hand-rub --output csv
    step 65 disinfectant batch list --product nope
    step 65 disinfectant mix hand-rub --litres 5 --measured 70 --code ' '
    step 0 report disinfectant production
    step 0 stock list --output csv
    step 0 audit verify
    as_expected mix
}

@test "a lot that failed its last check is passed over" {
    mixing
    almoner -q disinfectant mix surface --litres 10 --measured 0.1 --code A
    almoner -q disinfectant mix surface --litres 10 --measured 0.1 --code B
    step 0 disinfectant check A --measured 0.05
    step 0 delivery record disinfectant-places --place P1 --body hamdeli --quantity 5
    step 1 delivery record disinfectant-places --place P2 --body hamdeli --quantity 6
    step 0 stock list --lots --output csv
    step 0 disinfectant check A --measured 0.1
    step 0 delivery record disinfectant-places --place P2 --body hamdeli --quantity 6 --key again
    step 0 stock list --lots --output csv
    # The mend runs as it is printed.
    loss=$(almoner disinfectant check A --measured 0.05 2>&1 | grep '^almoner stock loss')
    eval "$loss"
    step 0 disinfectant check A --measured 0.05
    step 0 stock list --lots --output csv
    step 0 audit verify
    as_expected weak
}

@test "a sheet of batches: each comes in once, and rows that cannot be are told" {
    mixing
    cat >mixing.csv <<'CSV'
code,product,date,litres,strength,from,measured,yield,depot,cost
B1,surface,1399/09/10,50,,,0.1,,,
B2,hand-rub,1399/09/11,9.6,,,70.5,9.5,W1,200000
B3,surface,1399/09/12,20,0.5,,0.5,,,
CSV
    step 0 disinfectant batch import mixing.csv
    step 0 disinfectant batch import mixing.csv
    cat >more.csv <<'CSV'
کد,محصول,تاریخ,لیتر,غلظت,ماده,غلظت سنجیده,به دست آمده,انبار,هزینه
B1,surface,1399/09/10,51,,,0.1,,,
B4,soap,1399/09/12,20,,,0.1,,,
B5,surface,1399/09/12,20,,,,,,
B6,surface,1399/09/12,20,,,0.2,,,
B7,surface,1399/09/12,2000,,,0.1,,,
B8,surface,1399/09/30,20,,,0.1,,,
B9,surface,1399/09/12,20,,,0.1,30,,
B10,surface,1399/09/12,20,,,0.1,,W9,
B11,surface,1399/09/12,20,,ethanol,0.1,,,
B12,surface,1399/09/12,20,,,0.1,,,-5
,surface,1399/09/12,20,,,0.1,,,
B13,surface,۱۳۹۹/۰۹/۱۲,۲۰,,,0.1,,,
CSV
    step 65 disinfectant batch import more.csv
    show cat more.rejects.csv
    step 0 disinfectant batch list --output csv
    step 0 stock list --lots --output csv
    step 0 audit verify
    as_expected import
}

@test "it is given by the litre, to households and places, until it expires" {
    mixing
    step 1 delivery record disinfectant --household H1 --body hamdeli
    almoner -q disinfectant mix hand-rub --litres 4 --measured 70
    almoner -q disinfectant mix surface --litres 30 --measured 0.1
    step 0 delivery record disinfectant --household H1 --body hamdeli --key again
    step 1 delivery record disinfectant --household H1 --body yari --date 1399/09/15 --quantity 0.5
    step 0 delivery record disinfectant-places --place P1 --body hamdeli --quantity 5
    step 0 delivery record disinfectant-places --place P2 --body hamdeli
    now=2020-12-12T09:00 step 1 delivery record disinfectant-places --place P1 --body hamdeli --quantity 5
    step 0 report disinfectant-places kinds
    step 0 disinfectant-places supply
    step 0 disinfectant-places supply --kind mosque --area 150301 --output csv
    step 0 disinfectant-places supply --area 150302 --output csv
    step 65 disinfectant-places supply --kind nope
    step 0 stock list --output csv
    step 0 report --output csv
    id=$(last_id)
    step 0 delivery reverse "$id" --reason 'not fetched'
    step 0 stock list --output csv
    step 0 disinfectant-places supply --output csv
    step 0 audit verify
    as_expected give
}

@test "disinfection draws its agent by concentration and area" {
    mixing
    step 0 delivery record disinfection --place P1 --body hamdeli
    step 0 delivery record disinfection --place P2 --body hamdeli --with litres=50 --with concentration=5000
    step 1 delivery record disinfection --place P2 --body hamdeli --with litres=500 --with concentration=5000 --date 1399/09/14
    step 1 delivery record disinfection --place P2 --body hamdeli --with job=spot --date 1399/09/13
    step 0 delivery list --programme disinfection --output csv
    step 0 stock list --output csv
    printf 'key,place,date,body,work_order\n' >list.csv
    almoner -q disinfection order add --area 1503 --all --group G1 --date 1399/09/10 --code R1
    for i in 1 2 3 4 5 6 7 8; do echo "D$i,P$((i % 2 + 1)),1399/09/1$((i / 2)),hamdeli,"; done >>list.csv
    step 0 delivery import list.csv --programme disinfection
    step 0 disinfection order show R1 --output csv
    step 0 report disinfection agents --output csv
    step 0 stock list --output csv
    step 0 audit verify
    as_expected draw
}

@test "what must not meet does not pass the check" {
    enable disinfectant
    printf '\n[substance vinegar]\nkind = acid\n\n[product cleaner]\nfrom = bleach\nstrength = 0.1\nadditives = vinegar 20\n' >>programmes/disinfectant.ini
    step 78 config check
    step 78 disinfectant recipe surface --litres 1
    as_expected danger
}
