/* SPDX-License-Identifier: MIT */
/*
 * Parcels.  Households stand in a random order; the first part of them, who have it hardest, get one every 34 days, all
 * others in turn as far as the parcels go.  And the second helpings: some days after a parcel, while its window runs,
 * another body offers the same household one more.
 */
#include "campaign.h"
#include <stdlib.h>

enum { HARD_PERCENT = 30, ROUNDS = 9, LEAST_GAP = 31, LONGEST_DOUBLE = 20 };

/* Parcel t of `total` goes to the household at place t mod n of the turn, on day t * days / total. */
struct turn {
    uint64_t first, n, total, next;
};
struct second {
    uint64_t household;
    uint32_t day, body;
};

static void turns(const struct campaign *c, struct turn t[2])
{
    uint64_t hard = c->households * HARD_PERCENT / 100;
    t[0] = (struct turn){.first = 0, .n = hard, .total = hard * ROUNDS};
    t[1] = (struct turn){.first = hard, .n = c->households - hard, .total = c->parcels - t[0].total};
}

bool parcels_possible(const struct campaign *c)
{
    struct turn t[2];
    turns(c, t);
    for (size_t i = 0; i < 2; i++)
        if (t[i].total > c->parcels ||
            (t[i].n > 0 && t[i].total > t[i].n && t[i].n * c->days < LEAST_GAP * t[i].total) ||
            (t[i].n == 0 && t[i].total > 0))
            return false;
    return true;
}

static int compare_days(const void *a, const void *b)
{
    const struct second *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return x->household < y->household ? -1 : x->household > y->household;
}

static void write_row(struct out *o, const struct campaign *c, const char *key, uint64_t number, uint64_t household,
                      uint32_t day, uint32_t body, uint32_t group, struct chance *chance)
{
    out_text(o, key);
    out_number(o, number, 7);
    out_text(o, ",parcels,");
    people_write_household_code(o, household);
    out_text(o, ",,,,1,");
    out_day(o, c, day, chance);
    out_giver(o, body, group);
}

static void write_seconds(const struct campaign *c, struct second *seconds, size_t n)
{
    struct out out;
    qsort(seconds, n, sizeof *seconds, compare_days);
    out_open(&out, c->dir, "doubles.csv", DELIVERY_COLUMNS);
    for (size_t i = 0; i < n; i++) {
        struct chance chance = chance_of(c->seed, CHANCE_PARCEL, UINT64_C(1) << 40 | i);
        write_row(&out, c, "D-", i + 1, seconds[i].household, seconds[i].day, seconds[i].body, NO_GROUP, &chance);
        out_char(&out, '\n');
    }
    out_close(&out);
}

static enum good parcel_of(const struct campaign *c, uint64_t household)
{
    const uint32_t size = people_size(c, household);
    return size <= 2 ? GOOD_PARCEL_SMALL : size <= 4 ? GOOD_PARCEL_MEDIUM : GOOD_PARCEL_LARGE;
}

void parcels_write(struct campaign *c)
{
    struct out out;
    struct turn t[2];
    struct second *seconds = xcalloc(c->doubles + 1, sizeof *seconds);
    uint64_t n_seconds = 0, candidates = 0, number = 0, key = chance_of(c->seed, CHANCE_ORDER, PROGRAMME_PARCELS).state;
    uint32_t last_double = c->days - LONGEST_DOUBLE - 1;
    turns(c, t);
    for (size_t i = 0; i < 2; i++)
        candidates += lines_before(t[i].total, last_double, c->days);
    out_open(&out, c->dir, "parcels.csv", DELIVERY_COLUMNS);
    for (uint32_t day = 0; day < c->days; day++) {
        for (size_t i = 0; i < 2; i++) {
            for (uint64_t end = lines_before(t[i].total, day + 1, c->days); t[i].next < end; t[i].next++) {
                uint64_t household = chance_permute(key, t[i].first + t[i].next % t[i].n, c->households);
                struct chance chance = chance_of(c->seed, CHANCE_PARCEL, number);
                uint32_t group = givers_group(c, c->places[people_place(c, household)].county, PACKING, &chance);
                uint32_t body = givers_body(c, group);
                enum good good = parcel_of(c, household);
                write_row(&out, c, "P-", number + 1, household, day, body, group, &chance);
                out_text(&out, chance_percent(&chance, 2) ? "همسایه تحویل گرفت\n" : "\n");
                goods_draw(c, good, day, ALM_UNIT);
                campaign_count(c, PROGRAMME_PARCELS, household, day, body, 1, goods_price(good), false);
                if (day < last_double && (number + 1) * c->doubles / candidates > number * c->doubles / candidates)
                    seconds[n_seconds++] = (struct second){household, day + 1 + chance_below(&chance, LONGEST_DOUBLE),
                                                           (body + 1 + chance_below(&chance, BODIES - 1)) % BODIES};
                number++;
            }
        }
    }
    out_close(&out);
    write_seconds(c, seconds, n_seconds);
    c->doubles = n_seconds;
    free(seconds);
}
