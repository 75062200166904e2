/* SPDX-License-Identifier: MIT */
/*
 * find: the register with itself.  People come twice out of the store: first it is seen who is new or has changed since
 * the last run, by a digest of each household; then the engine compares.
 */
#include "match/found.h"

#include <math.h>
#include <stdlib.h>

/* Goes up when the same people would be found otherwise than before: then all are compared anew. */
enum { RULES_VERSION = 1 };

/* ---- who is new or has changed ---- */

/* One pass over everybody beside the digests that are kept. */
struct looking {
    struct match_found *found;
    struct store_stmt *seen;
    bool seen_row;
    struct digest digest;
    alm_id owner; /* whose digest is being made; 0: none */
    size_t from;  /* the first of its people */
};

static enum alm_status finish_home(struct looking *looking, struct alm_error *err)
{
    struct match_found *found = looking->found;
    enum alm_status status = ALM_OK;
    unsigned char bytes[DIGEST_SIZE];
    int64_t digest;
    bool same = false;
    if (!looking->owner)
        return ALM_OK;
    digest_final(&looking->digest, bytes);
    memcpy(&digest, bytes, sizeof digest);
    while (status == ALM_OK && looking->seen_row && store_int(looking->seen, 0) < looking->owner)
        status = store_next(looking->seen, &looking->seen_row, err);
    if (status == ALM_OK && looking->seen_row && store_int(looking->seen, 0) == looking->owner)
        same = store_int(looking->seen, 1) == digest;
    if (same)
        return status;
    for (size_t i = looking->from; i < found->n; i++)
        found->people[i].fresh = true;
    ARRAY_ROOM(found->homes, found->n_homes, found->homes_capacity);
    found->homes[found->n_homes++] = (struct home){looking->owner, digest};
    return status;
}

static void take_person(struct looking *looking, const struct register_known *known)
{
    struct match_found *found = looking->found;
    struct match_trait_texts texts;
    const int64_t ids[] = {known->person, known->survivor, known->household};
    match_traits(&known->traits, &texts);
    digest_add_numbers(&looking->digest, ids, COUNT_OF(ids));
    for (int t = 0; t < MATCH_TRAITS; t++) {
        found->used[t] |= texts.at[t].len > 0;
        digest_add_text(&looking->digest, texts.at[t]);
    }
    ARRAY_ROOM(found->people, found->n, found->capacity);
    found->people[found->n++] = (struct someone){.id = known->survivor,
                                                 .owner = known->home,
                                                 .household = known->household,
                                                 .alias = known->survivor != known->person,
                                                 .national = known->traits.national_id.len > 0};
}

static int compare_by_id(const void *left, const void *right, void *context)
{
    const struct match_found *found = context;
    const alm_id a = found->people[*(const uint32_t *)left].id, b = found->people[*(const uint32_t *)right].id;
    return (a > b) - (a < b);
}

struct someone *found_person(const struct match_found *found, alm_id id)
{
    size_t low = 0, high = found->n_by_id;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (found->people[found->by_id[middle]].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    struct someone *someone = low < found->n_by_id ? &found->people[found->by_id[low]] : NULL;
    return someone && someone->id == id ? someone : NULL;
}

/* An alias is where its survivor is; and where one of them has changed, both are looked at again. */
static void join_aliases(struct match_found *found)
{
    found->by_id = xreallocarray(found->by_id, found->n + 1, sizeof *found->by_id);
    for (size_t i = 0; i < found->n; i++)
        if (!found->people[i].alias)
            found->by_id[found->n_by_id++] = (uint32_t)i;
    qsort_r(found->by_id, found->n_by_id, sizeof *found->by_id, compare_by_id, found);
    for (int turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < found->n; i++) {
            struct someone *alias = &found->people[i], *survivor = alias->alias ? found_person(found, alias->id) : NULL;
            if (!survivor)
                continue;
            alias->owner = survivor->owner;
            survivor->fresh |= alias->fresh;
            alias->fresh |= survivor->fresh;
        }
}

static enum alm_status look_at_all(const struct match_register *of, struct match_found *found, struct alm_error *err)
{
    struct looking looking = {.found = found};
    struct register_people *people = NULL;
    struct register_known known;
    bool more = true;
    enum alm_status status = register_people_open(&people, of->store, of->today, err);
    if (status == ALM_OK)
        status = store_query(of->store, &looking.seen, err, "SELECT owner, digest FROM match_seen ORDER BY owner", "");
    if (status == ALM_OK)
        status = store_next(looking.seen, &looking.seen_row, err);
    while (status == ALM_OK && (status = register_people_next(people, &known, &more, err)) == ALM_OK && more) {
        if (known.home != looking.owner) {
            status = finish_home(&looking, err);
            looking.owner = known.home;
            looking.from = found->n;
            digest_init(&looking.digest, NULL, 0);
        }
        take_person(&looking, &known);
    }
    if (status == ALM_OK)
        status = finish_home(&looking, err);
    if (status == ALM_OK && looking.seen_row)
        store_done(looking.seen);
    register_people_close(people);
    return status;
}

/* By what pairs were found: where it is another than that of the last run, old flags say nothing. */
static enum alm_status same_rules(const struct match_register *of, struct match_found *found, bool *same,
                                  struct alm_error *err)
{
    unsigned traits = 0;
    struct store_stmt *stmt;
    bool row;
    for (int t = 0; t < MATCH_TRAITS; t++)
        traits |= (unsigned)found->used[t] << t;
    snprintf(found->rules, sizeof found->rules, "%d/%.3f/%x", RULES_VERSION, of->possible, traits);
    *same = false;
    enum alm_status status =
        store_query(of->store, &stmt, err, "SELECT rules FROM match_run ORDER BY id DESC LIMIT 1", "");
    if (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        *same = strcmp(store_string(stmt, 0), found->rules) == 0;
        store_done(stmt);
    }
    return status;
}

/* ---- the engine ---- */

struct feeding {
    struct match_found *found;
    struct register_people *people;
    struct match_trait_texts texts;
    struct alm_text headers[MATCH_TRAITS];
    enum match_trait traits[MATCH_TRAITS];
    size_t n_traits;
};

static enum alm_status next_person(void *context, struct alm_text *fields, bool *end, struct alm_error *err)
{
    struct feeding *feeding = context;
    struct register_known known;
    bool more;
    const enum alm_status status = register_people_next(feeding->people, &known, &more, err);
    *end = !more;
    if (status != ALM_OK || !more)
        return status;
    match_traits(&known.traits, &feeding->texts);
    for (size_t i = 0; i < feeding->n_traits; i++)
        fields[i] = feeding->texts.at[feeding->traits[i]];
    return ALM_OK;
}

/* Both are what they were when they were compared last; or they are one already. */
static bool is_settled(const void *context, size_t a, size_t b)
{
    const struct match_found *found = context;
    const struct someone *one = &found->people[a], *other = &found->people[b];
    return (!one->fresh && !other->fresh) || one->id == other->id;
}

static const char *write_why(struct arena *arena, const struct match_explanation *explanation)
{
    struct strbuf text = {0};
    for (size_t i = 0; i < explanation->n; i++) {
        const struct match_explained *row = &explanation->rows[i];
        strbuf_addf(&text, "%s%s:%s:%.2f", i ? " " : "",
                    row->level                ? row->what
                    : i + 1 == explanation->n ? "household"
                                              : "chance",
                    row->level ? row->level : "", row->bits + 0.0);
    }
    const char *why = arena_strdup(arena, text.at);
    strbuf_release(&text);
    return why;
}

struct taking {
    const struct match_register *of;
    struct match_found *found;
    const struct match *match;
};

/* Twins may be alike in all but a letter of their names; but nobody stands in one household under two national IDs,
 * each of which has its check digit. */
static bool are_two(const struct someone *a, const struct someone *b)
{
    return a->household == b->household && a->national && b->national;
}

static void take_pair(void *context, size_t a, size_t b, double probability)
{
    const struct taking *taking = context;
    struct match_found *found = taking->found;
    struct match_explanation explanation;
    if (probability < taking->of->possible || are_two(&found->people[a], &found->people[b]))
        return;
    match_explain_numbers(taking->match, a, b, &explanation);
    /* Among few people anybody may be anybody; but something has to speak for it. */
    if (explanation.weight <= explanation.rows[0].bits) {
        match_explanation_release(&explanation);
        return;
    }
    const struct someone *first = &found->people[a], *second = &found->people[b];
    if (first->id > second->id) {
        const struct someone *other = first;
        first = second;
        second = other;
    }
    ARRAY_ROOM(found->pairs, found->n_pairs, found->pairs_capacity);
    found->pairs[found->n_pairs++] = (struct found){.first = first->id,
                                                    .second = second->id,
                                                    .owner = first->owner,
                                                    .other = second->owner,
                                                    .bits = (int64_t)lround(explanation.weight * 1000),
                                                    .why = write_why(&found->arena, &explanation)};
    match_explanation_release(&explanation);
}

int found_compare(const void *left, const void *right)
{
    const struct found *a = left, *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return (a->second > b->second) - (a->second < b->second);
}

static int likeliest_first(const void *left, const void *right)
{
    const struct found *a = left, *b = right;
    const int order = found_compare(a, b);
    if (order || a->bits != b->bits)
        return order ? order : a->bits > b->bits ? -1 : 1;
    return strcmp(a->why, b->why);
}

/* Of the rows that two persons have, those that are nearest count. */
static void tidy_pairs(struct match_found *found)
{
    size_t kept = 0;
    if (found->n_pairs)
        qsort(found->pairs, found->n_pairs, sizeof *found->pairs, likeliest_first);
    for (size_t i = 0; i < found->n_pairs; i++)
        if (!kept || found_compare(&found->pairs[kept - 1], &found->pairs[i]) != 0)
            found->pairs[kept++] = found->pairs[i];
    found->n_pairs = kept;
}

static enum alm_status compare(const struct match_register *of, struct match_found *found, int threads,
                               struct match_run_counts *counts, struct alm_error *err)
{
    struct feeding feeding = {.found = found};
    struct match *match = NULL;
    struct match_counts engine = {0};
    for (int t = 0; t < MATCH_TRAITS; t++)
        if (found->used[t]) {
            feeding.headers[feeding.n_traits] = text_of(match_trait_headers[t]);
            feeding.traits[feeding.n_traits++] = (enum match_trait)t;
        }
    const struct match_list list = {_("the register"), feeding.headers, feeding.n_traits, next_person, &feeding};
    const struct match_options options = {
        .lists = {&list}, .threshold = of->possible, .threads = threads, .skip = is_settled, .skip_context = found};
    enum alm_status status = register_people_open(&feeding.people, of->store, of->today, err);
    if (status == ALM_OK)
        status = match_run(&match, &options, &engine, err);
    register_people_close(feeding.people);
    if (status != ALM_OK)
        return status;
    counts->candidates = engine.candidates;
    match_pairs(match, take_pair, &(struct taking){of, found, match});
    tidy_pairs(found);
    match_free(match);
    return ALM_OK;
}

enum alm_status match_find(const struct match_register *of, bool all, int threads, struct match_found **out,
                           struct match_run_counts *counts, struct alm_error *err)
{
    struct match_found *found = xcalloc(1, sizeof *found);
    bool same = false;
    *counts = (struct match_run_counts){0};
    enum alm_status status = look_at_all(of, found, err);
    join_aliases(found);
    if (status == ALM_OK)
        status = same_rules(of, found, &same, err);
    found->all = all || !same;
    for (size_t i = 0; i < found->n; i++) {
        found->people[i].fresh |= found->all;
        counts->fresh += found->people[i].fresh && !found->people[i].alias;
    }
    counts->all = found->all;
    counts->persons = (int64_t)found->n_by_id;
    if (status == ALM_OK && counts->fresh && found->n > 1)
        status = compare(of, found, threads, counts, err);
    if (status != ALM_OK) {
        match_found_free(found);
        found = NULL;
    }
    *out = found;
    return status;
}

void match_found_free(struct match_found *found)
{
    if (!found)
        return;
    free(found->people);
    free(found->by_id);
    free(found->homes);
    free(found->pairs);
    arena_release(&found->arena);
    free(found);
}
