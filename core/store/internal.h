/* SPDX-License-Identifier: MIT */
/* What the files of this room share; nobody else includes it. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include "plugin/plugin.h"
#include "store/store.h"

/* The version of the migration that marks a store as a copy which is not finished, of owner "store": no program takes a
 * store with it for whole. */
enum { STORE_COPY_MARK = 0 };
enum { STATEMENTS_MAX = 256, STATEMENT_BUCKETS = 512 };

struct store_stmt {
    struct store *store;
    struct alm_statement *statement;
    char *sql;
    uint64_t hash;
    struct store_stmt *next; /* of the same bucket */
    uint64_t used;           /* the store's count of queries when it was used last */
    bool writes;
    bool active; /* bound or stepped, and not reset since */
};

struct store {
    const struct alm_store_driver *driver;
    struct alm_connection *connection;
    struct store_options options;
    char *id_file;
    struct id_source ids;
    bool ids_open;
    bool in_transaction;
    bool writing;
    size_t savepoints;     /* that are open */
    size_t savepoints_set; /* of them, those that the driver knows: see store_set_savepoints() */
    bool made_here; /* its first migration was applied by this very process: it has no past to tell of */

    /* statement.c */
    struct store_stmt *buckets[STATEMENT_BUCKETS];
    struct store_stmt *by_pointer[STATEMENT_BUCKETS]; /* a guess by the text's address, checked before it is believed */
    size_t n_statements;
    uint64_t queries;

    char *who; /* journal.c: the system user, once asked */
};

/* A place for the error of who doesn't want it: drivers write without asking. */
#define ERROR_OR_UNUSED(err)                                                                                           \
    struct alm_error unused_error;                                                                                     \
    if (!(err))                                                                                                        \
    (err) = &unused_error

/* From here to the end of the block the driver may be called: a crash is told as its plug-in's.  Not to be jumped over.
 */
#define IN_DRIVER(store)                                                                                               \
    __attribute__((cleanup(plugin_leave))) struct plugin_call in_driver = {.plugin = (store)->options.plugin,          \
                                                                           .what = PLUGIN_STORE};                      \
    plugin_enter(&in_driver)

/* Of an optional member of the driver's table, which may be of an older minor. */
#define DRIVER_HAS(driver, member)                                                                                     \
    ((driver)->size >= offsetof(struct alm_store_driver, member) + sizeof(driver)->member && (driver)->member)

/* store.c */
/* A savepoint under which nothing is done costs nothing: the driver hears of it before the first statement. */
enum alm_status store_set_savepoints(struct store *, struct alm_error *);

/* statement.c */
/* An argument, by the letters i, s and d of store_query(). */
struct statement_value {
    char type;
    int64_t number;
    double real;
    struct alm_text text;
};
/* store_query() with arguments that are counted at run time. */
enum alm_status statement_query(struct store *, struct store_stmt **, struct alm_error *, const char *sql,
                                const struct statement_value *, size_t n);
void statement_reset_all(struct store *);
void statement_forget_all(struct store *);
bool statement_writes(const char *sql);

/* A fault of the program unless a write transaction is open; `what` names what was tried. */
enum alm_status store_need_write(const struct store *, const char *what, struct alm_error *);

#endif
