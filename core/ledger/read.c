/* SPDX-License-Identifier: MIT */
/* read: lines and refusals as lists. */
#include "ledger/lines.h"

#include <stdlib.h>

/* ---- conditions ---- */

enum { MAX_CONDITIONS = 8 };

/* A query that grows, and its parameters; the owners, if it is about some only, are $1. */
struct where {
    struct strbuf sql;
    struct lines_ids owners, spans;
    bool by_owner; /* if there are spans (LINES_OF_OWNERS), these are $2 */
    char types[MAX_CONDITIONS + 2];
    int64_t values[MAX_CONDITIONS];
    size_t n, n_values;
};

/* Add a condition; each $ in it stands for the one value. */
static void where_add(struct where *w, const char *condition, int64_t value)
{
    strbuf_adds(&w->sql, w->n ? " AND " : " WHERE ");
    w->n++;
    for (const char *at = condition; *at; at++) {
        if (*at == '$')
            strbuf_addf(&w->sql, "$%zu", w->n);
        else
            strbuf_addc(&w->sql, *at);
    }
    w->types[w->n - 1] = 'i';
    w->values[w->n_values++] = value;
}

/* Everything of the filter but area and limit, for a table called `line`. */
static enum alm_status where_filter(struct ledger *ledger, struct where *w, const struct ledger_filter *filter,
                                    struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    struct register_aliases aliases = {0};
    if (filter->owner) {
        lines_ids_add(&w->owners, filter->owner);
        status = register_aliases_add(ledger->services.store, &aliases, &w->owners.at, &w->owners.n, err);
        register_aliases_release(&aliases);
    } else if (filter->person)
        status = lines_owners_of_person(ledger->services.store, filter->person, &w->owners, err);
    w->by_owner = filter->owner || filter->person;
    if (w->by_owner) {
        strbuf_adds(&w->sql,
                    w->spans.n ? " WHERE o.owner = ANY ($1) AND o.span = ANY ($2)" : " WHERE line.owner = ANY ($1)");
        w->types[w->n++] = 'I';
        if (w->spans.n)
            w->types[w->n++] = 'I';
    }
    if (filter->person)
        where_add(w,
                  "(line.person = $ OR line.partner = $ "
                  "OR line.person IN (SELECT id FROM alias WHERE survivor = $ AND until IS NULL) "
                  "OR line.partner IN (SELECT id FROM alias WHERE survivor = $ AND until IS NULL))",
                  filter->person);
    if (filter->programme)
        where_add(w, "line.programme = $", filter->programme);
    if (filter->body)
        where_add(w, "line.body = $", filter->body);
    if (filter->group)
        where_add(w, "line.grp = $", filter->group);
    if (filter->from != ALM_NO_DATE)
        where_add(w, "line.date >= $", filter->from);
    if (filter->to != ALM_NO_DATE)
        where_add(w, "line.date <= $", filter->to);
    return status;
}

/* What was recorded last comes first: ids sort by time, and every table finds them in that order. */
static void where_order(struct where *w)
{
    strbuf_adds(&w->sql, " ORDER BY line.id DESC");
}

static enum alm_status where_query(struct where *w, struct store *store, struct store_stmt **stmt,
                                   struct alm_error *err)
{
    /* types tells how many of the values are taken */
    const int64_t *v = w->values;
    if (w->spans.n)
        return store_query(store, stmt, err, w->sql.at, w->types, w->owners.at, w->owners.n, w->spans.at, w->spans.n,
                           v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]);
    if (w->by_owner)
        return store_query(store, stmt, err, w->sql.at, w->types, w->owners.at, w->owners.n, v[0], v[1], v[2], v[3],
                           v[4], v[5], v[6], v[7]);
    return store_query(store, stmt, err, w->sql.at, w->types, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]);
}

static void where_release(struct where *w)
{
    strbuf_release(&w->sql);
    free(w->owners.at);
    free(w->spans.at);
}

/* ---- lines ---- */

static void fill_line(struct ledger *ledger, struct store_stmt *stmt, struct ledger_line *out)
{
    struct ledger_extra extra;
    *out = (struct ledger_line){0};
    lines_fetch(ledger, stmt, &out->line, &extra, &out->entry);
    out->detail_text = extra.detail.at;
    out->note = extra.note.at;
    out->period = extra.period;
}

enum alm_status ledger_line_read(struct ledger *ledger, alm_id id, struct ledger_line *out, struct arena *arena,
                                 struct alm_error *err)
{
    struct store *store = ledger->services.store;
    struct store_stmt *stmt;
    bool row;
    enum alm_status status =
        store_query(store, &stmt, err, "SELECT " LINES_COLUMNS " FROM line WHERE line.id = $1", "i", id);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status != ALM_OK)
        return status;
    if (!row)
        return error_set(err, ALM_BAD_DATA, _("`almoner delivery list` shows them"), _("there is no delivery %lld"),
                         (long long)id);
    fill_line(ledger, stmt, out);
    out->detail_text = out->detail_text ? arena_strdup(arena, out->detail_text) : NULL;
    out->note = out->note ? arena_strdup(arena, out->note) : NULL;
    store_done(stmt);
    status = store_number(store, &out->reversed_by, 0, err, "SELECT id FROM reversal WHERE owner = $1 AND line = $2",
                          "ii", out->line.owner, id);
    /* Keys are found by their text everywhere else; here, for one line, all are looked through rather than indexed for
     * it. */
    if (status == ALM_OK)
        status = store_query(store, &stmt, err, "SELECT key FROM delivery_key WHERE id = $1 AND owner = $2", "ii", id,
                             out->line.owner);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status != ALM_OK || !row)
        return status;
    out->key = arena_strdup(arena, store_string(stmt, 0));
    store_done(stmt);
    return ALM_OK;
}

struct reversal {
    alm_id line, by;
};

static int compare_reversals(const void *a, const void *b)
{
    const struct reversal *x = a, *y = b;
    return (x->line > y->line) - (x->line < y->line);
}

/* Which of the lines were taken back: few, and they come after the lines that they take back. */
static enum alm_status read_reversals(struct store *store, struct where *w, struct reversal **reversals, size_t *n,
                                      struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row;
    size_t capacity = 0;
    enum alm_status status =
        w->by_owner ? store_query(store, &stmt, err, "SELECT line, id FROM reversal WHERE owner = ANY ($1)", "I",
                                  w->owners.at, w->owners.n)
                    : store_query(store, &stmt, err, "SELECT line, id FROM reversal", "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        ARRAY_ROOM(*reversals, *n, capacity);
        (*reversals)[(*n)++] = (struct reversal){store_int(stmt, 0), store_int(stmt, 1)};
    }
    if (*n > 1)
        qsort(*reversals, *n, sizeof **reversals, compare_reversals);
    return status;
}

static enum alm_status find_area(struct ledger *ledger, alm_id id, int32_t *area, struct alm_error *err)
{
    *area = id ? register_area_by_id(ledger->services.directory, id) : -1;
    if (id && *area < 0)
        return error_set(err, ALM_BAD_DATA, _("almoner area list shows them"), _("there is no area with the id %lld"),
                         (long long)id);
    return ALM_OK;
}

static bool lies_within(struct ledger *ledger, alm_id id, int32_t within)
{
    if (within < 0)
        return true;
    const int32_t area = id ? register_area_by_id(ledger->services.directory, id) : -1;
    return area >= 0 && register_area_within(ledger->services.directory, area, within);
}

enum alm_status ledger_lines(struct ledger *ledger, const struct ledger_filter *filter,
                             enum alm_status (*each)(void *context, const struct ledger_line *, struct alm_error *),
                             void *context, struct alm_error *err)
{
    struct store *store = ledger->services.store;
    struct store_stmt *stmt;
    struct where w = {0};
    struct reversal *reversals = NULL;
    size_t n_reversals = 0;
    int32_t within;
    int64_t left = filter->limit ? filter->limit : INT64_MAX;
    bool row;
    enum alm_status status = find_area(ledger, filter->area, &within, err);
    const bool by_owner = filter->owner || filter->person;
    strbuf_adds(&w.sql, by_owner ? LINES_OF_OWNERS : "SELECT " LINES_COLUMNS " FROM line");
    if (status == ALM_OK && by_owner)
        status = lines_all_spans(store, &w.spans, err);
    if (by_owner && !w.spans.n)
        lines_ids_add(&w.spans, 0); /* there are no lines yet */
    if (status == ALM_OK)
        status = where_filter(ledger, &w, filter, err);
    if (status == ALM_OK)
        status = read_reversals(store, &w, &reversals, &n_reversals, err);
    where_order(&w);
    if (status == ALM_OK)
        status = where_query(&w, store, &stmt, err);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        struct ledger_line line;
        fill_line(ledger, stmt, &line);
        if (!lies_within(ledger, line.line.area, within))
            continue;
        const struct reversal key = {line.line.id, 0};
        const struct reversal *found =
            n_reversals ? bsearch(&key, reversals, n_reversals, sizeof key, compare_reversals) : NULL;
        line.reversed_by = found ? found->by : 0;
        status = each(context, &line, err);
        if (status != ALM_OK || --left == 0) {
            store_done(stmt);
            break;
        }
    }
    free(reversals);
    where_release(&w);
    return status;
}

/* ---- refusals ---- */

static alm_id id_or_0(struct store_stmt *stmt, int i)
{
    const int64_t id = store_int(stmt, i);
    return id == ALM_NULL ? 0 : id;
}

static void fill_refusal(struct store_stmt *stmt, struct ledger_refusal *out)
{
    const int64_t blocking_date = store_int(stmt, 10);
    *out = (struct ledger_refusal){
        .owner = store_int(stmt, 0),
        .id = store_int(stmt, 1),
        .programme = store_int(stmt, 2),
        .date = (alm_date)store_int(stmt, 3),
        .quantity = store_int(stmt, 4),
        .body = store_int(stmt, 5),
        .group = store_int(stmt, 6),
        .person = id_or_0(stmt, 7),
        .blocking = id_or_0(stmt, 8),
        .blocking_body = id_or_0(stmt, 9),
        .blocking_date = blocking_date == ALM_NULL ? ALM_NO_DATE : (alm_date)blocking_date,
        .line = id_or_0(stmt, 11),
        .why = (enum ledger_reason)store_int(stmt, 12),
        .state = (int)store_int(stmt, 13),
        .key = store_string(stmt, 14),
        .reason = store_string(stmt, 15),
    };
}

enum alm_status ledger_refusals(struct ledger *ledger, const struct ledger_filter *filter, int state,
                                enum alm_status (*each)(void *context, const struct ledger_refusal *,
                                                        struct alm_error *),
                                void *context, struct alm_error *err)
{
    struct store_stmt *stmt;
    struct where w = {0};
    int32_t within;
    int64_t left = filter->limit ? filter->limit : INT64_MAX;
    bool row;
    enum alm_status status = find_area(ledger, filter->area, &within, err);
    strbuf_adds(&w.sql, "SELECT line.owner, line.id, line.programme, line.date, line.quantity, line.body, line.grp, "
                        "line.person, line.blocking, line.blocking_body, line.blocking_date, line.line, line.kind, "
                        "line.state, line.key, line.reason");
    /* An offer has no area of its own: it is where its household or place is. */
    strbuf_adds(&w.sql, within >= 0 ? ", COALESCE(household.area, place.area) FROM refusal line "
                                      "LEFT JOIN household ON household.id = line.owner "
                                      "LEFT JOIN place ON place.id = line.owner"
                                    : " FROM refusal line");
    if (status == ALM_OK)
        status = where_filter(ledger, &w, filter, err);
    if (state >= 0)
        where_add(&w, "line.state = $", state);
    where_order(&w);
    if (status == ALM_OK)
        status = where_query(&w, ledger->services.store, &stmt, err);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        struct ledger_refusal refusal;
        if (within >= 0 && !lies_within(ledger, id_or_0(stmt, 16), within))
            continue;
        fill_refusal(stmt, &refusal);
        status = each(context, &refusal, err);
        if (status != ALM_OK || --left == 0) {
            store_done(stmt);
            break;
        }
    }
    where_release(&w);
    return status;
}

enum alm_status ledger_counts(struct ledger *ledger, int64_t *lines, int64_t *refusals, int64_t *held,
                              struct alm_error *err)
{
    struct store *store = ledger->services.store;
    struct store_stmt *stmt;
    bool row;
    *refusals = *held = 0;
    /* From the roll-up: counting the lines themselves would take longer the more there are. */
    enum alm_status status =
        store_number(store, lines, 0, err, "SELECT CAST(SUM(deliveries) AS BIGINT) FROM tally", "");
    if (status == ALM_OK)
        status = store_query(store, &stmt, err, "SELECT state, COUNT(*) FROM refusal GROUP BY state", "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        if (store_int(stmt, 0) == 0)
            *refusals = store_int(stmt, 1);
        else if (store_int(stmt, 0) == 1)
            *held = store_int(stmt, 1);
    }
    return status;
}

enum alm_status ledger_refusal_reason(struct ledger *ledger, alm_id id, int *state, const char **reason,
                                      struct arena *arena, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false;
    *reason = NULL;
    enum alm_status status = store_query(
        ledger->services.store, &stmt, err,
        "SELECT r.state, r.reason FROM home h JOIN refusal r ON r.owner = h.owner AND r.id = h.id WHERE h.id = $1", "i",
        id);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status != ALM_OK || !row)
        return status;
    *state = (int)store_int(stmt, 0);
    *reason = arena_strdup(arena, store_string(stmt, 1));
    store_done(stmt);
    return ALM_OK;
}
