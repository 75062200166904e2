/* SPDX-License-Identifier: MIT */
/* Dowries: as a list, one by its items, those that are open, those that were delivered, and what is missing. */
#include "dowries.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A dowry with both names and the household of the first: $1 is the programme. */
#define WITH_COUPLE                                                                                                    \
    "FROM dowries_dowry d "                                                                                            \
    "LEFT JOIN home ha ON ha.id = d.person LEFT JOIN person a ON a.owner = ha.owner AND a.id = ha.id "                 \
    "LEFT JOIN home hb ON hb.id = d.partner LEFT JOIN person b ON b.owner = hb.owner AND b.id = hb.id "                \
    "LEFT JOIN household h ON h.id = ha.owner "
#define COUPLE "a.given_name, a.family_name, b.given_name, b.family_name, h.code, h.area"
/* Where these stand in a SELECT that begins with them. */
enum { COUPLE_HOUSEHOLD = 4, COUPLE_AREA, COUPLE_COLUMNS };

static void add_name(const struct alm_host *host, struct alm_statement *st, int i, char *buf, size_t size)
{
    const char *given = host->column_text(host, st, i);
    char first[120];
    snprintf(first, sizeof first, "%s", given ? given : "");
    const char *family = host->column_text(host, st, i + 1);
    snprintf(buf, size, "%s%s%s", first, *first && family ? " " : "", family ? family : "");
}

static const char *couple_name(const struct alm_host *host, struct alm_statement *st, char buf[520])
{
    char one[250];
    char other[250];
    add_name(host, st, 0, one, sizeof one);
    add_name(host, st, 2, other, sizeof other);
    snprintf(buf, 520, "%s%s%s", one, *one && *other ? ", " : "", other);
    return buf;
}

/* Rows of an area often come together. */
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

/* ---- list ---- */

enum alm_status dowries_list(const struct alm_host *host, void *state, const struct alm_args *args,
                             struct alm_error *err)
{
    static const struct alm_column columns[] = {
        {.name = "certificate", .title = "certificate", .type = ALM_STRING},
        {.name = "couple", .title = "couple", .type = ALM_STRING},
        {.name = "household", .title = "household", .type = ALM_STRING},
        {.name = "state", .title = "state", .type = ALM_ENUM, .choices = dowries_states},
        {.name = "opened", .title = "opened", .type = ALM_DATE},
        {.name = "ended", .title = "delivered or cancelled", .type = ALM_DATE},
        {.name = "line", .title = "delivery", .type = ALM_ID},
        {.name = "reason", .title = "reason", .type = ALM_STRING},
    };
    (void)state;
    struct alm_statement *st = NULL;
    struct within within;
    enum alm_status status = within_init(&within, host, args, err);
    if (status == ALM_OK)
        status = alm_query(host, &st, err,
                           "SELECT " COUPLE ", d.certificate, d.state, d.opened, d.ended, d.line, d.reason " WITH_COUPLE
                           "WHERE d.programme = $1 AND (CAST($2 AS BIGINT) IS NULL OR d.state = $2) ORDER BY d.id",
                           "ii", host->programme_id(host), alm_arg_number(args, "state", ALM_NULL));
    if (status == ALM_OK)
        status = host->table_begin(host, "dowries", columns, COUNT_OF(columns), err);
    while (alm_next(host, st, &status, err)) {
        const int64_t is = host->column_int(host, st, COUPLE_COLUMNS + 1);
        char couple[520];
        const struct alm_value values[] = {alm_string(host->column_text(host, st, COUPLE_COLUMNS)),
                                           alm_string(couple_name(host, st, couple)),
                                           alm_string(host->column_text(host, st, COUPLE_HOUSEHOLD)),
                                           {.number = is, .text = dowries_states[is]},
                                           alm_number(host->column_int(host, st, COUPLE_COLUMNS + 2)),
                                           alm_number_or_null(alm_column_int(host, st, COUPLE_COLUMNS + 3)),
                                           alm_number_or_null(alm_column_int(host, st, COUPLE_COLUMNS + 4)),
                                           alm_string(host->column_text(host, st, COUPLE_COLUMNS + 5))};
        if (within_has(&within, host->column_int(host, st, COUPLE_AREA)))
            status = host->row(host, values, err);
    }
    return status == ALM_OK ? host->table_end(host, err) : status;
}

/* ---- show ---- */

static enum alm_status emit_items(const struct alm_host *host, const struct dowries_settings *s, alm_id dowry,
                                  struct alm_error *err)
{
    struct alm_statement *st = NULL;
    enum alm_status status = alm_query(host, &st, err,
                                       "SELECT i.item, i.quantity, i.bought, i.receipt, i.handed, i.cost, i.returned, "
                                       "i.reason FROM dowries_item i "
                                       "WHERE i.programme = $1 AND i.dowry = $2 ORDER BY i.number",
                                       "ii", host->programme_id(host), dowry);
    while (alm_next(host, st, &status, err)) {
        const char *name = host->column_text(host, st, 0);
        const struct dowries_item *item = dowries_item_of(s, name);
        const bool bought = host->column_int(host, st, 2) != 0 || !host->column_is_null(host, st, 3);
        const struct alm_value values[] = {alm_string(name),
                                           alm_string(item && item->title ? item->title : name),
                                           alm_number(host->column_int(host, st, 1)),
                                           alm_string(bought ? "bought" : "stock"),
                                           alm_number_or_null(alm_column_int(host, st, 4)),
                                           alm_string(host->column_text(host, st, 3)),
                                           alm_number_or_null(alm_column_int(host, st, 5)),
                                           alm_number_or_null(alm_column_int(host, st, 6)),
                                           alm_string(host->column_text(host, st, 7))};
        status = host->row(host, values, err);
    }
    return status;
}

enum alm_status dowries_show(const struct alm_host *host, void *state, const struct alm_args *args,
                             struct alm_error *err)
{
    static const struct alm_column columns[] = {
        {.name = "item", .title = "item", .type = ALM_STRING},
        {.name = "title", .title = "title", .type = ALM_STRING},
        {.name = "quantity", .title = "quantity", .type = ALM_QUANTITY},
        {.name = "from", .title = "from", .type = ALM_STRING},
        {.name = "handed", .title = "handed over", .type = ALM_DATE},
        {.name = "receipt", .title = "receipt", .type = ALM_STRING},
        {.name = "cost", .title = "cost", .type = ALM_MONEY, .flags = ALM_TOTAL},
        {.name = "returned", .title = "came back", .type = ALM_DATE},
        {.name = "reason", .title = "why", .type = ALM_STRING},
    };
    struct dowries_dowry dowry;
    char title[100];
    char day[40];
    char text[200];
    enum alm_status status = dowries_find(host, alm_arg_text(args, "certificate"), &dowry, err);
    if (status != ALM_OK)
        return status;
    snprintf(title, sizeof title, "the dowry of certificate %s", dowry.certificate);
    status = host->table_begin(host, title, columns, COUNT_OF(columns), err);
    if (status == ALM_OK)
        status = emit_items(host, state, dowry.id, err);
    if (status == ALM_OK)
        status = host->table_end(host, err);
    host->format_date(host, dowry.opened, day, sizeof day);
    if (dowry.line)
        snprintf(text, sizeof text, "opened on %s; delivered, line %lld", day, (long long)dowry.line);
    else
        snprintf(text, sizeof text, "opened on %s; not delivered yet", day);
    if (status == ALM_OK)
        host->say(host, text);
    return status;
}

/* ---- reports ---- */

/* The items of an open dowry come together. */
struct open_dowry {
    char certificate[DOWRIES_MOST_CERTIFICATE + 1];
    char couple[520];
    char household[60];
    char missing[400];
    size_t len;
    alm_id id;
    alm_id area;
    int64_t opened, items, handed;
};

static enum alm_status emit_open(const struct alm_host *host, struct within *within, const struct open_dowry *d,
                                 struct alm_error *err)
{
    const struct alm_value values[] = {alm_string(d->certificate),
                                       alm_string(d->couple),
                                       d->household[0] ? alm_string(d->household) : alm_null(),
                                       alm_number(d->opened),
                                       alm_number(host->today(host) - d->opened),
                                       alm_number(d->items),
                                       alm_number(d->handed),
                                       alm_string(d->missing)};
    return d->id && within_has(within, d->area) ? host->row(host, values, err) : ALM_OK;
}

static void begin_open(const struct alm_host *host, struct alm_statement *st, alm_id id, struct open_dowry *d)
{
    *d = (struct open_dowry){.id = id,
                             .area = host->column_int(host, st, COUPLE_AREA),
                             .opened = host->column_int(host, st, COUPLE_COLUMNS + 2)};
    couple_name(host, st, d->couple);
    const char *household = host->column_text(host, st, COUPLE_HOUSEHOLD);
    snprintf(d->household, sizeof d->household, "%s", household ? household : "");
    snprintf(d->certificate, sizeof d->certificate, "%s", host->column_text(host, st, COUPLE_COLUMNS + 1));
}

enum alm_status dowries_report_open(const struct alm_host *host, void *state, const struct alm_args *args,
                                    struct alm_error *err)
{
    (void)state;
    struct alm_statement *st = NULL;
    struct within within;
    struct open_dowry open = {0};
    enum alm_status status = within_init(&within, host, args, err);
    if (status == ALM_OK)
        status = alm_query(host, &st, err,
                           "SELECT " COUPLE ", d.id, d.certificate, d.opened, i.item, i.handed " WITH_COUPLE
                           "JOIN dowries_item i ON i.programme = d.programme AND i.dowry = d.id "
                           "WHERE d.programme = $1 AND d.state = $2 ORDER BY d.id, i.number",
                           "ii", host->programme_id(host), (int64_t)DOWRIES_OPEN);
    while (alm_next(host, st, &status, err)) {
        const alm_id id = host->column_int(host, st, COUPLE_COLUMNS);
        if (id != open.id) {
            status = emit_open(host, &within, &open, err);
            begin_open(host, st, id, &open);
        }
        open.items++;
        if (!host->column_is_null(host, st, COUPLE_COLUMNS + 4))
            open.handed++;
        else if (open.len < sizeof open.missing)
            open.len += (size_t)snprintf(open.missing + open.len, sizeof open.missing - open.len, "%s%s",
                                         open.len ? ", " : "", host->column_text(host, st, COUPLE_COLUMNS + 3));
    }
    return status == ALM_OK ? emit_open(host, &within, &open, err) : status;
}

enum alm_status dowries_report_handed(const struct alm_host *host, void *state, const struct alm_args *args,
                                      struct alm_error *err)
{
    (void)state;
    struct alm_statement *st = NULL;
    struct within within;
    enum alm_status status = within_init(&within, host, args, err);
    if (status == ALM_OK)
        status = alm_query(
            host, &st, err,
            "SELECT " COUPLE ", d.certificate, d.opened, d.ended, "
            "(SELECT COUNT(*) FROM dowries_item i WHERE i.programme = d.programme AND i.dowry = d.id), "
            "(SELECT CAST(SUM(i.cost) AS BIGINT) FROM dowries_item i WHERE i.programme = d.programme "
            "AND i.dowry = d.id AND i.receipt IS NOT NULL), "
            "(SELECT CAST(SUM(i.cost) AS BIGINT) FROM dowries_item i WHERE i.programme = d.programme "
            "AND i.dowry = d.id) " WITH_COUPLE "WHERE d.programme = $1 AND d.state = $2 "
            "AND (CAST($3 AS BIGINT) IS NULL OR d.ended >= $3) AND (CAST($4 AS BIGINT) IS NULL OR d.ended <= $4) "
            "ORDER BY d.ended, d.id",
            "iiii", host->programme_id(host), (int64_t)DOWRIES_DELIVERED, alm_arg_number(args, "from", ALM_NULL),
            alm_arg_number(args, "to", ALM_NULL));
    while (alm_next(host, st, &status, err)) {
        char couple[520];
        const struct alm_value values[] = {alm_string(host->column_text(host, st, COUPLE_COLUMNS)),
                                           alm_string(couple_name(host, st, couple)),
                                           alm_string(host->column_text(host, st, COUPLE_HOUSEHOLD)),
                                           alm_number(host->column_int(host, st, COUPLE_COLUMNS + 1)),
                                           alm_number(host->column_int(host, st, COUPLE_COLUMNS + 2)),
                                           alm_number(host->column_int(host, st, COUPLE_COLUMNS + 3)),
                                           alm_number(host->column_int(host, st, COUPLE_COLUMNS + 4)),
                                           alm_number(host->column_int(host, st, COUPLE_COLUMNS + 5))};
        if (within_has(&within, host->column_int(host, st, COUPLE_AREA)))
            status = host->row(host, values, err);
    }
    return status;
}

/* What the stock has of an item; ALM_NULL where it does not know it: what is bought needs no place in the stock. */
static enum alm_status in_stock(const struct alm_host *host, const char *code, alm_quantity *has, struct alm_error *err)
{
    alm_id item = 0;
    *has = ALM_NULL;
    enum alm_status status = host->find(host, ALM_NOUN_ITEM, code, &item, err);
    if (status == ALM_BAD_DATA)
        return ALM_OK;
    return status == ALM_OK ? host->stock_on_hand(host, item, 0, host->today(host), has, err) : status;
}

enum alm_status dowries_report_missing(const struct alm_host *host, void *state, const struct alm_args *args,
                                       struct alm_error *err)
{
    (void)args;
    const struct dowries_settings *s = state;
    struct alm_statement *st = NULL;
    enum alm_status status = alm_query(host, &st, err,
                                       "SELECT i.item, COUNT(*), CAST(SUM(i.quantity) AS BIGINT) FROM dowries_dowry d "
                                       "JOIN dowries_item i ON i.programme = d.programme AND i.dowry = d.id "
                                       "WHERE d.programme = $1 AND d.state = $2 AND i.handed IS NULL "
                                       "GROUP BY i.item ORDER BY i.item",
                                       "ii", host->programme_id(host), (int64_t)DOWRIES_OPEN);
    while (alm_next(host, st, &status, err)) {
        const char *name = host->column_text(host, st, 0);
        const struct dowries_item *item = dowries_item_of(s, name);
        const alm_quantity quantity = host->column_int(host, st, 2);
        alm_quantity has = ALM_NULL;
        if (!item || item->from == FROM_STOCK)
            status = in_stock(host, dowries_stock_code(s, name), &has, err);
        const alm_quantity lacks = has == ALM_NULL ? quantity : quantity > has ? quantity - has : 0;
        const struct alm_value values[] = {alm_string(name),
                                           alm_string(item && item->title ? item->title : name),
                                           alm_number(host->column_int(host, st, 1)),
                                           alm_number(quantity),
                                           alm_number_or_null(has),
                                           alm_number(lacks)};
        if (status == ALM_OK)
            status = host->row(host, values, err);
    }
    return status;
}
