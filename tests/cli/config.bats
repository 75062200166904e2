#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Settings: what an INI file may get wrong is told with its line, and an edit touches nothing else.

load common

# A programme of one file, in the place of those that are shipped.
only()
{
    rm programmes/*.ini
    cat >"programmes/$1.ini"
}

# These need no clock, and may not have one before there is a store.
almoner()
{
    "$ALMONER" "$@"
}

# Each of the settings that are shipped, by its file's name, and the plug-in that it names.
shipped()
{
    (cd "$source_dir/conf/programmes" && ls -- *.ini) | sed 's/\.ini$//'
}

plugin_of()
{
    sed -n 's/^plugin = //p' "$source_dir/conf/programmes/$1.ini" | grep . || echo "$1"
}

nobody()
{
    echo '[roles] names nobody: every command is open to whoever can read and write the store'
}

@test "the shipped settings pass" {
    cp "$source_dir/conf/programmes/"*.ini programmes/
    almoner config check >out 2>err
    { printf 'almoner.ini and %d programmes: no problem found\n' "$(shipped | wc -l)"; nobody; } >want
    same /dev/null out
    same want err
}

@test "each of them passes enabled, by itself" {
    for name in $(shipped); do
        rm -f programmes/*
        enable "$name"
        almoner config check 2>err
        { printf 'almoner.ini and 1 programme: no problem found\n'; nobody; } >want
        same want err
    done
}

@test "a file that is not there, a folder, a broken almoner.ini" {
    step 78 --config nowhere.ini config check
    step 78 --config programmes config check
    printf 'office = 1\n[almoner]\nplugindir = %s\nplugindirs = x\noffice = 1024\n[stores]\nplugin = x\n[store-sqlite]\ncash = 1\n' \
        "$PLUGINS" >broken.ini
    step 78 --config broken.ini config check
    sed -i 's/^office.*//; s/plugindirs = x/currency = rial/' broken.ini
    step 78 --config broken.ini config check
    as_expected no-file
}

@test "files that are too large, or that this user may not read" {
    almoner() { bound "$ALMONER" --now "$now" "$@"; }
    { cat almoner.ini; yes '; a note' | head -n 40000; } >large.ini
    cp almoner.ini closed.ini
    touch out err transcript
    step 78 --config large.ini config check
    chmod 0 closed.ini
    step 78 --config closed.ini config check
    cat programmes/meals.ini large.ini >programmes/dates.ini
    mkdir programmes/folder.ini
    cp programmes/meals.ini programmes/iftar.ini
    chmod 0 programmes/iftar.ini
    step 78 config check
    step 78 programme disable dates
    step 78 programme disable iftar
    chmod 0 programmes
    step 78 config check
    chmod 755 programmes
    sed -i 's/^state/programmes = nowhere\n&/' almoner.ini
    step 78 config check
    as_expected not-read
}

@test "all that inih would misread is told" {
    only parcels <<'INI'
[programme]
enabled = yes
title = Parcels ; of food
  window = 30 days
[parcels
days = 30
[parcels] tail
fat_share 17
days: 30
= 3
Days = 30
[programme]
enabled = no
[]
[ parcels ]
INI
    printf '[size  small]\nmembers_up_to = 2\n' >>programmes/parcels.ini
    printf '; %0200d\n' 0 >>programmes/parcels.ini
    printf '\tx = 1\n' >>programmes/parcels.ini
    printf 'a\rb = 1\n' >>programmes/parcels.ini
    printf 'nul = a\0b\n' >>programmes/parcels.ini
    printf 'latin = caf\351\n' >>programmes/parcels.ini
    printf 'bell = \007\n' >>programmes/parcels.ini
    step 78 config check
    as_expected pitfalls
}

@test "a long comment cannot inject a key" {
    only meals <<<'[programme]'
    printf ';%0199dwindow = 1 days\nenabled = no\n' 0 >>programmes/meals.ini
    step 78 config check
    step 78 programme enable meals
    sed -i 's/000*/ /' programmes/meals.ini
    step 0 config show meals --output csv
    as_expected long-comment
}

@test "keys before a section, a file with a BOM and CRLF" {
    only meals <<<$'enabled = yes\n[programme]'
    step 78 config check
    printf '\357\273\277[programme]\r\nenabled = yes\r\n' >programmes/meals.ini
    step 0 config check
    step 0 programme list --output csv
    as_expected before
}

@test "unknown, doubled and wrong keys, each with a suggestion" {
    only parcels <<'INI'
[programme]
enabeld = yes
enabled = maybe
on_double = refuze
window = 30 dayz
window = 30 days
exclude = parcels, meal
from = 1399/12/31
unit_cost = -5
sectors = x

[parcels]
days = 0
ration = 1

[item rice]
kcal = many

[items lentils]
kcal = 3

[size]
members_up_to = 2
INI
    cp "$source_dir/conf/programmes/meals.ini" programmes/
    step 78 config check
    as_expected suggestions
}

@test "rules across keys are checked too" {
    sed -i 's/rice 15000/rye 15000/; s/^members_up_to = 4/members_up_to = 2/' programmes/parcels.ini
    step 78 config check
    as_expected across
}

@test "a programme whose plug-in is not there, and one with a name that cannot be" {
    printf '[programme]\nenabled = yes\nplugin = parcel\n' >programmes/food.ini
    printf '[programme]\nenabled = yes\nplugin = ../parcels\n' >programmes/path.ini
    printf '[programme]\n' >programmes/Food.ini
    step 78 config check
    as_expected no-plugin
}

@test "two files may name one plug-in" {
    sed 's/^enabled = yes/&\nplugin = meals/; s/^title = .*/title = Iftar/' programmes/meals.ini >programmes/iftar.ini
    step 0 config check
    step 0 programme list --output csv
    as_expected two
}

@test "disable and enable keep every other byte" {
    printf '; first\r\n\r\n[programme]\r\nenabled   =   yes  \r\n# last\r\n' >programmes/meals.ini
    sed 1,5d "$source_dir/conf/programmes/meals.ini" | sed '/^enabled/d; /^\[programme\]/d' >>programmes/meals.ini
    cp programmes/meals.ini before
    step 0 programme disable meals
    sed 's/yes  /no  /' before >want
    same want programmes/meals.ini
    step 0 programme disable meals
    step 0 --dry-run programme enable meals
    same want programmes/meals.ini
    step 0 programme enable meals
    same before programmes/meals.ini
    step 0 programme enable meals
    step 65 programme enable meal
    as_expected enable
}

@test "the key enabled is added where it stood by default" {
    sed -i '/^enabled/d' programmes/stationery.ini
    step 0 programme enable stationery
    show cat programmes/stationery.ini
    as_expected enable-added
}

@test "a programme with a bad setting is not enabled" {
    sed -i 's/^enabled = yes/enabled = no/; s/^hot_hold = .*/hot_hold = soon/' programmes/meals.ini
    cp programmes/meals.ini before
    step 78 programme enable meals
    same before programmes/meals.ini
    as_expected enable-bad
}

@test "every value with its origin" {
    step 0 config show --origin --output csv
    step 0 config show meals --origin
    step 0 config show stationery --output csv
    step 65 config show meels
    as_expected origin
}

@test "a sample of each programme passes the check" {
    for name in $(shipped); do
        [ "$(plugin_of "$name")" = "$name" ] || continue
        almoner config sample "$name" >sample
        rm -f programmes/*.ini
        cp sample "programmes/$name.ini"
        almoner config check
    done
    step 0 config sample store-sqlite
    step 0 config sample meals
    step 69 config sample meels
    as_expected sample
}

@test "plug-ins are listed, sound or not" {
    mkdir plugins
    cp "$PLUGINS/meals.so" "$PLUGINS/store-sqlite.so" plugins/
    echo 'not a program' >plugins/noise.so
    ln -s meals.so plugins/link.so
    cp "$PLUGINS/meals.so" plugins/open.so
    chmod 646 plugins/open.so
    sed -i "s|^plugindir = .*|plugindir = plugins|" almoner.ini
    step 0 plugin list --output csv
    step 0 plugin show meals --output csv
    step 69 plugin show noise
    chmod g+w plugins
    step 78 config check
    as_expected plugins
}

@test "a fault in one programme's file does not stop the others" {
    store
    sed -i 's/^window = /widow = /' programmes/parcels.ini
    step 78 parcels contents
    step 0 stationery kits --output csv
    step 0 report --output csv
    step 78 init
    as_expected one-file
}

# Keys of an INI text as "SECTION KEY = VALUE", those of comments too (";" before KEY), sorted.
keys_of()
{
    sed -nE '/^\[/h; /^(; )?[a-z_]+ =( |$)/{ G; s/^(; )?(.*)\n\[([^ ]*).*\]$/\3 \1\2/; s/; /;/; s/ +$//; p }' "$1" | sort
}

@test "what is shipped says of every key what config sample says" {
    keys_of "$source_dir/conf/almoner.ini" >shipped
    almoner config sample >sample.ini
    keys_of sample.ini >sample
    # almoner.ini has every key; one that stands as a comment shows the default. The path of plug-ins is that of a build.
    tr -d ';' <shipped | cut -d= -f1 | sort >shipped-keys
    tr -d ';' <sample | cut -d= -f1 | sort >sample-keys
    same sample-keys shipped-keys
    sed -n 's/;//p' shipped | grep -v ' plugindir =' >said
    [ "$(wc -l <said)" -gt 8 ]
    tr -d ';' <sample | sort | comm -23 <(sort said) - >wrong
    same /dev/null wrong
    # A programme's file says that its plug-in's own keys show their defaults.
    for name in $(shipped); do
        [ "$(plugin_of "$name")" = "$name" ] || continue # a second programme of a plug-in has values of its own
        grep -q '^; .*the plug-in.s own keys show their defaults' "$source_dir/conf/programmes/$name.ini"
        keys_of "$source_dir/conf/programmes/$name.ini" | grep "^$name " >said
        almoner config sample "$name" >sample.ini
        keys_of sample.ini | grep "^$name " >sample
        same sample said
    done
}

@test "what is no ordinary file in the programmes' folder does not hang" {
    mkfifo programmes/pipe.ini
    step 78 config check
    as_expected pipe
}
