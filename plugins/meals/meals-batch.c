/* SPDX-License-Identifier: MIT */
/* Batches: cooked, imported, listed. */
#include "meals.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct new_batch {
    const char *code;
    const char *kitchen;
    alm_date date;
    int64_t slot;
    int64_t cooked_at; /* ALM_NULL: not known */
    alm_quantity portions;
    int64_t cost; /* ALM_NULL: not known */
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
static enum alm_status check_capacity(const struct alm_host *host, const struct new_batch *b, struct alm_error *err)
{
    struct alm_statement *st;
    int64_t capacity = ALM_NULL;
    bool row = false;
    enum alm_status status = meals_kitchen_capacity(host, b->kitchen, &capacity, err);
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
    enum alm_status status =
        meals_run(host, &changes, err,
                  "INSERT INTO meals_batch (programme, code, kitchen, date, slot, cooked_at, portions, given, cost) "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8) "
                  "ON CONFLICT (programme, code) DO NOTHING",
                  "ittiiiii", host->programme_id(host), b->code, b->kitchen, (int64_t)b->date, b->slot, b->cooked_at,
                  b->portions, b->cost);
    *added = status == ALM_OK && changes > 0;
    return *added ? add_to_day(host, b, err) : status;
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
};

static struct alm_value number_or_null(int64_t number)
{
    return number == ALM_NULL ? alm_null() : alm_number(number);
}

static enum alm_status emit_batch(const struct alm_host *host, const struct new_batch *b, alm_quantity given,
                                  struct alm_error *err)
{
    const struct alm_value values[] = {
        alm_string(b->code),
        alm_string(b->kitchen),
        alm_number(b->date),
        {.number = b->slot, .text = meals_slot_names[b->slot]},
        number_or_null(b->cooked_at),
        alm_number(b->portions),
        alm_number(given),
        alm_number(b->portions - given),
        number_or_null(b->cost),
    };
    return host->row(host, values, err);
}

#define LIST                                                                                                           \
    "SELECT code, kitchen, date, slot, cooked_at, portions, given, cost FROM meals_batch "                             \
    "WHERE programme = $1 AND date BETWEEN $2 AND $3 "
#define LIST_ORDER "ORDER BY date, slot, code COLLATE \"C\""

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
        status = emit_batch(host, &b, host->column_int(host, st, 6), err);
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
    struct alm_column columns[COUNT_OF(batch_columns)]; /* one batch has no total */
    memcpy(columns, batch_columns, sizeof columns);
    for (size_t i = 0; i < COUNT_OF(columns); i++)
        columns[i].flags = 0;
    if (status == ALM_OK)
        status = host->table_begin(host, "batch", columns, COUNT_OF(columns), err);
    if (status == ALM_OK)
        status = emit_batch(host, &b, 0, err);
    return status == ALM_OK ? host->table_end(host, err) : status;
}

/* ---- import ---- */

enum { CODE, KITCHEN, DATE, SLOT, TIME, PORTIONS, COST };
static const struct alm_import_column import_columns[] = {
    [CODE] = {.name = "code", .aliases = "batch|کد", .type = ALM_STRING, .flags = ALM_REQUIRED},
    [KITCHEN] = {.name = "kitchen", .aliases = "آشپزخانه", .type = ALM_STRING, .flags = ALM_REQUIRED},
    [DATE] = {.name = "date", .aliases = "تاریخ", .type = ALM_DATE, .flags = ALM_REQUIRED},
    [SLOT] = {.name = "slot", .aliases = "meal|وعده", .type = ALM_ENUM, .choices = meals_slot_names},
    [TIME] = {.name = "time", .aliases = "cooked_at|زمان", .type = ALM_TIME},
    [PORTIONS] = {.name = "portions", .aliases = "تعداد", .type = ALM_INT, .flags = ALM_REQUIRED},
    [COST] = {.name = "cost", .aliases = "هزینه", .type = ALM_MONEY},
};

/* A batch that is known: what was given of it must still fit. */
static enum alm_status change_batch(const struct alm_host *host, const struct new_batch *b,
                                    enum alm_row_outcome *outcome, struct alm_error *err)
{
    struct alm_statement *st;
    bool row = false;
    enum alm_status status =
        meals_query(host, &st, err,
                    "SELECT kitchen, date, slot, cooked_at, portions, given, cost FROM meals_batch "
                    "WHERE programme = $1 AND code = $2",
                    "it", host->programme_id(host), b->code);
    if (status == ALM_OK)
        status = host->step(host, st, &row, err);
    if (status != ALM_OK)
        return status;
    char old_kitchen[MEALS_MAX_CODE + 1];
    int64_t old_date = host->column_int(host, st, 1);
    snprintf(old_kitchen, sizeof old_kitchen, "%s", host->column_text(host, st, 0));
    bool same_kitchen = strcmp(old_kitchen, b->kitchen) == 0;
    bool same_slot = old_date == b->date && host->column_int(host, st, 2) == b->slot;
    bool same_time = meals_column_int(host, st, 3) == b->cooked_at;
    bool same_portions = host->column_int(host, st, 4) == b->portions;
    bool same_cost = meals_column_int(host, st, 6) == b->cost;
    alm_quantity given = host->column_int(host, st, 5);
    *outcome = ALM_ROW_SAME;
    if (same_kitchen && same_slot && same_time && same_portions && same_cost)
        return ALM_OK;
    if (given > b->portions || (given > 0 && !(same_slot && same_kitchen))) {
        char text[32];
        meals_format_quantity(given, text, sizeof text);
        return alm_fail(err, ALM_REFUSED, "enter a batch with another code", "%s meals of batch %s were given already",
                        text, b->code);
    }
    *outcome = ALM_ROW_CHANGED;
    if (!same_kitchen || !same_slot || !same_portions)
        status = check_capacity(host, b, err);
    if (status == ALM_OK && !(same_kitchen && same_slot)) {
        status = meals_run(host, NULL, err,
                           "DELETE FROM meals_day WHERE programme = $1 AND date = $2 AND kitchen = $3 AND code = $4",
                           "iitt", host->programme_id(host), old_date, old_kitchen, b->code);
        if (status == ALM_OK)
            status = add_to_day(host, b, err);
    }
    if (status != ALM_OK)
        return status;
    return meals_run(
        host, NULL, err,
        "UPDATE meals_batch SET kitchen = $3, date = $4, slot = $5, cooked_at = $6, portions = $7, cost = $8 "
        "WHERE programme = $1 AND code = $2",
        "ittiiiii", host->programme_id(host), b->code, b->kitchen, (int64_t)b->date, b->slot, b->cooked_at, b->portions,
        b->cost);
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
    if (status == ALM_OK)
        status = meals_to_quantity(values[PORTIONS].number, "portions", &b.portions, err);
    if (status == ALM_OK)
        status = check_batch(host, meals, &b, err);
    if (status == ALM_OK)
        status = insert(host, &b, &added, err);
    if (status != ALM_OK)
        return status;
    *outcome = ALM_ROW_NEW;
    return added ? check_capacity(host, &b, err) : change_batch(host, &b, outcome, err);
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
