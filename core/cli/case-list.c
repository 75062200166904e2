/* SPDX-License-Identifier: MIT */
/* Listing cases, and showing one with its steps.  Names of persons are not shown here: codes and ids are enough. */
#include "cli/case.h"

struct listing {
    struct cli *cli;
    struct store *store;
    struct register_directory *directory;
    struct arena row; /* texts of the row at hand */
};

static enum alm_status open_listing(struct cli *cli, struct listing *listing, const struct cases **cases,
                                    struct alm_error *err)
{
    *listing = (struct listing){.cli = cli};
    enum alm_status status = cli_store(cli, &listing->store, err);

    if (status == ALM_OK)
        status = cli_directory(cli, &listing->directory, err);
    return status == ALM_OK ? host_cases(cli->host, cases, err) : status;
}

static struct alm_value date_value(alm_date date)
{
    return date == ALM_NO_DATE ? alm_null() : alm_number(date);
}

static struct alm_value id_value(alm_id id)
{
    return id ? alm_number(id) : alm_null();
}

/* ---- list ---- */

static enum alm_status read_filter(struct listing *listing, const struct alm_args *args, struct cases_filter *filter,
                                   struct alm_error *err)
{
    struct cli *cli = listing->cli;
    const struct alm_arg *state = alm_arg(args, "state"), *overdue = alm_arg(args, "overdue");
    alm_id place = 0;
    enum alm_status status = cli_beneficiary_arg(cli, args, "household", ALM_NOUN_HOUSEHOLD, &filter->owner, err);

    if (status == ALM_OK)
        status = cli_beneficiary_arg(cli, args, "place", ALM_NOUN_PLACE, &place, err);
    if (status == ALM_OK)
        status = cli_beneficiary_arg(cli, args, "person", ALM_NOUN_PERSON, &filter->person, err);
    if (status == ALM_OK)
        status = cli_entry_arg(listing->directory, args, "programme", REGISTER_PROGRAMME, &filter->programme, err);
    if (status == ALM_OK)
        status = cli_areas_arg(cli, listing->directory, args, &filter->areas, &filter->n_areas, err);
    if (status == ALM_OK && (filter->owner != 0) + (place != 0) + (filter->person != 0) > 1)
        status = error_set(err, ALM_USAGE, _("give one of them"), _("--household, --person and --place: whose?"));
    if (!filter->owner)
        filter->owner = place;
    filter->state = state->count ? (int)state->values[0].number : -1;
    filter->waiting_since = ALM_NO_DATE;
    if (status == ALM_OK && overdue->count) {
        const int64_t days = overdue->values[0].number;

        if (days < 0 || days > 36500)
            return error_set(err, ALM_USAGE, _("for example --overdue 14"), _("--overdue: a number of days is needed"));
        filter->waiting_since = host_today(cli->host) - (alm_date)days;
    }
    return status == ALM_OK ? cli_limit(args, &filter->limit, err) : status;
}

static const struct alm_column case_columns[] = {CLI_COLUMN("id", N_("id"), ALM_ID),
                                                 CLI_COLUMN("programme", N_("programme"), ALM_STRING),
                                                 CLI_COLUMN("owner", N_("household or place"), ALM_STRING),
                                                 CLI_COLUMN("person", N_("person"), ALM_ID),
                                                 CLI_COLUMN("partner", N_("partner"), ALM_ID),
                                                 CLI_COLUMN("subject", N_("subject"), ALM_STRING),
                                                 CLI_COLUMN("state", N_("state"), ALM_STRING),
                                                 CLI_COLUMN("asked", N_("asked for"), ALM_QUANTITY),
                                                 CLI_COLUMN("approved", N_("approved"), ALM_QUANTITY),
                                                 CLI_COLUMN("opened", N_("opened"), ALM_DATE),
                                                 CLI_COLUMN("visited", N_("visited"), ALM_DATE),
                                                 CLI_COLUMN("decided", N_("decided"), ALM_DATE),
                                                 CLI_COLUMN("delivered", N_("delivered"), ALM_DATE),
                                                 CLI_COLUMN("closed", N_("closed"), ALM_DATE)};

static struct alm_value quantity_value(alm_quantity quantity)
{
    return quantity ? alm_number(quantity) : alm_null();
}

static enum alm_status case_row(void *context, const struct cases_case *c, struct alm_error *err)
{
    struct listing *listing = context;
    const struct alm_value row[] = {
        alm_number(c->id),
        cli_entry_code(listing->directory, REGISTER_PROGRAMME, c->programme),
        cli_owner_code(listing->store, listing->directory, c->programme, c->owner, &listing->row),
        id_value(c->person),
        id_value(c->partner),
        alm_string(c->subject),
        alm_string(_(cases_states[c->state])),
        quantity_value(c->asked),
        quantity_value(c->approved),
        date_value(c->opened),
        date_value(c->visited),
        date_value(c->decided),
        date_value(c->delivered),
        date_value(c->closed)};
    enum alm_status status = report_row(listing->cli->report, row, err);

    arena_reset(&listing->row);
    return status;
}

enum alm_status cli_case_list(const struct alm_host *host, void *state, const struct alm_args *args,
                              struct alm_error *err)
{
    struct cli *cli = state;
    struct cases_filter filter = {0};
    struct listing listing;
    const struct cases *cases;
    enum alm_status status = open_listing(cli, &listing, &cases, err);

    (void)host;
    if (status == ALM_OK)
        status = read_filter(&listing, args, &filter, err);
    if (status == ALM_OK)
        status = report_begin(cli->report, _("cases"), case_columns, COUNT_OF(case_columns), err);
    if (status == ALM_OK)
        status = cases_list(cases, &filter, case_row, &listing, err);
    arena_release(&listing.row);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

/* ---- show ---- */

static enum alm_status show_facts(struct listing *listing, const struct cases_case *c, struct alm_error *err)
{
    struct cli *cli = listing->cli;
    const struct cli_fact facts[] = {
        {_("id"), ALM_ID, alm_number(c->id)},
        {_("programme"), ALM_STRING, cli_entry_code(listing->directory, REGISTER_PROGRAMME, c->programme)},
        {_("household or place"), ALM_STRING,
         cli_owner_code(listing->store, listing->directory, c->programme, c->owner, &listing->row)},
        {_("person"), ALM_ID, id_value(c->person)},
        {_("partner"), ALM_ID, id_value(c->partner)},
        {_("subject"), ALM_STRING, alm_string(c->subject)},
        {_("state"), ALM_STRING, alm_string(_(cases_states[c->state]))},
        {_("asked for"), ALM_QUANTITY, quantity_value(c->asked)},
        {_("approved"), ALM_QUANTITY, quantity_value(c->approved)},
        {_("document"), ALM_STRING, alm_string(c->document)},
        {_("note"), ALM_STRING, alm_string(c->note)},
        {_("entered by"), ALM_STRING, alm_string(c->entered_by)},
        {_("delivery"), ALM_ID, id_value(c->line)}};
    enum alm_status status = cli_facts_begin(cli, _("case"), err);

    if (status == ALM_OK)
        status = cli_facts_add(cli, facts, COUNT_OF(facts), err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static const struct alm_column step_columns[] = {CLI_COLUMN("date", N_("date"), ALM_DATE),
                                                 CLI_COLUMN("step", N_("step"), ALM_STRING),
                                                 CLI_COLUMN("by", N_("by"), ALM_STRING),
                                                 CLI_COLUMN("decision", N_("decision"), ALM_STRING),
                                                 CLI_COLUMN("quantity", N_("quantity"), ALM_QUANTITY),
                                                 CLI_COLUMN("reason", N_("reason or note"), ALM_STRING),
                                                 CLI_COLUMN("delivery", N_("delivery"), ALM_ID),
                                                 CLI_COLUMN("entered_by", N_("entered by"), ALM_STRING),
                                                 CLI_COLUMN("entered", N_("entered"), ALM_TIME)};

static enum alm_status step_row(void *context, const struct cases_step *step, struct alm_error *err)
{
    struct listing *listing = context;
    const struct alm_value row[] = {alm_number(step->date),
                                    alm_string(_(cases_whats[step->what])),
                                    alm_string(step->acting),
                                    alm_string(step->decision),
                                    quantity_value(step->quantity),
                                    alm_string(step->reason),
                                    id_value(step->line),
                                    alm_string(step->who),
                                    alm_number(step->at)};

    return report_row(listing->cli->report, row, err);
}

enum alm_status cli_case_show(const struct alm_host *host, void *state, const struct alm_args *args,
                              struct alm_error *err)
{
    struct cli *cli = state;
    struct cases_case found = {0};
    struct listing listing;
    const struct cases *cases;
    enum alm_status status = open_listing(cli, &listing, &cases, err);

    (void)host;
    if (status == ALM_OK)
        status = cases_read(cases, alm_arg_number(args, "id", 0), &found, &cli->arena, err);
    if (status == ALM_OK)
        status = show_facts(&listing, &found, err);
    if (status == ALM_OK)
        status = report_begin(cli->report, _("steps"), step_columns, COUNT_OF(step_columns), err);
    if (status == ALM_OK)
        status = cases_steps(cases, found.id, step_row, &listing, err);
    arena_release(&listing.row);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}
