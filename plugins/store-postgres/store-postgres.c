/* SPDX-License-Identifier: MIT */
/*
 * A store in a schema of a PostgreSQL database, for many offices at once.  This file: settings, opening, transactions,
 * and the table of what the driver can do.
 */
#include "postgres.h"
#include <stdlib.h>

static const char *const distributes[] = {[DISTRIBUTE_NO] = "no", [DISTRIBUTE_CITUS] = "citus", NULL};

static const struct alm_setting rows[] = {
    {.key = "connection",
     .type = ALM_STRING,
     .offset = offsetof(struct settings, connection),
     .fallback = "",
     .help = "Where the database is, as libpq takes it: `host=db.example dbname=almoner`, a postgresql:// URI, or "
             "empty for "
             "PGSERVICE, PGHOST and the like. Passwords stand in ~/.pgpass."},
    {.key = "schema",
     .type = ALM_STRING,
     .offset = offsetof(struct settings, schema),
     .fallback = "almoner",
     .help = "The schema of the store's tables; init makes it."},
    {.key = "connect_timeout",
     .type = ALM_DURATION,
     .offset = offsetof(struct settings, connect_timeout),
     .fallback = "10 seconds",
     .min = "1 second",
     .max = "1 hour",
     .help = "How long a command waits for the server to let it in; and one that is at work, for a server that is "
             "started anew."},
    {.key = "lock_timeout",
     .type = ALM_DURATION,
     .offset = offsetof(struct settings, lock_timeout),
     .fallback = "5 seconds",
     .min = "1 second",
     .max = "1 hour",
     .help = "How long a command waits while another one writes for the same households."},
    {.key = "statement_timeout",
     .type = ALM_DURATION,
     .offset = offsetof(struct settings, statement_timeout),
     .fallback = "0 seconds",
     .min = "0 seconds",
     .max = "1 day",
     .help = "How long one statement may take; 0 for any time."},
    {.key = "distribute",
     .type = ALM_ENUM,
     .offset = offsetof(struct settings, distribute),
     .fallback = "no",
     .choices = distributes,
     .help = "Whether init parts the tables of households and places over the nodes of Citus, each by its owner. To be "
             "decided before the first init."},
};

static void check(const void *data, const struct alm_check *check)
{
    const struct settings *settings = data;
    const char *hint, *fault = connection_fault(settings->connection, &hint);
    if (fault)
        check->problem(check->context, "store-postgres", "connection", fault, hint);
    if (!*settings->schema)
        check->problem(check->context, "store-postgres", "schema", "it is empty", "name one, such as almoner");
}

/* ---- opening ---- */

static void store_close(struct alm_connection *connection)
{
    if (!connection)
        return;
    bulk_release(connection);
    PQfinish(connection->pg);
    free(connection);
}

static enum alm_status store_open(const struct alm_host *host, void *state, uint32_t flags, struct alm_connection **out,
                                  struct alm_error *err)
{
    (void)host;
    *out = NULL;
    struct alm_connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        return out_of_memory(err);
    connection->settings = state;
    connection->create = flags & ALM_STORE_CREATE;
    connection->read_only = flags & ALM_STORE_READ_ONLY;
    enum alm_status status = connection_open(connection, err);
    if (status != ALM_OK) {
        store_close(connection);
        return status;
    }
    *out = connection;
    return ALM_OK;
}

static void store_describe(struct alm_connection *connection, char *buf, size_t size)
{
    const char *version = PQparameterStatus(connection->pg, "server_version");
    const char *host = PQhost(connection->pg);
    snprintf(buf, size, "PostgreSQL %.*s, %s on %s port %s, schema %s%s", version ? (int)strcspn(version, " ") : 1,
             version ? version : "?", PQdb(connection->pg), host ? host : "?", PQport(connection->pg),
             connection->settings->schema, PQsslInUse(connection->pg) ? ", TLS" : "");
}

static int64_t store_bytes(struct alm_connection *connection)
{
    int64_t bytes = 0;
    struct alm_error ignored;
    connection_number(connection,
                      "SELECT CAST(SUM(pg_total_relation_size(oid)) AS BIGINT) FROM pg_class"
                      " WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'm')",
                      &bytes, &ignored);
    return bytes;
}

/* ---- transactions ---- */

static enum alm_status store_exec(struct alm_connection *connection, const char *sql, struct alm_error *err)
{
    char *translated = translate_ddl(sql);
    if (!translated)
        return out_of_memory(err);
    enum alm_status status = connection_mend(connection, err);
    if (status == ALM_OK)
        status = connection_run(connection, translated, err);
    if (status == ALM_OK)
        status = distribute_tables(connection, sql, err);
    free(translated);
    return status;
}

static enum alm_status store_begin(struct alm_connection *connection, bool write, struct alm_error *err)
{
    /* A report reads one state of the store from its first row to its last. */
    static const char read_sql[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    static const char write_sql[] = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
    const char *sql = write ? write_sql : read_sql;
    connection->again = false;
    connection->unsure = false;
    enum alm_status status = connection_mend(connection, err);
    if (status != ALM_OK)
        return status; /* it was waited for */
    if (write && connection->read_only)
        return alm_fail(err, ALM_NO_PERMISSION, "connect to the primary server: this one can only be read",
                        "the store can only be read");
    status = connection_run(connection, sql, err);
    if (status != ALM_OK && connection_lost(connection) && (status = connection_open(connection, err)) == ALM_OK)
        status = connection_run(connection, sql, err);
    connection->in_transaction = status == ALM_OK;
    connection->writing = write;
    connection->aborted = false;
    connection->deferring = false;
    return status;
}

static void store_rollback(struct alm_connection *connection)
{
    struct alm_error ignored;
    const bool again = connection->again;
    connection->in_transaction = false;
    connection->deferring = false;
    connection_ready(connection, &ignored);
    connection->aborted = false;
    connection->plans = PLANS_UNKNOWN; /* what was set is undone with the rest */
    if (!connection_lost(connection) && PQtransactionStatus(connection->pg) != PQTRANS_IDLE)
        connection_run(connection, "ROLLBACK", &ignored);
    connection->again = again;
}

static enum alm_status store_commit(struct alm_connection *connection, struct alm_error *err)
{
    if (connection->aborted) { /* the server would answer to COMMIT with ROLLBACK, and call that a success */
        *err = connection->failure;
        store_rollback(connection);
        return err->status;
    }
    enum alm_status status = ALM_OK;
    connection->deferring = false;
    if (connection->n_pending == 0) {
        status = connection_run(connection, "COMMIT", err);
    } else if ((status = connection_pend(connection, err)) == ALM_OK) {
        PQsendQueryParams(connection->pg, "COMMIT", 0, NULL, NULL, NULL, NULL, 0);
        status = connection_ready(connection, err);
    }
    const bool lost = status != ALM_OK && connection_lost(connection);
    if (lost && connection->writing) {
        connection->again = false;
        connection->unsure = true;
        status = alm_fail(err, ALM_IO, "look whether it was kept, before you run the command again",
                          "the connection to the PostgreSQL server was lost while the transaction was being kept");
    }
    if (status != ALM_OK)
        store_rollback(connection);
    connection->in_transaction = false;
    return lost && !connection->writing ? ALM_OK : status; /* what was read was read */
}

static enum alm_status store_savepoint(struct alm_connection *connection, struct alm_error *err)
{
    connection->deferring = false; /* what fails after it has to be told apart from what failed before */
    return connection_run(connection, "SAVEPOINT almoner", err);
}

/* Savepoints of one name nest; the name means the last of them. */
static enum alm_status store_release(struct alm_connection *connection, bool keep, struct alm_error *err)
{
    struct alm_error ignored;
    if (!keep) {
        connection_ready(connection, &ignored);
        connection->plans = PLANS_UNKNOWN;
    }
    enum alm_status status = connection_run(
        connection, keep ? "RELEASE SAVEPOINT almoner" : "ROLLBACK TO SAVEPOINT almoner; RELEASE SAVEPOINT almoner",
        err);
    if (status == ALM_OK)
        connection->aborted = false;
    return status;
}

static enum alm_status store_defer(struct alm_connection *connection, bool on, struct alm_error *err)
{
    connection->deferring = on && connection->in_transaction;
    return on || connection->n_pending == 0 ? ALM_OK : connection_ready(connection, err);
}

static bool store_again(struct alm_connection *connection)
{
    return connection->again;
}

static bool store_unsure(struct alm_connection *connection)
{
    return connection->unsure;
}

static int64_t store_session(struct alm_connection *connection)
{
    return PQbackendPID(connection->pg);
}

/* Partitions are parts of their table, and no relations of their own. */
static const char relations_sql[] =
    "SELECT CAST(c.relname AS TEXT), CAST(c.relkind IN ('r', 'p') AS INTEGER), CAST(a.attname AS TEXT),\n"
    "    upper(format_type(a.atttypid, a.atttypmod)), COALESCE(k.place, 0)\n"
    "FROM pg_class c\n"
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped\n"
    "LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary\n"
    "LEFT JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place) ON k.attnum = a.attnum\n"
    "WHERE c.relnamespace = current_schema()::regnamespace\n"
    "AND c.relkind IN ('r', 'p', 'v', 'm')\n"
    "AND NOT c.relispartition\n"
    "ORDER BY c.oid, a.attnum";

static const struct alm_store_driver driver = {
    .size = sizeof(struct alm_store_driver),
    .open = store_open,
    .close = store_close,
    .describe = store_describe,
    .exec = store_exec,
    .begin = store_begin,
    .commit = store_commit,
    .rollback = store_rollback,
    .savepoint = store_savepoint,
    .release = store_release,
    .prepare = statement_prepare,
    .finalize = statement_finalize,
    .bind_int = statement_bind_int,
    .bind_double = statement_bind_double,
    .bind_text = statement_bind_text,
    .bind_null = statement_bind_null,
    .bind_ints = statement_bind_ints,
    .bind_texts = statement_bind_texts,
    .step = statement_step,
    .reset = statement_reset,
    .changes = statement_changes,
    .columns = statement_columns,
    .column_name = statement_column_name,
    .column_is_null = statement_column_is_null,
    .column_int = statement_column_int,
    .column_double = statement_column_double,
    .column_text = statement_column_text,
    .bulk = bulk_write,
    .backup = copy_backup,
    .restore = copy_restore,
    .check = copy_check,
    .bytes = store_bytes,
    .again = store_again,
    .defer = store_defer,
    .session = store_session,
    .unsure = store_unsure,
    .relations = relations_sql,
};

ALM_PLUGIN(.name = "store-postgres", .version = "1.0", .summary = "A store in a PostgreSQL database",
           .kind = ALM_KIND_STORE,
           .settings = {.rows = rows,
                        .n_rows = sizeof rows / sizeof rows[0],
                        .size = sizeof(struct settings),
                        .check = check},
           .store = &driver)
