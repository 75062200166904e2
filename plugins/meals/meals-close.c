/* SPDX-License-Identifier: MIT */
/* Closing a batch: what of it was left over and what was thrown away.  Nothing more is given of it then. */
#include "meals.h"

struct closing {
    const char *code;
    int64_t left;       /* thousandths of a meal, as the next one; ALM_NULL: the rest */
    int64_t thrown;     /* ALM_NULL: none */
    int64_t held_until; /* ALM_NULL: not written down */
};

/* A batch as the store has it, locked. */
struct pot {
    alm_quantity portions, given;
    alm_date date;
    int64_t cooked_at, left_over, thrown, hot_until; /* ALM_NULL: not known */
    bool closed;
};

static enum alm_status no_batch(const struct alm_host *host, const char *code, struct alm_error *err)
{
    char hint[160];
    snprintf(hint, sizeof hint, "almoner %s batch list shows them", host->programme_name(host));
    return alm_fail(err, ALM_BAD_DATA, hint, "there is no batch '%.60s'", code);
}

/* Deliveries lock the batch's row of the day, reversals its own: both are locked, so that nothing is given meanwhile,
 * and nothing comes back. */
static enum alm_status lock_pot(const struct alm_host *host, const char *code, struct pot *pot, struct alm_error *err)
{
    struct alm_statement *st;
    char kitchen[MEALS_MAX_CODE + 1];
    bool row = false;
    enum alm_status status =
        meals_query(host, &st, err, "SELECT kitchen, date FROM meals_batch WHERE programme = $1 AND code = $2", "it",
                    host->programme_id(host), code);
    if (status == ALM_OK)
        status = host->step(host, st, &row, err);
    if (status == ALM_OK && !row)
        status = no_batch(host, code, err);
    if (status != ALM_OK)
        return status;
    snprintf(kitchen, sizeof kitchen, "%s", host->column_text(host, st, 0));
    status = meals_batch_lock(host, (alm_date)host->column_int(host, st, 1), kitchen, code, err);
    if (status == ALM_OK)
        status = meals_query(host, &st, err,
                             "UPDATE meals_batch SET given = given WHERE programme = $1 AND code = $2 "
                             "RETURNING portions, given, date, cooked_at, left_over, thrown, hot_until, closed",
                             "it", host->programme_id(host), code);
    while (status == ALM_OK && (status = host->step(host, st, &row, err)) == ALM_OK && row)
        *pot = (struct pot){.portions = host->column_int(host, st, 0),
                            .given = host->column_int(host, st, 1),
                            .date = (alm_date)host->column_int(host, st, 2),
                            .cooked_at = meals_column_int(host, st, 3),
                            .left_over = meals_column_int(host, st, 4),
                            .thrown = meals_column_int(host, st, 5),
                            .hot_until = meals_column_int(host, st, 6),
                            .closed = !host->column_is_null(host, st, 7)};
    return status;
}

/* cooked = given + left over + thrown away; what was not said is filled in. */
static enum alm_status balance(const struct pot *pot, struct closing *c, struct alm_error *err)
{
    const alm_quantity rest = pot->portions - pot->given;
    char cooked[32], given[32], left[32], thrown[32];
    if (c->thrown == ALM_NULL)
        c->thrown = 0;
    if (c->left == ALM_NULL)
        c->left = rest - c->thrown;
    if (c->left >= 0 && c->thrown >= 0 && c->left + c->thrown == rest)
        return ALM_OK;
    meals_format_quantity(pot->portions, cooked, sizeof cooked);
    meals_format_quantity(pot->given, given, sizeof given);
    meals_format_quantity(c->left < 0 ? 0 : c->left, left, sizeof left);
    meals_format_quantity(c->thrown, thrown, sizeof thrown);
    return alm_fail(err, ALM_REFUSED, "enter the deliveries that are missing first, or count again",
                    "batch %.60s does not balance: %s cooked are not %s given, %s left over and %s thrown away",
                    c->code, cooked, given, left, thrown);
}

static enum alm_status check_held(const struct alm_host *host, const struct meals *meals, const struct pot *pot,
                                  const struct closing *c, struct alm_error *err)
{
    char text[200];
    if (c->held_until == ALM_NULL)
        return ALM_OK;
    const int64_t from = pot->cooked_at == ALM_NULL ? ((int64_t)pot->date - 1) * 86400 : pot->cooked_at;
    if (c->held_until < from || c->held_until >= ((int64_t)pot->date + 2) * 86400)
        return alm_fail(err, ALM_BAD_DATA, "mend the date or the time",
                        "batch %.60s was not held hot until then: that is before it was cooked, or another day",
                        c->code);
    if (pot->cooked_at != ALM_NULL && c->held_until - pot->cooked_at > meals->settings->hot_hold) {
        snprintf(text, sizeof text, "batch %.60s was held hot for %lld minutes; a meal is kept hot for %lld", c->code,
                 (long long)((c->held_until - pot->cooked_at) / 60), (long long)(meals->settings->hot_hold / 60));
        host->warn(host, text);
    }
    return ALM_OK;
}

/* *changed: whether that was not what the store had already. */
static enum alm_status close_batch(const struct alm_host *host, const struct meals *meals, struct closing *c,
                                   bool *changed, struct alm_error *err)
{
    struct pot pot = {0};
    enum alm_status status = lock_pot(host, c->code, &pot, err);
    if (status == ALM_OK)
        status = balance(&pot, c, err);
    const int64_t held = c->held_until == ALM_NULL ? pot.hot_until : c->held_until; /* as it was said before */
    *changed = !pot.closed || pot.left_over != c->left || pot.thrown != c->thrown || pot.hot_until != held;
    if (pot.closed && *changed) {
        char hint[160];
        snprintf(hint, sizeof hint, "almoner %s reopen %.60s opens it again", host->programme_name(host), c->code);
        return alm_fail(err, ALM_REFUSED, hint, "batch %.60s is closed already, and its count is another one", c->code);
    }
    if (status == ALM_OK && *changed)
        status = check_held(host, meals, &pot, c, err);
    if (status != ALM_OK || !*changed)
        return status;
    return meals_run(host, NULL, err,
                     "UPDATE meals_batch SET closed = $3, left_over = $4, thrown = $5, "
                     "hot_until = $6 WHERE programme = $1 AND code = $2",
                     "itiiii", host->programme_id(host), c->code, host->now(host), c->left, c->thrown, held);
}

/* A number of meals, or that none was given. */
static enum alm_status read_meals(int64_t meals, const char *what, int64_t *quantity, struct alm_error *err)
{
    if (meals == ALM_NULL || meals == 0) {
        *quantity = meals;
        return ALM_OK;
    }
    if (meals < 0)
        return alm_fail(err, ALM_BAD_DATA, "write a number from 0 to 1000000", "%s: %lld is no number of meals", what,
                        (long long)meals);
    return meals_to_quantity(meals, what, quantity, err);
}

enum alm_status meals_close(const struct alm_host *host, void *state, const struct alm_args *args,
                            struct alm_error *err)
{
    struct closing c = {.code = alm_arg_text(args, "batch"),
                        .held_until = alm_arg_number(args, "held-until", ALM_NULL)};
    bool changed;
    char left[32], thrown[32], text[240];
    enum alm_status status = read_meals(alm_arg_number(args, "left", ALM_NULL), "--left", &c.left, err);
    if (status == ALM_OK)
        status = read_meals(alm_arg_number(args, "thrown", ALM_NULL), "--thrown", &c.thrown, err);
    if (status == ALM_OK)
        status = close_batch(host, state, &c, &changed, err);
    if (status != ALM_OK)
        return status;
    meals_format_quantity(c.left, left, sizeof left);
    meals_format_quantity(c.thrown, thrown, sizeof thrown);
    snprintf(text, sizeof text, "batch %.60s is closed: %s left over, %s thrown away", c.code, left, thrown);
    host->say(host, text);
    return ALM_OK;
}

enum alm_status meals_reopen(const struct alm_host *host, void *state, const struct alm_args *args,
                             struct alm_error *err)
{
    (void)state;
    const char *code = alm_arg_text(args, "batch");
    int64_t changes = 0;
    enum alm_status status = meals_run(host, &changes, err,
                                       "UPDATE meals_batch SET closed = NULL, left_over = NULL, thrown = NULL "
                                       "WHERE programme = $1 AND code = $2 AND closed IS NOT NULL",
                                       "it", host->programme_id(host), code);
    struct pot pot;
    if (status == ALM_OK && !changes)
        status = lock_pot(host, code, &pot, err);
    if (status == ALM_OK && !changes)
        status = alm_fail(err, ALM_REFUSED, "more can be given of it as it is", "batch %.60s is not closed", code);
    return status;
}

enum { CODE, LEFT, THROWN, HELD };
static const struct alm_import_column import_columns[] = {
    [CODE] = {.name = "code", .aliases = "batch|کد", .type = ALM_STRING, .flags = ALM_REQUIRED},
    [LEFT] = {.name = "left", .aliases = "left_over|مانده", .type = ALM_INT},
    [THROWN] = {.name = "thrown", .aliases = "thrown_away|دورریز", .type = ALM_INT},
    [HELD] = {.name = "held_until", .aliases = "hot_until", .type = ALM_TIME},
};

static enum alm_status import_row(const struct alm_host *host, void *context, const struct alm_value *values,
                                  enum alm_row_outcome *outcome, struct alm_error *err)
{
    struct closing c = {.code = values[CODE].text, .held_until = values[HELD].is_null ? ALM_NULL : values[HELD].number};
    bool changed = false;
    enum alm_status status = read_meals(values[LEFT].is_null ? ALM_NULL : values[LEFT].number, "left", &c.left, err);
    if (status == ALM_OK)
        status = read_meals(values[THROWN].is_null ? ALM_NULL : values[THROWN].number, "thrown", &c.thrown, err);
    if (status == ALM_OK)
        status = close_batch(host, context, &c, &changed, err);
    *outcome = changed ? ALM_ROW_CHANGED : ALM_ROW_SAME;
    return status;
}

enum alm_status meals_closing_import(const struct alm_host *host, void *state, const struct alm_args *args,
                                     struct alm_error *err)
{
    const struct alm_import import = {.file = alm_arg_text(args, "file"),
                                      .columns = import_columns,
                                      .n_columns = COUNT_OF(import_columns),
                                      .row = import_row,
                                      .context = state};
    return host->import(host, &import, err);
}
