#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/postgres.sh start|stop DIR: a PostgreSQL server of the tests' own, made anew in DIR (short and absolute: the path
# of its socket has to fit) and gone with it.  It listens on a socket in DIR alone (and at $LISTEN, port $PGPORT): PGHOST=DIR
# PGUSER=almoner PGDATABASE=almoner.  tests/postgres.sh ctl DIR WORDS: pg_ctl for it.  Started by root, it runs as postgres or nobody.  When the process that it was started for (the
# parent of this script, or $WATCH) ends, it stops by itself.
set -eu

action=$1 dir=$2
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || bin=$(dirname "$(command -v postgres || echo /usr/bin/postgres)")

as_server()
{
    if [ "$(id -u)" -ne 0 ]; then
        "$@"
    elif id postgres >/dev/null 2>&1; then
        setpriv --reuid postgres --regid postgres --clear-groups "$@"
    else
        setpriv --reuid nobody --regid nogroup --clear-groups "$@"
    fi
}

stop()
{
    [ -d "$dir/data" ] || return 0
    cd / # the server's user may not be let into the folder at hand
    [ ! -f "$dir/data/postmaster.pid" ] || as_server "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null || true
    rm -rf "$dir"
}

start()
{
    stop
    rm -rf "$dir"
    mkdir -m 755 "$dir"
    if [ "$(id -u)" -eq 0 ]; then
        chown "$(as_server id -u)" "$dir"
    fi
    cd "$dir"
    as_server "$bin/initdb" -D "$dir/data" -U almoner -A trust -E UTF8 --locale=C.UTF-8 -N >"$dir/initdb.log" 2>&1 || {
        cat "$dir/initdb.log" >&2
        exit 1
    }
    # A database that asks for a password, beside those that don't.
    sed -i '1i local guarded all scram-sha-256' "$dir/data/pg_hba.conf"
    # FSYNC=on where it is measured what a commit costs: no test pulls the plug.
    cat >>"$dir/data/postgresql.conf" <<CONF
listen_addresses = '${LISTEN:-}'
port = ${PGPORT:-5432}
unix_socket_directories = '$dir'
fsync = ${FSYNC:-off}
max_connections = 100
deadlock_timeout = 200ms
CONF
    as_server "$bin/pg_ctl" -D "$dir/data" -l "$dir/data/log" -w start >/dev/null || {
        cat "$dir/data/log" >&2
        exit 1
    }
    "$bin/psql" -q -h "$dir" -U almoner -d template1 <<'SQL'
CREATE DATABASE almoner TEMPLATE template0;
CREATE DATABASE latin TEMPLATE template0 ENCODING LATIN1 LOCALE 'C';
CREATE ROLE guarded LOGIN PASSWORD 'let me in';
CREATE DATABASE guarded OWNER guarded TEMPLATE template0;
SQL
    # Whoever started it may be killed: nothing of it may stay.
    watch=${WATCH:-$PPID}
    setsid sh -c "while kill -0 $watch 2>/dev/null && [ -d '$dir' ]; do sleep 2; done; sh '$script' stop '$dir'" \
        >/dev/null 2>&1 </dev/null &
}

case $0 in
/*) script=$0 ;;
*) script=$PWD/$0 ;;
esac
case $action in
start) start ;;
stop) stop ;;
ctl)
    shift 2
    cd "$dir"
    as_server "$bin/pg_ctl" -D "$dir/data" -l "$dir/data/log" -w "$@" >/dev/null
    ;;
*) echo "postgres.sh start|stop|ctl DIR" >&2 && exit 64 ;;
esac
