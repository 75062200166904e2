/* SPDX-License-Identifier: MIT */
/* `almoner stock list` and `almoner stock show`: what lies where, what is low or near its expiry, and how it came so.
 */
#include "cli/stock.h"

static const struct alm_column sum_columns[] = {
    CLI_COLUMN("depot", N_("depot"), ALM_STRING),
    CLI_COLUMN("item", N_("item"), ALM_STRING),
    CLI_COLUMN("name", N_("name"), ALM_STRING),
    CLI_COLUMN("quantity", N_("quantity"), ALM_QUANTITY),
    CLI_COLUMN("unit", N_("unit"), ALM_STRING),
    CLI_COLUMN("expired", N_("of it expired"), ALM_QUANTITY),
    CLI_COLUMN("low", N_("low below"), ALM_QUANTITY),
    {.name = "value", .title = N_("value"), .type = ALM_MONEY, .flags = ALM_TOTAL}};
static const struct alm_column lot_columns[] = {
    CLI_COLUMN("depot", N_("depot"), ALM_STRING),
    CLI_COLUMN("item", N_("item"), ALM_STRING),
    CLI_COLUMN("name", N_("name"), ALM_STRING),
    CLI_COLUMN("lot", N_("lot"), ALM_STRING),
    CLI_COLUMN("quantity", N_("quantity"), ALM_QUANTITY),
    CLI_COLUMN("unit", N_("unit"), ALM_STRING),
    CLI_COLUMN("expires", N_("expires"), ALM_DATE),
    {.name = "days", .title = N_("left"), .type = ALM_INT, .unit = N_("days")},
    CLI_COLUMN("received", N_("received"), ALM_DATE),
    CLI_COLUMN("source", N_("source"), ALM_STRING),
    CLI_COLUMN("price", N_("unit price"), ALM_MONEY),
    {.name = "value", .title = N_("value"), .type = ALM_MONEY, .flags = ALM_TOTAL}};

struct listing {
    struct cli *cli;
    alm_date today;
    bool low, near;
    int64_t days; /* with near: instead of the items' own; -1 */
    int64_t rows;
    /* The sum over the lots of one item in one depot, so far; the texts are kept, the lot is not. */
    struct stock_lot sum;
    alm_quantity expired;
    alm_money value;
};

static struct alm_value number_or_null(int64_t number)
{
    return number == ALM_NULL ? alm_null() : alm_number(number);
}

static struct alm_value date_or_null(alm_date date)
{
    return date == ALM_NO_DATE ? alm_null() : alm_number(date);
}

/* ---- by lot ---- */

static bool is_near(const struct listing *listing, const struct stock_lot *lot)
{
    const int64_t days = listing->days >= 0 ? listing->days : lot->near;

    return lot->expires != ALM_NO_DATE && days != ALM_NULL && lot->expires - listing->today <= days;
}

static enum alm_status lot_row(void *context, const struct stock_lot *lot, struct alm_error *err)
{
    struct listing *listing = context;

    if (!lot->lot || (listing->near && !is_near(listing, lot)))
        return ALM_OK;
    const struct alm_value row[] = {alm_string(lot->depot_code),
                                    alm_string(lot->item_code),
                                    alm_string(lot->item_name),
                                    alm_string(lot->code),
                                    alm_number(lot->quantity),
                                    alm_string(lot->unit),
                                    date_or_null(lot->expires),
                                    lot->expires == ALM_NO_DATE ? alm_null()
                                                                : alm_number((int64_t)lot->expires - listing->today),
                                    date_or_null(lot->received),
                                    alm_string(lot->source),
                                    number_or_null(lot->price),
                                    number_or_null(stock_value(lot->quantity, lot->price))};

    listing->rows++;
    return report_row(listing->cli->report, row, err);
}

/* ---- by item and depot ---- */

static enum alm_status sum_row(struct listing *listing, struct alm_error *err)
{
    const struct stock_lot *sum = &listing->sum;
    const alm_quantity good = sum->quantity - listing->expired;

    if (!sum->item || (listing->low ? sum->low == ALM_NULL || good >= sum->low : sum->quantity == 0))
        return ALM_OK;
    const struct alm_value row[] = {
        alm_string(sum->depot_code), alm_string(sum->item_code),
        alm_string(sum->item_name),  alm_number(sum->quantity),
        alm_string(sum->unit),       listing->expired ? alm_number(listing->expired) : alm_null(),
        number_or_null(sum->low),    number_or_null(listing->value)};

    listing->rows++;
    return report_row(listing->cli->report, row, err);
}

static enum alm_status sum_lot(void *context, const struct stock_lot *lot, struct alm_error *err)
{
    struct listing *listing = context;
    const alm_money value = stock_value(lot->quantity, lot->price);
    enum alm_status status = ALM_OK;

    if (lot->depot != listing->sum.depot || lot->item != listing->sum.item) {
        struct arena *arena = &listing->cli->arena;

        status = sum_row(listing, err);
        listing->sum = *lot;
        listing->sum.quantity = 0;
        listing->sum.depot_code = arena_strdup(arena, lot->depot_code);
        listing->sum.item_code = arena_strdup(arena, lot->item_code);
        listing->sum.item_name = arena_strdup(arena, lot->item_name);
        listing->sum.unit = arena_strdup(arena, lot->unit);
        listing->expired = listing->value = 0;
    }
    listing->sum.quantity += lot->quantity;
    if (lot->expires != ALM_NO_DATE && lot->expires < listing->today)
        listing->expired += lot->quantity;
    if (lot->lot && (listing->value == ALM_NULL || value == ALM_NULL))
        listing->value = ALM_NULL;
    else if (lot->lot)
        listing->value += value;
    return status;
}

enum alm_status cli_stock_list(const struct alm_host *host, void *state, const struct alm_args *args,
                               struct alm_error *err)
{
    struct cli *cli = state;
    struct listing listing = {.cli = cli,
                              .today = host_today(cli->host),
                              .low = alm_arg(args, "low")->count > 0,
                              .near = alm_arg(args, "near")->count > 0 || alm_arg(args, "days")->count > 0,
                              .days = alm_arg_number(args, "days", -1)};
    const bool by_lot = alm_arg(args, "lots")->count > 0 || listing.near;
    struct stock *stock;
    alm_id item, depot;
    enum alm_status status;

    (void)host;
    if (alm_arg(args, "days")->count && listing.days < 0)
        return error_set(err, ALM_USAGE, _("write 0 or more"), _("--days %lld is no number of days"),
                         (long long)listing.days);
    if (listing.low && by_lot)
        return error_set(err, ALM_USAGE, _("ask for one of them"), _("--low is about items, the others about lots"));
    status = cli_stock_find(cli, args, &stock, &item, &depot, err);
    if (status == ALM_OK)
        status = report_begin(cli->report,
                              listing.low    ? _("low stock")
                              : listing.near ? _("near expiry")
                                             : _("stock"),
                              by_lot ? lot_columns : sum_columns,
                              by_lot ? COUNT_OF(lot_columns) : COUNT_OF(sum_columns), err);
    if (status == ALM_OK)
        status = stock_lots(stock, item, depot, by_lot ? lot_row : sum_lot, &listing, err);
    if (status == ALM_OK && !by_lot)
        status = sum_row(&listing, err);
    if (status == ALM_OK)
        status = report_end(cli->report, err);
    if (status == ALM_OK && !listing.rows)
        cli_say(cli, listing.low    ? _("nothing is low")
                     : listing.near ? _("nothing is near its expiry")
                                    : _("nothing is in stock"));
    return status;
}

/* ---- the journal ---- */

static const struct alm_column journal_columns[] = {
    CLI_COLUMN("id", N_("id"), ALM_ID),         CLI_COLUMN("date", N_("date"), ALM_DATE),
    CLI_COLUMN("kind", N_("kind"), ALM_STRING), CLI_COLUMN("quantity", N_("quantity"), ALM_QUANTITY),
    CLI_COLUMN("lot", N_("lot"), ALM_STRING),   CLI_COLUMN("from", N_("from"), ALM_STRING),
    CLI_COLUMN("to", N_("to"), ALM_STRING),     CLI_COLUMN("reason", N_("reason"), ALM_STRING)};

static enum alm_status journal_row(void *context, const struct stock_moved *moved, struct alm_error *err)
{
    struct cli *cli = context;
    const struct alm_value row[] = {
        alm_number(moved->id),       date_or_null(moved->date), alm_string(_(stock_kinds[moved->kind])),
        alm_number(moved->quantity), alm_string(moved->lot),    alm_string(moved->from),
        alm_string(moved->to),       alm_string(moved->reason)};

    return report_row(cli->report, row, err);
}

enum alm_status cli_stock_show(const struct alm_host *host, void *state, const struct alm_args *args,
                               struct alm_error *err)
{
    struct cli *cli = state;
    struct stock *stock;
    alm_id item, depot;
    int64_t limit = 0;
    enum alm_status status = cli_stock_find(cli, args, &stock, &item, &depot, err);

    (void)host;
    if (status == ALM_OK)
        status = cli_limit(args, &limit, err);
    if (status == ALM_OK)
        status = report_begin(cli->report, _("movements"), journal_columns, COUNT_OF(journal_columns), err);
    if (status == ALM_OK)
        status = stock_journal(stock, item, depot, limit, journal_row, cli, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}
