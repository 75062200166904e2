/* SPDX-License-Identifier: MIT */
/* journal: movements and the balances that follow from them, gathered and written together. */
#include "stock/internal.h"

#include <stdlib.h>

enum { ID, LOT, SOURCE, TARGET, ITEM, KIND, DATE, QUANTITY, ENTRY, NUMBERS, REASON = NUMBERS, COLUMNS };
static const struct store_bulk_spec movement_specs[COLUMNS] = {
    [ID] = {"id", ALM_BULK_KEY, false},         [LOT] = {"lot", ALM_BULK_KEY, false},
    [SOURCE] = {"source", ALM_BULK_KEY, false}, [TARGET] = {"target", ALM_BULK_KEY, false},
    [ITEM] = {"item", ALM_BULK_SET, false},     [KIND] = {"kind", ALM_BULK_SET, false},
    [DATE] = {"date", ALM_BULK_SET, false},     [QUANTITY] = {"quantity", ALM_BULK_ADD, false},
    [ENTRY] = {"entry", ALM_BULK_SET, false},   [REASON] = {"reason", ALM_BULK_SET, true},
};
static const struct store_bulk_spec balance_specs[] = {{"depot", ALM_BULK_KEY, false},
                                                       {"item", ALM_BULK_KEY, false},
                                                       {"lot", ALM_BULK_KEY, false},
                                                       {"quantity", ALM_BULK_ADD, false}};
static const struct store_bulk_spec on_hand_specs[] = {
    {"depot", ALM_BULK_KEY, false}, {"item", ALM_BULK_KEY, false}, {"quantity", ALM_BULK_ADD, false}};

static struct store_bulk *bulk(struct stock *stock, struct store_bulk **at, const char *table, enum alm_bulk_mode mode,
                               const struct store_bulk_spec *specs, size_t n)
{
    if (!*at)
        *at = store_bulk_new(stock->store, table, mode, specs, n);
    return *at;
}

/* Writing empties them; there are rows only if they were held. */
static void drop(struct store_bulk **rows, bool all)
{
    if (*rows && (all || store_bulk_count(*rows))) {
        store_bulk_free(*rows);
        *rows = NULL;
    }
}

void stock_journal_reset(struct stock *stock, bool all)
{
    drop(&stock->movements, all);
    drop(&stock->more_movements, all);
    drop(&stock->balances, all);
    drop(&stock->on_hand, all);
    drop(&stock->locks, all);
    stock->held = false;
}

/* A line that something was drawn for already may get more of the same lot: these rows are merged, the others, which
 * are nearly all, are new. */
static void post(struct stock *stock, const struct stock_post *post, alm_id lot, alm_id item, alm_id source,
                 alm_id target, alm_quantity quantity)
{
    struct store_bulk *rows = stock->again ? bulk(stock, &stock->more_movements, "stock_movement", ALM_BULK_MERGE,
                                                  movement_specs, COUNT_OF(movement_specs))
                                           : bulk(stock, &stock->movements, "stock_movement", ALM_BULK_APPEND,
                                                  movement_specs, COUNT_OF(movement_specs));
    const int64_t numbers[NUMBERS] = {
        [ID] = post->id,     [LOT] = lot,         [SOURCE] = source,     [TARGET] = target,     [ITEM] = item,
        [KIND] = post->kind, [DATE] = post->date, [QUANTITY] = quantity, [ENTRY] = stock->entry};
    store_bulk_ints(rows, numbers, NUMBERS);
    if (post->reason.at)
        store_bulk_text(rows, REASON, post->reason);
}

static void pend(struct stock *stock, uint32_t number, struct stock_part *part, alm_quantity change)
{
    struct stock_cell *cell = &stock->cells[number];
    part->pending += change;
    cell->pending += change;
    if (cell->dirty)
        return;
    cell->dirty = true;
    ARRAY_ROOM(stock->dirty, stock->n_dirty, stock->dirty_capacity);
    stock->dirty[stock->n_dirty++] = number;
}

void stock_post_taken(struct stock *stock, const struct stock_post *what, const struct stock_pieces *pieces, size_t n,
                      alm_id target)
{
    for (size_t i = n; i < pieces->n; i++) {
        const struct stock_piece *piece = &pieces->at[i];
        const struct stock_cell *cell = &stock->cells[piece->cell];
        struct stock_part *part = &cell->lots[piece->part];
        alm_quantity quantity = piece->quantity;
        bool first = true;
        /* Goods that are named twice may have been taken of one lot twice: one row.  A draw has few pieces. */
        for (size_t k = n; k < pieces->n; k++) {
            const struct stock_piece *other = &pieces->at[k];
            if (k == i || other->cell != piece->cell || other->part != piece->part)
                continue;
            first = first && k > i;
            quantity += other->quantity;
        }
        if (first)
            post(stock, what, part->lot, cell->item, cell->depot, target, quantity);
        pend(stock, piece->cell, part, -piece->quantity);
    }
}

struct stock_part *stock_put(struct stock *stock, uint32_t number, const struct stock_part *came)
{
    struct stock_cell *cell = &stock->cells[number];
    size_t at = 0;
    while (at < cell->n && (cell->lots[at].expires < came->expires ||
                            (cell->lots[at].expires == came->expires && cell->lots[at].lot < came->lot)))
        at++;
    if (at == cell->n || cell->lots[at].lot != came->lot) {
        ARRAY_ROOM(cell->lots, cell->n, cell->capacity);
        memmove(cell->lots + at + 1, cell->lots + at, (cell->n - at) * sizeof *cell->lots);
        cell->lots[at] = *came;
        cell->lots[at].quantity = cell->lots[at].pending = 0;
        cell->n++;
    }
    struct stock_part *part = &cell->lots[at];
    part->quantity += came->quantity;
    if (at < cell->first)
        cell->first = at;
    pend(stock, number, part, came->quantity);
    return part;
}

void stock_post_put(struct stock *stock, const struct stock_post *what, alm_id source, uint32_t number,
                    const struct stock_part *came)
{
    const struct stock_cell *cell = &stock->cells[number];
    stock_put(stock, number, came);
    post(stock, what, came->lot, cell->item, source, cell->depot, came->quantity);
}

/* ---- to the store ---- */

static void gather_balances(struct stock *stock)
{
    struct store_bulk *balances =
        bulk(stock, &stock->balances, "stock_balance", ALM_BULK_MERGE, balance_specs, COUNT_OF(balance_specs));
    struct store_bulk *on_hand =
        bulk(stock, &stock->on_hand, "stock_on_hand", ALM_BULK_MERGE, on_hand_specs, COUNT_OF(on_hand_specs));
    for (size_t i = 0; i < stock->n_dirty; i++) {
        struct stock_cell *cell = &stock->cells[stock->dirty[i]];
        for (size_t k = 0; k < cell->n; k++) {
            struct stock_part *part = &cell->lots[k];
            if (part->pending)
                store_bulk_ints(balances, (const int64_t[]){cell->depot, cell->item, part->lot, part->pending}, 4);
            part->pending = 0;
        }
        if (cell->pending)
            store_bulk_ints(on_hand, (const int64_t[]){cell->depot, cell->item, cell->pending}, 3);
        cell->pending = 0;
        cell->dirty = false;
    }
    stock->n_dirty = 0;
}

static enum alm_status flush(struct store_bulk *rows, size_t sort_by, struct alm_error *err)
{
    return rows && store_bulk_count(rows) ? store_bulk_flush(rows, sort_by, NULL, err) : ALM_OK;
}

enum alm_status stock_sync(struct stock *stock, struct alm_error *err)
{
    gather_balances(stock);
    enum alm_status status = flush(stock->movements, TARGET + 1, err);
    if (status == ALM_OK)
        status = flush(stock->more_movements, TARGET + 1, err);
    if (status == ALM_OK)
        status = flush(stock->balances, 3, err);
    if (status == ALM_OK)
        status = flush(stock->on_hand, 2, err);
    if (status != ALM_OK)
        stock_forget(stock);
    return status;
}

enum alm_status stock_write(struct stock *stock, struct alm_error *err)
{
    return stock->held ? ALM_OK : stock_sync(stock, err);
}

void stock_hold(struct stock *stock)
{
    stock->held = true;
}

enum alm_status stock_flush(struct stock *stock, struct alm_error *err)
{
    stock->held = false;
    return stock_sync(stock, err);
}
