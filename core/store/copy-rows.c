/* SPDX-License-Identifier: MIT */
/*
 * Rows out of one store and into another.  They are read a page at a time, from one key to the next: no query is long,
 * whatever the table, and none keeps more than a row.
 */
#include "store/copy.h"
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

enum {
    BULK_COLUMNS = 32, /* what drivers take in bulk */
    CHUNK_FIRST = 4096,
    CHUNK_MOST = 65536,
    CHUNK_BYTES = 8 << 20,
    SHORT = 150, /* milliseconds: twice as many rows next time */
    LONG = 500   /* half as many */
};

/* ---- texts of statements ---- */

static void add_names(struct strbuf *sql, const struct relation *shape, bool key_only)
{
    const size_t n = key_only ? shape->n_key : shape->n_columns;
    for (size_t i = 0; i < n; i++)
        strbuf_addf(sql, "%s\"%s\"", i ? ", " : "", shape->columns[key_only ? shape->key[i] : i].name);
}

static void add_parameters(struct strbuf *sql, size_t n)
{
    for (size_t i = 1; i <= n; i++)
        strbuf_addf(sql, "%s$%zu", i > 1 ? ", " : "", i);
}

static char *read_text(const struct relation *shape, bool more)
{
    struct strbuf sql = {0};
    strbuf_adds(&sql, "SELECT ");
    add_names(&sql, shape, false);
    strbuf_addf(&sql, "\nFROM \"%s\"\n", shape->name);
    if (more) {
        strbuf_adds(&sql, "WHERE (");
        add_names(&sql, shape, true);
        strbuf_adds(&sql, ") > (");
        add_parameters(&sql, shape->n_key);
        strbuf_adds(&sql, ")\n");
    }
    strbuf_adds(&sql, "ORDER BY ");
    add_names(&sql, shape, true);
    strbuf_addf(&sql, "\nLIMIT %d", COPY_PAGE);
    return sql.at;
}

static char *insert_text(const struct relation *shape)
{
    struct strbuf sql = {0};
    strbuf_addf(&sql, "INSERT INTO \"%s\" (", shape->name);
    add_names(&sql, shape, false);
    strbuf_adds(&sql, ")\nVALUES (");
    add_parameters(&sql, shape->n_columns);
    strbuf_adds(&sql, ")");
    return sql.at;
}

/* ---- reading ---- */

void reader_open(struct reader *reader, struct store *store, const struct relation *shape)
{
    *reader = (struct reader){.store = store, .shape = shape};
    reader->values = xcalloc(shape->n_columns, sizeof *reader->values);
    reader->key = xcalloc(shape->n_key, sizeof *reader->key);
    reader->first = read_text(shape, false);
    reader->more = read_text(shape, true);
    digest_init(&reader->digest, NULL, 0);
}

void reader_close(struct reader *reader)
{
    store_done(reader->stmt);
    free(reader->values);
    free(reader->key);
    free(reader->first);
    free(reader->more);
    strbuf_release(&reader->texts);
    *reader = (struct reader){0};
}

void reader_sum(const struct reader *reader, unsigned char sum[DIGEST_SIZE])
{
    struct digest digest = reader->digest;
    digest_final(&digest, sum);
}

/* The numbers of a row and the lengths of its texts, then the texts. */
static void add_row(struct digest *digest, const struct statement_value *values, size_t n)
{
    enum { AT_ONCE = 32 };
    int64_t numbers[AT_ONCE];
    for (size_t from = 0; from < n; from += AT_ONCE) {
        const size_t count = n - from < AT_ONCE ? n - from : AT_ONCE;
        for (size_t i = 0; i < count; i++) {
            const struct statement_value *value = &values[from + i];
            if (value->type == 's')
                numbers[i] = value->text.at ? (int64_t)value->text.len : -1;
            else if (value->type == 'd')
                memcpy(&numbers[i], &value->real, sizeof numbers[i]);
            else
                numbers[i] = value->number;
        }
        digest_add_numbers(digest, numbers, count);
    }
    for (size_t i = 0; i < n; i++)
        if (values[i].type == 's' && values[i].text.at)
            digest_add(digest, values[i].text.at, values[i].text.len);
}

static enum alm_status take_row(struct reader *reader, struct alm_error *err)
{
    const struct relation *shape = reader->shape;
    for (size_t i = 0; i < shape->n_columns; i++) {
        struct statement_value *value = &reader->values[i];
        const int at = (int)i;
        *value = (struct statement_value){.type = shape->columns[i].type, .number = ALM_NULL};
        if (value->type == 's') {
            value->text = store_text(reader->stmt, at);
        } else if (value->type == 'd' && store_is_null(reader->stmt, at)) {
            value->type = 'i';
        } else if (value->type == 'd') {
            value->real = store_double(reader->stmt, at) + 0.0; /* -0 is 0: not every engine tells them apart */
        } else {
            value->number = store_int(reader->stmt, at);
            if (value->number == ALM_NULL && !store_is_null(reader->stmt, at))
                return error_set(err, ALM_BAD_DATA, _("mend that row"),
                                 _("%s.%s: %" PRId64 " is no number that almoner writes"), shape->name,
                                 shape->columns[i].name, value->number);
        }
    }
    add_row(&reader->digest, reader->values, shape->n_columns);
    return ALM_OK;
}

/* The key that the next page begins after: its texts won't stay where they are. */
static void keep_key(struct reader *reader)
{
    const struct relation *shape = reader->shape;
    size_t at = 0;
    strbuf_reset(&reader->texts);
    for (size_t i = 0; i < shape->n_key; i++) {
        reader->key[i] = reader->values[shape->key[i]];
        if (reader->key[i].type == 's')
            strbuf_add(&reader->texts, reader->key[i].text.at, reader->key[i].text.len);
    }
    for (size_t i = 0; i < shape->n_key; i++)
        if (reader->key[i].type == 's') {
            reader->key[i].text.at = reader->texts.at ? reader->texts.at + at : "";
            at += reader->key[i].text.len;
        }
}

static enum alm_status open_page(struct reader *reader, struct alm_error *err)
{
    const bool more = reader->rows > 0;
    reader->in_page = 0;
    return statement_query(reader->store, &reader->stmt, err, more ? reader->more : reader->first, reader->key,
                           more ? reader->shape->n_key : 0);
}

enum alm_status reader_next(struct reader *reader, bool *row, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    *row = false;
    for (;;) {
        if (!reader->stmt && (status = open_page(reader, err)) != ALM_OK)
            return status;
        if ((status = store_next(reader->stmt, row, err)) == ALM_OK && *row)
            break;
        reader->stmt = NULL;
        if (status != ALM_OK || reader->in_page < COPY_PAGE)
            return status;
    }
    if ((status = take_row(reader, err)) != ALM_OK)
        return status;
    reader->rows++;
    if (++reader->in_page == COPY_PAGE)
        keep_key(reader);
    return ALM_OK;
}

/* ---- writing ---- */

void writer_open(struct writer *writer, struct store *store, const struct relation *shape)
{
    bool bulk = shape->n_columns <= BULK_COLUMNS;
    *writer = (struct writer){.store = store, .shape = shape, .chunk = CHUNK_FIRST};
    writer->specs = xcalloc(shape->n_columns, sizeof *writer->specs);
    for (size_t i = 0; i < shape->n_columns; i++) {
        const struct relation_column *column = &shape->columns[i];
        writer->specs[i] = (struct store_bulk_spec){column->name, ALM_BULK_SET, column->type == 's'};
        bulk = bulk && column->type != 'd';
    }
    for (size_t i = 0; i < shape->n_key; i++)
        writer->specs[shape->key[i]].role = ALM_BULK_KEY;
    if (bulk)
        writer->bulk = store_bulk_new(store, shape->name, ALM_BULK_APPEND, writer->specs, shape->n_columns);
    else
        writer->insert = insert_text(shape);
}

void writer_close(struct writer *writer)
{
    store_rollback(writer->store);
    store_bulk_free(writer->bulk);
    free(writer->specs);
    free(writer->insert);
    *writer = (struct writer){0};
}

static enum alm_status begin(struct writer *writer, struct alm_error *err)
{
    enum alm_status status = store_begin(writer->store, true, err);
    return status == ALM_OK ? writer->may(writer->context, err) : status;
}

static int64_t milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum alm_status writer_flush(struct writer *writer, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    if (writer->rows == 0)
        return ALM_OK;
    const int64_t started = milliseconds();
    if (writer->bulk) {
        status = begin(writer, err);
        if (status == ALM_OK)
            status = store_bulk_flush(writer->bulk, 0, NULL, err);
    }
    if (status == ALM_OK)
        status = store_commit(writer->store, err);
    if (status != ALM_OK)
        return status;
    const int64_t took = milliseconds() - started;
    if (writer->bulk && took < SHORT && writer->rows == writer->chunk && writer->chunk < CHUNK_MOST)
        writer->chunk *= 2;
    else if (took > LONG && writer->chunk > 1)
        writer->chunk /= 2;
    writer->rows = writer->bytes = 0;
    return ALM_OK;
}

static enum alm_status insert_row(struct writer *writer, const struct statement_value *values, struct alm_error *err)
{
    struct store_stmt *stmt;
    enum alm_status status = ALM_OK;
    if (writer->rows == 0 && (status = begin(writer, err)) == ALM_OK)
        status = store_defer(writer->store, true, err); /* what comes of a row, commit tells */
    if (status == ALM_OK)
        status = statement_query(writer->store, &stmt, err, writer->insert, values, writer->shape->n_columns);
    for (bool row = true; status == ALM_OK && row;)
        status = store_next(stmt, &row, err);
    return status;
}

static void add_to_bulk(struct writer *writer, const struct statement_value *values)
{
    store_bulk_row(writer->bulk);
    for (size_t i = 0; i < writer->shape->n_columns; i++)
        if (values[i].type == 's') {
            store_bulk_text(writer->bulk, i, values[i].text);
            writer->bytes += values[i].text.len;
        } else {
            store_bulk_int(writer->bulk, i, values[i].number);
        }
}

enum alm_status writer_row(struct writer *writer, const struct statement_value *values, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    if (writer->bulk)
        add_to_bulk(writer, values);
    else
        status = insert_row(writer, values, err);
    writer->rows++;
    if (status == ALM_OK && (writer->rows >= writer->chunk || writer->bytes >= CHUNK_BYTES))
        status = writer_flush(writer, err);
    return status;
}
