/* SPDX-License-Identifier: MIT */
/*
 * What the files of this plug-in share: a connection, a statement, and how an answer of SQLite becomes an alm_error.
 */
#ifndef STORE_SQLITE_SQLITE_H
#define STORE_SQLITE_SQLITE_H

#include <almoner/plugin.h>
#include <sqlite3.h>

enum { BULK_STATEMENTS = 32, APPLICATION_ID = 0x616c6d6e /* "almn" */, PAGE_SIZE = 16384 };

struct settings {
    const char *path;
    int64_t cache;        /* MiB */
    int64_t busy_timeout; /* seconds */
};

struct alm_connection {
    sqlite3 *db;
    char *path;
    bool read_only;
    bool in_transaction; /* as the core sees it: SQLite undoes one by itself when a disk is full */
    struct {
        char *sql;
        sqlite3_stmt *stmt;
    } bulk[BULK_STATEMENTS];
    size_t bulk_next; /* the slot that is replaced next */
};

/* store-sqlite.c: the last error of `db` as an alm_error; `what` is put before it ("" for nothing). */
enum alm_status sqlite_fail(sqlite3 *db, int rc, const char *what, struct alm_error *err);

/* The first column of the first row of `sql` as a number; `otherwise` when there is none. */
int sqlite_number(sqlite3 *db, const char *sql, int64_t otherwise, int64_t *number);

/* translate.c: SQL as the core writes it, as SQLite takes it.  malloc'ed; NULL when memory is out. */
char *translate_query(const char *sql);
char *translate_ddl(const char *sql);

/* rows.c: the table-valued function almoner_rows(): the rows of a struct alm_bulk from the first wanted on, in columns
 * c1, c2 ...; bulk writes select from it, and `= ANY ($n)` from one of a single column. */
enum { ROWS_COLUMNS = 32 };
/* What is bound to it. */
struct rows {
    const struct alm_bulk *bulk;
    size_t first, end;
    size_t at; /* the row that was given out last */
};
int rows_register(sqlite3 *db);
extern const char *const rows_pointer_type;

/* statement.c */
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
void statement_reset(struct alm_statement *);
int64_t statement_changes(struct alm_statement *);
int statement_columns(struct alm_statement *);
const char *statement_column_name(struct alm_statement *, int i);
bool statement_column_is_null(struct alm_statement *, int i);
int64_t statement_column_int(struct alm_statement *, int i);
double statement_column_double(struct alm_statement *, int i);
struct alm_text statement_column_text(struct alm_statement *, int i);

/* bulk.c */
enum alm_status bulk_write(struct alm_connection *, const struct alm_bulk *, struct alm_error *);
void bulk_release(struct alm_connection *);

/* copy.c */
enum alm_status copy_backup(struct alm_connection *, const char *file, struct alm_error *);
enum alm_status copy_restore(struct alm_connection *, const char *file, struct alm_error *);
enum alm_status copy_check(struct alm_connection *, struct alm_error *);

#endif
