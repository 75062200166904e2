/* SPDX-License-Identifier: MIT */
/* disinfection: places are treated in rounds, every so many days by their kind, and at spots where that is needed. */
#ifndef DISINFECTION_H
#define DISINFECTION_H

#include <almoner/plugin.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* What was treated, and in what kind of work.  Stored: never renumber. */
enum disinfection_object { DISINFECTION_SURFACE, DISINFECTION_OUTDOOR, DISINFECTION_PEOPLE, DISINFECTION_OBJECTS };
enum disinfection_job { DISINFECTION_ROUND, DISINFECTION_SPOT, DISINFECTION_JOBS };
extern const char *const disinfection_objects[DISINFECTION_OBJECTS + 1];
extern const char *const disinfection_jobs[DISINFECTION_JOBS + 1];

/* The programme's own columns of a delivery. */
enum {
    DISINFECTION_DETAIL_AGENT,
    DISINFECTION_DETAIL_CONCENTRATION, /* ppm */
    DISINFECTION_DETAIL_LITRES,        /* thousandths */
    DISINFECTION_DETAIL_AREA,          /* square metres */
    DISINFECTION_DETAIL_OBJECT,
    DISINFECTION_DETAIL_JOB,
    DISINFECTION_DETAIL_ORDER,
    DISINFECTION_DETAILS
};

struct disinfection_settings {
    int64_t every; /* seconds */
    struct alm_list depots;
    struct alm_group kinds;  /* struct disinfection_kind */
    struct alm_group agents; /* struct disinfection_agent */
};

/* Places of one kind. */
struct disinfection_kind {
    const char *name;
    int64_t every; /* seconds; 0: as the settings say for all */
    bool rounds;
    bool outdoor;
};

struct disinfection_agent {
    const char *name;
    const char *title;
    int64_t concentration; /* ppm, as the two below */
    int64_t least;
    int64_t most;
    alm_quantity litres; /* for a square metre */
    const char *item;    /* code of what it is made from, in stock; NULL: not kept there */
    int64_t strength;    /* of the item, thousandths of a per cent */
};

struct disinfection_codes { /* of orders, kept so that a line's columns can point at them */
    char **at;
    size_t count, capacity;
};

/* State of one programme. */
struct disinfection {
    const struct disinfection_settings *settings;
    struct disinfection_kind other; /* of places whose kind has no section */
    struct disinfection_codes codes;
    alm_id *items; /* of each agent; 0: not looked up yet, or none */
    alm_id *depots;
    int64_t outdoors, told; /* routine sprayings outdoors in this run, and how many when it was last warned of */
};

const struct disinfection_agent *disinfection_agent_at(const struct disinfection_settings *, size_t i);
/* By name, NULL if there is none; the first one for no name. */
const struct disinfection_agent *disinfection_agent_of(const struct disinfection_settings *, const char *name);
/* What is set for places of that kind (NULL: not known); never NULL. */
const struct disinfection_kind *disinfection_kind_of(const struct disinfection *, const char *kind);
/* ALM_BAD_DATA if neither the settings nor the register know of such places. */
enum alm_status disinfection_check_kind(const struct alm_host *, const struct disinfection *, const char *kind,
                                        struct alm_error *);
int32_t disinfection_days(const struct disinfection *, const struct disinfection_kind *);

/* Litres of a solution for so many square metres, thousandths; INT64_MAX where that is too much to be true. */
alm_quantity disinfection_litres(const struct disinfection_agent *, int64_t square_metres);
/* How much of the agent's item makes so much solution of so many ppm, thousandths, rounded up. */
alm_quantity disinfection_item_for(const struct disinfection_agent *, alm_quantity litres, int64_t ppm);

/* ---- text (disinfection-places.c) ---- */

/* A copy that lives until the command ends; *copy is NULL for null. */
enum alm_status disinfection_copy(const struct alm_host *, const char *text, const char **copy, struct alm_error *);
/* A named area, group ... as people call it; null for 0 and ALM_NULL. */
enum alm_status disinfection_name(const struct alm_host *, enum alm_noun, alm_id, struct alm_value *,
                                  struct alm_error *);

/* ---- deliveries (disinfection-settle.c) ---- */

enum alm_status disinfection_settle(const struct alm_host *, void *state, struct alm_line *, size_t n,
                                    struct alm_verdict *, struct alm_error *);
enum alm_status disinfection_unsettle(const struct alm_host *, void *state, const struct alm_line *, size_t n,
                                      struct alm_error *);

/* ---- what lines come to (disinfection-write.c) ---- */

struct disinfection_entry {
    alm_id place;
    const char *code; /* of its order; NULL: none */
    const char *agent;
    alm_date date;
    int64_t object, job;
    alm_quantity quantity, litres; /* litres ALM_NULL: not known */
    int64_t square_metres;         /* likewise */
};

/* sign 1: they are settled; -1: they are taken back.  Sorts the entries; `ids` has room for n. */
enum alm_status disinfection_write(const struct alm_host *, struct disinfection_entry *, size_t n, alm_id *ids,
                                   int sign, struct alm_error *);

/* ---- places, and when their turn is (disinfection-places.c) ---- */

struct disinfection_place {
    alm_id id;
    alm_id area; /* 0: not known */
    const char *code, *name, *kind;
    int64_t size;      /* square metres; ALM_NULL: not known */
    alm_date last;     /* round; ALM_NO_DATE: none so far */
    alm_date due;      /* of one that was never treated: the day on which it was registered */
    const char *order; /* code of an open order that holds it; NULL: none */
};

struct disinfection_places {
    struct disinfection_place *at;
    size_t count, capacity;
};

struct disinfection_filter {
    alm_id area;      /* and all below it; 0: everywhere */
    const char *kind; /* NULL: all */
    alm_date as_of;   /* rounds after that day don't count */
    alm_date due;     /* not later than this */
};

/* Places that take part in rounds and pass the filter, in the order of their ids; in host memory. */
enum alm_status disinfection_places_read(const struct alm_host *, const struct disinfection *,
                                         const struct disinfection_filter *, struct disinfection_places *,
                                         struct alm_error *);
/* Soonest due first. */
void disinfection_places_sort(struct disinfection_places *);

enum alm_status disinfection_plan(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status disinfection_overdue(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status disinfection_coverage(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status disinfection_agents(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

/* ---- work orders (disinfection-order.c) ---- */

enum alm_status disinfection_order_add(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status disinfection_order_list(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status disinfection_order_show(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status disinfection_order_close(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

#endif
