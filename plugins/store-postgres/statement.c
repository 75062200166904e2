/* SPDX-License-Identifier: MIT */
/*
 * Single statements: prepared on the server, bound by $n with the types that the server wants, stepped row by row.
 *
 * Rows come one by one as the server sends them (single-row mode), so that a result of any length takes no memory.
 * While they come they hold the connection; the next statement that needs it sends the rest aside (rows.c).
 */
#include "postgres.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>

struct bound {
    bool given;
    int format; /* 1: binary */
    struct bytes bytes;
};

struct column {
    char *name;
    Oid type;
    char number[24]; /* a number as text, when somebody wants it so */
};

struct alm_statement {
    struct alm_connection *connection;
    char *sql;
    uint64_t name; /* "s%llu" on the server */
    uint64_t generation;
    int n_parameters, n_columns;
    Oid *types; /* of the parameters */
    struct bound *bound;
    struct column *columns;
    const char **values; /* of the parameters, while they are sent */
    int *lengths, *formats;
    bool long_array;     /* one is bound */
    unsigned executions; /* up to GENERIC_AFTER */
    bool binary;         /* the columns come in binary: all are of types that we read so */
    bool executed;
    int64_t changes;
    PGresult *row;     /* the current row, when it came from the wire */
    struct rows *rows; /* those that were taken aside */
    const char **at;   /* the current row's values, NULL is null */
    int *len;
    struct alm_error failure; /* met while rows were taken aside; told when they are used up */
};

/* ---- preparing ---- */

static void free_shape(struct alm_statement *st)
{
    for (int i = 0; st->bound && i < st->n_parameters; i++)
        free(st->bound[i].bytes.at);
    for (int i = 0; st->columns && i < st->n_columns; i++)
        free(st->columns[i].name);
    free(st->types);
    free(st->bound);
    free(st->columns);
    free(st->values);
    free(st->lengths);
    free(st->formats);
    free(st->at);
    free(st->len);
}

static bool reads_binary(Oid type)
{
    static const Oid types[] = {TYPE_BOOL, TYPE_INT8, TYPE_INT2, TYPE_INT4, TYPE_TEXT, TYPE_FLOAT8, TYPE_VARCHAR};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (type == types[i])
            return true;
    return false;
}

/* What the server says of parameters and columns. */
static bool take_shape(struct alm_statement *st, const PGresult *description)
{
    const size_t n = (size_t)PQnparams(description), m = (size_t)PQnfields(description);
    st->n_parameters = (int)n;
    st->n_columns = (int)m;
    st->types = calloc(n + 1, sizeof *st->types);
    st->bound = calloc(n + 1, sizeof *st->bound);
    st->values = calloc(n + 1, sizeof *st->values);
    st->lengths = calloc(n + 1, sizeof *st->lengths);
    st->formats = calloc(n + 1, sizeof *st->formats);
    st->columns = calloc(m + 1, sizeof *st->columns);
    st->at = calloc(m + 1, sizeof *st->at);
    st->len = calloc(m + 1, sizeof *st->len);
    if (!st->types || !st->bound || !st->values || !st->lengths || !st->formats || !st->columns || !st->at || !st->len)
        return false;
    st->binary = true;
    for (int i = 0; i < st->n_parameters; i++)
        st->types[i] = PQparamtype(description, i);
    for (int i = 0; i < st->n_columns; i++) {
        st->columns[i].type = PQftype(description, i);
        st->columns[i].name = strdup(PQfname(description, i));
        if (!st->columns[i].name)
            return false;
        st->binary = st->binary && reads_binary(st->columns[i].type);
    }
    return true;
}

static enum alm_status fail_with_sql(struct alm_statement *st, const PGresult *result, struct alm_error *err)
{
    enum alm_status status = postgres_fail(st->connection, result, "", err);
    if (status == ALM_INTERNAL) {
        size_t len = strlen(err->text);
        snprintf(err->text + len, sizeof err->text - len, " in: %.200s", st->sql);
    }
    return status;
}

/* Make the statement known to this connection; on the first one, ask for its shape too. */
static enum alm_status prepare_on_server(struct alm_statement *st, struct alm_error *err)
{
    struct alm_connection *connection = st->connection;
    char name[32];
    enum alm_status status = connection_ready(connection, err);
    if (status != ALM_OK)
        return status;
    st->name = ++connection->named;
    snprintf(name, sizeof name, "s%" PRIu64, st->name);
    PGresult *result = PQprepare(connection->pg, name, st->sql, 0, NULL);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        status = fail_with_sql(st, result, err);
    } else if (!st->types) {
        PQclear(result);
        result = PQdescribePrepared(connection->pg, name);
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            status = fail_with_sql(st, result, err);
        else if (!take_shape(st, result))
            status = out_of_memory(err);
    }
    if (status == ALM_OK)
        st->generation = connection->generation;
    PQclear(result);
    return status;
}

/* Names of statements that nobody holds any more go back to the server, many at a time. */
static enum alm_status give_back(struct alm_connection *connection, struct alm_error *err)
{
    char sql[DEAD_STATEMENTS * 36];
    size_t len = 0;
    for (size_t i = 0; i < connection->n_dead; i++)
        len += (size_t)snprintf(sql + len, sizeof sql - len, "DEALLOCATE s%" PRIu64 ";", connection->dead[i]);
    connection->n_dead = 0;
    return connection_run(connection, sql, err);
}

enum alm_status statement_prepare(struct alm_connection *connection, const char *sql, struct alm_statement **out,
                                  struct alm_error *err)
{
    *out = NULL;
    enum alm_status status = connection_mend(connection, err);
    if (status == ALM_OK && connection->n_dead == DEAD_STATEMENTS && !connection->aborted)
        status = give_back(connection, err);
    if (status != ALM_OK)
        return status;
    struct alm_statement *st = calloc(1, sizeof *st);
    if (!st || !(st->sql = strdup(sql))) {
        free(st);
        return out_of_memory(err);
    }
    st->connection = connection;
    status = prepare_on_server(st, err);
    if (status == ALM_UNAVAILABLE && connection_lost(connection) && !connection->in_transaction &&
        (status = connection_open(connection, err)) == ALM_OK)
        status = prepare_on_server(st, err);
    if (status != ALM_OK) {
        statement_finalize(st);
        return status;
    }
    *out = st;
    return ALM_OK;
}

void statement_finalize(struct alm_statement *st)
{
    if (!st)
        return;
    struct alm_connection *connection = st->connection;
    if (st->types) {
        statement_reset(st);
        /* Past the array's end they stay until the connection ends: that takes an aborted transaction. */
        if (st->generation == connection->generation && connection->n_dead < DEAD_STATEMENTS)
            connection->dead[connection->n_dead++] = st->name;
    }
    free_shape(st);
    free(st->sql);
    free(st);
}

/* ---- binding ---- */

static enum alm_status bind(struct alm_statement *st, int n, struct bound **out, struct alm_error *err)
{
    if (n < 1 || n > st->n_parameters)
        return alm_fail(err, ALM_INTERNAL, NULL, "no parameter $%d in: %.200s", n, st->sql);
    struct bound *bound = &st->bound[n - 1];
    bound->bytes.len = 0;
    bound->bytes.failed = false;
    bound->given = true;
    bound->format = 1;
    *out = bound;
    return ALM_OK;
}

static enum alm_status bound_status(const struct bound *bound, struct alm_error *err)
{
    return bound->bytes.failed ? out_of_memory(err) : ALM_OK;
}

enum alm_status statement_bind_int(struct alm_statement *st, int n, int64_t value, struct alm_error *err)
{
    struct bound *bound = NULL;
    enum alm_status status = bind(st, n, &bound, err);
    if (status != ALM_OK)
        return status;
    if (st->types[n - 1] == TYPE_INT8) {
        bytes_int8(&bound->bytes, value);
    } else { /* the server reads a number of any other type from its digits */
        char digits[24];
        snprintf(digits, sizeof digits, "%" PRId64, value);
        bytes_add(&bound->bytes, digits, strlen(digits) + 1);
        bound->format = 0;
    }
    return bound_status(bound, err);
}

enum alm_status statement_bind_double(struct alm_statement *st, int n, double value, struct alm_error *err)
{
    struct bound *bound = NULL;
    enum alm_status status = bind(st, n, &bound, err);
    if (status != ALM_OK)
        return status;
    if (st->types[n - 1] == TYPE_FLOAT8) {
        int64_t bits;
        memcpy(&bits, &value, sizeof bits);
        bytes_int8(&bound->bytes, bits);
    } else {
        char digits[32];
        snprintf(digits, sizeof digits, "%.17g", value);
        bytes_add(&bound->bytes, digits, strlen(digits) + 1);
        bound->format = 0;
    }
    return bound_status(bound, err);
}

enum alm_status statement_bind_text(struct alm_statement *st, int n, struct alm_text text, struct alm_error *err)
{
    struct bound *bound = NULL;
    enum alm_status status = bind(st, n, &bound, err);
    if (status != ALM_OK)
        return status;
    bound->given = text.at != NULL;
    if (!bound->given)
        return ALM_OK;
    bytes_add(&bound->bytes, text.at, text.len);
    if (st->types[n - 1] != TYPE_TEXT && st->types[n - 1] != TYPE_VARCHAR)
        bound->format = 0;
    bytes_add(&bound->bytes, "", 1); /* for the text format, and so that an empty text has an address */
    return bound_status(bound, err);
}

enum alm_status statement_bind_null(struct alm_statement *st, int n, struct alm_error *err)
{
    struct bound *bound = NULL;
    enum alm_status status = bind(st, n, &bound, err);
    if (status == ALM_OK)
        bound->given = false;
    return status;
}

static enum alm_status bind_array(struct alm_statement *st, int n, Oid type, struct bound **out, struct alm_error *err)
{
    enum alm_status status = bind(st, n, out, err);
    if (status == ALM_OK && st->types[n - 1] != type)
        status = alm_fail(err, ALM_INTERNAL, NULL, "$%d is not an array of that type in: %.200s", n, st->sql);
    return status;
}

enum alm_status statement_bind_ints(struct alm_statement *st, int n, const int64_t *ints, size_t count,
                                    struct alm_error *err)
{
    struct bound *bound = NULL;
    enum alm_status status = bind_array(st, n, TYPE_INT8S, &bound, err);
    if (status != ALM_OK)
        return status;
    bytes_ints(&bound->bytes, ints, ints ? count : 0);
    st->long_array = st->long_array || count > GENERIC_ARRAY;
    return bound_status(bound, err);
}

enum alm_status statement_bind_texts(struct alm_statement *st, int n, const struct alm_text *texts, size_t count,
                                     struct alm_error *err)
{
    struct bound *bound = NULL;
    enum alm_status status = bind_array(st, n, TYPE_TEXTS, &bound, err);
    if (status != ALM_OK)
        return status;
    bytes_texts(&bound->bytes, texts, texts ? count : 0);
    st->long_array = st->long_array || count > GENERIC_ARRAY;
    return bound_status(bound, err);
}

/* ---- executing ---- */

static bool send(struct alm_statement *st)
{
    char name[32];
    snprintf(name, sizeof name, "s%" PRIu64, st->name);
    for (int i = 0; i < st->n_parameters; i++) {
        const struct bound *bound = &st->bound[i];
        /* A text's last byte is the NUL that binary values are sent without. */
        bool text = bound->format == 1 && (st->types[i] == TYPE_TEXT || st->types[i] == TYPE_VARCHAR);
        st->values[i] = bound->given ? bound->bytes.at : NULL;
        st->lengths[i] = (int)bound->bytes.len - text;
        st->formats[i] = bound->format;
    }
    return PQsendQueryPrepared(st->connection->pg, name, st->n_parameters, st->values, st->lengths, st->formats,
                               st->binary) == 1;
}

static void take_row(struct alm_statement *st, PGresult *row)
{
    PQclear(st->row);
    st->row = row;
    for (int i = 0; i < st->n_columns; i++) {
        st->at[i] = PQgetisnull(row, 0, i) ? NULL : PQgetvalue(row, 0, i);
        st->len[i] = st->at[i] ? PQgetlength(row, 0, i) : -1;
    }
}

/* The statement's last answer came: read the wire empty. */
static void finish(struct alm_statement *st)
{
    struct alm_connection *connection = st->connection;
    for (PGresult *more; (more = PQgetResult(connection->pg)) != NULL;)
        PQclear(more);
    if (connection->streaming == st)
        connection->streaming = NULL;
}

/* What comes next on the wire: a row (kept in *row), the end, or a failure. */
static enum alm_status receive(struct alm_statement *st, PGresult **row, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    PGresult *result = PQgetResult(st->connection->pg);
    *row = NULL;
    switch (PQresultStatus(result)) {
    case PGRES_SINGLE_TUPLE:
        *row = result;
        return ALM_OK;
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        st->changes = strtoll(PQcmdTuples(result), NULL, 10);
        break;
    default:
        status = fail_with_sql(st, result, err);
        break;
    }
    PQclear(result);
    finish(st);
    return status;
}

/*
 * Left to itself the server plans a statement with an array anew each time, which takes longer than to run it: it
 * thinks ten elements of every array that it has not seen.  A long array is worth that; others get a plan once.
 */
static enum alm_status choose_plans(struct alm_statement *st, struct alm_error *err)
{
    struct alm_connection *connection = st->connection;
    const bool generic = st->executions == GENERIC_AFTER && !st->long_array;
    st->executions += st->executions < GENERIC_AFTER;
    if (connection->plans == (generic ? PLANS_GENERIC : PLANS_AUTO) || !(generic || st->long_array))
        return ALM_OK;
    enum alm_status status = connection_run(
        connection, generic ? "SET plan_cache_mode = force_generic_plan" : "SET plan_cache_mode = auto", err);
    if (status == ALM_OK)
        connection->plans = generic ? PLANS_GENERIC : PLANS_AUTO;
    return status;
}

static enum alm_status make_ready(struct alm_statement *st, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    if (st->generation != st->connection->generation)
        status = prepare_on_server(st, err);
    return status == ALM_OK ? choose_plans(st, err) : status;
}

enum alm_status statement_send(struct alm_statement *st, struct alm_error *err)
{
    enum alm_status status = make_ready(st, err);
    if (status == ALM_OK)
        status = connection_pend(st->connection, err);
    st->changes = 0;
    if (status == ALM_OK && !send(st)) {
        st->connection->n_pending--;
        status = fail_with_sql(st, NULL, err);
    }
    return status;
}

static enum alm_status execute_once(struct alm_statement *st, PGresult **row, struct alm_error *err)
{
    struct alm_connection *connection = st->connection;
    enum alm_status status = make_ready(st, err);
    if (status == ALM_OK)
        status = connection_ready(connection, err);
    if (status != ALM_OK)
        return status;
    if (!send(st))
        return fail_with_sql(st, NULL, err);
    if (st->n_columns > 0) {
        PQsetSingleRowMode(connection->pg);
        connection->streaming = st;
    }
    return receive(st, row, err);
}

enum alm_status statement_step(struct alm_statement *st, bool *row, struct alm_error *err)
{
    struct alm_connection *connection = st->connection;
    enum alm_status status = ALM_OK;
    PGresult *result = NULL;
    *row = false;
    if (!st->executed) {
        st->executed = true;
        st->changes = 0;
        if (connection->deferring && st->n_columns == 0 && !st->long_array)
            return statement_send(st, err);
        status = connection_mend(connection, err);
        if (status == ALM_OK)
            status = execute_once(st, &result, err);
        /* The server went away while nothing was under way: nobody has to know. */
        if (status == ALM_UNAVAILABLE && connection_lost(connection) && !connection->in_transaction &&
            (status = connection_open(connection, err)) == ALM_OK)
            status = execute_once(st, &result, err);
    } else if (st->rows) {
        int more = rows_next(st->rows, st->at, st->len);
        *row = more > 0;
        if (more < 0)
            return alm_fail(err, ALM_IO, NULL, "rows that were laid aside cannot be read: %s", strerror(errno));
        if (more == 0 && st->failure.status != ALM_OK) {
            *err = st->failure;
            return err->status;
        }
        return ALM_OK;
    } else if (connection->streaming == st) {
        status = receive(st, &result, err);
    }
    if (result) {
        take_row(st, result);
        *row = true;
    }
    return status;
}

enum alm_status statement_set_aside(struct alm_statement *st, struct alm_error *err)
{
    st->rows = rows_new(st->n_columns);
    if (!st->rows)
        alm_fail(&st->failure, ALM_UNAVAILABLE, NULL, "out of memory");
    for (;;) {
        struct alm_error failure = {0};
        PGresult *row;
        enum alm_status status = receive(st, &row, &failure);
        if (status != ALM_OK && st->failure.status == ALM_OK)
            st->failure = failure;
        if (!row)
            break;
        if (st->rows && st->failure.status == ALM_OK && !rows_add(st->rows, row))
            alm_fail(&st->failure, ALM_IO, "make room in the folder of temporary files",
                     "rows cannot be laid aside: %s", strerror(errno));
        PQclear(row);
    }
    if (st->rows)
        return ALM_OK;
    *err = st->failure;
    return err->status;
}

void statement_reset(struct alm_statement *st)
{
    struct alm_connection *connection = st->connection;
    if (connection->streaming == st) {
        connection->streaming = NULL;
        for (struct alm_error ignored;;) {
            PGresult *row;
            receive(st, &row, &ignored);
            if (!row)
                break;
            PQclear(row);
        }
    }
    PQclear(st->row);
    rows_free(st->rows);
    st->row = NULL;
    st->rows = NULL;
    st->executed = false;
    st->failure.status = ALM_OK;
    st->long_array = false;
    for (int i = 0; i < st->n_columns; i++) {
        st->at[i] = NULL;
        st->len[i] = -1;
    }
    for (int i = 0; i < st->n_parameters; i++)
        st->bound[i].given = false;
}

/* ---- reading ---- */

int64_t statement_changes(struct alm_statement *st)
{
    return st->n_columns > 0 && strncasecmp(st->sql, "SELECT", 6) == 0 ? 0 : st->changes;
}

int statement_columns(struct alm_statement *st)
{
    return st->n_columns;
}

const char *statement_column_name(struct alm_statement *st, int i)
{
    return i >= 0 && i < st->n_columns ? st->columns[i].name : NULL;
}

static bool has(const struct alm_statement *st, int i)
{
    return i >= 0 && i < st->n_columns && st->at[i];
}

bool statement_column_is_null(struct alm_statement *st, int i)
{
    return !has(st, i);
}

/* A number that came in binary; false if the column is no integer. */
static bool binary_int(const struct alm_statement *st, int i, int64_t *number)
{
    const char *at = st->at[i];
    if (!st->binary)
        return false;
    switch (st->columns[i].type) {
    case TYPE_INT8:
        *number = bytes_read_int8(at);
        return true;
    case TYPE_INT4:
        *number = bytes_read_int4(at);
        return true;
    case TYPE_INT2:
        *number = (int16_t)((unsigned char)at[0] << 8 | (unsigned char)at[1]);
        return true;
    case TYPE_BOOL:
        *number = *at != 0;
        return true;
    default:
        return false;
    }
}

static double binary_double(const char *at)
{
    int64_t bits = bytes_read_int8(at);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

int64_t statement_column_int(struct alm_statement *st, int i)
{
    int64_t number;
    if (!has(st, i))
        return 0;
    if (binary_int(st, i, &number))
        return number;
    if (st->binary && st->columns[i].type == TYPE_FLOAT8)
        return (int64_t)binary_double(st->at[i]);
    if (st->columns[i].type == TYPE_BOOL)
        return *st->at[i] == 't';
    return strtoll(st->at[i], NULL, 10);
}

double statement_column_double(struct alm_statement *st, int i)
{
    int64_t number;
    if (!has(st, i))
        return 0;
    if (binary_int(st, i, &number))
        return (double)number;
    if (st->binary && st->columns[i].type == TYPE_FLOAT8)
        return binary_double(st->at[i]);
    return strtod(st->at[i], NULL);
}

struct alm_text statement_column_text(struct alm_statement *st, int i)
{
    int64_t number;
    if (!has(st, i))
        return (struct alm_text){NULL, 0};
    char *digits = st->columns[i].number;
    if (binary_int(st, i, &number))
        snprintf(digits, sizeof st->columns[i].number, "%" PRId64, number);
    else if (st->binary && st->columns[i].type == TYPE_FLOAT8)
        snprintf(digits, sizeof st->columns[i].number, "%.15g", binary_double(st->at[i]));
    else
        return (struct alm_text){st->at[i], (size_t)st->len[i]};
    return (struct alm_text){digits, strlen(digits)};
}
