/* SPDX-License-Identifier: MIT */
/*
 * What sets up a home: an appliance each for a few households, with its serial number; and dowries for couples who each
 * live alone so far and of whom one is in need: opened by the number of a certificate, handed over item by item, some
 * bought.
 */
#include "campaign.h"

void appliances_write(struct campaign *c)
{
    static const struct {
        enum good good;
        const char *kind, *serial;
    } kinds[] = {
        {GOOD_REFRIGERATOR, "refrigerator", "RF-"}, {GOOD_COOKER, "cooker", "CK-"}, {GOOD_HEATER, "heater", "HT-"}};
    const uint64_t key = chance_of(c->seed, CHANCE_ORDER, PROGRAMME_APPLIANCES).state;
    struct out out;
    out_open(&out, c->dir, "appliances.csv", DELIVERY_COLUMNS ",kind,serial");
    for (uint64_t i = 0; i < c->appliances; i++) {
        const uint64_t household = chance_permute(key, i, c->households);
        const uint32_t day = (uint32_t)(i * c->days / c->appliances);
        struct chance chance = chance_of(c->seed, CHANCE_APPLIANCE, i);
        const size_t kind = chance_below(&chance, COUNT_OF(kinds));
        const uint32_t group = givers_group(c, c->places[people_place(c, household)].county, BUILDING, &chance);
        const uint32_t body = givers_body(c, group);
        out_text(&out, "A-");
        out_number(&out, i + 1, 7);
        out_text(&out, ",appliances,");
        people_write_household_code(&out, household);
        out_text(&out, ",,,,1,");
        out_day(&out, c, day, &chance);
        out_giver(&out, body, group);
        out_char(&out, ',');
        out_text(&out, kinds[kind].kind);
        out_char(&out, ',');
        out_text(&out, kinds[kind].serial);
        out_number(&out, 100000 + i, 6);
        out_char(&out, '\n');
        goods_draw(c, kinds[kind].good, day, ALM_UNIT);
        campaign_count(c, PROGRAMME_APPLIANCES, household, day, body, 1, goods_price(kinds[kind].good), false);
    }
    out_close(&out);
}

/* ---- dowries ---- */

/* As conf/demo/programmes/dowries.ini has it: out of the stock, or bought at a price. */
static const struct {
    enum good good;
    const char *name;
    uint32_t quantity;
    uint64_t price; /* 0: out of the stock */
    uint32_t after; /* days after the first item */
} items[] = {{GOOD_CARPET, "carpet", 1, 0, 0},
             {GOOD_BLANKET, "blanket", 4, 0, 0},
             {GOOD_DISHES, "dishes", 1, 0, 4},
             {GOODS, "cooker", 1, 48000000, 9}};
enum { LAST_AFTER = 9 };

/* From `from` on in a random order, the next person who lives alone, has a mark and is of that sex: a man in need, or a
 * young woman. */
static bool next_alone(const struct campaign *c, uint64_t key, uint64_t *from, char sex, struct person *alone,
                       uint64_t *household)
{
    const alm_date young = c->begins - 45 * 366;
    struct household home;
    for (; *from < c->households; ++*from) {
        *household = chance_permute(key, *from, c->households);
        if (people_size(c, *household) != 1 || (sex == 'm' && !c->needy[*household]))
            continue;
        people_household(c, *household, &home);
        *alone = home.members[0];
        if (alone->sex == sex && (sex == 'm' || alone->born > young) && (*alone->national || *alone->foreign)) {
            ++*from;
            return true;
        }
    }
    return false;
}

static void write_mark(struct out *o, const struct person *p)
{
    out_text(o, *p->national ? p->national : p->foreign);
}

static void write_day(struct out *o, const struct campaign *c, uint32_t day)
{
    out_text(o, c->solar[day]);
}

static void write_items(struct out *o, struct campaign *c, uint64_t certificate, uint32_t day)
{
    for (size_t i = 0; i < COUNT_OF(items); i++) {
        out_number(o, certificate, 0);
        out_char(o, ',');
        out_text(o, items[i].name);
        out_char(o, ',');
        write_day(o, c, day + items[i].after);
        if (items[i].price) {
            out_text(o, ",,R-");
            out_number(o, certificate, 0);
            out_char(o, ',');
            out_number(o, items[i].price, 0);
            out_char(o, '\n');
        } else {
            out_text(o, ",W1,,\n");
            goods_draw(c, items[i].good, day + items[i].after, items[i].quantity * ALM_UNIT);
        }
    }
}

void dowries_write(struct campaign *c)
{
    const uint64_t key = chance_of(c->seed, CHANCE_ORDER, PROGRAMME_DOWRIES).state;
    struct out opened, handed;
    uint64_t grooms = 0, brides = 0, value = 0, i = 0, home, hers;
    struct person groom, bride;
    for (size_t k = 0; k < COUNT_OF(items); k++)
        value += items[k].price ? items[k].price : items[k].quantity * goods_price(items[k].good);
    out_open(&opened, c->dir, "dowries.csv", "certificate,person,partner,body,group,date");
    out_open(&handed, c->dir, "handed.csv", "certificate,item,date,depot,receipt,price");
    for (; i < c->dowries && next_alone(c, key, &grooms, 'm', &groom, &home) &&
           next_alone(c, key, &brides, 'f', &bride, &hers);
         i++) {
        const uint32_t day = (uint32_t)(i * (c->days - LAST_AFTER) / c->dowries);
        struct chance chance = chance_of(c->seed, CHANCE_DOWRY, i);
        const uint32_t group = givers_group(c, c->places[people_place(c, home)].county, BUILDING, &chance);
        const uint32_t body = givers_body(c, group);
        out_number(&opened, 5001 + i, 0);
        out_char(&opened, ',');
        write_mark(&opened, &groom);
        out_char(&opened, ',');
        write_mark(&opened, &bride);
        out_giver(&opened, body, group);
        write_day(&opened, c, day);
        out_char(&opened, '\n');
        write_items(&handed, c, 5001 + i, day);
        campaign_count(c, PROGRAMME_DOWRIES, home, day + LAST_AFTER, body, 1, value, true);
        campaign_count_partner(c, PROGRAMME_DOWRIES, home, hers, day + LAST_AFTER, body);
    }
    c->dowries = i;
    out_close(&opened);
    out_close(&handed);
}
