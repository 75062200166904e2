/* SPDX-License-Identifier: MIT */
/*
 * reach: in which cuts an owner and its members were counted already.  An owner's state is a set of marks for the
 * household (or place) itself and for each person; members with equal sets share one class, so that a household served
 * together costs one short text.  The same fold over an owner's lines makes it anew: recording, reversal, membership
 * changes and the audit all use it.
 *
 * A mark is (cut, programme, value) of table unique_count, kept for the real programme; programme 0 and the areas above
 * follow from it.
 */
#ifndef LEDGER_REACH_H
#define LEDGER_REACH_H

#include "ledger/ledger.h"

struct reach;        /* one owner's state in memory */
struct reach_counts; /* differences of unique_count, gathered over owners: a hash table by (cut, programme, value) */

struct reach_counts *reach_counts_new(void);
void reach_counts_free(struct reach_counts *);
/* Forget what was gathered (after an error). */
void reach_counts_reset(struct reach_counts *);
/* How much one mark weighs: a class counts once for its owner and once for each person. */
struct reach_weight {
    int64_t households, persons, places;
};
void reach_count(struct reach_counts *, int cut, alm_id programme, int64_t value, const struct reach_weight *);
/* Merge into the table, and empty it. */
enum alm_status reach_counts_write(struct reach_counts *, struct store *, struct alm_error *);
/* Visit all (for the audit). */
void reach_counts_each(const struct reach_counts *,
                       void (*each)(void *context, int cut, alm_id programme, int64_t value, int64_t households,
                                    int64_t persons, int64_t places),
                       void *context);

struct reach *reach_new(struct register_directory *);
void reach_free(struct reach *);
/* Read a state's text (null: nobody reached yet). */
enum alm_status reach_load(struct reach *, struct alm_text state, struct alm_error *);
/* Count one line (not a reversal, not reversed): `persons` are those it reaches: the named ones, or the members on that
 * day.  New marks add to `counts`. */
void reach_add(struct reach *, const struct alm_line *, const alm_id *persons, size_t n_persons,
               struct reach_counts *counts);
/*
 * Whether two households' lines may reach the person, because they moved, because they are one with an alias, or
 * because a household's line named them to which they never belonged (a couple's partner).  They are left out of
 * `persons` above, and their marks are kept in a row of their own (reach.owner is the person's id), to which
 * reach_add_person() adds each line that reaches them, whoever owns it.
 */
bool reach_own_row(const struct register_members *, const struct register_household *, alm_id person);
/* As reach_add(), for a person's own row: no household is counted. */
void reach_add_person(struct reach *, const struct alm_line *, alm_id person, struct reach_counts *counts);
/* Whether anything was added since reach_load(): else its row need not be written. */
bool reach_changed(const struct reach *);
/* Add the whole state's marks to `counts` (sign 1) or take them out (-1), by the tree of areas as it is now. */
void reach_count_all(struct reach *, int64_t sign, struct reach_counts *counts);
/* Take them out, and empty the state (before a recount). */
void reach_subtract(struct reach *, struct reach_counts *counts);
/* The text to keep; canonical: equal states give equal texts; "" for an empty one, which has no row. Valid until the
 * next call. */
struct alm_text reach_text(struct reach *);

#endif
