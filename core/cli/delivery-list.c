/* SPDX-License-Identifier: MIT */
/* Listing what was given, refused and held.  Names of persons are not shown here: codes and ids are enough. */
#include "cli/delivery.h"

struct listing {
    struct cli *cli;
    struct store *store;
    struct register_directory *directory;
    struct arena row;                 /* texts of the row at hand */
    const struct alm_programme *rule; /* of the one programme that is listed, for its own columns; or NULL */
    size_t n_columns;
};

static enum alm_status open_listing(struct cli *cli, struct listing *listing, struct ledger **ledger,
                                    struct alm_error *err)
{
    enum alm_status status;

    *listing = (struct listing){.cli = cli};
    status = cli_store(cli, &listing->store, err);
    if (status == ALM_OK)
        status = cli_directory(cli, &listing->directory, err);
    return status == ALM_OK ? host_ledger(cli->host, ledger, err) : status;
}

static enum alm_status read_filter(struct listing *listing, const struct alm_args *args, struct ledger_filter *filter,
                                   struct alm_error *err)
{
    struct cli *cli = listing->cli;
    struct register_directory *directory = listing->directory;
    const struct register_area *areas;
    alm_id place = 0;
    int32_t area = -1;
    size_t n;
    enum alm_status status = cli_beneficiary_arg(cli, args, "household", ALM_NOUN_HOUSEHOLD, &filter->owner, err);

    if (status == ALM_OK)
        status = cli_beneficiary_arg(cli, args, "place", ALM_NOUN_PLACE, &place, err);
    if (status == ALM_OK)
        status = cli_beneficiary_arg(cli, args, "person", ALM_NOUN_PERSON, &filter->person, err);
    if (status == ALM_OK)
        status = cli_entry_arg(directory, args, "programme", REGISTER_PROGRAMME, &filter->programme, err);
    if (status == ALM_OK)
        status = cli_entry_arg(directory, args, "body", REGISTER_BODY, &filter->body, err);
    if (status == ALM_OK)
        status = cli_own_body(cli, &filter->body, err);
    if (status == ALM_OK)
        status = cli_area_arg(directory, args, &area, err);
    if (status == ALM_OK && area >= 0 && (status = register_areas(directory, &areas, &n, err)) == ALM_OK)
        filter->area = areas[area].id;
    if (!filter->owner)
        filter->owner = place;
    filter->from = (alm_date)alm_arg_number(args, "from", ALM_NO_DATE);
    filter->to = (alm_date)alm_arg_number(args, "to", ALM_NO_DATE);
    return status == ALM_OK ? cli_limit(args, &filter->limit, err) : status;
}

/* The plug-in of a programme, enabled or not; none, and no error, for one that is not configured any more. */
static enum alm_status find_rule(struct listing *listing, alm_id programme, struct alm_error *err)
{
    const struct register_entry *entry = register_by_id(listing->directory, REGISTER_PROGRAMME, programme);
    struct conf_programme *conf = entry ? conf_programme_find(host_conf(listing->cli->host), entry->code) : NULL;
    const struct alm_plugin *plugin;
    enum alm_status status;

    if (!conf)
        return ALM_OK;
    status = host_programme_check(listing->cli->host, conf, &plugin, err);
    if (status == ALM_OK)
        listing->rule = plugin->programme;
    return status;
}

static enum alm_status own_values(struct listing *listing, const struct ledger_line *item, struct alm_value *values,
                                  struct alm_error *err)
{
    return ledger_detail_read(text_of(item->detail_text), listing->rule->detail, listing->rule->n_detail, values,
                              &listing->row, err);
}

static const struct alm_column line_columns[] = {CLI_COLUMN("id", N_("id"), ALM_ID),
                                                 CLI_COLUMN("date", N_("date"), ALM_DATE),
                                                 CLI_COLUMN("programme", N_("programme"), ALM_STRING),
                                                 CLI_COLUMN("owner", N_("household or place"), ALM_STRING),
                                                 CLI_COLUMN("person", N_("person"), ALM_ID),
                                                 CLI_COLUMN("quantity", N_("quantity"), ALM_QUANTITY),
                                                 CLI_COLUMN("value", N_("value"), ALM_MONEY),
                                                 CLI_COLUMN("body", N_("body"), ALM_STRING),
                                                 CLI_COLUMN("group", N_("group"), ALM_STRING),
                                                 CLI_COLUMN("reverses", N_("reverses"), ALM_ID)};

static enum alm_status line_row(void *context, const struct ledger_line *item, struct alm_error *err)
{
    struct listing *listing = context;
    const struct alm_line *line = &item->line;
    const struct alm_value shared[] = {
        alm_number(line->id),
        alm_number(line->date),
        cli_entry_code(listing->directory, REGISTER_PROGRAMME, line->programme),
        cli_owner_code(listing->store, listing->directory, line->programme, line->owner, &listing->row),
        line->person ? alm_number(line->person) : alm_null(),
        alm_number(line->quantity),
        alm_number(line->value),
        cli_entry_code(listing->directory, REGISTER_BODY, line->body),
        cli_entry_code(listing->directory, REGISTER_GROUP, line->group),
        line->reverses ? alm_number(line->reverses) : alm_null()};
    struct alm_value *row = arena_alloc(&listing->row, listing->n_columns * sizeof *row);
    enum alm_status status = ALM_OK;

    memcpy(row, shared, sizeof shared);
    if (listing->rule)
        status = own_values(listing, item, row + COUNT_OF(shared), err);
    if (status == ALM_OK)
        status = report_row(listing->cli->report, row, err);
    arena_reset(&listing->row);
    return status;
}

/* The columns of every line, then those of the one programme that is listed. */
static enum alm_status begin_lines(struct listing *listing, struct alm_error *err)
{
    struct cli *cli = listing->cli;
    size_t n = listing->rule ? listing->rule->n_detail : 0;
    struct alm_column *columns = arena_alloc(&cli->arena, (COUNT_OF(line_columns) + n) * sizeof *columns);

    memcpy(columns, line_columns, sizeof line_columns);
    if (n)
        memcpy(columns + COUNT_OF(line_columns), listing->rule->detail, n * sizeof *columns);
    listing->n_columns = COUNT_OF(line_columns) + n;
    return report_begin(cli->report, _("deliveries"), columns, listing->n_columns, err);
}

static const struct alm_column refusal_columns[] = {CLI_COLUMN("id", N_("id"), ALM_ID),
                                                    CLI_COLUMN("date", N_("date"), ALM_DATE),
                                                    CLI_COLUMN("programme", N_("programme"), ALM_STRING),
                                                    CLI_COLUMN("owner", N_("household or place"), ALM_STRING),
                                                    CLI_COLUMN("quantity", N_("quantity"), ALM_QUANTITY),
                                                    CLI_COLUMN("body", N_("offered by"), ALM_STRING),
                                                    CLI_COLUMN("blocking", N_("line in the way"), ALM_ID),
                                                    CLI_COLUMN("blocking_date", N_("given on"), ALM_DATE),
                                                    CLI_COLUMN("blocking_body", N_("given by"), ALM_STRING),
                                                    CLI_COLUMN("reason", N_("reason"), ALM_STRING)};

static enum alm_status refusal_row(void *context, const struct ledger_refusal *refusal, struct alm_error *err)
{
    struct listing *listing = context;
    const struct alm_value row[] = {
        alm_number(refusal->id),
        alm_number(refusal->date),
        cli_entry_code(listing->directory, REGISTER_PROGRAMME, refusal->programme),
        cli_owner_code(listing->store, listing->directory, refusal->programme, refusal->owner, &listing->row),
        alm_number(refusal->quantity),
        cli_entry_code(listing->directory, REGISTER_BODY, refusal->body),
        refusal->blocking ? alm_number(refusal->blocking) : alm_null(),
        refusal->blocking ? alm_number(refusal->blocking_date) : alm_null(),
        cli_entry_code(listing->directory, REGISTER_BODY, refusal->blocking_body),
        alm_string(refusal->reason)};
    enum alm_status status = report_row(listing->cli->report, row, err);

    arena_reset(&listing->row);
    return status;
}

static enum alm_status list_refusals(struct listing *listing, struct ledger *ledger, const struct ledger_filter *filter,
                                     int state, const char *title, struct alm_error *err)
{
    struct report *report = listing->cli->report;
    enum alm_status status = report_begin(report, title, refusal_columns, COUNT_OF(refusal_columns), err);

    if (status == ALM_OK)
        status = ledger_refusals(ledger, filter, state, refusal_row, listing, err);
    arena_release(&listing->row);
    return status == ALM_OK ? report_end(report, err) : status;
}

enum alm_status cli_delivery_list(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct cli *cli = state;
    struct ledger_filter filter = {0};
    struct listing listing;
    struct ledger *ledger;
    enum alm_status status = open_listing(cli, &listing, &ledger, err);

    (void)host;
    if (status == ALM_OK)
        status = read_filter(&listing, args, &filter, err);
    if (status == ALM_OK && alm_arg(args, "refused")->count)
        return list_refusals(&listing, ledger, &filter, 0, _("refused"), err);
    if (status == ALM_OK && filter.programme)
        status = find_rule(&listing, filter.programme, err);
    if (status == ALM_OK)
        status = begin_lines(&listing, err);
    if (status == ALM_OK)
        status = ledger_lines(ledger, &filter, line_row, &listing, err);
    arena_release(&listing.row);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

enum alm_status cli_delivery_held(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct ledger_filter filter = {.from = ALM_NO_DATE, .to = ALM_NO_DATE};
    struct listing listing;
    struct ledger *ledger;
    enum alm_status status = open_listing(state, &listing, &ledger, err);

    (void)host;
    if (status == ALM_OK)
        status = cli_limit(args, &filter.limit, err);
    return status == ALM_OK ? list_refusals(&listing, ledger, &filter, 1, _("held"), err) : status;
}

/* One line can be shown without its programme's plug-in: its own columns are then shown as they are stored. */
static enum alm_status show_own(struct listing *listing, const struct ledger_line *item, struct alm_error *err)
{
    const struct cli_fact stored = {_("own columns"), ALM_STRING, alm_string(item->detail_text)};
    struct alm_value *values;
    enum alm_status status = find_rule(listing, item->line.programme, err);

    if (status != ALM_OK || !listing->rule)
        return cli_facts_add(listing->cli, &stored, 1, err);
    values = arena_alloc(&listing->row, (listing->rule->n_detail + 1) * sizeof *values);
    status = own_values(listing, item, values, err);
    for (size_t i = 0; i < listing->rule->n_detail && status == ALM_OK; i++) {
        const struct alm_column *column = &listing->rule->detail[i];
        const struct cli_fact fact = {column->title, column->type, values[i]};

        status = cli_facts_add(listing->cli, &fact, 1, err);
    }
    return status;
}

/* There is no such line; but there may be a refusal, or an offer that was refused or held at first. */
static enum alm_status not_given(struct cli *cli, struct ledger *ledger, alm_id id, struct alm_error *err)
{
    static const char *const states[] = {N_("refused"), N_("held"), N_("refused or held at first, and recorded later"),
                                         N_("held, and dropped")};
    const char *reason = NULL;
    int state = 0;
    struct alm_error other;

    if (ledger_refusal_reason(ledger, id, &state, &reason, &cli->arena, &other) != ALM_OK || !reason)
        return err->status;
    return error_set(err, ALM_BAD_DATA,
                     state == 0   ? _("see: almoner delivery list --refused")
                     : state == 1 ? _("see: almoner delivery held list")
                                  : NULL,
                     _("%lld was not given, but %s: %s"), (long long)id, _(states[state]), reason);
}

enum alm_status cli_delivery_show(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct cli *cli = state;
    struct ledger_line item = {0};
    struct listing listing;
    struct ledger *ledger;
    enum alm_status status = open_listing(cli, &listing, &ledger, err);

    (void)host;
    if (status == ALM_OK)
        status = ledger_line_read(ledger, alm_arg_number(args, "id", 0), &item, &cli->arena, err);
    if (status == ALM_BAD_DATA)
        status = not_given(cli, ledger, alm_arg_number(args, "id", 0), err);
    if (status == ALM_OK)
        status = cli_facts_begin(cli, _("delivery"), err);
    if (status != ALM_OK)
        return status;
    const struct alm_line *line = &item.line;
    const struct cli_fact given[] = {
        {_("id"), ALM_ID, alm_number(line->id)},
        {_("date"), ALM_DATE, alm_number(line->date)},
        {_("programme"), ALM_STRING, cli_entry_code(listing.directory, REGISTER_PROGRAMME, line->programme)},
        {_("household or place"), ALM_STRING,
         cli_owner_code(listing.store, listing.directory, line->programme, line->owner, &listing.row)},
        {_("person"), ALM_ID, line->person ? alm_number(line->person) : alm_null()},
        {_("partner"), ALM_ID, line->partner ? alm_number(line->partner) : alm_null()},
        {_("quantity"), ALM_QUANTITY, alm_number(line->quantity)},
        {_("value"), ALM_MONEY, alm_number(line->value)},
        {_("body"), ALM_STRING, cli_entry_code(listing.directory, REGISTER_BODY, line->body)},
        {_("group"), ALM_STRING, cli_entry_code(listing.directory, REGISTER_GROUP, line->group)},
        {_("stage"), ALM_STRING, cli_entry_code(listing.directory, REGISTER_STAGE, line->stage)},
    };
    const struct cli_fact kept[] = {
        {_("key"), ALM_STRING, alm_string(item.key)},
        {_("note"), ALM_STRING, alm_string(item.note)},
        {_("reverses"), ALM_ID, line->reverses ? alm_number(line->reverses) : alm_null()},
        {_("reversed by"), ALM_ID, item.reversed_by ? alm_number(item.reversed_by) : alm_null()},
        {_("journal entry"), ALM_ID, alm_number(item.entry)}};

    status = cli_facts_add(cli, given, COUNT_OF(given), err);
    if (status == ALM_OK)
        status = show_own(&listing, &item, err);
    if (status == ALM_OK)
        status = cli_facts_add(cli, kept, COUNT_OF(kept), err);
    arena_release(&listing.row);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}
