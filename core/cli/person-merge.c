/* SPDX-License-Identifier: MIT */
/* `almoner person merge` and `split`: two registrations are one person, or are not after all. */
#include "cli/person.h"

/* Who was found to be this person, and who decided so. */
enum alm_status cli_person_aliases(struct cli *cli, struct store *store, alm_id id, struct alm_error *err)
{
    struct register_decision *decisions;
    size_t n = 0;
    enum alm_status status = register_decisions(store, id, &decisions, &n, &cli->arena, err);

    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        const struct register_decision *decision = &decisions[i];
        struct register_person alias = {0};
        char day[32];

        status = register_person_read(store, decision->alias, host_today(cli->host), &alias, &cli->arena, err);
        if (status != ALM_OK)
            break;
        host_format_date(cli->host, decision->since, day, sizeof day);
        const char *reason = decision->reason ? arena_printf(&cli->arena, ": %s", decision->reason) : "";
        const struct cli_fact facts[] = {
            {_("also registered as"), ALM_ID, alm_number(decision->alias)},
            {_("in household"), ALM_STRING, alm_string(alias.household_code)},
            {_("with national ID"), ALM_STRING, alm_string(alias.national_id)},
            {_("under the name"), ALM_STRING,
             alm_string(arena_printf(&cli->arena, "%s%s%s", alias.given_name ? alias.given_name : "",
                                     alias.given_name && alias.family_name ? " " : "",
                                     alias.family_name ? alias.family_name : ""))},
            {_("decided"), ALM_STRING,
             alm_string(arena_printf(&cli->arena, _("%s by %s%s"), day, decision->who, reason))}};

        status = cli_facts_add(cli, facts, COUNT_OF(facts), err);
    }
    return status;
}

/*
 * So that `match` asks no more, and its list of decisions is whole.  Whoever is split is different from those into whom
 * they had been merged, too, where these were merged into another since: else it would stand there that the two are the
 * same, and nobody would be asked when these are split as well.
 */
static enum alm_status keep_decision(struct cli *cli, const struct register_merge *merge, enum match_decision decision,
                                     struct alm_error *err)
{
    const struct match_register *of;
    enum match_decision before;
    enum alm_status status = host_match(cli->host, &of, err);

    if (status == ALM_OK)
        status = match_decide(of, merge->survivor, merge->merged, decision, merge->reason, &before, err);
    if (status == ALM_OK && merge->chosen && merge->chosen != merge->survivor)
        status = match_decide(of, merge->chosen, merge->merged, decision, merge->reason, &before, err);
    return status;
}

/* What the journal and the terminal say of a merge or split. */
static void tell_merge(struct cli *cli, const struct register_merge *merge, const char *text, const char *of_household)
{
    struct store *store;
    struct alm_error ignored;
    char code[160];

    cli->entry.changed = 1 + (merge->household != 0);
    cli->entry.reason = merge->reason;
    cli->entry.subject = arena_printf(&cli->arena, "%lld %lld", (long long)merge->survivor, (long long)merge->merged);
    cli_say(cli, text, (long long)merge->merged, (long long)merge->survivor);
    if (merge->household && cli_store(cli, &store, &ignored) == ALM_OK &&
        register_name(store, ALM_NOUN_HOUSEHOLD, merge->household, code, sizeof code, &ignored) == ALM_OK)
        cli_say(cli, of_household, code);
}

enum alm_status cli_person_merge(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    struct cli *cli = state;
    const struct register_gate gate = host_register_gate(cli->host);
    struct register_merge merge = {.entry = &cli->entry,
                                   .day = host_today(cli->host),
                                   .reason = alm_arg_text(args, "reason"),
                                   .despite_ids = alm_arg(args, "different-ids")->count > 0};
    struct store *store;
    enum alm_status status = cli_store(cli, &store, err);

    (void)host;
    if (status == ALM_OK)
        status = register_find(store, ALM_NOUN_PERSON, alm_arg_text(args, "survivor"), &merge.survivor, err);
    if (status == ALM_OK)
        status = register_find(store, ALM_NOUN_PERSON, alm_arg_text(args, "id"), &merge.merged, err);
    if (status == ALM_OK && merge.survivor == merge.merged)
        return error_set(err, ALM_BAD_DATA, _("almoner person show tells of whom"), _("they are one person already"));
    if (status == ALM_OK)
        status = register_person_merge(store, &gate, &merge, err);
    if (status == ALM_OK)
        status = keep_decision(cli, &merge, MATCH_SAME, err);
    if (status == ALM_OK)
        tell_merge(cli, &merge, _("person %lld is person %lld from now on"),
                   _("all who belong to household %s are members of the other: it is one with that"));
    return status;
}

enum alm_status cli_person_split(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    struct cli *cli = state;
    const struct register_gate gate = host_register_gate(cli->host);
    struct register_merge merge = {
        .entry = &cli->entry, .day = host_today(cli->host), .reason = alm_arg_text(args, "reason")};
    struct store *store;
    enum alm_status status = cli_store(cli, &store, err);

    (void)host;
    if (status == ALM_OK)
        status = register_find_itself(store, ALM_NOUN_PERSON, alm_arg_text(args, "id"), &merge.merged, err);
    if (status == ALM_OK)
        status = register_person_split(store, &gate, &merge, err);
    if (status == ALM_OK)
        status = keep_decision(cli, &merge, MATCH_DIFFERENT, err);
    if (status == ALM_OK)
        tell_merge(cli, &merge, _("person %lld is not person %lld any more"),
                   _("household %s is one of its own again"));
    return status;
}

const struct alm_option cli_person_merge_options[CLI_PERSON_MERGE_OPTIONS] = {
    {.name = "survivor",
     .type = ALM_STRING,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "SURVIVOR",
     .help = N_("who it is: id, national ID or mobile number")},
    {.name = "id",
     .type = ALM_STRING,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "ID",
     .help = N_("the other registration of the same person")},
    {.name = "reason",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .value = "TEXT",
     .help = N_("how that was found out; without personal data")},
    {.name = "different-ids",
     .type = ALM_BOOL,
     .help = N_("although each has a national ID of its own: one of them was found to be wrong")}};
const struct alm_option cli_person_split_options[CLI_PERSON_SPLIT_OPTIONS] = {
    {.name = "id",
     .type = ALM_STRING,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "ID",
     .help = N_("who was merged into another: id, national ID or mobile number")},
    {.name = "reason",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .value = "TEXT",
     .help = N_("how that was found out; without personal data")}};
