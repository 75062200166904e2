/* SPDX-License-Identifier: MIT */
/* From words to a command: find it, open what its flags ask for, run it in its transaction, tell errors. */
#include "cli/cli.h"

#include <locale.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* What was found for the words: a command with where it runs. */
struct target {
    const char *noun;
    const struct alm_command *command;
    const struct alm_report *report;
    struct host_programme *programme; /* NULL: the core's */
    int used;                         /* words taken */
};

const struct cli_noun *cli_find_noun(const char *name)
{
    for (size_t i = 0; cli_nouns[i]; i++)
        if (strcmp(cli_nouns[i]->name, name) == 0)
            return cli_nouns[i];
    return NULL;
}

/* The command with the most words that begin argv; *used counts them. */
const struct alm_command *cli_find_command(const struct alm_command *commands, size_t n, int argc, char **argv,
                                           int *used)
{
    const struct alm_command *best = NULL;

    *used = 0;
    for (size_t i = 0; i < n; i++) {
        const char *at = commands[i].name;
        int words = 0;
        bool match = true;

        while (*at && match) {
            size_t len = strcspn(at, " ");

            match = words < argc && strlen(argv[words]) == len && memcmp(argv[words], at, len) == 0;
            words++;
            at += len;
            at += *at == ' ';
        }
        if (match && (!best || words > *used)) {
            best = &commands[i];
            *used = words;
        }
    }
    return best;
}

static enum alm_status unknown_verb(const char *noun, const struct alm_command *commands, size_t n, int argc,
                                    char **argv, struct alm_error *err)
{
    const char **names = xcalloc(n + 1, sizeof *names);
    const char *verb = argc > 0 ? argv[0] : NULL, *nearest;
    char hint[160], two[80];

    for (size_t i = 0; i < n; i++)
        names[i] = commands[i].name;
    nearest = verb ? error_nearest(verb, names, n) : NULL;
    if (!nearest && argc > 1) { /* verbs of two words: held list */
        snprintf(two, sizeof two, "%s %s", argv[0], argv[1]);
        nearest = error_nearest(two, names, n);
    }
    if (nearest)
        snprintf(hint, sizeof hint, _("did you mean: almoner %s %s"), noun, nearest);
    else
        snprintf(hint, sizeof hint, _("see: almoner %s --help"), noun);
    free(names);
    if (!verb)
        return error_set(err, ALM_USAGE, hint, _("almoner %s: which verb?"), noun);
    return error_set(err, ALM_USAGE, hint, _("almoner %s has no verb '%s'"), noun, verb);
}

static enum alm_status unknown_noun(struct cli *cli, const char *word, struct alm_error *err)
{
    const struct conf *conf = cli->host ? host_conf(cli->host) : NULL;
    size_t n = 0, room = conf ? conf->n_programmes : 0;
    const char **names, *nearest;
    char hint[128];

    while (cli_nouns[n])
        n++;
    names = xcalloc(n + room + 1, sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = cli_nouns[i]->name;
    for (size_t i = 0; i < room; i++)
        names[n + i] = conf->programmes[i].name;
    nearest = error_nearest(word, names, n + room);
    if (nearest)
        snprintf(hint, sizeof hint, _("did you mean: almoner %s"), nearest);
    else
        snprintf(hint, sizeof hint, "%s", _("see: almoner --help"));
    free(names);
    return error_set(err, ALM_USAGE, hint, _("'%s' is neither a command nor a programme"), word);
}

enum alm_status cli_open_host(struct cli *cli, struct alm_error *err)
{
    const struct host_options options = {
        .config = cli->config, .now = cli->now, .terminal = cli_terminal(cli), .dry_run = cli->dry_run};

    return cli->host ? ALM_OK : host_open(&cli->host, &options, err);
}

static void open_report(struct cli *cli)
{
    struct report_style style = {.terminal = isatty(fileno(cli->out)) != 0};
    struct winsize size;

    if (cli->host)
        host_report_style(cli->host, &style);
    if (style.terminal && ioctl(fileno(cli->out), TIOCGWINSZ, &size) == 0)
        style.width = size.ws_col;
    cli->report = report_new(cli->out, (enum report_format)cli->output, &style);
    if (cli->host)
        host_set_report(cli->host, cli->report);
}

/* ---- a plug-in's tables as the command line takes them ---- */

/* Examples name the plug-in; a programme may be called otherwise. */
static const char *examples_as(struct cli *cli, const char *programme, const char *plugin, const char *examples)
{
    size_t len = strlen(plugin);
    struct strbuf out = {0};
    const char *copy;

    if (!examples || strcmp(programme, plugin) == 0)
        return examples;
    for (const char *at = examples; *at;) {
        size_t line = strcspn(at, "\n");

        if (strncmp(at, plugin, len) == 0 && at[len] == ' ') {
            strbuf_adds(&out, programme);
            at += len;
            line -= len;
        }
        strbuf_add(&out, at, line + (at[line] == '\n'));
        at += line + (at[line] == '\n');
    }
    copy = arena_strdup(&cli->arena, out.at);
    strbuf_release(&out);
    return copy;
}

/* A programme's imports take what all imports take. */
static void add_import_options(struct cli *cli, struct alm_command *command)
{
    static const struct alm_option more[] = {CLI_MAP_OPTIONS};
    struct alm_option *options = arena_alloc(&cli->arena, (command->n_options + COUNT_OF(more)) * sizeof *options);

    if (command->n_options)
        memcpy(options, command->options, command->n_options * sizeof *options);
    memcpy(options + command->n_options, more, sizeof more);
    command->options = options;
    command->n_options += COUNT_OF(more);
}

const struct alm_command *cli_programme_commands(struct cli *cli, const char *programme,
                                                 const struct alm_plugin *plugin)
{
    struct alm_command *commands = arena_alloc(&cli->arena, (plugin->n_commands + 1) * sizeof *commands);

    for (size_t i = 0; i < plugin->n_commands; i++) {
        commands[i] = plugin->commands[i];
        commands[i].examples = examples_as(cli, programme, plugin->name, commands[i].examples);
        if (commands[i].flags & ALM_BULK)
            add_import_options(cli, &commands[i]);
    }
    return commands;
}

static enum alm_status run_report(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    (void)host, (void)state, (void)args;
    return error_set(err, ALM_INTERNAL, NULL, _("a report is run by its own table"));
}

const struct alm_command *cli_programme_reports(struct cli *cli, const char *programme, const struct alm_plugin *plugin)
{
    struct alm_command *commands = arena_alloc(&cli->arena, (plugin->n_reports + 1) * sizeof *commands);

    for (size_t i = 0; i < plugin->n_reports; i++) {
        const struct alm_report *report = &plugin->reports[i];

        commands[i] =
            (struct alm_command){.name = arena_printf(&cli->arena, "%s %s", programme, report->name),
                                 .summary = report->summary,
                                 .options = report->options,
                                 .n_options = report->n_options,
                                 .flags = ALM_READS,
                                 .run = run_report,
                                 .examples = arena_printf(&cli->arena, "report %s %s", programme, report->name)};
    }
    return commands;
}

/* ---- finding ---- */

static enum alm_status unknown_report(const char *programme, const struct alm_plugin *plugin, const char *name,
                                      struct alm_error *err)
{
    const char **names = xcalloc(plugin->n_reports + 1, sizeof *names), *nearest;
    char hint[256];

    for (size_t i = 0; i < plugin->n_reports; i++)
        names[i] = plugin->reports[i].name;
    nearest = error_nearest(name, names, plugin->n_reports);
    if (nearest)
        snprintf(hint, sizeof hint, _("did you mean: almoner report %s %s"), programme, nearest);
    else
        snprintf(hint, sizeof hint,
                 _("`almoner %s --help` lists its reports; `almoner report --programme %s` is the common one"),
                 programme, programme);
    free(names);
    return error_set(err, ALM_USAGE, hint, _("the programme %s has no report '%s'"), programme, name);
}

/* Whether a word is nearly the name of one of a noun's commands. */
static bool is_near(const struct cli_noun *noun, const char *word)
{
    const char **names = xcalloc(noun->n_commands + 1, sizeof *names);
    size_t n = 0;
    bool near;

    for (size_t i = 0; i < noun->n_commands; i++)
        if (noun->commands[i].name[0])
            names[n++] = noun->commands[i].name;
    near = error_nearest(word, names, n) != NULL;
    free(names);
    return near;
}

/* `report PROGRAMME NAME`: a plug-in's own report. */
static enum alm_status find_report(struct cli *cli, int argc, char **argv, struct target *target, struct alm_error *err)
{
    const struct cli_noun *noun = cli_find_noun("report");
    enum alm_status status = cli_open_host(cli, err);

    target->command = NULL;
    if (status == ALM_OK && !conf_programme_find(host_conf(cli->host), argv[1]) && is_near(noun, argv[1]))
        return unknown_verb("report", noun->commands, noun->n_commands, argc - 1, argv + 1, err);
    if (status == ALM_OK)
        status = host_programme(cli->host, argv[1], &target->programme, err);
    if (status != ALM_OK)
        return status;
    const struct alm_plugin *plugin = target->programme->plugin;

    for (size_t i = 0; i < plugin->n_reports && argc > 2; i++)
        if (strcmp(plugin->reports[i].name, argv[2]) == 0) {
            target->report = &plugin->reports[i];
            target->command = &cli_programme_reports(cli, argv[1], plugin)[i];
        }
    if (!target->report)
        return unknown_report(argv[1], plugin, argc > 2 ? argv[2] : "", err);
    target->noun = "report";
    target->used = 3;
    return ALM_OK;
}

static enum alm_status find_programme_command(struct cli *cli, int argc, char **argv, bool help, struct target *target,
                                              struct alm_error *err)
{
    enum alm_status status = cli_open_host(cli, err);
    const struct alm_command *commands;
    const struct alm_plugin *plugin;
    int used;

    if (status != ALM_OK)
        return status;
    if (!conf_programme_find(host_conf(cli->host), argv[0]))
        return unknown_noun(cli, argv[0], err);
    status = host_programme(cli->host, argv[0], &target->programme, err);
    if (status != ALM_OK)
        return status;
    plugin = target->programme->plugin;
    target->noun = argv[0];
    commands = cli_programme_commands(cli, argv[0], plugin);
    target->command = cli_find_command(commands, plugin->n_commands, argc - 1, argv + 1, &used);
    target->used = used + 1;
    if (target->command)
        return ALM_OK;
    if (help && argc == 1) {
        cli_help_noun(cli, argv[0], plugin->summary, commands, plugin->n_commands, plugin->reports, plugin->n_reports);
        return ALM_OK;
    }
    return unknown_verb(argv[0], plugin->commands, plugin->n_commands, argc - 1, argv + 1, err);
}

static enum alm_status find_target(struct cli *cli, int argc, char **argv, bool help, struct target *target,
                                   struct alm_error *err)
{
    const struct cli_noun *noun = cli_find_noun(argv[0]);
    struct alm_args none;
    int used;

    /* An option that no command has: the parser tells it, and what may have been meant. */
    if (argv[0][0] == '-' && argv[0][1] && strcmp(argv[0], "--") != 0)
        return cli_parse(cli, NULL, 0, "", argc, argv, &none, err);
    if (!noun)
        return find_programme_command(cli, argc, argv, help, target, err);
    target->noun = noun->name;
    target->command = cli_find_command(noun->commands, noun->n_commands, argc - 1, argv + 1, &used);
    /* A word after `report` that is none of the core's reports is a programme. */
    if (strcmp(argv[0], "report") == 0 && !used && argc > 1 && argv[1][0] != '-')
        return find_report(cli, argc, argv, target, err);
    target->used = used + 1;
    if (target->command)
        return ALM_OK;
    if (help && argc == 1) {
        cli_help_noun(cli, noun->name, noun->summary, noun->commands, noun->n_commands, NULL, 0);
        return ALM_OK;
    }
    return unknown_verb(noun->name, noun->commands, noun->n_commands, argc - 1, argv + 1, err);
}

/* ---- running ---- */

static enum alm_status call(struct cli *cli, const struct target *target, const struct alm_args *args,
                            struct alm_error *err)
{
    enum alm_status status;

    if (!target->programme)
        return target->command->run(NULL, cli, args, err);
    if (!target->report) {
        struct plugin_call run = host_call(target->programme, PLUGIN_COMMAND, target->command->name);
        plugin_enter(&run);
        status = target->command->run(&target->programme->services, target->programme->state, args, err);
        plugin_leave(&run);
        return status;
    }
    status =
        report_begin(cli->report, target->report->summary, target->report->columns, target->report->n_columns, err);
    if (status == ALM_OK) {
        struct plugin_call run = host_call(target->programme, PLUGIN_REPORT, target->report->name);
        plugin_enter(&run);
        status = target->report->run(&target->programme->services, target->programme->state, args, err);
        plugin_leave(&run);
    }
    if (status == ALM_OK)
        status = report_end(cli->report, err);
    return status;
}

static enum alm_status write_once(struct cli *cli, struct store *store,
                                  enum alm_status (*work)(struct cli *, void *, struct alm_error *), void *context,
                                  struct alm_error *err)
{
    enum alm_status status = store_begin(store, true, err);

    if (status != ALM_OK)
        return status;
    status = store_id(store, &cli->entry.id, err);
    if (status == ALM_OK) {
        host_set_entry(cli->host, &cli->entry);
        status = work(cli, context, err);
        host_set_entry(cli->host, NULL);
    }
    if (status == ALM_OK && !cli->dry_run) /* what comes of it, commit tells */
        status = store_defer(store, true, err);
    if (status == ALM_OK && !cli->dry_run)
        status = store_journal_add(store, &cli->entry, err);
    if (status != ALM_OK || cli->dry_run) {
        store_rollback(store);
        return status;
    }
    status = store_commit(store, err);
    return status != ALM_OK && store_outcome(store, cli->entry.id) == STORE_KEPT ? ALM_OK : status;
}

enum alm_status cli_write(struct cli *cli, enum alm_status (*work)(struct cli *, void *, struct alm_error *),
                          void *context, struct alm_error *err)
{
    const struct store_entry entry = cli->entry;
    struct store *store;
    enum alm_status status = host_store(cli->host, 0, &store, err);

    if (status != ALM_OK)
        return status;
    cli->holding = true;
    for (unsigned attempt = 0;; attempt++) {
        status = write_once(cli, store, work, context, err);
        /* What stands on standard output already can't be taken back. */
        if (status == ALM_OK || report_used(cli->report) || !store_again(store, attempt))
            break;
        cli_held(cli, false);
        host_again(cli->host);
        cli->entry = entry;
    }
    cli->holding = false;
    cli_held(cli, true);
    if (status == ALM_OK && cli->dry_run)
        cli_say(cli, _("dry run: nothing was written"));
    return status;
}

struct work {
    const struct target *target;
    const struct alm_args *args;
};

static enum alm_status call_in_transaction(struct cli *cli, void *context, struct alm_error *err)
{
    const struct work *work = context;

    return call(cli, work->target, work->args, err);
}

/* One command, one transaction; a bulk command opens its own. */
static enum alm_status run_in_transaction(struct cli *cli, const struct target *target, const struct alm_args *args,
                                          struct alm_error *err)
{
    struct work work = {target, args};
    struct host_programme *programme;
    struct store *store;
    enum alm_status status = host_store(cli->host, 0, &store, err);

    if (status == ALM_OK && target->programme) /* again, now that the store is open: it tells the programme's id */
        status = host_programme(cli->host, target->programme->conf->name, &programme, err);
    if (status != ALM_OK)
        return status;
    if (target->command->flags & ALM_BULK)
        return call(cli, target, args, err);
    if (target->command->flags & ALM_WRITES)
        return cli_write(cli, call_in_transaction, &work, err);
    status = store_begin(store, false, err);
    if (status == ALM_OK)
        status = call(cli, target, args, err);
    if (status == ALM_OK)
        status = store_commit(store, err);
    else
        store_rollback(store);
    return status;
}

static enum alm_status run_target(struct cli *cli, const struct target *target, int argc, char **argv,
                                  struct alm_error *err)
{
    const struct alm_command *command = target->command;
    const char *path = cli_command_path(cli, target->noun, command);
    struct alm_args args;
    enum alm_status status = cli_parse(cli, command->options, command->n_options, path, argc, argv, &args, err);

    if (status != ALM_OK)
        return status;
    cli->entry.command = path;
    cli->noun = target->noun;
    if (!(command->flags & ALM_NO_STORE) || target->programme)
        status = cli_open_host(cli, err);
    if (status != ALM_OK)
        return status;
    if (cli->host)
        status = cli_permit(cli, path, command, !target->programme, err);
    if (status != ALM_OK)
        return status;
    open_report(cli);
    if (cli->host)
        host_set_command(cli->host, path);
    if (target->programme && (command->flags & ALM_BULK))
        host_set_import(cli->host, alm_arg_text(&args, "rejects"), cli_map(cli, &args));
    if (command->flags & (ALM_READS | ALM_WRITES))
        return run_in_transaction(cli, target, &args, err);
    return call(cli, target, &args, err);
}

int cli_main(int argc, char **argv, FILE *out, FILE *errors)
{
    struct cli cli = {.out = out, .err = errors};
    struct target target = {0};
    struct alm_error err = {0}, late = {0};
    bool help = false;
    enum alm_status status;

    setlocale(LC_MESSAGES, "");
    setlocale(LC_CTYPE, "C.UTF-8");
    status = cli_take_globals(&cli, &argc, argv, &help, &err);
    if (status == ALM_OK && argc > 1 && strcmp(argv[1], "help") == 0) { /* `help person find` is `person find --help` */
        help = true;
        argv++;
        argc--;
    }
    if (status == ALM_OK && argc == 1) {
        cli_help(&cli);
        status = help ? ALM_OK : ALM_USAGE;
        if (!help)
            error_set(&err, status, NULL, _("no command was given"));
    } else if (status == ALM_OK) {
        status = find_target(&cli, argc - 1, argv + 1, help, &target, &err);
        if (status == ALM_OK && target.command && help)
            cli_help_command(&cli, target.noun, target.command, target.programme ? NULL : cli_find_noun(target.noun));
        else if (status == ALM_OK && target.command)
            status = run_target(&cli, &target, argc - 1 - target.used, argv + 1 + target.used, &err);
    }
    if (cli.report) {
        enum alm_status flushed = report_free(cli.report, &late);

        if (status == ALM_OK && flushed != ALM_OK) {
            status = flushed;
            err = late;
        }
    } else if (fflush(out) != 0 && status == ALM_OK) {
        status = error_set(&err, ALM_IO, _("is the disk full?"), _("standard output could not be written"));
    }
    if (status != ALM_OK)
        cli_error(&cli, &err);
    host_close(cli.host);
    strbuf_release(&cli.held);
    arena_release(&cli.arena);
    return (int)status;
}
