/* SPDX-License-Identifier: MIT */
/* decision: what a committee decided, which body sees to it, by when; open until it is reported done. */
#include "secretariat/internal.h"

/* ---- reading ---- */

#define COLUMNS "d.id, d.code, d.committee, d.body, d.what, d.decided, d.due, d.done, d.report, d.entered_by, d.done_by"

static const char *text_at(struct store_stmt *stmt, int column, struct arena *arena)
{
    const char *text = store_string(stmt, column);
    return text ? arena_strdup(arena, text) : NULL;
}

static struct secretariat_decision of_row(struct store_stmt *stmt, struct arena *arena)
{
    return (struct secretariat_decision){.id = store_int(stmt, 0),
                                         .code = text_at(stmt, 1, arena),
                                         .committee = store_int(stmt, 2),
                                         .body = store_int(stmt, 3),
                                         .text = text_at(stmt, 4, arena),
                                         .decided = (alm_date)store_int(stmt, 5),
                                         .due = (alm_date)store_int(stmt, 6),
                                         .done = store_is_null(stmt, 7) ? ALM_NO_DATE : (alm_date)store_int(stmt, 7),
                                         .report = text_at(stmt, 8, arena),
                                         .entered_by = text_at(stmt, 9, arena),
                                         .done_by = text_at(stmt, 10, arena)};
}

static enum alm_status read_by_key(const struct secretariat *secretariat, struct alm_text key,
                                   struct secretariat_decision *found, struct arena *arena, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false;
    *found = (struct secretariat_decision){0};
    enum alm_status status = store_query(secretariat->store, &stmt, err,
                                         "SELECT " COLUMNS "\nFROM decision d\nWHERE d.code_key = $1", "s", key);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status == ALM_OK && row) {
        *found = of_row(stmt, arena);
        store_done(stmt);
    }
    return status;
}

enum alm_status secretariat_decision_find(const struct secretariat *secretariat, const char *code,
                                          struct secretariat_decision *found, struct arena *arena,
                                          struct alm_error *err)
{
    char key[REGISTER_CODE_MAX + 1];
    enum alm_status status = secretariat_check_code(_("decision"), code, err);
    if (status == ALM_OK)
        status =
            read_by_key(secretariat, (struct alm_text){key, register_code_key(text_of(code), key)}, found, arena, err);
    if (status == ALM_OK && !found->id)
        status =
            error_set(err, ALM_BAD_DATA, _("almoner decision list shows them"), _("there is no decision %s"), code);
    return status;
}

enum alm_status
secretariat_decisions(const struct secretariat *secretariat, const struct secretariat_decision_filter *filter,
                      enum alm_status (*each)(void *context, const struct secretariat_decision *, struct alm_error *),
                      void *context, struct alm_error *err)
{
    const int64_t due_before = filter->due_before == ALM_NO_DATE ? ALM_NULL : filter->due_before;
    struct store_stmt *stmt;
    struct arena arena = {0};
    bool row = false;
    enum alm_status status = store_query(secretariat->store, &stmt, err,
                                         "SELECT " COLUMNS "\n"
                                         "FROM decision d\n"
                                         "WHERE (CAST($1 AS BIGINT) = 0 OR d.committee = $1)\n"
                                         "AND (CAST($2 AS BIGINT) = 0 OR d.body = $2)\n"
                                         "AND (CAST($3 AS BIGINT) = 0 OR d.done IS NULL)\n"
                                         "AND (CAST($4 AS BIGINT) IS NULL OR (d.done IS NULL AND d.due < $4))\n"
                                         "ORDER BY d.due, d.code, d.id",
                                         "iiii", filter->committee, filter->body, (int64_t)filter->open, due_before);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct secretariat_decision decision = of_row(stmt, &arena);
        status = each(context, &decision, err);
        if (status != ALM_OK)
            store_done(stmt);
        arena_reset(&arena);
    }
    arena_release(&arena);
    return status;
}

/* ---- writing ---- */

static enum alm_status check_days(const struct secretariat *secretariat, const struct secretariat_decision *in,
                                  struct alm_error *err)
{
    if (in->decided > secretariat->today)
        return error_set(err, ALM_BAD_DATA, _("enter it on that day"), _("the day of the decision lies ahead"));
    if (in->due < in->decided)
        return error_set(err, ALM_BAD_DATA, _("exchange them"), _("it is due before it was decided"));
    return ALM_OK;
}

static bool is_same(const struct secretariat_decision *a, const struct secretariat_decision *b)
{
    return a->committee == b->committee && a->body == b->body && a->decided == b->decided && a->due == b->due &&
           strcmp(a->text, b->text) == 0;
}

enum alm_status secretariat_decision_add(const struct secretariat *secretariat, const struct secretariat_decision *in,
                                         enum import_outcome *outcome, struct alm_error *err)
{
    struct secretariat_decision there;
    struct arena arena = {0};
    char key[REGISTER_CODE_MAX + 1];
    alm_id id = 0;
    enum alm_status status = secretariat_check_code(_("decision"), in->code, err);
    if (status == ALM_OK)
        status = secretariat_check_text("text", in->text, SECRETARIAT_TEXT_MOST, err);
    if (status == ALM_OK)
        status = check_days(secretariat, in, err);
    if (status != ALM_OK)
        return status;
    const struct alm_text code = {key, register_code_key(text_of(in->code), key)};
    status = read_by_key(secretariat, code, &there, &arena, err);
    *outcome = status == ALM_OK && there.id ? IMPORT_SAME : IMPORT_ADDED;
    if (status == ALM_OK && there.id && !is_same(&there, in))
        status = error_set(err, ALM_BAD_DATA, _("give this one another code; almoner decision show tells what it says"),
                           _("%s stands for another decision"), there.code);
    if (status == ALM_OK && !there.id) {
        status = store_id(secretariat->store, &id, err);
        if (status == ALM_OK)
            status = store_run(secretariat->store, NULL, err,
                               "INSERT INTO decision (id, code, code_key, committee, body, what, decided, due, "
                               "entered_by)\n"
                               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                               "itsiitiit", id, in->code, code, in->committee, in->body, in->text, (int64_t)in->decided,
                               (int64_t)in->due, store_who(secretariat->store));
    }
    arena_release(&arena);
    return status;
}

enum alm_status secretariat_decision_done(const struct secretariat *secretariat,
                                          const struct secretariat_decision *decision, alm_date day, const char *report,
                                          enum import_outcome *outcome, struct alm_error *err)
{
    int64_t done = 0;
    char on[32];
    enum alm_status status = report ? secretariat_check_text("note", report, SECRETARIAT_TEXT_MOST, err) : ALM_OK;
    if (status != ALM_OK)
        return status;
    if (decision->done != ALM_NO_DATE) {
        const bool same = decision->done == day && (report && decision->report ? strcmp(report, decision->report) == 0
                                                                               : report == decision->report);
        *outcome = IMPORT_SAME;
        secretariat->format_date(secretariat->context, decision->done, on, sizeof on);
        return same ? ALM_OK : error_set(err, ALM_BAD_DATA, NULL, _("%s was reported done on %s"), decision->code, on);
    }
    if (day > secretariat->today)
        return error_set(err, ALM_BAD_DATA, _("report it on that day"), _("the day on which it was done lies ahead"));
    if (day < decision->decided)
        return error_set(err, ALM_BAD_DATA, NULL, _("it was done before it was decided"));
    *outcome = IMPORT_CHANGED;
    status = store_run(secretariat->store, &done, err,
                       "UPDATE decision\nSET done = $2, report = $3, done_by = $4\nWHERE id = $1 AND done IS NULL",
                       "iitt", decision->id, (int64_t)day, report, store_who(secretariat->store));
    if (status == ALM_OK && !done)
        status = error_set(err, ALM_AGAIN, _("look at it again: almoner decision show"),
                           _("%s was reported done by somebody else just now"), decision->code);
    return status;
}
