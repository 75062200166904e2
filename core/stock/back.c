/* SPDX-License-Identifier: MIT */
/*
 * back: goods that were given out and come back.  Beneficiaries are an account of the journal like another: of no lot,
 * and on no day, does more come back than went out.  Nothing is kept of that account but its movements, so these are
 * added up: returns by hand are rare.
 */
#include "stock/internal.h"

/* One lot while its days go by. */
struct account {
    struct stock_part part;
    alm_quantity out;   /* given out and not back, so far */
    alm_quantity least; /* on the day of the return or any later one */
};

/* What went out less what came back on a day; `date` is that of the return. */
static void account_day(struct account *account, alm_date day, alm_quantity out, alm_date date)
{
    account->out += out;
    if (day <= date || account->out < account->least)
        account->least = account->out;
}

static void close_lot(const struct account *account, alm_quantity *missing, struct stock_parts *back)
{
    if (account->least <= 0 || !*missing)
        return;
    ARRAY_ROOM(back->at, back->n, back->capacity);
    struct stock_part *part = &back->at[back->n++];
    *part = account->part;
    part->quantity = account->least < *missing ? account->least : *missing;
    *missing -= part->quantity;
}

enum alm_status stock_out(struct stock *stock, alm_id lot, alm_date date, alm_quantity *out, struct alm_error *err)
{
    static const char sql[] =
        "SELECT date, CAST(SUM(CASE WHEN target = 2 THEN quantity ELSE -quantity END) AS BIGINT) "
        "FROM stock_movement WHERE lot = $1 AND (source = 2 OR target = 2) GROUP BY date ORDER BY date";
    struct account account = {0};
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(stock->store, &stmt, err, sql, "i", lot);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
        account_day(&account, (alm_date)store_int(stmt, 0), store_int(stmt, 1), date);
    *out = account.least > 0 ? account.least : 0;
    return status;
}

enum alm_status stock_mark_returned(struct stock *stock, const struct stock_parts *back, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < back->n && status == ALM_OK; i++)
        status =
            store_run(stock->store, NULL, err, "UPDATE stock_lot SET returned = 1 WHERE id = $1", "i", back->at[i].lot);
    return status;
}

enum alm_status stock_back(struct stock *stock, const struct stock_order *order, alm_id lot, alm_quantity *missing,
                           struct stock_parts *back, struct alm_error *err)
{
    static const char sql[] =
        "SELECT l.id, l.expires, l.received, l.price, m.date, "
        "CAST(SUM(CASE WHEN m.target = 2 THEN m.quantity ELSE -m.quantity END) AS BIGINT) "
        "FROM stock_movement m JOIN stock_lot l ON l.id = m.lot "
        "WHERE m.item = $1 AND (m.source = 2 OR m.target = 2) "
        "AND (l.id = $2 OR (CAST($2 AS BIGINT) = 0 AND (l.expires IS NULL OR l.expires >= $3) "
        "AND EXISTS (SELECT 1 FROM stock_balance b WHERE b.depot = $4 AND b.item = $1 AND b.lot = l.id))) "
        "GROUP BY l.id, l.expires, l.received, l.price, m.date "
        "ORDER BY CASE WHEN l.expires IS NULL THEN 1 ELSE 0 END, l.expires, l.id, m.date";
    struct account account = {0};
    struct store_stmt *stmt;
    bool row;
    *missing = order->quantity;
    enum alm_status status = stock_sync(stock, err);
    if (status == ALM_OK)
        status =
            store_query(stock->store, &stmt, err, sql, "iiii", order->item, lot, (int64_t)order->date, order->depot);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct stock_part part = stock_part_of(stmt);
        if (part.lot != account.part.lot) {
            close_lot(&account, missing, back);
            account = (struct account){.part = part};
        }
        account_day(&account, (alm_date)store_int(stmt, 4), store_int(stmt, 5), order->date);
    }
    close_lot(&account, missing, back);
    return status;
}
