#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A new programme needs no code: the INI files that are shipped for a second programme of a plug-in.

load common

@test "baby-parcels.ini: parcels for households with a small child" {
    enable baby-parcels
    register
    cat >more.csv <<'CSV'
household,relation,national_id,given_name,family_name,birth_date,sex,mobile,area,school_grade
H3,head,,زهرا,کریمی,1372/01/01,f,,150301,
H3,child,,امیر,کریمی,1398/01/01,m,,150301,
CSV
    almoner -q person import more.csv
    step 0 config check
    step 0 baby-parcels contents
    step 1 delivery record baby-parcels --household H1 --body hamdeli
    step 0 delivery record baby-parcels --household H3 --body hamdeli
    step 1 delivery record baby-parcels --household H3 --body yari
    step 0 delivery record parcels --household H3 --body yari
    step 0 report --output csv
    step 0 report baby-parcels sizes --output csv
    step 0 audit verify
    as_expected baby-parcels
}

@test "iftar.ini: meals in the month of fasting, beside those of every day" {
    enable iftar
    now=2021-04-13T12:00
    register
    step 0 config check
    step 0 iftar kitchen add K1 --name 'Imam Ali mosque'
    now=2021-04-20T19:50
    step 0 iftar cook K1 --portions 10 --cost 3000000
    step 65 iftar cook K1 --portions 10 --slot lunch
    step 65 delivery record iftar --household H1 --body hamdeli --date 1400/01/24
    step 0 delivery record iftar --household H1 --body hamdeli
    step 1 delivery record iftar --household H1 --body yari
    step 1 delivery record meals --household H1 --body yari
    step 0 iftar batch list --output csv
    step 0 report --output csv
    step 0 audit verify
    as_expected iftar
}
