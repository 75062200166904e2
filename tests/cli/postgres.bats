#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a server brings with it: many at once, and what keeps a command out.  Run by ctest with STORE=postgres.

load common

setup_file()
{
    : "${PGHOST:?is the server of the tests; run them by ctest}"
}

# in_ini KEY VALUE: a key of [store-postgres].
in_ini()
{
    grep -q '^\[store-postgres\]' almoner.ini || printf '\n[store-postgres]\n' >>almoner.ini
    printf '%s = %s\n' "$1" "$2" >>almoner.ini
}

@test "one key of almoner.ini chooses the store" {
    printf '\n[store-sqlite]\npath = almoner.db\n' >>almoner.ini
    in_ini schema relief
    step 0 config check
    store
    step 0 body add hamdeli --name x
    sed -i 's/^plugin = store-postgres/plugin = store-sqlite/' almoner.ini
    step 0 config check
    store
    step 0 body list --output csv
    step 0 body add yari --name y
    sed -i 's/^plugin = store-sqlite/plugin = store-postgres/' almoner.ini
    step 0 body list --output csv
    # What is nearly the section in use is a slip.
    sed -i 's/^\[store-postgres\]/[store-postgre]/' almoner.ini
    step 78 config check
    as_expected one-key
}

@test "a password in almoner.ini is refused, and never shown" {
    in_ini connection 'host=db.example dbname=almoner password=top-secret'
    step 78 config check
    step 78 status
    sed -i 's|^connection = .*|connection = postgresql://almoner:top-secret@db.example/almoner|' almoner.ini
    step 78 init
    # Not even among the settings in force, nor while another fault keeps the check from looking at it.
    step 0 config show --output csv --origin
    sed -i 's|^connection = .*|connection = top-secret|' almoner.ini
    step 0 config show
    in_ini lock_timeout soon
    step 0 config show
    step 78 config check
    sed -i 's|^connection = .*|postgresql://almoner:top-secret@db.example/almoner?sslmode=require|' almoner.ini
    step 78 config check
    [ -z "$(grep top-secret transcript)" ]
    as_expected password
}

@test "what keeps a command out is told with its mend" {
    in_ini connection dbname=nowhere
    step 69 status
    sed -i 's|^connection = .*|connection = host=/nowhere|' almoner.ini
    step 69 status
    sed -i 's|^connection = .*|connection = host=127.0.0.1 port=1|' almoner.ini
    step 69 status
    sed -i 's|^connection = .*|connection = user=stranger|' almoner.ini
    step 77 status
    # No such schema in the database: it waits for init.
    sed -i 's|^connection = .*|connection = application_name=almoner|' almoner.ini
    step 69 status
    sed -i 's|^connection = .*|connection = dbname=latin|' almoner.ini
    step 69 init
    sed -i 's|^connection = .*|connection = dbname=guarded user=guarded|' almoner.ini
    PGPASSFILE=/nowhere step 77 status
    echo '*:*:*:*:wrong' >pass
    chmod 600 pass
    PGPASSFILE=pass step 77 status
    printf '[relief]\ndbname=guarded\nuser=guarded\n' >services
    echo '*:*:*:*:let me in' >pass
    sed -i 's|^connection = .*|connection =|' almoner.ini
    PGSERVICEFILE=services PGSERVICE=relief PGPASSFILE=pass step 0 --quiet init --test
    psql -qAtX -d 'dbname=guarded user=guarded password=let\ me\ in' -c 'DROP SCHEMA almoner CASCADE'
    sed "s|$PGHOST|PGHOST|g" -i transcript
    as_expected kept-out
}

# A server that says it is of version $1, and no more.
old_server()
{
    perl -MIO::Socket::UNIX -e '
        my ($path, $version) = @ARGV;
        my $server = IO::Socket::UNIX->new(Type => SOCK_STREAM, Local => $path, Listen => 1) or die;
        alarm 20;
        my $client = $server->accept;
        my $message = sub { my ($type, $body) = @_; print $client $type . pack("N", 4 + length $body) . $body };
        sysread $client, my $startup, 10000;
        $message->("R", pack "N", 0);
        $message->("S", "$_\0") for "server_version\0$version", "server_encoding\0UTF8", "client_encoding\0UTF8";
        $message->("K", pack "NN", 1, 1);
        $message->("Z", "I");
        $client->flush;
        sysread $client, my $rest, 10000;
    ' "$1" "$2" &
    for i in $(seq 100); do
        [ ! -S "$1" ] || break
        sleep 0.02
    done
}

@test "a server that is too old" {
    mkdir -p "$BATS_RUN_TMPDIR/s"
    old_server "$BATS_RUN_TMPDIR/s/.s.PGSQL.5432" 9.6.24
    in_ini connection "host=$BATS_RUN_TMPDIR/s"
    step 69 init
    as_expected too-old
}

@test "schema newer than the program" {
    store
    sql "INSERT INTO store_migration (owner, version, name, checksum, applied_at) VALUES ('ledger', 99, 'later', 'x', 0)"
    step 69 delivery list
    step 69 init --test
    as_expected newer
}

@test "a role that may make no schema" {
    store
    store_server "DROP ROLE IF EXISTS clerk"
    store_server "CREATE ROLE clerk LOGIN"
    in_ini connection user=clerk
    step 77 delivery list
    step 77 init --test
    sql 'GRANT USAGE ON SCHEMA almoner TO clerk'
    step 77 delivery list
    sql 'GRANT SELECT ON ALL TABLES IN SCHEMA almoner TO clerk'
    # No place is free: that is waited for a while.
    sql 'ALTER ROLE clerk CONNECTION LIMIT 0'
    in_ini connect_timeout '1 second'
    step 75 delivery list
    sql 'ALTER ROLE clerk CONNECTION LIMIT -1'
    # It may bring up to date what is there, but make nothing.
    step 0 delivery list --output csv
    step 77 body add X --name x
    in_ini schema other
    step 77 init --test
    sql 'DROP OWNED BY clerk; DROP ROLE clerk'
    sed "s|$PGDATABASE|DATABASE|; s|$PGHOST|PGHOST|" -i transcript
    as_expected role
}

@test "several inits at once" {
    for i in 1 2 3 4; do
        almoner init --test >/dev/null 2>"err$i" &
    done
    wait
    cat err?
    step 0 audit verify
    [ "$(sql "SELECT COUNT(*) FROM store_migration WHERE owner = 'ledger' AND version = 1")" = 1 ]
}

@test "somebody holds the household: status 75 in bounded time, and nothing is written" {
    register
    almoner -q delivery record parcels --household H1 --body hamdeli >/dev/null
    in_ini lock_timeout '1 second'
    PGOPTIONS='-c search_path=almoner' psql -qAtX -c BEGIN -c 'SELECT FROM reach FOR UPDATE' -c 'SELECT pg_sleep(8)' >/dev/null 2>&1 &
    holder=$!
    sleep 1
    store_dump | grep -v COPY >before
    # Readers and other households don't wait.
    step 0 report --output csv
    step 75 delivery record parcels --household H1 --date 1399/06/01 --body hamdeli
    store_dump | grep -v COPY >after
    same before after
    step 0 delivery record parcels --household H2 --body hamdeli
    kill "$holder" 2>/dev/null || true
    as_expected held-household
}

@test "forty at once for three households, one of which a person left for another" {
    register
    printf 'household,given_name\nH3,x\n' >more.csv
    almoner -q person import more.csv
    printf 'national_id,household,given_name\n3020672635,H2,نازنین\n' >moved.csv
    almoner -q person import moved.csv --move
    for i in $(seq 40); do
        (
            # A list whose rows come in another order from each: households, persons and a reversal.
            {
                echo key,programme,household,national_id,date,body,quantity
                for h in 1 2 3; do
                    echo "p$i-$h,parcels,H$(((i + h) % 3 + 1)),,1399/0$((i % 6 + 1))/0$((h + 1)),hamdeli,1"
                done
                echo "s$i,stationery,,3020672635,1399/07/0$((i % 7 + 1)),yari,"
                echo "same,parcels,H2,,1398/01/05,yari,1"
            } >list$i.csv
            almoner -q delivery import list$i.csv --rejects rejects$i.csv >out$i 2>err$i
            echo $? >status$i
        ) &
    done
    wait
    # Every one is through: what was refused is no error, and nobody met a deadlock or waited in vain.
    sort status* | uniq -c
    cat err* | sort | uniq -c | head
    [ "$(sort -u status* | tr '\n' ' ')" = '0 ' ]
    sql 'SELECT COUNT(*) FROM delivery_key' >got
    echo $((40 * 4 + 1)) >want
    same want got
    # One parcel for a household in thirty days, one kit for a child in a school year.
    sql "SELECT COUNT(*) FROM line a JOIN line b ON b.owner = a.owner AND b.programme = a.programme AND b.id > a.id
         JOIN programme p ON p.id = a.programme AND p.name = 'parcels' WHERE ABS(a.date - b.date) < 30" >got
    sql "SELECT COUNT(*) - 1 FROM line l JOIN programme p ON p.id = l.programme WHERE p.name = 'stationery'" >>got
    printf '0\n0\n' >want
    same want got
    step 0 audit verify
}

@test "single offers at once, each judged against all that were committed before" {
    register
    printf 'programme,household,date,body\n' >head.csv
    for i in $(seq 8); do
        {
            cat head.csv
            for n in $(seq 25); do echo "parcels,H$(((n + i) % 2 + 1)),1399/0$((n % 9 + 1))/0$((i + 1)),hamdeli"; done
        } | almoner delivery record - >answers$i 2>err$i &
    done
    wait
    cat err?
    cat answers? | wc -l >got
    cat answers? | grep -c recorded >>got
    echo 200 >want
    sql 'SELECT COUNT(*) FROM line' >>want
    same want got
    step 0 audit verify
}
