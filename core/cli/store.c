/* SPDX-License-Identifier: MIT */
/* `almoner store`: copies of all that there is, and upkeep. */
#include "cli/cli.h"

static enum alm_status run_backup(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct cli *cli = state;
    struct store *store;
    enum alm_status status = cli_store(cli, &store, err);

    (void)host;
    if (status == ALM_OK)
        status = store_backup(store, alm_arg_text(args, "file"), err);
    if (status == ALM_OK)
        cli_say(cli, _("backed up to %s, and checked"), alm_arg_text(args, "file"));
    return status;
}

static enum alm_status run_restore(const struct alm_host *host, void *state, const struct alm_args *args,
                                   struct alm_error *err)
{
    struct cli *cli = state;
    const char *file = alm_arg_text(args, "file");
    struct store *store;
    enum alm_status status = host_store(cli->host, HOST_CREATE | HOST_UNCHECKED, &store, err);

    (void)host;
    if (status == ALM_OK)
        status = cli_confirm(cli, arena_printf(&cli->arena, _("replace all that the store holds by %s?"), file), err);
    if (status != ALM_OK || cli->dry_run)
        return status;
    status = store_restore(store, file, err);
    if (status == ALM_OK)
        cli_say(cli, _("restored from %s"), file);
    /* What keeps this from being written down is told, with the mend: an older schema, say. */
    if (status == ALM_OK)
        status = cli_store(cli, &store, err);
    cli->entry.subject = file;
    return status == ALM_OK ? cli_restored(cli, store, err) : status;
}

static enum alm_status run_tidy(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    struct ledger *ledger;
    int64_t folded = 0;
    enum alm_status status = host_ledger(cli->host, &ledger, err);

    (void)host, (void)args;
    if (status == ALM_OK)
        status = ledger_tidy(ledger, &folded, err);
    cli->entry.changed = folded;
    if (status == ALM_OK)
        cli_say(cli, ngettext("%lld row folded", "%lld rows folded", (unsigned long)folded), (long long)folded);
    return status;
}

/* ---- copy ---- */

static const struct alm_column copied_columns[] = {
    CLI_COLUMN("table", N_("table"), ALM_STRING),
    {.name = "read", .title = N_("rows read"), .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "written", .title = N_("rows written"), .type = ALM_INT, .flags = ALM_TOTAL}};

static enum alm_status tell_tables(struct cli *cli, const struct host_copy *copy, struct alm_error *err)
{
    const size_t n = COUNT_OF(copied_columns) - (cli->dry_run ? 1 : 0);
    enum alm_status status = report_begin(cli->report, NULL, copied_columns, n, err);

    for (size_t i = 0; i < copy->n_tables && status == ALM_OK; i++) {
        const struct store_copied *table = &copy->tables[i];
        const struct alm_value row[] = {alm_string(table->table), alm_number(table->read), alm_number(table->written)};

        status = report_row(cli->report, row, err);
    }
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static enum alm_status run_copy(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    struct host_copy copy = {.from = alm_arg_text(args, "from"), .to = alm_arg_text(args, "to"), .arena = &cli->arena};
    enum alm_status status = host_copy(cli->host, &copy, &cli->entry, err);

    (void)host;
    if (status != ALM_OK)
        return status;
    if (cli->dry_run && copy.begun)
        cli_say(cli, _("an earlier run has begun this copy: the next one goes on"));
    status = tell_tables(cli, &copy, err);
    if (status == ALM_OK && cli->dry_run)
        cli_say(cli, _("dry run: nothing was written"));
    else if (status == ALM_OK)
        cli_say(cli,
                _("copied, and every table compared: %s\nto use it, name its plug-in in almoner.ini under [store]"),
                copy.target);
    return status;
}

static const struct alm_option copy_options[] = {
    {.name = "from",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .value = "CONNECTION",
     .help =
         N_("the source: store-sqlite:FILE, postgresql://..., or a store plug-in whose section stands in almoner.ini")},
    {.name = "to",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .value = "CONNECTION",
     .help = N_("the target: empty, or a copy that was not finished. Stop what writes to the source meanwhile")}};

static const struct alm_option file_options[] = {{.name = "file",
                                                  .type = ALM_STRING,
                                                  .flags = ALM_ARGUMENT | ALM_REQUIRED,
                                                  .value = "FILE",
                                                  .help = N_("the copy")}};
static const struct alm_command store_commands[] = {
    {"backup", N_("write a checked copy of the whole store, while others work"), file_options, COUNT_OF(file_options),
     CLI_WHOLE, run_backup, "store backup almoner-backup-$(date +%F).db"},
    {"restore", N_("put a copy back in the place of the store"), file_options, COUNT_OF(file_options), CLI_CHANGES,
     run_restore, "store restore almoner-backup.db --yes"},
    {"copy", N_("copy a whole campaign into another store, of any engine; repeated, it goes on where it ended"),
     copy_options, COUNT_OF(copy_options), CLI_WHOLE, run_copy,
     "store copy --from store-sqlite --to store-sqlite:copy.db"},
    {"tidy", N_("fold what several writers counted apart from each other; reports stay the same, and get faster"), NULL,
     0, ALM_WRITES, run_tidy, "store tidy"},
};
extern const struct cli_noun cli_store_noun;
const struct cli_noun cli_store_noun = {"store", N_("backup, restore, copies, upkeep"), store_commands,
                                        COUNT_OF(store_commands)};
