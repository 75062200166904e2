/* SPDX-License-Identifier: MIT */
/* dowries: a list of items for a couple about to marry, handed over one by one, delivered when all are. */
#ifndef DOWRIES_H
#define DOWRIES_H

#include <almoner/plugin.h>

/* Stored: never renumber. */
enum dowries_state { DOWRIES_OPEN, DOWRIES_DELIVERED, DOWRIES_CANCELLED, DOWRIES_STATES };
extern const char *const dowries_states[DOWRIES_STATES + 1];

enum { DOWRIES_MOST_CERTIFICATE = 40, DOWRIES_MOST_RECEIPT = 60 };

/* The programme's own columns of a delivery. */
enum { DETAIL_CERTIFICATE, DETAILS };

struct dowries_settings {
    struct alm_list criteria;
    int64_t age_from; /* seconds */
    struct alm_list depots;
    struct alm_group items; /* struct dowries_item */
};

struct dowries_item {
    const char *name;
    const char *title; /* NULL: the name */
    int64_t from;      /* index in stock, bought */
    alm_quantity quantity;
    const char *item; /* of the stock; NULL: the name */
    alm_money most;   /* that may be paid for it; 0: any price */
    alm_money value;  /* where its cost is not known; 0: not known */
};
enum { FROM_STOCK, FROM_BOUGHT };

static inline const struct dowries_item *dowries_item_at(const struct dowries_settings *s, size_t i)
{
    return (const struct dowries_item *)s->items.items + i;
}

/* The item's section; NULL: it is not in the settings any more. */
const struct dowries_item *dowries_item_of(const struct dowries_settings *, const char *name);
/* Its code in stock. */
const char *dowries_stock_code(const struct dowries_settings *, const char *name);

/* Who has one of the criteria that are set; without any, who has one at all. */
bool dowries_in_need(const struct dowries_settings *, const struct alm_member *);

/* ---- a dowry (dowries-open.c) ---- */

struct dowries_dowry {
    alm_id id;
    char certificate[DOWRIES_MOST_CERTIFICATE + 1];
    alm_id person, partner;
    alm_date opened;
    alm_id body, group; /* 0: none */
    int64_t state;      /* enum dowries_state */
    alm_id line;        /* 0: none */
};

/* By the number of its certificate, in any spelling; ALM_BAD_DATA if there is none. */
enum alm_status dowries_find(const struct alm_host *, const char *certificate, struct dowries_dowry *,
                             struct alm_error *);
/* Nobody else changes it or its items until the transaction ends; an error if it is not open. */
enum alm_status dowries_lock(const struct alm_host *, const struct dowries_dowry *, struct alm_error *);
/* What it still lacks: "carpet, cooker"; cut to `size`. */
enum alm_status dowries_missing(const struct alm_host *, alm_id dowry, char *buf, size_t size, size_t *n,
                                struct alm_error *);

enum alm_status dowries_open(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status dowries_import(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status dowries_cancel(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

/* ---- handing over (dowries-hand.c) ---- */

enum alm_status dowries_hand(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status dowries_hand_import(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status dowries_return(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

/* ---- deliveries (dowries-settle.c) ---- */

enum alm_status dowries_settle(const struct alm_host *, void *, struct alm_line *, size_t n, struct alm_verdict *,
                               struct alm_error *);
enum alm_status dowries_unsettle(const struct alm_host *, void *, const struct alm_line *, size_t n,
                                 struct alm_error *);

/* ---- lists and reports (dowries-list.c) ---- */

enum alm_status dowries_list(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status dowries_show(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status dowries_report_open(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status dowries_report_handed(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status dowries_report_missing(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

#endif
