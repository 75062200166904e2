/* SPDX-License-Identifier: MIT */
/* `almoner programme` and `config`: what an administrator sees and sets. */
#include "cli/cli.h"

#include <stdlib.h>

static struct conf_programme *find(struct cli *cli, const char *name, struct alm_error *err)
{
    const struct conf *conf = host_conf(cli->host);
    struct conf_programme *programme = conf_programme_find(conf, name);
    const char **names, *nearest;

    if (programme)
        return programme;
    names = arena_alloc(&cli->arena, (conf->n_programmes + 1) * sizeof *names);
    for (size_t i = 0; i < conf->n_programmes; i++)
        names[i] = conf->programmes[i].name;
    nearest = error_nearest(name, names, conf->n_programmes);
    error_set(err, ALM_BAD_DATA,
              nearest ? arena_printf(&cli->arena, _("did you mean '%s'?"), nearest)
                      : _("`almoner programme list` shows them"),
              _("no programme is called '%s': there is no %s/%s.ini"), name, conf->almoner->programmes, name);
    return NULL;
}

/* ---- programme ---- */

static const struct alm_column programme_columns[] = {CLI_COLUMN("name", N_("programme"), ALM_STRING),
                                                      CLI_COLUMN("enabled", N_("enabled"), ALM_BOOL),
                                                      CLI_COLUMN("plugin", N_("plug-in"), ALM_STRING),
                                                      CLI_COLUMN("title", N_("title"), ALM_STRING),
                                                      CLI_COLUMN("title_fa", N_("Persian title"), ALM_STRING),
                                                      CLI_COLUMN("window", N_("window"), ALM_DURATION),
                                                      CLI_COLUMN("file", N_("file"), ALM_STRING)};

static enum alm_status run_list(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    const struct conf *conf = host_conf(cli->host);
    enum alm_status status =
        report_begin(cli->report, _("programmes"), programme_columns, COUNT_OF(programme_columns), err);

    (void)host, (void)args;
    for (size_t i = 0; i < conf->n_programmes && status == ALM_OK; i++) {
        const struct conf_programme *programme = &conf->programmes[i];
        const struct conf_programme_core *core = programme->core;
        const struct alm_value row[] = {
            alm_string(programme->name), alm_number(core->enabled),
            alm_string(core->plugin),    alm_string(core->title),
            alm_string(core->title_fa),  core->window ? alm_number(core->window) : alm_null(),
            alm_string(programme->file)};

        status = report_row(cli->report, row, err);
    }
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static const struct alm_column value_columns[] = {CLI_COLUMN("section", N_("section"), ALM_STRING),
                                                  CLI_COLUMN("key", N_("key"), ALM_STRING),
                                                  CLI_COLUMN("value", N_("value"), ALM_STRING)};
static const struct alm_column origin_columns[] = {
    CLI_COLUMN("section", N_("section"), ALM_STRING), CLI_COLUMN("key", N_("key"), ALM_STRING),
    CLI_COLUMN("value", N_("value"), ALM_STRING), CLI_COLUMN("origin", N_("origin"), ALM_STRING)};

/* Four values a row: without origins, the table has three columns and the last is not looked at. */
static enum alm_status print_values(struct cli *cli, const struct conf_values *values, struct alm_error *err)
{
    enum alm_status status = ALM_OK;

    for (size_t i = 0; i < values->count && status == ALM_OK; i++) {
        const struct conf_value *value = &values->items[i];
        const char *from = value->file ? arena_printf(&cli->arena, "%s:%d", value->file, value->line) : _("default");
        const char *text = value->hidden ? _("(not shown: it has not passed the check)") : value->text;
        const struct alm_value row[] = {alm_string(value->section), alm_string(value->key), alm_string(text),
                                        alm_string(from)};

        status = report_row(cli->report, row, err);
    }
    return status;
}

static enum alm_status show_programme(struct cli *cli, const char *name, bool origin, struct alm_error *err)
{
    struct conf_programme *programme = find(cli, name, err);
    const struct alm_plugin *plugin;
    enum alm_status status;

    if (!programme)
        return err->status;
    status = host_programme_check(cli->host, programme, &plugin, err);
    if (status == ALM_OK)
        status = report_begin(cli->report, programme->name, origin ? origin_columns : value_columns,
                              origin ? COUNT_OF(origin_columns) : COUNT_OF(value_columns), err);
    if (status == ALM_OK)
        status = print_values(cli, &programme->core_settings.values, err);
    if (status == ALM_OK)
        status = print_values(cli, &programme->own.values, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static enum alm_status run_show(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    (void)host;
    return show_programme(state, alm_arg_text(args, "name"), false, err);
}

static enum alm_status set_enabled(struct cli *cli, const char *name, bool enabled, struct alm_error *err)
{
    struct conf_programme *programme = find(cli, name, err);
    const struct alm_plugin *plugin;
    enum alm_status status;

    if (!programme)
        return err->status;
    /* Of a file that could not be read nobody knows what it says. */
    if (!programme->ini.n_sections) {
        status = conf_problems_error_of(&host_conf(cli->host)->problems, programme->file, err);
        if (status != ALM_OK)
            return status;
    }
    if (programme->core->enabled == enabled) {
        cli_say(cli, enabled ? _("%s is enabled already") : _("%s is disabled already"), name);
        return ALM_OK;
    }
    if (enabled) {
        status = host_programme_probe(cli->host, programme, err);
        if (status == ALM_OK)
            status = host_programme_check(cli->host, programme, &plugin, err);
        if (status == ALM_OK)
            status = conf_problems_error_of(&host_conf(cli->host)->problems, programme->file, err);
        if (status != ALM_OK)
            return error_prefix(err, _("%s was not enabled"), name);
    }
    if (cli->dry_run) {
        cli_say(cli, _("dry run: nothing was written"));
        return ALM_OK;
    }
    status = conf_edit(programme->file, "programme", "enabled", enabled ? "yes" : "no", err);
    if (status == ALM_OK && enabled)
        cli_say(cli, _("%s is enabled in %s; run `almoner init` so that the store knows it"), name, programme->file);
    else if (status == ALM_OK)
        cli_say(cli, _("%s is disabled in %s; what it recorded stays"), name, programme->file);
    return status;
}

static enum alm_status run_enable(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    (void)host;
    return set_enabled(state, alm_arg_text(args, "name"), true, err);
}

static enum alm_status run_disable(const struct alm_host *host, void *state, const struct alm_args *args,
                                   struct alm_error *err)
{
    (void)host;
    return set_enabled(state, alm_arg_text(args, "name"), false, err);
}

static const struct alm_option name_options[] = {{.name = "name",
                                                  .type = ALM_STRING,
                                                  .flags = ALM_ARGUMENT | ALM_REQUIRED,
                                                  .value = "NAME",
                                                  .help = N_("as `list` shows it")}};
static const struct alm_command programme_commands[] = {
    {"list", N_("list the configured programmes"), NULL, 0, 0, run_list, "programme list"},
    {"show", N_("show a programme's settings"), name_options, COUNT_OF(name_options), 0, run_show,
     "programme show meals"},
    {"enable", N_("check a programme and enable it in its INI file"), name_options, COUNT_OF(name_options), CLI_CHANGES,
     run_enable, "programme enable stationery"},
    {"disable", N_("disable a programme in its INI file; its data stay"), name_options, COUNT_OF(name_options),
     CLI_CHANGES, run_disable, "programme disable stationery"},
};
extern const struct cli_noun cli_programme;
const struct cli_noun cli_programme = {"programme", N_("list, show, enable and disable programmes"), programme_commands,
                                       COUNT_OF(programme_commands)};

/* ---- config ---- */

static enum alm_status run_check(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    struct cli *cli = state;
    struct conf *conf = host_conf(cli->host);
    const struct alm_plugin *plugin;
    struct alm_error fault = {0};
    const struct conf_problems *problems = &conf->problems;

    (void)host, (void)args;
    /* A fault of the folder is one fault, not one of every plug-in in it. */
    bool folder = plugin_vet_folder(conf->almoner->plugindir, &fault) == ALM_OK;
    if (!folder) {
        const struct conf_entry *entry = conf_ini_find(&conf->ini, "almoner", "plugindir");

        conf_problem_add(&conf->problems, conf->file, entry ? entry->line : 0, fault.hint, "%s", fault.text);
    } else if (host_store_plugin(cli->host, &plugin, &fault) != ALM_OK) {
        conf_problem_add(&conf->problems, conf->file, 0, fault.hint, "%s", fault.text);
    }
    for (size_t i = 0; folder && i < conf->n_programmes; i++)
        if ((host_programme_probe(cli->host, &conf->programmes[i], &fault) != ALM_OK ||
             host_programme_check(cli->host, &conf->programmes[i], &plugin, &fault) != ALM_OK) &&
            conf->programmes[i].core->enabled)
            conf_problem_add(&conf->problems, conf->programmes[i].file, 0, fault.hint, "%s", fault.text);
    for (size_t i = 0; i < problems->count; i++) {
        if (problems->items[i].line)
            fprintf(cli->err, "%s:%d: %s\n", problems->items[i].file, problems->items[i].line, problems->items[i].text);
        else
            fprintf(cli->err, "%s: %s\n", problems->items[i].file, problems->items[i].text);
        if (problems->items[i].hint && problems->items[i].hint[0])
            fprintf(cli->err, "  %s\n", problems->items[i].hint);
    }
    if (problems->count)
        return error_set(
            err, ALM_BAD_CONFIG, NULL,
            ngettext("%zu problem in the configuration", "%zu problems in the configuration", problems->count),
            problems->count);
    cli_say(cli,
            ngettext("%s and %zu programme: no problem found", "%s and %zu programmes: no problem found",
                     conf->n_programmes),
            conf->file, conf->n_programmes);
    if (!conf_roles_given(&conf->almoner->roles))
        cli_say(cli, _("[roles] names nobody: every command is open to whoever can read and write the store"));
    return ALM_OK;
}

static enum alm_status run_config_show(const struct alm_host *host, void *state, const struct alm_args *args,
                                       struct alm_error *err)
{
    struct cli *cli = state;
    struct conf *conf = host_conf(cli->host);
    const struct alm_plugin *plugin;
    bool origin = alm_arg(args, "origin")->count > 0;
    enum alm_status status;

    (void)host;
    if (alm_arg_text(args, "name"))
        return show_programme(cli, alm_arg_text(args, "name"), origin, err);
    status = host_store_plugin(cli->host, &plugin, err);
    if (status == ALM_OK)
        status = report_begin(cli->report, "almoner", origin ? origin_columns : value_columns,
                              origin ? COUNT_OF(origin_columns) : COUNT_OF(value_columns), err);
    if (status == ALM_OK)
        status = print_values(cli, &conf->almoner_settings.values, err);
    if (status == ALM_OK)
        status = print_values(cli, &conf->store_settings.values, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static enum alm_status run_sample(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct cli *cli = state;
    const char *name = alm_arg_text(args, "name");
    const struct alm_plugin *plugin = NULL;
    struct strbuf text = {0};
    enum alm_status status = name ? plugin_load(host_conf(cli->host)->almoner->plugindir, name, &plugin, err)
                                  : host_store_plugin(cli->host, &plugin, err);

    (void)host;
    if (status != ALM_OK)
        return status;
    if (!name) {
        conf_sample(&conf_almoner_table, "almoner", &text);
        strbuf_addc(&text, '\n');
        conf_sample(&conf_store_table, "store", &text);
        strbuf_addc(&text, '\n');
        conf_sample(&conf_match_table, "match", &text);
        strbuf_addc(&text, '\n');
        conf_sample(&conf_complaints_table, "complaints", &text);
        strbuf_addc(&text, '\n');
        conf_sample(&conf_roles_table, "roles", &text);
    } else if (plugin->kind == ALM_KIND_PROGRAMME) {
        conf_sample(&conf_programme_table, "programme", &text);
    }
    if (text.len)
        strbuf_addc(&text, '\n');
    conf_sample(&plugin->settings, plugin->name, &text);
    fputs(text.at ? text.at : "", cli->out);
    strbuf_release(&text);
    return ALM_OK;
}

static const struct alm_option show_options[] = {
    {.name = "name",
     .type = ALM_STRING,
     .flags = ALM_ARGUMENT,
     .value = "NAME",
     .help = N_("a programme; almoner.ini itself without it")},
    {.name = "origin", .type = ALM_BOOL, .help = N_("say for each key which line of which file it comes from")}};
static const struct alm_option sample_options[] = {{.name = "name",
                                                    .type = ALM_STRING,
                                                    .flags = ALM_ARGUMENT,
                                                    .value = "PLUGIN",
                                                    .help = N_("a plug-in; almoner.ini itself without it")}};
static const struct alm_command config_commands[] = {
    {"check", N_("check all INI files and show every problem"), NULL, 0, 0, run_check, "config check"},
    {"show", N_("show settings in force"), show_options, COUNT_OF(show_options), 0, run_config_show,
     "config show meals --origin"},
    {"sample", N_("print a commented INI file with every key and its default"), sample_options,
     COUNT_OF(sample_options), 0, run_sample, "config sample parcels"},
};
extern const struct cli_noun cli_config;
const struct cli_noun cli_config = {"config", N_("check, show and sample settings"), config_commands,
                                    COUNT_OF(config_commands)};
