/* SPDX-License-Identifier: MIT */
/*
 * Links to clusters.  Links are taken by their odds, the highest first.  Before two clusters become one, the pairs
 * across them are looked at: where two records are certainly different, the link is not followed, however it came
 * about.
 */
#include "match/internal.h"

#include <math.h>
#include <stdlib.h>

enum { LOOKED_AT = 400 }; /* pairs across two clusters; of more, evenly spread ones */

struct joining {
    const struct table *table;
    const struct model *model;
    struct comparer comparer;
    uint32_t *next, *last, *size; /* members of a cluster as a list, by its first record */
};

static int by_odds(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    if (x->bits > y->bits || x->bits < y->bits)
        return x->bits > y->bits ? -1 : 1;
    return x->a != y->a ? (x->a < y->a ? -1 : 1) : (x->b > y->b) - (x->b < y->b);
}

static int by_records(const void *a, const void *b)
{
    const struct split *x = a, *y = b;
    return x->a != y->a ? (x->a < y->a ? -1 : 1) : (x->b > y->b) - (x->b < y->b);
}

/* Whether the two clusters may be one; if not, the two records that are most different. */
static bool agree(struct joining *joining, uint32_t of_a, uint32_t of_b, double least, uint32_t *worst_a,
                  uint32_t *worst_b)
{
    const uint64_t pairs = (uint64_t)joining->size[of_a] * joining->size[of_b];
    const uint64_t step = pairs / LOOKED_AT + 1;
    const bool two = joining->table->first < joining->table->n;
    double worst = INFINITY;
    uint64_t number = 0;
    for (uint32_t a = of_a; a != UINT32_MAX; a = joining->next[a])
        for (uint32_t b = of_b; b != UINT32_MAX; b = joining->next[b]) {
            if (number++ % step)
                continue;
            if (two && (a < joining->table->first) == (b < joining->table->first))
                continue;
            const double bits =
                model_bits(joining->model, joining->table, a, b, comparer_pattern(&joining->comparer, a, b));
            if (bits < worst) {
                worst = bits;
                *worst_a = a;
                *worst_b = b;
            }
        }
    return worst >= least;
}

void clusters_join(struct clusters *clusters, const struct table *table, const struct rules *rules,
                   const struct model *model, const struct pair *links, size_t n, double least)
{
    struct joining joining = {.table = table, .model = model};
    struct pair *sorted = xcalloc(n + 1, sizeof *sorted);
    comparer_init(&joining.comparer, table, rules);
    clusters->of = xmalloc((table->n + 1) * sizeof *clusters->of);
    joining.next = xmalloc((table->n + 1) * sizeof *joining.next);
    joining.last = xmalloc((table->n + 1) * sizeof *joining.last);
    joining.size = xmalloc((table->n + 1) * sizeof *joining.size);
    for (size_t i = 0; i < table->n; i++) {
        clusters->of[i] = joining.last[i] = (uint32_t)i;
        joining.next[i] = UINT32_MAX;
        joining.size[i] = 1;
    }
    if (n)
        memcpy(sorted, links, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_odds);
    for (size_t i = 0; i < n; i++) {
        uint32_t a = clusters->of[sorted[i].a], b = clusters->of[sorted[i].b], worst_a = 0, worst_b = 0;
        if (a == b)
            continue;
        if (joining.size[a] + joining.size[b] > 2 && !agree(&joining, a, b, least, &worst_a, &worst_b)) {
            ARRAY_ROOM(clusters->splits, clusters->n_splits, clusters->splits_capacity);
            clusters->splits[clusters->n_splits++] =
                worst_a < worst_b ? (struct split){worst_a, worst_b} : (struct split){worst_b, worst_a};
            continue;
        }
        if (a > b) {
            const uint32_t other = a;
            a = b;
            b = other;
        }
        for (uint32_t at = b; at != UINT32_MAX; at = joining.next[at])
            clusters->of[at] = a;
        joining.next[joining.last[a]] = b;
        joining.last[a] = joining.last[b];
        joining.size[a] += joining.size[b];
        joining.size[b] = 0;
    }
    for (size_t i = 0; i < table->n; i++)
        clusters->count += joining.size[i] > 1;
    /* Several links may have come to grief over the same two. */
    size_t different = 0;
    if (clusters->n_splits)
        qsort(clusters->splits, clusters->n_splits, sizeof *clusters->splits, by_records);
    for (size_t i = 0; i < clusters->n_splits; i++)
        if (i == 0 || by_records(&clusters->splits[i], &clusters->splits[i - 1]) != 0)
            clusters->splits[different++] = clusters->splits[i];
    clusters->n_splits = different;
    comparer_release(&joining.comparer);
    free(sorted);
    free(joining.next);
    free(joining.last);
    free(joining.size);
}

size_t clusters_one_to_one(const struct table *table, struct pair *links, size_t n)
{
    bool *taken = xcalloc(table->n + 1, sizeof *taken);
    size_t kept = 0;
    qsort(links, n, sizeof *links, by_odds);
    for (size_t i = 0; i < n; i++)
        if (!taken[links[i].a] && !taken[links[i].b]) {
            taken[links[i].a] = taken[links[i].b] = true;
            links[kept++] = links[i];
        }
    free(taken);
    return kept;
}

void clusters_release(struct clusters *clusters)
{
    free(clusters->of);
    free(clusters->splits);
}
