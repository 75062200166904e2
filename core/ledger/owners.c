/* SPDX-License-Identifier: MIT */
/*
 * owners: whom the offers are for.  Each gets its owner, the household or place that the line will stand under; owners
 * are locked in the order of their ids, those of all aliases with them, and then their members are read.
 */
#include "ledger/chunk.h"
#include "ledger/recount.h"

#include <stdlib.h>

/* ---- ids ---- */

struct id_list {
    alm_id *at;
    size_t n, capacity;
};

static int compare_ids(const void *left, const void *right)
{
    alm_id a = *(const alm_id *)left, b = *(const alm_id *)right;
    return (a > b) - (a < b);
}

static void ids_add(struct id_list *ids, alm_id id)
{
    /* Lists are often sorted by household: most repeats go here. */
    if (!id || (ids->n && ids->at[ids->n - 1] == id))
        return;
    ARRAY_ROOM(ids->at, ids->n, ids->capacity);
    ids->at[ids->n++] = id;
}

/* Ascending and unique. */
static void ids_tidy(struct ledger_chunk *chunk, struct id_list *ids)
{
    if (ids->n <= chunk->n) {
        for (size_t i = 0; i < ids->n; i++)
            chunk->pairs[i].key = (uint64_t)ids->at[i];
        chunk_sort(chunk->pairs, chunk->scratch, ids->n);
        for (size_t i = 0; i < ids->n; i++)
            ids->at[i] = (alm_id)chunk->pairs[i].key;
    } else {
        qsort(ids->at, ids->n, sizeof *ids->at, compare_ids);
    }
    size_t kept = 0;
    for (size_t i = 0; i < ids->n; i++)
        if (!kept || ids->at[kept - 1] != ids->at[i])
            ids->at[kept++] = ids->at[i];
    ids->n = kept;
}

static enum alm_status lock_owners(struct ledger_chunk *chunk, const struct id_list *ids, struct alm_error *err)
{
    return chunk->flags & LEDGER_RUN_ASK ? ALM_OK : recount_lock(chunk->ledger, ids->at, ids->n, err);
}

static enum alm_status read_households(struct ledger_chunk *chunk, struct id_list *ids, struct alm_error *err)
{
    ids_tidy(chunk, ids);
    enum alm_status status = lock_owners(chunk, ids, err);
    if (status == ALM_OK)
        status = register_members_read(chunk->ledger->services.store, &chunk->members, ids->at, ids->n, err);
    return status;
}

/* ---- persons ---- */

struct person_home {
    alm_id person, home;
    uint32_t moved; /* one more */
};

struct persons {
    struct person_home *at; /* ascending */
    size_t n, capacity;
};

static struct person_home *person_find(const struct persons *persons, alm_id id)
{
    return persons->n ? bsearch(&id, persons->at, persons->n, sizeof *persons->at, compare_ids) : NULL;
}

static const struct register_member *member_find(struct ledger_chunk *chunk, alm_id household, alm_id person,
                                                 alm_date date)
{
    const struct register_household *at = register_members_find(&chunk->members, household);
    for (size_t i = 0; at && i < at->n; i++) {
        const struct register_member *member = &chunk->members.members[at->first + i];
        if (member->member.id == person && (date == ALM_NO_DATE || register_member_on(member, date)))
            return member;
    }
    return NULL;
}

/* The homes of all persons that are named: their households are added to `ids`. */
static enum alm_status read_homes(struct ledger_chunk *chunk, struct persons *persons, struct id_list *ids,
                                  struct id_list *named, struct alm_error *err)
{
    struct store_stmt *stmt;
    enum alm_status status = ALM_OK;
    bool row;
    persons->n = named->n = 0;
    for (size_t i = 0; i < chunk->n; i++)
        if (chunk->rows[i].state != ROW_OUT) {
            ids_add(named, chunk->offers[i].person);
            ids_add(named, chunk->offers[i].partner);
        }
    ids_tidy(chunk, named);
    if (named->n)
        status = store_query(chunk->ledger->services.store, &stmt, err,
                             "SELECT id, owner FROM home WHERE id = ANY ($1) ORDER BY id", "I", named->at, named->n);
    while (named->n && status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        ARRAY_ROOM(persons->at, persons->n, persons->capacity);
        persons->at[persons->n++] = (struct person_home){.person = store_int(stmt, 0), .home = store_int(stmt, 1)};
        ids_add(ids, store_int(stmt, 1));
    }
    return status;
}

/* ---- aliases ---- */

/* Household groups, of which one is among the ids. */
static enum alm_status add_groups(struct ledger_chunk *chunk, struct id_list *ids, struct alm_error *err)
{
    enum alm_status status =
        register_aliases_add(chunk->ledger->services.store, &chunk->aliases, &ids->at, &ids->n, err);
    ids->capacity = ids->n > ids->capacity ? ids->n : ids->capacity;
    return status;
}

/*
 * Offers to aliases become offers to their survivors.  The owners of whom they name are locked by now, and whoever
 * merges or splits these waits for that: what is read holds.  *any: there are aliases among them or theirs.
 */
static enum alm_status resolve_offers(struct ledger_chunk *chunk, const struct id_list *ids,
                                      const struct id_list *named, bool *any, struct alm_error *err)
{
    struct store *store = chunk->ledger->services.store;
    enum alm_status status = register_aliases_exist(store, any, err);
    chunk->members.no_aliases = !*any;
    if (status != ALM_OK || !*any)
        return status;
    status = register_aliases_read(store, &chunk->aliases, ids->at, ids->n, err);
    if (status == ALM_OK && named->n)
        status = register_aliases_read(store, &chunk->aliases, named->at, named->n, err);
    *any = chunk->aliases.n > 0;
    if (status != ALM_OK || !*any)
        return status;
    struct ledger_offer *offers = arena_alloc(&chunk->arena, chunk->n * sizeof *offers);
    memcpy(offers, chunk->offered, chunk->n * sizeof *offers);
    for (size_t i = 0; i < chunk->n; i++) {
        offers[i].household = register_survivor(&chunk->aliases, offers[i].household);
        offers[i].person = register_survivor(&chunk->aliases, offers[i].person);
        offers[i].partner = register_survivor(&chunk->aliases, offers[i].partner);
        if (chunk->rows[i].state != ROW_OUT && offers[i].partner && offers[i].partner == offers[i].person)
            chunk_reject(chunk, i, "partner", _("a couple is two persons, and these were found to be one"));
    }
    chunk->offers = offers;
    return ALM_OK;
}

/*
 * What is to be locked besides, by what is known before anything is: so that all of it is locked at one go, in one
 * order.  It is read again afterwards.  *any: there are aliases, and other writers.
 */
static enum alm_status expect_aliases(struct ledger_chunk *chunk, struct id_list *ids, const struct id_list *named,
                                      bool *any, struct alm_error *err)
{
    struct store *store = chunk->ledger->services.store;
    struct register_aliases aliases = {0};
    enum alm_status status = ALM_OK;
    *any = false;
    if ((chunk->flags & LEDGER_RUN_ASK) || (store_driver(store)->flags & ALM_STORE_ONE_WRITER))
        return ALM_OK;
    status = register_aliases_exist(store, any, err);
    if (status != ALM_OK || !*any)
        return status;
    if (named->n)
        status = register_aliases_read(store, &aliases, named->at, named->n, err);
    for (size_t i = 0; status == ALM_OK && aliases.n && i < named->n; i++) {
        alm_id homes[64];
        size_t n = 0;
        if (register_alias_of(&aliases, named->at[i]) || register_has_aliases(&aliases, named->at[i]))
            status = register_households_of(store, named->at[i], homes, COUNT_OF(homes), &n, err);
        for (size_t h = 0; h < n; h++)
            ids_add(ids, homes[h]);
    }
    register_aliases_reset(&aliases);
    ids_tidy(chunk, ids);
    if (status == ALM_OK)
        status = register_aliases_add(store, &aliases, &ids->at, &ids->n, err);
    ids->capacity = ids->n > ids->capacity ? ids->n : ids->capacity;
    register_aliases_release(&aliases);
    return status;
}

/*
 * Lock the households of all who are named, with those of their aliases; then offers name survivors, and *aliases tells
 * whether there are any.  If others merged some of these meanwhile, all is let go and locked anew: whoever took more to
 * what they have could wait in a circle with others.
 */
static enum alm_status lock_and_resolve(struct ledger_chunk *chunk, struct persons *persons, struct id_list *ids,
                                        struct id_list *named, bool *aliases, struct alm_error *err)
{
    enum { TRIES = 8 };
    struct store *store = chunk->ledger->services.store;
    enum alm_status status = read_homes(chunk, persons, ids, named, err);
    bool whole = false;
    for (int i = 0; i < TRIES && status == ALM_OK && !whole; i++) {
        bool others;
        status = expect_aliases(chunk, ids, named, &others, err);
        if (status == ALM_OK && others)
            status = store_savepoint(store, err);
        ids_tidy(chunk, ids);
        const size_t n = ids->n;
        if (status == ALM_OK)
            status = lock_owners(chunk, ids, err);
        if (status == ALM_OK)
            status = resolve_offers(chunk, ids, named, aliases, err);
        if (status == ALM_OK && *aliases)
            status = read_homes(chunk, persons, ids, named, err);
        if (status == ALM_OK && *aliases) {
            ids_tidy(chunk, ids);
            status = add_groups(chunk, ids, err);
        }
        /* Ids are only added. */
        whole = !others || ids->n == n || i + 1 == TRIES;
        if (status == ALM_OK && others)
            status = store_release(store, whole, err);
        if (!whole) {
            chunk->offers = chunk->offered;
            register_aliases_reset(&chunk->aliases);
            if (status == ALM_OK)
                status = read_homes(chunk, persons, ids, named, err);
        }
    }
    return status;
}

/* The households of all persons that are named, those of persons who moved, and aliases of all these. */
static enum alm_status read_persons(struct ledger_chunk *chunk, struct persons *persons, struct id_list *ids,
                                    struct id_list *more, struct alm_error *err)
{
    struct store *store = chunk->ledger->services.store;
    struct id_list named = {0};
    bool aliases = false;
    enum alm_status status = lock_and_resolve(chunk, persons, ids, &named, &aliases, err);
    if (status == ALM_OK)
        status = aliases ? read_households(chunk, ids, err)
                         : register_members_read(store, &chunk->members, ids->at, ids->n, err);
    for (size_t i = 0; i < ids->n && aliases; i++)
        if (register_alias_of(&chunk->aliases, ids->at[i]) || register_has_aliases(&chunk->aliases, ids->at[i]))
            ids_add(more, ids->at[i]);
    for (size_t p = 0; status == ALM_OK && p < persons->n; p++) {
        /* Who never left the household that registered them is nowhere else. */
        const struct register_member *member =
            member_find(chunk, persons->at[p].home, persons->at[p].person, ALM_NO_DATE);
        if (!member || (member->until == ALM_NO_DATE && !member->aliased))
            continue;
        alm_id homes[64];
        size_t n;
        status = register_households_of(store, persons->at[p].person, homes, COUNT_OF(homes), &n, err);
        if (status != ALM_OK)
            break;
        alm_id *kept = arena_alloc(&chunk->arena, n * sizeof *kept);
        for (size_t h = 0; h < n; h++) {
            kept[h] = homes[h];
            ids_add(more, homes[h]);
        }
        ARRAY_ROOM(chunk->moved, chunk->n_moved, chunk->moved_capacity);
        chunk->moved[chunk->n_moved++] =
            (struct chunk_moved){.person = persons->at[p].person, .households = kept, .n = n};
        persons->at[p].moved = (uint32_t)chunk->n_moved;
    }
    if (status == ALM_OK && more->n && aliases)
        status = add_groups(chunk, more, err);
    if (status == ALM_OK && more->n)
        status = read_households(chunk, more, err);
    free(named.at);
    return status;
}

/* The household of a person on the day of the offer; 0: in none. */
static alm_id household_on(struct ledger_chunk *chunk, const struct person_home *person, alm_date date)
{
    if (member_find(chunk, person->home, person->person, date))
        return person->home;
    if (person->moved) {
        const struct chunk_moved *moved = &chunk->moved[person->moved - 1];
        for (size_t h = moved->n; h > 0; h--)
            if (member_find(chunk, moved->households[h - 1], person->person, date))
                return moved->households[h - 1];
    }
    return 0;
}

/* The household of a person on that day, not of an alias of theirs; the one that registered them if they were in none.
 */
static alm_id own_household(struct ledger_chunk *chunk, const struct person_home *person, alm_date date)
{
    const struct chunk_moved *moved = person->moved ? &chunk->moved[person->moved - 1] : NULL;
    for (size_t h = moved ? moved->n : 0; h > 0; h--) {
        const struct register_household *at = register_members_find(&chunk->members, moved->households[h - 1]);
        for (size_t i = 0; at && i < at->n; i++) {
            const struct register_member *member = &chunk->members.members[at->first + i];
            if (member->member.id == person->person && !member->alias && register_member_on(member, date))
                return at->id;
        }
    }
    return person->home;
}

/* Whether the list names an alias in a household of others, to which it belonged until it became one. */
static bool was_alias_there(struct ledger_chunk *chunk, size_t i)
{
    const alm_id named = chunk->offered[i].person;
    if (named == chunk->offers[i].person)
        return false;
    const struct register_household *at = register_members_find(&chunk->members, chunk->offers[i].household);
    for (size_t k = 0; at && k < at->n; k++)
        if (chunk->members.members[at->first + k].alias == named)
            return true;
    return false;
}

static void place_person(struct ledger_chunk *chunk, size_t i, const struct persons *persons)
{
    const struct ledger_offer *offer = &chunk->offers[i];
    struct chunk_row *row = &chunk->rows[i];
    char date[32];
    struct person_home *person = person_find(persons, offer->person);
    if (!person || !member_find(chunk, person->home, person->person, ALM_NO_DATE)) {
        chunk_reject(chunk, i, "person", _("there is no person %lld"), (long long)offer->person);
        return;
    }
    row->moved[0] = person->moved;
    alm_id at = offer->household;
    if (!at || (!member_find(chunk, at, offer->person, offer->date) && was_alias_there(chunk, i)))
        at = household_on(chunk, person, offer->date);
    const struct register_member *self = member_find(chunk, at, offer->person, offer->date);
    /* Whom the list knows under an alias is served where they live themselves, whenever that was. */
    if (self && self->alias)
        at = own_household(chunk, person, offer->date);
    if (!self) {
        chunk_reject(chunk, i, offer->household ? "household" : "person",
                     offer->household ? _("the person does not belong to that household on %s")
                                      : _("the person belongs to no household on %s"),
                     chunk_date_text(chunk, offer->date, date, sizeof date));
        return;
    }
    row->person = (uint32_t)(self - chunk->members.members) + 1;
    row->household = register_survivor(&chunk->aliases, at);
    if (!offer->partner)
        return;
    struct person_home *partner = person_find(persons, offer->partner);
    if (!partner || !member_find(chunk, partner->home, partner->person, ALM_NO_DATE))
        chunk_reject(chunk, i, "partner", _("there is no person %lld"), (long long)offer->partner);
    else
        row->moved[1] = partner->moved;
    if (row->state == ROW_OUT)
        return;
    const struct register_member *member =
        member_find(chunk, household_on(chunk, partner, offer->date), offer->partner, offer->date);
    if (!member) /* of no household on that day: as they were registered */
        member = member_find(chunk, partner->home, offer->partner, ALM_NO_DATE);
    row->partner = (uint32_t)(member - chunk->members.members) + 1;
}

/* ---- places ---- */

struct place_area {
    alm_id id, area;
};

static enum alm_status read_places(struct ledger_chunk *chunk, struct place_area **places, size_t *n,
                                   struct alm_error *err)
{
    struct store *store = chunk->ledger->services.store;
    struct store_stmt *stmt;
    struct id_list ids = {0};
    enum alm_status status = ALM_OK;
    bool row;
    size_t capacity = 0;
    for (size_t i = 0; i < chunk->n; i++)
        if (chunk->rows[i].state != ROW_OUT)
            ids_add(&ids, chunk->offers[i].place);
    ids_tidy(chunk, &ids);
    if (!ids.n)
        return ALM_OK;
    status = lock_owners(chunk, &ids, err);
    if (status == ALM_OK)
        status = store_query(store, &stmt, err, "SELECT id, area FROM place WHERE id = ANY ($1) ORDER BY id", "I",
                             ids.at, ids.n);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        int64_t area = store_int(stmt, 1);
        ARRAY_ROOM(*places, *n, capacity);
        (*places)[(*n)++] = (struct place_area){store_int(stmt, 0), area == ALM_NULL ? 0 : area};
    }
    free(ids.at);
    return status;
}

/* ---- owners ---- */

/* All of a group are among the owners. */
static void number_stand_ins(struct ledger_chunk *chunk, struct chunk_owner *owner)
{
    enum { STAND_INS_MAX = 128 };
    alm_id ids[STAND_INS_MAX];
    const size_t n = register_stand_ins(&chunk->aliases, owner->id, ids, STAND_INS_MAX);
    if (!n)
        return;
    uint32_t *numbers = arena_alloc(&chunk->arena, n * sizeof *numbers);
    for (size_t k = 0; k < n; k++) {
        const struct chunk_owner *alias =
            bsearch(&ids[k], chunk->owners, chunk->n_owners, sizeof *chunk->owners, compare_ids);
        if (alias)
            numbers[owner->n_stand_ins++] = (uint32_t)(alias - chunk->owners);
    }
    owner->stand_ins = numbers;
}

/* Number the owners by id, those of the rows and the other households of persons who moved, and join the rows to them.
 */
static void number_owners(struct ledger_chunk *chunk, const struct id_list *more, const struct place_area *places,
                          size_t n_places)
{
    size_t n = 0, m = 0, p = 0, h = 0;
    for (size_t i = 0; i < chunk->n; i++)
        if (chunk->rows[i].state != ROW_OUT) {
            alm_id owner = chunk->rows[i].household ? chunk->rows[i].household : chunk->offers[i].place;
            chunk->pairs[n++] = (struct chunk_pair){(uint64_t)owner, i};
        }
    chunk_sort(chunk->pairs, chunk->scratch, n);
    chunk->owners = arena_alloc(&chunk->arena, (n + more->n) * sizeof *chunk->owners);
    chunk->n_by_owner = n;
    for (size_t i = 0; i < n || m < more->n;) {
        alm_id id = i < n ? (alm_id)chunk->pairs[i].key : INT64_MAX;
        if (m < more->n && more->at[m] < id)
            id = more->at[m];
        while (m < more->n && more->at[m] == id)
            m++;
        uint32_t number = (uint32_t)chunk->n_owners++;
        struct chunk_owner *owner = &chunk->owners[number];
        owner->id = id;
        while (h < chunk->members.n_households && chunk->members.households[h].id < id)
            h++;
        while (p < n_places && places[p].id < id)
            p++;
        if (h < chunk->members.n_households && chunk->members.households[h].id == id) {
            owner->household = (uint32_t)h + 1;
            owner->area = chunk->members.households[h].area;
        } else if (p < n_places && places[p].id == id) {
            owner->area = places[p].area;
        }
        for (; i < n && (alm_id)chunk->pairs[i].key == id; i++) {
            chunk->by_owner[i] = (uint32_t)chunk->pairs[i].value;
            chunk->rows[chunk->by_owner[i]].owner = number;
        }
    }
    for (size_t o = 0; o < chunk->n_owners && chunk->aliases.n; o++)
        number_stand_ins(chunk, &chunk->owners[o]);
    for (size_t i = 0; i < chunk->n_moved; i++) {
        struct chunk_moved *moved = &chunk->moved[i];
        moved->owners = arena_alloc(&chunk->arena, moved->n * sizeof *moved->owners);
        for (size_t k = 0; k < moved->n; k++) {
            const struct chunk_owner *owner =
                bsearch(&moved->households[k], chunk->owners, chunk->n_owners, sizeof *chunk->owners, compare_ids);
            moved->owners[k] = (uint32_t)(owner - chunk->owners);
        }
    }
}

enum alm_status chunk_check(struct ledger_chunk *chunk, struct alm_error *err)
{
    struct persons persons = {0};
    struct id_list ids = {0}, more = {0};
    struct place_area *places = NULL;
    size_t n_places = 0;
    for (size_t i = 0; i < chunk->n; i++) {
        chunk_check_offer(chunk, i);
        if (chunk->rows[i].state != ROW_OUT)
            ids_add(&ids, chunk->offers[i].household);
    }
    enum alm_status status = read_persons(chunk, &persons, &ids, &more, err);
    if (status == ALM_OK)
        status = read_places(chunk, &places, &n_places, err);
    if (status != ALM_OK)
        goto out;
    for (size_t i = 0; i < chunk->n; i++) {
        const struct ledger_offer *offer = &chunk->offers[i];
        if (chunk->rows[i].state == ROW_OUT)
            continue;
        if (offer->person) {
            place_person(chunk, i, &persons);
        } else if (offer->place) {
            if (!n_places || !bsearch(&offer->place, places, n_places, sizeof *places, compare_ids))
                chunk_reject(chunk, i, "place", _("there is no place %lld"), (long long)offer->place);
        } else if (register_members_find(&chunk->members, offer->household)) {
            chunk->rows[i].household = offer->household;
        } else {
            chunk_reject(chunk, i, "household", _("there is no household %lld"), (long long)offer->household);
        }
    }
    number_owners(chunk, &more, places, n_places);
out:
    free(persons.at);
    free(ids.at);
    free(more.at);
    free(places);
    return status;
}
