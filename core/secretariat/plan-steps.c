/* SPDX-License-Identifier: MIT */
/* steps: a draft is approved by somebody else than its maker; drafts and plans are cancelled. */
#include "secretariat/plan-internal.h"

const char *const plan_states[] = {
    [PLAN_DRAFT] = N_("draft"), [PLAN_APPROVED] = N_("approved"), [PLAN_CANCELLED] = N_("cancelled"), NULL};
const char *const plan_whys[] = {[PLAN_ON] = N_("on the plan"),
                                 [PLAN_SERVED] = N_("served already"),
                                 [PLAN_EXCLUDED] = N_("served under another programme"),
                                 [PLAN_NOT_YET] = N_("other aid comes first"),
                                 [PLAN_FLAGGED] = N_("to be looked at"),
                                 [PLAN_NOT_ENTITLED] = N_("not entitled"),
                                 [PLAN_PLANNED] = N_("on another plan"),
                                 [PLAN_UNASSIGNED] = N_("nobody has the area"),
                                 [PLAN_QUOTA] = N_("over quota"),
                                 [PLAN_BUDGET] = N_("over budget"),
                                 [PLAN_STOCK] = N_("no stock"),
                                 NULL};

/* Somebody who stands on an open line of another approved plan of the same programme and stage. */
static enum alm_status check_others(const struct plans *plans, const struct plan *plan, struct alm_error *err)
{
    static const char sql[] = "SELECT o.plan, COUNT(*) FROM plan p "
                              "JOIN plan_line o ON o.plan = p.id "
                              "JOIN plan_line l ON l.plan = $1 AND l.owner = o.owner AND l.person = o.person "
                              "WHERE p.state = 1 AND p.programme = $2 AND p.stage = $3 "
                              "AND o.quantity > COALESCE((SELECT CAST(SUM(d.quantity) AS BIGINT) FROM plan_delivery d "
                              "WHERE d.plan = o.plan AND d.owner = o.owner AND d.person = o.person), 0) "
                              "GROUP BY o.plan ORDER BY o.plan LIMIT 1";
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(plans->store, &stmt, err, sql, "iii", plan->id, plan->programme, plan->stage);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status != ALM_OK || !row)
        return status;
    const long long other = store_int(stmt, 0), n = store_int(stmt, 1);
    store_done(stmt);
    return error_set(err, ALM_REFUSED, _("make it anew, or cancel the other one"),
                     ngettext("%lld line of plan %lld is open on plan %lld already, which was approved in between",
                              "%lld lines of plan %lld are open on plan %lld already, which was approved in between",
                              (unsigned long)n),
                     n, (long long)plan->id, other);
}

/* What is drafted still: with the state as its condition, so that of two at once one comes too late. */
static enum alm_status step(const struct plans *plans, const struct plan *plan, enum plan_state to, const char *reason,
                            struct alm_error *err)
{
    static const char approve[] = "UPDATE plan SET state = 1, approved_by = $2, approved = $3 "
                                  "WHERE id = $1 AND state = 0";
    static const char cancel[] = "UPDATE plan SET state = 2, cancelled_by = $2, cancelled = $3, reason = $5 "
                                 "WHERE id = $1 AND state = $4";
    const char *who = store_who(plans->store);
    const alm_time now = store_clock(plans->store);
    int64_t changed = 0;
    enum alm_status status =
        to == PLAN_APPROVED
            ? store_run(plans->store, &changed, err, approve, "iti", plan->id, who, now)
            : store_run(plans->store, &changed, err, cancel, "itiit", plan->id, who, now, (int64_t)plan->state, reason);
    if (status == ALM_OK && !changed)
        status = error_set(err, ALM_AGAIN, _("look at it again: almoner plan show"),
                           _("plan %lld was changed by somebody else just now"), (long long)plan->id);
    return status;
}

static enum alm_status check_state(const struct plan *plan, bool may_be_approved, struct alm_error *err)
{
    if (plan->state == PLAN_DRAFT || (may_be_approved && plan->state == PLAN_APPROVED))
        return ALM_OK;
    return error_set(err, ALM_REFUSED, _("make another: almoner plan make"), _("plan %lld is %s already"),
                     (long long)plan->id, _(plan_states[plan->state]));
}

/* Of two plans that are approved at once, for the same households or out of the same goods, the second sees the first.
 */
static enum alm_status lock_programme(const struct plans *plans, alm_id id, struct alm_error *err)
{
    static const char sql[] =
        "UPDATE plan SET lines = lines WHERE state < 2 AND programme = (SELECT programme FROM plan WHERE id = $1)";
    return store_run(plans->store, NULL, err, sql, "i", id);
}

enum alm_status plan_approve(const struct plans *plans, const struct ledger_programme *programme, alm_id id,
                             struct alm_error *err)
{
    struct plan plan;
    struct arena arena = {0};
    enum alm_status status = lock_programme(plans, id, err);
    if (status == ALM_OK)
        status = plan_read(plans, id, &plan, &arena, err);
    if (status == ALM_OK)
        status = check_state(&plan, false, err);
    if (status == ALM_OK && strcmp(plan.made_by, store_who(plans->store)) == 0)
        status = error_set(err, ALM_NO_PERMISSION,
                           _("whoever else may write to this store can, under a system user of their own"),
                           _("plan %lld was made by %s, who cannot approve it as well"), (long long)id, plan.made_by);
    if (status == ALM_OK)
        status = check_others(plans, &plan, err);
    if (status == ALM_OK)
        status = plan_reach_check(plans, programme, &plan, err);
    if (status == ALM_OK)
        status = step(plans, &plan, PLAN_APPROVED, NULL, err);
    arena_release(&arena);
    return status;
}

enum alm_status plan_cancel(const struct plans *plans, alm_id id, const char *reason, struct alm_error *err)
{
    struct plan plan;
    struct arena arena = {0};
    enum alm_status status = plan_read(plans, id, &plan, &arena, err);
    if (status == ALM_OK)
        status = check_state(&plan, true, err);
    if (status == ALM_OK)
        status = step(plans, &plan, PLAN_CANCELLED, reason, err);
    if (status == ALM_OK && plan.state == PLAN_DRAFT)
        status = store_run(plans->store, NULL, err, "DELETE FROM plan_line WHERE plan = $1", "i", id);
    if (status == ALM_OK && plan.state == PLAN_DRAFT)
        status = store_run(plans->store, NULL, err, "DELETE FROM plan_left_out WHERE plan = $1", "i", id);
    arena_release(&arena);
    return status;
}
