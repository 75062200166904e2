#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Manual pages and completion say what --help says: all come from one table.

load common

pages='almoner almoner.ini almoner-plugin meals parcels stationery hygiene giftcards appliances dowries store-sqlite store-postgres'

almoner()
{
    "$ALMONER" "$@"
}

# The nouns, or verbs, that a help lists under a heading.
listed()
{
    sed -n "/^$1:/,/^\$/{s/^  \([a-z][a-z ]*[a-z]\)  .*/\1/p}"
}

# words_of NOUN: its commands, each as one would type it.
commands_of()
{
    almoner "$1" --help >of
    if ! grep -q "^usage: almoner $1 VERB" of; then
        echo "$1"
    fi
    if grep -q '^verbs:' of; then
        listed verbs <of | sed "s/^/$1 /"
    fi
}

# The help of a command in one line: usage, summary, options, examples.
help_line()
{
    almoner "$@" --help | awk '
        NR == 1 { sub(/^[^:]*: /, ""); summary = $0; next }
        /^usage: / { sub(/^usage: /, ""); print; print summary; next }
        /^verbs:$/ { others = 1 }
        /^$/ { others = 0 }
        others || /^examples:$/ || /^`/ { next }
        { print }' | tr -d '`' | tr -s ' \n' ' '
}

# rendered PAGE: as a reader sees it, in lines that are never broken.
rendered()
{
    almoner manual "$1" | groff -man -Tutf8 -ww -rLL=2000n -P-c -P-b -P-u -P-o 2>render-errors
}

# The commands of a rendered page: each in one line.
page_lines()
{
    awk '
        /^[A-Z]/ { within = $0 ~ /^(COMMANDS|REPORTS)$/; if (line != "") print line; line = ""; next }
        !within || /^   [^ ]/ { if (line != "") print line; line = ""; next }
        /^       almoner / { if (line != "") print line; line = $0; next }
        line != "" { line = line " " $0 }
        END { if (line != "") print line }' | tr -s ' ' | sed 's/^ //; s/ $//'
}

@test "the manual of almoner holds all commands, options and examples of --help" {
    almoner --help | listed nouns >nouns
    [ "$(wc -l <nouns)" -ge 21 ]
    while read -r noun; do
        commands_of "$noun"
    done <nouns >commands
    [ "$(wc -l <commands)" -ge 60 ]
    while read -r command; do
        # shellcheck disable=SC2086
        help_line $command
        echo
    done <commands | sed 's/^ //; s/ $//' >want
    rendered almoner | page_lines >got
    same want got
    almoner --help | sed -n '/^options of every/,/^$/s/^  \(--[a-z-]*\).*/\1/p' >want
    rendered almoner | sed -n '/^OPTIONS OF EVERY/,/^COMMANDS/s/^       \(--[a-z-]*\).*/\1/p' >got
    [ "$(wc -l <want)" -ge 8 ]
    same want got
}

@test "the manual of a programme holds all its commands and reports" {
    for programme in meals parcels stationery; do
        {
            commands_of "$programme"
            almoner "$programme" --help | listed "reports (almoner report $programme NAME)" | sed "s/^/report $programme /"
        } >commands
        [ -s commands ]
        while read -r command; do
            # shellcheck disable=SC2086
            help_line $command
            echo
        done <commands | sed 's/^ //; s/ $//' >want
        # A report's columns follow what its help says.
        rendered "$programme" | page_lines >got
        while read -r line; do
            n=$((${n:-0} + 1))
            case $(sed -n "${n}p" got) in
            "$line") ;;
            "$line "*) case $line in 'almoner report '*) ;; *) echo "$line"; return 1 ;; esac ;;
            *) echo "$line"; sed -n "${n}p" got; return 1 ;;
            esac
        done <want
        [ "$(wc -l <got)" = "$(wc -l <want)" ]
        unset n
    done
}

@test "every setting stands in its manual" {
    for plugin in meals parcels stationery store-sqlite store-postgres; do
        almoner config sample "$plugin" | sed -n "/^\[$plugin\]/,\$s/^;\{0,1\} *\([a-z_0-9]*\) =.*/\1/p" | sort -u >keys
        [ -s keys ]
        rendered "$plugin" >page
        while read -r key; do
            grep -Eq "^       $key( |\$)" page || { echo "$plugin: no $key"; return 1; }
        done <keys
    done
    rendered almoner.ini >page
    for key in plugindir programmes state currency calendar digits office enabled window exclude bodies on_double; do
        grep -Eq "^       $key( |\$)" page || { echo "no $key"; return 1; }
    done
}

@test "groff and mandoc find no fault in the pages" {
    for page in $pages; do
        rendered "$page" >page
        [ -s page ]
        [ ! -s render-errors ] || { echo "$page"; cat render-errors; return 1; }
        almoner manual "$page" | mandoc -T lint -W warning >faults || { echo "$page"; cat faults; return 1; }
    done
}

@test "a page of a programme is called as the programme, and unknown pages are told" {
    printf '[programme]\nenabled = yes\nplugin = meals\n[meals]\nslots = iftar\n' >programmes/iftar.ini
    almoner manual iftar | grep -q '^almoner\\-iftar'
    rendered iftar | grep -q '^       almoner iftar cook'
    step 69 manual nothing
    ALMONER_CONFIG=/nowhere.ini step 78 manual meals
    ALMONER_CONFIG=/nowhere.ini almoner manual >/dev/null
    as_expected manual
}

# ---- completion ----

@test "completion offers each command's options, as --help lists them" {
    almoner --help | listed nouns >nouns
    printf 'meals\nparcels\nstationery\n' >>nouns
    almoner completion words -- '' | cut -f 1 | grep -vx help | sort >got
    sort nouns | same - got
    while read -r noun; do
        commands_of "$noun"
    done <nouns >commands
    almoner completion words -- -- | cut -f 1 | sort >globals
    grep -qx -e --output globals
    while read -r command; do
        # shellcheck disable=SC2086
        almoner $command --help | sed -n 's/^  \(--[a-z_-]*\).*/\1/p' | sort >want
        # shellcheck disable=SC2086
        almoner completion words -- $command -- | cut -f 1 | sort | comm -23 - globals >got
        same want got || { echo "$command"; return 1; }
        # shellcheck disable=SC2086
        case $command in
        *' '*) almoner completion words -- ${command% *} "${command##* }" ;;
        *) almoner completion words -- "$command" ;;
        esac | cut -f 1 | grep -qx -e "${command##* }"
    done <commands
}

@test "completion of values" {
    register
    local words
    while read -r words; do
        printf '$ almoner %s\n' "$words" >>transcript
        eval "almoner completion words -- $words" 2>err | sed 's/\t/ | /' >>transcript
        [ ! -s err ] || { cat err; return 1; }
    done <<'WORDS'
delivery held ''
report ''
report meals ''
report --by ''
report --by area,b
report --output=''
--output ''
delivery record ''
delivery record parcels --body ''
delivery record parcels --body=h
delivery list --area 15
meals cook K1 --slot ''
meals cook K1 --slot = l
meals kitchen ''
meals batch import ''
-q meals batch i
programme enable ''
config sample store
manual a
help audit ''
stage show ''
area show 1503
--config nowhere m
--config nowhere meals ''
xyzzy ''
delivery reverse 1 --reason x --
person find x ''
WORDS
    as_expected values
}

# complete WORD ...: what bash would offer for the last word.
complete_in_bash()
{
    # shellcheck disable=SC2016
    PATH=$(dirname "$ALMONER"):$PATH bash --norc -c 'source ./almoner.bash
        complete -p almoner >/dev/null
        COMP_WORDS=(almoner "$@") COMP_CWORD=$#
        _almoner almoner "${@: -1}" x
        printf "%s\n" "${COMPREPLY[@]}"' - "$@"
}

@test "completion in bash" {
    almoner completion bash >almoner.bash
    bash -n almoner.bash
    register
    touch 'a list.csv'
    for words in 'del' 'delivery held ""' 'report --by area,b' 'report --output = ""' 'report --output =' 'meals kitchen ""' \
        'delivery import a' 'delivery record parcels --body ""' 'xyzzy ""'; do
        printf '$ almoner %s\n' "$words" >>transcript
        eval "complete_in_bash $words" | sort >>transcript
    done
    as_expected bash
}

@test "completion in zsh" {
    command -v zsh >/dev/null || skip 'no zsh here'
    almoner completion zsh >_almoner
    zsh -n _almoner
    cat >try.zsh <<'ZSH'
_describe() { print -rl -- "${described[@]}" }
_files() { print -r -- FILES }
fpath=(. $fpath)
autoload -Uz _almoner
try() { words=(almoner "$@") CURRENT=$(($# + 1)); print -r -- "\$ almoner $*"; _almoner }
try del
try delivery held ''
try report --output=''
try meals kitchen ''
try delivery import a
try xyzzy ''
ZSH
    PATH=$(dirname "$ALMONER"):$PATH zsh -f try.zsh >>transcript 2>&1
    as_expected zsh
}

@test "completion in fish" {
    command -v fish >/dev/null || skip 'no fish here'
    almoner completion fish >almoner.fish
    fish -n almoner.fish
    touch 'alist.csv'
    for words in 'del' 'delivery held ' 'report --output=' 'meals kitchen ' 'delivery import al' 'xyzzy '; do
        printf '$ almoner %s\n' "$words" >>transcript
        HOME=$PWD PATH=$(dirname "$ALMONER"):$PATH fish --no-config -c "source almoner.fish; complete -C 'almoner $words'" >>transcript 2>&1
    done
    as_expected fish
}
