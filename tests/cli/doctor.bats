#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the doctor finds: each fault a line, with its mend, and nothing stops it from looking further.

load common

# doctor STATUS WORDS: a step, without what differs from machine to machine: room on the disk, kind of locale and zone.
doctor()
{
    local want=$1 got=0
    shift
    printf '$ almoner doctor%s\n' "${*:+ $*}" >>transcript
    almoner doctor --output plain "$@" >out 2>err || got=$?
    { steady <out | sed -E -e '/^disk\t/d' -e '/^(locale|time zone)\tok\t/d' -e 's/, [0-9.]+ MiB/, N MiB/' -e 's/[\t ]+$//' -e 's/\t/ | /g'
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

# plugin NAME CODE: a programme plug-in made here, with CODE before its descriptor, beside the sound ones.
plugin()
{
    mkdir -p plugins
    [ -e plugins/meals.so ] || cp "$PLUGINS"/*.so plugins/
    sed -i 's|^plugindir = .*|plugindir = plugins|' almoner.ini
    {
        echo '#include <almoner/plugin.h>'
        echo '#include <stdlib.h>'
        echo '#include <unistd.h>'
        echo "$2"
        cat <<'C'
static void entitle(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
    (void)state, (void)c;
    e->quantity = ALM_UNIT;
}
static const struct alm_programme programme = {
    .size = sizeof programme, .recipient = ALM_HOUSEHOLD, .unit = "x", .unit_plural = "x", .entitle = entitle};
C
        echo "ALM_PLUGIN(.name = \"$1\", .version = \"1\", .summary = \"s\", .kind = ALM_KIND_PROGRAMME, .programme = &programme, ${3:-})"
    } >plugin.c
    cc -shared -fPIC -I "$source_dir/core/include" -o "plugins/$1.so" plugin.c
    printf '[programme]\nenabled = yes\n' >"programmes/$1.ini"
}

@test "a sound installation" {
    register
    almoner -q delivery record parcels --household H1 --body hamdeli >/dev/null
    almoner -q audit seal
    doctor 0
    doctor 0 --quick
    almoner doctor --output json | jq -e 'length > 15 and all(.[]; .result != "wrong" and (.check | length) > 0)'
    almoner doctor --output ndjson | jq -es 'map(.check) | index("disk") and index("locale") and index("time zone")'
    [ ! -e almoner.db-wal ]
    as_expected sound
}

@test "no settings, or none that can be read" {
    ALMONER_CONFIG=/nowhere/almoner.ini faults 1
    ALMONER_CONFIG=programmes faults 1
    { printf 'x\n'; sed 's|^plugindir = .*|plugindir = /nowhere|' almoner.ini; } >bad.ini
    ALMONER_CONFIG=bad.ini faults 1
    as_expected no-settings
}

@test "all faults of all settings" {
    cat >>almoner.ini <<'INI'
cach = 3
[stoer]
x = 1
INI
    sed -i 's/^state = .*/&\noffice = many/' almoner.ini
    printf '[programme]\nenabled = maybe\nwindow = 3 moons\n' >programmes/parcels.ini
    printf '[programme]\nenabled = yes\n[meals]\nmeals_a_day = 9\nslots = elevenses\n' >programmes/meals.ini
    printf '[programme]\nenabled = yes\nplugin = nothing\n' >programmes/other.ini
    sed -i 's/^enabled = .*/enabled = no/' programmes/stationery.ini
    echo 'kit = 3' >>programmes/stationery.ini
    doctor 1
    as_expected settings
}

@test "no store, no state folder, a strange store, an old one, a newer one" {
    doctor 1
    mkdir -m 700 state
    doctor 1
    echo 'this is no database, but a file of some length that was put here by mistake' >almoner.db
    chmod 600 almoner.db
    faults 1
    rm almoner.db
    store
    cp almoner.db sound.db
    local change
    for change in "INSERT INTO store_migration VALUES ('ledger', 9, 'later', 'x', 0)" \
        "DELETE FROM store_migration WHERE owner = 'ledger'" "UPDATE store_migration SET checksum = 'x' WHERE owner = 'meals'" \
        'DROP TABLE store_migration'; do
        cp sound.db almoner.db
        sqlite3 almoner.db "$change"
        faults 1
    done
    as_expected store
}

@test "a ledger and a journal that were written past almoner" {
    register
    almoner -q delivery record parcels --household H1 --body hamdeli >/dev/null
    almoner -q audit seal
    sqlite3 almoner.db 'UPDATE tally SET deliveries = deliveries + 1'
    faults 1
    faults 0 --quick
    sqlite3 almoner.db 'UPDATE tally SET deliveries = deliveries - 1'
    sqlite3 almoner.db "UPDATE journal SET who = 'nobody'"
    faults 1
    as_expected written
}

@test "a damaged file" {
    register
    size=$(stat -c %s almoner.db)
    dd if=/dev/zero of=almoner.db bs=4096 seek=4 count=$((size / 4096 - 8)) conv=notrunc 2>/dev/null
    almoner doctor --output plain >out 2>err && return 1
    [ $? -lt 128 ]
    cut -f 1,2 out | grep -Ex '(integrity|schema|store)	wrong'
}

@test "files that others can write or read" {
    register
    almoner -q audit seal
    chmod o+w almoner.ini programmes/meals.ini
    chmod 644 state/seal.key almoner.db
    faults 1
    chmod o-w almoner.ini programmes/meals.ini
    chmod 600 state/seal.key almoner.db
    chmod o+w state programmes
    faults 1
    chmod o-w state programmes
    rm -r state
    echo >state
    faults 1
    as_expected permissions
}

@test "plug-ins that crash, end the program, hang, or are not there" {
    store
    plugin load-crash '__attribute__((constructor)) static void crash(void) { abort(); }'
    plugin start-crash 'static enum alm_status start(const struct alm_host *h, const void *s, void **t, struct alm_error *e)
        { (void)h, (void)s, (void)t, (void)e; abort(); }' '.start = start'
    plugin start-exit 'static enum alm_status start(const struct alm_host *h, const void *s, void **t, struct alm_error *e)
        { (void)h, (void)s, (void)t, (void)e; exit(3); }' '.start = start'
    plugin start-hang 'static enum alm_status start(const struct alm_host *h, const void *s, void **t, struct alm_error *e)
        { (void)h, (void)s, (void)t, (void)e; for (;;) pause(); }' '.start = start'
    plugin stop-crash 'static void stop(void *s) { (void)s; abort(); }' '.stop = stop'
    rm plugins/stationery.so
    echo >plugins/unused.so
    faults 1
    as_expected plugins
}

@test "a clock that is wrong, and a seal that is forgotten" {
    register
    almoner doctor --now 2020-12-05T08:00 --output plain | grep '^clock' >>transcript || true
    almoner doctor --now 2020-12-14T09:00 --output plain | grep '^journal' >>transcript
    sqlite3 almoner.db 'UPDATE journal SET at = 4102444800'
    # With the machine's own clock, too.
    "$ALMONER" doctor --output plain | grep '^clock' | sed 's/says [^,]*/says NOW/' >>transcript || true
    as_expected clock
}

@test "locale and time zone" {
    store
    LC_ALL=POSIX faults 0
    LC_ALL=xx_YY.UTF-8 faults 0
    TZ=No/Where faults 0
    as_expected locale
}
