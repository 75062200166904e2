/* SPDX-License-Identifier: MIT */
/* hygiene: settings, rule, descriptor. */
#include "hygiene.h"
#include <stdlib.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define FIELD(member) offsetof(struct hygiene_settings, member)

static const char *const soap_names[] = {"none", "bathing", "laundry", NULL};
static const char *const sex_names[] = {"any", "f", "m", NULL};

/* ---- who gets what ------------------------------------------------------------------------------------------- */

void hygiene_home_add(const struct hygiene_settings *s, struct hygiene_home *home, alm_date day, alm_date birth,
                      char sex)
{
    home->members++;
    for (size_t i = 0; i < s->additions.count; i++) {
        const struct hygiene_addition *addition = hygiene_addition_at(s, i);
        bool gets = addition->sex == 0 || *sex_names[addition->sex] == sex;
        if (addition->age_from || addition->age_to)
            gets = gets && birth != ALM_NO_DATE && birth <= day && alm_has_age(birth, day, addition->age_from) &&
                   (!addition->age_to || !alm_has_age(birth, day, addition->age_to));
        home->additions[i] += gets;
    }
}

size_t hygiene_pack_of(const struct hygiene_settings *s, int64_t members)
{
    size_t i = 0;
    while (i + 1 < s->packs.count && members > hygiene_pack_at(s, i)->members_up_to)
        i++;
    return i;
}

struct hygiene_soap_grams hygiene_soap_of(const struct hygiene *self, const struct hygiene_home *home,
                                          alm_quantity packs)
{
    const struct hygiene_soap_grams *pack = &self->pack_soap[hygiene_pack_of(self->settings, home->members)];
    struct hygiene_soap_grams sum = {pack->bathing * packs / ALM_UNIT, pack->laundry * packs / ALM_UNIT};
    for (size_t i = 0; i < self->settings->additions.count; i++) {
        sum.bathing += self->addition_soap[i].bathing * home->additions[i];
        sum.laundry += self->addition_soap[i].laundry * home->additions[i];
    }
    return sum;
}

/* ---- settings ------------------------------------------------------------------------------------------------ */

static const struct alm_setting settings[] = {
    {.key = "days",
     .type = ALM_INT,
     .offset = FIELD(days),
     .fallback = "30",
     .min = "1",
     .max = "366",
     .unit = "days",
     .help = "How long a pack is to last. How soon the next one may be had is [programme] window."},
    {.key = "bathing_soap",
     .type = ALM_INT,
     .offset = FIELD(bathing_soap),
     .fallback = "250",
     .min = "0",
     .max = "5000",
     .unit = "g",
     .help = "Bathing soap that a person needs in a month of 30 days."},
    {.key = "laundry_soap",
     .type = ALM_INT,
     .offset = FIELD(laundry_soap),
     .fallback = "200",
     .min = "0",
     .max = "5000",
     .unit = "g",
     .help = "Laundry soap that a person needs in a month of 30 days."},
    {.key = "more_packs",
     .type = ALM_BOOL,
     .offset = FIELD(more_packs),
     .fallback = "no",
     .help =
         "Whether a household above all sizes gets as many of the largest pack as its members need, instead of one."},
    {.key = "depots",
     .type = ALM_LIST,
     .offset = FIELD(depots),
     .help = "Depots of the stock out of which packs and additions with an item are taken, tried in this order."},
};

static const struct alm_setting item_settings[] = {
    {.key = "title",
     .type = ALM_STRING,
     .offset = offsetof(struct hygiene_item, title),
     .help = "Its name for people. By default the name of the section."},
    {.key = "soap",
     .type = ALM_ENUM,
     .offset = offsetof(struct hygiene_item, soap),
     .fallback = "none",
     .choices = soap_names,
     .help = "Which kind of soap it is."},
    {.key = "grams",
     .type = ALM_INT,
     .offset = offsetof(struct hygiene_item, grams),
     .fallback = "0",
     .min = "0",
     .max = "100000",
     .unit = "g",
     .help = "Weight of one piece. Needed of soap."},
};

#define CONTENTS(owner)                                                                                                \
    {.key = "contents",                                                                                                \
     .type = ALM_LIST,                                                                                                 \
     .flags = ALM_REQUIRED,                                                                                            \
     .offset = offsetof(struct owner, contents),                                                                       \
     .help = "What is in it: items and how many of them (bathing-soap 5, shampoo 1)."},                                \
    {                                                                                                                  \
        .key = "item", .type = ALM_STRING, .offset = offsetof(struct owner, item),                                     \
        .help = "Code of the item that it is in the stock, out of which each one is taken when it is given. By "       \
                "default nothing is taken."                                                                            \
    }

static const struct alm_setting pack_settings[] = {
    {.key = "members_up_to",
     .type = ALM_INT,
     .flags = ALM_REQUIRED,
     .offset = offsetof(struct hygiene_pack, members_up_to),
     .min = "1",
     .max = "100",
     .unit = "persons",
     .help = "Largest household that gets this pack. Households above all sizes get the largest pack."},
    {.key = "cost",
     .type = ALM_MONEY,
     .offset = offsetof(struct hygiene_pack, cost),
     .fallback = "0",
     .min = "0",
     .help = "What this pack costs. By default the programme's unit_cost, or what its item had cost."},
    CONTENTS(hygiene_pack),
};

static const struct alm_setting addition_settings[] = {
    {.key = "sex",
     .type = ALM_ENUM,
     .offset = offsetof(struct hygiene_addition, sex),
     .fallback = "any",
     .choices = sex_names,
     .help = "Of whom it is for."},
    {.key = "age_from",
     .type = ALM_DURATION,
     .offset = offsetof(struct hygiene_addition, age_from),
     .fallback = "0 days",
     .min = "0 days",
     .max = "120 years",
     .help = "Age from which it is given."},
    {.key = "age_to",
     .type = ALM_DURATION,
     .offset = offsetof(struct hygiene_addition, age_to),
     .fallback = "0 days",
     .min = "0 days",
     .max = "120 years",
     .help = "Age from which it is given no longer; 0 days is no limit. Somebody whose birth date is not known gets no "
             "addition that has a limit."},
    {.key = "cost",
     .type = ALM_MONEY,
     .offset = offsetof(struct hygiene_addition, cost),
     .fallback = "0",
     .min = "0",
     .help = "What it costs."},
    CONTENTS(hygiene_addition),
};

static const struct alm_setting_group groups[] = {
    {.name = "item",
     .help = "a thing that packs hold.",
     .settings = item_settings,
     .n_settings = COUNT_OF(item_settings),
     .item_size = sizeof(struct hygiene_item),
     .offset = FIELD(items),
     .min_count = 1,
     .max_count = 200,
     .sample = "[item bathing-soap]\nsoap = bathing\ngrams = 100\n\n"
               "[item laundry-soap]\nsoap = laundry\ngrams = 200\n\n"
               "[item nappies]\n\n[item pads]\n"},
    {.name = "pack",
     .help = "a pack for households of some size, from the smallest to the largest.",
     .settings = pack_settings,
     .n_settings = COUNT_OF(pack_settings),
     .item_size = sizeof(struct hygiene_pack),
     .offset = FIELD(packs),
     .min_count = 1,
     .max_count = 50,
     .sample = "[pack small]\nmembers_up_to = 2\ncontents = bathing-soap 5, laundry-soap 2\n\n"
               "[pack large]\nmembers_up_to = 5\ncontents = bathing-soap 13, laundry-soap 5\n"},
    {.name = "addition",
     .help = "what comes on top for each member of some age or sex.",
     .settings = addition_settings,
     .n_settings = COUNT_OF(addition_settings),
     .item_size = sizeof(struct hygiene_addition),
     .offset = FIELD(additions),
     .max_count = HYGIENE_MAX_ADDITIONS,
     .sample = "[addition infant]\nage_to = 2 years\ncontents = nappies 60\n\n"
               "[addition woman]\nsex = f\nage_from = 12 years\nage_to = 50 years\ncontents = pads 10\n"},
};

static void check_contents(const struct hygiene_settings *s, const struct alm_list *contents, const char *section,
                           const struct alm_check *to)
{
    for (size_t i = 0; i < contents->count; i++) {
        const struct hygiene_item *item;
        const struct hygiene_item *earlier;
        int64_t pieces;
        char why[120];
        char ignored[120];
        if (!hygiene_content(s, contents->items[i], &item, &pieces, why, sizeof why)) {
            to->problem(to->context, section, "contents", why,
                        "write for example bathing-soap 5, shampoo 1 (names of [item ...] and how many)");
            continue;
        }
        for (size_t k = 0; k < i; k++)
            if (hygiene_content(s, contents->items[k], &earlier, &pieces, ignored, sizeof ignored) && earlier == item) {
                snprintf(why, sizeof why, "%.60s stands twice", item->name);
                to->problem(to->context, section, "contents", why, "write the sum once");
                break;
            }
    }
}

static void check(const void *data, const struct alm_check *to)
{
    const struct hygiene_settings *s = data;
    const struct hygiene_item *items = s->items.items;
    char section[120];
    bool draws = false;
    for (size_t i = 0; i < s->items.count; i++) {
        snprintf(section, sizeof section, "item %.100s", items[i].name);
        if (strpbrk(items[i].name, " \t,"))
            to->problem(to->context, section, NULL, "an item's name is one word", "write for example [item hand-soap]");
        if (items[i].soap != SOAP_NONE && items[i].grams == 0)
            to->problem(to->context, section, "grams", "the weight of the soap is missing", "write for example 100");
    }
    for (size_t i = 0; i < s->packs.count; i++) {
        const struct hygiene_pack *pack = hygiene_pack_at(s, i);
        snprintf(section, sizeof section, "pack %.100s", pack->name);
        if (i && pack->members_up_to <= pack[-1].members_up_to)
            to->problem(to->context, section, "members_up_to", "not larger than that of the pack before",
                        "put the packs in order, the smallest households first");
        check_contents(s, &pack->contents, section, to);
        draws = draws || pack->item;
    }
    for (size_t i = 0; i < s->additions.count; i++) {
        const struct hygiene_addition *addition = hygiene_addition_at(s, i);
        snprintf(section, sizeof section, "addition %.100s", addition->name);
        if (addition->age_to && addition->age_to <= addition->age_from)
            to->problem(to->context, section, "age_to", "not more than age_from", "nobody would get it");
        check_contents(s, &addition->contents, section, to);
        draws = draws || addition->item;
    }
    if (draws && s->depots.count == 0)
        to->problem(to->context, NULL, "depots", "some packs are taken out of stock, and no depot is named",
                    "write for example depots = W1");
}

static void stop(void *state)
{
    struct hygiene *self = state;
    if (!self)
        return;
    free(self->pack_soap);
    free(self->addition_soap);
    free(self->pack_items);
    free(self->addition_items);
    free(self->depots);
    free(self);
}

static enum alm_status start(const struct alm_host *host, const void *data, void **state, struct alm_error *err)
{
    (void)host;
    const struct hygiene_settings *s = data;
    struct hygiene *self = calloc(1, sizeof *self);
    if (self) {
        self->settings = s;
        self->pack_soap = calloc(s->packs.count + 1, sizeof *self->pack_soap);
        self->addition_soap = calloc(s->additions.count + 1, sizeof *self->addition_soap);
        self->pack_items = calloc(s->packs.count + 1, sizeof *self->pack_items);
        self->addition_items = calloc(s->additions.count + 1, sizeof *self->addition_items);
        self->depots = calloc(s->depots.count + 1, sizeof *self->depots);
    }
    if (!self || !self->pack_soap || !self->addition_soap || !self->pack_items || !self->addition_items ||
        !self->depots) {
        stop(self);
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    }
    for (size_t i = 0; i < s->packs.count; i++) {
        self->pack_soap[i] = hygiene_soap_in(s, &hygiene_pack_at(s, i)->contents);
        self->draws = self->draws || hygiene_pack_at(s, i)->item;
    }
    for (size_t i = 0; i < s->additions.count; i++) {
        self->addition_soap[i] = hygiene_soap_in(s, &hygiene_addition_at(s, i)->contents);
        self->draws = self->draws || hygiene_addition_at(s, i)->item;
    }
    *state = self;
    return ALM_OK;
}

/* ---- rule ---------------------------------------------------------------------------------------------------- */

static void entitle(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
    const struct hygiene_settings *s = ((const struct hygiene *)state)->settings;
    struct hygiene_home home = {0};
    e->next = ALM_NO_DATE;
    if (c->n_members == 0) {
        alm_no(e, "nobody belongs to the household on that day");
        return;
    }
    for (size_t i = 0; i < c->n_members; i++)
        hygiene_home_add(s, &home, c->date, c->members[i].birth_date, c->members[i].sex);
    const struct hygiene_pack *pack = hygiene_pack_at(s, hygiene_pack_of(s, home.members));
    int64_t packs = 1;
    if (s->more_packs && home.members > pack->members_up_to)
        packs = (home.members + pack->members_up_to - 1) / pack->members_up_to;
    alm_money additions = 0;
    for (size_t i = 0; i < s->additions.count; i++)
        additions += home.additions[i] * hygiene_addition_at(s, i)->cost;
    e->quantity = packs * ALM_UNIT;
    e->has_value = pack->cost > 0;
    e->unit_value = pack->cost + additions / packs;
}

static const struct alm_programme programme = {
    .size = sizeof(struct alm_programme),
    .recipient = ALM_HOUSEHOLD,
    .unit = "pack",
    .unit_plural = "packs",
    .entitle = entitle,
    .settle = hygiene_settle,
    .unsettle = hygiene_unsettle,
};

/* ---- commands and reports ------------------------------------------------------------------------------------ */

static const struct alm_option contents_options[] = {
    {.name = "pack", .type = ALM_STRING, .value = "PACK", .help = "only this pack"},
};

static const struct alm_command commands[] = {
    {.name = "contents",
     .summary = "show what the packs hold, and how their soap compares with the standard",
     .options = contents_options,
     .n_options = COUNT_OF(contents_options),
     .flags = ALM_NO_STORE,
     .run = hygiene_contents,
     .examples = "hygiene contents\nhygiene contents --pack small"},
};

static const struct alm_option span_options[] = {
    {.name = "from", .type = ALM_DATE, .value = "DATE", .help = "from this day on"},
    {.name = "to", .type = ALM_DATE, .value = "DATE", .help = "up to this day"},
};

/* No total of households, for one that grew counts in two sizes; nor of packs, for additions stand below them. */
static const struct alm_column pack_columns[] = {
    {.name = "pack", .title = "pack", .type = ALM_STRING},
    {.name = "addition", .title = "addition", .type = ALM_STRING},
    {.name = "members_up_to", .title = "members up to", .type = ALM_INT},
    {.name = "households", .title = "households", .type = ALM_INT, .hxl = "#reached+hh"},
    {.name = "quantity", .title = "given", .type = ALM_QUANTITY, .hxl = "#output+num"},
    {.name = "value", .title = "value", .type = ALM_MONEY, .flags = ALM_TOTAL, .hxl = "#value"},
};

#define SOAP_COLUMNS                                                                                                   \
    {.name = "packs", .title = "packs", .type = ALM_QUANTITY, .flags = ALM_TOTAL, .hxl = "#output+num"},               \
        {.name = "persons", .title = "persons served", .type = ALM_INT, .flags = ALM_TOTAL},                           \
        {.name = "bathing", .title = "bathing soap", .type = ALM_DECIMAL, .flags = ALM_TOTAL, .unit = "kg"},           \
        {.name = "bathing_standard", .title = "needed", .type = ALM_DECIMAL, .flags = ALM_TOTAL, .unit = "kg"},        \
        {.name = "bathing_share", .title = "of it", .type = ALM_DECIMAL, .unit = "%"},                                 \
        {.name = "laundry", .title = "laundry soap", .type = ALM_DECIMAL, .flags = ALM_TOTAL, .unit = "kg"},           \
        {.name = "laundry_standard", .title = "needed", .type = ALM_DECIMAL, .flags = ALM_TOTAL, .unit = "kg"},        \
    {                                                                                                                  \
        .name = "laundry_share", .title = "of it", .type = ALM_DECIMAL, .unit = "%"                                    \
    }

static const struct alm_column area_columns[] = {
    {.name = "area", .title = "area", .type = ALM_STRING, .hxl = "#loc+code"},
    {.name = "name", .title = "name", .type = ALM_STRING, .hxl = "#loc+name"},
    SOAP_COLUMNS,
};
static const struct alm_column month_columns[] = {
    {.name = "month", .title = "month", .type = ALM_MONTH, .hxl = "#date+month"},
    SOAP_COLUMNS,
};

static const struct alm_report reports[] = {
    {.name = "packs",
     .summary = "households, packs and additions by the size that the household had on the day",
     .columns = pack_columns,
     .n_columns = COUNT_OF(pack_columns),
     .options = span_options,
     .n_options = COUNT_OF(span_options),
     .run = hygiene_report_packs},
    {.name = "areas",
     .summary = "soap given against the standard, by area",
     .columns = area_columns,
     .n_columns = COUNT_OF(area_columns),
     .options = span_options,
     .n_options = COUNT_OF(span_options),
     .run = hygiene_report_areas},
    {.name = "months",
     .summary = "soap given against the standard, by month",
     .columns = month_columns,
     .n_columns = COUNT_OF(month_columns),
     .options = span_options,
     .n_options = COUNT_OF(span_options),
     .run = hygiene_report_months},
};

ALM_PLUGIN(.name = "hygiene", .version = "1.0",
           .summary = "Hygiene packs by the size of the household, with additions for some members",
           .kind = ALM_KIND_PROGRAMME,
           .settings = {.rows = settings,
                        .n_rows = COUNT_OF(settings),
                        .groups = groups,
                        .n_groups = COUNT_OF(groups),
                        .size = sizeof(struct hygiene_settings),
                        .check = check},
           .start = start, .stop = stop, .commands = commands, .n_commands = COUNT_OF(commands), .reports = reports,
           .n_reports = COUNT_OF(reports), .programme = &programme)
