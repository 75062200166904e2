/* SPDX-License-Identifier: MIT */
/* Decisions on pairs, one by one and from a committee's file. */
#include "cli/match.h"

/* ---- who survives ---- */

static enum alm_status count_line(void *context, const struct ledger_line *line, struct alm_error *err)
{
    int64_t *n = context;
    (void)err;
    *n += !line->line.reverses && !line->reversed_by;
    return ALM_OK;
}

/* What was given to the household where they live, and to themselves. */
static enum alm_status count_aid(struct cli *cli, const struct register_person *person, int64_t *n,
                                 struct alm_error *err)
{
    const struct ledger_filter filter = {
        .owner = person->household ? person->household : person->owner, .from = ALM_NO_DATE, .to = ALM_NO_DATE};
    struct ledger *ledger;
    const enum alm_status status = host_ledger(cli->host, &ledger, err);
    *n = 0;
    return status == ALM_OK ? ledger_lines(ledger, &filter, count_line, n, err) : status;
}

/* The one with more history; else the one who has a national ID; else the one who was registered first. */
static enum alm_status choose_survivor(struct cli *cli, struct cli_match_decision *decision, struct alm_error *err)
{
    const alm_id ids[] = {decision->a, decision->b};
    struct register_person persons[2];
    int64_t aid[2] = {0};
    struct store *store;
    enum alm_status status = cli_store(cli, &store, err);
    for (int i = 0; i < 2 && status == ALM_OK; i++) {
        status = register_person_read(store, ids[i], host_today(cli->host), &persons[i], &cli->arena, err);
        if (status == ALM_OK)
            status = count_aid(cli, &persons[i], &aid[i], err);
    }
    if (status != ALM_OK)
        return status;
    const bool national[] = {persons[0].national_id != NULL, persons[1].national_id != NULL};
    int survivor = ids[1] < ids[0];
    if (aid[0] != aid[1]) {
        survivor = aid[1] > aid[0];
        decision->why = arena_printf(&cli->arena, _("got more aid (deliveries: %lld, the other one: %lld)"),
                                     (long long)aid[survivor], (long long)aid[!survivor]);
    } else if (national[0] != national[1]) {
        survivor = national[1];
        decision->why = _("has a national ID");
    } else {
        decision->why = _("was registered first");
    }
    decision->survivor = ids[survivor];
    return ALM_OK;
}

/* ---- one decision ---- */

/* Aliases stand for who they are by now; *one: both are one person already, since somebody decided so. */
static enum alm_status resolve(struct cli *cli, struct cli_match_decision *decision, bool *one, struct alm_error *err)
{
    const alm_id given[] = {decision->a, decision->b};
    struct store *store;
    enum alm_status status = cli_store(cli, &store, err);
    *one = false;
    if (status == ALM_OK)
        status = register_resolve(store, &decision->a, err);
    if (status == ALM_OK)
        status = register_resolve(store, &decision->b, err);
    if (status == ALM_OK && decision->survivor)
        status = register_resolve(store, &decision->survivor, err);
    if (status != ALM_OK || decision->a != decision->b || given[0] == given[1])
        return status;
    *one = true;
    if (decision->decision == MATCH_SAME)
        return ALM_OK;
    const alm_id alias = given[0] == decision->a ? given[1] : given[0];
    return error_set(
        err, ALM_BAD_DATA, arena_printf(&cli->arena, "almoner person split %lld --reason ...", (long long)alias),
        _("%lld and %lld were merged, and are one person: split them first"), (long long)given[0], (long long)given[1]);
}

static enum alm_status neither(const struct cli_match_decision *decision, struct alm_error *err)
{
    return error_set(err, ALM_USAGE, _("name one of the two"), _("--survivor: %lld is neither of them"),
                     (long long)decision->survivor);
}

static enum alm_status merge(struct cli *cli, struct cli_match_decision *decision, struct alm_error *err)
{
    const struct register_gate gate = host_register_gate(cli->host);
    struct register_merge merge = {.entry = decision->entry,
                                   .day = host_today(cli->host),
                                   .reason = decision->reason,
                                   .despite_ids = decision->different_ids};
    struct store *store;
    enum alm_status status = cli_store(cli, &store, err);
    if (status == ALM_OK && !decision->survivor)
        status = choose_survivor(cli, decision, err);
    else if (decision->survivor != decision->a && decision->survivor != decision->b)
        return neither(decision, err);
    else
        decision->why = _("was named");
    merge.survivor = decision->survivor;
    merge.merged = decision->survivor == decision->a ? decision->b : decision->a;
    if (status == ALM_OK)
        status = register_person_merge(store, &gate, &merge, err);
    decision->household = merge.household;
    return status;
}

enum alm_status cli_match_settle(struct cli *cli, struct cli_match_decision *decision, struct alm_error *err)
{
    const struct match_register *of;
    bool one;
    enum alm_status status = host_match(cli->host, &of, err);
    if (status == ALM_OK)
        status = resolve(cli, decision, &one, err);
    if (status == ALM_OK && one) {
        if (decision->survivor && decision->survivor != decision->a)
            return neither(decision, err);
        /* Nobody is merged, and so there is nobody to tell of who stays. */
        decision->survivor = 0;
        decision->before = MATCH_SAME;
        return ALM_OK;
    }
    if (status == ALM_OK)
        status =
            match_decide(of, decision->a, decision->b, decision->decision, decision->reason, &decision->before, err);
    if (status == ALM_OK && decision->decision == MATCH_SAME)
        status = merge(cli, decision, err);
    return status;
}

static void tell_merged(struct cli *cli, const struct cli_match_decision *decision)
{
    const alm_id other = decision->survivor == decision->a ? decision->b : decision->a;
    struct alm_error ignored;
    struct store *store;
    char code[160];
    cli_say(cli, _("person %lld is person %lld from now on, who %s; to take it back: almoner person split %lld"),
            (long long)other, (long long)decision->survivor, decision->why, (long long)other);
    if (decision->household && cli_store(cli, &store, &ignored) == ALM_OK &&
        register_name(store, ALM_NOUN_HOUSEHOLD, decision->household, code, sizeof code, &ignored) == ALM_OK)
        cli_say(cli, _("all who belong to household %s are members of the other: it is one with that"), code);
}

void cli_match_tell(struct cli *cli, const struct cli_match_decision *decision)
{
    const char *word = _(match_decisions[decision->decision]);
    if (decision->decision == MATCH_SAME && decision->survivor)
        tell_merged(cli, decision);
    else if (decision->before == decision->decision)
        cli_say(cli, _("decided as before: %s"), word);
    else if (decision->before != MATCH_UNDECIDED)
        cli_say(cli, _("decided: %s, where it was %s before"), word, _(match_decisions[decision->before]));
    else
        cli_say(cli, _("decided: %s"), word);
}

enum alm_status cli_match_decide(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    struct cli *cli = state;
    struct cli_match_decision decision = {.entry = &cli->entry,
                                          .decision =
                                              (enum match_decision)(MATCH_SAME + alm_arg_number(args, "decision", 0)),
                                          .reason = alm_arg_text(args, "reason"),
                                          .different_ids = alm_arg(args, "different-ids")->count > 0};
    struct store *store;
    enum alm_status status = cli_store(cli, &store, err);
    (void)host;
    if (status == ALM_OK)
        status = register_find_itself(store, ALM_NOUN_PERSON, alm_arg_text(args, "a"), &decision.a, err);
    if (status == ALM_OK)
        status = register_find_itself(store, ALM_NOUN_PERSON, alm_arg_text(args, "b"), &decision.b, err);
    if (status == ALM_OK)
        status = cli_beneficiary_arg(cli, args, "survivor", ALM_NOUN_PERSON, &decision.survivor, err);
    if (status == ALM_OK && decision.survivor && decision.decision != MATCH_SAME)
        status = error_set(err, ALM_USAGE, _("leave it out"), _("--survivor: only of two who are the same"));
    if (status == ALM_OK)
        status = cli_match_settle(cli, &decision, err);
    if (status != ALM_OK)
        return status;
    cli->entry.changed = 1;
    cli->entry.subject = arena_printf(&cli->arena, "%lld %lld", (long long)decision.a, (long long)decision.b);
    cli->entry.reason = decision.reason;
    cli_match_tell(cli, &decision);
    return ALM_OK;
}

/* ---- a committee's file ---- */

/* Those that are read, and then all that `match review` writes beside them. */
enum { F_A, F_B, F_DECISION, F_REASON, F_SURVIVOR };
static const struct import_column file_columns[] = {
    {"a", "first|نفر اول", true},
    {"b", "second|نفر دوم", true},
    {"decision", "تصمیم", true},
    {"reason", "دلیل|علت", false},
    {"survivor", "می‌ماند", false},
    {"probability", "", false},
    {"bits", "", false},
    {"kind", "", false},
    {"differs", "", false},
    {"a_household", "", false},
    {"a_given_name", "", false},
    {"a_family_name", "", false},
    {"a_father_name", "", false},
    {"a_birth_date", "", false},
    {"a_sex", "", false},
    {"a_national_id", "", false},
    {"a_mobile", "", false},
    {"a_area", "", false},
    {"a_address", "", false},
    {"a_aid", "", false},
    {"b_household", "", false},
    {"b_given_name", "", false},
    {"b_family_name", "", false},
    {"b_father_name", "", false},
    {"b_birth_date", "", false},
    {"b_sex", "", false},
    {"b_national_id", "", false},
    {"b_mobile", "", false},
    {"b_area", "", false},
    {"b_address", "", false},
    {"b_aid", "", false},
};

/* A decision in the words of either language, or by its first letter. */
static enum match_decision parse_decision(struct alm_text text)
{
    static const struct {
        enum match_decision decision;
        const char *words[5];
    } known[] = {
        {MATCH_SAME, {"same", "s", "یکی", "همان", "یکسان"}},
        {MATCH_DIFFERENT, {"different", "d", "دو نفر", "متفاوت", "دیگری"}},
        {MATCH_NOT_SURE, {"unsure", "u", "نامعلوم", "نامشخص", "مردد"}},
    };
    char given[64], word[64];
    text_fold_joined(text, given, sizeof given);
    for (size_t i = 0; i < COUNT_OF(known); i++)
        for (size_t w = 0; w < COUNT_OF(known[i].words); w++) {
            text_fold_joined(text_of(known[i].words[w]), word, sizeof word);
            if (strcmp(given, word) == 0)
                return known[i].decision;
        }
    return MATCH_UNDECIDED;
}

/* An id that the register gave; false: the row is rejected. */
static bool take_id(struct import_row *row, int column, struct arena *arena, alm_id *id)
{
    struct alm_error err;
    if (number_parse_int(row->fields[column], id, &err) == ALM_OK && *id > 0)
        return true;
    import_reject(row, column, arena, _("'%.*s' is no person's id"), (int)row->fields[column].len,
                  row->fields[column].at ? row->fields[column].at : "");
    return false;
}

/* What a row is about; false: it is rejected, or nothing was decided. */
static bool parse_row(struct import_row *row, struct cli_match_decision *decision, struct arena *arena)
{
    if (!row->fields[F_DECISION].len) {
        row->outcome = IMPORT_SAME;
        return false;
    }
    decision->decision = parse_decision(row->fields[F_DECISION]);
    if (decision->decision == MATCH_UNDECIDED) {
        import_reject(row, F_DECISION, arena, _("'%.*s' is no decision: write same, different or unsure"),
                      (int)row->fields[F_DECISION].len, row->fields[F_DECISION].at);
        return false;
    }
    if (!take_id(row, F_A, arena, &decision->a) || !take_id(row, F_B, arena, &decision->b) ||
        (row->fields[F_SURVIVOR].len && !take_id(row, F_SURVIVOR, arena, &decision->survivor)))
        return false;
    if (row->fields[F_REASON].len)
        decision->reason = arena_strndup(arena, row->fields[F_REASON].at, row->fields[F_REASON].len);
    return true;
}

/* Of a row that comes to nothing nothing stays, whatever the rows beside it do. */
static enum alm_status settle_whole(struct cli *cli, struct store *store, struct cli_match_decision *decision,
                                    struct alm_error *err)
{
    const struct store_entry before = *decision->entry;
    struct alm_error other;
    enum alm_status status = store_savepoint(store, err);
    if (status != ALM_OK)
        return status;
    status = cli_match_settle(cli, decision, err);
    const enum alm_status end = store_release(store, status == ALM_OK, status == ALM_OK ? err : &other);
    if (status != ALM_OK)
        *decision->entry = before;
    return status == ALM_OK ? end : status;
}

static enum alm_status take_row(struct cli *cli, struct import_row *row, struct arena *arena, struct store_entry *entry,
                                struct alm_error *err)
{
    struct cli_match_decision decision = {.entry = entry};
    const struct match_register *of;
    struct alm_error why = {0};
    bool one = false, known = false;
    if (!parse_row(row, &decision, arena))
        return ALM_OK;
    enum alm_status status = host_match(cli->host, &of, &why);
    if (status == ALM_OK)
        status = resolve(cli, &decision, &one, &why);
    if (status == ALM_OK && !one)
        status = match_was_decided(of, decision.a, decision.b, decision.decision, decision.reason, &known, &why);
    /* A file that comes again does not overrule what was decided since. */
    if (status == ALM_OK && (one || known)) {
        row->outcome = IMPORT_SAME;
        return ALM_OK;
    }
    if (status == ALM_OK)
        status = settle_whole(cli, of->store, &decision, &why);
    if (status == ALM_OK) {
        row->outcome = decision.before == MATCH_UNDECIDED ? IMPORT_ADDED : IMPORT_CHANGED;
    } else if (status == ALM_BAD_DATA || status == ALM_USAGE || status == ALM_REFUSED) {
        import_reject(row, -1, arena, "%s", why.text);
        status = ALM_OK;
    } else {
        *err = why;
    }
    return status;
}

static enum alm_status take_rows(void *context, struct import_row *rows, size_t n, struct arena *arena,
                                 struct store_entry *entry, struct alm_error *err)
{
    struct cli *cli = context;
    enum alm_status status = ALM_OK;
    host_set_entry(cli->host, entry);
    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        status = take_row(cli, &rows[i], arena, entry, err);
        entry->added += rows[i].outcome == IMPORT_ADDED;
        entry->changed += rows[i].outcome == IMPORT_CHANGED;
    }
    host_set_entry(cli->host, NULL);
    return status;
}

enum alm_status cli_match_import(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    struct cli *cli = state;
    struct import import = {.command = "match import",
                            .file = alm_arg_text(args, "file"),
                            .rejects = alm_arg_text(args, "rejects"),
                            .map = cli_map(cli, args),
                            .columns = file_columns,
                            .n_columns = COUNT_OF(file_columns),
                            .chunk = 100,
                            .rows = take_rows,
                            .context = cli};
    struct import_counts counts;
    (void)host;
    return cli_import(cli, &import, &counts, err);
}
