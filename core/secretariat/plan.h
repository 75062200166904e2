/* SPDX-License-Identifier: MIT */
/*
 * Plans: the programme's rule over the whole register, in the order of need, as far as goods, money and quotas reach. A
 * plan is a draft until somebody else than its maker approves it; from then on deliveries close its lines, and nothing
 * else moves it.  For everyone who is not on it the reason is kept.
 */
#ifndef SECRETARIAT_PLAN_H
#define SECRETARIAT_PLAN_H

#include "ledger/ledger.h"

struct secretariat;

/* What plans need; also the context of plan_recorded(), which needs
 * no more than the store. */
struct plans {
    struct store *store;
    struct register_directory *directory;
    struct ledger *ledger;
    struct stock *stock;
    const struct secretariat *secretariat; /* targets */
    alm_date today;
    void (*format_date)(void *context, alm_date, char *buf, size_t size); /* for messages */
    void *context;
};

enum plan_state { PLAN_DRAFT, PLAN_APPROVED, PLAN_CANCELLED };
extern const char *const plan_states[]; /* by enum plan_state; ends with NULL */

/* Why somebody is not on a plan. */
enum plan_why {
    PLAN_ON,           /* they are on it */
    PLAN_SERVED,       /* served within the window, or in the same period */
    PLAN_EXCLUDED,     /* served under a programme that rules this one out */
    PLAN_NOT_YET,      /* not served under a programme that has to come first */
    PLAN_FLAGGED,      /* somebody has to look first at who they are */
    PLAN_NOT_ENTITLED, /* the programme's rule says no */
    PLAN_PLANNED,      /* an approved plan of that programme and stage has them already, and that line is open */
    PLAN_UNASSIGNED,   /* nobody has their area, while others are assigned */
    PLAN_QUOTA,        /* whoever has their area gives no more by the quotas */
    PLAN_BUDGET,       /* the target's budget is used up */
    PLAN_STOCK         /* the goods are */
};
extern const char *const plan_whys[]; /* for people; by enum plan_why; ends with NULL */

/* ---- who comes first, and how far it reaches (plan-fit.c) ---- no store: what is decided follows from what is handed
 * in ---- */

/* What makes need, in thousandths: the score of a household is the sum over its members and days. */
struct plan_weight {
    const char *criterion; /* a member's, in the register's words */
    int64_t weight;
};
struct plan_priority {
    const struct plan_weight *weights;
    size_t n;
    int64_t waiting_day; /* for each day since the last delivery, at most PLAN_WAITING_MOST of them, as for never */
    int64_t member;      /* for each member */
};
enum { PLAN_WAITING_MOST = 365, PLAN_NEVER = INT32_MAX };
int64_t plan_score(const struct plan_priority *, const struct alm_member *, size_t n, int32_t waiting);

struct plan_candidate {
    alm_id owner, person;
    alm_quantity quantity;
    alm_money value;
    int64_t score;
    const char *code; /* of the household or place */
    int32_t waiting;  /* days since the last delivery, or PLAN_NEVER */
    int32_t area;     /* number in the directory; -1: not known */
    uint32_t members;
    uint32_t rank;    /* out: 1, 2 ... among those who are on the plan */
    int32_t assignee; /* out: number; -1: none */
    uint32_t why;     /* out: enum plan_why */
};
/* What one unit takes of an item, and what there is of it. */
struct plan_goods {
    alm_quantity per_unit, left;
};
/* The budget for an area and all that lies in it. */
struct plan_budget {
    alm_money left;
    int32_t above; /* of an area above; -1: none */
};
/* Who serves an area and all that lies in it, unless somebody else is named further down. */
struct plan_assignee {
    alm_id body, group; /* group 0: the body as a whole */
    alm_quantity left;  /* ALM_NULL: without a quota */
    int32_t next;       /* of the same area; -1: none */
};
struct plan_limits {
    struct plan_goods *goods;
    size_t n_goods;
    struct plan_budget *budgets;
    const int32_t *budget_of; /* by area: the nearest at or above it, -1: none; NULL: there are none */
    struct plan_assignee *assignees;
    const int32_t *assignee_of; /* by area: the first; -1: nobody; NULL: nothing is assigned */
};
/*
 * Sort the candidates by need: score, days waited, members, code, person; and give to each what it is entitled to, in
 * that order, until something does not reach.  What does not reach for one is not given to anybody after: goods and
 * budgets to nobody in their area, a quota to nobody of that assignee; so nobody is passed over for somebody in less
 * need.  `left` is what stays; below 0 once something did not reach.
 */
void plan_fit(struct plan_candidate *, size_t n, struct plan_limits *);

/* ---- making (plan-make.c) ---- */

struct plan_request {
    const struct ledger_programme *programme;
    const struct register_entry *stage;
    int32_t area; /* number in the directory; -1: everywhere */
    alm_date date;
    struct plan_priority priority;
};
struct plan {
    alm_id id, programme, stage, area;
    alm_date date;
    enum plan_state state;
    const char *made_by, *approved_by, *cancelled_by, *reason; /* NULL: not */
    alm_time made, approved, cancelled;                        /* ALM_NULL: not */
    int64_t lines, left_out;
    alm_quantity quantity;
    alm_money value;
    const char *digest;
};
/*
 * Ask the rule for everyone, fit, and write a draft, inside the open write transaction; `made` is what was written, its
 * texts in the arena.  The same register, ledger, stock and settings give the same lines: the same digest. ALM_BAD_DATA
 * if the day lies outside of the stage or the programme's time.
 */
enum alm_status plan_make(const struct plans *, const struct plan_request *, struct plan *made, struct arena *,
                          struct alm_error *);

/* ---- what becomes of it (plan-steps.c) ---- inside an open write transaction ---- */

/*
 * ALM_NO_PERMISSION for its maker; ALM_REFUSED if it is no draft, if somebody on it has an open line of another plan,
 * or if it is over what goods and budgets are left by now: of two drafts that each fit, the second may not.  The
 * programme is the plan's.
 */
enum alm_status plan_approve(const struct plans *, const struct ledger_programme *, alm_id, struct alm_error *);
/* A draft loses its lines; the lines of an approved plan stay, closed or not, and are open no longer. */
enum alm_status plan_cancel(const struct plans *, alm_id, const char *reason, struct alm_error *);

/*
 * Lines were written to the ledger, in this order: those that meet an open line of an approved plan of their programme
 * and stage close it, in whole or in part; reversals open it again.  For struct ledger_services; context is a struct
 * plans.
 */
enum alm_status plan_recorded(void *context, const struct alm_line *, size_t n, struct alm_error *);

/* ---- reading (plan-read.c) ---- */

enum alm_status plan_read(const struct plans *, alm_id, struct plan *, struct arena *, struct alm_error *);
/* Newest first; programme, stage 0 and state -1: all; limit 0: all. */
enum alm_status plan_list(const struct plans *, alm_id programme, alm_id stage, int state, int64_t limit,
                          enum alm_status (*each)(void *context, const struct plan *, struct alm_error *),
                          void *context, struct alm_error *);
struct plan_line {
    alm_id owner, person, area, body, group;
    const char *code; /* of the household or place; borrowed, as reason is */
    int64_t rank, members;
    alm_quantity quantity, delivered;
    alm_money value;
    alm_date last; /* delivery before it; ALM_NO_DATE */
    int64_t score;
    enum plan_why why; /* of those who were left out */
    alm_date until;    /* from then on they may; ALM_NO_DATE: not known */
    alm_id blocking, blocking_body;
    alm_date blocking_date;
    const char *reason;
};
enum { PLAN_ANY = -1 };
struct plan_filter {
    alm_id plan;
    bool open;           /* only lines that are open */
    alm_id owner;        /* 0: all */
    alm_id body, group;  /* of the assignee, 0 included; PLAN_ANY: all */
    int why;             /* of those who were left out: only these; 0: all */
    const alm_id *areas; /* NULL: all */
    size_t n_areas;
    int64_t limit; /* 0: all */
};
/* In the order of need. */
enum alm_status plan_lines(const struct plans *, const struct plan_filter *,
                           enum alm_status (*each)(void *context, const struct plan_line *, struct alm_error *),
                           void *context, struct alm_error *);
/* Who was left out and why, by their codes. */
enum alm_status plan_left_out(const struct plans *, const struct plan_filter *,
                              enum alm_status (*each)(void *context, const struct plan_line *, struct alm_error *),
                              void *context, struct alm_error *);
/* A line as the group that delivers it needs it: the one place where a plan shows who they are. */
struct plan_card {
    struct plan_line line;
    const char *name;    /* of the head of the household, the person, or the place; NULL: not known */
    const char *address; /* NULL: not known */
};
/* As plan_lines(). */
enum alm_status plan_cards(const struct plans *, const struct plan_filter *,
                           enum alm_status (*each)(void *context, const struct plan_card *, struct alm_error *),
                           void *context, struct alm_error *);
struct plan_progress {
    alm_id area, body, group;
    int64_t lines, open, short_lines; /* open: nothing came; short: not all of it */
    alm_quantity planned, delivered;
};
/* By area, body and group, in the order of their ids. */
enum alm_status plan_progress(const struct plans *, alm_id plan,
                              enum alm_status (*each)(void *context, const struct plan_progress *, struct alm_error *),
                              void *context, struct alm_error *);
/* Lines that two plans do not have alike. */
struct plan_change {
    alm_id owner, person, area;
    const char *code;
    alm_quantity before, after; /* ALM_NULL: not on it */
    alm_id body_before, group_before, body_after, group_after;
};
enum alm_status plan_compare(const struct plans *, alm_id before, alm_id after,
                             enum alm_status (*each)(void *context, const struct plan_change *, struct alm_error *),
                             void *context, struct alm_error *);

/* ---- audit (plan-audit.c) ---- */

/* The lines of all plans against their digests and sums, and what deliveries closed against the ledger; streaming.  At
 * most 100 differences are told, *faults counts all. */
enum alm_status plan_verify(const struct plans *, void (*fault)(void *context, const char *text), void *context,
                            int64_t *n, int64_t *faults, struct alm_error *);

#endif
