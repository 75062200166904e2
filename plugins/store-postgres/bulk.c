/* SPDX-License-Identifier: MIT */
/*
 * Many rows of one table.  New rows in number go by COPY; all else is one INSERT for up to AT_ONCE rows, whose columns
 * are sent as arrays.
 */
#include "postgres.h"
#include <stdlib.h>

enum {
    COPY_FROM = 256,    /* so many new rows are worth a COPY */
    COPY_BYTES = 65536, /* go to libpq at a time */
    AT_ONCE = 32768
};

/* ---- COPY ---- */

static void copy_row(struct bytes *out, const struct alm_bulk *bulk, size_t row)
{
    bytes_int2(out, (int)bulk->n_columns);
    for (size_t i = 0; i < bulk->n_columns; i++) {
        const struct alm_bulk_column *column = &bulk->columns[i];
        if (column->ints ? column->ints[row] == ALM_NULL : !column->texts[row].at) {
            bytes_int4(out, -1);
        } else if (column->ints) {
            bytes_int4(out, 8);
            bytes_int8(out, column->ints[row]);
        } else {
            bytes_int4(out, (int64_t)column->texts[row].len);
            bytes_add(out, column->texts[row].at, column->texts[row].len);
        }
    }
}

static void copy_text(struct bytes *sql, const struct alm_bulk *bulk)
{
    bytes_text(sql, "COPY ");
    bytes_identifier(sql, bulk->table);
    for (size_t i = 0; i < bulk->n_columns; i++) {
        bytes_text(sql, i ? ", " : " (");
        bytes_identifier(sql, bulk->columns[i].name);
    }
    bytes_add(sql, ") FROM STDIN (FORMAT binary)", sizeof ") FROM STDIN (FORMAT binary)");
}

static enum alm_status append(struct alm_connection *connection, const struct alm_bulk *bulk, struct alm_error *err)
{
    static const char head[] = "PGCOPY\n\377\r\n"; /* the format's mark ends with its NUL */
    struct bytes out = {0};
    enum alm_status status = connection_ready(connection, err);
    if (status != ALM_OK)
        return status;
    copy_text(&out, bulk);
    if (out.failed)
        return out_of_memory(err);
    PGresult *result = PQexec(connection->pg, out.at);
    if (PQresultStatus(result) != PGRES_COPY_IN) {
        status = postgres_fail(connection, result, bulk->table, err);
        goto out;
    }
    out.len = 0;
    bytes_add(&out, head, sizeof head);
    bytes_int4(&out, 0); /* flags */
    bytes_int4(&out, 0); /* no more head */
    bool sent = true;
    for (size_t row = 0; row < bulk->n_rows && sent && !out.failed; row++) {
        copy_row(&out, bulk, row);
        if (out.len < COPY_BYTES)
            continue;
        sent = PQputCopyData(connection->pg, out.at, (int)out.len) == 1;
        out.len = 0;
    }
    bytes_int2(&out, -1);
    sent = sent && !out.failed && PQputCopyData(connection->pg, out.at, (int)out.len) == 1;
    PQputCopyEnd(connection->pg, sent ? NULL : "the rows could not be sent");
    PQclear(result);
    result = PQgetResult(connection->pg);
    if (out.failed)
        status = out_of_memory(err);
    else if (PQresultStatus(result) != PGRES_COMMAND_OK)
        status = postgres_fail(connection, result, bulk->table, err);
    for (PGresult *more; (more = PQgetResult(connection->pg)) != NULL;)
        PQclear(more);
out:
    PQclear(result);
    free(out.at);
    return status;
}

/* ---- INSERT ---- */

static void add_columns(struct bytes *sql, const struct alm_bulk *bulk, bool keys_only)
{
    const char *comma = "";
    for (size_t i = 0; i < bulk->n_columns; i++) {
        if (keys_only && bulk->columns[i].role != ALM_BULK_KEY)
            continue;
        bytes_text(sql, comma);
        bytes_identifier(sql, bulk->columns[i].name);
        comma = ", ";
    }
}

static void add_merge(struct bytes *sql, const struct alm_bulk *bulk)
{
    const char *verb = " DO UPDATE SET ";
    for (size_t i = 0; i < bulk->n_columns; i++) {
        const struct alm_bulk_column *column = &bulk->columns[i];
        if (column->role == ALM_BULK_KEY)
            continue;
        bytes_text(sql, verb);
        bytes_identifier(sql, column->name);
        bytes_text(sql, " = ");
        if (column->role == ALM_BULK_ADD) {
            bytes_identifier(sql, bulk->table);
            bytes_text(sql, ".");
            bytes_identifier(sql, column->name);
            bytes_text(sql, " + ");
        }
        bytes_text(sql, "excluded.");
        bytes_identifier(sql, column->name);
        verb = ", ";
    }
    if (*verb == ' ')
        bytes_text(sql, " DO NOTHING");
}

/* A row that is there is locked before the condition is looked at, and then nothing is written. */
static void add_lock(struct bytes *sql, const struct alm_bulk *bulk)
{
    /* Not a key, where there is another: a sharding engine lets no key be set, be it to what it is. */
    const char *name = bulk->columns[0].name;
    for (size_t i = bulk->n_columns; i > 0; i--)
        if (bulk->columns[i - 1].role != ALM_BULK_KEY)
            name = bulk->columns[i - 1].name;
    bytes_text(sql, " DO UPDATE SET ");
    bytes_identifier(sql, name);
    bytes_text(sql, " = excluded.");
    bytes_identifier(sql, name);
    bytes_text(sql, " WHERE false");
}

/* The text tells everything that shapes the statement, so it is also the key of the cache. */
static char *insert_text(const struct alm_bulk *bulk)
{
    struct bytes sql = {0};
    char parameter[48];
    bytes_text(&sql, "INSERT INTO ");
    bytes_identifier(&sql, bulk->table);
    bytes_text(&sql, " (");
    add_columns(&sql, bulk, false);
    /* Rows come out of the arrays in their order: so keys are claimed, and locks taken, in theirs. */
    bytes_text(&sql, ") SELECT * FROM unnest(");
    for (size_t i = 0; i < bulk->n_columns; i++) {
        snprintf(parameter, sizeof parameter, "%s$%zu::%s[]", i ? ", " : "", i + 1,
                 bulk->columns[i].ints ? "bigint" : "text");
        bytes_text(&sql, parameter);
    }
    bytes_text(&sql, ")");
    if (bulk->mode != ALM_BULK_APPEND) {
        bytes_text(&sql, " ON CONFLICT (");
        add_columns(&sql, bulk, true);
        bytes_text(&sql, ")");
        if (bulk->mode == ALM_BULK_MERGE)
            add_merge(&sql, bulk);
        else if (bulk->mode == ALM_BULK_LOCK)
            add_lock(&sql, bulk);
        else
            bytes_text(&sql, " DO NOTHING");
        if (bulk->mode == ALM_BULK_CLAIM) {
            bytes_text(&sql, " RETURNING ");
            add_columns(&sql, bulk, true);
        }
    }
    bytes_add(&sql, "", 1);
    if (sql.failed) {
        free(sql.at);
        return NULL;
    }
    return sql.at;
}

static enum alm_status bulk_statement(struct alm_connection *connection, const struct alm_bulk *bulk,
                                      struct alm_statement **statement, struct alm_error *err)
{
    char *sql = insert_text(bulk);
    if (!sql)
        return out_of_memory(err);
    for (size_t i = 0; i < BULK_STATEMENTS; i++)
        if (connection->bulk[i].sql && strcmp(connection->bulk[i].sql, sql) == 0) {
            *statement = connection->bulk[i].statement;
            free(sql);
            return ALM_OK;
        }
    enum alm_status status = statement_prepare(connection, sql, statement, err);
    if (status != ALM_OK) {
        free(sql);
        return status;
    }
    size_t slot = connection->bulk_next++ % BULK_STATEMENTS;
    statement_finalize(connection->bulk[slot].statement);
    free(connection->bulk[slot].sql);
    connection->bulk[slot].sql = sql;
    connection->bulk[slot].statement = *statement;
    return ALM_OK;
}

void bulk_release(struct alm_connection *connection)
{
    for (size_t i = 0; i < BULK_STATEMENTS; i++) {
        statement_finalize(connection->bulk[i].statement);
        free(connection->bulk[i].sql);
    }
}

/* ---- which keys were made ---- */

/* The order of two values; null is the least. */
static int compare_ints(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_texts(struct alm_text a, struct alm_text b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.at, b.at, len) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* The key of row `a` against that of row `b`. */
static int compare_rows(const struct alm_bulk *bulk, size_t a, size_t b)
{
    int order = 0;
    for (size_t i = 0; i < bulk->n_columns && order == 0; i++) {
        const struct alm_bulk_column *column = &bulk->columns[i];
        if (column->role == ALM_BULK_KEY)
            order = column->ints ? compare_ints(column->ints[a], column->ints[b])
                                 : compare_texts(column->texts[a], column->texts[b]);
    }
    return order;
}

/* The key that the server answers with against that of a row. */
static int compare_answer(struct alm_statement *st, const struct alm_bulk *bulk, size_t row)
{
    int order = 0, n = 0;
    for (size_t i = 0; i < bulk->n_columns && order == 0; i++) {
        const struct alm_bulk_column *column = &bulk->columns[i];
        if (column->role != ALM_BULK_KEY)
            continue;
        order = column->ints ? compare_ints(statement_column_int(st, n), column->ints[row])
                             : compare_texts(statement_column_text(st, n), column->texts[row]);
        n++;
    }
    return order;
}

static int compare_places(const void *left, const void *right, void *bulk)
{
    const size_t *a = left, *b = right;
    int order = compare_rows(bulk, *a, *b);
    return order ? order : (*a > *b) - (*a < *b);
}

/*
 * Rows by their keys, the first of equals first.  One server answers in the order of the rows; several, over which a
 * table is parted, in any.
 */
static size_t *order_by_key(const struct alm_bulk *bulk, size_t from, size_t n)
{
    size_t *places = calloc(n, sizeof *places);
    bool sorted = true;
    for (size_t i = 0; places && i < n; i++) {
        places[i] = from + i;
        sorted = sorted && (i == 0 || compare_rows(bulk, from + i - 1, from + i) <= 0);
    }
    if (places && !sorted)
        qsort_r(places, n, sizeof *places, compare_places, (void *)(uintptr_t)bulk);
    return places;
}

/* The first row that has the answer's key; n if there is none. */
static size_t find_answer(struct alm_statement *st, const struct alm_bulk *bulk, const size_t *places, size_t n)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_answer(st, bulk, places[middle]) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && compare_answer(st, bulk, places[low]) == 0 ? low : n;
}

/* The keys that were made come back; what does not come was there before, or stands among the rows more than once. */
static enum alm_status take_conflicts(struct alm_statement *st, const struct alm_bulk *bulk, size_t from, size_t n,
                                      struct alm_error *err)
{
    size_t *places = order_by_key(bulk, from, n), at = 0;
    enum alm_status status = places ? ALM_OK : out_of_memory(err);
    for (size_t i = 0; i < n; i++)
        bulk->conflict[from + i] = true;
    for (bool row = true; status == ALM_OK;) {
        status = statement_step(st, &row, err);
        if (status != ALM_OK || !row)
            break;
        if (at == n || compare_answer(st, bulk, places[at]) != 0) /* most often it is the next one */
            at = find_answer(st, bulk, places, n);
        if (at == n)
            status = alm_fail(err, ALM_INTERNAL, NULL, "the server answered with a key that was not asked for");
        else
            bulk->conflict[places[at++]] = false;
    }
    free(places);
    return status;
}

static enum alm_status insert(struct alm_connection *connection, const struct alm_bulk *bulk, size_t from, size_t n,
                              struct alm_error *err)
{
    struct alm_statement *st;
    bool row = true;
    enum alm_status status = bulk_statement(connection, bulk, &st, err);
    if (status != ALM_OK)
        return status;
    for (size_t i = 0; i < bulk->n_columns && status == ALM_OK; i++) {
        const struct alm_bulk_column *column = &bulk->columns[i];
        status = column->ints ? statement_bind_ints(st, (int)i + 1, column->ints + from, n, err)
                              : statement_bind_texts(st, (int)i + 1, column->texts + from, n, err);
    }
    if (status == ALM_OK && connection->deferring && n <= DEFERRED_ROWS && bulk->mode != ALM_BULK_CLAIM) {
        status = statement_send(st, err);
        statement_reset(st);
        return status;
    }
    if (status == ALM_OK && bulk->mode == ALM_BULK_CLAIM && bulk->conflict)
        status = take_conflicts(st, bulk, from, n, err);
    while (status == ALM_OK && row)
        status = statement_step(st, &row, err);
    statement_reset(st);
    if (status != ALM_OK) { /* which table it was is seldom said by the server */
        char text[sizeof err->text];
        memcpy(text, err->text, sizeof text);
        snprintf(err->text, sizeof err->text, "%.60s: %.440s", bulk->table, text);
    }
    return status;
}

enum alm_status bulk_write(struct alm_connection *connection, const struct alm_bulk *bulk, struct alm_error *err)
{
    if (!connection->in_transaction)
        return alm_fail(err, ALM_INTERNAL, NULL, "%s: rows are written outside a transaction", bulk->table);
    if (bulk->mode == ALM_BULK_APPEND && bulk->n_rows >= COPY_FROM)
        return append(connection, bulk, err);
    const bool touches = bulk->mode == ALM_BULK_MERGE || bulk->mode == ALM_BULK_LOCK;
    enum alm_status status = ALM_OK;
    for (size_t from = 0, n; from < bulk->n_rows && status == ALM_OK; from += n) {
        n = 1;
        /* One statement may touch a row once only: a key that comes again begins the next one. */
        while (from + n < bulk->n_rows && n < AT_ONCE && (!touches || compare_rows(bulk, from + n - 1, from + n) < 0))
            n++;
        status = insert(connection, bulk, from, n, err);
    }
    return status;
}
