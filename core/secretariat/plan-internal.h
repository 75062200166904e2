/* SPDX-License-Identifier: MIT */
/* What the files of plans share. */
#ifndef SECRETARIAT_PLAN_INTERNAL_H
#define SECRETARIAT_PLAN_INTERNAL_H

#include "secretariat/plan.h"

/* What of a line goes into a plan's digest, in the order of the owners and persons: the columns owner, person, rank,
 * area, body, grp, quantity, value, members, last, score. */
enum { PLAN_DIGESTED = 11, PLAN_DIGESTED_QUANTITY = 6, PLAN_DIGESTED_VALUE = 7 };

/* ---- plan-limits.c ---- */

/* Who stands on an open line of an approved plan of the same programme and stage. */
struct plan_open {
    alm_id owner, person, plan;
};
struct plan_reach {
    struct plan_limits limits;
    struct plan_open *open; /* by owner and person */
    size_t n_open, open_capacity;
};
/* What there is for a plan, less what is given already and what is promised by approved plans. */
enum alm_status plan_reach_read(const struct plans *, const struct plan_request *, struct plan_reach *, struct arena *,
                                struct alm_error *);
/* ALM_REFUSED, with what is short, if a draft that was written is over it. */
enum alm_status plan_reach_check(const struct plans *, const struct ledger_programme *, const struct plan *,
                                 struct alm_error *);
void plan_reach_release(struct plan_reach *);
const struct plan_open *plan_reach_open(const struct plan_reach *, alm_id owner, alm_id person); /* NULL: none */

#endif
