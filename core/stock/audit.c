/* SPDX-License-Identifier: MIT */
/*
 * audit: the balances once more, from the journal.  The store adds up; what comes here is only what differs, so memory
 * does not grow with the journal.
 */
#include "stock/internal.h"

enum { MAX_TOLD = 100 };

struct auditing {
    struct stock *stock;
    void (*fault)(void *context, const char *text);
    void *context;
    int64_t faults;
};

ALM_PRINTF(2, 3) static void tell(struct auditing *audit, const char *format, ...)
{
    char text[512];
    va_list args;
    if (audit->faults++ >= MAX_TOLD)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    audit->fault(audit->context, text);
}

static const char *depot_code(struct auditing *audit, alm_id depot)
{
    const struct stock_name *name = stock_depot_name(audit->stock, depot);
    return name ? name->code : "?";
}

static const char *item_code(struct auditing *audit, alm_id item)
{
    const struct stock_name *name = stock_item_name(audit->stock, item);
    return name ? name->code : "?";
}

static enum alm_status balances(struct auditing *audit, struct alm_error *err)
{
    static const char sql[] =
        "SELECT s.depot, s.item, s.lot, CAST(SUM(s.moved) AS BIGINT), CAST(SUM(s.kept) AS BIGINT), MAX(l.code) FROM ("
        "SELECT target AS depot, item, lot, quantity AS moved, 0 AS kept FROM stock_movement WHERE target > 5 "
        "UNION ALL SELECT source, item, lot, -quantity, 0 FROM stock_movement WHERE source > 5 "
        "UNION ALL SELECT depot, item, lot, 0, quantity FROM stock_balance) s "
        "LEFT JOIN stock_lot l ON l.id = s.lot "
        "GROUP BY s.depot, s.item, s.lot HAVING SUM(s.moved) <> SUM(s.kept) OR SUM(s.kept) < 0 OR SUM(s.moved) < 0 "
        "ORDER BY s.depot, s.item, s.lot";
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(audit->stock->store, &stmt, err, sql, "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct stock_name *item = stock_item_name(audit->stock, store_int(stmt, 1));
        const char *lot = store_string(stmt, 5) ? store_string(stmt, 5) : "?";
        const int64_t moved = store_int(stmt, 3), kept = store_int(stmt, 4);
        char of_journal[96], of_balance[96];
        stock_quantity_text(item, moved, of_journal, sizeof of_journal);
        stock_quantity_text(item, kept, of_balance, sizeof of_balance);
        if (moved != kept)
            tell(audit, _("stock of %s, lot %s, in %s: %s kept, %s by its movements"), item ? item->code : "?", lot,
                 depot_code(audit, store_int(stmt, 0)), of_balance, of_journal);
        else
            tell(audit, _("stock of %s, lot %s, in %s is below 0: %s"), item ? item->code : "?", lot,
                 depot_code(audit, store_int(stmt, 0)), of_balance);
    }
    return status;
}

static enum alm_status sums(struct auditing *audit, struct alm_error *err)
{
    static const char sql[] = "SELECT depot, item, CAST(SUM(lots) AS BIGINT), CAST(SUM(kept) AS BIGINT) FROM ("
                              "SELECT depot, item, quantity AS lots, 0 AS kept FROM stock_balance "
                              "UNION ALL SELECT depot, item, 0, quantity FROM stock_on_hand) s "
                              "GROUP BY depot, item HAVING SUM(lots) <> SUM(kept) ORDER BY depot, item";
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(audit->stock->store, &stmt, err, sql, "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct stock_name *item = stock_item_name(audit->stock, store_int(stmt, 1));
        char of_lots[96], kept[96];
        stock_quantity_text(item, store_int(stmt, 2), of_lots, sizeof of_lots);
        stock_quantity_text(item, store_int(stmt, 3), kept, sizeof kept);
        tell(audit, _("stock of %s in %s: %s kept in all, %s by its lots"), item ? item->code : "?",
             depot_code(audit, store_int(stmt, 0)), kept, of_lots);
    }
    return status;
}

/* A movement that cannot be: between what is no account, of a lot of another item, of nothing. */
static enum alm_status movements(struct auditing *audit, struct alm_error *err)
{
    static const char sql[] =
        "SELECT m.id, m.item FROM stock_movement m LEFT JOIN stock_lot l ON l.id = m.lot "
        "LEFT JOIN stock_depot s ON s.id = m.source LEFT JOIN stock_depot t ON t.id = m.target "
        "WHERE m.quantity <= 0 OR m.source = m.target OR l.item IS NULL OR l.item <> m.item "
        "OR (m.source > 5 AND s.id IS NULL) OR (m.target > 5 AND t.id IS NULL) OR m.source < 1 OR m.target < 1 "
        "OR (m.source <= 5 AND m.target <= 5) "
        "ORDER BY m.id, m.lot, m.source, m.target";
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(audit->stock->store, &stmt, err, sql, "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
        tell(audit, _("movement %lld of %s is between accounts, or of a lot, that cannot be"),
             (long long)store_int(stmt, 0), item_code(audit, store_int(stmt, 1)));
    return status;
}

enum alm_status stock_verify(struct stock *stock, void (*fault)(void *context, const char *text), void *context,
                             int64_t *n, int64_t *faults, struct alm_error *err)
{
    struct auditing audit = {.stock = stock, .fault = fault, .context = context};
    stock_names_reset(&stock->items);
    stock_names_reset(&stock->depots);
    enum alm_status status = store_number(stock->store, n, 0, err, "SELECT COUNT(*) FROM stock_movement", "");
    if (status == ALM_OK)
        status = movements(&audit, err);
    if (status == ALM_OK)
        status = balances(&audit, err);
    if (status == ALM_OK)
        status = sums(&audit, err);
    *faults = audit.faults;
    return status;
}
