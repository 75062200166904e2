/* SPDX-License-Identifier: MIT */
/*
 * What the files of this plug-in share: a connection, its settings, and how an answer of the server becomes an
 * alm_error.
 *
 * One connection, one thing at a time on it: a result that is being read row by row holds it.  Whoever needs it next
 * calls connection_ready(), which takes the rest of those rows aside (rows.c).
 */
#ifndef STORE_POSTGRES_POSTGRES_H
#define STORE_POSTGRES_POSTGRES_H

#include <almoner/plugin.h>
#include <libpq-fe.h>

enum {
    SERVER_OLDEST = 130000,
    BULK_STATEMENTS = 64,
    DEAD_STATEMENTS = 64,
    PENDING_MOST = 64,
    DEFERRED_ROWS = 64,     /* larger writes are waited for */
    GENERIC_ARRAY = 256,    /* elements: longer arrays are worth a plan of their own */
    GENERIC_AFTER = 5,      /* executions */
    LOCK_CLASS = 0x616c6d6e /* "almn": of our advisory locks */
};

/* Types as the server numbers them. */
enum {
    TYPE_BOOL = 16,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_TEXT = 25,
    TYPE_FLOAT8 = 701,
    TYPE_TEXTS = 1009,
    TYPE_INT8S = 1016,
    TYPE_VARCHAR = 1043,
};

struct settings {
    const char *connection; /* of libpq: key words and values, or a URI */
    const char *schema;
    int64_t connect_timeout;   /* seconds */
    int64_t lock_timeout;      /* seconds */
    int64_t statement_timeout; /* seconds; 0: none */
    int64_t distribute;        /* enum distribute */
};

enum distribute { DISTRIBUTE_NO, DISTRIBUTE_CITUS };

/* Bytes that grow. */
struct bytes {
    char *at;
    size_t len, capacity;
    bool failed; /* memory is out: what follows is lost, and the length is no longer to be believed */
};

struct alm_connection {
    PGconn *pg;
    const struct settings *settings;
    bool read_only, create;
    bool in_transaction; /* as the core sees it */
    bool aborted;        /* the server refuses all but an end of the transaction or savepoint; `failure` says why */
    bool again;          /* the last failure came from others at work: the transaction may pass when it is run anew */
    bool writing;        /* the transaction, or the last one */
    bool unsure;         /* the answer to the last commit was lost */
    bool reached;        /* the server has let us in before */
    struct alm_error failure;
    uint64_t generation; /* counts connects: what was prepared on an earlier one is prepared anew */
    uint64_t named;      /* counts names of prepared statements */
    enum { PLANS_UNKNOWN, PLANS_AUTO, PLANS_GENERIC } plans; /* plan_cache_mode of the session */
    bool deferring;                                          /* writes may go out without waiting for their answers */
    size_t n_pending;                                        /* writes on their way, in pipeline mode */
    struct alm_statement *streaming;
    uint64_t dead[DEAD_STATEMENTS]; /* names that can be given back to the server */
    size_t n_dead;
    struct {
        char *sql;
        struct alm_statement *statement;
    } bulk[BULK_STATEMENTS];
    size_t bulk_next; /* the slot that is replaced next */
};

/* ---- bytes.c ---- */
void bytes_add(struct bytes *, const void *, size_t len);
void bytes_text(struct bytes *, const char *);
void bytes_identifier(struct bytes *, const char *); /* in double quotes */
void bytes_int2(struct bytes *, int);
void bytes_int4(struct bytes *, int64_t);
void bytes_int8(struct bytes *, int64_t);
int64_t bytes_read_int8(const char *);
int32_t bytes_read_int4(const char *);
/* An array as the server reads it; ALM_NULL and at == NULL are nulls. */
void bytes_ints(struct bytes *, const int64_t *, size_t n);
void bytes_texts(struct bytes *, const struct alm_text *, size_t n);
enum alm_status out_of_memory(struct alm_error *);

/* ---- connect.c ---- */
enum alm_status connection_open(struct alm_connection *, struct alm_error *);
/* Whether the wire is broken; outside a transaction connection_open() mends it. */
bool connection_lost(const struct alm_connection *);
/* connection_open() if the wire broke while nothing was under way. */
enum alm_status connection_mend(struct alm_connection *, struct alm_error *);
/* Free the wire for the next statement: rows still to come are taken aside, answers still to come are awaited. */
enum alm_status connection_ready(struct alm_connection *, struct alm_error *);
/* Make ready to send what connection_ready() will take the answer of. */
enum alm_status connection_pend(struct alm_connection *, struct alm_error *);
/* Run SQL without parameters, several statements too; free the wire first. */
enum alm_status connection_run(struct alm_connection *, const char *sql, struct alm_error *);
/* Likewise, for the first column of the first row as a number. */
enum alm_status connection_number(struct alm_connection *, const char *sql, int64_t *number, struct alm_error *);
/* A connection string's own faults, and secrets that don't belong in it; NULL if it is sound. */
const char *connection_fault(const char *connection, const char **hint);

/* ---- errors.c ---- */
/* The server's answer (NULL: what libpq says) as an alm_error; `what` is put before it ("" for nothing). */
enum alm_status postgres_fail(struct alm_connection *, const PGresult *, const char *what, struct alm_error *);
/* Of a connect that failed; `again` says whether the server may soon let us in. */
enum alm_status postgres_no_connection(struct alm_connection *, bool late, struct alm_error *);

/* ---- translate.c ---- DDL as the core writes it, as PostgreSQL takes it.  malloc'ed; NULL when memory is out. */
char *translate_ddl(const char *sql);
/* The next CREATE TABLE of *sql, which moves past it; column is NULL where the DDL says nothing.  False: no more. */
struct ddl_table {
    const char *name, *column;
    size_t name_len, column_len;
};
bool translate_next_table(const char **sql, struct ddl_table *);

/* ---- distribute.c ---- for a sharding engine that is there as an extension: tell it of the tables of this DDL, which
 * was just run in the open transaction. */
enum alm_status distribute_tables(struct alm_connection *, const char *sql, struct alm_error *);

/* ---- rows.c ---- rows that were taken aside: some in memory, many in an unlinked file. */
struct rows;
struct rows *rows_new(int n_columns);
void rows_free(struct rows *);
bool rows_add(struct rows *, const PGresult *); /* one row; false: no room, errno tells */
/* The next row: a value and a length (-1: null) for each column, valid until the next call.  0: none, -1: cannot be
 * read. */
int rows_next(struct rows *, const char **values, int *lengths);

/* ---- statement.c ---- */
enum alm_status statement_prepare(struct alm_connection *, const char *sql, struct alm_statement **,
                                  struct alm_error *);
void statement_finalize(struct alm_statement *);
enum alm_status statement_bind_int(struct alm_statement *, int n, int64_t, struct alm_error *);
enum alm_status statement_bind_double(struct alm_statement *, int n, double, struct alm_error *);
enum alm_status statement_bind_text(struct alm_statement *, int n, struct alm_text, struct alm_error *);
enum alm_status statement_bind_null(struct alm_statement *, int n, struct alm_error *);
enum alm_status statement_bind_ints(struct alm_statement *, int n, const int64_t *, size_t count, struct alm_error *);
enum alm_status statement_bind_texts(struct alm_statement *, int n, const struct alm_text *, size_t count,
                                     struct alm_error *);
enum alm_status statement_step(struct alm_statement *, bool *row, struct alm_error *);
/* Send a write without waiting for its answer. */
enum alm_status statement_send(struct alm_statement *, struct alm_error *);
/* Take the rows that are still to come aside, so that the wire is free. */
enum alm_status statement_set_aside(struct alm_statement *, struct alm_error *);
void statement_reset(struct alm_statement *);
int64_t statement_changes(struct alm_statement *);
int statement_columns(struct alm_statement *);
const char *statement_column_name(struct alm_statement *, int i);
bool statement_column_is_null(struct alm_statement *, int i);
int64_t statement_column_int(struct alm_statement *, int i);
double statement_column_double(struct alm_statement *, int i);
struct alm_text statement_column_text(struct alm_statement *, int i);

/* ---- bulk.c ---- */
enum alm_status bulk_write(struct alm_connection *, const struct alm_bulk *, struct alm_error *);
void bulk_release(struct alm_connection *);

/* ---- copy.c ---- */
enum alm_status copy_backup(struct alm_connection *, const char *file, struct alm_error *);
enum alm_status copy_restore(struct alm_connection *, const char *file, struct alm_error *);
enum alm_status copy_check(struct alm_connection *, struct alm_error *);

#endif
