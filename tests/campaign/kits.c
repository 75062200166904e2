/* SPDX-License-Identifier: MIT */
/* Stationery: one kit for each of some of the children of school age, from the first day of the school year on,
 * household by household. */
#include "campaign.h"

void kits_write(struct campaign *c)
{
    struct out out;
    struct household household;
    uint32_t first = (uint32_t)(date_from_solar(1399, 7, 1) - c->begins), days = c->days - first;
    uint64_t child = 0, number = 0;
    out_open(&out, c->dir, "stationery.csv",
             "key,programme,household,person,place,national_id,quantity,date,body,group,note");
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
            out_char(&out, ',');
            out_text(&out, body_codes[body]);
            out_text(&out, ",G");
            out_number(&out, group + 1, 4);
            out_text(&out, ",\n");
            campaign_count(c, PROGRAMME_STATIONERY, h, day, body, 1, true);
        }
    }
    out_close(&out);
}
