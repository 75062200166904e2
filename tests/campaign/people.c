/* SPDX-License-Identifier: MIT */
/* Households and their members: who they are, where they live, and the list that a registrar would hand in. */
#include "campaign.h"
#include <stdlib.h>

enum {
    CITY_PERCENT = 70,
    FOREIGN_PERCENT = 2,
    UNMARKED_PERCENT = 2,
    VARIANT_PERCENT = 8,
    PERSIAN_PERCENT = 5,
    DAYS_A_YEAR = 365
};

/* Fifty households of 152 people, 3.04 on the average; each fifty comes in another order. */
static const uint8_t deck[50] = {1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3,
                                 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 8};

void people_sizes(struct campaign *c)
{
    size_t capacity = 0;
    uint64_t next = 0;
    c->households = 0;
    while (next < c->people) {
        uint64_t block = c->households / COUNT_OF(deck);
        struct chance chance = chance_of(c->seed, CHANCE_SIZE, block);
        uint64_t card = chance_permute(chance.state, c->households % COUNT_OF(deck), COUNT_OF(deck));
        ARRAY_ROOM(c->first, c->households + 1, capacity);
        c->first[c->households++] = (uint32_t)next;
        next += deck[card];
    }
    ARRAY_ROOM(c->first, c->households + 1, capacity);
    c->first[c->households] = (uint32_t)c->people;
}

uint32_t people_size(const struct campaign *c, uint64_t household)
{
    return c->first[household + 1] - c->first[household];
}

static uint32_t county_of(const struct campaign *c, struct chance *chance)
{
    uint32_t weight = chance_below(chance, c->total_weight), county = 0;
    while (weight >= c->counties[county].weight)
        weight -= c->counties[county++].weight;
    return county;
}

uint32_t people_place(const struct campaign *c, uint64_t household)
{
    struct chance chance = chance_of(c->seed, CHANCE_AREA, household);
    const struct county *county = &c->counties[county_of(c, &chance)];
    bool city = county->n_villages == 0 || (county->n_cities > 0 && chance_percent(&chance, CITY_PERCENT));
    return city ? county->cities[chance_below(&chance, (uint32_t)county->n_cities)]
                : county->villages[chance_below(&chance, (uint32_t)county->n_villages)];
}

/*
 * Nine digits by a permutation of the serials, so that no two people share one, and the check digit.  Left out are
 * serials of nine equal digits (the check digit would be the tenth) and those with more than two leading zeros (no one
 * could put back what a spreadsheet strips).  The walk goes on past them; it stays a permutation because no number that
 * it starts from is one of them.
 */
static void national_id(const struct campaign *c, uint64_t person, char out[11])
{
    enum { SERIALS = 1000000000, EQUAL = 111111111, LEAST = 1000000 };
    uint64_t serial = LEAST + person;
    do
        serial = chance_permute(c->seed ^ CHANCE_MARK, serial, SERIALS);
    while (serial % EQUAL == 0 || serial < LEAST);
    uint32_t sum = 0;
    for (int i = 8; i >= 0; i--) {
        out[i] = (char)('0' + serial % 10);
        sum += (uint32_t)(serial % 10) * (uint32_t)(10 - i);
        serial /= 10;
    }
    uint32_t rest = sum % 11;
    out[9] = (char)('0' + (rest < 2 ? rest : 11 - rest));
    out[10] = '\0';
}

static void marks(const struct campaign *c, struct person *p, bool foreigners, struct chance *chance)
{
    p->national[0] = p->foreign[0] = '\0';
    if (foreigners)
        snprintf(p->foreign, sizeof p->foreign, "FN-%09" PRIu32,
                 (uint32_t)chance_permute(c->seed ^ CHANCE_FOREIGN, p->number, 1000000000));
    else if (!chance_percent(chance, UNMARKED_PERCENT))
        national_id(c, p->number, p->national);
}

static void schooling(struct person *p, struct chance *chance)
{
    alm_date mehr = date_from_solar(1399, 7, 1);
    int age = (int)((mehr - p->born) * 10000LL / 3652425);
    p->grade = -1;
    if (age >= 6 && age <= 18 && !chance_percent(chance, 8))
        p->grade = age - 6;
    /* A year within the bounds, so that a grade worked out from the birth date is one as well. */
    p->may_have_kit = age >= 7 && age <= 17 && (p->national[0] || p->foreign[0]);
}

void people_household(const struct campaign *c, uint64_t household, struct household *h)
{
    struct chance chance = chance_of(c->seed, CHANCE_HOUSEHOLD, household);
    uint32_t male = chance_below(&chance, (uint32_t)names_n_male),
             female = chance_below(&chance, (uint32_t)names_n_female);
    const char *family = names_family[chance_below(&chance, (uint32_t)names_n_family)];
    const char *family2 = names_family[chance_below(&chance, (uint32_t)names_n_family)];
    bool foreigners = chance_percent(&chance, FOREIGN_PERCENT), sayyed = chance_percent(&chance, 5);
    bool couple, grandparent;
    h->n = people_size(c, household);
    couple = h->n > 1 && chance_percent(&chance, 85);
    grandparent = h->n > 3 && chance_percent(&chance, 12);
    bool children = h->n > 1U + couple + grandparent;
    char head_sex = couple || chance_percent(&chance, 45) ? 'm' : 'f';
    uint32_t head_age = children ? 32 + chance_below(&chance, 24) : 24 + chance_below(&chance, 60);
    for (size_t i = 0; i < h->n; i++) {
        struct person *p = &h->members[i];
        uint32_t age;
        p->number = c->first[household] + i;
        p->family = family;
        p->sayyed = sayyed;
        if (i == 0) {
            p->relation = "head";
            p->sex = head_sex;
            age = head_age;
        } else if (i == 1 && couple) {
            p->relation = "spouse";
            p->sex = 'f';
            p->family = family2;
            p->sayyed = false;
            age = head_age - chance_below(&chance, 8);
        } else if (i == h->n - 1 && grandparent) {
            p->relation = "parent";
            p->sex = chance_percent(&chance, 70) ? 'f' : 'm';
            age = head_age + 20 + chance_below(&chance, 12);
        } else {
            uint32_t oldest = head_age - 17 < 20 ? head_age - 17 : 20;
            p->relation = "child";
            p->sex = chance_percent(&chance, 50) ? 'f' : 'm';
            age = children ? chance_below(&chance, oldest) : 0;
        }
        /* Steps that are odd never meet within eight: the members of one household have different names. */
        p->given =
            p->sex == 'm' ? names_male[(male + 7 * i) % names_n_male] : names_female[(female + 7 * i) % names_n_female];
        p->father = strcmp(p->relation, "child") == 0 && head_sex == 'm'
                        ? h->members[0].given
                        : names_male[chance_below(&chance, (uint32_t)names_n_male)];
        p->born = c->begins - (alm_date)(age * DAYS_A_YEAR + age / 4 + 40 + chance_below(&chance, 320));
        marks(c, p, foreigners, &chance);
        schooling(p, &chance);
        if (strcmp(p->relation, "child") != 0)
            p->grade = -1, p->may_have_kit = false;
    }
}

void people_write_household_code(struct out *o, uint64_t household)
{
    out_char(o, 'H');
    out_number(o, household + 1, 7);
}

/* As a spreadsheet leaves it: leading zeros gone (never more than two: the rest would be too short to be padded); or in
 * Persian digits. */
static void write_national(struct out *o, const char *id, bool persian, bool stripped)
{
    int zeros = 0;
    while (stripped && zeros < 2 && id[zeros] == '0')
        zeros++;
    if (persian)
        out_persian(o, id + zeros);
    else
        out_text(o, id + zeros);
}

static void write_born(struct out *o, alm_date born, bool solar, bool persian)
{
    char text[24];
    date_format(born, solar ? DATE_SOLAR : DATE_ISO, text, sizeof text);
    if (persian)
        out_persian(o, text);
    else
        out_text(o, text);
}

static void write_mobile(struct out *o, const struct campaign *c, uint64_t household, struct chance *chance)
{
    static const char *const prefixes[] = {"0", "0", "0", "+98", "0098", "98"};
    char number[16];
    snprintf(number, sizeof number, "907%07" PRIu32,
             (uint32_t)chance_permute(c->seed ^ CHANCE_PHONE, household % 10000000, 10000000));
    out_text(o, prefixes[chance_below(chance, COUNT_OF(prefixes))]);
    if (chance_percent(chance, PERSIAN_PERCENT))
        out_persian(o, number);
    else
        out_text(o, number);
}

/* Answers whether there is any. */
static bool write_criteria(struct out *o, const struct household *h, size_t i, struct chance *chance)
{
    const struct person *p = &h->members[i];
    const char *gap = "";
    if (i == 0 && p->sex == 'f' && h->n > 1)
        out_text(o, "female-headed"), gap = " ";
    if (strcmp(p->relation, "parent") == 0)
        out_text(o, gap), out_text(o, "elderly"), gap = " ";
    if (chance_percent(chance, 3))
        out_text(o, gap), out_text(o, "disabled"), gap = " ";
    if (chance_percent(chance, 4))
        out_text(o, gap), out_text(o, "chronic-illness"), gap = " ";
    if (i == 0 && chance_percent(chance, 30))
        out_text(o, gap), out_text(o, "lost-work"), gap = " ";
    return *gap;
}

static void write_person(struct out *o, struct campaign *c, uint64_t number, const struct household *h, size_t i,
                         struct chance *chance)
{
    const struct person *p = &h->members[i];
    uint32_t place = people_place(c, number);
    const struct county *county = &c->counties[c->places[place].county];
    struct chance bases = chance_of(c->seed, CHANCE_BASE, number);
    unsigned variant = chance_percent(chance, VARIANT_PERCENT) ? 1 + chance_below(chance, 15) : 0;
    bool persian = chance_percent(chance, PERSIAN_PERCENT);

    people_write_household_code(o, number);
    out_char(o, ',');
    out_text(o, p->relation);
    out_char(o, ',');
    write_national(o, p->national, persian, chance_percent(chance, 30));
    out_char(o, ',');
    if (p->sayyed)
        out_text(o, p->sex == 'm' ? "سید " : "سیده ");
    out_variant(o, p->given, variant);
    out_char(o, ',');
    out_variant(o, p->family, variant);
    out_char(o, ',');
    out_variant(o, p->father, variant);
    out_char(o, ',');
    write_born(o, p->born, chance_percent(chance, 60), persian);
    out_char(o, ',');
    out_char(o, p->sex);
    out_char(o, ',');
    if (i == 0)
        write_mobile(o, c, number, chance);
    out_char(o, ',');
    out_text(o, c->places[place].code);
    out_char(o, ',');
    if (i == 0) {
        bool quoted = chance_percent(chance, 30);
        out_text(o, quoted ? "\"خیابان " : "خیابان ");
        out_text(o, names_street[chance_below(chance, (uint32_t)names_n_street)]);
        out_text(o, quoted ? ", پلاک " : "، پلاک ");
        out_number(o, 1 + chance_below(chance, 180), 0);
        if (quoted)
            out_char(o, '"');
    }
    out_text(o, ",B");
    out_number(o, county->first_base + chance_below(&bases, county->n_bases) + 1, 4);
    out_char(o, ',');
    if (p->grade >= 0)
        out_number(o, (uint64_t)p->grade, 0);
    out_char(o, ',');
    const bool needy = write_criteria(o, h, i, chance);
    if (i == 0)
        c->needy[number] = needy;
    out_char(o, ',');
    out_text(o, p->foreign);
    out_char(o, '\n');
}

void people_write(struct campaign *c)
{
    struct out out;
    struct household household;
    out_open(&out, c->dir, "people.csv",
             "household,relation,national_id,given_name,family_name,father_name,birth_date,sex,mobile,area,address,"
             "base,school_grade,criteria,foreign_id");
    c->children = 0;
    for (uint64_t h = 0; h < c->households; h++) {
        people_household(c, h, &household);
        for (size_t i = 0; i < household.n; i++) {
            struct chance chance = chance_of(c->seed, CHANCE_ROW, household.members[i].number);
            write_person(&out, c, h, &household, i, &chance);
            c->children += household.members[i].may_have_kit;
        }
    }
    out_close(&out);
}
