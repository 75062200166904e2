/* SPDX-License-Identifier: MIT */
/*
 * ledger: aid given, line by line; who may have what now; what was refused; roll-ups and unique counts that reports
 * read; and the audit that recomputes them.  It knows programmes by their rule and their core settings, not by name.
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "plugin/plugin.h"
#include "stock/stock.h"

extern const struct alm_migration *const ledger_migrations;
extern const size_t ledger_n_migrations;

enum ledger_policy { LEDGER_REFUSE, LEDGER_WARN, LEDGER_HOLD }; /* as enum conf_double */

/* A programme as the ledger sees it; made by host from INI and plug-in. */
struct ledger_exclusion {
    alm_id programme;
    int32_t days; /* not within so many days of that programme's delivery */
};
/* An earlier step that a line needs: aid under that programme, not longer ago than so many days (0: ever). */
struct ledger_requirement {
    alm_id programme; /* 0: the store does not know it, so nothing was given under it */
    const char *name; /* for messages */
    int32_t days;
};
/*
 * A higher room's say in lines, wired by host (cases ...).  hold() sees lines before any of them is judged, and those that
 * it refuses are held, unless something else refuses them; it writes nothing.  settle() comes before the programme's own,
 * with accepted lines in order, and may refuse single ones; unsettle() after it, with lines that are being reversed.
 * These two inside the transaction, and with the same duties as those of struct alm_programme.  Each may be NULL.
 */
struct ledger_gate {
    const char *name; /* for messages */
    enum alm_status (*hold)(void *context, const struct alm_line *lines, size_t n, struct alm_verdict *,
                            struct alm_error *);
    enum alm_status (*settle)(void *context, const struct alm_line *lines, size_t n, struct alm_verdict *,
                              struct alm_error *);
    enum alm_status (*unsettle)(void *context, const struct alm_line *lines, size_t n, struct alm_error *);
};
struct ledger_programme {
    alm_id id;
    const char *name;
    const char *plugin;               /* its name, for plugin_enter() */
    const struct alm_programme *rule; /* NULL: may be read about, not given */
    void *state;
    const struct alm_host *host; /* bound to this programme: for settle and unsettle */
    int32_t window_days;         /* 0: no rolling window */
    const struct ledger_exclusion *exclusions;
    size_t n_exclusions;
    const alm_id *bodies; /* may give; n_bodies 0: all */
    size_t n_bodies;
    enum ledger_policy on_double, on_excess;
    alm_money unit_cost;
    alm_date from, until; /* ALM_NO_DATE: open */
    const struct ledger_requirement *requirements;
    size_t n_requirements;
    const struct ledger_gate *const *gates; /* with the context of each */
    void *const *gate_contexts;
    size_t n_gates;                /* that have a say in its lines now */
    size_t n_unsettle;             /* that may have had: no fewer; all these are told of reversals */
    const struct alm_goods *draws; /* that one unit takes out of stock, from these depots in order */
    size_t n_draws;
    const alm_id *depots;
    size_t n_depots;
};

struct ledger;
/* Looks programmes up by `programme(context, id or name)`, so that only those that a command meets are loaded. */
struct ledger_services {
    struct store *store;
    struct register_directory *directory;
    struct stock *stock;
    const struct ledger_programme *(*programme)(void *context, struct alm_text name, struct alm_error *);
    const struct ledger_programme *(*programme_by_id)(void *context, alm_id, struct alm_error *);
    void *context;
    alm_date today;
    void (*format_date)(void *context, alm_date, char *buf, size_t size); /* for messages */
    /* Told of the lines of a chunk, or of a reversal, once they are accepted and settled, in their order; inside the
     * transaction, and without a say in them.  For what a higher room keeps of deliveries.  May be NULL. */
    enum alm_status (*written)(void *written_context, const struct alm_line *, size_t n, struct alm_error *);
    void *written_context;
};
struct ledger *ledger_new(const struct ledger_services *);
void ledger_free(struct ledger *);
/* From now on an offer by any other body is bad data: who is at work enters only what theirs give.  n 0: all; `bodies`
 * must outlive the ledger. */
void ledger_only(struct ledger *, const alm_id *bodies, size_t n);

/* ---- recording (record.c, judge.c ...) ---- */

enum ledger_outcome {
    LEDGER_RECORDED,
    LEDGER_SAME /* its key is known; `reason` says so if it was taken back since */,
    LEDGER_REFUSED,
    LEDGER_HELD,
    LEDGER_REJECTED /* bad data */
};
enum ledger_reason {
    LEDGER_NO_REASON,
    LEDGER_WINDOW,     /* served within the window */
    LEDGER_PERIOD,     /* served in the same period */
    LEDGER_EXCLUSION,  /* another programme's aid rules it out */
    LEDGER_BODY,       /* this body may not give under the programme */
    LEDGER_EXCESS,     /* more than the entitlement */
    LEDGER_RULE,       /* the programme's rule says no */
    LEDGER_SETTLE,     /* the programme could not settle it: batch empty, stock short, no approved case, ... */
    LEDGER_REQUIREMENT, /* the aid that has to come before it was not given */
    LEDGER_HELD_BACK    /* a gate wants somebody to look first: who it is for is doubtful */
};

/* One offer of aid. Ids are resolved; texts are borrowed. */
struct ledger_offer {
    struct alm_text key; /* null: made from the content and the ordinal among equals of this run */
    const struct ledger_programme *programme;
    alm_id household, person, partner,
        place;             /* by the programme's recipient; for a person `household` 0 is looked up */
    alm_quantity quantity; /* 0: what they are entitled to */
    alm_date date;
    alm_id body, group;
    struct alm_text note;
    struct alm_value *detail; /* n_detail of the programme; settle may fill it */
    bool anew;                /* without a key: one that was taken back does not count as the same (lists stay known) */
};
struct ledger_answer {
    enum ledger_outcome outcome;
    enum ledger_reason why;
    alm_id line; /* of the recorded (or already known) delivery, or of the refusal */
    alm_quantity quantity;
    alm_quantity entitled;
    alm_money value;
    alm_id blocking; /* line in the way, and when and by whom */
    alm_date blocking_date;
    alm_id blocking_body;
    alm_date next;      /* from when on they may; ALM_NO_DATE: not known */
    bool warned;        /* recorded although `why` (policy warn) */
    const char *reason; /* for people, in the chunk's arena; "" if recorded, or known and standing */
    const char *about;  /* of one that is rejected: the column of ledger_columns that is wrong; else NULL */
    alm_id reversal;    /* of one that is known: the line that took it back; 0: it stands */
};

/*
 * Judge the offers in order and write what is accepted and refused, inside the open write transaction: lines, keys,
 * claims, accounts, reach, tallies, unique counts, refusals.  The result does not depend on how offers are cut into
 * chunks.  Adds to entry->lines and digest; entry->id is set.
 */
enum alm_status ledger_record(struct ledger *, const struct ledger_offer *, size_t n, struct ledger_answer *,
                              struct arena *, struct store_entry *entry, struct alm_error *);
/* As ledger_record() for one offer, without writing: may they have it now? */
enum alm_status ledger_entitlement(struct ledger *, const struct ledger_offer *, struct ledger_answer *, struct arena *,
                                   struct alm_error *);

/* ---- everybody at once (survey.c) ---- */

struct ledger_survey {
    const struct ledger_programme *programme;
    alm_date date;       /* of any day, also one to come: as if nothing more were given until then */
    const alm_id *areas; /* NULL: everywhere */
    size_t n_areas;
    bool brief; /* answers without texts but those of the rule and of gates, and not by whom what is in the way was given */
};
/* One who might receive, and what ledger_entitlement() would answer; all of it is borrowed. */
struct ledger_found {
    alm_id owner, person; /* person 0: the household's or place's aid */
    alm_id area, base;    /* 0: not known */
    const char *code;     /* of the household or place */
    const struct alm_member *members; /* of that day */
    size_t n_members;
    alm_date last; /* when the household or place was given anything under the programme; ALM_NO_DATE: never */
    alm_money value; /* of what they are entitled to */
    const struct ledger_answer *answer;
};
/* All households that have a member on that day (or their members one by one, or places, by the programme's recipient),
 * in the order of the owners' ids, by set-based queries of some thousand each.  Only reads. */
enum alm_status ledger_survey(struct ledger *, const struct ledger_survey *,
                              enum alm_status (*each)(void *context, const struct ledger_found *, struct alm_error *),
                              void *context, struct alm_error *);

/* Take a line back. ALM_BAD_DATA if it is a reversal or reversed already. */
enum alm_status ledger_reverse(struct ledger *, alm_id line, const char *reason, alm_id *reversal,
                               struct store_entry *entry, struct alm_error *);
/* The transaction that was at work came to nothing, and its offers come again: forget what was counted for them. */
void ledger_again(struct ledger *);
/* Decide on a held offer; accepting records it past the double or the gate that held it. */
enum alm_status ledger_held_decide(struct ledger *, alm_id refusal, bool accept, struct ledger_answer *, struct arena *,
                                   struct store_entry *entry, struct alm_error *);
/* register_gate: count unique beneficiaries of these households anew, from the lines. */
enum alm_status ledger_members_changed(void *ledger, const alm_id *households, size_t n, struct alm_error *);
/* register_gate: who is who is about to change among these persons (!merged): lock all owners with lines that may name
 * them, or reach them; or has changed: count these owners anew. */
enum alm_status ledger_persons_merge(void *ledger, const alm_id *persons, size_t n, bool merged, struct alm_error *);
/* register_gate: these areas are about to lie elsewhere (!moved), or do so now: the counts of the areas above follow.
 */
enum alm_status ledger_areas_move(void *ledger, const alm_id *areas, size_t n, bool moved, struct alm_error *);

/* ---- for the services that settle() asks (draw.c) ---- */

/* Whether settle() of that programme runs, and was handed that line. */
bool ledger_settles(const struct ledger *, alm_id programme, alm_id line);
/* host->stock_draw(): only inside settle() of that programme, and for its own lines. */
enum alm_status ledger_draw(struct ledger *, alm_id programme, struct alm_draw *, size_t n, struct alm_error *);
/* A plug-in asked for what it may not while it was asked for a rule or settled: what is at work fails with this, even
 * if the plug-in says that all is well. */
void ledger_fault(struct ledger *, const struct alm_error *);
/* settle() of a programme alone, for lines that are not recorded; gates and [programme] draw are left out.  For those
 * who hold a plug-in to its duties. */
enum alm_status ledger_try_settle(struct ledger *, const struct ledger_programme *, struct alm_line *, size_t n,
                                  struct alm_verdict *, alm_id entry, struct alm_error *);

/* ---- importing (import.c) ---- */

/* CSV columns of a delivery; the programmes' own columns follow by name. */
extern const struct import_column ledger_columns[];
extern const size_t ledger_n_columns;
/* rows() for import_run(): context is a struct ledger_import. `programme`: for files without that column. detail
 * columns are those of `columns` past ledger_n_columns. */
struct ledger_import {
    struct ledger *ledger;
    const struct ledger_programme *programme; /* NULL: by column */
    const struct import_column *columns;
    size_t n_columns;
    struct ledger_import_counts {
        int64_t warned;
        int64_t taken_back;                         /* of those that are known */
        int64_t refused_by[LEDGER_HELD_BACK + 1]; /* by enum ledger_reason */
    } counts, before;                               /* `before` the last chunk */
};
enum alm_status ledger_import_rows(void *context, struct import_row *, size_t n, struct arena *, struct store_entry *,
                                   struct alm_error *);
void ledger_import_again(void *context); /* again() for import_run() */

/* ---- reading (read.c) ---- */

struct ledger_line {
    struct alm_line line; /* detail is NULL; see detail_text */
    alm_id reversed_by;
    const char *key, *note, *detail_text;
    alm_id entry;
    int64_t period; /* ALM_NULL: none */
};
enum alm_status ledger_line_read(struct ledger *, alm_id id, struct ledger_line *, struct arena *, struct alm_error *);
/* detail_text as n values by the columns' names (members that no column has are left out); strings live in the arena.
 */
enum alm_status ledger_detail_read(struct alm_text json, const struct alm_column *, size_t n, struct alm_value *,
                                   struct arena *, struct alm_error *);
struct ledger_filter {                                  /* zero members do not filter; dates ALM_NO_DATE */
    alm_id owner, person, programme, body, group, area; /* area: and all below it; the first two with their aliases */
    alm_date from, to;
    int64_t limit; /* 0: all */
};
/* What was recorded last comes first, as with refusals.  Of a person: the lines that name them.  `key` is NULL: only
 * ledger_line_read() looks for it. */
enum alm_status ledger_lines(struct ledger *, const struct ledger_filter *,
                             enum alm_status (*each)(void *context, const struct ledger_line *, struct alm_error *),
                             void *context, struct alm_error *);
/* What was given last, for each programme and recipient. */
struct ledger_last {
    alm_id recipient; /* household; or person, under programmes whose aid is a person's own */
    alm_id programme, body;
    alm_date date;
};
/* Of these households and persons, with their aliases, by set-based queries; sorted by recipient and programme,
 * allocated with malloc. Reversed lines do not count.  `households` are those where the persons live: what was given to
 * a person under an earlier one is not found. */
enum alm_status ledger_last(struct ledger *, const alm_id *households, size_t n_households, const alm_id *persons,
                            size_t n_persons, struct ledger_last **, size_t *n, struct alm_error *);
struct ledger_refusal {
    alm_id id, owner, programme, body, group, person, blocking, blocking_body, line;
    alm_date date, blocking_date;
    alm_quantity quantity;
    enum ledger_reason why;
    int state; /* 0 refused, 1 held, 2 accepted, 3 dropped */
    const char *key, *reason;
};
enum alm_status ledger_refusals(struct ledger *, const struct ledger_filter *, int state /* -1: all */,
                                enum alm_status (*each)(void *context, const struct ledger_refusal *,
                                                        struct alm_error *),
                                void *context, struct alm_error *);

/* ---- the common report (cut.c) ---- */

enum ledger_dimension {
    CUT_PROGRAMME = 1,
    CUT_AREA = 2,
    CUT_BODY = 4,
    CUT_GROUP = 8,
    CUT_STAGE = 16,
    CUT_MONTH = 32,
    CUT_DAY = 64
};
struct ledger_cut {
    uint32_t by;      /* set of dimensions */
    alm_id programme; /* 0: all */
    alm_id area;      /* only below this one, shown by its children; 0: the tree's top (shown by county if by area) */
    alm_id body;
    alm_date from, to; /* ALM_NO_DATE: open */
};
struct ledger_cell {
    alm_id programme, area, body, group, stage;
    int32_t month;
    alm_date day;
    alm_quantity quantity;
    int64_t deliveries, households, persons, places;
    alm_money value;
};
/* Cells in a total order (programme name, area code, body code, group code, stage start, month, day), then the totals:
 * `total` true.  Unique counts are exact in every cell and in the total: from unique_count where that cut is kept, else
 * from the lines in one streaming pass. quantity of a total over several programmes is the plain sum. */
enum alm_status ledger_report(struct ledger *, const struct ledger_cut *,
                              enum alm_status (*each)(void *context, const struct ledger_cell *, bool total,
                                                      struct alm_error *),
                              void *context, struct alm_error *);
/* Why the offer `id` was refused or held (*state as in struct ledger_refusal); *reason is NULL if `id` is no refusal.
 * In the arena. */
enum alm_status ledger_refusal_reason(struct ledger *, alm_id id, int *state, const char **reason, struct arena *,
                                      struct alm_error *);
/* Numbers for `status`: deliveries that stand, offers refused, offers held. */
enum alm_status ledger_counts(struct ledger *, int64_t *lines, int64_t *refusals, int64_t *held, struct alm_error *);

/* Fold what several writers added to roll-ups and counts apart from each other into one row each, and drop rows of
 * nothing; *folded counts the rows that went.  Reports say the same before and after. */
enum alm_status ledger_tidy(struct ledger *, int64_t *folded, struct alm_error *);

/* ---- audit (audit.c) ---- */

/* Recompute claims, accounts, reach, tallies, unique counts, keys and the journal's digests from the lines, streaming
 * by owner; each difference is handed to `fault` (at most 100).  *faults counts all. */
enum alm_status ledger_verify(struct ledger *, void (*fault)(void *context, const char *text), void *context,
                              int64_t *lines, int64_t *faults,
                              void (*progress)(void *context, int64_t done, int64_t total), struct alm_error *);

#endif
