/* SPDX-License-Identifier: MIT */
/* Between the files of `match`: files (match.c), a list (match-list.c), the register with itself (match-register.c),
 * decisions (match-decide.c, match-review.c). */
#ifndef CLI_MATCH_H
#define CLI_MATCH_H

#include "cli/cli.h"
#include "match/match.h"

/* --threads of all; 0: one for each processor. */
enum alm_status cli_match_threads(const struct alm_args *, int *threads, struct alm_error *);
extern const char *const cli_match_verdicts[]; /* ends with NULL */
enum alm_status cli_match_list(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);
enum alm_status cli_match_run(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);
enum alm_status cli_match_flags(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);
enum alm_status cli_match_decisions(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);
/* --only, --person and --limit of those that list flags. */
enum alm_status cli_match_filter(struct cli *, const struct alm_args *, struct match_flag_filter *, struct alm_error *);
enum alm_status cli_match_decide(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);
enum alm_status cli_match_import(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);
enum alm_status cli_match_review(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);

/* ---- a pair (match-pair.c) ---- */
struct cli_match_person {
    struct register_person person;
    const char *area; /* its name; NULL: not known */
    const char *aid;  /* what they got last under each programme, when and by whom; NULL: nothing */
};
/* Both of a pair; strings live in the arena.  plain: with dates for machines. */
enum alm_status cli_match_read_pair(struct cli *, const struct match_flag *, bool plain, struct cli_match_person who[2],
                                    struct arena *, struct alm_error *);

/* ---- a decision (match-decide.c) ---- */
struct cli_match_decision {
    struct store_entry *entry; /* of the transaction: a merge adds to its digest */
    alm_id a, b;
    enum match_decision decision;
    const char *reason;         /* may be NULL */
    bool different_ids;         /* the same although each has a national ID of their own */
    alm_id survivor;            /* of two who are the same; 0: chosen, and then told */
    const char *why;            /* out: why that one survives */
    alm_id household;           /* out: that is one with the survivor's now; 0: none */
    enum match_decision before; /* out */
};
/* Keep it, and merge those who are the same; inside a write transaction.  ALM_BAD_DATA: they were merged, and are said
 * to be no more than alike; ALM_REFUSED: both have a national ID. */
enum alm_status cli_match_settle(struct cli *, struct cli_match_decision *, struct alm_error *);
void cli_match_tell(struct cli *, const struct cli_match_decision *);

#endif
