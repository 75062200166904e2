/* SPDX-License-Identifier: MIT */
#ifndef LEDGER_RECOUNT_H
#define LEDGER_RECOUNT_H

#include "ledger/internal.h"

/* Make the states of these owners anew (and of the persons who moved into or out of them).  The writer and
 * ledger->counts take the result; not flushed. */
enum alm_status recount_owners(struct ledger *, const alm_id *owners, size_t n, struct alm_error *);
/*
 * The order of locks: households and places by id, then persons who moved by id.  Where begin(write) excludes other
 * writers nothing is to be done; elsewhere the row of table reach, made if need be, is what the writers of an owner
 * wait for.  `owners` ascend.
 */
enum alm_status recount_lock(struct ledger *, const alm_id *owners, size_t n, struct alm_error *);
/* The same, in any order, with all owners that recount_owners() will count with these: at one go, in one order. */
enum alm_status recount_lock_all(struct ledger *, const alm_id *owners, size_t n, struct alm_error *);

#endif
