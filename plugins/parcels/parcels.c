/* SPDX-License-Identifier: MIT */
/* parcels: food parcels by size of household.  Settings, rule, commands, descriptor. */
#include "parcels.h"
#include <stdlib.h>

size_t parcels_size_of(const struct parcels_settings *s, size_t members)
{
    size_t i = 0;
    while (i + 1 < s->sizes.count && (int64_t)members > parcels_size_at(s, i)->members_up_to)
        i++;
    return i;
}

/* ---- settings ------------------------------------------------------------------------------------------------ */

static const struct alm_setting settings[] = {
    {.key = "days",
     .type = ALM_INT,
     .offset = offsetof(struct parcels_settings, days),
     .fallback = "30",
     .min = "1",
     .max = "366",
     .unit = "days",
     .help = "How long a parcel is to last. How soon the next one may be had is [programme] window."},
    {.key = "ration_kcal",
     .type = ALM_INT,
     .offset = offsetof(struct parcels_settings, ration_kcal),
     .fallback = "2100",
     .min = "100",
     .max = "5000",
     .unit = "kcal",
     .help =
         "Energy that a person needs in a day. A parcel that is meant as a part of the food only has a smaller one."},
    {.key = "protein_share",
     .type = ALM_DECIMAL,
     .offset = offsetof(struct parcels_settings, protein_share),
     .fallback = "10",
     .min = "0",
     .max = "100",
     .unit = "%",
     .help = "Share of the energy that should come from protein."},
    {.key = "fat_share",
     .type = ALM_DECIMAL,
     .offset = offsetof(struct parcels_settings, fat_share),
     .fallback = "17",
     .min = "0",
     .max = "100",
     .unit = "%",
     .help = "Share of the energy that should come from fat."},
    {.key = "child_under",
     .type = ALM_DURATION,
     .offset = offsetof(struct parcels_settings, child_under),
     .fallback = "0 days",
     .min = "0 days",
     .max = "18 years",
     .help = "Only households in which somebody is younger than this get a parcel; 0 days: every household."},
    {.key = "depots",
     .type = ALM_LIST,
     .offset = offsetof(struct parcels_settings, depots),
     .help = "Depots out of which parcels of a size with an item of the stock are taken, the first that has it."},
};

static const struct alm_setting item_settings[] = {
    {.key = "title",
     .type = ALM_STRING,
     .offset = offsetof(struct parcels_item, title),
     .help = "Its name for people. By default the name of the section."},
    {.key = "kcal",
     .type = ALM_DECIMAL,
     .flags = ALM_REQUIRED,
     .offset = offsetof(struct parcels_item, kcal),
     .min = "0",
     .max = "900",
     .unit = "kcal",
     .help = "Energy of 100 g."},
    {.key = "protein",
     .type = ALM_DECIMAL,
     .offset = offsetof(struct parcels_item, protein),
     .fallback = "0",
     .min = "0",
     .max = "100",
     .unit = "g",
     .help = "Protein in 100 g."},
    {.key = "fat",
     .type = ALM_DECIMAL,
     .offset = offsetof(struct parcels_item, fat),
     .fallback = "0",
     .min = "0",
     .max = "100",
     .unit = "g",
     .help = "Fat in 100 g."},
    {.key = "stock",
     .type = ALM_STRING,
     .offset = offsetof(struct parcels_item, stock),
     .help = "Code of the item in the stock out of which `assemble` takes it. By default the name of the section."},
    {.key = "unit_grams",
     .type = ALM_INT,
     .offset = offsetof(struct parcels_item, unit_grams),
     .fallback = "1000",
     .min = "1",
     .max = "1000000",
     .unit = "g",
     .help = "What one unit of that item weighs: 1000 where it is kept in kg, 180 for a can of 180 g."},
};

static const struct alm_setting size_settings[] = {
    {.key = "members_up_to",
     .type = ALM_INT,
     .flags = ALM_REQUIRED,
     .offset = offsetof(struct parcels_size, members_up_to),
     .min = "1",
     .max = "100",
     .unit = "persons",
     .help = "Largest household that gets this parcel. Households above all classes get the largest parcel."},
    {.key = "contents",
     .type = ALM_LIST,
     .flags = ALM_REQUIRED,
     .offset = offsetof(struct parcels_size, contents),
     .help = "What is in it: items and their grams (rice 5000, oil 900)."},
    {.key = "cost",
     .type = ALM_MONEY,
     .offset = offsetof(struct parcels_size, cost),
     .fallback = "0",
     .min = "0",
     .help = "What this parcel costs. By default the programme's unit_cost, or else what was drawn had cost."},
    {.key = "item",
     .type = ALM_STRING,
     .offset = offsetof(struct parcels_size, item),
     .help = "Code of the parcel in the stock: `assemble` puts it there, and each one that is given is drawn. By "
             "default nothing is drawn."},
};

static const struct alm_setting_group groups[] = {
    {.name = "item",
     .help = "a kind of food that parcels hold.",
     .settings = item_settings,
     .n_settings = COUNT_OF(item_settings),
     .item_size = sizeof(struct parcels_item),
     .offset = offsetof(struct parcels_settings, items),
     .min_count = 1,
     .max_count = PARCELS_MOST_ITEMS,
     .sample = "[item rice]\nkcal = 365\nprotein = 7.1\nfat = 0.7\n\n"
               "[item oil]\nkcal = 884\nfat = 100\n\n"
               "[item lentils]\nkcal = 352\nprotein = 24.6\nfat = 1.1\n"},
    {.name = "size",
     .help = "a parcel for households of some size, from the smallest to the largest.",
     .settings = size_settings,
     .n_settings = COUNT_OF(size_settings),
     .item_size = sizeof(struct parcels_size),
     .offset = offsetof(struct parcels_settings, sizes),
     .min_count = 1,
     .max_count = PARCELS_MOST_SIZES,
     .sample = "[size small]\nmembers_up_to = 2\ncontents = rice 20000, oil 2700, lentils 8000\n\n"
               "[size large]\nmembers_up_to = 5\ncontents = rice 50000, oil 6300, lentils 20000\n"},
};

static void check_contents(const struct parcels_settings *s, const struct parcels_size *size, const char *section,
                           const struct alm_check *to)
{
    for (size_t i = 0; i < size->contents.count; i++) {
        struct parcels_content content;
        struct parcels_content earlier;
        char why[120];
        char ignored[120];
        if (!parcels_content_parse(s, size->contents.items[i], &content, why, sizeof why)) {
            to->problem(to->context, section, "contents", why,
                        "write for example rice 5000, oil 900 (names of [item ...] and grams)");
            continue;
        }
        for (size_t k = 0; k < i; k++)
            if (parcels_content_parse(s, size->contents.items[k], &earlier, ignored, sizeof ignored) &&
                earlier.item == content.item) {
                snprintf(why, sizeof why, "%.60s stands twice", content.item->name);
                to->problem(to->context, section, "contents", why, "write one sum of its grams");
                break;
            }
    }
}

static void check(const void *data, const struct alm_check *to)
{
    const struct parcels_settings *s = data;
    char section[120];
    bool draws = false;
    for (size_t i = 0; i < s->items.count; i++) {
        const struct parcels_item *item = parcels_item_at(s, i);
        snprintf(section, sizeof section, "item %.100s", item->name);
        if (item->protein + item->fat > 100000)
            to->problem(to->context, section, "fat", "protein and fat weigh more than the 100 g that they are in",
                        "both are grams in 100 g");
        if (strpbrk(item->name, " \t,"))
            to->problem(to->context, section, NULL, "an item's name is one word", "write for example [item red-beans]");
    }
    for (size_t i = 0; i < s->sizes.count; i++) {
        const struct parcels_size *size = parcels_size_at(s, i);
        snprintf(section, sizeof section, "size %.100s", size->name);
        if (i && size->members_up_to <= size[-1].members_up_to)
            to->problem(to->context, section, "members_up_to", "not larger than that of the size before",
                        "put the sizes in order, the smallest households first");
        check_contents(s, size, section, to);
        draws = draws || (size->item && *size->item);
    }
    if (draws && s->depots.count == 0)
        to->problem(to->context, NULL, "depots", "a size has an item of the stock, and no depot to take it from",
                    "write for example depots = W1");
}

static enum alm_status start(const struct alm_host *host, const void *data, void **state, struct alm_error *err)
{
    (void)host;
    const struct parcels_settings *s = data;
    struct parcels *self = calloc(1, sizeof *self);
    if (self) {
        self->settings = s;
        self->size_items = calloc(s->sizes.count + 1, sizeof *self->size_items);
        self->depots = calloc(s->depots.count + 1, sizeof *self->depots);
    }
    if (!self || !self->size_items || !self->depots) {
        if (self) {
            free(self->size_items);
            free(self->depots);
        }
        free(self);
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    }
    for (size_t i = 0; i < s->sizes.count; i++)
        self->draws = self->draws || (parcels_size_at(s, i)->item && *parcels_size_at(s, i)->item);
    *state = self;
    return ALM_OK;
}

static void stop(void *state)
{
    struct parcels *self = state;
    free(self->size_items);
    free(self->depots);
    free(self);
}

/* ---- rule ---------------------------------------------------------------------------------------------------- */

static bool has_child(const struct parcels_settings *s, const struct alm_case *c)
{
    for (size_t i = 0; i < c->n_members; i++) {
        const alm_date birth = c->members[i].birth_date;
        if (birth != ALM_NO_DATE && birth <= c->date && !alm_has_age(birth, c->date, s->child_under))
            return true;
    }
    return false;
}

static void entitle(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
    const struct parcels_settings *s = ((const struct parcels *)state)->settings;
    e->next = ALM_NO_DATE;
    if (c->n_members == 0) {
        alm_no(e, "nobody belongs to the household on that day");
        return;
    }
    if (s->child_under && !has_child(s, c)) {
        alm_no(e, "parcels are for households with a small child");
        return;
    }
    const struct parcels_size *size = parcels_size_at(s, parcels_size_of(s, c->n_members));
    e->quantity = ALM_UNIT;
    e->has_value = size->cost > 0;
    e->unit_value = size->cost;
}

static const struct alm_programme programme = {
    .size = sizeof(struct alm_programme),
    .recipient = ALM_HOUSEHOLD,
    .unit = "parcel",
    .unit_plural = "parcels",
    .entitle = entitle,
    .settle = parcels_settle,
    .unsettle = parcels_unsettle,
};

/* ---- commands ------------------------------------------------------------------------------------------------ */

static const struct alm_option contents_options[] = {
    {.name = "size", .type = ALM_STRING, .value = "SIZE", .help = "only the parcel of this size"},
};

static const struct alm_option assemble_options[] = {
    {.name = "size",
     .type = ALM_STRING,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "SIZE",
     .help = "name of its section"},
    {.name = "count", .type = ALM_INT, .flags = ALM_REQUIRED, .value = "N", .help = "parcels that were packed"},
    {.name = "depot",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .value = "DEPOT",
     .help = "code of the depot where they were packed, and lie now"},
    {.name = "date", .type = ALM_DATE, .value = "DATE", .help = "day of packing (default: today)"},
    {.name = "cost",
     .type = ALM_MONEY,
     .value = "MONEY",
     .help = "what cartons, work and all that is not drawn from stock cost for all of them"},
    {.name = "lot", .type = ALM_STRING, .value = "CODE", .help = "code of the new lot (default: SIZE-DATE)"},
};

static const struct alm_command commands[] = {
    {.name = "contents",
     .summary = "show what the parcels hold, and how that compares with a ration",
     .options = contents_options,
     .n_options = COUNT_OF(contents_options),
     .flags = ALM_NO_STORE,
     .run = parcels_contents,
     .examples = "parcels contents\nparcels contents --size small"},
    {.name = "rations",
     .summary = "show energy, protein and fat of each size for a person and day",
     .flags = ALM_NO_STORE,
     .run = parcels_rations,
     .examples = "parcels rations --output csv"},
    {.name = "assemble",
     .summary = "pack parcels: their contents leave the stock, and they come into it as a lot",
     .options = assemble_options,
     .n_options = COUNT_OF(assemble_options),
     .flags = ALM_WRITES,
     .run = parcels_assemble,
     .examples = "parcels assemble small --count 10 --depot W1\n"
                 "parcels assemble small --count 5 --depot W1 --lot S-7 --cost 400000"},
};

/* ---- reports ------------------------------------------------------------------------------------------------- */

/*
 * Parcels by the size that the household had on the day.  Lines come owner by owner, so a household is counted once in
 * each class, and no list of households is kept.
 */
static enum alm_status run_sizes(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    const struct parcels_settings *s = ((const struct parcels *)state)->settings;
    struct tally {
        int64_t households, quantity, value;
        alm_id last;
    } *tallies = host->alloc(host, s->sizes.count * sizeof *tallies);
    struct alm_statement *st;
    bool row = true;
    if (!tallies)
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    memset(tallies, 0, s->sizes.count * sizeof *tallies);
    enum alm_status status =
        host->prepare(host,
                      "SELECT l.owner, l.quantity, l.value, (SELECT COUNT(*) FROM member m WHERE m.household = l.owner "
                      "AND (m.since IS NULL OR m.since <= l.date) AND (m.until IS NULL OR m.until > l.date)) "
                      "FROM line l "
                      "WHERE l.programme = $1 AND l.date BETWEEN $2 AND $3 AND l.reverses IS NULL "
                      "AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.owner = l.owner AND r.line = l.id) "
                      "ORDER BY l.owner, l.id",
                      &st, err);
    if (status == ALM_OK)
        status = host->bind_int(host, st, 1, host->programme_id(host), err);
    if (status == ALM_OK)
        status = host->bind_int(host, st, 2, alm_arg_number(args, "from", INT32_MIN), err);
    if (status == ALM_OK)
        status = host->bind_int(host, st, 3, alm_arg_number(args, "to", INT32_MAX), err);
    while (status == ALM_OK && (status = host->step(host, st, &row, err)) == ALM_OK && row) {
        alm_id owner = host->column_int(host, st, 0);
        struct tally *tally = &tallies[parcels_size_of(s, (size_t)host->column_int(host, st, 3))];
        tally->quantity += host->column_int(host, st, 1);
        tally->value += host->column_int(host, st, 2);
        tally->households += tally->last != owner;
        tally->last = owner;
    }
    for (size_t i = 0; status == ALM_OK && i < s->sizes.count; i++) {
        const struct alm_value values[] = {
            alm_string(parcels_size_at(s, i)->name), alm_number(parcels_size_at(s, i)->members_up_to),
            alm_number(tallies[i].households), alm_number(tallies[i].quantity), alm_number(tallies[i].value)};
        status = host->row(host, values, err);
    }
    return status;
}

static const struct alm_option span_options[] = {
    {.name = "from", .type = ALM_DATE, .value = "DATE", .help = "from this day on"},
    {.name = "to", .type = ALM_DATE, .value = "DATE", .help = "up to this day"},
};

/* No total of households: one that grew counts in two sizes. */
static const struct alm_column size_columns[] = {
    {.name = "size", .title = "size", .type = ALM_STRING},
    {.name = "members_up_to", .title = "members up to", .type = ALM_INT},
    {.name = "households", .title = "households", .type = ALM_INT, .hxl = "#reached+hh"},
    {.name = "parcels", .title = "parcels", .type = ALM_QUANTITY, .flags = ALM_TOTAL, .hxl = "#output+num"},
    {.name = "value", .title = "value", .type = ALM_MONEY, .flags = ALM_TOTAL, .hxl = "#value"},
};

static const struct alm_report reports[] = {
    {.name = "sizes",
     .summary = "households and parcels by the size that the household had on the day",
     .columns = size_columns,
     .n_columns = COUNT_OF(size_columns),
     .options = span_options,
     .n_options = COUNT_OF(span_options),
     .run = run_sizes},
};

ALM_PLUGIN(.name = "parcels", .version = "1.0", .summary = "Food parcels by the size of the household",
           .kind = ALM_KIND_PROGRAMME,
           .settings = {.rows = settings,
                        .n_rows = COUNT_OF(settings),
                        .groups = groups,
                        .n_groups = COUNT_OF(groups),
                        .size = sizeof(struct parcels_settings),
                        .check = check},
           .start = start, .stop = stop, .commands = commands, .n_commands = COUNT_OF(commands), .reports = reports,
           .n_reports = COUNT_OF(reports), .programme = &programme)
