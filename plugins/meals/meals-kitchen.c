/* SPDX-License-Identifier: MIT */
/* Kitchens: entered, listed, imported. */
#include "meals.h"

struct kitchen {
    const char *code;
    const char *name;
    int64_t area;     /* ALM_NULL: everywhere */
    int64_t capacity; /* thousandths; ALM_NULL: no limit */
    int64_t depot;    /* ALM_NULL: it keeps no goods */
};

enum alm_status meals_to_quantity(int64_t meals, const char *what, alm_quantity *quantity, struct alm_error *err)
{
    if (meals < 1 || meals > 1000000)
        return alm_fail(err, ALM_BAD_DATA, "write a number from 1 to 1000000", "%s: %lld is no number of meals", what,
                        (long long)meals);
    *quantity = meals * ALM_UNIT;
    return ALM_OK;
}

enum alm_status meals_check_code(const char *code, struct alm_error *err)
{
    char folded[MEALS_MAX_CODE + 1]; /* blanks alone are no code */
    if (strlen(code) > MEALS_MAX_CODE || !alm_code(code, folded, sizeof folded))
        return alm_fail(err, ALM_BAD_DATA, "write for example K1", "a code has 1 to %d bytes", MEALS_MAX_CODE);
    return ALM_OK;
}

/* ---- add, edit, import ---- */

static enum alm_status insert(const struct alm_host *host, const struct kitchen *k, bool *added, struct alm_error *err)
{
    int64_t changes = 0;
    enum alm_status status =
        meals_run(host, &changes, err,
                  "INSERT INTO meals_kitchen (programme, code, name, area, capacity, depot) "
                  "VALUES ($1, $2, $3, $4, $5, $6) "
                  "ON CONFLICT (programme, code) DO NOTHING",
                  "ittiii", host->programme_id(host), k->code, k->name, k->area, k->capacity, k->depot);
    *added = changes > 0;
    return status;
}

static enum alm_status update(const struct alm_host *host, const struct kitchen *k, struct alm_error *err)
{
    return meals_run(host, NULL, err,
                     "UPDATE meals_kitchen SET name = $3, area = $4, capacity = $5, depot = $6 "
                     "WHERE programme = $1 AND code = $2",
                     "ittiii", host->programme_id(host), k->code, k->name, k->area, k->capacity, k->depot);
}

/* What was given on the command line over what `k` holds. */
static enum alm_status take_options(const struct alm_host *host, const struct alm_args *args, struct kitchen *k,
                                    struct alm_error *err)
{
    const char *area = alm_arg_text(args, "area");
    const char *depot = alm_arg_text(args, "depot");
    const char *name = alm_arg_text(args, "name");
    enum alm_status status = meals_check_code(k->code, err);
    if (name)
        k->name = name;
    if (status == ALM_OK && !*k->name)
        status = alm_fail(err, ALM_BAD_DATA, "write --name NAME", "the name is empty");
    if (status == ALM_OK && area)
        status = host->find(host, ALM_NOUN_AREA, area, &k->area, err);
    if (status == ALM_OK && alm_arg(args, "capacity")->count)
        status = meals_to_quantity(alm_arg_number(args, "capacity", 0), "--capacity", &k->capacity, err);
    if (status == ALM_OK && depot)
        status = host->find(host, ALM_NOUN_DEPOT, depot, &k->depot, err);
    return status;
}

enum alm_status meals_kitchen_add(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    (void)state;
    struct kitchen k = {.code = alm_arg_text(args, "code"), .area = ALM_NULL, .capacity = ALM_NULL, .depot = ALM_NULL};
    bool added = false;
    enum alm_status status = take_options(host, args, &k, err);
    if (status == ALM_OK)
        status = insert(host, &k, &added, err);
    if (status == ALM_OK && !added) {
        char hint[200];
        snprintf(hint, sizeof hint, "almoner %s kitchen edit %s changes it", host->programme_name(host), k.code);
        status = alm_fail(err, ALM_BAD_DATA, hint, "there is a kitchen '%s' already", k.code);
    }
    return status;
}

/* The kitchen of k->code into the rest of `k`; its name is copied to host memory. */
static enum alm_status read_kitchen(const struct alm_host *host, struct kitchen *k, bool *found, struct alm_error *err)
{
    struct alm_statement *st;
    enum alm_status status = meals_query(
        host, &st, err, "SELECT name, area, capacity, depot FROM meals_kitchen WHERE programme = $1 AND code = $2",
        "it", host->programme_id(host), k->code);
    if (status == ALM_OK)
        status = host->step(host, st, found, err);
    if (status != ALM_OK || !*found)
        return status;
    const char *name = host->column_text(host, st, 0);
    char *copy = host->alloc(host, strlen(name) + 1);
    if (!copy)
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    k->name = strcpy(copy, name);
    k->area = meals_column_int(host, st, 1);
    k->capacity = meals_column_int(host, st, 2);
    k->depot = meals_column_int(host, st, 3);
    return ALM_OK;
}

static enum alm_status no_kitchen(const struct alm_host *host, const char *code, struct alm_error *err)
{
    char hint[160];
    snprintf(hint, sizeof hint, "almoner %s kitchen list shows them", host->programme_name(host));
    return alm_fail(err, ALM_BAD_DATA, hint, "there is no kitchen '%.60s'", code);
}

enum alm_status meals_kitchen_edit(const struct alm_host *host, void *state, const struct alm_args *args,
                                   struct alm_error *err)
{
    (void)state;
    struct kitchen k = {.code = alm_arg_text(args, "code")};
    bool found = false;
    if (!alm_arg(args, "name")->count && !alm_arg(args, "area")->count && !alm_arg(args, "capacity")->count &&
        !alm_arg(args, "depot")->count)
        return alm_fail(err, ALM_USAGE, "write --name, --area, --capacity or --depot", "there is nothing to change");
    enum alm_status status = read_kitchen(host, &k, &found, err);
    if (status == ALM_OK && !found)
        status = no_kitchen(host, k.code, err);
    if (status == ALM_OK)
        status = take_options(host, args, &k, err);
    if (status == ALM_OK)
        status = update(host, &k, err);
    return status;
}

enum { CODE, NAME, AREA, CAPACITY, DEPOT };
static const struct alm_import_column import_columns[] = {
    [CODE] = {.name = "code", .aliases = "kitchen|کد|آشپزخانه", .type = ALM_STRING, .flags = ALM_REQUIRED},
    [NAME] = {.name = "name", .aliases = "نام", .type = ALM_STRING, .flags = ALM_REQUIRED},
    [AREA] = {.name = "area", .aliases = "محدوده", .type = ALM_ID, .noun = ALM_NOUN_AREA},
    [CAPACITY] = {.name = "capacity", .aliases = "ظرفیت", .type = ALM_INT},
    [DEPOT] = {.name = "depot", .aliases = "انبار", .type = ALM_ID, .noun = ALM_NOUN_DEPOT},
};

static enum alm_status import_row(const struct alm_host *host, void *context, const struct alm_value *values,
                                  enum alm_row_outcome *outcome, struct alm_error *err)
{
    (void)context;
    struct kitchen k = {.code = values[CODE].text,
                        .name = values[NAME].text,
                        .area = values[AREA].is_null ? ALM_NULL : values[AREA].number,
                        .capacity = ALM_NULL,
                        .depot = values[DEPOT].is_null ? ALM_NULL : values[DEPOT].number};
    bool added = false;
    enum alm_status status = meals_check_code(k.code, err);
    if (status == ALM_OK && !values[CAPACITY].is_null)
        status = meals_to_quantity(values[CAPACITY].number, "capacity", &k.capacity, err);
    if (status == ALM_OK)
        status = insert(host, &k, &added, err);
    *outcome = ALM_ROW_NEW;
    if (status != ALM_OK || added)
        return status;

    struct alm_statement *st;
    bool row = false;
    status = meals_query(host, &st, err,
                         "SELECT name, area, capacity, depot FROM meals_kitchen WHERE programme = $1 AND code = $2",
                         "it", host->programme_id(host), k.code);
    if (status == ALM_OK)
        status = host->step(host, st, &row, err);
    if (status != ALM_OK)
        return status;
    bool same = row && strcmp(host->column_text(host, st, 0), k.name) == 0 && meals_column_int(host, st, 1) == k.area &&
                meals_column_int(host, st, 2) == k.capacity && meals_column_int(host, st, 3) == k.depot;
    *outcome = same ? ALM_ROW_SAME : ALM_ROW_CHANGED;
    return same ? ALM_OK : update(host, &k, err);
}

enum alm_status meals_kitchen_import(const struct alm_host *host, void *state, const struct alm_args *args,
                                     struct alm_error *err)
{
    (void)state;
    const struct alm_import import = {.file = alm_arg_text(args, "file"),
                                      .columns = import_columns,
                                      .n_columns = COUNT_OF(import_columns),
                                      .row = import_row};
    return host->import(host, &import, err);
}

enum alm_status meals_kitchen_lock(const struct alm_host *host, const char *code, int64_t *capacity, int64_t *depot,
                                   struct alm_error *err)
{
    struct alm_statement *st;
    bool row = false;
    bool found = false;
    /* The update locks the kitchen, so that two batches at once cannot both pass the limit. */
    enum alm_status status = meals_query(host, &st, err,
                                         "UPDATE meals_kitchen SET capacity = capacity "
                                         "WHERE programme = $1 AND code = $2 RETURNING capacity, depot",
                                         "it", host->programme_id(host), code);
    while (status == ALM_OK && (status = host->step(host, st, &row, err)) == ALM_OK && row) {
        *capacity = meals_column_int(host, st, 0);
        *depot = meals_column_int(host, st, 1);
        found = true;
    }
    return status == ALM_OK && !found ? no_kitchen(host, code, err) : status;
}

/* ---- list ---- */

enum alm_status meals_kitchen_list(const struct alm_host *host, void *state, const struct alm_args *args,
                                   struct alm_error *err)
{
    static const struct alm_column columns[] = {
        {.name = "code", .title = "code", .type = ALM_STRING},
        {.name = "name", .title = "name", .type = ALM_STRING},
        {.name = "area", .title = "area", .type = ALM_STRING},
        {.name = "capacity", .title = "capacity", .type = ALM_QUANTITY, .unit = "meals a day"},
        {.name = "depot", .title = "depot", .type = ALM_STRING},
    };
    (void)state;
    (void)args;
    struct alm_statement *st;
    bool row = true;
    enum alm_status status = meals_query(host, &st, err,
                                         "SELECT code, name, area, capacity, depot FROM meals_kitchen "
                                         "WHERE programme = $1 ORDER BY code COLLATE \"C\"",
                                         "i", host->programme_id(host));
    if (status == ALM_OK)
        status = host->table_begin(host, "kitchens", columns, COUNT_OF(columns), err);
    while (status == ALM_OK && (status = host->step(host, st, &row, err)) == ALM_OK && row) {
        char area[120] = "";
        char depot[120] = "";
        int64_t id = meals_column_int(host, st, 2);
        int64_t depot_id = meals_column_int(host, st, 4);
        if (id != ALM_NULL)
            status = host->name_of(host, ALM_NOUN_AREA, id, area, sizeof area, err);
        if (status == ALM_OK && depot_id != ALM_NULL)
            status = host->name_of(host, ALM_NOUN_DEPOT, depot_id, depot, sizeof depot, err);
        const struct alm_value values[] = {
            alm_string(host->column_text(host, st, 0)), alm_string(host->column_text(host, st, 1)),
            id == ALM_NULL ? alm_null() : alm_string(area), alm_number_or_null(meals_column_int(host, st, 3)),
            depot_id == ALM_NULL ? alm_null() : alm_string(depot)};
        if (status == ALM_OK)
            status = host->row(host, values, err);
    }
    return status == ALM_OK ? host->table_end(host, err) : status;
}
