/* SPDX-License-Identifier: MIT */
/*
 * monitor: how the work is seen by those whom it is for.  Complaints: opened -> assigned -> answered -> closed; every
 * step is kept with its day and who entered it.  It knows who is complained about, so that nobody sees to a complaint
 * about themselves; who may read what is cli's to say.
 */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include "secretariat/secretariat.h"

extern const struct alm_migration *const monitor_migrations;
extern const size_t monitor_n_migrations;

/* What the room needs. */
struct monitor {
    struct store *store;
    struct register_directory *directory;
    alm_date today;
    void (*format_date)(void *context, alm_date, char *buf, size_t size); /* for messages */
    void *context;
};

enum monitor_channel { CHANNEL_PHONE, CHANNEL_VISIT, CHANNEL_LETTER, CHANNEL_BOX };
enum monitor_kind { KIND_QUALITY, KIND_QUANTITY, KIND_EXCLUSION, KIND_CONDUCT, KIND_OTHER };
enum monitor_state { COMPLAINT_OPEN, COMPLAINT_ASSIGNED, COMPLAINT_ANSWERED, COMPLAINT_CLOSED };
enum monitor_outcome { OUTCOME_UPHELD, OUTCOME_PARTLY, OUTCOME_UNFOUNDED, OUTCOME_WITHDRAWN, OUTCOME_REFERRED };
extern const char *const monitor_channels[]; /* by their enum; each ends with NULL */
extern const char *const monitor_kinds[];
extern const char *const monitor_states[];
extern const char *const monitor_outcomes[];

/* One complaint.  Texts are borrowed when it goes in, and live in the arena when it comes out; 0 and NULL: not said. */
struct monitor_complaint {
    alm_id id, owner;
    alm_id household, person; /* who complained */
    alm_id programme, area, body, group;
    enum monitor_channel channel;
    enum monitor_kind kind;
    enum monitor_state state;
    bool sensitive;
    const char *text; /* NULL: erased */
    const char *entered_by;
    alm_date opened, due, answered, closed; /* ALM_NO_DATE: not */
    const char *assignee;
    alm_id assigned_body;
    int outcome; /* enum monitor_outcome; -1: none yet */
    int64_t steps;
};

struct monitor_step {
    enum monitor_state what; /* what it became */
    alm_date date;
    alm_time at; /* when it was entered, and by whom, as the journal says: not for those who hand one in */
    const char *who;
    const char *assignee; /* assigned: a user, or a body */
    alm_id body;
    int outcome;      /* closed: enum monitor_outcome; else -1 */
    const char *note; /* the answer, or a remark; NULL: none */
};

/* ---- what is done with a complaint (complaint.c) ---- inside an open write transaction ---- */

/*
 * A new one.  Its owner, state and id are made here; the household is the person's, the area the household's and the
 * body the group's where these are not given.  Conduct is always sensitive.
 */
enum alm_status monitor_complaint_open(const struct monitor *, const struct monitor_complaint *, alm_id *id,
                                       struct alm_error *);
/*
 * The next step of a complaint as it was read: assigned, answered or closed.  An answer is a text, and what is closed
 * without an answer needs a note.  ALM_REFUSED: it would be assigned to the body that it is about.  ALM_AGAIN: somebody
 * else was first.
 */
enum alm_status monitor_complaint_do(const struct monitor *, const struct monitor_complaint *,
                                     const struct monitor_step *, struct alm_error *);
/* Who complained, and the texts, go from the person's complaints and their steps; those of a household once none of
 * them is left (as register_person_erase()). */
enum alm_status monitor_erase(const struct monitor *, alm_id person, struct alm_error *);

/* ---- reading (complaint-read.c) ---- */

enum alm_status monitor_complaint_read(const struct monitor *, alm_id, struct monitor_complaint *, struct arena *,
                                       struct alm_error *);
/* What was done with it, oldest first. */
enum alm_status monitor_complaint_steps(const struct monitor *, alm_id,
                                        enum alm_status (*each)(void *context, const struct monitor_step *,
                                                                struct alm_error *),
                                        void *context, struct alm_error *);

struct monitor_filter {  /* zero members do not filter */
    bool open;           /* not closed */
    alm_date due_before; /* neither answered nor closed, and to be answered before that day; ALM_NO_DATE: all */
    alm_id programme;
    const alm_id *areas; /* one of these */
    size_t n_areas;
    bool sensitive; /* these too; else they are counted alone */
};
/* What is due first comes first; *hidden: how many sensitive ones were left out. */
enum alm_status monitor_complaints(const struct monitor *, const struct monitor_filter *,
                                   enum alm_status (*each)(void *context, const struct monitor_complaint *,
                                                           struct alm_error *),
                                   void *context, int64_t *hidden, struct alm_error *);

/* Complaints of one programme (0: none was named) and area that were answered within the same number of days. */
struct monitor_count {
    alm_id programme, area;
    int64_t days; /* from the complaint to its answer; ALM_NULL: not answered */
    int64_t opened, open, overdue, in_time;
};
/* All of them, sensitive ones too, opened from one day to another (ALM_NO_DATE: any). */
enum alm_status monitor_count(const struct monitor *, alm_id programme, alm_date from, alm_date to,
                              enum alm_status (*each)(void *context, const struct monitor_count *, struct alm_error *),
                              void *context, struct alm_error *);

#endif
