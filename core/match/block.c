/* SPDX-License-Identifier: MIT */
/* Blocks: the records that agree on a rule's keys stand together, and are compared with each other. */
#include "match/internal.h"

#include <stdlib.h>

/* ---- keys ---- */

static uint32_t letters_key(const uint8_t *at, size_t len)
{
    const uint32_t key = (uint32_t)(hash_bytes(at, len) >> 32);
    return key ? key : 1;
}

static uint32_t date_key(const struct column *column, const struct value *value, enum rules_part part)
{
    const uint8_t *at = column_letters(column, value);
    uint8_t digits[6];
    if (value->len < 8)
        return 0;
    /* In the calendar in which it was typed, as far as is known. */
    if (column->solar && value->len == 16)
        at += 8;
    if (part == PART_FIRST)
        return letters_key(at, 6);
    if (part == PART_LAST) {
        memcpy(digits, at, 4);
        memcpy(digits + 4, at + 6, 2);
        return letters_key(digits, 6);
    }
    const bool turned = memcmp(at + 4, at + 6, 2) > 0;
    memcpy(digits, at + (turned ? 6 : 4), 2);
    memcpy(digits + 2, at + (turned ? 4 : 6), 2);
    return letters_key(digits, 4);
}

uint32_t blocks_key(const struct table *table, const struct rules *rules, const struct rules_key *key, size_t record)
{
    const size_t field = (size_t)key->field;
    const struct column *column = &table->columns[field];
    const uint32_t number = table_cell(table, record, field);
    const struct value *value = &column->values[number];
    const uint32_t whole = (uint32_t)(mix64(number) >> 32) | 1;
    if (!number)
        return 0;
    switch (key->part) {
    case PART_SOUND:
    case PART_START:
        if (rules->fields[field].how == COMPARE_DIGITS) /* those hold another thing */
            return whole;
        if (key->part == PART_SOUND)
            return value->sound ? value->sound : whole;
        return value->start ? value->start : whole;
    case PART_FIRST:
    case PART_MIDDLE:
    case PART_LAST:
        if (rules->fields[field].form == RULES_DATE)
            return date_key(column, value, key->part);
        const size_t half = value->len / 2u, from = key->part == PART_FIRST  ? 0
                                                    : key->part == PART_LAST ? half
                                                                             : half / 2;
        if (value->len < 4)
            return whole;
        return letters_key(column_letters(column, value) + from, key->part == PART_FIRST ? half : value->len - half);
    case PART_BOTH: {
        const size_t swap = (size_t)rules->fields[field].swap_field;
        const uint32_t other = table->columns[swap].values[table_cell(table, record, swap)].sound;
        return value->sound && other ? (value->sound ^ other) * 31 + value->sound + other + 1 : 0;
    }
    default:
        return whole;
    }
}

/* ---- sorting ---- */

/* Entries are key << 32 | record; three passes over eleven bits of the key each. */
static void sort_entries(uint64_t **entries, uint64_t **spare, size_t n)
{
    enum { BITS = 11, BUCKETS = 1 << BITS, PASSES = 3 };
    uint32_t counts[PASSES][BUCKETS];
    memset(counts, 0, sizeof counts);
    for (size_t i = 0; i < n; i++)
        for (unsigned pass = 0; pass < PASSES; pass++)
            counts[pass][(*entries)[i] >> (32 + BITS * pass) & (BUCKETS - 1)]++;
    for (unsigned pass = 0; pass < PASSES; pass++) {
        uint32_t at = 0;
        for (size_t b = 0; b < BUCKETS; b++) {
            const uint32_t count = counts[pass][b];
            counts[pass][b] = at;
            at += count;
        }
        for (size_t i = 0; i < n; i++)
            (*spare)[counts[pass][(*entries)[i] >> (32 + BITS * pass) & (BUCKETS - 1)]++] = (*entries)[i];
        uint64_t *sorted = *spare;
        *spare = *entries;
        *entries = sorted;
    }
}

static uint32_t key_of(uint64_t entry)
{
    return (uint32_t)(entry >> 32);
}

/* ---- building ---- */

struct build {
    struct blocks *blocks;
    const struct rules *rules;
    const struct table *table;
    const struct component *components;
    size_t n_components;
    int64_t *huge, *left_out; /* by rule */
};

static int compare_entries(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* A block of more records than max_block is parted by other parts of the records, those first that part best; what is
 * too large even then is left out. */
static void part_block(struct build *build, size_t rule, uint64_t *entries, size_t n, size_t next, unsigned depth)
{
    enum { DEPTHS = 3 };
    const struct rules_block *block = &build->rules->blocks[rule];
    uint32_t *keys = build->blocks->keys + rule;
    const size_t n_rules = build->blocks->n_rules;
    if (n < 2 || n <= (size_t)build->rules->max_block)
        return;
    for (; next < build->n_components && depth < DEPTHS; next++) {
        bool used = false;
        for (size_t k = 0; k < block->n; k++)
            used |= block->keys[k].field == build->components[next].key.field;
        /* A part that nearly nobody shares would leave pairs of nobody. */
        if (!used && build->components[next].chance * (double)build->table->n > 1)
            break;
    }
    if (next >= build->n_components || depth >= DEPTHS) {
        build->huge[rule]++;
        build->left_out[rule] += (int64_t)n * ((int64_t)n - 1) / 2;
        for (size_t i = 0; i < n; i++) {
            keys[(uint32_t)entries[i] * n_rules] = 0;
            entries[i] &= UINT32_MAX;
        }
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const uint32_t record = (uint32_t)entries[i];
        const uint32_t part = blocks_key(build->table, build->rules, &build->components[next].key, record);
        uint32_t key = part ? (uint32_t)(mix64((uint64_t)key_of(entries[i]) << 32 | part) >> 32) | 1 : 0;
        keys[record * n_rules] = key;
        entries[i] = (uint64_t)key << 32 | record;
    }
    qsort(entries, n, sizeof *entries, compare_entries);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && key_of(entries[end]) == key_of(entries[i]); end++)
            ;
        if (key_of(entries[i]))
            part_block(build, rule, entries + i, end - i, next + 1, depth + 1);
    }
}

static void build_rule(void *context, size_t rule, unsigned thread)
{
    struct build *build = context;
    struct blocks *blocks = build->blocks;
    const struct table *table = build->table;
    const struct rules_block *block = &build->rules->blocks[rule];
    const size_t n_rules = blocks->n_rules;
    uint64_t *entries = xmalloc((table->n + 1) * sizeof *entries), *spare = xmalloc((table->n + 1) * sizeof *spare);
    size_t n = 0;
    (void)thread;
    for (size_t i = 0; i < table->n; i++) {
        uint64_t all = 1;
        for (size_t k = 0; k < block->n && all; k++) {
            const uint32_t key = blocks_key(table, build->rules, &block->keys[k], i);
            all = key ? mix64(all * 31 + key) | 1 : 0;
        }
        const uint32_t key = all ? (uint32_t)(all >> 32) | 1 : 0;
        blocks->keys[i * n_rules + rule] = key;
        if (key)
            entries[n++] = (uint64_t)key << 32 | i;
    }
    sort_entries(&entries, &spare, n);
    for (size_t i = 0, end; i < n && block->n; i = end) {
        for (end = i + 1; end < n && key_of(entries[end]) == key_of(entries[i]); end++)
            ;
        part_block(build, rule, entries + i, end - i, 0, 0);
    }
    /* Records that are alone in their block are of no use; blocks are told from each other by their keys. */
    size_t kept = 0, n_blocks = 0;
    uint32_t *order = (uint32_t *)(void *)spare;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && key_of(entries[end]) == key_of(entries[i]); end++)
            ;
        if (end - i > 1 && key_of(entries[i])) {
            const size_t start = kept;
            for (size_t k = i; k < end; k++)
                order[kept++] = (uint32_t)entries[k];
            entries[n_blocks++] = start; /* behind what was read */
        }
    }
    blocks->orders[rule] = xmalloc((kept + 1) * sizeof *order);
    memcpy(blocks->orders[rule], order, kept * sizeof *order);
    blocks->starts[rule] = xmalloc((n_blocks + 1) * sizeof *order);
    for (size_t i = 0; i < n_blocks; i++)
        blocks->starts[rule][i] = (uint32_t)entries[i];
    blocks->starts[rule][n_blocks] = (uint32_t)kept;
    blocks->n_blocks[rule] = n_blocks;
    free(entries);
    free(spare);
}

void blocks_build(struct blocks *blocks, const struct rules *rules, const struct table *table,
                  const struct component *components, size_t n_components, unsigned threads)
{
    struct build build = {
        .blocks = blocks, .rules = rules, .table = table, .components = components, .n_components = n_components};
    const size_t n = rules->n_blocks;
    blocks->n_rules = n;
    blocks->keys = xmalloc((table->n * n + 1) * sizeof *blocks->keys);
    blocks->orders = xcalloc(n, sizeof *blocks->orders);
    blocks->starts = xcalloc(n, sizeof *blocks->starts);
    blocks->n_blocks = xcalloc(n, sizeof *blocks->n_blocks);
    build.huge = xcalloc(n, sizeof *build.huge);
    build.left_out = xcalloc(n, sizeof *build.left_out);
    parallel_run(threads, n, build_rule, &build);
    for (size_t i = 0; i < n; i++) {
        blocks->huge += build.huge[i];
        blocks->left_out += build.left_out[i];
    }
    free(build.huge);
    free(build.left_out);
}

void blocks_release(struct blocks *blocks)
{
    for (size_t i = 0; i < blocks->n_rules; i++) {
        free(blocks->orders[i]);
        free(blocks->starts[i]);
    }
    free(blocks->keys);
    free(blocks->orders);
    free(blocks->starts);
    free(blocks->n_blocks);
}
