/* SPDX-License-Identifier: MIT */
/* What copying a store knows of tables: their shape as the engine tells it, and their rows in the order of the key. */
#ifndef STORE_COPY_H
#define STORE_COPY_H

#include "store/internal.h"

/* ---- shapes (relations.c) ---- */

struct relation_column {
    const char *name;
    char type;      /* as store_query() takes it: i, s, d; 0: none of these */
    const char *as; /* what the engine calls it */
};
struct relation {
    const char *name;
    bool table; /* not a view */
    struct relation_column *columns;
    size_t n_columns;
    size_t *key; /* columns of the primary key, in its order */
    size_t n_key;
};
/* All that the store holds, in the order in which it was made; in the arena. */
enum alm_status relations_read(struct store *, struct arena *, struct relation **, size_t *n, struct alm_error *);
const struct relation *relation_find(const struct relation *, size_t n, const char *name);
bool relation_has_column(const struct relation *, const char *name);

/* ---- rows (copy-rows.c) ---- */

enum { COPY_PAGE = 32768 };

/* Rows of a table in the order of its key, a page for each query.  The last row's values stay until the next one. */
struct reader {
    struct store *store;
    const struct relation *shape; /* the columns to read: those of the table that is written */
    struct statement_value *values;
    size_t in_page;
    int64_t rows;
    struct digest digest; /* of all rows so far */
    char *first, *more;   /* the queries */
    struct store_stmt *stmt;
    struct statement_value *key; /* of the page's last row; its texts in `texts` */
    struct strbuf texts;
};
void reader_open(struct reader *, struct store *, const struct relation *shape);
/* *row false at the end. */
enum alm_status reader_next(struct reader *, bool *row, struct alm_error *);
void reader_sum(const struct reader *, unsigned char sum[DIGEST_SIZE]);
void reader_close(struct reader *);

/* Rows on their way into a table, written in transactions of well under a second. */
struct writer {
    struct store *store;
    const struct relation *shape;
    /* Asked inside each transaction: whether this run may still write. */
    enum alm_status (*may)(void *context, struct alm_error *);
    void *context;
    struct store_bulk *bulk; /* NULL: row by row, for what bulk writes don't take */
    struct store_bulk_spec *specs;
    char *insert;
    size_t chunk; /* rows of one transaction; from how long the last ones took */
    size_t rows, bytes;
};
void writer_open(struct writer *, struct store *, const struct relation *shape);
enum alm_status writer_row(struct writer *, const struct statement_value *, struct alm_error *);
enum alm_status writer_flush(struct writer *, struct alm_error *);
void writer_close(struct writer *);

#endif
