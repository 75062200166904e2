/* SPDX-License-Identifier: MIT */
/* --help at every level, from the tables that dispatch uses. */
#include "cli/cli.h"

enum { LEFT_COLUMN = 26, NOUN_EXAMPLES = 4 };

static void print_row(FILE *out, const char *left, const char *right)
{
    if (strlen(left) > LEFT_COLUMN)
        fprintf(out, "  %s\n  %-26s %s\n", left, "", right);
    else
        fprintf(out, "  %-26s %s\n", left, right);
}

/* ---- what help, manual pages and completion say of a command ---- */

const char *cli_command_path(struct cli *cli, const char *noun, const struct alm_command *command)
{
    return arena_printf(&cli->arena, "%s%s%s", noun, command->name[0] ? " " : "", command->name);
}

void cli_usage(struct strbuf *out, const struct alm_command *command)
{
    bool options = false;

    for (size_t i = 0; i < command->n_options; i++) {
        const struct alm_option *option = &command->options[i];
        const char *value = option->value ? option->value : option->name;

        if (option->flags & ALM_ARGUMENT)
            strbuf_addf(out, option->flags & ALM_REQUIRED ? " %s%s" : " [%s%s]", value,
                        option->flags & ALM_REPEATED ? "..." : "");
        else if (option->flags & ALM_REQUIRED)
            strbuf_addf(out, " --%s %s", option->name, value);
        else if (!(option->flags & ALM_HIDDEN))
            options = true;
    }
    if (options)
        strbuf_adds(out, _(" [OPTIONS]"));
}

void cli_option_label(struct strbuf *out, const struct alm_option *option)
{
    if (option->flags & ALM_ARGUMENT)
        strbuf_adds(out, option->value ? option->value : option->name);
    else if (option->type == ALM_BOOL)
        strbuf_addf(out, "--%s", option->name);
    else
        strbuf_addf(out, "--%s %s", option->name, option->value ? option->value : _("VALUE"));
}

/* In what a number is given, where its name cannot tell. */
static const char *unit_of(uint32_t type)
{
    switch (type) {
    case ALM_MONEY:
        return _("; in the campaign's currency");
    case ALM_QUANTITY:
        return _("; in the programme's unit");
    case ALM_DURATION:
        return _("; a number and a unit of time, such as 30 days");
    default:
        return "";
    }
}

void cli_option_text(struct strbuf *out, const struct alm_option *option)
{
    strbuf_adds(out, option->help ? _(option->help) : "");
    strbuf_adds(out, unit_of(option->type));
    if (option->choices) {
        strbuf_adds(out, _(": "));
        for (size_t i = 0; option->choices[i]; i++)
            strbuf_addf(out, "%s%s", i ? ", " : "", option->choices[i]);
    }
    if (option->fallback)
        strbuf_addf(out, _(" (default: %s)"), option->fallback);
    if (option->flags & ALM_REPEATED)
        strbuf_adds(out, _(" (may be given several times)"));
}

void cli_role_text(struct strbuf *out, const struct alm_command *command)
{
    if (!cli_roles_needed(command))
        return;
    strbuf_adds(out, _("needs the role "));
    cli_role_names(out, cli_roles_needed(command));
    strbuf_adds(out, _(", once [roles] in almoner.ini names somebody for it"));
}

static void option_row(struct cli *cli, const struct alm_option *option)
{
    struct strbuf label = {0}, text = {0};

    cli_option_label(&label, option);
    cli_option_text(&text, option);
    print_row(cli->out, label.at, text.at);
    strbuf_release(&label);
    strbuf_release(&text);
}

static void print_examples(struct cli *cli, const char *examples, size_t most)
{
    for (size_t n = 0; *examples && n < most; n++) {
        size_t len = strcspn(examples, "\n");

        fprintf(cli->out, "  almoner %.*s\n", (int)len, examples);
        examples += len + (examples[len] == '\n');
    }
}

/* ---- the levels ---- */

const char cli_examples[] = "status\nperson find فتحی\nreport --by area\nreport --by month,programme --output csv\n"
                            "meals --help\nplugin list";

void cli_help(struct cli *cli)
{
    fprintf(cli->out, "almoner: %s\n\n", _(cli_summary));
    fputs(_("usage: almoner NOUN VERB [ARGUMENTS] [OPTIONS]\n\nnouns:\n"), cli->out);
    for (size_t i = 0; cli_nouns[i]; i++)
        print_row(cli->out, cli_nouns[i]->name, _(cli_nouns[i]->summary));
    print_row(cli->out, _("PROGRAMME"), _("the commands of a programme: almoner PROGRAMME --help"));
    fputs(_("\noptions of every command:\n"), cli->out);
    for (size_t i = 0; i < cli_n_globals; i++)
        if (!(cli_globals[i].flags & ALM_HIDDEN))
            option_row(cli, &cli_globals[i]);
    fputs(_("\nexamples:\n"), cli->out);
    print_examples(cli, cli_examples, SIZE_MAX);
    fputs(_("\n`almoner NOUN --help` lists its verbs, `almoner NOUN VERB --help` what one takes.\n"), cli->out);
}

void cli_help_noun(struct cli *cli, const char *noun, const char *summary, const struct alm_command *commands, size_t n,
                   const struct alm_report *reports, size_t n_reports)
{
    size_t shown = 0;

    fprintf(cli->out, _("almoner %s: %s\n\nusage: almoner %s VERB [ARGUMENTS] [OPTIONS]\n\nverbs:\n"), noun, _(summary),
            noun);
    for (size_t i = 0; i < n; i++)
        print_row(cli->out, commands[i].name, _(commands[i].summary));
    if (n_reports) {
        fprintf(cli->out, _("\nreports (almoner report %s NAME):\n"), noun);
        for (size_t i = 0; i < n_reports; i++)
            print_row(cli->out, reports[i].name, _(reports[i].summary));
    }
    for (size_t i = 0; i < n && shown < NOUN_EXAMPLES; i++) {
        if (!commands[i].examples)
            continue;
        if (shown++ == 0)
            fputs(_("\nexamples:\n"), cli->out);
        print_examples(cli, commands[i].examples, 1);
    }
    fprintf(cli->out, _("\n`almoner %s VERB --help` shows what a verb takes.\n"), noun);
}

void cli_help_command(struct cli *cli, const char *noun, const struct alm_command *command, const struct cli_noun *core)
{
    const char *path = cli_command_path(cli, noun, command);
    struct strbuf usage = {0}, role = {0};

    cli_usage(&usage, command);
    fprintf(cli->out, _("almoner %s: %s\n\nusage: almoner %s%s\n"), path, _(command->summary), path,
            usage.at ? usage.at : "");
    strbuf_release(&usage);
    cli_role_text(&role, command);
    if (role.at)
        fprintf(cli->out, "\n%s\n", role.at);
    strbuf_release(&role);
    if (command->n_options) {
        fputc('\n', cli->out);
        for (size_t i = 0; i < command->n_options; i++)
            if (!(command->options[i].flags & ALM_HIDDEN))
                option_row(cli, &command->options[i]);
    }
    if (core && !command->name[0] && core->n_commands > 1)
        fputs(_("\nverbs:\n"), cli->out);
    for (size_t i = 0; core && !command->name[0] && i < core->n_commands; i++)
        if (core->commands[i].name[0])
            print_row(cli->out, core->commands[i].name, _(core->commands[i].summary));
    if (command->examples) {
        fputs(_("\nexamples:\n"), cli->out);
        print_examples(cli, command->examples, SIZE_MAX);
    }
    fputs(_("\n`almoner --help` lists the options of every command.\n"), cli->out);
}
