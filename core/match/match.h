/* SPDX-License-Identifier: MIT */
/*
 * match: who is who.  Its engine finds the records of one list, or of two, that are of one person (or thing), by rules
 * over fields: it knows comparisons, blocks, weights and clusters, and no store.  Beside it stands the register's own
 * matching: pairs of persons that were flagged, what was decided on them, and a say in the ledger through a gate.
 *
 * A pair's weight is the logarithm to base two of the odds that it is a match.  Three explanations of a pair compete:
 * it is one person; it is two people who have nothing to do with each other; or it is two people of one household or
 * one place, who share what households share.  Without the third, brothers would pass for one person.
 */
#ifndef MATCH_MATCH_H
#define MATCH_MATCH_H

#include "conf/conf.h"
#include "ledger/ledger.h"

enum { MATCH_MAX_FIELDS = 20, MATCH_MAX_BLOCKS = 20, MATCH_MAX_THREADS = 64 };

/* How near two values are. */
enum match_level { MATCH_MISSING, MATCH_DIFFER, MATCH_WEAK, MATCH_SIMILAR, MATCH_NEAR, MATCH_EXACT, MATCH_LEVELS };
extern const char *const match_level_names[MATCH_LEVELS];

/* ---- what is to be matched ---- */

/* A list that is in no file. */
struct match_list {
    const char *name; /* for messages */
    const struct alm_text *headers;
    size_t n;
    /* The next record's n fields, borrowed until the next call; or *end. */
    enum alm_status (*next)(void *context, struct alm_text *fields, bool *end, struct alm_error *);
    void *context;
};

struct match_options {
    const char *files[2];              /* CSV; the second may be NULL: the first in itself */
    const struct match_list *lists[2]; /* in the place of files; the second may be NULL, too */
    const char *rules;                 /* INI; NULL: guessed from the headers */
    const char *truth;                 /* CSV; NULL: none */
    double threshold;                  /* a probability; below 0: as the rules say, or chosen */
    int threads;                       /* 0: as many as there are processors */
    /* Pairs, by the numbers of their records in the order in which they were read, that nobody asks about: weights are
     * estimated as if they were asked about.  Called by several threads.  May be NULL. */
    bool (*skip)(const void *context, size_t a, size_t b);
    const void *skip_context;
    bool within; /* of two lists: look for pairs of the first one's own too, by the same weights: match_pairs_within() */
    /* Called for each fault of the rules, of which the error tells the first one only.  May be NULL. */
    void (*problem)(void *context, const char *file, int line, const char *text, const char *hint);
    void *context;
};

struct match_quality { /* against a truth */
    int64_t found, right, true_pairs, candidates_right;
    double precision, recall, f1;
    double completeness;            /* share of the true pairs that blocking brought to comparison */
    double best_f1, best_threshold; /* over all thresholds */
};

struct match_counts {
    int64_t records[2], rejected[2];
    int64_t candidates;            /* pairs that were compared */
    int64_t links;                 /* pairs at or above the threshold */
    int64_t clusters;              /* of two records or more */
    int64_t split;                 /* clusters that were not joined though a link said so */
    int64_t huge_blocks, left_out; /* blocks over the limit even after they were parted; pairs not compared for that */
    double threshold;
    struct match_quality pairs_quality, clusters_quality; /* only with a truth */
};

/* A run: records, rules, weights, links.  The strings of the options stay the caller's until match_free(). */
struct match;
enum alm_status match_run(struct match **, const struct match_options *, struct match_counts *, struct alm_error *);
void match_free(struct match *);

/* Each rejected row: file, line, why. */
typedef void match_reject_fn(void *context, const char *file, int64_t line, const char *why);
void match_rejects(const struct match *, match_reject_fn *, void *context);
/* Each split: two records that are certainly different, though links joined them. */
typedef void match_split_fn(void *context, const char *id_a, const char *id_b);
void match_splits(const struct match *, match_split_fn *, void *context);

/* Records by their numbers, from 0, of the first and of the second list: all pairs that are not certainly different,
 * with the probability of being one; and that of any pair. */
typedef void match_pair_fn(void *context, size_t first, size_t second, double probability);
void match_pairs(const struct match *, match_pair_fn *, void *context);
void match_pairs_within(const struct match *, match_pair_fn *, void *context); /* both of the first list */
double match_probability(const struct match *, size_t first, size_t second);

/* The links as CSV: id_a, id_b, weight, probability; and the clusters, every record once: cluster, file, id. */
void match_write_pairs(const struct match *, struct strbuf *);
void match_write_clusters(const struct match *, struct strbuf *);
/* The rules in force, with the weights that were estimated, as an INI text. */
void match_write_rules(const struct match *, struct strbuf *);

/* One pair, field by field. */
struct match_explained {
    const char *what; /* the field, or what the row stands for */
    const char *a, *b;
    const char *level; /* NULL: not a field */
    double bits;
};
struct match_explanation {
    struct arena arena;
    struct match_explained rows[MATCH_MAX_FIELDS + 3];
    size_t n;
    double weight, probability;
    const char *block; /* the blocking rule that brings the two together; NULL if none does */
};
enum alm_status match_explain(const struct match *, const char *id_a, const char *id_b, struct match_explanation *,
                              struct alm_error *);
/* Likewise of two records by their numbers, as match_pairs() tells them, and without what stands in them. */
void match_explain_numbers(const struct match *, size_t first, size_t second, struct match_explanation *);
void match_explanation_release(struct match_explanation *);

/* ---- what of a person is compared (people.c) ---- */

enum match_trait {
    TRAIT_NATIONAL_ID,
    TRAIT_FOREIGN_ID,
    TRAIT_GIVEN,
    TRAIT_FAMILY,
    TRAIT_FATHER,
    TRAIT_BORN,
    TRAIT_SEX,
    TRAIT_MOBILE,
    TRAIT_ADDRESS,
    TRAIT_AREA,
    MATCH_TRAITS
};
/* Headers for a list of persons: the engine guesses its rules from them. */
extern const char *const match_trait_headers[MATCH_TRAITS];
struct match_trait_texts {
    struct alm_text at[MATCH_TRAITS];
    char born[24], sex[2], area[24];
};
/* The texts are borrowed from the traits, or stand in the struct itself. */
void match_traits(const struct register_traits *, struct match_trait_texts *);

/* ---- the register with itself ---- */

extern const struct alm_migration *const match_migrations;
extern const size_t match_n_migrations;

/* What that part needs; also the context of its gate. */
struct match_register {
    struct store *store;
    alm_date today;
    double possible, certain; /* probabilities: a pair is flagged from the first on, and certain from the second on */
};

/* A pair of persons, first < second, on which nobody has decided. */
struct match_flag {
    alm_id first, second;
    alm_id owner, other; /* of their rows */
    double bits, probability;
    bool unsure; /* somebody looked, and could not tell */
    const char *why;
};
struct match_run_counts {
    bool all;                          /* everybody was compared with everybody */
    int64_t persons, fresh;            /* of them, who are new or have changed */
    int64_t candidates;                /* pairs that were compared */
    int64_t added, changed, cleared;   /* flags */
    int64_t decided;                   /* pairs that were found, and that somebody had decided on */
    int64_t certain, doubtful, unsure; /* flags that stand now */
};
/*
 * Everybody who is new or has changed since the last run, with everybody (all, or where the rules are others: everybody
 * with everybody).  The first part reads, the second writes what the first one found: flags that are new, those that
 * have changed, and away with those that stand no more.  Between the two others may write: who is gone by then is not
 * flagged.  Pairs that were decided as same or different are left alone.
 */
struct match_found;
enum alm_status match_find(const struct match_register *, bool all, int threads, struct match_found **,
                           struct match_run_counts *, struct alm_error *);
enum alm_status match_keep(const struct match_register *, struct match_found *, struct match_run_counts *,
                           struct alm_error *);
void match_found_free(struct match_found *);
/* The flags that stand: certain, doubtful and unsure of *counts. */
enum alm_status match_standing(const struct match_register *, struct match_run_counts *counts, struct alm_error *);

struct match_flag_filter { /* zero members do not filter */
    enum match_kind { MATCH_ALL, MATCH_CERTAIN, MATCH_DOUBTFUL, MATCH_UNSURE } kind;
    alm_id person;
    int64_t limit;
};
extern const char *const match_kinds[]; /* from MATCH_CERTAIN on; ends with NULL */
enum match_kind match_kind_of(const struct match_register *, const struct match_flag *);
/* The likeliest first; those of which somebody was unsure at the end. */
enum alm_status match_flags(const struct match_register *, const struct match_flag_filter *,
                            enum alm_status (*each)(void *context, const struct match_flag *, struct alm_error *),
                            void *context, struct alm_error *);
/* One part of match_flag.why: a trait (or NULL: of the whole pair), how near it is, and its bits.  False: there is no
 * more. */
struct match_reason {
    const char *trait; /* of match_trait_headers; NULL: "at random", or "may be another one of the household" */
    const char *level; /* of match_level_names; NULL */
    double bits;
    bool household;
};
bool match_why(const char **why, struct match_reason *);

enum match_decision { MATCH_UNDECIDED, MATCH_SAME, MATCH_DIFFERENT, MATCH_NOT_SURE };
extern const char *const match_decisions[]; /* by enum match_decision; ends with NULL */
struct match_decided {
    alm_id first, second;
    enum match_decision decision;
    alm_time at;
    const char *who, *reason; /* reason NULL: none */
};
/*
 * Decide on a pair, whether it is flagged or not, inside a write transaction: the decision is kept, and the flag goes
 * unless nobody is sure.  *before is what was decided last.  It merges nobody: that is the register's.
 */
enum alm_status match_decide(const struct match_register *, alm_id a, alm_id b, enum match_decision, const char *reason,
                             enum match_decision *before, struct alm_error *);
/* Whether that was decided on the pair before, for that reason, whatever was decided since. */
enum alm_status match_was_decided(const struct match_register *, alm_id a, alm_id b, enum match_decision,
                                  const char *reason, bool *known, struct alm_error *);
/* All that was ever decided, or of one person; what was decided last comes first. */
enum alm_status match_decided(const struct match_register *, alm_id person, int64_t limit,
                              enum alm_status (*each)(void *context, const struct match_decided *, struct alm_error *),
                              void *context, struct alm_error *);
/* A person was erased: their flags go, and the reasons of decisions, which may tell who they were. */
enum alm_status match_erase(const struct match_register *, alm_id person, struct alm_error *);
/* Somebody among these persons was merged into another: the flags of aliases go; what they were flagged with is
 * compared with the survivor by the next run. */
enum alm_status match_merged(const struct match_register *, const alm_id *persons, size_t n, struct alm_error *);

/* The gate for a campaign that lets doubtful people wait: aid to somebody who is flagged, or to a household with a
 * member who is, is held.  `context` is a struct match_register. */
extern const struct ledger_gate match_gate;

#endif
