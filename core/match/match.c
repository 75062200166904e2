/* SPDX-License-Identifier: MIT */
/* A run from files to clusters, and what can be asked of it afterwards. */
#include "match/internal.h"

#include <math.h>
#include <stdlib.h>

/* Pairs below these odds are forgotten, and of two records that are this unlikely nobody thinks as one. */
static const double least_kept = -7, certain = -10;

static double chance_of(double bits)
{
    return 1 / (1 + exp2(-bits));
}

static double bits_of(double chance)
{
    return chance <= 0 ? -INFINITY : chance >= 1 ? INFINITY : log2(chance / (1 - chance));
}

/* ---- the threshold ---- */

static int by_bits(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return x->bits > y->bits ? -1 : x->bits < y->bits;
}

/* Where the expected balance of precision and recall is best, if the chances are what they say. */
static double choose_threshold(const struct pair *pairs, size_t n)
{
    struct pair *sorted = xcalloc(n + 1, sizeof *sorted);
    double all = 0, right = 0, best = 0, threshold = 0.5;
    if (n)
        memcpy(sorted, pairs, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_bits);
    for (size_t i = 0; i < n; i++)
        all += chance_of((double)sorted[i].bits);
    for (size_t i = 0; i < n; i++) {
        right += chance_of((double)sorted[i].bits);
        const double balance = 2 * right / ((double)(i + 1) + all);
        if (balance > best) {
            best = balance;
            threshold = chance_of((double)sorted[i].bits);
        }
    }
    free(sorted);
    /* Where hardly anything is likely, the balance is none to go by. */
    return threshold < 0.35 ? 0.35 : threshold;
}

/* The links are moved to the beginning, in the order of a and b. */
static void take_links(struct match *match, double threshold)
{
    const double bits = bits_of(threshold);
    size_t kept = 0;
    struct pair *others = xcalloc(match->n_pairs + 1, sizeof *others);
    size_t n_others = 0;
    for (size_t i = 0; i < match->n_pairs; i++) {
        if ((double)match->pairs[i].bits >= bits)
            match->pairs[kept++] = match->pairs[i];
        else
            others[n_others++] = match->pairs[i];
    }
    memcpy(match->pairs + kept, others, n_others * sizeof *others);
    match->n_links = kept;
    free(others);
}

/* ---- quality ---- */

static void finish_quality(struct match_quality *quality, int64_t true_pairs)
{
    const double found = (double)quality->found, right = (double)quality->right, all = (double)true_pairs;
    quality->true_pairs = true_pairs;
    quality->precision = found > 0 ? right / found : 1;
    quality->recall = all > 0 ? right / all : 1;
    quality->f1 = found + all > 0 ? 2 * right / (found + all) : 1;
}

static bool same_person(const struct match *match, const struct pair *pair)
{
    return match->truth.of[pair->a] == match->truth.of[pair->b];
}

static void judge_pairs(const struct match *match, struct match_quality *quality)
{
    struct pair *sorted = xcalloc(match->n_pairs + 1, sizeof *sorted);
    double right = 0;
    for (size_t i = 0; i < match->n_links; i++)
        quality->right += same_person(match, &match->pairs[i]);
    quality->found = (int64_t)match->n_links;
    finish_quality(quality, match->truth.pairs);
    if (match->n_pairs)
        memcpy(sorted, match->pairs, match->n_pairs * sizeof *sorted);
    qsort(sorted, match->n_pairs, sizeof *sorted, by_bits);
    for (size_t i = 0; i < match->n_pairs; i++) {
        right += same_person(match, &sorted[i]);
        if (i + 1 < match->n_pairs && sorted[i + 1].bits >= sorted[i].bits)
            continue;
        const double f1 = 2 * right / ((double)(i + 1) + (double)match->truth.pairs);
        if (f1 > quality->best_f1) {
            quality->best_f1 = f1;
            quality->best_threshold = chance_of((double)sorted[i].bits);
        }
    }
    free(sorted);
}

/* Records as a list by a number that each has. */
struct member {
    uint32_t group, second, record;
};

static int by_group(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    if (x->second != y->second)
        return x->second < y->second ? -1 : 1;
    return (x->record > y->record) - (x->record < y->record);
}

static int64_t pairs_of(const struct match *match, const struct member *members, size_t n)
{
    int64_t first = 0;
    if (match->table.first == match->table.n)
        return (int64_t)n * ((int64_t)n - 1) / 2;
    for (size_t i = 0; i < n; i++)
        first += members[i].record < match->table.first;
    return first * ((int64_t)n - first);
}

static void judge_clusters(const struct match *match, struct match_quality *of_pairs, struct match_quality *quality)
{
    const size_t n = match->table.n;
    struct member *members = xcalloc(n + 1, sizeof *members);
    for (size_t i = 0; i < n; i++)
        members[i] = (struct member){match->truth.of[i], 0, (uint32_t)i};
    qsort(members, n, sizeof *members, by_group);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && members[end].group == members[i].group; end++)
            ;
        for (size_t a = i; a < end; a++)
            for (size_t b = a + 1; b < end; b++) {
                const bool across =
                    (members[a].record < match->table.first) != (members[b].record < match->table.first);
                if ((match->table.first == n || across) &&
                    blocks_first(&match->blocks, members[a].record, members[b].record) < match->blocks.n_rules)
                    of_pairs->candidates_right++;
            }
    }
    of_pairs->completeness = match->truth.pairs ? (double)of_pairs->candidates_right / (double)match->truth.pairs : 1;
    for (size_t i = 0; i < n; i++)
        members[i] = (struct member){match->clusters.of[i], match->truth.of[i], (uint32_t)i};
    qsort(members, n, sizeof *members, by_group);
    for (size_t i = 0, end, part; i < n; i = end) {
        for (end = i + 1; end < n && members[end].group == members[i].group; end++)
            ;
        quality->found += pairs_of(match, members + i, end - i);
        for (size_t a = i; a < end; a = part) {
            for (part = a + 1; part < end && members[part].second == members[a].second; part++)
                ;
            quality->right += pairs_of(match, members + a, part - a);
        }
    }
    finish_quality(quality, match->truth.pairs);
    free(members);
}

/* ---- the run ---- */

/* What weights are estimated from. */
struct evidence {
    struct pattern_count *candidates, *sample;
    size_t n_candidates, n_sample;
};

static void gather(const struct match *match, unsigned threads, struct evidence *evidence)
{
    pairs_count(&match->table, &match->rules, &match->blocks, threads, &evidence->candidates, &evidence->n_candidates);
    if (match->rules.n_blocks == 1 && match->rules.blocks[0].n == 0) { /* all pairs: nothing is left to chance */
        evidence->n_sample = evidence->n_candidates;
        evidence->sample = xcalloc(evidence->n_sample + 1, sizeof *evidence->sample);
        memcpy(evidence->sample, evidence->candidates, evidence->n_sample * sizeof *evidence->sample);
    } else {
        pairs_sample(&match->table, &match->rules, threads, &evidence->sample, &evidence->n_sample);
    }
}

static void estimate_and_score(struct match *match, const struct evidence *evidence, unsigned threads,
                               const uint32_t *entity, int64_t *candidates)
{
    free(match->pairs);
    model_release(&match->model);
    model_estimate(&match->model, &match->table, &match->rules, evidence->candidates, evidence->n_candidates,
                   evidence->sample, evidence->n_sample, entity);
    pairs_score(&match->table, &match->rules, &match->blocks, &match->model, &match->options, least_kept, threads,
                &match->pairs, &match->n_pairs, candidates);
}

static double threshold_of(const struct match *match)
{
    if (match->options.threshold >= 0)
        return match->options.threshold;
    return match->rules.threshold >= 0 ? match->rules.threshold : choose_threshold(match->pairs, match->n_pairs);
}

static void find_clusters(struct match *match, double threshold)
{
    clusters_release(&match->clusters);
    match->clusters = (struct clusters){0};
    take_links(match, threshold);
    if (match->rules.one_to_one && match->table.first < match->table.n) {
        /* Links that lost to a stronger one are links no more. */
        const size_t kept = clusters_one_to_one(&match->table, match->pairs, match->n_links);
        match->n_links = match->n_pairs = kept;
    }
    clusters_join(&match->clusters, &match->table, &match->rules, &match->model, match->pairs, match->n_links, certain);
}

enum alm_status match_run(struct match **out, const struct match_options *options, struct match_counts *counts,
                          struct alm_error *err)
{
    struct match *match = xcalloc(1, sizeof *match);
    struct evidence evidence;
    match->options = *options;
    *counts = (struct match_counts){0};
    unsigned threads = options->threads > 0 ? (unsigned)options->threads : parallel_processors();
    enum alm_status status = table_read(&match->table, &match->rules, options, threads, err);
    if (status == ALM_OK && options->truth)
        status = truth_read(&match->truth, &match->table, options->truth, err);
    if (status != ALM_OK) {
        match_free(match);
        return status;
    }
    if (options->threads <= 0 && match->rules.threads > 0)
        threads = (unsigned)match->rules.threads;
    struct table *table = &match->table;
    struct component components[MAX_COMPONENTS];
    const size_t n_components = blocks_components(&match->rules, table, threads, components);
    if (!match->rules.n_blocks)
        blocks_choose(&match->rules, table, components, n_components);
    blocks_build(&match->blocks, &match->rules, table, components, n_components, threads);
    gather(match, threads, &evidence);
    estimate_and_score(match, &evidence, threads, NULL, &counts->candidates);
    match->threshold = threshold_of(match);
    find_clusters(match, match->threshold);
    /* Of many records for one person each value seems more common than it is among people. */
    if (match->n_links > table->n / 4) {
        uint32_t *entity = match->clusters.of;
        match->clusters.of = NULL;
        estimate_and_score(match, &evidence, threads, entity, &counts->candidates);
        free(entity);
        match->threshold = threshold_of(match);
        find_clusters(match, match->threshold);
    }
    free(evidence.candidates);
    free(evidence.sample);
    counts->records[0] = (int64_t)table->first;
    counts->records[1] = (int64_t)(table->n - table->first);
    memcpy(counts->rejected, table->rejected, sizeof counts->rejected);
    counts->links = (int64_t)match->n_links;
    counts->clusters = match->clusters.count;
    counts->split = (int64_t)match->clusters.n_splits;
    counts->huge_blocks = match->blocks.huge;
    counts->left_out = match->blocks.left_out;
    counts->threshold = match->threshold;
    if (match->truth.of) {
        judge_pairs(match, &counts->pairs_quality);
        judge_clusters(match, &counts->pairs_quality, &counts->clusters_quality);
    }
    match->comparer = xcalloc(1, sizeof *match->comparer);
    comparer_init(match->comparer, table, &match->rules);
    *out = match;
    return ALM_OK;
}

void match_free(struct match *match)
{
    if (!match)
        return;
    if (match->comparer)
        comparer_release(match->comparer);
    free(match->comparer);
    clusters_release(&match->clusters);
    truth_release(&match->truth);
    model_release(&match->model);
    blocks_release(&match->blocks);
    table_release(&match->table);
    rules_release(&match->rules);
    free(match->pairs);
    free(match);
}

/* ---- what came of it ---- */

void match_rejects(const struct match *match, match_reject_fn *each, void *context)
{
    for (size_t i = 0; i < match->table.n_rejects; i++)
        each(context, match->table.rejects[i].file, match->table.rejects[i].line, match->table.rejects[i].why);
}

void match_splits(const struct match *match, match_split_fn *each, void *context)
{
    for (size_t i = 0; i < match->clusters.n_splits; i++) {
        const struct alm_text a = table_id(&match->table, match->clusters.splits[i].a),
                              b = table_id(&match->table, match->clusters.splits[i].b);
        char id_a[200], id_b[200];
        snprintf(id_a, sizeof id_a, "%.*s", (int)a.len, a.at);
        snprintf(id_b, sizeof id_b, "%.*s", (int)b.len, b.at);
        each(context, id_a, id_b);
    }
}

void match_pairs(const struct match *match, match_pair_fn *each, void *context)
{
    const size_t second = match->table.first < match->table.n ? match->table.first : 0;
    for (size_t i = 0; i < match->n_pairs; i++) {
        const struct pair *pair = &match->pairs[i];
        if (pair->b >= second)
            each(context, pair->a, pair->b - second, chance_of((double)pair->bits));
    }
}

void match_pairs_within(const struct match *match, match_pair_fn *each, void *context)
{
    for (size_t i = 0; i < match->n_pairs; i++) {
        const struct pair *pair = &match->pairs[i];
        if (pair->b < match->table.first)
            each(context, pair->a, pair->b, chance_of((double)pair->bits));
    }
}

double match_probability(const struct match *match, size_t first, size_t second)
{
    const size_t b = second + (match->table.first < match->table.n ? match->table.first : 0);
    const pattern_t pattern = comparer_pattern(match->comparer, first, b);
    return chance_of(model_bits(&match->model, &match->table, first, b, pattern));
}

void match_write_pairs(const struct match *match, struct strbuf *out)
{
    strbuf_adds(out, "id_a,id_b,weight,probability\n");
    for (size_t i = 0; i < match->n_links; i++) {
        const struct pair *pair = &match->pairs[i];
        csv_add_field(out, table_id(&match->table, pair->a), ',');
        strbuf_addc(out, ',');
        csv_add_field(out, table_id(&match->table, pair->b), ',');
        strbuf_addf(out, ",%.2f,%.6f\n", (double)pair->bits, chance_of((double)pair->bits));
    }
}

void match_write_clusters(const struct match *match, struct strbuf *out)
{
    const size_t n = match->table.n;
    uint32_t *numbers = xcalloc(n + 1, sizeof *numbers), next = 0;
    char number[32];
    strbuf_adds(out, "cluster,file,id\n");
    for (size_t i = 0; i < n; i++) {
        const uint32_t first = match->clusters.of[i];
        if (first == i)
            numbers[i] = ++next;
        const int len = snprintf(number, sizeof number, "%u,%s,", numbers[first], i < match->table.first ? "A" : "B");
        strbuf_add(out, number, (size_t)len);
        csv_add_field(out, table_id(&match->table, i), ',');
        strbuf_addc(out, '\n');
    }
    free(numbers);
}
