/* SPDX-License-Identifier: MIT */
/* Hygiene packs: every household in turn, each some six weeks after its last one; by its size, and something on top for
 * infants and women. */
#include "campaign.h"

enum { LEAST_GAP = 31 };

bool packs_possible(const struct campaign *c)
{
    return c->households * c->days >= LEAST_GAP * c->packs;
}

/* As the program says that somebody has an age: durations have 365 days a year, and birthdays come every 365.25. */
static bool has_age(alm_date born, alm_date day, int64_t years)
{
    return ((int64_t)day - born) * 1460 >= years * 365 * 1461;
}

/* Draws what the household gets; answers what it is worth. */
static uint64_t pack_for(struct campaign *c, uint64_t household, uint32_t day)
{
    struct household home;
    const alm_date date = c->begins + (alm_date)day;
    people_household(c, household, &home);
    const enum good pack = home.n <= 2 ? GOOD_PACK_SMALL : home.n <= 4 ? GOOD_PACK_MEDIUM : GOOD_PACK_LARGE;
    uint64_t infants = 0, women = 0;
    for (size_t i = 0; i < home.n; i++) {
        const struct person *p = &home.members[i];
        infants += p->born <= date && !has_age(p->born, date, 2);
        women += p->sex == 'f' && has_age(p->born, date, 12) && !has_age(p->born, date, 50);
    }
    goods_draw(c, pack, day, ALM_UNIT);
    goods_draw(c, GOOD_NAPPIES, day, infants * ALM_UNIT);
    goods_draw(c, GOOD_PADS, day, women * ALM_UNIT);
    return goods_price(pack) + infants * goods_price(GOOD_NAPPIES) + women * goods_price(GOOD_PADS);
}

void packs_write(struct campaign *c)
{
    const uint64_t key = chance_of(c->seed, CHANCE_ORDER, PROGRAMME_HYGIENE).state;
    struct out out;
    uint64_t number = 0;
    out_open(&out, c->dir, "hygiene.csv", DELIVERY_COLUMNS);
    for (uint32_t day = 0; day < c->days; day++) {
        for (const uint64_t end = lines_before(c->packs, day + 1, c->days); number < end; number++) {
            const uint64_t household = chance_permute(key, number % c->households, c->households);
            struct chance chance = chance_of(c->seed, CHANCE_PACK, number);
            const uint32_t group = givers_group(c, c->places[people_place(c, household)].county, PACKING, &chance);
            const uint32_t body = givers_body(c, group);
            out_text(&out, "H-");
            out_number(&out, number + 1, 7);
            out_text(&out, ",hygiene,");
            people_write_household_code(&out, household);
            out_text(&out, ",,,,1,");
            out_day(&out, c, day, &chance);
            out_giver(&out, body, group);
            out_char(&out, '\n');
            campaign_count(c, PROGRAMME_HYGIENE, household, day, body, 1, pack_for(c, household, day), false);
        }
    }
    out_close(&out);
}
