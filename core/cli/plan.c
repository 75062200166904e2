/* SPDX-License-Identifier: MIT */
/* `almoner plan`: who is to receive in a stage, approved before it is delivered. */
#include "cli/plan.h"

/* ---- make ---- */

/* Weights as [programme] has them. */
static void read_priority(struct cli *cli, const struct conf_programme_core *core, struct plan_priority *priority)
{
    struct plan_weight *weights = arena_alloc(&cli->arena, (core->priority.count + 1) * sizeof *weights);
    struct conf_item item;

    for (size_t i = 0; i < core->priority.count; i++)
        if (conf_item_goods(core->priority.items[i], &item)) {
            char *word = arena_strdup(&cli->arena, item.name);

            for (char *c = word; *c; c++) /* as the register keeps criteria */
                if (*c >= 'A' && *c <= 'Z')
                    *c = (char)(*c | 0x20);
            weights[priority->n++] = (struct plan_weight){word, item.number};
        }
    priority->weights = weights;
    priority->waiting_day = core->priority_waiting_day;
    priority->member = core->priority_member;
}

/* Today where that is a day of the stage, else its first day if it is still to come. */
static alm_date day_of(struct cli *cli, const struct register_entry *stage, const struct alm_value *date)
{
    const alm_date today = host_today(cli->host);

    return date ? (alm_date)date->number : today < stage->starts ? stage->starts : today;
}

enum alm_status cli_plan_draft(struct cli *cli, const char *name, const char *stage, const char *area,
                               const struct alm_value *date, struct plan *plan, struct alm_error *err)
{
    struct plan_request request = {.area = -1};
    struct host_programme *programme;
    const struct plans *plans;
    enum alm_status status = host_plans(cli->host, &plans, err);

    if (status == ALM_OK)
        status = host_programme(cli->host, name, &programme, err);
    if (status != ALM_OK)
        return status;
    if (programme->conf->core->cases)
        return error_set(err, ALM_BAD_DATA, _("`almoner case list --state approved` shows who is to receive it"),
                         _("%s is asked for and decided case by case (%s)"), name, programme->conf->file);
    request.programme = host_programme_ledger(programme, err);
    if (!request.programme)
        return err->status;
    request.stage = register_by_code(plans->directory, REGISTER_STAGE, text_of(stage), err);
    if (!request.stage)
        return err->status;
    if (area && (request.area = register_area_by_code(plans->directory, text_of(area), err)) < 0)
        return err->status;
    request.date = day_of(cli, request.stage, date);
    read_priority(cli, programme->conf->core, &request.priority);
    return plan_make(plans, &request, plan, &cli->arena, err);
}

static const struct alm_column made_columns[] = {
    CLI_COLUMN("id", N_("id"), ALM_ID),          CLI_COLUMN("state", N_("state"), ALM_STRING),
    CLI_COLUMN("lines", N_("lines"), ALM_INT),   CLI_COLUMN("quantity", N_("quantity"), ALM_QUANTITY),
    CLI_COLUMN("value", N_("value"), ALM_MONEY), CLI_COLUMN("left_out", N_("left out"), ALM_INT),
};

static enum alm_status tell_plan(struct cli *cli, const struct plan *plan, struct alm_error *err)
{
    const struct alm_value row[] = {alm_number(plan->id),    alm_string(_(plan_states[plan->state])),
                                    alm_number(plan->lines), alm_number(plan->quantity),
                                    alm_number(plan->value), alm_number(plan->left_out)};
    enum alm_status status = report_begin(
        cli->report, NULL, cli_money_columns(cli, made_columns, COUNT_OF(made_columns)), COUNT_OF(made_columns), err);

    if (status == ALM_OK)
        status = report_row(cli->report, row, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static enum alm_status run_make(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    const struct alm_arg *date = alm_arg(args, "date");
    struct plan plan;
    enum alm_status status = cli_plan_draft(cli, alm_arg_text(args, "programme"), alm_arg_text(args, "stage"),
                                            alm_arg_text(args, "area"), date->count ? date->values : NULL, &plan, err);

    (void)host;
    if (status != ALM_OK)
        return status;
    cli->entry.added = plan.lines;
    cli->entry.subject = arena_printf(&cli->arena, "%lld", (long long)plan.id);
    return tell_plan(cli, &plan, err);
}

/* ---- approve, cancel ---- */

static enum alm_status tell_changed(struct cli *cli, const struct plans *plans, alm_id id, struct alm_error *err)
{
    struct plan plan;
    enum alm_status status = plan_read(plans, id, &plan, &cli->arena, err);

    cli->entry.changed = 1;
    cli->entry.subject = arena_printf(&cli->arena, "%lld", (long long)id);
    return status == ALM_OK ? tell_plan(cli, &plan, err) : status;
}

/* As its settings are now: they say what it draws, and from which depots. */
static enum alm_status programme_of(struct cli *cli, const struct plans *plans, alm_id id,
                                    const struct ledger_programme **of, struct alm_error *err)
{
    const struct register_entry *entry;
    struct host_programme *programme;
    struct plan plan;
    enum alm_status status = plan_read(plans, id, &plan, &cli->arena, err);

    *of = NULL;
    if (status != ALM_OK)
        return status;
    entry = register_by_id(plans->directory, REGISTER_PROGRAMME, plan.programme);
    status = host_programme(cli->host, entry ? entry->code : "", &programme, err);
    if (status != ALM_OK)
        return status;
    *of = host_programme_ledger(programme, err);
    return *of ? ALM_OK : err->status;
}

static enum alm_status run_approve(const struct alm_host *host, void *state, const struct alm_args *args,
                                   struct alm_error *err)
{
    struct cli *cli = state;
    const alm_id id = alm_arg_number(args, "id", 0);
    const struct ledger_programme *programme;
    const struct plans *plans;
    enum alm_status status = host_plans(cli->host, &plans, err);

    (void)host;
    if (status == ALM_OK)
        status = programme_of(cli, plans, id, &programme, err);
    if (status == ALM_OK)
        status = plan_approve(plans, programme, id, err);
    return status == ALM_OK ? tell_changed(cli, plans, id, err) : status;
}

static enum alm_status run_cancel(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct cli *cli = state;
    const alm_id id = alm_arg_number(args, "id", 0);
    const struct plans *plans;
    enum alm_status status = host_plans(cli->host, &plans, err);

    (void)host;
    cli->entry.reason = alm_arg_text(args, "reason");
    if (status == ALM_OK && !text_trim(text_of(cli->entry.reason)).len)
        status = error_set(err, ALM_USAGE, _("add --reason TEXT"), _("--reason: say why"));
    if (status == ALM_OK)
        status = plan_cancel(plans, id, cli->entry.reason, err);
    return status == ALM_OK ? tell_changed(cli, plans, id, err) : status;
}

/* ---- tables ---- */

#define TEXT(n, v, h)                                                                                                  \
    {                                                                                                                  \
        .name = n, .type = ALM_STRING, .value = v, .help = h                                                           \
    }
#define ID(n, h)                                                                                                       \
    {                                                                                                                  \
        .name = n, .type = ALM_ID, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "ID", .help = h                      \
    }
#define LIMIT                                                                                                          \
    {                                                                                                                  \
        .name = "limit", .type = ALM_INT, .value = "N", .fallback = "100", .help = N_("at most so many; 0: all")       \
    }

static const struct alm_option make_options[] = {
    {.name = "programme",
     .type = ALM_STRING,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "PROGRAMME",
     .help = N_("what is to be given")},
    {.name = "stage",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .value = "CODE",
     .help = N_("the stage in which it is given")},
    TEXT("area", "CODE", N_("only this area and what lies in it")),
    {.name = "date",
     .type = ALM_DATE,
     .value = "DATE",
     .help = N_("the day for which the rule is asked (default: today, or the stage's first day)")},
};
static const struct alm_option list_options[] = {
    TEXT("programme", "NAME", N_("only this programme")),
    TEXT("stage", "CODE", N_("only this stage")),
    {.name = "state",
     .type = ALM_ENUM,
     .choices = plan_states,
     .value = "STATE",
     .help = N_("only those in this state")},
    LIMIT,
};
static const struct alm_option show_options[] = {
    ID("id", N_("as `plan list` shows it")),
    {.name = "left-out", .type = ALM_BOOL, .help = N_("who is not on it, and why")},
    {.name = "open", .type = ALM_BOOL, .help = N_("only lines of which something is still to come")},
    TEXT("household", "CODE", N_("only this household")),
    TEXT("place", "CODE", N_("only this place")),
    TEXT("area", "CODE", N_("only this area and what lies in it")),
    LIMIT,
};
static const struct alm_option diff_options[] = {
    ID("id", N_("the plan as it was")),
    {.name = "other",
     .type = ALM_ID,
     .flags = ALM_ARGUMENT,
     .value = "OTHER",
     .help = N_("the plan as it is (default: what the draft would be if it were made now)")},
};
static const struct alm_option id_options[] = {ID("id", N_("as `plan list` shows it"))};
static const struct alm_option cancel_options[] = {
    ID("id", N_("as `plan list` shows it")),
    {.name = "reason",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .value = "TEXT",
     .help = N_("why, without personal data")},
};
static const struct alm_option export_options[] = {
    ID("id", N_("an approved plan")),
    TEXT("group", "CODE", N_("only the list of this group")),
    TEXT("body", "CODE", N_("only the lists of this body and its groups")),
    TEXT("area", "CODE", N_("only this area and what lies in it")),
    {.name = "all", .type = ALM_BOOL, .help = N_("also the lines that are closed")},
};

#define PLANNERS CLI_ROLE(CONF_PLANNER)
#define NEWEST(state) "\"$(almoner plan list --state " state " --limit 1 --output plain | cut -f 1)\""
static const struct alm_command plan_commands[] = {
    {"make", N_("draft who is to receive: the rule for everyone, by need, as far as it reaches"), make_options,
     COUNT_OF(make_options), ALM_WRITES | PLANNERS, run_make,
     "plan make parcels --stage S4 --area 1503 --date 1399/12/20"},
    {"list", N_("list plans, newest first"), list_options, COUNT_OF(list_options), ALM_READS, cli_plan_list,
     "plan list --state draft"},
    {"show", N_("show a plan and its lines, those in most need first"), show_options, COUNT_OF(show_options), ALM_READS,
     cli_plan_show, "plan show " NEWEST("draft") "\nplan show " NEWEST("draft") " --left-out --limit 20"},
    {"diff", N_("show what two plans have unlike, or what changed since a draft"), diff_options, COUNT_OF(diff_options),
     ALM_WRITES | PLANNERS, cli_plan_diff, "plan diff " NEWEST("draft")},
    {"approve", N_("put a draft in force; whoever made it cannot"), id_options, COUNT_OF(id_options),
     ALM_WRITES | CLI_ROLE(CONF_APPROVER), run_approve, "plan approve " NEWEST("draft")},
    {"cancel", N_("take a plan back"), cancel_options, COUNT_OF(cancel_options), ALM_WRITES | PLANNERS, run_cancel,
     "plan cancel " NEWEST("draft") " --reason 'lists of two bases came in late'"},
    {"export", N_("print the lists of an approved plan for those who deliver, with names and addresses"),
     export_options, COUNT_OF(export_options), ALM_READS | CLI_ROLE(CONF_PLANNER | CONF_STAFF), cli_plan_export,
     "plan export " NEWEST("approved") " --output csv\nplan export " NEWEST("approved") " --output html > lists.html"},
    {"progress", N_("show by area and group what was delivered of a plan"), id_options, COUNT_OF(id_options), ALM_READS,
     cli_plan_progress, "plan progress " NEWEST("approved")},
};
extern const struct cli_noun cli_plan;
const struct cli_noun cli_plan = {"plan", N_("plans: who is to receive in a stage, drafted, approved, delivered"),
                                  plan_commands, COUNT_OF(plan_commands)};
