#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the doctor finds: each fault a line, with its mend, and nothing stops it from looking further.

load common
load doctor

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

@test "no store, no state folder, a strange store" {
    doctor 1
    mkdir -m 700 state
    doctor 1
    echo 'this is no database, but a file of some length that was put here by mistake' >almoner.db
    chmod 600 almoner.db
    faults 1
    as_expected store
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

@test "a disk that is full, or nearly" {
    unshare -m true 2>/dev/null || skip "no rights to mount a small disk"
    store
    mkdir mnt
    cat >on-disk <<'SH'
mount -t tmpfs -o size=$1m,mode=700 none mnt && mv state almoner.db mnt/ && sed -i -e 's|^state = .*|state = mnt/state|' -e 's|^path = .*|path = mnt/almoner.db|' almoner.ini
"$ALMONER" doctor --quick --output plain 2>/dev/null | grep '^disk' | sed -E -e 's/[0-9]+ (MiB|files)/N \1/g'
cp -r mnt/state mnt/almoner.db .
SH
    for size in 20 200; do
        show unshare -m sh on-disk $size
        sed -i -e 's|^state = .*|state = state|' -e 's|^path = .*|path = almoner.db|' almoner.ini
    done
    as_expected disk
}

@test "locale and time zone" {
    store
    LC_ALL=POSIX faults 0
    LC_ALL=xx_YY.UTF-8 faults 0
    TZ=No/Where faults 1
    TZ=UTC faults 0
    sed -i 's|^state = .*|&\ntime_zone = Asia/Tehran|' almoner.ini
    TZ=UTC faults 0
    sed -i 's|Asia/Tehran|Asia/Thran|' almoner.ini
    faults 1
    as_expected locale
}
