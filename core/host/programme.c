/* SPDX-License-Identifier: MIT */
/* From an INI file's name to a started programme; and what the ledger needs to know of it. */
#include "host/internal.h"

#include <ctype.h>
#include <stdlib.h>

enum { DAY = 86400 };

static enum alm_status unknown_programme(struct host *host, const char *name, struct alm_error *err)
{
    const struct conf *conf = &host->conf;
    const char **names = xcalloc(conf->n_programmes + 1, sizeof *names);
    const char *nearest;
    char hint[128];

    for (size_t i = 0; i < conf->n_programmes; i++)
        names[i] = conf->programmes[i].name;
    nearest = error_nearest(name, names, conf->n_programmes);
    if (nearest)
        snprintf(hint, sizeof hint, _("did you mean '%s'?"), nearest);
    else
        snprintf(hint, sizeof hint, "%s", _("`almoner programme list` shows them"));
    free(names);
    return error_set(err, ALM_BAD_DATA, hint, _("no programme is called '%s': there is no %s/%s.ini"), name,
                     conf->almoner->programmes, name);
}

enum alm_status host_programme_check(struct host *host, struct conf_programme *conf, const struct alm_plugin **out,
                                     struct alm_error *err)
{
    const struct alm_plugin *plugin = NULL;
    struct plugin_call check = {.programme = conf->name, .what = PLUGIN_CHECK};
    enum alm_status status;

    plugin_enter(&check); /* so that a plug-in that crashes while it is loaded is told with its programme */
    status = plugin_load(host->conf.almoner->plugindir, conf->core->plugin, &plugin, err);
    plugin_leave(&check);
    if (status != ALM_OK)
        return error_prefix(err, _("programme %s"), conf->name);
    if (plugin->kind != ALM_KIND_PROGRAMME)
        return error_set(err, ALM_BAD_CONFIG, _("name a programme plug-in; `almoner plugin list` shows them"),
                         _("%s: [programme] plugin = %s: that plug-in is a store, not a programme"), conf->file,
                         conf->core->plugin);
    if (!conf->own.data) {
        check.plugin = plugin->name;
        plugin_enter(&check);
        conf_programme_fill(&host->conf, conf, &plugin->settings, plugin->name);
        plugin_leave(&check);
    }
    *out = plugin;
    return ALM_OK;
}

enum alm_status host_programme_probe(struct host *host, const struct conf_programme *conf, struct alm_error *err)
{
    struct plugin_probe probe;

    if (plugin_probe_one(host->conf.almoner->plugindir, conf->core->plugin, &probe) == ALM_OK)
        return ALM_OK;
    *err = probe.error;
    return error_prefix(err, _("programme %s"), conf->name);
}

struct plugin_call host_call(const struct host_programme *programme, enum plugin_what what, const char *detail)
{
    return (struct plugin_call){
        .plugin = programme->plugin->name, .programme = programme->conf->name, .detail = detail, .what = what};
}

static size_t programme_number(const struct host *host, const struct conf_programme *conf)
{
    return (size_t)(conf - host->conf.programmes);
}

static enum alm_status read_id(struct host_programme *programme, struct alm_error *err)
{
    struct register_directory *directory;
    const struct register_entry *entry;
    enum alm_status status;

    if (programme->id || !programme->host->store || !programme->host->store_checked)
        return ALM_OK;
    status = host_directory(programme->host, &directory, err);
    if (status != ALM_OK)
        return status;
    entry = register_by_code(directory, REGISTER_PROGRAMME, text_of(programme->conf->name), NULL);
    if (!entry)
        return error_set(err, ALM_UNAVAILABLE, _("run: almoner init"),
                         _("the store does not know the programme %s yet"), programme->conf->name);
    programme->id = entry->id;
    const struct alm_plugin *plugin = programme->plugin;

    if (plugin->n_migrations)
        status = store_migrated(programme->host->store, plugin->name, plugin->migrations, plugin->n_migrations, err);
    if (status != ALM_OK)
        error_prefix(err, _("programme %s (%s, version %s)"), programme->conf->name, plugin_path(plugin->name),
                     plugin->version);
    return status;
}

enum alm_status host_programme(struct host *host, const char *name, struct host_programme **out, struct alm_error *err)
{
    struct conf_programme *conf = conf_programme_find(&host->conf, name);
    struct host_programme **slot, *programme;
    const struct alm_plugin *plugin;
    enum alm_status status;

    if (!conf)
        return unknown_programme(host, name, err);
    status = conf_problems_error_of(&host->conf.problems, conf->file, err); /* `enabled` itself may be what is wrong */
    if (status != ALM_OK)
        return status;
    if (!conf->core->enabled) {
        char hint[128];

        snprintf(hint, sizeof hint, _("run: almoner programme enable %.40s"), name);
        return error_set(err, ALM_BAD_CONFIG, hint, _("the programme %s is configured but not enabled (%s)"), name,
                         conf->file);
    }
    slot = &host->programmes[programme_number(host, conf)];
    if (!*slot) {
        status = host_programme_check(host, conf, &plugin, err);
        if (status == ALM_OK)
            status = conf_problems_error_of(&host->conf.problems, conf->file, err);
        if (status != ALM_OK)
            return status;
        programme = xcalloc(1, sizeof *programme);
        programme->host = host;
        programme->conf = conf;
        programme->plugin = plugin;
        host_services_fill(programme);
        programme->state = conf->own.data;
        if (plugin->start) {
            struct plugin_call call = host_call(programme, PLUGIN_START, NULL);
            plugin_enter(&call);
            status = plugin->start(&programme->services, conf->own.data, &programme->state, err);
            plugin_leave(&call);
            if (status != ALM_OK) {
                arena_release(&programme->arena);
                free(programme);
                return error_prefix(err, _("programme %s (plug-in %s %s) did not start"), name, plugin->name,
                                    plugin->version);
            }
        }
        programme->started = true;
        *slot = programme;
    }
    *out = *slot;
    return read_id(*slot, err);
}

/* ---- what the ledger needs ---- */

static int32_t days_of(int64_t seconds)
{
    return (int32_t)((seconds + DAY - 1) / DAY);
}

static enum alm_status not_configured(const struct host_programme *programme, const char *key, const char *name,
                                      struct alm_error *err)
{
    return error_set(err, ALM_BAD_CONFIG, _("name programmes as `almoner programme list` shows them"),
                     _("%s: [programme] %s: no programme is called '%s'"), programme->conf->file, key, name);
}

/* A programme that exclude or require names: its id, 0 while the store does not know it; and its settings, NULL if it
 * has none any more. */
static enum alm_status link_other(struct host_programme *programme, const char *key, const char *item,
                                  struct conf_item *out, alm_id *id, const struct conf_programme **conf,
                                  struct alm_error *err)
{
    struct host *host = programme->host;
    struct register_directory *directory;
    enum alm_status status = host_directory(host, &directory, err);

    if (status != ALM_OK)
        return status;
    if (!conf_item_programme(item, out))
        return not_configured(programme, key, item, err);
    const struct register_entry *entry = register_by_code(directory, REGISTER_PROGRAMME, text_of(out->name), NULL);
    *conf = conf_programme_find(&host->conf, out->name);
    *id = entry ? entry->id : 0;
    return *conf || entry ? ALM_OK : not_configured(programme, key, out->name, err);
}

/* "blankets" or "blankets 10 days": the named programme's own window, or so many days. */
static enum alm_status link_exclusions(struct host_programme *programme, struct alm_error *err)
{
    const struct alm_list *list = &programme->conf->core->exclude;
    struct ledger_exclusion *exclusions = arena_alloc(&programme->arena, (list->count + 1) * sizeof *exclusions);
    size_t n = 0;

    for (size_t i = 0; i < list->count; i++) {
        const struct conf_programme *other;
        struct conf_item item;
        alm_id id;
        enum alm_status status = link_other(programme, "exclude", list->items[i], &item, &id, &other, err);

        if (status != ALM_OK)
            return status;
        const int64_t seconds = item.given ? item.number : other ? other->core->window : 0;
        if (seconds <= 0)
            return error_set(err, ALM_BAD_CONFIG, _("write how long, for example: exclude = blankets 10 days"),
                             _("%s: [programme] exclude: '%s' has no window of its own"), programme->conf->file,
                             item.name);
        if (id)
            exclusions[n++] = (struct ledger_exclusion){id, days_of(seconds)};
    }
    programme->ledger.exclusions = exclusions;
    programme->ledger.n_exclusions = n;
    return ALM_OK;
}

/* "visits" or "visits 90 days". One that the store does not know yet has no line that could be the earlier step. */
static enum alm_status link_requirements(struct host_programme *programme, struct alm_error *err)
{
    const struct alm_list *list = &programme->conf->core->require;
    struct ledger_requirement *requirements = arena_alloc(&programme->arena, (list->count + 1) * sizeof *requirements);

    for (size_t i = 0; i < list->count; i++) {
        const struct conf_programme *other;
        struct conf_item item;
        enum alm_status status =
            link_other(programme, "require", list->items[i], &item, &requirements[i].programme, &other, err);

        if (status != ALM_OK)
            return status;
        requirements[i].name = arena_strdup(&programme->arena, item.name);
        requirements[i].days = days_of(item.number);
    }
    programme->ledger.requirements = requirements;
    programme->ledger.n_requirements = list->count;
    return ALM_OK;
}

static enum alm_status link_bodies(struct host_programme *programme, struct alm_error *err)
{
    const struct alm_list *list = &programme->conf->core->bodies;
    alm_id *bodies = arena_alloc(&programme->arena, (list->count + 1) * sizeof *bodies);
    struct register_directory *directory;
    enum alm_status status = host_directory(programme->host, &directory, err);

    for (size_t i = 0; i < list->count && status == ALM_OK; i++) {
        const struct register_entry *body = register_by_code(directory, REGISTER_BODY, text_of(list->items[i]), err);

        if (!body) {
            err->status = ALM_BAD_CONFIG;
            return error_prefix(err, "%s: [programme] bodies", programme->conf->file);
        }
        bodies[i] = body->id;
    }
    programme->ledger.bodies = bodies;
    programme->ledger.n_bodies = list->count;
    return status;
}

/* A code of the stock that [programme] names. */
static enum alm_status link_code(struct host_programme *programme, struct stock *stock, const char *key,
                                 enum alm_noun noun, const char *code, alm_id *id, struct alm_error *err)
{
    enum alm_status status = stock_find(stock, noun, text_of(code), id, err);

    if (status != ALM_BAD_DATA)
        return status;
    err->status = ALM_BAD_CONFIG;
    return error_prefix(err, "%s: [programme] %s", programme->conf->file, key);
}

static enum alm_status link_draws(struct host_programme *programme, struct alm_error *err)
{
    const struct conf_programme_core *core = programme->conf->core;
    struct alm_goods *draws = arena_alloc(&programme->arena, (core->draw.count + 1) * sizeof *draws);
    alm_id *depots = arena_alloc(&programme->arena, (core->depots.count + 1) * sizeof *depots);
    struct stock *stock = NULL;
    enum alm_status status = ALM_OK;

    if (core->draw.count)
        status = host_stock(programme->host, &stock, err);
    for (size_t i = 0; i < core->draw.count && status == ALM_OK; i++) {
        struct conf_item item;

        if (!conf_item_goods(core->draw.items[i], &item))
            return error_set(err, ALM_BAD_CONFIG, _("write for example rice 5, oil 0.9"),
                             _("%s: [programme] draw: '%s' is not an item with a quantity"), programme->conf->file,
                             core->draw.items[i]);
        draws[i].quantity = item.number;
        status = link_code(programme, stock, "draw", ALM_NOUN_ITEM, item.name, &draws[i].item, err);
    }
    for (size_t i = 0; core->draw.count && i < core->depots.count && status == ALM_OK; i++)
        status = link_code(programme, stock, "depots", ALM_NOUN_DEPOT, core->depots.items[i], &depots[i], err);
    programme->ledger.draws = draws;
    programme->ledger.n_draws = core->draw.count;
    programme->ledger.depots = depots;
    programme->ledger.n_depots = core->depots.count;
    return status;
}

/* A reversal is told to the cases whether or not lines need one now: they may have needed one when they were given. */
static enum alm_status link_gates(struct host_programme *programme, struct alm_error *err)
{
    enum { GATES = 2 };
    const struct ledger_gate **gates = arena_alloc(&programme->arena, GATES * sizeof *gates);
    void **contexts = arena_alloc(&programme->arena, GATES * sizeof *contexts);
    struct host *host = programme->host;
    const struct match_register *match;
    const struct cases *cases;
    const bool needs_case = programme->conf->core->cases, holds = host->conf.almoner->doubtful == CONF_HOLD_DOUBTFUL;
    size_t n = 0;
    enum alm_status status = host_cases(host, &cases, err);

    if (status == ALM_OK && holds)
        status = host_match(host, &match, err);
    if (holds) {
        gates[n] = &match_gate;
        contexts[n++] = &host->match;
    }
    programme->ledger.n_gates = n + needs_case;
    gates[n] = &cases_gate;
    contexts[n++] = &host->cases;
    programme->ledger.n_unsettle = n;
    programme->ledger.gates = gates;
    programme->ledger.gate_contexts = contexts;
    return status;
}

enum alm_status host_programme_link(struct host_programme *programme, struct alm_error *err)
{
    const struct conf_programme_core *core = programme->conf->core;
    struct register_directory *directory;
    enum alm_status status;

    if (programme->linked)
        return ALM_OK;
    status = host_directory(programme->host, &directory, err);
    if (status == ALM_OK)
        status = read_id(programme, err);
    if (status != ALM_OK)
        return status;
    programme->ledger = (struct ledger_programme){.id = programme->id,
                                                  .name = programme->conf->name,
                                                  .plugin = programme->plugin->name,
                                                  .rule = programme->plugin->programme,
                                                  .state = programme->state,
                                                  .host = &programme->services,
                                                  .window_days = days_of(core->window),
                                                  .on_double = (enum ledger_policy)core->on_double,
                                                  .on_excess = (enum ledger_policy)core->on_excess,
                                                  .unit_cost = core->unit_cost,
                                                  .from = core->from ? (alm_date)core->from : ALM_NO_DATE,
                                                  .until = core->until ? (alm_date)core->until : ALM_NO_DATE};
    status = link_exclusions(programme, err);
    if (status == ALM_OK)
        status = link_requirements(programme, err);
    if (status == ALM_OK)
        status = link_bodies(programme, err);
    if (status == ALM_OK)
        status = link_draws(programme, err);
    if (status == ALM_OK)
        status = link_gates(programme, err);
    programme->linked = status == ALM_OK;
    return status;
}

const struct ledger_programme *host_programme_ledger(struct host_programme *programme, struct alm_error *err)
{
    return host_programme_link(programme, err) == ALM_OK ? &programme->ledger : NULL;
}
