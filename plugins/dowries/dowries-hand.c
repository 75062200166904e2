/* SPDX-License-Identifier: MIT */
/*
 * Items are handed over one by one: those of the stock leave their depot on that day, what is bought comes with receipt
 * and price.  With the last one the dowry is delivered: one line of the ledger, worth what all of them had cost.
 */
#include "dowries.h"
#include <stdlib.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* One item on its way to the couple, or back. */
struct handing {
    const struct dowries_settings *settings;
    struct dowries_dowry dowry;
    const char *item;
    const char *depot;   /* code; NULL: as set */
    const char *receipt; /* of what was bought; NULL: out of the stock */
    alm_money price;     /* ALM_NULL: not said */
    alm_date date;
    int64_t number; /* of the row, as all below */
    bool bought;
    alm_quantity quantity;
    alm_date handed;                            /* ALM_NO_DATE: not yet */
    alm_date returned;                          /* the last time; ALM_NO_DATE: never */
    alm_id issued;                              /* 0: not of the stock */
    alm_money cost;                             /* ALM_NULL: not known */
    char had_receipt[DOWRIES_MOST_RECEIPT + 1]; /* with which it was handed over; "": out of the stock */
    alm_money had_price;                        /* ALM_NULL: out of the stock */
};

static enum alm_status read_item(const struct alm_host *host, struct handing *h, struct alm_error *err)
{
    struct alm_statement *st = NULL;
    char lacks[200] = "it lacks ";
    size_t n;
    enum alm_status status =
        alm_query(host, &st, err,
                  "SELECT number, bought, quantity, handed, issued, returned, receipt, cost FROM dowries_item "
                  "WHERE programme = $1 AND dowry = $2 AND item = $3 ORDER BY number",
                  "iit", host->programme_id(host), h->dowry.id, h->item);
    h->number = 0;
    while (alm_next(host, st, &status, err)) {
        const int64_t handed = alm_column_int(host, st, 3);
        h->number = host->column_int(host, st, 0);
        h->bought = host->column_int(host, st, 1) != 0;
        h->quantity = host->column_int(host, st, 2);
        h->handed = handed == ALM_NULL ? ALM_NO_DATE : (alm_date)handed;
        h->issued = host->column_int(host, st, 4);
        h->returned = host->column_is_null(host, st, 5) ? ALM_NO_DATE : (alm_date)host->column_int(host, st, 5);
        const char *receipt = host->column_text(host, st, 6);
        snprintf(h->had_receipt, sizeof h->had_receipt, "%s", receipt ? receipt : "");
        h->had_price = receipt ? alm_column_int(host, st, 7) : ALM_NULL;
    }
    if (status != ALM_OK || h->number)
        return status;
    status = dowries_missing(host, h->dowry.id, lacks + strlen(lacks), sizeof lacks - strlen(lacks), &n, err);
    return status == ALM_OK
               ? alm_fail(err, ALM_BAD_DATA, n ? lacks : NULL, "no '%.60s' belongs to the dowry of certificate %s",
                          h->item, h->dowry.certificate)
               : status;
}

static enum alm_status check_day(const struct alm_host *host, const struct handing *h, alm_date first,
                                 const char *before, struct alm_error *err)
{
    char day[40];
    char other[40];
    host->format_date(host, h->date, day, sizeof day);
    host->format_date(host, first, other, sizeof other);
    if (h->date > host->today(host))
        return alm_fail(err, ALM_BAD_DATA, NULL, "%s lies in the future", day);
    if (h->date < first)
        return alm_fail(err, ALM_BAD_DATA, NULL, "on %s %s: that was on %s", day, before, other);
    return ALM_OK;
}

/* ---- out of the stock, or bought ---- */

enum { MOST_DEPOTS = 50 };

static enum alm_status take_from_stock(const struct alm_host *host, struct handing *h, struct alm_error *err)
{
    const struct dowries_settings *s = h->settings;
    const struct dowries_item *item = dowries_item_of(s, h->item);
    alm_id depots[MOST_DEPOTS];
    size_t n_depots = 0;
    struct alm_goods goods = {.quantity = h->quantity};
    enum alm_status status = host->find(host, ALM_NOUN_ITEM, dowries_stock_code(s, h->item), &goods.item, err);
    if (status == ALM_OK && h->depot)
        status = host->find(host, ALM_NOUN_DEPOT, h->depot, &depots[n_depots++], err);
    for (size_t i = 0; status == ALM_OK && !h->depot && i < s->depots.count && n_depots < MOST_DEPOTS; i++)
        status = host->find(host, ALM_NOUN_DEPOT, s->depots.items[i], &depots[n_depots++], err);
    if (status == ALM_OK && !n_depots)
        status = alm_fail(err, ALM_BAD_DATA, "give --depot, or write depots = CODE in its settings",
                          "out of which depot is the %.60s taken?", h->item);
    if (status != ALM_OK)
        return status;
    struct alm_draw draw = {
        .date = h->date, .depots = depots, .n_depots = n_depots, .goods = &goods, .n_goods = 1, .cost = ALM_NULL};
    status = host->stock_issue(host, &draw, err);
    if (status == ALM_OK && draw.verdict.refused)
        status = alm_fail(err, ALM_REFUSED, "or buy it, and give --receipt and --price", "%s", draw.verdict.reason);
    h->issued = draw.line;
    h->cost = draw.cost == ALM_NULL && item && item->value ? item->value : draw.cost;
    return status;
}

static enum alm_status buy(const struct handing *h, struct alm_error *err)
{
    const struct dowries_item *item = dowries_item_of(h->settings, h->item);
    if (!h->receipt || !*h->receipt || h->price == ALM_NULL)
        return alm_fail(err, ALM_BAD_DATA, "give both, for example --receipt R-118 --price 12000000",
                        "the %.60s is bought: its receipt and price are missing", h->item);
    if (strlen(h->receipt) > DOWRIES_MOST_RECEIPT)
        return alm_fail(err, ALM_BAD_DATA, NULL, "a receipt's number has at most %d bytes", DOWRIES_MOST_RECEIPT);
    if (h->price <= 0)
        return alm_fail(err, ALM_BAD_DATA, NULL, "the price of the %.60s has to be more than nothing", h->item);
    if (item && item->most && h->price > item->most)
        return alm_fail(err, ALM_REFUSED, "is a digit too many? `most` in its section is the limit",
                        "the price of the %.60s is more than may be paid for it", h->item);
    return ALM_OK;
}

/* ---- the end: a delivery ---- */

static enum alm_status deliver(const struct alm_host *host, const struct handing *h, struct alm_error *err)
{
    struct alm_statement *st = NULL;
    char key[40];
    struct alm_delivery delivery = {.size = sizeof delivery,
                                    .person = h->dowry.person,
                                    .partner = h->dowry.partner,
                                    .body = h->dowry.body,
                                    .group = h->dowry.group,
                                    .quantity = ALM_UNIT,
                                    .key = key};
    alm_id attempt = 0;
    enum alm_status status =
        alm_query(host, &st, err, "SELECT MAX(handed) FROM dowries_item WHERE programme = $1 AND dowry = $2", "ii",
                  host->programme_id(host), h->dowry.id);
    while (alm_next(host, st, &status, err))
        delivery.date = (alm_date)host->column_int(host, st, 0);
    if (status == ALM_OK)
        status = host->new_id(host, &attempt, err);
    /* Another one each time: a delivery may be taken back and given again.  Keys stay, so nothing personal is in it. */
    snprintf(key, sizeof key, "%lld dowry", (long long)attempt);
    return status == ALM_OK ? host->deliver(host, &delivery, err) : status;
}

/* *left is what is still missing after it; with nothing left the dowry is delivered. */
static enum alm_status hand(const struct alm_host *host, struct handing *h, char *left, size_t size, size_t *n_left,
                            struct alm_error *err)
{
    char day[40];
    enum alm_status status = read_item(host, h, err);
    if (status == ALM_OK && h->handed != ALM_NO_DATE) {
        host->format_date(host, h->handed, day, sizeof day);
        status = alm_fail(err, ALM_REFUSED, NULL, "the %.60s was handed over on %s already", h->item, day);
    }
    if (status == ALM_OK)
        status = check_day(host, h, h->dowry.opened, "the dowry was not open yet", err);
    if (status == ALM_OK && h->returned != ALM_NO_DATE)
        status = check_day(host, h, h->returned, "it had not come back yet", err);
    if (status != ALM_OK)
        return status;
    h->bought = h->bought || h->receipt || h->price != ALM_NULL;
    h->issued = 0;
    h->cost = h->price;
    if (h->bought && h->depot)
        status =
            alm_fail(err, ALM_BAD_DATA, "leave one out", "the %.60s is bought, or it comes out of a depot", h->item);
    else
        status = h->bought ? buy(h, err) : take_from_stock(host, h, err);
    if (status == ALM_OK)
        status = alm_run(host, NULL, err,
                         "UPDATE dowries_item SET handed = $4, cost = $5, receipt = $6, issued = $7 "
                         "WHERE programme = $1 AND dowry = $2 AND number = $3",
                         "iiiiiti", host->programme_id(host), h->dowry.id, h->number, (int64_t)h->date, h->cost,
                         h->bought ? h->receipt : NULL, h->issued ? h->issued : ALM_NULL);
    if (status == ALM_OK)
        status = dowries_missing(host, h->dowry.id, left, size, n_left, err);
    if (status == ALM_OK && !*n_left)
        status = deliver(host, h, err);
    return status;
}

static void say_left(const struct alm_host *host, const struct dowries_dowry *dowry, const char *left, size_t n)
{
    char text[400];
    if (n)
        snprintf(text, sizeof text, "certificate %s: still missing: %s", dowry->certificate, left);
    else
        snprintf(text, sizeof text, "certificate %s: all is handed over, the dowry is delivered", dowry->certificate);
    host->say(host, text);
}

struct place {
    alm_id item; /* 0: not of the stock */
    size_t at;
};

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left;
    const struct place *b = right;
    return a->item != b->item ? (a->item < b->item ? -1 : 1) : (a->at > b->at) - (a->at < b->at);
}

/* The order in which items are taken: everybody locks what the stock has of them by item, and so nobody waits
 * crosswise. */
static enum alm_status order_items(const struct alm_host *host, const struct dowries_settings *s,
                                   const struct alm_arg *items, struct place *places, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < items->count; i++) {
        places[i] = (struct place){.at = i};
        status = host->find(host, ALM_NOUN_ITEM, dowries_stock_code(s, items->values[i].text), &places[i].item, err);
        if (status == ALM_BAD_DATA) { /* bought, or no item at all: hand() tells */
            places[i].item = 0;
            status = ALM_OK;
        }
    }
    qsort(places, items->count, sizeof *places, compare_places);
    return status;
}

enum alm_status dowries_hand(const struct alm_host *host, void *state, const struct alm_args *args,
                             struct alm_error *err)
{
    const struct alm_arg *items = alm_arg(args, "item");
    struct handing h = {.settings = state,
                        .depot = alm_arg_text(args, "depot"),
                        .receipt = alm_arg_text(args, "receipt"),
                        .price = alm_arg_number(args, "price", ALM_NULL),
                        .date = (alm_date)alm_arg_number(args, "date", host->today(host))};
    char left[300] = "";
    size_t n_left = 0;
    struct place *places = host->alloc(host, items->count * sizeof *places);
    if (!places)
        return alm_fail(err, ALM_INTERNAL, "name fewer items", "out of memory while handing over items");
    if (items->count > 1 && (h.receipt || h.price != ALM_NULL))
        return alm_fail(err, ALM_USAGE, "hand over what is bought item by item",
                        "a receipt and price are for one item");
    enum alm_status status = dowries_find(host, alm_arg_text(args, "certificate"), &h.dowry, err);
    if (status == ALM_OK)
        status = dowries_lock(host, &h.dowry, err);
    if (status == ALM_OK)
        status = order_items(host, state, items, places, err);
    for (size_t i = 0; status == ALM_OK && i < items->count; i++) {
        h.item = items->values[places[i].at].text;
        status = hand(host, &h, left, sizeof left, &n_left, err);
    }
    if (status == ALM_OK)
        say_left(host, &h.dowry, left, n_left);
    return status;
}

/* ---- many ---- */

enum { CERTIFICATE, ITEM, DATE, DEPOT, RECEIPT, PRICE };
static const struct alm_import_column columns[] = {
    [CERTIFICATE] = {.name = "certificate",
                     .aliases = "certificate_number|سند ازدواج|شماره سند",
                     .type = ALM_STRING,
                     .flags = ALM_REQUIRED},
    [ITEM] = {.name = "item", .aliases = "کالا|قلم", .type = ALM_STRING, .flags = ALM_REQUIRED},
    [DATE] = {.name = "date", .aliases = "تاریخ", .type = ALM_DATE},
    [DEPOT] = {.name = "depot", .aliases = "انبار", .type = ALM_STRING},
    [RECEIPT] = {.name = "receipt", .aliases = "فاکتور|شماره فاکتور", .type = ALM_STRING},
    [PRICE] = {.name = "price", .aliases = "قیمت|مبلغ", .type = ALM_MONEY},
};

/* What the row doesn't say cannot differ. */
static bool bought_otherwise(const struct handing *h)
{
    return (h->receipt && strcmp(h->receipt, h->had_receipt) != 0) ||
           (h->price != ALM_NULL && h->price != h->had_price);
}

static enum alm_status import_row(const struct alm_host *host, void *context, const struct alm_value *values,
                                  enum alm_row_outcome *outcome, struct alm_error *err)
{
    const bool dated = !values[DATE].is_null;
    struct handing h = {.settings = context,
                        .item = values[ITEM].text,
                        .depot = values[DEPOT].is_null ? NULL : values[DEPOT].text,
                        .receipt = values[RECEIPT].is_null ? NULL : values[RECEIPT].text,
                        .price = values[PRICE].is_null ? ALM_NULL : values[PRICE].number,
                        .date = dated ? (alm_date)values[DATE].number : host->today(host)};
    char left[300];
    size_t n_left;
    enum alm_status status = dowries_find(host, values[CERTIFICATE].text, &h.dowry, err);
    if (status == ALM_OK)
        status = read_item(host, &h, err);
    /* The same row again; or one of an item that came back since, which a repeated file would hand over once more. */
    if (status == ALM_OK && h.handed != ALM_NO_DATE && (!dated || h.handed == h.date)) {
        *outcome = ALM_ROW_SAME;
        return bought_otherwise(&h) ? alm_fail(err, ALM_BAD_DATA, "if it was mistaken then, `return` the item first",
                                               "the %.60s was handed over with another receipt or price", h.item)
                                    : ALM_OK;
    }
    if (status == ALM_OK && h.handed == ALM_NO_DATE && h.returned != ALM_NO_DATE && (!dated || h.date <= h.returned)) {
        host->format_date(host, h.returned, left, sizeof left);
        return alm_fail(err, ALM_REFUSED, NULL, "the %.60s came back on %s: hand it over again by `hand`", h.item,
                        left);
    }
    if (status == ALM_OK)
        status = dowries_lock(host, &h.dowry, err);
    if (status == ALM_OK)
        status = hand(host, &h, left, sizeof left, &n_left, err);
    *outcome = ALM_ROW_NEW;
    return status;
}

enum alm_status dowries_hand_import(const struct alm_host *host, void *state, const struct alm_args *args,
                                    struct alm_error *err)
{
    const struct alm_import import = {.file = alm_arg_text(args, "file"),
                                      .columns = columns,
                                      .n_columns = COUNT_OF(columns),
                                      .row = import_row,
                                      .context = state};
    return host->import(host, &import, err);
}

/* ---- back ---- */

enum alm_status dowries_return(const struct alm_host *host, void *state, const struct alm_args *args,
                               struct alm_error *err)
{
    struct handing h = {.settings = state,
                        .item = alm_arg_text(args, "item"),
                        .date = (alm_date)alm_arg_number(args, "date", host->today(host))};
    char left[300];
    size_t n_left;
    enum alm_status status = dowries_find(host, alm_arg_text(args, "certificate"), &h.dowry, err);
    if (status == ALM_OK)
        status = dowries_lock(host, &h.dowry, err);
    if (status == ALM_OK)
        status = read_item(host, &h, err);
    if (status == ALM_OK && h.handed == ALM_NO_DATE)
        status = alm_fail(err, ALM_REFUSED, NULL, "the %.60s is not handed over", h.item);
    if (status == ALM_OK)
        status = check_day(host, &h, h.handed, "it was not handed over yet", err);
    if (status == ALM_OK && h.issued)
        status = host->stock_put_back(host, h.issued, h.date, err);
    if (status == ALM_OK)
        status = alm_run(host, NULL, err,
                         "UPDATE dowries_item SET handed = NULL, cost = NULL, receipt = NULL, issued = NULL, "
                         "returned = $4, reason = $5 WHERE programme = $1 AND dowry = $2 AND number = $3",
                         "iiiit", host->programme_id(host), h.dowry.id, h.number, (int64_t)h.date,
                         alm_arg_text(args, "reason"));
    if (status == ALM_OK)
        status = dowries_missing(host, h.dowry.id, left, sizeof left, &n_left, err);
    if (status == ALM_OK)
        say_left(host, &h.dowry, left, n_left);
    return status;
}
