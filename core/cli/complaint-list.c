/* SPDX-License-Identifier: MIT */
/* Listing complaints, and showing one with its steps.  Who complained is shown by code and id, never by name. */
#include "cli/complaint.h"

/* ---- who may see which ---- */

enum alm_status cli_complaints(struct cli *cli, const struct monitor **monitor, bool *sensitive, struct alm_error *err)
{
    uint32_t mine = 0;
    enum alm_status status = cli_my_roles(cli, &mine, err);

    if (status == ALM_OK && mine & CONF_STAFF)
        return error_set(err, ALM_NO_PERMISSION,
                         _("somebody else who is staff of no body does this; almoner roles tells what you are"),
                         _("complaints are not for the staff of a body, whatever other roles they have"));
    *sensitive = mine & CONF_COMPLAINTS;
    return status == ALM_OK ? host_monitor(cli->host, monitor, err) : status;
}

enum alm_status cli_complaint_arg(struct cli *cli, const struct alm_args *args, const struct monitor **monitor,
                                  struct monitor_complaint *complaint, struct alm_error *err)
{
    bool sensitive = false;
    enum alm_status status = cli_complaints(cli, monitor, &sensitive, err);

    if (status == ALM_OK)
        status = monitor_complaint_read(*monitor, alm_arg_number(args, "id", 0), complaint, &cli->arena, err);
    if (status == ALM_OK && complaint->sensitive && !sensitive)
        status = error_set(
            err, ALM_NO_PERMISSION,
            arena_printf(&cli->arena, _("[roles] complaints in %s names those who see it"), host_conf(cli->host)->file),
            _("complaint %lld is sensitive"), (long long)complaint->id);
    return status;
}

/* ---- list ---- */

struct listing {
    struct cli *cli;
    struct register_directory *directory;
    const struct monitor *monitor;
};

static struct alm_value date_value(alm_date date)
{
    return date == ALM_NO_DATE ? alm_null() : alm_number(date);
}

static struct alm_value id_value(alm_id id)
{
    return id ? alm_number(id) : alm_null();
}

static struct alm_value code_value(const struct listing *listing, enum register_noun noun, alm_id id)
{
    return id ? cli_entry_code(listing->directory, noun, id) : alm_null();
}

static struct alm_value area_value(const struct listing *listing, alm_id id)
{
    const struct register_area *areas;
    const int32_t area = register_area_by_id(listing->directory, id);
    struct alm_error err;

    if (area < 0 || register_areas(listing->directory, &areas, NULL, &err) != ALM_OK)
        return alm_null();
    return alm_string(areas[area].code);
}

/* A body or a user. */
static struct alm_value assigned_value(const struct listing *listing, alm_id body, const char *user)
{
    return body ? code_value(listing, REGISTER_BODY, body) : alm_string(user);
}

static struct alm_value overdue_value(const struct listing *listing, const struct monitor_complaint *complaint)
{
    const alm_date today = listing->monitor->today;

    if (complaint->answered != ALM_NO_DATE || complaint->closed != ALM_NO_DATE || complaint->due >= today)
        return alm_null();
    return alm_number((int64_t)today - complaint->due);
}

static const struct alm_column columns[] = {
    CLI_COLUMN("id", N_("id"), ALM_ID),
    CLI_COLUMN("opened", N_("opened"), ALM_DATE),
    CLI_COLUMN("kind", N_("kind"), ALM_STRING),
    CLI_COLUMN("sensitive", N_("sensitive"), ALM_BOOL),
    CLI_COLUMN("programme", N_("programme"), ALM_STRING),
    CLI_COLUMN("area", N_("area"), ALM_STRING),
    CLI_COLUMN("about", N_("about"), ALM_STRING),
    CLI_COLUMN("state", N_("state"), ALM_STRING),
    CLI_COLUMN("assigned", N_("assigned to"), ALM_STRING),
    CLI_COLUMN("due", N_("due"), ALM_DATE),
    {.name = "overdue", .title = N_("overdue"), .type = ALM_INT, .unit = N_("days")},
    CLI_COLUMN("answered", N_("answered"), ALM_DATE),
    CLI_COLUMN("text", N_("complaint"), ALM_STRING)};

static enum alm_status list_row(void *context, const struct monitor_complaint *complaint, struct alm_error *err)
{
    const struct listing *listing = context;
    const struct alm_value row[] = {alm_number(complaint->id),
                                    alm_number(complaint->opened),
                                    alm_string(_(monitor_kinds[complaint->kind])),
                                    alm_number(complaint->sensitive),
                                    code_value(listing, REGISTER_PROGRAMME, complaint->programme),
                                    area_value(listing, complaint->area),
                                    complaint->group ? code_value(listing, REGISTER_GROUP, complaint->group)
                                                     : code_value(listing, REGISTER_BODY, complaint->body),
                                    alm_string(_(monitor_states[complaint->state])),
                                    assigned_value(listing, complaint->assigned_body, complaint->assignee),
                                    alm_number(complaint->due),
                                    overdue_value(listing, complaint),
                                    date_value(complaint->answered),
                                    alm_string(complaint->text)};

    return report_row(listing->cli->report, row, err);
}

enum alm_status cli_complaint_list(const struct alm_host *host, void *state, const struct alm_args *args,
                                   struct alm_error *err)
{
    struct cli *cli = state;
    struct listing listing = {.cli = cli};
    struct monitor_filter filter = {.open = alm_arg(args, "open")->count > 0, .due_before = ALM_NO_DATE};
    int64_t hidden = 0;
    enum alm_status status = cli_complaints(cli, &listing.monitor, &filter.sensitive, err);

    (void)host;
    if (status == ALM_OK)
        status = cli_directory(cli, &listing.directory, err);
    if (status == ALM_OK)
        status = cli_entry_arg(listing.directory, args, "programme", REGISTER_PROGRAMME, &filter.programme, err);
    if (status == ALM_OK)
        status = cli_areas_arg(cli, listing.directory, args, &filter.areas, &filter.n_areas, err);
    if (alm_arg(args, "overdue")->count)
        filter.due_before = host_today(cli->host);
    if (status == ALM_OK)
        status = report_begin(cli->report, _("complaints"), columns, COUNT_OF(columns), err);
    if (status == ALM_OK)
        status = monitor_complaints(listing.monitor, &filter, list_row, &listing, &hidden, err);
    if (status == ALM_OK)
        status = report_end(cli->report, err);
    if (status == ALM_OK && hidden)
        cli_say(cli, _("and %lld sensitive, for those whom [roles] complaints in %s names"), (long long)hidden,
                host_conf(cli->host)->file);
    return status;
}

/* ---- show ---- */

static enum alm_status show_facts(const struct listing *listing, const struct monitor_complaint *complaint,
                                  struct alm_error *err)
{
    struct cli *cli = listing->cli;
    struct alm_value household = alm_null();
    char code[256];
    struct store *store;
    enum alm_status status = cli_store(cli, &store, err);

    if (status == ALM_OK && complaint->household) {
        status = register_name(store, ALM_NOUN_HOUSEHOLD, complaint->household, code, sizeof code, err);
        household = alm_string(code);
    }
    if (status == ALM_OK)
        status = cli_facts_begin(cli, _("complaint"), err);
    if (status != ALM_OK)
        return status;
    const struct cli_fact facts[] = {
        {_("id"), ALM_ID, alm_number(complaint->id)},
        {_("opened"), ALM_DATE, alm_number(complaint->opened)},
        {_("channel"), ALM_STRING, alm_string(_(monitor_channels[complaint->channel]))},
        {_("kind"), ALM_STRING, alm_string(_(monitor_kinds[complaint->kind]))},
        {_("sensitive"), ALM_BOOL, alm_number(complaint->sensitive)},
        {_("programme"), ALM_STRING, code_value(listing, REGISTER_PROGRAMME, complaint->programme)},
        {_("area"), ALM_STRING, area_value(listing, complaint->area)},
        {_("household"), ALM_STRING, household},
        {_("person"), ALM_ID, id_value(complaint->person)},
        {_("about body"), ALM_STRING, code_value(listing, REGISTER_BODY, complaint->body)},
        {_("about group"), ALM_STRING, code_value(listing, REGISTER_GROUP, complaint->group)},
        {_("complaint"), ALM_STRING, alm_string(complaint->text)},
        {_("state"), ALM_STRING, alm_string(_(monitor_states[complaint->state]))},
        {_("due"), ALM_DATE, alm_number(complaint->due)},
        {_("days overdue"), ALM_INT, overdue_value(listing, complaint)},
        {_("assigned to"), ALM_STRING, assigned_value(listing, complaint->assigned_body, complaint->assignee)},
        {_("outcome"), ALM_STRING,
         complaint->outcome < 0 ? alm_null() : alm_string(_(monitor_outcomes[complaint->outcome]))},
        {_("entered by"), ALM_STRING, alm_string(complaint->entered_by)}};

    status = cli_facts_add(cli, facts, COUNT_OF(facts), err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static const struct alm_column step_columns[] = {CLI_COLUMN("date", N_("date"), ALM_DATE),
                                                 CLI_COLUMN("step", N_("step"), ALM_STRING),
                                                 CLI_COLUMN("to", N_("to"), ALM_STRING),
                                                 CLI_COLUMN("outcome", N_("outcome"), ALM_STRING),
                                                 CLI_COLUMN("note", N_("answer or note"), ALM_STRING),
                                                 CLI_COLUMN("entered_by", N_("entered by"), ALM_STRING),
                                                 CLI_COLUMN("entered", N_("entered"), ALM_TIME)};

static enum alm_status step_row(void *context, const struct monitor_step *step, struct alm_error *err)
{
    const struct listing *listing = context;
    const struct alm_value row[] = {alm_number(step->date),
                                    alm_string(_(monitor_states[step->what])),
                                    assigned_value(listing, step->body, step->assignee),
                                    step->outcome < 0 ? alm_null() : alm_string(_(monitor_outcomes[step->outcome])),
                                    alm_string(step->note),
                                    alm_string(step->who),
                                    alm_number(step->at)};

    return report_row(listing->cli->report, row, err);
}

enum alm_status cli_complaint_show(const struct alm_host *host, void *state, const struct alm_args *args,
                                   struct alm_error *err)
{
    struct cli *cli = state;
    struct listing listing = {.cli = cli};
    struct monitor_complaint complaint = {0};
    enum alm_status status = cli_complaint_arg(cli, args, &listing.monitor, &complaint, err);

    (void)host;
    if (status == ALM_OK)
        status = cli_directory(cli, &listing.directory, err);
    if (status == ALM_OK)
        status = show_facts(&listing, &complaint, err);
    if (status == ALM_OK)
        status = report_begin(cli->report, _("steps"), step_columns, COUNT_OF(step_columns), err);
    if (status == ALM_OK)
        status = monitor_complaint_steps(listing.monitor, complaint.id, step_row, &listing, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}
