/* SPDX-License-Identifier: MIT */
/* Listing plans, their lines, who was left out, what differs, and how far they are.  Names of persons are not shown
 * here. */
#include "cli/plan.h"

enum alm_status cli_plan_open(struct cli *cli, struct plan_listing *listing, struct alm_error *err)
{
    *listing = (struct plan_listing){.cli = cli};
    enum alm_status status = host_plans(cli->host, &listing->plans, err);

    return status == ALM_OK ? register_areas(listing->plans->directory, &listing->areas, &listing->n_areas, err)
                            : status;
}

struct alm_value cli_plan_area(const struct plan_listing *listing, alm_id id)
{
    const int32_t area = id ? register_area_by_id(listing->plans->directory, id) : -1;

    return area < 0 ? alm_null() : alm_string(listing->areas[area].code);
}

static struct alm_value date_value(alm_date date)
{
    return date == ALM_NO_DATE ? alm_null() : alm_number(date);
}

static struct alm_value id_value(alm_id id)
{
    return id ? alm_number(id) : alm_null();
}

static struct alm_value time_value(alm_time time)
{
    return time == ALM_NULL ? alm_null() : alm_number(time);
}

static struct alm_value entry_code(const struct plan_listing *listing, enum register_noun noun, alm_id id)
{
    return id ? cli_entry_code(listing->plans->directory, noun, id) : alm_null();
}

/* ---- list ---- */

static const struct alm_column plan_columns[] = {CLI_COLUMN("id", N_("id"), ALM_ID),
                                                 CLI_COLUMN("programme", N_("programme"), ALM_STRING),
                                                 CLI_COLUMN("stage", N_("stage"), ALM_STRING),
                                                 CLI_COLUMN("area", N_("area"), ALM_STRING),
                                                 CLI_COLUMN("date", N_("for the day"), ALM_DATE),
                                                 CLI_COLUMN("state", N_("state"), ALM_STRING),
                                                 CLI_COLUMN("lines", N_("lines"), ALM_INT),
                                                 CLI_COLUMN("quantity", N_("quantity"), ALM_QUANTITY),
                                                 CLI_COLUMN("value", N_("value"), ALM_MONEY),
                                                 CLI_COLUMN("left_out", N_("left out"), ALM_INT),
                                                 CLI_COLUMN("made_by", N_("made by"), ALM_STRING),
                                                 CLI_COLUMN("approved_by", N_("approved by"), ALM_STRING)};

static enum alm_status plan_row(void *context, const struct plan *plan, struct alm_error *err)
{
    const struct plan_listing *listing = context;
    const struct alm_value row[] = {alm_number(plan->id),
                                    entry_code(listing, REGISTER_PROGRAMME, plan->programme),
                                    entry_code(listing, REGISTER_STAGE, plan->stage),
                                    cli_plan_area(listing, plan->area),
                                    alm_number(plan->date),
                                    alm_string(_(plan_states[plan->state])),
                                    alm_number(plan->lines),
                                    alm_number(plan->quantity),
                                    alm_number(plan->value),
                                    alm_number(plan->left_out),
                                    alm_string(plan->made_by),
                                    alm_string(plan->approved_by)};

    return report_row(listing->cli->report, row, err);
}

enum alm_status cli_plan_list(const struct alm_host *host, void *state, const struct alm_args *args,
                              struct alm_error *err)
{
    struct cli *cli = state;
    const struct alm_arg *only = alm_arg(args, "state");
    struct plan_listing listing;
    alm_id programme = 0, stage = 0;
    int64_t limit;
    enum alm_status status = cli_plan_open(cli, &listing, err);

    (void)host;
    if (status == ALM_OK)
        status = cli_entry_arg(listing.plans->directory, args, "programme", REGISTER_PROGRAMME, &programme, err);
    if (status == ALM_OK)
        status = cli_entry_arg(listing.plans->directory, args, "stage", REGISTER_STAGE, &stage, err);
    if (status == ALM_OK)
        status = cli_limit(args, &limit, err);
    if (status == ALM_OK)
        status = report_begin(cli->report, NULL, cli_money_columns(cli, plan_columns, COUNT_OF(plan_columns)),
                              COUNT_OF(plan_columns), err);
    if (status == ALM_OK)
        status = plan_list(listing.plans, programme, stage, only->count ? (int)only->values[0].number : -1, limit,
                           plan_row, &listing, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

/* ---- show ---- */

static const struct alm_column line_columns[] = {CLI_COLUMN("rank", N_("rank"), ALM_INT),
                                                 CLI_COLUMN("owner", N_("household or place"), ALM_STRING),
                                                 CLI_COLUMN("person", N_("person"), ALM_ID),
                                                 CLI_COLUMN("area", N_("area"), ALM_STRING),
                                                 CLI_COLUMN("body", N_("body"), ALM_STRING),
                                                 CLI_COLUMN("group", N_("group"), ALM_STRING),
                                                 CLI_COLUMN("members", N_("members"), ALM_INT),
                                                 CLI_COLUMN("last", N_("last served"), ALM_DATE),
                                                 CLI_COLUMN("score", N_("score"), ALM_DECIMAL),
                                                 CLI_COLUMN("quantity", N_("quantity"), ALM_QUANTITY),
                                                 CLI_COLUMN("delivered", N_("delivered"), ALM_QUANTITY)};

static enum alm_status line_row(void *context, const struct plan_line *line, struct alm_error *err)
{
    const struct plan_listing *listing = context;
    const struct alm_value row[] = {alm_number(line->rank),
                                    alm_string(line->code),
                                    id_value(line->person),
                                    cli_plan_area(listing, line->area),
                                    entry_code(listing, REGISTER_BODY, line->body),
                                    entry_code(listing, REGISTER_GROUP, line->group),
                                    alm_number(line->members),
                                    date_value(line->last),
                                    alm_number(line->score),
                                    alm_number(line->quantity),
                                    alm_number(line->delivered)};

    return report_row(listing->cli->report, row, err);
}

static const struct alm_column left_columns[] = {CLI_COLUMN("owner", N_("household or place"), ALM_STRING),
                                                 CLI_COLUMN("person", N_("person"), ALM_ID),
                                                 CLI_COLUMN("area", N_("area"), ALM_STRING),
                                                 CLI_COLUMN("quantity", N_("would have"), ALM_QUANTITY),
                                                 CLI_COLUMN("why", N_("why not"), ALM_STRING),
                                                 CLI_COLUMN("until", N_("again from"), ALM_DATE),
                                                 CLI_COLUMN("by", N_("served by"), ALM_STRING),
                                                 CLI_COLUMN("date", N_("on"), ALM_DATE),
                                                 CLI_COLUMN("blocking", N_("delivery or plan"), ALM_ID),
                                                 CLI_COLUMN("reason", N_("in words"), ALM_STRING)};

static enum alm_status left_row(void *context, const struct plan_line *line, struct alm_error *err)
{
    const struct plan_listing *listing = context;
    const struct alm_value row[] = {alm_string(line->code),
                                    id_value(line->person),
                                    cli_plan_area(listing, line->area),
                                    line->quantity ? alm_number(line->quantity) : alm_null(),
                                    alm_string(_(plan_whys[line->why])),
                                    date_value(line->until),
                                    entry_code(listing, REGISTER_BODY, line->blocking_body),
                                    date_value(line->blocking_date),
                                    id_value(line->blocking),
                                    alm_string(line->reason)};

    return report_row(listing->cli->report, row, err);
}

static enum alm_status show_facts(const struct plan_listing *listing, const struct plan *plan, struct alm_error *err)
{
    struct cli *cli = listing->cli;
    const struct cli_fact facts[] = {
        {_("id"), ALM_ID, alm_number(plan->id)},
        {_("programme"), ALM_STRING, entry_code(listing, REGISTER_PROGRAMME, plan->programme)},
        {_("stage"), ALM_STRING, entry_code(listing, REGISTER_STAGE, plan->stage)},
        {_("area"), ALM_STRING, cli_plan_area(listing, plan->area)},
        {_("for the day"), ALM_DATE, alm_number(plan->date)},
        {_("state"), ALM_STRING, alm_string(_(plan_states[plan->state]))},
        {_("lines"), ALM_INT, alm_number(plan->lines)},
        {_("quantity"), ALM_QUANTITY, alm_number(plan->quantity)},
        {_("value"), ALM_MONEY, alm_number(plan->value)},
        {_("left out"), ALM_INT, alm_number(plan->left_out)},
        {_("made by"), ALM_STRING, alm_string(plan->made_by)},
        {_("made"), ALM_TIME, time_value(plan->made)},
        {_("approved by"), ALM_STRING, alm_string(plan->approved_by)},
        {_("approved"), ALM_TIME, time_value(plan->approved)},
        {_("cancelled by"), ALM_STRING, alm_string(plan->cancelled_by)},
        {_("cancelled"), ALM_TIME, time_value(plan->cancelled)},
        {_("reason"), ALM_STRING, alm_string(plan->reason)},
        {_("digest of its lines"), ALM_STRING, alm_string(plan->digest)},
    };
    enum alm_status status = cli_facts_begin(cli, _("plan"), err);

    if (status == ALM_OK)
        status = cli_facts_add(cli, facts, COUNT_OF(facts), err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

enum alm_status cli_plan_show(const struct alm_host *host, void *state, const struct alm_args *args,
                              struct alm_error *err)
{
    struct cli *cli = state;
    const bool left_out = alm_arg(args, "left-out")->given;
    struct plan_filter filter = {.plan = alm_arg_number(args, "id", 0),
                                 .open = alm_arg(args, "open")->given,
                                 .body = PLAN_ANY,
                                 .group = PLAN_ANY};
    struct plan_listing listing;
    struct plan plan;
    alm_id place = 0;
    enum alm_status status = cli_plan_open(cli, &listing, err);

    (void)host;
    if (status == ALM_OK)
        status = plan_read(listing.plans, filter.plan, &plan, &cli->arena, err);
    if (status == ALM_OK)
        status = cli_beneficiary_arg(cli, args, "household", ALM_NOUN_HOUSEHOLD, &filter.owner, err);
    if (status == ALM_OK)
        status = cli_beneficiary_arg(cli, args, "place", ALM_NOUN_PLACE, &place, err);
    if (status == ALM_OK)
        status = cli_areas_arg(cli, listing.plans->directory, args, &filter.areas, &filter.n_areas, err);
    if (status == ALM_OK)
        status = cli_limit(args, &filter.limit, err);
    if (status != ALM_OK)
        return status;
    if (!filter.owner)
        filter.owner = place;
    status = show_facts(&listing, &plan, err);
    if (status == ALM_OK && left_out)
        status = report_begin(cli->report, _("left out"), left_columns, COUNT_OF(left_columns), err);
    else if (status == ALM_OK)
        status = report_begin(cli->report, _("lines"), line_columns, COUNT_OF(line_columns), err);
    if (status == ALM_OK && left_out)
        status = plan_left_out(listing.plans, &filter, left_row, &listing, err);
    else if (status == ALM_OK)
        status = plan_lines(listing.plans, &filter, line_row, &listing, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

/* ---- diff ---- */

static const struct alm_column change_columns[] = {CLI_COLUMN("owner", N_("household or place"), ALM_STRING),
                                                   CLI_COLUMN("person", N_("person"), ALM_ID),
                                                   CLI_COLUMN("area", N_("area"), ALM_STRING),
                                                   CLI_COLUMN("change", N_("change"), ALM_STRING),
                                                   CLI_COLUMN("before", N_("before"), ALM_QUANTITY),
                                                   CLI_COLUMN("after", N_("after"), ALM_QUANTITY),
                                                   CLI_COLUMN("group_before", N_("by, before"), ALM_STRING),
                                                   CLI_COLUMN("group_after", N_("by, after"), ALM_STRING)};

static struct alm_value assignee_code(const struct plan_listing *listing, alm_id body, alm_id group)
{
    return group ? entry_code(listing, REGISTER_GROUP, group) : entry_code(listing, REGISTER_BODY, body);
}

static enum alm_status change_row(void *context, const struct plan_change *change, struct alm_error *err)
{
    const struct plan_listing *listing = context;
    const bool was = change->before != ALM_NULL, is = change->after != ALM_NULL;
    const struct alm_value row[] = {alm_string(change->code),
                                    id_value(change->person),
                                    cli_plan_area(listing, change->area),
                                    alm_string(!was                              ? _("added")
                                               : !is                             ? _("gone")
                                               : change->before != change->after ? _("quantity")
                                                                                 : _("assignee")),
                                    was ? alm_number(change->before) : alm_null(),
                                    is ? alm_number(change->after) : alm_null(),
                                    assignee_code(listing, change->body_before, change->group_before),
                                    assignee_code(listing, change->body_after, change->group_after)};

    return report_row(listing->cli->report, row, err);
}

/* What a draft would be now: made, and undone with the transaction. */
static enum alm_status make_again(const struct plan_listing *listing, const struct plan *plan, struct plan *again,
                                  struct alm_error *err)
{
    const struct register_entry *programme =
        register_by_id(listing->plans->directory, REGISTER_PROGRAMME, plan->programme);
    const struct register_entry *stage = register_by_id(listing->plans->directory, REGISTER_STAGE, plan->stage);
    const struct alm_value area = cli_plan_area(listing, plan->area), date = alm_number(plan->date);

    if (plan->state != PLAN_DRAFT)
        return error_set(err, ALM_USAGE, _("name the plan to compare it with"),
                         _("plan %lld is %s: what stands on it would not be planned again"), (long long)plan->id,
                         _(plan_states[plan->state]));
    return cli_plan_draft(listing->cli, programme ? programme->code : "", stage ? stage->code : "",
                          area.is_null ? NULL : area.text, &date, again, err);
}

enum alm_status cli_plan_diff(const struct alm_host *host, void *state, const struct alm_args *args,
                              struct alm_error *err)
{
    struct cli *cli = state;
    const struct alm_arg *other = alm_arg(args, "other");
    struct plan_listing listing;
    struct plan before, after;
    enum alm_status status = cli_plan_open(cli, &listing, err);

    (void)host;
    cli->dry_run = true; /* whatever is written here is undone */
    cli->quiet = true;
    if (status == ALM_OK)
        status = plan_read(listing.plans, alm_arg_number(args, "id", 0), &before, &cli->arena, err);
    if (status == ALM_OK)
        status = other->count ? plan_read(listing.plans, other->values[0].number, &after, &cli->arena, err)
                              : make_again(&listing, &before, &after, err);
    if (status == ALM_OK)
        status = report_begin(cli->report, NULL, change_columns, COUNT_OF(change_columns), err);
    if (status == ALM_OK)
        status = plan_compare(listing.plans, before.id, after.id, change_row, &listing, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

/* ---- progress ---- */

static const struct alm_column progress_columns[] = {
    CLI_COLUMN("area", N_("area"), ALM_STRING),
    CLI_COLUMN("body", N_("body"), ALM_STRING),
    CLI_COLUMN("group", N_("group"), ALM_STRING),
    {.name = "planned", .title = N_("planned"), .type = ALM_QUANTITY, .flags = ALM_TOTAL},
    {.name = "delivered", .title = N_("delivered"), .type = ALM_QUANTITY, .flags = ALM_TOTAL},
    CLI_COLUMN("share", N_("share, %"), ALM_DECIMAL),
    {.name = "lines", .title = N_("lines"), .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "open", .title = N_("nothing came"), .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "short", .title = N_("came short"), .type = ALM_INT, .flags = ALM_TOTAL}};

static enum alm_status progress_row(void *context, const struct plan_progress *progress, struct alm_error *err)
{
    __extension__ typedef __int128 wide;
    const struct plan_listing *listing = context;
    const int64_t share =
        progress->planned ? (int64_t)((wide)progress->delivered * 100 * ALM_UNIT / progress->planned) / 100 * 100 : 0;
    const struct alm_value row[] = {cli_plan_area(listing, progress->area),
                                    entry_code(listing, REGISTER_BODY, progress->body),
                                    entry_code(listing, REGISTER_GROUP, progress->group),
                                    alm_number(progress->planned),
                                    alm_number(progress->delivered),
                                    alm_number(share),
                                    alm_number(progress->lines),
                                    alm_number(progress->open),
                                    alm_number(progress->short_lines)};

    return report_row(listing->cli->report, row, err);
}

enum alm_status cli_plan_progress(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct cli *cli = state;
    struct plan_listing listing;
    struct plan plan;
    enum alm_status status = cli_plan_open(cli, &listing, err);

    (void)host;
    if (status == ALM_OK)
        status = plan_read(listing.plans, alm_arg_number(args, "id", 0), &plan, &cli->arena, err);
    if (status == ALM_OK)
        status = report_begin(cli->report, NULL, progress_columns, COUNT_OF(progress_columns), err);
    if (status == ALM_OK)
        status = plan_progress(listing.plans, plan.id, progress_row, &listing, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}
