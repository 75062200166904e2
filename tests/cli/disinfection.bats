#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Disinfection: whose turn it is, work orders, what was done with what.

load common

# Two neighbourhoods with places of three kinds, registered ten days ago.
places()
{
    enable disinfection
    register
    cat >places.csv <<'CSV'
code,kind,name,area,address,size
P1,mosque,مسجد جامع,150301,خیابان یک,400
P2,clinic,درمانگاه مهر,150301,خیابان دو,250
P3,street,خیابان امام,150301,,3000
P4,mosque,مسجد النبی,150302,,
P5,market,بازارچه,150302,میدان,1200
CSV
    now=2020-11-25T09:00 almoner -q place import places.csv
}

given()
{
    step "$1" delivery record disinfection --body hamdeli "${@:2}"
}

@test "places are due by their kind, soonest first" {
    places
    step 0 disinfection plan
    given 0 --place P1 --date 2020-11-27
    given 0 --place P2 --date 2020-12-04
    given 0 --place P5 --date 2020-12-03
    step 0 disinfection plan
    step 0 disinfection plan --until 2020-12-07 --output csv
    step 0 disinfection plan --area 150302 --until 2021-01-01 --output csv
    step 0 disinfection overdue --output csv
    step 0 disinfection overdue --kind mosque --area 1503 --output csv
    step 65 disinfection plan --area 99
    step 0 disinfection overdue --kind bank --output csv
    step 65 disinfection overdue --kind nope
    step 0 report disinfection coverage
    step 0 report disinfection coverage --area 150301 --date 2020-12-03 --output csv
    as_expected plan
}

@test "what a delivery leaves out is filled in, and added up by agent" {
    places
    given 0 --place P1
    given 0 --place P2 --with concentration=5000 --with area_treated=20 --with job=spot
    given 0 --place P4 --with agent=alcohol --with litres=2.5
    given 0 --place P4 --with job=spot --date 2020-12-03
    step 0 delivery list --programme disinfection --output csv
    step 0 report disinfection agents
    step 0 report disinfection agents --from 2020-12-05 --output csv
    step 0 report --output csv
    step 0 audit verify
    as_expected own-columns
}

@test "people are never sprayed, and no solution is too thin or too strong" {
    places
    given 1 --place P1 --with object=people
    given 1 --place P1 --with concentration=100
    given 1 --place P1 --with concentration=50000
    given 1 --place P1 --with agent=alcohol --with concentration=1000
    given 1 --place P1 --with agent=ozone
    given 1 --place P1 --with litres=0
    given 1 --place P1 --with area_treated=-5
    given 1 --place P1 --with work_order=R9
    step 64 delivery record disinfection --body hamdeli --place P1 --with object=animals
    step 65 delivery record disinfection --body hamdeli --household H1
    step 0 delivery list --programme disinfection --refused --output csv
    step 0 report disinfection agents --output csv
    as_expected never
}

@test "routine spraying outdoors is recorded and warned about, once for a list" {
    places
    given 0 --place P3
    given 0 --place P3 --with job=spot --date 2020-12-02
    step 0 disinfection plan --area 150301 --output csv
    { echo 'key,place,date,body,object'
      for i in 1 2 3 4 5 6 7 8 9; do echo "D$i,P$((i % 2 + 4)),2020-11-1$i,hamdeli,outdoor"; done
      echo 'D0,P1,2020-11-10,hamdeli,people'; } >outdoors.csv
    step 0 delivery import outdoors.csv --programme disinfection
    step 0 delivery import outdoors.csv --programme disinfection
    step 0 report disinfection agents --output csv
    as_expected outdoors
}

@test "the window is the administrator's" {
    places
    given 0 --place P1
    given 0 --place P1 --with job=spot
    sed -i 's/^window = .*/window = 7 days/; s/^on_double = .*/on_double = refuse/' programmes/disinfection.ini
    given 1 --place P1 --date 2020-12-04
    given 1 --place P1 --with job=spot --date 2020-12-04
    as_expected window
}

@test "an order's places are closed as deliveries arrive" {
    places
    step 0 disinfection order add --area 1503 --group G1 --code R1
    step 1 disinfection order add --area 1503 --group G1
    step 65 disinfection order add --place P3 --group G1 --code R1
    step 0 disinfection order add --place P3 --place P1 --place P3 --group G1 --date 2020-12-04
    step 0 disinfection order list
    step 0 disinfection order show R1
    step 0 disinfection plan --output csv
    given 1 --place P3 --with work_order=R1
    given 0 --place P1
    given 0 --place P2 --with work_order=R1
    given 1 --place P2 --with work_order=R1 --key again
    given 0 --place P3 --with job=spot --with area_treated=10
    given 0 --place P4 --date 2020-12-01
    step 0 disinfection order list --output csv
    step 0 disinfection order show R1 --output csv
    step 0 disinfection order close R1 --reason 'rain'
    step 65 disinfection order close R1 --reason 'rain'
    given 1 --place P5 --with work_order=R1
    given 0 --place P1 --date 2020-12-04 --with job=spot
    step 65 disinfection order close spot-13990914 --reason x
    step 0 disinfection order list --open --output csv
    step 0 disinfection order list --group G1 --output csv
    as_expected orders
}

@test "a delivery that is taken back opens its place again" {
    places
    almoner -q disinfection order add --area 150301 --group G1 --code R1
    given 0 --place P1
    id=$(last_id)
    given 0 --place P2
    step 0 disinfection order list --output csv
    step 0 delivery reverse "$id" --reason 'another mosque'
    step 0 disinfection order list --output csv
    step 0 disinfection plan --output csv
    step 0 report disinfection agents --output csv
    given 0 --place P1 --key again
    step 0 disinfection order show R1 --output csv
    as_expected reverse
}

@test "orders that cannot be" {
    places
    step 64 disinfection order add --group G1
    step 64 disinfection order add --group G1 --area 1503 --place P1
    step 64 disinfection order add --area 1503
    step 65 disinfection order add --group G1 --area 99
    step 65 disinfection order add --group G9 --area 1503
    step 65 disinfection order add --group G1 --area 1503 --kind clinc
    step 65 disinfection order add --group G1 --area 1503 --code ' '
    step 65 disinfection order add --group G1 --place P99
    step 1 disinfection order add --group G1 --area 1503 --kind street
    step 1 disinfection order add --group G1 --area 1503 --kind street --all
    step 1 disinfection order add --group G1 --area 1503 --date 2020-11-01
    step 65 disinfection order show R9
    step 65 disinfection order close R9 --reason x
    step 0 disinfection order list --output csv
    as_expected cannot
}

@test "settings that contradict each other" {
    enable disinfection
    sed -i 's/^least = 500/least = 5001/; s/^concentration = 700000/concentration = 5/; s/^; item = /item = /; s/^\[kind bank\]/[kind Bank]/' \
        programmes/disinfection.ini
    step 78 config check
    enable disinfection
    sed -i 's/^; depots =.*/depots = base1/; s/^; item = /item = /; s/^; item_strength = 5/item_strength = 0.4/' programmes/disinfection.ini
    step 78 config check
    sed -i 's/^every = 30 days/every = 1 hour/; s/^litres = 0.1$/litres = 0/' programmes/disinfection.ini
    step 78 config check
    as_expected settings
}
