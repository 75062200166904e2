/* SPDX-License-Identifier: MIT */
/* `almoner match run`, `flags` and `decisions`: the register with itself.  Ids are shown, and no personal data. */
#include "cli/match.h"

/* ---- run ---- */

struct keeping {
    const struct match_register *of;
    struct match_found *found;
    struct match_run_counts *counts;
};

static enum alm_status keep(struct cli *cli, void *context, struct alm_error *err)
{
    const struct keeping *keeping = context;
    const enum alm_status status = match_keep(keeping->of, keeping->found, keeping->counts, err);
    cli->entry.added = keeping->counts->added;
    cli->entry.changed = keeping->counts->changed;
    cli->entry.removed = keeping->counts->cleared;
    return status;
}

static const struct alm_column run_columns[] = {
    CLI_COLUMN("persons", N_("persons"), ALM_INT),   CLI_COLUMN("compared", N_("of them compared"), ALM_INT),
    CLI_COLUMN("pairs", N_("pairs"), ALM_INT),       CLI_COLUMN("added", N_("new flags"), ALM_INT),
    CLI_COLUMN("changed", N_("changed"), ALM_INT),   CLI_COLUMN("cleared", N_("cleared"), ALM_INT),
    CLI_COLUMN("decided", N_("decided"), ALM_INT),   CLI_COLUMN("certain", N_("certain"), ALM_INT),
    CLI_COLUMN("doubtful", N_("doubtful"), ALM_INT), CLI_COLUMN("unsure", N_("unsure"), ALM_INT),
};

static enum alm_status tell_run(struct cli *cli, const struct match_run_counts *counts, struct alm_error *err)
{
    const struct alm_value row[COUNT_OF(run_columns)] = {alm_number(counts->persons),    alm_number(counts->fresh),
                                                         alm_number(counts->candidates), alm_number(counts->added),
                                                         alm_number(counts->changed),    alm_number(counts->cleared),
                                                         alm_number(counts->decided),    alm_number(counts->certain),
                                                         alm_number(counts->doubtful),   alm_number(counts->unsure)};
    enum alm_status status =
        report_begin(cli->report, _("The register with itself"), run_columns, COUNT_OF(run_columns), err);
    if (status == ALM_OK)
        status = report_row(cli->report, row, err);
    if (status == ALM_OK)
        status = report_end(cli->report, err);
    if (status != ALM_OK)
        return status;
    if (!counts->fresh)
        cli_say(cli, _("nobody is new or has changed since the last run; --all compares everybody anew"));
    if (counts->certain + counts->doubtful + counts->unsure)
        cli_say(cli, _("to look at them: almoner match review"));
    return status;
}

enum alm_status cli_match_run(const struct alm_host *host, void *state, const struct alm_args *args,
                              struct alm_error *err)
{
    struct cli *cli = state;
    const struct match_register *of;
    struct match_run_counts counts;
    struct match_found *found = NULL;
    int threads = 0;
    enum alm_status status = cli_match_threads(args, &threads, err);
    (void)host;
    if (status == ALM_OK)
        status = host_match(cli->host, &of, err);
    if (status == ALM_OK)
        status = store_begin(of->store, false, err);
    if (status != ALM_OK)
        return status;
    status = match_find(of, alm_arg(args, "all")->count > 0, threads, &found, &counts, err);
    if (status == ALM_OK && !counts.fresh)
        status = match_standing(of, &counts, err);
    if (status == ALM_OK)
        status = store_commit(of->store, err);
    else
        store_rollback(of->store);
    if (status == ALM_OK && counts.fresh)
        status = cli_write(cli, keep, &(struct keeping){of, found, &counts}, err);
    match_found_free(found);
    return status == ALM_OK ? tell_run(cli, &counts, err) : status;
}

/* ---- flags ---- */

static const struct alm_column flag_columns[] = {
    CLI_COLUMN("first", N_("person"), ALM_ID),
    CLI_COLUMN("first_household", N_("household"), ALM_STRING),
    CLI_COLUMN("second", N_("other person"), ALM_ID),
    CLI_COLUMN("second_household", N_("household"), ALM_STRING),
    CLI_COLUMN("probability", N_("probability"), ALM_STRING),
    CLI_COLUMN("bits", N_("bits"), ALM_STRING),
    CLI_COLUMN("kind", N_("kind"), ALM_STRING),
};

struct listing {
    struct cli *cli;
    const struct match_register *of;
};

static struct alm_value household_of(const struct listing *listing, alm_id person, struct arena *arena)
{
    struct register_person read;
    struct alm_error err;
    return alm_string(register_person_read(listing->of->store, person, listing->of->today, &read, arena, &err) == ALM_OK
                          ? read.household_code
                          : NULL);
}

static enum alm_status flag_row(void *context, const struct match_flag *flag, struct alm_error *err)
{
    const struct listing *listing = context;
    struct arena arena = {0};
    const struct alm_value row[COUNT_OF(flag_columns)] = {
        alm_number(flag->first),
        household_of(listing, flag->first, &arena),
        alm_number(flag->second),
        household_of(listing, flag->second, &arena),
        alm_string(arena_printf(&arena, "%.4f", flag->probability)),
        alm_string(arena_printf(&arena, "%.2f", flag->bits)),
        alm_string(_(match_kinds[match_kind_of(listing->of, flag) - MATCH_CERTAIN]))};
    const enum alm_status status = report_row(listing->cli->report, row, err);
    arena_release(&arena);
    return status;
}

enum alm_status cli_match_filter(struct cli *cli, const struct alm_args *args, struct match_flag_filter *filter,
                                 struct alm_error *err)
{
    *filter = (struct match_flag_filter){.kind = MATCH_ALL};
    if (alm_arg(args, "only")->count)
        filter->kind = (enum match_kind)(MATCH_CERTAIN + alm_arg_number(args, "only", 0));
    const enum alm_status status = cli_limit(args, &filter->limit, err);
    return status == ALM_OK ? cli_beneficiary_arg(cli, args, "person", ALM_NOUN_PERSON, &filter->person, err) : status;
}

enum alm_status cli_match_flags(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    struct listing listing = {.cli = cli};
    struct match_flag_filter filter;
    enum alm_status status = host_match(cli->host, &listing.of, err);
    (void)host;
    if (status == ALM_OK)
        status = cli_match_filter(cli, args, &filter, err);
    if (status == ALM_OK)
        status = report_begin(cli->report, _("Who may be registered twice"), flag_columns, COUNT_OF(flag_columns), err);
    if (status == ALM_OK)
        status = match_flags(listing.of, &filter, flag_row, &listing, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

/* ---- decisions ---- */

static const struct alm_column decision_columns[] = {
    CLI_COLUMN("first", N_("person"), ALM_ID),
    CLI_COLUMN("second", N_("other person"), ALM_ID),
    CLI_COLUMN("decision", N_("decision"), ALM_STRING),
    CLI_COLUMN("at", N_("at"), ALM_TIME),
    CLI_COLUMN("who", N_("by"), ALM_STRING),
    CLI_COLUMN("reason", N_("reason"), ALM_STRING),
};

static enum alm_status decision_row(void *context, const struct match_decided *decided, struct alm_error *err)
{
    const struct listing *listing = context;
    const struct alm_value row[COUNT_OF(decision_columns)] = {
        alm_number(decided->first),
        alm_number(decided->second),
        alm_string(_(match_decisions[decided->decision <= MATCH_NOT_SURE ? decided->decision : MATCH_UNDECIDED])),
        alm_number(decided->at),
        alm_string(decided->who),
        alm_string(decided->reason)};
    return report_row(listing->cli->report, row, err);
}

enum alm_status cli_match_decisions(const struct alm_host *host, void *state, const struct alm_args *args,
                                    struct alm_error *err)
{
    struct cli *cli = state;
    struct listing listing = {.cli = cli};
    alm_id person = 0;
    int64_t limit = 0;
    enum alm_status status = host_match(cli->host, &listing.of, err);
    (void)host;
    if (status == ALM_OK)
        status = cli_limit(args, &limit, err);
    if (status == ALM_OK)
        status = cli_beneficiary_arg(cli, args, "person", ALM_NOUN_PERSON, &person, err);
    if (status == ALM_OK)
        status = report_begin(cli->report, _("What was decided"), decision_columns, COUNT_OF(decision_columns), err);
    if (status == ALM_OK)
        status = match_decided(listing.of, person, limit, decision_row, &listing, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}
