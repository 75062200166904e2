/* SPDX-License-Identifier: MIT */
/* Differences of table unique_count, gathered over many owners before they are written. */
#include "ledger/reach.h"

#include <stdlib.h>

struct count {
    alm_id programme;
    int64_t value;
    int64_t households, persons, places;
    int cut; /* -1: free */
};

struct reach_counts {
    struct count *slots;
    size_t mask;
    size_t used;
};

enum { FIRST_SLOTS = 1024 };

static struct count *slots_new(size_t n)
{
    struct count *slots = xcalloc(n, sizeof *slots);
    for (size_t i = 0; i < n; i++)
        slots[i].cut = -1;
    return slots;
}

struct reach_counts *reach_counts_new(void)
{
    struct reach_counts *c = xcalloc(1, sizeof *c);
    c->slots = slots_new(FIRST_SLOTS);
    c->mask = FIRST_SLOTS - 1;
    return c;
}

void reach_counts_free(struct reach_counts *c)
{
    if (!c)
        return;
    free(c->slots);
    free(c);
}

void reach_counts_reset(struct reach_counts *c)
{
    for (size_t i = 0; i <= c->mask && c->used; i++)
        c->slots[i].cut = -1;
    c->used = 0;
}

static struct count *counts_find(const struct reach_counts *c, int cut, alm_id programme, int64_t value)
{
    uint64_t h = ((uint64_t)programme * 5 + (uint64_t)cut) * 0x9E3779B97F4A7C15u ^ (uint64_t)value;
    h *= 0xD6E8FEB86659FD93u;
    size_t i = (size_t)(h >> 32) & c->mask;
    while (c->slots[i].cut >= 0 &&
           (c->slots[i].cut != cut || c->slots[i].programme != programme || c->slots[i].value != value))
        i = (i + 1) & c->mask;
    return &c->slots[i];
}

static void counts_grow(struct reach_counts *c)
{
    struct reach_counts bigger = {slots_new((c->mask + 1) * 2), c->mask * 2 + 1, c->used};
    for (size_t i = 0; i <= c->mask; i++)
        if (c->slots[i].cut >= 0)
            *counts_find(&bigger, c->slots[i].cut, c->slots[i].programme, c->slots[i].value) = c->slots[i];
    free(c->slots);
    *c = bigger;
}

void reach_count(struct reach_counts *c, int cut, alm_id programme, int64_t value, const struct reach_weight *w)
{
    struct count *at = counts_find(c, cut, programme, value);
    if (at->cut < 0) {
        if (c->used * 2 > c->mask) {
            counts_grow(c);
            at = counts_find(c, cut, programme, value);
        }
        *at = (struct count){.cut = cut, .programme = programme, .value = value};
        c->used++;
    }
    at->households += w->households;
    at->persons += w->persons;
    at->places += w->places;
}

void reach_counts_each(const struct reach_counts *c,
                       void (*each)(void *context, int cut, alm_id programme, int64_t value, int64_t households,
                                    int64_t persons, int64_t places),
                       void *context)
{
    for (size_t i = 0; i <= c->mask; i++) {
        const struct count *at = &c->slots[i];
        if (at->cut >= 0 && (at->households || at->persons || at->places))
            each(context, at->cut, at->programme, at->value, at->households, at->persons, at->places);
    }
}

enum alm_status reach_counts_write(struct reach_counts *c, struct store *store, struct alm_error *err)
{
    static const struct store_bulk_spec specs[] = {
        {"cut", ALM_BULK_KEY, false},    {"programme", ALM_BULK_KEY, false},  {"value", ALM_BULK_KEY, false},
        {"slot", ALM_BULK_KEY, false},   {"households", ALM_BULK_ADD, false}, {"persons", ALM_BULK_ADD, false},
        {"places", ALM_BULK_ADD, false},
    };
    const int64_t slot = store_slot(store);
    struct store_bulk *bulk = store_bulk_new(store, "unique_count", ALM_BULK_MERGE, specs, COUNT_OF(specs));
    for (size_t i = 0; i <= c->mask; i++) {
        struct count *at = &c->slots[i];
        if (at->cut >= 0 && (at->households || at->persons || at->places)) {
            const int64_t row[] = {at->cut, at->programme, at->value, slot, at->households, at->persons, at->places};
            store_bulk_ints(bulk, row, COUNT_OF(row));
        }
        at->cut = -1;
    }
    c->used = 0;
    enum alm_status status = store_bulk_flush(bulk, 4, NULL, err);
    store_bulk_free(bulk);
    return status;
}
