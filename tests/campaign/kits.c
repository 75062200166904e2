/* SPDX-License-Identifier: MIT */
/* Stationery: one kit for each of some of the children of school age, from the first day of the school year on,
 * household by household. */
#include "campaign.h"

/* By the grade in the register, else by full years on 1 Mehr, of which six are the first grade. */
static enum good kit_of(const struct person *p)
{
    int32_t year, month, day, grade = p->grade;
    if (grade < 0) {
        date_to_solar(p->born, &year, &month, &day);
        grade = 1399 - year - (month > 7 || (month == 7 && day > 1)) - 5;
    }
    return grade <= 3 ? GOOD_KIT_FIRST : grade <= 6 ? GOOD_KIT_SECOND : GOOD_KIT_THIRD;
}

void kits_write(struct campaign *c)
{
    struct out out;
    struct household household;
    uint32_t first = (uint32_t)(date_from_solar(1399, 7, 1) - c->begins), days = c->days - first;
    uint64_t child = 0, number = 0;
    out_open(&out, c->dir, "stationery.csv", DELIVERY_COLUMNS);
    for (uint64_t h = 0; h < c->households; h++) {
        people_household(c, h, &household);
        for (size_t i = 0; i < household.n; i++) {
            const struct person *p = &household.members[i];
            if (!p->may_have_kit)
                continue;
            bool chosen = (child + 1) * c->kits / c->children > child * c->kits / c->children;
            child++;
            if (!chosen)
                continue;
            struct chance chance = chance_of(c->seed, CHANCE_KIT, number);
            uint32_t day = first + (uint32_t)(number * days / c->kits);
            uint32_t group = givers_group(c, c->places[people_place(c, h)].county, TEACHING, &chance),
                     body = givers_body(c, group);
            out_text(&out, "S-");
            out_number(&out, ++number, 7);
            out_text(&out, ",stationery,,");
            out_text(&out, p->foreign);
            out_text(&out, ",,");
            out_text(&out, p->national);
            out_text(&out, ",1,");
            out_day(&out, c, day, &chance);
            out_giver(&out, body, group);
            out_char(&out, '\n');
            const enum good good = kit_of(p);
            goods_draw(c, good, day, ALM_UNIT);
            campaign_count(c, PROGRAMME_STATIONERY, h, day, body, 1, goods_price(good), true);
        }
    }
    out_close(&out);
}
