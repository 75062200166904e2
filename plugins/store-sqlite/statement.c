/* SPDX-License-Identifier: MIT */
/* Single statements: prepare, bind by $n, step, read. */
#include "sqlite.h"
#include <stdlib.h>

enum { MAX_PARAMETERS = 99 };

/* A bound array for `= ANY ($n)`: rows of one column. */
struct bound_array {
    struct rows rows;
    struct alm_bulk bulk;
    struct alm_bulk_column column;
};

struct alm_statement {
    struct alm_connection *connection;
    sqlite3_stmt *stmt;
    bool read_only;
    int n_parameters;
    int64_t changes;
    struct bound_array *arrays; /* one for each of SQLite's parameters; NULL until one is bound */
    int index[];                /* SQLite's index of $1, $2 ...; SQLite counts by first appearance */
};

enum alm_status statement_prepare(struct alm_connection *connection, const char *sql, struct alm_statement **out,
                                  struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    sqlite3_stmt *stmt = NULL;
    struct alm_statement *statement = NULL;
    *out = NULL;
    char *translated = translate_query(sql);
    if (!translated)
        return alm_fail(err, ALM_UNAVAILABLE, NULL, "out of memory");
    int rc = sqlite3_prepare_v3(connection->db, translated, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    if (rc != SQLITE_OK) {
        status = sqlite_fail(connection->db, rc, "", err);
        size_t len = strlen(err->text);
        snprintf(err->text + len, sizeof err->text - len, " in: %.200s", sql);
        goto out;
    }
    if (!stmt) {
        status = alm_fail(err, ALM_INTERNAL, NULL, "an empty statement");
        goto out;
    }
    int n = sqlite3_bind_parameter_count(stmt);
    statement = n <= MAX_PARAMETERS ? calloc(1, sizeof *statement + sizeof(int) * (size_t)(n + 1)) : NULL;
    if (!statement) {
        status = alm_fail(err, n <= MAX_PARAMETERS ? ALM_UNAVAILABLE : ALM_INTERNAL, NULL,
                          n <= MAX_PARAMETERS ? "out of memory" : "more than 99 parameters in: %.200s", sql);
        goto out;
    }
    for (int i = 1; i <= n; i++) {
        const char *name = sqlite3_bind_parameter_name(stmt, i);
        long number = name && *name == '$' ? strtol(name + 1, NULL, 10) : 0;
        if (number < 1 || number > n) {
            status = alm_fail(err, ALM_INTERNAL, "parameters are $1, $2 ... without a gap", "parameter %s in: %.200s",
                              name ? name : "?", sql);
            goto out;
        }
        statement->index[number] = i;
    }
    statement->connection = connection;
    statement->stmt = stmt;
    statement->read_only = sqlite3_stmt_readonly(stmt) != 0;
    statement->n_parameters = n;
    *out = statement;
    statement = NULL;
    stmt = NULL;
out:
    free(translated);
    free(statement);
    sqlite3_finalize(stmt);
    return status;
}

void statement_finalize(struct alm_statement *statement)
{
    if (!statement)
        return;
    sqlite3_finalize(statement->stmt);
    free(statement->arrays);
    free(statement);
}

static int parameter(const struct alm_statement *statement, int n)
{
    return n >= 1 && n <= statement->n_parameters ? statement->index[n] : 0;
}

static enum alm_status bound(struct alm_statement *statement, int n, int rc, struct alm_error *err)
{
    if (rc == SQLITE_OK)
        return ALM_OK;
    if (parameter(statement, n) == 0)
        return alm_fail(err, ALM_INTERNAL, NULL, "no parameter $%d in: %.200s", n, sqlite3_sql(statement->stmt));
    return sqlite_fail(statement->connection->db, rc, "", err);
}

enum alm_status statement_bind_int(struct alm_statement *statement, int n, int64_t value, struct alm_error *err)
{
    return bound(statement, n, sqlite3_bind_int64(statement->stmt, parameter(statement, n), value), err);
}

enum alm_status statement_bind_double(struct alm_statement *statement, int n, double value, struct alm_error *err)
{
    return bound(statement, n, sqlite3_bind_double(statement->stmt, parameter(statement, n), value), err);
}

enum alm_status statement_bind_text(struct alm_statement *statement, int n, struct alm_text text, struct alm_error *err)
{
    int i = parameter(statement, n);
    int rc = text.at ? sqlite3_bind_text64(statement->stmt, i, text.at, text.len, SQLITE_TRANSIENT, SQLITE_UTF8)
                     : sqlite3_bind_null(statement->stmt, i);
    return bound(statement, n, rc, err);
}

enum alm_status statement_bind_null(struct alm_statement *statement, int n, struct alm_error *err)
{
    return bound(statement, n, sqlite3_bind_null(statement->stmt, parameter(statement, n)), err);
}

static enum alm_status bind_array(struct alm_statement *statement, int n, struct alm_bulk_column column, size_t count,
                                  struct alm_error *err)
{
    int i = parameter(statement, n);
    if (i == 0)
        return bound(statement, n, SQLITE_RANGE, err);
    if (!statement->arrays)
        statement->arrays = calloc((size_t)statement->n_parameters + 1, sizeof *statement->arrays);
    if (!statement->arrays)
        return alm_fail(err, ALM_UNAVAILABLE, NULL, "out of memory");
    struct bound_array *array = &statement->arrays[i];
    array->column = column;
    array->bulk = (struct alm_bulk){.columns = &array->column, .n_columns = 1, .n_rows = count};
    array->rows = (struct rows){.bulk = &array->bulk, .end = count};
    return bound(statement, n, sqlite3_bind_pointer(statement->stmt, i, &array->rows, rows_pointer_type, NULL), err);
}

enum alm_status statement_bind_ints(struct alm_statement *statement, int n, const int64_t *ints, size_t count,
                                    struct alm_error *err)
{
    return bind_array(statement, n, (struct alm_bulk_column){.ints = ints}, ints ? count : 0, err);
}

enum alm_status statement_bind_texts(struct alm_statement *statement, int n, const struct alm_text *texts, size_t count,
                                     struct alm_error *err)
{
    return bind_array(statement, n, (struct alm_bulk_column){.texts = texts}, texts ? count : 0, err);
}

enum alm_status statement_step(struct alm_statement *statement, bool *row, struct alm_error *err)
{
    struct alm_connection *connection = statement->connection;
    *row = false;
    /* When a disk is full SQLite may undo the whole transaction; what came after would be committed row by row. */
    if (connection->in_transaction && sqlite3_get_autocommit(connection->db))
        return alm_fail(err, ALM_IO, NULL, "the transaction was undone by an earlier error");
    int rc = sqlite3_step(statement->stmt);
    if (rc == SQLITE_ROW) {
        *row = true;
        return ALM_OK;
    }
    if (rc != SQLITE_DONE)
        return sqlite_fail(connection->db, rc, "", err);
    statement->changes = statement->read_only ? 0 : sqlite3_changes64(connection->db);
    return ALM_OK;
}

void statement_reset(struct alm_statement *statement)
{
    sqlite3_reset(statement->stmt);
    sqlite3_clear_bindings(statement->stmt);
}

int64_t statement_changes(struct alm_statement *statement)
{
    return statement->changes;
}

int statement_columns(struct alm_statement *statement)
{
    return sqlite3_column_count(statement->stmt);
}

const char *statement_column_name(struct alm_statement *statement, int i)
{
    return sqlite3_column_name(statement->stmt, i);
}

bool statement_column_is_null(struct alm_statement *statement, int i)
{
    return sqlite3_column_type(statement->stmt, i) == SQLITE_NULL;
}

int64_t statement_column_int(struct alm_statement *statement, int i)
{
    return sqlite3_column_int64(statement->stmt, i);
}

double statement_column_double(struct alm_statement *statement, int i)
{
    return sqlite3_column_double(statement->stmt, i);
}

struct alm_text statement_column_text(struct alm_statement *statement, int i)
{
    const char *at = (const char *)sqlite3_column_text(statement->stmt, i);
    return (struct alm_text){at, at ? (size_t)sqlite3_column_bytes(statement->stmt, i) : 0};
}
