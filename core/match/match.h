/* SPDX-License-Identifier: MIT */
/*
 * match: who is who.  It finds the records of one list, or of two, that are of one person (or thing), by rules over
 * fields.  It knows comparisons, blocks, weights and clusters; it knows no store, and prints nothing.
 *
 * A pair's weight is the logarithm to base two of the odds that it is a match.  Three explanations of a pair compete:
 * it is one person; it is two people who have nothing to do with each other; or it is two people of one household or
 * one place, who share what households share.  Without the third, brothers would pass for one person.
 */
#ifndef MATCH_MATCH_H
#define MATCH_MATCH_H

#include "conf/conf.h"

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
    const char *files[2]; /* CSV; the second may be NULL: the first in itself */
    const struct match_list *lists[2]; /* in the place of files; both or none */
    const char *rules;    /* INI; NULL: guessed from the headers */
    const char *truth;    /* CSV; NULL: none */
    double threshold;     /* a probability; below 0: as the rules say, or chosen */
    int threads;          /* 0: as many as there are processors */
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

/* Records by their numbers, from 0, of the first and of the second list: all pairs that are not certainly different, with
 * the probability of being one; and that of any pair. */
typedef void match_pair_fn(void *context, size_t first, size_t second, double probability);
void match_pairs(const struct match *, match_pair_fn *, void *context);
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
void match_explanation_release(struct match_explanation *);

#endif
