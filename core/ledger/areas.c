/* SPDX-License-Identifier: MIT */
/*
 * areas: an area that comes to lie elsewhere, or becomes a county or ceases to be one, takes along what was counted for
 * the areas above it.  Lines, marks and the daily tally name the area itself and stay; the county of `tally` and the
 * unique counts of the areas above follow from the tree: they are taken out by the old one and put in by the new one.
 */
#include "ledger/internal.h"

static bool within_any(struct register_directory *directory, int32_t area, const alm_id *areas, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const int32_t within = register_area_by_id(directory, areas[i]);
        if (within >= 0 && register_area_within(directory, area, within))
            return true;
    }
    return false;
}

static enum alm_status count_tally(struct ledger *ledger, const alm_id *areas, size_t n, int64_t sign,
                                   struct alm_error *err)
{
    struct register_directory *directory = ledger->services.directory;
    struct store_stmt *stmt;
    bool row, taken = false;
    alm_id known = 0;
    enum alm_status status =
        store_query(ledger->services.store, &stmt, err,
                    "SELECT area, programme, stage, body, day, quantity, value, deliveries FROM tally_detail "
                    "ORDER BY day, programme, stage, area, body, grp, slot",
                    "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct alm_line sum = {.area = store_int(stmt, 0),
                                     .programme = store_int(stmt, 1),
                                     .stage = store_int(stmt, 2),
                                     .body = store_int(stmt, 3),
                                     .date = (alm_date)store_int(stmt, 4),
                                     .quantity = sign * store_int(stmt, 5),
                                     .value = sign * store_int(stmt, 6)};
        if (sum.area != known) {
            const int32_t area = sum.area ? register_area_by_id(directory, sum.area) : -1;
            taken = area >= 0 && within_any(directory, area, areas, n);
            known = sum.area;
        }
        if (taken)
            ledger_write_county(ledger->writer, &sum, sign * store_int(stmt, 7));
    }
    return status;
}

/* Everybody's marks: those of other areas, and of other cuts, come to nothing. */
static enum alm_status count_unique(struct ledger *ledger, int64_t sign, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row;
    enum alm_status status =
        store_query(ledger->services.store, &stmt, err, "SELECT state FROM reach ORDER BY owner", "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct alm_text state = store_text(stmt, 0);
        if (state.len && (status = reach_load(ledger->reach, state, err)) == ALM_OK)
            reach_count_all(ledger->reach, sign, ledger->counts);
        if (status != ALM_OK)
            store_done(stmt);
    }
    return status;
}

enum alm_status ledger_areas_move(void *context, const alm_id *areas, size_t n, bool moved, struct alm_error *err)
{
    struct ledger *ledger = context;
    const int64_t sign = moved ? 1 : -1;
    ledger_forget(ledger);
    enum alm_status status = count_tally(ledger, areas, n, sign, err);
    if (status == ALM_OK)
        status = count_unique(ledger, sign, err);
    if (status == ALM_OK)
        return ledger_writer_flush(ledger->writer, ledger->counts, err);
    ledger_writer_reset(ledger->writer);
    reach_counts_reset(ledger->counts);
    return status;
}
