#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A server that is started anew, goes away, or loses its answers in the middle of the work: one of this file's own, that is
# stopped and started as the tests like.  Run by ctest with STORE=postgres.
load common

setup_file()
{
    : "${STORE:?is postgres here; run the tests by ctest}"
    export PGHOST=/tmp/almoner-pg-$$ PGPORT=$((20000 + $$ % 20000))
    while (exec 6<>/dev/tcp/127.0.0.1/$PGPORT) 2>/dev/null; do PGPORT=$((PGPORT + 1)); done
    LISTEN=127.0.0.1 sh "$source_dir/tests/postgres.sh" start "$PGHOST" 3>&-
}

teardown_file()
{
    sh "$source_dir/tests/postgres.sh" stop "$PGHOST"
}

# ctl WORDS: pg_ctl; a server must not hold what a clerk reads open.
ctl()
{
    sh "$source_dir/tests/postgres.sh" ctl "$PGHOST" "$@" 3>&- 7>&-
}

# The server's folder and port are other ones each time.
anywhere()
{
    sed -i "s|$PGHOST/.s.PGSQL.$PGPORT|SOCKET|g; s|port $PGPORT|port PORT|g; s|$PGDATABASE|DATABASE|g" transcript
}

# soon COMMAND: until it is true, and not for ever.
soon()
{
    local i
    for i in $(seq 600); do
        ! "$@" || return 0
        sleep 0.05
    done
    echo "in vain: $*"; cat messages err 2>/dev/null
    return 1
}

# A clerk at work: `delivery record -` reads what goes to file descriptor 7.
clerk()
{
    mkfifo stream
    "$ALMONER" --now "$now" delivery record - <stream >answers 2>messages 3>&- &
    clerk=$!
    exec 7>stream
    echo programme,household,date,body >&7
}

# offer HOUSEHOLD DATE
offer()
{
    echo "parcels,$1,$2,hamdeli" >&7
}

answered()
{
    [ "$(wc -l <answers)" = "$1" ]
}

clerk_ends()
{
    local got=0
    exec 7>&-
    wait $clerk || got=$?
    [ "$got" = "$1" ] || { echo "exit $got"; cat messages; return 1; }
}

lines()
{
    [ "$(sql 'SELECT COUNT(*) FROM line')" = "$1" ]
}

@test "a stream outlasts a restart of the server" {
    register
    clerk
    offer H1 1399/06/01
    soon answered 1
    ctl restart -m fast
    offer H2 1399/06/02
    soon answered 2
    # It is away for a while, and then it has to recover first.
    ctl stop -m immediate
    offer H1 1399/07/15
    sleep 1
    ctl start
    soon answered 3
    # Only the clerk's session is cut off.
    store_server "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'almoner'"
    offer H2 1399/08/01
    soon answered 4
    clerk_ends 0
    printf '%s\trecorded\t\n' 2 3 4 5 >want
    same want answers
    [ "$(cat messages)" = '4 rows read: 4 added' ]
    lines 4
    almoner audit verify
}

@test "a server that stays away: what was answered is kept, the rest comes when the list comes again" {
    register
    printf '[store-postgres]\nconnect_timeout = 1 second\n' >>almoner.ini
    clerk
    offer H1 1399/06/01
    offer H2 1399/06/02
    soon answered 2
    ctl stop -m fast
    offer H1 1399/07/15
    clerk_ends 69
    steady <messages >transcript
    # So is a command that is new told at once.
    began=$(date +%s%N)
    step 69 delivery list
    [ $(($(date +%s%N) - began)) -lt 900000000 ]
    ctl start
    printf 'programme,household,date,body\nparcels,H1,1399/06/01,hamdeli\nparcels,H2,1399/06/02,hamdeli\nparcels,H1,1399/07/15,hamdeli\n' >list.csv
    step 0 delivery record - <list.csv
    lines 3
    anywhere
    as_expected away
}

@test "an import outlasts restarts of the server" {
    register
    awk 'BEGIN { print "household,given_name"; for (i = 1; i <= 6000; i++) print "M" i ",n" i }' >many.csv
    awk 'BEGIN { print "programme,household,date,body"
        for (m = 1; m <= 6; m++) for (i = 1; i <= 6000; i++) printf "parcels,M%d,1399/%02d/10,hamdeli\n", i, m }' >parcels.csv
    almoner -q person import many.csv
    "$ALMONER" --now "$now" delivery import parcels.csv >out 2>messages 3>&- &
    import=$!
    some() { ! lines 0; }
    soon some
    ctl restart -m immediate
    sleep 0.1
    ctl restart -m fast
    wait $import || { cat messages; return 1; }
    lines 36000
    almoner report --output csv | sed 1d | cut -d, -f1-5 >got
    echo parcels,36000,parcels,36000,6000 >want
    same want got
    almoner audit verify
}

# waits_at WHAT: whose commit is on its way, and for what it waits.
waits_at()
{
    [ "$(store_server "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'almoner' AND query LIKE 'COMMIT%'
        AND wait_event = '$1'")" = 1 ]
}

cut_off()
{
    store_server "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'almoner'" >/dev/null
}

# A second server that never comes: commits are kept here, and their answers wait for it.
answers_wait()
{
    store_server "ALTER SYSTEM SET synchronous_standby_names = '$1'"
    store_server "SELECT pg_reload_conf()" >/dev/null
}

@test "an answer to a commit that is lost: the transaction was kept" {
    register
    clerk
    offer H1 1399/06/01
    soon answered 1
    answers_wait nobody
    offer H2 1399/06/02
    soon waits_at SyncRep
    cut_off
    answers_wait ''
    soon answered 2
    # The same for a command that is one transaction.
    answers_wait nobody
    "$ALMONER" --now "$now" body add later --name x >out 2>err 3>&- &
    soon waits_at SyncRep
    cut_off
    answers_wait ''
    wait $! || { cat err; return 1; }
    [ ! -s err ]
    clerk_ends 0
    printf '%s\trecorded\t\n' 2 3 >want
    same want answers
    lines 2
    [ "$(sql "SELECT COUNT(*) FROM journal WHERE command = 'body add'")" = 1 ]
    almoner audit verify
}

@test "an answer to a commit that is lost: the transaction was not kept" {
    register
    clerk
    offer H1 1399/06/01
    soon answered 1
    sql "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(2); RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON journal DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle()"
    # Lines have keys: they are run again.
    offer H2 1399/06/02
    soon waits_at PgSleep
    cut_off
    soon answered 2
    clerk_ends 0
    printf '%s\trecorded\t\n' 2 3 >want
    same want answers
    lines 2
    # What has none is left to who gave the command.
    "$ALMONER" --now "$now" body add later --name x >out 2>transcript 3>&- &
    soon waits_at PgSleep
    cut_off
    got=0
    wait $! || got=$?
    [ "$got" = 74 ]
    sql 'DROP FUNCTION dawdle CASCADE' 2>/dev/null
    step 0 body list --output csv
    almoner audit verify
    as_expected not-kept
}

# connect WORDS: that connection, over TCP.
connect()
{
    sed -i '/^\[store-postgres\]/,$d' almoner.ini
    printf '[store-postgres]\nconnection = host=localhost hostaddr=127.0.0.1 %s\n' "$*" >>almoner.ini
}

# certificate NAME: one that is signed by itself.
certificate()
{
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -addext "subjectAltName=DNS:$1" -keyout "$1.key" -out "$1.crt" 2>/dev/null
}

@test "TLS: the server's certificate is checked, and what is wrong with it is told" {
    certificate localhost
    certificate elsewhere
    connect sslmode=require
    step 69 init --test
    cp localhost.crt localhost.key "$PGHOST/data/"
    chmod 600 "$PGHOST/data/localhost.key"
    chown --reference="$PGHOST/data" "$PGHOST"/data/localhost.*
    for setting in "ssl_cert_file = 'localhost.crt'" "ssl_key_file = 'localhost.key'" "ssl = on"; do
        store_server "ALTER SYSTEM SET $setting"
    done
    ctl restart
    connect sslmode=verify-full sslrootcert="$PWD/localhost.crt"
    step 0 --quiet init --test
    almoner status --output csv | grep -q 'localhost port.*, TLS'
    connect sslmode=verify-full sslrootcert="$PWD/elsewhere.crt"
    step 69 status
    connect sslmode=verify-full sslrootcert="$PWD/nowhere.crt"
    step 69 status
    connect sslmode=verify-full sslrootcert="$PWD/localhost.crt"
    sed -i 's/host=localhost/host=elsewhere/' almoner.ini
    step 69 status
    anywhere
    as_expected tls
    store_server 'ALTER SYSTEM RESET ssl'
    store_server 'SELECT pg_reload_conf()' >/dev/null
}

@test "a line that was cut is noticed in time" {
    register
    connect user=almoner
    clerk
    offer H1 1399/06/01
    soon answered 1
    # The kernel's table: from any port to the server's, connected, the timer of keepalives (02), and in how many hundredths
    # of a second it rings.
    rings=$(printf ':%04X 01 [0-9A-F:]* 02:' "$PGPORT")
    rings=$(grep -h -o "${rings}[0-9A-F]*" /proc/net/tcp | sed 's/.*02://')
    clerk_ends 0
    [ -n "$rings" ]
    [ $((16#${rings%%[!0-9A-F]*})) -le 3000 ]
}

@test "passwords are found in ~/.pgpass" {
    register
    store_server "CREATE ROLE clerk LOGIN PASSWORD 'let me in'"
    sql 'GRANT USAGE ON SCHEMA almoner TO clerk; GRANT SELECT ON ALL TABLES IN SCHEMA almoner TO clerk'
    sed -i '1i host all clerk 127.0.0.1/32 scram-sha-256' "$PGHOST/data/pg_hba.conf"
    store_server 'SELECT pg_reload_conf()' >/dev/null
    connect user=clerk
    export HOME=$PWD
    step 77 body list
    echo "localhost:*:*:clerk:wrong" >.pgpass
    chmod 600 .pgpass
    step 77 body list
    echo "localhost:$PGPORT:$PGDATABASE:clerk:let me in" >.pgpass
    step 0 body list --output csv
    # Others could read it, so libpq does not.
    chmod 644 .pgpass
    step 77 body list
    [ -z "$(grep 'let me in' transcript)" ]
    sql 'DROP OWNED BY clerk; DROP ROLE clerk'
    anywhere
    as_expected pgpass
}
