/* SPDX-License-Identifier: MIT */
/*
 * audit: every case once more, from its steps; its claims; and the lines that delivered.  Cases and steps come side by
 * side in the order of their ids, so memory does not grow with either.
 */
#include "cases/internal.h"

enum { MAX_TOLD = 100 };

struct auditing {
    const struct cases *cases;
    void (*fault)(void *context, const char *text);
    void *context;
    int64_t n, faults;
    struct store_stmt *steps;
    bool step_row;
    struct arena arena;
};

ALM_PRINTF(2, 3) static void tell(struct auditing *audit, const char *format, ...)
{
    char text[512];
    va_list args;
    if (audit->faults++ >= MAX_TOLD)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    audit->fault(audit->context, text);
}

static bool same_outcome(const struct cases_case *a, const struct cases_case *b)
{
    return a->state == b->state && a->asked == b->asked && a->approved == b->approved && a->opened == b->opened &&
           a->visited == b->visited && a->decided == b->decided && a->delivered == b->delivered &&
           a->closed == b->closed && a->line == b->line && a->steps == b->steps;
}

/* ---- cases against their steps ---- */

static enum alm_status next_step(struct auditing *audit, struct alm_error *err)
{
    return store_next(audit->steps, &audit->step_row, err);
}

/* The case by its steps: the first has to be its opening, by who is said to have entered it, and each follows the one
 * before. */
static enum alm_status check_case(struct auditing *audit, const struct cases_case *kept, struct alm_error *err)
{
    struct cases_case by_steps = {
        .visited = ALM_NO_DATE, .decided = ALM_NO_DATE, .delivered = ALM_NO_DATE, .closed = ALM_NO_DATE};
    bool sound = true, decided_alone = false;
    enum alm_status status = ALM_OK;
    while (status == ALM_OK && audit->step_row && store_int(audit->steps, 0) == kept->id) {
        const int64_t line = store_int(audit->steps, 6);
        const struct cases_step step = {.what = (enum cases_what)store_int(audit->steps, 3),
                                        .date = (alm_date)store_int(audit->steps, 4),
                                        .quantity = store_int(audit->steps, 5),
                                        .line = line == ALM_NULL ? 0 : line};
        const bool by_opener = strcmp(store_string(audit->steps, 7), kept->entered_by) == 0;
        sound = sound && store_int(audit->steps, 1) == by_steps.steps + 1 && store_int(audit->steps, 2) == kept->owner;
        sound = sound && cases_advance(&by_steps, &step) && (step.what != STEP_OPENED || by_opener);
        decided_alone = decided_alone || ((step.what == STEP_APPROVED || step.what == STEP_REFUSED) && by_opener);
        status = next_step(audit, err);
    }
    if (status != ALM_OK)
        return status;
    if (!sound || !by_steps.steps)
        tell(audit, _("case %lld: its steps cannot follow each other"), (long long)kept->id);
    else if (!same_outcome(kept, &by_steps))
        tell(audit, _("case %lld is kept as %s, and by its steps it is %s, or their dates, quantities or lines differ"),
             (long long)kept->id, _(cases_states[kept->state]), _(cases_states[by_steps.state]));
    if (decided_alone)
        tell(audit, _("case %lld was entered and decided on by the same user, %s"), (long long)kept->id,
             kept->entered_by);
    return ALM_OK;
}

/* Steps before the next case belong to none. */
static enum alm_status stray_steps(struct auditing *audit, alm_id until, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    while (status == ALM_OK && audit->step_row && (!until || store_int(audit->steps, 0) < until)) {
        tell(audit, _("a step is kept of case %lld, which is not there"), (long long)store_int(audit->steps, 0));
        status = next_step(audit, err);
    }
    return status;
}

static enum alm_status compare_steps(struct auditing *audit, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row;
    enum alm_status status =
        store_query(audit->cases->store, &audit->steps, err,
                    "SELECT request, n, owner, what, date, quantity, line, who FROM relief_case_step "
                    "ORDER BY request, n, owner",
                    "");
    if (status == ALM_OK)
        status = next_step(audit, err);
    if (status == ALM_OK)
        status = store_query(audit->cases->store, &stmt, err,
                             "SELECT " CASES_COLUMNS " FROM relief_case c LEFT JOIN programme p ON p.id = c.programme "
                             "ORDER BY c.id, c.owner",
                             "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        struct cases_case kept;
        cases_of_row(stmt, &kept, &audit->arena);
        audit->n++;
        if (kept.state > CASE_CLOSED) {
            tell(audit, _("case %lld is in no state that there is"), (long long)kept.id);
            kept.state = CASE_OPEN;
        }
        status = stray_steps(audit, kept.id, err);
        if (status == ALM_OK)
            status = check_case(audit, &kept, err);
        arena_reset(&audit->arena);
    }
    return status == ALM_OK ? stray_steps(audit, 0, err) : status;
}

/* ---- what the store compares by itself ---- */

/* OVER: refused or closed. */
#define OVER "(3, 5)"
#define RECIPIENT "COALESCE(c.person, c.owner)"
/* What was delivered while they were an alias stands with the survivor of that time, for ever. */
#define WAS_ALIAS "EXISTS (SELECT 1 FROM alias a WHERE a.id IN (" RECIPIENT ", c.partner))"

static const struct {
    const char *sql; /* gives cases */
    const char *what;
} faults[] = {
    {"SELECT c.id FROM relief_case c WHERE c.state NOT IN " OVER " AND (NOT EXISTS (SELECT 1 FROM relief_case_claim k "
     "WHERE k.recipient = " RECIPIENT " AND k.programme = c.programme AND k.request = c.id AND k.owner = c.owner) "
     "OR (c.partner IS NOT NULL AND NOT EXISTS (SELECT 1 FROM relief_case_claim k "
     "WHERE k.recipient = c.partner AND k.programme = c.programme AND k.request = c.id AND k.owner = c.owner))) "
     "ORDER BY c.id",
     N_("it is not over, and has no claim")},
    {"SELECT k.request FROM relief_case_claim k WHERE NOT EXISTS (SELECT 1 FROM relief_case c "
     "WHERE c.id = k.request AND c.owner = k.owner AND c.programme = k.programme AND c.state NOT IN " OVER " "
     "AND (k.recipient = " RECIPIENT " OR k.recipient = c.partner)) ORDER BY k.request, k.recipient",
     N_("a claim of it is kept, and it is over or not there")},
    {"SELECT c.id FROM relief_case c WHERE c.line IS NOT NULL AND NOT EXISTS (SELECT 1 FROM line l "
     "WHERE l.id = c.line AND l.programme = c.programme AND l.reverses IS NULL "
     "AND (COALESCE(l.person, l.owner) IN (" RECIPIENT ", c.partner) OR " WAS_ALIAS ") "
     "AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.owner = l.owner AND r.line = l.id)) ORDER BY c.id",
     N_("the delivery that it is kept with does not stand, or is not theirs")},
    {"SELECT MIN(c.id) FROM relief_case c WHERE c.line IS NOT NULL GROUP BY c.line HAVING COUNT(*) > 1 ORDER BY 1",
     N_("its delivery stands for another case, too")},
    {"SELECT k.request FROM relief_case_key k WHERE NOT EXISTS (SELECT 1 FROM relief_case c "
     "WHERE c.id = k.request AND c.owner = k.owner) ORDER BY k.request",
     N_("its key is kept, and it is not there")},
};

static enum alm_status compare_ways(struct auditing *audit, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < COUNT_OF(faults) && status == ALM_OK; i++) {
        struct store_stmt *stmt;
        bool row;
        status = store_query(audit->cases->store, &stmt, err, faults[i].sql, "");
        while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
            tell(audit, _("case %lld: %s"), (long long)store_int(stmt, 0), _(faults[i].what));
    }
    return status;
}

enum alm_status cases_verify(const struct cases *cases, void (*fault)(void *context, const char *text), void *context,
                             int64_t *n, int64_t *faults_told, struct alm_error *err)
{
    struct auditing audit = {.cases = cases, .fault = fault, .context = context};
    enum alm_status status = compare_steps(&audit, err);
    if (status == ALM_OK)
        status = compare_ways(&audit, err);
    *n = audit.n;
    *faults_told = audit.faults;
    arena_release(&audit.arena);
    return status;
}
