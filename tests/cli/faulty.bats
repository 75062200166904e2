#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Plug-ins with a fault each (tests/faulty-plugins): what is said, with which status, the data as they were before, and
# the programme `sound`, which has none, goes on.

load common
: "${FAULTY:?is the folder of the faulty plug-ins; run the tests by ctest}"

# An installation with a folder of plug-ins of its own: the stores and `sound`.
eval "common_$(declare -f setup)"
setup()
{
    common_setup
    rm programmes/*
    mkdir plugins
    cp "$PLUGINS"/store-*.so plugins/
    sed -i 's|^plugindir = .*|plugindir = plugins\npatience = 1 second|' almoner.ini
    install_faulty sound
}

# install_faulty NAMES: copy plug-ins and enable them.
install_faulty()
{
    local name
    for name; do
        cp "$FAULTY/$name.so" plugins/
        printf '[programme]\nenabled = yes\n' >"programmes/$name.ini"
    done
}

# installed NAMES: `plugin list` without the stores, which are other ones on another engine.
installed()
{
    step 0 plugin list --output csv
    sed -i '/^store-/d' transcript
}

# A body and two households, with `sound` given to one of them.
people()
{
    printf 'household,relation,given_name,family_name\nH1,head,a,b\nH2,head,c,d\n' >people.csv
    almoner -q body add hamdeli --name hamdeli
    almoner -q person import people.csv
    serve_sound
}

serve_sound()
{
    almoner -q delivery record sound --household H1 --body hamdeli >/dev/null
}

ready()
{
    install_faulty "$@"
    almoner -q init --test || true
    people
}

# harmless STATUS WORDS: a step that changes nothing in the store.
harmless()
{
    store_dump >before
    step "$@"
    store_dump >after
    same before after
}

# fault STATUS WORDS: the same, after which `sound` still can be given and counted.
fault()
{
    harmless "$@"
    serve_sound
    almoner delivery list --limit 0 --output csv | grep -q ',sound,'
    almoner status >/dev/null
}

@test "files that cannot be a plug-in" {
    install_faulty no-entry two-symbols wrong-major older-major short-size other-name unresolved
    echo 'not a program' >plugins/text.so
    : >plugins/empty.so
    head -c 5000 plugins/sound.so >plugins/half.so
    head -c 20 plugins/sound.so >plugins/start.so
    cp plugins/sound.so plugins/twin.so
    cp plugins/sound.so plugins/arm.so
    printf '\050\000' | dd of=plugins/arm.so bs=1 seek=18 conv=notrunc status=none
    ln -s sound.so plugins/link.so
    cp plugins/sound.so plugins/open.so
    chmod 646 plugins/open.so
    for name in text empty half start twin arm link open absent; do
        printf '[programme]\nenabled = yes\n' >"programmes/$name.ini"
    done
    step 69 init --test
    people
    for name in no-entry two-symbols wrong-major older-major short-size other-name unresolved \
        text empty half start twin arm link open absent; do
        fault 69 "$name" count
    done
    installed
    almoner -q audit verify
    as_expected files
}

@test "a folder of plug-ins that everybody may write" {
    ready
    chmod o+w plugins
    harmless 69 sound count
    harmless 69 plugin show sound
    chmod o-w plugins
    chmod o+w .
    harmless 69 sound count
    chmod o-w .
    step 0 sound count
    serve_sound
    as_expected folder
}

@test "a constructor that crashes, hangs or leaves" {
    ready constructor-crash constructor-hang constructor-exit
    for name in constructor-crash constructor-hang constructor-exit; do
        fault 70 "$name" count
        fault 69 plugin show "$name"
    done
    fault 70 delivery record constructor-crash --household H1 --body hamdeli
    step 69 init --test
    step 78 config check
    step 0 programme disable constructor-hang
    step 69 programme enable constructor-hang
    installed
    almoner -q audit verify
    as_expected constructor
}

@test "start() that fails, crashes or hangs" {
    ready
    install_faulty start-fail start-crash start-hang
    fault 69 start-fail count
    fault 70 start-crash count
    fault 70 start-hang count
    fault 70 delivery record start-crash --household H1 --body hamdeli
    fault 0 plugin show start-crash
    rm programmes/start-crash.ini programmes/start-hang.ini
    step 69 init --test
    as_expected start
}

@test "a rule that crashes, loops or answers nonsense" {
    rules='rule-crash rule-loop rule-deep rule-negative rule-huge rule-value rule-reason'
    ready $rules
    for name in $rules; do
        fault 70 delivery record "$name" --household H1 --body hamdeli
        fault 70 entitlement show "$name" --household H1 --body hamdeli
    done
    {
        echo programme,household,body,date
        for i in $(seq 50); do echo sound,H2,hamdeli,1399/09/10; done
        echo rule-crash,H2,hamdeli,1399/09/10
    } >mixed.csv
    fault 70 delivery import mixed.csv
    step 0 programme disable rule-crash
    step 65 delivery import mixed.csv
    almoner -q audit verify
    as_expected rule
}

@test "settle() that writes what is not its own, or crashes" {
    ready settle-other settle-core settle-crash
    fault 70 delivery record settle-other --household H1 --body hamdeli
    fault 70 delivery record settle-crash --household H1 --body hamdeli
    # It was told that it may not, and went on: its delivery stands, and the line is whole.
    step 0 delivery record settle-core --household H1 --body hamdeli
    step 0 settle-core count
    step 0 settle-other count
    step 0 settle-crash count
    step 0 audit verify
    as_expected settle
}

@test "goods that are drawn or made by who may not" {
    ready settle-draws settle-makes settle-delivers rule-makes command-draws command-puts-back
    for name in settle-draws settle-makes settle-delivers rule-makes; do
        fault 70 delivery record "$name" --household H1 --body hamdeli
        step 0 "$name" count
    done
    fault 70 command-draws break
    step 0 command-draws count
    fault 65 command-puts-back break
    step 0 audit verify
    as_expected goods
}

@test "a delivery under a key whose delivery was taken back" {
    ready command-key
    step 0 command-key break
    step 0 command-key break
    almoner -q delivery reverse "$(last_id)" --reason x
    fault 1 command-key break
    step 0 audit verify
    as_expected key
}

@test "a command that crashes, loops, leaves or fails half-way" {
    commands='command-exit command-leave command-crash command-abort command-loop command-text'
    ready $commands command-half
    for name in $commands; do
        fault 70 "$name" break
        step 0 "$name" count
    done
    fault 65 command-half break
    step 0 command-half count
    step 0 audit verify
    as_expected command
}

@test "a command that meddles with transactions" {
    ready command-begin command-savepoint command-commit command-cursor command-reads command-bulk
    for name in command-begin command-savepoint command-reads command-bulk; do
        fault 70 "$name" break
        step 0 "$name" count
    done
    fault 65 command-commit break
    step 0 command-commit count
    # Rows that are left unread are no fault: the command's row is there.
    step 0 command-cursor break
    step 0 command-cursor count
    step 0 audit verify
    as_expected transaction
}

@test "a report and an import that crash" {
    ready report-crash import-crash
    fault 70 report report-crash ones
    printf 'id\n1\n2\n3\n' >list.csv
    fault 70 import-crash import list.csv
    step 0 import-crash count
    printf 'id\n1\n3\n' >list.csv
    step 0 import-crash import list.csv
    step 0 import-crash count
    as_expected report
}

@test "migrations: bad SQL, no SQL, another's table, changed, newer" {
    ready
    install_faulty migration-bad
    # What is wrong with it the engine says, each in its own words.
    store_dump >before
    almoner init 2>err && return 1
    grep 'programme migration-bad: migration migration-bad 1 (thing): ' err
    store_dump >after
    same before after
    fault 69 migration-bad count
    step 0 programme disable migration-bad
    install_faulty migration-core migration-none
    fault 70 init --test
    step 0 programme disable migration-none
    fault 70 init --test
    fault 69 migration-core count
    step 0 programme disable migration-core
    cp "$FAULTY/sound-changed.so" plugins/sound.so
    harmless 69 sound count
    harmless 69 delivery record sound --household H1 --body hamdeli
    harmless 69 init --test
    step 0 report --output csv
    cp "$FAULTY/sound-newer.so" plugins/sound.so
    harmless 69 sound count
    step 0 init --test
    step 0 sound count
    cp "$FAULTY/sound.so" plugins/sound.so
    harmless 69 sound count
    harmless 69 delivery record sound --household H1 --body hamdeli
    harmless 69 init --test
    step 0 report --output csv
    almoner -q audit verify
    as_expected migration
}

@test "a store that crashes" {
    cp "$FAULTY/store-crash.so" plugins/
    cp almoner.ini sound.ini
    ready
    printf '[almoner]\nplugindir = plugins\nstate = state\n[store]\nplugin = store-crash\n' >almoner.ini
    harmless 70 status
    harmless 70 init
    step 0 plugin show store-crash
    cp sound.ini almoner.ini
    step 0 sound count
    as_expected store
}

@test "what is missing is told apart" {
    ready
    harmless 64 sond count
    harmless 65 delivery record sond --household H1 --body hamdeli
    harmless 64 report sound onse
    harmless 64 report sound everything
    harmless 69 plugin show soumd
    printf '[programme]\nenabled = yes\nplugin = sound\n' >programmes/again.ini
    harmless 69 plugin show again
    rm programmes/again.ini
    printf '[programme]\nenabled = yes\n' >programmes/nowhere.ini
    harmless 69 nowhere count
    harmless 69 plugin show nowhere
    step 0 programme disable sound
    harmless 78 sound count
    harmless 78 delivery record sound --household H1 --body hamdeli
    printf '[programme]\nenabled = yes\nwidow = 3 days\n[sound]\ncolour = red\n' >programmes/sound.ini
    harmless 78 sound count
    printf '[programme]\nenabled = yes\n[sound]\ncolour = red\n' >programmes/sound.ini
    harmless 78 sound count
    cp "$FAULTY/wrong-major.so" plugins/
    printf '[programme]\nenabled = yes\nplugin = wrong-major\n' >programmes/major.ini
    harmless 69 major count
    printf '[programme]\nenabled = yes\nplugin = store-sqlite\n' >programmes/shop.ini
    harmless 78 shop count
    as_expected missing
}
