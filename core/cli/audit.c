/* SPDX-License-Identifier: MIT */
/* `almoner audit`: is the ledger what it says, and who wrote to it? */
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
    int64_t lines = 0, faults = 0, movements = 0, stock_faults = 0, n_cases = 0, case_faults = 0, n_plans = 0,
            plan_faults = 0, sealed = 0, unsealed = 0;
    struct store *store;
    struct stock *stock;
    const struct cases *cases;
    const struct plans *plans;
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
        status = host_cases(cli->host, &cases, err);
    if (status == ALM_OK)
        status = cases_verify(cases, tell_fault, cli, &n_cases, &case_faults, err);
    if (status == ALM_OK)
        status = host_plans(cli->host, &plans, err);
    if (status == ALM_OK)
        status = plan_verify(plans, tell_fault, cli, &n_plans, &plan_faults, err);
    if (status != ALM_OK)
        return status;
    cli_say(cli, _("%lld ledger lines recounted, %lld differences"), (long long)lines, (long long)faults);
    if (movements || stock_faults)
        cli_say(cli, _("%lld stock movements recounted, %lld differences"), (long long)movements,
                (long long)stock_faults);
    if (n_cases || case_faults)
        cli_say(cli, _("%lld cases gone over, %lld differences"), (long long)n_cases, (long long)case_faults);
    if (n_plans || plan_faults)
        cli_say(cli, _("%lld plans gone over, %lld differences"), (long long)n_plans, (long long)plan_faults);
    status = cli_seal_files(cli, &seals, &key, err);
    if (status == ALM_OK)
        status = store_seal_verify(store, seals, key, &sealed, &unsealed, err);
    if (status != ALM_OK)
        return status;
    cli_say(cli, _("journal: %lld entries sealed, %lld not yet sealed"), (long long)sealed, (long long)unsealed);
    if (faults)
        return error_set(err, ALM_BAD_DATA, _("restore a backup, and find out who wrote to the store past almoner"),
                         _("the ledger and what is kept beside it differ in %lld places"), (long long)faults);
    if (stock_faults)
        return error_set(err, ALM_BAD_DATA, _("restore a backup, and find out who wrote to the store past almoner"),
                         _("the stock's movements and its balances differ in %lld places"), (long long)stock_faults);
    if (case_faults)
        return error_set(err, ALM_BAD_DATA, _("restore a backup, and find out who wrote to the store past almoner"),
                         _("cases, their steps and their deliveries differ in %lld places"), (long long)case_faults);
    if (plan_faults)
        return error_set(err, ALM_BAD_DATA, _("restore a backup, and find out who wrote to the store past almoner"),
                         _("plans, their lines and their deliveries differ in %lld places"), (long long)plan_faults);
    return ALM_OK;
}

static enum alm_status no_work(struct cli *cli, void *context, struct alm_error *err)
{
    (void)cli, (void)context, (void)err;
    return ALM_OK;
}

enum alm_status cli_restored(struct cli *cli, struct store *store, struct alm_error *err)
{
    const char *seals, *key;
    enum alm_status status = cli_seal_files(cli, &seals, &key, err);

    if (status == ALM_OK)
        status = store_seal_restored(store, seals, key, err);
    return status == ALM_OK ? cli_write(cli, no_work, NULL, err) : status;
}

static enum alm_status run_seal(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    static const char question[] = N_("was a backup put back, so that what was sealed after it holds no more?");
    struct cli *cli = state;
    const char *seals, *key;
    int64_t sealed = 0;
    struct store *store;
    enum alm_status status = cli_store(cli, &store, err);

    (void)host;
    if (status == ALM_OK && alm_arg(args, "restored")->given) {
        status = cli_confirm(cli, _(question), err);
        if (status == ALM_OK)
            status = cli_restored(cli, store, err);
    }
    if (status == ALM_OK)
        status = cli_seal_files(cli, &seals, &key, err);
    if (status == ALM_OK)
        status = store_seal(store, seals, key, &sealed, err);
    if (status == ALM_OK)
        cli_say(cli, _("%lld journal entries sealed; the heads are in %s"), (long long)sealed, seals);
    return status;
}

static const struct alm_option seal_options[] = {
    {.name = "restored",
     .type = ALM_BOOL,
     .help = N_("a backup was put back past almoner: the chain goes on from where it ends there")}};
static const struct alm_command audit_commands[] = {
    {"verify", N_("recount everything from the ledger's lines, and check the journal's seals"), NULL, 0, CLI_WHOLE,
     run_verify, "audit verify"},
    {"seal", N_("chain the journal's new entries, and keep the head outside the store"), seal_options,
     COUNT_OF(seal_options), CLI_WHOLE, run_seal, "audit seal"},
};
extern const struct cli_noun cli_audit;
const struct cli_noun cli_audit = {"audit", N_("verify the ledger, seal the journal"), audit_commands,
                                   COUNT_OF(audit_commands)};
