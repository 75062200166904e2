# SPDX-License-Identifier: MIT
# What the doctor says, without what is only so on this machine or with this store.

# Programmes that the test has no settings of, as a part of a pattern: more of them come, and say nothing about the test.
others()
{
    local plugin
    for plugin in "$source_dir"/plugins/*/; do
        plugin=$(basename "$plugin")
        [ "${plugin#store-}" != "$plugin" ] || [ -e "programmes/$plugin.ini" ] || printf '%s|' "$plugin"
    done
}

# doctor STATUS WORDS: a step, without what differs from machine to machine: room on the disk, kind of locale and zone.
doctor()
{
    local want=$1 got=0
    shift
    printf '$ almoner doctor%s\n' "${*:+ $*}" >>transcript
    almoner doctor --output plain "$@" >out 2>err || got=$?
    # Whatever is found comes with its mend.
    if awk -F '\t' '$2 != "ok" && $4 == ""' out | grep .; then return 1; fi
    { steady <out | sed -E -e "/^plug-ins\tok\t($(others)-) /d" -e '/^disk\t/d' -e '/store-postgres/d' -e '/^permissions\tok\tSCRATCH.almoner.db/d' -e '/^(locale|time zone)\tok\t/d' -e 's/, [0-9.]+ MiB/, N MiB/' -e 's/[\t ]+$//' -e 's/\t/ | /g'
      steady <err | sed 's/^/! /'; [ "$got" = 0 ] || echo "exit $got"; } >>transcript
    [ "$got" = "$want" ] || { echo "exit $got where $want was expected; so far:"; cat transcript; return 1; }
}

# faults STATUS WORDS: only the findings that are not ok.
faults()
{
    doctor "$@"
    # a clock that nothing keeps right is this machine's affair
    sed -i -e '/ | ok | /d' -e '/^clock | warning | .*; nothing keeps/d' transcript
}
