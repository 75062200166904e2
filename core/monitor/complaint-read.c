/* SPDX-License-Identifier: MIT */
/* complaint-read: complaints, their steps, and how many there are. */
#include "monitor/monitor.h"

const char *const monitor_channels[] = {[CHANNEL_PHONE] = N_("phone"),
                                        [CHANNEL_VISIT] = N_("visit"),
                                        [CHANNEL_LETTER] = N_("letter"),
                                        [CHANNEL_BOX] = N_("box"),
                                        NULL};
const char *const monitor_kinds[] = {
    [KIND_QUALITY] = N_("quality"), [KIND_QUANTITY] = N_("quantity"), [KIND_EXCLUSION] = N_("exclusion"),
    [KIND_CONDUCT] = N_("conduct"), [KIND_OTHER] = N_("other"),       NULL};
const char *const monitor_states[] = {[COMPLAINT_OPEN] = N_("open"),
                                      [COMPLAINT_ASSIGNED] = N_("assigned"),
                                      [COMPLAINT_ANSWERED] = N_("answered"),
                                      [COMPLAINT_CLOSED] = N_("closed"),
                                      NULL};
const char *const monitor_outcomes[] = {
    [OUTCOME_UPHELD] = N_("upheld"),       [OUTCOME_PARTLY] = N_("partly"),     [OUTCOME_UNFOUNDED] = N_("unfounded"),
    [OUTCOME_WITHDRAWN] = N_("withdrawn"), [OUTCOME_REFERRED] = N_("referred"), NULL};

#define COLUMNS                                                                                                        \
    "c.id, c.owner, c.household, c.person, c.programme, c.area, c.body, c.grp, c.channel, c.kind, c.state, "           \
    "c.sensitive, c.said, c.entered_by, c.opened, c.due, c.answered, c.closed, c.assignee, c.assigned_body, "          \
    "c.outcome, c.steps"

static const char *text_at(struct store_stmt *stmt, int column, struct arena *arena)
{
    const char *text = store_string(stmt, column);
    return text ? arena_strdup(arena, text) : NULL;
}

static alm_id id_at(struct store_stmt *stmt, int column)
{
    return store_is_null(stmt, column) ? 0 : store_int(stmt, column);
}

static alm_date date_at(struct store_stmt *stmt, int column)
{
    return store_is_null(stmt, column) ? ALM_NO_DATE : (alm_date)store_int(stmt, column);
}

static int outcome_at(struct store_stmt *stmt, int column)
{
    return store_is_null(stmt, column) ? -1 : (int)store_int(stmt, column);
}

static struct monitor_complaint of_row(struct store_stmt *stmt, struct arena *arena)
{
    return (struct monitor_complaint){.id = store_int(stmt, 0),
                                      .owner = store_int(stmt, 1),
                                      .household = id_at(stmt, 2),
                                      .person = id_at(stmt, 3),
                                      .programme = id_at(stmt, 4),
                                      .area = store_int(stmt, 5),
                                      .body = id_at(stmt, 6),
                                      .group = id_at(stmt, 7),
                                      .channel = (enum monitor_channel)store_int(stmt, 8),
                                      .kind = (enum monitor_kind)store_int(stmt, 9),
                                      .state = (enum monitor_state)store_int(stmt, 10),
                                      .sensitive = store_int(stmt, 11) != 0,
                                      .text = text_at(stmt, 12, arena),
                                      .entered_by = text_at(stmt, 13, arena),
                                      .opened = date_at(stmt, 14),
                                      .due = date_at(stmt, 15),
                                      .answered = date_at(stmt, 16),
                                      .closed = date_at(stmt, 17),
                                      .assignee = text_at(stmt, 18, arena),
                                      .assigned_body = id_at(stmt, 19),
                                      .outcome = outcome_at(stmt, 20),
                                      .steps = store_int(stmt, 21)};
}

enum alm_status monitor_complaint_read(const struct monitor *monitor, alm_id id, struct monitor_complaint *found,
                                       struct arena *arena, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false;
    *found = (struct monitor_complaint){0};
    enum alm_status status =
        store_query(monitor->store, &stmt, err, "SELECT " COLUMNS "\nFROM complaint c\nWHERE c.id = $1", "i", id);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status != ALM_OK)
        return status;
    if (!row)
        return error_set(err, ALM_BAD_DATA, _("`almoner complaint list` shows them"), _("there is no complaint %lld"),
                         (long long)id);
    *found = of_row(stmt, arena);
    store_done(stmt);
    return ALM_OK;
}

enum alm_status monitor_complaint_steps(const struct monitor *monitor, alm_id id,
                                        enum alm_status (*each)(void *context, const struct monitor_step *,
                                                                struct alm_error *),
                                        void *context, struct alm_error *err)
{
    struct store_stmt *stmt;
    struct arena arena = {0};
    bool row = false;
    enum alm_status status = store_query(monitor->store, &stmt, err,
                                         "SELECT what, date, at, who, assignee, body, outcome, note\n"
                                         "FROM complaint_step\nWHERE complaint = $1\nORDER BY n",
                                         "i", id);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct monitor_step step = {.what = (enum monitor_state)store_int(stmt, 0),
                                          .date = date_at(stmt, 1),
                                          .at = store_int(stmt, 2),
                                          .who = text_at(stmt, 3, &arena),
                                          .assignee = text_at(stmt, 4, &arena),
                                          .body = id_at(stmt, 5),
                                          .outcome = outcome_at(stmt, 6),
                                          .note = text_at(stmt, 7, &arena)};
        status = each(context, &step, err);
        if (status != ALM_OK)
            store_done(stmt);
        arena_reset(&arena);
    }
    arena_release(&arena);
    return status;
}

/* ---- lists ---- */

#define FILTER                                                                                                         \
    "FROM complaint c\n"                                                                                               \
    "WHERE (CAST($1 AS BIGINT) = 0 OR c.closed IS NULL)\n"                                                             \
    "AND (CAST($2 AS BIGINT) IS NULL OR (c.answered IS NULL AND c.closed IS NULL AND c.due < $2))\n"                   \
    "AND (CAST($3 AS BIGINT) = 0 OR c.programme = $3)\n"                                                               \
    "AND (CAST($4 AS BIGINT) = 0 OR c.area = ANY ($5))\n"

enum alm_status monitor_complaints(const struct monitor *monitor, const struct monitor_filter *filter,
                                   enum alm_status (*each)(void *context, const struct monitor_complaint *,
                                                           struct alm_error *),
                                   void *context, int64_t *hidden, struct alm_error *err)
{
    const int64_t due_before = filter->due_before == ALM_NO_DATE ? ALM_NULL : filter->due_before;
    struct store_stmt *stmt;
    struct arena arena = {0};
    bool row = false;
    *hidden = 0;
    enum alm_status status =
        store_query(monitor->store, &stmt, err,
                    "SELECT " COLUMNS "\n" FILTER "AND (CAST($6 AS BIGINT) = 1 OR c.sensitive = 0)\n"
                    "ORDER BY c.due, c.id, c.owner",
                    "iiiiIi", (int64_t)filter->open, due_before, filter->programme, (int64_t)filter->n_areas,
                    filter->areas, filter->n_areas, (int64_t)filter->sensitive);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct monitor_complaint complaint = of_row(stmt, &arena);
        status = each(context, &complaint, err);
        if (status != ALM_OK)
            store_done(stmt);
        arena_reset(&arena);
    }
    arena_release(&arena);
    if (status == ALM_OK && !filter->sensitive)
        status = store_number(monitor->store, hidden, 0, err, "SELECT COUNT(*)\n" FILTER "AND c.sensitive = 1", "iiiiI",
                              (int64_t)filter->open, due_before, filter->programme, (int64_t)filter->n_areas,
                              filter->areas, filter->n_areas);
    return status;
}

enum alm_status monitor_count(const struct monitor *monitor, alm_id programme, alm_date from, alm_date to,
                              enum alm_status (*each)(void *context, const struct monitor_count *, struct alm_error *),
                              void *context, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false;
    enum alm_status status =
        store_query(monitor->store, &stmt, err,
                    "SELECT COALESCE(c.programme, 0) AS named, c.area, c.answered - c.opened AS days, COUNT(*),\n"
                    "COUNT(CASE WHEN c.closed IS NULL THEN 1 END),\n"
                    "COUNT(CASE WHEN c.answered IS NULL AND c.closed IS NULL AND c.due < $4 THEN 1 END),\n"
                    "COUNT(CASE WHEN c.answered <= c.due THEN 1 END)\n"
                    "FROM complaint c\n"
                    "WHERE (CAST($1 AS BIGINT) = 0 OR c.programme = $1)\n"
                    "AND (CAST($2 AS BIGINT) IS NULL OR c.opened >= $2)\n"
                    "AND (CAST($3 AS BIGINT) IS NULL OR c.opened <= $3)\n"
                    "GROUP BY COALESCE(c.programme, 0), c.area, c.answered - c.opened\n"
                    "ORDER BY named, c.area, days",
                    "iiii", programme, from == ALM_NO_DATE ? ALM_NULL : (int64_t)from,
                    to == ALM_NO_DATE ? ALM_NULL : (int64_t)to, (int64_t)monitor->today);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct monitor_count count = {.programme = store_int(stmt, 0),
                                            .area = store_int(stmt, 1),
                                            .days = store_int(stmt, 2),
                                            .opened = store_int(stmt, 3),
                                            .open = store_int(stmt, 4),
                                            .overdue = store_int(stmt, 5),
                                            .in_time = store_int(stmt, 6)};
        status = each(context, &count, err);
        if (status != ALM_OK)
            store_done(stmt);
    }
    return status;
}
