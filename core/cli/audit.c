/* SPDX-License-Identifier: MIT */
/* `almoner audit` and `almoner store`: is the ledger what it says, and is the store safe? */
#include "cli/cli.h"

static void tell_fault(void *context, const char *text)
{
    cli_warn(context, "%s", text);
}

enum alm_status cli_seal_files(struct cli *cli, const char **seals, const char **key, struct alm_error *err)
{
    enum alm_status status = host_state_file(cli->host, "seals", seals, err);

    return status == ALM_OK ? host_state_file(cli->host, "seal.key", key, err) : status;
}

static enum alm_status run_verify(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct cli *cli = state;
    const struct host_terminal terminal = cli_terminal(cli);
    const char *seals, *key;
    int64_t lines = 0, faults = 0, movements = 0, stock_faults = 0, sealed = 0, unsealed = 0;
    struct store *store;
    struct stock *stock;
    struct ledger *ledger;
    enum alm_status status = cli_store(cli, &store, err);

    (void)host, (void)args;
    if (status == ALM_OK)
        status = store_check(store, err);
    if (status == ALM_OK)
        status = host_ledger(cli->host, &ledger, err);
    if (status == ALM_OK)
        status = ledger_verify(ledger, tell_fault, cli, &lines, &faults, terminal.progress, err);
    if (status == ALM_OK)
        status = host_stock(cli->host, &stock, err);
    if (status == ALM_OK)
        status = stock_verify(stock, tell_fault, cli, &movements, &stock_faults, err);
    if (status == ALM_OK)
        status = cli_seal_files(cli, &seals, &key, err);
    if (status == ALM_OK)
        status = store_seal_verify(store, seals, key, &sealed, &unsealed, err);
    if (status != ALM_OK)
        return status;
    cli_say(cli, _("%lld ledger lines recounted, %lld differences; journal: %lld entries sealed, %lld not yet sealed"),
            (long long)lines, (long long)faults, (long long)sealed, (long long)unsealed);
    if (movements || stock_faults)
        cli_say(cli, _("%lld stock movements recounted, %lld differences"), (long long)movements,
                (long long)stock_faults);
    if (faults)
        return error_set(err, ALM_BAD_DATA, _("restore a backup, and find out who wrote to the store past almoner"),
                         _("the ledger and what is kept beside it differ in %lld places"), (long long)faults);
    if (stock_faults)
        return error_set(err, ALM_BAD_DATA, _("restore a backup, and find out who wrote to the store past almoner"),
                         _("the stock's movements and its balances differ in %lld places"), (long long)stock_faults);
    return ALM_OK;
}

static enum alm_status run_seal(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    const char *seals, *key;
    int64_t sealed = 0;
    struct store *store;
    enum alm_status status = cli_store(cli, &store, err);

    (void)host, (void)args;
    if (status == ALM_OK)
        status = cli_seal_files(cli, &seals, &key, err);
    if (status == ALM_OK)
        status = store_seal(store, seals, key, &sealed, err);
    if (status == ALM_OK)
        cli_say(cli, _("%lld journal entries sealed; the heads are in %s"), (long long)sealed, seals);
    return status;
}

static const struct alm_command audit_commands[] = {
    {"verify", N_("recount everything from the ledger's lines, and check the journal's seals"), NULL, 0, 0, run_verify,
     "audit verify"},
    {"seal", N_("chain the journal's new entries, and keep the head outside the store"), NULL, 0, 0, run_seal,
     "audit seal"},
};
extern const struct cli_noun cli_audit;
const struct cli_noun cli_audit = {"audit", N_("verify the ledger, seal the journal"), audit_commands,
                                   COUNT_OF(audit_commands)};

/* ---- store ---- */

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
    if (status == ALM_OK && !cli->dry_run)
        status = store_restore(store, file, err);
    if (status == ALM_OK)
        cli_say(cli, _("restored from %s"), file);
    return status;
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

static const struct alm_option file_options[] = {{.name = "file",
                                                  .type = ALM_STRING,
                                                  .flags = ALM_ARGUMENT | ALM_REQUIRED,
                                                  .value = "FILE",
                                                  .help = N_("the copy")}};
static const struct alm_command store_commands[] = {
    {"backup", N_("write a checked copy of the whole store, while others work"), file_options, COUNT_OF(file_options),
     0, run_backup, "store backup almoner-backup-$(date +%F).db"},
    {"restore", N_("put a copy back in the place of the store"), file_options, COUNT_OF(file_options), 0, run_restore,
     "store restore almoner-backup.db --yes"},
    {"tidy", N_("fold what several writers counted apart from each other; reports stay the same, and get faster"), NULL,
     0, ALM_WRITES, run_tidy, "store tidy"},
};
extern const struct cli_noun cli_store_noun;
const struct cli_noun cli_store_noun = {"store", N_("backup, restore, upkeep"), store_commands, COUNT_OF(store_commands)};
