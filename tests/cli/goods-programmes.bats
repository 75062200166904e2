#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Meals, parcels and stationery with goods behind them: recipes and batches, parcels packed out of items, kits out of stock.

load common

# Food in a kitchen's depot and in a warehouse.
goods()
{
    printf 'code,name,unit\nrice,برنج,kg\nlentils,عدس,kg\noil,روغن,litre\nsalt,نمک,kg\n' >items.csv
    printf 'code,name,kind,area\nW1,انبار مرکزی,warehouse,1503\nD1,آشپزخانه یک,kitchen,1503\n' >depots.csv
    printf 'item,depot,quantity,price,expires,lot,date\nrice,D1,10,300000,1400/06/31,R1,1399/09/01\nlentils,D1,5,400000,1400/03/31,L1,1399/09/01\nsalt,D1,1,,,S1,1399/09/01\n' >stock.csv
    almoner -q stock item import items.csv
    almoner -q stock depot import depots.csv
    almoner -q stock import stock.csv
}

recipes()
{
    cat >>programmes/meals.ini <<'INI'

[recipe stew]
ingredients = rice 0.08, lentils 0.04

[recipe salty]
ingredients = rice 0.1, salt 0.0004
INI
}

@test "a kitchen cooks by recipe out of its depot" {
    recipes
    register
    goods
    step 0 meals recipes --portions 40
    step 65 meals recipes --recipe soup
    step 65 meals kitchen add K1 --name One --depot D9
    step 0 meals kitchen add K1 --name One
    step 65 meals cook K1 --portions 40 --recipe stew
    step 0 meals kitchen edit K1 --depot D1
    step 0 meals kitchen list
    step 65 meals cook K1 --portions 40 --recipe soup
    step 0 meals cook K1 --portions 40 --recipe stew --cost 160000 --time 2020-12-05T08:30
    step 1 meals cook K1 --portions 100 --recipe stew
    step 65 meals cook K1 --portions 10 --recipe stew --date 1399/09/17
    step 65 meals cook K1 --portions 10 --code ' '
    step 64 meals kitchen edit K1
    step 0 meals cook K1 --portions 10 --recipe salty --slot dinner --cost 50000
    step 0 stock list --output csv
    step 0 meals batch list --output csv
    step 0 delivery record meals --household H1 --body hamdeli
    step 0 report meals kitchens --output csv
    step 0 report meals costs
    step 0 audit verify
    as_expected recipe
}

@test "batches are imported with their recipes, and take their goods once" {
    recipes
    register
    goods
    printf 'code,name,depot\nK1,One,D1\nK2,Two,\n' >kitchens.csv
    step 0 meals kitchen import kitchens.csv
    cat >batches.csv <<'CSV'
code,kitchen,date,portions,cost,recipe
B1,K1,1399/09/10,50,100000,stew
B2,K1,1399/09/11,20,,stew
B3,K1,1399/09/12,90,,stew
B4,K2,1399/09/12,10,,stew
B5,K2,1399/09/12,10,70000,
B6,K1,1399/09/12,10,,soup
CSV
    step 65 meals batch import batches.csv
    show cat batches.rejects.csv
    step 0 stock list --output csv
    # Only the cost of the work may change, once goods were drawn.
    cat >batches.csv <<'CSV'
code,kitchen,date,portions,cost,recipe
B1,K1,1399/09/10,50,120000,
B2,K1,1399/09/11,20,,stew
CSV
    step 0 meals batch import batches.csv
    sed -i 's/B1,K1,1399.09.10,50/B1,K1,1399\/09\/10,51/; s/stew/salty/; $aB5,K2,1399/09/12,10,70000,stew' batches.csv
    step 65 meals batch import batches.csv
    show cat batches.rejects.csv
    step 0 meals batch list --output csv
    step 0 stock list --output csv
    step 0 report meals costs --kitchen K1 --from 1399/09/11 --output csv
    step 0 audit verify
    as_expected batches
}

@test "a closed batch balances, and gives no more" {
    register
    almoner -q meals kitchen add K1 --name One
    almoner -q meals cook K1 --portions 10 --code B1 --time 2020-12-05T08:30 --cost 1000000
    almoner -q meals cook K1 --portions 8 --code B2 --slot dinner --time 2020-12-05T08:30
    almoner -q delivery record meals --household H1 --body hamdeli --with batch=B1
    step 1 meals close B1 --left 2 --thrown 3
    step 1 meals close B1 --thrown 8
    step 65 meals close B1 --thrown -1
    step 65 meals close B1 --left=-1
    step 1 meals reopen B1
    step 65 meals close B9
    step 65 meals close B1 --held-until 2020-12-05T07:00
    step 0 meals close B1 --left 5 --thrown 2 --held-until 2020-12-05T11:00
    step 0 meals close B1 --left 5 --thrown 2
    step 1 meals close B1 --left 6 --thrown 1
    step 1 meals close B1
    step 0 meals batch list
    step 1 delivery record meals --household H2 --body hamdeli --with batch=B1
    step 1 delivery record meals --household H2 --body hamdeli
    # What comes back is left over.
    step 0 delivery reverse "$(almoner delivery list --output csv | sed -n 2p | cut -d, -f1)" --reason 'nobody at home'
    step 0 meals batch list --output csv
    step 0 meals reopen B1
    step 65 meals reopen B9
    step 0 delivery record meals --household H2 --body hamdeli --note again
    printf 'code,left,thrown,held_until\nB1,8,,\nB2,,8,2020-12-05T09:30\nB3,1,1,\n' >closings.csv
    step 65 meals closing import closings.csv
    show cat closings.rejects.csv
    sed -i '/^B3/d' closings.csv
    step 0 meals closing import closings.csv
    step 0 meals closing import closings.csv
    sed -i 's/^B2,,8/B2,1,7/' closings.csv
    step 65 meals closing import closings.csv
    show cat closings.rejects.csv
    # A closed batch stays as it is.
    printf 'code,kitchen,date,slot,time,portions,cost\nB1,K1,1399/09/15,lunch,2020-12-05T08:30,12,1000000\n' >batches.csv
    step 65 meals batch import batches.csv
    show cat batches.rejects.csv
    step 0 report meals kitchens
    step 0 report meals costs --output csv
    step 0 audit verify
    as_expected close
}

@test "the day's list goes by neighbourhood and group, larger households first" {
    register
    sed -i 's/^; carriers =/carriers = cooking/' programmes/meals.ini
    cat >more.csv <<'CSV'
household,relation,given_name,family_name,area,address
H3,head,رضا,کریمی,150301,کوچه سوم
H4,head,زهرا,کریمی,150301,
H4,child,امیر,کریمی,150301,
H4,child,سارا,کریمی,150301,
H4,child,نرگس,کریمی,150301,
H5,head,حسن,رضایی,150301,
H5,child,مینا,رضایی,150301,
H6,head,هما,رضایی,,
H7,head,کیان,رضایی,1503,
CSV
    cat >more-groups.csv <<'CSV'
code,name,body,area,specialities,capacity
A1,گروه یکم,hamdeli,150301,cooking,1
A2,گروه دوم,hamdeli,150301,packing; cooking,20
A3,گروه سوم,hamdeli,150301,building,20
C1,گروه شهر,hamdeli,1503,cooking,20
C2,گروه شهر دو,hamdeli,1503,cooking,20
CSV
    step 0 meals route --output csv
    almoner -q person import more.csv
    almoner -q group import more-groups.csv
    almoner -q meals kitchen add K1 --name One
    almoner -q meals cook K1 --portions 40
    step 0 meals route
    almoner -q delivery record meals --household H1 --body hamdeli
    almoner -q delivery record meals --household H4 --body hamdeli
    step 0 meals route --output csv
    step 0 meals route --group A2 --output csv
    step 0 meals route --area 150302 --output csv
    step 0 meals route --slot dinner --area 150301 --output csv
    step 0 meals route --date 1399/09/16 --group C1 --output csv
    step 65 meals route --slot iftar
    step 65 meals route --group X1
    # Who got it by mistake is on the list again.
    almoner -q delivery reverse "$(last_id)" --reason 'wrong door'
    step 0 meals route --group A1 --output csv
    as_expected route
}

@test "what recipes may get wrong" {
    cat >>programmes/meals.ini <<'INI'

[recipe rice and beans]
ingredients = rice 0.08, beans, rice 0.1, salt 0, oil 1.2345678, meat 101

INI
    step 78 config check
    as_expected recipe-settings
}

# Parcels that are packed in W1 and W2: rice and oil by the kg, tuna by the can.
packing()
{
    cat >programmes/parcels.ini <<'INI'
[programme]
enabled = yes
window = 30 days
on_double = refuse

[parcels]
depots = W2, W1

[item rice]
kcal = 365

[item oil]
kcal = 884
fat = 100
stock = cooking-oil
unit_grams = 920

[item tuna]
kcal = 198
protein = 29
unit_grams = 180

[size small]
members_up_to = 2
contents = rice 5000, oil 920, tuna 360
item = box-s

[size large]
members_up_to = 5
contents = rice 10000, tuna 720
item = box-l
INI
    register
    printf 'code,name,unit\nrice,برنج,kg\ncooking-oil,روغن,litre\ntuna,تن,can\nbox-s,بسته کوچک,box\nbox-l,بسته بزرگ,box\n' >items.csv
    printf 'code,name,kind,area\nW1,انبار مرکزی,warehouse,1503\nW2,انبار دو,warehouse,1503\n' >depots.csv
    cat >stock.csv <<'CSV'
item,depot,quantity,price,expires,lot,date
rice,W1,60,300000,1400/06/31,R1,1399/09/01
rice,W1,60,310000,1400/02/31,R2,1399/09/01
cooking-oil,W1,4,600000,,O1,1399/09/01
tuna,W1,30,250000,1401/01/31,T1,1399/09/01
CSV
    almoner -q stock item import items.csv
    almoner -q stock depot import depots.csv
    almoner -q stock import stock.csv
}

@test "parcels are packed out of what they hold, and given one by one" {
    packing
    step 1 delivery record parcels --household H2 --body hamdeli
    step 0 parcels assemble small --count 3 --depot W1 --cost 30000
    step 65 parcels assemble small --count 3 --depot W1
    step 1 parcels assemble small --count 2 --depot W1 --lot S2
    step 0 parcels assemble small --count 1 --depot W1 --lot S2
    step 0 parcels assemble large --count 1 --depot W1 --lot S2
    step 65 parcels assemble large --count 1 --depot W1 --lot S2
    step 0 parcels assemble large --count 1 --depot W1 --date 1399/09/10
    step 1 parcels assemble large --count 10 --depot W2
    step 65 parcels assemble huge --count 1 --depot W1
    step 65 parcels assemble large --count 0 --depot W1
    step 65 parcels assemble large --count 1 --depot W1 --lot ' '
    step 65 parcels assemble large --count 1 --depot W9
    step 65 parcels assemble large --count 1 --depot W1 --date 1399/09/16
    step 64 parcels assemble large --count 1
    step 0 stock list --output csv
    step 0 delivery record parcels --household H2 --body hamdeli --key one
    step 0 delivery record parcels --household H1 --body hamdeli
    step 1 delivery record parcels --household H1 --body yari
    printf 'key,programme,household,quantity,date,body\nk1,parcels,H1,1,1399/07/01,hamdeli\n' >early.csv
    step 0 delivery import early.csv
    step 0 delivery list --output csv
    step 0 report parcels sizes
    step 0 stock list --output csv
    step 0 delivery reverse "$(last_id)" --reason 'wrong door'
    step 0 stock list --output csv
    step 0 audit verify
    as_expected parcels
}

@test "a list of parcels goes as far as the stock does" {
    packing
    almoner -q parcels assemble small --count 4 --depot W1 >/dev/null
    almoner -q stock move box-s 1 --depot W1 --to W2
    awk 'BEGIN { print "household,given_name,family_name,area"; for (i = 1; i <= 6; i++) print "C" i ",n" i ",f" i ",150301" }' >crowd.csv
    almoner -q person import crowd.csv
    awk 'BEGIN { print "key,programme,household,quantity,date,body"; for (i = 1; i <= 6; i++) print "P" i ",parcels,C" i ",1,1399/09/15,hamdeli" }' >aid.csv
    step 0 delivery import aid.csv
    show cat aid.rejects.csv
    step 0 stock list --output csv
    step 0 delivery list --output csv
    step 0 audit verify
    as_expected parcels-list
}

@test "sizes with an item need a depot" {
    packing
    sed -i 's/^unit_grams = 180/unit_grams = 0/' programmes/parcels.ini
    step 78 config check
    sed -i '/^depots/d; /^unit_grams = 0/d' programmes/parcels.ini
    step 78 config check
    # Without items nothing is drawn, and nothing can be packed.
    sed -i '/^item = /d' programmes/parcels.ini
    step 0 delivery record parcels --household H2 --body hamdeli
    step 78 parcels assemble small --count 1 --depot W1
    as_expected parcels-settings
}

# Children of two bases.
pupils()
{
    register
    printf 'code,name,area\nB1,پایگاه بهار,150301\nB2,پایگاه نور,150302\nB3,پایگاه دیگر,150302\n' >bases.csv
    almoner -q base import bases.csv
    cat >more.csv <<'CSV'
household,relation,given_name,family_name,birth_date,area,base,school_grade
H3,head,رضا,کریمی,1360/01/01,150301,B1,
H3,child,زهرا,کریمی,1391/01/01,150301,B1,2
H3,child,امیر,کریمی,1398/01/01,150301,B1,
H3,child,,کریمی,1387/01/01,150301,B1,
H4,head,هما,رضایی,,150302,B2,
H4,child,کیان,رضایی,,150302,B2,11
H4,child,مینا,رضایی,,150302,B2,
CSV
    almoner -q person import more.csv
}

@test "children who get a kit are listed by base" {
    pupils
    step 0 stationery list
    step 0 delivery record stationery --person 3020672635 --body hamdeli
    step 0 stationery list --due --output csv
    step 0 stationery list --base B1 --output csv
    step 0 stationery list --base B3 --output csv
    step 0 stationery list --area 150302 --output csv
    step 0 stationery list --kit first --output csv
    step 0 stationery list --date 1400/07/01 --due --output csv
    step 0 report stationery bases
    step 0 report stationery bases --date 1400/07/01 --output csv
    step 65 stationery list --base B9
    step 65 stationery list --area 99
    step 65 stationery list --kit fourth
    # Whose kit was taken back is due again, and whom another household took in is listed there.
    step 0 delivery reverse "$(last_id)" --reason 'wrong child'
    almoner -q person edit 8209859935 --household H4 --since 1399/09/15
    step 0 stationery list --output csv
    as_expected list
}

@test "kits are taken out of stock by the child's grade" {
    sed -i -e 's/^; depots =/depots = W1, W2/' -e 's/^grades = 1-3/&\nitem = kit-1/' -e 's/^grades = 7-12/&\nitem = kit-3/' -e '/^\[kit third/,$s/^cost = .*//' programmes/stationery.ini
    pupils
    printf 'code,name,unit\nkit-1,کیف یک,kit\nkit-3,کیف سه,kit\n' >items.csv
    printf 'code,name,kind\nW1,One,warehouse\nW2,Two,warehouse\n' >depots.csv
    printf 'item,depot,quantity,price,date\nkit-1,W1,1,1500000,1399/01/01\nkit-3,W2,2,2250000,1399/01/01\n' >stock.csv
    step 65 delivery record stationery --person 3020672635 --body hamdeli
    almoner -q stock item import items.csv
    almoner -q stock depot import depots.csv
    almoner -q stock import stock.csv
    step 0 delivery record stationery --person 3020672635 --body hamdeli
    step 1 delivery record stationery --person 3020672635 --body yari
    step 0 delivery record stationery --person 8209859935 --body hamdeli
    ids=$(sql "SELECT id FROM person WHERE given_name IN ('زهرا', 'کیان') ORDER BY id")
    { echo key,programme,person,quantity,date,body; for id in $ids; do echo "S$id,stationery,$id,1,1399/09/15,hamdeli"; done; } >aid.csv
    step 0 delivery import aid.csv
    show sed 's/S[0-9]*/KEY/' aid.rejects.csv
    step 0 delivery list --output csv
    step 0 stock list --output csv
    step 0 delivery reverse "$(almoner delivery list --output csv | tail -n 1 | cut -d, -f1)" --reason 'wrong child'
    step 0 stock list --output csv
    step 0 report stationery bands
    step 0 audit verify
    as_expected kits
}

@test "kits with an item need a depot" {
    sed -i 's/^grades = 1-3/&\nitem = kit-1/' programmes/stationery.ini
    step 78 config check
    as_expected kit-settings
}
