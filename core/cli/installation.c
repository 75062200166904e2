/* SPDX-License-Identifier: MIT */
/* init, status, version: the installation as a whole. */
#include "cli/cli.h"

static void tell_migrated(void *context, const struct store_migrated *done)
{
    struct cli *cli = context;

    if (done->from == done->to)
        cli_say(cli, _("schema of %s: version %u, nothing to do"), done->owner, done->to);
    else if (done->from == 0)
        cli_say(cli, _("schema of %s: made, version %u"), done->owner, done->to);
    else
        cli_say(cli, _("schema of %s: upgraded from version %u to %u"), done->owner, done->from, done->to);
}

static enum alm_status run_init(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    char where[256];
    enum alm_status status;

    (void)host;
    status = host_init(cli->host, alm_arg(args, "test")->count > 0, tell_migrated, cli, err);
    if (status != ALM_OK)
        return status;
    store_describe(host_store_if_open(cli->host), where, sizeof where);
    cli_say(cli, _("the store is ready: %s"), where);
    return ALM_OK;
}

static const struct alm_option init_options[] = {
    {.name = "test", .type = ALM_BOOL, .help = N_("make a store for tests, in which --now may fix the clock")}};
static const struct alm_command init_commands[] = {
    {"", N_("create the store, or upgrade it to this version; may be repeated"), init_options, COUNT_OF(init_options),
     CLI_CHANGES, run_init, "init"}};
extern const struct cli_noun cli_init;
const struct cli_noun cli_init = {"init", N_("create or upgrade the store"), init_commands, COUNT_OF(init_commands)};

/* ---- status ---- */

static enum alm_status status_schemas(struct cli *cli, struct store *store, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(
        store, &stmt, err, "SELECT owner, MAX(version)\nFROM store_migration\nGROUP BY owner\nORDER BY owner", "");

    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct cli_fact fact = {
            arena_printf(&cli->arena, _("schema %s"), store_string(stmt, 0)), ALM_STRING,
            alm_string(arena_printf(&cli->arena, _("version %lld"), (long long)store_int(stmt, 1)))};

        status = cli_facts_add(cli, &fact, 1, err);
    }
    return status;
}

static enum alm_status run_status(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct cli *cli = state;
    const struct conf *conf = host_conf(cli->host);
    int64_t households = 0, persons = 0, places = 0, lines = 0, refusals = 0, held = 0, bytes;
    struct store *store;
    struct ledger *ledger;
    struct strbuf names = {0};
    char where[256];
    enum alm_status status;

    (void)host, (void)args;
    status = cli_store(cli, &store, err);
    if (status == ALM_OK)
        status = host_ledger(cli->host, &ledger, err);
    if (status == ALM_OK)
        status = register_counts(store, &households, &persons, &places, err);
    if (status == ALM_OK)
        status = ledger_counts(ledger, &lines, &refusals, &held, err);
    if (status == ALM_OK)
        status = cli_facts_begin(cli, _("almoner"), err);
    if (status != ALM_OK)
        return status;
    for (size_t i = 0; i < conf->n_programmes; i++)
        if (conf->programmes[i].core->enabled)
            strbuf_addf(&names, "%s%s", names.len ? ", " : "", conf->programmes[i].name);
    store_describe(store, where, sizeof where);
    bytes = store_bytes(store);
    const struct cli_fact installed[] = {
        {_("configuration"), ALM_STRING, alm_string(conf->file)},
        {_("store"), ALM_STRING, alm_string(where)},
        {_("store size"), ALM_STRING,
         bytes ? alm_string(arena_printf(&cli->arena, "%.1f MiB", (double)bytes / 1048576.0)) : alm_null()}};
    const struct cli_fact kept[] = {{_("programmes enabled"), ALM_STRING, alm_string(names.at ? names.at : _("none"))},
                                    {_("households"), ALM_INT, alm_number(households)},
                                    {_("persons"), ALM_INT, alm_number(persons)},
                                    {_("places"), ALM_INT, alm_number(places)},
                                    {_("ledger lines"), ALM_INT, alm_number(lines)},
                                    {_("refusals kept"), ALM_INT, alm_number(refusals)},
                                    {_("held, to be decided"), ALM_INT, alm_number(held)}};

    status = cli_facts_add(cli, installed, COUNT_OF(installed), err);
    if (status == ALM_OK)
        status = status_schemas(cli, store, err);
    if (status == ALM_OK)
        status = cli_facts_add(cli, kept, COUNT_OF(kept), err);
    strbuf_release(&names);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static const struct alm_command status_commands[] = {
    {"", N_("show the store, schema versions, programmes and counts"), NULL, 0, ALM_READS, run_status, "status"}};
extern const struct cli_noun cli_status;
const struct cli_noun cli_status = {"status", N_("store, schema versions, programmes, counts"), status_commands,
                                    COUNT_OF(status_commands)};

/* ---- version ---- */

static enum alm_status run_version(const struct alm_host *host, void *state, const struct alm_args *args,
                                   struct alm_error *err)
{
    struct cli *cli = state;

    (void)host, (void)args, (void)err;
    fprintf(cli->out, _("almoner %s (plug-in interface %d.%d)\n"), ALMONER_VERSION, ALM_ABI_MAJOR, ALM_ABI_MINOR);
    return ALM_OK;
}

static const struct alm_command version_commands[] = {
    {"", N_("print the versions of the program and of the plug-in interface"), NULL, 0, ALM_NO_STORE, run_version,
     "version"}};
extern const struct cli_noun cli_version;
const struct cli_noun cli_version = {"version", N_("print versions"), version_commands, COUNT_OF(version_commands)};
