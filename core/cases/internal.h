/* SPDX-License-Identifier: MIT */
/* What the files of cases share. */
#ifndef CASES_INTERNAL_H
#define CASES_INTERNAL_H

#include "cases/cases.h"

/* No quantity is larger, as in the ledger. */
#define CASES_MOST INT64_C(1000000000000)
enum { CASES_TEXT_MOST = 2000, CASES_WORD_MOST = 200 }; /* bytes of a note or reason; of a subject, reference or key */

/* The columns of table relief_case AS c with those of its programme AS p, as cases_of_row() reads them. */
#define CASES_COLUMNS                                                                                                  \
    "c.id, c.owner, c.programme, p.recipient, c.person, c.partner, c.state, c.subject, c.note, c.document, "           \
    "c.entered_by, c.asked, c.approved, c.opened, c.visited, c.decided, c.delivered, c.closed, c.line, c.steps"
enum { CASES_N_COLUMNS = 20 };
void cases_of_row(struct store_stmt *, struct cases_case *, struct arena *);

/* ---- steps.c ---- */
/* What the case is after that step; false: it cannot follow. */
bool cases_advance(struct cases_case *, const struct cases_step *);
/* Write the step and what the case (as it was read, before the step) becomes by it.  *done false: somebody else was
 * first. */
enum alm_status cases_write_step(const struct cases *, struct cases_case *, const struct cases_step *, bool *done,
                                 struct alm_error *);
/* Give back or take the claims of the case: none is taken that another case has, and *other is that one then. */
enum alm_status cases_claim(const struct cases *, const struct cases_case *, alm_id *other, struct alm_error *);
enum alm_status cases_unclaim(const struct cases *, const struct cases_case *, struct alm_error *);

#endif
