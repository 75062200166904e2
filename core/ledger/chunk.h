/* SPDX-License-Identifier: MIT */
/*
 * A chunk of offers while it is judged.  All that is known of an owner (household or place) sits in flat arrays by the
 * owner's number in the chunk; numbers stored as "one more" are 0 for none.  Everything lives in the chunk's arena and
 * goes with it.
 */
#ifndef LEDGER_CHUNK_H
#define LEDGER_CHUNK_H

#include "ledger/internal.h"

enum chunk_state {
    ROW_PENDING,  /* not judged yet */
    ROW_OUT,      /* rejected, or its key is known: nothing to judge */
    ROW_ACCEPTED, /* becomes a line */
    ROW_REFUSED   /* becomes a refusal: refused or held */
};

struct chunk_row {
    alm_id id;
    alm_id household; /* for persons and households: where they live on that day */
    struct alm_text key;
    alm_id body;          /* the offer's, or its group's */
    alm_id refusal;       /* offered and refused before, and judged anew: that refusal; 0: none */
    alm_id refused_under; /* and its owner: an alias's may have been merged since */
    uint32_t state;
    uint32_t owner;
    uint32_t programme;
    uint32_t account;   /* one more; of this owner and programme */
    uint32_t claims[2]; /* one more; of the person (or household, place) and of the partner */
    uint32_t before;    /* one more: the row of the same owner that was accepted before this one */
    uint32_t moved[2];  /* one more: person or partner who lived in several households */
    uint32_t person;    /* one more: the person's number among all members, as they were on that day */
    uint32_t partner;   /* one more: the partner's number among all members */
    bool known;         /* the rule was asked already: the members below hold */
    bool history;       /* stored lines are needed to judge it */
    bool has_period;
    bool has_value; /* the rule or unit_cost says what a unit is worth */
    alm_quantity entitled;
    int64_t period;
    alm_money unit_value;
    alm_quantity quantity;
    alm_money value;
    const struct alm_value *detail; /* as settled */
    const char *hold;               /* why a gate wants it to wait; NULL: none does */
};

struct chunk_account {
    alm_id programme;
    alm_date stored_date; /* before this chunk; ALM_NO_DATE: nothing */
    alm_date last_date;   /* now */
    alm_id stored_line;
    alm_id last_line;
    int64_t stored_deliveries;
    int64_t deliveries; /* of this chunk, as are quantity and value */
    alm_quantity quantity;
    alm_money value;
    uint32_t last_row; /* one more: last_line's, if it is of this chunk */
    uint32_t next;     /* one more: the owner's next account */
};

struct chunk_owner {
    alm_id id;
    alm_id area;
    uint32_t household;        /* one more: number in members; 0 for a place */
    uint32_t accounts;         /* one more: first account */
    uint32_t last_row;         /* one more: last accepted row */
    const uint32_t *stand_ins; /* numbers of the households that are aliases of it */
    uint32_t n_stand_ins;
    uint32_t first_past;
    uint32_t n_past;
    uint32_t past_batch; /* the batch of history that the two above are of */
    uint32_t past_ahead; /* the same, if they hold what lies after the batch's dates too */
};

struct chunk_programme {
    const struct ledger_programme *programme;
    uint32_t recipient;
    bool looks_back;
    bool settles; /* gates, settle() or draws have a say */
};

struct chunk_claim {
    alm_id recipient;
    int64_t period;
    alm_id line; /* stored; 0: free */
    alm_id owner;
    bool of_alias; /* what is stored is an alias's claim, not the recipient's own */
    uint32_t programme;
    uint32_t row; /* one more: the row of this chunk that took it */
};

struct chunk_past {
    struct alm_line line;
    bool reversed;
};

/* A person who lived in more than one household, or did so under an alias. */
struct chunk_moved {
    alm_id person;
    const alm_id *households;
    uint32_t *owners; /* their numbers */
    size_t n;
};

struct chunk_pair {
    uint64_t key;
    uint64_t value;
};

/* Beyond any real delivery, and small enough that sums and values cannot overflow. */
#define CHUNK_MAX_QUANTITY INT64_C(1000000000000)

struct ledger_chunk {
    struct arena arena;
    struct ledger *ledger;
    struct alm_error fault;             /* the first rule that answered what cannot be; status ALM_OK: none */
    struct store_entry *entry;          /* NULL if only asked */
    const struct ledger_offer *offered; /* as they came */
    const struct ledger_offer *offers;  /* with survivors for aliases */
    struct register_aliases aliases;    /* of those whom the offers name, and of all their households */
    struct ledger_answer *answers;
    struct arena *texts; /* the caller's: reasons */
    size_t n;
    uint32_t flags;
    struct chunk_row *rows;
    struct chunk_pair *pairs, *scratch; /* n each, for sorting */
    uint32_t *by_owner;                 /* the numbers of rows that are not out, by owner, in file order within each */
    size_t n_by_owner;

    struct chunk_owner *owners;
    size_t n_owners;
    struct chunk_account *accounts;
    size_t n_accounts, accounts_capacity;
    struct chunk_programme *programmes;
    size_t n_programmes, programmes_capacity;
    struct chunk_moved *moved;
    size_t n_moved, moved_capacity;
    struct register_members members;

    struct chunk_claim *claims;
    size_t n_claims, claims_capacity;
    uint32_t *claim_slots; /* open addressing; one more */
    size_t n_claim_slots;

    struct chunk_past *past;
    size_t n_past, past_capacity;
    struct arena past_arena;
    struct alm_line *look; /* of the case that was looked at last */
    size_t look_capacity;
    uint32_t past_batch;
    int64_t past_from, past_to; /* its dates */
    bool past_ever;             /* past_from is before all lines */
    size_t past_until;          /* rows before this number have their history */

    /* The members of the case that was looked at last. */
    struct alm_member *present;
    alm_id *present_ids;
    size_t n_present, present_capacity;
    uint32_t present_owner; /* one more */
    alm_date present_date;
    struct strbuf text;
};

/* ---- chunk.c ---- */
void chunk_init(struct ledger_chunk *, struct ledger *);
void chunk_release(struct ledger_chunk *);
void chunk_begin(struct ledger_chunk *, const struct ledger_offer *, struct ledger_answer *, size_t n,
                 struct arena *texts, uint32_t flags);
/* Stable, by key. scratch has n elements. */
void chunk_sort(struct chunk_pair *, struct chunk_pair *scratch, size_t n);
/* The members of an owner on a day, for the rule (and their ids). */
void chunk_members(struct ledger_chunk *, uint32_t owner, alm_date);
struct chunk_account *chunk_account(struct ledger_chunk *, uint32_t owner, alm_id programme); /* NULL: none */
/* The number of an account of that owner and programme, made if need be. */
uint32_t chunk_account_add(struct ledger_chunk *, uint32_t owner, alm_id programme);
enum alm_status chunk_read_accounts(struct ledger_chunk *, struct alm_error *);
/* The line that an accepted row becomes (detail: as offered or settled), or that a refused one would have become. */
void chunk_line(struct ledger_chunk *, size_t row, struct alm_line *);
/* Back to what was stored, to judge again. */
void chunk_rewind(struct ledger_chunk *);

/* ---- owners.c ---- */
/* Reject what is wrong by itself, find every offer's owner, lock the owners and read their members. */
enum alm_status chunk_check(struct ledger_chunk *, struct alm_error *);

/* ---- check.c ---- */
/* Reject the row's offer if it is wrong by itself, else number its programme. */
void chunk_check_offer(struct ledger_chunk *, size_t row);
/* A date for messages; returns buf. */
const char *chunk_date_text(struct ledger_chunk *, alm_date, char *buf, size_t size);
/* `about`: the column of the offer that is wrong. */
ALM_PRINTF(4, 5) void chunk_reject(struct ledger_chunk *, size_t row, const char *about, const char *format, ...);

/* ---- key.c ---- */
/* Ids, keys, and LEDGER_SAME for keys that are known. */
enum alm_status chunk_keys(struct ledger_chunk *, struct alm_error *);

/* ---- claim.c ---- */
/* Periods that an alias used up are its survivor's too; they stay where they are recorded. */
/* The number of the claim (one more), made if need be. */
uint32_t chunk_claim(struct ledger_chunk *, alm_id recipient, uint32_t programme, int64_t period);
/* Whether it is stored, one at a time. */
enum alm_status chunk_claim_read(struct ledger_chunk *, struct chunk_claim *, struct alm_error *);
/* Read what is stored of the claims that the rows ask for. */
enum alm_status chunk_read_claims(struct ledger_chunk *, struct alm_error *);

/* ---- history.c ---- */
/* Which rows need stored lines. */
void chunk_need_history(struct ledger_chunk *);
/* Read them for `row` and as many after it as memory is meant to hold. */
enum alm_status chunk_read_history(struct ledger_chunk *, size_t row, struct alm_error *);
/* Read also what lies after the row's date as far as there are lines: then all below hold for every later date. */
enum alm_status chunk_read_ahead(struct ledger_chunk *, size_t row, struct alm_error *);
/* A line in the way of a row. */
struct chunk_block {
    alm_id line, owner, body;
    alm_date date;
    bool body_known;
};
/* What the row's recipients meet if it were of that date. */
/* The line of `programme` nearest to the date and within `days` of it; among equally near ones the earlier date, then
 * the later line. */
bool chunk_nearest(struct ledger_chunk *, size_t row, alm_date, alm_id programme, int32_t days, struct chunk_block *);
/* Whether they were served as that asks. */
bool chunk_required(struct ledger_chunk *, size_t row, alm_date, const struct ledger_requirement *);
/* The first day after the date on which they were served under that programme; ALM_NO_DATE: none. */
alm_date chunk_line_after(struct ledger_chunk *, size_t row, alm_date, alm_id programme);
/* The lines of the row's programme within its look-back, oldest first; valid until the next call. */
size_t chunk_look_back(struct ledger_chunk *, size_t row, alm_date, const struct alm_line **);
/* When and by whom a line was given. */
enum alm_status chunk_block_body(struct ledger_chunk *, struct chunk_block *, struct alm_error *);

/* ---- judge.c ---- */
/* Ask the rules that need no history. */
void chunk_ask_rules(struct ledger_chunk *); /* what a rule answers amiss is told by chunk_judge() */
enum alm_status chunk_judge(struct ledger_chunk *, struct alm_error *);
/* The rule's answer, if the row were of that date. */
void chunk_ask(struct ledger_chunk *, size_t row, alm_date, struct alm_entitlement *);
/* Whose periods the row uses up, beside its partner's. */
alm_id chunk_claimant(const struct ledger_chunk *, size_t row);
/* A quantity in thousandths times what there is for one unit, rounded half up; clear of overflow. */
int64_t chunk_times(alm_quantity, int64_t of_one);

/* ---- next.c ---- */
/* The first day after the row's date on which nothing that is known stands in its way; ALM_NO_DATE: that cannot be
 * said. */
enum alm_status chunk_next(struct ledger_chunk *, size_t row, alm_date *, struct alm_error *);

/* ---- settle.c ---- */
/* How many gates have a say in accepted lines. */
size_t chunk_settling_gates(const struct ledger_programme *);
/* Ask the gates which rows are to wait, whatever comes of judging them. */
enum alm_status chunk_ask_holds(struct ledger_chunk *, struct alm_error *);
/* All accepted rows at one go.  *whole: nothing was refused, and what was drawn does not depend on its being one go;
 * else all of it has to be undone. */
enum alm_status chunk_settle_all(struct ledger_chunk *, bool *whole, struct alm_error *);
/* Whether no row needs to be undone when it is refused, so that what is drawn may wait to be written together. */
bool chunk_settles_unguarded(const struct ledger_chunk *);
/* One row; of one that is refused nothing stays. */
enum alm_status chunk_settle_one(struct ledger_chunk *, size_t row, struct alm_verdict *, struct alm_error *);

/* ---- elsewhere.c ---- */
/* Before anything is entered: partners of accepted rows who live elsewhere get a row of their own in reach. */
enum alm_status chunk_mark_partners(struct ledger_chunk *, struct alm_error *);

/* ---- enter.c ---- */
/* Hand everything to the writer, owner by owner. */
enum alm_status chunk_enter(struct ledger_chunk *, struct store_entry *, struct alm_error *);

#endif
