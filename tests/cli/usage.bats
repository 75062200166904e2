#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Words that almoner does not know, and help for all that it does.

load common

almoner()
{
    "$ALMONER" "$@"
}

# The nouns, or verbs, that a help lists under a heading.
listed()
{
    sed -n "/^$1:/,/^\$/{s/^  \([a-z][a-z ]*[a-z]\)  .*/\1/p}"
}

@test "no words, version, help" {
    step 64
    step 0 --help
    step 0 -h
    step 0 version
    as_expected help
}

@test "version opens no file" {
    export ALMONER_CONFIG=/nowhere
    [ "$(almoner version)" = "almoner 0.1.0 (plug-in interface 1.1)" ]
    almoner --help >/dev/null
    almoner delivery record --help >/dev/null
}

@test "help of every noun and verb, the programmes' too" {
    almoner --help | listed nouns >nouns
    [ "$(wc -l <nouns)" -ge 18 ]
    printf 'meals\nparcels\nstationery\n' >>nouns
    while read -r noun; do
        step 0 "$noun" --help
        almoner "$noun" --help | listed verbs >verbs
        while read -r verb; do
            # shellcheck disable=SC2086
            step 0 $noun $verb --help
        done <verbs
    done <nouns
    step 0 report meals kitchens --help
    as_expected help-of-all
}

@test "unknown words get a suggestion" {
    step 64 persn find
    step 64 xyzzy
    step 64 meal cook
    step 64 person fnid
    step 64 person
    step 64 person xyzzy
    step 64 delivery held
    step 64 delivery held acept 1
    step 64 meals kichen list
    step 64 meals
    step 64 report meals kitchen
    as_expected unknown-words
}

@test "unknown options get a suggestion" {
    step 64 person find ali --limt 3
    step 64 person find ali --xyzzy
    step 64 person find ali -x
    step 64 version --verbos
    step 64 init --tests
    step 64 --ouput csv status
    step 64 -x
    step 64 --
    as_expected unknown-options
}

@test "missing, doubled and wrong arguments" {
    store
    step 64 person find
    step 64 person list
    step 64 person find ali reza
    step 64 person find ali --limit
    step 64 person find ali --limit many
    step 64 person find ali --limit 3 --limit 4
    step 64 init --test=yes
    step 64 status --output xml
    step 64 status --output
    step 64 report --from 1399/12/31
    step 64 report --from 1399/07/01 --to 1399/06/31
    step 64 report --by people
    step 64 delivery record
    step 64 delivery show abc
    step 64 meals cook K1
    # Bytes that one store would take and another would not.
    step 64 body add hamdeli --name $'\xd8'
    step 64 body add $'\xff' --name x
    as_expected arguments
}

@test "help is shown even where arguments are missing" {
    step 0 person find --help
    step 0 -h meals cook
    as_expected help-first
}

@test "the clock is fixed in test stores only" {
    almoner -q init
    step 64 --now 2020-12-05T09:00 status
    step 64 --now yesterday status
    step 64 init --test
    as_expected clock
}

@test "a full disk is told when it is standard output" {
    store
    for words in --help version status 'config sample meals' 'report --output csv'; do
        got=0
        # shellcheck disable=SC2086
        almoner $words >/dev/full 2>err || got=$?
        printf '$ almoner %s >/dev/full\nexit %s\n' "$words" "$got" >>transcript
        sed 's/^/! /' err >>transcript
    done
    as_expected full-disk
}

@test "quiet and verbose" {
    step 0 init --test
    step 0 -q init
    step 0 init
    step 0 --now 2020-12-05T09:00 -v init
    as_expected quiet
}
