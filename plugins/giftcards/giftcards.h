/* SPDX-License-Identifier: MIT */
/* giftcards: an issuer's cards, each given once, from the secretariat through a group to a household. */
#ifndef GIFTCARDS_H
#define GIFTCARDS_H

#include <almoner/plugin.h>

/* Where a card is.  Stored: never renumber. */
enum giftcards_state { GIFTCARDS_HELD, GIFTCARDS_GIVEN, GIFTCARDS_VOID, GIFTCARDS_LOST };

/* The same for people: what is held is told apart by who holds it. */
enum giftcards_place { AT_SECRETARIAT, AT_GROUP, AT_HOUSEHOLD, IS_VOID, IS_LOST, GIFTCARDS_PLACES };
extern const char *const giftcards_place_names[GIFTCARDS_PLACES + 1];

/* Steps in the chain of custody.  Stored: never renumber. */
enum giftcards_step {
    STEP_RECEIVED,
    STEP_HANDED,
    STEP_RETURNED,
    STEP_VOID,
    STEP_LOST,
    STEP_REPLACED,   /* the household got another one for it */
    STEP_REPLACEMENT /* it was given for another one */
};

enum { GIFTCARDS_NEVER = INT32_MAX /* expires */, GIFTCARDS_SECRETARIAT = 0 /* holder */, GIFTCARDS_MAX_SERIAL = 60 };

/* The programme's own columns of a delivery. */
enum { GIFTCARDS_DETAIL_SERIAL, GIFTCARDS_DETAILS };

struct giftcards_settings {
    int64_t valid_for; /* seconds */
    int64_t members_from;
    struct alm_list criteria;
    struct alm_group currencies; /* struct giftcards_currency */
};

struct giftcards_currency {
    const char *name; /* ISO 4217 */
    alm_money rate;   /* of one unit */
};

/* State of one programme. */
struct giftcards {
    const struct giftcards_settings *settings;
    const char *currency; /* the campaign's */
    int64_t unit;         /* its minor units */
};

struct giftcards_card {
    int64_t number;
    const char *serial;
    const char *currency;
    int64_t face;
    int64_t expires;
    int64_t state;
    alm_id holder;
    int64_t replaced_by; /* ALM_NULL: by none */
};

/* Thousandths of a unit of some currency in the campaign's; ALM_NULL if nothing says what it is worth. */
alm_money giftcards_value(const struct giftcards *, int64_t face, const char *currency);
/* The last day on which a card may be given that is to be good for a while, as its `expires`. */
int64_t giftcards_good_until(const struct giftcards *, alm_date given);
/* The number by which many serials, each as alm_code() makes it, are looked up in one statement. */
int64_t giftcards_mark(const char *serial);
struct alm_value giftcards_expiry(int64_t expires);

/* "the secretariat" or "group X". */
enum alm_status giftcards_holder_name(const struct alm_host *, alm_id holder, char *buf, size_t size,
                                      struct alm_error *);

/* ---- cards (giftcards-card.c) ---- */

#define GIFTCARDS_CARD_COLUMNS "c.number, c.serial, c.currency, c.face, c.expires, c.state, c.holder, c.replaced_by "
/* The row of a SELECT that begins with these; its texts last until the next step. */
struct giftcards_card giftcards_card_row(const struct alm_host *, struct alm_statement *);
/* The card of that serial, however it is spelt, its texts in host memory; an error if there is none. */
enum alm_status giftcards_find(const struct alm_host *, const char *serial, struct giftcards_card *,
                               struct alm_error *);

enum alm_status giftcards_import(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status giftcards_list(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status giftcards_show(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status giftcards_check(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

/* ---- custody (giftcards-custody.c) ---- */

/* Nobody else changes what these have until the transaction ends; holders that have no row have no cards. */
enum alm_status giftcards_lock(const struct alm_host *, const alm_id *holders, size_t n, struct alm_error *);
/* Cards from one state to another, all of them or ALM_AGAIN. */
enum alm_status giftcards_set_state(const struct alm_host *, const int64_t *numbers, size_t n, int64_t from, int64_t to,
                                    struct alm_error *);

enum alm_status giftcards_hand(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status giftcards_return(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status giftcards_void(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status giftcards_lost(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status giftcards_replace(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

/* ---- deliveries (giftcards-settle.c) ---- */

enum alm_status giftcards_settle(const struct alm_host *, void *, struct alm_line *, size_t n, struct alm_verdict *,
                                 struct alm_error *);
enum alm_status giftcards_unsettle(const struct alm_host *, void *, const struct alm_line *, size_t n,
                                   struct alm_error *);

/* ---- reports (giftcards-report.c) ---- */

enum alm_status giftcards_balance(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status giftcards_custody(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

#endif
