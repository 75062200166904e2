/* SPDX-License-Identifier: MIT */
/* The common report: amounts from the coarsest roll-up that holds the cut; cells in one order; totals. */
#include "ledger/cut.h"

#include <stdlib.h>

/* ---- areas ---- */

/* What each area is shown under; base and filter as ledger.h says. */
static enum alm_status show_areas(struct cut_cells *c, struct alm_error *err)
{
    c->base = -1;
    if (!(c->cut->by & CUT_AREA) && !c->cut->area)
        return ALM_OK; /* the tree is large beside the rest of a report's work */
    enum alm_status status = register_areas(c->ledger->services.directory, &c->areas, &c->n_areas, err);
    if (status != ALM_OK)
        return status;
    if (c->cut->area) {
        c->base = register_area_by_id(c->ledger->services.directory, c->cut->area);
        if (c->base < 0)
            return error_set(err, ALM_BAD_DATA, _("almoner area list shows them"),
                             _("there is no area with the id %lld"), (long long)c->cut->area);
    } else {
        size_t tops = 0;
        for (size_t i = 0; i < c->n_areas && tops < 2; i++)
            tops += c->areas[i].parent < 0;
        if (tops == 1)
            c->base = 0; /* an area stands before what lies in it */
    }
    c->shown = xreallocarray(NULL, c->n_areas + 1, sizeof *c->shown);
    for (int32_t i = 0; i < (int32_t)c->n_areas; i++) {
        const int32_t parent = c->areas[i].parent;
        if (i == c->base || parent == c->base)
            c->shown[i] = i;
        else
            c->shown[i] = parent < 0 ? -1 : c->shown[parent];
    }
    return ALM_OK;
}

static int32_t area_number(struct cut_cells *c, alm_id area)
{
    if (area == 0)
        return -1;
    if (area != c->last_area) {
        c->last_area = area;
        c->last_number = register_area_by_id(c->ledger->services.directory, area);
    }
    return c->last_number;
}

/* ---- cells ---- */

static bool same_cell(const struct ledger_cell *a, const struct ledger_cell *b)
{
    return a->programme == b->programme && a->area == b->area && a->body == b->body && a->group == b->group &&
           a->stage == b->stage && a->month == b->month && a->day == b->day;
}

static uint64_t mix(uint64_t h, int64_t value)
{
    h = (h ^ (uint64_t)value) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 32;
}

static size_t slot_of(const struct cut_cells *c, const struct ledger_cell *is)
{
    uint64_t h = mix(mix(mix(0, is->programme), is->area), is->body);
    h = mix(mix(mix(mix(h, is->group), is->stage), is->month), is->day);
    size_t i = (size_t)h & (c->n_slots - 1);
    while (c->slots[i] && !same_cell(&c->cells[c->slots[i] - 1].is, is))
        i = (i + 1) & (c->n_slots - 1);
    return i;
}

static void more_slots(struct cut_cells *c)
{
    free(c->slots);
    c->n_slots = c->n_slots ? c->n_slots * 2 : 256;
    c->slots = xcalloc(c->n_slots, sizeof *c->slots);
    for (size_t i = 0; i < c->n; i++)
        c->slots[slot_of(c, &c->cells[i].is)] = (uint32_t)(i + 1);
}

struct cut_cell *cut_cell(struct cut_cells *c, const struct cut_where *where)
{
    const uint32_t by = c->cut->by;
    struct ledger_cell is = {.day = ALM_NO_DATE};
    if (c->cut->area || by & CUT_AREA) {
        const int32_t area = area_number(c, where->area);
        const int32_t shown = area < 0 ? -1 : c->shown[area];
        if (shown < 0 && c->cut->area)
            return NULL;
        if (by & CUT_AREA)
            is.area = shown < 0 ? 0 : c->areas[shown].id;
    }
    if (by & CUT_PROGRAMME)
        is.programme = where->programme;
    if (by & CUT_BODY)
        is.body = where->body;
    if (by & CUT_GROUP)
        is.group = where->group;
    if (by & CUT_STAGE)
        is.stage = where->stage;
    if (by & CUT_MONTH)
        is.month = where->day == ALM_NO_DATE ? where->month : date_month(where->day);
    if (by & CUT_DAY)
        is.day = where->day;
    if (c->n * 2 >= c->n_slots)
        more_slots(c);
    const size_t slot = slot_of(c, &is);
    if (!c->slots[slot]) {
        ARRAY_ROOM(c->cells, c->n, c->capacity);
        c->cells[c->n++] = (struct cut_cell){.is = is};
        c->slots[slot] = (uint32_t)c->n;
    }
    return &c->cells[c->slots[slot] - 1];
}

/* ---- amounts ---- */

bool cut_whole_months(const struct ledger_cut *cut, int32_t *first, int32_t *last)
{
    *first = cut->from == ALM_NO_DATE ? INT32_MIN : date_month(cut->from);
    *last = cut->to == ALM_NO_DATE ? INT32_MAX : date_month(cut->to);
    return (cut->from == ALM_NO_DATE || date_month_start(*first) == cut->from) &&
           (cut->to == ALM_NO_DATE || date_month_start(*last + 1) == cut->to + 1);
}

void cut_where_sql(const struct ledger_cut *cut, const char *date, int64_t from, int64_t to, struct strbuf *sql,
                   char types[5], int64_t values[4])
{
    const struct {
        bool given;
        const char *column, *compare;
        int64_t value;
    } conditions[] = {
        {cut->programme != 0, "programme", "=", cut->programme},
        {cut->body != 0, "body", "=", cut->body},
        {cut->from != ALM_NO_DATE, date, ">=", from},
        {cut->to != ALM_NO_DATE, date, "<=", to},
    };
    size_t n = 0;
    for (size_t i = 0; i < COUNT_OF(conditions); i++) {
        if (!conditions[i].given)
            continue;
        strbuf_addf(sql, " %s %s %s $%zu", n ? "AND" : "WHERE", conditions[i].column, conditions[i].compare, n + 1);
        types[n] = 'i';
        values[n++] = conditions[i].value;
    }
    types[n] = '\0';
    while (n < 4)
        values[n++] = 0;
}

/* Whether `tally` holds the cut.  It keeps the county (or, of what lies in none, the area itself), so it serves where
 * counties or more are shown. */
static bool coarse(const struct cut_cells *c)
{
    int32_t first, last;
    if (c->cut->by & (CUT_GROUP | CUT_DAY) || !cut_whole_months(c->cut, &first, &last))
        return false;
    const int32_t county = c->base < 0 ? -1 : c->areas[c->base].county;
    if (c->cut->by & CUT_AREA && county >= 0)
        return false;
    return !c->cut->area || county < 0 || county == c->base;
}

static void add_amounts(struct ledger_cell *to, alm_quantity quantity, int64_t deliveries, alm_money value)
{
    to->quantity += quantity;
    to->deliveries += deliveries;
    to->value += value;
}

static enum alm_status read_amounts(struct cut_cells *c, struct alm_error *err)
{
    const bool coarsely = coarse(c);
    struct strbuf sql = {0};
    char types[5];
    int64_t v[4], from = c->cut->from, to = c->cut->to;
    if (coarsely) {
        int32_t first, last;
        cut_whole_months(c->cut, &first, &last);
        from = first;
        to = last;
        strbuf_adds(&sql, "SELECT programme, stage, county, body, 0, month, quantity, deliveries, value FROM tally");
    } else {
        strbuf_adds(&sql,
                    "SELECT programme, stage, area, body, grp, day, quantity, deliveries, value FROM tally_detail");
    }
    cut_where_sql(c->cut, coarsely ? "month" : "day", from, to, &sql, types, v);
    struct store_stmt *stmt;
    bool row;
    /* types tells how many of the values are taken */
    enum alm_status status = store_query(c->ledger->services.store, &stmt, err, sql.at, types, v[0], v[1], v[2], v[3]);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const int32_t time = (int32_t)store_int(stmt, 5);
        const struct cut_where where = {
            .programme = store_int(stmt, 0),
            .stage = store_int(stmt, 1),
            .area = store_int(stmt, 2),
            .body = store_int(stmt, 3),
            .group = store_int(stmt, 4),
            .month = coarsely ? time : 0,
            .day = coarsely ? ALM_NO_DATE : time,
        };
        struct cut_cell *cell = cut_cell(c, &where);
        if (!cell)
            continue;
        const int64_t quantity = store_int(stmt, 6), deliveries = store_int(stmt, 7), value = store_int(stmt, 8);
        add_amounts(&cell->is, quantity, deliveries, value);
        add_amounts(&c->total.is, quantity, deliveries, value);
    }
    strbuf_release(&sql);
    return status;
}

/* ---- order ---- */

static const char *code_of(struct register_directory *directory, enum register_noun noun, alm_id id)
{
    const struct register_entry *entry = id ? register_by_id(directory, noun, id) : NULL;
    return entry ? entry->code : "";
}

/* Leave out cells whose deliveries were all taken back, and give the others their codes. */
static void finish_cells(struct cut_cells *c)
{
    struct register_directory *directory = c->ledger->services.directory;
    size_t kept = 0;
    for (size_t i = 0; i < c->n; i++) {
        struct cut_cell *cell = &c->cells[i];
        if (!cell->is.deliveries && !cell->is.quantity && !cell->is.value)
            continue;
        const int32_t area = area_number(c, cell->is.area);
        cell->area = area < 0 ? "" : c->areas[area].code;
        cell->programme = code_of(directory, REGISTER_PROGRAMME, cell->is.programme);
        cell->body = code_of(directory, REGISTER_BODY, cell->is.body);
        cell->group = code_of(directory, REGISTER_GROUP, cell->is.group);
        cell->stage = code_of(directory, REGISTER_STAGE, cell->is.stage);
        c->cells[kept++] = *cell;
    }
    c->n = kept;
}

static alm_date stage_start(struct register_directory *directory, alm_id stage)
{
    const struct register_entry *entry = stage ? register_by_id(directory, REGISTER_STAGE, stage) : NULL;
    return entry ? entry->starts : ALM_NO_DATE;
}

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* By code, and by id where codes are equal or not known. */
static int compare_code(const char *a, const char *b, alm_id a_id, alm_id b_id)
{
    const int order = strcmp(a, b);
    return order ? order : compare_numbers(a_id, b_id);
}

static int compare_cells(const void *left, const void *right, void *directory)
{
    const struct cut_cell *a = left, *b = right;
    int order = compare_code(a->programme, b->programme, a->is.programme, b->is.programme);
    if (!order)
        order = compare_code(a->area, b->area, a->is.area, b->is.area);
    if (!order)
        order = compare_code(a->body, b->body, a->is.body, b->is.body);
    if (!order)
        order = compare_code(a->group, b->group, a->is.group, b->is.group);
    if (!order)
        order = compare_numbers(stage_start(directory, a->is.stage), stage_start(directory, b->is.stage));
    if (!order)
        order = compare_code(a->stage, b->stage, a->is.stage, b->is.stage);
    if (!order)
        order = compare_numbers(a->is.month, b->is.month);
    return order ? order : compare_numbers(a->is.day, b->is.day);
}

enum alm_status ledger_report(struct ledger *ledger, const struct ledger_cut *cut,
                              enum alm_status (*each)(void *context, const struct ledger_cell *, bool total,
                                                      struct alm_error *),
                              void *context, struct alm_error *err)
{
    struct cut_cells c = {.ledger = ledger, .cut = cut, .total.is.day = ALM_NO_DATE};
    enum alm_status status = show_areas(&c, err);
    if (status == ALM_OK)
        status = read_amounts(&c, err);
    if (status == ALM_OK)
        status = cut_count_unique(&c, err);
    if (status != ALM_OK)
        goto out;
    finish_cells(&c);
    if (c.n)
        qsort_r(c.cells, c.n, sizeof *c.cells, compare_cells, ledger->services.directory);
    /* A report by nothing is its total. */
    for (size_t i = 0; i < c.n && cut->by && status == ALM_OK; i++)
        status = each(context, &c.cells[i].is, false, err);
    if (status == ALM_OK)
        status = each(context, &c.total.is, true, err);
out:
    free(c.cells);
    free(c.slots);
    free(c.shown);
    return status;
}
