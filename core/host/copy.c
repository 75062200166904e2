/* SPDX-License-Identifier: MIT */
/*
 * One store into another, both named on the command line.  What is asked of them before a byte is written: that the
 * source is whole, and that all plug-ins whose tables it holds are here, enabled or not, to make those tables again.
 */
#include "host/internal.h"

#include <stdlib.h>
#include <unistd.h>

/* A store that is open beside the host's own. */
struct side {
    const char *option; /* "--from" */
    const struct alm_plugin *plugin;
    struct conf_settings settings;
    void *state;
    bool started;
    struct store *store;
    char where[256];
};

/* ---- sides ---- */

/* "postgresql://...", "PLUGIN" or "PLUGIN:VALUE", where VALUE stands for the first of its settings. */
static enum alm_status split(struct host *host, const struct side *side, const char *text, const char **plugin,
                             const char **value, struct alm_error *err)
{
    const char *colon = strchr(text, ':');
    *value = NULL;
    if (strncmp(text, "postgres:", 9) == 0 || strncmp(text, "postgresql:", 11) == 0) {
        *plugin = "store-postgres";
        *value = text;
        return ALM_OK;
    }
    *plugin = arena_strndup(&host->arena, text, colon ? (size_t)(colon - text) : strlen(text));
    if (colon)
        *value = colon + 1;
    if (plugin_check_name(*plugin, err) != ALM_OK || (colon && !colon[1]))
        return error_set(
            err, ALM_USAGE,
            _("write store-sqlite:FILE, postgresql://..., or a store plug-in whose section stands in almoner.ini"),
            _("%s: that names no store"), side->option);
    return ALM_OK;
}

/* A fault of the value that was given is told as the option's, not as one of almoner.ini. */
static enum alm_status first_problem(const struct side *side, const struct conf_problems *problems, bool given,
                                     struct alm_error *err)
{
    if (problems->count == 0)
        return ALM_OK;
    const struct conf_problem *problem = &problems->items[0];
    if (given && problem->line == 0)
        return error_set(err, ALM_USAGE, problem->hint, "%s: %s", side->option, problem->text);
    conf_problems_error(problems, err);
    return error_prefix(err, "%s", side->option);
}

static enum alm_status fill(struct host *host, struct side *side, const char *value, struct alm_error *err)
{
    const struct alm_settings *table = &side->plugin->settings;
    struct conf_problems problems = {0};
    if (value && table->n_rows && table->rows[0].type == ALM_PATH) { /* as a shell means it */
        char *folder = getcwd(NULL, 0);
        value = file_join(&host->arena, folder ? folder : "", value);
        free(folder);
    }
    struct plugin_call call = {.plugin = side->plugin->name, .what = PLUGIN_CHECK};
    plugin_enter(&call);
    conf_store_fill_as(&host->conf, &side->settings, table, side->plugin->name, value, &problems);
    plugin_leave(&call);
    enum alm_status status = first_problem(side, &problems, value != NULL, err);
    conf_problems_release(&problems);
    return status;
}

static enum alm_status prepare(struct host *host, struct side *side, const char *text, struct alm_error *err)
{
    const char *plugin, *value;
    enum alm_status status = split(host, side, text, &plugin, &value, err);
    if (status != ALM_OK)
        return status;
    status = plugin_load(host->conf.almoner->plugindir, plugin, &side->plugin, err);
    if (status != ALM_OK)
        return error_prefix(err, "%s", side->option);
    if (side->plugin->kind != ALM_KIND_STORE)
        return error_set(err, ALM_USAGE, _("name a store plug-in, such as store-sqlite"), _("%s: %s is not a store"),
                         side->option, plugin);
    status = fill(host, side, value, err);
    side->state = side->settings.data;
    if (status == ALM_OK && side->plugin->start) {
        struct plugin_call call = {.plugin = side->plugin->name, .what = PLUGIN_START};
        plugin_enter(&call);
        status = side->plugin->start(host_bare_services(host), side->settings.data, &side->state, err);
        plugin_leave(&call);
        if (status != ALM_OK)
            return error_prefix(err, "%s: %s", side->option, side->plugin->name);
    }
    side->started = status == ALM_OK;
    return status;
}

static alm_time clock_service(void *context)
{
    return host_now(context);
}

static enum alm_status open_side(struct host *host, struct side *side, bool create, bool read_only,
                                 struct alm_error *err)
{
    struct store_options options = {.driver = side->plugin->store,
                                    .plugin = side->plugin->name,
                                    .host = host_bare_services(host),
                                    .driver_state = side->state,
                                    .create = create,
                                    .read_only = read_only,
                                    .office = (int)host->conf.almoner->office,
                                    .clock = clock_service,
                                    .clock_context = host,
                                    .clock_fixed = host->clock_fixed};
    char id_file[32];
    enum alm_status status = ALM_OK;
    snprintf(id_file, sizeof id_file, "office-%d.ids", options.office);
    if (!read_only)
        status = host_state_file(host, id_file, &options.id_file, err);
    if (status == ALM_OK)
        status = store_open(&side->store, &options, err);
    if (status == ALM_OK)
        store_describe(side->store, side->where, sizeof side->where);
    return status;
}

static void close_side(struct side *side)
{
    store_close(side->store);
    if (side->started && side->plugin->stop) {
        struct plugin_call call = {.plugin = side->plugin->name, .what = PLUGIN_STOP};
        plugin_enter(&call);
        side->plugin->stop(side->state);
        plugin_leave(&call);
    }
    conf_settings_release(&side->settings);
}

/* ---- the source ---- */

static enum alm_status names_of_owners(struct host *host, struct store *from, struct host_schema *owners, size_t most,
                                       size_t *n, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = true;
    enum alm_status status =
        store_query(from, &stmt, err, "SELECT owner\nFROM store_migration\nGROUP BY owner\nORDER BY owner", "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const char *name = store_string(stmt, 0);
        bool core = false;
        for (size_t i = 0; i < *n; i++)
            core = core || strcmp(owners[i].owner, name) == 0;
        if (core)
            continue;
        if (*n == most) {
            store_done(stmt);
            return error_set(err, ALM_INTERNAL, NULL, _("more plug-ins than %zu"), most);
        }
        owners[(*n)++].owner = arena_strdup(&host->arena, name);
    }
    return status;
}

/* A plug-in is here if it can be loaded; in a child first, because one that crashes is only to be told. */
static enum alm_status load_owner(struct host *host, struct host_schema *owner, bool *absent, struct alm_error *err)
{
    const char *folder = host->conf.almoner->plugindir;
    const struct alm_plugin *plugin;
    struct plugin_probe probe;
    if (plugin_probe_one(folder, owner->owner, &probe) != ALM_OK) {
        *absent = probe.absent;
        *err = probe.error;
        return err->status;
    }
    enum alm_status status = plugin_load(folder, owner->owner, &plugin, err);
    if (status != ALM_OK)
        return status;
    owner->migrations = plugin->migrations;
    owner->n = plugin->n_migrations;
    for (size_t i = 0; i < owner->n && status == ALM_OK; i++)
        status = host_check_migration(owner->owner, owner->migrations[i].sql, err);
    return status;
}

/* All that are missing are told at once. */
static enum alm_status load_owners(struct host *host, struct host_schema *owners, size_t n, struct alm_error *err)
{
    struct strbuf missing = {0};
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        if (owners[i].migrations)
            continue;
        bool absent = false;
        status = load_owner(host, &owners[i], &absent, err);
        if (absent) {
            strbuf_addf(&missing, "%s%s", missing.len ? ", " : "", owners[i].owner);
            status = ALM_OK;
        } else if (status != ALM_OK) {
            error_prefix(err, _("the source's tables of %s"), owners[i].owner);
        }
    }
    if (status == ALM_OK && missing.len)
        status = error_set(err, ALM_UNAVAILABLE,
                           _("install what is missing in the folder of plug-ins; no programme of it need be enabled"),
                           _("the source holds tables of plug-ins that are not here (%s): %s"),
                           host->conf.almoner->plugindir, missing.at);
    strbuf_release(&missing);
    return status;
}

static enum alm_status clock_allowed(struct host *host, struct store *from, struct alm_error *err)
{
    const char *test = NULL;
    enum alm_status status = store_meta_get(from, "test", &host->arena, &test, err);
    if (status == ALM_OK && host->clock_fixed && (!test || strcmp(test, "1") != 0))
        status = error_set(err, ALM_USAGE, _("leave --now out; stores for tests are made by: almoner init --test"),
                           _("--now is only for test stores, and this one is not"));
    return status;
}

static enum alm_status check_source(struct host *host, struct store *from, struct host_schema *owners, size_t most,
                                    size_t *n, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    host_schemas(owners);
    *n = HOST_SCHEMAS;
    for (size_t i = 0; i < *n && status == ALM_OK; i++)
        status = store_migrated(from, owners[i].owner, owners[i].migrations, owners[i].n, err);
    if (status == ALM_OK)
        status = clock_allowed(host, from, err);
    if (status == ALM_OK)
        status = names_of_owners(host, from, owners, most, n, err);
    if (status != ALM_OK)
        return error_prefix(err, _("the source"));
    status = load_owners(host, owners, *n, err);
    for (size_t i = HOST_SCHEMAS; i < *n && status == ALM_OK; i++)
        if ((status = store_migrated(from, owners[i].owner, owners[i].migrations, owners[i].n, err)) != ALM_OK)
            error_prefix(err, _("the source"));
    return status;
}

/* ---- the target ---- */

static enum alm_status look_at_target(struct host *host, struct host_copy *copy, const struct side *from,
                                      struct side *to, struct alm_error *err)
{
    const bool dry_run = host->options.dry_run;
    enum alm_status status = prepare(host, to, copy->to, err);
    if (status != ALM_OK)
        return status;
    status = open_side(host, to, !dry_run, dry_run, err);
    /* A file that is not there is what a copy begins with; whatever else it is, the copy itself will tell. */
    if (dry_run && status == ALM_UNAVAILABLE) {
        char text[600];
        snprintf(text, sizeof text, _("the target is not looked into: %s"), err->text);
        host->options.terminal.say(host->options.terminal.context, text);
        return ALM_OK;
    }
    if (status != ALM_OK)
        return error_prefix(err, _("the target"));
    if (strcmp(from->where, to->where) == 0)
        return error_set(err, ALM_USAGE, _("name two stores"), _("both ends are the same store: %s"), to->where);
    copy->target = arena_strdup(copy->arena, to->where);
    return store_copy_look(from->store, to->store, copy->arena, &copy->begun, err);
}

static enum alm_status migrate(struct store *to, const struct host_schema *owners, size_t n, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < n && status == ALM_OK; i++)
        status = store_migrate(to, owners[i].owner, owners[i].migrations, owners[i].n, NULL, err);
    return status;
}

/* Of two that begin at once, the later one may find there what it was about to make, or the mark of the other. */
static enum alm_status make_tables(struct store *from, struct store *to, struct arena *arena,
                                   const struct host_schema *owners, size_t n, struct alm_error *err)
{
    struct alm_error ignored;
    bool begun = false;
    enum alm_status status = migrate(to, owners, n, err);
    if (status == ALM_INTERNAL)
        status = migrate(to, owners, n, err);
    if (status == ALM_UNAVAILABLE && store_copy_look(from, to, arena, &begun, &ignored) == ALM_OK && begun)
        status = error_set(err, ALM_AGAIN, _("let that one come to its end"), _("another command copies into it"));
    return status == ALM_OK ? ALM_OK : error_prefix(err, _("the target"));
}

enum alm_status host_copy(struct host *host, struct host_copy *copy, struct store_entry *entry, struct alm_error *err)
{
    enum { OWNERS_MOST = 256 };
    const struct host_terminal *terminal = &host->options.terminal;
    struct side from = {.option = "--from"}, to = {.option = "--to"};
    struct host_schema *owners = xcalloc(OWNERS_MOST, sizeof *owners);
    size_t n_owners = 0;
    enum alm_status status = conf_problems_error_of(&host->conf.problems, host->conf.file, err);
    if (status == ALM_OK)
        status = prepare(host, &from, copy->from, err);
    if (status == ALM_OK && (status = open_side(host, &from, false, true, err)) != ALM_OK)
        error_prefix(err, _("the source"));
    if (status == ALM_OK)
        status = check_source(host, from.store, owners, OWNERS_MOST, &n_owners, err);
    if (status == ALM_OK)
        status = look_at_target(host, copy, &from, &to, err);
    if (status != ALM_OK)
        goto out;
    copy->source = arena_strdup(copy->arena, from.where);
    if (host->options.dry_run) {
        status = store_copy_list(from.store, copy->arena, &copy->tables, &copy->n_tables, err);
        goto out;
    }
    if (!copy->begun)
        status = make_tables(from.store, to.store, copy->arena, owners, n_owners, err);
    struct store_copy run = {.from = from.store,
                             .to = to.store,
                             .progress = terminal->progress,
                             .warn = terminal->warn,
                             .context = terminal->context,
                             .arena = copy->arena};
    entry->subject = copy->source;
    if (status == ALM_OK)
        status = store_copy_run(&run, copy->begun, entry, err);
    copy->tables = run.tables;
    copy->n_tables = run.n_tables;
out:
    close_side(&to);
    close_side(&from);
    free(owners);
    return status;
}
