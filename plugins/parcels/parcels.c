/* SPDX-License-Identifier: MIT */
/* parcels: food parcels by size of household.  Settings, rule, commands, descriptor. */
#include <almoner/plugin.h>
#include <stdlib.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct settings {
    int64_t days;
    int64_t ration_kcal;
    int64_t protein_share; /* thousandths of a per cent, as the two below */
    int64_t fat_share;
    int64_t child_under;    /* seconds; 0: every household */
    struct alm_group items; /* struct item */
    struct alm_group sizes; /* struct size */
};

/* What 100 g of it hold, in thousandths. */
struct item {
    const char *name;
    const char *title;
    int64_t kcal;
    int64_t protein;
    int64_t fat;
};

struct size {
    const char *name;
    int64_t members_up_to;
    struct alm_list contents; /* "rice 5000": item and grams */
    int64_t cost;
};

static const struct item *item_at(const struct settings *s, size_t i)
{
    return (const struct item *)s->items.items + i;
}

static const struct size *size_at(const struct settings *s, size_t i)
{
    return (const struct size *)s->sizes.items + i;
}

/* The class of so many members: the first that holds them, the largest for those above all. */
static size_t size_of_household(const struct settings *s, size_t members)
{
    size_t i = 0;
    while (i + 1 < s->sizes.count && (int64_t)members > size_at(s, i)->members_up_to)
        i++;
    return i;
}

/* ---- contents ------------------------------------------------------------------------------------------------ */

/* One line of a parcel; amounts of nutrients in thousandths. */
struct content {
    const struct item *item;
    int64_t grams;
    int64_t kcal;
    int64_t protein;
    int64_t fat;
};

/* "rice 5000" into `content`; what is wrong with it goes to `why`. */
static bool content_parse(const struct settings *s, const char *text, struct content *content, char *why, size_t size)
{
    size_t len = strcspn(text, " \t");
    char *end = NULL;
    *content = (struct content){0};
    for (size_t i = 0; i < s->items.count; i++)
        if (strlen(item_at(s, i)->name) == len && strncmp(item_at(s, i)->name, text, len) == 0)
            content->item = item_at(s, i);
    if (!content->item) {
        snprintf(why, size, "there is no section [item %.*s]", len < 60 ? (int)len : 60, text);
        return false;
    }
    content->grams = strtoll(text + len, &end, 10);
    if (end == text + len || *end || content->grams < 1 || content->grams > 1000000) {
        snprintf(why, size, "'%.60s' does not say how many grams", text);
        return false;
    }
    content->kcal = content->grams * content->item->kcal / 100;
    content->protein = content->grams * content->item->protein / 100;
    content->fat = content->grams * content->item->fat / 100;
    return true;
}

/* What a parcel holds in all, and what that is for each person of the class's largest household and day; thousandths.
 */
struct nutrition {
    struct content sum;
    int64_t kcal_a_day;
    int64_t of_ration;     /* per cent */
    int64_t protein_share; /* per cent of the energy: 4 kcal for a gram of protein, 9 for one of fat */
    int64_t fat_share;
};

static struct nutrition nutrition_of(const struct settings *s, const struct size *size)
{
    struct nutrition n = {0};
    for (size_t i = 0; i < size->contents.count; i++) {
        struct content content;
        char why[120];
        if (!content_parse(s, size->contents.items[i], &content, why, sizeof why))
            continue; /* check() has refused such settings */
        n.sum.grams += content.grams;
        n.sum.kcal += content.kcal;
        n.sum.protein += content.protein;
        n.sum.fat += content.fat;
    }
    n.kcal_a_day = n.sum.kcal / (size->members_up_to * s->days);
    n.of_ration = n.kcal_a_day * 100 / s->ration_kcal;
    if (n.sum.kcal) {
        n.protein_share = n.sum.protein * 4 * 100000 / n.sum.kcal;
        n.fat_share = n.sum.fat * 9 * 100000 / n.sum.kcal;
    }
    return n;
}

/* ---- settings ------------------------------------------------------------------------------------------------ */

static const struct alm_setting settings[] = {
    {.key = "days",
     .type = ALM_INT,
     .offset = offsetof(struct settings, days),
     .fallback = "30",
     .min = "1",
     .max = "366",
     .unit = "days",
     .help = "How long a parcel is to last. How soon the next one may be had is [programme] window."},
    {.key = "ration_kcal",
     .type = ALM_INT,
     .offset = offsetof(struct settings, ration_kcal),
     .fallback = "2100",
     .min = "100",
     .max = "5000",
     .unit = "kcal",
     .help =
         "Energy that a person needs in a day. A parcel that is meant as a part of the food only has a smaller one."},
    {.key = "protein_share",
     .type = ALM_DECIMAL,
     .offset = offsetof(struct settings, protein_share),
     .fallback = "10",
     .min = "0",
     .max = "100",
     .unit = "%",
     .help = "Share of the energy that should come from protein."},
    {.key = "fat_share",
     .type = ALM_DECIMAL,
     .offset = offsetof(struct settings, fat_share),
     .fallback = "17",
     .min = "0",
     .max = "100",
     .unit = "%",
     .help = "Share of the energy that should come from fat."},
    {.key = "child_under",
     .type = ALM_DURATION,
     .offset = offsetof(struct settings, child_under),
     .fallback = "0 days",
     .min = "0 days",
     .max = "18 years",
     .help = "Only households in which somebody is younger than this get a parcel; 0 days: every household."},
};

static const struct alm_setting item_settings[] = {
    {.key = "title",
     .type = ALM_STRING,
     .offset = offsetof(struct item, title),
     .help = "Its name for people. By default the name of the section."},
    {.key = "kcal",
     .type = ALM_DECIMAL,
     .flags = ALM_REQUIRED,
     .offset = offsetof(struct item, kcal),
     .min = "0",
     .max = "900",
     .unit = "kcal",
     .help = "Energy of 100 g."},
    {.key = "protein",
     .type = ALM_DECIMAL,
     .offset = offsetof(struct item, protein),
     .fallback = "0",
     .min = "0",
     .max = "100",
     .unit = "g",
     .help = "Protein in 100 g."},
    {.key = "fat",
     .type = ALM_DECIMAL,
     .offset = offsetof(struct item, fat),
     .fallback = "0",
     .min = "0",
     .max = "100",
     .unit = "g",
     .help = "Fat in 100 g."},
};

static const struct alm_setting size_settings[] = {
    {.key = "members_up_to",
     .type = ALM_INT,
     .flags = ALM_REQUIRED,
     .offset = offsetof(struct size, members_up_to),
     .min = "1",
     .max = "100",
     .unit = "persons",
     .help = "Largest household that gets this parcel. Households above all classes get the largest parcel."},
    {.key = "contents",
     .type = ALM_LIST,
     .flags = ALM_REQUIRED,
     .offset = offsetof(struct size, contents),
     .help = "What is in it: items and their grams (rice 5000, oil 900)."},
    {.key = "cost",
     .type = ALM_MONEY,
     .offset = offsetof(struct size, cost),
     .fallback = "0",
     .min = "0",
     .help = "What this parcel costs. By default the programme's unit_cost."},
};

static const struct alm_setting_group groups[] = {
    {.name = "item",
     .help = "a kind of food that parcels hold.",
     .settings = item_settings,
     .n_settings = COUNT_OF(item_settings),
     .item_size = sizeof(struct item),
     .offset = offsetof(struct settings, items),
     .min_count = 1,
     .max_count = 200,
     .sample = "[item rice]\nkcal = 365\nprotein = 7.1\nfat = 0.7\n\n"
               "[item oil]\nkcal = 884\nfat = 100\n\n"
               "[item lentils]\nkcal = 352\nprotein = 24.6\nfat = 1.1\n"},
    {.name = "size",
     .help = "a parcel for households of some size, from the smallest to the largest.",
     .settings = size_settings,
     .n_settings = COUNT_OF(size_settings),
     .item_size = sizeof(struct size),
     .offset = offsetof(struct settings, sizes),
     .min_count = 1,
     .max_count = 50,
     .sample = "[size small]\nmembers_up_to = 2\ncontents = rice 20000, oil 2700, lentils 8000\n\n"
               "[size large]\nmembers_up_to = 5\ncontents = rice 50000, oil 6300, lentils 20000\n"},
};

static void check_contents(const struct settings *s, const struct size *size, const char *section,
                           const struct alm_check *to)
{
    for (size_t i = 0; i < size->contents.count; i++) {
        struct content content;
        struct content earlier;
        char why[120];
        char ignored[120];
        if (!content_parse(s, size->contents.items[i], &content, why, sizeof why)) {
            to->problem(to->context, section, "contents", why,
                        "write for example rice 5000, oil 900 (names of [item ...] and grams)");
            continue;
        }
        for (size_t k = 0; k < i; k++)
            if (content_parse(s, size->contents.items[k], &earlier, ignored, sizeof ignored) &&
                earlier.item == content.item) {
                snprintf(why, sizeof why, "%.60s stands twice", content.item->name);
                to->problem(to->context, section, "contents", why, "write one sum of its grams");
                break;
            }
    }
}

static void check(const void *data, const struct alm_check *to)
{
    const struct settings *s = data;
    char section[120];
    for (size_t i = 0; i < s->items.count; i++) {
        const struct item *item = item_at(s, i);
        snprintf(section, sizeof section, "item %.100s", item->name);
        if (item->protein + item->fat > 100000)
            to->problem(to->context, section, "fat", "protein and fat weigh more than the 100 g that they are in",
                        "both are grams in 100 g");
        if (strpbrk(item->name, " \t,"))
            to->problem(to->context, section, NULL, "an item's name is one word", "write for example [item red-beans]");
    }
    for (size_t i = 0; i < s->sizes.count; i++) {
        const struct size *size = size_at(s, i);
        snprintf(section, sizeof section, "size %.100s", size->name);
        if (i && size->members_up_to <= size[-1].members_up_to)
            to->problem(to->context, section, "members_up_to", "not larger than that of the size before",
                        "put the sizes in order, the smallest households first");
        check_contents(s, size, section, to);
    }
}

/* ---- rule ---------------------------------------------------------------------------------------------------- */

static bool has_child(const struct settings *s, const struct alm_case *c)
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
    const struct settings *s = state;
    e->next = ALM_NO_DATE;
    if (c->n_members == 0) {
        alm_no(e, "nobody belongs to the household on that day");
        return;
    }
    if (s->child_under && !has_child(s, c)) {
        alm_no(e, "parcels are for households with a small child");
        return;
    }
    const struct size *size = size_at(s, size_of_household(s, c->n_members));
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
};

/* ---- commands ------------------------------------------------------------------------------------------------ */

static enum alm_status emit_content(const struct alm_host *host, const char *size, const char *item,
                                    const struct content *c, struct alm_error *err)
{
    const struct alm_value values[] = {alm_string(size),    alm_string(item),       alm_number(c->grams),
                                       alm_number(c->kcal), alm_number(c->protein), alm_number(c->fat)};
    return host->row(host, values, err);
}

static double decimal(int64_t thousandths)
{
    return (double)thousandths / 1000;
}

static void warn_of_lack(const struct alm_host *host, const struct settings *s, const struct size *size,
                         const struct nutrition *n)
{
    char text[400];
    int64_t lack = s->ration_kcal * 1000 - n->kcal_a_day;
    if (lack > 0) {
        snprintf(text, sizeof text, "%s: %.0f kcal for each person and day, %.0f less than the ration (%.1f %% of it)",
                 size->name, decimal(n->kcal_a_day), decimal(lack), decimal(n->of_ration));
        host->warn(host, text);
    }
    if (n->protein_share < s->protein_share) {
        snprintf(text, sizeof text, "%s: %.1f %% of the energy is protein, %.1f points less than it should be",
                 size->name, decimal(n->protein_share), decimal(s->protein_share - n->protein_share));
        host->warn(host, text);
    }
    if (n->fat_share < s->fat_share) {
        snprintf(text, sizeof text, "%s: %.1f %% of the energy is fat, %.1f points less than it should be", size->name,
                 decimal(n->fat_share), decimal(s->fat_share - n->fat_share));
        host->warn(host, text);
    }
}

/* Whether some class has that name, where one is asked for. */
static enum alm_status check_size(const struct settings *s, const char *name, struct alm_error *err)
{
    char known[200] = "";
    for (size_t i = 0; i < s->sizes.count; i++) {
        if (!name || strcmp(size_at(s, i)->name, name) == 0)
            return ALM_OK;
        size_t len = strlen(known);
        snprintf(known + len, sizeof known - len, "%s%s", i ? ", " : "there are ", size_at(s, i)->name);
    }
    return alm_fail(err, ALM_BAD_DATA, known, "there is no size '%.60s'", name);
}

static enum alm_status run_contents(const struct alm_host *host, void *state, const struct alm_args *args,
                                    struct alm_error *err)
{
    static const struct alm_column columns[] = {
        {.name = "size", .title = "size", .type = ALM_STRING},
        {.name = "item", .title = "item", .type = ALM_STRING},
        {.name = "grams", .title = "weight", .type = ALM_INT, .unit = "g"},
        {.name = "kcal", .title = "energy", .type = ALM_DECIMAL, .unit = "kcal"},
        {.name = "protein", .title = "protein", .type = ALM_DECIMAL, .unit = "g"},
        {.name = "fat", .title = "fat", .type = ALM_DECIMAL, .unit = "g"},
    };
    const struct settings *s = state;
    const char *only = alm_arg_text(args, "size");
    enum alm_status status = check_size(s, only, err);
    if (status == ALM_OK)
        status = host->table_begin(host, "contents of a parcel", columns, COUNT_OF(columns), err);
    for (size_t i = 0; status == ALM_OK && i < s->sizes.count; i++) {
        const struct size *size = size_at(s, i);
        for (size_t k = 0; status == ALM_OK && (!only || strcmp(size->name, only) == 0) && k < size->contents.count;
             k++) {
            struct content content;
            char why[120];
            if (content_parse(s, size->contents.items[k], &content, why, sizeof why))
                status = emit_content(host, size->name, content.item->title ? content.item->title : content.item->name,
                                      &content, err);
        }
    }
    if (status == ALM_OK)
        status = host->table_end(host, err);
    for (size_t i = 0; status == ALM_OK && i < s->sizes.count; i++) {
        const struct size *size = size_at(s, i);
        char text[400];
        if (only && strcmp(size->name, only) != 0)
            continue;
        struct nutrition n = nutrition_of(s, size);
        snprintf(text, sizeof text,
                 "%s: %.1f kg; for %lld persons and %lld days %.0f kcal for each person and day, %.1f %% of %lld; "
                 "protein %.1f %%, fat %.1f %% of the energy",
                 size->name, decimal(n.sum.grams), (long long)size->members_up_to, (long long)s->days,
                 decimal(n.kcal_a_day), decimal(n.of_ration), (long long)s->ration_kcal, decimal(n.protein_share),
                 decimal(n.fat_share));
        host->say(host, text);
        warn_of_lack(host, s, size, &n);
    }
    return status;
}

static enum alm_status run_rations(const struct alm_host *host, void *state, const struct alm_args *args,
                                   struct alm_error *err)
{
    static const struct alm_column columns[] = {
        {.name = "size", .title = "size", .type = ALM_STRING},
        {.name = "members_up_to", .title = "members up to", .type = ALM_INT},
        {.name = "grams", .title = "weight", .type = ALM_INT, .unit = "g"},
        {.name = "kcal_a_day", .title = "energy per person and day", .type = ALM_DECIMAL, .unit = "kcal"},
        {.name = "of_ration", .title = "of the ration", .type = ALM_DECIMAL, .unit = "%"},
        {.name = "protein_share", .title = "protein", .type = ALM_DECIMAL, .unit = "% of the energy"},
        {.name = "fat_share", .title = "fat", .type = ALM_DECIMAL, .unit = "% of the energy"},
        {.name = "cost", .title = "cost", .type = ALM_MONEY},
    };
    (void)args;
    const struct settings *s = state;
    enum alm_status status = host->table_begin(host, "rations", columns, COUNT_OF(columns), err);
    for (size_t i = 0; status == ALM_OK && i < s->sizes.count; i++) {
        const struct size *size = size_at(s, i);
        struct nutrition n = nutrition_of(s, size);
        const struct alm_value values[] = {alm_string(size->name),  alm_number(size->members_up_to),
                                           alm_number(n.sum.grams), alm_number(n.kcal_a_day),
                                           alm_number(n.of_ration), alm_number(n.protein_share),
                                           alm_number(n.fat_share), size->cost ? alm_number(size->cost) : alm_null()};
        status = host->row(host, values, err);
        warn_of_lack(host, s, size, &n);
    }
    return status == ALM_OK ? host->table_end(host, err) : status;
}

static const struct alm_option contents_options[] = {
    {.name = "size", .type = ALM_STRING, .value = "SIZE", .help = "only the parcel of this size"},
};

static const struct alm_command commands[] = {
    {.name = "contents",
     .summary = "show what the parcels hold, and how that compares with a ration",
     .options = contents_options,
     .n_options = COUNT_OF(contents_options),
     .flags = ALM_NO_STORE,
     .run = run_contents,
     .examples = "parcels contents\nparcels contents --size small"},
    {.name = "rations",
     .summary = "show energy, protein and fat of each size for a person and day",
     .flags = ALM_NO_STORE,
     .run = run_rations,
     .examples = "parcels rations --output csv"},
};

/* ---- reports ------------------------------------------------------------------------------------------------- */

/*
 * Parcels by the size that the household had on the day.  Lines come owner by owner, so a household is counted once in
 * each class, and no list of households is kept.
 */
static enum alm_status run_sizes(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    const struct settings *s = state;
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
        struct tally *tally = &tallies[size_of_household(s, (size_t)host->column_int(host, st, 3))];
        tally->quantity += host->column_int(host, st, 1);
        tally->value += host->column_int(host, st, 2);
        tally->households += tally->last != owner;
        tally->last = owner;
    }
    for (size_t i = 0; status == ALM_OK && i < s->sizes.count; i++) {
        const struct alm_value values[] = {alm_string(size_at(s, i)->name), alm_number(size_at(s, i)->members_up_to),
                                           alm_number(tallies[i].households), alm_number(tallies[i].quantity),
                                           alm_number(tallies[i].value)};
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
                        .size = sizeof(struct settings),
                        .check = check},
           .commands = commands, .n_commands = COUNT_OF(commands), .reports = reports, .n_reports = COUNT_OF(reports),
           .programme = &programme)
