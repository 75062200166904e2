/* SPDX-License-Identifier: MIT */
/* read: plans, their lines, who was left out, and what was delivered of them. */
#include "secretariat/plan-internal.h"

static alm_id id_of(struct store_stmt *stmt, int column)
{
    const int64_t id = store_int(stmt, column);
    return id == ALM_NULL ? 0 : id;
}

static alm_date date_of(struct store_stmt *stmt, int column)
{
    const int64_t date = store_int(stmt, column);
    return date == ALM_NULL ? ALM_NO_DATE : (alm_date)date;
}

static const char *text_at(struct store_stmt *stmt, int column, struct arena *arena)
{
    const char *text = store_string(stmt, column);
    return text ? arena_strdup(arena, text) : NULL;
}

/* ---- plans ---- */

#define PLAN_COLUMNS                                                                                                   \
    "p.id, p.programme, p.stage, p.area, p.date, p.state, p.made_by, p.approved_by, p.cancelled_by, p.reason, "        \
    "p.made, "                                                                                                         \
    "p.approved, p.cancelled, p.lines, p.quantity, p.value, p.left_out, p.digest"

static void plan_of_row(struct store_stmt *stmt, struct plan *plan, struct arena *arena)
{
    *plan = (struct plan){.id = store_int(stmt, 0),
                          .programme = store_int(stmt, 1),
                          .stage = store_int(stmt, 2),
                          .area = store_int(stmt, 3),
                          .date = (alm_date)store_int(stmt, 4),
                          .state = (enum plan_state)store_int(stmt, 5),
                          .made_by = text_at(stmt, 6, arena),
                          .approved_by = text_at(stmt, 7, arena),
                          .cancelled_by = text_at(stmt, 8, arena),
                          .reason = text_at(stmt, 9, arena),
                          .made = store_int(stmt, 10),
                          .approved = store_int(stmt, 11),
                          .cancelled = store_int(stmt, 12),
                          .lines = store_int(stmt, 13),
                          .quantity = store_int(stmt, 14),
                          .value = store_int(stmt, 15),
                          .left_out = store_int(stmt, 16),
                          .digest = text_at(stmt, 17, arena)};
}

enum alm_status plan_read(const struct plans *plans, alm_id id, struct plan *plan, struct arena *arena,
                          struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false;
    enum alm_status status =
        store_query(plans->store, &stmt, err, "SELECT " PLAN_COLUMNS " FROM plan p WHERE p.id = $1", "i", id);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status != ALM_OK)
        return status;
    if (!row)
        return error_set(err, ALM_BAD_DATA, _("`almoner plan list` shows them"), _("there is no plan %lld"),
                         (long long)id);
    plan_of_row(stmt, plan, arena);
    store_done(stmt);
    return ALM_OK;
}

enum alm_status plan_list(const struct plans *plans, alm_id programme, alm_id stage, int state, int64_t limit,
                          enum alm_status (*each)(void *context, const struct plan *, struct alm_error *),
                          void *context, struct alm_error *err)
{
    static const char sql[] =
        "SELECT " PLAN_COLUMNS " FROM plan p WHERE (CAST($1 AS BIGINT) = 0 OR p.programme = $1) "
        "AND (CAST($2 AS BIGINT) = 0 OR p.stage = $2) AND (CAST($3 AS BIGINT) < 0 OR p.state = $3) "
        "ORDER BY p.id DESC LIMIT $4";
    struct arena arena = {0};
    struct store_stmt *stmt;
    bool row;
    enum alm_status status =
        store_query(plans->store, &stmt, err, sql, "iiii", programme, stage, (int64_t)state, limit ? limit : INT64_MAX);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        struct plan plan;
        plan_of_row(stmt, &plan, &arena);
        status = each(context, &plan, err);
        arena_reset(&arena);
    }
    arena_release(&arena);
    return status;
}

/* ---- lines ---- */

/* The code of who stands on the line: a household's, or a place's. */
#define CODE "COALESCE(h.code, s.code)"
#define OWNERS                                                                                                         \
    "LEFT JOIN household h ON h.id = l.owner "                                                                         \
    "LEFT JOIN place s ON s.id = l.owner "
/* $1 to $4 of both queries: the plan, owner, whether by area, and the areas. */
#define WHERE                                                                                                          \
    "WHERE l.plan = $1 AND (CAST($2 AS BIGINT) = 0 OR l.owner = $2) "                                                  \
    "AND (CAST($3 AS BIGINT) = 0 OR l.area = ANY ($4)) "

#define GIVEN                                                                                                          \
    "COALESCE((SELECT CAST(SUM(d.quantity) AS BIGINT) FROM plan_delivery d "                                           \
    "WHERE d.plan = l.plan AND d.owner = l.owner AND d.person = l.person), 0)"
#define LINE_COLUMNS                                                                                                   \
    "l.owner, l.person, l.area, l.body, l.grp, " CODE                                                                  \
    ", l.rank, l.members, l.quantity, l.value, l.last, l.score, " GIVEN
#define LINE_WHERE                                                                                                     \
    WHERE "AND (CAST($5 AS BIGINT) < 0 OR l.body = $5) AND (CAST($6 AS BIGINT) < 0 OR l.grp = $6) "                    \
          "AND (CAST($7 AS BIGINT) = 0 OR l.quantity > " GIVEN ") ORDER BY l.rank LIMIT $8"
enum { LINE_N_COLUMNS = 13 };

static enum alm_status query_lines(const struct plans *plans, const struct plan_filter *filter,
                                   struct store_stmt **stmt, const char *sql, int64_t today, struct alm_error *err)
{
    const int64_t limit = filter->limit ? filter->limit : INT64_MAX;
    return today == ALM_NULL ? store_query(plans->store, stmt, err, sql, "iiiIiiii", filter->plan, filter->owner,
                                           (int64_t)(filter->areas != NULL), filter->areas, filter->n_areas,
                                           filter->body, filter->group, (int64_t)filter->open, limit)
                             : store_query(plans->store, stmt, err, sql, "iiiIiiiii", filter->plan, filter->owner,
                                           (int64_t)(filter->areas != NULL), filter->areas, filter->n_areas,
                                           filter->body, filter->group, (int64_t)filter->open, limit, today);
}

static struct plan_line line_of_row(struct store_stmt *stmt)
{
    return (struct plan_line){.owner = store_int(stmt, 0),
                              .person = store_int(stmt, 1),
                              .area = store_int(stmt, 2),
                              .body = store_int(stmt, 3),
                              .group = store_int(stmt, 4),
                              .code = store_string(stmt, 5),
                              .rank = store_int(stmt, 6),
                              .members = store_int(stmt, 7),
                              .quantity = store_int(stmt, 8),
                              .value = store_int(stmt, 9),
                              .last = date_of(stmt, 10),
                              .score = store_int(stmt, 11),
                              .delivered = store_int(stmt, 12),
                              .until = ALM_NO_DATE,
                              .blocking_date = ALM_NO_DATE};
}

enum alm_status plan_lines(const struct plans *plans, const struct plan_filter *filter,
                           enum alm_status (*each)(void *context, const struct plan_line *, struct alm_error *),
                           void *context, struct alm_error *err)
{
    static const char sql[] = "SELECT " LINE_COLUMNS " FROM plan_line l " OWNERS LINE_WHERE;
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = query_lines(plans, filter, &stmt, sql, ALM_NULL, err);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct plan_line line = line_of_row(stmt);
        status = each(context, &line, err);
    }
    return status;
}

enum alm_status plan_cards(const struct plans *plans, const struct plan_filter *filter,
                           enum alm_status (*each)(void *context, const struct plan_card *, struct alm_error *),
                           void *context, struct alm_error *err)
{
    /* A head who came from another household stands there still. */
#define NAME "NULLIF(TRIM(COALESCE(p.given_name, '') || ' ' || COALESCE(p.family_name, '')), '')"
    static const char sql[] =
        "SELECT " LINE_COLUMNS ", COALESCE(s.name, CASE WHEN l.person <> 0 "
        "THEN (SELECT " NAME " FROM home o JOIN person p ON p.owner = o.owner AND p.id = o.id WHERE o.id = l.person) "
        "ELSE COALESCE((SELECT " NAME " FROM person p WHERE p.owner = l.owner AND p.relation = 1 AND p.erased IS NULL "
        "AND (p.until IS NULL OR p.until > CAST($9 AS BIGINT)) ORDER BY p.id LIMIT 1), "
        "(SELECT " NAME " FROM membership m JOIN person p ON p.owner = m.home AND p.id = m.person "
        "WHERE m.household = l.owner AND p.relation = 1 AND p.erased IS NULL "
        "AND (m.until IS NULL OR m.until > $9) ORDER BY p.id LIMIT 1)) END), "
        "COALESCE(h.address, s.address) FROM plan_line l " OWNERS LINE_WHERE;
#undef NAME
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = query_lines(plans, filter, &stmt, sql, plans->today, err);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct plan_card card = {.line = line_of_row(stmt),
                                       .name = store_string(stmt, LINE_N_COLUMNS),
                                       .address = store_string(stmt, LINE_N_COLUMNS + 1)};
        status = each(context, &card, err);
    }
    return status;
}

enum alm_status plan_left_out(const struct plans *plans, const struct plan_filter *filter,
                              enum alm_status (*each)(void *context, const struct plan_line *, struct alm_error *),
                              void *context, struct alm_error *err)
{
    static const char sql[] =
        "SELECT l.owner, l.person, l.area, " CODE ", l.quantity, l.why, l.until, l.blocking, b.date, b.body, l.reason "
        "FROM plan_left_out l " OWNERS "LEFT JOIN line b ON b.id = l.blocking " WHERE
        "AND (CAST($5 AS BIGINT) = 0 OR l.why = $5) ORDER BY " CODE ", l.owner, l.person LIMIT $6";
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(plans->store, &stmt, err, sql, "iiiIii", filter->plan, filter->owner,
                                         (int64_t)(filter->areas != NULL), filter->areas, filter->n_areas,
                                         (int64_t)filter->why, filter->limit ? filter->limit : INT64_MAX);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct plan_line line = {.owner = store_int(stmt, 0),
                                       .person = store_int(stmt, 1),
                                       .area = store_int(stmt, 2),
                                       .code = store_string(stmt, 3),
                                       .quantity = store_int(stmt, 4),
                                       .why = (enum plan_why)store_int(stmt, 5),
                                       .until = date_of(stmt, 6),
                                       .blocking = id_of(stmt, 7),
                                       .blocking_date = date_of(stmt, 8),
                                       .blocking_body = id_of(stmt, 9),
                                       .last = ALM_NO_DATE,
                                       .reason = store_string(stmt, 10)};
        status = each(context, &line, err);
    }
    return status;
}

/* ---- progress and comparison ---- */

enum alm_status plan_progress(const struct plans *plans, alm_id plan,
                              enum alm_status (*each)(void *context, const struct plan_progress *, struct alm_error *),
                              void *context, struct alm_error *err)
{
    static const char sql[] =
        "SELECT g.area, g.body, g.grp, COUNT(*), "
        "CAST(SUM(CASE WHEN g.given = 0 THEN 1 ELSE 0 END) AS BIGINT), "
        "CAST(SUM(CASE WHEN g.given > 0 AND g.given < g.quantity THEN 1 ELSE 0 END) AS BIGINT), "
        "CAST(SUM(g.quantity) AS BIGINT), CAST(SUM(g.given) AS BIGINT) FROM ("
        "SELECT l.area, l.body, l.grp, l.quantity, COALESCE(CAST(SUM(d.quantity) AS BIGINT), 0) AS given "
        "FROM plan_line l "
        "LEFT JOIN plan_delivery d ON d.plan = l.plan AND d.owner = l.owner AND d.person = l.person "
        "WHERE l.plan = $1 "
        "GROUP BY l.owner, l.person, l.area, l.body, l.grp, l.quantity) g "
        "GROUP BY g.area, g.body, g.grp ORDER BY g.area, g.body, g.grp";
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(plans->store, &stmt, err, sql, "i", plan);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct plan_progress progress = {.area = store_int(stmt, 0),
                                               .body = store_int(stmt, 1),
                                               .group = store_int(stmt, 2),
                                               .lines = store_int(stmt, 3),
                                               .open = store_int(stmt, 4),
                                               .short_lines = store_int(stmt, 5),
                                               .planned = store_int(stmt, 6),
                                               .delivered = store_int(stmt, 7)};
        status = each(context, &progress, err);
    }
    return status;
}

enum alm_status plan_compare(const struct plans *plans, alm_id before, alm_id after,
                             enum alm_status (*each)(void *context, const struct plan_change *, struct alm_error *),
                             void *context, struct alm_error *err)
{
    /* -1: not on it. */
#define OF(plan, column) "MAX(CASE WHEN l.plan = " plan " THEN l." column " ELSE -1 END)"
    static const char sql[] =
        "SELECT l.owner, l.person, MAX(l.area), " CODE
        ", " OF("$1", "quantity") ", " OF("$2", "quantity") ", " OF("$1", "body") ", " OF("$1", "grp") ", " OF(
            "$2",
            "body") ", " OF("$2",
                            "grp") " FROM plan_line l " OWNERS "WHERE l.plan = $1 OR l.plan = $2 "
                                   "GROUP BY l.owner, l.person, h.code, s.code "
                                   "HAVING " OF("$1", "quantity") " <> " OF("$2", "quantity") " OR " OF(
                                       "$1",
                                       "body") " <> " OF("$2",
                                                         "body") " OR " OF("$1",
                                                                           "grp") " <> " OF("$2",
                                                                                            "grp") " ORDER BY " CODE
                                                                                                   ", l.owner, "
                                                                                                   "l.person";
#undef OF
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(plans->store, &stmt, err, sql, "ii", before, after);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const bool was = store_int(stmt, 4) >= 0, is = store_int(stmt, 5) >= 0;
        const struct plan_change change = {.owner = store_int(stmt, 0),
                                           .person = store_int(stmt, 1),
                                           .area = store_int(stmt, 2),
                                           .code = store_string(stmt, 3),
                                           .before = was ? store_int(stmt, 4) : ALM_NULL,
                                           .after = is ? store_int(stmt, 5) : ALM_NULL,
                                           .body_before = was ? store_int(stmt, 6) : 0,
                                           .group_before = was ? store_int(stmt, 7) : 0,
                                           .body_after = is ? store_int(stmt, 8) : 0,
                                           .group_after = is ? store_int(stmt, 9) : 0};
        status = each(context, &change, err);
    }
    return status;
}
