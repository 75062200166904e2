/* SPDX-License-Identifier: MIT */
/*
 * A sound little programme, of which each fault redefines one part.  NAME is the file's name, given by the build.  It
 * has a table, a command that writes there, one that reads, a report, a list that is imported, and settles into its
 * table.
 */
#include <almoner/plugin.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef RULE
#define RULE e->quantity = ALM_UNIT;
#endif
#ifndef START
#define START
#endif
#ifndef SETTLE
#define SETTLE
#endif
#ifndef COMMAND
#define COMMAND
#endif
#ifndef REPORT
#define REPORT
#endif
#ifndef ROW
#define ROW
#endif
#ifndef COMMAND_FLAGS
#define COMMAND_FLAGS ALM_WRITES
#endif
#ifndef TABLE
#define TABLE NAME_ "_thing"
#endif
#ifndef MIGRATION
#define MIGRATION "CREATE TABLE " TABLE " (programme BIGINT NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (programme, id));"
#endif
#ifndef SELF
#define SELF NAME
#endif
#ifndef PLUGIN_VERSION
#define PLUGIN_VERSION "1.0"
#endif

/* A fault that the compiler does not see through. */
static inline void crash(void)
{
    volatile int *volatile nowhere = NULL;
    *nowhere = 1;
}

static inline void hang(void)
{
    for (volatile int on = 1; on;)
        continue;
}

/* Several statements that write one row each; a status of the host ends it. */
static inline enum alm_status run_sql(const struct alm_host *host, const char *sql, int64_t id, struct alm_error *err)
{
    struct alm_statement *statement;
    bool row;
    enum alm_status status = host->prepare(host, sql, &statement, err);

    if (status == ALM_OK && strchr(sql, '$'))
        status = host->bind_int(host, statement, 1, host->programme_id(host), err);
    if (status == ALM_OK && strstr(sql, "$2"))
        status = host->bind_int(host, statement, 2, id, err);
    return status == ALM_OK ? host->step(host, statement, &row, err) : status;
}

static inline enum alm_status write_row(const struct alm_host *host, int64_t id, struct alm_error *err)
{
    return run_sql(host, "INSERT INTO " TABLE " (programme, id) VALUES ($1, $2)", id, err);
}

static void entitle(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
    (void)state, (void)c, (void)e;
    RULE
}

static enum alm_status settle(const struct alm_host *host, void *state, struct alm_line *lines, size_t n,
                              struct alm_verdict *verdicts, struct alm_error *err)
{
    (void)state, (void)verdicts;
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < n && status == ALM_OK; i++)
        status = write_row(host, lines[i].id, err);
    SETTLE
    return status;
}

static enum alm_status unsettle(const struct alm_host *host, void *state, const struct alm_line *lines, size_t n,
                                struct alm_error *err)
{
    (void)state;
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < n && status == ALM_OK; i++)
        status = run_sql(host, "DELETE FROM " TABLE " WHERE programme = $1 AND id = $2", lines[i].id, err);
    return status;
}

static enum alm_status start(const struct alm_host *host, const void *settings, void **state, struct alm_error *err)
{
    (void)host, (void)settings, (void)state, (void)err;
    START
    return ALM_OK;
}

/* Writes a row, then does what the fault is. */
static enum alm_status run_break(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    (void)state, (void)args;
    enum alm_status status = (COMMAND_FLAGS)&ALM_BULK ? ALM_OK : write_row(host, 1, err);
    COMMAND
    return status;
}

static enum alm_status run_count(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    static const struct alm_column columns[] = {{.name = "rows", .title = "rows", .type = ALM_INT}};
    struct alm_statement *statement;
    struct alm_value value;
    bool row;
    enum alm_status status = host->prepare(host, "SELECT COUNT(*) FROM " TABLE, &statement, err);

    (void)state, (void)args;
    if (status == ALM_OK)
        status = host->step(host, statement, &row, err);
    if (status == ALM_OK)
        status = host->table_begin(host, "rows", columns, 1, err);
    if (status != ALM_OK)
        return status;
    value = alm_number(host->column_int(host, statement, 0));
    status = host->row(host, &value, err);
    return status == ALM_OK ? host->table_end(host, err) : status;
}

static enum alm_status import_row(const struct alm_host *host, void *context, const struct alm_value *values,
                                  enum alm_row_outcome *outcome, struct alm_error *err)
{
    (void)context;
    *outcome = ALM_ROW_NEW;
    enum alm_status status = write_row(host, values[0].number, err);
    ROW return status;
}

static enum alm_status run_import(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    static const struct alm_import_column columns[] = {{.name = "id", .type = ALM_INT, .flags = ALM_REQUIRED}};
    struct alm_import import = {
        .file = alm_arg_text(args, "file"), .columns = columns, .n_columns = 1, .row = import_row};

    (void)state;
    return host->import(host, &import, err);
}

static enum alm_status run_report(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct alm_value value = alm_number(1);
    enum alm_status status = host->row(host, &value, err);

    (void)state, (void)args;
    REPORT
    return status;
}

static const struct alm_option import_options[] = {
    {.name = "file", .type = ALM_STRING, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "FILE", .help = "a list"}};
static const struct alm_command commands[] = {
    {.name = "break", .summary = "do what is wrong with it", .flags = COMMAND_FLAGS, .run = run_break},
    {.name = "count", .summary = "count its rows", .flags = ALM_READS, .run = run_count},
    {.name = "import",
     .summary = "import rows",
     .options = import_options,
     .n_options = 1,
     .flags = ALM_WRITES | ALM_BULK,
     .run = run_import},
};
static const struct alm_column report_columns[] = {{.name = "n", .title = "n", .type = ALM_INT}};
static const struct alm_report reports[] = {
    {.name = "ones", .summary = "ones", .columns = report_columns, .n_columns = 1, .run = run_report}};
static const struct alm_migration migrations[] = {
    {1, "thing", MIGRATION},
#ifdef SECOND_MIGRATION
    {2, "second", SECOND_MIGRATION},
#endif
};
static const struct alm_programme programme = {.size = sizeof programme,
                                               .recipient = ALM_HOUSEHOLD,
                                               .unit = "thing",
                                               .unit_plural = "things",
                                               .entitle = entitle,
                                               .settle = settle,
                                               .unsettle = unsettle};
#ifndef ENTRY
#define ENTRY                                                                                                          \
    ALM_PLUGIN(.name = SELF, .version = PLUGIN_VERSION, .summary = "A faulty thing", .kind = ALM_KIND_PROGRAMME,       \
               .start = start, .commands = commands, .n_commands = 3, .reports = reports, .n_reports = 1,              \
               .migrations = migrations, .n_migrations = sizeof migrations / sizeof *migrations,                       \
               .programme = &programme)
#endif
ENTRY
