/* SPDX-License-Identifier: MIT */
/*
 * example: a programme for almoner.  This file is the whole plug-in and reads from top to bottom: settings, rule, command,
 * report, descriptor.  As it stands it gives some packages at a time and only so many in a year; make it yours.
 */
#include <almoner/plugin.h>
#include "example-schema.h" /* made by the build out of schema/: a table `schema` */

/* ---- settings ---- what an administrator writes into example.ini, section [example] ---- */

struct settings {
    alm_quantity packages; /* quantities are thousandths: 2 packages are 2000 */
    alm_quantity most_a_year;
#if TEMPLATE_PERSON
    int64_t least_age;
#endif
};

ALM_TABLES_BEGIN

/* One row a key.  The core parses the value, holds it to its bounds, and puts it at `offset` of the struct. */
static const struct alm_setting settings[] = {
    {.key = "packages",
     .type = ALM_QUANTITY,
     .offset = offsetof(struct settings, packages),
     .fallback = "1",
     .min = "0.5",
     .max = "100",
#if TEMPLATE_HOUSEHOLD
     .help = "Packages for each member of the household each time that it is served."},
#else
     .help = "Packages at a time."},
#endif
    {.key = "most_a_year",
     .type = ALM_QUANTITY,
     .offset = offsetof(struct settings, most_a_year),
     .fallback = "24",
     .min = "0",
     .help = "At most so many packages within 365 days."},
#if TEMPLATE_PERSON
    {.key = "least_age",
     .type = ALM_INT,
     .offset = offsetof(struct settings, least_age),
     .fallback = "0",
     .min = "0",
     .max = "120",
     .unit = "years",
     .help = "Only for persons of at least this age."},
#endif
};

ALM_TABLES_END

/* ---- rule ---- how much may they have on that day? ---- */

enum { YEAR = 365 };

#if TEMPLATE_PERSON
static bool old_enough(const struct settings *s, const struct alm_case *c)
{
    /* What the register does not know is never held against anybody here: decide it your way. */
    return c->person->birth_date == ALM_NO_DATE || c->date - c->person->birth_date >= s->least_age * YEAR;
}

#endif
/*
 * Pure: it looks at the state and the case and at nothing else, keeps nothing, and gives the same answer to the same
 * case.  The core asks it about millions of cases in any order and on any thread.  `e` arrives zeroed: quantity 0 is no.
 * Windows, exclusions, doubles and who may give are the core's keys: nothing of that stands here.
 */
static void entitle(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
#if TEMPLATE_CXX
    const auto *s = static_cast<const struct settings *>(state);
#else
    const struct settings *s = state;
#endif
    alm_quantity given = 0;
    for (size_t i = 0; i < c->n_history; i++)
        given += c->history[i].quantity;

    e->next = ALM_NO_DATE;
#if TEMPLATE_HOUSEHOLD
    if (c->n_members == 0) {
        alm_no(e, "nobody belongs to the household on that day");
        return;
    }
    alm_quantity due = (alm_quantity)c->n_members * s->packages;
#elif TEMPLATE_PERSON
    if (!old_enough(s, c)) {
        alm_no(e, "younger than %d years", (int)s->least_age);
        return;
    }
    alm_quantity due = s->packages;
#elif TEMPLATE_PLACE
    alm_quantity due = s->packages;
#endif
    if (due > s->most_a_year - given)
        due = s->most_a_year - given;
    if (due <= 0) {
        alm_no(e, "has had all packages of a year");
        if (c->n_history > 0) /* history is oldest first: a year later that line no longer counts */
            e->next = c->history[0].date + YEAR + 1;
        return;
    }
    e->quantity = due;
}

/* ---- command ---- almoner example target AREA PACKAGES ---- */

/* The core has parsed the words by the table below and opened the transaction; it also prints errors. */
static enum alm_status run_target(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    (void)state;
    struct alm_statement *st;
    bool row;
    alm_id area = 0;
    enum alm_status status = host->find(host, ALM_NOUN_AREA, alm_arg_text(args, "area"), &area, err);
    if (status == ALM_OK)
        status = host->prepare(host,
                               "INSERT INTO example_target (programme, area, packages) VALUES ($1, $2, $3) "
                               "ON CONFLICT (programme, area) DO UPDATE SET packages = excluded.packages",
                               &st, err);
    if (status == ALM_OK)
        status = host->bind_int(host, st, 1, host->programme_id(host), err);
    if (status == ALM_OK)
        status = host->bind_int(host, st, 2, area, err);
    if (status == ALM_OK)
        status = host->bind_int(host, st, 3, alm_arg_number(args, "packages", 0), err);
    if (status == ALM_OK)
        status = host->step(host, st, &row, err);
    if (status == ALM_OK)
        host->say(host, "the target is set");
    return status;
}

/* ---- report ---- almoner report example targets ---- */

/* One value a column of the table below, row by row; the core makes a table, CSV, JSON ... of it. */
static enum alm_status run_targets(const struct alm_host *host, void *state, const struct alm_args *args,
                                   struct alm_error *err)
{
    (void)state;
    (void)args;
    struct alm_statement *st;
    bool row = true;
    enum alm_status status =
        host->prepare(host,
                      "SELECT a.code, a.name, t.packages, (SELECT SUM(d.quantity) FROM tally_detail d "
                      "WHERE d.programme = t.programme AND d.area = t.area) "
                      "FROM example_target t JOIN area a ON a.id = t.area WHERE t.programme = $1 ORDER BY a.code",
                      &st, err);
    if (status == ALM_OK)
        status = host->bind_int(host, st, 1, host->programme_id(host), err);
    while (status == ALM_OK && (status = host->step(host, st, &row, err)) == ALM_OK && row) {
        const struct alm_value values[] = {
            alm_string(host->column_text(host, st, 0)), alm_string(host->column_text(host, st, 1)),
            alm_number(host->column_int(host, st, 2)), alm_number(host->column_int(host, st, 3))};
        status = host->row(host, values, err);
    }
    return status;
}

/* ---- tables ---- */

ALM_TABLES_BEGIN

static const struct alm_option target_options[] = {
    {.name = "area", .type = ALM_STRING, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "AREA", .help = "code of an area"},
    {.name = "packages",
     .type = ALM_QUANTITY,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "PACKAGES",
     .help = "how many packages are meant for it"},
};

static const struct alm_command commands[] = {
    {.name = "target",
     .summary = "set how many packages are meant for an area",
     .options = target_options,
     .n_options = sizeof target_options / sizeof target_options[0],
     .flags = ALM_WRITES,
     .run = run_target,
     .examples = "example target 1503 200"},
};

static const struct alm_column target_columns[] = {
    {.name = "area", .title = "area", .type = ALM_STRING, .hxl = "#adm2+code"},
    {.name = "name", .title = "name", .type = ALM_STRING, .hxl = "#adm2+name"},
    {.name = "target", .title = "target", .type = ALM_QUANTITY, .flags = ALM_TOTAL, .hxl = "#output+num+targeted"},
    {.name = "given", .title = "given", .type = ALM_QUANTITY, .flags = ALM_TOTAL, .hxl = "#output+num+reached"},
};

static const struct alm_report reports[] = {
    {.name = "targets",
     .summary = "packages meant for each area and packages given there",
     .columns = target_columns,
     .n_columns = sizeof target_columns / sizeof target_columns[0],
     .run = run_targets},
};

static const struct alm_programme programme = {
    .size = sizeof(struct alm_programme),
#if TEMPLATE_HOUSEHOLD
    .recipient = ALM_HOUSEHOLD,
#elif TEMPLATE_PERSON
    .recipient = ALM_PERSON,
#elif TEMPLATE_PLACE
    .recipient = ALM_PLACE,
#endif
    .unit = "package",
    .unit_plural = "packages",
    .look_back_days = YEAR,
    .entitle = entitle,
};

ALM_TABLES_END

/* Without start() and stop(), the state that all functions are handed is the struct of settings itself. */
ALM_PLUGIN(.name = "example", .version = "0.1", .summary = "Packages, only so many in a year",
           .kind = ALM_KIND_PROGRAMME,
           .settings = {.rows = settings, .n_rows = sizeof settings / sizeof settings[0], .size = sizeof(struct settings)},
           .commands = commands, .n_commands = sizeof commands / sizeof commands[0], .reports = reports,
           .n_reports = sizeof reports / sizeof reports[0], .migrations = schema,
           .n_migrations = sizeof schema / sizeof schema[0], .programme = &programme)
