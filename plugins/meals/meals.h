/* SPDX-License-Identifier: MIT */
/* meals: hot meals, cooked in batches by kitchens and given once for each day and meal slot. */
#ifndef MEALS_H
#define MEALS_H

#include <almoner/plugin.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* In the order of the day, because the period key of an entitlement must grow with time.  Stored: never renumber. */
enum meals_slot { MEALS_SAHARI, MEALS_BREAKFAST, MEALS_LUNCH, MEALS_IFTAR, MEALS_DINNER, MEALS_SLOTS };
extern const char *const meals_slot_names[MEALS_SLOTS + 1];

/* The programme's own columns of a delivery. */
enum { MEALS_DETAIL_SLOT, MEALS_DETAIL_BATCH, MEALS_DETAIL_TIME, MEALS_DETAILS };

struct meals_settings {
    int64_t meals_a_day;
    struct alm_list slots;
    int64_t hot_hold; /* seconds */
    bool batch_required;
    struct alm_list carriers; /* specialities; none: every group carries */
    struct alm_group recipes; /* struct meals_recipe */
};

struct meals_recipe {
    const char *name;
    struct alm_list ingredients; /* "rice 0.08": item of the stock, and how much of its unit a portion has */
};

/* A batch as the store has it at `generation` of the table; see meals-settle.c. */
struct meals_batch {
    char *code;
    char *kitchen; /* its code */
    uint64_t generation;
    bool exists;
    alm_date date;
    int64_t slot;
    alm_time cooked_at; /* ALM_NULL: not known */
    alm_quantity portions;
    alm_quantity given; /* with what this generation has drawn */
    alm_quantity drawn; /* by this generation */
    bool closed;        /* nothing more is given of it */
    bool wanted;        /* while the batches to lock are gathered */
    alm_money cost;     /* ALM_NULL: not known */
    alm_id area;        /* of its kitchen; 0: everywhere */
};

/* Open addressing; capacity is a power of two. */
struct meals_batches {
    struct meals_batch **at;
    size_t capacity, count;
    uint64_t generation;
};

/* State of one programme. */
struct meals {
    const struct meals_settings *settings;
    uint32_t served; /* set of slots */
    int64_t first_slot;
    struct meals_batches batches;
};

/* Index in meals_slot_names, -1 if it is none. */
int64_t meals_slot_of(const char *name);
/* The slot of a delivery; the first one served if it names none. */
int64_t meals_slot_of_detail(const struct meals *, const struct alm_value *detail, size_t n);

/* ---- SQL and text (meals-sql.c) ---- */

/* A statement with its arguments: i int64_t (ALM_NULL is null), t const char * (NULL is null). */
enum alm_status meals_query(const struct alm_host *, struct alm_statement **, struct alm_error *, const char *sql,
                            const char *types, ...);
/* The same, run to its end; *changes are the rows written. */
enum alm_status meals_run(const struct alm_host *, int64_t *changes, struct alm_error *, const char *sql,
                          const char *types, ...);
/* ALM_NULL for null. */
int64_t meals_column_int(const struct alm_host *, struct alm_statement *, int i);
/* Thousandths as "12" or "1.5". */
void meals_format_quantity(alm_quantity, char *buf, size_t size);
/* cost * part / whole, rounded half up, without overflow. */
alm_money meals_share(alm_money cost, alm_quantity part, alm_quantity whole);

/* ---- drawing from batches (meals-settle.c) ---- */

enum alm_status meals_settle(const struct alm_host *, void *state, struct alm_line *, size_t n, struct alm_verdict *,
                             struct alm_error *);
enum alm_status meals_unsettle(const struct alm_host *, void *state, const struct alm_line *, size_t n,
                               struct alm_error *);
void meals_batches_release(struct meals_batches *);
/* Until the transaction ends, what is left of the batch is this one's to judge. */
enum alm_status meals_batch_lock(const struct alm_host *, alm_date, const char *kitchen, const char *code,
                                 struct alm_error *);

/* ---- kitchens (meals-kitchen.c) ---- */

enum { MEALS_MAX_CODE = 60 };
enum alm_status meals_check_code(const char *code, struct alm_error *);
/* A number of meals as a quantity; `what` names it in the error. */
enum alm_status meals_to_quantity(int64_t meals, const char *what, alm_quantity *, struct alm_error *);
/* Lock the kitchen and read its daily capacity (ALM_NULL: no limit) and depot (ALM_NULL: none); an error if there is no
 * such kitchen. */
enum alm_status meals_kitchen_lock(const struct alm_host *, const char *code, int64_t *capacity, int64_t *depot,
                                   struct alm_error *);

enum alm_status meals_kitchen_add(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status meals_kitchen_edit(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status meals_kitchen_list(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status meals_kitchen_import(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

/* ---- recipes (meals-recipe.c) ---- */

enum { MEALS_MOST_INGREDIENTS = 40 };

/* What is cooked by a recipe. */
struct meals_making {
    const char *code;    /* of the batch */
    const char *kitchen; /* its code */
    int64_t depot;       /* of the kitchen; ALM_NULL: it has none */
    alm_date date;
    alm_quantity portions;
};

void meals_recipes_check(const struct meals_settings *, const struct alm_check *);
enum alm_status meals_recipe_find(const struct meals_settings *, const char *name, const struct meals_recipe **,
                                  struct alm_error *);
/* Take what the portions need out of the kitchen's depot; ALM_REFUSED with what is short.  *cost (ALM_NULL: none was
 * said) becomes that with the goods, or ALM_NULL if the price of one is not known. */
enum alm_status meals_recipe_cook(const struct alm_host *, const struct meals_recipe *, const struct meals_making *,
                                  alm_money *cost, struct alm_error *);
enum alm_status meals_recipes(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

/* ---- batches (meals-batch.c, meals-close.c) ---- */

enum alm_status meals_cook(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status meals_batch_list(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status meals_batch_import(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

enum alm_status meals_close(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status meals_reopen(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status meals_closing_import(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

/* ---- the day's list (meals-route.c) ---- */

enum alm_status meals_route(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

/* ---- reports (meals-report.c) ---- */

enum alm_status meals_kitchen_report(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status meals_cost_report(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

#endif
