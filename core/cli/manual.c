/* SPDX-License-Identifier: MIT */
/* `almoner manual`: manual pages, made from the tables that dispatch, help and settings use. */
#include "cli/cli.h"
#include "cli/roff.h"

/* ---- commands ---- */

static void add_options(struct strbuf *out, const struct alm_option *options, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct strbuf label = {0}, text = {0};

        if (options[i].flags & ALM_HIDDEN)
            continue;
        cli_option_label(&label, &options[i]);
        cli_option_text(&text, &options[i]);
        roff_item(out, label.at, text.at ? text.at : "");
        strbuf_release(&label);
        strbuf_release(&text);
    }
}

static void add_command(struct cli *cli, struct strbuf *out, const char *noun, const struct alm_command *command)
{
    struct strbuf term = {0}, role = {0};

    strbuf_addf(&term, "almoner %s", cli_command_path(cli, noun, command));
    cli_usage(&term, command);
    roff_item(out, term.at, _(command->summary));
    strbuf_release(&term);
    cli_role_text(&role, command);
    if (!command->n_options && !command->examples && !role.at)
        return;
    roff_in(out);
    if (role.at)
        roff_text(out, role.at);
    strbuf_release(&role);
    add_options(out, command->options, command->n_options);
    if (command->examples)
        roff_lines(out, "almoner ", command->examples);
    roff_out(out);
}

/* ---- settings ---- */

static void add_settings(struct strbuf *out, const struct alm_setting *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct alm_setting *row = &rows[i];
        struct strbuf text = {0};

        if (row->flags & ALM_HIDDEN)
            continue;
        if (row->help)
            strbuf_addf(&text, "%s ", _(row->help));
        strbuf_addc(&text, '(');
        conf_setting_facts(&text, row);
        if (row->fallback)
            strbuf_addf(&text, _(", by default %s"), *row->fallback ? row->fallback : _("empty"));
        strbuf_addc(&text, ')');
        roff_item(out, row->key, text.at);
        strbuf_release(&text);
    }
}

static void add_section(struct cli *cli, struct strbuf *out, const char *section, const struct alm_settings *table)
{
    if (table->n_rows) {
        roff_subsection(out, arena_printf(&cli->arena, "[%s]", section));
        add_settings(out, table->rows, table->n_rows);
    }
    for (size_t i = 0; i < table->n_groups; i++) {
        const struct alm_setting_group *group = &table->groups[i];

        roff_subsection(out, arena_printf(&cli->arena, _("[%s NAME], which may be repeated"), group->name));
        if (group->help)
            roff_text(out, _(group->help));
        add_settings(out, group->settings, group->n_settings);
        if (group->sample)
            roff_lines(out, "", group->sample);
    }
}

/* ---- almoner(1) ---- */

static const struct {
    int status;
    const char *meaning;
} statuses[] = {{ALM_OK, N_("done")},
                {ALM_REFUSED, N_("a rule says no, or something was found wrong; nothing is wrong with the input")},
                {ALM_USAGE, N_("the command line is wrong")},
                {ALM_BAD_DATA, N_("a value or a row is wrong, or names what does not exist; or rows were rejected")},
                {ALM_NO_INPUT, N_("a file cannot be read")},
                {ALM_UNAVAILABLE, N_("a plug-in or a store cannot be had")},
                {ALM_INTERNAL, N_("a fault of the program or of a plug-in")},
                {ALM_CANT_CREATE, N_("a file cannot be made")},
                {ALM_IO, N_("reading or writing failed half-way, as on a full disk")},
                {ALM_AGAIN, N_("busy: try again")},
                {ALM_NO_PERMISSION, N_("no permission")},
                {ALM_BAD_CONFIG, N_("the settings are wrong")}};

static void page_almoner(struct cli *cli, struct strbuf *out)
{
    roff_title(out, "almoner", 1, _(cli_summary));
    roff_section(out, _("synopsis"));
    roff_lines(out, "almoner ", _("NOUN VERB [ARGUMENTS] [OPTIONS]\nPROGRAMME VERB [ARGUMENTS] [OPTIONS]"));
    roff_section(out, _("description"));
    roff_text(out,
              _("`almoner` keeps one register of the people in need and one ledger of the aid that they were given, "
                "whoever gave it, and refuses a second helping inside a programme's window.\n"
                "It knows no kind of aid itself: each kind is a plug-in, which one file of settings enables as a "
                "programme. A programme's own commands stand under its name.\n"
                "Results go to standard output, messages to standard error."));
    roff_section(out, _("options of every command"));
    add_options(out, cli_globals, cli_n_globals);
    roff_section(out, _("commands"));
    for (size_t i = 0; cli_nouns[i]; i++) {
        roff_subsection(out, cli_nouns[i]->name);
        roff_text(out, _(cli_nouns[i]->summary));
        for (size_t k = 0; k < cli_nouns[i]->n_commands; k++)
            add_command(cli, out, cli_nouns[i]->name, &cli_nouns[i]->commands[k]);
    }
    roff_section(out, _("exit status"));
    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        roff_item(out, arena_printf(&cli->arena, "%d", statuses[i].status), _(statuses[i].meaning));
    roff_section(out, _("environment"));
    roff_item(out, "ALMONER_CONFIG", _("the file of settings, where --config does not name one"));
    roff_item(out, "LC_ALL, LC_MESSAGES, LANG", _("the language of messages"));
    roff_section(out, _("files"));
    roff_item(out, ALMONER_CONFDIR "/almoner.ini", _("the installation's settings; see almoner.ini(5)"));
    roff_item(out, ALMONER_CONFDIR "/programmes/NAME.ini", _("a programme's settings"));
    roff_item(out, ALMONER_PLUGINDIR "/NAME.so", _("the plug-ins"));
    roff_section(out, _("examples"));
    roff_lines(out, "almoner ", cli_examples);
    roff_section(out, _("see also"));
    roff_text(out, _("almoner.ini(5), almoner-plugin(7); almoner-NAME(1) for the plug-in NAME"));
}

/* ---- almoner.ini(5) ---- */

static void page_settings(struct cli *cli, struct strbuf *out)
{
    roff_title(out, "almoner.ini", 5, _("settings of almoner and of its programmes"));
    roff_section(out, _("description"));
    roff_text(out,
              _("`almoner.ini` holds the settings of an installation, and beside it `programmes/NAME.ini` those of one "
                "programme each. Two of them may name one plug-in: two programmes, and no code."));
    roff_text(out,
              _("A line is `[section]`, `key = value`, or a comment that begins with a semicolon. It has 199 bytes at "
                "most and begins at the margin; a comment has a line of its own. Keys and sections stand once. An "
                "unknown key is an error: `almoner config check` shows all errors of all files, `almoner config show "
                "--origin` where each value comes from, `almoner config sample PLUGIN` every key of a plug-in."));
    roff_section(out, "almoner.ini");
    add_section(cli, out, "almoner", &conf_almoner_table);
    add_section(cli, out, "store", &conf_store_table);
    add_section(cli, out, "match", &conf_match_table);
    add_section(cli, out, "complaints", &conf_complaints_table);
    add_section(cli, out, "roles", &conf_roles_table);
    roff_text(out,
              _("Where nobody is named at all, every command is open; where a role names somebody, only they have "
                "it; one that names nobody is everybody's but the auditors' and the bodies' staff's. Roles keep a "
                "desk in order, and are no wall: whoever can write to the file of a SQLite store, or to almoner.ini, "
                "is past them, so the permissions of those files are the outer boundary; on PostgreSQL it is what "
                "the server grants to the database role. `almoner roles` tells who you are."));
    roff_text(out, _("The section named as the store's plug-in is that plug-in's own: see almoner-NAME(5), as in "
                     "almoner-store-sqlite(5)."));
    roff_section(out, "programmes/NAME.ini");
    add_section(cli, out, "programme", &conf_programme_table);
    roff_text(
        out,
        _("The section named as the plug-in, and sections that repeat, are the plug-in's own: see almoner-NAME(1)."));
    roff_section(out, _("files"));
    roff_item(out, ALMONER_CONFDIR "/almoner.ini", _("where neither --config nor ALMONER_CONFIG names another one"));
    roff_section(out, _("see also"));
    roff_text(out, "almoner(1), almoner-plugin(7)");
}

/* ---- almoner-plugin(7) ---- */

static void page_plugin(struct cli *cli, struct strbuf *out)
{
    static const struct {
        uint32_t type;
        const char *name;
    } types[] = {{ALM_BOOL, "ALM_BOOL"},         {ALM_INT, "ALM_INT"},
                 {ALM_DECIMAL, "ALM_DECIMAL"},   {ALM_MONEY, "ALM_MONEY"},
                 {ALM_QUANTITY, "ALM_QUANTITY"}, {ALM_DATE, "ALM_DATE"},
                 {ALM_MONTH, "ALM_MONTH"},       {ALM_TIME, "ALM_TIME"},
                 {ALM_DURATION, "ALM_DURATION"}, {ALM_STRING, "ALM_STRING"},
                 {ALM_PATH, "ALM_PATH"},         {ALM_ENUM, "ALM_ENUM"},
                 {ALM_LIST, "ALM_LIST"},         {ALM_ID, "ALM_ID"}};
    struct strbuf reserved = {0};

    roff_title(out, "almoner-plugin", 7, _("plug-ins of almoner: what they are, and how they are made"));
    roff_section(out, _("description"));
    roff_text(out,
              _("A plug-in is a shared object with one exported function, alm_plugin_entry(), which the macro "
                "ALM_PLUGIN() of <almoner/plugin.h> writes. That header is all that an author reads: every struct and "
                "function is described there. A programme plug-in is a table of settings, of commands, of reports "
                "and of migrations, and a rule that says, for one beneficiary on one day, what may be given now. A "
                "store plug-in is a database driver."));
    roff_section(out, _("loading"));
    roff_text(out,
              _("A plug-in is loaded when a command needs it, from the one folder of the plug-ins and no other. The "
                "folder and the file must belong to root or to the user, and be written by nobody else; the file is "
                "no link, and is called as the plug-in with .so behind."));
    roff_text(out,
              arena_printf(&cli->arena,
                           _("This almoner has the plug-in interface %d.%d: the first number must be equal on both "
                             "sides; a plug-in built for a smaller second number runs, one built for a larger one "
                             "asks with ALM_HOST_HAS() what the host has."),
                           ALM_ABI_MAJOR, ALM_ABI_MINOR));
    roff_section(out, _("names"));
    roff_text(
        out,
        _("A name has small letters a to z, digits and -, a letter first, at most 40. These words are almoner's own:"));
    for (size_t i = 0; plugin_reserved[i]; i++)
        strbuf_addf(&reserved, "%s%s", i ? ", " : "", plugin_reserved[i]);
    roff_text(out, reserved.at);
    strbuf_release(&reserved);
    roff_section(out, _("types of settings, options and columns"));
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        const char *example = conf_type_example(types[i].type);

        roff_item(out, types[i].name,
                  *example ? arena_printf(&cli->arena, _("%s: %s"), conf_type_name(types[i].type), example)
                           : conf_type_name(types[i].type));
    }
    roff_section(out, _("building"));
    roff_text(out,
              _("`almoner plugin new NAME` writes a working plug-in to begin with, with its tests; `almoner plugin "
                "conform` checks one, `almoner plugin test` runs its author's tests. With the package almoner-dev a "
                "build finds what it needs by CMake's find_package(Almoner), or by pkg-config:"));
    roff_lines(out, "",
               "cc $(pkg-config --cflags almoner-plugin) -o NAME.so NAME.c $(pkg-config --libs almoner-plugin)");
    roff_section(out, _("files"));
    roff_item(out, ALMONER_PLUGINDIR, _("where plug-ins are installed"));
    roff_item(out, "almoner/plugin.h", _("the interface, in the package almoner-dev"));
    roff_section(out, _("see also"));
    roff_text(out, "almoner(1), almoner.ini(5)");
}

/* ---- a plug-in's own page ---- */

static void add_columns(struct strbuf *out, const struct alm_column *columns, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct strbuf text = {0};

        strbuf_addf(&text, "%s (%s", _(columns[i].title), conf_type_name(columns[i].type));
        if (columns[i].unit)
            strbuf_addf(&text, _(", in %s"), _(columns[i].unit));
        for (size_t k = 0; columns[i].choices && columns[i].choices[k]; k++)
            strbuf_addf(&text, "%s%s", k ? ", " : ": ", columns[i].choices[k]);
        strbuf_addc(&text, ')');
        roff_item(out, columns[i].name, text.at);
        strbuf_release(&text);
    }
}

static void add_programme(struct cli *cli, struct strbuf *out, const char *name, const struct alm_plugin *plugin)
{
    const struct alm_programme *programme = plugin->programme;
    const struct alm_command *commands = cli_programme_commands(cli, name, plugin);
    const struct alm_command *reports = cli_programme_reports(cli, name, plugin);
    const char *const recipients[] = {"", _("a household"), _("a person"), _("a place")};

    roff_text(out, arena_printf(&cli->arena, _("Its unit is the %s; %s receives it."), programme->unit,
                                recipients[programme->recipient <= ALM_PLACE ? programme->recipient : 0]));
    if (plugin->n_commands)
        roff_section(out, _("commands"));
    for (size_t i = 0; i < plugin->n_commands; i++)
        add_command(cli, out, name, &commands[i]);
    if (plugin->n_reports)
        roff_section(out, _("reports"));
    for (size_t i = 0; i < plugin->n_reports; i++) {
        add_command(cli, out, "report", &reports[i]);
        roff_in(out);
        add_columns(out, plugin->reports[i].columns, plugin->reports[i].n_columns);
        roff_out(out);
    }
    if (programme->n_detail) {
        roff_section(out, _("deliveries"));
        roff_text(
            out, _("Columns of its own in lists of deliveries, and in `almoner delivery record --with COLUMN=VALUE`:"));
        add_columns(out, programme->detail, programme->n_detail);
    }
}

/* NAME is a programme, or a plug-in that nobody enabled. */
static enum alm_status page_of_plugin(struct cli *cli, const char *name, struct strbuf *out, struct alm_error *err)
{
    const struct conf_programme *conf;
    const struct alm_plugin *plugin = NULL;
    enum alm_status status = cli_open_host(cli, err);

    if (status != ALM_OK)
        return status;
    conf = conf_programme_find(host_conf(cli->host), name);
    status = plugin_load(host_conf(cli->host)->almoner->plugindir, conf ? conf->core->plugin : name, &plugin, err);
    if (status != ALM_OK)
        return status;
    roff_title(out, arena_printf(&cli->arena, "almoner-%s", name), plugin->kind == ALM_KIND_PROGRAMME ? 1 : 5,
               _(plugin->summary));
    roff_section(out, _("description"));
    roff_text(out, arena_printf(&cli->arena, _("%s: a plug-in of almoner, version %s."), _(plugin->summary),
                                plugin->version));
    if (plugin->kind == ALM_KIND_PROGRAMME)
        add_programme(cli, out, name, plugin);
    roff_section(out, _("settings"));
    if (plugin->kind == ALM_KIND_PROGRAMME)
        roff_text(out, arena_printf(
                           &cli->arena,
                           _("In `programmes/%s.ini`, beside the keys of [programme], which almoner.ini(5) describes:"),
                           name));
    else
        roff_text(out, arena_printf(&cli->arena, _("In `almoner.ini`, with `plugin = %s` in [store]:"), name));
    add_section(cli, out, plugin->name, &plugin->settings);
    roff_section(out, _("see also"));
    roff_text(out, "almoner(1), almoner.ini(5)");
    return ALM_OK;
}

/* ---- the command ---- */

static enum alm_status run_manual(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct cli *cli = state;
    const char *name = alm_arg_text(args, "page");
    struct strbuf out = {0};
    enum alm_status status = ALM_OK;

    (void)host;
    if (strcmp(name, "almoner") == 0)
        page_almoner(cli, &out);
    else if (strcmp(name, "almoner.ini") == 0)
        page_settings(cli, &out);
    else if (strcmp(name, "almoner-plugin") == 0)
        page_plugin(cli, &out);
    else
        status = page_of_plugin(cli, strncmp(name, "almoner-", 8) == 0 ? name + 8 : name, &out, err);
    if (status == ALM_OK)
        fputs(out.at, cli->out);
    strbuf_release(&out);
    return status;
}

static const struct alm_option options[] = {
    {.name = "page",
     .type = ALM_STRING,
     .flags = ALM_ARGUMENT,
     .fallback = "almoner",
     .value = "PAGE",
     .help = N_("almoner, almoner.ini, almoner-plugin, a programme or a plug-in")}};
static const struct alm_command commands[] = {{"", N_("print the source of a manual page, for man -l -"), options,
                                               COUNT_OF(options), ALM_NO_STORE, run_manual,
                                               "manual parcels | man -l -"}};
extern const struct cli_noun cli_manual;
const struct cli_noun cli_manual = {"manual", N_("manual pages, of programmes too"), commands, COUNT_OF(commands)};
