/* SPDX-License-Identifier: MIT */
/* `almoner init`: the tables of all rooms and programmes, made or brought up to date. */
#include "host/internal.h"

#include <stdlib.h>

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
            status = host_test_choices(host, err);
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
