/* SPDX-License-Identifier: MIT */
/* Bodies, volunteer groups, bases and stages.  Groups and bases are numbered county by county. */
#include "campaign.h"

const char *const body_codes[BODIES] = {"hamdeli", "mehr", "yari", "salamat", "pezeshkan", "sofreh", "payam", "kausar"};

static const char *const body_names[BODIES][2] = {
    {"بنیاد همدلی زاگرس", "foundation"},
    {"بنیاد مهرگستران", "foundation"},
    {"کمیته یاری خرمدشت", "relief committee"},
    {"شبکه سلامت کوهسار", "health network"},
    {"انجمن پزشکان داوطلب بلوط", "medical society"},
    {"موسسه سفره مهربانی", "foundation"},
    {"کانون پیام امید", "public information"},
    {"بنیاد چشمه کوثر", "foundation"},
};
static const char *const specialities[SPECIALITIES] = {"cooking", "packing",  "teaching",
                                                       "medical", "building", "disinfection"};

/* Beyond the full size more people are served, not by more groups: there are as many as the province has. */
enum { FULL_GROUPS = 2100, FULL_BASES = 220, LEAST_GROUPS = SPECIALITIES };

static uint64_t up_to(uint64_t number, uint64_t most)
{
    return number < most ? number : most;
}

void givers_plan(struct campaign *c)
{
    uint32_t group = 0, base = 0, weight = 0;
    uint64_t groups = up_to(scaled(c, FULL_GROUPS), FULL_GROUPS), bases = up_to(scaled(c, FULL_BASES), FULL_BASES);
    groups = groups < LEAST_GROUPS * c->n_counties ? LEAST_GROUPS * c->n_counties : groups;
    bases = bases < c->n_counties ? c->n_counties : bases;
    /* Each county has the least; what is left goes by weight, cut so that the parts add up. */
    uint64_t free_groups = groups - LEAST_GROUPS * c->n_counties, free_bases = bases - c->n_counties;
    for (size_t i = 0; i < c->n_counties; i++) {
        struct county *county = &c->counties[i];
        county->first_group = group;
        county->first_base = base;
        weight += county->weight;
        group = (uint32_t)(LEAST_GROUPS * (i + 1) + free_groups * weight / c->total_weight);
        base = (uint32_t)(i + 1 + free_bases * weight / c->total_weight);
        county->n_groups = group - county->first_group;
        county->n_bases = base - county->first_base;
    }
    c->groups = group;
    c->bases = base;
}

/* The group's first speciality goes round within its county. */
uint32_t givers_group(const struct campaign *c, uint32_t number, enum speciality speciality, struct chance *chance)
{
    const struct county *county = &c->counties[number];
    uint32_t n = (county->n_groups - (uint32_t)speciality + SPECIALITIES - 1) / SPECIALITIES;
    return county->first_group + (uint32_t)speciality + SPECIALITIES * chance_below(chance, n);
}

uint32_t givers_body(const struct campaign *c, uint32_t group)
{
    struct chance chance = chance_of(c->seed, CHANCE_GROUP, group);
    return chance_below(&chance, BODIES);
}

static void write_bodies(const struct campaign *c)
{
    struct out out;
    out_open(&out, c->dir, "bodies.csv", "code,name,kind");
    for (size_t i = 0; i < BODIES; i++) {
        out_text(&out, body_codes[i]);
        out_char(&out, ',');
        out_text(&out, body_names[i][0]);
        out_char(&out, ',');
        out_text(&out, body_names[i][1]);
        out_char(&out, '\n');
    }
    out_close(&out);
}

static void write_groups(const struct campaign *c)
{
    struct out out;
    out_open(&out, c->dir, "groups.csv", "code,name,body,area,specialities,capacity,members");
    for (size_t i = 0; i < c->n_counties; i++) {
        const struct county *county = &c->counties[i];
        for (uint32_t j = 0; j < county->n_groups; j++) {
            uint32_t group = county->first_group + j;
            struct chance chance = chance_of(c->seed, CHANCE_GROUP, group);
            uint32_t body = chance_below(&chance, BODIES); /* the first draw: see givers_body() */
            char number[16];
            snprintf(number, sizeof number, "%" PRIu32, group + 1);
            out_char(&out, 'G');
            out_number(&out, group + 1, 4);
            out_text(&out, ",گروه ");
            out_text(&out, names_group[chance_below(&chance, (uint32_t)names_n_group)]);
            out_char(&out, ' ');
            out_persian(&out, number);
            out_char(&out, ',');
            out_text(&out, body_codes[body]);
            out_char(&out, ',');
            out_text(&out, county->code);
            out_char(&out, ',');
            out_text(&out, specialities[j % SPECIALITIES]);
            if (chance_percent(&chance, 40)) {
                out_char(&out, ' ');
                out_text(&out, specialities[(j + 1 + chance_below(&chance, SPECIALITIES - 1)) % SPECIALITIES]);
            }
            out_char(&out, ',');
            out_number(&out, 10 + 5 * chance_below(&chance, 30), 0);
            out_char(&out, ',');
            out_number(&out, 4 + chance_below(&chance, 40), 0);
            out_char(&out, '\n');
        }
    }
    out_close(&out);
}

static void write_bases(const struct campaign *c)
{
    struct out out;
    out_open(&out, c->dir, "bases.csv", "code,name,area");
    for (size_t i = 0; i < c->n_counties; i++) {
        const struct county *county = &c->counties[i];
        for (uint32_t j = 0; j < county->n_bases; j++) {
            out_char(&out, 'B');
            out_number(&out, county->first_base + j + 1, 4);
            out_text(&out, ",پایگاه ");
            out_text(&out, names_street[j % names_n_street]);
            out_char(&out, ' ');
            out_number(&out, county->first_base + j + 1, 0);
            out_char(&out, ',');
            out_text(&out, county->n_cities ? c->places[county->cities[j % county->n_cities]].code : county->code);
            out_char(&out, '\n');
        }
    }
    out_close(&out);
}

static void write_stages(const struct campaign *c)
{
    struct out out;
    out_open(&out, c->dir, "stages.csv", "code,name,starts,ends");
    out_text(&out, "S1,مرحله نخست: پیشگیری,1399/01/15,1399/03/31\n"
                   "S2,مرحله دوم: سفره همدلی,1399/04/01,1399/06/31\n"
                   "S3,مرحله سوم: مهر و دانش,1399/07/01,1399/08/30\n"
                   "S4,مرحله چهارم: زمستان گرم,1399/09/01,1399/12/30\n");
    out_close(&out);
}

void givers_write(struct campaign *c)
{
    write_bodies(c);
    write_groups(c);
    write_bases(c);
    write_stages(c);
}
