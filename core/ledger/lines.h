/* SPDX-License-Identifier: MIT */
/* Lines as they come from table `line`: the columns, and what a row of them means. */
#ifndef LEDGER_LINES_H
#define LEDGER_LINES_H

#include "ledger/internal.h"

/* Of a table called `line` or of that alias. */
#define LINES_COLUMNS                                                                                                  \
    "line.owner, line.id, line.programme, line.date, line.quantity, line.value, line.body, line.grp, line.area, "      \
    "line.stage, line.person, line.partner, line.reverses, line.period, line.entry, line.detail, line.note"
enum { LINES_N_COLUMNS = 17 };
/* The lines of some owners: add `WHERE o.owner = ANY ($1) AND o.span = ANY ($2)`. */
#define LINES_OF_OWNERS                                                                                                \
    "SELECT " LINES_COLUMNS " FROM owner_line o JOIN line ON line.id = o.id AND line.owner = o.owner"
/* The row at hand, its texts borrowed from it. */
void lines_fetch(struct ledger *, struct store_stmt *, struct alm_line *, struct ledger_extra *, alm_id *entry);
/* Name survivors for the aliases among the persons of a line. */
void lines_resolve(struct alm_line *, const struct register_aliases *);
/* Whether a household's line (one that names no person) reaches its members. */
bool lines_reach_members(const struct alm_line *);
/* Add a standing line of an owner to `reach`: those it names, or the members on its day; those who have a row of their
 * own are left out. `scratch` holds as many ids as the household has members, and two. `household` is NULL for a place.
 */
void lines_add_reach(struct reach *, const struct alm_line *, const struct register_members *,
                     const struct register_household *household, alm_id *scratch, struct reach_counts *);
/* Whether a standing line of household `household` reaches this person. */
bool lines_reach_person(const struct alm_line *, const struct register_members *,
                        const struct register_household *household, alm_id person);

/* What `tally` keeps of an area: its county; the area itself if it lies in none (a province, or a tree without
 * counties); 0 if it is not known. */
alm_id lines_county(struct register_directory *, alm_id area);

/* Ids in a growing array. */
struct lines_ids {
    alm_id *at;
    size_t n, capacity;
};
void lines_ids_add(struct lines_ids *, alm_id);
void lines_ids_sort(struct lines_ids *);               /* ascending, each once */
bool lines_ids_have(const struct lines_ids *, alm_id); /* of a sorted array */

/* Owners find their lines by spans of days: those of some days, and of all that have lines. */
enum { LINES_SPAN = 30 };
void lines_spans(struct lines_ids *, int64_t from, int64_t to);
enum alm_status lines_all_spans(struct store *, struct lines_ids *, struct alm_error *);
/* Add the owners whose lines may name a person or an alias of theirs: whoever gave them aid did so under a household
 * that they belonged to, or as somebody's partner. */
enum alm_status lines_owners_of_person(struct store *, alm_id person, struct lines_ids *owners, struct alm_error *);

#endif
