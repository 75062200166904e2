/* SPDX-License-Identifier: MIT */
/* look: a list of persons as import would understand it, and everybody in the register to compare it with. */
#include "register/people.h"
#include <stdlib.h>

/* ---- the list ---- */

void register_importer_look(struct register_importer *importer,
                            void (*each)(void *context, int64_t line, const struct register_traits *), void *context)
{
    importer->look = each;
    importer->look_context = context;
}

static alm_id known_id(int64_t id)
{
    return id == ALM_NULL || id == CLEARED ? 0 : id;
}

void people_look(const struct people *people)
{
    const struct register_importer *importer = people->importer;
    for (size_t i = 0; i < people->n; i++) {
        const struct person_row *row = &people->parsed[i];
        if (people->rows[i].outcome == IMPORT_REJECTED)
            continue;
        const struct register_traits traits = {
            .national_id = row->national_id,
            .wrong_id = row->wrong_id,
            .foreign_id = row->foreign_id,
            .given_name = row->given_name,
            .family_name = row->family_name,
            .father_name = row->father_name,
            .mobile = row->mobile,
            .address = row->address,
            .birth_date = row->birth_date == ALM_NULL ? ALM_NO_DATE : (alm_date)row->birth_date,
            .sex = row->sex == ALM_NULL ? 0 : (char)row->sex,
            .area = known_id(row->area),
        };
        importer->look(importer->look_context, people->rows[i].line, &traits);
    }
}

/* ---- the register ---- */

/* Somebody who went to another household than the one that registered them; few did. */
struct moved {
    alm_id person, household, area;
    const char *code, *address;
};

/* Whose row is another's alias, and where that one was registered. */
struct stand_in {
    alm_id person, survivor, household;
    const char *code;
};

struct register_people {
    struct arena arena;
    struct moved *moved; /* by person, each once */
    size_t n_moved, capacity;
    struct stand_in *stand_ins; /* by person */
    size_t n_stand_ins, stand_ins_capacity;
    struct store_stmt *stmt;
};

static enum alm_status read_moved(struct register_people *people, struct store *store, alm_date day,
                                  struct alm_error *err)
{
    static const char sql[] = "SELECT m.person, m.household, h.area, h.code, h.address "
                              "FROM membership m "
                              "JOIN household h ON h.id = m.household "
                              "WHERE m.since <= $1 "
                              "ORDER BY m.person, m.since, m.household";
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(store, &stmt, err, sql, "i", (int64_t)day);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const int64_t area = store_int(stmt, 2);
        const char *code = store_string(stmt, 3), *address = store_string(stmt, 4);
        const struct moved moved = {.person = store_int(stmt, 0),
                                    .household = store_int(stmt, 1),
                                    .area = area == ALM_NULL ? 0 : area,
                                    .code = arena_strdup(&people->arena, code ? code : ""),
                                    .address = arena_strdup(&people->arena, address ? address : "")};
        if (people->n_moved && people->moved[people->n_moved - 1].person == moved.person) {
            people->moved[people->n_moved - 1] = moved;
            continue;
        }
        ARRAY_ROOM(people->moved, people->n_moved, people->capacity);
        people->moved[people->n_moved++] = moved;
    }
    return status;
}

static enum alm_status read_stand_ins(struct register_people *people, struct store *store, struct alm_error *err)
{
    static const char sql[] = "SELECT a.id, a.survivor, s.owner, h.code FROM alias a "
                              "JOIN home s ON s.id = a.survivor "
                              "JOIN household h ON h.id = s.owner "
                              "WHERE a.until IS NULL AND a.owner <> a.id "
                              "ORDER BY a.id";
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(store, &stmt, err, sql, "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const char *code = store_string(stmt, 3);
        ARRAY_ROOM(people->stand_ins, people->n_stand_ins, people->stand_ins_capacity);
        people->stand_ins[people->n_stand_ins++] = (struct stand_in){
            store_int(stmt, 0), store_int(stmt, 1), store_int(stmt, 2), arena_strdup(&people->arena, code ? code : "")};
    }
    return status;
}

static int compare_stand_ins(const void *a, const void *b)
{
    return register_compare_ids(&((const struct stand_in *)a)->person, &((const struct stand_in *)b)->person);
}

static int compare_moved(const void *a, const void *b)
{
    return register_compare_ids(&((const struct moved *)a)->person, &((const struct moved *)b)->person);
}

enum alm_status register_people_open(struct register_people **out, struct store *store, alm_date day,
                                     struct alm_error *err)
{
    static const char sql[] = "SELECT p.owner, p.id, p.national_id, p.foreign_id, p.given_name, p.family_name, "
                              "p.father_name, p.birth_date, p.sex, p.mobile, h.area, h.code, h.address "
                              "FROM person p "
                              "JOIN household h ON h.id = p.owner "
                              "WHERE p.erased IS NULL "
                              "ORDER BY p.owner, p.id";
    struct register_people *people = xcalloc(1, sizeof *people);
    enum alm_status status = read_moved(people, store, day, err);
    if (status == ALM_OK)
        status = read_stand_ins(people, store, err);
    if (status == ALM_OK)
        status = store_query(store, &people->stmt, err, sql, "");
    if (status != ALM_OK) {
        people->stmt = NULL;
        register_people_close(people);
        people = NULL;
    }
    *out = people;
    return status;
}

enum alm_status register_people_next(struct register_people *people, struct register_known *known, bool *more,
                                     struct alm_error *err)
{
    struct store_stmt *stmt = people->stmt;
    enum alm_status status = store_next(stmt, more, err);
    if (status != ALM_OK || !*more) {
        people->stmt = NULL;
        return status;
    }
    const int64_t born = store_int(stmt, 7), area = store_int(stmt, 10);
    const struct alm_text sex = store_text(stmt, 8);
    *known = (struct register_known){
        .traits = {.national_id = store_text(stmt, 2),
                   .foreign_id = store_text(stmt, 3),
                   .given_name = store_text(stmt, 4),
                   .family_name = store_text(stmt, 5),
                   .father_name = store_text(stmt, 6),
                   .mobile = store_text(stmt, 9),
                   .address = store_text(stmt, 12),
                   .birth_date = born == ALM_NULL ? ALM_NO_DATE : (alm_date)born,
                   .sex = sex.len ? sex.at[0] : 0,
                   .area = area == ALM_NULL ? 0 : area},
        .person = store_int(stmt, 1),
        .household = store_int(stmt, 0),
        .home = store_int(stmt, 0),
        .code = store_text(stmt, 11),
    };
    const struct stand_in as = {.person = known->person};
    const struct stand_in *stand_in =
        people->n_stand_ins ? bsearch(&as, people->stand_ins, people->n_stand_ins, sizeof as, compare_stand_ins) : NULL;
    known->survivor = stand_in ? stand_in->survivor : known->person;
    if (stand_in) {
        known->household = stand_in->household;
        known->code = text_of(stand_in->code);
    }
    const struct moved key = {.person = known->survivor};
    const struct moved *moved =
        people->n_moved ? bsearch(&key, people->moved, people->n_moved, sizeof key, compare_moved) : NULL;
    if (moved) {
        known->household = moved->household;
        known->code = text_of(moved->code);
    }
    if (moved && !stand_in) {
        known->traits.address = text_of(moved->address);
        known->traits.area = moved->area;
    }
    return ALM_OK;
}

void register_people_close(struct register_people *people)
{
    if (!people)
        return;
    if (people->stmt)
        store_done(people->stmt);
    arena_release(&people->arena);
    free(people->moved);
    free(people->stand_ins);
    free(people);
}

enum alm_status register_persons_there(struct store *store, const alm_id *homes, const alm_id *ids, size_t n,
                                       alm_id *there, size_t *n_there, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row;
    *n_there = 0;
    enum alm_status status = store_query(store, &stmt, err,
                                         "SELECT p.id FROM person p WHERE p.owner = ANY ($1) AND p.id = ANY ($2) "
                                         "AND p.erased IS NULL AND NOT EXISTS (SELECT 1 FROM alias a "
                                         "WHERE a.owner = p.owner AND a.id = p.id AND a.until IS NULL) ORDER BY p.id",
                                         "II", homes, n, ids, n);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
        if (*n_there < n)
            there[(*n_there)++] = store_int(stmt, 0);
    return status;
}
