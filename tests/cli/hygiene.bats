#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Hygiene packs: by the size of the household, with additions for some members, and soap held against the standard.

load common

@test "what packs hold is held against the standard" {
    enable hygiene
    step 0 hygiene contents
    step 0 hygiene contents --pack medium --output csv
    step 65 hygiene contents --pack huge
    sed -i 's/bathing-soap 10, laundry-soap 4/bathing-soap 9, laundry-soap 3/' programmes/hygiene.ini
    step 0 hygiene contents --pack medium --output csv
    as_expected contents
}

@test "a pack in each window, worth what it and its additions cost" {
    enable hygiene
    register
    cat >more.csv <<'CSV'
household,relation,national_id,given_name,family_name,birth_date,sex,mobile,area,school_grade
H3,head,,زهرا,کریمی,1372/01/01,f,,150301,
H3,child,,امیر,کریمی,1398/01/01,m,,150301,
H3,child,,سارا,کریمی,,f,,150301,
CSV
    almoner -q person import more.csv
    step 0 entitlement show hygiene --household H1
    step 0 delivery record hygiene --household H1 --body hamdeli --date 1399/08/01
    step 1 delivery record hygiene --household H1 --body yari --date 1399/08/30
    step 0 delivery record hygiene --household H1 --body yari --date 1399/09/01
    step 0 delivery record hygiene --household H2 --body yari
    step 0 delivery record hygiene --household H3 --body yari --date 1399/09/10
    step 0 delivery list --output csv
    step 0 report hygiene packs
    step 0 report hygiene areas
    step 0 report hygiene months --output csv
    step 0 report hygiene months --from 1399/09/01 --output csv
    almoner -q delivery reverse "$(last_id)" --reason 'wrong door'
    step 0 report hygiene packs --output csv
    step 0 audit verify
    as_expected deliver
}

@test "packs and additions with an item are taken out of stock" {
    enable hygiene
    sed -i -e 's/^; depots =/depots = W1, W2/' -e 's/^members_up_to = 2/&\nitem = pack-s/' -e 's/^members_up_to = 4/&\nitem = pack-m/' \
        -e 's/^age_from = 12 years/&\nitem = pads/' -e '/^\[pack/,/^\[add/s/^cost = .*//' programmes/hygiene.ini
    register
    printf 'code,name,name_fa,unit\npack-s,Small pack,,pack\npack-m,Medium pack,,pack\npads,Pads,,packet\n' >items.csv
    printf 'code,name,kind\nW1,One,warehouse\nW2,Two,warehouse\n' >depots.csv
    printf 'item,depot,quantity,price,date\npack-s,W1,1,1000000,1399/01/01\npack-m,W2,1,2000000,1399/01/01\npads,W1,2,300000,1399/01/01\npads,W2,1,300000,1399/01/01\n' >stock.csv
    step 65 delivery record hygiene --household H1 --body hamdeli
    almoner -q stock item import items.csv
    almoner -q stock depot import depots.csv
    almoner -q stock import stock.csv
    step 0 delivery record hygiene --household H1 --body hamdeli
    step 1 delivery record hygiene --household H2 --body hamdeli --date 1398/12/01
    step 0 delivery record hygiene --household H2 --body hamdeli
    step 0 delivery list --output csv
    step 0 stock list --output csv
    almoner -q delivery reverse "$(last_id)" --reason 'wrong door'
    step 0 stock list --output csv
    step 0 audit verify
    as_expected stock
}

@test "what settings may get wrong" {
    enable hygiene
    sed -i -e 's/bathing-soap 10/bathing-sope 10/; s/^members_up_to = 4/members_up_to = 2/; s/^age_to = 2 years/&\nage_from = 3 years/' \
        -e 's/^grams = 200/grams = 0/; s/shampoo 1/shampoo/; s/nappies 60/nappies 60, nappies 1/' programmes/hygiene.ini
    step 78 config check
    enable hygiene
    sed -i 's/^members_up_to = 4/&\nitem = pack-m/' programmes/hygiene.ini
    step 78 config check
    as_expected settings
}
