/* SPDX-License-Identifier: MIT */
/*
 * Households with everyone who ever belonged to them, aliases under their survivors' ids: some set-based queries,
 * whatever the number of households; by their ids, or all from one id on, which is read in the order in which they are
 * kept.
 */
#include "register/keys.h"
#include <stdlib.h>

static int compare_households(const void *left, const void *right)
{
    return register_compare_ids(&((const struct register_household *)left)->id,
                                &((const struct register_household *)right)->id);
}

const struct register_household *register_members_find(const struct register_members *members, alm_id household)
{
    if (!members->n_households)
        return NULL;
    struct register_household key = {.id = household};
    return bsearch(&key, members->households, members->n_households, sizeof key, compare_households);
}

static alm_date date_or_none(struct store_stmt *stmt, int i)
{
    int64_t day = store_int(stmt, i);
    return day == ALM_NULL ? ALM_NO_DATE : (alm_date)day;
}

/* What a member is, from eight columns that begin at `i`: relation, birth_date, sex, school_grade, criteria, since,
 * until, elsewhere. */
static void fill_member(struct register_members *to, struct register_member *member, struct store_stmt *stmt, int i)
{
    member->member.relation = (uint32_t)store_int(stmt, i);
    member->member.birth_date = date_or_none(stmt, i + 1);
    struct alm_text sex = store_text(stmt, i + 2);
    member->member.sex = sex.at && sex.len ? sex.at[0] : 0;
    int64_t grade = store_int(stmt, i + 3);
    member->member.school_grade = grade == ALM_NULL ? -1 : (int32_t)grade;
    struct alm_text criteria = store_text(stmt, i + 4);
    member->member.criteria = criteria.len ? arena_strndup(&to->arena, criteria.at, criteria.len) : "";
    member->since = date_or_none(stmt, i + 5);
    member->until = date_or_none(stmt, i + 6);
    member->elsewhere = store_int(stmt, i + 7) != ALM_NULL;
}

/* Which households are wanted: those of the ids, ascending; or with `range` all from the first to the last of them. */
struct wanted {
    const alm_id *ids;
    size_t n;
    bool range;
};

/* The same query for both ways: $1 are the ids, or $1 and $2 the ends. */
#define WANTED_SQL(before, column, after)                                                                              \
    {                                                                                                                  \
        before "WHERE " column " = ANY ($1) " after, before "WHERE " column " BETWEEN $1 AND $2 " after                \
    }
static enum alm_status query_wanted(struct store *store, struct store_stmt **stmt, struct alm_error *err,
                                    const char *const sql[2], const struct wanted *wanted)
{
    if (wanted->range)
        return store_query(store, stmt, err, sql[1], "ii", wanted->ids[0], wanted->ids[wanted->n - 1]);
    return store_query(store, stmt, err, sql[0], "I", wanted->ids, wanted->n);
}

/* Those who came from another household, in the order of household; few. */
static enum alm_status read_moved(struct store *store, struct register_members *to, const struct wanted *wanted,
                                  struct register_member **moved, alm_id **into, size_t *n_moved, struct alm_error *err)
{
    static const char *const sql[] =
        WANTED_SQL("SELECT m.household, m.person, m.home, p.relation, p.birth_date, p.sex, p.school_grade, "
                   "p.criteria, m.since, m.until, p.elsewhere "
                   "FROM membership m "
                   "JOIN person p ON p.owner = m.home AND p.id = m.person ",
                   "m.household", "ORDER BY m.household, m.person, m.since");
    struct store_stmt *stmt;
    bool row;
    size_t capacity = 0, into_capacity = 0;
    enum alm_status status = query_wanted(store, &stmt, err, sql, wanted);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        ARRAY_ROOM(*moved, *n_moved, capacity);
        ARRAY_ROOM(*into, *n_moved, into_capacity);
        struct register_member *member = &(*moved)[*n_moved];
        *member = (struct register_member){.member.id = store_int(stmt, 1), .home = store_int(stmt, 2)};
        (*into)[(*n_moved)++] = store_int(stmt, 0);
        fill_member(to, member, stmt, 3);
    }
    return status;
}

static void add_member(struct register_members *to, struct register_household *household,
                       const struct register_member *member)
{
    ARRAY_ROOM(to->members, to->n_members, to->members_capacity);
    to->members[to->n_members++] = *member;
    household->n++;
}

/* Add the members of the households from number `first` on; both come in the order of the household. */
static enum alm_status read_persons(struct store *store, struct register_members *to, size_t first,
                                    const struct wanted *wanted, const struct register_member *moved,
                                    const alm_id *into, size_t n_moved, struct alm_error *err)
{
    static const char *const sql[] =
        WANTED_SQL("SELECT owner, id, relation, birth_date, sex, school_grade, criteria, since, until, elsewhere "
                   "FROM person ",
                   "owner", "ORDER BY owner, id");
    struct store_stmt *stmt;
    bool row = true;
    size_t m = 0, h = first;
    enum alm_status status = query_wanted(store, &stmt, err, sql, wanted);
    if (status != ALM_OK || h == to->n_households) {
        if (status == ALM_OK)
            store_done(stmt);
        return status;
    }
    to->households[h].first = to->n_members;
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK) {
        alm_id owner = row ? store_int(stmt, 0) : INT64_MAX;
        /* Close the households before this one. */
        while (h < to->n_households && to->households[h].id < owner) {
            while (m < n_moved && into[m] < to->households[h].id)
                m++;
            for (; m < n_moved && into[m] == to->households[h].id; m++)
                add_member(to, &to->households[h], &moved[m]);
            if (++h < to->n_households)
                to->households[h].first = to->n_members;
        }
        if (!row)
            break;
        if (h == to->n_households || to->households[h].id != owner)
            continue;
        struct register_member member = {.member.id = store_int(stmt, 1), .home = owner};
        fill_member(to, &member, stmt, 2);
        add_member(to, &to->households[h], &member);
    }
    return status;
}

/* Members from number `first` on who are aliases go by the name of their survivor, up to the day on which they became
 * one. */
static enum alm_status resolve_members(struct store *store, struct register_members *to, size_t first,
                                       struct alm_error *err)
{
    struct register_aliases aliases = {0};
    const size_t n = to->n_members - first;
    if (to->no_aliases)
        return ALM_OK;
    alm_id *ids = xreallocarray(NULL, n + 1, sizeof *ids);
    for (size_t i = 0; i < n; i++)
        ids[i] = to->members[first + i].member.id;
    enum alm_status status = register_aliases_read(store, &aliases, ids, n, err);
    for (size_t i = first; status == ALM_OK && aliases.n && i < to->n_members; i++) {
        struct register_member *member = &to->members[i];
        const struct register_alias *alias = register_alias_of(&aliases, member->member.id);
        member->aliased = alias || register_has_aliases(&aliases, member->member.id);
        if (!alias)
            continue;
        member->alias = alias->id;
        member->member.id = alias->survivor;
        if (member->until == ALM_NO_DATE || alias->since < member->until)
            member->until = alias->since;
    }
    register_aliases_release(&aliases);
    free(ids);
    return status;
}

static void household_of_row(struct register_members *to, struct store_stmt *stmt)
{
    ARRAY_ROOM(to->households, to->n_households, to->households_capacity);
    int64_t area = store_int(stmt, 1), base = store_int(stmt, 2);
    to->households[to->n_households++] = (struct register_household){.id = store_int(stmt, 0),
                                                                     .area = area == ALM_NULL ? 0 : area,
                                                                     .base = base == ALM_NULL ? 0 : base,
                                                                     .first = to->n_members};
}

/* The members of the households from number `first` on. */
static enum alm_status read_members(struct store *store, struct register_members *to, size_t first,
                                    const struct wanted *wanted, struct alm_error *err)
{
    struct register_member *moved = NULL;
    alm_id *into = NULL;
    size_t n_moved = 0;
    const size_t first_member = to->n_members;
    enum alm_status status = read_moved(store, to, wanted, &moved, &into, &n_moved, err);
    if (status == ALM_OK)
        status = read_persons(store, to, first, wanted, moved, into, n_moved, err);
    if (status == ALM_OK)
        status = resolve_members(store, to, first_member, err);
    free(moved);
    free(into);
    return status;
}

enum alm_status register_members_read(struct store *store, struct register_members *to, const alm_id *ids, size_t n,
                                      struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    size_t n_wanted = 0;
    alm_id *missing = xreallocarray(NULL, n + 1, sizeof *missing);
    for (size_t i = 0; i < n; i++)
        if (!register_members_find(to, ids[i]))
            missing[n_wanted++] = ids[i];
    if (!n_wanted)
        goto out;

    const struct wanted wanted = {missing, n_wanted, false};
    size_t first = to->n_households;
    struct store_stmt *stmt;
    bool row;
    status = store_query(store, &stmt, err, "SELECT id, area, base FROM household WHERE id = ANY ($1) ORDER BY id", "I",
                         missing, n_wanted);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
        household_of_row(to, stmt);
    if (status == ALM_OK)
        status = read_members(store, to, first, &wanted, err);
    if (first > 0 && to->n_households > first)
        qsort(to->households, to->n_households, sizeof *to->households, compare_households);
out:
    free(missing);
    return status;
}

enum alm_status register_members_walk(struct store *store, struct register_members *to, alm_id after,
                                      const alm_id *areas, size_t n_areas, size_t most, struct alm_error *err)
{
    static const char all[] = "SELECT id, area, base, code FROM household WHERE id > $1 ORDER BY id LIMIT $2";
    static const char some[] = "SELECT id, area, base, code FROM household WHERE id > $1 AND area = ANY ($3) "
                               "ORDER BY id LIMIT $2";
    struct store_stmt *stmt;
    bool row;
    register_members_reset(to);
    enum alm_status status = areas ? store_query(store, &stmt, err, some, "iiI", after, (int64_t)most, areas, n_areas)
                                   : store_query(store, &stmt, err, all, "ii", after, (int64_t)most);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        household_of_row(to, stmt);
        to->households[to->n_households - 1].code = arena_strdup(&to->arena, store_string(stmt, 3));
    }
    if (status != ALM_OK || !to->n_households)
        return status;
    alm_id *ids = xreallocarray(NULL, to->n_households, sizeof *ids);
    for (size_t i = 0; i < to->n_households; i++)
        ids[i] = to->households[i].id;
    const struct wanted wanted = {ids, to->n_households, !areas};
    status = read_members(store, to, 0, &wanted, err);
    free(ids);
    return status;
}

void register_members_reset(struct register_members *members)
{
    arena_reset(&members->arena);
    members->n_households = 0;
    members->n_members = 0;
    members->no_aliases = false;
}

void register_members_release(struct register_members *members)
{
    arena_release(&members->arena);
    free(members->households);
    free(members->members);
    *members = (struct register_members){0};
}

bool register_member_on(const struct register_member *member, alm_date day)
{
    if (member->since != ALM_NO_DATE && day < member->since)
        return false;
    if (member->until != ALM_NO_DATE && day >= member->until)
        return false;
    return member->member.birth_date == ALM_NO_DATE || member->member.birth_date <= day;
}

enum alm_status register_person_elsewhere(struct store *store, const alm_id *homes, size_t n_homes,
                                          const alm_id *persons, size_t n_persons, struct alm_error *err)
{
    return store_run(store, NULL, err, "UPDATE person SET elsewhere = 1 WHERE owner = ANY ($1) AND id = ANY ($2)", "II",
                     homes, n_homes, persons, n_persons);
}

static void add_household(alm_id *ids, size_t max, size_t *n, alm_id household)
{
    for (size_t i = 0; i < *n; i++)
        if (ids[i] == household)
            return;
    if (*n < max)
        ids[(*n)++] = household;
}

enum alm_status register_households_of(struct store *store, alm_id person, alm_id *ids, size_t max, size_t *n,
                                       struct alm_error *err)
{
    struct register_aliases aliases = {0};
    struct store_stmt *stmt;
    bool row;
    *n = 0;
    enum alm_status status = register_aliases_read(store, &aliases, &person, 1, err);
    const alm_id survivor = register_survivor(&aliases, person);
    for (size_t who = 0; status == ALM_OK && who <= aliases.n; who++) {
        const alm_id id = who ? aliases.at[who - 1].id : survivor;
        /* Oldest first: the household that registered them, then where they moved. */
        status = store_query(store, &stmt, err, "SELECT owner FROM home WHERE id = $1", "i", id);
        while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
            add_household(ids, max, n, store_int(stmt, 0));
        if (status == ALM_OK)
            status =
                store_query(store, &stmt, err,
                            "SELECT household FROM membership WHERE person = $1 ORDER BY since, household", "i", id);
        while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
            add_household(ids, max, n, store_int(stmt, 0));
    }
    register_aliases_release(&aliases);
    return status;
}
