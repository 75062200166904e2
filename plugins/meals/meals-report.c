/* SPDX-License-Identifier: MIT */
/* Reports: what each kitchen cooked, and what a meal costs. */
#include "meals.h"

enum alm_status meals_kitchen_report(const struct alm_host *host, void *state, const struct alm_args *args,
                                     struct alm_error *err)
{
    (void)state;
    struct alm_statement *st;
    bool row = true;
    enum alm_status status =
        meals_query(host, &st, err,
                    "SELECT k.code, k.name, b.batches, b.portions, b.given, b.cost, b.costed, b.thrown "
                    "FROM meals_kitchen k "
                    "LEFT JOIN (SELECT kitchen, COUNT(*) AS batches, CAST(SUM(portions) AS BIGINT) AS portions, "
                    "CAST(SUM(given) AS BIGINT) AS given, CAST(SUM(cost) AS BIGINT) AS cost, "
                    "CAST(SUM(CASE WHEN cost IS NULL THEN 0 ELSE portions END) AS BIGINT) AS costed, "
                    "CAST(SUM(COALESCE(thrown, 0)) AS BIGINT) AS thrown "
                    "FROM meals_batch WHERE programme = $1 AND date BETWEEN $2 AND $3 GROUP BY kitchen) b "
                    "ON b.kitchen = k.code "
                    "WHERE k.programme = $1 ORDER BY k.code COLLATE \"C\"",
                    "iii", host->programme_id(host), alm_arg_number(args, "from", INT32_MIN),
                    alm_arg_number(args, "to", INT32_MAX));
    while (status == ALM_OK && (status = host->step(host, st, &row, err)) == ALM_OK && row) {
        int64_t portions = host->column_int(host, st, 3);
        int64_t given = host->column_int(host, st, 4);
        int64_t cost = meals_column_int(host, st, 5);
        int64_t costed = host->column_int(host, st, 6);
        int64_t thrown = host->column_int(host, st, 7);
        const struct alm_value values[] = {
            alm_string(host->column_text(host, st, 0)),
            alm_string(host->column_text(host, st, 1)),
            alm_number(host->column_int(host, st, 2)),
            alm_number(portions),
            alm_number(given),
            alm_number(portions - given - thrown),
            alm_number_or_null(cost),
            cost == ALM_NULL || !costed ? alm_null() : alm_number(meals_share(cost, ALM_UNIT, costed)),
            alm_number(thrown),
        };
        status = host->row(host, values, err);
    }
    return status;
}

/* ---- cost per meal, by kitchen and month ---- */

/* One kitchen's batches of a month. */
struct cost {
    char kitchen[MEALS_MAX_CODE + 1];
    int64_t month; /* Solar Hijri year * 12 + month - 1 */
    int64_t batches, portions, given, thrown;
    alm_money cost;                        /* of those whose cost is known */
    int64_t costed_portions, costed_given; /* of the same */
};

static struct alm_value per_meal(const struct cost *c, alm_quantity meals)
{
    return meals > 0 ? alm_number(meals_share(c->cost, ALM_UNIT, meals)) : alm_null();
}

static enum alm_status emit_cost(const struct alm_host *host, const struct cost *c, struct alm_error *err)
{
    const struct alm_value values[] = {
        alm_string(c->kitchen),
        alm_number(c->month),
        alm_number(c->batches),
        alm_number(c->portions),
        alm_number(c->given),
        alm_number(c->thrown),
        c->costed_portions ? alm_number(c->cost) : alm_null(),
        per_meal(c, c->costed_portions),
        per_meal(c, c->costed_given),
    };
    return c->batches ? host->row(host, values, err) : ALM_OK;
}

/* Batches come kitchen by kitchen and day by day, so one sum at a time is kept. */
enum alm_status meals_cost_report(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    (void)state;
    struct alm_statement *st;
    struct cost c = {.batches = 0};
    const char *kitchen = alm_arg_text(args, "kitchen");
    enum alm_status status =
        meals_query(host, &st, err,
                    "SELECT kitchen, date, portions, given, COALESCE(thrown, 0), cost FROM meals_batch "
                    "WHERE programme = $1 AND date BETWEEN $2 AND $3 AND (CAST($4 AS TEXT) IS NULL OR kitchen = $4) "
                    "ORDER BY kitchen COLLATE \"C\", date, code COLLATE \"C\"",
                    "iiit", host->programme_id(host), alm_arg_number(args, "from", INT32_MIN),
                    alm_arg_number(args, "to", INT32_MAX), kitchen);
    while (alm_next(host, st, &status, err)) {
        int32_t year;
        int32_t month;
        int32_t day;
        const char *code = host->column_text(host, st, 0);
        host->solar_date((alm_date)host->column_int(host, st, 1), &year, &month, &day);
        const int64_t of_month = (int64_t)year * 12 + month - 1;
        if (strcmp(c.kitchen, code) != 0 || c.month != of_month) {
            if ((status = emit_cost(host, &c, err)) != ALM_OK)
                break;
            c = (struct cost){.month = of_month};
            snprintf(c.kitchen, sizeof c.kitchen, "%s", code);
        }
        c.batches++;
        c.portions += host->column_int(host, st, 2);
        c.given += host->column_int(host, st, 3);
        c.thrown += host->column_int(host, st, 4);
        if (!host->column_is_null(host, st, 5)) {
            c.cost += host->column_int(host, st, 5);
            c.costed_portions += host->column_int(host, st, 2);
            c.costed_given += host->column_int(host, st, 3);
        }
    }
    return status == ALM_OK ? emit_cost(host, &c, err) : status;
}
