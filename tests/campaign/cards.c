/* SPDX-License-Identifier: MIT */
/*
 * Gift cards: the issuer's list, which of its serials are handed to which group (one in each county), and one card each
 * for some of the households.  Some more come than are given.
 */
#include "campaign.h"

enum { FIRST_DAY = 60, SPARE_PERCENT = 2, VALUES = 2 };
static const uint64_t values[VALUES] = {2000000, 5000000};

/* Serials of a county lie together, in the order in which they are given. */
struct cards {
    uint64_t given[MAX_COUNTIES], first[MAX_COUNTIES], next[MAX_COUNTIES];
    uint64_t key;
};

static void write_serial(struct out *o, uint64_t number)
{
    out_text(o, "GC-");
    out_number(o, number + 1, 7);
}

static uint64_t value_of(const struct campaign *c, uint64_t number)
{
    struct chance chance = chance_of(c->seed, CHANCE_CARD, number);
    return values[chance_percent(&chance, 20)];
}

static uint32_t county_of(const struct campaign *c, const struct cards *cards, uint64_t i)
{
    return c->places[people_place(c, chance_permute(cards->key, i, c->households))].county;
}

static uint32_t group_of(const struct campaign *c, uint32_t county)
{
    struct chance chance = chance_of(c->seed, CHANCE_CARD, UINT64_C(1) << 40 | county);
    return givers_group(c, county, MEDICAL, &chance);
}

static uint64_t spare(uint64_t given)
{
    return given * SPARE_PERCENT / 100 + 1;
}

/* The issuer's list and the chain of custody; `given` becomes `first` and `next`. */
static void write_serials(const struct campaign *c, struct cards *cards)
{
    struct out serials, custody;
    uint64_t number = 0;
    out_open(&serials, c->dir, "cards.csv", "serial,value,expires,issuer,code");
    out_open(&custody, c->dir, "custody.csv", "group,from,to");
    for (uint32_t county = 0; county < c->n_counties; county++) {
        if (!cards->given[county])
            continue;
        cards->first[county] = cards->next[county] = number;
        out_char(&custody, 'G');
        out_number(&custody, group_of(c, county) + 1, 4);
        out_char(&custody, ',');
        write_serial(&custody, number);
        for (const uint64_t end = number + cards->given[county] + spare(cards->given[county]); number < end; number++) {
            struct chance chance = chance_of(c->seed, CHANCE_CARD, UINT64_C(1) << 41 | number);
            write_serial(&serials, number);
            out_char(&serials, ',');
            out_number(&serials, value_of(c, number), 0);
            out_text(&serials, ",1409/12/29,بانک بلوط,");
            out_number(&serials, chance_below(&chance, 10000), 4);
            out_char(&serials, '\n');
        }
        out_char(&custody, ',');
        write_serial(&custody, number - 1);
        out_char(&custody, '\n');
    }
    out_close(&serials);
    out_close(&custody);
}

void cards_write(struct campaign *c)
{
    struct cards cards = {.key = chance_of(c->seed, CHANCE_ORDER, PROGRAMME_GIFTCARDS).state};
    const uint32_t days = c->days - FIRST_DAY;
    struct out out;
    uint64_t number = 0;
    for (uint64_t i = 0; i < c->cards; i++)
        cards.given[county_of(c, &cards, i)]++;
    write_serials(c, &cards);
    out_open(&out, c->dir, "giftcards.csv", DELIVERY_COLUMNS ",serial");
    for (uint32_t day = 0; day < days; day++) {
        for (const uint64_t end = lines_before(c->cards, day + 1, days); number < end; number++) {
            const uint64_t household = chance_permute(cards.key, number, c->households);
            const uint32_t county = county_of(c, &cards, number), group = group_of(c, county);
            const uint32_t body = givers_body(c, group);
            struct chance chance = chance_of(c->seed, CHANCE_CARD, UINT64_C(1) << 42 | number);
            out_text(&out, "C-");
            out_number(&out, number + 1, 7);
            out_text(&out, ",giftcards,");
            people_write_household_code(&out, household);
            out_text(&out, ",,,,1,");
            out_day(&out, c, FIRST_DAY + day, &chance);
            out_giver(&out, body, group);
            out_char(&out, ',');
            write_serial(&out, cards.next[county]);
            out_char(&out, '\n');
            campaign_count(c, PROGRAMME_GIFTCARDS, household, FIRST_DAY + day, body, 1,
                           value_of(c, cards.next[county]++), false);
        }
    }
    out_close(&out);
}
