/* SPDX-License-Identifier: MIT */
/*
 * conf: INI files to typed settings, and back.  It knows tables of keys, where each value came from, and how to edit
 * one key in place.  It does not know what a plug-in is beyond its table of settings.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "base/base.h"

/* All faults of all files, collected: nobody mends ten typos in ten runs.  Zero-initialise. */
struct conf_problem {
    char *file;
    int line; /* 0: the file as a whole */
    char *text;
    char *hint;
};
struct conf_problems {
    struct arena arena;
    struct conf_problem *items;
    size_t count;
    size_t capacity;
};
ALM_PRINTF(5, 6)
void conf_problem_add(struct conf_problems *, const char *file, int line, const char *hint, const char *format, ...);
void conf_problems_release(struct conf_problems *);
/* The first problem as an error (status ALM_BAD_CONFIG), "and N more" in the hint where there are; ALM_OK if there is
 * none. */
enum alm_status conf_problems_error(const struct conf_problems *, struct alm_error *);
/* The same for the problems of one file: a fault in one programme's file does not stop the others. */
enum alm_status conf_problems_error_of(const struct conf_problems *, const char *file, struct alm_error *);

/* ---- INI text (ini.c; inih behind a guarded reader) ---- */

struct conf_entry {
    const char *section; /* "kit large" */
    const char *key;
    const char *value;
    int line;
    bool used;
};
struct conf_ini {
    struct arena arena;
    const char *file;
    struct conf_entry *entries;
    size_t count;
    size_t capacity;
    struct conf_section {
        const char *name;
        int line;
        bool used;
    } * sections;
    size_t n_sections, sections_capacity;
};
/* Read a file.  Every pitfall of design.md (long line, indented line, ; in a value, NUL, text after ], broken header,
 * bad UTF-8, a directory, no =, a key before any section, duplicate key or section) is a problem with its line. Returns
 * false if the file cannot be read at all (a problem as well). */
bool conf_ini_read(struct conf_ini *, const char *file, struct conf_problems *);
void conf_ini_release(struct conf_ini *);
const struct conf_entry *conf_ini_find(struct conf_ini *, const char *section, const char *key);

/* ---- typed settings (settings.c) ---- */

/* Where a value comes from, for `config show --origin`. */
struct conf_value {
    const char *section;
    const char *key;
    const char *text; /* as written or by default */
    const char *file; /* NULL: the default */
    int line;
    const struct alm_setting *setting;
    bool hidden; /* not to be shown: a text that did not pass check(), or was not seen by it, may hold a secret */
};
struct conf_values {
    struct conf_value *items;
    size_t count, capacity;
};

/* A filled struct of settings; everything it points to lives in `arena`. */
struct conf_settings {
    struct arena arena;
    void *data;
    struct conf_values values;
};

/*
 * Parse the sections that `table` declares (rows from [section]; groups from [name x]) into a new struct (or into the
 * one that is there: two tables can fill one struct), then run check() if each of the values is sound by itself.  A
 * faulty value is replaced by its default.  Entries that it takes are marked used; faults go to problems.
 * `currency_decimals` is for ALM_MONEY.
 */
void conf_settings_fill(struct conf_settings *, const struct alm_settings *table, const char *section,
                        struct conf_ini *, int currency_decimals, struct conf_problems *);
void conf_settings_release(struct conf_settings *);
/* After all tables had their turn: every entry and section that nobody used is a problem, with "did you mean". `known`
 * lists section names. */
void conf_ini_unused(struct conf_ini *, const struct alm_settings *const *tables, const char *const *sections, size_t n,
                     struct conf_problems *);
/* Parse one value by type, for settings, options and imported cells alike.  Numbers, dates ... go to value->number,
 * text to the arena; for ALM_LIST value->text is the text as given. `folder`: for ALM_PATH; NULL leaves the path as it
 * is.  Null text gives a null value; empty text is an error but for ALM_STRING and ALM_LIST: where an empty cell means
 * null, the caller says so before it calls. */
struct conf_rule {
    uint32_t type;
    const char *min, *max;
    const char *const *choices;
    const char *folder;
    int currency_decimals;
    const char *example; /* for the mend, where it says what to write; NULL: one of the type */
};
enum alm_status conf_value_parse(const struct conf_rule *, struct alm_text, struct arena *, struct alm_value *,
                                 struct alm_error *);
/* "a duration, from 1 day to 1 year": what a setting takes, for the sample and manual pages. */
void conf_setting_facts(struct strbuf *, const struct alm_setting *);
/* "a duration", and what one may write: "30 days". */
const char *conf_type_name(uint32_t type);
const char *conf_type_example(uint32_t type);
/* A commented INI text with every key and its default: `config sample`. */
void conf_sample(const struct alm_settings *table, const char *section, struct strbuf *out);

/* ---- almoner.ini and programmes/NAME.ini (campaign.c, programme.c) ---- */

enum conf_double { CONF_REFUSE, CONF_WARN, CONF_HOLD };

/* ---- who is who (roles.c) ---- */

/* Sets of roles, in the order of [roles]; and who is staff of a body. */
enum conf_role {
    CONF_SECRETARY = 1,
    CONF_PLANNER = 2,
    CONF_APPROVER = 4,
    CONF_MONITOR = 8,
    CONF_COMPLAINTS = 16,
    CONF_AUDITOR = 32,
    CONF_STAFF = 64
};
extern const char *const conf_role_names[]; /* by the number of the bit; without staff; ends with NULL */
struct conf_staff {                         /* [body CODE] */
    const char *body;
    struct alm_list staff;
};
struct conf_roles { /* [roles]; users as the journal has them */
    struct alm_list secretary, planner, approver, monitor, complaints, auditor;
    struct alm_group bodies; /* struct conf_staff */
};
/* Roles that name anybody; 0: nothing is configured, and all commands are open. */
uint32_t conf_roles_given(const struct conf_roles *);
uint32_t conf_roles_of(const struct conf_roles *, const char *who);
bool conf_is_staff(const struct conf_roles *, size_t body, const char *who);
size_t conf_role_users(const struct conf_roles *, size_t role); /* how many a role names, by the number of its bit */

struct conf_almoner { /* [almoner] */
    const char *plugindir;
    const char *programmes; /* folder of the programmes' INI files */
    const char *state;      /* folder of id files, seals and keys */
    const char *currency;   /* ISO 4217 */
    int64_t currency_decimals;
    int64_t calendar;          /* enum date_calendar */
    int64_t digits;            /* 0 latin, 1 persian */
    const char *time_zone;     /* of the tz database; NULL or "": the system's */
    int64_t office;            /* 0 to 1023: the node of ids */
    int64_t patience;          /* seconds */
    const char *store;         /* [store] plugin = */
    int64_t doubtful;          /* [match]; enum conf_doubtful */
    int64_t possible, certain; /* thousandths: probabilities from which two persons may be, and are, one */
    int64_t complaint_days;    /* [complaints]; after which one is to be answered */
    struct conf_roles roles;
};
enum conf_doubtful { CONF_ADMIT_DOUBTFUL, CONF_HOLD_DOUBTFUL };

struct conf_programme_core { /* [programme] */
    bool enabled;
    const char *plugin; /* default: the file's name */
    const char *title;
    const char *title_fa;
    int64_t window;          /* seconds; 0: no rolling window */
    struct alm_list exclude; /* "programme" or "programme N days": not while that one's window (or N days) runs */
    struct alm_list require; /* "programme" or "programme N days": served under it before, not longer ago than that */
    bool cases;              /* a delivery needs an approved case */
    bool visit;              /* and that one a visit */
    struct alm_list draw;    /* "item" or "item QUANTITY": what one unit takes out of stock */
    struct alm_list depots;  /* codes of the depots that it is taken from, in order */
    struct alm_list bodies;  /* codes of the bodies that may give; empty: all */
    int64_t unit_cost;       /* money for a unit */
    const char *sector;
    struct alm_list priority;     /* "criterion" or "criterion WEIGHT": who comes first in a plan */
    int64_t priority_waiting_day; /* weights in thousandths, like those above */
    int64_t priority_member;
    int64_t on_double;   /* enum conf_double */
    int64_t on_excess;   /* enum conf_double: more than the entitlement */
    int64_t from, until; /* dates between which deliveries may lie; first and last; 0: not set */
};

/* An item of exclude or require (number: seconds, 0 if none is given), or of draw and priority (number: a
 * quantity or weight, in thousandths). */
struct conf_item {
    char name[64];
    bool given; /* a number stands there */
    int64_t number;
};
/* False if it is none. */
bool conf_item_programme(const char *, struct conf_item *);
bool conf_item_goods(const char *, struct conf_item *);

struct conf_programme {
    char *name; /* of the file */
    char *file;
    struct conf_ini ini;
    struct conf_settings core_settings;
    const struct conf_programme_core *core;
    struct conf_settings own; /* filled by conf_programme_fill() once the plug-in's table is known */
};

struct conf {
    char *file; /* almoner.ini */
    struct conf_ini ini;
    struct conf_settings almoner_settings;
    const struct conf_almoner *almoner;
    struct conf_settings store_settings; /* of the store plug-in's section */
    struct conf_programme *programmes;   /* sorted by name; disabled ones too */
    size_t n_programmes;
    struct conf_problems problems;
};

extern const struct alm_settings conf_almoner_table;    /* section "almoner" (and [store] plugin as a second table) */
extern const struct alm_settings conf_store_table;      /* section "store" */
extern const struct alm_settings conf_match_table;      /* section "match" */
extern const struct alm_settings conf_complaints_table; /* section "complaints" */
extern const struct alm_settings conf_roles_table;      /* section "roles", and groups "body" */
extern const struct alm_settings conf_programme_table;  /* section "programme" */

/* Read almoner.ini and every programmes/NAME.ini beside it; problems are collected, not returned.  `file` NULL:
 * $ALMONER_CONFIG, else the built-in path.  Fails only when almoner.ini itself cannot be read. */
enum alm_status conf_open(struct conf *, const char *file, struct alm_error *);
void conf_close(struct conf *);
struct conf_programme *conf_programme_find(const struct conf *, const char *name);
/* Fill a programme's own settings by its plug-in's table, once; and report what nobody used. Problems go to
 * conf->problems. */
void conf_programme_fill(struct conf *, struct conf_programme *, const struct alm_settings *table,
                         const char *plugin_name);
void conf_store_fill(struct conf *, const struct alm_settings *table, const char *plugin_name);
/* Settings of a store beside the installation's own: what its section in almoner.ini says, but `value` (NULL: nothing)
 * for the first key of the table. */
void conf_store_fill_as(struct conf *, struct conf_settings *, const struct alm_settings *table,
                        const char *plugin_name, const char *value, struct conf_problems *);
/* Set one key in place: comments, order and all other bytes stay; the key (and section) is added if it is not there.
 * Atomic, and one editor at a time. */
enum alm_status conf_edit(const char *file, const char *section, const char *key, const char *value,
                          struct alm_error *);

#endif
