/* SPDX-License-Identifier: MIT */
/* `almoner case`: aid that is asked for, seen at a visit, and decided. */
#include "cli/case.h"

/* ---- open ---- */

/* The programme's settings; its plug-in is not needed. */
static enum alm_status find_programme(struct cli *cli, const char *name, alm_id *id, struct alm_error *err)
{
    const struct conf_programme *conf = conf_programme_find(host_conf(cli->host), name);
    struct register_directory *directory;
    const struct register_entry *entry;
    enum alm_status status = cli_directory(cli, &directory, err);

    if (status != ALM_OK)
        return status;
    entry = register_by_code(directory, REGISTER_PROGRAMME, text_of(name), err);
    if (!entry)
        return err->status;
    *id = entry->id;
    if (conf)
        status = conf_problems_error_of(&host_conf(cli->host)->problems, conf->file, err);
    if (status != ALM_OK)
        return status;
    if (!conf || !conf->core->cases)
        return error_set(err, ALM_BAD_DATA,
                         conf ? _("if it is to be asked for and decided, set [programme] cases = yes there") : NULL,
                         _("%s is given without cases (%s)"), name,
                         conf ? conf->file : _("it has no settings any more"));
    return ALM_OK;
}

static const struct alm_column answer_columns[] = {CLI_COLUMN("outcome", N_("outcome"), ALM_STRING),
                                                   CLI_COLUMN("id", N_("id"), ALM_ID)};

static enum alm_status tell_case(struct cli *cli, const char *outcome, alm_id id, struct alm_error *err)
{
    const struct alm_value row[] = {alm_string(outcome), alm_number(id)};
    enum alm_status status = report_begin(cli->report, NULL, answer_columns, COUNT_OF(answer_columns), err);

    if (status == ALM_OK)
        status = report_row(cli->report, row, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static const char *word_arg(const struct alm_args *args, const char *name)
{
    const char *text = alm_arg(args, name) ? alm_arg_text(args, name) : NULL;

    return text && *text ? text : NULL;
}

static enum alm_status run_open(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    struct cli_recipient recipient;
    const struct cases *cases;
    alm_id programme = 0, id = 0;
    bool same = false;
    enum alm_status status = host_cases(cli->host, &cases, err);

    (void)host;
    if (status == ALM_OK)
        status = find_programme(cli, alm_arg_text(args, "programme"), &programme, err);
    if (status == ALM_OK)
        status = cli_recipient_arg(cli, args, &recipient, err);
    if (status != ALM_OK)
        return status;
    const struct cases_case request = {.programme = programme,
                                       .household = recipient.household,
                                       .person = recipient.person,
                                       .partner = recipient.partner,
                                       .place = recipient.place,
                                       .subject = word_arg(args, "subject"),
                                       .note = word_arg(args, "note"),
                                       .document = word_arg(args, "document"),
                                       .asked = alm_arg_number(args, "quantity", 0),
                                       .opened = (alm_date)alm_arg_number(args, "date", host_today(cli->host))};
    if (alm_arg(args, "quantity")->given && request.asked <= 0)
        return error_set(err, ALM_USAGE, _("leave it out where nothing limits it"),
                         _("--quantity: more than 0 is needed"));
    status = cases_open(cases, &request, text_of(word_arg(args, "key")), word_arg(args, "by"), &id, &same, err);
    if (status != ALM_OK)
        return status;
    cli->entry.added = !same;
    cli->entry.subject = arena_printf(&cli->arena, "%lld", (long long)id);
    return tell_case(cli, same ? _("there already") : _("opened"), id, err);
}

/* ---- visit, decide, close ---- */

/* Whether the case's programme, by its settings of today, approves nothing unseen. */
static enum alm_status needs_visit(struct cli *cli, const struct cases *cases, alm_id id, bool *needs,
                                   struct alm_error *err)
{
    struct register_directory *directory;
    struct cases_case found;
    enum alm_status status = cases_read(cases, id, &found, &cli->arena, err);

    *needs = true;
    if (status == ALM_OK)
        status = cli_directory(cli, &directory, err);
    if (status != ALM_OK)
        return status;
    const struct register_entry *entry = register_by_id(directory, REGISTER_PROGRAMME, found.programme);
    const struct conf_programme *conf = entry ? conf_programme_find(host_conf(cli->host), entry->code) : NULL;

    *needs = !conf || conf->core->visit;
    return conf ? conf_problems_error_of(&host_conf(cli->host)->problems, conf->file, err) : ALM_OK;
}

static enum alm_status run_step(struct cli *cli, const struct alm_args *args, const struct cases_step *step,
                                struct alm_error *err)
{
    const alm_id id = alm_arg_number(args, "id", 0);
    const struct cases *cases;
    bool needs = true;
    enum alm_status status = host_cases(cli->host, &cases, err);

    if (status == ALM_OK && step->what == STEP_APPROVED)
        status = needs_visit(cli, cases, id, &needs, err);
    if (status == ALM_OK)
        status = cases_do(cases, id, step, needs, err);
    if (status != ALM_OK)
        return status;
    cli->entry.changed = 1;
    cli->entry.subject = arena_printf(&cli->arena, "%lld", (long long)id);
    return tell_case(cli, _(cases_whats[step->what]), id, err);
}

static alm_date date_arg(struct cli *cli, const struct alm_args *args)
{
    return (alm_date)alm_arg_number(args, "date", host_today(cli->host));
}

static enum alm_status run_visit(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    const struct cases_step step = {.what = STEP_VISITED,
                                    .date = date_arg(state, args),
                                    .acting = word_arg(args, "by"),
                                    .reason = word_arg(args, "note")};

    (void)host;
    return run_step(state, args, &step, err);
}

/* What was asked for is approved, unless another quantity is named. */
static enum alm_status run_decide(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct cli *cli = state;
    const bool approved = alm_arg_number(args, "outcome", 0) == 0;
    const struct alm_arg *quantity = alm_arg(args, "quantity");
    struct cases_case found;
    const struct cases *cases;
    enum alm_status status = host_cases(cli->host, &cases, err);

    (void)host;
    if (status == ALM_OK && quantity->given && !approved)
        return error_set(err, ALM_USAGE, _("leave it out"), _("--quantity: nothing is given of what is refused"));
    if (status == ALM_OK && quantity->given && alm_arg_number(args, "quantity", 0) <= 0)
        return error_set(err, ALM_USAGE, _("leave it out to approve what was asked for"),
                         _("--quantity: more than 0 is needed"));
    if (status == ALM_OK)
        status = cases_read(cases, alm_arg_number(args, "id", 0), &found, &cli->arena, err);
    if (status != ALM_OK)
        return status;
    const struct cases_step step = {.what = approved ? STEP_APPROVED : STEP_REFUSED,
                                    .date = date_arg(cli, args),
                                    .acting = word_arg(args, "by"),
                                    .reason = word_arg(args, "reason"),
                                    .decision = word_arg(args, "decision"),
                                    .quantity = approved ? alm_arg_number(args, "quantity", found.asked) : 0};

    return run_step(cli, args, &step, err);
}

static enum alm_status run_close(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    const struct cases_step step = {
        .what = STEP_CLOSED, .date = date_arg(state, args), .reason = word_arg(args, "reason")};

    (void)host;
    return run_step(state, args, &step, err);
}

/* ---- tables ---- */

static const char *const outcomes[] = {"approved", "refused", NULL};
#define TEXT(n, v, h)                                                                                                  \
    {                                                                                                                  \
        .name = n, .type = ALM_STRING, .value = v, .help = h                                                           \
    }
#define ID                                                                                                             \
    {                                                                                                                  \
        .name = "id", .type = ALM_ID, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "ID",                             \
        .help = N_("as `case list` shows it")                                                                          \
    }
#define DATE(h)                                                                                                        \
    {                                                                                                                  \
        .name = "date", .type = ALM_DATE, .value = "DATE", .help = h                                                   \
    }
#define QUANTITY(h)                                                                                                    \
    {                                                                                                                  \
        .name = "quantity", .type = ALM_QUANTITY, .value = "N", .help = h                                              \
    }

static const struct alm_option open_options[] = {
    {.name = "programme",
     .type = ALM_STRING,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "PROGRAMME",
     .help = N_("what is asked for; one with [programme] cases = yes")},
    CLI_RECIPIENT_OPTIONS,
    TEXT("partner", "ID", N_("the second person, where a couple asks")),
    TEXT("subject", "WORD", N_("what of it is asked for: refrigerator; one open case for each of it")),
    QUANTITY(N_("how much is asked for (default: nothing limits it)")),
    DATE(N_("when they asked, in either calendar (default: today)")),
    TEXT("by", "TEXT", N_("the base or group that brought the request")),
    TEXT("document", "TEXT", N_("where the papers are: a file's number, never what they say")),
    TEXT("note", "TEXT", N_("why it is needed, without names; goes when their data are erased")),
    TEXT("key", "TEXT", N_("your mark for this request: the same key is entered once")),
};
static const struct alm_option list_options[] = {
    {.name = "state",
     .type = ALM_ENUM,
     .choices = cases_states,
     .value = "STATE",
     .help = N_("only those in this state")},
    TEXT("programme", "NAME", N_("only this programme")),
    TEXT("household", "CODE", N_("only those entered for this household")),
    TEXT("person", "ID", N_("only this person's, and those of a couple that they are half of")),
    TEXT("place", "CODE", N_("only this place")),
    TEXT("area", "CODE", N_("only this area and what lies in it")),
    {.name = "overdue",
     .type = ALM_INT,
     .value = "DAYS",
     .help =
         N_("only those that wait for a visit, a decision or the delivery, and where nothing was done for so long")},
    {.name = "limit", .type = ALM_INT, .value = "N", .fallback = "100", .help = N_("at most so many; 0: all")},
};
static const struct alm_option id_options[] = {ID};
static const struct alm_option visit_options[] = {
    ID, DATE(N_("the day of the visit (default: today)")),
    TEXT("by", "TEXT", N_("the base or group that went there, no person's name")),
    TEXT("note", "TEXT", N_("what was seen, without names; goes when their data are erased"))};
static const struct alm_option decide_options[] = {ID,
                                                   {.name = "outcome",
                                                    .type = ALM_ENUM,
                                                    .flags = ALM_ARGUMENT | ALM_REQUIRED,
                                                    .choices = outcomes,
                                                    .value = "OUTCOME",
                                                    .help = N_("what was decided")},
                                                   {.name = "decision",
                                                    .type = ALM_STRING,
                                                    .flags = ALM_REQUIRED,
                                                    .value = "REF",
                                                    .help = N_("the decision's number in the committee's minutes")},
                                                   TEXT("by", "TEXT", N_("the committee that decided")),
                                                   QUANTITY(N_("how much is approved (default: what was asked for)")),
                                                   TEXT("reason", "TEXT", N_("why; a refusal needs it")),
                                                   DATE(N_("the day of the decision (default: today)"))};
static const struct alm_option close_options[] = {ID, TEXT("reason", "TEXT", N_("why; needed where no aid was given")),
                                                  DATE(N_("the day on which it ended (default: today)"))};

#define NEWEST "\"$(almoner case list --state "
#define FIRST " --limit 1 --output plain | cut -f 1)\""
static const struct alm_command case_commands[] = {
    {"open", N_("enter a request for aid that is decided on"), open_options, COUNT_OF(open_options), ALM_WRITES,
     run_open, "case open appliances --household H0000001 --subject refrigerator --by B001 --key R-17"},
    {"list", N_("list cases, newest first"), list_options, COUNT_OF(list_options), ALM_READS, cli_case_list,
     "case list --state visited\ncase list --overdue 14 --output csv"},
    {"show", N_("show one case and what was done with it"), id_options, COUNT_OF(id_options), ALM_READS, cli_case_show,
     "case show \"$(almoner case list --limit 1 --output plain | cut -f 1)\""},
    {"visit", N_("enter what was seen at a visit, which comes before an approval"), visit_options,
     COUNT_OF(visit_options), ALM_WRITES, run_visit, "case visit " NEWEST "open" FIRST " --by B001"},
    {"decide", N_("enter a decision; whoever entered the request cannot"), decide_options, COUNT_OF(decide_options),
     ALM_WRITES, run_decide, "case decide " NEWEST "visited" FIRST " approved --decision C-12/3 --quantity 1"},
    {"close", N_("end a case, delivered or not"), close_options, COUNT_OF(close_options), ALM_WRITES, run_close,
     "case close " NEWEST "approved" FIRST " --reason 'moved out of the province'"},
};
extern const struct cli_noun cli_case;
const struct cli_noun cli_case = {"case", N_("aid that is asked for: requests, visits, decisions"), case_commands,
                                  COUNT_OF(case_commands)};
