/* SPDX-License-Identifier: MIT */
/* What households have: by serial, as a list, by kind, and by the end of the guarantee. */
#include "appliances.h"
#include <stdlib.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* An area to which rows are held, and the one that was looked at last: rows of an area often come together. */
struct within {
    const struct alm_host *host;
    alm_id area; /* 0: all */
    alm_id seen;
    bool seen_in;
};

static enum alm_status within_init(struct within *w, const struct alm_host *host, const struct alm_args *args,
                                   struct alm_error *err)
{
    const char *code = alm_arg_text(args, "area");
    *w = (struct within){.host = host};
    return code ? host->find(host, ALM_NOUN_AREA, code, &w->area, err) : ALM_OK;
}

static bool within_has(struct within *w, alm_id area)
{
    if (w->area && area != w->seen) {
        w->seen = area;
        w->seen_in = area && w->host->area_within(w->host, area, w->area);
    }
    return !w->area || (area && w->seen_in);
}

static enum alm_status find_kind(const struct appliances *self, const char *name, struct alm_error *err)
{
    char hint[200];
    if (!name || appliances_kind_of(self->settings, name))
        return ALM_OK;
    appliances_kinds_text(self->settings, hint, sizeof hint);
    return alm_fail(err, ALM_BAD_DATA, hint, "there is no kind '%.60s' of appliance", name);
}

/* ---- list ---- */

static const struct alm_column columns[] = {
    {.name = "household", .title = "household", .type = ALM_STRING},
    {.name = "area", .title = "area", .type = ALM_STRING},
    {.name = "kind", .title = "kind", .type = ALM_STRING},
    {.name = "model", .title = "model", .type = ALM_STRING},
    {.name = "serial", .title = "serial", .type = ALM_STRING},
    {.name = "date", .title = "given on", .type = ALM_DATE},
    {.name = "guarantee", .title = "guarantee until", .type = ALM_DATE},
    {.name = "line", .title = "delivery", .type = ALM_ID},
};
#define GIVEN                                                                                                          \
    "SELECT h.code, a.code, g.kind, g.model, g.serial, g.date, g.guarantee, g.line, h.area FROM appliances_given g "   \
    "JOIN household h ON h.id = g.household LEFT JOIN area a ON a.id = h.area "

static enum alm_status emit(const struct alm_host *host, struct alm_statement *st, struct alm_error *err)
{
    struct alm_value values[COUNT_OF(columns)];
    for (int i = 0; i < 5; i++)
        values[i] = alm_string(host->column_text(host, st, i));
    for (int i = 5; i < 8; i++)
        values[i] = alm_number_or_null(alm_column_int(host, st, i));
    return host->row(host, values, err);
}

enum alm_status appliances_list(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    const char *kind = alm_arg_text(args, "kind");
    const char *code = alm_arg_text(args, "household");
    struct alm_statement *st = NULL;
    struct within within;
    alm_id household = 0;
    enum alm_status status = find_kind(state, kind, err);
    if (status == ALM_OK && code)
        status = host->find(host, ALM_NOUN_HOUSEHOLD, code, &household, err);
    if (status == ALM_OK)
        status = within_init(&within, host, args, err);
    if (status == ALM_OK && household)
        status = alm_query(host, &st, err,
                           GIVEN "WHERE g.programme = $1 AND (g.household = $2 OR g.household IN "
                                 "(SELECT id FROM alias WHERE survivor = $2 AND until IS NULL)) "
                                 "AND (CAST($3 AS TEXT) IS NULL OR g.kind = $3) ORDER BY g.household, g.line",
                           "iit", host->programme_id(host), household, kind);
    else if (status == ALM_OK)
        status = alm_query(host, &st, err,
                           GIVEN "WHERE g.programme = $1 AND (CAST($2 AS TEXT) IS NULL OR g.kind = $2) "
                                 "ORDER BY g.household, g.line",
                           "it", host->programme_id(host), kind);
    if (status == ALM_OK)
        status = host->table_begin(host, "appliances", columns, COUNT_OF(columns), err);
    while (alm_next(host, st, &status, err))
        if (within_has(&within, host->column_int(host, st, 8)))
            status = emit(host, st, err);
    return status == ALM_OK ? host->table_end(host, err) : status;
}

/* ---- show ---- */

static void say_guarantee(const struct alm_host *host, int64_t until)
{
    char day[40];
    char text[120];
    if (until == ALM_NULL) {
        host->say(host, "it has no guarantee");
        return;
    }
    host->format_date(host, (alm_date)until, day, sizeof day);
    snprintf(text, sizeof text,
             until < host->today(host) ? "its guarantee ended on %s" : "it is under guarantee until %s", day);
    host->say(host, text);
}

enum alm_status appliances_show(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    (void)state;
    const char *text = alm_arg_text(args, "serial");
    char serial[APPLIANCES_MOST_SERIAL + 1];
    struct alm_statement *st = NULL;
    bool row = false;
    if (!alm_code(text, serial, sizeof serial))
        return alm_fail(err, ALM_USAGE, NULL, "a serial number has 1 to %d bytes", APPLIANCES_MOST_SERIAL);
    enum alm_status status =
        alm_query(host, &st, err,
                  GIVEN "JOIN appliances_serial s ON s.programme = g.programme AND s.household = g.household "
                        "AND s.line = g.line WHERE s.programme = $1 AND s.mark = $2 AND s.serial = $3",
                  "iit", host->programme_id(host), appliances_mark(serial), serial);
    if (status == ALM_OK)
        status = host->step(host, st, &row, err);
    if (status == ALM_OK && !row)
        status = alm_fail(err, ALM_BAD_DATA, "what was taken back is only in the ledger: almoner delivery list",
                          "no household has an appliance with serial %s", serial);
    const int64_t until = status == ALM_OK ? alm_column_int(host, st, 6) : ALM_NULL;
    if (status == ALM_OK)
        status = host->table_begin(host, "appliance", columns, COUNT_OF(columns), err);
    if (status == ALM_OK)
        status = emit(host, st, err);
    if (status == ALM_OK)
        status = host->table_end(host, err);
    if (status == ALM_OK)
        say_guarantee(host, until);
    return status;
}

/* ---- reports ---- */

/* What is counted of a kind. */
struct count {
    int64_t given, guaranteed, ending;
    int64_t waiting, approved; /* cases */
};

static enum alm_status read_counts(const struct alm_host *host, const struct appliances *self, struct count *counts,
                                   struct alm_error *err)
{
    const struct appliances_settings *s = self->settings;
    struct alm_statement *st = NULL;
    const int64_t today = host->today(host);
    enum alm_status status = alm_query(host, &st, err,
                                       "SELECT kind, COUNT(*), "
                                       "COUNT(CASE WHEN guarantee >= $2 THEN 1 END), "
                                       "COUNT(CASE WHEN guarantee >= $2 AND guarantee <= $3 THEN 1 END) "
                                       "FROM appliances_given WHERE programme = $1 GROUP BY kind ORDER BY kind",
                                       "iii", host->programme_id(host), today, today + s->soon / 86400);
    while (alm_next(host, st, &status, err)) {
        const struct appliances_kind *kind = appliances_kind_of(s, host->column_text(host, st, 0));
        if (kind) {
            struct count *count = &counts[kind - appliances_kind_at(s, 0)];
            count->given += host->column_int(host, st, 1);
            count->guaranteed += host->column_int(host, st, 2);
            count->ending += host->column_int(host, st, 3);
        }
    }
    return status;
}

/* States of the core's cases. */
enum { CASE_OPEN, CASE_VISITED, CASE_APPROVED };

/* By what was asked for; a case that asks for no kind that there is counts nowhere here, and `almoner case list` shows
 * it. */
static enum alm_status read_cases(const struct alm_host *host, const struct appliances *self, struct count *counts,
                                  struct alm_error *err)
{
    static const int64_t states[] = {CASE_OPEN, CASE_VISITED, CASE_APPROVED};
    const struct appliances_settings *s = self->settings;
    struct alm_statement *st = NULL;
    enum alm_status status = alm_query(host, &st, err,
                                       "SELECT subject, state, COUNT(*) FROM relief_case "
                                       "WHERE programme = $1 AND state = ANY ($2) "
                                       "GROUP BY subject, state ORDER BY subject, state",
                                       "ia", host->programme_id(host), states, COUNT_OF(states));
    while (alm_next(host, st, &status, err)) {
        const struct appliances_kind *kind = appliances_kind_of(s, host->column_text(host, st, 0));
        if (!kind)
            continue;
        struct count *count = &counts[kind - appliances_kind_at(s, 0)];
        *(host->column_int(host, st, 1) == CASE_APPROVED ? &count->approved : &count->waiting) +=
            host->column_int(host, st, 2);
    }
    return status;
}

static enum alm_status in_stock(const struct alm_host *host, const struct appliances *self, alm_id item,
                                alm_quantity *quantity, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    *quantity = 0;
    for (size_t i = 0; status == ALM_OK && i < self->settings->depots.count; i++) {
        alm_quantity has = 0;
        status = host->stock_on_hand(host, item, self->depots[i], host->today(host), &has, err);
        *quantity += has;
    }
    return status;
}

enum alm_status appliances_kinds(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    (void)args;
    struct appliances *self = state;
    const struct appliances_settings *s = self->settings;
    struct count *counts = calloc(s->kinds.count, sizeof *counts);
    enum alm_status status =
        counts ? appliances_resolve(host, self, err) : alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    if (status == ALM_OK)
        status = read_counts(host, self, counts, err);
    if (status == ALM_OK)
        status = read_cases(host, self, counts, err);
    for (size_t i = 0; status == ALM_OK && i < s->kinds.count; i++) {
        const struct appliances_kind *kind = appliances_kind_at(s, i);
        alm_quantity stock = ALM_NULL;
        if (self->items[i])
            status = in_stock(host, self, self->items[i], &stock, err);
        const alm_quantity needed = counts[i].approved * ALM_UNIT - (stock == ALM_NULL ? 0 : stock);
        const struct alm_value values[] = {
            alm_string(kind->name),         alm_string(appliances_title(kind)), alm_number(counts[i].waiting),
            alm_number(counts[i].approved), alm_number(counts[i].given),        alm_number(counts[i].guaranteed),
            alm_number(counts[i].ending),   alm_number_or_null(stock),          alm_number(needed > 0 ? needed : 0)};
        if (status == ALM_OK)
            status = host->row(host, values, err);
    }
    free(counts);
    return status;
}

enum alm_status appliances_guarantees(const struct alm_host *host, void *state, const struct alm_args *args,
                                      struct alm_error *err)
{
    const struct appliances *self = state;
    const int64_t today = host->today(host);
    const int64_t days = alm_arg_number(args, "within", self->settings->soon) / 86400;
    struct alm_statement *st = NULL;
    struct within within;
    enum alm_status status = within_init(&within, host, args, err);
    if (status == ALM_OK)
        status = alm_query(host, &st, err,
                           GIVEN "WHERE g.programme = $1 AND g.guarantee >= $2 AND g.guarantee <= $3 "
                                 "ORDER BY g.guarantee, g.household, g.line",
                           "iii", host->programme_id(host), today, today + days);
    while (alm_next(host, st, &status, err)) {
        const struct alm_value values[] = {
            alm_number(host->column_int(host, st, 6)),  alm_string(host->column_text(host, st, 2)),
            alm_string(host->column_text(host, st, 3)), alm_string(host->column_text(host, st, 4)),
            alm_string(host->column_text(host, st, 0)), alm_string(host->column_text(host, st, 1)),
            alm_number(host->column_int(host, st, 5))};
        if (within_has(&within, host->column_int(host, st, 8)))
            status = host->row(host, values, err);
    }
    return status;
}
