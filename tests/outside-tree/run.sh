#!/bin/sh
# SPDX-License-Identifier: MIT
# A developer outside this tree, who has the installed package and nothing else: from `plugin new` to a delivery and a report, in C
# and in C++, and with pkg-config alone.  What is installed is moved to another place first: nothing may remember where it was.
#   run.sh BUILD-DIR
set -eu
build=$1
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/almoner-outside.XXXXXX")
trap 'rm -rf "$work"' EXIT
umask 022
export LC_ALL=C.UTF-8

fail()
{
    echo "outside-tree: $*" >&2
    exit 1
}
# quiet COMMAND: its output only if it fails.
quiet()
{
    "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "failed: $*"; }
}

# typed COMMAND: the same, counted as typed: its characters and Enter.
typed()
{
    lines=$((lines + 1)) keys=$((keys + $(printf '%s\n' "$*" | wc -m)))
    quiet "$@"
}

quiet env DESTDIR="$work/root" cmake --install "$build"
if cmake --install "$build" --prefix "$work/half" >"$work/log" 2>&1 || [ -e "$work/half" ]; then
    fail "one half of almoner can be installed elsewhere than the other"
fi
program=$(find "$work/root" -name almoner -path '*/bin/*')
prefix=${program%/bin/almoner}
PATH=$prefix/bin:$PATH
export CMAKE_PREFIX_PATH="$prefix"
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name almoner-plugin.pc)")
export PKG_CONFIG_PATH
plugindir=$(pkg-config --variable=plugindir almoner-plugin)
confdir=$(pkg-config --variable=confdir almoner-plugin)
[ -f "$plugindir/store-sqlite.so" ] || fail "plugindir of almoner-plugin.pc: $plugindir"
[ "almoner $(pkg-config --modversion almoner-plugin) (plug-in interface $(pkg-config --variable=abi almoner-plugin))" = "$(almoner version)" ] ||
    fail "almoner-plugin.pc is of another version than almoner"
if grep -rIl -e "$source_dir" -e "$build" "$work/root" | grep .; then
    fail "these remember the tree that they come from"
fi

# The installation is the developer's own: what it has to be told is where it stands now.
sed -i "s|^; plugindir = .*|plugindir = $plugindir|; s|/var/lib/almoner|$work/state|" "$confdir/almoner.ini"
rm "$confdir/programmes/"*.ini
export ALMONER_CONFIG="$confdir/almoner.ini"
# What an administrator wrote outlives the next installation, and what was taken away comes back.
cp "$confdir/almoner.ini" "$work/mine.ini"
quiet env DESTDIR="$work/root" cmake --install "$build"
cmp "$work/mine.ini" "$confdir/almoner.ini" || fail "cmake --install wrote over almoner.ini"
[ -f "$confdir/programmes/parcels.ini" ] || fail "no sample of parcels.ini"
rm "$confdir/programmes/"*.ini

# whom RECIPIENT: register one such, and print the option that names them.
whom()
{
    case $1 in
    household) echo "--household H1" ;;
    person) echo "--person 0012345679" ;;
    place) echo "--place P1" ;;
    esac
}

# try NAME RECIPIENT [OPTION ...]: what a developer types, from nothing to the first delivery.
try()
{
    name=$1 recipient=$2
    shift 2
    cd "$work"
    lines=0 keys=0 begin=$(date +%s%N)
    typed almoner plugin new "$name" "$@"
    typed cd "$name"
    typed cmake -B build
    typed cmake --build build
    typed ctest --test-dir build
    typed cmake --install build
    typed almoner programme enable "$name"
    typed almoner init
    # shellcheck disable=SC2046
    typed almoner delivery record "$name" $(whom "$recipient") --body B
    took=$((($(date +%s%N) - begin) / 10000000))
    echo "$name ($recipient): from plugin new to the first delivery in $((took / 100)).$(printf %02d $((took % 100))) s, $keys keystrokes in $lines lines"
    quiet almoner "$name" target A 10
    got=$(almoner report "$name" targets --output csv)
    want="area,name,target,given
A,A,10,1"
    [ "$got" = "$want" ] || fail "$name: the report says: $got"
    almoner report --programme "$name" --output csv | grep -q "$name" || fail "$name is not in the common report"

    # What an administrator wrote is never written over by the next installation.
    echo "; mine" >>"$confdir/programmes/$name.ini"
    quiet cmake --install build
    grep -q "^; mine$" "$confdir/programmes/$name.ini" || fail "cmake --install wrote over $name.ini"
}

quiet almoner init
quiet almoner area add A --kind county --name A
quiet almoner body add B --name B
quiet almoner person add --household H1 --area A --national_id 0012345679 --relation head
quiet almoner place add P1 --area A --kind clinic --name P1
export CMAKE_GENERATOR=Ninja CFLAGS=-Werror CXXFLAGS=-Werror
try blankets household
[ "$keys" -lt 300 ] || fail "the first delivery takes $keys keystrokes"
try school-bags person --recipient person
try filters place --recipient place
try blankets-cpp household --language c++
try school-bags-cpp person --recipient person --language c++
try filters-cpp place --recipient place --language c++
quiet almoner audit verify

# Without CMake, and the README's own listing: it is what it says, and under a hundred lines.
awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' "$source_dir/core/sdk/README.md" >"$work/soap.c"
lines=$(grep -cv '^ *\(/\*.*\*/\)* *$' "$work/soap.c")
[ "$lines" -lt 100 ] || fail "the example in the README has $lines lines of code"
cd "$work"
# shellcheck disable=SC2046
quiet cc -Wall -Wextra -Werror $(pkg-config --cflags almoner-plugin) -o soap.so soap.c $(pkg-config --libs almoner-plugin)
quiet almoner plugin conform soap.so
install -m 644 soap.so "$plugindir"
almoner config sample soap >"$confdir/programmes/soap.ini"
quiet almoner programme enable soap
quiet almoner init
quiet almoner delivery record soap --household H1 --body B
echo "soap: $lines lines of code in the README, built with pkg-config, conforms and is given"
