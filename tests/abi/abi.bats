#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The plug-in interface stays what it was at each release (plugin-MAJOR.MINOR.abi), and plug-ins that were built against an
# older or a newer minor run.  The guard itself is tried: what breaks built plug-ins has to be noticed.

bats_require_minimum_version 1.5.0
load ../cli/common
abi=$source_dir/tests/abi header=$source_dir/core/include/almoner/plugin.h
minor=$(sed -n 's/^#define ALM_ABI_MINOR //p' "$header")
next=$((minor + 1))
# Changes of plugin.h: the next minor; a service at the end of struct alm_host.
raise="s|^#define ALM_ABI_MINOR $minor\$|#define ALM_ABI_MINOR $next|"
grow='/^struct alm_host \{/,/^\};/s|^\};|    int64_t (*later)(const struct alm_host *);\n};|'

# A copy of plugin.h in its folder, for a change by sed.  changed EXPRESSION: the change, which has to be one.
changed()
{
    rm -rf changed
    mkdir -p changed/almoner
    sed -E "$1" "$header" >changed/almoner/plugin.h
    ! cmp -s "$header" changed/almoner/plugin.h
}

# compare FOLDER: the interface by the plugin.h of that folder, with that of each release of this major.  It is the same as
# that of its own minor, and may have grown since an older one.
compare()
{
    local release minor
    minor=$(sed -n 's/^#define ALM_ABI_MINOR //p' "$1/almoner/plugin.h")
    "${CC:-cc}" -std=gnu11 -g -O0 -shared -fPIC -fvisibility=hidden "-I$1" "$abi/interface.c" -o interface.so
    for release in "$abi"/plugin-1.*.abi; do
        if [ "$release" = "$abi/plugin-1.$minor.abi" ]; then
            abidiff "$release" interface.so || return
        else
            abidiff --suppressions "$abi/growing.suppr" "$release" interface.so || return
        fi
    done
}

# asserted FOLDER: the numbers that core/plugin/layout.c holds.
asserted()
{
    "${CC:-cc}" -std=gnu11 -D_GNU_SOURCE "-I$1" "-I$source_dir/core" -fsyntax-only "$source_dir/core/plugin/layout.c" 2>asserted
}

# A change of plugin.h within a major: add members at the end and raise ALM_ABI_MINOR; add their lines to layout.c; write the
# new minor's file by BLESS=1.  The file of a minor that was released is never written again.
@test "the interface is that of its releases" {
    if [ -n "${BLESS:-}" ]; then
        compare "$source_dir/core/include" || true
        abidw --no-corpus-path --no-comp-dir-path --no-show-locs interface.so |
            sed "s|path='[^']*interface.c'|path='interface.c'|" >"$abi/plugin-1.$minor.abi"
    fi
    compare "$source_dir/core/include"
    asserted "$source_dir/core/include"
}

# breaks EXPRESSION: after that change of plugin.h both guards say no.
breaks()
{
    changed "$1"
    if compare changed; then
        echo "abidiff let through: $1"
        return 1
    fi
    if asserted changed; then
        echo "the asserts let through: $1"
        return 1
    fi
    grep -q 'is not what built plug-ins count on' asserted
}

@test "the guard notices what breaks built plug-ins" {
    # a member in between: of a struct that grows, of an element of an array, of one that is handed over by value
    breaks 's|^    void \*context; /\* the host.s own \*/|&\n    int64_t between;|'
    breaks 's|^(struct alm_command \{)|\1\n    const char *between;|'
    breaks 's|^(struct alm_value \{)|\1\n    int64_t between;|'
    breaks 's|^(struct alm_line \{)|\1\n    alm_id between;|'
    breaks 's|^    alm_quantity asked; .*|    int64_t between;\n&|'
    # one at the end of what stands in arrays
    breaks 's|^    const char \*examples;|&\n    const char *late;|'
    # one that is gone, narrower, or swapped with another
    breaks '/^    alm_time \(\*now\)/d'
    breaks 's|^    int64_t number;|    int32_t number;|'
    breaks '/^    void \(\*log\)/{h;d};/^    alm_time \(\*now\)/G'
    breaks "$raise;"'s|^    void \*context; /\* the host.s own \*/|&\n    int64_t between;|'
    # constants
    breaks 's|^    ALM_BOOL = 1,|    ALM_FLAG = 1, ALM_BOOL,|'
    breaks 's|ALM_BAD_DATA = 65|ALM_BAD_DATA = 66|'
}

@test "growing at the end takes a new minor" {
    changed "$grow"
    if compare changed; then return 1; fi
    sed -i "$raise" changed/almoner/plugin.h
    compare changed
    asserted changed
    changed 's|ALM_KIND_STORE = 2 \}|ALM_KIND_STORE = 2, ALM_KIND_MORE = 3 }|'
    compare changed
    asserted changed
}

# minor FLAGS: an installation with minor.c, built against the changed header.
minor()
{
    mkdir plugins
    cp "$PLUGINS"/store-*.so plugins/
    "${CC:-cc}" -std=gnu11 -shared -fPIC -fvisibility=hidden -Ichanged "$@" "$abi/minor.c" -o plugins/minor.so
    chmod 644 plugins/*.so
    sed -i "s|^plugindir = .*|plugindir = plugins|" almoner.ini
    rm programmes/*
    printf '[programme]\nenabled = yes\n' >programmes/minor.ini
    store
    register
}

@test "a plug-in that was built against an older minor runs" {
    changed "s|^#define ALM_ABI_MINOR $minor\$|#define ALM_ABI_MINOR 0|"'
             /^    \/\* ---- since minor 1 ---- \*\/$/,/^\};/{/^\};/!d}
             /^    enum alm_status \(\*import\)\(const struct alm_host/d
             /^    const struct alm_store_driver \*store;/d
             /^    enum alm_status \(\*settle\)/,/^    enum alm_status \(\*unsettle\)/d'
    minor
    step 0 minor ask
    step 0 delivery record minor --household H1 --body hamdeli
    step 0 delivery reverse "$(last_id)" --reason x
    almoner -q audit verify
    as_expected older
}

@test "a plug-in that was built against a newer minor does with what there is" {
    changed "$raise;$grow"'
             s|^    const struct alm_store_driver \*store;|&\n    const char *later;|
             s|^    enum alm_status \(\*unsettle\).*|&\n    void (*later)(void);|
             s|^    const struct alm_member \*partner; .*|&\n    alm_quantity later;|
             s|^    char period_name\[64\]; .*|&\n    int64_t later;|'
    [ "$(grep -c later changed/almoner/plugin.h)" = 5 ]
    minor -DNEWER
    step 0 minor ask
    step 0 delivery record minor --household H1 --body hamdeli
    step 0 plugin list --output csv
    sed -i "/^store-/d;s/,1\.$next,/,1.NEXT,/" transcript
    almoner -q audit verify
    as_expected newer
}
