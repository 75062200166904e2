/* SPDX-License-Identifier: MIT */
/*
 * Pairs: all that blocks bring together, each once, compared field by field.  They are made, looked at and forgotten:
 * only counts of patterns and the few pairs that come near to a match are kept.
 */
#include "match/internal.h"

#include <math.h>
#include <stdlib.h>

enum {
    TASK_PAIRS = 1 << 14,
    AHEAD = 4,       /* records whose rows are fetched before their turn */
    ENOUGH = 100000, /* pairs to estimate by */
    MORE_THAN_ENOUGH =
        2000000, /* likewise of those that several rules bring together: most that are not chance are there */
    AT_RANDOM = 64000,
    RANDOM_TASKS = 16
};

/* ---- comparing ---- */

/* Levels of values that were compared lately: the same names meet again and again. */
enum { CACHE_BITS = 14 };
struct level_cache {
    struct {
        uint32_t a, b;
    } slots[1 << CACHE_BITS];
    uint8_t levels[1 << CACHE_BITS];
};

void comparer_init(struct comparer *comparer, const struct table *table, const struct rules *rules)
{
    *comparer = (struct comparer){.table = table, .rules = rules};
    comparer->cache = xcalloc(1, sizeof *comparer->cache);
}

void comparer_release(struct comparer *comparer)
{
    free(comparer->cache);
}

static enum match_level compare_values(struct comparer *comparer, size_t field, uint32_t a, uint32_t b)
{
    const struct rules_field *rule = &comparer->rules->fields[field];
    const struct column *column = &comparer->table->columns[field];
    if (!a || !b)
        return MATCH_MISSING;
    if (a == b)
        return MATCH_EXACT;
    if (rule->how == COMPARE_EXACT)
        return MATCH_DIFFER;
    if (a > b) {
        const uint32_t other = a;
        a = b;
        b = other;
    }
    if (!column->repeats)
        return compare_level(&comparer->compare, rule->how, rule->limits, column_value(column, a),
                             column_value(column, b));
    /* The field stands in the upper bits, which no number of a value reaches. */
    struct level_cache *cache = comparer->cache;
    const uint32_t tagged = a ^ (uint32_t)field << 27;
    const size_t slot = (size_t)(mix64((uint64_t)tagged << 32 | b) >> (64 - CACHE_BITS));
    if (cache->slots[slot].a == tagged && cache->slots[slot].b == b)
        return (enum match_level)cache->levels[slot];
    const enum match_level level =
        compare_level(&comparer->compare, rule->how, rule->limits, column_value(column, a), column_value(column, b));
    cache->slots[slot].a = tagged;
    cache->slots[slot].b = b;
    cache->levels[slot] = (uint8_t)level;
    return level;
}

/* Values of two fields: their numbers say nothing about each other. */
static enum match_level compare_across(struct comparer *comparer, size_t field, uint32_t a, size_t other, uint32_t b)
{
    if (!a || !b)
        return MATCH_MISSING;
    const struct compare_value x = column_value(&comparer->table->columns[field], a),
                               y = column_value(&comparer->table->columns[other], b);
    if (x.len == y.len && memcmp(x.at, y.at, x.len) == 0)
        return MATCH_EXACT;
    return compare_level(&comparer->compare, comparer->rules->fields[field].how, comparer->rules->fields[field].limits,
                         x, y);
}

/* Where two fields differ as they stand, they may agree exchanged. */
static void compare_exchanged(struct comparer *comparer, size_t field, size_t other, const uint32_t *a,
                              const uint32_t *b, enum match_level levels[2])
{
    const struct value *of_field = comparer->table->columns[field].values,
                       *of_other = comparer->table->columns[other].values;
    if (levels[0] > MATCH_SIMILAR || levels[1] > MATCH_SIMILAR)
        return;
    const bool one = a[field] && b[other] && of_field[a[field]].sound == of_other[b[other]].sound,
               two = a[other] && b[field] && of_other[a[other]].sound == of_field[b[field]].sound;
    if (!one && !two)
        return;
    const enum match_level x = compare_across(comparer, field, a[field], other, b[other]),
                           y = compare_across(comparer, field, b[field], other, a[other]);
    const enum match_level lower = x < y ? x : y, upper = x < y ? y : x;
    if (lower == MATCH_DIFFER || lower == MATCH_WEAK)
        return;
    const enum match_level got = lower == MATCH_EXACT ? MATCH_NEAR : MATCH_SIMILAR;
    if (lower == MATCH_MISSING && upper < MATCH_NEAR)
        return;
    for (int i = 0; i < 2; i++)
        if (levels[i] != MATCH_MISSING && levels[i] < got)
            levels[i] = got;
}

/* The level of one field, and of the one with which it may have been exchanged. */
static void add_level(struct comparer *comparer, size_t field, const uint32_t *a, const uint32_t *b, pattern_t *pattern)
{
    const int swap = comparer->rules->fields[field].swap_field;
    enum match_level levels[2] = {compare_values(comparer, field, a[field], b[field])};
    if (swap >= 0) {
        const size_t other = (size_t)swap;
        levels[1] = compare_values(comparer, other, a[other], b[other]);
        compare_exchanged(comparer, field, other, a, b, levels);
        *pattern |= (pattern_t)levels[1] << (3 * other);
    }
    *pattern |= (pattern_t)levels[0] << (3 * field);
}

pattern_t comparer_pattern(struct comparer *comparer, size_t a, size_t b)
{
    const size_t n = comparer->table->n_fields;
    const uint32_t *of_a = comparer->table->cells + a * n, *of_b = comparer->table->cells + b * n;
    pattern_t pattern = 0;
    for (size_t f = 0; f < n; f++)
        if (comparer->rules->fields[f].swap_field < 0 || comparer->rules->fields[f].swap_field > (int)f)
            add_level(comparer, f, of_a, of_b, &pattern);
    return pattern;
}

double comparer_score(struct comparer *comparer, const struct model *model, size_t a, size_t b, double least)
{
    const size_t n = comparer->table->n_fields;
    const uint32_t *of_a = comparer->table->cells + a * n, *of_b = comparer->table->cells + b * n;
    pattern_t pattern = 0;
    double bits = model->prior;
    for (size_t i = 0; i < n; i++) {
        if (bits + model->rest[i] < least)
            return bits + model->rest[i];
        const size_t f = model->order[i];
        if (!(pattern >> (3 * f) & 7))
            add_level(comparer, f, of_a, of_b, &pattern);
        if (model->on[f] >= 0 && !(pattern >> (3 * model->on[f]) & 7))
            add_level(comparer, (size_t)model->on[f], of_a, of_b, &pattern);
        const enum match_level level = pattern_level(pattern, f);
        bits += model->w[f][model_on(model, pattern, f)][level];
        if (level == MATCH_EXACT)
            bits += (double)model->rare[f][of_a[f]];
    }
    return bits < least ? bits : model_bits(model, comparer->table, a, b, pattern);
}

/* ---- all candidates ---- */

/* Outer positions of a rule's order, in blocks from `block` on. */
struct range {
    uint32_t rule, block, from, until;
};

struct walk {
    const struct table *table;
    const struct rules *rules;
    const struct blocks *blocks;
    const struct model *model;
    const struct match_options *options;
    double least;
    uint64_t every_one, every_other; /* pairs that one rule brings, that several bring: one of so many is counted */
    struct range *ranges;
    size_t n_ranges, capacity;
    struct comparer *comparers; /* by thread */
    struct counter *counters;   /* by thread */
    struct found {
        struct pair *pairs;
        size_t n, capacity;
        int64_t candidates;
    } * found; /* by range */
};

static void add_range(struct walk *walk, size_t rule, size_t block, uint32_t from, uint32_t until)
{
    ARRAY_ROOM(walk->ranges, walk->n_ranges, walk->capacity);
    walk->ranges[walk->n_ranges++] = (struct range){(uint32_t)rule, (uint32_t)block, from, until};
}

/* Cut all blocks into ranges of about equal work; returns the pairs that there are, each as often as rules bring it. */
static double cut(struct walk *walk)
{
    double pairs = 0;
    for (size_t rule = 0; rule < walk->blocks->n_rules; rule++) {
        const uint32_t *starts = walk->blocks->starts[rule];
        const size_t n = walk->blocks->n_blocks[rule];
        size_t first = 0, work = 0;
        uint32_t from = n ? starts[0] : 0;
        for (size_t block = 0; block < n; block++) {
            const size_t size = starts[block + 1] - starts[block];
            pairs += (double)size * (double)(size - 1) / 2;
            if (size > 512) { /* rows of one block */
                add_range(walk, rule, first, from, starts[block]);
                const uint32_t step = (uint32_t)(TASK_PAIRS / size + 1);
                for (uint32_t at = starts[block]; at < starts[block + 1]; at += step)
                    add_range(walk, rule, block, at, at + step < starts[block + 1] ? at + step : starts[block + 1]);
                work = 0;
                first = block + 1;
                from = starts[block + 1];
                continue;
            }
            work += size * (size - 1) / 2;
            if (work >= TASK_PAIRS) {
                add_range(walk, rule, first, from, starts[block + 1]);
                work = 0;
                first = block + 1;
                from = starts[block + 1];
            }
        }
        if (n)
            add_range(walk, rule, first, from, starts[n]);
    }
    return pairs;
}

typedef void pair_fn(struct walk *, size_t range, unsigned thread, uint32_t a, uint32_t b);

/* Of several rules that bring a pair together, the first one hands it out. */
static inline void walk_range(struct walk *walk, size_t number, unsigned thread, pair_fn *each)
{
    const struct range range = walk->ranges[number];
    const struct blocks *blocks = walk->blocks;
    const uint32_t *order = blocks->orders[range.rule], *starts = blocks->starts[range.rule];
    const size_t first = walk->table->first;
    const bool two = first < walk->table->n, within = walk->options && walk->options->within;
    size_t block = range.block;
    for (uint32_t p = range.from; p < range.until; p++) {
        while (starts[block + 1] <= p)
            block++;
        const uint32_t a = order[p];
        if (two && a >= first)
            continue;
        for (uint32_t q = p + 1; q < starts[block + 1]; q++) {
            const uint32_t b = order[q];
            if (q + AHEAD < starts[block + 1]) {
                const uint32_t next = order[q + AHEAD];
                __builtin_prefetch(blocks->keys + (size_t)next * blocks->n_rules);
                __builtin_prefetch(walk->table->cells + (size_t)next * walk->table->n_fields);
            }
            if (two && !within && b < first)
                continue;
            if (blocks_first(blocks, a, b) == range.rule)
                each(walk, number, thread, a, b);
        }
    }
}

/* ---- counting patterns ---- */

struct counter {
    pattern_t *patterns; /* plus one; 0: free */
    uint32_t *counts;
    size_t n, size;
};

static size_t counter_at(const struct counter *counter, pattern_t pattern)
{
    size_t at = mix64(pattern) & (counter->size - 1);
    while (counter->patterns[at] && counter->patterns[at] != pattern + 1)
        at = (at + 1) & (counter->size - 1);
    return at;
}

static void counter_add(struct counter *counter, pattern_t pattern, uint32_t count)
{
    if (2 * counter->n >= counter->size) {
        struct counter grown = {.size = counter->size ? 2 * counter->size : 4096, .n = counter->n};
        grown.patterns = xcalloc(grown.size, sizeof *grown.patterns);
        grown.counts = xcalloc(grown.size, sizeof *grown.counts);
        for (size_t i = 0; i < counter->size; i++)
            if (counter->patterns[i]) {
                const size_t at = counter_at(&grown, counter->patterns[i] - 1);
                grown.patterns[at] = counter->patterns[i];
                grown.counts[at] = counter->counts[i];
            }
        free(counter->patterns);
        free(counter->counts);
        *counter = grown;
    }
    const size_t at = counter_at(counter, pattern);
    counter->n += !counter->patterns[at];
    counter->patterns[at] = pattern + 1;
    counter->counts[at] += count;
}

static void count_pair(struct walk *walk, size_t range, unsigned thread, uint32_t a, uint32_t b)
{
    const struct blocks *blocks = walk->blocks;
    const uint32_t *of_a = blocks->keys + a * blocks->n_rules, *of_b = blocks->keys + b * blocks->n_rules;
    uint64_t every = walk->every_one;
    for (size_t rule = walk->ranges[range].rule + 1; rule < blocks->n_rules; rule++)
        if (of_a[rule] == of_b[rule] && of_a[rule]) {
            every = walk->every_other;
            break;
        }
    if (every > 1 && mix64((uint64_t)a << 32 | b) % every)
        return;
    counter_add(&walk->counters[thread], comparer_pattern(&walk->comparers[thread], a, b), (uint32_t)every);
}

static void count_range(void *context, size_t range, unsigned thread)
{
    walk_range(context, range, thread, count_pair);
}

static int compare_patterns(const void *a, const void *b)
{
    const pattern_t x = ((const struct pattern_count *)a)->pattern, y = ((const struct pattern_count *)b)->pattern;
    return (x > y) - (x < y);
}

static struct walk walk_of(const struct table *table, const struct rules *rules, const struct blocks *blocks,
                           unsigned threads)
{
    struct walk walk = {.table = table, .rules = rules, .blocks = blocks};
    walk.comparers = xcalloc(threads, sizeof *walk.comparers);
    for (unsigned i = 0; i < threads; i++)
        comparer_init(&walk.comparers[i], table, rules);
    return walk;
}

static void walk_release(struct walk *walk, unsigned threads)
{
    for (unsigned i = 0; i < threads; i++)
        comparer_release(&walk->comparers[i]);
    free(walk->comparers);
    free(walk->ranges);
}

void pairs_count(const struct table *table, const struct rules *rules, const struct blocks *blocks, unsigned threads,
                 struct pattern_count **out, size_t *n)
{
    struct walk walk = walk_of(table, rules, blocks, threads);
    walk.counters = xcalloc(threads, sizeof *walk.counters);
    /* Where all pairs are candidates, all are counted: there is no other sample of them. */
    const double pairs = cut(&walk) * (rules->n_blocks != 1 || rules->blocks[0].n != 0);
    walk.every_one = (uint64_t)(pairs / ENOUGH) + 1;
    walk.every_other = (uint64_t)(pairs / MORE_THAN_ENOUGH) + 1;
    parallel_run(threads, walk.n_ranges, count_range, &walk);
    struct counter *all = &walk.counters[0];
    for (unsigned i = 1; i < threads; i++)
        for (size_t k = 0; k < walk.counters[i].size; k++)
            if (walk.counters[i].patterns[k])
                counter_add(all, walk.counters[i].patterns[k] - 1, walk.counters[i].counts[k]);
    *out = xcalloc(all->n + 1, sizeof **out);
    *n = 0;
    for (size_t k = 0; k < all->size; k++)
        if (all->patterns[k])
            (*out)[(*n)++] = (struct pattern_count){all->patterns[k] - 1, (double)all->counts[k]};
    qsort(*out, *n, sizeof **out, compare_patterns);
    for (unsigned i = 0; i < threads; i++) {
        free(walk.counters[i].patterns);
        free(walk.counters[i].counts);
    }
    free(walk.counters);
    walk_release(&walk, threads);
}

/* ---- pairs at random ---- */

struct sampling {
    struct walk walk;
    struct pattern_count *patterns;
};

static void sample_some(void *context, size_t task, unsigned thread)
{
    struct sampling *sampling = context;
    const struct table *table = sampling->walk.table;
    const bool two = table->first < table->n;
    struct pattern_count *out = sampling->patterns + task * (AT_RANDOM / RANDOM_TASKS);
    uint64_t state = mix64(task + 1) | 1;
    for (size_t i = 0; i < AT_RANDOM / RANDOM_TASKS; i++) {
        size_t a, b;
        do {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            a = (size_t)(mix64(state) % (two ? table->first : table->n));
            b = two ? table->first + (size_t)(mix64(state + 1) % (table->n - table->first))
                    : (size_t)(mix64(state + 1) % table->n);
        } while (a == b);
        out[i] = (struct pattern_count){comparer_pattern(&sampling->walk.comparers[thread], a, b), 1};
    }
}

void pairs_sample(const struct table *table, const struct rules *rules, unsigned threads, struct pattern_count **out,
                  size_t *n)
{
    struct sampling sampling = {.walk = walk_of(table, rules, NULL, threads)};
    *n = table_pairs(table) > 0 ? AT_RANDOM / RANDOM_TASKS * RANDOM_TASKS : 0;
    sampling.patterns = xcalloc(*n + 1, sizeof *sampling.patterns);
    if (*n)
        parallel_run(threads, RANDOM_TASKS, sample_some, &sampling);
    *out = sampling.patterns;
    walk_release(&sampling.walk, threads);
}

/* ---- scoring ---- */

static void score_pair(struct walk *walk, size_t range, unsigned thread, uint32_t a, uint32_t b)
{
    struct found *found = &walk->found[range];
    if (walk->options->skip && walk->options->skip(walk->options->skip_context, a, b))
        return;
    found->candidates++;
    const double bits = comparer_score(&walk->comparers[thread], walk->model, a, b, walk->least);
    if (bits < walk->least)
        return;
    ARRAY_ROOM(found->pairs, found->n, found->capacity);
    found->pairs[found->n++] = a < b ? (struct pair){a, b, (float)bits} : (struct pair){b, a, (float)bits};
}

static void score_range(void *context, size_t range, unsigned thread)
{
    walk_range(context, range, thread, score_pair);
}

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return x->a != y->a ? (x->a < y->a ? -1 : 1) : (x->b > y->b) - (x->b < y->b);
}

void pairs_score(const struct table *table, const struct rules *rules, const struct blocks *blocks,
                 const struct model *model, const struct match_options *options, double least, unsigned threads,
                 struct pair **out, size_t *n, int64_t *candidates)
{
    struct walk walk = walk_of(table, rules, blocks, threads);
    walk.model = model;
    walk.options = options;
    walk.least = least;
    (void)cut(&walk);
    walk.found = xcalloc(walk.n_ranges + 1, sizeof *walk.found);
    parallel_run(threads, walk.n_ranges, score_range, &walk);
    *n = 0;
    *candidates = 0;
    for (size_t i = 0; i < walk.n_ranges; i++) {
        *n += walk.found[i].n;
        *candidates += walk.found[i].candidates;
    }
    *out = xcalloc(*n + 1, sizeof **out);
    *n = 0;
    for (size_t i = 0; i < walk.n_ranges; i++) {
        if (walk.found[i].n)
            memcpy(*out + *n, walk.found[i].pairs, walk.found[i].n * sizeof **out);
        *n += walk.found[i].n;
        free(walk.found[i].pairs);
    }
    qsort(*out, *n, sizeof **out, compare_pairs);
    free(walk.found);
    walk_release(&walk, threads);
}
