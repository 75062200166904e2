/* SPDX-License-Identifier: MIT */
/*
 * Unique beneficiaries of a report's cells: from unique_count where it keeps that cut, else from the lines, in one pass
 * by owner.
 *
 * In the pass an owner's members are bits of a word: the lines of one owner set bits in the cells that they fall in,
 * and when the next owner comes, each cell adds the number of its bits.  Only persons who ever moved can be met under
 * two owners; they (and whoever has no bit) go to a hash set of cell and person, which holds few.
 */
#include "ledger/cut.h"

#include <stdlib.h>

/* ---- from the kept counters ---- */

enum { KEPT_ALL, KEPT_STAGE, KEPT_BODY, KEPT_MONTH, KEPT_AREA };

static enum alm_status read_kept(struct store *store, int cut, alm_id programme, int64_t value,
                                 struct ledger_cell *cell, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row;
    cell->households = cell->persons = cell->places = 0;
    enum alm_status status = store_query(store, &stmt, err,
                                         "SELECT households, persons, places FROM unique_count "
                                         "WHERE cut = $1 AND programme = $2 AND value = $3",
                                         "iii", (int64_t)cut, programme, value);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        cell->households += store_int(stmt, 0);
        cell->persons += store_int(stmt, 1);
        cell->places += store_int(stmt, 2);
    }
    return status;
}

/* Which kept cut the report is, taking its filters for dimensions: of the cells in *cells, of the total in *total, with
 * the value in *value where a filter fixes it.  False if none. */
static bool kept(const struct cut_cells *c, int *cells, int *total, int64_t *value)
{
    const struct ledger_cut *cut = c->cut;
    int32_t first, last;
    if (cut->by & (CUT_GROUP | CUT_DAY) || !cut_whole_months(cut, &first, &last))
        return false;
    const bool dated = cut->from != ALM_NO_DATE || cut->to != ALM_NO_DATE;
    if (dated && first != last)
        return false;
    const struct {
        bool by, fixed;
        int cut;
        int64_t value;
    } dimensions[] = {
        {cut->by & CUT_STAGE, false, KEPT_STAGE, 0},
        {cut->by & CUT_BODY, cut->body != 0, KEPT_BODY, cut->body},
        {cut->by & CUT_MONTH, dated, KEPT_MONTH, first},
        {cut->by & CUT_AREA, cut->area != 0, KEPT_AREA, cut->area},
    };
    *cells = *total = KEPT_ALL;
    *value = 0;
    for (size_t i = 0; i < COUNT_OF(dimensions); i++) {
        if (!dimensions[i].by && !dimensions[i].fixed)
            continue;
        if (*cells != KEPT_ALL)
            return false;
        *cells = dimensions[i].cut;
        if (dimensions[i].fixed) {
            *total = dimensions[i].cut;
            *value = dimensions[i].value;
        }
    }
    /* What lies directly in the base has no counter of its own, unless nothing else lies in it. */
    const bool base_has_children =
        c->base >= 0 && c->base + 1 < (int32_t)c->n_areas && c->areas[c->base + 1].parent == c->base;
    if (cut->by & CUT_AREA && base_has_children)
        for (size_t i = 0; i < c->n; i++)
            if (c->cells[i].is.area == c->areas[c->base].id && c->cells[i].is.deliveries)
                return false;
    return true;
}

static enum alm_status count_kept(struct cut_cells *c, int cells, int total, int64_t fixed, struct alm_error *err)
{
    struct store *store = c->ledger->services.store;
    enum alm_status status = read_kept(store, total, c->cut->programme, fixed, &c->total.is, err);
    for (size_t i = 0; i < c->n && c->cut->by && status == ALM_OK; i++) {
        struct ledger_cell *cell = &c->cells[i].is;
        const int64_t value = c->cut->by & CUT_STAGE   ? cell->stage
                              : c->cut->by & CUT_BODY  ? cell->body
                              : c->cut->by & CUT_MONTH ? cell->month
                              : c->cut->by & CUT_AREA  ? cell->area
                                                       : fixed;
        status =
            read_kept(store, cells, c->cut->by & CUT_PROGRAMME ? cell->programme : c->cut->programme, value, cell, err);
    }
    return status;
}

/* ---- from the lines ---- */

enum {
    BATCH_OWNERS = 4096,
    BATCH_LINES = 65536 /* after so many a batch ends with the owner at hand */
};

struct unique_line {
    alm_id owner, id, person, partner, reverses;
    struct cut_where where;
};

struct seen {
    uint32_t cell; /* one more than its number; 0: the slot is free; UINT32_MAX: the total */
    alm_id person;
};

struct unique_pass {
    struct cut_cells *cells;
    struct unique_line *lines;
    size_t n_lines, lines_capacity;
    alm_id *owners;
    size_t n_owners, owners_capacity;
    struct register_members members;
    alm_id *reversed;
    size_t n_reversed, reversed_capacity;
    uint32_t *touched; /* numbers of the cells that the owner at hand fell in */
    size_t n_touched, touched_capacity;
    struct seen *seen;
    size_t n_seen, n_slots;
    int64_t owner; /* counted from 1 */
    bool place;
    /* The household at hand; NULL for a place. */
    const struct register_household *household;
    uint64_t bits; /* members that have a bit, always */
    alm_date present_on;
    uint64_t present; /* bits of the members on that day */
    bool singles;     /* someone without a bit is present too */
};

static size_t seen_slot(const struct unique_pass *p, uint32_t cell, alm_id person)
{
    const uint64_t h = ((uint64_t)person ^ (uint64_t)cell << 40) * 0x9E3779B97F4A7C15u;
    size_t i = (size_t)(h >> 20) & (p->n_slots - 1);
    while (p->seen[i].cell && (p->seen[i].cell != cell || p->seen[i].person != person))
        i = (i + 1) & (p->n_slots - 1);
    return i;
}

/* True the first time. */
static bool see(struct unique_pass *p, uint32_t cell, alm_id person)
{
    if (p->n_seen * 2 >= p->n_slots) {
        struct seen *old = p->seen;
        const size_t n_old = p->n_slots;
        p->n_slots = n_old ? n_old * 2 : 1024;
        p->seen = xcalloc(p->n_slots, sizeof *p->seen);
        for (size_t i = 0; i < n_old; i++)
            if (old[i].cell)
                p->seen[seen_slot(p, old[i].cell, old[i].person)] = old[i];
        free(old);
    }
    const size_t i = seen_slot(p, cell, person);
    if (p->seen[i].cell)
        return false;
    p->seen[i] = (struct seen){cell, person};
    p->n_seen++;
    return true;
}

/* A person without a bit. */
static void add_single(struct unique_pass *p, struct cut_cell *cell, uint32_t number, alm_id person)
{
    if (see(p, number, person))
        cell->is.persons++;
}

/* The bit of member `i` of the household; 0: they have none. */
static uint64_t member_bit(const struct unique_pass *p, size_t i)
{
    return i < 64 ? p->bits & (uint64_t)1 << i : 0;
}

static void begin_owner(struct unique_pass *p, alm_id owner, bool place)
{
    p->owner++;
    p->place = place;
    p->household = place ? NULL : register_members_find(&p->members, owner);
    p->bits = 0;
    p->present_on = ALM_NO_DATE;
    for (size_t i = 0; p->household && i < p->household->n; i++) {
        const struct register_member *m = &p->members.members[p->household->first + i];
        if (i < 64 && !reach_own_row(&p->members, p->household, m->member.id))
            p->bits |= (uint64_t)1 << i;
    }
}

static void end_owner(struct unique_pass *p)
{
    for (size_t i = 0; i <= p->n_touched; i++) {
        struct cut_cell *cell = i < p->n_touched ? &p->cells->cells[p->touched[i]] : &p->cells->total;
        if (cell->owner != p->owner)
            continue;
        cell->is.households += !p->place;
        cell->is.places += p->place;
        cell->is.persons += __builtin_popcountll(cell->persons);
    }
    p->n_touched = 0;
}

static void touch(struct unique_pass *p, struct cut_cell *cell)
{
    if (cell->owner == p->owner)
        return;
    cell->owner = p->owner;
    cell->persons = 0;
    if (cell == &p->cells->total)
        return;
    ARRAY_ROOM(p->touched, p->n_touched, p->touched_capacity);
    p->touched[p->n_touched++] = (uint32_t)(cell - p->cells->cells);
}

static void add_named(struct unique_pass *p, struct cut_cell *cell, uint32_t number, alm_id person)
{
    if (!person)
        return;
    for (size_t i = 0; p->household && i < p->household->n; i++) {
        if (p->members.members[p->household->first + i].member.id != person)
            continue;
        const uint64_t bit = member_bit(p, i);
        cell->persons |= bit;
        if (bit)
            return;
    }
    add_single(p, cell, number, person);
}

static void add_members(struct unique_pass *p, struct cut_cell *cell, uint32_t number, alm_date day)
{
    if (p->present_on != day) {
        p->present_on = day;
        p->present = 0;
        p->singles = false;
        for (size_t i = 0; i < p->household->n; i++) {
            if (!register_member_on(&p->members.members[p->household->first + i], day))
                continue;
            p->present |= member_bit(p, i);
            p->singles = p->singles || !member_bit(p, i);
        }
    }
    cell->persons |= p->present;
    for (size_t i = 0; p->singles && i < p->household->n; i++) {
        const struct register_member *m = &p->members.members[p->household->first + i];
        if (!member_bit(p, i) && register_member_on(m, day))
            add_single(p, cell, number, m->member.id);
    }
}

static void add_line(struct unique_pass *p, const struct unique_line *line)
{
    struct cut_cells *c = p->cells;
    struct cut_cell *in = cut_cell(c, &line->where);
    if (!in)
        return;
    for (int i = 0; i < 2; i++) {
        struct cut_cell *cell = i ? &c->total : in;
        const uint32_t number = i ? UINT32_MAX : (uint32_t)(in - c->cells) + 1;
        touch(p, cell);
        if (line->person || line->partner) {
            add_named(p, cell, number, line->person);
            add_named(p, cell, number, line->partner);
        } else if (p->household) {
            add_members(p, cell, number, line->where.day);
        }
    }
}

static int compare_ids(const void *a, const void *b)
{
    const alm_id x = *(const alm_id *)a, y = *(const alm_id *)b;
    return (x > y) - (x < y);
}

/* The lines of one owner, by id. */
static void count_owner(struct unique_pass *p, const struct unique_line *lines, size_t n)
{
    const struct register_entry *programme =
        register_by_id(p->cells->ledger->services.directory, REGISTER_PROGRAMME, lines->where.programme);
    begin_owner(p, lines->owner, programme && programme->recipient == ALM_PLACE);
    p->n_reversed = 0;
    for (size_t i = 0; i < n; i++) {
        if (!lines[i].reverses)
            continue;
        ARRAY_ROOM(p->reversed, p->n_reversed, p->reversed_capacity);
        p->reversed[p->n_reversed++] = lines[i].reverses;
    }
    if (p->n_reversed > 1)
        qsort(p->reversed, p->n_reversed, sizeof *p->reversed, compare_ids);
    for (size_t i = 0; i < n; i++)
        if (!lines[i].reverses &&
            !(p->n_reversed && bsearch(&lines[i].id, p->reversed, p->n_reversed, sizeof *p->reversed, compare_ids)))
            add_line(p, &lines[i]);
    end_owner(p);
}

static enum alm_status count_batch(struct unique_pass *p, struct alm_error *err)
{
    register_members_reset(&p->members);
    /* Ids of places are no households' and are not found. */
    enum alm_status status =
        register_members_read(p->cells->ledger->services.store, &p->members, p->owners, p->n_owners, err);
    for (size_t from = 0, to; from < p->n_lines && status == ALM_OK; from = to) {
        for (to = from + 1; to < p->n_lines && p->lines[to].owner == p->lines[from].owner;)
            to++;
        count_owner(p, &p->lines[from], to - from);
    }
    p->n_lines = p->n_owners = 0;
    return status;
}

static alm_id id_or_0(struct store_stmt *stmt, int i)
{
    const int64_t id = store_int(stmt, i);
    return id == ALM_NULL ? 0 : id;
}

static enum alm_status read_line(struct unique_pass *p, struct store_stmt *stmt, struct alm_error *err)
{
    const alm_id owner = store_int(stmt, 0);
    if (p->n_lines && p->lines[p->n_lines - 1].owner != owner &&
        (p->n_owners == BATCH_OWNERS || p->n_lines >= BATCH_LINES)) {
        enum alm_status status = count_batch(p, err);
        if (status != ALM_OK)
            return status;
    }
    if (!p->n_owners || p->owners[p->n_owners - 1] != owner) {
        ARRAY_ROOM(p->owners, p->n_owners, p->owners_capacity);
        p->owners[p->n_owners++] = owner;
    }
    ARRAY_ROOM(p->lines, p->n_lines, p->lines_capacity);
    p->lines[p->n_lines++] = (struct unique_line){
        .owner = owner,
        .id = store_int(stmt, 1),
        .person = id_or_0(stmt, 8),
        .partner = id_or_0(stmt, 9),
        .reverses = id_or_0(stmt, 10),
        .where = {.programme = store_int(stmt, 2),
                  .day = (alm_date)store_int(stmt, 3),
                  .body = store_int(stmt, 4),
                  .group = store_int(stmt, 5),
                  .area = store_int(stmt, 6),
                  .stage = store_int(stmt, 7)},
    };
    return ALM_OK;
}

static enum alm_status count_lines(struct cut_cells *c, struct alm_error *err)
{
    struct unique_pass p = {.cells = c};
    struct strbuf sql = {0};
    char types[5];
    int64_t v[4];
    strbuf_adds(&sql, "SELECT owner, id, programme, date, body, grp, area, stage, person, partner, reverses FROM line");
    cut_where_sql(c->cut, "date", c->cut->from, c->cut->to, &sql, types, v);
    strbuf_adds(&sql, " ORDER BY owner, id");
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(c->ledger->services.store, &stmt, err, sql.at, types, v[0], v[1], v[2], v[3]);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
        if ((status = read_line(&p, stmt, err)) != ALM_OK)
            store_done(stmt);
    if (status == ALM_OK && p.n_lines)
        status = count_batch(&p, err);
    strbuf_release(&sql);
    register_members_release(&p.members);
    free(p.lines);
    free(p.owners);
    free(p.reversed);
    free(p.touched);
    free(p.seen);
    return status;
}

enum alm_status cut_count_unique(struct cut_cells *c, struct alm_error *err)
{
    int cells, total;
    int64_t fixed;
    if (kept(c, &cells, &total, &fixed))
        return count_kept(c, cells, total, fixed, err);
    return count_lines(c, err);
}
