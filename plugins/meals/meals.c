/* SPDX-License-Identifier: MIT */
/* meals: settings, rule, descriptor. */
#include "meals.h"
#include "meals-schema.h"
#include <stdlib.h>

const char *const meals_slot_names[MEALS_SLOTS + 1] = {"sahari", "breakfast", "lunch", "iftar", "dinner", NULL};

int64_t meals_slot_of(const char *name)
{
    for (int64_t i = 0; i < MEALS_SLOTS; i++)
        if (strcmp(meals_slot_names[i], name) == 0)
            return i;
    return -1;
}

int64_t meals_slot_of_detail(const struct meals *meals, const struct alm_value *detail, size_t n)
{
    if (n <= MEALS_DETAIL_SLOT || detail[MEALS_DETAIL_SLOT].is_null)
        return meals->first_slot;
    return detail[MEALS_DETAIL_SLOT].number;
}

/* ---- settings ------------------------------------------------------------------------------------------------ */

#define FIELD(member) offsetof(struct meals_settings, member)

static const struct alm_setting settings[] = {
    {.key = "meals_a_day",
     .type = ALM_INT,
     .offset = FIELD(meals_a_day),
     .fallback = "1",
     .min = "1",
     .max = "3",
     .unit = "meals",
     .help = "Meals for each member of the household each time that it is served."},
    {.key = "slots",
     .type = ALM_LIST,
     .offset = FIELD(slots),
     .fallback = "lunch, dinner",
     .help = "Meals of the day that are served: sahari, breakfast, lunch, iftar, dinner. A delivery or a batch that "
             "names none belongs to the first one written here."},
    {.key = "hot_hold",
     .type = ALM_DURATION,
     .offset = FIELD(hot_hold),
     .fallback = "2 hours",
     .min = "15 minutes",
     .max = "24 hours",
     .help = "How long after cooking a meal may still be given."},
    {.key = "batch_required",
     .type = ALM_BOOL,
     .offset = FIELD(batch_required),
     .fallback = "yes",
     .help = "Whether every meal must come out of a batch that was entered with `cook` or `batch import`."},
    {.key = "carriers",
     .type = ALM_LIST,
     .offset = FIELD(carriers),
     .help = "Specialities of the groups that carry meals to the door, for `route` (cooking). By default every group "
             "that has an area."},
};

static const struct alm_setting recipe_settings[] = {
    {.key = "ingredients",
     .type = ALM_LIST,
     .flags = ALM_REQUIRED,
     .offset = offsetof(struct meals_recipe, ingredients),
     .help = "What a portion takes out of the stock of the kitchen's depot: codes of items, and how much of their unit "
             "(rice 0.08, oil 0.01)."},
};

static const struct alm_setting_group groups[] = {
    {.name = "recipe",
     .help = "what goes into a portion, for `cook --recipe NAME`.",
     .settings = recipe_settings,
     .n_settings = COUNT_OF(recipe_settings),
     .item_size = sizeof(struct meals_recipe),
     .offset = FIELD(recipes),
     .sample = "[recipe rice-stew]\ningredients = rice 0.08, lentils 0.04, oil 0.01\n"},
};

static void check(const void *data, const struct alm_check *to)
{
    const struct meals_settings *s = data;
    uint32_t seen = 0;
    if (s->slots.count == 0)
        to->problem(to->context, NULL, "slots", "no meal is served", "write for example slots = lunch, dinner");
    for (size_t i = 0; i < s->slots.count; i++) {
        char text[120];
        int64_t slot = meals_slot_of(s->slots.items[i]);
        if (slot < 0) {
            snprintf(text, sizeof text, "'%.60s' is no meal of the day", s->slots.items[i]);
            to->problem(to->context, NULL, "slots", text, "one of sahari, breakfast, lunch, iftar, dinner");
        } else if (seen & 1u << slot) {
            snprintf(text, sizeof text, "%s stands twice", s->slots.items[i]);
            to->problem(to->context, NULL, "slots", text, "write it once");
        } else {
            seen |= 1u << slot;
        }
    }
    meals_recipes_check(s, to);
}

static enum alm_status start(const struct alm_host *host, const void *data, void **state, struct alm_error *err)
{
    (void)host;
    const struct meals_settings *s = data;
    struct meals *meals = calloc(1, sizeof *meals);
    if (!meals)
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    meals->settings = s;
    for (size_t i = s->slots.count; i-- > 0;) {
        meals->first_slot = meals_slot_of(s->slots.items[i]);
        meals->served |= 1u << meals->first_slot;
    }
    *state = meals;
    return ALM_OK;
}

static void stop(void *state)
{
    struct meals *meals = state;
    if (meals)
        meals_batches_release(&meals->batches);
    free(meals);
}

/* ---- rule ---------------------------------------------------------------------------------------------------- */

static void entitle(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
    const struct meals *meals = state;
    int64_t slot = meals_slot_of_detail(meals, c->detail, c->n_detail);
    e->next = ALM_NO_DATE;
    if (slot < 0 || slot >= MEALS_SLOTS || !(meals->served & 1u << slot)) {
        alm_no(e, "%s is not served under this programme",
               slot >= 0 && slot < MEALS_SLOTS ? meals_slot_names[slot] : "that meal");
        return;
    }
    if (c->n_members == 0) {
        alm_no(e, "nobody belongs to the household on that day");
        return;
    }
    e->quantity = (alm_quantity)c->n_members * meals->settings->meals_a_day * ALM_UNIT;
    e->has_period = true;
    e->period = (int64_t)c->date * 8 + slot;
    e->next = c->date + 1;
    snprintf(e->period_name, sizeof e->period_name, "%s", meals_slot_names[slot]);
}

static const struct alm_column detail[MEALS_DETAILS] = {
    [MEALS_DETAIL_SLOT] = {.name = "slot", .title = "meal", .type = ALM_ENUM, .choices = meals_slot_names},
    [MEALS_DETAIL_BATCH] = {.name = "batch", .title = "batch", .type = ALM_STRING},
    [MEALS_DETAIL_TIME] = {.name = "time", .title = "given at", .type = ALM_TIME},
};

static const struct alm_programme programme = {
    .size = sizeof(struct alm_programme),
    .recipient = ALM_HOUSEHOLD,
    .unit = "meal",
    .unit_plural = "meals",
    .detail = detail,
    .n_detail = COUNT_OF(detail),
    .entitle = entitle,
    .settle = meals_settle,
    .unsettle = meals_unsettle,
};

/* ---- commands and reports ------------------------------------------------------------------------------------ */

#define CODE_OF_KITCHEN                                                                                                \
    {                                                                                                                  \
        .name = "code", .type = ALM_STRING, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "CODE",                     \
        .help = "code of the kitchen"                                                                                  \
    }
#define KITCHEN_OPTIONS                                                                                                \
    {.name = "area",                                                                                                   \
     .type = ALM_STRING,                                                                                               \
     .value = "AREA",                                                                                                  \
     .help = "code of the area that it cooks for (default: all)"},                                                     \
        {.name = "capacity", .type = ALM_INT, .value = "MEALS", .help = "meals a day at most (default: no limit)"},    \
    {                                                                                                                  \
        .name = "depot", .type = ALM_STRING, .value = "DEPOT",                                                         \
        .help = "code of the depot where its goods lie (default: none)"                                                \
    }

static const struct alm_option kitchen_add_options[] = {
    CODE_OF_KITCHEN,
    {.name = "name", .type = ALM_STRING, .flags = ALM_REQUIRED, .value = "NAME", .help = "its name"},
    KITCHEN_OPTIONS,
};
static const struct alm_option kitchen_edit_options[] = {
    CODE_OF_KITCHEN,
    {.name = "name", .type = ALM_STRING, .value = "NAME", .help = "its new name"},
    KITCHEN_OPTIONS,
};
static const struct alm_option file_option[] = {
    {.name = "file",
     .type = ALM_PATH,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "FILE",
     .help = "CSV file; - for standard input"},
};
static const struct alm_option cook_options[] = {
    {.name = "kitchen",
     .type = ALM_STRING,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "KITCHEN",
     .help = "code of the kitchen"},
    {.name = "portions", .type = ALM_INT, .flags = ALM_REQUIRED, .value = "N", .help = "meals that were cooked"},
    {.name = "slot",
     .type = ALM_ENUM,
     .choices = meals_slot_names,
     .value = "MEAL",
     .help = "which meal of the day (default: the first one served)"},
    {.name = "date", .type = ALM_DATE, .value = "DATE", .help = "day on which it is eaten (default: today)"},
    {.name = "time",
     .type = ALM_TIME,
     .value = "TIME",
     .help = "when it was ready (default: now; not known for another day than today)"},
    {.name = "cost",
     .type = ALM_MONEY,
     .value = "MONEY",
     .help = "what the whole batch cost; with a recipe, beside the goods that it takes"},
    {.name = "recipe",
     .type = ALM_STRING,
     .value = "RECIPE",
     .help = "by which it was cooked: its goods leave the kitchen's depot"},
    {.name = "code",
     .type = ALM_STRING,
     .value = "CODE",
     .help = "code of the batch (default: KITCHEN-DATE-MEAL, with -2, -3 ... if there is one)"},
};
#define BATCH                                                                                                          \
    {                                                                                                                  \
        .name = "batch", .type = ALM_STRING, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "BATCH",                   \
        .help = "code of the batch"                                                                                    \
    }
static const struct alm_option close_options[] = {
    BATCH,
    {.name = "left", .type = ALM_INT, .value = "N", .help = "meals left over (default: the rest)"},
    {.name = "thrown", .type = ALM_INT, .value = "N", .help = "meals thrown away (default: none)"},
    {.name = "held-until", .type = ALM_TIME, .value = "TIME", .help = "until when it was held hot"},
};
static const struct alm_option reopen_options[] = {BATCH};
static const struct alm_option recipes_options[] = {
    {.name = "recipe", .type = ALM_STRING, .value = "RECIPE", .help = "only this one"},
    {.name = "portions", .type = ALM_INT, .fallback = "100", .value = "N", .help = "for how many meals"},
};
static const struct alm_option route_options[] = {
    {.name = "date", .type = ALM_DATE, .value = "DATE", .help = "the day (default: today)"},
    {.name = "slot",
     .type = ALM_ENUM,
     .choices = meals_slot_names,
     .value = "MEAL",
     .help = "which meal of the day (default: the first one served)"},
    {.name = "group", .type = ALM_STRING, .value = "GROUP", .help = "only the doors of this group"},
    {.name = "area", .type = ALM_STRING, .value = "AREA", .help = "only this area and those in it"},
};
static const struct alm_option batch_list_options[] = {
    {.name = "date", .type = ALM_DATE, .value = "DATE", .help = "only of this day"},
    {.name = "kitchen", .type = ALM_STRING, .value = "KITCHEN", .help = "only of this kitchen"},
};
static const struct alm_option span_options[] = {
    {.name = "from", .type = ALM_DATE, .value = "DATE", .help = "from this day on"},
    {.name = "to", .type = ALM_DATE, .value = "DATE", .help = "up to this day"},
};

static const struct alm_option cost_options[] = {
    {.name = "from", .type = ALM_DATE, .value = "DATE", .help = "from this day on"},
    {.name = "to", .type = ALM_DATE, .value = "DATE", .help = "up to this day"},
    {.name = "kitchen", .type = ALM_STRING, .value = "KITCHEN", .help = "only of this kitchen"},
};

static const struct alm_command commands[] = {
    {.name = "kitchen add",
     .summary = "enter a kitchen",
     .options = kitchen_add_options,
     .n_options = COUNT_OF(kitchen_add_options),
     .flags = ALM_WRITES,
     .run = meals_kitchen_add,
     .examples = "meals kitchen add K1 --name 'Imam Ali mosque' --area 1501 --capacity 800"},
    {.name = "kitchen edit",
     .summary = "change a kitchen",
     .options = kitchen_edit_options,
     .n_options = COUNT_OF(kitchen_edit_options),
     .flags = ALM_WRITES,
     .run = meals_kitchen_edit,
     .examples = "meals kitchen edit K1501a --capacity 1200"},
    {.name = "kitchen list",
     .summary = "list the kitchens",
     .flags = ALM_READS,
     .run = meals_kitchen_list,
     .examples = "meals kitchen list"},
    {.name = "kitchen import",
     .summary = "import kitchens: code,name,area,capacity,depot",
     .options = file_option,
     .n_options = COUNT_OF(file_option),
     .flags = ALM_WRITES | ALM_BULK,
     .run = meals_kitchen_import,
     .examples = "meals kitchen import kitchens.csv"},
    {.name = "cook",
     .summary = "enter a batch of meals",
     .options = cook_options,
     .n_options = COUNT_OF(cook_options),
     .flags = ALM_WRITES,
     .run = meals_cook,
     .examples = "meals cook K1501a --portions 40\nmeals cook K1501a --portions 25 --slot dinner --cost 3750000\n"
                 "meals cook K1501a --portions 40 --recipe rice-stew"},
    {.name = "batch list",
     .summary = "list batches and what is left of them, newest first",
     .options = batch_list_options,
     .n_options = COUNT_OF(batch_list_options),
     .flags = ALM_READS,
     .run = meals_batch_list,
     .examples = "meals batch list --date 1399/09/15"},
    {.name = "batch import",
     .summary = "import batches: code,kitchen,date,slot,time,portions,cost,recipe",
     .options = file_option,
     .n_options = COUNT_OF(file_option),
     .flags = ALM_WRITES | ALM_BULK,
     .run = meals_batch_import,
     .examples = "meals batch import batches.csv"},
    {.name = "recipes",
     .summary = "list the recipes and what they take for so many meals",
     .options = recipes_options,
     .n_options = COUNT_OF(recipes_options),
     .flags = ALM_NO_STORE,
     .run = meals_recipes,
     .examples = "meals recipes --portions 400"},
    {.name = "close",
     .summary = "close a batch: what was left over of it, and what was thrown away",
     .options = close_options,
     .n_options = COUNT_OF(close_options),
     .flags = ALM_WRITES,
     .run = meals_close,
     .examples = "meals close K-000001\nmeals close K-000001 --left 0 --thrown 1"},
    {.name = "reopen",
     .summary = "open a batch again, so that more can be given of it",
     .options = reopen_options,
     .n_options = COUNT_OF(reopen_options),
     .flags = ALM_WRITES,
     .run = meals_reopen,
     .examples = "meals reopen K-000004"},
    {.name = "closing import",
     .summary = "close many batches: code,left,thrown,held_until",
     .options = file_option,
     .n_options = COUNT_OF(file_option),
     .flags = ALM_WRITES | ALM_BULK,
     .run = meals_closing_import,
     .examples = "meals closing import closings.csv"},
    {.name = "route",
     .summary = "list who is still to get a meal, by neighbourhood and group, larger households first",
     .options = route_options,
     .n_options = COUNT_OF(route_options),
     .flags = ALM_READS,
     .run = meals_route,
     .examples = "meals route\nmeals route --slot dinner --date 1399/09/15 --area 1501 --output csv"},
};

static const struct alm_column kitchen_columns[] = {
    {.name = "kitchen", .title = "kitchen", .type = ALM_STRING, .hxl = "#org+impl+code"},
    {.name = "name", .title = "name", .type = ALM_STRING, .hxl = "#org+impl+name"},
    {.name = "batches", .title = "batches", .type = ALM_INT, .flags = ALM_TOTAL, .hxl = "#output+batches+num"},
    {.name = "portions",
     .title = "cooked",
     .type = ALM_QUANTITY,
     .flags = ALM_TOTAL,
     .unit = "meals",
     .hxl = "#output+cooked+num"},
    {.name = "given",
     .title = "given",
     .type = ALM_QUANTITY,
     .flags = ALM_TOTAL,
     .unit = "meals",
     .hxl = "#output+given+num"},
    {.name = "left",
     .title = "left",
     .type = ALM_QUANTITY,
     .flags = ALM_TOTAL,
     .unit = "meals",
     .hxl = "#output+left+num"},
    {.name = "cost", .title = "cost", .type = ALM_MONEY, .flags = ALM_TOTAL, .hxl = "#value"},
    {.name = "cost_per_meal", .title = "cost per meal cooked", .type = ALM_MONEY, .hxl = "#value+unit"},
    {.name = "thrown",
     .title = "thrown away",
     .type = ALM_QUANTITY,
     .flags = ALM_TOTAL,
     .unit = "meals",
     .hxl = "#output+thrown+num"},
};

static const struct alm_column cost_columns[] = {
    {.name = "kitchen", .title = "kitchen", .type = ALM_STRING, .hxl = "#org+impl+code"},
    {.name = "month", .title = "month", .type = ALM_MONTH, .hxl = "#date+month"},
    {.name = "batches", .title = "batches", .type = ALM_INT, .flags = ALM_TOTAL, .hxl = "#output+batches+num"},
    {.name = "portions",
     .title = "cooked",
     .type = ALM_QUANTITY,
     .flags = ALM_TOTAL,
     .unit = "meals",
     .hxl = "#output+cooked+num"},
    {.name = "given",
     .title = "given",
     .type = ALM_QUANTITY,
     .flags = ALM_TOTAL,
     .unit = "meals",
     .hxl = "#output+given+num"},
    {.name = "thrown",
     .title = "thrown away",
     .type = ALM_QUANTITY,
     .flags = ALM_TOTAL,
     .unit = "meals",
     .hxl = "#output+thrown+num"},
    {.name = "cost", .title = "cost", .type = ALM_MONEY, .flags = ALM_TOTAL, .hxl = "#value"},
    {.name = "cost_per_meal", .title = "cost per meal cooked", .type = ALM_MONEY, .hxl = "#value+unit"},
    {.name = "cost_per_given", .title = "cost per meal given", .type = ALM_MONEY, .hxl = "#value+unit+given"},
};

static const struct alm_report reports[] = {
    {.name = "kitchens",
     .summary = "what each kitchen cooked, what was given of it, and what it cost",
     .columns = kitchen_columns,
     .n_columns = COUNT_OF(kitchen_columns),
     .options = span_options,
     .n_options = COUNT_OF(span_options),
     .run = meals_kitchen_report},
    {.name = "costs",
     .summary = "what a meal costs, by kitchen and month",
     .columns = cost_columns,
     .n_columns = COUNT_OF(cost_columns),
     .options = cost_options,
     .n_options = COUNT_OF(cost_options),
     .run = meals_cost_report},
};

ALM_PLUGIN(.name = "meals", .version = "1.0",
           .summary = "Hot meals, cooked in batches, for every member of a household", .kind = ALM_KIND_PROGRAMME,
           .settings = {.rows = settings,
                        .n_rows = COUNT_OF(settings),
                        .groups = groups,
                        .n_groups = COUNT_OF(groups),
                        .size = sizeof(struct meals_settings),
                        .check = check},
           .start = start, .stop = stop, .commands = commands, .n_commands = COUNT_OF(commands), .reports = reports,
           .n_reports = COUNT_OF(reports), .migrations = schema, .n_migrations = COUNT_OF(schema),
           .programme = &programme)
