/* SPDX-License-Identifier: MIT */
/* read: what lies where, and the journal, for lists. */
#include "stock/internal.h"

const char *const stock_accounts[] = {[0] = "",
                                      [STOCK_DONORS] = N_("donors"),
                                      [STOCK_GIVEN] = N_("beneficiaries"),
                                      [STOCK_LOST] = N_("losses"),
                                      [STOCK_DIFFERENCE] = N_("differences"),
                                      [STOCK_MAKING] = N_("making")};

static alm_date date_of(struct store_stmt *stmt, int i)
{
    const int64_t date = store_int(stmt, i);
    return date == ALM_NULL ? ALM_NO_DATE : (alm_date)date;
}

alm_money stock_value(alm_quantity quantity, alm_money price)
{
    __extension__ typedef __int128 wide;
    if (price == ALM_NULL)
        return ALM_NULL;
    const wide value = ((wide)quantity * price + ALM_UNIT / 2) / ALM_UNIT;
    return value > INT64_MAX / 4 ? INT64_MAX / 4 : (alm_money)value;
}

enum alm_status stock_lots(struct stock *stock, alm_id item, alm_id depot,
                           enum alm_status (*each)(void *context, const struct stock_lot *, struct alm_error *),
                           void *context, struct alm_error *err)
{
    /* A depot that has nothing left of an item is told too, once. */
    static const char sql[] =
        "SELECT d.id, d.code, i.id, i.code, i.name, i.unit, i.low, i.near, "
        "l.id, l.code, COALESCE(b.quantity, 0), l.expires, l.received, l.source, l.price "
        "FROM stock_on_hand h JOIN stock_depot d ON d.id = h.depot JOIN stock_item i ON i.id = h.item "
        "LEFT JOIN stock_balance b ON b.depot = h.depot AND b.item = h.item AND b.quantity <> 0 "
        "LEFT JOIN stock_lot l ON l.id = b.lot "
        "WHERE (CAST($1 AS BIGINT) = 0 OR h.item = $1) AND (CAST($2 AS BIGINT) = 0 OR h.depot = $2) "
        "ORDER BY d.code, i.code, CASE WHEN l.expires IS NULL THEN 1 ELSE 0 END, l.expires, b.lot";
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(stock->store, &stmt, err, sql, "ii", item, depot);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct stock_lot lot = {.depot = store_int(stmt, 0),
                                      .depot_code = store_string(stmt, 1),
                                      .item = store_int(stmt, 2),
                                      .item_code = store_string(stmt, 3),
                                      .item_name = store_string(stmt, 4),
                                      .unit = store_string(stmt, 5),
                                      .low = store_int(stmt, 6),
                                      .near = store_int(stmt, 7),
                                      .lot = store_is_null(stmt, 8) ? 0 : store_int(stmt, 8),
                                      .code = store_string(stmt, 9),
                                      .quantity = store_int(stmt, 10),
                                      .expires = date_of(stmt, 11),
                                      .received = date_of(stmt, 12),
                                      .source = store_string(stmt, 13),
                                      .price = store_int(stmt, 14)};
        if ((status = each(context, &lot, err)) != ALM_OK)
            store_done(stmt);
    }
    return status;
}

enum alm_status stock_journal(struct stock *stock, alm_id item, alm_id depot, int64_t limit,
                              enum alm_status (*each)(void *context, const struct stock_moved *, struct alm_error *),
                              void *context, struct alm_error *err)
{
    static const char sql[] = "SELECT m.id, m.kind, m.date, m.quantity, l.code, m.source, s.code, m.target, t.code, "
                              "m.reason "
                              "FROM stock_movement m JOIN stock_lot l ON l.id = m.lot "
                              "LEFT JOIN stock_depot s ON s.id = m.source "
                              "LEFT JOIN stock_depot t ON t.id = m.target "
                              "WHERE m.item = $1 AND (CAST($2 AS BIGINT) = 0 OR m.source = $2 OR m.target = $2) "
                              "ORDER BY m.id DESC, m.lot DESC, m.source DESC, m.target DESC LIMIT $3";
    struct store_stmt *stmt;
    bool row;
    enum alm_status status =
        store_query(stock->store, &stmt, err, sql, "iii", item, depot, limit > 0 ? limit : INT64_MAX);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const int64_t source = store_int(stmt, 5), target = store_int(stmt, 7);
        const struct stock_moved moved = {
            .id = store_int(stmt, 0),
            .kind = (enum stock_kind)store_int(stmt, 1),
            .date = date_of(stmt, 2),
            .quantity = store_int(stmt, 3),
            .lot = store_string(stmt, 4),
            .from = source <= STOCK_MAKING ? _(stock_accounts[source]) : store_string(stmt, 6),
            .to = target <= STOCK_MAKING ? _(stock_accounts[target]) : store_string(stmt, 8),
            .reason = store_string(stmt, 9)};
        if ((status = each(context, &moved, err)) != ALM_OK)
            store_done(stmt);
    }
    return status;
}
