/* SPDX-License-Identifier: MIT */
/*
 * cli: words in, rooms called, text out.  One table of nouns and verbs (the core's and the programmes') makes dispatch,
 * help and suggestions.  Nothing below this floor prints.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "host/host.h"

/* A noun with its verbs; or a command without a verb, whose only row has the name "". */
struct cli_noun {
    const char *name;
    const char *summary;
    const struct alm_command *commands;
    size_t n_commands;
};

/* One run of the program: what was asked, and what is open.  The core's commands get it as their state. */
struct cli {
    FILE *out;
    FILE *err;
    /* options of every command */
    const char *config;
    const char *now;
    int64_t output; /* enum report_format */
    bool dry_run, yes, no_input, quiet, verbose;

    struct arena arena;
    struct host *host; /* NULL for commands that need no configuration */
    struct report *report;
    struct store_entry entry; /* what the journal will say of this command; commands add counts, subject and reason */
    bool progress_shown;
    bool holding; /* messages are kept until it is known whether they hold: a transaction may come to nothing and run
                     again */
    struct strbuf held;
    const char *noun; /* as typed */
    bool staff;       /* of a body, and nothing else: see cli_own_bodies() */
};

/*
 * Flags of the core's commands beside ALM_READS and so on: the roles (enum conf_role), any of which is needed to run
 * it.  With CONF_STAFF among them, the staff of a body may run it too, and it shows and takes only what is that body's:
 * all else that opens the store is closed to them.
 */
#define CLI_ROLE(roles) ((uint32_t)(roles) << 16)
#define CLI_ROLES_OF(flags) ((flags) >> 16 & 0xff)
enum {
    CLI_CHANGES = 1 << 24, /* changes settings or the store without ALM_WRITES: nothing for auditors, nor for staff */
    CLI_WHOLE = 1 << 25    /* goes over the whole store without ALM_READS: nothing for staff */
};

/* The program; returns the exit status. */
int cli_main(int argc, char **argv, FILE *out, FILE *err);

extern const struct cli_noun *const cli_nouns[]; /* ends with NULL */
extern const char cli_summary[];                 /* of almoner, in a line */

/* ---- options.c ---- */
extern const struct alm_option cli_globals[];
extern const size_t cli_n_globals;
/* Take the global options out of argv[1..]; what stays is moved up, *argc counts it. *help is set by --help or -h. */
enum alm_status cli_take_globals(struct cli *, int *argc, char **argv, bool *help, struct alm_error *);
/* Parse words by a command's table. `path` is what was typed before ("person find") for messages. */
enum alm_status cli_parse(struct cli *, const struct alm_option *, size_t n, const char *path, int argc, char **argv,
                          struct alm_args *, struct alm_error *);

/* What --limit says, 0 for all. */
enum alm_status cli_limit(const struct alm_args *, int64_t *limit, struct alm_error *);

/* ---- help.c ---- */
extern const char cli_examples[]; /* of the first level, one a line, without "almoner" */
/* "person find"; " TEXT [OPTIONS]"; "--limit N"; what it means, its unit, choices and default.  For help, manual pages
 * and completion alike. */
const char *cli_command_path(struct cli *, const char *noun, const struct alm_command *);
void cli_usage(struct strbuf *, const struct alm_command *);
void cli_option_label(struct strbuf *, const struct alm_option *);
void cli_option_text(struct strbuf *, const struct alm_option *);
/* "needs the role secretary ..."; nothing where none is needed.  For the core's commands: a plug-in's say nothing of
 * roles. */
void cli_role_text(struct strbuf *, const struct alm_command *);
void cli_help(struct cli *); /* all nouns */
void cli_help_noun(struct cli *, const char *noun, const char *summary, const struct alm_command *, size_t n,
                   const struct alm_report *, size_t n_reports);
/* `core`: whose command it is, with the verbs of one that has a command without a verb too; NULL: a programme's. */
void cli_help_command(struct cli *, const char *noun, const struct alm_command *, const struct cli_noun *core);

/* ---- terminal.c ---- */
ALM_PRINTF(2, 3) void cli_say(struct cli *, const char *format, ...);  /* for people, on stderr; not with --quiet */
ALM_PRINTF(2, 3) void cli_warn(struct cli *, const char *format, ...); /* on stderr */
/* What was held is printed, or forgotten. */
void cli_held(struct cli *, bool print);
void cli_error(struct cli *, const struct alm_error *);
struct host_terminal cli_terminal(struct cli *);
/* Ask before what cannot be undone; --yes answers, without a terminal it is refused. */
enum alm_status cli_confirm(struct cli *, const char *question, struct alm_error *);

/* ---- dispatch.c ---- */
/* The settings, read on first use: for commands of ALM_NO_STORE that can do without them. */
enum alm_status cli_open_host(struct cli *, struct alm_error *);
/* For completion and manual pages: a noun by its name, or NULL; and the command with the most words that begin argv. */
const struct cli_noun *cli_find_noun(const char *name);
const struct alm_command *cli_find_command(const struct alm_command *, size_t n, int argc, char **argv, int *used);
/* A plug-in's commands and reports as the command line takes them under a programme's name: imports with the options of
 * all imports, reports as verbs of `report`.  As many as the plug-in has; in cli's arena. */
const struct alm_command *cli_programme_commands(struct cli *, const char *programme, const struct alm_plugin *);
const struct alm_command *cli_programme_reports(struct cli *, const char *programme, const struct alm_plugin *);
/* Run `work` in a write transaction with its journal entry; with --dry-run all of it is undone. */
enum alm_status cli_write(struct cli *, enum alm_status (*work)(struct cli *, void *context, struct alm_error *),
                          void *context, struct alm_error *);

/* ---- roles.c ---- */
/* Whether who is at work may run a command; ALM_NO_PERMISSION says which role it needs.  `core`: not a plug-in's. */
enum alm_status cli_permit(struct cli *, const char *path, const struct alm_command *, bool core, struct alm_error *);
/* The set of roles that name who is at work; a role that names nobody is not among them, though cli_permit() lets
 * everybody pass then. */
enum alm_status cli_my_roles(struct cli *, uint32_t *mine, struct alm_error *);
uint32_t cli_roles_needed(const struct alm_command *); /* 0: none */
void cli_role_names(struct strbuf *, uint32_t roles);  /* "planner or approver" */
/* The bodies whose staff is at work, in the arena; none, and all is theirs to see, where cli->staff is false. */
enum alm_status cli_own_bodies(struct cli *, const alm_id **, size_t *n, struct alm_error *);
/* Have the ledger reject what others give. */
enum alm_status cli_only_own(struct cli *, struct ledger *, struct alm_error *);
/* *body, 0 where --body was not given, becomes the one that staff works for; ALM_NO_PERMISSION if it is another one. */
enum alm_status cli_own_body(struct cli *, alm_id *body, struct alm_error *);

/* ---- facts.c ---- */
struct cli_fact {
    const char *what;
    uint32_t type;          /* enum alm_type */
    struct alm_value value; /* null or empty text: left out */
};
/* A table of what is known of one thing; report_end() ends it. */
enum alm_status cli_facts_begin(struct cli *, const char *title, struct alm_error *);
enum alm_status cli_facts_add(struct cli *, const struct cli_fact *, size_t n, struct alm_error *);

/* ---- shared by nouns (import.c) ---- */
/* Run an import with this command's options, tell its counts; ALM_BAD_DATA if rows were rejected. */
enum alm_status cli_import(struct cli *, struct import *, struct import_counts *, struct alm_error *);
/* One row with what came of a single thing: added, changed or there already, counted for the journal; or another word.
 */
enum alm_status cli_tell_outcome(struct cli *, enum import_outcome, struct alm_error *);
enum alm_status cli_tell_word(struct cli *, const char *outcome, struct alm_error *);
/* The `--map` pairs, ending with NULL; in cli's arena. */
const char *const *cli_map(struct cli *, const struct alm_args *);
/* Options that imports share: FILE, --map, --rejects. */
#define CLI_IMPORT_OPTIONS                                                                                             \
    {.name = "file",                                                                                                   \
     .type = ALM_STRING,                                                                                               \
     .flags = ALM_ARGUMENT | ALM_REQUIRED,                                                                             \
     .value = "FILE",                                                                                                  \
     .help = N_("CSV file with a header row; - is standard input")},                                                   \
        CLI_MAP_OPTIONS
#define CLI_MAP_OPTIONS                                                                                                \
    {.name = "map",                                                                                                    \
     .type = ALM_STRING,                                                                                               \
     .flags = ALM_REPEATED,                                                                                            \
     .value = "OURS=THEIRS",                                                                                           \
     .help = N_("read column OURS from the header THEIRS")},                                                           \
    {                                                                                                                  \
        .name = "rejects", .type = ALM_STRING, .value = "FILE",                                                        \
        .help = N_("where rejected rows go (default: for NAME.csv, NAME.rejects.csv in this folder)")                  \
    }
enum alm_status cli_store(struct cli *, struct store **, struct alm_error *);
/* A backup was put back: the seal and the journal are told (audit.c). */
enum alm_status cli_restored(struct cli *, struct store *, struct alm_error *);
/* Where the journal's heads and their key are kept (audit.c). */
enum alm_status cli_seal_files(struct cli *, const char **seals, const char **key, struct alm_error *);
enum alm_status cli_directory(struct cli *, struct register_directory **, struct alm_error *);

/* ---- for whom (recipient.c) ---- */
struct cli_recipient {
    alm_id household, person, partner, place;
};
/* --household, --person, --partner, --place: whoever is named; nobody is ALM_USAGE. */
enum alm_status cli_recipient_arg(struct cli *, const struct alm_args *, struct cli_recipient *, struct alm_error *);
#define CLI_RECIPIENT_OPTIONS                                                                                          \
    {.name = "household", .type = ALM_STRING, .value = "CODE", .help = N_("the household that receives")},             \
        {.name = "person",                                                                                             \
         .type = ALM_STRING,                                                                                           \
         .value = "ID",                                                                                                \
         .help = N_("the person: national ID, mobile number or id")},                                                  \
    {                                                                                                                  \
        .name = "place", .type = ALM_STRING, .value = "CODE", .help = N_("the place")                                  \
    }
/* What `option` names: its id; 0 where it was not given. */
enum alm_status cli_beneficiary_arg(struct cli *, const struct alm_args *, const char *option, enum alm_noun, alm_id *,
                                    struct alm_error *);
enum alm_status cli_entry_arg(struct register_directory *, const struct alm_args *, const char *option,
                              enum register_noun, alm_id *, struct alm_error *);
/* --area; -1 where it was not given. */
enum alm_status cli_area_arg(struct register_directory *, const struct alm_args *, int32_t *, struct alm_error *);
/* --area, as the ids of that area and of all that lie in it; none where it was not given. */
enum alm_status cli_areas_arg(struct cli *, struct register_directory *, const struct alm_args *, const alm_id **ids,
                              size_t *n, struct alm_error *);
/* Codes for tables: an entry's; that of the household or place under which aid of that programme stands, in the arena.
 */
struct alm_value cli_entry_code(struct register_directory *, enum register_noun, alm_id);
struct alm_value cli_owner_code(struct store *, struct register_directory *, alm_id programme, alm_id owner,
                                struct arena *);

/* ---- shared by lists (list.c) ---- */
/* A table of what a query gives, one value a column; $1 of it is a code, NULL for all. At most 8 columns. */
enum alm_status cli_list_rows(struct cli *, const char *title, const char *sql, const char *code,
                              const struct alm_column *, size_t n, struct alm_error *);
/* The options that are called as the columns are; what was not given stays null. */
void cli_list_values(const struct import_column *, size_t n, const struct alm_args *, struct alm_text *values);

#define CLI_COLUMN(n, t, ty)                                                                                           \
    {                                                                                                                  \
        .name = n, .title = t, .type = ty                                                                              \
    }
/* The same columns, in the arena; those of money say the campaign's currency. */
const struct alm_column *cli_money_columns(struct cli *, const struct alm_column *, size_t n);

#endif
