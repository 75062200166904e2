/* SPDX-License-Identifier: MIT */
/* Integers by radix, least significant digit and last key first; text by comparing, with its first eight bytes at hand.
 */
#include "store/sort.h"
#include <stdlib.h>

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, SMALL = 64 };

struct item {
    uint64_t key;
    uint32_t row;
};

static int compare_texts(struct alm_text a, struct alm_text b)
{
    if (!a.at || !b.at)
        return (a.at != NULL) - (b.at != NULL);
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.at, b.at, len) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

int sort_compare(const struct sort_key *keys, size_t n_keys, size_t a, size_t b)
{
    for (size_t i = 0; i < n_keys; i++) {
        int order;
        if (keys[i].ints)
            /* ALM_NULL is the least of all numbers, so nulls come first by themselves. */
            order = (keys[i].ints[a] > keys[i].ints[b]) - (keys[i].ints[a] < keys[i].ints[b]);
        else
            order = compare_texts(keys[i].texts[a], keys[i].texts[b]);
        if (order)
            return order;
    }
    return 0;
}

bool sort_is_sorted(const struct sort_key *keys, size_t n_keys, size_t n_rows)
{
    for (size_t row = 1; row < n_rows; row++)
        if (sort_compare(keys, n_keys, row - 1, row) > 0)
            return false;
    return true;
}

/* ---- with text among the keys ---- */

struct comparison {
    const struct sort_key *keys;
    size_t n_keys;
};

static int compare_items(const void *left, const void *right, void *context)
{
    const struct item *a = left, *b = right;
    const struct comparison *comparison = context;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    int order = sort_compare(comparison->keys, comparison->n_keys, a->row, b->row);
    return order ? order : (a->row > b->row) - (a->row < b->row);
}

/* The first key as a number that never orders two rows wrongly, though it may call different ones equal. */
static uint64_t leading(const struct sort_key *key, size_t row)
{
    if (key->ints)
        return (uint64_t)key->ints[row] ^ (UINT64_C(1) << 63);
    struct alm_text text = key->texts[row];
    uint64_t number = 0;
    for (size_t i = 0; i < 8; i++)
        number = number << 8 | (text.at && i < text.len ? (unsigned char)text.at[i] : 0);
    return number;
}

static void sort_by_comparing(const struct sort_key *keys, size_t n_keys, size_t n_rows, struct item *items)
{
    for (size_t row = 0; row < n_rows; row++)
        items[row] = (struct item){leading(&keys[0], row), (uint32_t)row};
    struct comparison comparison = {keys, n_keys};
    qsort_r(items, n_rows, sizeof *items, compare_items, &comparison);
}

/* ---- integers alone ---- */

/* Sort `items` by the bits of their keys; the result may stand in either array. */
static struct item *radix(struct item *items, struct item *other, size_t n, uint64_t bits)
{
    for (unsigned shift = 0; shift < 64 && bits >> shift; shift += DIGIT_BITS) {
        uint32_t places[DIGITS] = {0};
        for (size_t i = 0; i < n; i++)
            places[items[i].key >> shift & (DIGITS - 1)]++;
        if (places[items[0].key >> shift & (DIGITS - 1)] == n)
            continue;
        uint32_t sum = 0;
        for (size_t digit = 0; digit < DIGITS; digit++) {
            uint32_t count = places[digit];
            places[digit] = sum;
            sum += count;
        }
        for (size_t i = 0; i < n; i++)
            other[places[items[i].key >> shift & (DIGITS - 1)]++] = items[i];
        struct item *sorted = other;
        other = items;
        items = sorted;
    }
    return items;
}

static struct item *sort_by_radix(const struct sort_key *keys, size_t n_keys, size_t n_rows, struct item *items,
                                  struct item *other)
{
    struct item *result = items;
    for (size_t row = 0; row < n_rows; row++)
        items[row].row = (uint32_t)row;
    for (size_t i = n_keys; i-- > 0;) {
        const int64_t *ints = keys[i].ints;
        int64_t least = ints[0], most = ints[0];
        for (size_t row = 1; row < n_rows; row++) {
            least = ints[row] < least ? ints[row] : least;
            most = ints[row] > most ? ints[row] : most;
        }
        /* Counted from the least one, keys have few bits, and each digit less is a pass less. */
        for (size_t at = 0; at < n_rows; at++)
            result[at].key = (uint64_t)ints[result[at].row] - (uint64_t)least;
        result = radix(result, result == items ? other : items, n_rows, (uint64_t)most - (uint64_t)least);
    }
    return result;
}

void sort_order(const struct sort_key *keys, size_t n_keys, size_t n_rows, uint32_t *order)
{
    bool all_ints = true;
    for (size_t i = 0; i < n_keys; i++)
        all_ints = all_ints && keys[i].ints;
    if (n_keys == 0 || n_rows < 2) {
        for (size_t row = 0; row < n_rows; row++)
            order[row] = (uint32_t)row;
        return;
    }
    struct item *items = xreallocarray(NULL, n_rows, 2 * sizeof *items);
    struct item *sorted = items;
    if (all_ints && n_rows > SMALL)
        sorted = sort_by_radix(keys, n_keys, n_rows, items, items + n_rows);
    else
        sort_by_comparing(keys, n_keys, n_rows, items);
    for (size_t i = 0; i < n_rows; i++)
        order[i] = sorted[i].row;
    free(items);
}
