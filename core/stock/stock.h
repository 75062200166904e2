/* SPDX-License-Identifier: MIT */
/*
 * stock: items, the depots where they lie, lots, and the journal of their movements.  It knows nothing of who receives
 * aid: a draw names a line of the ledger by its id, no more.
 *
 * The journal is double entry: every movement takes a quantity of one lot from one account and gives it to another.
 * Accounts are the depots, and five that stand for what is outside: donors, beneficiaries, losses, differences found by
 * counting, and making (what was used up, and what came of it).  So for every lot the sum over all accounts is nothing,
 * and what a depot holds is what came less what went.  Balances of depots are kept beside the journal, in the same
 * transaction, and are never below zero.
 */
#ifndef STOCK_STOCK_H
#define STOCK_STOCK_H

#include "register/register.h"

extern const struct alm_migration *const stock_migrations;
extern const size_t stock_n_migrations;

/* Accounts outside of depots; ids of depots are larger. */
enum stock_account { STOCK_DONORS = 1, STOCK_GIVEN, STOCK_LOST, STOCK_DIFFERENCE, STOCK_MAKING };

/* What a movement is. */
enum stock_kind {
    STOCK_RECEIVE = 1, /* donors -> depot: makes the lot, or adds to it */
    STOCK_MOVE,        /* depot -> depot */
    STOCK_ISSUE,       /* depot -> beneficiaries, by hand: for aid that the ledger does not know line by line */
    STOCK_RETURN,      /* beneficiaries -> depot: no more than went out */
    STOCK_LOSS,        /* depot -> losses: spoilt, expired, stolen */
    STOCK_COUNT,       /* depot <-> differences: what was counted is not what the books say */
    STOCK_DRAW,        /* depot -> beneficiaries, for a line of the ledger; the movement's id is the line's */
    STOCK_UNDRAW,      /* back, for a line that was reversed; the movement's id is the reversal's */
    STOCK_USE,         /* depot -> making */
    STOCK_MADE         /* making -> depot: makes the lot */
};
extern const char *const stock_kinds[]; /* their words, by enum stock_kind */

/* Of one store and transaction sequence. What was read of balances is kept within a transaction (entry). */
struct stock;
struct stock *stock_new(struct store *, struct register_directory *);
void stock_free(struct stock *);
/* The transaction, or a part of it, came to nothing: forget what was read, and what was not written yet. */
void stock_forget(struct stock *);
/* The transaction that was at work came to nothing and runs again: forget also what was counted for it. */
void stock_again(struct stock *);
/*
 * Until stock_flush(), what stock_draw() and stock_order() write is gathered instead of going to the store call by
 * call: for those who draw line by line.  Who reads the stock's tables in between by SQL of their own flushes first.
 */
void stock_hold(struct stock *);
/* Write what was gathered, and hold no longer. */
enum alm_status stock_flush(struct stock *, struct alm_error *);

/* ---- items and depots (items.c) ---- */

/* For register_table_importer_new() and register_table_put(). */
extern const struct register_table stock_item_table, stock_depot_table;
/* By code; ALM_BAD_DATA with a suggestion. */
enum alm_status stock_find(struct stock *, enum alm_noun /* ALM_NOUN_ITEM, ALM_NOUN_DEPOT */, struct alm_text code,
                           alm_id *, struct alm_error *);
enum alm_status stock_name(struct stock *, enum alm_noun, alm_id, char *buf, size_t size, struct alm_error *);

/* ---- movements (move.c) ---- */

/* One movement as it is asked for. Ids are resolved; texts are borrowed; what a kind does not have is 0, NULL or
 * ALM_NULL. */
struct stock_order {
    enum stock_kind kind; /* RECEIVE, MOVE, ISSUE, RETURN, LOSS or COUNT */
    struct alm_text key;  /* null: made from the content */
    alm_id item;
    alm_id depot;          /* where it comes to (RECEIVE, RETURN), goes from (MOVE, ISSUE, LOSS), or was counted */
    alm_id to;             /* MOVE */
    struct alm_text lot;   /* its code. RECEIVE: null makes one; else null: first expired first out */
    alm_quantity quantity; /* COUNT: what was found in all, of the lot or of the item */
    alm_date date;
    alm_date today;         /* nothing is dated after it; 0: whatever the date */
    alm_date expires;       /* RECEIVE: the last day on which it may be used; ALM_NO_DATE: never */
    struct alm_text source; /* RECEIVE: the donor or seller */
    alm_money price;        /* RECEIVE: of one unit; ALM_NULL: not known */
    struct alm_text reason; /* LOSS and COUNT need one */
};
struct stock_answer {
    bool same; /* its key is known: nothing was written */
    alm_id movement;
    alm_quantity difference; /* COUNT: found less books */
};
/* Inside an open write transaction. ALM_REFUSED with what is short and where there is some; nothing is written then. */
enum alm_status stock_order(struct stock *, const struct stock_order *, alm_id entry, struct stock_answer *,
                            struct alm_error *);

/* ---- movements from a file (import.c) ---- */

extern const struct import_column stock_order_columns[];
extern const size_t stock_n_order_columns;
struct stock_import {
    struct stock *stock;
    enum stock_kind kind; /* of rows that do not say */
    alm_date today;       /* likewise */
    int currency_decimals;
};
/* rows() and again() for import_run(); context is a struct stock_import. A row that is short is rejected. */
enum alm_status stock_import_rows(void *context, struct import_row *, size_t n, struct arena *, struct store_entry *,
                                  struct alm_error *);
void stock_import_again(void *context);

/* ---- drawing for lines of the ledger (draw.c) ---- as host->stock_draw() and so on; see plugin.h ---- */

enum alm_status stock_draw(struct stock *, struct alm_draw *, size_t n, alm_id entry, struct alm_error *);
/* Give back all that was drawn for a line, as of `date`; nothing if nothing was.  Of a lot of which something came back
 * by hand, no more than is out. */
enum alm_status stock_undraw(struct stock *, alm_id line, alm_id reversal, alm_date date, alm_id entry,
                             struct alm_error *);
enum alm_status stock_make(struct stock *, struct alm_make *, alm_id entry, struct alm_error *);
/* The last day of a lot, as it is known now; what was read of it is forgotten. */
enum alm_status stock_last_day(struct stock *, alm_id item, struct alm_text lot, alm_date, struct alm_error *);
enum alm_status stock_on_hand(struct stock *, alm_id item, alm_id depot, alm_date, alm_quantity *, struct alm_error *);

/* ---- reading (read.c) ---- */

extern const char *const stock_accounts[]; /* their words, by enum stock_account */
/* A quantity at a price, rounded half up; ALM_NULL if the price is. */
alm_money stock_value(alm_quantity, alm_money price);
/* What lies in a depot of a lot; lot 0: the depot has nothing left of the item. */
struct stock_lot {
    alm_id depot, item, lot;
    const char *depot_code, *item_code, *item_name, *unit, *code, *source;
    int64_t low, near; /* of the item; ALM_NULL */
    alm_quantity quantity;
    alm_date expires, received;
    alm_money price;
};
/* In the order of depots' codes and items' codes, the lots that expire first first. item, depot 0: all. */
enum alm_status stock_lots(struct stock *, alm_id item, alm_id depot,
                           enum alm_status (*each)(void *context, const struct stock_lot *, struct alm_error *),
                           void *context, struct alm_error *);
struct stock_moved {
    alm_id id;
    enum stock_kind kind;
    alm_date date;
    alm_quantity quantity;
    const char *lot, *from, *to, *reason;
};
/* The movements of an item, newest first. depot 0: all; limit 0: all. */
enum alm_status stock_journal(struct stock *, alm_id item, alm_id depot, int64_t limit,
                              enum alm_status (*each)(void *context, const struct stock_moved *, struct alm_error *),
                              void *context, struct alm_error *);

/* ---- audit (audit.c) ---- */

/* Recompute the balances of depots from the journal, streaming; each difference, and each lot or depot below zero, is
 * handed to `fault`. */
enum alm_status stock_verify(struct stock *, void (*fault)(void *context, const char *text), void *context,
                             int64_t *movements, int64_t *faults, struct alm_error *);

#endif
