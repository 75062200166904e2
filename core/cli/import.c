/* SPDX-License-Identifier: MIT */
/* What all imports of the command line share: options in, counts out. */
#include "cli/cli.h"

enum alm_status cli_store(struct cli *cli, struct store **store, struct alm_error *err)
{
    return host_store(cli->host, 0, store, err);
}

enum alm_status cli_directory(struct cli *cli, struct register_directory **directory, struct alm_error *err)
{
    return host_directory(cli->host, directory, err);
}

const char *const *cli_map(struct cli *cli, const struct alm_args *args)
{
    const struct alm_arg *map = alm_arg(args, "map");
    const char **pairs = arena_alloc(&cli->arena, ((map ? map->count : 0) + 1) * sizeof *pairs);

    for (size_t i = 0; map && i < map->count; i++)
        pairs[i] = map->values[i].text;
    return pairs;
}

static void tell_unread(void *context, const char *headers)
{
    struct strbuf text = {0};

    import_unread_text(headers, &text);
    cli_warn(context, "%s", text.at);
    strbuf_release(&text);
}

static const char *what_to_mend(struct cli *cli, const struct import_counts *counts)
{
    if (counts->refused || counts->held)
        return arena_printf(&cli->arena,
                            _("mend them in the rejects file and import that; %lld of the other rows were "
                              "refused or are held, and the rest are in"),
                            (long long)(counts->refused + counts->held));
    return _("mend them in the rejects file and import that; all other rows are in");
}

enum alm_status cli_import(struct cli *cli, struct import *import, struct import_counts *counts, struct alm_error *err)
{
    const struct host_terminal terminal = cli_terminal(cli);
    struct strbuf text = {0};
    char rejects[4096] = "";
    int64_t resumed = 0;
    struct store *store;
    enum alm_status status;

    import->dry_run = cli->dry_run;
    import->progress = terminal.progress;
    import->progress_context = terminal.context;
    import->unread = tell_unread;
    import->unread_context = cli;
    status = cli_store(cli, &store, err);
    if (status == ALM_OK)
        status = import_run(store, import, counts, rejects, sizeof rejects, &resumed, err);
    if (status != ALM_OK)
        return status;
    if (resumed)
        cli_say(cli, _("resumed at line %lld, where the last run of this file stopped"), (long long)resumed);
    import_counts_text(counts, &text);
    cli_say(cli, "%s", text.at);
    strbuf_release(&text);
    if (cli->dry_run)
        cli_say(cli, rejects[0] ? _("dry run: nothing was written to the store, only the file of rejected rows")
                                : _("dry run: nothing was written"));
    if (rejects[0])
        cli_say(cli,
                cli->dry_run ? _("rows that would not get in, with reasons: %s")
                             : _("rows that did not get in, with reasons: %s"),
                rejects);
    if (counts->rejected)
        return error_set(
            err, ALM_BAD_DATA, cli->dry_run || import->answer ? NULL : what_to_mend(cli, counts),
            ngettext("%lld row of %s was rejected", "%lld rows of %s were rejected", (unsigned long)counts->rejected),
            (long long)counts->rejected, import->file);
    return ALM_OK;
}

enum alm_status cli_tell_word(struct cli *cli, const char *outcome, struct alm_error *err)
{
    static const struct alm_column columns[] = {CLI_COLUMN("outcome", N_("outcome"), ALM_STRING)};
    const struct alm_value row[] = {alm_string(outcome)};
    enum alm_status status = report_begin(cli->report, NULL, columns, COUNT_OF(columns), err);

    if (status == ALM_OK)
        status = report_row(cli->report, row, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

enum alm_status cli_tell_outcome(struct cli *cli, enum import_outcome outcome, struct alm_error *err)
{
    cli->entry.added = outcome == IMPORT_ADDED;
    cli->entry.changed = outcome == IMPORT_CHANGED;
    return cli_tell_word(cli,
                         outcome == IMPORT_ADDED     ? _("added")
                         : outcome == IMPORT_CHANGED ? _("changed")
                                                     : _("there already"),
                         err);
}
