#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Who is who at the desk: roles in almoner.ini, and what they open and close.

load common

# roles LINE...: the sections, at the end of almoner.ini.
roles()
{
    printf '\n' >>almoner.ini
    printf '%s\n' "$@" >>almoner.ini
}

# as USER: who is at work from now on.
as()
{
    export ALMONER_TEST_USER=$1
    printf '# %s\n' "$1" >>transcript
}

@test "without roles everything is open, and that is told" {
    store
    as clerk
    step 0 roles
    step 0 config check
    almoner roles --commands --output csv | grep -c ',no,' >closed || true
    [ "$(cat closed)" = 0 ]
    as_expected none
}

@test "who has which role" {
    register
    roles '[roles]' 'secretary = ali, zahra' 'auditor = reza' '[body hamdeli]' 'staff = mina, zahra'
    as ali
    step 0 roles
    step 0 config check
    as zahra
    step 0 roles --output csv
    as reza
    step 0 roles --output csv
    as clerk
    step 0 roles --output json
    as_expected who
}

@test "an auditor reads all and writes nothing" {
    register
    roles '[roles]' 'auditor = reza'
    almoner -q delivery record parcels --household H1 --body hamdeli --key D1
    as reza
    step 0 delivery list --output csv
    step 0 audit verify
    step 77 delivery record parcels --household H2 --body hamdeli
    step 77 stage add S2 --name زمستان --starts 1399/10/01 --ends 1399/12/29
    step 77 programme disable parcels
    step 77 store restore backup.db --yes
    step 77 meals kitchen add K1 --name K --area 1503
    as clerk
    step 0 delivery record parcels --household H2 --body hamdeli --key D2
    as_expected auditor
}

@test "the staff of a body records and sees only what that body gives" {
    register
    roles '[body hamdeli]' 'staff = mina' '[body Yari]' 'staff = sina'
    almoner -q delivery record stationery --person 3020672635 --body yari --key Y1
    as mina
    step 0 roles --output csv
    step 0 delivery record parcels --household H1 --key D1
    step 77 delivery record parcels --household H2 --body yari --key D2
    cat >deliveries.csv <<'CSV'
programme,household,body,date,key
parcels,H2,yari,1399/09/14,D3
parcels,H2,hamdeli,1399/09/14,D4
CSV
    step 65 delivery import deliveries.csv
    show cat deliveries.rejects.csv
    step 0 delivery list --output csv
    step 77 delivery list --body yari
    step 0 report --output csv
    step 0 area list --output csv
    step 77 person find 3020672635
    step 77 entitlement show parcels --household H1
    step 77 meals kitchen list
    step 77 report meals kitchens
    # Nor what goes over the whole store, personal data and all.
    step 77 store backup copy.db
    step 77 store copy --from store-sqlite --to store-sqlite:copy.db
    step 77 audit verify
    [ ! -e copy.db ]
    as sina
    step 0 delivery list --output csv
    step 65 delivery record parcels --household H2 --group G1 --key D5
    as clerk
    step 0 delivery list --output csv
    as_expected staff
}

@test "slips in the sections are told" {
    cp almoner.ini rest
    {
        printf '%s\n' '[roles]' 'secretary = ali,, zahra' 'secretery = ali' 'auditor = reza' 'monitor = mina' '[body]' 'staff = mina' \
            '[body hamdeli]' 'stuff = mina'
        cat rest
    } >almoner.ini
    step 78 config check
    { printf '%s\n' '[roles]' 'auditor = reza' 'monitor = reza'; cat rest; } >almoner.ini
    step 78 config check
    { printf '%s\n' '[roles]' 'auditor = reza' '[body hamdeli]' 'staff = reza'; cat rest; } >almoner.ini
    step 78 config check
    as_expected slips
}
