/* SPDX-License-Identifier: MIT */
/* lines: from rows of table `line` to lines, and whom they reach. */
#include "ledger/lines.h"

#include <stdlib.h>

static alm_id id_or_0(struct store_stmt *stmt, int i)
{
    const int64_t id = store_int(stmt, i);
    return id == ALM_NULL ? 0 : id;
}

void lines_fetch(struct ledger *ledger, struct store_stmt *stmt, struct alm_line *line, struct ledger_extra *extra,
                 alm_id *entry)
{
    *line = (struct alm_line){
        .owner = store_int(stmt, 0),
        .id = store_int(stmt, 1),
        .programme = store_int(stmt, 2),
        .date = (alm_date)store_int(stmt, 3),
        .quantity = store_int(stmt, 4),
        .value = store_int(stmt, 5),
        .body = store_int(stmt, 6),
        .group = store_int(stmt, 7),
        .area = store_int(stmt, 8),
        .stage = store_int(stmt, 9),
        .person = id_or_0(stmt, 10),
        .partner = id_or_0(stmt, 11),
        .reverses = id_or_0(stmt, 12),
    };
    const struct register_entry *programme =
        register_by_id(ledger->services.directory, REGISTER_PROGRAMME, line->programme);
    if (programme && programme->recipient == ALM_PLACE)
        line->place = line->owner;
    else
        line->household = line->owner;
    *extra = (struct ledger_extra){store_text(stmt, 15), store_text(stmt, 16), store_int(stmt, 13)};
    *entry = store_int(stmt, 14);
}

void lines_resolve(struct alm_line *line, const struct register_aliases *aliases)
{
    if (!aliases->n)
        return;
    line->person = register_survivor(aliases, line->person);
    line->partner = register_survivor(aliases, line->partner);
}

bool lines_reach_members(const struct alm_line *line)
{
    return line->household && !line->person && !line->partner;
}

void lines_add_reach(struct reach *reach, const struct alm_line *line, const struct register_members *members,
                     const struct register_household *household, alm_id *scratch, struct reach_counts *counts)
{
    size_t n = 0;
    if (lines_reach_members(line)) {
        for (size_t i = 0; household && i < household->n; i++) {
            const struct register_member *m = &members->members[household->first + i];
            if (register_member_on(m, line->date) && !reach_own_row(members, household, m->member.id))
                scratch[n++] = m->member.id;
        }
    } else {
        const alm_id named[] = {line->person, line->partner};
        for (size_t i = 0; i < COUNT_OF(named); i++)
            if (named[i] && !(household && reach_own_row(members, household, named[i])))
                scratch[n++] = named[i];
    }
    reach_add(reach, line, scratch, n, counts);
}

bool lines_reach_person(const struct alm_line *line, const struct register_members *members,
                        const struct register_household *household, alm_id person)
{
    if (!lines_reach_members(line))
        return line->person == person || line->partner == person;
    for (size_t i = 0; i < household->n; i++) {
        const struct register_member *m = &members->members[household->first + i];
        if (m->member.id == person && register_member_on(m, line->date))
            return true;
    }
    return false;
}

alm_id lines_county(struct register_directory *directory, alm_id area)
{
    const struct register_area *areas;
    size_t n;
    const int32_t number = area ? register_area_by_id(directory, area) : -1;
    if (number < 0 || register_areas(directory, &areas, &n, NULL) != ALM_OK)
        return 0;
    return areas[areas[number].county >= 0 ? areas[number].county : number].id;
}

void lines_ids_add(struct lines_ids *ids, alm_id id)
{
    ARRAY_ROOM(ids->at, ids->n, ids->capacity);
    ids->at[ids->n++] = id;
}

static int compare_ids(const void *a, const void *b)
{
    const alm_id x = *(const alm_id *)a, y = *(const alm_id *)b;
    return (x > y) - (x < y);
}

void lines_ids_sort(struct lines_ids *ids)
{
    if (ids->n < 2)
        return;
    qsort(ids->at, ids->n, sizeof *ids->at, compare_ids);
    size_t kept = 1;
    for (size_t i = 1; i < ids->n; i++)
        if (ids->at[i] != ids->at[kept - 1])
            ids->at[kept++] = ids->at[i];
    ids->n = kept;
}

bool lines_ids_have(const struct lines_ids *ids, alm_id id)
{
    return ids->n && bsearch(&id, ids->at, ids->n, sizeof *ids->at, compare_ids);
}

void lines_spans(struct lines_ids *spans, int64_t from, int64_t to)
{
    spans->n = 0;
    for (int64_t span = from / LINES_SPAN; span <= to / LINES_SPAN; span++)
        lines_ids_add(spans, span);
}

enum alm_status lines_all_spans(struct store *store, struct lines_ids *spans, struct alm_error *err)
{
    int64_t first, last;
    enum alm_status status = store_number(store, &first, ALM_NULL, err, "SELECT MIN(month) FROM tally", "");
    if (status == ALM_OK)
        status = store_number(store, &last, ALM_NULL, err, "SELECT MAX(month) FROM tally", "");
    spans->n = 0;
    if (status == ALM_OK && first != ALM_NULL)
        lines_spans(spans, date_month_start((int32_t)first), date_month_start((int32_t)last + 1) - 1);
    return status;
}

enum alm_status lines_owners_of_person(struct store *store, alm_id person, struct lines_ids *owners,
                                       struct alm_error *err)
{
    enum { MAX_HOUSEHOLDS = 64 };
    struct register_aliases aliases = {0};
    alm_id households[MAX_HOUSEHOLDS], *persons = xreallocarray(NULL, 1, sizeof *persons);
    size_t n, n_persons = 1;
    persons[0] = person;
    enum alm_status status = register_households_of(store, person, households, MAX_HOUSEHOLDS, &n, err);
    for (size_t i = 0; status == ALM_OK && i < n; i++)
        lines_ids_add(owners, households[i]);
    struct store_stmt *stmt;
    bool row;
    if (status == ALM_OK)
        status = register_aliases_add(store, &aliases, &persons, &n_persons, err);
    if (status == ALM_OK)
        status = store_query(store, &stmt, err, "SELECT DISTINCT owner FROM partner_line WHERE partner = ANY ($1)", "I",
                             persons, n_persons);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
        lines_ids_add(owners, store_int(stmt, 0));
    lines_ids_sort(owners);
    register_aliases_release(&aliases);
    free(persons);
    return status;
}
