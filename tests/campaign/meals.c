/* SPDX-License-Identifier: MIT */
/*
 * Hot meals.  Each county has two kitchens; each cooks a batch for lunch and one for dinner on the days when households
 * of its own are served.  Households are served in turn; a part of those who had lunch get dinner too.  A line is a
 * household's share of one batch, handed over within two hours.
 */
#include "campaign.h"

enum { LUNCH_PERCENT = 60, AGAIN_PERCENT = 25 };

struct kitchen {
    uint64_t batch; /* open now; 0: none */
    uint64_t portions;
    uint64_t today, most;
};
struct meals {
    struct campaign *c;
    struct out rows, batches;
    struct kitchen kitchens[MAX_COUNTIES * KITCHENS_A_COUNTY];
    uint64_t n_batches, key;
};
/* Minutes after midnight. */
static const uint32_t cooked_at[SLOTS] = {[SLOT_LUNCH] = 11 * 60 + 30, [SLOT_DINNER] = 18 * 60 + 30};

/* Iran's clock, that staff write down: 2020-04-03T12:10 with no zone stands as it is. */
static void write_time(struct out *o, const struct campaign *c, uint32_t day, uint32_t minutes)
{
    out_text(o, c->iso[day]);
    out_char(o, 'T');
    out_number(o, minutes / 60, 2);
    out_char(o, ':');
    out_number(o, minutes % 60, 2);
}

/* One line for the household at place `turn`, of at most `left` meals; returns how many they were. */
static uint64_t serve(struct meals *m, uint64_t turn, uint32_t day, enum slot slot, uint64_t left)
{
    struct campaign *c = m->c;
    uint64_t household = chance_permute(m->key, turn % c->households, c->households);
    struct chance chance = chance_of(c->seed, CHANCE_MEAL, m->c->meal_rows);
    uint32_t county = c->places[people_place(c, household)].county;
    size_t at = county * KITCHENS_A_COUNTY + household % KITCHENS_A_COUNTY;
    struct kitchen *kitchen = &m->kitchens[at];
    uint64_t quantity = people_size(c, household);
    if (quantity > 1 && chance_percent(&chance, 12))
        quantity--;
    quantity = quantity < left ? quantity : left;
    uint32_t group = givers_group(c, county, COOKING, &chance), body = givers_body(c, group);
    if (kitchen->batch == 0)
        kitchen->batch = ++m->n_batches;
    kitchen->portions += quantity;

    struct out *o = &m->rows;
    out_text(o, "M-");
    out_number(o, ++c->meal_rows, 7);
    out_text(o, ",meals,");
    people_write_household_code(o, household);
    out_text(o, ",,,,");
    out_number(o, quantity, 0);
    out_char(o, ',');
    out_day(o, c, day, &chance);
    out_giver(o, body, group);
    out_char(o, ',');
    out_text(o, slot_names[slot]);
    out_text(o, ",K-");
    out_number(o, kitchen->batch, 6);
    out_char(o, ',');
    write_time(o, c, day, cooked_at[slot] + 10 + chance_below(&chance, 105));
    out_char(o, '\n');
    campaign_count(c, PROGRAMME_MEALS, household, day, body, quantity, quantity * goods_portion_cost(c, slot), false);
    return quantity;
}

static void close_batches(struct meals *m, uint32_t day, enum slot slot)
{
    for (size_t i = 0; i < m->c->n_counties * KITCHENS_A_COUNTY; i++) {
        struct kitchen *kitchen = &m->kitchens[i];
        if (kitchen->batch == 0)
            continue;
        uint64_t portions = kitchen->portions + kitchen->batch % 4; /* a pot rarely comes out to the plate */
        out_text(&m->batches, "K-");
        out_number(&m->batches, kitchen->batch, 6);
        out_char(&m->batches, ',');
        goods_write_kitchen_code(&m->batches, m->c, i);
        out_char(&m->batches, ',');
        out_text(&m->batches, m->c->iso[day]);
        out_char(&m->batches, ',');
        out_text(&m->batches, slot_names[slot]);
        out_char(&m->batches, ',');
        write_time(&m->batches, m->c, day, cooked_at[slot]);
        out_char(&m->batches, ',');
        out_number(&m->batches, portions, 0);
        out_char(&m->batches, ',');
        out_number(&m->batches, goods_cook(m->c, i, slot, day, portions), 0);
        if (!m->c->plain) {
            out_char(&m->batches, ',');
            out_text(&m->batches, goods_recipe(slot));
        }
        out_char(&m->batches, '\n');
        kitchen->today += portions;
        kitchen->batch = kitchen->portions = 0;
    }
}

static void write_kitchens(const struct meals *m)
{
    struct out out;
    out_open(&out, m->c->dir, "kitchens.csv",
             m->c->plain ? "code,name,area,capacity" : "code,name,area,capacity,depot");
    for (size_t i = 0; i < m->c->n_counties * KITCHENS_A_COUNTY; i++) {
        goods_write_kitchen_code(&out, m->c, i);
        out_text(&out, ",آشپزخانه ");
        out_text(&out, names_street[i % names_n_street]);
        out_char(&out, ',');
        out_text(&out, m->c->counties[i / KITCHENS_A_COUNTY].code);
        out_char(&out, ',');
        out_number(&out, (m->kitchens[i].most / 50 + 1) * 50, 0);
        if (!m->c->plain) {
            out_char(&out, ',');
            goods_write_kitchen_code(&out, m->c, i);
        }
        out_char(&out, '\n');
    }
    out_close(&out);
}

void meals_write(struct campaign *c)
{
    struct meals m = {.c = c, .key = chance_of(c->seed, CHANCE_ORDER, PROGRAMME_MEALS).state};
    uint64_t turn = 0;
    out_open(&m.rows, c->dir, "meals.csv", DELIVERY_COLUMNS ",slot,batch,time");
    out_open(&m.batches, c->dir, "batches.csv",
             c->plain ? "code,kitchen,date,slot,time,portions,cost"
                      : "code,kitchen,date,slot,time,portions,cost,recipe");
    for (uint32_t day = 0; day < c->days; day++) {
        uint64_t today = (day + 1) * c->meals / c->days - day * c->meals / c->days;
        uint64_t lunch = today * LUNCH_PERCENT / 100, dinner = today - lunch, again = dinner * AGAIN_PERCENT / 100;
        uint64_t start = turn;
        while (lunch > 0)
            lunch -= serve(&m, turn++, day, 0, lunch);
        close_batches(&m, day, 0);
        uint64_t end = turn;
        for (uint64_t left = again; left > 0 && start < end; start++) {
            uint64_t meals = serve(&m, start, day, 1, left);
            left -= meals;
            dinner -= meals;
        }
        while (dinner > 0)
            dinner -= serve(&m, turn++, day, 1, dinner);
        close_batches(&m, day, 1);
        for (size_t i = 0; i < COUNT_OF(m.kitchens); i++) {
            m.kitchens[i].most = m.kitchens[i].today > m.kitchens[i].most ? m.kitchens[i].today : m.kitchens[i].most;
            m.kitchens[i].today = 0;
        }
    }
    out_close(&m.rows);
    out_close(&m.batches);
    write_kitchens(&m);
}
