/* SPDX-License-Identifier: MIT */
/*
 * tidy: fold the slots of roll-ups and unique counts into one, and drop what adds up to nothing.  A writer that waits for
 * a row that goes makes it anew: nothing is lost, whoever else is at work.
 */
#include "ledger/lines.h"

#include <stdlib.h>

enum { MAX_COLUMNS = 10 };

/* Columns: the key with `slot` as its last, then sums. `part`, of the whole table, is folded at a time. */
static const struct table {
    const char *name;
    const char *columns[MAX_COLUMNS];
    size_t n_keys, n_columns;
    const char *parts; /* NULL: the table is small */
    const char *take;
} tables[] = {
    {"tally",
     {"programme", "stage", "county", "body", "month", "slot", "quantity", "deliveries", "value"},
     6,
     9,
     NULL,
     "DELETE FROM tally WHERE slot <> 0 OR (quantity = 0 AND deliveries = 0 AND value = 0) "
     "RETURNING programme, stage, county, body, month, slot, quantity, deliveries, value"},
    {"tally_detail",
     {"day", "programme", "stage", "area", "body", "grp", "slot", "quantity", "deliveries", "value"},
     7,
     10,
     "SELECT DISTINCT day FROM tally_detail "
     "WHERE slot <> 0 OR (quantity = 0 AND deliveries = 0 AND value = 0) ORDER BY day",
     "DELETE FROM tally_detail WHERE day = $1 AND (slot <> 0 OR (quantity = 0 AND deliveries = 0 AND value = 0)) "
     "RETURNING day, programme, stage, area, body, grp, slot, quantity, deliveries, value"},
    {"unique_count",
     {"cut", "programme", "value", "slot", "households", "persons", "places"},
     4,
     7,
     NULL,
     "DELETE FROM unique_count WHERE slot <> 0 OR (households = 0 AND persons = 0 AND places = 0) "
     "RETURNING cut, programme, value, slot, households, persons, places"},
};

static enum alm_status fold_part(struct store *store, const struct table *table, struct store_bulk *bulk,
                                 const int64_t *part, int64_t *folded, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = part ? store_query(store, &stmt, err, table->take, "i", *part)
                                  : store_query(store, &stmt, err, table->take, "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        int64_t values[MAX_COLUMNS];
        bool something = false;
        for (size_t i = 0; i < table->n_columns; i++) {
            values[i] = store_int(stmt, (int)i);
            something = something || (i >= table->n_keys && values[i]);
        }
        values[table->n_keys - 1] = 0;
        if (something)
            store_bulk_ints(bulk, values, table->n_columns);
        ++*folded;
    }
    return status == ALM_OK ? store_bulk_flush(bulk, table->n_keys, NULL, err) : status;
}

static enum alm_status fold_table(struct store *store, const struct table *table, int64_t *folded,
                                  struct alm_error *err)
{
    struct store_bulk_spec specs[MAX_COLUMNS];
    struct lines_ids parts = {0};
    struct store_stmt *stmt;
    enum alm_status status = ALM_OK;
    bool row = true;
    for (size_t i = 0; i < table->n_columns; i++)
        specs[i] = (struct store_bulk_spec){table->columns[i], i < table->n_keys ? ALM_BULK_KEY : ALM_BULK_ADD, false};
    struct store_bulk *bulk = store_bulk_new(store, table->name, ALM_BULK_MERGE, specs, table->n_columns);
    if (!table->parts)
        status = fold_part(store, table, bulk, NULL, folded, err);
    else
        status = store_query(store, &stmt, err, table->parts, "");
    while (table->parts && status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
        lines_ids_add(&parts, store_int(stmt, 0));
    for (size_t i = 0; status == ALM_OK && i < parts.n; i++)
        status = fold_part(store, table, bulk, &parts.at[i], folded, err);
    store_bulk_free(bulk);
    free(parts.at);
    return status;
}

enum alm_status ledger_tidy(struct ledger *ledger, int64_t *folded, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    *folded = 0;
    for (size_t i = 0; status == ALM_OK && i < COUNT_OF(tables); i++)
        status = fold_table(ledger->services.store, &tables[i], folded, err);
    return status;
}
