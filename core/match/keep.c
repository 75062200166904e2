/* SPDX-License-Identifier: MIT */
/* keep: what a run found meets the flags that stand and what was decided; what stands no more goes. */
#include "match/found.h"

#include <math.h>
#include <stdlib.h>

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

static bool is_over(enum match_decision decision)
{
    return decision == MATCH_SAME || decision == MATCH_DIFFERENT;
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
    const struct someone *first = found_person(keeping->found, flag->first),
                         *second = found_person(keeping->found, flag->second);
    return !first || !second || (!unsure && (first->fresh || second->fresh));
}

static void keep_pair(struct keeping *keeping, const struct found *pair, struct store_stmt *flag,
                      const struct decisions *decisions)
{
    const enum match_decision decision = find_decision(decisions, pair);
    const bool over = is_over(decision), unsure = decision == MATCH_NOT_SURE;
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
            order = at < found->n_pairs ? found_compare(&found->pairs[at], &flag) : 1;
        if (order > 0) {
            /* Somebody may have decided while a run before this one wrote. */
            if (is_stale(keeping, &flag, store_int(flags, 4) != 0) || is_over(find_decision(&decisions, &flag)))
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
