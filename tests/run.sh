#!/bin/sh
# SPDX-License-Identifier: MIT
# All tests, from an empty clone: installs what they need, builds, and runs them through CTest, whose summary closes the output.
#   --quick  only this build's unit tests, the quicker command-line tests and the small demo: on SQLite, without sanitizers, clang, fuzzers, valgrind and benches
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
# Scratch folders in memory, where there is enough of it and programs may run from there: commits wait for the disk.
free=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "${free:-0}" -gt 4000000 ] &&
    cp /bin/true "/dev/shm/almoner-runs.$$" && "/dev/shm/almoner-runs.$$" 2>/dev/null; then
    export TMPDIR=/dev/shm
fi
rm -f "/dev/shm/almoner-runs.$$"
# One job more than processors: some tests wait for what hangs.
exec ctest --test-dir "$source_dir/build" --output-on-failure -j "$(($(nproc) + 1))" $quick
