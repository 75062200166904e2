/* SPDX-License-Identifier: MIT */
/*
 * merge: somebody decides that two persons are one, or that they are not after all.  Households follow: one is an alias
 * while all who belong to it are aliases of members of one other household.
 */
#include "register/keys.h"
#include <stdlib.h>

/* How often the groups are looked at again, when others merged some of them just now. */
enum { TRIES = 16 };

/* Everyone in the groups of both. */
struct groups {
    alm_id survivor, merged;
    struct register_aliases aliases;
    alm_id *persons;
    size_t n;
};

static void groups_release(struct groups *groups)
{
    register_aliases_release(&groups->aliases);
    free(groups->persons);
    groups->persons = NULL;
}

static enum alm_status groups_read(struct store *store, const struct register_merge *merge, struct groups *groups,
                                   struct alm_error *err)
{
    groups_release(groups);
    groups->n = 2;
    groups->persons = xreallocarray(NULL, 2, sizeof *groups->persons);
    groups->persons[0] = merge->survivor;
    groups->persons[1] = merge->merged;
    enum alm_status status = register_aliases_add(store, &groups->aliases, &groups->persons, &groups->n, err);
    groups->n = register_unique_ids(groups->persons, groups->n);
    groups->survivor = register_survivor(&groups->aliases, merge->survivor);
    groups->merged = register_survivor(&groups->aliases, merge->merged);
    return status;
}

static bool same_persons(const struct groups *a, const struct groups *b)
{
    return a->survivor == b->survivor && a->merged == b->merged && a->n == b->n &&
           memcmp(a->persons, b->persons, a->n * sizeof *a->persons) == 0;
}

static enum alm_status tell(const struct register_gate *gate, const struct groups *groups, bool merged,
                            struct alm_error *err)
{
    if (!gate || !gate->persons_merge)
        return ALM_OK;
    return gate->persons_merge(gate->context, groups->persons, groups->n, merged, err);
}

/*
 * What is read once nothing can be recorded for them any more holds until the end of the transaction.  If the groups
 * have changed until then, all of it is let go and locked anew: whoever took more to what they have could wait in a
 * circle with others.
 */
static enum alm_status groups_lock(struct store *store, const struct register_gate *gate,
                                   const struct register_merge *merge, struct groups *groups, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    bool same = false;
    for (int i = 0; i < TRIES && status == ALM_OK && !same; i++) {
        struct groups seen = {0};
        status = groups_read(store, merge, &seen, err);
        if (status == ALM_OK)
            status = store_savepoint(store, err);
        if (status == ALM_OK)
            status = tell(gate, &seen, false, err);
        if (status == ALM_OK)
            status = groups_read(store, merge, groups, err);
        same = status == ALM_OK && same_persons(&seen, groups);
        if (status == ALM_OK)
            status = store_release(store, same, err);
        groups_release(&seen);
    }
    if (status == ALM_OK && !same)
        status = error_set(err, ALM_AGAIN, _("run it again"), _("somebody else merges the same persons just now"));
    return status;
}

/* ---- where they live ---- */

/* The household that a person (itself) belongs to; 0: none. */
static enum alm_status lives_in(struct store *store, alm_id person, alm_id *household, struct alm_error *err)
{
    enum alm_status status = store_number(store, household, 0, err,
                                          "SELECT p.owner FROM home h "
                                          "JOIN person p ON p.owner = h.owner AND p.id = h.id "
                                          "WHERE h.id = $1 AND p.until IS NULL",
                                          "i", person);
    if (status == ALM_OK && !*household)
        status = store_number(store, household, 0, err,
                              "SELECT household FROM membership WHERE person = $1 AND until IS NULL", "i", person);
    return status;
}

/* ---- rows ---- */

void register_decided_digest(const struct register_decided *decided, uint64_t out[2])
{
    const int64_t numbers[] = {decided->owner, decided->id,    decided->decision, decided->chosen,
                               decided->entry, decided->split, decided->day};
    unsigned char sum[DIGEST_SIZE];
    struct digest digest;
    digest_init(&digest, NULL, 0);
    digest_add_numbers(&digest, numbers, COUNT_OF(numbers));
    digest_add_text(&digest, text_of(decided->who));
    digest_final(&digest, sum);
    for (size_t i = 0; i < 2; i++) {
        /* Little-endian by hand, as of lines. */
        out[i] = 0;
        for (size_t b = 0; b < 8; b++)
            out[i] |= (uint64_t)sum[i * 8 + b] << (8 * b);
    }
}

static void count_decided(const struct register_merge *merge, const struct register_decided *decided)
{
    uint64_t digest[2];
    register_decided_digest(decided, digest);
    merge->entry->digest[0] += digest[0];
    merge->entry->digest[1] += digest[1];
}

static enum alm_status add_alias(struct store *store, alm_id owner, alm_id id, alm_id survivor,
                                 const struct register_merge *merge, struct alm_error *err)
{
    struct register_decided decided = {.owner = owner,
                                       .id = id,
                                       .chosen = survivor,
                                       .entry = merge->entry->id,
                                       .day = merge->day,
                                       .who = store_who(store)};
    enum alm_status status = store_id(store, &decided.decision, err);
    if (status == ALM_OK)
        status = store_run(store, NULL, err,
                           "INSERT INTO alias (owner, id, decision, chosen, survivor, since, who, entry, reason) "
                           "VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8)",
                           "iiiiitit", owner, id, decided.decision, survivor, (int64_t)merge->day, decided.who,
                           decided.entry, merge->reason);
    if (status == ALM_OK)
        count_decided(merge, &decided);
    if (status == ALM_OK)
        status = store_run(store, NULL, err, "UPDATE alias SET survivor = $1 WHERE survivor = $2 AND until IS NULL",
                           "ii", survivor, id);
    return status;
}

/* Those that were merged into `id` have it for their survivor again. */
static enum alm_status take_back(struct store *store, alm_id id, struct alm_error *err)
{
    struct store_stmt *stmt;
    alm_id *ids = NULL;
    size_t n = 0, capacity = 0;
    bool row;
    enum alm_status status = ALM_OK;
    ARRAY_ROOM(ids, n, capacity);
    ids[n++] = id;
    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        status = store_query(store, &stmt, err,
                             "SELECT id FROM alias WHERE survivor = (SELECT a.survivor FROM alias a WHERE a.id = $1 "
                             "AND a.until IS NULL) AND chosen = $2 AND until IS NULL ORDER BY id",
                             "ii", id, ids[i]);
        while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
            ARRAY_ROOM(ids, n, capacity);
            ids[n++] = store_int(stmt, 0);
        }
    }
    if (status == ALM_OK && n > 1)
        status = store_run(store, NULL, err, "UPDATE alias SET survivor = $1 WHERE id = ANY ($2) AND until IS NULL",
                           "iI", id, ids + 1, n - 1);
    free(ids);
    return status;
}

static enum alm_status end_alias(struct store *store, alm_id id, const struct register_merge *merge,
                                 struct alm_error *err)
{
    struct register_decided decided = {
        .id = id, .entry = merge->entry->id, .split = true, .day = merge->day, .who = store_who(store)};
    struct store_stmt *stmt;
    bool row = false;
    enum alm_status status = take_back(store, id, err);
    if (status == ALM_OK)
        status = store_query(store, &stmt, err,
                             "SELECT owner, decision, chosen FROM alias WHERE id = $1 AND until IS NULL", "i", id);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status != ALM_OK || !row)
        return status;
    decided.owner = store_int(stmt, 0);
    decided.decision = store_int(stmt, 1);
    decided.chosen = store_int(stmt, 2);
    store_done(stmt);
    count_decided(merge, &decided);
    return store_run(store, NULL, err,
                     "UPDATE alias SET until = $1, split_by = $2, split_entry = $3, split_reason = $4 "
                     "WHERE owner = $5 AND id = $6 AND decision = $7",
                     "ititiii", (int64_t)merge->day, decided.who, decided.entry, merge->reason, decided.owner, id,
                     decided.decision);
}

/* ---- households ---- */

/* Where all who belong to a household live, as their survivors; 0: some are no aliases, or they live apart. */
static enum alm_status all_live_in(struct store *store, alm_id household, alm_id *other, struct alm_error *err)
{
    static const char sql[] = "SELECT p.id, a.survivor FROM person p "
                              "LEFT JOIN alias a ON a.owner = p.owner AND a.id = p.id AND a.until IS NULL "
                              "WHERE p.owner = $1 AND p.until IS NULL "
                              "UNION ALL "
                              "SELECT m.person, a.survivor FROM membership m "
                              "LEFT JOIN alias a ON a.owner = m.home AND a.id = m.person AND a.until IS NULL "
                              "WHERE m.household = $1 AND m.until IS NULL";
    struct store_stmt *stmt;
    alm_id *survivors = NULL;
    size_t n = 0, capacity = 0;
    bool row, all = true;
    *other = 0;
    enum alm_status status = store_query(store, &stmt, err, sql, "i", household);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        ARRAY_ROOM(survivors, n, capacity);
        survivors[n++] = store_int(stmt, 1);
        all = all && !store_is_null(stmt, 1);
    }
    for (size_t i = 0; i < n && all && status == ALM_OK; i++) {
        alm_id at = 0;
        status = lives_in(store, survivors[i], &at, err);
        if (status == ALM_OK && at)
            status = register_resolve(store, &at, err);
        all = at && at != household && (i == 0 || at == *other);
        *other = at;
    }
    if (!all)
        *other = 0;
    free(survivors);
    return status;
}

/* A household becomes an alias, of another than before, or is one no longer. */
static enum alm_status follow(struct store *store, alm_id household, struct register_merge *merge,
                              struct alm_error *err)
{
    alm_id survivor = household, other = 0;
    enum alm_status status = register_resolve(store, &survivor, err);
    if (status == ALM_OK)
        status = all_live_in(store, household, &other, err);
    if (status != ALM_OK || survivor == (other ? other : household))
        return status;
    merge->household = household;
    if (survivor != household)
        status = end_alias(store, household, merge, err);
    return status == ALM_OK && other ? add_alias(store, household, household, other, merge, err) : status;
}

/* ---- merging ---- */

static enum alm_status check_persons(struct store *store, const struct register_merge *merge,
                                     const struct groups *groups, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row, marked[2] = {false, false};
    size_t n = 0;
    alm_id erased = 0;
    enum alm_status status = store_query(store, &stmt, err,
                                         "SELECT p.id, p.national_id, p.erased FROM home h "
                                         "JOIN person p ON p.owner = h.owner AND p.id = h.id WHERE h.id = ANY ($1)",
                                         "I", groups->persons, groups->n);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const bool side = register_survivor(&groups->aliases, store_int(stmt, 0)) == groups->merged;
        marked[side] = marked[side] || !store_is_null(stmt, 1);
        if (!store_is_null(stmt, 2))
            erased = store_int(stmt, 0);
        n++;
    }
    if (status != ALM_OK)
        return status;
    if (n < groups->n)
        return error_set(err, ALM_BAD_DATA, _("almoner person find looks for them"), _("there is no such person"));
    if (erased)
        return error_set(err, ALM_BAD_DATA, NULL, _("the personal data of person %lld were erased: nobody can tell"),
                         (long long)erased);
    if (marked[0] && marked[1] && !merge->despite_ids)
        return error_set(err, ALM_REFUSED, _("if one of the IDs was found to be wrong, say so: --different-ids"),
                         _("each of the two has a national ID of their own: they are two persons"));
    return ALM_OK;
}

enum alm_status register_person_merge(struct store *store, const struct register_gate *gate,
                                      struct register_merge *merge, struct alm_error *err)
{
    struct groups groups = {0};
    alm_id owner = 0, household = 0;
    merge->household = 0;
    enum alm_status status = groups_lock(store, gate, merge, &groups, err);
    if (status == ALM_OK && merge->survivor == merge->merged)
        status = error_set(err, ALM_USAGE, _("give two persons"), _("that is one and the same person"));
    else if (status == ALM_OK && groups.survivor == groups.merged)
        status = error_set(err, ALM_BAD_DATA, _("almoner person show tells of whom"), _("they are one person already"));
    if (status == ALM_OK)
        status = check_persons(store, merge, &groups, err);
    if (status == ALM_OK)
        status = store_number(store, &owner, 0, err, "SELECT owner FROM home WHERE id = $1", "i", groups.merged);
    if (status == ALM_OK)
        status = add_alias(store, owner, groups.merged, groups.survivor, merge, err);
    /* Those who were merged into them before may have been the last of a household who did not live with the others. */
    for (size_t i = 0; i < groups.n && status == ALM_OK; i++) {
        if (register_survivor(&groups.aliases, groups.persons[i]) != groups.merged)
            continue;
        status = lives_in(store, groups.persons[i], &household, err);
        if (status == ALM_OK && household)
            status = follow(store, household, merge, err);
    }
    if (status == ALM_OK)
        status = tell(gate, &groups, true, err);
    merge->survivor = groups.survivor;
    merge->merged = groups.merged;
    groups_release(&groups);
    return status;
}

/* ---- splitting ---- */

enum alm_status register_person_split(struct store *store, const struct register_gate *gate,
                                      struct register_merge *merge, struct alm_error *err)
{
    enum { HOUSEHOLDS_MAX = 64 };
    struct groups groups = {0};
    alm_id households[HOUSEHOLDS_MAX];
    int64_t erased = ALM_NULL;
    size_t n = 0;
    merge->survivor = merge->merged;
    merge->household = 0;
    enum alm_status status = groups_lock(store, gate, merge, &groups, err);
    if (status == ALM_OK && groups.survivor == merge->merged)
        status = error_set(err, ALM_BAD_DATA, _("almoner person show tells who was merged into them"),
                           _("person %lld was not merged into another"), (long long)merge->merged);
    if (status == ALM_OK)
        status = store_number(store, &erased, ALM_NULL, err,
                              "SELECT p.erased FROM home h JOIN person p ON p.owner = h.owner AND p.id = h.id "
                              "WHERE h.id = $1",
                              "i", merge->merged);
    if (status == ALM_OK && erased != ALM_NULL)
        status = error_set(err, ALM_BAD_DATA, NULL, _("the personal data of person %lld were erased: nobody can tell"),
                           (long long)merge->merged);
    if (status == ALM_OK)
        status = store_number(store, &merge->chosen, 0, err, "SELECT chosen FROM alias WHERE id = $1 AND until IS NULL",
                              "i", merge->merged);
    if (status == ALM_OK)
        status = end_alias(store, merge->merged, merge, err);
    /* By now these are its own, and those of its aliases. */
    if (status == ALM_OK)
        status = register_households_of(store, merge->merged, households, HOUSEHOLDS_MAX, &n, err);
    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        status = follow(store, households[i], merge, err);
    }
    if (status == ALM_OK)
        status = tell(gate, &groups, true, err);
    merge->survivor = groups.survivor;
    groups_release(&groups);
    return status;
}

enum alm_status register_decisions(struct store *store, alm_id survivor, struct register_decision **out, size_t *n,
                                   struct arena *arena, struct alm_error *err)
{
    struct store_stmt *stmt;
    struct register_decision *found = NULL;
    size_t capacity = 0;
    bool row;
    *n = 0;
    enum alm_status status = store_query(store, &stmt, err,
                                         "SELECT id, chosen, since, who, reason FROM alias "
                                         "WHERE survivor = $1 AND until IS NULL ORDER BY decision",
                                         "i", survivor);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const char *reason = store_string(stmt, 4);
        ARRAY_ROOM(found, *n, capacity);
        found[(*n)++] = (struct register_decision){.alias = store_int(stmt, 0),
                                                   .chosen = store_int(stmt, 1),
                                                   .since = (alm_date)store_int(stmt, 2),
                                                   .who = arena_strdup(arena, store_string(stmt, 3)),
                                                   .reason = reason ? arena_strdup(arena, reason) : NULL};
    }
    *out = arena_alloc(arena, (*n + 1) * sizeof **out);
    if (*n)
        memcpy(*out, found, *n * sizeof *found);
    free(found);
    return status;
}
