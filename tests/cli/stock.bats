#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# almoner stock: goods come, go and are counted; never below nothing.

load common

goods()
{
    register
    cat >items.csv <<'CSV'
code,name,name_fa,unit,low,near
rice,Rice,برنج,kg,200,60
oil,Oil,روغن,litre,,30
soap,Soap,صابون,piece,100,
CSV
    cat >depots.csv <<'CSV'
کد,نام,نوع,محدوده,نهاد
W1,انبار مرکزی,انبار,1503,hamdeli
K1,آشپزخانه یک,kitchen,,
CSV
    almoner -q stock item import items.csv
    almoner -q stock depot import depots.csv
}

@test "items and depots" {
    goods
    step 0 stock item import items.csv
    step 0 stock item list
    step 0 stock depot list --output csv
    step 0 stock item edit rice --low 250 --near ۴۵
    step 0 stock item add lentils --name Lentils --unit kg
    step 65 stock item add Rice --name Rice --unit kg
    step 65 stock item edit peas --low 3
    step 65 stock item add peas --name Peas --unit kg --low=-1
    step 0 stock depot edit w1 --name 'Central store'
    step 65 stock depot add X1 --name Shed --kind shed
    step 65 stock depot add X1 --name Shed --kind base --area 1599
    step 0 stock item list --output plain
    step 0 stock depot list --output plain
    as_expected lists
}

@test "goods come, move, go and come back" {
    goods
    step 0 stock receive rice 300 --depot W1 --expires 1400/06/31 --source 'بنیاد همدلی' --price 320000
    step 0 stock receive rice 40.5 --depot W1 --lot A-7 --expires 1399/10/01 --source market
    step 0 stock move rice 50 --depot W1 --to K1
    step 0 stock issue rice 10 --depot K1 --reason 'school kitchen'
    step 0 stock return rice 2.5 --depot K1
    step 0 stock loss rice 1 --depot K1 --lot A-7 --reason wet
    step 0 stock count rice 285.25 --depot W1 --reason 'monthly count'
    step 0 stock count rice 40 --depot K1 --reason 'monthly count'
    step 0 stock count rice 40 --depot K1 --reason 'counted again'
    step 0 stock list
    step 0 stock list --lots
    step 0 stock list --item rice --depot K1 --output json
    step 0 stock show rice --output csv
    step 0 stock show rice --depot W1 --limit 2 --output csv
    step 0 audit verify
    as_expected movements
}

@test "what is short is refused, and changes nothing" {
    goods
    almoner -q stock receive rice 30 --depot W1 >/dev/null
    almoner -q stock receive rice 1200 --depot K1 --expires 1399/09/16 >/dev/null
    almoner -q stock receive oil 5 --depot W1 --lot old --expires 1399/09/01 --date 1399/08/01 >/dev/null
    step 1 stock issue rice 30.001 --depot W1
    step 1 stock move soap 1 --depot W1 --to K1
    step 1 stock issue oil 1 --depot W1
    step 1 stock issue oil 1 --depot W1 --lot old
    step 65 stock issue rice 1 --depot K1 --date 1399/09/17
    step 65 stock receive rice 5 --depot W1 --date 1499/09/15
    now=2020-12-07T09:00
    step 1 stock issue rice 1 --depot K1
    now=2020-12-05T09:00
    step 1 stock issue rice 1 --depot K1 --date 1399/09/14
    step 1 stock loss oil 6 --depot W1 --reason spoilt
    step 0 stock move oil 2 --depot W1 --to K1 --lot old
    step 0 stock loss oil 3 --depot W1 --reason expired
    step 0 stock issue rice 30 --depot W1
    step 0 stock list --lots --output csv
    step 0 audit verify
    as_expected short
}

@test "an item keeps its unit once there was any of it" {
    goods
    step 0 stock item edit rice --unit bag
    step 0 stock item edit rice --unit kg
    almoner -q stock receive rice 30 --depot W1 >/dev/null
    step 65 stock item edit rice --unit litre
    step 0 stock item edit rice --unit kg --low 3
    step 0 stock item edit oil --unit bottle
    printf 'code,name,unit,low\nrice,Rice,bag,5\noil,Oil,litre,5\nsoap,Soap,box,\n' >units.csv
    step 65 stock item import units.csv
    show cat units.rejects.csv
    step 0 stock item list --output csv
    as_expected unit
}

@test "no more comes back than went out" {
    goods
    almoner -q stock receive rice 30 --depot W1 --lot A --expires 1400/01/01 --date 1399/08/01 >/dev/null
    almoner -q stock receive rice 30 --depot W1 --lot B --expires 1400/02/01 --date 1399/08/01 >/dev/null
    step 1 stock return rice 5000 --depot W1
    almoner -q stock issue rice 40 --depot W1 --date 1399/09/01 >/dev/null
    step 1 stock return rice 1 --depot W1 --date 1399/08/30
    step 1 stock return rice 1 --depot W1 --lot A --date 1399/07/01
    step 1 stock return rice 11 --depot W1 --lot B
    step 1 stock return rice 40.001 --depot W1
    step 0 stock return rice 35 --depot W1 --date 1399/09/10
    step 1 stock return rice 6 --depot W1 --date 1399/09/05
    step 0 stock list --lots --output csv
    printf 'kind,item,depot,quantity,lot\nreturn,rice,W1,5,B\nreturn,rice,W1,1,\nissue,rice,W1,2,B\nreturn,rice,W1,1,\n' >back.csv
    step 65 stock import back.csv
    show cat back.rejects.csv
    step 0 stock list --lots --output csv
    step 0 stock show rice --limit 6 --output csv
    step 0 audit verify
    as_expected back
}

@test "an order counts once" {
    goods
    step 0 stock receive soap 500 --depot W1 --key R-1
    step 0 stock receive soap 500 --depot W1 --key R-1
    step 65 stock receive soap 5000 --depot W1 --key R-1
    step 0 stock issue soap 5 --depot W1
    step 0 stock issue soap 5 --depot W1
    step 0 stock issue soap 5 --depot W1 --key second
    step 0 stock issue soap 100 --depot W1 --dry-run
    step 0 stock list --output csv
    as_expected keys
}

@test "what is wrong with an order is told" {
    goods
    almoner -q stock receive rice 30 --depot W1 --lot A --expires 1400/01/01 --price 100 >/dev/null
    step 65 stock receive rise 30 --depot W1
    step 65 stock receive rice 30 --depot W2
    step 65 stock receive rice 0 --depot W1
    step 65 stock receive rice 2000000000 --depot W1
    step 65 stock receive rice 3 --depot W1 --expires 1399/09/01
    step 65 stock receive rice 3 --depot W1 --lot A --expires 1400/02/01
    step 65 stock receive rice 3 --depot W1 --lot A --price 101
    step 65 stock receive rice 3 --depot W1 --key '#1'
    step 65 stock receive rice 3 --depot W1 --lot ' '
    step 64 stock loss rice 3 --depot W1 --reason ' '
    step 65 stock issue rice -5 --depot W1
    step 65 stock issue rice -۵ --depot W1
    step 64 stock issue rice -x --depot W1
    step 65 stock receive soap 900000000 --depot W1 --price 900000000
    step 0 stock receive soap 1000000 --depot W1 --lot B --price 900000000
    step 65 stock receive soap 900000 --depot W1 --lot B
    step 65 stock move rice 3 --depot W1 --to w1
    step 65 stock issue rice 3 --depot W1 --lot B
    step 65 stock return oil 3 --depot W1
    step 64 stock loss rice 3 --depot W1
    step 64 stock loss rice 3 --depot W1 --reason ''
    step 64 stock move rice 3 --depot W1
    step 64 stock list --low --near
    step 64 stock list --days -4
    as_expected wrong
}

@test "what is low, and what is near its expiry" {
    goods
    step 0 stock list --low
    almoner -q stock receive rice 150 --depot W1 --lot good --expires 1400/06/31 --price 1000 >/dev/null
    almoner -q stock receive rice 150 --depot W1 --lot past --expires 1399/09/14 --date 1399/09/01 --price 1000 >/dev/null
    almoner -q stock receive rice 200 --depot K1 --lot soon --expires 1399/10/30 >/dev/null
    almoner -q stock receive oil 3 --depot K1 --lot oil-1 --expires 1399/10/15 >/dev/null
    almoner -q stock receive oil 3 --depot K1 --lot oil-2 --expires 1399/10/16 >/dev/null
    almoner -q stock receive soap 1 --depot K1 >/dev/null
    almoner -q stock issue soap 1 --depot K1 >/dev/null
    step 0 stock list --low
    step 0 stock list --near
    step 0 stock list --days 5 --output csv
    step 0 stock list --days 400 --item rice --output csv
    as_expected lists-of-worry
}

@test "movements from a file; rows that are wrong or short stay out" {
    goods
    cat >stock.csv <<'CSV'
key;نوع;کالا;انبار;به انبار;مقدار;تاریخ;تاریخ انقضا;قیمت;علت;بهر
1;ورود;rice;W1;;۵۰۰;1399/09/01;1400/06/31;۳۲۰٬۰۰۰;;A
2;receive;rice;W1;;100;1399/09/02;;320000;;A
3;انتقال;rice;W1;K1;250.5;1399/09/03;;;;
4;issue;rice;K1;;251;1399/09/03;;;;
5;loss;rice;K1;;1;1399/09/03;;;;
6;loss;rice;K1;;0.5;1399/09/03;;;spilt;
7;count;rice;K1;;249;1399/09/04;;;weekly;
8;move;rice;K1;;3;1399/09/04;;;;
9;gift;rice;K1;;3;1399/09/04;;;;
10;issue;rise;K1;;3;1399/09/04;;;;
2;receive;rice;W1;;100;1399/09/02;;320000;;A
;receive;soap;W1;;10;1399/09/02;;;;
;receive;soap;W1;;10;1399/09/02;;;;
11;receive;soap;W1;;much;1399/09/02;;;;
12;receive;soap;;;5;1399/09/02;;;;
13;receive;rice;W1;;5;1399/09/02;;330000;;A
CSV
    step 65 stock import stock.csv --dry-run
    step 65 stock import stock.csv
    show cat stock.rejects.csv
    step 65 stock import stock.csv
    step 0 stock list --lots --output csv
    step 0 audit verify
    printf 'item,depot,quantity\nsoap,W1,3\n' >out.csv
    step 0 stock import out.csv --kind issue
    step 0 stock show soap --output csv
    as_expected import
}

@test "audit finds what was changed past almoner" {
    goods
    almoner -q stock receive rice 30 --depot W1 --lot A >/dev/null
    almoner -q stock receive oil 30 --depot W1 --lot B >/dev/null
    almoner -q stock receive soap 30 --depot W1 --lot C >/dev/null
    step 0 audit verify
    sql "UPDATE stock_balance SET quantity = quantity + 5000 WHERE lot = (SELECT id FROM stock_lot WHERE code = 'A')"
    sql "UPDATE stock_on_hand SET quantity = 1 WHERE item = (SELECT id FROM stock_item WHERE code = 'oil')"
    sql "UPDATE stock_movement SET quantity = 0 WHERE item = (SELECT id FROM stock_item WHERE code = 'soap')"
    step 65 audit verify
    as_expected audit
}
