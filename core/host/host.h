/* SPDX-License-Identifier: MIT */
/*
 * host: one command's world.  Opens, on first use, the configuration, the store, the directory, the programmes and the
 * ledger; fills `struct alm_host`, the services that plug-ins are handed; wires the rooms to each other.  It prints
 * nothing: what people see goes to the terminal functions that cli gives.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include "cases/cases.h"
#include "match/match.h"
#include "monitor/monitor.h"
#include "report/report.h"

/* What cli lends: where messages go. */
struct host_terminal {
    void *context;
    void (*say)(void *context, const char *text);
    void (*warn)(void *context, const char *text);
    void (*log)(void *context, enum alm_log_level, const char *text);
    void (*progress)(void *context, int64_t done, int64_t total);
};

struct host_options {
    const char *config; /* NULL: $ALMONER_CONFIG, else the built-in path */
    const char *now;    /* --now, as given; NULL: the clock */
    struct host_terminal terminal;
    struct report *report; /* where tables go; may be NULL until host_set_report() */
    bool dry_run;          /* for host->import */
};

struct host;

/* A programme that is configured, with its plug-in loaded and started, and bound services. */
struct host_programme {
    struct alm_host services; /* services.context is this struct */
    struct host *host;
    struct conf_programme *conf;
    const struct alm_plugin *plugin;
    void *state;
    bool started;
    alm_id id;   /* in the store; 0 while that is not open or does not know it */
    bool linked; /* `ledger` is filled */
    struct ledger_programme ledger;
    struct alm_alias *aliases; /* that its plug-in was handed last */
    struct arena arena;
};

enum alm_status host_open(struct host **, const struct host_options *, struct alm_error *);
void host_close(struct host *);
struct conf *host_conf(struct host *);
const struct host_options *host_options(const struct host *);
void host_set_report(struct host *, struct report *);
/* For host->import: where rejected rows go, and `--map` pairs; both may be NULL and must outlive the host. */
void host_set_import(struct host *, const char *rejects, const char *const *map);
/* A write transaction is open, and this is its entry (NULL: no longer): host->stock_make(), host->deliver() and so on
 * are allowed and book under it. */
void host_set_entry(struct host *, struct store_entry *);
/* What the journal calls the command that runs; must outlive the host. */
void host_set_command(struct host *, const char *command);
void host_report_style(const struct host *, struct report_style *); /* calendar, digits, currency */

/* ---- clock ---- */
alm_time host_now(const struct host *);
alm_date host_today(const struct host *); /* in the campaign's time zone */

/* Who is at work, as the journal says; in the host's arena or the store's.  Needs no store, but in tests. */
enum alm_status host_who(struct host *, const char **, struct alm_error *);

/* ---- store ---- */
/* The schema of each room, in the order in which they are made. */
struct host_schema {
    const char *owner;
    const struct alm_migration *migrations;
    size_t n;
};
enum { HOST_SCHEMAS = 8 };
void host_schemas(struct host_schema schemas[HOST_SCHEMAS]);
enum { HOST_CREATE = 1, HOST_UNCHECKED = 2 /* do not ask whether migrations are complete */ };
/* The store, opened on first use; complete and of this version, or an error with the mend. */
enum alm_status host_store(struct host *, uint32_t flags, struct store **, struct alm_error *);
struct store *host_store_if_open(struct host *);
/* The transaction that was at work came to nothing and runs again: forget what was read and counted for it. */
void host_again(struct host *);
enum alm_status host_directory(struct host *, struct register_directory **, struct alm_error *);
enum alm_status host_stock(struct host *, struct stock **, struct alm_error *);
enum alm_status host_ledger(struct host *, struct ledger **, struct alm_error *);
enum alm_status host_cases(struct host *, const struct cases **, struct alm_error *);
enum alm_status host_match(struct host *, const struct match_register **, struct alm_error *);
enum alm_status host_secretariat(struct host *, const struct secretariat **, struct alm_error *);
enum alm_status host_monitor(struct host *, const struct monitor **, struct alm_error *);
enum alm_status host_plans(struct host *, const struct plans **, struct alm_error *);
struct register_gate host_register_gate(struct host *);
/* Paths under the state folder, which is made on first use; in the host's arena. */
enum alm_status host_state_file(struct host *, const char *name, const char **path, struct alm_error *);

/* Create or upgrade: every room's and every enabled programme's schema, a row for each programme.  `each` is told of
 * every owner in turn. */
enum alm_status host_init(struct host *, bool test, void (*each)(void *context, const struct store_migrated *),
                          void *context, struct alm_error *);

/* ---- a copy of a store (copy.c) ---- */
struct host_copy {
    const char *from, *to; /* "store-sqlite", "store-sqlite:FILE", "postgresql://..." */
    struct arena *arena;
    struct store_copied *tables; /* out: what was copied, or with dry_run is to be; in the arena */
    size_t n_tables;
    const char *source, *target; /* out: for people; target NULL: not there yet */
    bool begun;                  /* out: an earlier run began it */
};
/* Copy one store into another, whatever their engines: tables are made by the same migrations.  `entry` goes into the
 * copy's journal.  The host's own store is not opened. */
enum alm_status host_copy(struct host *, struct host_copy *, struct store_entry *entry, struct alm_error *);

/* What nobody without this installation's key can make of that text: 64 hexadecimal digits. */
enum alm_status host_token(struct host *, const char *text, char digits[65], struct alm_error *);

/* ---- programmes ---- */
/* By the INI file's name.  Errors tell apart: no such file, not enabled, plug-in not installed, refused, settings
 * wrong. */
enum alm_status host_programme(struct host *, const char *name, struct host_programme **, struct alm_error *);
/* Load its plug-in and check its settings, enabled or not, without starting it; faults go to host_conf()->problems.
 * Only a plug-in that cannot be loaded is an error. */
enum alm_status host_programme_check(struct host *, struct conf_programme *, const struct alm_plugin **,
                                     struct alm_error *);
/* Load its plug-in in a child process: for commands that go through all programmes, which one that crashes must not
 * end. */
enum alm_status host_programme_probe(struct host *, const struct conf_programme *, struct alm_error *);
/* Load the store plug-in and fill its settings. */
enum alm_status host_store_plugin(struct host *, const struct alm_plugin **, struct alm_error *);

/* For plugin_enter(), before a function of its plug-in is called. */
struct plugin_call host_call(const struct host_programme *, enum plugin_what, const char *detail);

/* As the ledger sees it; NULL and *err if its exclusions, bodies, goods ... name what does not exist. */
const struct ledger_programme *host_programme_ledger(struct host_programme *, struct alm_error *);

/* ---- services (services.c) ---- */
void host_services_fill(struct host_programme *);
/* The same table for a store driver: what makes sense without a store. */
const struct alm_host *host_bare_services(struct host *);
/* Whether a plug-in may run this statement: reads, or writes of tables that begin with `prefix`_ (sql.c). */
enum alm_status host_check_sql(const char *plugin, const char *sql, struct alm_error *);
/* The same for a migration, of any number of statements: changes of its own tables, indexes and views. */
enum alm_status host_check_migration(const char *plugin, const char *sql, struct alm_error *);
void host_format_date(const struct host *, alm_date, char *buf, size_t size);
/* host->import: a plug-in's list through the register's runner (import.c). */
enum alm_status host_import(struct host_programme *, const struct alm_import *, struct alm_error *);

#endif
