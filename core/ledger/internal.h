/* SPDX-License-Identifier: MIT */
/*
 * What the files of the ledger share: the struct, the one way to judge, the one way to write lines with their roll-ups,
 * the text of a line's own columns, and the digest of a line.
 */
#ifndef LEDGER_INTERNAL_H
#define LEDGER_INTERNAL_H

#include "ledger/ledger.h"
#include "ledger/reach.h"

struct ledger_writer; /* write.c */
struct ledger_chunk;  /* chunk.h */
struct ledger_codes;  /* codes.c: what codes of beneficiaries stand for */

/* The settle() that runs. */
struct ledger_settling {
    const struct ledger_programme *programme; /* NULL: none */
    alm_id *ids;                              /* of its lines, ascending */
    size_t n, capacity;
    alm_id entry;
    struct ledger_drawn { /* items that settle() drew */
        alm_id item, programme;
        bool twice; /* by another programme, too */
    } * drawn;
    size_t n_drawn, drawn_capacity;
};

struct ledger {
    struct ledger_services services;
    struct ledger_writer *writer;
    struct ledger_chunk *chunk;
    struct seen *seen; /* contents of this run without a key of their own */
    struct ledger_codes *codes;
    alm_id fresh_for;            /* the entry for which ledger_refresh() was called */
    int64_t journal_count;       /* entries of the journal then; -1: not known */
    struct reach *reach;         /* for one owner after the other */
    struct reach_counts *counts; /* ledger_writer_flush() writes and empties it */
    struct ledger_settling settling;
    const alm_id *only;     /* bodies that may give; n_only 0: all */
    size_t n_only;
    size_t most_lines;      /* that a report holds at a time, about */
    struct alm_error fault; /* what a plug-in did that it may not; status ALM_OK: nothing */
};

/* ---- settling (draw.c) ---- */

/* settle() of a programme, with its lines noted meanwhile, so that it can draw for them and for no others. */
enum alm_status ledger_call_settle(struct ledger *, const struct ledger_programme *, struct alm_line *, size_t n,
                                   struct alm_verdict *, alm_id entry, struct alm_error *);
/* Whether an item was drawn by settle() of two programmes since ledger_draws_reset(), or is among `goods` too. */
void ledger_draws_reset(struct ledger *);
bool ledger_draws_meet(const struct ledger *, const struct alm_goods *goods, size_t n);
/* What was read of the stock may not hold any more. */
void ledger_forget_stock(struct ledger *);

/* ---- judging (record.c) ---- */

enum {
    LEDGER_RUN_ASK = 1, /* judge only: no key, no id, nothing is written; `entry` may be NULL */
    LEDGER_RUN_PAST_DOUBLE =
        2, /* doubles and excess are recorded with a warning, whatever the policy; no key is claimed */
    /* The three of ledger_survey(), with LEDGER_RUN_ASK.  WALK: the members of the offers' households are read already,
     * the day may lie ahead, and no offer stands in another's way.  BRIEF: no texts but the rule's own, and not by whom
     * what stands in the way was given.  RANGE: the owners are all that there are from the first to the last. */
    LEDGER_RUN_WALK = 4,
    LEDGER_RUN_BRIEF = 8,
    LEDGER_RUN_RANGE = 16
};
/* Longer calls are cut: the result is the same, and memory stays bounded. */
enum { LEDGER_MAX_CHUNK = 131072 };
/* What ledger_record(), ledger_entitlement() and ledger_held_decide() are made of. */
enum alm_status ledger_run(struct ledger *, const struct ledger_offer *, size_t n, struct ledger_answer *,
                           struct arena *, struct store_entry *entry, uint32_t flags, struct alm_error *);

/*
 * What was read of the register for the chunk before may be used again if nothing was written in between but that
 * chunk: every writer leaves an entry in the journal.  Else it is forgotten.  Called once for each entry, before
 * anything is read for it.
 */
enum alm_status ledger_refresh(struct ledger *, alm_id entry, struct alm_error *err);
void ledger_forget(struct ledger *);

/* ---- codes (codes.c) ---- as they stand in a file, to ids; forgotten when the register may have changed ---- */

struct ledger_codes *ledger_codes_new(void);
void ledger_codes_free(struct ledger_codes *);
void ledger_codes_reset(struct ledger_codes *);
alm_id ledger_codes_find(const struct ledger_codes *, enum alm_noun, struct alm_text); /* 0: not known */
void ledger_codes_add(struct ledger_codes *, enum alm_noun, struct alm_text, alm_id);

/* ---- writing (write.c) ---- rows are gathered; nothing reaches the store before ledger_writer_flush() ---- */

/* What a line holds besides struct alm_line. */
struct ledger_extra {
    struct alm_text detail; /* JSON; null: none */
    struct alm_text note;   /* null: none */
    int64_t period;         /* ALM_NULL: none */
};
struct ledger_writer *ledger_writer_new(struct store *, struct register_directory *);
void ledger_writer_free(struct ledger_writer *);
/* One line (a reversal too: negative quantity and value, `reverses` set, the date of the line that it takes back): its
 * row, the ways to it, its part of both tallies (deliveries +1, or -1 for a reversal), entry->lines and entry->digest.
 * Its id must be set. */
void ledger_write_line(struct ledger_writer *, const struct alm_line *, const struct ledger_extra *,
                       struct store_entry *entry);
/* Add to a county's part of `tally` only: `sum` is of one area, programme, stage, body and day. */
void ledger_write_county(struct ledger_writer *, const struct alm_line *sum, int64_t deliveries);
/* Set last date and line, add the rest.  At most once for an owner and programme between two flushes. */
void ledger_write_account(struct ledger_writer *, alm_id owner, alm_id programme, alm_date last_date, alm_id last_line,
                          int64_t deliveries, alm_quantity quantity, alm_money value);
void ledger_write_claim(struct ledger_writer *, alm_id recipient, alm_id programme, int64_t period, alm_id owner,
                        alm_id line);
/* Replace an owner's state. At most once for an owner between two flushes. */
void ledger_write_reach(struct ledger_writer *, alm_id owner, struct alm_text state);
/* A refused or held offer; `line` holds the offer (id: the refusal's, quantity: as asked). */
void ledger_write_refusal(struct ledger_writer *, const struct alm_line *, const struct ledger_extra *,
                          struct alm_text key, const struct ledger_answer *, alm_id entry);
/* Write everything that was gathered, and the ledger's reach counts. */
enum alm_status ledger_writer_flush(struct ledger_writer *, struct reach_counts *, struct alm_error *);
/* Forget what was gathered (after an error). */
void ledger_writer_reset(struct ledger_writer *);

/* ---- a line's own columns (detail.c) ---- */

/* {"batch":123,"time":"..."}: numbers plain, strings escaped; nothing is added when all values are null. */
void ledger_detail_write(struct strbuf *, const struct alm_column *, const struct alm_value *, size_t n);

/* ---- the digest of a line (digest.c) ---- of what table `line` holds of it: null and 0 of person, partner and
 * reverses are the same ---- */
void ledger_line_digest(const struct alm_line *, const struct ledger_extra *, alm_id entry, uint64_t out[2]);

#endif
