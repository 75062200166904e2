#!/bin/sh
# SPDX-License-Identifier: MIT
# variant.sh WHAT DIR: the tree built another way in DIR, and the tests there.  One job at a time: ctest runs several of these.
#   sanitize       build it with gcc and the address and undefined-behaviour sanitizers; then, in any order and at once,
#   sanitize-rest  the unit tests, conform and demo; on PostgreSQL the unit tests of the store, which go through all of its driver
#   sanitize-a-e   the command-line tests of these letters, and so on: but for the manual's, which compare texts
#   clang          build it with every warning an error; the fuzzers, a few seconds each
set -eu
source_dir=$(cd "$(dirname "$0")/.." && pwd)
. "$source_dir/tests/packages.sh"
dir=$2
export CMAKE_BUILD_PARALLEL_LEVEL=1
case $1 in
sanitize)
    build_in "$dir" ON '' -DALMONER_SANITIZE=ON
    ;;
sanitize-rest)
    ctest --test-dir "$dir" --output-on-failure -LE 'slow|postgres' -E '^cli-'
    ctest --test-dir "$dir" --output-on-failure -L postgres -L unit -R unit-store
    ;;
sanitize-*)
    ctest --test-dir "$dir" --output-on-failure -LE postgres -R "^cli-[${1#sanitize-}]" -E manual
    ;;
clang)
    CC=clang build_in "$dir" ON '' -DALMONER_FUZZ=ON -DALMONER_WERROR=ON
    ctest --test-dir "$dir" --output-on-failure -L fuzz
    ;;
*)
    echo "variant.sh: no such variant: $1" >&2
    exit 64
    ;;
esac
