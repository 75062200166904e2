/* SPDX-License-Identifier: MIT */
/* read: cases and their steps. */
#include "cases/internal.h"

static alm_date date_of(struct store_stmt *stmt, int column)
{
    const int64_t date = store_int(stmt, column);
    return date == ALM_NULL ? ALM_NO_DATE : (alm_date)date;
}

static alm_id id_of(struct store_stmt *stmt, int column)
{
    const int64_t id = store_int(stmt, column);
    return id == ALM_NULL ? 0 : id;
}

static const char *text_at(struct store_stmt *stmt, int column, struct arena *arena)
{
    const char *text = store_string(stmt, column);
    return text ? arena_strdup(arena, text) : NULL;
}

void cases_of_row(struct store_stmt *stmt, struct cases_case *c, struct arena *arena)
{
    const bool is_place = store_int(stmt, 3) == ALM_PLACE;
    *c = (struct cases_case){.id = store_int(stmt, 0),
                             .owner = store_int(stmt, 1),
                             .programme = store_int(stmt, 2),
                             .household = is_place ? 0 : store_int(stmt, 1),
                             .place = is_place ? store_int(stmt, 1) : 0,
                             .person = id_of(stmt, 4),
                             .partner = id_of(stmt, 5),
                             .state = (enum cases_state)store_int(stmt, 6),
                             .subject = text_at(stmt, 7, arena),
                             .note = text_at(stmt, 8, arena),
                             .document = text_at(stmt, 9, arena),
                             .entered_by = text_at(stmt, 10, arena),
                             .asked = store_int(stmt, 11),
                             .approved = store_int(stmt, 12),
                             .opened = date_of(stmt, 13),
                             .visited = date_of(stmt, 14),
                             .decided = date_of(stmt, 15),
                             .delivered = date_of(stmt, 16),
                             .closed = date_of(stmt, 17),
                             .line = id_of(stmt, 18),
                             .steps = store_int(stmt, 19)};
}

static enum alm_status read_one(struct store_stmt *stmt, bool *row, struct cases_case *c, struct arena *arena,
                                struct alm_error *err)
{
    enum alm_status status = store_next(stmt, row, err);
    if (status == ALM_OK && *row) {
        cases_of_row(stmt, c, arena);
        store_done(stmt);
    }
    return status;
}

enum alm_status cases_read(const struct cases *cases, alm_id id, struct cases_case *c, struct arena *arena,
                           struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false;
    enum alm_status status = store_query(cases->store, &stmt, err,
                                         "SELECT " CASES_COLUMNS " FROM relief_case c "
                                         "JOIN programme p ON p.id = c.programme WHERE c.id = $1",
                                         "i", id);
    if (status == ALM_OK)
        status = read_one(stmt, &row, c, arena, err);
    if (status == ALM_OK && !row)
        status = error_set(err, ALM_BAD_DATA, _("`almoner case list` shows them"), _("there is no case %lld"),
                           (long long)id);
    return status;
}

enum alm_status cases_request_of(const struct cases *cases, alm_id line, struct cases_case *c, struct arena *arena,
                                 struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false;
    *c = (struct cases_case){0};
    enum alm_status status = store_query(cases->store, &stmt, err,
                                         "SELECT " CASES_COLUMNS " FROM relief_case c "
                                         "JOIN programme p ON p.id = c.programme WHERE c.line = $1",
                                         "i", line);
    return status == ALM_OK ? read_one(stmt, &row, c, arena, err) : status;
}

enum alm_status cases_steps(const struct cases *cases, alm_id id,
                            enum alm_status (*each)(void *context, const struct cases_step *, struct alm_error *),
                            void *context, struct alm_error *err)
{
    struct store_stmt *stmt;
    struct arena arena = {0};
    bool row;
    enum alm_status status = store_query(cases->store, &stmt, err,
                                         "SELECT what, date, at, who, acting, reason, decision, quantity, line "
                                         "FROM relief_case_step WHERE request = $1 ORDER BY n",
                                         "i", id);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct cases_step step = {.what = (enum cases_what)store_int(stmt, 0),
                                        .date = (alm_date)store_int(stmt, 1),
                                        .at = store_int(stmt, 2),
                                        .who = text_at(stmt, 3, &arena),
                                        .acting = text_at(stmt, 4, &arena),
                                        .reason = text_at(stmt, 5, &arena),
                                        .decision = text_at(stmt, 6, &arena),
                                        .quantity = store_int(stmt, 7),
                                        .line = id_of(stmt, 8)};
        status = each(context, &step, err);
        arena_reset(&arena);
    }
    arena_release(&arena);
    return status;
}
