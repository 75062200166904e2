/* SPDX-License-Identifier: MIT */
/*
 * secretariat: who is to do what.  Targets of a stage, what bodies and their groups can give, committees and their
 * decisions; the division of the work is built on these.  All its tables are small and the same everywhere.  It knows
 * programmes by their ids, and no delivery: what was given is the ledger's to say.
 */
#ifndef SECRETARIAT_SECRETARIAT_H
#define SECRETARIAT_SECRETARIAT_H

#include "secretariat/plan.h"

extern const struct alm_migration *const secretariat_migrations;
extern const size_t secretariat_n_migrations;

/* What the room needs. */
struct secretariat {
    struct store *store;
    struct register_directory *directory;
    alm_date today;
    int currency_decimals;
    void (*format_date)(void *context, alm_date, char *buf, size_t size); /* for messages */
    void *context;
};

/* ---- sheets (sheet.c): targets and capacity, one way through for both ---- */

/*
 * A sheet is a table of numbers under a key of ids.  A row that comes sets the numbers that it has and leaves the
 * others; the same row again changes nothing.
 */
enum secretariat_sheet { SHEET_TARGET, SHEET_CAPACITY, SHEETS };
enum { SHEET_VALUES_MAX = 8 };
/* The columns of its file, which are the order of its values too: ids first (0: none), then numbers (ALM_NULL: none).
 */
const struct import_column *secretariat_columns(enum secretariat_sheet, size_t *n);
/* Positions of values. */
enum { TARGET_STAGE, TARGET_PROGRAMME, TARGET_AREA, TARGET_HOUSEHOLDS, TARGET_PERSONS, TARGET_QUANTITY, TARGET_BUDGET };
enum {
    CAPACITY_STAGE,
    CAPACITY_PROGRAMME,
    CAPACITY_BODY,
    CAPACITY_GROUP,
    CAPACITY_AREA,
    CAPACITY_QUANTITY,
    CAPACITY_PEOPLE
};

/* rows() for import_run(): `context` is this. */
struct secretariat_import {
    const struct secretariat *secretariat;
    enum secretariat_sheet sheet;
};
enum alm_status secretariat_import_rows(void *context, struct import_row *, size_t n, struct arena *,
                                        struct store_entry *, struct alm_error *);
/* One row, by the same columns; null: not given.  *outcome is added, changed or same; what an import would reject is
 * ALM_BAD_DATA with the column's name before it. */
enum alm_status secretariat_put(const struct secretariat *, enum secretariat_sheet, const struct alm_text *texts,
                                enum import_outcome *outcome, struct alm_error *);
/* Take the row with that key away (only the key of `texts` is looked at); ALM_BAD_DATA if there is none. */
enum alm_status secretariat_remove(const struct secretariat *, enum secretariat_sheet, const struct alm_text *texts,
                                   struct alm_error *);
/* The row with that key. */
enum alm_status secretariat_find(const struct secretariat *, enum secretariat_sheet, const struct alm_text *texts,
                                 int64_t values[SHEET_VALUES_MAX], struct alm_error *);
/* Rows in the order of stages, programmes, bodies, groups and areas by their codes; 0: all stages, all programmes.
 * `each` must not read the same sheet. */
enum alm_status secretariat_rows(const struct secretariat *, enum secretariat_sheet, alm_id stage, alm_id programme,
                                 enum alm_status (*each)(void *context, const int64_t *values, struct alm_error *),
                                 void *context, struct alm_error *);

/* ---- targets and capacity as arrays (target.c) ---- for those who plan with them; malloc'd, free() them ---- */

struct secretariat_target {
    alm_id stage, programme, area;
    int64_t households, persons; /* ALM_NULL: not set, so with the others */
    alm_quantity quantity;
    alm_money budget;
};
/* In ascending order of stage, programme and area (ids); 0: all stages, all programmes. */
enum alm_status secretariat_targets(const struct secretariat *, alm_id stage, alm_id programme,
                                    struct secretariat_target **, size_t *n, struct alm_error *);
/*
 * A body's row (group 0) is a limit on all that the body gives, its groups' work included; a row with an area is a
 * limit on what is given within it, one without on all areas together.  Where several hold, all do.
 */
struct secretariat_capacity {
    alm_id stage, programme, body;
    alm_id group;          /* 0: the body */
    alm_id area;           /* 0: everywhere */
    alm_quantity quantity; /* in the whole stage; ALM_NULL: not said */
    int64_t people;        /* ALM_NULL: not said */
};
/* In ascending order of stage, programme, body, group and area (ids); 0: all stages, all programmes. */
enum alm_status secretariat_capacities(const struct secretariat *, alm_id stage, alm_id programme,
                                       struct secretariat_capacity **, size_t *n, struct alm_error *);
/*
 * Targets up the tree, of one stage and programme: for each area (by its number in the directory, `sums` has room for
 * all) its own target where it has one, number by number, else the sum of those of the areas in it; ALM_NULL where
 * there is neither.  Only the four numbers and `area` are filled.
 */
enum alm_status secretariat_target_tree(const struct secretariat *, const struct secretariat_target *, size_t n,
                                        struct secretariat_target *sums, struct alm_error *);

/* ---- committees (committee.c) ---- one for each kind of work; its members are bodies */

struct secretariat_committee {
    alm_id id;
    const char *code, *name;
    alm_id programme;   /* its kind of work: a programme; 0: it has a sector */
    const char *sector; /* or a sector in words; NULL: it has a programme */
};
/* Make one, or change what is given (texts not NULL, programme not 0) of the one with that code: `id` is not looked at.
 * ALM_BAD_DATA if another committee has that kind of work. */
enum alm_status secretariat_committee_put(const struct secretariat *, const struct secretariat_committee *,
                                          enum import_outcome *, struct alm_error *);
/* By its code, however it is written; texts live in the arena. */
enum alm_status secretariat_committee_find(const struct secretariat *, const char *code, struct secretariat_committee *,
                                           struct arena *, struct alm_error *);
/* In the order of their codes; 0: all, else only that one. */
enum alm_status secretariat_committees(const struct secretariat *, alm_id id,
                                       enum alm_status (*each)(void *context, const struct secretariat_committee *,
                                                               struct alm_error *),
                                       void *context, struct alm_error *);

struct secretariat_member {
    alm_id committee, body;
    alm_date since, until; /* until: the first day on which it is no member any more; ALM_NO_DATE: it is one */
    bool chair;
};
/* From `since` on the body sits there, as chair or not; what it was before ends then.  ALM_BAD_DATA if another body
 * presides already, or it has sat there since a later day. */
enum alm_status secretariat_member_put(const struct secretariat *, const struct secretariat_member *,
                                       enum import_outcome *, struct alm_error *);
/* *outcome is IMPORT_SAME where it ended on that day already. */
enum alm_status secretariat_member_end(const struct secretariat *, alm_id committee, alm_id body, alm_date until,
                                       enum import_outcome *, struct alm_error *);
/* Those who are members first, the chair before the others, then by body and day. */
enum alm_status secretariat_members(const struct secretariat *, alm_id committee,
                                    enum alm_status (*each)(void *context, const struct secretariat_member *,
                                                            struct alm_error *),
                                    void *context, struct alm_error *);

/* ---- decisions (decision.c) ---- of a committee, open until they are reported done */

struct secretariat_decision {
    alm_id id, committee, body; /* body: responsible */
    const char *code;           /* as in the minutes: C-12/3; each stands for one decision */
    const char *text;
    alm_date decided, due, done; /* done ALM_NO_DATE: open */
    const char *report;          /* NULL: none */
    const char *entered_by, *done_by;
};
/* id, done, report and who are made here.  *outcome is IMPORT_SAME for the same decision under the same code;
 * ALM_BAD_DATA for another one. */
enum alm_status secretariat_decision_add(const struct secretariat *, const struct secretariat_decision *,
                                         enum import_outcome *, struct alm_error *);
/* By its code, however it is written; texts live in the arena. */
enum alm_status secretariat_decision_find(const struct secretariat *, const char *code, struct secretariat_decision *,
                                          struct arena *, struct alm_error *);
/* *outcome is IMPORT_SAME where it was reported so before; ALM_BAD_DATA where otherwise. */
enum alm_status secretariat_decision_done(const struct secretariat *, const struct secretariat_decision *, alm_date day,
                                          const char *report, enum import_outcome *, struct alm_error *);
struct secretariat_decision_filter { /* zero members do not filter */
    alm_id committee, body;
    bool open;
    alm_date due_before; /* open, and due before that day; ALM_NO_DATE: all */
};
/* What is due first comes first. */
enum alm_status secretariat_decisions(const struct secretariat *, const struct secretariat_decision_filter *,
                                      enum alm_status (*each)(void *context, const struct secretariat_decision *,
                                                              struct alm_error *),
                                      void *context, struct alm_error *);

#endif
