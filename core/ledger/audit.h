/* SPDX-License-Identifier: MIT */
/* The audit's tools: faults, and joins of what is kept in a table with what the lines say, both in the order of the
 * key. */
#ifndef LEDGER_AUDIT_H
#define LEDGER_AUDIT_H

#include "ledger/lines.h"

struct audit {
    struct ledger *ledger;
    void (*fault)(void *context, const char *text);
    void *context;
    void (*progress)(void *context, int64_t done, int64_t total);
    int64_t faults, lines, total;
};

/* Count a fault, and tell it while there are few. */
ALM_PRINTF(2, 3) void audit_fault(struct audit *, const char *format, ...);

enum { AUDIT_KEYS = 6, AUDIT_VALUES = 5 };

/* What is compared: a query that gives what is kept, n_keys and n_values integers, in the order of the keys. */
struct audit_table {
    const char *kept;
    int n_keys, n_values;
    const char *names[AUDIT_VALUES]; /* of the values; a fault names the first that differs */
    bool sums;                       /* a row of zeros is as good as none */
    void (*subject)(struct audit *, const int64_t *key, char *buf, size_t size);
};
struct audit_join {
    struct audit *audit;
    const struct audit_table *table;
    struct store_stmt *stmt;
    bool row;
    int64_t kept[AUDIT_KEYS + AUDIT_VALUES];
};
enum alm_status audit_join_begin(struct audit_join *, struct audit *, const struct audit_table *, struct alm_error *);
/* The next row that the lines give: keys, then values. */
enum alm_status audit_join_push(struct audit_join *, const int64_t *row, struct alm_error *);
/* Tell what is kept beyond the last row. */
enum alm_status audit_join_end(struct audit_join *, struct alm_error *);
/* A join with the rows of a second query. */
enum alm_status audit_join_query(struct audit *, const struct audit_table *, const char *counted, struct alm_error *);

/* Names for people (audit-checks.c). */
const char *audit_owner(struct audit *, alm_id owner, char *buf, size_t size);
const char *audit_code(struct audit *, enum register_noun, alm_id);
const char *audit_area(struct audit *, alm_id);
/* tally_detail, claims, keys, homes, digests: what SQL can put in order by itself. */
enum alm_status audit_checks(struct audit *, struct alm_error *);
/* The slots of `tally` hold the county, or for what lies in none the area itself. */
extern const struct audit_table audit_account, audit_tally, audit_unique;

#endif
