/* SPDX-License-Identifier: MIT */
/* --help at every level, from the tables that dispatch uses. */
#include "cli/cli.h"

static void print_row(FILE *out, const char *left, const char *right)
{
    if (strlen(left) > 26)
        fprintf(out, "  %s\n  %-26s %s\n", left, "", right);
    else
        fprintf(out, "  %-26s %s\n", left, right);
}

void cli_help(struct cli *cli)
{
    fprintf(cli->out,
            _("almoner: one register, one ledger, one report for relief aid; every kind of aid is a plug-in\n\n"
              "usage: almoner NOUN VERB [ARGUMENTS] [OPTIONS]\n\nnouns:\n"));
    for (size_t i = 0; cli_nouns[i]; i++)
        print_row(cli->out, cli_nouns[i]->name, _(cli_nouns[i]->summary));
    print_row(cli->out, _("PROGRAMME"), _("the commands of a programme: almoner PROGRAMME --help"));
    fprintf(cli->out, _("\noptions of every command:\n"));
    for (size_t i = 0; i < cli_n_globals; i++) {
        char left[64];

        if (cli_globals[i].flags & ALM_HIDDEN)
            continue;
        snprintf(left, sizeof left, "--%s%s%s", cli_globals[i].name, cli_globals[i].value ? " " : "",
                 cli_globals[i].value ? cli_globals[i].value : "");
        print_row(cli->out, left, _(cli_globals[i].help));
    }
    fprintf(cli->out, _("\n`almoner NOUN --help` lists its verbs, `almoner NOUN VERB --help` what one takes.\n"));
}

void cli_help_noun(struct cli *cli, const char *noun, const char *summary, const struct alm_command *commands, size_t n,
                   const struct alm_report *reports, size_t n_reports)
{
    fprintf(cli->out, _("almoner %s: %s\n\nverbs:\n"), noun, _(summary));
    for (size_t i = 0; i < n; i++)
        print_row(cli->out, commands[i].name, _(commands[i].summary));
    if (n_reports) {
        fprintf(cli->out, _("\nreports (almoner report %s NAME):\n"), noun);
        for (size_t i = 0; i < n_reports; i++)
            print_row(cli->out, reports[i].name, _(reports[i].summary));
    }
    fprintf(cli->out, _("\n`almoner %s VERB --help` shows what a verb takes.\n"), noun);
}

static void usage_line(struct cli *cli, const char *noun, const struct alm_command *command)
{
    bool options = false;

    fprintf(cli->out, _("usage: almoner %s%s%s"), noun, command->name[0] ? " " : "", command->name);
    for (size_t i = 0; i < command->n_options; i++) {
        const struct alm_option *option = &command->options[i];
        const char *value = option->value ? option->value : option->name;

        if (option->flags & ALM_ARGUMENT)
            fprintf(cli->out, option->flags & ALM_REQUIRED ? " %s%s" : " [%s%s]", value,
                    option->flags & ALM_REPEATED ? "..." : "");
        else if (option->flags & ALM_REQUIRED)
            fprintf(cli->out, " --%s %s", option->name, value);
        else
            options = true;
    }
    fputs(options ? _(" [OPTIONS]\n") : "\n", cli->out);
}

static void option_row(struct cli *cli, const struct alm_option *option)
{
    struct strbuf left = {0}, right = {0};

    if (option->flags & ALM_ARGUMENT)
        strbuf_adds(&left, option->value ? option->value : option->name);
    else
        strbuf_addf(&left, "--%s%s%s", option->name, option->type == ALM_BOOL ? "" : " ",
                    option->type == ALM_BOOL ? ""
                    : option->value          ? option->value
                                             : _("VALUE"));
    strbuf_adds(&right, option->help ? _(option->help) : "");
    if (option->choices) {
        strbuf_adds(&right, _(": "));
        for (size_t i = 0; option->choices[i]; i++)
            strbuf_addf(&right, "%s%s", i ? ", " : "", option->choices[i]);
    }
    if (option->fallback)
        strbuf_addf(&right, _(" (default: %s)"), option->fallback);
    if (option->flags & ALM_REPEATED)
        strbuf_adds(&right, _(" (may be given several times)"));
    print_row(cli->out, left.at, right.at ? right.at : "");
    strbuf_release(&left);
    strbuf_release(&right);
}

void cli_help_command(struct cli *cli, const char *noun, const struct alm_command *command)
{
    fprintf(cli->out, "almoner %s%s%s: %s\n\n", noun, command->name[0] ? " " : "", command->name, _(command->summary));
    usage_line(cli, noun, command);
    if (command->n_options) {
        fputc('\n', cli->out);
        for (size_t i = 0; i < command->n_options; i++)
            if (!(command->options[i].flags & ALM_HIDDEN))
                option_row(cli, &command->options[i]);
    }
    if (command->examples) {
        fputs(_("\nexamples:\n"), cli->out);
        for (const char *at = command->examples; *at; at += strcspn(at, "\n"), at += *at == '\n')
            fprintf(cli->out, "  almoner %.*s\n", (int)strcspn(at, "\n"), at);
    }
}
