/* SPDX-License-Identifier: MIT */
/*
 * cells: what lies in a depot of an item, in memory for as long as one transaction is at work.  A cell's row in
 * stock_on_hand is locked before its lots are read, so what was read holds until the transaction ends.
 */
#include "stock/internal.h"

#include <stdlib.h>

static size_t slot_of(const struct stock *stock, alm_id depot, alm_id item)
{
    uint64_t hash = (uint64_t)depot * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ (hash >> 29) ^ (uint64_t)item) * UINT64_C(0xbf58476d1ce4e5b9);
    hash ^= hash >> 32;
    for (size_t at = hash & (stock->n_slots - 1);; at = (at + 1) & (stock->n_slots - 1)) {
        if (!stock->slots[at])
            return at;
        const struct stock_cell *cell = &stock->cells[stock->slots[at] - 1];
        if (cell->depot == depot && cell->item == item)
            return at;
    }
}

static void grow(struct stock *stock)
{
    stock->n_slots = stock->n_slots ? stock->n_slots * 2 : 64;
    free(stock->slots);
    stock->slots = xcalloc(stock->n_slots, sizeof *stock->slots);
    for (size_t i = 0; i < stock->n_cells; i++)
        stock->slots[slot_of(stock, stock->cells[i].depot, stock->cells[i].item)] = (uint32_t)i + 1;
}

uint32_t stock_want(struct stock *stock, alm_id depot, alm_id item)
{
    if ((stock->n_cells + 1) * 2 > stock->n_slots)
        grow(stock);
    size_t at = slot_of(stock, depot, item);
    if (!stock->slots[at]) {
        ARRAY_ROOM(stock->cells, stock->n_cells, stock->cells_capacity);
        stock->cells[stock->n_cells] = (struct stock_cell){.depot = depot, .item = item};
        ARRAY_ROOM(stock->wanted, stock->n_wanted, stock->wanted_capacity);
        stock->wanted[stock->n_wanted++] = (uint32_t)stock->n_cells;
        stock->slots[at] = (uint32_t)++stock->n_cells;
    }
    return stock->slots[at] - 1;
}

const struct stock_cell *stock_known(const struct stock *stock, alm_id depot, alm_id item, uint32_t *number)
{
    size_t at = stock->n_slots ? slot_of(stock, depot, item) : 0;
    if (!stock->n_slots || !stock->slots[at] || !stock->cells[stock->slots[at] - 1].read)
        return NULL;
    *number = stock->slots[at] - 1;
    return &stock->cells[*number];
}

void stock_cells_reset(struct stock *stock)
{
    for (size_t i = 0; i < stock->n_cells; i++)
        free(stock->cells[i].lots);
    if (stock->n_slots)
        memset(stock->slots, 0, stock->n_slots * sizeof *stock->slots);
    stock->n_cells = stock->n_wanted = stock->n_dirty = 0;
}

void stock_cells_release(struct stock *stock)
{
    stock_cells_reset(stock);
    free(stock->cells);
    free(stock->slots);
    free(stock->wanted);
    free(stock->dirty);
    free(stock->pieces.at);
}

void stock_begin(struct stock *stock, alm_id entry)
{
    if (entry && entry == stock->entry)
        return;
    const bool held = stock->held;
    stock_forget(stock);
    stock->held = held;
    stock->entry = entry;
    stock->last_line = 0;
    seen_begin(stock->seen, entry);
}

/* ---- reading ---- */

static int compare_ids(alm_id a, alm_id b)
{
    return (a > b) - (a < b);
}

static int compare_cells(const void *left, const void *right, void *context)
{
    const struct stock *stock = context;
    const struct stock_cell *a = &stock->cells[*(const uint32_t *)left], *b = &stock->cells[*(const uint32_t *)right];
    int order = compare_ids(a->depot, b->depot);
    return order ? order : compare_ids(a->item, b->item);
}

/* Two transactions that want the same cells take them in the same order. */
static enum alm_status lock(struct stock *stock, struct alm_error *err)
{
    static const struct store_bulk_spec specs[] = {
        {"depot", ALM_BULK_KEY, false}, {"item", ALM_BULK_KEY, false}, {"quantity", ALM_BULK_SET, false}};
    if (!stock->locks)
        stock->locks = store_bulk_new(stock->store, "stock_on_hand", ALM_BULK_LOCK, specs, COUNT_OF(specs));
    for (size_t i = 0; i < stock->n_wanted; i++) {
        const struct stock_cell *cell = &stock->cells[stock->wanted[i]];
        store_bulk_ints(stock->locks, (const int64_t[]){cell->depot, cell->item, 0}, 3);
    }
    return store_bulk_flush(stock->locks, 2, NULL, err);
}

static int compare_parts(const void *left, const void *right)
{
    const struct stock_part *a = left, *b = right;
    return a->expires != b->expires ? (a->expires > b->expires) - (a->expires < b->expires)
                                    : compare_ids(a->lot, b->lot);
}

static enum alm_status read_lots(struct stock *stock, const alm_id *depots, size_t n_depots, const alm_id *items,
                                 size_t n_items, struct alm_error *err)
{
    static const char sql[] = "SELECT b.depot, b.item, b.lot, b.quantity, l.expires, l.received, l.price "
                              "FROM stock_balance b JOIN stock_lot l ON l.id = b.lot "
                              "WHERE b.depot = ANY ($1) AND b.item = ANY ($2) AND b.quantity > 0 "
                              "ORDER BY b.depot, b.item, b.lot";
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(stock->store, &stmt, err, sql, "II", depots, n_depots, items, n_items);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        /* Other pairs of these depots and items come along: only the cells that were asked for are locked. */
        size_t at = slot_of(stock, store_int(stmt, 0), store_int(stmt, 1));
        struct stock_cell *cell = stock->slots[at] ? &stock->cells[stock->slots[at] - 1] : NULL;
        if (!cell || cell->read)
            continue;
        const int64_t expires = store_int(stmt, 4);
        ARRAY_ROOM(cell->lots, cell->n, cell->capacity);
        cell->lots[cell->n++] = (struct stock_part){.lot = store_int(stmt, 2),
                                                    .quantity = store_int(stmt, 3),
                                                    .expires = expires == ALM_NULL ? STOCK_NEVER : (alm_date)expires,
                                                    .received = (alm_date)store_int(stmt, 5),
                                                    .price = store_int(stmt, 6)};
    }
    return status;
}

static int compare_numbers(const void *left, const void *right)
{
    return compare_ids(*(const alm_id *)left, *(const alm_id *)right);
}

static size_t unique(alm_id *ids, size_t n)
{
    size_t kept = 0;
    qsort(ids, n, sizeof *ids, compare_numbers);
    for (size_t i = 0; i < n; i++)
        if (!kept || ids[kept - 1] != ids[i])
            ids[kept++] = ids[i];
    return kept;
}

enum alm_status stock_read(struct stock *stock, struct alm_error *err)
{
    const size_t n = stock->n_wanted;
    if (!n)
        return ALM_OK;
    alm_id *depots = xreallocarray(NULL, n, sizeof *depots), *items = xreallocarray(NULL, n, sizeof *items);
    qsort_r(stock->wanted, n, sizeof *stock->wanted, compare_cells, stock);
    for (size_t i = 0; i < n; i++) {
        depots[i] = stock->cells[stock->wanted[i]].depot;
        items[i] = stock->cells[stock->wanted[i]].item;
    }
    enum alm_status status = lock(stock, err);
    if (status == ALM_OK)
        status = read_lots(stock, depots, unique(depots, n), items, unique(items, n), err);
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        struct stock_cell *cell = &stock->cells[stock->wanted[i]];
        if (cell->n)
            qsort(cell->lots, cell->n, sizeof *cell->lots, compare_parts);
        cell->read = true;
    }
    stock->n_wanted = 0;
    free(depots);
    free(items);
    if (status != ALM_OK)
        stock_forget(stock);
    return status;
}

/* ---- taking ---- */

static bool may_take(const struct stock_part *part, alm_id lot, alm_date date, enum stock_which which)
{
    if (part->quantity <= 0 || (lot && part->lot != lot))
        return false;
    return which == STOCK_ANY || (part->expires >= date && part->received <= date);
}

alm_quantity stock_take(struct stock *stock, uint32_t number, alm_id lot, alm_quantity quantity, alm_date date,
                        enum stock_which which, struct stock_pieces *pieces)
{
    struct stock_cell *cell = &stock->cells[number];
    alm_quantity missing = quantity;
    while (cell->first < cell->n && cell->lots[cell->first].quantity <= 0)
        cell->first++;
    for (size_t i = cell->first; i < cell->n && missing > 0; i++) {
        struct stock_part *part = &cell->lots[i];
        if (!may_take(part, lot, date, which))
            continue;
        const alm_quantity taken = part->quantity < missing ? part->quantity : missing;
        ARRAY_ROOM(pieces->at, pieces->n, pieces->capacity);
        pieces->at[pieces->n++] = (struct stock_piece){number, (uint32_t)i, taken};
        part->quantity -= taken;
        missing -= taken;
    }
    return quantity - missing;
}

void stock_untake(struct stock *stock, struct stock_pieces *pieces, size_t n)
{
    while (pieces->n > n) {
        const struct stock_piece *piece = &pieces->at[--pieces->n];
        struct stock_cell *cell = &stock->cells[piece->cell];
        cell->lots[piece->part].quantity += piece->quantity;
        if (piece->part < cell->first)
            cell->first = piece->part;
    }
}

alm_quantity stock_there(const struct stock *stock, uint32_t number, alm_id lot, alm_date date, enum stock_which which)
{
    const struct stock_cell *cell = &stock->cells[number];
    alm_quantity sum = 0;
    for (size_t i = cell->first; i < cell->n; i++)
        if (may_take(&cell->lots[i], lot, date, which))
            sum += cell->lots[i].quantity;
    return sum;
}

alm_money stock_cost(const struct stock *stock, const struct stock_pieces *pieces, size_t n)
{
    __extension__ typedef __int128 wide;
    wide sum = 0;
    for (size_t i = n; i < pieces->n; i++) {
        const struct stock_piece *piece = &pieces->at[i];
        const alm_money price = stock->cells[piece->cell].lots[piece->part].price;
        if (price == ALM_NULL)
            return ALM_NULL;
        sum += (wide)piece->quantity * price;
    }
    sum = (sum + ALM_UNIT / 2) / ALM_UNIT; /* prices are not negative */
    return sum > INT64_MAX / 4 ? INT64_MAX / 4 : (alm_money)sum;
}
