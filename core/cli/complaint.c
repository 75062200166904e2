/* SPDX-License-Identifier: MIT */
/* `almoner complaint`: what those whom the aid is for complain about, who sees to it, and what was answered. */
#include "cli/complaint.h"

static const char *word_arg(const struct alm_args *args, const char *name)
{
    const char *text = alm_arg(args, name) ? alm_arg_text(args, name) : NULL;

    return text && *text ? text : NULL;
}

static alm_date date_arg(struct cli *cli, const struct alm_args *args)
{
    return (alm_date)alm_arg_number(args, "date", host_today(cli->host));
}

static const struct alm_column answer_columns[] = {CLI_COLUMN("outcome", N_("outcome"), ALM_STRING),
                                                   CLI_COLUMN("id", N_("id"), ALM_ID)};

/* What became of it; the journal has its id, and nothing of what it says. */
static enum alm_status tell(struct cli *cli, enum monitor_state what, alm_id id, struct alm_error *err)
{
    const struct alm_value row[] = {alm_string(what == COMPLAINT_OPEN ? _("opened") : _(monitor_states[what])),
                                    alm_number(id)};
    enum alm_status status = report_begin(cli->report, NULL, answer_columns, COUNT_OF(answer_columns), err);

    cli->entry.subject = arena_printf(&cli->arena, "%lld", (long long)id);
    if (status == ALM_OK)
        status = report_row(cli->report, row, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

/* ---- open ---- */

static enum alm_status run_open(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    const alm_date day = date_arg(cli, args);
    struct monitor_complaint complaint = {
        .channel = (enum monitor_channel)alm_arg_number(args, "channel", CHANNEL_PHONE),
        .kind = (enum monitor_kind)alm_arg_number(args, "kind", KIND_OTHER),
        .sensitive = alm_arg(args, "sensitive")->count > 0,
        .text = alm_arg_text(args, "text"),
        .opened = day,
        .due = (alm_date)alm_arg_number(args, "due", day + host_conf(cli->host)->almoner->complaint_days)};
    const struct register_area *areas;
    struct register_directory *directory;
    const struct monitor *monitor;
    bool sensitive;
    int32_t area = -1;
    alm_id id = 0;
    enum alm_status status = cli_complaints(cli, &monitor, &sensitive, err);

    (void)host;
    if (status == ALM_OK)
        status = cli_directory(cli, &directory, err);
    if (status == ALM_OK)
        status = cli_area_arg(directory, args, &area, err);
    if (status == ALM_OK)
        status = register_areas(directory, &areas, NULL, err);
    if (status == ALM_OK)
        status = cli_entry_arg(directory, args, "programme", REGISTER_PROGRAMME, &complaint.programme, err);
    if (status == ALM_OK)
        status = cli_entry_arg(directory, args, "body", REGISTER_BODY, &complaint.body, err);
    if (status == ALM_OK)
        status = cli_entry_arg(directory, args, "group", REGISTER_GROUP, &complaint.group, err);
    if (status == ALM_OK)
        status = cli_beneficiary_arg(cli, args, "household", ALM_NOUN_HOUSEHOLD, &complaint.household, err);
    if (status == ALM_OK)
        status = cli_beneficiary_arg(cli, args, "person", ALM_NOUN_PERSON, &complaint.person, err);
    if (status != ALM_OK)
        return status;
    complaint.area = area < 0 ? 0 : areas[area].id;
    status = monitor_complaint_open(monitor, &complaint, &id, err);
    if (status != ALM_OK)
        return status;
    cli->entry.added = 1;
    return tell(cli, COMPLAINT_OPEN, id, err);
}

/* ---- assign, answer, close ---- */

/* No user sees to a complaint about the body that they are staff of; nor does other staff, who cannot read it. */
static enum alm_status check_user(struct cli *cli, const char *user, struct alm_error *err)
{
    const struct conf_roles *roles = &host_conf(cli->host)->almoner->roles;

    if (user && conf_roles_of(roles, user) & CONF_STAFF)
        return error_set(err, ALM_REFUSED, _("name a user who is staff of no body, or a body"),
                         _("%s is staff of a body, who see no complaints"), user);
    return ALM_OK;
}

static enum alm_status run_step(struct cli *cli, const struct alm_args *args, struct monitor_step *step,
                                struct alm_error *err)
{
    struct monitor_complaint complaint = {0};
    struct register_directory *directory;
    const struct monitor *monitor;
    enum alm_status status = cli_complaint_arg(cli, args, &monitor, &complaint, err);

    step->date = date_arg(cli, args);
    if (status == ALM_OK)
        status = cli_directory(cli, &directory, err);
    if (status == ALM_OK && step->what == COMPLAINT_ASSIGNED)
        status = cli_entry_arg(directory, args, "body", REGISTER_BODY, &step->body, err);
    if (status == ALM_OK)
        status = check_user(cli, step->assignee, err);
    if (status == ALM_OK)
        status = monitor_complaint_do(monitor, &complaint, step, err);
    if (status != ALM_OK)
        return status;
    cli->entry.changed = 1;
    return tell(cli, step->what, complaint.id, err);
}

static enum alm_status run_assign(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct monitor_step step = {
        .what = COMPLAINT_ASSIGNED, .assignee = word_arg(args, "to"), .note = word_arg(args, "note"), .outcome = -1};

    (void)host;
    return run_step(state, args, &step, err);
}

static enum alm_status run_answer(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct monitor_step step = {.what = COMPLAINT_ANSWERED, .note = word_arg(args, "text"), .outcome = -1};

    (void)host;
    return run_step(state, args, &step, err);
}

static enum alm_status run_close(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    struct monitor_step step = {.what = COMPLAINT_CLOSED,
                                .note = word_arg(args, "note"),
                                .outcome = (int)alm_arg_number(args, "outcome", OUTCOME_UPHELD)};

    (void)host;
    return run_step(state, args, &step, err);
}

/* ---- tables ---- */

#define TEXT(n, v, h)                                                                                                  \
    {                                                                                                                  \
        .name = n, .type = ALM_STRING, .value = v, .help = h                                                           \
    }
#define NEEDED_TEXT(h)                                                                                                 \
    {                                                                                                                  \
        .name = "text", .type = ALM_STRING, .flags = ALM_REQUIRED, .value = "TEXT", .help = h                          \
    }
#define ID                                                                                                             \
    {                                                                                                                  \
        .name = "id", .type = ALM_ID, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "ID",                             \
        .help = N_("as `complaint list` shows it")                                                                     \
    }
#define DATE(n, h)                                                                                                     \
    {                                                                                                                  \
        .name = n, .type = ALM_DATE, .value = "DATE", .help = h                                                        \
    }

static const struct alm_option open_options[] = {
    {.name = "kind",
     .type = ALM_ENUM,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .choices = monitor_kinds,
     .value = "KIND",
     .help = N_("what it is about; conduct is always sensitive")},
    NEEDED_TEXT(N_("the complaint, without names; goes when their data are erased")),
    {.name = "channel",
     .type = ALM_ENUM,
     .choices = monitor_channels,
     .value = "CHANNEL",
     .fallback = "phone",
     .help = N_("how it came")},
    DATE("date", N_("the day on which it came (default: today)")),
    TEXT("programme", "NAME", N_("the programme that it is about")),
    TEXT("area", "CODE", N_("where (default: where the household lives)")),
    TEXT("household", "CODE", N_("the household that complains")),
    TEXT("person", "ID", N_("the person who complains: national ID, mobile number or id")),
    TEXT("body", "CODE", N_("the body complained about, which never sees to it")),
    TEXT("group", "CODE", N_("the group complained about")),
    {.name = "sensitive", .type = ALM_BOOL, .help = N_("only for those whom [roles] complaints names")},
    DATE("due", N_("by when it is to be answered (default: after [complaints] days)")),
};
static const struct alm_option list_options[] = {
    {.name = "open", .type = ALM_BOOL, .help = N_("only those that are not closed")},
    {.name = "overdue", .type = ALM_BOOL, .help = N_("only those that should be answered by now and are not")},
    TEXT("programme", "NAME", N_("only this programme")),
    TEXT("area", "CODE", N_("only this area and what lies in it")),
};
static const struct alm_option id_options[] = {ID};
static const struct alm_option assign_options[] = {
    ID, TEXT("to", "USER", N_("the user who sees to it, as the journal names them")),
    TEXT("body", "CODE", N_("or the body that does; not the one complained about")),
    TEXT("note", "TEXT", N_("what is to be done; goes when their data are erased")),
    DATE("date", N_("the day on which it was assigned (default: today)"))};
static const struct alm_option answer_options[] = {
    ID, NEEDED_TEXT(N_("what was answered, without names; goes when their data are erased")),
    DATE("date", N_("the day on which it was answered (default: today)"))};
static const struct alm_option close_options[] = {
    ID,
    {.name = "outcome",
     .type = ALM_ENUM,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .choices = monitor_outcomes,
     .value = "OUTCOME",
     .help = N_("what was found")},
    TEXT("note", "TEXT", N_("what came of it; why, if it was not answered; goes when their data are erased")),
    DATE("date", N_("the day on which it was closed (default: today)"))};

#define FIRST "\"$(almoner complaint list --open --output plain | head -n 1 | cut -f 1)\""
#define DESK CLI_ROLE(CONF_COMPLAINTS)
static const struct alm_command commands[] = {
    {"open", N_("enter a complaint; not for the staff of bodies, as all of this"), open_options, COUNT_OF(open_options),
     ALM_WRITES, run_open,
     "complaint open quality --programme meals --area 1501 --channel box --text 'the soup was cold'\n"
     "complaint open exclusion --household H0000001 --body hamdeli --text 'nobody came'"},
    {"list", N_("list complaints, what is due first; of sensitive ones others see only how many"), list_options,
     COUNT_OF(list_options), ALM_READS, cli_complaint_list,
     "complaint list --open\ncomplaint list --overdue --area 1501 --output csv"},
    {"show", N_("show one complaint and all its steps"), id_options, COUNT_OF(id_options), ALM_READS,
     cli_complaint_show, "complaint show " FIRST},
    {"assign", N_("say who sees to it: a user or a body, never the one complained about"), assign_options,
     COUNT_OF(assign_options), ALM_WRITES | DESK, run_assign, "complaint assign " FIRST " --body salamat"},
    {"answer", N_("enter what was answered"), answer_options, COUNT_OF(answer_options), ALM_WRITES | DESK, run_answer,
     "complaint answer " FIRST " --text 'the kitchen has a new lid'"},
    {"close", N_("close a complaint with what was found"), close_options, COUNT_OF(close_options), ALM_WRITES | DESK,
     run_close, "complaint close " FIRST " upheld --note 'they are content'"},
};
extern const struct cli_noun cli_complaint;
const struct cli_noun cli_complaint = {"complaint", N_("complaints, who sees to them, and what was answered"), commands,
                                       COUNT_OF(commands)};
