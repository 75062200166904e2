/* SPDX-License-Identifier: MIT */
/*
 * One person: read, moved to another household, erased; and the counts of the register.
 */
#include "register/people.h"
#include <stdlib.h>

const char *const register_relations[] = {
    [ALM_RELATION_UNKNOWN] = N_("unknown"),
    [ALM_HEAD] = N_("head"),
    [ALM_SPOUSE] = N_("spouse"),
    [ALM_CHILD] = N_("child"),
    [ALM_PARENT] = N_("parent"),
    [ALM_OTHER_RELATION] = N_("other"),
    NULL,
};

static const char *keep(struct arena *arena, struct store_stmt *stmt, int i)
{
    struct alm_text text = store_text(stmt, i);
    return text.at ? arena_strndup(arena, text.at, text.len) : NULL;
}

static alm_date date_or_none(int64_t day)
{
    return day == ALM_NULL ? ALM_NO_DATE : (alm_date)day;
}

static enum alm_status no_such_person(alm_id person, struct alm_error *err)
{
    return error_set(err, ALM_BAD_DATA, _("almoner person find looks for them"), _("there is no person with id %lld"),
                     (long long)person);
}

enum alm_status register_person_read(struct store *store, alm_id id, alm_date day, struct register_person *person,
                                     struct arena *arena, struct alm_error *err)
{
    static const char sql[] = "SELECT p.owner, p.relation, p.national_id, p.foreign_id, p.given_name, p.family_name, "
                              "p.father_name, p.sex, p.mobile, "
                              "p.criteria, p.birth_date, p.erased, p.school_grade, p.since, p.until "
                              "FROM home h "
                              "JOIN person p ON p.owner = h.owner AND p.id = h.id "
                              "WHERE h.id = $1";
    struct store_stmt *stmt;
    bool row = false;
    *person = (struct register_person){.id = id};
    enum alm_status status = store_query(store, &stmt, err, sql, "i", id);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status != ALM_OK)
        return status;
    if (!row)
        return no_such_person(id, err);
    person->owner = store_int(stmt, 0);
    person->relation = (uint32_t)store_int(stmt, 1);
    const char **texts[] = {&person->national_id, &person->foreign_id, &person->given_name, &person->family_name,
                            &person->father_name, &person->sex,        &person->mobile,     &person->criteria};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        *texts[i] = keep(arena, stmt, (int)i + 2);
    person->birth_date = date_or_none(store_int(stmt, 10));
    person->erased = date_or_none(store_int(stmt, 11));
    person->school_grade = store_int(stmt, 12);
    int64_t since = store_int(stmt, 13), until = store_int(stmt, 14);
    store_done(stmt);
    if ((since == ALM_NULL || since <= day) && (until == ALM_NULL || day < until))
        person->household = person->owner;
    else
        status = store_number(store, &person->household, 0, err,
                              "SELECT household FROM membership "
                              "WHERE person = $1 AND since <= $2 AND (until IS NULL OR until > $2) "
                              "ORDER BY since DESC, household LIMIT 1",
                              "ii", id, (int64_t)day);
    if (status != ALM_OK || !person->household)
        return status;
    status = store_query(store, &stmt, err, "SELECT code, area, base, address FROM household WHERE id = $1", "i",
                         person->household);
    if (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        person->household_code = keep(arena, stmt, 0);
        int64_t area = store_int(stmt, 1);
        int64_t base = store_int(stmt, 2);
        person->area = area == ALM_NULL ? 0 : area;
        person->base = base == ALM_NULL ? 0 : base;
        person->address = keep(arena, stmt, 3);
        store_done(stmt);
    }
    return status;
}

/* ---- moving ---- */

struct stay {
    alm_id owner, household;
    int64_t since; /* ALM_NULL: from the start */
    bool by_membership;
};

static enum alm_status read_stay(struct store *store, alm_id person, struct stay *stay, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false;
    *stay = (struct stay){.since = ALM_NULL};
    enum alm_status status = store_query(store, &stmt, err,
                                         "SELECT p.owner, p.since, p.until, p.erased FROM home h "
                                         "JOIN person p ON p.owner = h.owner AND p.id = h.id WHERE h.id = $1",
                                         "i", person);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status != ALM_OK)
        return status;
    if (!row)
        return no_such_person(person, err);
    stay->owner = store_int(stmt, 0);
    stay->since = store_int(stmt, 1);
    bool left = store_int(stmt, 2) != ALM_NULL;
    bool erased = store_int(stmt, 3) != ALM_NULL;
    store_done(stmt);
    if (erased)
        return error_set(err, ALM_BAD_DATA, NULL, _("the personal data of person %lld were erased"), (long long)person);
    if (!left) {
        stay->household = stay->owner;
        return ALM_OK;
    }
    stay->since = ALM_NULL;
    status = store_query(store, &stmt, err,
                         "SELECT household, since FROM membership WHERE person = $1 AND until IS NULL", "i", person);
    if (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        stay->household = store_int(stmt, 0);
        stay->since = store_int(stmt, 1);
        stay->by_membership = true;
        store_done(stmt);
    }
    return status;
}

static enum alm_status call_gate(const struct register_gate *gate, alm_id *households, size_t n, struct alm_error *err)
{
    if (!gate || !gate->members_changed || n == 0)
        return ALM_OK;
    n = register_unique_ids(households, n);
    return gate->members_changed(gate->context, households, n, err);
}

enum alm_status register_person_move(struct store *store, const struct register_gate *gate, alm_id person,
                                     alm_id household, alm_date since, struct alm_error *err)
{
    struct stay stay;
    int64_t known = 0;
    enum alm_status status = read_stay(store, person, &stay, err);
    if (status == ALM_OK)
        status = store_number(store, &known, 0, err, "SELECT id FROM household WHERE id = $1", "i", household);
    if (status != ALM_OK)
        return status;
    if (!known)
        return error_set(err, ALM_BAD_DATA, NULL, _("there is no household with id %lld"), (long long)household);
    if (stay.household == household)
        return error_set(err, ALM_BAD_DATA, NULL, _("person %lld lives in that household already"), (long long)person);
    if (stay.since != ALM_NULL && since < stay.since) {
        char day[24];
        date_format((alm_date)stay.since, DATE_ISO, day, sizeof day);
        return error_set(err, ALM_BAD_DATA, _("give a later day"),
                         _("person %lld came into the household that they leave on %s"), (long long)person, day);
    }
    if (stay.household && !stay.by_membership)
        status = store_run(store, NULL, err, "UPDATE person SET until = $1 WHERE owner = $2 AND id = $3", "iii",
                           (int64_t)since, stay.owner, person);
    else if (stay.household)
        status = store_run(store, NULL, err,
                           "UPDATE membership SET until = $1 WHERE household = $2 AND person = $3 AND since = $4",
                           "iiii", (int64_t)since, stay.household, person, stay.since);
    /* There and back on one day: the row of that day is there, ended. */
    if (status == ALM_OK)
        status =
            store_run(store, NULL, err,
                      "INSERT INTO membership (household, person, since, until, home) VALUES ($1, $2, $3, NULL, $4) "
                      "ON CONFLICT (household, person, since) DO UPDATE SET until = NULL",
                      "iiii", household, person, (int64_t)since, stay.owner);
    alm_id both[2] = {household, stay.household};
    if (status == ALM_OK)
        status = call_gate(gate, both, stay.household ? 2 : 1, err);
    return status;
}

/* ---- erasing ---- */

/* What finds the person by name, mark or number. */
static enum alm_status erase_ways(struct store *store, const struct register_person *person, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    char first[NAMES_KEY], second[NAMES_KEY], mark[CODE_MAX + 3];
    struct alm_text keys[2];
    size_t n = people_name_keys(text_of(person->given_name), text_of(person->family_name), first, second, keys);
    for (size_t i = 0; i < n && status == ALM_OK; i++)
        status = store_run(store, NULL, err, "DELETE FROM person_name WHERE name = $1 AND owner = $2 AND person = $3",
                           "sii", keys[i], person->owner, person->id);
    if (status == ALM_OK && person->mobile)
        status =
            store_run(store, NULL, err, "DELETE FROM person_mobile WHERE mobile = $1 AND owner = $2 AND person = $3",
                      "tii", person->mobile, person->owner, person->id);
    if (status == ALM_OK && person->national_id)
        status = store_run(store, NULL, err, "DELETE FROM person_mark WHERE mark = $1 AND person = $2", "ti",
                           person->national_id, person->id);
    if (status == ALM_OK && person->foreign_id)
        status = store_run(store, NULL, err, "DELETE FROM person_mark WHERE mark = $1 AND person = $2", "si",
                           people_foreign_mark(text_of(person->foreign_id), mark), person->id);
    return status;
}

/* One row of theirs: the person's, or an alias's. */
static enum alm_status erase_row(struct store *store, alm_id id, alm_date day, struct arena *arena,
                                 struct alm_error *err)
{
    struct register_person person;
    enum alm_status status = register_person_read(store, id, day, &person, arena, err);
    if (status == ALM_OK && person.erased != ALM_NO_DATE)
        status = error_set(err, ALM_BAD_DATA, NULL, _("the personal data of person %lld were erased already"),
                           (long long)id);
    if (status == ALM_OK)
        status = erase_ways(store, &person, err);
    if (status != ALM_OK)
        return status;
    /* Of the birth date the year is left: its first day, so that nobody counted as born then is unborn now. */
    int64_t birth = ALM_NULL;
    if (person.birth_date != ALM_NO_DATE) {
        int32_t year, month, day_of_month;
        date_to_solar(person.birth_date, &year, &month, &day_of_month);
        birth = date_from_solar(year, 1, 1);
    }
    return store_run(store, NULL, err,
                     "UPDATE person SET relation = 0, national_id = NULL, foreign_id = NULL, given_name = NULL, "
                     "family_name = NULL, father_name = NULL, birth_date = $1, mobile = NULL, school_grade = NULL, "
                     "criteria = '', erased = $2 WHERE owner = $3 AND id = $4",
                     "iiii", birth, (int64_t)day, person.owner, id);
}

enum alm_status register_person_erase(struct store *store, const struct register_gate *gate, alm_id id, alm_date day,
                                      struct alm_error *err)
{
    enum { HOUSEHOLDS_MAX = 64 };
    struct arena arena = {0};
    struct register_aliases aliases = {0};
    alm_id households[HOUSEHOLDS_MAX], *rows = xreallocarray(NULL, 1, sizeof *rows);
    size_t n = 0, n_rows = 1;
    rows[0] = id;
    enum alm_status status = register_aliases_add(store, &aliases, &rows, &n_rows, err);
    if (status == ALM_OK)
        status = register_households_of(store, id, households, HOUSEHOLDS_MAX, &n, err);
    for (size_t i = 0; i < n_rows && status == ALM_OK; i++)
        status = erase_row(store, rows[i], day, &arena, err);
    if (status == ALM_OK)
        status = store_run(store, NULL, err, "UPDATE alias SET reason = NULL, split_reason = NULL WHERE id = ANY ($1)",
                           "I", rows, n_rows);
    /* An address tells who lived there once nobody else does. */
    for (size_t i = 0; i < n && status == ALM_OK; i++)
        status = store_run(
            store, NULL, err,
            "UPDATE household SET address = NULL WHERE id = $1 "
            "AND NOT EXISTS (SELECT 1 FROM person p WHERE p.owner = $1 AND p.erased IS NULL) "
            "AND NOT EXISTS (SELECT 1 FROM membership m JOIN person p ON p.owner = m.home AND p.id = m.person "
            "WHERE m.household = $1 AND p.erased IS NULL)",
            "i", households[i]);
    if (status == ALM_OK)
        status = call_gate(gate, households, n, err);
    for (size_t i = 0; i < n_rows && status == ALM_OK && gate && gate->erased; i++)
        status = gate->erased(gate->context, rows[i], err);
    register_aliases_release(&aliases);
    free(rows);
    arena_release(&arena);
    return status;
}

enum alm_status register_counts(struct store *store, int64_t *households, int64_t *persons, int64_t *places,
                                struct alm_error *err)
{
    int64_t aliases = 0, of_households = 0;
    enum alm_status status = store_number(store, households, 0, err, "SELECT COUNT(*) FROM household", "");
    if (status == ALM_OK)
        status = store_number(store, persons, 0, err, "SELECT COUNT(*) FROM person", "");
    if (status == ALM_OK)
        status = store_number(store, &aliases, 0, err, "SELECT COUNT(*) FROM alias WHERE until IS NULL", "");
    if (status == ALM_OK)
        status = store_number(store, &of_households, 0, err,
                              "SELECT COUNT(*) FROM alias WHERE until IS NULL AND owner = id", "");
    *households -= of_households;
    *persons -= aliases - of_households;
    if (status == ALM_OK)
        status = store_number(store, places, 0, err, "SELECT COUNT(*) FROM place", "");
    return status;
}
