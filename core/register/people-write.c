/* SPDX-License-Identifier: MIT */
/*
 * What came of a chunk of the list of persons, into the store: new rows in bulk, in the order of their keys; changed
 * rows in bulk too; only what a change takes away (a name's key, a mark) goes row by row.
 */
#include "register/people.h"
#include <stdlib.h>

enum { H_ID, H_CODE, H_AREA, H_BASE, H_ADDRESS, H_SINCE };
static const struct store_bulk_spec household_specs[] = {
    {"id", ALM_BULK_KEY, false},   {"code", ALM_BULK_SET, true},    {"area", ALM_BULK_SET, false},
    {"base", ALM_BULK_SET, false}, {"address", ALM_BULK_SET, true}, {"since", ALM_BULK_SET, false},
};
static const struct store_bulk_spec code_specs[] = {{"code", ALM_BULK_KEY, true}, {"household", ALM_BULK_SET, false}};
enum {
    C_OWNER,
    C_ID,
    C_RELATION,
    C_NATIONAL_ID,
    C_FOREIGN_ID,
    C_GIVEN_NAME,
    C_FAMILY_NAME,
    C_FATHER_NAME,
    C_BIRTH_DATE,
    C_SEX,
    C_MOBILE,
    C_SCHOOL_GRADE,
    C_CRITERIA,
    C_SINCE,
    C_UNTIL,
    C_ERASED
};
static const struct store_bulk_spec person_specs[] = {
    [C_OWNER] = {"owner", ALM_BULK_KEY, false},
    [C_ID] = {"id", ALM_BULK_KEY, false},
    [C_RELATION] = {"relation", ALM_BULK_SET, false},
    [C_NATIONAL_ID] = {"national_id", ALM_BULK_SET, true},
    [C_FOREIGN_ID] = {"foreign_id", ALM_BULK_SET, true},
    [C_GIVEN_NAME] = {"given_name", ALM_BULK_SET, true},
    [C_FAMILY_NAME] = {"family_name", ALM_BULK_SET, true},
    [C_FATHER_NAME] = {"father_name", ALM_BULK_SET, true},
    [C_BIRTH_DATE] = {"birth_date", ALM_BULK_SET, false},
    [C_SEX] = {"sex", ALM_BULK_SET, true},
    [C_MOBILE] = {"mobile", ALM_BULK_SET, true},
    [C_SCHOOL_GRADE] = {"school_grade", ALM_BULK_SET, false},
    [C_CRITERIA] = {"criteria", ALM_BULK_SET, true},
    [C_SINCE] = {"since", ALM_BULK_SET, false},
    [C_UNTIL] = {"until", ALM_BULK_SET, false},
    [C_ERASED] = {"erased", ALM_BULK_SET, false},
};
static const struct store_bulk_spec home_specs[] = {{"id", ALM_BULK_KEY, false}, {"owner", ALM_BULK_SET, false}};
static const struct store_bulk_spec mark_specs[] = {
    {"mark", ALM_BULK_KEY, true}, {"owner", ALM_BULK_SET, false}, {"person", ALM_BULK_SET, false}};
static const struct store_bulk_spec name_specs[] = {
    {"name", ALM_BULK_KEY, true}, {"owner", ALM_BULK_KEY, false}, {"person", ALM_BULK_KEY, false}};
static const struct store_bulk_spec mobile_specs[] = {
    {"mobile", ALM_BULK_KEY, true}, {"owner", ALM_BULK_KEY, false}, {"person", ALM_BULK_KEY, false}};

static void make_bulks(struct people *people)
{
    struct store *store = people->importer->store;
    if (people->person_bulk)
        return;
    people->household_bulk =
        store_bulk_new(store, "household", ALM_BULK_APPEND, household_specs, COUNT_OF(household_specs));
    people->household_changes =
        store_bulk_new(store, "household", ALM_BULK_MERGE, household_specs, COUNT_OF(household_specs));
    people->code_bulk = store_bulk_new(store, "household_code", ALM_BULK_APPEND, code_specs, COUNT_OF(code_specs));
    people->person_bulk = store_bulk_new(store, "person", ALM_BULK_APPEND, person_specs, COUNT_OF(person_specs));
    people->person_changes = store_bulk_new(store, "person", ALM_BULK_MERGE, person_specs, COUNT_OF(person_specs));
    people->home_bulk = store_bulk_new(store, "home", ALM_BULK_APPEND, home_specs, COUNT_OF(home_specs));
    people->mark_bulk = store_bulk_new(store, "person_mark", ALM_BULK_APPEND, mark_specs, COUNT_OF(mark_specs));
    people->name_bulk = store_bulk_new(store, "person_name", ALM_BULK_APPEND, name_specs, COUNT_OF(name_specs));
    people->mobile_bulk = store_bulk_new(store, "person_mobile", ALM_BULK_APPEND, mobile_specs, COUNT_OF(mobile_specs));
}

void people_free_bulks(struct people *people)
{
    store_bulk_free(people->household_bulk);
    store_bulk_free(people->household_changes);
    store_bulk_free(people->code_bulk);
    store_bulk_free(people->person_bulk);
    store_bulk_free(people->person_changes);
    store_bulk_free(people->home_bulk);
    store_bulk_free(people->mark_bulk);
    store_bulk_free(people->name_bulk);
    store_bulk_free(people->mobile_bulk);
}

/* ---- ids ---- */

static enum alm_status give_ids(struct people *people, struct alm_error *err)
{
    size_t n = 0, at = 0;
    for (size_t i = 0; i < people->codes.n; i++)
        n += people->households[i].fresh;
    for (size_t i = 0; i < people->n_persons; i++)
        n += people->persons[i].fresh;
    if (!n)
        return ALM_OK;
    alm_id *ids = xreallocarray(NULL, n, sizeof *ids);
    enum alm_status status = store_ids(people->importer->store, ids, n, err);
    for (size_t i = 0; status == ALM_OK && i < people->codes.n; i++)
        if (people->households[i].fresh)
            people->households[i].id = ids[at++];
    for (size_t i = 0; status == ALM_OK && i < people->n_persons; i++)
        if (people->persons[i].fresh) {
            people->persons[i].id = ids[at++];
            people->persons[i].owner = people->households[people->persons[i].home].id;
            people->importer->id = people->persons[i].id;
        }
    free(ids);
    return status;
}

/* ---- rows ---- */

static void add_household(struct store_bulk *bulk, const struct people_household *household)
{
    store_bulk_row(bulk);
    store_bulk_int(bulk, H_ID, household->id);
    store_bulk_text(bulk, H_CODE, household->code);
    store_bulk_int(bulk, H_AREA, household->area);
    store_bulk_int(bulk, H_BASE, household->base);
    store_bulk_text(bulk, H_ADDRESS, household->address);
    store_bulk_int(bulk, H_SINCE, household->since);
}

static void add_person(struct store_bulk *bulk, const struct people_person *person)
{
    const char sex = (char)person->sex;
    store_bulk_row(bulk);
    store_bulk_int(bulk, C_OWNER, person->owner);
    store_bulk_int(bulk, C_ID, person->id);
    store_bulk_int(bulk, C_RELATION, person->relation);
    store_bulk_text(bulk, C_NATIONAL_ID, person->national_id);
    store_bulk_text(bulk, C_FOREIGN_ID, person->foreign_id);
    store_bulk_text(bulk, C_GIVEN_NAME, person->given_name);
    store_bulk_text(bulk, C_FAMILY_NAME, person->family_name);
    store_bulk_text(bulk, C_FATHER_NAME, person->father_name);
    store_bulk_int(bulk, C_BIRTH_DATE, person->birth_date);
    if (sex)
        store_bulk_text(bulk, C_SEX, (struct alm_text){&sex, 1});
    store_bulk_text(bulk, C_MOBILE, person->mobile);
    store_bulk_int(bulk, C_SCHOOL_GRADE, person->school_grade);
    store_bulk_text(bulk, C_CRITERIA, person->criteria);
    store_bulk_int(bulk, C_SINCE, person->since);
    store_bulk_int(bulk, C_UNTIL, person->until);
    store_bulk_int(bulk, C_ERASED, person->erased);
}

static void add_way(struct store_bulk *bulk, struct alm_text key, const struct people_person *person)
{
    store_bulk_row(bulk);
    store_bulk_text(bulk, 0, key);
    store_bulk_int(bulk, 1, person->owner);
    store_bulk_int(bulk, 2, person->id);
}

static void add_names(struct people *people, const struct people_person *person)
{
    char first[NAMES_KEY], second[NAMES_KEY];
    struct alm_text keys[2];
    size_t n = people_name_keys(person->given_name, person->family_name, first, second, keys);
    for (size_t i = 0; i < n; i++)
        add_way(people->name_bulk, keys[i], person);
}

static void add_fresh(struct people *people, const struct people_person *person)
{
    char mark[CODE_MAX + 3];
    add_person(people->person_bulk, person);
    store_bulk_row(people->home_bulk);
    store_bulk_int(people->home_bulk, 0, person->id);
    store_bulk_int(people->home_bulk, 1, person->owner);
    if (person->national_id.len)
        add_way(people->mark_bulk, person->national_id, person);
    if (person->foreign_id.len)
        add_way(people->mark_bulk, people_foreign_mark(person->foreign_id, mark), person);
    if (person->mobile.len)
        add_way(people->mobile_bulk, person->mobile, person);
    add_names(people, person);
}

static bool differ(struct alm_text a, struct alm_text b)
{
    return a.len != b.len || (a.len && memcmp(a.at, b.at, a.len) != 0);
}

/* What a changed person was found by and no longer is goes away; what is new is gathered. */
static enum alm_status add_changed(struct people *people, const struct people_person *person, struct alm_error *err)
{
    struct store *store = people->importer->store;
    const struct people_person *before = person->before;
    enum alm_status status = ALM_OK;
    char old_mark[CODE_MAX + 3], mark[CODE_MAX + 3];
    add_person(people->person_changes, person);
    if (differ(before->national_id, person->national_id)) {
        if (before->national_id.len)
            status = store_run(store, NULL, err, "DELETE FROM person_mark WHERE mark = $1 AND person = $2", "si",
                               before->national_id, person->id);
        if (person->national_id.len)
            add_way(people->mark_bulk, person->national_id, person);
    }
    struct alm_text was = {NULL, 0}, is = {NULL, 0};
    if (before->foreign_id.len)
        was = people_foreign_mark(before->foreign_id, old_mark);
    if (person->foreign_id.len)
        is = people_foreign_mark(person->foreign_id, mark);
    if (status == ALM_OK && differ(was, is)) {
        if (was.len)
            status = store_run(store, NULL, err, "DELETE FROM person_mark WHERE mark = $1 AND person = $2", "si", was,
                               person->id);
        if (is.len)
            add_way(people->mark_bulk, is, person);
    }
    if (status == ALM_OK && differ(before->mobile, person->mobile)) {
        if (before->mobile.len)
            status = store_run(store, NULL, err,
                               "DELETE FROM person_mobile WHERE mobile = $1 AND owner = $2 AND person = $3", "sii",
                               before->mobile, person->owner, person->id);
        if (person->mobile.len)
            add_way(people->mobile_bulk, person->mobile, person);
    }
    if (status == ALM_OK &&
        (differ(before->given_name, person->given_name) || differ(before->family_name, person->family_name))) {
        char first[NAMES_KEY], second[NAMES_KEY];
        struct alm_text keys[2];
        size_t n = people_name_keys(before->given_name, before->family_name, first, second, keys);
        for (size_t i = 0; i < n && status == ALM_OK; i++)
            status =
                store_run(store, NULL, err, "DELETE FROM person_name WHERE name = $1 AND owner = $2 AND person = $3",
                          "sii", keys[i], person->owner, person->id);
        add_names(people, person);
    }
    return status;
}

static enum alm_status flush(struct people *people, struct alm_error *err)
{
    const struct {
        struct store_bulk *bulk;
        size_t sort_by;
    } bulks[] = {
        {people->household_bulk, 1}, {people->household_changes, 1}, {people->code_bulk, 1},
        {people->person_bulk, 2},    {people->person_changes, 2},    {people->home_bulk, 1},
        {people->mark_bulk, 1},      {people->name_bulk, 3},         {people->mobile_bulk, 3},
    };
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < COUNT_OF(bulks) && status == ALM_OK; i++)
        status = store_bulk_flush(bulks[i].bulk, bulks[i].sort_by, NULL, err);
    return status;
}

/* Tell the ledger whose members changed. */
static enum alm_status call_gate(struct people *people, struct alm_error *err)
{
    const struct register_gate *gate = &people->importer->gate;
    size_t n = 0;
    if (!gate->members_changed)
        return ALM_OK;
    for (size_t i = 0; i < people->codes.n; i++)
        n += people->households[i].gate && people->households[i].known;
    if (!n)
        return ALM_OK;
    alm_id *ids = xreallocarray(NULL, n, sizeof *ids);
    n = 0;
    for (size_t i = 0; i < people->codes.n; i++)
        if (people->households[i].gate && people->households[i].known)
            ids[n++] = people->households[i].id;
    n = register_unique_ids(ids, n);
    enum alm_status status = gate->members_changed(gate->context, ids, n, err);
    free(ids);
    return status;
}

enum alm_status people_write(struct people *people, struct alm_error *err)
{
    struct register_importer *importer = people->importer;
    make_bulks(people);
    enum alm_status status = give_ids(people, err);
    for (size_t i = 0; status == ALM_OK && i < people->codes.n; i++) {
        struct people_household *household = &people->households[i];
        if (household->fresh) {
            add_household(people->household_bulk, household);
            store_bulk_row(people->code_bulk);
            store_bulk_text(people->code_bulk, 0, people->codes.at[i]);
            store_bulk_int(people->code_bulk, 1, household->id);
        } else if (household->changed) {
            add_household(people->household_changes, household);
        }
        if (!importer->put && household->id &&
            (household->area_fixed || household->base_fixed || household->address_fixed)) {
            struct people_seen *seen = people_seen(people, household->id);
            seen->area = household->area_fixed;
            seen->base = household->base_fixed;
            seen->address = household->address_fixed;
        }
    }
    for (size_t i = 0; status == ALM_OK && i < people->n_persons; i++) {
        const struct people_person *person = &people->persons[i];
        if (person->fresh)
            add_fresh(people, person);
        else if (person->changed)
            status = add_changed(people, person, err);
    }
    if (status == ALM_OK)
        status = flush(people, err);
    for (size_t i = 0; status == ALM_OK && i < people->n_moves; i++) {
        const struct people_move *move = &people->moves[i];
        status = register_person_move(importer->store, &importer->gate, people->persons[move->person].id,
                                      people->households[move->household].id, move->since, err);
    }
    if (status == ALM_OK)
        status = call_gate(people, err);
    return status;
}
