# SPDX-License-Identifier: MIT
# The store under the command-line tests: a file of SQLite, or with STORE=postgres a database of the server that $PGHOST
# names ($PGDATABASE): one for all tests of a file, emptied before each, which takes the server a tenth of what a new one takes.  What tests do to a
# store past almoner goes through these.

# store_name NAME: which store this test has; NAME keeps apart those of one file of tests.
store_name()
{
    [ "${STORE:-sqlite}" = sqlite ] || export PGDATABASE=t${BATS_ROOT_PID:-0}_$1
}

# The sections of almoner.ini.
store_ini()
{
    if [ "${STORE:-sqlite}" = sqlite ]; then
        printf '[store]\nplugin = store-sqlite\n\n[store-sqlite]\npath = almoner.db\n'
    else
        printf '[store]\nplugin = store-postgres\n'
    fi
}

# store_server SQL: on the server, outside the store.
store_server()
{
    psql -qAtX -d template1 -c "SET client_min_messages = warning" -c "$1"
}

# What has to be there before init, and as empty as init wants it.
store_empty()
{
    if [ "${STORE:-sqlite}" = sqlite ]; then
        rm -f almoner.db*
    else
        psql -qtX -v ON_ERROR_STOP=1 >/dev/null 2>&1 <<SQL || store_server "CREATE DATABASE $PGDATABASE TEMPLATE template0"
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
ALTER DATABASE $PGDATABASE RESET ALL;
SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema' \gexec
CREATE SCHEMA public;
SQL
    fi
}

store_gone()
{
    [ "${STORE:-sqlite}" = sqlite ] || store_server "DROP DATABASE IF EXISTS $PGDATABASE WITH (FORCE)"
}

# store_keep NAME; store_put_back NAME: a copy of it, as it lies there, and its return.
store_keep()
{
    if [ "${STORE:-sqlite}" = sqlite ]; then
        cp almoner.db "$1.db"
    else
        store_server "CREATE DATABASE ${PGDATABASE}_$1 TEMPLATE $PGDATABASE"
    fi
}

store_put_back()
{
    if [ "${STORE:-sqlite}" = sqlite ]; then
        cp "$1.db" almoner.db
    else
        store_server "DROP DATABASE $PGDATABASE WITH (FORCE)"
        store_server "ALTER DATABASE ${PGDATABASE}_$1 RENAME TO $PGDATABASE"
    fi
}

# sql STATEMENT: run it on the store, past almoner.
sql()
{
    if [ "${STORE:-sqlite}" = sqlite ]; then
        sqlite3 almoner.db "$1"
    else
        PGOPTIONS='-c search_path=almoner' psql -qAtX -v ON_ERROR_STOP=1 -c "$1"
    fi
}

# All that stands in it.
store_dump()
{
    if [ "${STORE:-sqlite}" = sqlite ]; then
        sqlite3 almoner.db .dump
    else
        pg_dump --inserts | grep -v '^.\(un\)\?restrict ' | sort
    fi
}
