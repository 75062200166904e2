/* SPDX-License-Identifier: MIT */
/* The services that plug-ins are handed: `struct alm_host`, filled. */
#include "host/internal.h"

static struct host_programme *self(const struct alm_host *services)
{
    return services->context;
}

static const char *service_programme_name(const struct alm_host *services)
{
    return self(services)->conf->name;
}

static alm_id service_programme_id(const struct alm_host *services)
{
    return self(services)->id;
}

static void service_log(const struct alm_host *services, enum alm_log_level level, const char *text)
{
    PLUGIN_ASKED_HOST;
    const struct host_terminal *terminal = &self(services)->host->options.terminal;

    terminal->log(terminal->context, level, text);
}

static alm_time service_now(const struct alm_host *services)
{
    return host_now(self(services)->host);
}

static alm_date service_today(const struct alm_host *services)
{
    return host_today(self(services)->host);
}

static void *service_alloc(const struct alm_host *services, size_t size)
{
    return arena_alloc(&self(services)->arena, size);
}

static enum alm_status service_new_id(const struct alm_host *services, alm_id *id, struct alm_error *err)
{
    PLUGIN_ASKED_HOST;
    struct store *store;
    enum alm_status status = host_store(self(services)->host, 0, &store, err);

    return status == ALM_OK ? store_id(store, id, err) : status;
}

/* ---- SQL: the statement that a plug-in holds is the store's own ---- */

static struct store_stmt *stmt_of(struct alm_statement *statement)
{
    return (struct store_stmt *)statement;
}

static const struct alm_store_driver *driver_of(const struct alm_host *services)
{
    return store_driver(self(services)->host->store);
}

static enum alm_status service_prepare(const struct alm_host *services, const char *sql, struct alm_statement **out,
                                       struct alm_error *err)
{
    PLUGIN_ASKED_HOST;
    struct host_programme *programme = self(services);
    struct store_stmt *stmt = NULL;
    struct store *store;
    enum alm_status status = host_store(programme->host, 0, &store, err);

    if (status == ALM_OK)
        status = host_check_sql(programme->plugin->name, sql, err);
    if (status == ALM_OK && (status = store_query(store, &stmt, err, sql, "")) == ALM_INTERNAL && err)
        error_prefix(err, _("plug-in %s"), programme->plugin->name);
    *out = (struct alm_statement *)stmt;
    return status;
}

static enum alm_status service_bind_int(const struct alm_host *services, struct alm_statement *statement, int n,
                                        int64_t value, struct alm_error *err)
{
    return driver_of(services)->bind_int(store_driver_statement(stmt_of(statement)), n, value, err);
}

static enum alm_status service_bind_text(const struct alm_host *services, struct alm_statement *statement, int n,
                                         const char *text, struct alm_error *err)
{
    return driver_of(services)->bind_text(store_driver_statement(stmt_of(statement)), n, text_of(text), err);
}

static enum alm_status service_bind_null(const struct alm_host *services, struct alm_statement *statement, int n,
                                         struct alm_error *err)
{
    return driver_of(services)->bind_null(store_driver_statement(stmt_of(statement)), n, err);
}

static enum alm_status service_bind_ints(const struct alm_host *services, struct alm_statement *statement, int n,
                                         const int64_t *ints, size_t count, struct alm_error *err)
{
    return driver_of(services)->bind_ints(store_driver_statement(stmt_of(statement)), n, ints, count, err);
}

static enum alm_status service_step(const struct alm_host *services, struct alm_statement *statement, bool *row,
                                    struct alm_error *err)
{
    PLUGIN_ASKED_HOST;
    (void)services;
    return store_next(stmt_of(statement), row, err);
}

static bool service_column_is_null(const struct alm_host *services, struct alm_statement *statement, int i)
{
    (void)services;
    return store_is_null(stmt_of(statement), i);
}

static int64_t service_column_int(const struct alm_host *services, struct alm_statement *statement, int i)
{
    (void)services;
    return store_is_null(stmt_of(statement), i) ? 0 : store_int(stmt_of(statement), i);
}

static const char *service_column_text(const struct alm_host *services, struct alm_statement *statement, int i)
{
    (void)services;
    return store_string(stmt_of(statement), i);
}

static int64_t service_changes(const struct alm_host *services, struct alm_statement *statement)
{
    return driver_of(services)->changes(store_driver_statement(stmt_of(statement)));
}

/* ---- the register ---- */

static enum alm_status service_find(const struct alm_host *services, enum alm_noun noun, const char *text, alm_id *id,
                                    struct alm_error *err)
{
    PLUGIN_ASKED_HOST;
    static const enum register_noun small[] = {[ALM_NOUN_BODY] = REGISTER_BODY,
                                               [ALM_NOUN_GROUP] = REGISTER_GROUP,
                                               [ALM_NOUN_BASE] = REGISTER_BASE,
                                               [ALM_NOUN_STAGE] = REGISTER_STAGE};
    struct host *host = self(services)->host;
    const struct register_entry *entry;
    const struct register_area *areas;
    struct register_directory *directory;
    size_t n;
    int32_t area;
    enum alm_status status;

    if (noun == ALM_NOUN_ITEM || noun == ALM_NOUN_DEPOT)
        return host_find_goods(host, noun, text, id, err);
    if (noun == ALM_NOUN_HOUSEHOLD || noun == ALM_NOUN_PERSON || noun == ALM_NOUN_PLACE) {
        struct store *store;

        status = host_store(host, 0, &store, err);
        return status == ALM_OK ? register_find(store, noun, text, id, err) : status;
    }
    status = host_directory(host, &directory, err);
    if (status != ALM_OK)
        return status;
    if (noun == ALM_NOUN_AREA) {
        status = register_areas(directory, &areas, &n, err);
        if (status != ALM_OK)
            return status;
        area = register_area_by_code(directory, text_of(text), err);
        if (area < 0)
            return err->status;
        *id = areas[area].id;
        return ALM_OK;
    }
    entry = register_by_code(directory, small[noun], text_of(text), err);
    if (!entry)
        return err->status;
    *id = entry->id;
    return ALM_OK;
}

static enum alm_status service_name_of(const struct alm_host *services, enum alm_noun noun, alm_id id, char *buf,
                                       size_t size, struct alm_error *err)
{
    PLUGIN_ASKED_HOST;
    struct host *host = self(services)->host;
    struct stock *stock;
    struct store *store;
    enum alm_status status = host_store(host, 0, &store, err);

    if (status == ALM_OK && (noun == ALM_NOUN_ITEM || noun == ALM_NOUN_DEPOT)) {
        status = host_stock(host, &stock, err);
        return status == ALM_OK ? stock_name(stock, noun, id, buf, size, err) : status;
    }
    return status == ALM_OK ? register_name(store, noun, id, buf, size, err) : status;
}

static enum alm_status service_aliases(const struct alm_host *services, const alm_id *ids, size_t n,
                                       const struct alm_alias **out, size_t *n_out, struct alm_error *err)
{
    PLUGIN_ASKED_HOST;
    struct host_programme *programme = self(services);
    struct register_aliases aliases = {0};
    struct store *store;
    enum alm_status status = host_store(programme->host, 0, &store, err);

    *n_out = 0;
    if (status == ALM_OK && n)
        status = register_aliases_read(store, &aliases, ids, n, err);
    if (status == ALM_OK && aliases.n) {
        programme->aliases = xreallocarray(programme->aliases, aliases.n, sizeof *programme->aliases);
        for (size_t i = 0; i < aliases.n; i++)
            programme->aliases[i] = (struct alm_alias){aliases.at[i].id, aliases.at[i].survivor};
        *n_out = aliases.n;
    }
    *out = programme->aliases;
    register_aliases_release(&aliases);
    return status;
}

static bool service_area_within(const struct alm_host *services, alm_id area, alm_id within)
{
    PLUGIN_ASKED_HOST;
    struct register_directory *directory;
    struct alm_error err;
    int32_t a, b;

    if (host_directory(self(services)->host, &directory, &err) != ALM_OK)
        return false;
    a = register_area_by_id(directory, area);
    b = register_area_by_id(directory, within);
    return a >= 0 && b >= 0 && register_area_within(directory, a, b);
}

/* ---- dates ---- */

static void service_format_date(const struct alm_host *services, alm_date date, char *buf, size_t size)
{
    host_format_date(self(services)->host, date, buf, size);
}

static enum alm_status service_parse_date(const struct alm_host *services, const char *text, alm_date *date,
                                          struct alm_error *err)
{
    (void)services;
    return date_parse(text_of(text), date, err);
}

/* ---- results ---- */

static struct report *report_of(const struct alm_host *services)
{
    return self(services)->host->options.report;
}

static enum alm_status service_table_begin(const struct alm_host *services, const char *title,
                                           const struct alm_column *columns, size_t n, struct alm_error *err)
{
    PLUGIN_ASKED_HOST;
    return report_begin(report_of(services), title, columns, n, err);
}

static enum alm_status service_row(const struct alm_host *services, const struct alm_value *values,
                                   struct alm_error *err)
{
    PLUGIN_ASKED_HOST;
    return report_row(report_of(services), values, err);
}

static enum alm_status service_table_end(const struct alm_host *services, struct alm_error *err)
{
    PLUGIN_ASKED_HOST;
    return report_end(report_of(services), err);
}

static void service_say(const struct alm_host *services, const char *text)
{
    PLUGIN_ASKED_HOST;
    const struct host_terminal *terminal = &self(services)->host->options.terminal;

    terminal->say(terminal->context, text);
}

static void service_warn(const struct alm_host *services, const char *text)
{
    PLUGIN_ASKED_HOST;
    const struct host_terminal *terminal = &self(services)->host->options.terminal;

    terminal->warn(terminal->context, text);
}

static void service_progress(const struct alm_host *services, int64_t done, int64_t total)
{
    PLUGIN_ASKED_HOST;
    const struct host_terminal *terminal = &self(services)->host->options.terminal;

    terminal->progress(terminal->context, done, total);
}

static enum alm_status service_import(const struct alm_host *services, const struct alm_import *import,
                                      struct alm_error *err)
{
    PLUGIN_ASKED_HOST;
    return host_import(self(services), import, err);
}

static const char *service_currency(const struct alm_host *services, int *decimals)
{
    const struct conf_almoner *almoner = self(services)->host->conf.almoner;

    if (decimals)
        *decimals = (int)almoner->currency_decimals;
    return almoner->currency;
}

void host_services_fill(struct host_programme *programme)
{
    programme->services = (struct alm_host){
        .size = sizeof(struct alm_host),
        .abi_major = ALM_ABI_MAJOR,
        .abi_minor = ALM_ABI_MINOR,
        .context = programme,
        .programme_name = service_programme_name,
        .programme_id = service_programme_id,
        .log = service_log,
        .now = service_now,
        .today = service_today,
        .alloc = service_alloc,
        .new_id = service_new_id,
        .prepare = service_prepare,
        .bind_int = service_bind_int,
        .bind_text = service_bind_text,
        .bind_null = service_bind_null,
        .bind_ints = service_bind_ints,
        .step = service_step,
        .column_is_null = service_column_is_null,
        .column_int = service_column_int,
        .column_text = service_column_text,
        .changes = service_changes,
        .find = service_find,
        .name_of = service_name_of,
        .area_within = service_area_within,
        .format_date = service_format_date,
        .parse_date = service_parse_date,
        .solar_date = date_to_solar,
        .from_solar = date_from_solar,
        .table_begin = service_table_begin,
        .row = service_row,
        .table_end = service_table_end,
        .say = service_say,
        .warn = service_warn,
        .progress = service_progress,
        .import = service_import,
        .stock_draw = host_service_draw,
        .stock_make = host_service_make,
        .stock_on_hand = host_service_on_hand,
        .token = host_service_token,
        .currency = service_currency,
        .request_of = host_service_request_of,
        .stock_issue = host_service_issue,
        .stock_put_back = host_service_put_back,
        .deliver = host_service_deliver,
        .stock_last_day = host_service_last_day,
        .aliases = service_aliases,
    };
}

/* ---- what a store driver gets: no store, no register, no results ---- */

static struct host *bare(const struct alm_host *services)
{
    return services->context;
}

static void bare_log(const struct alm_host *services, enum alm_log_level level, const char *text)
{
    const struct host_terminal *terminal = &bare(services)->options.terminal;

    terminal->log(terminal->context, level, text);
}

static alm_time bare_now(const struct alm_host *services)
{
    return host_now(bare(services));
}

static alm_date bare_today(const struct alm_host *services)
{
    return host_today(bare(services));
}

static void *bare_alloc(const struct alm_host *services, size_t size)
{
    return arena_alloc(&bare(services)->arena, size);
}

const struct alm_host *host_bare_services(struct host *host)
{
    host->bare = (struct alm_host){.size = sizeof(struct alm_host),
                                   .abi_major = ALM_ABI_MAJOR,
                                   .abi_minor = ALM_ABI_MINOR,
                                   .context = host,
                                   .log = bare_log,
                                   .now = bare_now,
                                   .today = bare_today,
                                   .alloc = bare_alloc,
                                   .solar_date = date_to_solar,
                                   .from_solar = date_from_solar};
    return &host->bare;
}
