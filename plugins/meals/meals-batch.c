/* SPDX-License-Identifier: MIT */
/* Batches: cooked, imported, listed. */
#include "meals.h"

struct new_batch {
    const char *code;
    const char *kitchen;
    alm_date date;
    int64_t slot;
    int64_t cooked_at; /* ALM_NULL: not known */
    alm_quantity portions;
    int64_t cost;                      /* ALM_NULL: not known */
    const struct meals_recipe *recipe; /* NULL: its goods are not drawn */
    int64_t depot;                     /* of its kitchen; ALM_NULL: none */
};

/* The batch by itself: its code, slot, cost and time are possible. */
static enum alm_status check_batch(const struct alm_host *host, const struct meals *meals, const struct new_batch *b,
                                   struct alm_error *err)
{
    if (!(meals->served & 1u << b->slot)) {
        char hint[160];
        snprintf(hint, sizeof hint, "the key slots of programme %s lists the meals that are",
                 host->programme_name(host));
        return alm_fail(err, ALM_BAD_DATA, hint, "%s is not served", meals_slot_names[b->slot]);
    }
    /* Tomorrow's sahari is cooked today. */
    if (b->date > host->today(host) + 1)
        return alm_fail(err, ALM_BAD_DATA, "enter it when it is cooked", "the day of the batch is still to come");
    if (b->cost != ALM_NULL && b->cost < 0)
        return alm_fail(err, ALM_BAD_DATA, "leave it out if it is not known", "the cost is less than nothing");
    /* A day's sahari is cooked before midnight in some kitchens, and times may come in any zone. */
    if (b->cooked_at != ALM_NULL &&
        (b->cooked_at < ((int64_t)b->date - 1) * 86400 || b->cooked_at >= ((int64_t)b->date + 2) * 86400))
        return alm_fail(err, ALM_BAD_DATA, "mend the date or the time",
                        "the time of cooking lies on another day than the batch");
    return ALM_OK;
}

/* The kitchen exists, and its other batches of the day leave room for this one. */
static enum alm_status check_capacity(const struct alm_host *host, struct new_batch *b, struct alm_error *err)
{
    struct alm_statement *st;
    int64_t capacity = ALM_NULL;
    bool row = false;
    enum alm_status status = meals_kitchen_lock(host, b->kitchen, &capacity, &b->depot, err);
    if (status != ALM_OK || capacity == ALM_NULL)
        return status;
    status = meals_query(host, &st, err,
                         "SELECT CAST(COALESCE(SUM(b.portions), 0) AS BIGINT) "
                         "FROM meals_day d JOIN meals_batch b ON b.programme = d.programme AND b.code = d.code "
                         "WHERE d.programme = $1 AND d.date = $2 AND d.kitchen = $3 AND d.code <> $4",
                         "iitt", host->programme_id(host), (int64_t)b->date, b->kitchen, b->code);
    if (status == ALM_OK)
        status = host->step(host, st, &row, err);
    if (status != ALM_OK)
        return status;
    int64_t cooked = host->column_int(host, st, 0);
    if (cooked + b->portions <= capacity)
        return ALM_OK;
    char most[32];
    char have[32];
    char day[32];
    char hint[160];
    meals_format_quantity(capacity, most, sizeof most);
    meals_format_quantity(cooked, have, sizeof have);
    host->format_date(host, b->date, day, sizeof day);
    snprintf(hint, sizeof hint, "almoner %s kitchen edit %.60s --capacity N raises it", host->programme_name(host),
             b->kitchen);
    return alm_fail(err, ALM_REFUSED, hint, "kitchen %.60s cooks at most %s meals a day and has %s on %s already",
                    b->kitchen, most, have, day);
}

static enum alm_status add_to_day(const struct alm_host *host, const struct new_batch *b, struct alm_error *err)
{
    return meals_run(host, NULL, err, "INSERT INTO meals_day (programme, date, kitchen, code) VALUES ($1, $2, $3, $4)",
                     "iitt", host->programme_id(host), (int64_t)b->date, b->kitchen, b->code);
}

static enum alm_status insert(const struct alm_host *host, const struct new_batch *b, bool *added,
                              struct alm_error *err)
{
    int64_t changes = 0;
    enum alm_status status = meals_run(
        host, &changes, err,
        "INSERT INTO meals_batch (programme, code, kitchen, date, slot, cooked_at, portions, given, cost, recipe) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9) "
        "ON CONFLICT (programme, code) DO NOTHING",
        "ittiiiiit", host->programme_id(host), b->code, b->kitchen, (int64_t)b->date, b->slot, b->cooked_at,
        b->portions, b->cost, b->recipe ? b->recipe->name : NULL);
    *added = status == ALM_OK && changes > 0;
    return *added ? add_to_day(host, b, err) : status;
}

/* The goods of a new batch leave the kitchen's depot; what it costs is then known with them. */
static enum alm_status use_recipe(const struct alm_host *host, struct new_batch *b, struct alm_error *err)
{
    const struct meals_making making = {b->code, b->kitchen, b->depot, b->date, b->portions};
    const int64_t work = b->cost == ALM_NULL ? 0 : b->cost;
    if (!b->recipe)
        return ALM_OK;
    enum alm_status status = meals_recipe_cook(host, b->recipe, &making, &b->cost, err);
    if (status != ALM_OK)
        return status;
    return meals_run(host, NULL, err, "UPDATE meals_batch SET cost = $3, work = $4 WHERE programme = $1 AND code = $2",
                     "itii", host->programme_id(host), b->code, b->cost, work);
}

/* ---- the table of batches ---- */

static const struct alm_column batch_columns[] = {
    {.name = "code", .title = "batch", .type = ALM_STRING},
    {.name = "kitchen", .title = "kitchen", .type = ALM_STRING},
    {.name = "date", .title = "date", .type = ALM_DATE},
    {.name = "slot", .title = "meal", .type = ALM_ENUM, .choices = meals_slot_names},
    {.name = "cooked_at", .title = "cooked at", .type = ALM_TIME},
    {.name = "portions", .title = "cooked", .type = ALM_QUANTITY, .flags = ALM_TOTAL, .unit = "meals"},
    {.name = "given", .title = "given", .type = ALM_QUANTITY, .flags = ALM_TOTAL, .unit = "meals"},
    {.name = "left", .title = "left", .type = ALM_QUANTITY, .flags = ALM_TOTAL, .unit = "meals"},
    {.name = "cost", .title = "cost", .type = ALM_MONEY, .flags = ALM_TOTAL},
    {.name = "recipe", .title = "recipe", .type = ALM_STRING, .flags = ALM_OPTIONAL},
    {.name = "thrown", .title = "thrown away", .type = ALM_QUANTITY, .flags = ALM_TOTAL, .unit = "meals"},
    {.name = "hot_until", .title = "held hot until", .type = ALM_TIME, .flags = ALM_OPTIONAL},
    {.name = "closed", .title = "closed at", .type = ALM_TIME, .flags = ALM_OPTIONAL},
};

/* What became of a batch. */
struct fate {
    alm_quantity given;
    alm_quantity thrown;
    int64_t hot_until; /* ALM_NULL: not written down, as the next one */
    int64_t closed;
};

static enum alm_status emit_batch(const struct alm_host *host, const struct new_batch *b, const char *recipe,
                                  const struct fate *fate, struct alm_error *err)
{
    const struct alm_value values[] = {
        alm_string(b->code),
        alm_string(b->kitchen),
        alm_number(b->date),
        {.number = b->slot, .text = meals_slot_names[b->slot]},
        alm_number_or_null(b->cooked_at),
        alm_number(b->portions),
        alm_number(fate->given),
        alm_number(b->portions - fate->given - fate->thrown),
        alm_number_or_null(b->cost),
        alm_string(recipe),
        alm_number(fate->thrown),
        alm_number_or_null(fate->hot_until),
        alm_number_or_null(fate->closed),
    };
    return host->row(host, values, err);
}

#define LIST                                                                                                           \
    "SELECT code, kitchen, date, slot, cooked_at, portions, given, cost, recipe, COALESCE(thrown, 0), hot_until, "     \
    "closed FROM meals_batch "                                                                                         \
    "WHERE programme = $1 AND date BETWEEN $2 AND $3 "
#define LIST_ORDER "ORDER BY date DESC, slot DESC, code COLLATE \"C\" DESC"

enum alm_status meals_batch_list(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    (void)state;
    struct alm_statement *st;
    bool row = true;
    const char *kitchen = alm_arg_text(args, "kitchen");
    int64_t from = alm_arg_number(args, "date", INT32_MIN);
    int64_t to = alm_arg_number(args, "date", INT32_MAX);
    enum alm_status status =
        kitchen ? meals_query(host, &st, err, LIST "AND kitchen = $4 " LIST_ORDER, "iiit", host->programme_id(host),
                              from, to, kitchen)
                : meals_query(host, &st, err, LIST LIST_ORDER, "iii", host->programme_id(host), from, to);
    if (status == ALM_OK)
        status = host->table_begin(host, "batches", batch_columns, COUNT_OF(batch_columns), err);
    while (status == ALM_OK && (status = host->step(host, st, &row, err)) == ALM_OK && row) {
        const struct new_batch b = {.code = host->column_text(host, st, 0),
                                    .kitchen = host->column_text(host, st, 1),
                                    .date = (alm_date)host->column_int(host, st, 2),
                                    .slot = host->column_int(host, st, 3),
                                    .cooked_at = meals_column_int(host, st, 4),
                                    .portions = host->column_int(host, st, 5),
                                    .cost = meals_column_int(host, st, 7)};
        const struct fate fate = {host->column_int(host, st, 6), host->column_int(host, st, 9),
                                  meals_column_int(host, st, 10), meals_column_int(host, st, 11)};
        status = emit_batch(host, &b, host->column_text(host, st, 8), &fate, err);
    }
    return status == ALM_OK ? host->table_end(host, err) : status;
}

/* ---- cook ---- */

/* KITCHEN-13990915-lunch, and with -2, -3 ... where that is taken. */
static enum alm_status insert_by_default_code(const struct alm_host *host, struct new_batch *b, char *code, size_t size,
                                              struct alm_error *err)
{
    int32_t year;
    int32_t month;
    int32_t day;
    bool added = false;
    enum alm_status status = ALM_OK;
    host->solar_date(b->date, &year, &month, &day);
    size_t len =
        (size_t)snprintf(code, size, "%.60s-%04d%02d%02d-%s", b->kitchen, year, month, day, meals_slot_names[b->slot]);
    b->code = code;
    for (int n = 2; status == ALM_OK && !added && n <= 1000; n++) {
        status = insert(host, b, &added, err);
        if (!added)
            snprintf(code + len, size - len, "-%d", n);
    }
    if (status == ALM_OK && !added)
        status =
            alm_fail(err, ALM_BAD_DATA, "give it a --code", "there are a thousand batches of that kitchen and meal");
    return status;
}

enum alm_status meals_cook(const struct alm_host *host, void *state, const struct alm_args *args, struct alm_error *err)
{
    const struct meals *meals = state;
    const struct fate fate = {.hot_until = ALM_NULL, .closed = ALM_NULL};
    const char *recipe = alm_arg_text(args, "recipe");
    char code[128];
    bool added = false;
    struct new_batch b = {.code = alm_arg_text(args, "code"),
                          .kitchen = alm_arg_text(args, "kitchen"),
                          .slot = alm_arg_number(args, "slot", meals->first_slot),
                          .cooked_at = alm_arg_number(args, "time", ALM_NULL),
                          .cost = alm_arg_number(args, "cost", ALM_NULL)};
    alm_date today = host->today(host);
    b.date = (alm_date)alm_arg_number(args, "date", today);
    if (b.cooked_at == ALM_NULL && b.date == today)
        b.cooked_at = host->now(host);
    enum alm_status status = meals_to_quantity(alm_arg_number(args, "portions", 0), "--portions", &b.portions, err);
    if (status == ALM_OK && b.code)
        status = meals_check_code(b.code, err);
    if (status == ALM_OK && recipe)
        status = meals_recipe_find(meals->settings, recipe, &b.recipe, err);
    if (status == ALM_OK)
        status = check_batch(host, meals, &b, err);
    if (status != ALM_OK)
        return status;

    const char *given_code = b.code;
    if (!b.code)
        b.code = ""; /* no batch is left out of the kitchen's sum */
    status = check_capacity(host, &b, err);
    if (status != ALM_OK)
        return status;
    if (given_code) {
        status = insert(host, &b, &added, err);
        if (status == ALM_OK && !added)
            status = alm_fail(err, ALM_BAD_DATA, "leave --code out, or choose another", "there is a batch '%s' already",
                              b.code);
    } else {
        status = insert_by_default_code(host, &b, code, sizeof code, err);
    }
    if (status == ALM_OK)
        status = use_recipe(host, &b, err);
    struct alm_column columns[COUNT_OF(batch_columns) - 3]; /* one batch has no total, and nothing became of it yet */
    memcpy(columns, batch_columns, sizeof columns);
    for (size_t i = 0; i < COUNT_OF(columns); i++)
        columns[i].flags &= ~(uint32_t)ALM_TOTAL;
    if (status == ALM_OK)
        status = host->table_begin(host, "batch", columns, COUNT_OF(columns), err);
    if (status == ALM_OK)
        status = emit_batch(host, &b, recipe, &fate, err);
    return status == ALM_OK ? host->table_end(host, err) : status;
}

/* ---- import ---- */

enum { CODE, KITCHEN, DATE, SLOT, TIME, PORTIONS, COST, RECIPE };
static const struct alm_import_column import_columns[] = {
    [CODE] = {.name = "code", .aliases = "batch|کد", .type = ALM_STRING, .flags = ALM_REQUIRED},
    [KITCHEN] = {.name = "kitchen", .aliases = "آشپزخانه", .type = ALM_STRING, .flags = ALM_REQUIRED},
    [DATE] = {.name = "date", .aliases = "تاریخ", .type = ALM_DATE, .flags = ALM_REQUIRED},
    [SLOT] = {.name = "slot", .aliases = "meal|وعده", .type = ALM_ENUM, .choices = meals_slot_names},
    [TIME] = {.name = "time", .aliases = "cooked_at|زمان", .type = ALM_TIME},
    [PORTIONS] = {.name = "portions", .aliases = "تعداد", .type = ALM_INT, .flags = ALM_REQUIRED},
    [COST] = {.name = "cost", .aliases = "هزینه", .type = ALM_MONEY},
    [RECIPE] = {.name = "recipe", .aliases = "دستور پخت", .type = ALM_STRING},
};

/* A batch that is known, as the store has it. */
struct known {
    char kitchen[MEALS_MAX_CODE + 1];
    int64_t date, slot, cooked_at, cost, work;
    alm_quantity portions, given;
    bool closed, has_recipe, same_recipe;
};

static enum alm_status read_known(const struct alm_host *host, const struct new_batch *b, struct known *k,
                                  struct alm_error *err)
{
    struct alm_statement *st;
    bool row = false;
    enum alm_status status =
        meals_query(host, &st, err,
                    "SELECT kitchen, date, slot, cooked_at, portions, given, cost, work, closed, recipe "
                    "FROM meals_batch WHERE programme = $1 AND code = $2",
                    "it", host->programme_id(host), b->code);
    if (status == ALM_OK)
        status = host->step(host, st, &row, err);
    if (status != ALM_OK)
        return status;
    *k = (struct known){.date = host->column_int(host, st, 1),
                        .slot = host->column_int(host, st, 2),
                        .cooked_at = meals_column_int(host, st, 3),
                        .portions = host->column_int(host, st, 4),
                        .given = host->column_int(host, st, 5),
                        .cost = meals_column_int(host, st, 6),
                        .work = host->column_int(host, st, 7),
                        .closed = !host->column_is_null(host, st, 8),
                        .has_recipe = !host->column_is_null(host, st, 9)};
    snprintf(k->kitchen, sizeof k->kitchen, "%s", host->column_text(host, st, 0));
    /* A list without recipes says nothing of them. */
    k->same_recipe = !b->recipe || (k->has_recipe && strcmp(host->column_text(host, st, 9), b->recipe->name) == 0);
    return ALM_OK;
}

/* Whether what the row changes may still change; `same_pot`: neither kitchen, day, meal nor portions do. */
static enum alm_status check_change(const struct alm_host *host, const struct new_batch *b, const struct known *k,
                                    bool same_place, bool same_pot, struct alm_error *err)
{
    char text[32];
    char hint[160];
    if (k->given > b->portions || (k->given > 0 && !same_place)) {
        meals_format_quantity(k->given, text, sizeof text);
        return alm_fail(err, ALM_REFUSED, "enter a batch with another code", "%s meals of batch %s were given already",
                        text, b->code);
    }
    if (!k->same_recipe || (k->has_recipe && !same_pot))
        return alm_fail(err, ALM_REFUSED, "enter a batch with another code",
                        k->has_recipe ? "the goods of batch %s have left the stock"
                                      : "batch %s was cooked without a recipe",
                        b->code);
    if (k->closed && !same_pot) {
        snprintf(hint, sizeof hint, "almoner %s reopen %.60s opens it again", host->programme_name(host), b->code);
        return alm_fail(err, ALM_REFUSED, hint, "batch %s is closed", b->code);
    }
    return ALM_OK;
}

static enum alm_status change_batch(const struct alm_host *host, struct new_batch *b, enum alm_row_outcome *outcome,
                                    struct alm_error *err)
{
    struct known k;
    enum alm_status status = read_known(host, b, &k, err);
    if (status != ALM_OK)
        return status;
    int64_t work = ALM_NULL;
    if (k.has_recipe) {
        work = b->cost == ALM_NULL ? 0 : b->cost;
        b->cost = k.cost == ALM_NULL ? ALM_NULL : k.cost - k.work + work;
    }
    const bool same_kitchen = strcmp(k.kitchen, b->kitchen) == 0;
    const bool same_place = same_kitchen && k.date == b->date && k.slot == b->slot;
    const bool same_pot = same_place && k.portions == b->portions;
    *outcome = ALM_ROW_SAME;
    if (same_pot && k.same_recipe && k.cooked_at == b->cooked_at && k.cost == b->cost &&
        (!k.has_recipe || k.work == work))
        return ALM_OK;
    *outcome = ALM_ROW_CHANGED;
    status = check_change(host, b, &k, same_place, same_pot, err);
    if (status == ALM_OK && !same_pot)
        status = check_capacity(host, b, err);
    if (status == ALM_OK && !same_place) {
        status = meals_run(host, NULL, err,
                           "DELETE FROM meals_day WHERE programme = $1 AND date = $2 AND kitchen = $3 AND code = $4",
                           "iitt", host->programme_id(host), k.date, k.kitchen, b->code);
        if (status == ALM_OK)
            status = add_to_day(host, b, err);
    }
    if (status != ALM_OK)
        return status;
    return meals_run(host, NULL, err,
                     "UPDATE meals_batch SET kitchen = $3, date = $4, slot = $5, cooked_at = $6, portions = $7, "
                     "cost = $8, work = $9 WHERE programme = $1 AND code = $2",
                     "ittiiiiii", host->programme_id(host), b->code, b->kitchen, (int64_t)b->date, b->slot,
                     b->cooked_at, b->portions, b->cost, work);
}

static enum alm_status import_row(const struct alm_host *host, void *context, const struct alm_value *values,
                                  enum alm_row_outcome *outcome, struct alm_error *err)
{
    const struct meals *meals = context;
    bool added = false;
    struct new_batch b = {.code = values[CODE].text,
                          .kitchen = values[KITCHEN].text,
                          .date = (alm_date)values[DATE].number,
                          .slot = values[SLOT].is_null ? meals->first_slot : values[SLOT].number,
                          .cooked_at = values[TIME].is_null ? ALM_NULL : values[TIME].number,
                          .cost = values[COST].is_null ? ALM_NULL : values[COST].number};
    enum alm_status status = meals_check_code(b.code, err);
    if (status == ALM_OK && !values[RECIPE].is_null)
        status = meals_recipe_find(meals->settings, values[RECIPE].text, &b.recipe, err);
    if (status == ALM_OK)
        status = meals_to_quantity(values[PORTIONS].number, "portions", &b.portions, err);
    if (status == ALM_OK)
        status = check_batch(host, meals, &b, err);
    if (status == ALM_OK)
        status = insert(host, &b, &added, err);
    if (status != ALM_OK)
        return status;
    if (!added)
        return change_batch(host, &b, outcome, err);
    *outcome = ALM_ROW_NEW;
    status = check_capacity(host, &b, err);
    return status == ALM_OK ? use_recipe(host, &b, err) : status;
}

enum alm_status meals_batch_import(const struct alm_host *host, void *state, const struct alm_args *args,
                                   struct alm_error *err)
{
    const struct alm_import import = {.file = alm_arg_text(args, "file"),
                                      .columns = import_columns,
                                      .n_columns = COUNT_OF(import_columns),
                                      .row = import_row,
                                      .context = state};
    return host->import(host, &import, err);
}
