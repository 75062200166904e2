#!/bin/sh
# SPDX-License-Identifier: MIT
# pages.sh ALMONER PLUGINS OUT [PLUGIN ...]: have the program that was just built write its manual pages and completion scripts, for the
# plug-ins that were built with it.  CMake installs what is in OUT.
set -eu
umask 022 # the program loads no plug-in from a folder that others may write to

almoner=$1 plugins=$2 out=$3
shift 3
rm -rf "$out"
mkdir -p "$out/plugins" "$out/man1" "$out/man5" "$out/man7"
# Copies: the build's own folder may be writable by a group.
for plugin in "$@"; do
    cp "$plugins/$plugin.so" "$out/plugins/"
done
printf '[almoner]\nplugindir = %s/plugins\n' "$out" >"$out/almoner.ini"
export ALMONER_CONFIG="$out/almoner.ini" LC_ALL=C.UTF-8

"$almoner" manual almoner >"$out/man1/almoner.1"
"$almoner" manual almoner.ini >"$out/man5/almoner.ini.5"
"$almoner" manual almoner-plugin >"$out/man7/almoner-plugin.7"
for plugin in "$@"; do
    "$almoner" manual "$plugin" >"$out/page"
    section=$(sed -n 's/^\.TH "[^"]*" \([0-9]\) .*/\1/p' "$out/page")
    mv "$out/page" "$out/man$section/almoner-$plugin.$section"
done
gzip -9n "$out"/man?/*
for shell in bash zsh fish; do
    "$almoner" completion "$shell" >"$out/$shell"
done
rm -r "$out/plugins" "$out/almoner.ini"
