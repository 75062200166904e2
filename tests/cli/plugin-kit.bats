#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The kit for authors of plug-ins: a folder to begin with, the checks, each with a plug-in that fails it, and the bench.

load common

almoner()
{
    "$ALMONER" "$@"
}

# build FILE.c FILE.so FLAGS
build()
{
    local from=$1 to=$2
    shift 2
    cc -Wall -Wno-unused -fPIC -shared -fvisibility=hidden -I"$source_dir/core/include" "$@" -o "$to" "$from"
}

# conform FLAG: what plugin conform finds wrong in kit.c built so, without the lines that are well.
conform()
{
    local got=0
    build "$BATS_TEST_DIRNAME/plugin-kit/kit.c" kit.so "$@"
    printf '$ almoner plugin conform kit.so --tap   # built with %s\n' "${*:-nothing}" >>transcript
    almoner plugin conform kit.so --tap >out 2>err || got=$?
    [ "$(grep -c '^not ok' out)" = "$(grep -c '^# -> .' out)" ] # each with its mend
    grep -A2 -e '^not ok' out | grep -v -e '^ok' -e '^--' | sed 's/(number [0-9]*)/(number N)/' >>transcript || true
    echo "exit $got" >>transcript
}

@test "plugin new writes a folder and touches nothing that is there" {
    step 0 plugin new blankets
    show sh -c 'find blankets -type f | LC_ALL=C sort'
    step 73 plugin new blankets
    step 64 plugin new blankets2 --recipient house
    step 65 plugin new Blankets
    step 65 plugin new person
    [ ! -e Blankets ] && [ ! -e person ] && [ ! -e blankets2 ]
    step 0 --dry-run plugin new quilts
    [ ! -e quilts ]
    as_expected new
}

@test "what plugin new writes, for each recipient and language" {
    mkdir c cpp
    for recipient in household person place; do
        (cd c && almoner -q plugin new "x-$recipient" --recipient "$recipient")
        (cd cpp && almoner -q plugin new "x-$recipient" --recipient "$recipient" --language c++)
    done
    [ -z "$(grep -rw example c cpp; grep -r TEMPLATE_ c cpp)" ]
    for file in */*/*.c; do
        name=$(basename "${file%%-tests.c}" .c)
        cmake -DOUT="$PWD/$name-schema.h" "-DSQL=$PWD/c/$name/schema/0001-targets.sql" -P "$source_dir/core/sdk/embed-schema.cmake"
        cc -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I. -I"$source_dir/core/include" "$file"
    done
    for file in */*/*.cpp; do
        for compiler in g++ clang++; do
            $compiler -std=c++17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I. -I"$source_dir/core/include" "$file"
        done
    done
}

@test "a plug-in that conforms" {
    build "$BATS_TEST_DIRNAME/plugin-kit/kit.c" kit.so
    step 0 plugin conform kit.so
    step 0 plugin conform kit.so --tap
    step 0 plugin conform kit.so --output csv
    step 0 plugin conform disinfectant --tap
    as_expected conforms
}

@test "each check fails on a plug-in that is bad in that" {
    if ldd "$ALMONER" | grep -q libasan; then skip "the sanitizer's allocator hides what is written and what is lost"; fi
    for fault in EXPORTS LOADS SAMPLE HELP FOREIGN MIGRATES RESTARTS GLOBAL CLOCK STATIC STATE CASE SYSTEM_CALL CRASH LOOP NEGATIVE NO_REASON \
        ORDER THREAD THREAD_LOCAL REPORT UNSETTLE CHUNKS LEAKS; do
        conform "-DBAD_$fault"
    done
    as_expected faults
}

@test "files that are no plug-in of this machine" {
    echo 'int x;' >none.c
    build none.c none.so
    step 1 plugin conform none.so --tap
    echo 'not a program' >noise.so
    step 1 plugin conform noise.so --tap
    head -c 3000 none.so >cut.so
    step 1 plugin conform cut.so --tap
    step 65 plugin conform none.c
    step 66 plugin conform nothing
    step 66 plugin conform nowhere.so
    step 1 plugin conform "$PLUGINS/store-sqlite.so" --tap
    build "$BATS_TEST_DIRNAME/plugin-kit/kit.c" kit.so
    step 64 plugin conform kit.so --store mysql://nowhere
    # A password on the command line is for all to see, and is not written to a file either.
    mkdir tmp
    for address in postgresql://almoner:top-secret@nowhere/x 'postgres://almoner@nowhere/x?sslmode=require&password=top-secret' \
        'postgresql:///x?p%61ssword=top-secret' mysql://almoner:top-secret@nowhere; do
        TMPDIR=$PWD/tmp step 64 plugin conform kit.so --store "$address"
        [ -z "$(grep -r top-secret tmp out err)" ]
    done
    as_expected no-plugin
}

@test "the bench: tests that hold, that fail, that are wrong, that crash" {
    build "$BATS_TEST_DIRNAME/plugin-kit/kit.c" kit.so
    build "$BATS_TEST_DIRNAME/plugin-kit/kit-tests.c" kit-tests.so
    step 1 plugin test kit.so kit-tests.so
    step 69 plugin test kit.so kit.so
    step 69 plugin test kit.so nowhere.so
    as_expected bench
}
