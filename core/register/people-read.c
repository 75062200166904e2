/* SPDX-License-Identifier: MIT */
/*
 * What the register knows of a chunk's households and marks, by a handful of set-based queries.
 */
#include "register/people.h"
#include <stdlib.h>

uint32_t people_new_person(struct people *people)
{
    ARRAY_ROOM(people->persons, people->n_persons, people->persons_capacity);
    people->persons[people->n_persons] = (struct people_person){.home = NOBODY,
                                                                .lives_in = NOBODY,
                                                                .next = NOBODY,
                                                                .birth_date = ALM_NULL,
                                                                .school_grade = ALM_NULL,
                                                                .since = ALM_NULL,
                                                                .until = ALM_NULL,
                                                                .erased = ALM_NULL,
                                                                .stay_since = ALM_NULL};
    return (uint32_t)people->n_persons++;
}

/* ---- names within a household ---- */

enum { KEY_MAX = 2 * NAME_KEY + 8 };

static struct alm_text household_name_key(uint32_t household, struct alm_text given_key, struct alm_text family_key,
                                          char buf[KEY_MAX])
{
    memcpy(buf, &household, sizeof household);
    size_t len = people_name_key(given_key, family_key, buf + sizeof household, KEY_MAX - sizeof household);
    return (struct alm_text){buf, len + sizeof household};
}

void people_index_names(struct people *people, uint32_t person, uint32_t household, struct alm_text given_key,
                        struct alm_text family_key)
{
    char buf[KEY_MAX];
    bool fresh;
    if (!given_key.len && !family_key.len)
        return;
    size_t k = keys_add(&people->names, household_name_key(household, given_key, family_key, buf), &fresh);
    while (people->names_capacity <= k) {
        people->names_capacity = people->names_capacity ? people->names_capacity * 2 : 1024;
        people->name_person = xreallocarray(people->name_person, people->names_capacity, sizeof *people->name_person);
    }
    /* Those who were there first are found first. */
    people->persons[person].next = NOBODY;
    uint32_t last = fresh ? NOBODY : people->name_person[k];
    if (last == NOBODY) {
        people->name_person[k] = person;
        return;
    }
    for (;; last = people->persons[last].next) {
        if (last == person)
            return;
        if (people->persons[last].next == NOBODY)
            break;
    }
    people->persons[last].next = person;
}

void people_forget_names(struct people *people, uint32_t person)
{
    struct people_person *gone = &people->persons[person];
    char buf[KEY_MAX], given[NAME_KEY], family[NAME_KEY];
    size_t k = keys_find(&people->names, household_name_key(gone->lives_in, people_fold_given(gone->given_name, given),
                                                            people_fold_name(gone->family_name, family), buf));
    if (k == KEYS_NONE)
        return;
    for (uint32_t *at = &people->name_person[k]; *at != NOBODY; at = &people->persons[*at].next)
        if (*at == person) {
            *at = gone->next;
            break;
        }
    gone->next = NOBODY;
}

uint32_t people_by_names(const struct people *people, uint32_t household, struct alm_text given_key,
                         struct alm_text family_key)
{
    char buf[KEY_MAX];
    size_t k = keys_find(&people->names, household_name_key(household, given_key, family_key, buf));
    return k == KEYS_NONE ? NOBODY : people->name_person[k];
}

struct people_seen *people_seen(struct people *people, alm_id household)
{
    if (!people->seen)
        people->seen = xcalloc(PEOPLE_SEEN, sizeof *people->seen);
    uint64_t hash = (uint64_t)household * UINT64_C(0x9E3779B97F4A7C15);
    struct people_seen *seen = &people->seen[hash >> 48];
    if (seen->household != household)
        *seen = (struct people_seen){.household = household};
    return seen;
}

/* ---- households ---- */

static struct alm_text keep(struct people *people, struct store_stmt *stmt, int i)
{
    struct alm_text text = store_text(stmt, i);
    return text.at ? (struct alm_text){arena_strndup(people->arena, text.at, text.len), text.len} : text;
}

static uint32_t household_by_id(const struct people *people, alm_id id)
{
    size_t k = id ? keys_find_id(&people->household_ids, id) : KEYS_NONE;
    return k == KEYS_NONE ? NOBODY : people->household_of_id[k];
}

static void add_household_id(struct people *people, alm_id id, uint32_t number)
{
    size_t k = keys_add_id(&people->household_ids, id, NULL);
    while (people->household_of_id_capacity <= k) {
        people->household_of_id_capacity =
            people->household_of_id_capacity ? people->household_of_id_capacity * 2 : 1024;
        people->household_of_id =
            xreallocarray(people->household_of_id, people->household_of_id_capacity, sizeof *people->household_of_id);
    }
    people->household_of_id[k] = number;
}

/* Where an edited person lives has no code in the row. */
static enum alm_status add_edited_household(struct people *people, alm_id household, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false;
    enum alm_status status = store_query(people->importer->store, &stmt, err,
                                         "SELECT code FROM household_code WHERE household = $1", "i", household);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status != ALM_OK || !row)
        return status;
    struct alm_text code = keep(people, stmt, 0);
    store_done(stmt);
    bool fresh;
    size_t k = keys_add(&people->codes, code, &fresh);
    if (fresh) {
        people->households_capacity = people->households_capacity > k ? people->households_capacity : k + 8;
        people->households = xreallocarray(people->households, people->households_capacity, sizeof *people->households);
        people->households[k] = (struct people_household){.code = code, .area = ALM_NULL, .base = ALM_NULL};
    }
    people->parsed[0].household = (uint32_t)k;
    return ALM_OK;
}

static enum alm_status read_households(struct people *people, alm_id **ids, size_t *n_ids, struct alm_error *err)
{
    struct store *store = people->importer->store;
    struct store_stmt *stmt;
    bool row;
    size_t capacity = 0;
    enum alm_status status = ALM_OK;
    if (!people->codes.n)
        return ALM_OK;
    status = store_query(store, &stmt, err, "SELECT code, household FROM household_code WHERE code = ANY ($1)", "T",
                         people->codes.at, people->codes.n);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        size_t k = keys_find(&people->codes, store_text(stmt, 0));
        if (k == KEYS_NONE)
            continue;
        struct people_household *household = &people->households[k];
        household->id = store_int(stmt, 1);
        household->known = true;
        add_household_id(people, household->id, (uint32_t)k);
        ARRAY_ROOM(*ids, *n_ids, capacity);
        (*ids)[(*n_ids)++] = household->id;
    }
    if (status != ALM_OK || !*n_ids)
        return status;
    *n_ids = register_unique_ids(*ids, *n_ids);
    status =
        store_query(store, &stmt, err, "SELECT id, code, area, base, address, since FROM household WHERE id = ANY ($1)",
                    "I", *ids, *n_ids);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        uint32_t k = household_by_id(people, store_int(stmt, 0));
        if (k == NOBODY)
            continue;
        struct people_household *household = &people->households[k];
        household->code = keep(people, stmt, 1);
        household->area = store_int(stmt, 2);
        household->base = store_int(stmt, 3);
        household->address = keep(people, stmt, 4);
        household->since = store_int(stmt, 5);
        const struct people_seen *seen = people_seen(people, household->id);
        household->area_fixed = seen->area;
        household->base_fixed = seen->base;
        household->address_fixed = seen->address;
    }
    struct register_aliases aliases = {0};
    if (status == ALM_OK)
        status = register_aliases_read(store, &aliases, *ids, *n_ids, err);
    for (size_t i = 0; i < aliases.n; i++) {
        const uint32_t k = household_by_id(people, aliases.at[i].id);
        if (k != NOBODY)
            people->households[k].survivor = aliases.at[i].survivor;
    }
    register_aliases_release(&aliases);
    return status;
}

/* ---- persons ---- */

struct owners {
    alm_id *ids;
    size_t n, capacity;
};

static void add_owner(struct owners *owners, alm_id id)
{
    ARRAY_ROOM(owners->ids, owners->n, owners->capacity);
    owners->ids[owners->n++] = id;
}

/* By mark: the person's id, and the owner to read. */
static enum alm_status read_marks(struct people *people, alm_id *mark_ids, struct owners *owners, struct alm_error *err)
{
    struct store *store = people->importer->store;
    struct store_stmt *stmt;
    bool row;
    if (!people->marks.n)
        return ALM_OK;
    enum alm_status status =
        store_query(store, &stmt, err, "SELECT mark, owner, person FROM person_mark WHERE mark = ANY ($1)", "T",
                    people->marks.at, people->marks.n);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        size_t k = keys_find(&people->marks, store_text(stmt, 0));
        if (k == KEYS_NONE)
            continue;
        mark_ids[k] = store_int(stmt, 2);
        add_owner(owners, store_int(stmt, 1));
    }
    return status;
}

static enum alm_status read_owners_of_movers(struct people *people, const alm_id *ids, size_t n, struct owners *owners,
                                             struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row;
    if (!n)
        return ALM_OK;
    enum alm_status status =
        store_query(people->importer->store, &stmt, err,
                    "SELECT DISTINCT home FROM membership WHERE household = ANY ($1) AND until IS NULL", "I", ids, n);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
        add_owner(owners, store_int(stmt, 0));
    return status;
}

static enum alm_status read_rows_of_persons(struct people *people, struct owners *owners, struct alm_error *err)
{
    static const char sql[] = "SELECT owner, id, relation, national_id, foreign_id, given_name, family_name, "
                              "father_name, birth_date, sex, mobile, "
                              "school_grade, criteria, since, until, erased "
                              "FROM person "
                              "WHERE owner = ANY ($1)";
    struct store_stmt *stmt;
    bool row;
    owners->n = register_unique_ids(owners->ids, owners->n);
    if (!owners->n)
        return ALM_OK;
    enum alm_status status = store_query(people->importer->store, &stmt, err, sql, "I", owners->ids, owners->n);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        uint32_t number = people_new_person(people);
        struct people_person *person = &people->persons[number];
        person->owner = store_int(stmt, 0);
        person->id = store_int(stmt, 1);
        person->relation = store_int(stmt, 2);
        person->national_id = keep(people, stmt, 3);
        person->foreign_id = keep(people, stmt, 4);
        person->given_name = keep(people, stmt, 5);
        person->family_name = keep(people, stmt, 6);
        person->father_name = keep(people, stmt, 7);
        person->birth_date = store_int(stmt, 8);
        struct alm_text sex = store_text(stmt, 9);
        person->sex = sex.len ? sex.at[0] : 0;
        person->mobile = keep(people, stmt, 10);
        person->school_grade = store_int(stmt, 11);
        person->criteria = keep(people, stmt, 12);
        person->since = store_int(stmt, 13);
        person->until = store_int(stmt, 14);
        person->erased = store_int(stmt, 15);
        keys_add_id(&people->person_ids, person->id, NULL);
        if (person->until == ALM_NULL) {
            person->household = person->owner;
            person->stay_since = person->since;
        }
    }
    return status;
}

/* Where those live who left the household that registered them. */
static enum alm_status read_stays(struct people *people, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = ALM_OK;
    struct owners movers = {0};
    for (size_t i = 0; i < people->n_persons; i++)
        if (people->persons[i].until != ALM_NULL)
            add_owner(&movers, people->persons[i].id);
    if (!movers.n)
        return ALM_OK;
    movers.n = register_unique_ids(movers.ids, movers.n);
    status = store_query(people->importer->store, &stmt, err,
                         "SELECT person, household, since FROM membership WHERE person = ANY ($1) AND until IS NULL",
                         "I", movers.ids, movers.n);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        size_t k = keys_find_id(&people->person_ids, store_int(stmt, 0));
        if (k == KEYS_NONE)
            continue;
        people->persons[k].household = store_int(stmt, 1);
        people->persons[k].stay_since = store_int(stmt, 2);
        people->persons[k].by_membership = true;
    }
    free(movers.ids);
    return status;
}

enum alm_status people_read(struct people *people, struct alm_error *err)
{
    struct register_importer *importer = people->importer;
    alm_id *ids = NULL;
    size_t n_ids = 0;
    struct owners owners = {0};
    alm_id *mark_ids = xcalloc(people->marks.n + 1, sizeof *mark_ids);
    enum alm_status status = ALM_OK;
    if (importer->edit) {
        alm_id owner = 0;
        status =
            store_number(importer->store, &owner, 0, err, "SELECT owner FROM home WHERE id = $1", "i", importer->id);
        if (status == ALM_OK)
            add_owner(&owners, owner);
        if (status == ALM_OK && people->parsed[0].household == NOBODY) {
            alm_id lives = 0;
            status =
                store_number(importer->store, &lives, owner, err,
                             "SELECT household FROM membership WHERE person = $1 AND until IS NULL", "i", importer->id);
            if (status == ALM_OK)
                status = add_edited_household(people, lives, err);
        }
    }
    if (status == ALM_OK)
        status = read_households(people, &ids, &n_ids, err);
    for (size_t i = 0; i < n_ids; i++)
        add_owner(&owners, ids[i]);
    if (status == ALM_OK)
        status = read_marks(people, mark_ids, &owners, err);
    if (status == ALM_OK)
        status = read_owners_of_movers(people, ids, n_ids, &owners, err);
    if (status == ALM_OK)
        status = read_rows_of_persons(people, &owners, err);
    if (status == ALM_OK)
        status = read_stays(people, err);
    for (size_t k = 0; status == ALM_OK && k < people->marks.n; k++) {
        size_t person = mark_ids[k] ? keys_find_id(&people->person_ids, mark_ids[k]) : KEYS_NONE;
        people->mark_person[k] = person == KEYS_NONE ? NOBODY : (uint32_t)person;
    }
    for (size_t i = 0; status == ALM_OK && i < people->n_persons; i++) {
        struct people_person *person = &people->persons[i];
        person->lives_in = household_by_id(people, person->household);
        char given[NAME_KEY], family[NAME_KEY];
        if (person->lives_in != NOBODY && person->erased == ALM_NULL)
            people_index_names(people, (uint32_t)i, person->lives_in, people_fold_given(person->given_name, given),
                               people_fold_name(person->family_name, family));
    }
    free(mark_ids);
    free(owners.ids);
    free(ids);
    return status;
}
