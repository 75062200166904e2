/* SPDX-License-Identifier: MIT */
/*
 * almoner/plugin.h: all that the author of a plug-in reads.
 *
 * A plug-in is a shared object with one exported function, alm_plugin_entry(), which the macro ALM_PLUGIN() at the end
 * of this file writes.  It returns a `struct alm_plugin`: tables of settings, commands, reports and migrations, and
 * either a programme (a kind of aid: a rule) or a store (a database driver).  The host calls the plug-in through these
 * tables; the plug-in calls the host through `struct alm_host`, a table of functions that it is handed.  Nothing is
 * linked: the plug-in needs no symbol of the host.
 *
 * Rules that hold everywhere
 *   - Text is UTF-8.  A `const char *` ends with a NUL; a `struct alm_text` is a pointer and a length.
 *   - What a function is handed stays the caller's and is valid until the function returns, unless it says otherwise.
 *   - A function that can fail returns `enum alm_status` and fills a caller-owned `struct alm_error`.
 *   - Quantities are thousandths of the programme's unit, money is in minor units of the campaign's currency, decimals
 *     are thousandths, dates are days since 1970-01-01, times are seconds since 1970-01-01T00:00Z.
 *   - A plug-in keeps nothing in global variables: what it needs between calls is its `state`, one per programme
 *     (two INI files that name one plug-in are two programmes).
 *
 * Versions: both sides state a major and a minor.  Majors must be equal.  Within a major, `struct alm_host`,
 * `struct alm_plugin`, `struct alm_programme`, `struct alm_store_driver`, `struct alm_case` and
 * `struct alm_entitlement` only grow at their end; each begins with its size, and a side reads no further than the
 * smaller of the two sizes.  Elements of arrays never change within a major.
 */
#ifndef ALMONER_PLUGIN_H
#define ALMONER_PLUGIN_H

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ALM_ABI_MAJOR 1
#define ALM_ABI_MINOR 1

/* ---- plain types --------------------------------------------------------------------------------------------- */

typedef int64_t alm_id;       /* of a row, made by the program, never reused; 0 is none */
typedef int32_t alm_date;     /* days since 1970-01-01 (Gregorian) */
typedef int64_t alm_time;     /* seconds since 1970-01-01T00:00Z */
typedef int64_t alm_quantity; /* thousandths of a unit */
typedef int64_t alm_money;    /* minor units of the campaign's currency */

#define ALM_NO_DATE INT32_MIN
#define ALM_NULL INT64_MIN /* the null of every 64-bit number that goes to or comes from the store in bulk */
#define ALM_UNIT ((alm_quantity)1000)

/* A status is also the exit status of the command that it ends (sysexits.h). */
enum alm_status {
    ALM_OK = 0,
    ALM_REFUSED = 1,       /* a rule says no; nothing is wrong with the input */
    ALM_USAGE = 64,        /* the command line is wrong */
    ALM_BAD_DATA = 65,     /* a value or a row is wrong, or names what does not exist */
    ALM_NO_INPUT = 66,     /* a file cannot be read */
    ALM_UNAVAILABLE = 69,  /* a plug-in or a store cannot be had */
    ALM_INTERNAL = 70,     /* a fault of the program or of a plug-in */
    ALM_CANT_CREATE = 73,  /* a file cannot be made */
    ALM_IO = 74,           /* reading or writing failed half-way; a full disk */
    ALM_AGAIN = 75,        /* busy: try again */
    ALM_NO_PERMISSION = 77,
    ALM_BAD_CONFIG = 78
};

/* What went wrong, and what would mend it.  Caller-owned; `text` says what and where, `hint` the mend (may be ""). */
struct alm_error {
    enum alm_status status;
    char text[512];
    char hint[256];
};

/* A borrowed piece of text, not ended by a NUL.  at == NULL is null. */
struct alm_text {
    const char *at;
    size_t len;
};

/* Words of an ALM_LIST setting, in the order of the file, each ended by a NUL. */
struct alm_list {
    const char *const *items;
    size_t count;
};

/* Types of settings, options, columns and values. */
enum alm_type {
    ALM_BOOL = 1, /* yes, no, true, false, on, off, 1, 0 */
    ALM_INT,
    ALM_DECIMAL,  /* thousandths: 0.1 is 100 */
    ALM_MONEY,    /* minor units; written in major units */
    ALM_QUANTITY, /* thousandths of a unit */
    ALM_DATE,     /* ISO 8601 (2020-12-05) or Solar Hijri (1399/09/15) */
    ALM_MONTH,    /* Solar Hijri month: year * 12 + month - 1 */
    ALM_TIME,     /* seconds since the epoch; written 2020-12-05T12:30, in the campaign's time zone */
    ALM_DURATION, /* seconds; written `30 days`, `4 hours`, `90 minutes`, `1 year` (365 days) */
    ALM_STRING,
    ALM_PATH, /* settings: relative to the INI file's folder; handed over absolute */
    ALM_ENUM, /* one of `choices`; the number is its index */
    ALM_LIST, /* comma-separated words; settings only */
    ALM_ID    /* shown as it is */
};

/* One value.  `number` for all types but ALM_STRING and ALM_PATH, which use `text` (for ALM_ENUM both are set). */
struct alm_value {
    bool is_null;
    int64_t number;
    const char *text;
};

/* ---- settings ------------------------------------------------------------------------------------------------ */

/* Flags of settings and options. */
enum {
    ALM_REQUIRED = 1, /* must be given */
    ALM_REPEATED = 2, /* options: may be given several times */
    ALM_ARGUMENT = 4, /* options: a word by its position, not --name */
    ALM_HIDDEN = 8    /* works, and is left out of help and sample */
};

/*
 * One key of an INI file and where its value goes: at `offset` of the plug-in's settings struct.  The field's C type
 * is bool for ALM_BOOL, const char * for ALM_STRING and ALM_PATH, struct alm_list for ALM_LIST, int64_t for all others.
 * `fallback` is the default as one would write it in the file (NULL: none; the field is then 0, NULL or empty).
 * `min` and `max` are written likewise and inclusive; NULL is no bound.  flags: ALM_REQUIRED, ALM_HIDDEN.
 */
struct alm_setting {
    const char *key;
    uint32_t type; /* enum alm_type */
    uint32_t flags;
    size_t offset;
    const char *fallback;
    const char *min;
    const char *max;
    const char *const *choices; /* ALM_ENUM: ends with NULL */
    const char *unit;           /* for help: "days", "g"; NULL if it has none */
    const char *help;
};

/*
 * Sections that repeat: `[kit large]`, `[kit small]`.  Each fills one struct of `item_size` bytes whose first field is
 * `const char *name` ("large"); the array arrives as a struct alm_group at `offset` of the settings struct, in the
 * order of the file.  `sample` is INI text that `config sample` prints for it.
 */
struct alm_setting_group {
    const char *name;
    const char *help;
    const struct alm_setting *settings;
    size_t n_settings;
    size_t item_size;
    size_t offset;
    uint32_t min_count;
    uint32_t max_count; /* 0: no limit */
    const char *sample;
};

/* What a group of sections became: `count` structs of its item_size, one after the other; NULL if there are none. */
struct alm_group {
    void *items;
    size_t count;
};

/* Handed to check(): call problem() once for each fault.  `section` and `key` say where (key may be NULL). */
struct alm_check {
    void *context;
    void (*problem)(void *context, const char *section, const char *key, const char *text, const char *hint);
};

/*
 * All settings of a plug-in.  The struct is the core's, filled anew for each programme, and stays with all that it points
 * to until stop() has returned.
 */
struct alm_settings {
    const struct alm_setting *rows; /* of the section named as the plug-in */
    size_t n_rows;
    const struct alm_setting_group *groups;
    size_t n_groups;
    size_t size;                                                   /* of the settings struct */
    void (*check)(const void *settings, const struct alm_check *); /* rules across keys; may be NULL */
};

/* ---- commands and reports ------------------------------------------------------------------------------------ */

/*
 * An option `--name`, or with ALM_ARGUMENT a positional argument (in the table's order; only the last may be
 * ALM_REPEATED).  An option of type ALM_BOOL takes no value.  `value` is the word that help shows for the value.
 */
struct alm_option {
    const char *name;
    uint32_t type;
    uint32_t flags;
    const char *fallback;
    const char *const *choices;
    const char *value;
    const char *help;
};

/* What was given for each row of the command's options, in the same order: `count` values (0: not given, no default). */
struct alm_arg {
    size_t count;
    const struct alm_value *values;
    bool given; /* on the command line, not by default */
};

/* All arguments and options of a call: `n_options` rows and what was given for each; valid until run() returns. */
struct alm_args {
    const struct alm_option *options;
    size_t n_options;
    const struct alm_arg *at;
};

struct alm_host;

/* What a command needs: one of READS, WRITES and NO_STORE. */
enum {
    ALM_READS = 1,      /* runs in a read transaction */
    ALM_WRITES = 2,     /* runs in one write transaction, with its journal entry */
    ALM_BULK = 4,       /* with ALM_WRITES: opens its own transactions, one for each chunk (see host->import) */
    ALM_NO_STORE = 8    /* the store is not opened for it */
};

/*
 * A verb under the programme's name.  `name` may have two words ("kitchen add"); `summary` is one line without a full
 * stop.  run() gets the programme's state and its words, parsed.  A status that is not ALM_OK undoes what it wrote, is
 * told with the error's text and hint, and ends the program with that number.
 */
struct alm_command {
    const char *name;
    const char *summary;
    const struct alm_option *options;
    size_t n_options;
    uint32_t flags;
    enum alm_status (*run)(const struct alm_host *, void *state, const struct alm_args *, struct alm_error *);
    const char *examples; /* one a line, as typed after the word almoner; may be NULL */
};

/* Flags of columns. */
enum { ALM_TOTAL = 1 /* add up in the last row */, ALM_OPTIONAL = 2 /* only in wide outputs */ };

/* A column of a table or report, or of a programme's delivery lines. */
struct alm_column {
    const char *name;  /* machine name, [a-z_]+; header of CSV, key of JSON */
    const char *title; /* header for people */
    uint32_t type; /* enum alm_type but ALM_LIST */
    uint32_t flags;
    const char *unit;           /* shown beside the title; may be NULL */
    const char *const *choices; /* ALM_ENUM */
    const char *hxl;            /* hashtag with attributes; may be NULL */
};

/* `almoner report PROGRAMME NAME`: run() emits rows with host->row(); columns are begun and ended by the host. */
struct alm_report {
    const char *name;
    const char *summary;
    const struct alm_column *columns;
    size_t n_columns;
    const struct alm_option *options;
    size_t n_options;
    enum alm_status (*run)(const struct alm_host *, void *state, const struct alm_args *, struct alm_error *);
};

/* ---- migrations ---------------------------------------------------------------------------------------------- */

/*
 * One step of a schema: DDL in portable SQL (BIGINT, TEXT, DOUBLE PRECISION).  Tables are named PLUGIN_noun (with _ for
 * each - of the plug-in's name) and hold the programme's id in their primary key.  A table whose primary key is a table constraint is
 * kept in the order of that key.  A line `-- distributed by COLUMN` above a table that grows with households or places tells a
 * store on many nodes how to part it, and the column then stands in its primary key; a table without it is taken for small.
 * Once released, never change the text: a checksum is kept.
 */
struct alm_migration {
    uint32_t version; /* 1, 2, 3 ... */
    const char *name;
    const char *sql;
};

/* ---- programmes ---------------------------------------------------------------------------------------------- */

/* Whom a programme's aid is for. */
enum alm_recipient { ALM_HOUSEHOLD = 1, ALM_PERSON = 2, ALM_PLACE = 3 };

/* To the head of the household. */
enum alm_relation { ALM_RELATION_UNKNOWN, ALM_HEAD, ALM_SPOUSE, ALM_CHILD, ALM_PARENT, ALM_OTHER_RELATION };

/* A person in a household on the date of the case. */
struct alm_member {
    alm_id id;
    alm_date birth_date;  /* ALM_NO_DATE: not known */
    int32_t school_grade; /* 0 pre-school, 1 to 12; -1: not known or not at school */
    uint32_t relation;    /* enum alm_relation */
    char sex;             /* 'f', 'm', or 0: not known */
    const char *criteria; /* words separated by single blanks: "orphan disabled"; never NULL */
};

/* A line of the ledger: aid given.  `detail` holds the programme's own columns, in the order of its declaration. */
struct alm_line {
    alm_id id;
    alm_id owner; /* the household, or for aid to a place the place */
    alm_id household;
    alm_id person;
    alm_id partner; /* the second person where a couple receives */
    alm_id place;
    alm_id programme;
    alm_date date;
    alm_quantity quantity; /* negative in a reversal */
    alm_money value;
    alm_id area;
    alm_id body;
    alm_id group;
    alm_id stage;
    alm_id reverses; /* the line that this one takes back; 0: none */
    struct alm_value *detail;
    size_t n_detail;
};

/* One beneficiary on one day, with all that a rule may look at.  Read only. */
struct alm_case {
    uint32_t size;
    uint32_t recipient; /* enum alm_recipient */
    alm_date date;
    alm_id id;          /* of the household, person or place */
    alm_id owner;       /* the household or place that they belong to */
    const struct alm_member *members;
    size_t n_members;
    const struct alm_member *person; /* the recipient among members; NULL unless a person */
    const struct alm_line *history;  /* lines of this programme within its look-back, not reversed, oldest first */
    size_t n_history;
    const struct alm_value *detail; /* the offer's own columns */
    size_t n_detail;
    alm_quantity asked; /* 0: only asked whether they may */
    const struct alm_member *partner; /* since minor 1: the second person of a couple, of whatever household; NULL: none */
};

/*
 * The rule's answer.  The host hands it over zeroed but for `size`.  quantity: how much they may have on that day, in all; 0 is no, and
 * `reason` says why (and `next` from when on; ALM_NO_DATE if never or not known).  has_period: the entitlement may be
 * used once in `period`, a number of the programme's choosing that grows with time (a day, a school year, 0 for once in
 * life).  has_value: `unit_value` is the worth of one unit, else the INI's unit_cost.
 */
struct alm_entitlement {
    uint32_t size;
    bool has_period;
    bool has_value;
    alm_quantity quantity;
    int64_t period;
    alm_money unit_value;
    alm_date next;
    char reason[200];
    char period_name[64]; /* for messages: "lunch of 1399/09/15"; "" if none */
};

/* settle()'s answer for one line; it arrives zeroed. */
struct alm_verdict {
    bool refused;
    char reason[200];
};

struct alm_programme {
    uint32_t size;
    uint32_t recipient;         /* enum alm_recipient */
    const char *unit;           /* "blanket" */
    const char *unit_plural;    /* "blankets" */
    int32_t look_back_days;     /* how much history the rule reads; 0: none */
    const struct alm_column *detail; /* the programme's own columns of a delivery line: ALM_INT, ALM_ENUM, ALM_DATE, ALM_TIME, ALM_ID, ALM_STRING;
                                      * since minor 1 ALM_QUANTITY */
    size_t n_detail;
    /* Pure: no services, no clock, no memory kept; called from any thread, in any order. */
    void (*entitle)(const void *state, const struct alm_case *, struct alm_entitlement *);
    /* Inside the transaction, after the rule, with accepted lines in order: draw what they use, refuse single ones, set `value` or `detail`.
     * Must come to the same result whether lines come one by one or together.  May be NULL. */
    enum alm_status (*settle)(const struct alm_host *, void *state, struct alm_line *lines, size_t n, struct alm_verdict *, struct alm_error *);
    /* Undo settle() for lines that are being reversed (the original lines are handed over).  Required with settle. */
    enum alm_status (*unsettle)(const struct alm_host *, void *state, const struct alm_line *lines, size_t n, struct alm_error *);
};

/* ---- stores -------------------------------------------------------------------------------------------------- */

struct alm_connection; /* the driver's own */
struct alm_statement;  /* the driver's own */

enum alm_bulk_mode {
    ALM_BULK_APPEND, /* rows are new; a conflict is an error */
    ALM_BULK_MERGE,  /* by key columns: ADD columns are added up, SET columns replaced, rows that are not there are made */
    ALM_BULK_CLAIM,  /* rows whose key exists are left out; `conflict` says which */
    ALM_BULK_LOCK    /* likewise, and all these rows are this transaction's alone until it ends, the new and the old; rows are locked
                      * in their order.  Nothing more to do than for CLAIM where ALM_STORE_ONE_WRITER is set. */
};
enum alm_bulk_role { ALM_BULK_KEY, ALM_BULK_SET, ALM_BULK_ADD };

/* A column of a bulk write: exactly one of ints and texts is set; ALM_NULL and at == NULL are nulls. */
struct alm_bulk_column {
    const char *name;
    uint32_t role; /* enum alm_bulk_role; APPEND takes any */
    const int64_t *ints;
    const struct alm_text *texts;
};

/* Many rows for one table, column by column. */
struct alm_bulk {
    const char *table;
    uint32_t mode;
    const struct alm_bulk_column *columns;
    size_t n_columns;
    size_t n_rows;    /* best in the order of the key */
    bool *conflict;   /* CLAIM: n_rows flags, written by the driver */
};

/* Flags of open(), and of a driver. */
enum { ALM_STORE_CREATE = 1 /* make it if it is not there */, ALM_STORE_READ_ONLY = 2 };
enum { ALM_STORE_ONE_WRITER = 1 /* begin(write) excludes other writers: rows need no locks of their own */ };

/*
 * A database.  SQL comes with parameters $1, $2 ... (bound by that number), with the types BIGINT, TEXT and DOUBLE
 * PRECISION, and with `= ANY ($n)` for a bound array: the driver translates.  All functions run on one thread.
 */
struct alm_store_driver {
    uint32_t size;
    uint32_t flags;
    enum alm_status (*open)(const struct alm_host *, void *state, uint32_t flags, struct alm_connection **, struct alm_error *);
    void (*close)(struct alm_connection *);
    /* One line for people: engine, version, where. No secret in it. */
    void (*describe)(struct alm_connection *, char *buf, size_t size);
    /* Run DDL or other SQL without parameters; several statements may stand in it. */
    enum alm_status (*exec)(struct alm_connection *, const char *sql, struct alm_error *);
    enum alm_status (*begin)(struct alm_connection *, bool write, struct alm_error *);
    enum alm_status (*commit)(struct alm_connection *, struct alm_error *);
    void (*rollback)(struct alm_connection *);
    enum alm_status (*savepoint)(struct alm_connection *, struct alm_error *);
    enum alm_status (*release)(struct alm_connection *, bool keep, struct alm_error *); /* of the last savepoint; !keep: undo */
    enum alm_status (*prepare)(struct alm_connection *, const char *sql, struct alm_statement **, struct alm_error *);
    void (*finalize)(struct alm_statement *);
    enum alm_status (*bind_int)(struct alm_statement *, int n, int64_t, struct alm_error *);
    enum alm_status (*bind_double)(struct alm_statement *, int n, double, struct alm_error *);
    enum alm_status (*bind_text)(struct alm_statement *, int n, struct alm_text, struct alm_error *); /* at == NULL: null. Copied. */
    enum alm_status (*bind_null)(struct alm_statement *, int n, struct alm_error *);
    /* Arrays for `= ANY ($n)`; they must stay until the statement is reset. */
    enum alm_status (*bind_ints)(struct alm_statement *, int n, const int64_t *, size_t count, struct alm_error *);
    enum alm_status (*bind_texts)(struct alm_statement *, int n, const struct alm_text *, size_t count, struct alm_error *);
    enum alm_status (*step)(struct alm_statement *, bool *row, struct alm_error *);
    void (*reset)(struct alm_statement *); /* and clear the bindings */
    int64_t (*changes)(struct alm_statement *); /* rows that the last step wrote */
    int (*columns)(struct alm_statement *);
    const char *(*column_name)(struct alm_statement *, int i);
    bool (*column_is_null)(struct alm_statement *, int i);
    int64_t (*column_int)(struct alm_statement *, int i);
    double (*column_double)(struct alm_statement *, int i);
    struct alm_text (*column_text)(struct alm_statement *, int i); /* ends with a NUL too; valid until the next step */
    enum alm_status (*bulk)(struct alm_connection *, const struct alm_bulk *, struct alm_error *);
    /* Write a checked copy of the whole store to a new file, online; put one back. */
    enum alm_status (*backup)(struct alm_connection *, const char *file, struct alm_error *);
    enum alm_status (*restore)(struct alm_connection *, const char *file, struct alm_error *);
    /* The engine's own check of its file; text of the first fault in the error. */
    enum alm_status (*check)(struct alm_connection *, struct alm_error *);
    /* Bytes on disk, 0 if not known. */
    int64_t (*bytes)(struct alm_connection *);
    /* Whether what failed last failed because of others at work (a deadlock, a broken connection), so that the transaction
     * may pass when it is run again from its begin.  May be NULL: it never does. */
    bool (*again)(struct alm_connection *);
    /* Between on and off, writes inside a transaction may be sent without waiting for what comes of them: changes() is not known then, and
     * the first that failed is told when it is switched off, by commit, or by what reads in between.  A savepoint, and
     * the transaction's end, switch it off.  May be NULL. */
    enum alm_status (*defer)(struct alm_connection *, bool on, struct alm_error *);
    /* A number that tells this connection from all others to the store, from whatever machine.  May be NULL: there is none. */
    int64_t (*session)(struct alm_connection *);
    /* Whether nobody knows what became of the last commit, because its answer was lost.  May be NULL: it is always known. */
    bool (*unsure)(struct alm_connection *);
    /* A query without parameters that tells what relations the store holds, in the order in which they were made, with a row
     * for each column: relation; 1 for a table, 0 for a view; column; its type (BIGINT, TEXT or DOUBLE PRECISION; any other as the
     * engine calls it); its place in the primary key (1, 2 ...; 0: not in it).  May be NULL: the store cannot be copied. */
    const char *relations;
};

/* ---- the plug-in --------------------------------------------------------------------------------------------- */

/* What a plug-in is. */
enum alm_kind { ALM_KIND_PROGRAMME = 1, ALM_KIND_STORE = 2 };

/*
 * The descriptor: all that the core knows of a plug-in.  It and what it points to are constant and stay for the life of
 * the process; ALM_PLUGIN() fills size and versions.
 */
struct alm_plugin {
    uint32_t size;
    uint16_t abi_major;
    uint16_t abi_minor;
    const char *name;    /* the file's name without .so */
    const char *version; /* the plug-in's own */
    const char *summary; /* one line without a full stop */
    uint32_t kind;       /* enum alm_kind */
    struct alm_settings settings;
    /* Make the state of one programme out of its settings, which stay valid until stop().  May be NULL: the state is then the settings. */
    enum alm_status (*start)(const struct alm_host *, const void *settings, void **state, struct alm_error *);
    void (*stop)(void *state); /* undo start(); may be NULL, and is never called after a start() that failed */
    const struct alm_command *commands;
    size_t n_commands;
    const struct alm_report *reports;
    size_t n_reports;
    const struct alm_migration *migrations;
    size_t n_migrations;
    const struct alm_programme *programme;
    const struct alm_store_driver *store;
};

/* ---- the host ------------------------------------------------------------------------------------------------ */

/* DEBUG and INFO are shown with --verbose, WARNING always. */
enum alm_log_level { ALM_LOG_DEBUG, ALM_LOG_INFO, ALM_LOG_WARNING };

/* What find() and name_of() can name. */
enum alm_noun {
    ALM_NOUN_AREA = 1,
    ALM_NOUN_BODY,
    ALM_NOUN_GROUP,
    ALM_NOUN_BASE,
    ALM_NOUN_STAGE,
    ALM_NOUN_HOUSEHOLD,
    ALM_NOUN_PERSON,
    ALM_NOUN_PLACE,
    ALM_NOUN_ITEM, /* since minor 1: of the stock */
    ALM_NOUN_DEPOT /* since minor 1: where stock lies: a warehouse, a kitchen, a base */
};

/* A column that import() reads.  `aliases`: other headers for it, Persian ones too, separated by |.  `noun`: for ALM_ID, what the code names. */
struct alm_import_column {
    const char *name;
    const char *aliases;
    uint32_t type;
    uint32_t noun;
    uint32_t flags; /* ALM_REQUIRED: a value must stand in every row */
    const char *const *choices;
};

/* What became of one imported row; the import counts them. */
enum alm_row_outcome { ALM_ROW_NEW, ALM_ROW_CHANGED, ALM_ROW_SAME };

/* An import of a plug-in's own list. */
struct alm_import {
    const char *file; /* "-": standard input */
    const struct alm_import_column *columns;
    size_t n_columns;
    /*
     * For each row, inside a transaction.  An error of status ALM_BAD_DATA or ALM_REFUSED sends the row to the rejects
     * file and the import goes on (what the row had written is undone); any other ends it.
     */
    enum alm_status (*row)(const struct alm_host *, void *context, const struct alm_value *values, enum alm_row_outcome *, struct alm_error *);
    void *context;
};

/* ---- who is who: since minor 1 ---- */

/* A person (or household) that was found to be another one, its survivor. */
struct alm_alias {
    alm_id id, survivor;
};

/* ---- goods and cases: since minor 1 ---- */

/* So much of an item of the stock. */
struct alm_goods {
    alm_id item;
    alm_quantity quantity; /* thousandths of the item's unit */
};

/*
 * What one line takes out of stock: all of its goods, or nothing.  `depots` are tried in their order, and in a depot the
 * lot that expires first.  Lots that came after `date` or are expired on it are passed over.  What was drawn for a line
 * goes back to the lots by itself when the line is reversed: unsettle() need not see to it.
 */
struct alm_draw {
    alm_id line; /* one of those that settle() was handed */
    alm_date date;
    const alm_id *depots;
    size_t n_depots;
    const struct alm_goods *goods;
    size_t n_goods;
    alm_money cost;             /* answer: what the goods had cost by their lots' prices; ALM_NULL: a price is not known */
    struct alm_verdict verdict; /* answer: refused, and what is short; hand it over zeroed */
};

/*
 * Goods made out of others in one depot: packed, cooked, mixed.  What is used is drawn as in
 * alm_draw; what is made is a new lot there.  All or nothing.
 */
struct alm_make {
    const char *key; /* of this making, as people know it: "B-12"; the same key again is ALM_BAD_DATA */
    alm_id depot;
    alm_date date;
    const struct alm_goods *uses;
    size_t n_uses;
    struct alm_goods makes; /* item 0: nothing that is kept in stock */
    const char *lot;        /* the new lot's code; NULL: the key */
    alm_date expires;       /* of the new lot; ALM_NO_DATE: the earliest date among what was used, and so it is answered */
    alm_money cost;         /* in: what the work cost; answer: with the goods that were used, ALM_NULL if a price is not known */
    alm_id made;            /* answer: the new lot; 0: none */
};

/* Aid that was asked for, seen at a visit and approved: what a line of such a programme delivers. */
struct alm_request {
    uint32_t size; /* set it before the call */
    uint32_t reserved;
    alm_id id;
    const char *subject;  /* what was asked for, a word: "refrigerator"; "" if nothing was said.  Lives as alloc()'s memory. */
    const char *document; /* where the papers are; likewise */
    alm_quantity quantity; /* approved; 0: not limited */
    alm_date opened, visited, decided; /* ALM_NO_DATE: not */
};

/* A delivery of the programme that a command of its own gives. */
struct alm_delivery {
    uint32_t size; /* set it before the call */
    uint32_t n_detail;
    alm_id household, person, partner, place; /* by the programme's recipient, as on the command line */
    alm_date date;
    alm_id body, group;
    alm_quantity quantity;          /* 0: what they are entitled to */
    const char *key;                /* that makes it count once; NULL: none */
    const struct alm_value *detail; /* the programme's own columns, the first n_detail of them */
    alm_id line;                    /* answer */
};

/*
 * The services, bound to one programme: the same table is handed to all of its functions.  Call them on the thread that
 * called the plug-in, and only until its function returns; entitle() has none.
 */
struct alm_host {
    uint32_t size;
    uint16_t abi_major;
    uint16_t abi_minor;
    void *context; /* the host's own */

    /* The programme for which the plug-in is running. */
    const char *(*programme_name)(const struct alm_host *);
    alm_id (*programme_id)(const struct alm_host *); /* 0 until the store knows it (almoner init) */

    void (*log)(const struct alm_host *, enum alm_log_level, const char *text); /* no personal data */
    alm_time (*now)(const struct alm_host *);   /* the core's clock, which tests may fix */
    alm_date (*today)(const struct alm_host *); /* by the clock of the campaign's time zone */
    /* Memory that lives until the command ends; NULL when there is none. */
    void *(*alloc)(const struct alm_host *, size_t size);
    /* An id for a row of the plug-in's own: never given before, by any office. */
    enum alm_status (*new_id)(const struct alm_host *, alm_id *, struct alm_error *);

    /* SQL.  Statements are the host's: prepared once for each text, reset by prepare(); never free them.  A plug-in
     * may read everything and write only tables that begin with its own name.  Parameters $1, $2 ... count from 1,
     * columns from 0.  bind_text() copies, and NULL binds null; bind_ints() is for `= ANY ($n)`, and its array must stay
     * until the last step.  step() runs the statement and sets *row while there is one to read, false at the end. */
    enum alm_status (*prepare)(const struct alm_host *, const char *sql, struct alm_statement **, struct alm_error *);
    enum alm_status (*bind_int)(const struct alm_host *, struct alm_statement *, int n, int64_t, struct alm_error *);
    enum alm_status (*bind_text)(const struct alm_host *, struct alm_statement *, int n, const char *, struct alm_error *);
    enum alm_status (*bind_null)(const struct alm_host *, struct alm_statement *, int n, struct alm_error *);
    enum alm_status (*bind_ints)(const struct alm_host *, struct alm_statement *, int n, const int64_t *, size_t, struct alm_error *);
    enum alm_status (*step)(const struct alm_host *, struct alm_statement *, bool *row, struct alm_error *);
    bool (*column_is_null)(const struct alm_host *, struct alm_statement *, int i);
    int64_t (*column_int)(const struct alm_host *, struct alm_statement *, int i); /* 0 for null */
    const char *(*column_text)(const struct alm_host *, struct alm_statement *, int i); /* NULL for null; valid until the next step */
    int64_t (*changes)(const struct alm_host *, struct alm_statement *); /* rows that it wrote, once step() came to its end */

    /* The register.  find() takes a code (or for persons also a national ID or a mobile number) and fails with a message that names it;
     * name_of() writes what people call it, cut to `size`. */
    enum alm_status (*find)(const struct alm_host *, enum alm_noun, const char *text, alm_id *, struct alm_error *);
    enum alm_status (*name_of)(const struct alm_host *, enum alm_noun, alm_id, char *buf, size_t size, struct alm_error *);
    /* True if `area` is `within` or lies below it. */
    bool (*area_within)(const struct alm_host *, alm_id area, alm_id within);

    /* Dates for people, in the configured calendar and digits; and back (accepts both calendars). */
    void (*format_date)(const struct alm_host *, alm_date, char *buf, size_t size);
    enum alm_status (*parse_date)(const struct alm_host *, const char *text, alm_date *, struct alm_error *);
    /* Year, month (1 to 12) and day of the Solar Hijri calendar, and back; ALM_NO_DATE for a day that does not exist.  Pure:
     * a state may keep both for its rule. */
    void (*solar_date)(alm_date, int32_t *year, int32_t *month, int32_t *day);
    alm_date (*from_solar)(int32_t year, int32_t month, int32_t day);

    /* Results.  A command begins a table, emits rows (one value a column) and ends it; say() adds a line for people (not in CSV or JSON);
     * warn() one that they must not miss.  In a report the host begins and ends the table. */
    enum alm_status (*table_begin)(const struct alm_host *, const char *title, const struct alm_column *, size_t n, struct alm_error *);
    enum alm_status (*row)(const struct alm_host *, const struct alm_value *, struct alm_error *);
    enum alm_status (*table_end)(const struct alm_host *, struct alm_error *);
    void (*say)(const struct alm_host *, const char *text);
    void (*warn)(const struct alm_host *, const char *text);
    void (*progress)(const struct alm_host *, int64_t done, int64_t total); /* total 0: not known */

    /* Import a CSV file row by row, as `almoner person import` does: header names, dates, digits, rejects, resuming. For ALM_BULK commands. */
    enum alm_status (*import)(const struct alm_host *, const struct alm_import *, struct alm_error *);

    /* ---- since minor 1 ---- */

    /* The stock.  Inside settle(), for its lines: draws n times; a draw that is short is refused in its verdict, and those
     * after it go on.  An error is one of the store. */
    enum alm_status (*stock_draw)(const struct alm_host *, struct alm_draw *, size_t n, struct alm_error *);
    /* Inside a command that writes.  ALM_REFUSED with what is short; nothing is written then. */
    enum alm_status (*stock_make)(const struct alm_host *, struct alm_make *, struct alm_error *);
    /* How much of an item lies in a depot (0: in all), without what is expired on that day. */
    enum alm_status (*stock_on_hand)(const struct alm_host *, alm_id item, alm_id depot, alm_date, alm_quantity *, struct alm_error *);
    /*
     * A digest of a secret (a gift card's code), keyed with a key that is kept outside the store: the same text gives the
     * same 64 hexadecimal digits and a NUL, and nobody who has the store alone can try codes against it.
     */
    enum alm_status (*token)(const struct alm_host *, const char *text, char digits[65], struct alm_error *);
    /* The campaign's currency (ISO 4217): that of every alm_money; *decimals (unless NULL) is how many digits of it are minor units. */
    const char *(*currency)(const struct alm_host *, int *decimals);
    /* Inside settle(): the approved request that a line delivers.  Inside a command: the one that a line with these recipients, date,
     * quantity and detail would deliver, ALM_REFUSED if there is none.  id 0 where the programme needs none. */
    enum alm_status (*request_of)(const struct alm_host *, const struct alm_line *, struct alm_request *, struct alm_error *);
    /* Inside a command that writes: goods that leave a depot before there is a line for them.  As stock_draw(), but `line` is an answer:
     * the number by which stock_put_back() takes back all of it, once. */
    enum alm_status (*stock_issue)(const struct alm_host *, struct alm_draw *, struct alm_error *);
    enum alm_status (*stock_put_back)(const struct alm_host *, alm_id issued, alm_date, struct alm_error *);
    /* Inside a command that writes: enter a delivery, as `almoner delivery record` does, the plug-in's own settle() too.  ALM_REFUSED with
     * the reason if it is refused or held: return that, and the command is undone. */
    enum alm_status (*deliver)(const struct alm_host *, struct alm_delivery *, struct alm_error *);
    /* Inside a command that writes: the last day on which a lot may be used, as it is known now.  One that was found bad is one that
     * expired the day before: draws pass it over. */
    enum alm_status (*stock_last_day)(const struct alm_host *, alm_id item, const char *lot, alm_date, struct alm_error *);
    /*
     * The aliases that these persons or households have, or are, and all others of the same survivors, in the order of their ids; valid
     * until the next call.  Offers, lines that are settled, histories and find() name survivors, so this is for a table of the plug-in's
     * own: what it wrote of somebody who became an alias since stands there under that one's id, and is the survivor's.  It must stay so:
     * an alias may be split off again.
     */
    enum alm_status (*aliases)(const struct alm_host *, const alm_id *ids, size_t n, const struct alm_alias **, size_t *n_aliases,
                               struct alm_error *);
};

/* Whether the host that runs this plug-in is new enough to have `member`. */
#define ALM_HOST_HAS(host, member) ((host)->size >= offsetof(struct alm_host, member) + sizeof((host)->member))

/* ---- helpers, compiled into the plug-in ---------------------------------------------------------------------- */

#if defined(__GNUC__)
#define ALM_PRINTF(a, b) __attribute__((format(printf, a, b)))
#define ALM_EXPORT __attribute__((visibility("default")))
#else
#define ALM_PRINTF(a, b)
#define ALM_EXPORT
#endif

/* Fill `err` and return `status`, for `return alm_fail(...)`. */
ALM_PRINTF(4, 5)
static inline enum alm_status alm_fail(struct alm_error *err, enum alm_status status, const char *hint, const char *format, ...)
{
    va_list args;
    err->status = status;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    snprintf(err->hint, sizeof err->hint, "%s", hint ? hint : "");
    return status;
}

/* Refuse an entitlement or a line with a reason. */
ALM_PRINTF(2, 3) static inline void alm_no(struct alm_entitlement *e, const char *format, ...)
{
    va_list args;
    e->quantity = 0;
    va_start(args, format);
    vsnprintf(e->reason, sizeof e->reason, format, args);
    va_end(args);
}

ALM_PRINTF(2, 3) static inline void alm_refuse(struct alm_verdict *v, const char *format, ...)
{
    va_list args;
    v->refused = true;
    va_start(args, format);
    vsnprintf(v->reason, sizeof v->reason, format, args);
    va_end(args);
}

/* Of what aliases() gave: whose alias it is, or itself. */
static inline alm_id alm_survivor(const struct alm_alias *aliases, size_t n, alm_id id)
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (aliases[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && aliases[low].id == id ? aliases[low].survivor : id;
}

/* The argument or option of that name; never NULL for a name in the command's table. */
static inline const struct alm_arg *alm_arg(const struct alm_args *args, const char *name)
{
    for (size_t i = 0; i < args->n_options; i++)
        if (strcmp(args->options[i].name, name) == 0)
            return &args->at[i];
    return NULL;
}

/* Its first value as text (NULL if not given) or number (`otherwise` if not given). */
static inline const char *alm_arg_text(const struct alm_args *args, const char *name)
{
    const struct alm_arg *arg = alm_arg(args, name);
    return arg && arg->count ? arg->values[0].text : NULL;
}

static inline int64_t alm_arg_number(const struct alm_args *args, const char *name, int64_t otherwise)
{
    const struct alm_arg *arg = alm_arg(args, name);
    return arg && arg->count && !arg->values[0].is_null ? arg->values[0].number : otherwise;
}

static inline struct alm_value alm_number(int64_t number)
{
    struct alm_value v = {false, 0, NULL};
    v.number = number;
    return v;
}

static inline struct alm_value alm_string(const char *text)
{
    struct alm_value v = {false, 0, NULL};
    v.is_null = text == NULL;
    v.text = text;
    return v;
}

static inline struct alm_value alm_null(void)
{
    struct alm_value v = {true, 0, NULL};
    return v;
}

static inline struct alm_value alm_number_or_null(int64_t number)
{
    return number == ALM_NULL ? alm_null() : alm_number(number);
}

/* Whether who was born on that day has an age (an ALM_DURATION) by another day.  Durations count 365 days a year, birthdays come every 365.25. */
static inline bool alm_has_age(alm_date birth, alm_date day, int64_t age)
{
    return ((int64_t)day - birth) * 86400 * 1460 >= age * 1461;
}

/* The section of that name (`len` bytes) in a group; `item_size` is that of its struct, which begins with the name.  NULL: none. */
static inline const void *alm_group_find(const struct alm_group *group, size_t item_size, const char *name, size_t len)
{
    for (size_t i = 0; i < group->count; i++) {
        const char *item = (const char *)group->items + i * item_size;
        const char *own;
        memcpy(&own, item, sizeof own);
        if (strlen(own) == len && strncmp(own, name, len) == 0)
            return item;
    }
    return NULL;
}

/*
 * An entry of a list such as `contents = rice 5000, oil 900`: a word and a whole number from 1 to `most`.  Answers the number and
 * how many bytes the word has; 0 if there is no such number.
 */
static inline int64_t alm_amount(const char *entry, size_t *len, int64_t most)
{
    int64_t amount = 0;
    *len = strcspn(entry, " \t");
    const char *at = entry + *len;
    at += strspn(at, " \t");
    if (!*at)
        return 0;
    for (; *at >= '0' && *at <= '9'; at++)
        if ((amount = amount * 10 + (*at - '0')) > most)
            return 0;
    return *at ? 0 : amount;
}

/*
 * A code as people write it (a serial, a certificate's number), so that the same one is the same text: Persian and
 * Arabic digits become 0 to 9, small ASCII letters capitals, and blanks go.  False if nothing is left of it, or it does
 * not fit.
 */
static inline bool alm_code(const char *text, char *buf, size_t size)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t len = 0;
    while (*at && len + 1 < size) {
        if ((at[0] == 0xdb && at[1] >= 0xb0 && at[1] <= 0xb9) || (at[0] == 0xd9 && at[1] >= 0xa0 && at[1] <= 0xa9)) {
            buf[len++] = (char)('0' + (at[1] & 0x0f)); /* U+06F0 to U+06F9, U+0660 to U+0669 */
            at += 2;
        } else if (at[0] == 0xe2 && at[1] == 0x80 && at[2] >= 0x8b && at[2] <= 0x8f) {
            at += 3; /* joiners and marks of direction */
        } else if (at[0] == 0xc2 && at[1] == 0xa0) {
            at += 2;
        } else if (*at <= ' ') {
            at++;
        } else {
            buf[len++] = (char)(*at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at);
            at++;
        }
    }
    buf[len] = '\0';
    return len > 0 && !*at;
}

/* ---- SQL in one call: `types` has a letter for each argument, i an int64_t (ALM_NULL is null), t a const char * (NULL is null), a for
 * `= ANY ($n)` a const int64_t * and a size_t; that array must stay until the last step ---- */

static inline enum alm_status alm_query_list(const struct alm_host *host, struct alm_statement **st, struct alm_error *err,
                                             const char *sql, const char *types, va_list args)
{
    enum alm_status status = host->prepare(host, sql, st, err);
    for (int n = 1; status == ALM_OK && *types; n++, types++) {
        if (*types == 't') {
            status = host->bind_text(host, *st, n, va_arg(args, const char *), err);
        } else if (*types == 'a') {
            const int64_t *ints = va_arg(args, const int64_t *);
            status = host->bind_ints(host, *st, n, ints, va_arg(args, size_t), err);
        } else {
            int64_t number = va_arg(args, int64_t);
            status = number == ALM_NULL ? host->bind_null(host, *st, n, err) : host->bind_int(host, *st, n, number, err);
        }
    }
    return status;
}

/* A statement, bound, for step(). */
static inline enum alm_status alm_query(const struct alm_host *host, struct alm_statement **st, struct alm_error *err,
                                        const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    enum alm_status status = alm_query_list(host, st, err, sql, types, args);
    va_end(args);
    return status;
}

/* Step to the end; *changes (unless NULL) are the rows that were written. */
static inline enum alm_status alm_finish(const struct alm_host *host, struct alm_statement *st, int64_t *changes,
                                         struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    bool row = true;
    while (status == ALM_OK && row)
        status = host->step(host, st, &row, err);
    if (status == ALM_OK && changes)
        *changes = host->changes(host, st);
    return status;
}

/* A statement, bound and run to its end. */
static inline enum alm_status alm_run(const struct alm_host *host, int64_t *changes, struct alm_error *err,
                                      const char *sql, const char *types, ...)
{
    struct alm_statement *st = NULL;
    va_list args;
    va_start(args, types);
    enum alm_status status = alm_query_list(host, &st, err, sql, types, args);
    va_end(args);
    return status == ALM_OK ? alm_finish(host, st, changes, err) : status;
}

/* Whether there is a next row, for `while (alm_next(host, st, &status, err))`. */
static inline bool alm_next(const struct alm_host *host, struct alm_statement *st, enum alm_status *status,
                            struct alm_error *err)
{
    bool row = false;
    if (*status == ALM_OK)
        *status = host->step(host, st, &row, err);
    return *status == ALM_OK && row;
}

/* A column's number; ALM_NULL for null. */
static inline int64_t alm_column_int(const struct alm_host *host, struct alm_statement *st, int i)
{
    return host->column_is_null(host, st, i) ? ALM_NULL : host->column_int(host, st, i);
}

/* Whether `word` stands among a member's criteria. */
static inline bool alm_has_criterion(const struct alm_member *member, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = member->criteria; (at = strstr(at, word)) != NULL; at += len)
        if ((at == member->criteria || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    return false;
}

/*
 * Tables are written with designated initialisers, `{.key = "days", .type = ALM_INT}`: what is left out is zero.  C++17
 * takes them as an extension (in the order of the members), and compilers remark on it; between these two lines they
 * don't.  In C they say nothing.
 */
#if defined(__cplusplus) && defined(__clang__)
#define ALM_TABLES_BEGIN                                                                                               \
    _Pragma("clang diagnostic push") _Pragma("clang diagnostic ignored \"-Wc++20-designator\"")                        \
        _Pragma("clang diagnostic ignored \"-Wmissing-field-initializers\"")
#define ALM_TABLES_END _Pragma("clang diagnostic pop")
#elif defined(__cplusplus) && defined(__GNUC__)
#if __GNUC__ >= 12
#define ALM_TABLES_EXTENSION _Pragma("GCC diagnostic ignored \"-Wc++20-extensions\"")
#else
#define ALM_TABLES_EXTENSION _Pragma("GCC diagnostic ignored \"-Wpedantic\"")
#endif
#define ALM_TABLES_BEGIN                                                                                               \
    _Pragma("GCC diagnostic push")                                                                                     \
        ALM_TABLES_EXTENSION _Pragma("GCC diagnostic ignored \"-Wmissing-field-initializers\"")
#define ALM_TABLES_END _Pragma("GCC diagnostic pop")
#else
#define ALM_TABLES_BEGIN
#define ALM_TABLES_END
#endif

/*
 * The one exported symbol.  Stand it at the end of the file; `name` is the file's name without .so:
 *     ALM_PLUGIN(.name = "blankets", .version = "1.0", .summary = "Warm blankets", .kind = ALM_KIND_PROGRAMME, ...)
 */
ALM_EXPORT const struct alm_plugin *alm_plugin_entry(void);
#define ALM_PLUGIN(...)                                                                                                \
    ALM_TABLES_BEGIN                                                                                                   \
    const struct alm_plugin *alm_plugin_entry(void)                                                                    \
    {                                                                                                                  \
        static const struct alm_plugin plugin = {.size = sizeof(struct alm_plugin),                                    \
                                                 .abi_major = ALM_ABI_MAJOR,                                           \
                                                 .abi_minor = ALM_ABI_MINOR,                                           \
                                                 __VA_ARGS__};                                                         \
        return &plugin;                                                                                                \
    }                                                                                                                  \
    ALM_TABLES_END

#ifdef __cplusplus
}
#endif

#endif
