/* SPDX-License-Identifier: MIT */
/*
 * cases: aid that is asked for and decided: request -> visit -> approved or refused -> delivered -> closed.  Every step
 * is kept with its day, who entered it and why; nobody decides on a request that they entered.  It knows programmes by
 * their ids, and has its say in the ledger through a gate.
 */
#ifndef CASES_CASES_H
#define CASES_CASES_H

#include "ledger/ledger.h"

extern const struct alm_migration *const cases_migrations;
extern const size_t cases_n_migrations;

/* What the room needs; also the context of its gate. */
struct cases {
    struct store *store;
    alm_date today;
    void (*format_date)(void *context, alm_date, char *buf, size_t size); /* for messages */
    void *context;
};

enum cases_state { CASE_OPEN, CASE_VISITED, CASE_APPROVED, CASE_REFUSED, CASE_DELIVERED, CASE_CLOSED };
extern const char *const cases_states[]; /* by enum cases_state; ends with NULL */

/* One case. Ids are as when it was opened: a recipient may have become an alias since, and the survivor's deliveries
 * fulfil it.  Texts are borrowed when it goes in, and live in the arena when it comes out. */
struct cases_case {
    alm_id id;
    alm_id owner; /* household or place: where its recipient lived when it was opened */
    alm_id programme;
    alm_id household, person, partner, place; /* as a line of that programme has them */
    enum cases_state state;
    const char *subject;  /* what is asked for, a word; "" */
    const char *note;     /* NULL: none */
    const char *document; /* where the papers are; NULL: not said */
    const char *entered_by;
    alm_quantity asked, approved;                         /* 0: not limited */
    alm_date opened, visited, decided, delivered, closed; /* ALM_NO_DATE: not */
    alm_id line;                                          /* that delivered it; 0 */
    int64_t steps;
};

enum cases_what { STEP_OPENED, STEP_VISITED, STEP_APPROVED, STEP_REFUSED, STEP_DELIVERED, STEP_RETURNED, STEP_CLOSED };
extern const char *const cases_whats[]; /* by enum cases_what; ends with NULL */
struct cases_step {
    enum cases_what what;
    alm_date date;
    alm_time at; /* when it was entered, and by whom, as the journal says: not for those who hand one in */
    const char *who;
    const char *acting;    /* the base, group or committee that did it; NULL: not said */
    const char *reason;    /* NULL: none */
    const char *decision;  /* the committee's reference; NULL: none */
    alm_quantity quantity; /* opened: asked for; approved: how much, 0: not limited */
    alm_id line;           /* delivered, returned */
};

/* ---- what is done with a case (write.c) ---- inside an open write transaction ---- */

/*
 * A request.  The owner, state, dates of the steps and id of the case are made here; `opened` is its day and `key` what
 * makes it count once (null: none).  *same: that key's request is there already.  ALM_REFUSED if an equal one is
 * neither refused nor closed: its id is in *id and in the message.
 */
enum alm_status cases_open(const struct cases *, const struct cases_case *, struct alm_text key, const char *acting,
                           alm_id *id, bool *same, struct alm_error *);
/*
 * The next step of the case: STEP_VISITED, STEP_APPROVED, STEP_REFUSED or STEP_CLOSED.  needs_visit: it cannot be
 * approved before a visit.  What is refused, or closed without aid, needs a reason.  ALM_NO_PERMISSION: the case was
 * entered by the same user, who cannot decide on it.
 */
enum alm_status cases_do(const struct cases *, alm_id id, const struct cases_step *, bool needs_visit,
                         struct alm_error *);
/* The texts of the person's cases and of their steps go (as register_person_erase()). */
enum alm_status cases_erase(const struct cases *, alm_id person, struct alm_error *);

/* ---- reading (read.c) ---- */

enum alm_status cases_read(const struct cases *, alm_id, struct cases_case *, struct arena *, struct alm_error *);
/* What was done with it, oldest first. */
enum alm_status cases_steps(const struct cases *, alm_id,
                            enum alm_status (*each)(void *context, const struct cases_step *, struct alm_error *),
                            void *context, struct alm_error *);

struct cases_filter { /* zero members do not filter */
    int state;        /* -1: all */
    alm_id programme, owner, person;
    const alm_id *areas; /* where the household or place lies */
    size_t n_areas;
    alm_date waiting_since; /* not over or delivered, and nothing was done after that day; ALM_NO_DATE: all */
    int64_t limit;          /* 0: all */
};
/* Newest first. */
enum alm_status cases_list(const struct cases *, const struct cases_filter *,
                           enum alm_status (*each)(void *context, const struct cases_case *, struct alm_error *),
                           void *context, struct alm_error *);

/* ---- the ledger (gate.c) ---- */

/*
 * The gate for programmes whose aid needs a case.  A line without an approved case of its recipient, decided on or
 * before its date and for no less than its quantity, is refused; with one, the case is delivered.  Where there are
 * several, it is the one whose subject stands in the line's own columns, else the one decided first.  When the line is
 * reversed the case is approved as before.  `context` is a struct cases.
 */
extern const struct ledger_gate cases_gate;
/* The case that a line would deliver if it were recorded now; refused in its verdict, as the gate would. */
enum alm_status cases_request_for(const struct cases *, const struct alm_line *, struct cases_case *, struct arena *,
                                  struct alm_verdict *, struct alm_error *);
/* For host->request_of(): the case that the line delivers; id 0 if there is none. */
enum alm_status cases_request_of(const struct cases *, alm_id line, struct cases_case *, struct arena *,
                                 struct alm_error *);

/* ---- audit (audit.c) ---- */

/* Recompute every case from its steps, and the claims; streaming.  At most 100 differences are told, *faults counts
 * all. */
enum alm_status cases_verify(const struct cases *, void (*fault)(void *context, const char *text), void *context,
                             int64_t *n, int64_t *faults, struct alm_error *);

#endif
