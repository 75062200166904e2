/* SPDX-License-Identifier: MIT */
/* What the report should say: the generator's own sums, which share nothing with the program's. */
#include "campaign.h"

enum { MONTH_BIT = PROGRAMMES, BODY_BIT = MONTH_BIT + MONTHS };

static void add(struct cell *cell, uint64_t quantity, uint64_t value)
{
    cell->quantity += quantity;
    cell->value += value;
    cell->deliveries++;
}

void campaign_count(struct campaign *c, enum programme programme, uint64_t household, uint32_t day, uint32_t body,
                    uint64_t quantity, uint64_t value, bool child)
{
    uint64_t *reached = child ? c->reached_child : c->reached;
    struct cell *cells[] = {&c->by_programme[programme], &c->by_county[c->places[people_place(c, household)].county],
                            &c->by_month[c->month[day]], &c->by_body[body], &c->all};
    const uint64_t bits[] = {UINT64_C(1) << programme, UINT64_MAX, UINT64_C(1) << (MONTH_BIT + c->month[day]),
                             UINT64_C(1) << (BODY_BIT + body), UINT64_MAX};
    for (size_t i = 0; i < COUNT_OF(cells); i++) {
        add(cells[i], quantity, value);
        /* A child is one person more, unless aid to its household reached it under the same heading (that comes first).
         */
        if (child && (c->reached[household] & bits[i]) == 0)
            cells[i]->persons++;
    }
    reached[household] |= bits[0] | bits[2] | bits[3];
}

void campaign_count_partner(struct campaign *c, enum programme programme, uint64_t household, uint64_t theirs,
                            uint32_t day, uint32_t body)
{
    const uint32_t county = c->places[people_place(c, household)].county;
    const bool near = c->places[people_place(c, theirs)].county == county;
    struct cell *cells[] = {&c->by_programme[programme], &c->by_county[county], &c->by_month[c->month[day]],
                            &c->by_body[body], &c->all};
    const uint64_t bits[] = {UINT64_C(1) << programme, near ? UINT64_MAX : 0,
                             UINT64_C(1) << (MONTH_BIT + c->month[day]), UINT64_C(1) << (BODY_BIT + body), UINT64_MAX};
    for (size_t i = 0; i < COUNT_OF(cells); i++)
        cells[i]->persons += (c->reached[theirs] & bits[i]) == 0;
}

void campaign_count_place(struct campaign *c, enum programme programme, uint32_t county, uint32_t day, uint32_t body,
                          uint64_t quantity, uint64_t value)
{
    struct cell *cells[] = {&c->by_programme[programme], &c->by_county[county], &c->by_month[c->month[day]],
                            &c->by_body[body], &c->all};
    for (size_t i = 0; i < COUNT_OF(cells); i++)
        add(cells[i], quantity, value);
}

static void count_unique(struct campaign *c)
{
    for (uint64_t h = 0; h < c->households; h++) {
        const uint64_t whole = c->reached[h], any = whole | c->reached_child[h], size = people_size(c, h);
        struct cell *county = &c->by_county[c->places[people_place(c, h)].county];
        for (uint32_t bit = 0; bit < BODY_BIT + BODIES; bit++) {
            struct cell *cell = bit < MONTH_BIT  ? &c->by_programme[bit]
                                : bit < BODY_BIT ? &c->by_month[bit - MONTH_BIT]
                                                 : &c->by_body[bit - BODY_BIT];
            cell->households += any >> bit & 1;
            cell->persons += whole >> bit & 1 ? size : 0;
        }
        county->households += any != 0;
        c->all.households += any != 0;
        county->persons += whole ? size : 0;
        c->all.persons += whole ? size : 0;
    }
}

static void write_cell(struct out *o, const char *cut, const char *key, const struct cell *cell)
{
    if (cell->deliveries == 0)
        return;
    const uint64_t numbers[] = {cell->quantity, cell->deliveries, cell->households, cell->persons, cell->value};
    out_text(o, cut);
    out_char(o, ' ');
    out_text(o, key);
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        out_char(o, ' ');
        out_number(o, numbers[i], 0);
    }
    out_char(o, '\n');
}

void expected_write(struct campaign *c)
{
    static const char *const programmes[PROGRAMMES] = {
        [PROGRAMME_MEALS] = "meals",
        [PROGRAMME_PARCELS] = "parcels",
        [PROGRAMME_STATIONERY] = "stationery",
        [PROGRAMME_HYGIENE] = "hygiene",
        [PROGRAMME_GIFTCARDS] = "giftcards",
        [PROGRAMME_DISINFECTION] = "disinfection",
        [PROGRAMME_DISINFECTANT] = "disinfectant",
        [PROGRAMME_DISINFECTANT_PLACES] = "disinfectant-places",
        [PROGRAMME_APPLIANCES] = "appliances",
        [PROGRAMME_DOWRIES] = "dowries",
    };
    struct out out;
    char month[24];
    const struct {
        const char *name;
        uint64_t number;
    } counts[] = {
        {"people", c->people}, {"households", c->households}, {"counties", c->n_counties}, {"groups", c->groups},
        {"bodies", BODIES},    {"bases", c->bases},           {"parcels", c->parcels},     {"meals", c->meals},
        {"kits", c->kits},     {"doubles", c->doubles},       {"packs", c->packs},         {"cards", c->cards},
        {"places", c->sites}};
    out_open(&out, c->dir, "expected.txt", "");
    out_text(&out,
             "# count NAME NUMBER; then CUT KEY QUANTITY DELIVERIES HOUSEHOLDS PERSONS VALUE, as the reports have to "
             "say; and stock DEPOT/ITEM QUANTITY\n");
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        out_text(&out, "count ");
        out_text(&out, counts[i].name);
        out_char(&out, ' ');
        out_number(&out, counts[i].number, 0);
        out_char(&out, '\n');
    }
    count_unique(c);
    for (size_t i = 0; i < PROGRAMMES; i++)
        write_cell(&out, "programme", programmes[i], &c->by_programme[i]);
    for (size_t i = 0; i < c->n_counties; i++)
        write_cell(&out, "area", c->counties[i].code, &c->by_county[i]);
    for (size_t i = 0; i < MONTHS; i++) {
        snprintf(month, sizeof month, "%zu/%02zu", 1399 + i / 12, i % 12 + 1);
        write_cell(&out, "month", month, &c->by_month[i]);
    }
    for (size_t i = 0; i < BODIES; i++)
        write_cell(&out, "body", body_codes[i], &c->by_body[i]);
    write_cell(&out, "total", "all", &c->all);
    goods_write_left(&out, c);
    out_close(&out);
}
