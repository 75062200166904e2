/* SPDX-License-Identifier: MIT */
/*
 * run: the register with itself.  People come twice out of the store: first it is seen who is new or has changed since
 * the last run, by a digest of each household; then the engine compares.  What it finds is kept as flags, in the order
 * of the pairs, so that they meet the flags that stand and the decisions.
 */
#include "match/match.h"

#include <math.h>
#include <stdlib.h>

/* Goes up when the same people would be found otherwise than before: then all are compared anew. */
enum { RULES_VERSION = 1 };

/* A row of the register; of an alias it counts for the survivor, and who finds the one has found the other. */
struct someone {
    alm_id id, owner; /* the person, and the owner of their own row */
    bool alias;
    bool fresh;
};
struct home {
    alm_id owner;
    int64_t digest;
};
struct found {
    alm_id first, second, owner, other;
    int64_t bits;
    const char *why;
    bool both_there; /* neither is gone by the time that it is written */
};
struct match_found {
    struct arena arena;
    struct someone *people; /* in the engine's order, which is that of owners */
    size_t n, capacity;
    uint32_t *by_id; /* numbers of people, without aliases, in the order of their ids */
    size_t n_by_id;
    struct home *homes; /* that are to be written: new ones, and those that have changed */
    size_t n_homes, homes_capacity;
    struct found *pairs; /* by first and second */
    size_t n_pairs, pairs_capacity;
    bool used[MATCH_TRAITS]; /* somebody has it */
    bool all;
    char rules[64];
};

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
    found->people[found->n++] =
        (struct someone){.id = known->survivor, .owner = known->home, .alias = known->survivor != known->person};
}

static int compare_by_id(const void *left, const void *right, void *context)
{
    const struct match_found *found = context;
    const alm_id a = found->people[*(const uint32_t *)left].id, b = found->people[*(const uint32_t *)right].id;
    return (a > b) - (a < b);
}

/* NULL: there was no such person when the people were read. */
static struct someone *find_person(const struct match_found *found, alm_id id)
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
            struct someone *alias = &found->people[i], *survivor = alias->alias ? find_person(found, alias->id) : NULL;
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

static void take_pair(void *context, size_t a, size_t b, double probability)
{
    const struct taking *taking = context;
    struct match_found *found = taking->found;
    struct match_explanation explanation;
    if (probability < taking->of->possible)
        return;
    match_explain_numbers(taking->match, a, b, &explanation);
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

static int compare_found(const void *left, const void *right)
{
    const struct found *a = left, *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return (a->second > b->second) - (a->second < b->second);
}

static int likeliest_first(const void *left, const void *right)
{
    const struct found *a = left, *b = right;
    const int order = compare_found(a, b);
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
        if (!kept || compare_found(&found->pairs[kept - 1], &found->pairs[i]) != 0)
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

/* ---- what is kept of it ---- */

static int compare_ids(const void *left, const void *right)
{
    const alm_id a = *(const alm_id *)left, b = *(const alm_id *)right;
    return (a > b) - (a < b);
}

/* Of those who were found, some may have gone since. */
static enum alm_status check_there(const struct match_register *of, struct match_found *found, struct alm_error *err)
{
    enum { AT_ONCE = 500 };
    enum alm_status status = ALM_OK;
    for (size_t from = 0; status == ALM_OK && from < found->n_pairs; from += AT_ONCE) {
        const size_t n = found->n_pairs - from < AT_ONCE ? found->n_pairs - from : AT_ONCE;
        alm_id owners[2 * AT_ONCE], ids[2 * AT_ONCE], there[2 * AT_ONCE];
        size_t n_there = 0;
        for (size_t i = 0; i < n; i++) {
            struct found *pair = &found->pairs[from + i];
            owners[2 * i] = pair->owner;
            owners[2 * i + 1] = pair->other;
            ids[2 * i] = pair->first;
            ids[2 * i + 1] = pair->second;
        }
        status = register_persons_there(of->store, owners, ids, 2 * n, there, &n_there, err);
        for (size_t i = 0; i < n; i++) {
            struct found *pair = &found->pairs[from + i];
            pair->both_there = n_there && bsearch(&pair->first, there, n_there, sizeof *there, compare_ids) &&
                               bsearch(&pair->second, there, n_there, sizeof *there, compare_ids);
        }
    }
    return status;
}

/* What was decided last on each pair, by the order of the pairs.  They are as many as people took the time for. */
struct decided {
    alm_id first, second;
    alm_time at;
    int64_t n;
    enum match_decision decision;
};
struct decisions {
    struct decided *at;
    size_t n, capacity;
};

static int compare_decided(const void *left, const void *right)
{
    const struct decided *a = left, *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    if (a->second != b->second)
        return a->second < b->second ? -1 : 1;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return (a->n > b->n) - (a->n < b->n);
}

/* What was decided on somebody who was merged since holds for who they are now. */
static enum alm_status read_decisions(const struct match_register *of, struct decisions *decisions,
                                      struct alm_error *err)
{
    struct register_aliases aliases = {0};
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = register_aliases_read(of->store, &aliases, NULL, 0, err);
    if (status == ALM_OK)
        status = store_query(of->store, &stmt, err, "SELECT first, second, at, n, decision FROM match_decision", "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const alm_id a = register_survivor(&aliases, store_int(stmt, 0)),
                     b = register_survivor(&aliases, store_int(stmt, 1));
        ARRAY_ROOM(decisions->at, decisions->n, decisions->capacity);
        decisions->at[decisions->n++] = (struct decided){.first = a < b ? a : b,
                                                         .second = a < b ? b : a,
                                                         .at = store_int(stmt, 2),
                                                         .n = store_int(stmt, 3),
                                                         .decision = (enum match_decision)store_int(stmt, 4)};
    }
    if (decisions->n)
        qsort(decisions->at, decisions->n, sizeof *decisions->at, compare_decided);
    register_aliases_release(&aliases);
    return status;
}

static enum match_decision find_decision(const struct decisions *decisions, const struct found *pair)
{
    size_t low = 0, high = decisions->n;
    while (low < high) { /* the first one after all of the pair */
        const size_t middle = low + (high - low) / 2;
        const struct decided *at = &decisions->at[middle];
        if (at->first < pair->first || (at->first == pair->first && at->second <= pair->second))
            low = middle + 1;
        else
            high = middle;
    }
    const struct decided *last = low ? &decisions->at[low - 1] : NULL;
    return last && last->first == pair->first && last->second == pair->second ? last->decision : MATCH_UNDECIDED;
}

/* Flags that stand, beside what was found. */
struct keeping {
    const struct match_register *of;
    struct match_found *found;
    struct match_run_counts *counts;
    struct store_bulk *bulk;
    struct found *stale;
    size_t n_stale, stale_capacity;
};

static void add_flag(struct keeping *keeping, const struct found *pair, bool unsure)
{
    const int64_t numbers[] = {pair->owner, pair->first, pair->second, pair->other, pair->bits, unsure};
    store_bulk_ints(keeping->bulk, numbers, COUNT_OF(numbers));
    store_bulk_text(keeping->bulk, 6, text_of(pair->why));
    store_bulk_text(keeping->bulk, 7, text_of(keeping->found->rules));
}

static void add_stale(struct keeping *keeping, const struct found *pair)
{
    ARRAY_ROOM(keeping->stale, keeping->n_stale, keeping->stale_capacity);
    keeping->stale[keeping->n_stale++] = *pair;
    keeping->counts->cleared++;
}

/* A flag that was not found again stands while nobody asked about it; that somebody was unsure is for people to mend.
 */
static bool is_stale(const struct keeping *keeping, const struct found *flag, bool unsure)
{
    const struct someone *first = find_person(keeping->found, flag->first),
                         *second = find_person(keeping->found, flag->second);
    return !first || !second || (!unsure && (first->fresh || second->fresh));
}

static void keep_pair(struct keeping *keeping, const struct found *pair, struct store_stmt *flag,
                      const struct decisions *decisions)
{
    const enum match_decision decision = find_decision(decisions, pair);
    const bool over = decision == MATCH_SAME || decision == MATCH_DIFFERENT, unsure = decision == MATCH_NOT_SURE;
    keeping->counts->decided += over;
    if (over || !pair->both_there) {
        if (flag)
            add_stale(keeping, pair);
    } else if (!flag) {
        keeping->counts->added++;
        add_flag(keeping, pair, unsure);
    } else if (store_int(flag, 3) != pair->bits || store_int(flag, 4) != unsure ||
               strcmp(store_string(flag, 5), pair->why) != 0 ||
               strcmp(store_string(flag, 6), keeping->found->rules) != 0) {
        keeping->counts->changed++;
        add_flag(keeping, pair, unsure);
    }
}

static enum alm_status meet_flags(struct keeping *keeping, struct alm_error *err)
{
    const struct match_found *found = keeping->found;
    struct decisions decisions = {.n = 0};
    struct store_stmt *flags = NULL;
    size_t at = 0;
    bool row = false;
    enum alm_status status = read_decisions(keeping->of, &decisions, err);
    if (status == ALM_OK)
        status = store_query(keeping->of->store, &flags, err,
                             "SELECT first, second, owner, bits, unsure, why, rules FROM match_flag "
                             "ORDER BY first, second, owner",
                             "");
    if (status == ALM_OK)
        status = store_next(flags, &row, err);
    while (status == ALM_OK && (row || at < found->n_pairs)) {
        struct found flag = {0};
        int order = -1;
        if (row)
            flag = (struct found){
                .first = store_int(flags, 0), .second = store_int(flags, 1), .owner = store_int(flags, 2)};
        if (row)
            order = at < found->n_pairs ? compare_found(&found->pairs[at], &flag) : 1;
        if (order > 0) {
            if (is_stale(keeping, &flag, store_int(flags, 4) != 0))
                add_stale(keeping, &flag);
        } else {
            keep_pair(keeping, &found->pairs[at++], order == 0 ? flags : NULL, &decisions);
        }
        if (status == ALM_OK && order >= 0)
            status = store_next(flags, &row, err);
    }
    free(decisions.at);
    return status;
}

static enum alm_status clear_stale(const struct keeping *keeping, struct alm_error *err)
{
    struct store *store = keeping->of->store;
    enum alm_status status = store_defer(store, true, err);
    for (size_t i = 0; i < keeping->n_stale && status == ALM_OK; i++)
        status = store_run(store, NULL, err, "DELETE FROM match_flag WHERE owner = $1 AND first = $2 AND second = $3",
                           "iii", keeping->stale[i].owner, keeping->stale[i].first, keeping->stale[i].second);
    return status == ALM_OK ? store_defer(store, false, err) : status;
}

static enum alm_status write_homes(const struct match_register *of, const struct match_found *found,
                                   struct alm_error *err)
{
    static const struct store_bulk_spec specs[] = {{"owner", ALM_BULK_KEY, false}, {"digest", ALM_BULK_SET, false}};
    struct store_bulk *bulk = store_bulk_new(of->store, "match_seen", ALM_BULK_MERGE, specs, COUNT_OF(specs));
    for (size_t i = 0; i < found->n_homes; i++) {
        const int64_t numbers[] = {found->homes[i].owner, found->homes[i].digest};
        store_bulk_ints(bulk, numbers, COUNT_OF(numbers));
    }
    const enum alm_status status = store_bulk_flush(bulk, 1, NULL, err);
    store_bulk_free(bulk);
    return status;
}

enum alm_status match_standing(const struct match_register *of, struct match_run_counts *counts, struct alm_error *err)
{
    static const char sql[] =
        "SELECT COUNT(*), CAST(COALESCE(SUM(unsure), 0) AS BIGINT), "
        "CAST(COALESCE(SUM(CASE WHEN unsure = 0 AND bits >= $1 THEN 1 ELSE 0 END), 0) AS BIGINT) FROM match_flag";
    const int64_t certain = (int64_t)lround(1000 * log2(of->certain / (1 - of->certain)));
    struct store_stmt *stmt;
    bool row = false;
    enum alm_status status = store_query(of->store, &stmt, err, sql, "i", certain);
    if (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        counts->unsure = store_int(stmt, 1);
        counts->certain = store_int(stmt, 2);
        counts->doubtful = store_int(stmt, 0) - counts->unsure - counts->certain;
        store_done(stmt);
    }
    return status;
}

static enum alm_status write_run(const struct match_register *of, const struct match_found *found,
                                 const struct match_run_counts *counts, struct alm_error *err)
{
    alm_id id;
    const enum alm_status status = store_id(of->store, &id, err);
    if (status != ALM_OK)
        return status;
    return store_run(
        of->store, NULL, err,
        "INSERT INTO match_run (id, at, rules, persons, compared, flagged) VALUES ($1, $2, $3, $4, $5, $6)", "iitiii",
        id, (int64_t)store_clock(of->store), found->rules, counts->persons, counts->fresh,
        counts->certain + counts->doubtful + counts->unsure);
}

enum alm_status match_keep(const struct match_register *of, struct match_found *found, struct match_run_counts *counts,
                           struct alm_error *err)
{
    static const struct store_bulk_spec specs[] = {{"owner", ALM_BULK_KEY, false},  {"first", ALM_BULK_KEY, false},
                                                   {"second", ALM_BULK_KEY, false}, {"other", ALM_BULK_SET, false},
                                                   {"bits", ALM_BULK_SET, false},   {"unsure", ALM_BULK_SET, false},
                                                   {"why", ALM_BULK_SET, true},     {"rules", ALM_BULK_SET, true}};
    struct keeping keeping = {.of = of, .found = found, .counts = counts};
    counts->added = counts->changed = counts->cleared = counts->decided = 0;
    keeping.bulk = store_bulk_new(of->store, "match_flag", ALM_BULK_MERGE, specs, COUNT_OF(specs));
    enum alm_status status = check_there(of, found, err);
    if (status == ALM_OK)
        status = meet_flags(&keeping, err);
    if (status == ALM_OK)
        status = clear_stale(&keeping, err);
    if (status == ALM_OK)
        status = store_bulk_flush(keeping.bulk, 3, NULL, err);
    if (status == ALM_OK)
        status = write_homes(of, found, err);
    if (status == ALM_OK)
        status = match_standing(of, counts, err);
    if (status == ALM_OK)
        status = write_run(of, found, counts, err);
    store_bulk_free(keeping.bulk);
    free(keeping.stale);
    return status;
}
