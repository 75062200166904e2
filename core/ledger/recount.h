/* SPDX-License-Identifier: MIT */
#ifndef LEDGER_RECOUNT_H
#define LEDGER_RECOUNT_H

#include "ledger/internal.h"

/* Make the states of these owners anew (and of the persons who moved into or out of them).  The writer and
 * ledger->counts take the result; not flushed. */
enum alm_status recount_owners(struct ledger *, const alm_id *owners, size_t n, struct alm_error *);
/* Wait for other writers of these owners (ascending) where the store allows several. */
enum alm_status recount_lock(struct ledger *, const alm_id *owners, size_t n, struct alm_error *);

#endif
