#!/bin/sh
# SPDX-License-Identifier: MIT
# All tests, from an empty clone: installs what they need, builds, and runs them through CTest, whose summary closes the output.
#   --quick  only this build's unit tests, command-line tests and the small demo: on SQLite, without sanitizers, clang, fuzzers, valgrind and benches
set -eu
usage="usage: sh tests/run.sh [--quick]"
quick=
for word in "$@"; do
    case $word in
    --quick) quick="-LE slow|postgres" ;;
    -h | --help) echo "$usage"; exit 0 ;;
    *) echo "$usage" >&2; exit 64 ;;
    esac
done
source_dir=$(cd "$(dirname "$0")/.." && pwd)
. "$source_dir/tests/packages.sh"
install_packages $build_packages $test_packages
build_in "$source_dir/build" ON ''
exec ctest --test-dir "$source_dir/build" --output-on-failure -j "$(nproc)" $quick
