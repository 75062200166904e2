/* SPDX-License-Identifier: MIT */
/*
 * A programme plug-in under test: loaded from its built file, its settings read from INI text by the core's reader, and
 * a host of its own whose clock, areas and output the test holds.  SQL goes to a scratch store.
 *
 * Areas and groups are numbers: 11 lies within 1, 112 within 11.
 */
#ifndef TESTS_UNIT_HOST_PLUGIN_FIXTURE_H
#define TESTS_UNIT_HOST_PLUGIN_FIXTURE_H

#include "../store/suite.h"
#include "conf/conf.h"

struct fixture {
    struct alm_host host; /* host.context is the fixture */
    const struct alm_plugin *plugin;
    struct suite *suite; /* NULL where the test needs no store */
    struct conf_ini ini;
    struct conf_problems problems;
    struct conf_settings settings;
    void *state;
    struct arena arena;
    alm_id last_id;
    alm_time now;
    alm_date today;
    const struct alm_column *columns;
    size_t n_columns;
    struct strbuf out;      /* rows: values with | between them */
    struct strbuf warnings; /* a line each */
    const char *csv;        /* what import() reads: lines of cells with commas, in the order of the columns */
};

static inline struct fixture *fixture_of(const struct alm_host *host)
{
    return host->context;
}

/* ---- services ---- */

static const char *fixture_name(const struct alm_host *host)
{
    return fixture_of(host)->plugin->name;
}

static alm_id fixture_id(const struct alm_host *host)
{
    (void)host;
    return 77;
}

static alm_time fixture_now(const struct alm_host *host)
{
    return fixture_of(host)->now;
}

static alm_date fixture_today(const struct alm_host *host)
{
    return fixture_of(host)->today;
}

static void *fixture_alloc(const struct alm_host *host, size_t size)
{
    return arena_alloc(&fixture_of(host)->arena, size);
}

static enum alm_status fixture_new_id(const struct alm_host *host, alm_id *id, struct alm_error *err)
{
    (void)err;
    *id = ++fixture_of(host)->last_id;
    return ALM_OK;
}

static const char *fixture_currency(const struct alm_host *host, int *decimals)
{
    (void)host;
    if (decimals)
        *decimals = 0;
    return "IRR";
}

static inline struct store_stmt *fixture_stmt(struct alm_statement *statement)
{
    return (struct store_stmt *)statement;
}

static enum alm_status fixture_prepare(const struct alm_host *host, const char *sql, struct alm_statement **out,
                                       struct alm_error *err)
{
    struct store_stmt *stmt = NULL;
    enum alm_status status = store_query(fixture_of(host)->suite->store, &stmt, err, sql, "");
    *out = (struct alm_statement *)stmt;
    return status;
}

static enum alm_status fixture_bind_int(const struct alm_host *host, struct alm_statement *st, int n, int64_t value,
                                        struct alm_error *err)
{
    return fixture_of(host)->suite->driver->bind_int(store_driver_statement(fixture_stmt(st)), n, value, err);
}

static enum alm_status fixture_bind_text(const struct alm_host *host, struct alm_statement *st, int n, const char *text,
                                         struct alm_error *err)
{
    return fixture_of(host)->suite->driver->bind_text(store_driver_statement(fixture_stmt(st)), n, text_of(text), err);
}

static enum alm_status fixture_bind_null(const struct alm_host *host, struct alm_statement *st, int n,
                                         struct alm_error *err)
{
    return fixture_of(host)->suite->driver->bind_null(store_driver_statement(fixture_stmt(st)), n, err);
}

static enum alm_status fixture_bind_ints(const struct alm_host *host, struct alm_statement *st, int n,
                                         const int64_t *ints, size_t count, struct alm_error *err)
{
    return fixture_of(host)->suite->driver->bind_ints(store_driver_statement(fixture_stmt(st)), n, ints, count, err);
}

static enum alm_status fixture_step(const struct alm_host *host, struct alm_statement *st, bool *row,
                                    struct alm_error *err)
{
    (void)host;
    return store_next(fixture_stmt(st), row, err);
}

static bool fixture_column_is_null(const struct alm_host *host, struct alm_statement *st, int i)
{
    (void)host;
    return store_is_null(fixture_stmt(st), i);
}

static int64_t fixture_column_int(const struct alm_host *host, struct alm_statement *st, int i)
{
    (void)host;
    return store_is_null(fixture_stmt(st), i) ? 0 : store_int(fixture_stmt(st), i);
}

static const char *fixture_column_text(const struct alm_host *host, struct alm_statement *st, int i)
{
    (void)host;
    return store_string(fixture_stmt(st), i);
}

static int64_t fixture_changes(const struct alm_host *host, struct alm_statement *st)
{
    return fixture_of(host)->suite->driver->changes(store_driver_statement(fixture_stmt(st)));
}

static enum alm_status fixture_find(const struct alm_host *host, enum alm_noun noun, const char *text, alm_id *id,
                                    struct alm_error *err)
{
    (void)host;
    *id = noun == ALM_NOUN_AREA || noun == ALM_NOUN_GROUP ? atoll(text) : 0;
    return *id ? ALM_OK : error_set(err, ALM_BAD_DATA, NULL, "there is no area '%s'", text);
}

static enum alm_status fixture_name_of(const struct alm_host *host, enum alm_noun noun, alm_id id, char *buf,
                                       size_t size, struct alm_error *err)
{
    (void)host;
    (void)noun;
    (void)err;
    snprintf(buf, size, "area %lld", (long long)id);
    return ALM_OK;
}

static bool fixture_area_within(const struct alm_host *host, alm_id area, alm_id within)
{
    (void)host;
    for (; area; area /= 10)
        if (area == within)
            return true;
    return false;
}

static void fixture_format_date(const struct alm_host *host, alm_date date, char *buf, size_t size)
{
    (void)host;
    date_format(date, DATE_SOLAR, buf, size);
}

static enum alm_status fixture_table_begin(const struct alm_host *host, const char *title,
                                           const struct alm_column *columns, size_t n, struct alm_error *err)
{
    (void)title;
    (void)err;
    fixture_of(host)->columns = columns;
    fixture_of(host)->n_columns = n;
    return ALM_OK;
}

static enum alm_status fixture_row(const struct alm_host *host, const struct alm_value *values, struct alm_error *err)
{
    (void)err;
    struct fixture *fixture = fixture_of(host);
    for (size_t i = 0; i < fixture->n_columns; i++) {
        uint32_t type = fixture->columns[i].type;
        strbuf_adds(&fixture->out, i ? "|" : "");
        if (values[i].is_null)
            strbuf_adds(&fixture->out, "-");
        else if (type == ALM_STRING || type == ALM_ENUM)
            strbuf_adds(&fixture->out, values[i].text);
        else
            strbuf_addf(&fixture->out, "%lld", (long long)values[i].number);
    }
    strbuf_adds(&fixture->out, "\n");
    return ALM_OK;
}

static enum alm_status fixture_table_end(const struct alm_host *host, struct alm_error *err)
{
    (void)host;
    (void)err;
    return ALM_OK;
}

static void fixture_say(const struct alm_host *host, const char *text)
{
    (void)host;
    (void)text;
}

static void fixture_warn(const struct alm_host *host, const char *text)
{
    strbuf_addf(&fixture_of(host)->warnings, "%s\n", text);
}

/* Each row's outcome goes to out: new, changed, same, or why it was rejected. */
static enum alm_status fixture_import(const struct alm_host *host, const struct alm_import *import,
                                      struct alm_error *err)
{
    static const char *const outcomes[] = {"new", "changed", "same"};
    struct fixture *fixture = fixture_of(host);
    for (const char *at = fixture->csv; *at; at += *at == '\n') {
        struct alm_value values[16];
        enum alm_row_outcome outcome = ALM_ROW_NEW;
        assert_true(import->n_columns <= COUNT_OF(values));
        for (size_t i = 0; i < import->n_columns; i++) {
            const struct conf_rule rule = {.type = import->columns[i].type, .choices = import->columns[i].choices};
            size_t len = strcspn(at, ",\n");
            values[i] = alm_null();
            if (len)
                assert_int_equal(conf_value_parse(&rule, (struct alm_text){at, len}, &fixture->arena, &values[i], err),
                                 ALM_OK);
            at += len + (at[len] == ',');
        }
        assert_int_equal(store_savepoint(fixture->suite->store, err), ALM_OK);
        enum alm_status status = import->row(host, import->context, values, &outcome, err);
        assert_true(status == ALM_OK || status == ALM_BAD_DATA || status == ALM_REFUSED);
        strbuf_addf(&fixture->out, "%s\n", status == ALM_OK ? outcomes[outcome] : err->text);
        assert_int_equal(store_release(fixture->suite->store, status == ALM_OK, err), ALM_OK);
    }
    return ALM_OK;
}

/* ---- making one ---- */

/* The plug-in with settings from a file; what is wrong with them stands in fixture->problems. */
static inline void fixture_load_file(struct fixture *fixture, const char *name, const char *file)
{
    fixture->plugin = suite_load(name);
    fixture->host = (struct alm_host){.size = sizeof(struct alm_host),
                                      .abi_major = ALM_ABI_MAJOR,
                                      .abi_minor = ALM_ABI_MINOR,
                                      .context = fixture,
                                      .programme_name = fixture_name,
                                      .programme_id = fixture_id,
                                      .now = fixture_now,
                                      .today = fixture_today,
                                      .alloc = fixture_alloc,
                                      .new_id = fixture_new_id,
                                      .prepare = fixture_prepare,
                                      .bind_int = fixture_bind_int,
                                      .bind_text = fixture_bind_text,
                                      .bind_null = fixture_bind_null,
                                      .bind_ints = fixture_bind_ints,
                                      .step = fixture_step,
                                      .column_is_null = fixture_column_is_null,
                                      .column_int = fixture_column_int,
                                      .column_text = fixture_column_text,
                                      .changes = fixture_changes,
                                      .find = fixture_find,
                                      .name_of = fixture_name_of,
                                      .area_within = fixture_area_within,
                                      .format_date = fixture_format_date,
                                      .solar_date = date_to_solar,
                                      .from_solar = date_from_solar,
                                      .table_begin = fixture_table_begin,
                                      .row = fixture_row,
                                      .table_end = fixture_table_end,
                                      .say = fixture_say,
                                      .warn = fixture_warn,
                                      .import = fixture_import,
                                      .currency = fixture_currency};
    assert_true(conf_ini_read(&fixture->ini, file, &fixture->problems));
    conf_settings_fill(&fixture->settings, &fixture->plugin->settings, name, &fixture->ini, 0, &fixture->problems);
}

static inline void fixture_load(struct fixture *fixture, const char *name, const char *ini)
{
    char path[] = "/tmp/almoner-plugin-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, ini, strlen(ini)), (ssize_t)strlen(ini));
    close(fd);
    fixture_load_file(fixture, name, path);
    unlink(path);
}

/* With sound settings: start it. */
static inline void fixture_start(struct fixture *fixture)
{
    struct alm_error err = {0};
    for (size_t i = 0; i < fixture->problems.count; i++)
        fail_msg("%s | %s", fixture->problems.items[i].text, fixture->problems.items[i].hint);
    fixture->state = fixture->settings.data;
    if (fixture->plugin->start)
        OK(fixture->plugin->start(&fixture->host, fixture->settings.data, &fixture->state, &err));
}

static inline void fixture_release(struct fixture *fixture)
{
    if (fixture->plugin->stop && fixture->state)
        fixture->plugin->stop(fixture->state);
    conf_settings_release(&fixture->settings);
    conf_problems_release(&fixture->problems);
    conf_ini_release(&fixture->ini);
    arena_release(&fixture->arena);
    strbuf_release(&fixture->out);
    strbuf_release(&fixture->warnings);
}

/* The rule's answer, as the ledger asks for it. */
static inline struct alm_entitlement fixture_entitle(const struct fixture *fixture, const struct alm_case *c)
{
    struct alm_entitlement e = {.size = sizeof e};
    struct alm_case sized = *c;
    sized.size = sizeof sized;
    fixture->plugin->programme->entitle(fixture->state, &sized, &e);
    return e;
}

/* Run a command with "option", "value" ... NULL; what it emits stands in fixture->out. */
static inline enum alm_status fixture_run(struct fixture *fixture, struct alm_error *err, const char *command, ...)
{
    const struct alm_command *found = NULL;
    for (size_t i = 0; i < fixture->plugin->n_commands; i++)
        if (strcmp(fixture->plugin->commands[i].name, command) == 0)
            found = &fixture->plugin->commands[i];
    assert_non_null(found);
    struct alm_arg args[16] = {{0}};
    struct alm_value values[16];
    assert_true(found->n_options <= COUNT_OF(args));
    va_list list;
    va_start(list, command);
    for (const char *name; (name = va_arg(list, const char *)) != NULL;) {
        const char *text = va_arg(list, const char *);
        size_t i = 0;
        while (i < found->n_options && strcmp(found->options[i].name, name) != 0)
            i++;
        assert_true(i < found->n_options);
        const struct conf_rule rule = {.type = found->options[i].type, .choices = found->options[i].choices};
        assert_int_equal(conf_value_parse(&rule, text_of(text), &fixture->arena, &values[i], err), ALM_OK);
        args[i] = (struct alm_arg){.count = 1, .values = &values[i], .given = true};
    }
    va_end(list);
    const struct alm_args all = {.options = found->options, .n_options = found->n_options, .at = args};
    strbuf_reset(&fixture->out);
    strbuf_reset(&fixture->warnings);
    return found->run(&fixture->host, fixture->state, &all, err);
}

#endif
