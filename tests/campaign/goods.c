/* SPDX-License-Identifier: MIT */
/*
 * Goods.  What aid takes out of stock is added up while it is written; from that follows what has to be there before:
 * for each stage of the campaign what is received, moved to the kitchens, packed and mixed, somewhat more than is
 * needed.  Prices stay the same all year, so that what a delivery is worth can be said beforehand.
 */
#include "campaign.h"
#include <stdlib.h>

enum { DEPOT_WAREHOUSE, DEPOT_LABORATORY, DEPOTS };
static const char *const depot_codes[DEPOTS] = {"W1", "L1"};

/* Where it is received, unless it is made here, and when it expires; prices are those of a unit. */
static const struct {
    const char *code, *name, *name_fa, *unit;
    uint64_t price;    /* 0: what it is made of says */
    uint32_t good_for; /* days; 0: for ever */
    uint32_t depot;
} goods[GOODS] = {
    [GOOD_RICE] = {"rice", "Rice", "برنج", "kg", 320000, 540, DEPOT_WAREHOUSE},
    [GOOD_FLOUR] = {"flour", "Flour", "آرد", "kg", 120000, 400, DEPOT_WAREHOUSE},
    [GOOD_OIL] = {"oil", "Oil", "روغن", "kg", 640000, 500, DEPOT_WAREHOUSE},
    [GOOD_LENTILS] = {"lentils", "Lentils", "عدس", "kg", 450000, 540, DEPOT_WAREHOUSE},
    [GOOD_SUGAR] = {"sugar", "Sugar", "قند و شکر", "kg", 350000, 700, DEPOT_WAREHOUSE},
    [GOOD_PARCEL_SMALL] = {"parcel-small", "Small parcel", "بسته معیشتی کوچک", "parcel", 0, 0, DEPOT_WAREHOUSE},
    [GOOD_PARCEL_MEDIUM] = {"parcel-medium", "Medium parcel", "بسته معیشتی متوسط", "parcel", 0, 0, DEPOT_WAREHOUSE},
    [GOOD_PARCEL_LARGE] = {"parcel-large", "Large parcel", "بسته معیشتی بزرگ", "parcel", 0, 0, DEPOT_WAREHOUSE},
    [GOOD_PACK_SMALL] = {"pack-small", "Small hygiene pack", "بسته بهداشتی کوچک", "pack", 1500000, 0, DEPOT_WAREHOUSE},
    [GOOD_PACK_MEDIUM] = {"pack-medium", "Medium hygiene pack", "بسته بهداشتی متوسط", "pack", 2600000, 0,
                          DEPOT_WAREHOUSE},
    [GOOD_PACK_LARGE] = {"pack-large", "Large hygiene pack", "بسته بهداشتی بزرگ", "pack", 4300000, 0, DEPOT_WAREHOUSE},
    [GOOD_NAPPIES] = {"nappies", "Nappies (60)", "پوشک بچه", "pack", 1200000, 0, DEPOT_WAREHOUSE},
    [GOOD_PADS] = {"pads", "Pads (10)", "نوار بهداشتی", "pack", 250000, 0, DEPOT_WAREHOUSE},
    [GOOD_KIT_FIRST] = {"kit-first", "Kit for grades 1-3", "بسته دبستان اول", "kit", 1800000, 0, DEPOT_WAREHOUSE},
    [GOOD_KIT_SECOND] = {"kit-second", "Kit for grades 4-6", "بسته دبستان دوم", "kit", 2100000, 0, DEPOT_WAREHOUSE},
    [GOOD_KIT_THIRD] = {"kit-third", "Kit for grades 7-12", "بسته دبیرستان", "kit", 2400000, 0, DEPOT_WAREHOUSE},
    [GOOD_BLEACH] = {"bleach", "Bleach 5 %", "آب ژاول", "litre", 150000, 240, DEPOT_WAREHOUSE},
    [GOOD_ETHANOL] = {"ethanol", "Ethanol 96 %", "اتانول", "litre", 480000, 900, DEPOT_LABORATORY},
    [GOOD_GLYCEROL] = {"glycerol", "Glycerol", "گلیسیرین", "litre", 1000000, 900, DEPOT_LABORATORY},
    [GOOD_HAND_RUB] = {"hand-rub", "Hand rub 70 %", "الکل دست", "litre", 0, 0, DEPOT_LABORATORY},
    [GOOD_SURFACE] = {"surface", "For surfaces 0.1 %", "محلول سطوح", "litre", 0, 0, DEPOT_LABORATORY},
    [GOOD_REFRIGERATOR] = {"refrigerator", "Refrigerator", "یخچال", "piece", 95000000, 0, DEPOT_WAREHOUSE},
    [GOOD_COOKER] = {"cooker", "Gas cooker", "اجاق گاز", "piece", 48000000, 0, DEPOT_WAREHOUSE},
    [GOOD_HEATER] = {"heater", "Gas heater", "بخاری", "piece", 26000000, 0, DEPOT_WAREHOUSE},
    [GOOD_CARPET] = {"carpet", "Carpet", "فرش", "piece", 60000000, 0, DEPOT_WAREHOUSE},
    [GOOD_BLANKET] = {"blanket", "Blanket", "پتو", "piece", 4500000, 0, DEPOT_WAREHOUSE},
    [GOOD_DISHES] = {"dishes", "Set of dishes", "سرویس ظروف", "set", 18000000, 0, DEPOT_WAREHOUSE},
};

/* What is made of others, as conf/demo/programmes says: thousandths of their units in one. */
enum { RAW = GOOD_SUGAR + 1, PARCELS = 3, MOST_BATCH = 9600, RUB_STEP = 96, SURFACE_STEP = 50 };
static const struct {
    const char *size;
    uint64_t contents[RAW];
    uint64_t carton;
} parcels[PARCELS] = {{"small", {12000, 8000, 2700, 6000, 2000}, 72000},
                      {"medium", {24000, 16000, 5400, 12000, 4000}, 144000},
                      {"large", {48000, 32000, 10800, 24000, 8000}, 288000}};
const char *const slot_names[SLOTS] = {[SLOT_LUNCH] = "lunch", [SLOT_DINNER] = "dinner"};
static const struct {
    const char *name;
    uint64_t portion[RAW];
    uint64_t work;
} recipes[SLOTS] = {[SLOT_LUNCH] = {"rice-stew", {80, 0, 10, 40, 0}, 100000},
                    [SLOT_DINNER] = {"lentil-soup", {0, 50, 10, 50, 0}, 100000}};
enum { PLAIN_PORTION = 350000, RUB_WORK = 35500 };

struct goods {
    uint64_t drawn[GOODS][STAGES]; /* thousandths, as all below */
    uint64_t cooked[MAX_COUNTIES * KITCHENS_A_COUNTY][STAGES][RAW];
    uint64_t left[GOODS], left_bleach; /* of the bleach that is mixed */
    uint64_t left_in_kitchen[MAX_COUNTIES * KITCHENS_A_COUNTY][RAW];
    uint64_t *surface; /* by day: it does not keep */
    uint32_t starts[STAGES];
};

static uint64_t cost_of(const uint64_t amounts[RAW])
{
    uint64_t cost = 0;
    for (size_t i = 0; i < RAW; i++)
        cost += amounts[i] * goods[i].price / ALM_UNIT;
    return cost;
}

uint64_t goods_price(enum good good)
{
    switch (good) {
    case GOOD_PARCEL_SMALL:
    case GOOD_PARCEL_MEDIUM:
    case GOOD_PARCEL_LARGE:
        return cost_of(parcels[good - GOOD_PARCEL_SMALL].contents) + parcels[good - GOOD_PARCEL_SMALL].carton;
    case GOOD_HAND_RUB: /* 70 % of 96 %, and 14.5 ml of glycerol */
        return goods[GOOD_ETHANOL].price * 70 / 96 + goods[GOOD_GLYCEROL].price * 145 / 10000 + RUB_WORK;
    case GOOD_SURFACE: /* 0.1 % of 5 % */
        return goods[GOOD_BLEACH].price / 50;
    default:
        return goods[good].price;
    }
}

/* ---- what is needed ---- */

static size_t stage_of(const struct goods *g, uint32_t day)
{
    size_t stage = STAGES - 1;
    while (day < g->starts[stage])
        stage--;
    return stage;
}

void goods_start(struct campaign *c)
{
    static const int32_t begin[STAGES][2] = {{1, 15}, {4, 1}, {7, 1}, {9, 1}}; /* as the list of stages */
    c->goods = xcalloc(1, sizeof *c->goods);
    c->goods->surface = xcalloc(c->year_days, sizeof *c->goods->surface);
    for (size_t i = 0; i < STAGES; i++)
        c->goods->starts[i] = (uint32_t)(date_from_solar(1399, begin[i][0], begin[i][1]) - c->begins);
}

void goods_release(struct campaign *c)
{
    if (c->goods)
        free(c->goods->surface);
    free(c->goods);
}

void goods_draw(struct campaign *c, enum good good, uint32_t day, uint64_t thousandths)
{
    c->goods->drawn[good][stage_of(c->goods, day)] += thousandths;
    if (good == GOOD_SURFACE)
        c->goods->surface[day] += thousandths;
}

uint64_t goods_portion_cost(const struct campaign *c, enum slot slot)
{
    return c->plain ? PLAIN_PORTION : cost_of(recipes[slot].portion) + recipes[slot].work;
}

const char *goods_recipe(enum slot slot)
{
    return recipes[slot].name;
}

uint64_t goods_cook(struct campaign *c, size_t kitchen, enum slot slot, uint32_t day, uint64_t portions)
{
    uint64_t *cooked = c->goods->cooked[kitchen][stage_of(c->goods, day)];
    for (size_t i = 0; i < RAW; i++)
        cooked[i] += recipes[slot].portion[i] * portions;
    return portions * (c->plain ? PLAIN_PORTION : recipes[slot].work);
}

/* ---- lists ---- */

void goods_write_kitchen_code(struct out *o, const struct campaign *c, size_t kitchen)
{
    out_char(o, 'K');
    out_text(o, c->counties[kitchen / KITCHENS_A_COUNTY].code);
    out_char(o, (char)('a' + kitchen % KITCHENS_A_COUNTY));
}

static void write_thousandths(struct out *o, uint64_t number)
{
    out_number(o, number / ALM_UNIT, 0);
    number %= ALM_UNIT;
    if (!number)
        return;
    out_char(o, '.');
    for (uint64_t place = 100; number; number %= place, place /= 10)
        out_char(o, (char)('0' + number / place));
}

static void write_items(const struct campaign *c)
{
    struct out out;
    out_open(&out, c->dir, "items.csv", "code,name,name_fa,unit,near");
    for (size_t i = 0; i < GOODS; i++) {
        out_text(&out, goods[i].code);
        out_char(&out, ',');
        out_text(&out, goods[i].name);
        out_char(&out, ',');
        out_text(&out, goods[i].name_fa);
        out_char(&out, ',');
        out_text(&out, goods[i].unit);
        out_text(&out, goods[i].good_for ? ",60\n" : ",\n");
    }
    out_close(&out);
}

static void write_depots(const struct campaign *c)
{
    struct out out;
    out_open(&out, c->dir, "depots.csv", "code,name,kind,area");
    out_text(&out, "W1,انبار مرکزی,warehouse,");
    out_text(&out, c->counties[0].code);
    out_text(&out, "\nL1,آزمایشگاه,warehouse,");
    out_text(&out, c->counties[0].code);
    out_char(&out, '\n');
    for (size_t i = 0; i < c->n_counties * KITCHENS_A_COUNTY; i++) {
        goods_write_kitchen_code(&out, c, i);
        out_text(&out, ",آشپزخانه ");
        out_text(&out, names_street[i % names_n_street]);
        out_text(&out, ",kitchen,");
        out_text(&out, c->counties[i / KITCHENS_A_COUNTY].code);
        out_char(&out, '\n');
    }
    out_close(&out);
}

/* One row of a stage's receipts; more than is needed by a hundredth, in whole units.  Answers what is over. */
static uint64_t receive(struct out *o, const struct campaign *c, size_t stage, enum good good, uint32_t depot,
                        uint64_t needed)
{
    static const char *const sources[] = {"خیرین خرم\u200cآباد", "اتاق بازرگانی", "پویش همدلی", "خرید از کارخانه"};
    const uint32_t day = c->goods->starts[stage];
    char expires[16];
    if (!needed)
        return 0;
    const uint64_t received = (needed + needed / 100) / ALM_UNIT + 1;
    out_text(o, "receive,");
    out_text(o, goods[good].code);
    out_char(o, ',');
    out_text(o, depot_codes[depot]);
    out_text(o, ",,S");
    out_number(o, stage + 1, 0);
    out_char(o, '-');
    out_text(o, depot_codes[depot]);
    out_char(o, ',');
    out_number(o, received, 0);
    out_char(o, ',');
    out_text(o, c->solar[day]);
    out_char(o, ',');
    if (goods[good].good_for) {
        date_format(c->begins + (alm_date)(day + goods[good].good_for), DATE_ISO, expires, sizeof expires);
        out_text(o, expires);
    }
    out_char(o, ',');
    out_text(o, sources[(good + stage) % COUNT_OF(sources)]);
    out_char(o, ',');
    out_number(o, goods[good].price, 0);
    out_text(o, ",R-");
    out_number(o, stage + 1, 0);
    out_char(o, '-');
    out_text(o, goods[good].code);
    out_char(o, '-');
    out_text(o, depot_codes[depot]);
    out_char(o, '\n');
    return received * ALM_UNIT - needed;
}

/* From the warehouse to a kitchen, for the stage, in whole units. */
static uint64_t move(struct out *o, const struct campaign *c, size_t stage, enum good good, size_t kitchen)
{
    const uint64_t needed = c->goods->cooked[kitchen][stage][good], moved = (needed + ALM_UNIT - 1) / ALM_UNIT;
    if (!needed)
        return 0;
    out_text(o, "move,");
    out_text(o, goods[good].code);
    out_text(o, ",W1,");
    goods_write_kitchen_code(o, c, kitchen);
    out_text(o, ",,");
    out_number(o, moved, 0);
    out_char(o, ',');
    out_text(o, c->solar[c->goods->starts[stage]]);
    out_text(o, ",,,,M-");
    out_number(o, stage + 1, 0);
    out_char(o, '-');
    out_text(o, goods[good].code);
    out_char(o, '-');
    goods_write_kitchen_code(o, c, kitchen);
    out_char(o, '\n');
    c->goods->left_in_kitchen[kitchen][good] += moved * ALM_UNIT - needed;
    return moved * ALM_UNIT;
}

/* The stage's parcels; what goes into them is added to `needed`. */
static void write_packing(const struct campaign *c, size_t stage, uint64_t needed[GOODS])
{
    struct goods *g = c->goods;
    struct out out;
    char name[32];
    snprintf(name, sizeof name, "packing-%zu.csv", stage + 1);
    out_open(&out, c->dir, name, "size,count,depot,date,cost,lot");
    for (size_t i = 0; i < PARCELS; i++) {
        const enum good good = (enum good)(GOOD_PARCEL_SMALL + i);
        const uint64_t drawn = g->drawn[good][stage] / ALM_UNIT, packed = drawn ? drawn + drawn / 100 + 1 : 0;
        if (!packed)
            continue;
        out_text(&out, parcels[i].size);
        out_char(&out, ',');
        out_number(&out, packed, 0);
        out_text(&out, ",W1,");
        out_text(&out, c->solar[g->starts[stage]]);
        out_char(&out, ',');
        out_number(&out, packed * parcels[i].carton, 0);
        out_text(&out, ",P");
        out_number(&out, stage + 1, 0);
        out_char(&out, '\n');
        g->left[good] += (packed - drawn) * ALM_UNIT;
        for (size_t k = 0; k < RAW; k++)
            needed[k] += packed * parcels[i].contents[k];
    }
    out_close(&out);
}

/* Batches for so many thousandths of a litre in whole steps; answers the litres that were mixed. */
static uint64_t mix(struct out *o, const struct campaign *c, enum good good, uint32_t day, uint64_t thousandths)
{
    const bool rub = good == GOOD_HAND_RUB;
    const uint64_t step = rub ? RUB_STEP : SURFACE_STEP;
    const uint64_t litres = (thousandths + step * ALM_UNIT - 1) / (step * ALM_UNIT) * step;
    struct chance chance = chance_of(c->seed, CHANCE_LITRE, UINT64_C(1) << 40 | (uint64_t)rub << 32 | day);
    uint64_t batch = 0;
    for (uint64_t done = 0; done < litres; done += MOST_BATCH) {
        const uint64_t part = litres - done < MOST_BATCH ? litres - done : MOST_BATCH;
        out_text(o, rub ? "H-" : "S-");
        out_number(o, day, 3);
        out_char(o, '-');
        out_number(o, ++batch, 0);
        out_char(o, ',');
        out_text(o, goods[good].code);
        out_char(o, ',');
        out_text(o, c->solar[day]);
        out_char(o, ',');
        out_number(o, part, 0);
        /* A little off, as all that is measured. */
        out_text(o, rub ? ",70." : ",0.10");
        out_number(o, chance_below(&chance, 10), 0);
        out_char(o, ',');
        out_number(o, rub ? part * RUB_WORK : 0, 0);
        out_char(o, '\n');
    }
    return litres;
}

static void write_stage(struct campaign *c, size_t stage, struct out *mixing)
{
    struct goods *g = c->goods;
    struct out out;
    char name[32];
    uint64_t needed[GOODS] = {0}, mixed, moved[RAW] = {0};
    const uint32_t end = stage + 1 < STAGES ? g->starts[stage + 1] : c->year_days;

    write_packing(c, stage, needed);
    mixed = mix(mixing, c, GOOD_HAND_RUB, g->starts[stage], g->drawn[GOOD_HAND_RUB][stage]);
    g->left[GOOD_HAND_RUB] += mixed * ALM_UNIT - g->drawn[GOOD_HAND_RUB][stage];
    needed[GOOD_ETHANOL] = mixed * ALM_UNIT * 70 / 96;
    needed[GOOD_GLYCEROL] = mixed * 145 / 10;
    uint64_t bleach = 0;
    for (uint32_t day = g->starts[stage]; day < end; day++) {
        mixed = mix(mixing, c, GOOD_SURFACE, day, g->surface[day]);
        g->left[GOOD_SURFACE] += mixed * ALM_UNIT - g->surface[day];
        bleach += mixed * ALM_UNIT / 50;
    }

    snprintf(name, sizeof name, "stock-%zu.csv", stage + 1);
    out_open(&out, c->dir, name, "kind,item,depot,to,lot,quantity,date,expires,source,price,key");
    for (size_t k = 0; k < RAW; k++)
        for (size_t i = 0; i < c->n_counties * KITCHENS_A_COUNTY; i++)
            needed[k] += (g->cooked[i][stage][k] + ALM_UNIT - 1) / ALM_UNIT * ALM_UNIT;
    for (size_t i = 0; i < GOODS; i++) {
        if (!goods[i].price)
            continue;
        g->left[i] += receive(&out, c, stage, (enum good)i, goods[i].depot, needed[i] + g->drawn[i][stage]);
    }
    g->left_bleach += receive(&out, c, stage, GOOD_BLEACH, DEPOT_LABORATORY, bleach);
    for (size_t i = 0; i < c->n_counties * KITCHENS_A_COUNTY; i++)
        for (size_t k = 0; k < RAW; k++)
            moved[k] += move(&out, c, stage, (enum good)k, i);
    out_close(&out);
}

void goods_write(struct campaign *c)
{
    struct out mixing;
    write_items(c);
    write_depots(c);
    out_open(&mixing, c->dir, "mixing.csv", "code,product,date,litres,measured,cost");
    for (size_t stage = 0; stage < STAGES; stage++)
        write_stage(c, stage, &mixing);
    out_close(&mixing);
}

static void write_left(struct out *o, const char *code, uint64_t left)
{
    out_char(o, '/');
    out_text(o, code);
    out_char(o, ' ');
    write_thousandths(o, left);
    out_char(o, '\n');
}

void goods_write_left(struct out *o, const struct campaign *c)
{
    const struct goods *g = c->goods;
    for (size_t i = 0; i < GOODS && !c->plain; i++) {
        out_text(o, "stock ");
        out_text(o, depot_codes[goods[i].depot]);
        write_left(o, goods[i].code, g->left[i]);
    }
    if (!c->plain) {
        out_text(o, "stock L1");
        write_left(o, goods[GOOD_BLEACH].code, g->left_bleach);
    }
    for (size_t i = 0; i < c->n_counties * KITCHENS_A_COUNTY && !c->plain; i++)
        for (size_t k = 0; k < RAW; k++)
            if (g->left_in_kitchen[i][k]) {
                out_text(o, "stock ");
                goods_write_kitchen_code(o, c, i);
                write_left(o, goods[k].code, g->left_in_kitchen[i][k]);
            }
}
