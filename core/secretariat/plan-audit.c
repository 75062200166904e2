/* SPDX-License-Identifier: MIT */
/*
 * audit: the lines of every plan against its digest and sums, so that what was frozen is; and what deliveries closed
 * against the ledger.
 */
#include "secretariat/plan-internal.h"

#include <stdlib.h>

struct auditing {
    const struct plans *plans;
    void (*fault)(void *context, const char *text);
    void *context;
    struct plan *at; /* by id */
    size_t n, capacity;
    struct arena arena;
    int64_t faults;
};

enum { TOLD_MOST = 100 };

ALM_PRINTF(2, 3) static void tell(struct auditing *audit, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (audit->faults++ < TOLD_MOST)
        audit->fault(audit->context, text);
}

static enum alm_status add_plan(void *context, const struct plan *plan, struct alm_error *err)
{
    struct auditing *audit = context;
    (void)err;
    ARRAY_ROOM(audit->at, audit->n, audit->capacity);
    audit->at[audit->n] = *plan;
    audit->at[audit->n++].digest = arena_strdup(&audit->arena, plan->digest);
    return ALM_OK;
}

/* ---- lines ---- */

static enum alm_status check_lines(struct auditing *audit, const struct plan *plan, struct alm_error *err)
{
    static const char sql[] = "SELECT owner, person, rank, area, body, grp, quantity, value, members, last, score "
                              "FROM plan_line WHERE plan = $1 ORDER BY owner, person";
    int64_t numbers[PLAN_DIGESTED], lines = 0;
    alm_quantity quantity = 0;
    alm_money value = 0;
    char hex[2 * DIGEST_SIZE + 1];
    unsigned char bytes[DIGEST_SIZE];
    struct digest digest;
    struct store_stmt *stmt;
    bool row;
    digest_init(&digest, NULL, 0);
    enum alm_status status = store_query(audit->plans->store, &stmt, err, sql, "i", plan->id);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        for (int i = 0; i < PLAN_DIGESTED; i++)
            numbers[i] = store_int(stmt, i);
        digest_add_numbers(&digest, numbers, PLAN_DIGESTED);
        quantity += numbers[PLAN_DIGESTED_QUANTITY];
        value += numbers[PLAN_DIGESTED_VALUE];
        lines++;
    }
    digest_final(&digest, bytes);
    digest_hex(bytes, sizeof bytes, hex);
    if (status != ALM_OK || (plan->state == PLAN_CANCELLED && plan->approved == ALM_NULL && !lines))
        return status; /* a draft that was cancelled has none left */
    if (strcmp(hex, plan->digest) != 0)
        tell(audit, _("plan %lld: its lines are not those that it was made with"), (long long)plan->id);
    else if (lines != plan->lines || quantity != plan->quantity || value != plan->value)
        tell(audit, _("plan %lld: its lines do not add up to what is kept of them"), (long long)plan->id);
    return ALM_OK;
}

/* ---- what the store compares by itself ---- */

static const struct {
    const char *sql; /* gives plans */
    const char *what;
} faults[] = {
    {"SELECT p.id FROM plan p WHERE p.state NOT IN (0, 1, 2) OR (p.state = 1 AND p.approved_by IS NULL) "
     "OR (p.state = 2 AND p.cancelled_by IS NULL) ORDER BY p.id",
     N_("it is in no state that there is")},
    {"SELECT p.id FROM plan p WHERE p.approved_by = p.made_by ORDER BY p.id",
     N_("it was made and approved by the same user")},
    {"SELECT d.plan FROM plan_delivery d WHERE NOT EXISTS (SELECT 1 FROM plan_line l "
     "WHERE l.plan = d.plan AND l.owner = d.owner AND l.person = d.person) ORDER BY d.plan, d.owner, d.person, d.line",
     N_("a delivery is kept with a line that it does not have")},
    {"SELECT d.plan FROM plan_delivery d JOIN plan p ON p.id = d.plan WHERE NOT EXISTS (SELECT 1 FROM line l "
     "WHERE l.id = d.line AND (l.owner = d.owner OR EXISTS (SELECT 1 FROM alias a WHERE a.owner = d.owner)) "
     "AND l.programme = p.programme AND l.stage = p.stage "
     "AND l.reverses IS NULL AND l.quantity = d.quantity "
     "AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.owner = l.owner AND r.line = l.id)) "
     "ORDER BY d.plan, d.owner, d.person, d.line",
     N_("a delivery that is kept with it does not stand, or is not theirs")},
};

static enum alm_status compare_ways(struct auditing *audit, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < COUNT_OF(faults) && status == ALM_OK; i++) {
        struct store_stmt *stmt;
        bool row;
        status = store_query(audit->plans->store, &stmt, err, faults[i].sql, "");
        while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
            tell(audit, _("plan %lld: %s"), (long long)store_int(stmt, 0), _(faults[i].what));
    }
    return status;
}

enum alm_status plan_verify(const struct plans *plans, void (*fault)(void *context, const char *text), void *context,
                            int64_t *n, int64_t *faults_told, struct alm_error *err)
{
    struct auditing audit = {.plans = plans, .fault = fault, .context = context};
    enum alm_status status = plan_list(plans, 0, 0, -1, 0, add_plan, &audit, err);
    for (size_t i = audit.n; i > 0 && status == ALM_OK; i--)
        status = check_lines(&audit, &audit.at[i - 1], err);
    if (status == ALM_OK)
        status = compare_ways(&audit, err);
    *n = (int64_t)audit.n;
    *faults_told = audit.faults;
    free(audit.at);
    arena_release(&audit.arena);
    return status;
}
