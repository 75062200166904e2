/* SPDX-License-Identifier: MIT */
/* A programme that conforms, and with -DBAD_x one that does not, in one thing each: plugin-kit.bats builds them all. */
#include <almoner/plugin.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#ifdef BAD_EXPORTS
ALM_EXPORT int kit_helper(void);
int kit_helper(void)
{
    return 1;
}
#endif

#ifdef BAD_HELP
#define SUMMARY "A summary that ends with a full stop."
#else
#define SUMMARY "Something that draws from a day's store"
#endif

struct settings {
    alm_quantity amount;
};

static const struct alm_setting settings[] = {
    {.key = "amount",
     .type = ALM_QUANTITY,
     .offset = offsetof(struct settings, amount),
     .fallback = "2",
#ifndef BAD_LOADS
     .help = "How much."
#endif
    },
};

#ifdef BAD_SAMPLE
static void check(const void *data, const struct alm_check *to)
{
    const struct settings *s = data;
    if (s->amount < 3000)
        to->problem(to->context, NULL, "amount", "too little", "write at least 3");
}
#define CHECK check
#else
#define CHECK NULL
#endif

static const struct alm_migration schema[] = {
    {1, "drawn",
#if defined BAD_FOREIGN
     "CREATE TABLE drawn (programme BIGINT NOT NULL, date BIGINT NOT NULL, quantity BIGINT, PRIMARY KEY (programme, "
     "date));"
#elif defined BAD_MIGRATES
     "CREATE TABLE kit_drawn (programme BIGINT NOT NULL,);"
#else
     "CREATE TABLE kit_drawn (programme BIGINT NOT NULL, date BIGINT NOT NULL, quantity BIGINT NOT NULL,\n"
     "    PRIMARY KEY (programme, date));"
#endif
    },
};

struct state {
    const struct settings *settings;
    int64_t asked;
};
static struct state *global;
static int starts;
static _Thread_local int64_t asked_here;

static enum alm_status start(const struct alm_host *host, const void *data, void **out, struct alm_error *err)
{
    struct state *state = calloc(1, sizeof *state);
    (void)host;
#ifdef BAD_RESTARTS
    if (starts++)
        return alm_fail(err, ALM_INTERNAL, "start it once", "started already");
#endif
#ifdef BAD_LEAKS
    starts += malloc(100) != NULL;
#endif
    if (!state)
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    state->settings = data;
    *out = global = state;
    return ALM_OK;
}

static void stop(void *state)
{
    global = NULL;
    free(state);
}

static void entitle(const void *data, const struct alm_case *c, struct alm_entitlement *e)
{
    const struct state *state = data;
    e->next = ALM_NO_DATE;
    e->quantity = state->settings->amount;
#if defined BAD_CLOCK
    e->period = time(NULL);
    e->has_period = true;
#elif defined BAD_GLOBAL
    e->quantity = global ? global->settings->amount : ALM_UNIT;
#elif defined BAD_STATIC
    starts++;
#elif defined BAD_STATE
    ((struct state *)(uintptr_t)data)->asked++;
#elif defined BAD_CASE
    ((struct alm_case *)(uintptr_t)c)->asked = 0;
#elif defined BAD_SYSTEM_CALL
    e->period = getppid();
#elif defined BAD_CRASH
    if (c->n_members == 0)
        e->period = c->members[-1000000].id;
#elif defined BAD_LOOP
    for (volatile int on = 1; on && c->n_members == 7;)
        continue;
#elif defined BAD_NEGATIVE
    e->quantity -= (alm_quantity)c->n_history * ALM_UNIT;
#elif defined BAD_NO_REASON
    e->quantity = 0;
#elif defined BAD_ORDER
    e->quantity += errno++ % 7;
#elif defined BAD_THREAD
    void *memory = malloc(1); /* memory may be used, and given back; where it lies must not matter */
    e->quantity += (alm_quantity)((uintptr_t)memory >> 24);
    free(memory);
#elif defined BAD_THREAD_LOCAL
    e->quantity += asked_here++;
#endif
    (void)c, (void)asked_here;
}

static enum alm_status draw(const struct alm_host *host, const struct alm_line *line, alm_quantity quantity,
                            struct alm_error *err)
{
    struct alm_statement *st;
    bool row;
    enum alm_status status = host->prepare(host,
                                           "INSERT INTO kit_drawn (programme, date, quantity) VALUES ($1, $2, $3) "
                                           "ON CONFLICT (programme, date) DO UPDATE SET quantity = "
                                           "kit_drawn.quantity + excluded.quantity",
                                           &st, err);
    if (status == ALM_OK)
        status = host->bind_int(host, st, 1, host->programme_id(host), err);
    if (status == ALM_OK)
        status = host->bind_int(host, st, 2, line->date, err);
    if (status == ALM_OK)
        status = host->bind_int(host, st, 3, quantity, err);
    return status == ALM_OK ? host->step(host, st, &row, err) : status;
}

static enum alm_status settle(const struct alm_host *host, void *state, struct alm_line *lines, size_t n,
                              struct alm_verdict *verdicts, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    (void)state;
    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        if (lines[i].quantity > 4 * ALM_UNIT)
            alm_refuse(&verdicts[i], "too much");
        else
            status = draw(host, &lines[i], lines[i].quantity, err);
#ifdef BAD_CHUNKS
        lines[i].value = (alm_money)n;
#endif
    }
    return status;
}

static enum alm_status unsettle(const struct alm_host *host, void *state, const struct alm_line *lines, size_t n,
                                struct alm_error *err)
{
    struct alm_statement *st;
    bool row;
    enum alm_status status = ALM_OK;
    (void)state;
#ifdef BAD_UNSETTLE
    n -= n > 0;
#endif
    for (size_t i = 0; i < n && status == ALM_OK; i++)
        status = draw(host, &lines[i], -lines[i].quantity, err);
    if (status == ALM_OK)
        status = host->prepare(host, "DELETE FROM kit_drawn WHERE quantity = 0", &st, err);
    return status == ALM_OK ? host->step(host, st, &row, err) : status;
}

static const struct alm_column columns[] = {{.name = "drawn", .title = "drawn", .type = ALM_QUANTITY}};

static enum alm_status run_drawn(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    struct alm_statement *st;
    bool row = false;
    (void)state, (void)args;
    enum alm_status status = host->prepare(host, "SELECT quantity FROM kit_drawn", &st, err);
    if (status == ALM_OK)
        status = host->step(host, st, &row, err);
#ifdef BAD_REPORT
    if (status == ALM_OK && !row)
        abort();
#endif
    if (status == ALM_OK && row) {
        const struct alm_value value = alm_number(host->column_int(host, st, 0));
        status = host->row(host, &value, err);
    }
    return status;
}

static const struct alm_report reports[] = {
    {.name = "drawn", .summary = "what was drawn", .columns = columns, .n_columns = 1, .run = run_drawn}};

static const struct alm_programme programme = {.size = sizeof(struct alm_programme),
                                               .recipient = ALM_HOUSEHOLD,
                                               .unit = "thing",
                                               .unit_plural = "things",
                                               .look_back_days = 100,
                                               .entitle = entitle,
                                               .settle = settle,
                                               .unsettle = unsettle};

ALM_PLUGIN(.name = "kit", .version = "1.0", .summary = SUMMARY, .kind = ALM_KIND_PROGRAMME,
           .settings = {.rows = settings, .n_rows = 1, .size = sizeof(struct settings), .check = CHECK}, .start = start,
           .stop = stop, .reports = reports, .n_reports = 1, .migrations = schema, .n_migrations = 1,
           .programme = &programme)
