/* SPDX-License-Identifier: MIT */
/* What the files of match share. */
#ifndef MATCH_INTERNAL_H
#define MATCH_INTERNAL_H

#include "match/compare.h"

/* ---- work on several threads (parallel.c) ---- */

typedef void parallel_fn(void *context, size_t task, unsigned thread);
/* Tasks 0 to n - 1, each once, in any order. What comes of them must not depend on which thread did which. */
void parallel_run(unsigned threads, size_t n, parallel_fn *, void *context);
unsigned parallel_processors(void);

/* ---- rules (rules.c, guess.c) ---- */

/* What a field says about two people who are not one. */
enum rules_share {
    RULES_PERSONAL,  /* members of a household have it each for themselves */
    RULES_HOUSEHOLD, /* they may have it in common */
    RULES_PLACE,     /* so may neighbours */
    RULES_UNKNOWN    /* nothing is known of the field */
};
/* How the letters of a value are made ready. */
enum rules_form { RULES_PLAIN, RULES_JOINED, RULES_GIVEN, RULES_IDENTIFIER, RULES_PHONE, RULES_DATE, RULES_NUMBER };

struct rules_field {
    const char *name;
    const char *columns[2]; /* of the first and the second file */
    int column[2];          /* their places; -1: not there */
    enum compare_how how;
    enum rules_form form;
    enum rules_share share;
    double limits[2];
    const char *swap; /* a field with which it may have been exchanged */
    int swap_field;   /* its number; -1: none */
    bool fixed;       /* the weights are given */
    double weights[MATCH_LEVELS];
    bool frequency; /* rare values count more */
};

/* A part of a value by which records are put together. */
enum rules_part { PART_WHOLE, PART_SOUND, PART_START, PART_FIRST, PART_LAST, PART_MIDDLE, PART_BOTH, PARTS };
extern const char *const rules_part_names[PARTS + 1];
struct rules_key {
    int field;
    enum rules_part part;
};
enum { RULES_KEYS = 3 };
struct rules_block {
    char *name;
    struct rules_key keys[RULES_KEYS];
    size_t n;
};

struct rules {
    struct arena arena;
    struct conf_settings settings;
    struct rules_field fields[MATCH_MAX_FIELDS];
    size_t n_fields;
    struct rules_block blocks[MATCH_MAX_BLOCKS];
    size_t n_blocks;   /* 0: chosen by the data */
    const char *id[2]; /* column; NULL: the row's number */
    int id_column[2];
    double threshold; /* below 0: chosen */
    bool one_to_one;
    int64_t max_block;
    int64_t threads;
};
/* From an INI file. */
enum alm_status rules_read(struct rules *, const struct match_options *, struct alm_error *);
/* From headers, and from what stands in the first rows below them. */
struct rules_sample {
    const struct alm_text *headers;
    size_t n;
    char *const *const *rows; /* rows[i][column] */
    size_t n_rows;
};
void rules_guess(struct rules *, const struct rules_sample *, const struct rules_sample *second);
/* The places of the columns in a file's header; an error lists what there is. */
enum alm_status rules_bind(struct rules *, int file, const char *path, const struct alm_text *headers, size_t n,
                           struct alm_error *);
void rules_release(struct rules *);
/* A header without case, blanks and marks: "Date of birth" is dateofbirth. */
size_t rules_plain_header(struct alm_text, char *out, size_t size);

/* ---- records (table.c, read.c) ---- */

/* Short ones hold their letters, so that a comparison touches one line of memory. */
enum { VALUE_SHORT = 19 };
struct value {
    uint32_t count;
    uint32_t sound, start; /* hashes; 0: none.  Of identifiers: the bag of letters */
    uint8_t len;
    uint8_t letters[VALUE_SHORT]; /* of longer ones: the place in the column's pool */
};
/* A field of all records: its different values, and those by record in table->cells. */
struct column {
    struct value *values; /* 0 is missing */
    size_t n, capacity;
    uint8_t *pool;
    size_t used, room;
    uint32_t *slots; /* value by hash */
    uint64_t *hashes;
    size_t n_slots;
    struct raw_cache *cache;
    bool solar;   /* some dates came in the Solar Hijri calendar */
    bool repeats; /* values come often enough that what was compared once comes again */
    int64_t missing;
};
struct table_reject {
    const char *file;
    int64_t line;
    char *why;
};
struct table {
    size_t n, first; /* records; of them from the first file */
    size_t n_fields;
    uint32_t *cells; /* n * n_fields */
    struct column columns[MATCH_MAX_FIELDS];
    size_t *id_at; /* n + 1; into ids */
    char *ids;
    size_t ids_used, ids_room, n_ids_room;
    struct arena arena;
    struct table_reject *rejects;
    size_t n_rejects, rejects_capacity;
    int64_t rejected[2];
};
enum alm_status table_read(struct table *, struct rules *, const struct match_options *, unsigned threads,
                           struct alm_error *);
void table_release(struct table *);
struct alm_text table_id(const struct table *, size_t record);
/* Likewise for one text: its value's number (0: missing). */
uint32_t column_take(struct column *, const struct rules_field *, struct alm_text raw);
void column_finish(struct column *, const struct rules_field *, size_t records); /* no more texts come */
void column_release(struct column *);
static inline const uint8_t *column_letters(const struct column *column, const struct value *value)
{
    uint32_t at;
    if (value->len <= VALUE_SHORT)
        return value->letters;
    memcpy(&at, value->letters, sizeof at);
    return column->pool + at;
}
static inline struct compare_value column_value(const struct column *column, uint32_t number)
{
    const struct value *value = &column->values[number];
    return (struct compare_value){column_letters(column, value), value->len, value->sound,
                                  value->sound | (uint64_t)value->start << 32};
}
static inline uint32_t table_cell(const struct table *table, size_t record, size_t field)
{
    return table->cells[record * table->n_fields + field];
}
/* Pairs that there are at all. */
double table_pairs(const struct table *);

/* ---- blocks (block.c, choose.c) ---- */

struct blocks {
    size_t n_rules;
    uint32_t *keys;    /* n * n_rules; 0: in no block of that rule */
    uint32_t **orders; /* by rule: the records of blocks, one block after the other */
    uint32_t **starts; /* by rule: where blocks begin in the order, and one more */
    size_t *n_blocks;
    int64_t huge, left_out;
};
/* A part of a field by which records might be put together, and the chance that two at random agree on it. */
struct component {
    struct rules_key key;
    double chance;
};
enum { MAX_COMPONENTS = 3 * MATCH_MAX_FIELDS };
/* Of all fields, those with the least chance first; returns how many. */
size_t blocks_components(const struct rules *, const struct table *, unsigned threads,
                         struct component[MAX_COMPONENTS]);
/* Rules that bring the duplicates together at a cost that the number of records allows. */
void blocks_choose(struct rules *, const struct table *, const struct component *, size_t n);
void blocks_build(struct blocks *, const struct rules *, const struct table *, const struct component *, size_t n,
                  unsigned threads);
void blocks_release(struct blocks *);
/* A number that stands for that part of a record; 0: none. */
uint32_t blocks_key(const struct table *, const struct rules *, const struct rules_key *, size_t record);
/* The first rule that brings the two together; n_rules if none. */
static inline size_t blocks_first(const struct blocks *blocks, size_t a, size_t b)
{
    const uint32_t *of_a = blocks->keys + a * blocks->n_rules, *of_b = blocks->keys + b * blocks->n_rules;
    size_t rule = 0;
    while (rule < blocks->n_rules && (of_a[rule] != of_b[rule] || !of_a[rule]))
        rule++;
    return rule;
}

/* ---- pairs (pairs.c) ---- */

/* Three bits for each field's level. */
typedef uint64_t pattern_t;
static inline enum match_level pattern_level(pattern_t pattern, size_t field)
{
    return (enum match_level)(pattern >> (3 * field) & 7);
}
struct pair {
    uint32_t a, b;
    float bits; /* odds that it is a match */
};
struct pattern_count {
    pattern_t pattern;
    double count;
};
/* What one thread compares with. */
struct comparer {
    struct compare compare;
    const struct table *table;
    const struct rules *rules;
    struct level_cache *cache;
};
void comparer_init(struct comparer *, const struct table *, const struct rules *);
void comparer_release(struct comparer *);
pattern_t comparer_pattern(struct comparer *, size_t a, size_t b);

struct model;
/* The pattern and odds in bits of a pair; below `least`, only that they are below. */
double comparer_score(struct comparer *, const struct model *, size_t a, size_t b, double least);

/* How often each pattern comes among the candidates.  Of more than a number that is enough a part is looked at, and
 * counts for all.  Sorted by pattern. */
void pairs_count(const struct table *, const struct rules *, const struct blocks *, unsigned threads,
                 struct pattern_count **, size_t *n);
/* Pairs at random, each with a count of one. */
void pairs_sample(const struct table *, const struct rules *, unsigned threads, struct pattern_count **, size_t *n);
/* All candidates whose odds are not below `least` bits, by a and b. */
void pairs_score(const struct table *, const struct rules *, const struct blocks *, const struct model *,
                 const struct match_options *, double least, unsigned threads, struct pair **, size_t *n,
                 int64_t *candidates);

/* ---- weights (model.c, estimate.c) ---- */

enum model_class { MODEL_HOUSEHOLD, MODEL_PLACE, MODEL_RELATIVES };
/* Chances of a level, by the level of the field that it hangs on. */
typedef double model_given_t[MATCH_LEVELS][MATCH_LEVELS];
struct model {
    size_t n_fields;
    double pairs; /* all */
    double m[MATCH_MAX_FIELDS][MATCH_LEVELS], u[MATCH_MAX_FIELDS][MATCH_LEVELS];
    double r[MODEL_RELATIVES][MATCH_MAX_FIELDS][MATCH_LEVELS];
    double matches, relatives[MODEL_RELATIVES]; /* pairs of each kind */
    /*
     * Fields hang together by chance too: one given name, one sex; one postcode, one town.  `on` is the field that a
     * field hangs on most, or -1; `lift` how much more often than by itself a level comes then, as a logarithm.
     */
    int on[MATCH_MAX_FIELDS];
    model_given_t lift[MATCH_MAX_FIELDS];
    /* worked out of them: bits */
    double prior, prior_r[MODEL_RELATIVES];
    model_given_t w[MATCH_MAX_FIELDS];
    double w_r[MODEL_RELATIVES][MATCH_MAX_FIELDS][MATCH_LEVELS]; /* against a match */
    float *rare[MATCH_MAX_FIELDS];     /* by value: bits that an agreement on it counts more than one on the average */
    size_t order[MATCH_MAX_FIELDS];    /* fields, those first that tell most */
    double rest[MATCH_MAX_FIELDS + 1]; /* the most that fields from there on can add */
};
static inline enum match_level model_on(const struct model *model, pattern_t pattern, size_t field)
{
    return model->on[field] < 0 ? MATCH_MISSING : pattern_level(pattern, (size_t)model->on[field]);
}
/* `entity` by record: NULL, or a number for each person as far as is known, by which frequencies are counted. */
void model_estimate(struct model *, const struct table *, const struct rules *, const struct pattern_count *, size_t n,
                    const struct pattern_count *sample, size_t n_sample, const uint32_t *entity);
/* Odds of a pair in bits. */
double model_bits(const struct model *, const struct table *, size_t a, size_t b, pattern_t);
/* The same in parts, for people: bits by field, and what the household takes away. */
double model_explain(const struct model *, const struct table *, size_t a, size_t b, pattern_t,
                     double bits[MATCH_MAX_FIELDS], double *household);
void model_release(struct model *);

/* ---- clusters (cluster.c) ---- */

/* Two records that are certainly different, though links join them. */
struct split {
    uint32_t a, b;
};
struct clusters {
    uint32_t *of; /* record -> the first record of its cluster */
    struct split *splits;
    size_t n_splits, splits_capacity;
    int64_t count;
};
/* Join by links, the strongest first, unless two certain non-matches would meet. */
void clusters_join(struct clusters *, const struct table *, const struct rules *, const struct model *,
                   const struct pair *, size_t n, double least);
/* Each record of either file to one of the other at most: the links that stay are moved up; returns how many. */
size_t clusters_one_to_one(const struct table *, struct pair *, size_t n);
void clusters_release(struct clusters *);

/* ---- a truth (truth.c) ---- */

struct truth {
    uint32_t *of; /* record -> person; UINT32_MAX: not named */
    int64_t pairs;
};
enum alm_status truth_read(struct truth *, const struct table *, const char *file, struct alm_error *);
void truth_release(struct truth *);

struct match {
    struct match_options options;
    struct rules rules;
    struct table table;
    struct blocks blocks;
    struct model model;
    struct pair *pairs;
    size_t n_pairs; /* all that came near */
    size_t n_links; /* of them, at the beginning */
    struct clusters clusters;
    struct truth truth;
    double threshold;
    struct comparer *comparer; /* for single pairs, once the run is over */
};

/* ---- small things ---- */

static inline uint64_t mix64(uint64_t x)
{
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    return x ^ (x >> 32);
}
uint64_t hash_bytes(const void *, size_t len);

#endif
