/* SPDX-License-Identifier: MIT */
/* What people see on standard error: messages, errors, progress, questions. */
#include "cli/cli.h"

#include <stdlib.h>
#include <unistd.h>

static void end_progress(struct cli *cli)
{
    if (cli->progress_shown)
        fputs("\r\033[K", cli->err);
    cli->progress_shown = false;
}

static void message(struct cli *cli, const char *prefix, const char *format, va_list args)
{
    char *text = NULL;

    if (vasprintf(&text, format, args) < 0)
        return;
    strbuf_addf(&cli->held, "%s%s\n", prefix, text);
    free(text);
    if (!cli->holding)
        cli_held(cli, true);
}

void cli_held(struct cli *cli, bool print)
{
    if (print && cli->held.len) {
        end_progress(cli);
        fputs(cli->held.at, cli->err);
    }
    strbuf_reset(&cli->held);
}

void cli_say(struct cli *cli, const char *format, ...)
{
    va_list args;

    if (cli->quiet)
        return;
    va_start(args, format);
    message(cli, "", format, args);
    va_end(args);
}

void cli_warn(struct cli *cli, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    message(cli, _("warning: "), format, args);
    va_end(args);
}

void cli_error(struct cli *cli, const struct alm_error *err)
{
    end_progress(cli);
    fprintf(cli->err, "almoner: %s\n", err->text[0] ? err->text : _("failed without saying why"));
    if (err->hint[0])
        fprintf(cli->err, "  %s\n", err->hint);
}

static void terminal_say(void *context, const char *text)
{
    cli_say(context, "%s", text);
}

static void terminal_warn(void *context, const char *text)
{
    cli_warn(context, "%s", text);
}

static void terminal_log(void *context, enum alm_log_level level, const char *text)
{
    struct cli *cli = context;

    if (level == ALM_LOG_WARNING)
        cli_warn(cli, "%s", text);
    else if (cli->verbose)
        cli_say(cli, "%s", text);
}

static void terminal_progress(void *context, int64_t done, int64_t total)
{
    struct cli *cli = context;

    if (cli->quiet || !isatty(fileno(cli->err)))
        return;
    if (total > 0)
        fprintf(cli->err, "\r%3lld %%", (long long)(done * 100 / total));
    else
        fprintf(cli->err, _("\r%lld bytes"), (long long)done);
    fflush(cli->err);
    cli->progress_shown = true;
}

struct host_terminal cli_terminal(struct cli *cli)
{
    return (struct host_terminal){cli, terminal_say, terminal_warn, terminal_log, terminal_progress};
}

enum alm_status cli_confirm(struct cli *cli, const char *question, struct alm_error *err)
{
    char answer[16] = "";

    if (cli->yes || cli->dry_run)
        return ALM_OK;
    if (cli->no_input || !isatty(STDIN_FILENO))
        return error_set(err, ALM_USAGE, _("add --yes if you mean it"),
                         _("this cannot be undone, and there is nobody to ask: %s"), question);
    cli_held(cli, true);
    end_progress(cli);
    fprintf(cli->err, _("%s [y/N] "), question);
    fflush(cli->err);
    if (!fgets(answer, sizeof answer, stdin) || (answer[0] != 'y' && answer[0] != 'Y'))
        return error_set(err, ALM_REFUSED, NULL, _("left as it was"));
    cli->yes = true; /* once is enough, should the transaction run again */
    return ALM_OK;
}
