/* SPDX-License-Identifier: MIT */
/*
 * cases: aid that is asked for and decided: request -> visit -> approved or refused -> delivered -> closed.  Every step
 * is kept with its day, who did it and why; nobody decides on a request that they entered.  It knows programmes by
 * their ids, and reaches the ledger through its gate alone.
 */
#ifndef CASES_CASES_H
#define CASES_CASES_H

#include "ledger/ledger.h"

extern const struct alm_migration *const cases_migrations;
extern const size_t cases_n_migrations;

enum cases_state { CASE_OPEN, CASE_VISITED, CASE_APPROVED, CASE_REFUSED, CASE_DELIVERED, CASE_CLOSED };
extern const char *const cases_states[]; /* by enum cases_state; ends with NULL */

/* One case. Texts are borrowed when it goes in, and live in the arena when it comes out. */
struct cases_case {
    alm_id id;
    alm_id owner; /* household or place: where its recipient lived when it was opened */
    alm_id programme;
    alm_id household, person, partner, place; /* as a line of that programme has them */
    enum cases_state state;
    const char *subject;  /* what is asked for, a word; "" */
    const char *note;
    const char *document; /* where the papers are */
    alm_quantity quantity; /* asked for; once decided, approved; 0: not limited */
    alm_date opened, visited, decided, delivered, closed; /* ALM_NO_DATE: not */
    alm_id line;          /* that delivered it; 0 */
};
enum alm_status cases_open(struct store *, const struct cases_case *, const char *who, alm_id *, struct alm_error *);
enum alm_status cases_read(struct store *, alm_id, struct cases_case *, struct arena *, struct alm_error *);
/* A visit: what was seen, on which day, by whom (a name of an office or group, never of a person). */
enum alm_status cases_visit(struct store *, alm_id, alm_date, const char *who, const char *note, struct alm_error *);
/* approved: `quantity` 0 leaves what was asked for.  `decision`: the committee's reference.  Refusals need a reason. */
enum alm_status cases_decide(struct store *, alm_id, alm_date, bool approved, alm_quantity quantity, const char *who,
                             const char *decision, const char *reason, struct alm_error *);
enum alm_status cases_close(struct store *, alm_id, alm_date, const char *who, const char *reason, struct alm_error *);
struct cases_filter { /* zero members do not filter */
    alm_id programme, owner, area;
    int state; /* -1: all */
};
enum alm_status cases_list(struct store *, const struct cases_filter *,
                           enum alm_status (*each)(void *context, const struct cases_case *, struct alm_error *),
                           void *context, struct alm_error *);
/* What was done with it, oldest first. */
struct cases_step {
    const char *what; /* opened, visited, approved, refused, delivered, returned, closed */
    alm_date date;
    const char *who, *reason, *decision;
    alm_id line;
};
enum alm_status cases_steps(struct store *, alm_id,
                            enum alm_status (*each)(void *context, const struct cases_step *, struct alm_error *),
                            void *context, struct alm_error *);

/* The gate for programmes whose aid needs a case: a line without an approved case of its recipient, decided on or
 * before its date, is refused; with one, the case is delivered.  Undone with the line.  `context` is the struct store. */
extern const struct ledger_gate cases_gate;
/* For host->request_of(): the case that a line of settle() delivers. */
enum alm_status cases_request_of(struct store *, const struct alm_line *, struct cases_case *, struct arena *,
                                 struct alm_error *);

/* Cases whose state is not what their steps and the ledger's lines say. */
enum alm_status cases_verify(struct store *, void (*fault)(void *context, const char *text), void *context,
                             int64_t *cases, int64_t *faults, struct alm_error *);

#endif
