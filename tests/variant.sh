#!/bin/sh
# SPDX-License-Identifier: MIT
# variant.sh sanitize|clang DIR: build the tree another way in DIR, and run its tests there.  One job at a time: ctest runs several of these.
#   sanitize  gcc with the address and undefined-behaviour sanitizers: unit and command-line tests; on PostgreSQL the former, which
#             go through all of its driver
#   clang     every warning an error; the fuzzers, a few seconds each
set -eu
source_dir=$(cd "$(dirname "$0")/.." && pwd)
. "$source_dir/tests/packages.sh"
dir=$2
export CMAKE_BUILD_PARALLEL_LEVEL=1
case $1 in
sanitize)
    build_in "$dir" ON '' -DALMONER_SANITIZE=ON
    ctest --test-dir "$dir" --output-on-failure -LE 'slow|postgres'
    ctest --test-dir "$dir" --output-on-failure -L postgres -L unit
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
