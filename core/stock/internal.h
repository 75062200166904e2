/* SPDX-License-Identifier: MIT */
/*
 * What the files of stock share: cells, in which what lies in a depot of an item is kept while a transaction is at work
 * on it, and the one way to write the journal with its balances.
 */
#ifndef STOCK_INTERNAL_H
#define STOCK_INTERNAL_H

#include "stock/stock.h"

/* No quantity or price of one order is larger, so that sums and products cannot overflow. */
#define STOCK_MOST INT64_C(1000000000000)
#define STOCK_NEVER INT32_MAX   /* expires */
enum { STOCK_TEXT_MOST = 200 }; /* bytes of a key or a code of a lot */

/* A lot as far as it lies in a depot. */
struct stock_part {
    alm_id lot;
    alm_date expires; /* STOCK_NEVER */
    alm_date received;
    alm_money price;       /* ALM_NULL: not known */
    alm_quantity quantity; /* as it stands now */
    alm_quantity pending;  /* what of it the store does not know yet */
};

/* An item in a depot; locked and read once for a transaction. */
struct stock_cell {
    alm_id depot, item;
    bool read;
    bool dirty;              /* something is pending */
    struct stock_part *lots; /* those that expire first come first, then by id */
    size_t n, capacity;
    size_t first; /* those before it are used up */
    alm_quantity pending;
};

/* So much of a lot that was taken out of a cell. */
struct stock_piece {
    uint32_t cell;
    uint32_t part;
    alm_quantity quantity;
};
struct stock_pieces {
    struct stock_piece *at;
    size_t n, capacity;
};

struct stock_parts {
    struct stock_part *at;
    size_t n, capacity;
};

struct stock_name {
    alm_id id;
    const char *code, *name, *unit; /* unit: of an item */
    int64_t low, near;              /* of an item; ALM_NULL */
};
struct stock_names {
    bool read;
    struct stock_name *at; /* by id */
    size_t n, capacity;
    struct arena arena;
};

struct stock {
    struct store *store;
    struct register_directory *directory;
    struct stock_names items, depots;
    struct seen *seen; /* orders of this run without a key of their own */
    /* Of the transaction at work: */
    alm_id entry; /* its entry of the journal; 0: none */
    struct stock_cell *cells;
    size_t n_cells, cells_capacity;
    uint32_t *slots; /* open addressing; one more than the cell's number */
    size_t n_slots;
    uint32_t *wanted; /* cells that are to be read */
    size_t n_wanted, wanted_capacity;
    uint32_t *dirty;
    size_t n_dirty, dirty_capacity;
    struct stock_pieces pieces; /* of the draw that is tried */
    struct store_bulk *movements, *more_movements, *balances, *on_hand, *locks;
    alm_id last_line; /* the last one that something was drawn for in this transaction */
    bool again;       /* a line may come that has movements already: more_movements is used */
    bool held;
    struct stock_shortage *shortages; /* short.c */
    size_t n_shortages, shortages_capacity;
};

/* ---- names (items.c) ---- */

/* NULL: none. Read on first use. */
const struct stock_name *stock_item_name(struct stock *, alm_id);
const struct stock_name *stock_depot_name(struct stock *, alm_id);
void stock_names_reset(struct stock_names *);

/* ---- cells (cells.c) ---- */

/* Another transaction than that of `entry` was at work: forget what was read for it. */
void stock_begin(struct stock *, alm_id entry);
/* The number of the cell, which stock_read() locks and reads if it is new. */
uint32_t stock_want(struct stock *, alm_id depot, alm_id item);
enum alm_status stock_read(struct stock *, struct alm_error *);
void stock_cells_reset(struct stock *);
void stock_cells_release(struct stock *);

enum stock_which {
    STOCK_GOOD, /* neither expired on the day nor received after it */
    STOCK_ANY
};
/* Take up to `quantity` of a cell, the lots that expire first first (lot 0), or of one lot; pieces are added.  Returns
 * how much. */
alm_quantity stock_take(struct stock *, uint32_t cell, alm_id lot, alm_quantity quantity, alm_date, enum stock_which,
                        struct stock_pieces *);
/* Put back what was taken since there were `n` pieces. */
void stock_untake(struct stock *, struct stock_pieces *, size_t n);
/* The cell, if it was read. */
const struct stock_cell *stock_known(const struct stock *, alm_id depot, alm_id item, uint32_t *number);
/* How much stock_take() would find. */
alm_quantity stock_there(const struct stock *, uint32_t cell, alm_id lot, alm_date, enum stock_which);
/* What the pieces from `n` on had cost; ALM_NULL if a price is not known. */
alm_money stock_cost(const struct stock *, const struct stock_pieces *, size_t n);

/* ---- the journal (journal.c) ---- */

struct stock_post {
    alm_id id;
    enum stock_kind kind;
    alm_date date;
    struct alm_text reason;
};
/* Write that pieces (from n on), which are taken, went to `target`. */
void stock_post_taken(struct stock *, const struct stock_post *, const struct stock_pieces *, size_t n, alm_id target);
/* Write that a quantity of a lot came from `source` into a cell; it is there for what comes next. */
void stock_post_put(struct stock *, const struct stock_post *, alm_id source, uint32_t cell, const struct stock_part *);
/* The same for the balance alone, of a quantity whose movement is written by stock_post_taken(). The part, until the
 * next call. */
struct stock_part *stock_put(struct stock *, uint32_t cell, const struct stock_part *);
/* Write all this to the store; stock_write() does not while it is held. */
enum alm_status stock_sync(struct stock *, struct alm_error *);
enum alm_status stock_write(struct stock *, struct alm_error *);
/* Drop what was gathered; `all`: and the memory for it. */
void stock_journal_reset(struct stock *, bool all);

/* ---- what is short (short.c) ---- */

struct stock_need {
    alm_id item;
    alm_quantity quantity;
    const alm_id *depots;
    size_t n_depots;
    alm_id lot; /* 0: any */
    alm_date date;
    enum stock_which which;
};
struct stock_short {
    char text[256];      /* what is short, and how much there is */
    char elsewhere[160]; /* where else there is some; "" */
};
enum alm_status stock_tell_short(struct stock *, const struct stock_need *, struct stock_short *, struct alm_error *);
/* "1,200 kg" */
void stock_quantity_text(const struct stock_name *item, alm_quantity, char *buf, size_t size);
void stock_short_reset(struct stock *);

/* ---- what comes back (back.c) ---- */

/* A row that begins with id, expires, received and price of a lot (move.c). */
struct stock_part stock_part_of(struct store_stmt *);
/*
 * Of which lots a return is: those that were given out by its day and are not back, the ones that expire first first;
 * lot 0: only of those that ever lay in its depot and are good.  *missing: what is too much.
 */
enum alm_status stock_back(struct stock *, const struct stock_order *, alm_id lot, alm_quantity *missing,
                           struct stock_parts *, struct alm_error *);
/* How much of a lot can come back on that day: what is out then, and not back on any later day. */
enum alm_status stock_out(struct stock *, alm_id lot, alm_date, alm_quantity *, struct alm_error *);
/* Remember of which lots something came back by hand. */
enum alm_status stock_mark_returned(struct stock *, const struct stock_parts *, struct alm_error *);

/* ---- keys (key.c) ---- */

enum { STOCK_CONTENT_SIZE = 33 };
/* What the key stands for: *id 0 if for nothing yet; other content is ALM_BAD_DATA. */
enum alm_status stock_key_find(struct stock *, struct alm_text key, const char *content, alm_id *id,
                               struct alm_error *);
/* ALM_AGAIN if somebody else took it just now. */
enum alm_status stock_key_claim(struct stock *, struct alm_text key, const char *content, alm_id id,
                                struct alm_error *);

#endif
