/* SPDX-License-Identifier: MIT */
/* `almoner decision`: what committees decided, which body sees to it, by when, and what came of it. */
#include "cli/cli.h"

/* ---- add, done ---- */

static enum alm_status run_add(const struct alm_host *host, void *state, const struct alm_args *args,
                               struct alm_error *err)
{
    struct cli *cli = state;
    struct secretariat_decision decision = {
        .code = alm_arg_text(args, "code"),
        .text = alm_arg_text(args, "text"),
        .decided = (alm_date)alm_arg_number(args, "date", host_today(cli->host)),
        .due = (alm_date)alm_arg_number(args, "due", ALM_NO_DATE),
    };
    struct secretariat_committee committee;
    struct register_directory *directory;
    const struct secretariat *secretariat;
    enum import_outcome outcome = IMPORT_SAME;
    enum alm_status status = host_secretariat(cli->host, &secretariat, err);

    (void)host;
    if (status == ALM_OK)
        status = secretariat_committee_find(secretariat, alm_arg_text(args, "committee"), &committee, &cli->arena, err);
    if (status == ALM_OK)
        status = cli_directory(cli, &directory, err);
    if (status == ALM_OK)
        status = cli_entry_arg(directory, args, "body", REGISTER_BODY, &decision.body, err);
    if (status != ALM_OK)
        return status;
    decision.committee = committee.id;
    status = secretariat_decision_add(secretariat, &decision, &outcome, err);
    cli->entry.subject = decision.code;
    return status == ALM_OK ? cli_tell_outcome(cli, outcome, err) : status;
}

/* The decision that is named, if it is theirs to see. */
static enum alm_status find(struct cli *cli, const struct alm_args *args, const struct secretariat *secretariat,
                            struct secretariat_decision *decision, struct alm_error *err)
{
    enum alm_status status =
        secretariat_decision_find(secretariat, alm_arg_text(args, "code"), decision, &cli->arena, err);
    alm_id body = decision->body;

    return status == ALM_OK ? cli_own_body(cli, &body, err) : status;
}

static enum alm_status run_done(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    struct secretariat_decision decision = {0};
    const struct secretariat *secretariat;
    enum import_outcome outcome = IMPORT_SAME;
    enum alm_status status = host_secretariat(cli->host, &secretariat, err);

    (void)host;
    if (status == ALM_OK)
        status = find(cli, args, secretariat, &decision, err);
    if (status == ALM_OK)
        status = secretariat_decision_done(secretariat, &decision,
                                           (alm_date)alm_arg_number(args, "date", host_today(cli->host)),
                                           alm_arg_text(args, "note"), &outcome, err);
    cli->entry.subject = decision.code;
    return status == ALM_OK ? cli_tell_outcome(cli, outcome, err) : status;
}

/* ---- list, show ---- */

static const struct alm_column columns[] = {
    CLI_COLUMN("code", N_("code"), ALM_STRING),
    CLI_COLUMN("committee", N_("committee"), ALM_STRING),
    CLI_COLUMN("body", N_("responsible"), ALM_STRING),
    CLI_COLUMN("decided", N_("decided"), ALM_DATE),
    CLI_COLUMN("due", N_("due"), ALM_DATE),
    {.name = "overdue", .title = N_("overdue"), .type = ALM_INT, .unit = N_("days")},
    CLI_COLUMN("done", N_("done"), ALM_DATE),
    CLI_COLUMN("text", N_("what was decided"), ALM_STRING)};

struct listing {
    struct cli *cli;
    struct register_directory *directory;
    const struct secretariat *secretariat;
    struct code { /* of committees, as they come */
        alm_id id;
        struct alm_value code;
    } * codes;
    size_t n, capacity;
};

/* Read before the decisions are: the store is not asked for each row. */
static enum alm_status take_code(void *context, const struct secretariat_committee *committee, struct alm_error *err)
{
    struct listing *listing = context;

    (void)err;
    if (listing->n == listing->capacity) {
        struct code *more;

        listing->capacity = listing->capacity ? listing->capacity * 2 : 32;
        more = arena_alloc(&listing->cli->arena, listing->capacity * sizeof *more);
        if (listing->n)
            memcpy(more, listing->codes, listing->n * sizeof *more);
        listing->codes = more;
    }
    listing->codes[listing->n++] =
        (struct code){committee->id, alm_string(arena_strdup(&listing->cli->arena, committee->code))};
    return ALM_OK;
}

static enum alm_status begin(struct listing *listing, struct alm_error *err)
{
    enum alm_status status = host_secretariat(listing->cli->host, &listing->secretariat, err);

    if (status == ALM_OK)
        status = cli_directory(listing->cli, &listing->directory, err);
    return status == ALM_OK ? secretariat_committees(listing->secretariat, 0, take_code, listing, err) : status;
}

static struct alm_value code_of(const struct listing *listing, alm_id committee)
{
    for (size_t i = 0; i < listing->n; i++)
        if (listing->codes[i].id == committee)
            return listing->codes[i].code;
    return alm_null();
}

static bool is_overdue(const struct secretariat_decision *decision, alm_date today)
{
    return decision->done == ALM_NO_DATE && decision->due < today;
}

static struct alm_value date_or_null(alm_date date)
{
    return date == ALM_NO_DATE ? alm_null() : alm_number(date);
}

static enum alm_status list_row(void *context, const struct secretariat_decision *decision, struct alm_error *err)
{
    const struct listing *listing = context;
    const alm_date today = listing->secretariat->today;
    const struct alm_value row[] = {alm_string(decision->code),
                                    code_of(listing, decision->committee),
                                    cli_entry_code(listing->directory, REGISTER_BODY, decision->body),
                                    alm_number(decision->decided),
                                    alm_number(decision->due),
                                    is_overdue(decision, today) ? alm_number((int64_t)today - decision->due)
                                                                : alm_null(),
                                    date_or_null(decision->done),
                                    alm_string(decision->text)};

    return report_row(listing->cli->report, row, err);
}

static enum alm_status run_list(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    struct listing listing = {.cli = cli};
    struct secretariat_decision_filter filter = {.open = alm_arg(args, "open")->count > 0, .due_before = ALM_NO_DATE};
    struct secretariat_committee committee;
    enum alm_status status = begin(&listing, err);

    (void)host;
    if (status == ALM_OK && alm_arg_text(args, "committee")) {
        status = secretariat_committee_find(listing.secretariat, alm_arg_text(args, "committee"), &committee,
                                            &cli->arena, err);
        filter.committee = committee.id;
    }
    if (status == ALM_OK)
        status = cli_entry_arg(listing.directory, args, "body", REGISTER_BODY, &filter.body, err);
    if (status == ALM_OK)
        status = cli_own_body(cli, &filter.body, err);
    if (alm_arg(args, "overdue")->count)
        filter.due_before = host_today(cli->host);
    if (status == ALM_OK)
        status = report_begin(cli->report, _("decisions"), columns, COUNT_OF(columns), err);
    if (status == ALM_OK)
        status = secretariat_decisions(listing.secretariat, &filter, list_row, &listing, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static enum alm_status run_show(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    struct secretariat_decision decision = {0};
    struct listing listing = {.cli = cli};
    enum alm_status status = begin(&listing, err);

    (void)host;
    if (status == ALM_OK)
        status = find(cli, args, listing.secretariat, &decision, err);
    if (status == ALM_OK)
        status = cli_facts_begin(cli, _("decision"), err);
    if (status != ALM_OK)
        return status;
    const struct cli_fact facts[] = {
        {_("code"), ALM_STRING, alm_string(decision.code)},
        {_("committee"), ALM_STRING, code_of(&listing, decision.committee)},
        {_("what was decided"), ALM_STRING, alm_string(decision.text)},
        {_("responsible"), ALM_STRING, cli_entry_code(listing.directory, REGISTER_BODY, decision.body)},
        {_("decided"), ALM_DATE, alm_number(decision.decided)},
        {_("due"), ALM_DATE, alm_number(decision.due)},
        {_("entered by"), ALM_STRING, alm_string(decision.entered_by)},
        {_("done"), ALM_DATE, date_or_null(decision.done)},
        {_("report"), ALM_STRING, alm_string(decision.report)},
        {_("reported by"), ALM_STRING, alm_string(decision.done_by)}};

    status = cli_facts_add(cli, facts, COUNT_OF(facts), err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

/* ---- tables ---- */

#define CODE                                                                                                           \
    {                                                                                                                  \
        .name = "code", .type = ALM_STRING, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "CODE",                     \
        .help = N_("its reference in the minutes: C-12/3")                                                             \
    }
static const struct alm_option add_options[] = {
    CODE,
    {.name = "committee",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .value = "CODE",
     .help = N_("the committee that decided")},
    {.name = "body",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .value = "CODE",
     .help = N_("the body that sees to it")},
    {.name = "due", .type = ALM_DATE, .flags = ALM_REQUIRED, .value = "DATE", .help = N_("by when it has to be done")},
    {.name = "text",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .value = "TEXT",
     .help = N_("what was decided, without personal data")},
    {.name = "date", .type = ALM_DATE, .value = "DATE", .help = N_("the day of the decision (default: today)")}};
static const struct alm_option list_options[] = {
    {.name = "open", .type = ALM_BOOL, .help = N_("only those that were not reported done")},
    {.name = "overdue", .type = ALM_BOOL, .help = N_("only those that should be done by now and are not")},
    {.name = "committee", .type = ALM_STRING, .value = "CODE", .help = N_("only this committee's")},
    {.name = "body", .type = ALM_STRING, .value = "CODE", .help = N_("only those that this body sees to")}};
static const struct alm_option code_options[] = {CODE};
static const struct alm_option done_options[] = {
    CODE,
    {.name = "date", .type = ALM_DATE, .value = "DATE", .help = N_("the day on which it was done (default: today)")},
    {.name = "note", .type = ALM_STRING, .value = "TEXT", .help = N_("what came of it, without personal data")}};

#define DESK CLI_ROLE(CONF_SECRETARY)
#define DESK_OR_STAFF CLI_ROLE(CONF_SECRETARY | CONF_STAFF)
static const struct alm_command decision_commands[] = {
    {"add", N_("enter what a committee decided"), add_options, COUNT_OF(add_options), ALM_WRITES | DESK, run_add,
     "decision add C-12/4 --committee C-1 --body hamdeli --due 1410/01/15 --text 'a second depot in the north'"},
    {"list", N_("list decisions, what is due first"), list_options, COUNT_OF(list_options),
     ALM_READS | CLI_ROLE(CONF_STAFF), run_list, "decision list --open\ndecision list --overdue --body hamdeli"},
    {"show", N_("show one decision and what came of it"), code_options, COUNT_OF(code_options),
     ALM_READS | CLI_ROLE(CONF_STAFF), run_show, "decision show C-12/3"},
    {"done", N_("report a decision done; the staff of the responsible body may, too"), done_options,
     COUNT_OF(done_options), ALM_WRITES | DESK_OR_STAFF, run_done,
     "decision done C-12/3 --note 'the depot W2 is open'"},
};
extern const struct cli_noun cli_decision;
const struct cli_noun cli_decision = {"decision", N_("what committees decided, who sees to it, and what is overdue"),
                                      decision_commands, COUNT_OF(decision_commands)};
