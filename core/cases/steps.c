/* SPDX-License-Identifier: MIT */
/* steps: what a case becomes by each; the one way to write them; and the claims of cases that are not over. */
#include "cases/internal.h"

const char *const cases_states[] = {[CASE_OPEN] = N_("open"),
                                    [CASE_VISITED] = N_("visited"),
                                    [CASE_APPROVED] = N_("approved"),
                                    [CASE_REFUSED] = N_("refused"),
                                    [CASE_DELIVERED] = N_("delivered"),
                                    [CASE_CLOSED] = N_("closed"),
                                    NULL};
const char *const cases_whats[] = {[STEP_OPENED] = N_("opened"),       [STEP_VISITED] = N_("visited"),
                                   [STEP_APPROVED] = N_("approved"),   [STEP_REFUSED] = N_("refused"),
                                   [STEP_DELIVERED] = N_("delivered"), [STEP_RETURNED] = N_("returned"),
                                   [STEP_CLOSED] = N_("closed"),       NULL};

bool cases_advance(struct cases_case *c, const struct cases_step *step)
{
    const bool undecided = c->steps && (c->state == CASE_OPEN || c->state == CASE_VISITED);
    bool right = false;
    switch (step->what) {
    case STEP_OPENED:
        right = !c->steps;
        c->state = CASE_OPEN;
        c->asked = step->quantity;
        c->opened = step->date;
        break;
    case STEP_VISITED:
        right = undecided;
        c->state = CASE_VISITED;
        c->visited = step->date;
        break;
    case STEP_APPROVED:
        right = undecided;
        c->state = CASE_APPROVED;
        c->approved = step->quantity;
        c->decided = step->date;
        break;
    case STEP_REFUSED:
        right = undecided;
        c->state = CASE_REFUSED;
        c->decided = step->date;
        break;
    case STEP_DELIVERED:
        right = c->state == CASE_APPROVED;
        c->state = CASE_DELIVERED;
        c->delivered = step->date;
        c->line = step->line;
        break;
    case STEP_RETURNED: /* what is closed stays closed */
        right = (c->state == CASE_DELIVERED || c->state == CASE_CLOSED) && c->line == step->line;
        c->state = c->state == CASE_CLOSED ? CASE_CLOSED : CASE_APPROVED;
        c->delivered = ALM_NO_DATE;
        c->line = 0;
        break;
    case STEP_CLOSED:
        right = c->steps && c->state != CASE_CLOSED;
        c->state = CASE_CLOSED;
        c->closed = step->date;
        break;
    }
    c->steps++;
    return right;
}

static int64_t date_or_null(alm_date date)
{
    return date == ALM_NO_DATE ? ALM_NULL : date;
}

static int64_t id_or_null(alm_id id)
{
    return id ? id : ALM_NULL;
}

static enum alm_status write_case(const struct cases *cases, const struct cases_case *c, int64_t *changed,
                                  struct alm_error *err)
{
    if (c->steps == 1)
        return store_run(
            cases->store, changed, err,
            "INSERT INTO relief_case (owner, id, programme, person, partner, state, subject, note, document, "
            "entered_by, asked, approved, opened, steps) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, 1)",
            "iiiiiittttii", c->owner, c->id, c->programme, id_or_null(c->person), id_or_null(c->partner),
            (int64_t)c->state, c->subject, c->note, c->document, c->entered_by, c->asked, (int64_t)c->opened);
    return store_run(cases->store, changed, err,
                     "UPDATE relief_case SET state = $1, approved = $2, visited = $3, decided = $4, delivered = $5, "
                     "closed = $6, line = $7, steps = $8 WHERE id = $9 AND owner = $10 AND steps = $11",
                     "iiiiiiiiiii", (int64_t)c->state, c->approved, date_or_null(c->visited), date_or_null(c->decided),
                     date_or_null(c->delivered), date_or_null(c->closed), id_or_null(c->line), c->steps, c->id,
                     c->owner, c->steps - 1);
}

enum alm_status cases_write_step(const struct cases *cases, struct cases_case *c, const struct cases_step *step,
                                 bool *done, struct alm_error *err)
{
    int64_t changed = 0;
    *done = false;
    if (!cases_advance(c, step))
        return error_set(err, ALM_INTERNAL, _("run: almoner audit verify"), _("case %lld is %s, and cannot be %s"),
                         (long long)c->id, _(cases_states[c->state]), _(cases_whats[step->what]));
    enum alm_status status = write_case(cases, c, &changed, err);
    if (status != ALM_OK || changed != 1)
        return status;
    *done = true;
    return store_run(cases->store, NULL, err,
                     "INSERT INTO relief_case_step (owner, request, n, what, date, at, who, acting, reason, decision, "
                     "quantity, line) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                     "iiiiiittttii", c->owner, c->id, c->steps, (int64_t)step->what, (int64_t)step->date,
                     store_clock(cases->store), store_who(cases->store), step->acting, step->reason, step->decision,
                     step->quantity, id_or_null(step->line));
}

/* ---- claims ---- */

/* An equal case that was opened for an alias of one of the recipients. */
static enum alm_status claim_of_alias(const struct cases *cases, const struct cases_case *c, const char *subject,
                                      alm_id *other, struct alm_error *err)
{
    return store_number(cases->store, other, 0, err,
                        "SELECT k.request FROM alias a "
                        "JOIN relief_case_claim k ON k.recipient = a.id AND k.programme = $1 AND k.subject = $2 "
                        "WHERE (a.survivor = $3 OR a.survivor = $4) AND a.until IS NULL "
                        "ORDER BY k.request LIMIT 1",
                        "itii", c->programme, subject, c->person ? c->person : c->owner, c->partner);
}

enum alm_status cases_claim(const struct cases *cases, const struct cases_case *c, alm_id *other, struct alm_error *err)
{
    char subject[CASES_WORD_MOST * 4];
    /* In the order of their ids, so that two who open cases for one couple don't wait for each other. */
    const alm_id first = c->person ? c->person : c->owner, second = c->partner;
    const alm_id recipients[] = {second && second < first ? second : first, second && second < first ? first : second};
    text_fold_joined(text_of(c->subject), subject, sizeof subject);
    enum alm_status status = claim_of_alias(cases, c, subject, other, err);
    for (size_t i = 0; i < COUNT_OF(recipients) && recipients[i] && status == ALM_OK && !*other; i++) {
        int64_t made = 0;
        status = store_run(cases->store, &made, err,
                           "INSERT INTO relief_case_claim (recipient, programme, subject, owner, request) "
                           "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (recipient, programme, subject) DO NOTHING",
                           "iitii", recipients[i], c->programme, subject, c->owner, c->id);
        if (status == ALM_OK && !made)
            status = store_number(cases->store, other, 0, err,
                                  "SELECT request FROM relief_case_claim "
                                  "WHERE recipient = $1 AND programme = $2 AND subject = $3",
                                  "iit", recipients[i], c->programme, subject);
        if (status == ALM_OK && !made && !*other)
            status = error_set(err, ALM_AGAIN, _("run it again"), _("an equal case was closed just now"));
    }
    return status;
}

enum alm_status cases_unclaim(const struct cases *cases, const struct cases_case *c, struct alm_error *err)
{
    const alm_id recipients[] = {c->person ? c->person : c->owner, c->partner};
    return store_run(cases->store, NULL, err,
                     "DELETE FROM relief_case_claim WHERE recipient = ANY ($1) AND programme = $2 AND request = $3",
                     "Iii", recipients, c->partner ? (size_t)2 : (size_t)1, c->programme, c->id);
}
