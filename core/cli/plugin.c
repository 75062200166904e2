/* SPDX-License-Identifier: MIT */
/*
 * `almoner plugin`: what is installed, what of it is in use, and why the rest is not.  A plug-in is first loaded in a
 * child process, so that one that crashes or hangs is only a line.
 */
#include "cli/plugin-kit.h"

#include <stdlib.h>

/* ---- list ---- */

enum state { ENABLED, DISABLED, NOT_INSTALLED, REFUSED };
static const char *const states[] = {"enabled", "disabled", "not installed", "refused", NULL};
static const char *const kinds[] = {"", "programme", "store", NULL};
static const struct alm_column list_columns[] = {
    CLI_COLUMN("name", N_("plug-in"), ALM_STRING),
    CLI_COLUMN("version", N_("version"), ALM_STRING),
    {.name = "kind", .title = N_("kind"), .type = ALM_ENUM, .choices = kinds},
    {.name = "state", .title = N_("state"), .type = ALM_ENUM, .choices = states},
    CLI_COLUMN("interface", N_("interface"), ALM_STRING),
    CLI_COLUMN("enabled_as", N_("enabled as"), ALM_STRING),
    CLI_COLUMN("summary", N_("summary, or why not"), ALM_STRING),
    {.name = "file", .title = N_("file"), .type = ALM_STRING, .flags = ALM_OPTIONAL}};

/* The programmes that are this plug-in, "NAME, OTHER"; NULL if none is enabled. */
static const char *enabled_as(struct cli *cli, const char *plugin)
{
    const struct conf *conf = host_conf(cli->host);
    struct strbuf names = {0};
    const char *text;

    if (strcmp(conf->almoner->store, plugin) == 0)
        return _("the store");
    for (size_t i = 0; i < conf->n_programmes; i++)
        if (conf->programmes[i].core->enabled && strcmp(conf->programmes[i].core->plugin, plugin) == 0)
            strbuf_addf(&names, "%s%s", names.len ? ", " : "", conf->programmes[i].name);
    text = names.at ? arena_strdup(&cli->arena, names.at) : NULL;
    strbuf_release(&names);
    return text;
}

static const char *interface_of(struct cli *cli, const struct plugin_probe *probe)
{
    return probe->kind ? arena_printf(&cli->arena, "%u.%u", probe->abi_major, probe->abi_minor) : NULL;
}

static enum alm_status list_row(struct cli *cli, const struct plugin_probe *probe, struct alm_error *err)
{
    const char *dir = host_conf(cli->host)->almoner->plugindir;
    const char *programmes = enabled_as(cli, probe->name);
    bool sound = probe->error.status == ALM_OK;
    enum state state = !sound ? (probe->absent ? NOT_INSTALLED : REFUSED) : programmes ? ENABLED : DISABLED;
    const struct alm_value row[] = {
        alm_string(probe->name),
        sound ? alm_string(probe->version) : alm_null(),
        {!sound, probe->kind, kinds[sound ? probe->kind : 0]},
        {false, state, states[state]},
        alm_string(interface_of(cli, probe)),
        alm_string(programmes),
        alm_string(sound ? probe->summary : probe->error.text),
        probe->absent ? alm_null() : alm_string(arena_printf(&cli->arena, "%s/%s.so", dir, probe->name))};

    return report_row(cli->report, row, err);
}

static bool is_probed(const struct plugin_probe *probes, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(probes[i].name, name) == 0)
            return true;
    return false;
}

static enum alm_status run_list(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    const struct conf *conf = host_conf(cli->host);
    struct plugin_probe *probes = NULL, *missing = xcalloc(conf->n_programmes + 1, sizeof *missing);
    size_t n = 0, n_missing = 0;
    enum alm_status status = plugin_probe_all(conf->almoner->plugindir, &probes, &n, err);

    (void)host, (void)args;
    /* What the configuration names and the folder does not have. */
    for (size_t i = 0; i <= conf->n_programmes; i++) {
        const char *name = i ? conf->programmes[i - 1].core->plugin : conf->almoner->store;

        if (!is_probed(probes, n, name) && !is_probed(missing, n_missing, name))
            plugin_probe_one(conf->almoner->plugindir, name, &missing[n_missing++]);
    }
    if (status == ALM_OK)
        status = report_begin(cli->report, _("plug-ins"), list_columns, COUNT_OF(list_columns), err);
    for (size_t i = 0; i < n && status == ALM_OK; i++)
        status = list_row(cli, &probes[i], err);
    for (size_t i = 0; i < n_missing && status == ALM_OK; i++)
        status = list_row(cli, &missing[i], err);
    free(probes);
    free(missing);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

/* ---- show ---- */

static const struct alm_column fact_columns[] = {CLI_COLUMN("what", N_("what"), ALM_STRING),
                                                 CLI_COLUMN("value", N_("value"), ALM_STRING)};
static const struct alm_column setting_columns[] = {
    CLI_COLUMN("section", N_("section"), ALM_STRING), CLI_COLUMN("key", N_("key"), ALM_STRING),
    CLI_COLUMN("type", N_("type"), ALM_STRING),       CLI_COLUMN("default", N_("default"), ALM_STRING),
    CLI_COLUMN("unit", N_("unit"), ALM_STRING),       CLI_COLUMN("min", N_("least"), ALM_STRING),
    CLI_COLUMN("max", N_("most"), ALM_STRING),        CLI_COLUMN("help", N_("meaning"), ALM_STRING)};
static const struct alm_column offer_columns[] = {CLI_COLUMN("kind", N_("kind"), ALM_STRING),
                                                  CLI_COLUMN("name", N_("name"), ALM_STRING),
                                                  CLI_COLUMN("summary", N_("summary"), ALM_STRING)};

static enum alm_status fact(struct cli *cli, const char *what, const char *value, struct alm_error *err)
{
    const struct alm_value row[] = {alm_string(what), alm_string(value)};

    return report_row(cli->report, row, err);
}

static enum alm_status show_facts(struct cli *cli, const struct alm_plugin *plugin, const struct plugin_probe *probe,
                                  struct alm_error *err)
{
    static const char *const recipients[] = {"", N_("a household"), N_("a person"), N_("a place")};
    const char *dir = host_conf(cli->host)->almoner->plugindir;
    const char *programmes = enabled_as(cli, plugin->name);
    enum alm_status status = report_begin(
        cli->report, arena_printf(&cli->arena, "%s: %s", plugin->name, plugin->summary), fact_columns, 2, err);

    if (status == ALM_OK)
        status = fact(cli, _("version"), plugin->version, err);
    if (status == ALM_OK)
        status = fact(cli, _("kind"), kinds[plugin->kind], err);
    if (status == ALM_OK)
        status = fact(cli, _("file"), arena_printf(&cli->arena, "%s/%s.so", dir, plugin->name), err);
    if (status == ALM_OK)
        status = fact(cli, _("interface"),
                      arena_printf(&cli->arena, _("%s; this almoner has %d.%d"), interface_of(cli, probe),
                                   ALM_ABI_MAJOR, ALM_ABI_MINOR),
                      err);
    if (status == ALM_OK)
        status = fact(cli, _("enabled as"), programmes ? programmes : _("nothing"), err);
    if (status == ALM_OK && plugin->programme)
        status = fact(cli, _("given to"), _(recipients[plugin->programme->recipient]), err);
    if (status == ALM_OK && plugin->programme)
        status = fact(cli, _("unit"), plugin->programme->unit, err);
    if (status == ALM_OK && plugin->programme && plugin->programme->look_back_days)
        status =
            fact(cli, _("looks back"), arena_printf(&cli->arena, _("%d days"), plugin->programme->look_back_days), err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static enum alm_status setting_rows(struct cli *cli, const char *section, const struct alm_setting *rows, size_t n,
                                    struct alm_error *err)
{
    enum alm_status status = ALM_OK;

    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        struct strbuf type = {0};
        for (size_t k = 0; rows[i].type == ALM_ENUM && rows[i].choices[k]; k++)
            strbuf_addf(&type, "%s%s", k ? ", " : "", rows[i].choices[k]);
        const struct alm_value row[] = {alm_string(section),
                                        alm_string(rows[i].key),
                                        alm_string(type.at ? type.at : conf_type_name(rows[i].type)),
                                        alm_string(rows[i].fallback               ? rows[i].fallback
                                                   : rows[i].flags & ALM_REQUIRED ? _("(required)")
                                                                                  : NULL),
                                        alm_string(rows[i].unit),
                                        alm_string(rows[i].min),
                                        alm_string(rows[i].max),
                                        alm_string(rows[i].help)};

        status = report_row(cli->report, row, err);
        strbuf_release(&type);
    }
    return status;
}

static enum alm_status show_settings(struct cli *cli, const struct alm_plugin *plugin, struct alm_error *err)
{
    enum alm_status status =
        report_begin(cli->report, _("its settings"), setting_columns, COUNT_OF(setting_columns), err);

    if (status == ALM_OK)
        status = setting_rows(cli, plugin->name, plugin->settings.rows, plugin->settings.n_rows, err);
    for (size_t i = 0; status == ALM_OK && i < plugin->settings.n_groups; i++)
        status = setting_rows(cli, arena_printf(&cli->arena, "%s ...", plugin->settings.groups[i].name),
                              plugin->settings.groups[i].settings, plugin->settings.groups[i].n_settings, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static enum alm_status offer(struct cli *cli, const char *kind, const char *name, const char *summary,
                             struct alm_error *err)
{
    const struct alm_value row[] = {alm_string(kind), alm_string(name), alm_string(summary)};

    return report_row(cli->report, row, err);
}

/* A line for each CREATE TABLE. */
static enum alm_status show_tables(struct cli *cli, const struct alm_migration *migration, struct alm_error *err)
{
    static const char words[] = "CREATE TABLE ";
    enum alm_status status = ALM_OK;

    for (const char *at = migration->sql; status == ALM_OK && (at = strstr(at, words)) != NULL;) {
        at += strlen(words);
        status = offer(cli, _("table"), arena_strndup(&cli->arena, at, strcspn(at, " (\n")),
                       arena_printf(&cli->arena, _("made by migration %u"), migration->version), err);
    }
    return status;
}

static enum alm_status show_offers(struct cli *cli, const struct alm_plugin *plugin, struct alm_error *err)
{
    const struct alm_programme *programme = plugin->programme;
    enum alm_status status =
        report_begin(cli->report, _("what it offers"), offer_columns, COUNT_OF(offer_columns), err);

    for (size_t i = 0; status == ALM_OK && i < plugin->n_commands; i++)
        status = offer(cli, _("command"), plugin->commands[i].name, plugin->commands[i].summary, err);
    for (size_t i = 0; status == ALM_OK && i < plugin->n_reports; i++)
        status = offer(cli, _("report"), plugin->reports[i].name, plugin->reports[i].summary, err);
    for (size_t i = 0; status == ALM_OK && programme && i < programme->n_detail; i++)
        status = offer(cli, _("column"), programme->detail[i].name, programme->detail[i].title, err);
    for (size_t i = 0; status == ALM_OK && i < plugin->n_migrations; i++)
        status = show_tables(cli, &plugin->migrations[i], err);
    for (size_t i = 0; status == ALM_OK && i < plugin->n_migrations; i++)
        status = offer(cli, _("migration"), arena_printf(&cli->arena, "%u", plugin->migrations[i].version),
                       plugin->migrations[i].name, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

/* A programme may be another one's plug-in, and a name a slip. */
static enum alm_status not_installed(struct cli *cli, const struct plugin_probe *probe, struct alm_error *err)
{
    const struct conf *conf = host_conf(cli->host);
    const struct conf_programme *programme = conf_programme_find(conf, probe->name);
    struct plugin_probe *probes = NULL;
    struct alm_error ignored;
    const char *hint = probe->error.hint, **names, *nearest;
    size_t n = 0;

    if (programme && strcmp(programme->core->plugin, probe->name) != 0)
        hint = arena_printf(&cli->arena, _("the programme %s is of the plug-in %s: almoner plugin show %s"),
                            programme->name, programme->core->plugin, programme->core->plugin);
    else if (plugin_probe_all(conf->almoner->plugindir, &probes, &n, &ignored) == ALM_OK) {
        names = xcalloc(n + 1, sizeof *names);
        for (size_t i = 0; i < n; i++)
            names[i] = probes[i].name;
        nearest = error_nearest(probe->name, names, n);
        if (nearest)
            hint = arena_printf(&cli->arena, _("did you mean: almoner plugin show %s"), nearest);
        free(names);
        free(probes);
    }
    return error_set(err, probe->error.status, hint, "%s", probe->error.text);
}

static enum alm_status run_show(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    const char *dir = host_conf(cli->host)->almoner->plugindir, *name = alm_arg_text(args, "name");
    const struct alm_plugin *plugin = NULL;
    struct plugin_probe probe;
    enum alm_status status = plugin_probe_one(dir, name, &probe);

    (void)host;
    if (status == ALM_OK)
        status = plugin_load(dir, name, &plugin, err);
    else if (probe.absent)
        return not_installed(cli, &probe, err);
    else
        *err = probe.error;
    if (status == ALM_OK)
        status = show_facts(cli, plugin, &probe, err);
    if (status == ALM_OK)
        status = show_settings(cli, plugin, err);
    if (status == ALM_OK)
        status = show_offers(cli, plugin, err);
    return status;
}

static const struct alm_option show_options[] = {{.name = "name",
                                                  .type = ALM_STRING,
                                                  .flags = ALM_ARGUMENT | ALM_REQUIRED,
                                                  .value = "PLUGIN",
                                                  .help = N_("a plug-in")}};
static const struct alm_command plugin_commands[] = {
    {"list", N_("list the plug-ins that are installed or configured, and why some are refused"), NULL, 0, 0, run_list,
     "plugin list"},
    {"show", N_("show a plug-in's settings, commands, reports, tables and migrations"), show_options,
     COUNT_OF(show_options), 0, run_show, "plugin show meals"},
    {"new", N_("write a folder with a plug-in to begin with: code, tests, settings, build"), cli_plugin_new_options,
     COUNT_OF(cli_plugin_new_options), ALM_NO_STORE, cli_plugin_new,
     "plugin new blankets\nplugin new schoolbags --recipient person --language c++"},
    {"conform", N_("hold a plug-in's file to all that a plug-in has to be"), cli_plugin_conform_options,
     COUNT_OF(cli_plugin_conform_options), ALM_NO_STORE, cli_plugin_conform,
     "plugin conform blankets.so\nplugin conform parcels"},
    {"test", N_("run an author's tests of a plug-in, each on a store of its own; writes TAP"), cli_plugin_test_options,
     COUNT_OF(cli_plugin_test_options), ALM_NO_STORE, cli_plugin_test, "plugin test blankets.so blankets-tests.so"},
};
extern const struct cli_noun cli_plugin;
const struct cli_noun cli_plugin = {"plugin", N_("list and show plug-ins; write, check and test one"), plugin_commands,
                                    COUNT_OF(plugin_commands)};
