/* SPDX-License-Identifier: MIT */
/*
 * store: SQL for the rooms below, whatever the driver.  Statements are prepared once for each text and kept; one transaction at a
 * time; bulk writes; migrations; the journal of what wrote.  It knows no table of the rooms below.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/base.h"

struct store;
struct store_stmt;

struct store_options {
    const struct alm_store_driver *driver;
    const char *plugin;          /* whose driver it is, for messages; NULL in tests */
    const struct alm_host *host; /* for the driver */
    void *driver_state;
    bool create;    /* almoner init only */
    bool read_only;
    const char *id_file; /* see base id_open() */
    int office;
    alm_time (*clock)(void *context); /* the clock service; milliseconds come from it too when it is fixed */
    void *clock_context;
    bool clock_fixed;
};

enum alm_status store_open(struct store **, const struct store_options *, struct alm_error *);
/* Rolls back what is open. */
void store_close(struct store *);
const struct alm_store_driver *store_driver(const struct store *);
void store_describe(struct store *, char *buf, size_t size);

/* ---- transactions (store.c) ---- */

enum alm_status store_begin(struct store *, bool write, struct alm_error *);
enum alm_status store_commit(struct store *, struct alm_error *);
void store_rollback(struct store *);
bool store_in_transaction(const struct store *);
/*
 * After a transaction failed and was rolled back: whether to run it again from its begin, because it was others at work
 * that made it fail.  Waits a while first, longer from attempt (0, 1 ...) to attempt; false once that was tried enough.
 */
bool store_again(struct store *, unsigned attempt);
/*
 * After a commit failed: what became of it.  Where its answer was lost, the transaction's entry is looked up in the journal.  One that is
 * not found there may yet come, from a server that is cut off and still at work: what is run again then has to be kept once by its keys.
 */
enum store_outcome {
    STORE_FAILED,    /* as the error says */
    STORE_KEPT,      /* all the same */
    STORE_NOT_FOUND, /* the answer was lost, and the entry is not there */
    STORE_UNSURE     /* the answer was lost, and so is the store */
};
enum store_outcome store_outcome(struct store *, alm_id entry);
/*
 * Between on and off (or the transaction's end, or a savepoint), writes may go out without waiting for what comes of
 * them, and a failure is told by the call that switches it off, by a read in
 * between or by commit.  For several writes in a row, where none depends on the one before.
 */
enum alm_status store_defer(struct store *, bool on, struct alm_error *);
/*
 * Sums that all writers add to are kept in slots: rows of their own for writers at work at the same time, so that none
 * waits for the other; readers add the slots up.  This session's slot; 0 where there is one writer only.
 */
int64_t store_slot(const struct store *);
enum alm_status store_savepoint(struct store *, struct alm_error *);
enum alm_status store_release(struct store *, bool keep, struct alm_error *);

/* ---- statements (statement.c) ---- */

/*
 * A statement for this text, reset, with the arguments bound in order to $1, $2 ...  `types` has a letter for each:
 *   i int64_t (ALM_NULL is null) | t const char * (NULL is null) | s struct alm_text by value | d double | n null (no argument)
 *   I const int64_t *, size_t (array for = ANY ($n)) | T const struct alm_text *, size_t
 * The statement is the store's and is reset by the next store_query() of the same text: a query must not run inside itself.
 */
enum alm_status store_query(struct store *, struct store_stmt **, struct alm_error *, const char *sql, const char *types, ...);
/* The next row; *row false at the end, and the statement is reset then. */
enum alm_status store_next(struct store_stmt *, bool *row, struct alm_error *);
/* Stop before the end. */
void store_done(struct store_stmt *);
/* Run to the end; *changes (may be NULL) are the rows written. */
enum alm_status store_run(struct store *, int64_t *changes, struct alm_error *, const char *sql, const char *types, ...);
/* The single number that a query gives; `otherwise` if it gives no row or null. */
enum alm_status store_number(struct store *, int64_t *, int64_t otherwise, struct alm_error *, const char *sql, const char *types, ...);
int64_t store_int(struct store_stmt *, int i); /* ALM_NULL for null */
double store_double(struct store_stmt *, int i);
struct alm_text store_text(struct store_stmt *, int i); /* valid until the next store_next() */
const char *store_string(struct store_stmt *, int i);   /* likewise; NULL for null */
bool store_is_null(struct store_stmt *, int i);
/* The driver's statement and driver, for rooms that hand it on (host). */
struct alm_statement *store_driver_statement(struct store_stmt *);

/* ---- bulk (bulk.c) ---- a table's columns, gathered row by row and handed to the driver as a whole. */

struct store_bulk_spec {
    const char *name;
    uint32_t role; /* enum alm_bulk_role */
    bool text;
};
struct store_bulk;
/* `specs` must outlive it. */
struct store_bulk *store_bulk_new(struct store *, const char *table, enum alm_bulk_mode, const struct store_bulk_spec *specs, size_t n);
/* Begin a row, then set its columns (unset ones are null). Text is copied. */
void store_bulk_row(struct store_bulk *);
void store_bulk_int(struct store_bulk *, size_t column, int64_t);
/* A new row whose first n columns are these numbers. */
void store_bulk_ints(struct store_bulk *, const int64_t *, size_t n);
void store_bulk_text(struct store_bulk *, size_t column, struct alm_text);
size_t store_bulk_count(const struct store_bulk *);
/* What stands in a row; rows are numbered as they were added until they are sorted. */
int64_t store_bulk_int_at(const struct store_bulk *, size_t column, size_t row);
struct alm_text store_bulk_text_at(const struct store_bulk *, size_t column, size_t row);
/* Put the rows in the order of the first `n` columns, as a flush does; false if they stood so already.  It touches nothing but the bulk, so that it may
 * go on beside other work. */
bool store_bulk_sort(struct store_bulk *, size_t n);
/* Sort the rows by the first `n` columns (integers or text), write them all, and empty it.  For CLAIM, `conflict` (may be NULL) gets a flag for each row in
 * the order in which they were added; a key that stands twice among the rows conflicts from its second on. */
enum alm_status store_bulk_flush(struct store_bulk *, size_t sort_by, bool *conflict, struct alm_error *);
void store_bulk_free(struct store_bulk *);

/* ---- ids ---- */

enum alm_status store_id(struct store *, alm_id *, struct alm_error *);
enum alm_status store_ids(struct store *, alm_id *out, size_t n, struct alm_error *);

/* ---- migrations (migrate.c) ---- */

struct store_migrated {
    const char *owner;
    uint32_t from, to; /* schema versions; equal: nothing to do */
};
/* Apply what is missing of one owner's ("store", "register", a plug-in ...) migrations, a transaction each.  A checksum that differs, a gap, or a store that
 * is newer than the program is an error that says so.  In a store that was there before, each leaves an entry in the journal. */
enum alm_status store_migrate(struct store *, const char *owner, const struct alm_migration *, size_t n, struct store_migrated *, struct alm_error *);
/* The same checks without applying: ALM_UNAVAILABLE with the hint `almoner init` when something is missing. */
enum alm_status store_migrated(struct store *, const char *owner, const struct alm_migration *, size_t n, struct alm_error *);
/* The store's own tables: meta, migrations, journal. */
extern const struct alm_migration *const store_migrations;
extern const size_t store_n_migrations;

/* Small facts about the store: "test", "campaign" ...  The value lives in the arena, NULL if there is none; setting NULL removes it. */
enum alm_status store_meta_get(struct store *, const char *key, struct arena *, const char **value, struct alm_error *);
enum alm_status store_meta_set(struct store *, const char *key, const char *value, struct alm_error *);

/* ---- upkeep (upkeep.c) ---- the first two outside transactions ---- */

/* Write a checked copy of the whole store to a new file, online; put one back; run the engine's own check. */
enum alm_status store_backup(struct store *, const char *file, struct alm_error *);
enum alm_status store_restore(struct store *, const char *file, struct alm_error *);
enum alm_status store_check(struct store *, struct alm_error *);
int64_t store_bytes(struct store *); /* on disk; 0: not known */

/* ---- the journal (journal.c) ---- */

/*
 * Every transaction that writes leaves an entry: who (the system user, never an option; the office), when, what, counts, and the digest of
 * what it wrote to the ledger.  Entries are chained afterwards by a seal.
 */
struct store_entry {
    alm_id id;
    const char *command;   /* "delivery import" */
    const char *subject;   /* a code, a file's name; never personal data; may be NULL */
    const char *reason;    /* may be NULL */
    int64_t added, changed, removed; /* rows, as the command counts them */
    int64_t lines;         /* ledger lines of this entry */
    uint64_t digest[2];    /* sum over them, see ledger */
};
enum alm_status store_journal_add(struct store *, const struct store_entry *, struct alm_error *);
/* Who writes, as the journal says; in test stores it may be set. */
const char *store_who(struct store *);
/* The system user, without a store. */
void store_user(struct strbuf *);
void store_set_who(struct store *, const char *name);
alm_time store_clock(const struct store *); /* now, by the clock service */
/* Chain the entries that are not yet sealed; append the keyed head to `seal_file` (key from `key_file`, made on first use, mode 0600). */
enum alm_status store_seal(struct store *, const char *seal_file, const char *key_file, int64_t *sealed, struct alm_error *);
/* A backup was put back: from now on the chain goes on from where it ends in the store, and heads past that hold no more.  Kept in seal_file,
 * with its key, beside the heads that it ends; nothing to do where nothing was sealed. */
enum alm_status store_seal_restored(struct store *, const char *seal_file, const char *key_file, struct alm_error *);
/* Recompute the chain and compare with the heads in seal_file.  *unsealed counts the tail; a broken link or missing entry is an error that names it. */
enum alm_status store_seal_verify(struct store *, const char *seal_file, const char *key_file, int64_t *sealed, int64_t *unsealed, struct alm_error *);

/* ---- a copy of all of it in another store (copy.c) ---- */

struct store_copied {
    const char *table;
    int64_t read;    /* rows of the source */
    int64_t written; /* rows of the copy, counted there */
    unsigned char sum[DIGEST_SIZE]; /* of the source's rows */
};
struct store_copy {
    struct store *from, *to;
    void (*progress)(void *context, int64_t done, int64_t total);
    void (*warn)(void *context, const char *text);
    void *context;
    struct arena *arena;
    struct store_copied *tables; /* out: in the arena */
    size_t n_tables;
};
/* What there is to copy. */
enum alm_status store_copy_list(struct store *from, struct arena *, struct store_copied **, size_t *n, struct alm_error *);
/* Whether `to` may take a copy of `from`: it holds nothing, or, *begun, an unfinished copy of that store.  Anything else is an error. */
enum alm_status store_copy_look(struct store *from, struct store *to, struct arena *, bool *begun, struct alm_error *);
/*
 * Copy all rows, compare both sides, and leave `entry` in the copy's journal.  `to` was looked at, and has had the same
 * migrations applied.  Until all of that is done it is no store that anything else opens, and the
 * same call goes on where the last one ended.  Errors are prefixed with the side that they are of.
 */
enum alm_status store_copy_run(struct store_copy *, bool begun, struct store_entry *, struct alm_error *);

#endif
