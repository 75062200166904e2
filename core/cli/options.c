/* SPDX-License-Identifier: MIT */
/* Words of the command line to typed values, by a command's table. */
#include "cli/cli.h"

#include <stdlib.h>

const struct alm_option cli_globals[] = {
    {.name = "config",
     .type = ALM_STRING,
     .value = "FILE",
     .help = N_("almoner.ini to use (default: $ALMONER_CONFIG, else the installed one)")},
    {.name = "output",
     .type = ALM_ENUM,
     .fallback = "table",
     .choices = report_format_names,
     .value = "FORMAT",
     .help = N_("how results are written")},
    {.name = "dry-run", .type = ALM_BOOL, .help = N_("do everything but keep nothing")},
    {.name = "yes", .type = ALM_BOOL, .help = N_("do not ask before what cannot be undone")},
    {.name = "no-input", .type = ALM_BOOL, .help = N_("never ask; fail instead")},
    {.name = "quiet", .type = ALM_BOOL, .help = N_("-q: errors and results only")},
    {.name = "verbose", .type = ALM_BOOL, .help = N_("-v: say more")},
    {.name = "now",
     .type = ALM_STRING,
     .flags = ALM_HIDDEN,
     .value = "TIME",
     .help = N_("fix the clock (test stores only)")},
    {.name = "help", .type = ALM_BOOL, .help = N_("-h: show what a command takes")},
};
const size_t cli_n_globals = COUNT_OF(cli_globals);

static const struct alm_option *find_option(const struct alm_option *options, size_t n, const char *name, size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (!(options[i].flags & ALM_ARGUMENT) && strlen(options[i].name) == len &&
            memcmp(options[i].name, name, len) == 0)
            return &options[i];
    return NULL;
}

/* ---- the options of every command ---- */

static enum alm_status set_global(struct cli *cli, const struct alm_option *option, const char *value, bool *help,
                                  struct alm_error *err)
{
    const char *name = option->name;

    if (strcmp(name, "config") == 0)
        cli->config = value;
    else if (strcmp(name, "now") == 0)
        cli->now = value;
    else if (strcmp(name, "dry-run") == 0)
        cli->dry_run = true;
    else if (strcmp(name, "yes") == 0)
        cli->yes = true;
    else if (strcmp(name, "no-input") == 0)
        cli->no_input = true;
    else if (strcmp(name, "quiet") == 0)
        cli->quiet = true;
    else if (strcmp(name, "verbose") == 0)
        cli->verbose = true;
    else if (strcmp(name, "help") == 0)
        *help = true;
    else {
        const struct conf_rule rule = {.type = ALM_ENUM, .choices = option->choices};
        struct alm_value parsed;
        enum alm_status status = conf_value_parse(&rule, text_of(value), &cli->arena, &parsed, err);

        if (status != ALM_OK) {
            err->status = ALM_USAGE;
            return error_prefix(err, "--%s", name);
        }
        cli->output = parsed.number;
    }
    return ALM_OK;
}

/* Whether the command that the words name has an option of its own by that name, which then is not the global one. */
static bool has_own(int argc, char **argv, const char *name)
{
    char *words[4];
    int n = 0, used;

    for (int i = 1; i < argc && n < (int)COUNT_OF(words) && strcmp(argv[i], "--") != 0; i++) {
        if (argv[i][0] != '-') {
            words[n++] = argv[i];
        } else if (argv[i][1] == '-' && !strchr(argv[i], '=')) {
            const struct alm_option *option = find_option(cli_globals, cli_n_globals, argv[i] + 2, strlen(argv[i] + 2));

            i += option && option->type != ALM_BOOL;
        }
    }
    const struct cli_noun *noun = n > 1 ? cli_find_noun(words[0]) : NULL;
    const struct alm_command *command =
        noun ? cli_find_command(noun->commands, noun->n_commands, n - 1, words + 1, &used) : NULL;

    return command && find_option(command->options, command->n_options, name, strlen(name));
}

enum alm_status cli_take_globals(struct cli *cli, int *argc, char **argv, bool *help, struct alm_error *err)
{
    int kept = 1;

    for (int i = 1; i < *argc; i++) {
        const char *word = argv[i], *value = NULL;
        const struct alm_option *option = NULL;
        enum alm_status status;

        if (strcmp(word, "--") == 0) {
            while (i < *argc)
                argv[kept++] = argv[i++];
            break;
        }
        if (strcmp(word, "-h") == 0 || strcmp(word, "-q") == 0 || strcmp(word, "-v") == 0) {
            static const char *const names[] = {"help", "quiet", "verbose"};
            const char *name = names[word[1] == 'h' ? 0 : word[1] == 'q' ? 1 : 2];

            option = find_option(cli_globals, cli_n_globals, name, strlen(name));
        } else if (strncmp(word, "--", 2) == 0) {
            size_t len = strcspn(word + 2, "=");

            option = find_option(cli_globals, cli_n_globals, word + 2, len);
            if (option && word[2 + len] == '=')
                value = word + 3 + len;
        }
        if (option && has_own(*argc, argv, option->name)) {
            argv[kept++] = argv[i];
            if (option->type != ALM_BOOL && !value && i + 1 < *argc)
                argv[kept++] = argv[++i];
            continue;
        }
        if (!option) {
            argv[kept++] = argv[i];
            continue;
        }
        if (option->type != ALM_BOOL && !value) {
            if (i + 1 >= *argc)
                return error_set(err, ALM_USAGE, NULL, _("--%s needs a value: %s"), option->name, option->value);
            value = argv[++i];
        }
        status = set_global(cli, option, value, help, err);
        if (status != ALM_OK)
            return status;
    }
    argv[kept] = NULL;
    *argc = kept;
    return ALM_OK;
}

/* ---- one command's own ---- */

struct parse {
    struct cli *cli;
    const struct alm_option *options;
    size_t n;
    const char *path;
    struct alm_arg *at;
    size_t *capacity;
};

static enum alm_status usage(struct parse *parse, struct alm_error *err, const char *format, const char *a,
                             const char *b)
{
    char hint[160];

    snprintf(hint, sizeof hint, _("see: almoner %s%s--help"), parse->path, *parse->path ? " " : "");
    error_set(err, ALM_USAGE, hint, "%s", "");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(err->text, sizeof err->text, format, a, b);
#pragma GCC diagnostic pop
    return ALM_USAGE;
}

static enum alm_status add_value(struct parse *parse, size_t i, const char *word, bool given, struct alm_error *err)
{
    const struct alm_option *option = &parse->options[i];
    struct alm_arg *arg = &parse->at[i];
    struct alm_value value = alm_null(), *values;
    int decimals = parse->cli->host ? (int)host_conf(parse->cli->host)->almoner->currency_decimals : 0;

    if (option->type == ALM_STRING || option->type == ALM_PATH || option->type == ALM_LIST) {
        if ((option->flags & ALM_REQUIRED) && text_trim(text_of(word)).len == 0)
            return error_set(err, ALM_USAGE, option->help,
                             option->flags & ALM_ARGUMENT ? _("%s is empty") : _("--%s is empty"),
                             option->flags & ALM_ARGUMENT && option->value ? option->value : option->name);
        /* A file may be called anything; what goes into the store is text, whatever the store. */
        const bool file = option->type == ALM_PATH || (option->value && strcmp(option->value, "FILE") == 0);
        if (!file && text_valid_length(text_of(word)) != strlen(word))
            return error_set(err, ALM_USAGE, _("type it again where the locale's text is UTF-8: see almoner doctor"),
                             option->flags & ALM_ARGUMENT ? _("%s holds bytes that are not UTF-8")
                                                          : _("--%s holds bytes that are not UTF-8"),
                             option->flags & ALM_ARGUMENT && option->value ? option->value : option->name);
        value = alm_string(arena_strdup(&parse->cli->arena, word));
    } else {
        const struct conf_rule rule = {.type = option->type,
                                       .choices = option->choices,
                                       .currency_decimals = decimals,
                                       .example = option->fallback};

        if (conf_value_parse(&rule, text_of(word), &parse->cli->arena, &value, err) != ALM_OK) {
            err->status = ALM_USAGE;
            return error_prefix(err, option->flags & ALM_ARGUMENT ? "%s" : "--%s", option->name);
        }
        if (!value.text)
            value.text = arena_strdup(&parse->cli->arena, word);
    }
    values = arena_alloc(&parse->cli->arena, (arg->count + 1) * sizeof *values);
    if (arg->count)
        memcpy(values, arg->values, arg->count * sizeof *values);
    values[arg->count] = value;
    arg->values = values;
    arg->count++;
    arg->given = given;
    return ALM_OK;
}

static enum alm_status parse_option(struct parse *parse, const char *word, int *i, int argc, char **argv,
                                    struct alm_error *err)
{
    size_t len = strcspn(word + 2, "=");
    const struct alm_option *option = find_option(parse->options, parse->n, word + 2, len);
    const char *value = word[2 + len] == '=' ? word + 3 + len : NULL;
    size_t number;

    if (!option) {
        const char **names = arena_alloc(&parse->cli->arena, (parse->n + cli_n_globals) * sizeof *names);
        size_t n = 0;
        const char *nearest;

        for (size_t k = 0; k < parse->n; k++)
            if (!(parse->options[k].flags & ALM_ARGUMENT))
                names[n++] = parse->options[k].name;
        for (size_t k = 0; k < cli_n_globals; k++)
            names[n++] = cli_globals[k].name;
        nearest = error_nearest(word + 2, names, n);
        if (nearest)
            return usage(parse, err, _("unknown option %s; did you mean --%s?"), word, nearest);
        return usage(parse, err, _("unknown option %s%s"), word, "");
    }
    number = (size_t)(option - parse->options);
    if (option->type == ALM_BOOL) {
        if (value)
            return usage(parse, err, _("--%s takes no value%s"), option->name, "");
        value = "yes";
    } else if (!value) {
        if (*i + 1 >= argc)
            return usage(parse, err, _("--%s needs a value: %s"), option->name,
                         option->value ? option->value : _("VALUE"));
        value = argv[++*i];
    }
    if (parse->at[number].count && !(option->flags & ALM_REPEATED))
        return usage(parse, err, _("--%s was given twice%s"), option->name, "");
    return add_value(parse, number, value, true, err);
}

/* The next positional row that takes a word; parse->n if there is none. */
static size_t next_argument(const struct parse *parse)
{
    for (size_t i = 0; i < parse->n; i++)
        if ((parse->options[i].flags & ALM_ARGUMENT) &&
            (!parse->at[i].count || (parse->options[i].flags & ALM_REPEATED)))
            return i;
    return parse->n;
}

/* -5 or -۵: options are letters, so it is what a command has to judge. */
static bool is_negative(const char *word)
{
    return word[0] == '-' && ((word[1] >= '0' && word[1] <= '9') || (unsigned char)word[1] >= 0x80);
}

enum alm_status cli_parse(struct cli *cli, const struct alm_option *options, size_t n, const char *path, int argc,
                          char **argv, struct alm_args *args, struct alm_error *err)
{
    struct parse parse = {.cli = cli, .options = options, .n = n, .path = path};
    bool only_arguments = false;
    enum alm_status status = ALM_OK;

    parse.at = arena_alloc(&cli->arena, (n + 1) * sizeof *parse.at);
    for (int i = 0; i < argc && status == ALM_OK; i++) {
        if (!only_arguments && strcmp(argv[i], "--") == 0) {
            only_arguments = true;
        } else if (!only_arguments && argv[i][0] == '-' && argv[i][1] == '-') {
            status = parse_option(&parse, argv[i], &i, argc, argv, err);
        } else if (!only_arguments && argv[i][0] == '-' && argv[i][1] && !is_negative(argv[i])) {
            status = usage(&parse, err, _("unknown option %s%s"), argv[i], "");
        } else {
            size_t number = next_argument(&parse);

            if (number == n)
                status = usage(&parse, err, _("'%s' is one word too many%s"), argv[i], "");
            else
                status = add_value(&parse, number, argv[i], true, err);
        }
    }
    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        if (parse.at[i].count)
            continue;
        if (options[i].fallback)
            status = add_value(&parse, i, options[i].fallback, false, err);
        else if (options[i].flags & ALM_REQUIRED)
            status =
                usage(&parse, err, options[i].flags & ALM_ARGUMENT ? _("%s is missing%s") : _("--%s is missing%s"),
                      options[i].flags & ALM_ARGUMENT && options[i].value ? options[i].value : options[i].name, "");
    }
    *args = (struct alm_args){options, n, parse.at};
    return status;
}

enum alm_status cli_limit(const struct alm_args *args, int64_t *limit, struct alm_error *err)
{
    *limit = alm_arg_number(args, "limit", 0);
    return *limit >= 0 ? ALM_OK : error_set(err, ALM_USAGE, _("0 is all"), _("--limit: a number from 0 on is needed"));
}
