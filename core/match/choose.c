/* SPDX-License-Identifier: MIT */
/*
 * Blocking rules by what the data is like.
 *
 * Duplicates with the slips that people make are drawn at random (which parts of which fields still agree), and rules
 * are taken one after the other, always the one that brings together most of those that the rules before it missed, for
 * the comparisons that it costs.  What a rule costs is counted on a sample of the records.
 */
#include "match/internal.h"

#include <math.h>
#include <stdlib.h>

enum {
    DRAWS = 2048,
    DRAW_WORDS = DRAWS / 64,
    SAMPLE = 20000,
    ALL_PAIRS = 600000,    /* so few that no rule is needed */
    LEAST_PAIRS = 1500000, /* a small file can afford more for each record */
    PAIRS_EACH = 12,
    MOST_RULES = 14,
    MAX_CANDIDATES = 20000
};

/* ---- chance ---- */

static double chance_next(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    return (double)(mix64(*state) >> 11) / (double)(UINT64_C(1) << 53);
}

/* ---- parts ---- */

struct key_count {
    uint32_t key, count;
};
enum { SLOTS = 1 << 16 };

/* Pairs that agree among all of the sample. */
static double sampled_chance(const struct table *table, const struct rules *rules, const struct rules_key *keys,
                             size_t n_keys, struct key_count *counts)
{
    const size_t step = table->n / SAMPLE + 1;
    size_t taken = 0;
    double agree = 0;
    memset(counts, 0, SLOTS * sizeof *counts);
    for (size_t i = 0; i < table->n; i += step) {
        uint64_t all = 1;
        for (size_t k = 0; k < n_keys && all; k++) {
            const uint32_t key = blocks_key(table, rules, &keys[k], i);
            all = key ? mix64(all * 31 + key) | 1 : 0;
        }
        taken++;
        if (!all)
            continue;
        /* Each meets those before it. */
        const uint32_t key = (uint32_t)(all >> 32) | 1;
        size_t slot = all >> 7 & (SLOTS - 1);
        while (counts[slot].key && counts[slot].key != key)
            slot = (slot + 1) & (SLOTS - 1);
        agree += counts[slot].count++;
        counts[slot].key = key;
    }
    /* That none was seen doesn't mean that there is none. */
    return (agree + 0.1) / ((double)taken * (double)(taken ? taken - 1 : 1) / 2 + 1);
}

static size_t parts_of(const struct rules_field *field, enum rules_part parts[PARTS])
{
    size_t n = 0;
    if (field->form == RULES_JOINED || field->form == RULES_GIVEN) {
        if (field->how == COMPARE_EXACT) {
            parts[n++] = PART_WHOLE;
            return n;
        }
        parts[n++] = PART_SOUND;
        parts[n++] = PART_START;
        return n;
    }
    switch (field->how) {
    case COMPARE_DATE:
        parts[n++] = PART_WHOLE;
        parts[n++] = PART_FIRST;
        parts[n++] = PART_MIDDLE;
        parts[n++] = PART_LAST;
        break;
    case COMPARE_TOKENS:
        parts[n++] = PART_SOUND;
        parts[n++] = PART_START;
        break;
    case COMPARE_DIGITS:
        parts[n++] = PART_WHOLE;
        parts[n++] = PART_FIRST;
        parts[n++] = PART_LAST;
        break;
    case COMPARE_EMAIL:
        parts[n++] = PART_WHOLE;
        parts[n++] = PART_START;
        break;
    default:
        parts[n++] = PART_WHOLE;
    }
    return n;
}

static int compare_chances(const void *a, const void *b)
{
    const struct component *x = a, *y = b;
    if (x->chance != y->chance)
        return x->chance < y->chance ? -1 : 1;
    return x->key.field != y->key.field ? x->key.field - y->key.field : (int)x->key.part - (int)y->key.part;
}

struct counting {
    const struct rules *rules;
    const struct table *table;
    struct component *components;
};

static void count_component(void *context, size_t task, unsigned thread)
{
    const struct counting *counting = context;
    struct component *component = &counting->components[task];
    struct key_count *counts = xcalloc(SLOTS, sizeof *counts);
    (void)thread;
    component->chance = sampled_chance(counting->table, counting->rules, &component->key, 1, counts);
    free(counts);
}

size_t blocks_components(const struct rules *rules, const struct table *table, unsigned threads,
                         struct component components[MAX_COMPONENTS])
{
    struct counting counting = {rules, table, components};
    size_t n = 0;
    for (size_t f = 0; f < rules->n_fields; f++) {
        enum rules_part parts[PARTS];
        size_t n_parts = parts_of(&rules->fields[f], parts);
        if (rules->fields[f].swap_field > (int)f)
            parts[n_parts++] = PART_BOTH;
        for (size_t p = 0; p < n_parts && n < MAX_COMPONENTS; p++)
            components[n++].key = (struct rules_key){(int)f, parts[p]};
    }
    parallel_run(threads, n, count_component, &counting);
    qsort(components, n, sizeof *components, compare_chances);
    return n;
}

/* ---- duplicates as people make them ---- */

/* How often a value is typed the same again, and otherwise with a small slip; the rest is another value. */
static void habits(const struct rules_field *field, double *same, double *slip)
{
    *same = 0.85, *slip = 0.1;
    if (field->how == COMPARE_TOKENS)
        *same = 0.6, *slip = 0.25;
    else if (field->how == COMPARE_EMAIL)
        *same = 0.75, *slip = 0.15;
    else if (field->how == COMPARE_EXACT)
        *same = 0.92, *slip = 0;
    else if (field->how == COMPARE_DIGITS)
        *same = 0.84, *slip = 0.1;
}

/* Bit p: after a small slip, part p is still the same. */
static unsigned after_slip(const struct rules_field *field, double chance)
{
    const unsigned third = chance < 1. / 3 ? PART_FIRST : chance < 2. / 3 ? PART_MIDDLE : PART_LAST;
    switch (field->how) {
    case COMPARE_DATE:
        return 1u << third;
    case COMPARE_DIGITS:
        return 1u << (chance < 0.5 ? PART_FIRST : PART_LAST);
    default:
        return (chance < 0.4 ? 1u << PART_SOUND : 0) | (chance > 0.3 ? 1u << PART_START : 0);
    }
}

typedef uint64_t draws_t[DRAW_WORDS];

/* In which of the drawn duplicates each part agrees. */
static void draw(const struct rules *rules, const struct table *table, const struct component *components, size_t n,
                 draws_t *agree)
{
    uint64_t state = 1399;
    memset(agree, 0, n * sizeof *agree);
    for (size_t d = 0; d < DRAWS; d++) {
        unsigned parts[MATCH_MAX_FIELDS];
        bool exchanged[MATCH_MAX_FIELDS] = {false};
        /* Slips come together: who hurried over one field did so over the next. */
        const double hurry = chance_next(&state), worse = hurry < 0.6 ? 1 : hurry < 0.85 ? 2.5 : 4.5;
        for (size_t f = 0; f < rules->n_fields; f++) {
            const struct rules_field *field = &rules->fields[f];
            const double there = 1 - (double)table->columns[f].missing / (double)(table->n ? table->n : 1);
            double same, slip;
            habits(field, &same, &slip);
            const double wrong = (1 - same) * worse < 0.9 ? (1 - same) * worse : 0.9;
            slip *= wrong / (1 - same);
            same = 1 - wrong;
            const double chance = chance_next(&state), second = chance_next(&state), third = chance_next(&state);
            parts[f] = third > pow(there, 2 * worse) ? 0
                       : chance < same               ? ~0u
                       : chance < same + slip        ? after_slip(field, second)
                                                     : 0;
            exchanged[f] = field->swap_field > (int)f && chance_next(&state) < 0.04;
        }
        for (size_t c = 0; c < n; c++) {
            const size_t f = (size_t)components[c].key.field;
            const int swap = rules->fields[f].swap_field;
            bool same = (parts[f] & 1u << components[c].key.part) != 0;
            if (components[c].key.part == PART_BOTH)
                same = (parts[f] & 1u << PART_SOUND) && (parts[swap] & 1u << PART_SOUND);
            else if (swap >= 0 && exchanged[(int)f < swap ? (int)f : swap])
                same = false;
            agree[c][d / 64] |= (uint64_t)same << (d % 64);
        }
    }
}

/* ---- taking rules ---- */

struct candidate {
    uint8_t parts[RULES_KEYS];
    uint8_t n;
    bool counted; /* the chance was counted, not worked out */
    double chance;
    double worth; /* beside the rules that are taken */
};

static bool fits(const struct component *components, const struct rules *rules, const struct candidate *candidate,
                 size_t part)
{
    const struct rules_key *key = &components[part].key;
    for (size_t k = 0; k < candidate->n; k++) {
        const struct rules_key *other = &components[candidate->parts[k]].key;
        const int swap = rules->fields[other->field].swap_field, swap_back = rules->fields[key->field].swap_field;
        if (other->field == key->field || (other->part == PART_BOTH && swap == key->field) ||
            (key->part == PART_BOTH && swap_back == other->field))
            return false;
    }
    return true;
}

static size_t add_candidates(const struct component *components, size_t n_components, const struct rules *rules,
                             double least, struct candidate *candidates)
{
    size_t n = 0;
    for (size_t i = 0; i < n_components && n < MAX_CANDIDATES; i++)
        candidates[n++] =
            (struct candidate){.parts = {(uint8_t)i}, .n = 1, .counted = true, .chance = components[i].chance};
    size_t from = 0, end = n;
    /* One part more, where a rule alone costs too much. */
    for (unsigned size = 2; size <= RULES_KEYS; size++) {
        for (size_t c = from; c < end; c++) {
            const struct candidate base = candidates[c];
            for (size_t i = base.parts[base.n - 1] + 1u; i < n_components && n < MAX_CANDIDATES; i++) {
                if (base.chance < least || !fits(components, rules, &base, i))
                    continue;
                candidates[n] = base;
                candidates[n].parts[candidates[n].n++] = (uint8_t)i;
                candidates[n].chance = base.chance * components[i].chance;
                candidates[n++].counted = false;
            }
        }
        from = end;
        end = n;
    }
    return n;
}

static void name_block(struct rules *rules, struct rules_block *block)
{
    struct strbuf name = {0};
    for (size_t k = 0; k < block->n; k++)
        strbuf_addf(&name, "%s%s:%s", k ? ", " : "", rules->fields[block->keys[k].field].name,
                    rules_part_names[block->keys[k].part]);
    block->name = arena_strdup(&rules->arena, name.len ? name.at : "all pairs");
    strbuf_release(&name);
}

/* What a rule is worth: whom no rule found before counts most, whom one did a little. */
static double worth(const struct candidate *candidate, draws_t *agree, draws_t *covered)
{
    size_t first = 0, second = 0;
    for (size_t w = 0; w < DRAW_WORDS; w++) {
        uint64_t found = agree[candidate->parts[0]][w];
        for (size_t k = 1; k < candidate->n; k++)
            found &= agree[candidate->parts[k]][w];
        first += (size_t)__builtin_popcountll(found & ~covered[0][w]);
        second += (size_t)__builtin_popcountll(found & covered[0][w] & ~covered[1][w]);
    }
    return (double)first + 0.03 * (double)second;
}

static void take(struct rules *rules, const struct component *components, const struct candidate *candidate,
                 draws_t *agree, draws_t *covered)
{
    struct rules_block *block = &rules->blocks[rules->n_blocks++];
    *block = (struct rules_block){.n = candidate->n};
    for (size_t k = 0; k < candidate->n; k++)
        block->keys[k] = components[candidate->parts[k]].key;
    for (size_t w = 0; w < DRAW_WORDS; w++) {
        uint64_t found = agree[candidate->parts[0]][w];
        for (size_t k = 1; k < candidate->n; k++)
            found &= agree[candidate->parts[k]][w];
        covered[1][w] |= covered[0][w] & found;
        covered[0][w] |= found;
    }
    name_block(rules, block);
}

void blocks_choose(struct rules *rules, const struct table *table, const struct component *components,
                   size_t n_components)
{
    const double pairs = table_pairs(table), n = (double)table->n;
    const double budget = fmax(LEAST_PAIRS, PAIRS_EACH * n);
    const double overhead = n / 3 + budget / 60;
    draws_t covered[2] = {{0}};
    if (pairs <= ALL_PAIRS) {
        rules->n_blocks = 1;
        rules->blocks[0] = (struct rules_block){.n = 0};
        name_block(rules, &rules->blocks[0]);
        return;
    }
    draws_t *agree = xcalloc(n_components + 1, sizeof *agree);
    struct candidate *candidates = xcalloc(MAX_CANDIDATES, sizeof *candidates);
    struct key_count *counts = xcalloc(SLOTS, sizeof *counts);
    draw(rules, table, components, n_components, agree);
    const size_t n_candidates = add_candidates(components, n_components, rules, n / 20 / pairs, candidates);
    double left = budget;
    bool taken = true;
    while (rules->n_blocks < MOST_RULES) {
        struct candidate *best = NULL;
        double most = 0;
        for (size_t c = 0; c < n_candidates && taken; c++)
            candidates[c].worth = worth(&candidates[c], agree, covered);
        taken = false;
        for (size_t c = 0; c < n_candidates; c++) {
            const double cost = candidates[c].chance * pairs;
            /* To sort the records is what each costs at least; and what is little of the budget is no reason. */
            if (cost > left || cost > budget / 3)
                continue;
            const double value = candidates[c].worth / (cost + overhead);
            if (value > most) {
                most = value;
                best = &candidates[c];
            }
        }
        if (!best || most * (best->chance * pairs + overhead) < 1)
            break;
        if (!best->counted) {
            struct rules_key keys[RULES_KEYS];
            for (size_t k = 0; k < best->n; k++)
                keys[k] = components[best->parts[k]].key;
            best->chance = fmax(best->chance, sampled_chance(table, rules, keys, best->n, counts));
            best->counted = true;
            continue; /* whether it is still the best */
        }
        left -= best->chance * pairs;
        take(rules, components, best, agree, covered);
        best->chance = 2; /* not again */
        taken = true;
    }
    if (!rules->n_blocks && n_components) { /* all cost too much: the guard against huge blocks parts this one */
        const struct candidate only = {.n = 1};
        take(rules, components, &only, agree, covered);
    }
    free(agree);
    free(candidates);
    free(counts);
}
