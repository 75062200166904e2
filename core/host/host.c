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
static enum alm_status test_choices(struct host *host, struct alm_error *err)
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
            status = test_choices(host, err);
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

/* ---- the ledger ---- */

static const struct ledger_programme *programme_by_name(void *context, struct alm_text name, struct alm_error *err)
{
    struct host *host = context;
    struct host_programme *programme;
    char word[64];

    if (name.len >= sizeof word) {
        error_set(err, ALM_BAD_DATA, _("`almoner programme list` shows them"), _("no programme is called '%.40s...'"),
                  name.at);
        return NULL;
    }
    snprintf(word, sizeof word, "%.*s", (int)name.len, name.at);
    if (host_programme(host, word, &programme, err) != ALM_OK || host_programme_link(programme, err) != ALM_OK)
        return NULL;
    return &programme->ledger;
}

static const struct ledger_programme *programme_by_id(void *context, alm_id id, struct alm_error *err)
{
    struct host *host = context;
    const struct register_entry *entry;
    struct register_directory *directory;

    if (host_directory(host, &directory, err) != ALM_OK)
        return NULL;
    entry = register_by_id(directory, REGISTER_PROGRAMME, id);
    if (!entry) {
        error_set(err, ALM_INTERNAL, _("run: almoner audit verify"),
                  _("the ledger names a programme that the store does not know"));
        return NULL;
    }
    return programme_by_name(context, text_of(entry->code), err);
}

static void format_date_service(void *context, alm_date date, char *buf, size_t size)
{
    host_format_date(context, date, buf, size);
}

enum alm_status host_ledger(struct host *host, struct ledger **out, struct alm_error *err)
{
    enum alm_status status = ALM_OK;

    if (!host->ledger) {
        struct ledger_services services = {.programme = programme_by_name,
                                           .programme_by_id = programme_by_id,
                                           .context = host,
                                           .today = host_today(host),
                                           .format_date = format_date_service,
                                           .written = plan_recorded,
                                           .written_context = &host->plans};

        status = host_store(host, 0, &services.store, err);
        if (status == ALM_OK)
            status = host_directory(host, &services.directory, err);
        if (status == ALM_OK)
            status = host_stock(host, &services.stock, err);
        if (status == ALM_OK)
            host->ledger = ledger_new(&services);
        host->plans.store = services.store;
    }
    *out = host->ledger;
    return status;
}

enum alm_status host_cases(struct host *host, const struct cases **out, struct alm_error *err)
{
    enum alm_status status = ALM_OK;

    if (!host->cases.store) {
        struct cases cases = {.today = host_today(host), .format_date = format_date_service, .context = host};

        status = host_store(host, 0, &cases.store, err);
        if (status == ALM_OK)
            host->cases = cases;
    }
    *out = &host->cases;
    return status;
}

enum alm_status host_match(struct host *host, const struct match_register **out, struct alm_error *err)
{
    const struct conf_almoner *almoner = host->conf.almoner;
    enum alm_status status = ALM_OK;

    if (!host->match.store) {
        struct match_register match = {.today = host_today(host),
                                       .possible = (double)almoner->possible / 1000,
                                       .certain = (double)almoner->certain / 1000};

        status = host_store(host, 0, &match.store, err);
        if (status == ALM_OK)
            host->match = match;
    }
    *out = &host->match;
    return status;
}

enum alm_status host_secretariat(struct host *host, const struct secretariat **out, struct alm_error *err)
{
    enum alm_status status = ALM_OK;

    if (!host->secretariat.store) {
        struct secretariat secretariat = {.today = host_today(host),
                                          .currency_decimals = (int)host->conf.almoner->currency_decimals,
                                          .format_date = format_date_service,
                                          .context = host};

        status = host_store(host, 0, &secretariat.store, err);
        if (status == ALM_OK)
            status = host_directory(host, &secretariat.directory, err);
        if (status == ALM_OK)
            host->secretariat = secretariat;
    }
    *out = &host->secretariat;
    return status;
}

enum alm_status host_plans(struct host *host, const struct plans **out, struct alm_error *err)
{
    struct plans plans = {.today = host_today(host), .format_date = format_date_service, .context = host};
    enum alm_status status = host_store(host, 0, &plans.store, err);

    if (status == ALM_OK)
        status = host_directory(host, &plans.directory, err);
    if (status == ALM_OK)
        status = host_stock(host, &plans.stock, err);
    if (status == ALM_OK)
        status = host_ledger(host, &plans.ledger, err);
    if (status == ALM_OK)
        status = host_secretariat(host, &plans.secretariat, err);
    if (status == ALM_OK)
        host->plans = plans;
    *out = &host->plans;
    return status;
}

enum alm_status host_monitor(struct host *host, const struct monitor **out, struct alm_error *err)
{
    struct monitor monitor = {.today = host_today(host), .format_date = format_date_service, .context = host};
    enum alm_status status = host_store(host, 0, &monitor.store, err);

    if (status == ALM_OK)
        status = host_directory(host, &monitor.directory, err);
    if (status == ALM_OK)
        host->monitor = monitor;
    *out = &host->monitor;
    return status;
}

static enum alm_status members_changed(void *context, const alm_id *households, size_t n, struct alm_error *err)
{
    struct ledger *ledger;
    enum alm_status status = host_ledger(context, &ledger, err);

    return status == ALM_OK ? ledger_members_changed(ledger, households, n, err) : status;
}

static enum alm_status areas_move(void *context, const alm_id *areas, size_t n, bool moved, struct alm_error *err)
{
    struct ledger *ledger;
    enum alm_status status = host_ledger(context, &ledger, err);

    return status == ALM_OK ? ledger_areas_move(ledger, areas, n, moved, err) : status;
}

static enum alm_status erased(void *context, alm_id person, struct alm_error *err)
{
    const struct cases *cases;
    const struct match_register *match;
    const struct monitor *monitor;
    enum alm_status status = host_cases(context, &cases, err);

    if (status == ALM_OK)
        status = cases_erase(cases, person, err);
    if (status == ALM_OK)
        status = host_match(context, &match, err);
    if (status == ALM_OK)
        status = match_erase(match, person, err);
    if (status == ALM_OK)
        status = host_monitor(context, &monitor, err);
    return status == ALM_OK ? monitor_erase(monitor, person, err) : status;
}

static enum alm_status persons_merge(void *context, const alm_id *persons, size_t n, bool merged, struct alm_error *err)
{
    const struct match_register *match;
    struct ledger *ledger;
    enum alm_status status = host_ledger(context, &ledger, err);

    if (status == ALM_OK)
        status = ledger_persons_merge(ledger, persons, n, merged, err);
    if (status == ALM_OK && merged)
        status = host_match(context, &match, err);
    return status == ALM_OK && merged ? match_merged(match, persons, n, err) : status;
}

struct register_gate host_register_gate(struct host *host)
{
    return (struct register_gate){members_changed, areas_move, erased, persons_merge, host};
}

/* ---- init ---- */

static enum alm_status init_programme_row(struct host *host, struct host_programme *programme, struct alm_error *err)
{
    const struct alm_programme *rule = programme->plugin->programme;
    const struct conf_programme_core *core = programme->conf->core;
    const char *title = core->title ? core->title : programme->conf->name;
    char text[160];
    alm_id id;
    int64_t known;
    enum alm_status status = store_begin(host->store, true, err);

    if (status != ALM_OK)
        return status;
    status = store_number(host->store, &known, 0, err, "SELECT id FROM programme WHERE name = $1", "t",
                          programme->conf->name);
    if (status == ALM_OK && known)
        status = store_run(host->store, NULL, err,
                           "UPDATE programme SET plugin = $2, title = $3, unit = $4, unit_plural = $5 WHERE id = $1",
                           "itttt", known, programme->plugin->name, title, rule->unit, rule->unit_plural);
    else if (status == ALM_OK && (status = store_id(host->store, &id, err)) == ALM_OK)
        status = store_run(host->store, NULL, err,
                           "INSERT INTO programme (id, name, plugin, title, unit, unit_plural, recipient) "
                           "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                           "ittttti", id, programme->conf->name, programme->plugin->name, title, rule->unit,
                           rule->unit_plural, (int64_t)rule->recipient);
    const struct store_entry entry = {.command = "init", .subject = programme->conf->name, .added = 1};
    if (status == ALM_OK && !known)
        status = store_journal_add(host->store, &entry, err);
    if (status == ALM_OK)
        status = store_commit(host->store, err);
    if (status == ALM_OK && !known) {
        snprintf(text, sizeof text, _("programme %s: new to the store"), programme->conf->name);
        host->options.terminal.say(host->options.terminal.context, text);
    }
    if (status != ALM_OK)
        store_rollback(host->store);
    return status;
}

static enum alm_status init_owner(struct host *host, const char *owner, const struct alm_migration *migrations,
                                  size_t n, void (*each)(void *, const struct store_migrated *), void *context,
                                  struct alm_error *err)
{
    struct store_migrated done = {.owner = owner};
    enum alm_status status = store_migrate(host->store, owner, migrations, n, &done, err);

    if (status == ALM_OK)
        each(context, &done);
    return status;
}

/* No programme's fault: all others would meet it, too. */
static bool is_of_store(enum alm_status status)
{
    return status == ALM_NO_PERMISSION || status == ALM_IO || status == ALM_AGAIN || status == ALM_CANT_CREATE;
}

static enum alm_status init_programme(struct host *host, const char *name,
                                      void (*each)(void *, const struct store_migrated *), void *context,
                                      struct alm_error *err)
{
    struct host_programme *programme;
    enum alm_status status = host_programme(host, name, &programme, err);

    if (status != ALM_OK)
        return status;
    const struct alm_plugin *plugin = programme->plugin;

    for (size_t i = 0; i < plugin->n_migrations && status == ALM_OK; i++)
        status = host_check_migration(plugin->name, plugin->migrations[i].sql, err);
    if (status == ALM_OK && plugin->n_migrations)
        status = init_owner(host, plugin->name, plugin->migrations, plugin->n_migrations, each, context, err);
    if (status == ALM_OK)
        status = init_programme_row(host, programme, err);
    return status == ALM_OK || is_of_store(status) ? status : error_prefix(err, _("programme %s"), name);
}

/*
 * Load all programmes' plug-ins, each in a child process first: one that crashes must not keep init from the others.
 * The settings of all have to be right before anything is made.  left_out[i]: the plug-in of programme i cannot be had.
 */
static enum alm_status load_programmes(struct host *host, struct alm_error *left_out, struct alm_error *err)
{
    const struct conf *conf = &host->conf;
    struct host_programme *programme;

    for (size_t i = 0; i < conf->n_programmes; i++) {
        struct conf_programme *of = &conf->programmes[i];

        if (!of->core->enabled)
            continue;
        if (host_programme_probe(host, of, &left_out[i]) != ALM_OK ||
            host_programme(host, of->name, &programme, &left_out[i]) == ALM_OK)
            continue;
        if (left_out[i].status == ALM_BAD_CONFIG) {
            *err = left_out[i];
            return err->status;
        }
    }
    return conf_problems_error(&conf->problems, err);
}

enum alm_status host_init(struct host *host, bool test, void (*each)(void *, const struct store_migrated *),
                          void *context, struct alm_error *err)
{
    const struct host_terminal *terminal = &host->options.terminal;
    const struct conf *conf = &host->conf;
    struct alm_error *left_out = xcalloc(conf->n_programmes + 1, sizeof *left_out);
    struct host_schema schemas[HOST_SCHEMAS];
    struct store *store = NULL;
    const char *known = NULL;
    size_t n_left_out = 0;
    enum alm_status status = load_programmes(host, left_out, err);

    if (status == ALM_OK)
        status = host_store(host, HOST_CREATE | HOST_UNCHECKED, &store, err);
    host_schemas(schemas);
    for (size_t i = 0; i < HOST_SCHEMAS && status == ALM_OK; i++)
        status = init_owner(host, schemas[i].owner, schemas[i].migrations, schemas[i].n, each, context, err);
    if (status == ALM_OK && (status = store_meta_get(store, "test", &host->arena, &known, err)) == ALM_OK) {
        if (!known) {
            status = store_begin(store, true, err);
            if (status == ALM_OK)
                status = store_meta_set(store, "test", test ? "1" : "0", err);
            if (status == ALM_OK)
                status = store_commit(store, err);
        } else if (test && strcmp(known, "1") != 0) {
            status = error_set(err, ALM_USAGE, _("make another store for tests"),
                               _("this store is not a test store, and cannot become one"));
        }
        if (status == ALM_OK)
            status = test_choices(host, err);
    }
    /* A programme that cannot be had, or whose migration fails, is told and does not stop the others. */
    for (size_t i = 0; i < conf->n_programmes && status == ALM_OK; i++) {
        if (!conf->programmes[i].core->enabled)
            continue;
        if (left_out[i].status == ALM_OK &&
            init_programme(host, conf->programmes[i].name, each, context, &left_out[i]) == ALM_OK)
            continue;
        store_rollback(store);
        if (n_left_out++)
            terminal->warn(terminal->context, err->text);
        *err = left_out[i];
        if (is_of_store(err->status))
            break;
    }
    if (status == ALM_OK && n_left_out)
        status = err->status;
    if (host->store)
        store_rollback(host->store);
    free(left_out);
    return status;
}
