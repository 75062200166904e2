/* SPDX-License-Identifier: MIT */
/* Opening and closing what a command needs, on first use. */
#include "host/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

static alm_time clock_service(void *context)
{
    return host_now(context);
}

enum alm_status host_open(struct host **out, const struct host_options *options, struct alm_error *err)
{
    struct host *host = xcalloc(1, sizeof *host);
    enum alm_status status;

    host->options = *options;
    status = conf_open(&host->conf, options->config, err);
    if (status != ALM_OK)
        goto out;
    zone_set(host->conf.almoner->time_zone);
    if (options->now) {
        status = date_parse_time(text_of(options->now), &host->fixed_now, err);
        if (status != ALM_OK) {
            error_prefix(err, "--now");
            err->status = status = ALM_USAGE;
            goto out;
        }
        host->clock_fixed = true;
    }
    plugin_guard(host->conf.almoner->patience);
    host->programmes = xcalloc(host->conf.n_programmes + 1, sizeof(struct host_programme *));
out:
    if (status != ALM_OK) {
        host_close(host);
        host = NULL;
    }
    *out = host;
    return status;
}

static void programme_free(struct host_programme *programme)
{
    if (!programme)
        return;
    if (programme->started && programme->plugin->stop) {
        struct plugin_call call = host_call(programme, PLUGIN_STOP, NULL);
        plugin_enter(&call);
        programme->plugin->stop(programme->state);
        plugin_leave(&call);
    }
    arena_release(&programme->arena);
    free(programme->aliases);
    free(programme);
}

void host_close(struct host *host)
{
    if (!host)
        return;
    ledger_free(host->ledger);
    stock_free(host->stock);
    register_directory_free(host->directory);
    if (host->programmes)
        for (size_t i = 0; i < host->conf.n_programmes; i++)
            programme_free(host->programmes[i]);
    free(host->programmes);
    store_close(host->store);
    if (host->store_started && host->store_plugin->stop) {
        struct plugin_call call = {.plugin = host->store_plugin->name, .what = PLUGIN_STOP};
        plugin_enter(&call);
        host->store_plugin->stop(host->store_state);
        plugin_leave(&call);
    }
    conf_close(&host->conf);
    arena_release(&host->arena);
    explicit_bzero(host->token_key, sizeof host->token_key);
    free(host);
}

struct conf *host_conf(struct host *host)
{
    return &host->conf;
}

const struct host_options *host_options(const struct host *host)
{
    return &host->options;
}

void host_set_report(struct host *host, struct report *report)
{
    host->options.report = report;
}

void host_set_import(struct host *host, const char *rejects, const char *const *map)
{
    host->rejects = rejects;
    host->map = map;
}

void host_set_entry(struct host *host, struct store_entry *entry)
{
    host->entry = entry;
}

void host_set_command(struct host *host, const char *command)
{
    host->command = command;
}

void host_report_style(const struct host *host, struct report_style *style)
{
    const struct conf_almoner *almoner = host->conf.almoner;

    style->calendar = (enum date_calendar)almoner->calendar;
    style->persian_digits = almoner->digits != 0;
    style->currency_decimals = (int)almoner->currency_decimals;
}

alm_time host_now(const struct host *host)
{
    return host->clock_fixed ? host->fixed_now : (alm_time)time(NULL);
}

alm_date host_today(const struct host *host)
{
    return date_of_time(host_now(host));
}

void host_format_date(const struct host *host, alm_date date, char *buf, size_t size)
{
    char plain[32];

    date_format(date, (enum date_calendar)host->conf.almoner->calendar, plain, sizeof plain);
    if (host->conf.almoner->digits)
        text_persian_digits(text_of(plain), buf, size);
    else
        snprintf(buf, size, "%s", plain);
}

enum alm_status host_state_file(struct host *host, const char *name, const char **path, struct alm_error *err)
{
    const char *folder = host->conf.almoner->state;

    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return error_set(err, ALM_CANT_CREATE,
                         _("make it, or set [almoner] state in almoner.ini to a folder that you may write"),
                         _("the state folder %s cannot be made: %s"), folder, strerror(errno));
    *path = file_join(&host->arena, folder, name);
    return ALM_OK;
}

/* ---- the store ---- */

enum alm_status host_store_plugin(struct host *host, const struct alm_plugin **out, struct alm_error *err)
{
    const struct conf_almoner *almoner = host->conf.almoner;
    enum alm_status status = ALM_OK;

    if (!host->store_plugin) {
        status = plugin_load(almoner->plugindir, almoner->store, &host->store_plugin, err);
        if (status == ALM_OK && host->store_plugin->kind != ALM_KIND_STORE) {
            host->store_plugin = NULL;
            status =
                error_set(err, ALM_BAD_CONFIG, _("name a store plug-in, such as store-sqlite"),
                          _("%s: [store] plugin = %s: that plug-in is not a store"), host->conf.file, almoner->store);
        }
        if (status == ALM_OK) {
            struct plugin_call call = {.plugin = almoner->store, .what = PLUGIN_CHECK};
            plugin_enter(&call);
            conf_store_fill(&host->conf, &host->store_plugin->settings, almoner->store);
            plugin_leave(&call);
        }
    }
    *out = host->store_plugin;
    return status;
}

void host_schemas(struct host_schema schemas[HOST_SCHEMAS])
{
    const struct host_schema all[HOST_SCHEMAS] = {{"store", store_migrations, store_n_migrations},
                                                  {"register", register_migrations, register_n_migrations},
                                                  {"stock", stock_migrations, stock_n_migrations},
                                                  {"ledger", ledger_migrations, ledger_n_migrations},
                                                  {"cases", cases_migrations, cases_n_migrations},
                                                  {"match", match_migrations, match_n_migrations},
                                                  {"secretariat", secretariat_migrations, secretariat_n_migrations},
                                                  {"monitor", monitor_migrations, monitor_n_migrations}};

    memcpy(schemas, all, sizeof all);
}

static enum alm_status store_complete(struct host *host, struct alm_error *err)
{
    struct host_schema schemas[HOST_SCHEMAS];
    enum alm_status status = ALM_OK;

    host_schemas(schemas);
    for (size_t i = 0; i < HOST_SCHEMAS && status == ALM_OK; i++)
        status = store_migrated(host->store, schemas[i].owner, schemas[i].migrations, schemas[i].n, err);
    return status;
}

static const char test_user[] = "ALMONER_TEST_USER";

/* What only tests may choose: the clock, and who is at work, of whom tests need two. */
enum alm_status host_test_choices(struct host *host, struct alm_error *err)
{
    const char *user = getenv(test_user), *test = NULL;
    enum alm_status status = ALM_OK;

    if (!host->clock_fixed && !user)
        return ALM_OK;
    status = store_meta_get(host->store, "test", &host->arena, &test, err);
    if (status != ALM_OK)
        return status;
    if (!test || strcmp(test, "1") != 0) {
        char hint[128];

        snprintf(hint, sizeof hint, _("leave %s out; stores for tests are made by: almoner init --test"),
                 host->clock_fixed ? "--now" : test_user);
        return error_set(err, ALM_USAGE, hint, _("%s is only for test stores, and this one is not"),
                         host->clock_fixed ? "--now" : test_user);
    }
    if (user && *user)
        store_set_who(host->store, user);
    return ALM_OK;
}

enum alm_status host_store(struct host *host, uint32_t flags, struct store **out, struct alm_error *err)
{
    struct store_options options = {.host = host_bare_services(host),
                                    .create = (flags & HOST_CREATE) != 0,
                                    .office = (int)host->conf.almoner->office,
                                    .clock = clock_service,
                                    .clock_context = host,
                                    .clock_fixed = host->clock_fixed};
    const struct alm_plugin *plugin = NULL;
    char id_file[32];
    enum alm_status status = ALM_OK;

    if (!host->store) {
        status = host_store_plugin(host, &plugin, err);
        if (status == ALM_OK)
            status = conf_problems_error_of(&host->conf.problems, host->conf.file, err);
        if (status != ALM_OK)
            return status;
        if (!host->store_started) {
            host->store_state = host->conf.store_settings.data;
            if (plugin->start) {
                struct plugin_call call = {.plugin = plugin->name, .what = PLUGIN_START};
                plugin_enter(&call);
                status = plugin->start(options.host, host->conf.store_settings.data, &host->store_state, err);
                plugin_leave(&call);
            }
            if (status != ALM_OK)
                return error_prefix(err, "%s", plugin->name);
            host->store_started = true;
        }
        snprintf(id_file, sizeof id_file, "office-%d.ids", options.office);
        status = host_state_file(host, id_file, &options.id_file, err);
        if (status != ALM_OK)
            return status;
        options.driver = plugin->store;
        options.plugin = plugin->name;
        options.driver_state = host->store_state;
        status = store_open(&host->store, &options, err);
        if (status != ALM_OK)
            return status;
    }
    if (!host->store_checked && !(flags & HOST_UNCHECKED)) {
        status = store_complete(host, err);
        if (status == ALM_OK)
            status = host_test_choices(host, err);
        if (status != ALM_OK)
            return status;
        host->store_checked = true;
    }
    *out = host->store;
    return status;
}

enum alm_status host_who(struct host *host, const char **who, struct alm_error *err)
{
    struct strbuf name = {0};
    struct store *store;
    enum alm_status status = ALM_OK;

    if (getenv(test_user))
        status = host_store(host, 0, &store, err);
    if (status != ALM_OK)
        return status;
    if (host->store) {
        *who = store_who(host->store);
        return ALM_OK;
    }
    store_user(&name);
    *who = arena_strdup(&host->arena, name.at);
    strbuf_release(&name);
    return ALM_OK;
}

struct store *host_store_if_open(struct host *host)
{
    return host->store;
}

void host_again(struct host *host)
{
    if (host->directory)
        register_directory_stale(host->directory);
    if (host->stock)
        stock_again(host->stock);
    if (host->ledger)
        ledger_again(host->ledger);
}

enum alm_status host_directory(struct host *host, struct register_directory **out, struct alm_error *err)
{
    struct store *store;
    enum alm_status status = ALM_OK;

    if (!host->directory) {
        status = host_store(host, 0, &store, err);
        if (status == ALM_OK)
            host->directory = register_directory_new(store);
    }
    *out = host->directory;
    return status;
}

enum alm_status host_stock(struct host *host, struct stock **out, struct alm_error *err)
{
    struct store *store;
    struct register_directory *directory;
    enum alm_status status = ALM_OK;

    if (!host->stock) {
        status = host_store(host, 0, &store, err);
        if (status == ALM_OK)
            status = host_directory(host, &directory, err);
        if (status == ALM_OK)
            host->stock = stock_new(store, directory);
    }
    *out = host->stock;
    return status;
}
