/* SPDX-License-Identifier: MIT */
/* Many rows of one table: one kept statement for each shape of write, and a tight loop. */
#include "sqlite.h"
#include <stdlib.h>

static void add_columns(sqlite3_str *sql, const struct alm_bulk *bulk, bool keys_only)
{
    const char *comma = "";
    for (size_t i = 0; i < bulk->n_columns; i++) {
        if (keys_only && bulk->columns[i].role != ALM_BULK_KEY)
            continue;
        sqlite3_str_appendf(sql, "%s\"%w\"", comma, bulk->columns[i].name);
        comma = ", ";
    }
}

/*
 * The text tells everything that shapes the statement, so it is also the key of the cache.  Rows come out of
 * almoner_rows(), so that one step writes them all; only where rows answer for themselves (claims that conflict) are
 * they bound one by one.  The core undoes the transaction of a failed write: OR FAIL spares SQLite the journal of the
 * statement.
 */
static char *insert_text(const struct alm_bulk *bulk, bool at_once)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(sql, "INSERT%s INTO \"%w\" (", at_once ? " OR FAIL" : "", bulk->table);
    add_columns(sql, bulk, false);
    sqlite3_str_appendall(sql, at_once ? ") SELECT " : ") VALUES (");
    for (size_t i = 0; i < bulk->n_columns; i++)
        sqlite3_str_appendf(sql, at_once ? "%sc%d" : "%s?%d", i ? ", " : "", (int)i + 1);
    /* Without WHERE, ON of what follows would be read as that of a join. */
    sqlite3_str_appendall(sql, at_once ? " FROM almoner_rows(?1) WHERE true" : ")");
    if (bulk->mode == ALM_BULK_MERGE || !at_once) {
        sqlite3_str_appendall(sql, " ON CONFLICT (");
        add_columns(sql, bulk, true);
        sqlite3_str_appendall(sql, ") DO ");
        const char *verb = "UPDATE SET ";
        for (size_t i = 0; bulk->mode == ALM_BULK_MERGE && i < bulk->n_columns; i++) {
            const struct alm_bulk_column *column = &bulk->columns[i];
            if (column->role == ALM_BULK_KEY)
                continue;
            sqlite3_str_appendf(sql, "%s\"%w\" = ", verb, column->name);
            if (column->role == ALM_BULK_ADD)
                sqlite3_str_appendf(sql, "\"%w\".\"%w\" + ", bulk->table, column->name);
            sqlite3_str_appendf(sql, "excluded.\"%w\"", column->name);
            verb = ", ";
        }
        if (*verb == 'U')
            sqlite3_str_appendall(sql, "NOTHING");
    }
    return sqlite3_str_finish(sql);
}

static enum alm_status bulk_statement(struct alm_connection *connection, const struct alm_bulk *bulk, bool at_once,
                                      sqlite3_stmt **stmt, struct alm_error *err)
{
    char *sql = insert_text(bulk, at_once);
    if (!sql)
        return alm_fail(err, ALM_UNAVAILABLE, NULL, "out of memory");
    for (size_t i = 0; i < BULK_STATEMENTS; i++)
        if (connection->bulk[i].sql && strcmp(connection->bulk[i].sql, sql) == 0) {
            *stmt = connection->bulk[i].stmt;
            sqlite3_free(sql);
            return ALM_OK;
        }
    int rc = sqlite3_prepare_v3(connection->db, sql, -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL);
    if (rc != SQLITE_OK) {
        sqlite3_free(sql);
        return sqlite_fail(connection->db, rc, bulk->table, err);
    }
    size_t slot = connection->bulk_next++ % BULK_STATEMENTS;
    sqlite3_finalize(connection->bulk[slot].stmt);
    sqlite3_free(connection->bulk[slot].sql);
    connection->bulk[slot].sql = sql;
    connection->bulk[slot].stmt = *stmt;
    return ALM_OK;
}

void bulk_release(struct alm_connection *connection)
{
    for (size_t i = 0; i < BULK_STATEMENTS; i++) {
        sqlite3_finalize(connection->bulk[i].stmt);
        sqlite3_free(connection->bulk[i].sql);
    }
}

static int write_row(sqlite3_stmt *stmt, const struct alm_bulk *bulk, size_t row)
{
    int rc = SQLITE_OK;
    for (size_t i = 0; i < bulk->n_columns && rc == SQLITE_OK; i++) {
        const struct alm_bulk_column *column = &bulk->columns[i];
        int parameter = (int)i + 1;
        if (column->ints)
            rc = column->ints[row] == ALM_NULL ? sqlite3_bind_null(stmt, parameter)
                                               : sqlite3_bind_int64(stmt, parameter, column->ints[row]);
        else
            /* A NULL pointer binds null; the text stays where it is until the row is written. */
            rc = sqlite3_bind_text64(stmt, parameter, column->texts[row].at, column->texts[row].len, SQLITE_STATIC,
                                     SQLITE_UTF8);
    }
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt) == SQLITE_DONE ? SQLITE_OK : SQLITE_ERROR;
    int reset = sqlite3_reset(stmt);
    return rc == SQLITE_OK ? SQLITE_OK : reset != SQLITE_OK ? reset : rc;
}

static int write_at_once(sqlite3_stmt *stmt, struct rows *rows)
{
    int rc = sqlite3_bind_pointer(stmt, 1, rows, rows_pointer_type, NULL);
    if (rc == SQLITE_OK)
        sqlite3_step(stmt);
    return rc == SQLITE_OK ? sqlite3_reset(stmt) : rc;
}

/* An upsert does keep a journal of its statement, in memory: each page as it was.  In slices, so that it stays small. */
static int write_merges(sqlite3_stmt *stmt, const struct alm_bulk *bulk)
{
    enum { SLICE = 1024 };
    struct rows rows = {.bulk = bulk};
    int rc = SQLITE_OK;
    for (; rc == SQLITE_OK && rows.first < bulk->n_rows; rows.first = rows.end) {
        rows.end = bulk->n_rows - rows.first > SLICE ? rows.first + SLICE : bulk->n_rows;
        rc = write_at_once(stmt, &rows);
    }
    return rc;
}

/* Most claims meet nobody: all at once as far as that goes, the row in the way by itself, and on; if many are in the
 * way, the rest one by one. */
static int write_claims(struct alm_connection *connection, sqlite3_stmt *all, sqlite3_stmt *one,
                        const struct alm_bulk *bulk)
{
    enum { FEW = 16 };
    struct rows rows = {.bulk = bulk, .end = bulk->n_rows};
    for (size_t met = 0; rows.first < bulk->n_rows; met++) {
        int rc = met < FEW ? write_at_once(all, &rows) : SQLITE_CONSTRAINT;
        size_t at = met < FEW ? rows.at : rows.first;
        if ((rc & 0xff) != SQLITE_CONSTRAINT || at >= bulk->n_rows)
            return rc;
        rc = write_row(one, bulk, at);
        if (rc != SQLITE_OK)
            return rc;
        if (bulk->conflict)
            bulk->conflict[at] = sqlite3_changes64(connection->db) == 0;
        rows.first = at + 1;
    }
    return SQLITE_OK;
}

enum alm_status bulk_write(struct alm_connection *connection, const struct alm_bulk *bulk, struct alm_error *err)
{
    if (!connection->in_transaction || sqlite3_get_autocommit(connection->db))
        return alm_fail(err, ALM_INTERNAL, NULL, "%s: rows are written outside a transaction", bulk->table);
    if (bulk->n_columns > ROWS_COLUMNS)
        return alm_fail(err, ALM_INTERNAL, NULL, "%s: more than %d columns", bulk->table, ROWS_COLUMNS);
    if (bulk->n_rows == 0)
        return ALM_OK;
    const bool claims = bulk->mode == ALM_BULK_CLAIM || bulk->mode == ALM_BULK_LOCK;
    sqlite3_stmt *all = NULL, *one = NULL;
    enum alm_status status = bulk_statement(connection, bulk, true, &all, err);
    if (status == ALM_OK && claims)
        status = bulk_statement(connection, bulk, false, &one, err);
    if (status != ALM_OK)
        return status;
    if (claims && bulk->conflict)
        memset(bulk->conflict, 0, bulk->n_rows * sizeof *bulk->conflict);
    int rc = claims                         ? write_claims(connection, all, one, bulk)
             : bulk->mode == ALM_BULK_MERGE ? write_merges(all, bulk)
                                            : write_at_once(all, &(struct rows){.bulk = bulk, .end = bulk->n_rows});
    if (rc != SQLITE_OK)
        status = sqlite_fail(connection->db, rc, bulk->table, err);
    /* The statements are kept, the rows are not. */
    sqlite3_clear_bindings(all);
    if (one)
        sqlite3_clear_bindings(one);
    return status;
}
