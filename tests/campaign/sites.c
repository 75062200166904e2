/* SPDX-License-Identifier: MIT */
/*
 * Disinfection and disinfectant.  Places of several kinds are treated for a year, each kind after so many days; in the
 * first stage of the campaign litres of disinfectant go to households, once each, and to places, every other week.
 */
#include "campaign.h"

enum { LITRES_DAYS = 76, SUPPLY_EVERY = 14, SUPPLIES = 6, LEAST_SIZE = 50 };

/* In a hundred places, as conf/demo/programmes/disinfection.ini has their rounds. */
static const struct {
    const char *kind, *name;
    uint32_t percent, every, most_size; /* sizes in LEAST_SIZE square metres */
    bool supplied;
} kinds[] = {
    {"clinic", "درمانگاه", 10, 3, 10, true},  {"mosque", "مسجد", 25, 7, 16, true},
    {"bank", "بانک", 10, 7, 6, false},        {"school", "مدرسه", 25, 30, 30, true},
    {"market", "بازارچه", 25, 14, 20, false}, {"street", "خیابان", 5, 30, 40, false},
};

struct site {
    size_t kind;
    uint32_t place; /* where it is */
    uint32_t size, offset;
};

static struct site site_of(const struct campaign *c, uint64_t number)
{
    struct chance chance = chance_of(c->seed, CHANCE_PLACE, number);
    uint32_t percent = (uint32_t)(number * 37 % 100); /* each kind has its share of any hundred */
    struct site site = {0};
    while (percent >= kinds[site.kind].percent)
        percent -= kinds[site.kind++].percent;
    const struct county *county = &c->counties[number % c->n_counties];
    site.place = county->n_cities ? county->cities[chance_below(&chance, (uint32_t)county->n_cities)]
                                  : county->villages[chance_below(&chance, (uint32_t)county->n_villages)];
    site.size = LEAST_SIZE * (1 + chance_below(&chance, kinds[site.kind].most_size));
    site.offset = chance_below(&chance, kinds[site.kind].every);
    return site;
}

static void write_code(struct out *o, uint64_t number)
{
    out_text(o, "PL-");
    out_number(o, number + 1, 5);
}

static void write_sites(const struct campaign *c)
{
    struct out out;
    out_open(&out, c->dir, "places.csv", "code,name,kind,area,size");
    for (uint64_t i = 0; i < c->sites; i++) {
        const struct site site = site_of(c, i);
        char number[24];
        snprintf(number, sizeof number, " %" PRIu64, i + 1);
        write_code(&out, i);
        out_char(&out, ',');
        out_text(&out, kinds[site.kind].name);
        out_char(&out, ' ');
        out_text(&out, names_street[i % names_n_street]);
        out_persian(&out, number);
        out_char(&out, ',');
        out_text(&out, kinds[site.kind].kind);
        out_char(&out, ',');
        out_text(&out, c->places[site.place].code);
        out_char(&out, ',');
        out_number(&out, site.size, 0);
        out_char(&out, '\n');
    }
    out_close(&out);
}

/* Key, programme and beneficiary of a row for a place, up to its date and giver. */
static uint32_t begin_row(struct out *o, const struct campaign *c, const char *key, uint64_t row, const char *programme,
                          uint64_t number, const struct site *site, uint64_t quantity, uint32_t day,
                          struct chance *chance)
{
    const uint32_t group = givers_group(c, c->places[site->place].county, DISINFECTION, chance);
    const uint32_t body = givers_body(c, group);
    out_text(o, key);
    out_number(o, row, 7);
    out_char(o, ',');
    out_text(o, programme);
    out_text(o, ",,,");
    write_code(o, number);
    out_text(o, ",,");
    out_number(o, quantity, 0);
    out_char(o, ',');
    out_day(o, c, day, chance);
    out_giver(o, body, group);
    return body;
}

/* What is used is not written down: the program works it out of the size, 0.1 litre for a square metre. */
static void write_rounds(struct campaign *c)
{
    struct out out;
    out_open(&out, c->dir, "disinfection.csv", DELIVERY_COLUMNS ",agent,litres,job");
    for (uint32_t day = 0; day < c->year_days; day++) {
        for (uint64_t i = 0; i < c->sites; i++) {
            const struct site site = site_of(c, i);
            if (day % kinds[site.kind].every != site.offset)
                continue;
            struct chance chance = chance_of(c->seed, CHANCE_TREATMENT, c->treatments);
            const uint32_t body = begin_row(&out, c, "T-", ++c->treatments, "disinfection", i, &site, 1, day, &chance);
            out_text(&out, ",,,\n");
            /* A litre of 5 % bleach makes 50 of 0.1 %. */
            const uint64_t bleach = site.size * ALM_UNIT / 10 / 50;
            goods_draw(c, GOOD_BLEACH, day, bleach);
            campaign_count_place(c, PROGRAMME_DISINFECTION, c->places[site.place].county, day, body, 1,
                                 bleach * goods_price(GOOD_BLEACH) / ALM_UNIT);
        }
    }
    out_close(&out);
}

static void write_supplies(struct campaign *c)
{
    struct out out;
    uint64_t row = 0;
    out_open(&out, c->dir, "disinfectant-places.csv", DELIVERY_COLUMNS);
    for (uint32_t day = 0; day < SUPPLIES * SUPPLY_EVERY; day++) {
        for (uint64_t i = 0; i < c->sites; i++) {
            const struct site site = site_of(c, i);
            /* Half of them in the one week, half in the other. */
            if (!kinds[site.kind].supplied || day % SUPPLY_EVERY != i % 2 * 7)
                continue;
            struct chance chance = chance_of(c->seed, CHANCE_LITRE, row);
            const uint64_t litres = 5 * (1 + chance_below(&chance, 3));
            const uint32_t body =
                begin_row(&out, c, "Q-", ++row, "disinfectant-places", i, &site, litres, day, &chance);
            out_char(&out, '\n');
            goods_draw(c, GOOD_SURFACE, day, litres * ALM_UNIT);
            campaign_count_place(c, PROGRAMME_DISINFECTANT_PLACES, c->places[site.place].county, day, body, litres,
                                 litres * goods_price(GOOD_SURFACE));
        }
    }
    out_close(&out);
}

void sites_write(struct campaign *c)
{
    write_sites(c);
    write_rounds(c);
    write_supplies(c);
}

void litres_write(struct campaign *c)
{
    const uint64_t key = chance_of(c->seed, CHANCE_ORDER, PROGRAMME_DISINFECTANT).state;
    struct out out;
    uint64_t number = 0;
    out_open(&out, c->dir, "disinfectant.csv", DELIVERY_COLUMNS);
    for (uint32_t day = 0; day < LITRES_DAYS; day++) {
        for (const uint64_t end = lines_before(c->litres, day + 1, LITRES_DAYS); number < end; number++) {
            const uint64_t household = chance_permute(key, number, c->households);
            struct chance chance = chance_of(c->seed, CHANCE_LITRE, UINT64_C(1) << 41 | number);
            const uint32_t group = givers_group(c, c->places[people_place(c, household)].county, MEDICAL, &chance);
            const uint32_t body = givers_body(c, group);
            out_text(&out, "L-");
            out_number(&out, number + 1, 7);
            out_text(&out, ",disinfectant,");
            people_write_household_code(&out, household);
            out_text(&out, ",,,,1,");
            out_day(&out, c, day, &chance);
            out_giver(&out, body, group);
            out_char(&out, '\n');
            goods_draw(c, GOOD_HAND_RUB, day, ALM_UNIT);
            campaign_count(c, PROGRAMME_DISINFECTANT, household, day, body, 1, goods_price(GOOD_HAND_RUB), false);
        }
    }
    out_close(&out);
}
