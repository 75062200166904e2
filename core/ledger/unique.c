/* SPDX-License-Identifier: MIT */
/*
 * Unique beneficiaries of a report's cells: from unique_count where it keeps that cut, else from the lines, which are
 * read as they lie, of each no more than its owner, cell and day, and then sorted by owner here.  Of a ledger that is
 * too large for that the owners are parted, and it is read once for each part.
 *
 * An owner's members are bits of a word: the lines of one owner set bits in the cells that they fall in, and when the
 * next owner comes, each cell adds the number of its bits.  Only persons who ever moved or are one with an alias can be
 * met under two owners; they (and whoever has no bit) go to a hash set of cell and person, which holds few.  So do
 * households with aliases.
 */
#include "ledger/chunk.h"
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
    } holds[] = {
        {cut->by & CUT_STAGE, false, KEPT_STAGE, 0},
        {cut->by & CUT_BODY, cut->body != 0, KEPT_BODY, cut->body},
        {cut->by & CUT_MONTH, dated, KEPT_MONTH, first},
        {cut->by & CUT_AREA, cut->area != 0, KEPT_AREA, cut->area},
    };
    *cells = *total = KEPT_ALL;
    *value = 0;
    for (size_t i = 0; i < COUNT_OF(holds); i++) {
        if (!holds[i].by && !holds[i].fixed)
            continue;
        if (*cells != KEPT_ALL)
            return false;
        *cells = holds[i].cut;
        if (holds[i].fixed) {
            *total = holds[i].cut;
            *value = holds[i].value;
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

enum { BATCH_OWNERS = 4096 };
/* Beside a cell's number: what stands for the day is a number in `named`. */
#define IS_NAMED UINT32_C(0x80000000)

/* Whom a line names. */
struct named {
    alm_id person, partner;
};

struct seen {
    uint32_t cell; /* one more than its number; 0: the slot is free; UINT32_MAX: the total */
    alm_id person;
};

struct unique_pass {
    struct cut_cells *cells;
    /* The lines of this part: by owner, with cell << 32 | day. */
    struct chunk_pair *lines, *scratch;
    size_t n_lines, lines_capacity, scratch_capacity;
    struct named *named;
    size_t n_named, named_capacity;
    alm_id *reversed; /* lines that were taken back, ascending */
    size_t n_reversed, reversed_capacity;
    struct register_members members;
    struct register_aliases aliases; /* all */
    uint32_t *touched;               /* numbers of the cells that the owner at hand fell in */
    size_t n_touched, touched_capacity;
    struct seen *seen;
    size_t n_seen, n_slots;
    int64_t owner; /* counted from 1 */
    /* The household at hand; NULL for a place. */
    const struct register_household *household;
    alm_id survivor; /* of which it is an alias, or itself if it has some; 0: it is met but once */
    uint64_t bits;   /* members that have a bit, always */
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

/* Ids of places are no households' and are not found. */
static void begin_owner(struct unique_pass *p, alm_id owner)
{
    const alm_id survivor = register_survivor(&p->aliases, owner);
    p->owner++;
    p->household = register_members_find(&p->members, owner);
    p->survivor = register_has_aliases(&p->aliases, survivor) ? survivor : 0;
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
        const uint32_t number = i < p->n_touched ? p->touched[i] + 1 : UINT32_MAX;
        cell->is.households += p->household && (!p->survivor || see(p, number, p->survivor));
        cell->is.places += p->household == NULL;
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

static void add_line(struct unique_pass *p, uint64_t line)
{
    struct cut_cells *c = p->cells;
    const uint32_t in = (uint32_t)(line >> 32) & ~IS_NAMED;
    const struct named *named = line >> 32 & IS_NAMED ? &p->named[(uint32_t)line] : NULL;
    for (int i = 0; i < 2; i++) {
        struct cut_cell *cell = i ? &c->total : &c->cells[in];
        const uint32_t number = i ? UINT32_MAX : in + 1;
        touch(p, cell);
        if (named) {
            add_named(p, cell, number, named->person);
            add_named(p, cell, number, named->partner);
        } else if (p->household) {
            add_members(p, cell, number, (alm_date)(int32_t)(uint32_t)line);
        }
    }
}

/* The lines are sorted by owner. */
static enum alm_status count_part(struct unique_pass *p, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    for (size_t at = 0; at < p->n_lines && status == ALM_OK;) {
        alm_id owners[BATCH_OWNERS];
        size_t n = 0, to = at;
        for (; to < p->n_lines; to++) {
            const alm_id owner = (alm_id)p->lines[to].key;
            if (n && owners[n - 1] == owner)
                continue;
            if (n == BATCH_OWNERS)
                break;
            owners[n++] = owner;
        }
        register_members_reset(&p->members);
        status = register_members_read(p->cells->ledger->services.store, &p->members, owners, n, err);
        while (status == ALM_OK && at < to) {
            const uint64_t owner = p->lines[at].key;
            begin_owner(p, (alm_id)owner);
            for (; at < to && p->lines[at].key == owner; at++)
                add_line(p, p->lines[at].value);
            end_owner(p);
        }
    }
    return status;
}

static int compare_ids(const void *a, const void *b)
{
    const alm_id x = *(const alm_id *)a, y = *(const alm_id *)b;
    return (x > y) - (x < y);
}

static enum alm_status read_reversed(struct unique_pass *p, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(p->cells->ledger->services.store, &stmt, err, "SELECT line FROM reversal", "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        ARRAY_ROOM(p->reversed, p->n_reversed, p->reversed_capacity);
        p->reversed[p->n_reversed++] = store_int(stmt, 0);
    }
    if (p->n_reversed)
        qsort(p->reversed, p->n_reversed, sizeof *p->reversed, compare_ids);
    return status;
}

/* Columns after those that are always read; which of them the cut needs. */
enum { DIMENSION_FIRST = 4, DIMENSIONS = 5 };
static const struct {
    const char *column;
    uint32_t by;
} dimensions[DIMENSIONS] = {
    {"programme", CUT_PROGRAMME}, {"body", CUT_BODY}, {"grp", CUT_GROUP}, {"area", CUT_AREA}, {"stage", CUT_STAGE}};

static bool needs(const struct ledger_cut *cut, int dimension)
{
    return cut->by & dimensions[dimension].by || (dimensions[dimension].by == CUT_AREA && cut->area);
}

static void read_line(struct unique_pass *p, struct store_stmt *stmt, alm_id owner)
{
    struct cut_cells *c = p->cells;
    struct cut_where where = {.day = (alm_date)store_int(stmt, 1)};
    alm_id *const into[DIMENSIONS] = {&where.programme, &where.body, &where.group, &where.area, &where.stage};
    int at = DIMENSION_FIRST;
    for (int i = 0; i < DIMENSIONS; i++)
        if (needs(c->cut, i))
            *into[i] = store_int(stmt, at++);
    if (p->n_reversed) {
        const alm_id id = store_int(stmt, at);
        if (bsearch(&id, p->reversed, p->n_reversed, sizeof id, compare_ids))
            return;
    }
    const struct cut_cell *cell = cut_cell(c, &where);
    if (!cell)
        return;
    uint64_t in = (uint64_t)(cell - c->cells), rest = (uint32_t)where.day;
    const int64_t person = store_int(stmt, 2), partner = store_int(stmt, 3);
    const struct named survivors = {person == ALM_NULL ? 0 : register_survivor(&p->aliases, person),
                                    partner == ALM_NULL ? 0 : register_survivor(&p->aliases, partner)};
    if (person != ALM_NULL || partner != ALM_NULL) {
        ARRAY_ROOM(p->named, p->n_named, p->named_capacity);
        in |= IS_NAMED;
        rest = p->n_named;
        p->named[p->n_named++] = survivors;
    }
    ARRAY_ROOM(p->lines, p->n_lines, p->lines_capacity);
    p->lines[p->n_lines++] = (struct chunk_pair){(uint64_t)owner, in << 32 | rest};
}

/* Every owner belongs to one part. */
static uint64_t part_of(alm_id owner, uint64_t n_parts)
{
    return (((uint64_t)owner * UINT64_C(0x9E3779B97F4A7C15)) >> 32) % n_parts;
}

static enum alm_status read_part(struct unique_pass *p, const char *sql, const char *types, const int64_t v[4],
                                 uint64_t part, uint64_t n_parts, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row;
    p->n_lines = p->n_named = 0;
    enum alm_status status =
        store_query(p->cells->ledger->services.store, &stmt, err, sql, types, v[0], v[1], v[2], v[3]);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const alm_id owner = store_int(stmt, 0);
        if (n_parts == 1 || part_of(owner, n_parts) == part)
            read_line(p, stmt, owner);
    }
    if (p->n_lines > p->scratch_capacity) {
        free(p->scratch);
        p->scratch_capacity = p->n_lines;
        p->scratch = xreallocarray(NULL, p->scratch_capacity, sizeof *p->scratch);
    }
    chunk_sort(p->lines, p->scratch, p->n_lines);
    return status;
}

static enum alm_status count_lines(struct cut_cells *c, struct alm_error *err)
{
    struct unique_pass p = {.cells = c};
    struct strbuf sql = {0};
    char types[5];
    int64_t v[4];
    enum alm_status status = read_reversed(&p, err);
    if (status == ALM_OK)
        status = register_aliases_read(c->ledger->services.store, &p.aliases, NULL, 0, err);
    strbuf_adds(&sql, "SELECT owner, date, person, partner");
    for (int i = 0; i < DIMENSIONS; i++)
        if (needs(c->cut, i))
            strbuf_addf(&sql, ", %s", dimensions[i].column);
    strbuf_adds(&sql, p.n_reversed ? ", id FROM line" : " FROM line");
    cut_where_sql(c->cut, "date", c->cut->from, c->cut->to, &sql, types, v);
    strbuf_adds(&sql, types[0] ? " AND reverses IS NULL" : " WHERE reverses IS NULL");
    /* The amounts are known: they say about how many lines there are. */
    const uint64_t deliveries = c->total.is.deliveries > 0 ? (uint64_t)c->total.is.deliveries : 0;
    const uint64_t n_parts = 1 + deliveries / c->ledger->most_lines;
    for (uint64_t part = 0; part < n_parts && status == ALM_OK; part++) {
        status = read_part(&p, sql.at, types, v, part, n_parts, err);
        if (status == ALM_OK)
            status = count_part(&p, err);
    }
    strbuf_release(&sql);
    register_members_release(&p.members);
    register_aliases_release(&p.aliases);
    free(p.lines);
    free(p.scratch);
    free(p.named);
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
