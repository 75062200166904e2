/* SPDX-License-Identifier: MIT */
/* disinfectant: settings, rule, descriptor. */
#include "disinfectant.h"
#include "disinfectant-schema.h"

const char *const disinfectant_kinds[DISINFECTANT_KINDS + 1] = {"chlorine", "alcohol", "peroxide", "acid",
                                                                "ammonia",  "inert",   NULL};

/* ---- settings ------------------------------------------------------------------------------------------------ */

#define FIELD(member) offsetof(struct disinfectant_settings, member)
#define SUBSTANCE(member) offsetof(struct disinfectant_substance, member)
#define PRODUCT(member) offsetof(struct disinfectant_product, member)

static const struct alm_setting settings[] = {
    {.key = "litres",
     .type = ALM_QUANTITY,
     .offset = FIELD(litres),
     .fallback = "1",
     .min = "0",
     .max = "100",
     .unit = "l",
     .help = "What a household gets each time that it is served."},
    {.key = "per_member",
     .type = ALM_QUANTITY,
     .offset = FIELD(per_member),
     .fallback = "0",
     .min = "0",
     .max = "20",
     .unit = "l",
     .help = "And for each of its members."},
    {.key = "measure",
     .type = ALM_BOOL,
     .offset = FIELD(measure),
     .fallback = "yes",
     .help = "Whether a batch is taken only when its strength was measured."},
    {.key = "depot",
     .type = ALM_STRING,
     .offset = FIELD(depot),
     .help = "Code of the depot where batches are mixed, unless `mix` names another: what they are made of is drawn "
             "there, and "
             "there they lie."},
};

static const struct alm_setting substance_settings[] = {
    {.key = "kind",
     .type = ALM_ENUM,
     .flags = ALM_REQUIRED,
     .offset = SUBSTANCE(kind),
     .choices = disinfectant_kinds,
     .help = "What it is, as far as it matters what may meet it."},
    {.key = "strength",
     .type = ALM_DECIMAL,
     .offset = SUBSTANCE(strength),
     .min = "0.001",
     .max = "100",
     .unit = "%",
     .help = "Of that from which products are made: available chlorine by weight, alcohol by volume."},
    {.key = "item",
     .type = ALM_STRING,
     .offset = SUBSTANCE(item),
     .help = "Code of it in stock, by the litre (of a powder by the kilogram). By default it is not drawn from stock."},
};

static const struct alm_setting product_settings[] = {
    {.key = "title",
     .type = ALM_STRING,
     .offset = PRODUCT(title),
     .help = "Its name for people. By default the name of the section."},
    {.key = "from",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .offset = PRODUCT(from),
     .help = "The substance of which it is made by adding water; `mix` may name another of that kind."},
    {.key = "strength",
     .type = ALM_DECIMAL,
     .flags = ALM_REQUIRED,
     .offset = PRODUCT(strength),
     .min = "0.001",
     .max = "100",
     .unit = "%",
     .help = "That it is to have. Of chlorine, 0.1 % are 1,000 ppm."},
    {.key = "least",
     .type = ALM_DECIMAL,
     .offset = PRODUCT(least),
     .min = "0.001",
     .max = "100",
     .unit = "%",
     .help = "The weakest of it that `mix` may be asked for. By default the strength."},
    {.key = "most",
     .type = ALM_DECIMAL,
     .offset = PRODUCT(most),
     .min = "0.001",
     .max = "100",
     .unit = "%",
     .help = "The strongest of it that `mix` may be asked for. By default the strength."},
    {.key = "tolerance",
     .type = ALM_DECIMAL,
     .offset = PRODUCT(tolerance),
     .fallback = "10",
     .min = "0.1",
     .max = "50",
     .unit = "% of the strength",
     .help = "How far what is measured may be off. Test strips for chlorine are coarser than an alcoholmeter."},
    {.key = "shelf_life",
     .type = ALM_DURATION,
     .offset = PRODUCT(shelf_life),
     .fallback = "1 day",
     .min = "1 day",
     .max = "5 years",
     .help = "How long it may be used after it was mixed. Chlorine in water is gone within days."},
    {.key = "additives",
     .type = ALM_LIST,
     .offset = PRODUCT(additives),
     .help = "What else goes in: substances and the millilitres of them in a litre (glycerol 14.5)."},
    {.key = "item",
     .type = ALM_STRING,
     .offset = PRODUCT(item),
     .help = "Code of it in stock, by the litre. By default batches are not put there."},
};

static const struct alm_setting_group groups[] = {
    {.name = "substance",
     .help = "what products are made of. Its name is one word.",
     .settings = substance_settings,
     .n_settings = COUNT_OF(substance_settings),
     .item_size = sizeof(struct disinfectant_substance),
     .offset = FIELD(substances),
     .min_count = 1,
     .max_count = 50,
     .sample = "[substance bleach]\nkind = chlorine\nstrength = 5\n\n"
               "[substance ethanol]\nkind = alcohol\nstrength = 96\n"},
    {.name = "product",
     .help = "what is mixed and given.",
     .settings = product_settings,
     .n_settings = COUNT_OF(product_settings),
     .item_size = sizeof(struct disinfectant_product),
     .offset = FIELD(products),
     .min_count = 1,
     .max_count = 50,
     .sample = "[product surface]\nfrom = bleach\nstrength = 0.1\nshelf_life = 1 day\n\n"
               "[product hand-rub]\nfrom = ethanol\nstrength = 70\nleast = 60\nmost = 80\nshelf_life = 1 year\n"},
};

/* False if the additives alone cannot be understood. */
static bool check_additives(const struct disinfectant_settings *s, const struct disinfectant_product *product,
                            const char *section, const struct alm_check *to)
{
    bool good = true;
    if (product->additives.count > DISINFECTANT_MOST_ADDITIVES) {
        to->problem(to->context, section, "additives", "more than 8", "leave some out");
        return false;
    }
    for (size_t i = 0; i < product->additives.count; i++) {
        const struct disinfectant_substance *substance;
        char why[160];
        int64_t ml;
        if (disinfectant_additive(s, product->additives.items[i], &substance, &ml, why, sizeof why))
            continue;
        to->problem(to->context, section, "additives", why, "write for example glycerol 14.5");
        good = false;
    }
    return good;
}

/* A batch of the product, as it is set and as strong as it may be, has to be possible. */
static void check_product(const struct disinfectant_settings *s, const struct disinfectant_product *product,
                          const struct alm_check *to)
{
    const int64_t strengths[] = {product->strength, product->most};
    struct disinfectant_mix mix;
    struct alm_error err;
    char section[120];
    snprintf(section, sizeof section, "product %.100s", product->name);
    const struct disinfectant_substance *from = disinfectant_substance_of(s, product->from);
    if (from && !from->strength) {
        to->problem(to->context, section, "from", "the strength of that substance is not set",
                    "write strength = PERCENT in its section");
        return;
    }
    if (!check_additives(s, product, section, to))
        return;
    for (size_t i = 0; i < COUNT_OF(strengths); i++)
        if (disinfectant_mix_plan(s, product, NULL, strengths[i], ALM_UNIT * 1000, &mix, &err) != ALM_OK) {
            to->problem(to->context, section, i ? "most" : "from", err.text, err.hint);
            return;
        }
}

static void check(const void *data, const struct alm_check *to)
{
    const struct disinfectant_settings *s = data;
    const struct disinfectant_substance *substances = s->substances.items;
    char section[120];
    for (size_t i = 0; i < s->substances.count; i++) {
        snprintf(section, sizeof section, "substance %.100s", substances[i].name);
        if (strpbrk(substances[i].name, " \t,"))
            to->problem(to->context, section, NULL, "a substance's name is one word",
                        "write for example [substance bleach]");
    }
    for (size_t i = 0; i < s->products.count; i++)
        check_product(s, disinfectant_product_at(s, i), to);
    if (s->litres == 0 && s->per_member == 0)
        to->problem(to->context, NULL, "litres", "nobody would get anything", "write litres = 1, or per_member = 0.25");
}

/* ---- rule ---------------------------------------------------------------------------------------------------- */

static void entitle(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
    const struct disinfectant_settings *s = state;
    e->next = ALM_NO_DATE;
    if (c->n_members == 0)
        alm_no(e, "nobody belongs to the household on that day");
    else
        e->quantity = s->litres + (alm_quantity)c->n_members * s->per_member;
}

static const struct alm_programme programme = {
    .size = sizeof(struct alm_programme),
    .recipient = ALM_HOUSEHOLD,
    .unit = "litre",
    .unit_plural = "litres",
    .entitle = entitle,
};

/* ---- commands and reports ------------------------------------------------------------------------------------ */

#define MIX_OPTIONS                                                                                                    \
    {.name = "product",                                                                                                \
     .type = ALM_STRING,                                                                                               \
     .flags = ALM_ARGUMENT | ALM_REQUIRED,                                                                             \
     .value = "PRODUCT",                                                                                               \
     .help = "name of its section"},                                                                                   \
        {.name = "litres", .type = ALM_QUANTITY, .flags = ALM_REQUIRED, .value = "LITRES", .help = "how much of it"},  \
        {.name = "strength",                                                                                           \
         .type = ALM_DECIMAL,                                                                                          \
         .value = "PERCENT",                                                                                           \
         .help = "that it is to have (default: as it is set)"},                                                        \
    {                                                                                                                  \
        .name = "from", .type = ALM_STRING, .value = "SUBSTANCE", .help = "another concentrate than the product's own" \
    }

static const struct alm_option recipe_options[] = {MIX_OPTIONS};
static const struct alm_option mix_options[] = {
    MIX_OPTIONS,
    {.name = "measured", .type = ALM_DECIMAL, .value = "PERCENT", .help = "the strength that was measured"},
    {.name = "yield", .type = ALM_QUANTITY, .value = "LITRES", .help = "what was filled of it (default: all)"},
    {.name = "depot",
     .type = ALM_STRING,
     .value = "DEPOT",
     .help = "code of the depot where it is mixed (default: as set)"},
    {.name = "date", .type = ALM_DATE, .value = "DATE", .help = "day on which it was mixed (default: today)"},
    {.name = "cost",
     .type = ALM_MONEY,
     .value = "MONEY",
     .help = "what the work, the bottles and all that is not drawn from stock cost"},
    {.name = "code",
     .type = ALM_STRING,
     .value = "CODE",
     .help = "code of the batch and its lot (default: PRODUCT-DATE, with -2, -3 ... if there is one)"},
};
static const struct alm_option check_options[] = {
    {.name = "batch",
     .type = ALM_STRING,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "BATCH",
     .help = "code of the batch"},
    {.name = "measured",
     .type = ALM_DECIMAL,
     .flags = ALM_REQUIRED,
     .value = "PERCENT",
     .help = "the strength that was measured today"},
};
#define SPAN_OPTIONS                                                                                                   \
    {.name = "from", .type = ALM_DATE, .value = "DATE", .help = "from this day on"},                                   \
    {                                                                                                                  \
        .name = "to", .type = ALM_DATE, .value = "DATE", .help = "up to this day"                                      \
    }
static const struct alm_option batch_list_options[] = {
    {.name = "product", .type = ALM_STRING, .value = "PRODUCT", .help = "only of this product"},
    SPAN_OPTIONS,
};
static const struct alm_option span_options[] = {SPAN_OPTIONS};
static const struct alm_option import_options[] = {
    {.name = "file",
     .type = ALM_PATH,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "FILE",
     .help = "CSV file; - for standard input"},
};

static const struct alm_command commands[] = {
    {.name = "recipe",
     .summary = "tell what goes into so much of a product",
     .options = recipe_options,
     .n_options = COUNT_OF(recipe_options),
     .flags = ALM_NO_STORE,
     .run = disinfectant_recipe,
     .examples = "disinfectant recipe surface --litres 50\ndisinfectant recipe hand-rub --litres 20 --strength 75"},
    {.name = "mix",
     .summary = "enter a batch that was mixed and measured: its concentrate leaves the stock, and it is put there",
     .options = mix_options,
     .n_options = COUNT_OF(mix_options),
     .flags = ALM_WRITES,
     .run = disinfectant_run_mix,
     .examples = "disinfectant mix surface --litres 50 --measured 0.1\n"
                 "disinfectant mix hand-rub --litres 20 --measured 70.5 --yield 19.6 --cost 250000"},
    {.name = "check",
     .summary = "enter what was measured of a batch later",
     .options = check_options,
     .n_options = COUNT_OF(check_options),
     .flags = ALM_WRITES,
     .run = disinfectant_run_check,
     .examples = "disinfectant check B1 --measured 69.5"},
    {.name = "batch list",
     .summary = "list batches, what went into them and what was measured, newest first",
     .options = batch_list_options,
     .n_options = COUNT_OF(batch_list_options),
     .flags = ALM_READS,
     .run = disinfectant_batch_list,
     .examples = "disinfectant batch list --product hand-rub"},
    {.name = "batch import",
     .summary = "import batches: code,product,date,litres,strength,from,measured,yield,depot,cost",
     .options = import_options,
     .n_options = COUNT_OF(import_options),
     .flags = ALM_WRITES | ALM_BULK,
     .run = disinfectant_batch_import,
     .examples = "disinfectant batch import mixing.csv"},
};

static const struct alm_column production_columns[] = {
    {.name = "product", .title = "product", .type = ALM_STRING, .hxl = "#item+name"},
    {.name = "batches", .title = "batches", .type = ALM_INT, .flags = ALM_TOTAL, .hxl = "#output+batches+num"},
    {.name = "litres", .title = "mixed", .type = ALM_QUANTITY, .flags = ALM_TOTAL, .unit = "l"},
    {.name = "made", .title = "yield", .type = ALM_QUANTITY, .flags = ALM_TOTAL, .unit = "l", .hxl = "#output+num"},
    {.name = "yield", .title = "of what was mixed", .type = ALM_DECIMAL, .unit = "%"},
    {.name = "cost", .title = "cost", .type = ALM_MONEY, .flags = ALM_TOTAL, .hxl = "#value"},
    {.name = "cost_per_litre", .title = "cost per litre", .type = ALM_MONEY, .hxl = "#value+unit"},
};

static const struct alm_report reports[] = {
    {.name = "production",
     .summary = "what was mixed of each product, its yield and its cost",
     .columns = production_columns,
     .n_columns = COUNT_OF(production_columns),
     .options = span_options,
     .n_options = COUNT_OF(span_options),
     .run = disinfectant_production},
};

ALM_PLUGIN(.name = "disinfectant", .version = "1.0",
           .summary = "Disinfectant, mixed and checked in batches, for households by the litre",
           .kind = ALM_KIND_PROGRAMME,
           .settings = {.rows = settings,
                        .n_rows = COUNT_OF(settings),
                        .groups = groups,
                        .n_groups = COUNT_OF(groups),
                        .size = sizeof(struct disinfectant_settings),
                        .check = check},
           .commands = commands, .n_commands = COUNT_OF(commands), .reports = reports, .n_reports = COUNT_OF(reports),
           .migrations = schema, .n_migrations = COUNT_OF(schema), .programme = &programme)
