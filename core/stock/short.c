/* SPDX-License-Identifier: MIT */
/*
 * short: what is told when there is not enough: how much is asked and how much there is, and in which other depots
 * there is some.  Many lines may be short of the same item: the other depots are read once.
 */
#include "stock/internal.h"

#include <stdlib.h>

struct place {
    alm_id depot;
    alm_date expires, received;
    alm_quantity quantity;
};

struct stock_shortage {
    alm_id item;
    struct place *places; /* by depot */
    size_t n, capacity;
};

void stock_short_reset(struct stock *stock)
{
    for (size_t i = 0; i < stock->n_shortages; i++)
        free(stock->shortages[i].places);
    free(stock->shortages);
    stock->shortages = NULL;
    stock->n_shortages = stock->shortages_capacity = 0;
}

static enum alm_status read_places(struct stock *stock, struct stock_shortage *shortage, struct alm_error *err)
{
    static const char sql[] = "SELECT b.depot, b.quantity, l.expires, l.received "
                              "FROM stock_depot d JOIN stock_balance b ON b.depot = d.id "
                              "JOIN stock_lot l ON l.id = b.lot "
                              "WHERE b.item = $1 AND b.quantity > 0 "
                              "ORDER BY b.depot, b.lot";
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(stock->store, &stmt, err, sql, "i", shortage->item);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const int64_t expires = store_int(stmt, 2);
        ARRAY_ROOM(shortage->places, shortage->n, shortage->capacity);
        shortage->places[shortage->n++] =
            (struct place){.depot = store_int(stmt, 0),
                           .quantity = store_int(stmt, 1),
                           .expires = expires == ALM_NULL ? STOCK_NEVER : (alm_date)expires,
                           .received = (alm_date)store_int(stmt, 3)};
    }
    return status;
}

static enum alm_status places_of(struct stock *stock, alm_id item, const struct stock_shortage **out,
                                 struct alm_error *err)
{
    for (size_t i = 0; i < stock->n_shortages; i++)
        if (stock->shortages[i].item == item) {
            *out = &stock->shortages[i];
            return ALM_OK;
        }
    ARRAY_ROOM(stock->shortages, stock->n_shortages, stock->shortages_capacity);
    struct stock_shortage *shortage = &stock->shortages[stock->n_shortages++];
    *shortage = (struct stock_shortage){.item = item};
    *out = shortage;
    return read_places(stock, shortage, err);
}

void stock_quantity_text(const struct stock_name *item, alm_quantity quantity, char *buf, size_t size)
{
    char plain[32], grouped[48];
    number_format_thousandths(quantity, plain, sizeof plain);
    number_group(plain, grouped, sizeof grouped);
    snprintf(buf, size, "%s%s%s", grouped, item && *item->unit ? " " : "", item ? item->unit : "");
}

static bool asked(const struct stock_need *need, alm_id depot)
{
    for (size_t i = 0; i < need->n_depots; i++)
        if (need->depots[i] == depot)
            return true;
    return false;
}

static void tell_elsewhere(struct stock *stock, const struct stock_need *need, const struct stock_name *item,
                           const struct stock_shortage *shortage, struct stock_short *out)
{
    enum { TOLD = 3 };
    size_t told = 0, len = 0;
    *out->elsewhere = '\0';
    for (size_t i = 0, next; i < shortage->n && told < TOLD; i = next) {
        const alm_id depot = shortage->places[i].depot;
        alm_quantity sum = 0;
        uint32_t cell;
        for (next = i; next < shortage->n && shortage->places[next].depot == depot; next++) {
            const struct place *place = &shortage->places[next];
            sum += place->expires >= need->date && place->received <= need->date ? place->quantity : 0;
        }
        if (asked(need, depot))
            continue;
        /* What this transaction took is not there any more. */
        if (stock_known(stock, depot, need->item, &cell))
            sum = stock_there(stock, cell, 0, need->date, STOCK_GOOD);
        const struct stock_name *name = stock_depot_name(stock, depot);
        char quantity[96];
        if (sum <= 0 || !name)
            continue;
        stock_quantity_text(item, sum, quantity, sizeof quantity);
        len += (size_t)snprintf(out->elsewhere + len, sizeof out->elsewhere - len, _("%s%s has %s"), told ? ", " : "",
                                name->code, quantity);
        told++;
        if (len >= sizeof out->elsewhere) {
            out->elsewhere[text_valid_length(text_of(out->elsewhere))] = '\0';
            break;
        }
    }
}

static void tell_there(struct stock *stock, const struct stock_need *need, const struct stock_name *item,
                       struct stock_short *out)
{
    alm_quantity good = 0, all = 0;
    char needed[96], there[96], more[96], where[80] = "";
    size_t len = 0;
    for (size_t i = 0; i < need->n_depots; i++) {
        const struct stock_name *name = stock_depot_name(stock, need->depots[i]);
        uint32_t cell;
        if (len < sizeof where)
            len += (size_t)snprintf(where + len, sizeof where - len, "%s%s", i ? ", " : "", name ? name->code : "?");
        if (!stock_known(stock, need->depots[i], need->item, &cell))
            continue;
        good += stock_there(stock, cell, need->lot, need->date, need->which);
        all += stock_there(stock, cell, need->lot, need->date, STOCK_ANY);
    }
    where[text_valid_length(text_of(where))] = '\0';
    stock_quantity_text(item, need->quantity, needed, sizeof needed);
    stock_quantity_text(item, good, there, sizeof there);
    stock_quantity_text(item, all - good, more, sizeof more);
    const char *code = item ? item->code : "?";
    int used =
        good > 0
            ? snprintf(out->text, sizeof out->text, _("%s is short: %s needed, %s in %s"), code, needed, there, where)
            : snprintf(out->text, sizeof out->text, _("%s is short: %s needed, none in %s"), code, needed, where);
    if (all > good && (size_t)used < sizeof out->text)
        snprintf(out->text + used, sizeof out->text - (size_t)used, _(" (%s more is expired or came later)"), more);
    out->text[text_valid_length(text_of(out->text))] = '\0';
}

enum alm_status stock_tell_short(struct stock *stock, const struct stock_need *need, struct stock_short *out,
                                 struct alm_error *err)
{
    const struct stock_name *item = stock_item_name(stock, need->item);
    const struct stock_shortage *shortage;
    if (!need->n_depots) {
        snprintf(out->text, sizeof out->text, _("no depot is named to draw %s from"), item ? item->code : "?");
        *out->elsewhere = '\0';
        return ALM_OK;
    }
    enum alm_status status = places_of(stock, need->item, &shortage, err);
    if (status != ALM_OK)
        return status;
    tell_there(stock, need, item, out);
    tell_elsewhere(stock, need, item, shortage, out);
    return ALM_OK;
}
