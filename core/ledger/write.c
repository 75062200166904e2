/* SPDX-License-Identifier: MIT */
/*
 * write: rows of the ledger's tables are gathered and go to the store together, each table in the order of its key.
 * Roll-ups are added up here first: many lines fall into one cell.
 */
#include "ledger/lines.h"

#include <stdlib.h>

enum { TALLY_KEYS = 6, DETAIL_KEYS = 7 };

struct cell {
    int64_t keys[TALLY_KEYS];
    alm_quantity quantity;
    int64_t deliveries;
    alm_money value;
};

struct cells {
    struct cell *at;
    size_t n, capacity;
    uint32_t *slots; /* open addressing; one more */
    size_t n_slots;
};

enum { LINE_PERSON = 10, LINE_PARTNER, LINE_PERIOD, LINE_REVERSES, LINE_DETAIL, LINE_NOTE, LINE_ENTRY };
static const struct store_bulk_spec line_specs[] = {
    {"id", ALM_BULK_KEY, false},     {"owner", ALM_BULK_KEY, false},    {"programme", ALM_BULK_SET, false},
    {"date", ALM_BULK_SET, false},   {"quantity", ALM_BULK_SET, false}, {"value", ALM_BULK_SET, false},
    {"body", ALM_BULK_SET, false},   {"grp", ALM_BULK_SET, false},      {"area", ALM_BULK_SET, false},
    {"stage", ALM_BULK_SET, false},  {"person", ALM_BULK_SET, false},   {"partner", ALM_BULK_SET, false},
    {"period", ALM_BULK_SET, false}, {"reverses", ALM_BULK_SET, false}, {"detail", ALM_BULK_SET, true},
    {"note", ALM_BULK_SET, true},    {"entry", ALM_BULK_SET, false},
};
static const struct store_bulk_spec home_specs[] = {{"id", ALM_BULK_KEY, false}, {"owner", ALM_BULK_SET, false}};
static const struct store_bulk_spec owner_specs[] = {
    {"span", ALM_BULK_KEY, false}, {"owner", ALM_BULK_KEY, false}, {"id", ALM_BULK_KEY, false}};
static const struct store_bulk_spec partner_specs[] = {
    {"partner", ALM_BULK_KEY, false}, {"owner", ALM_BULK_KEY, false}, {"id", ALM_BULK_KEY, false}};
static const struct store_bulk_spec reversal_specs[] = {
    {"owner", ALM_BULK_KEY, false}, {"line", ALM_BULK_KEY, false}, {"id", ALM_BULK_SET, false}};
static const struct store_bulk_spec claim_specs[] = {{"programme", ALM_BULK_KEY, false},
                                                     {"period", ALM_BULK_KEY, false},
                                                     {"recipient", ALM_BULK_KEY, false},
                                                     {"owner", ALM_BULK_SET, false},
                                                     {"line", ALM_BULK_SET, false}};
static const struct store_bulk_spec account_specs[] = {
    {"owner", ALM_BULK_KEY, false},     {"programme", ALM_BULK_KEY, false},  {"last_date", ALM_BULK_SET, false},
    {"last_line", ALM_BULK_SET, false}, {"deliveries", ALM_BULK_ADD, false}, {"quantity", ALM_BULK_ADD, false},
    {"value", ALM_BULK_ADD, false}};
static const struct store_bulk_spec reach_specs[] = {{"owner", ALM_BULK_KEY, false}, {"state", ALM_BULK_SET, true}};
static const struct store_bulk_spec tally_specs[] = {
    {"programme", ALM_BULK_KEY, false}, {"stage", ALM_BULK_KEY, false},      {"county", ALM_BULK_KEY, false},
    {"body", ALM_BULK_KEY, false},      {"month", ALM_BULK_KEY, false},      {"slot", ALM_BULK_KEY, false},
    {"quantity", ALM_BULK_ADD, false},  {"deliveries", ALM_BULK_ADD, false}, {"value", ALM_BULK_ADD, false}};
static const struct store_bulk_spec detail_specs[] = {
    {"day", ALM_BULK_KEY, false},  {"programme", ALM_BULK_KEY, false}, {"stage", ALM_BULK_KEY, false},
    {"area", ALM_BULK_KEY, false}, {"body", ALM_BULK_KEY, false},      {"grp", ALM_BULK_KEY, false},
    {"slot", ALM_BULK_KEY, false}, {"quantity", ALM_BULK_ADD, false},  {"deliveries", ALM_BULK_ADD, false},
    {"value", ALM_BULK_ADD, false}};
static const struct store_bulk_spec refusal_specs[] = {{"owner", ALM_BULK_KEY, false},
                                                       {"id", ALM_BULK_KEY, false},
                                                       {"key", ALM_BULK_SET, true},
                                                       {"programme", ALM_BULK_SET, false},
                                                       {"date", ALM_BULK_SET, false},
                                                       {"quantity", ALM_BULK_SET, false},
                                                       {"body", ALM_BULK_SET, false},
                                                       {"grp", ALM_BULK_SET, false},
                                                       {"person", ALM_BULK_SET, false},
                                                       {"partner", ALM_BULK_SET, false},
                                                       {"detail", ALM_BULK_SET, true},
                                                       {"note", ALM_BULK_SET, true},
                                                       {"kind", ALM_BULK_SET, false},
                                                       {"reason", ALM_BULK_SET, true},
                                                       {"blocking", ALM_BULK_SET, false},
                                                       {"blocking_body", ALM_BULK_SET, false},
                                                       {"blocking_date", ALM_BULK_SET, false},
                                                       {"state", ALM_BULK_SET, false},
                                                       {"line", ALM_BULK_SET, false},
                                                       {"entry", ALM_BULK_SET, false}};

/* In the order in which they are written: last those that are made ready meanwhile. */
enum table {
    OWNER_LINE,
    PARTNER_LINE,
    REVERSAL,
    HOME,
    CLAIM,
    ACCOUNT,
    REACH,
    REFUSAL,
    TALLY,
    LINE,
    TALLY_DETAIL,
    TABLES
};

/* Each table in the order of its key, which are its first columns. */
static const struct table_row {
    const char *name;
    enum alm_bulk_mode mode;
    const struct store_bulk_spec *specs;
    size_t n_specs;
    size_t n_keys;
} tables[TABLES] = {
    [LINE] = {"line", ALM_BULK_APPEND, line_specs, COUNT_OF(line_specs), 2},
    [OWNER_LINE] = {"owner_line", ALM_BULK_APPEND, owner_specs, COUNT_OF(owner_specs), 3},
    [PARTNER_LINE] = {"partner_line", ALM_BULK_APPEND, partner_specs, COUNT_OF(partner_specs), 3},
    [REVERSAL] = {"reversal", ALM_BULK_APPEND, reversal_specs, COUNT_OF(reversal_specs), 2},
    [HOME] = {"home", ALM_BULK_APPEND, home_specs, COUNT_OF(home_specs), 1},
    [CLAIM] = {"claim", ALM_BULK_APPEND, claim_specs, COUNT_OF(claim_specs), 3},
    [ACCOUNT] = {"account", ALM_BULK_MERGE, account_specs, COUNT_OF(account_specs), 2},
    [REACH] = {"reach", ALM_BULK_MERGE, reach_specs, COUNT_OF(reach_specs), 1},
    [TALLY] = {"tally", ALM_BULK_MERGE, tally_specs, COUNT_OF(tally_specs), TALLY_KEYS},
    [TALLY_DETAIL] = {"tally_detail", ALM_BULK_MERGE, detail_specs, COUNT_OF(detail_specs), DETAIL_KEYS},
    [REFUSAL] = {"refusal", ALM_BULK_APPEND, refusal_specs, COUNT_OF(refusal_specs), 2},
};

struct ledger_writer {
    struct store *store;
    struct register_directory *directory;
    struct store_bulk *bulk[TABLES];
    struct store_entry *entry; /* of the lines that wait; they are of one */
    struct cells tally;
    alm_id *emptied; /* owners whose reach is nothing: their row goes */
    size_t n_emptied, emptied_capacity;
    int64_t slot;
    alm_date month_date;
    int32_t month;
    alm_id area;
    alm_id county;
};

struct ledger_writer *ledger_writer_new(struct store *store, struct register_directory *directory)
{
    struct ledger_writer *writer = xcalloc(1, sizeof *writer);
    writer->store = store;
    writer->directory = directory;
    writer->month_date = ALM_NO_DATE;
    writer->slot = store_slot(store);
    for (size_t i = 0; i < TABLES; i++)
        writer->bulk[i] = store_bulk_new(store, tables[i].name, tables[i].mode, tables[i].specs, tables[i].n_specs);
    return writer;
}

static void cells_release(struct cells *cells)
{
    free(cells->at);
    free(cells->slots);
    *cells = (struct cells){0};
}

void ledger_writer_free(struct ledger_writer *writer)
{
    if (!writer)
        return;
    for (size_t i = 0; i < TABLES; i++)
        store_bulk_free(writer->bulk[i]);
    cells_release(&writer->tally);
    free(writer->emptied);
    free(writer);
}

void ledger_writer_reset(struct ledger_writer *writer)
{
    for (size_t i = 0; i < TABLES; i++) {
        store_bulk_free(writer->bulk[i]);
        writer->bulk[i] =
            store_bulk_new(writer->store, tables[i].name, tables[i].mode, tables[i].specs, tables[i].n_specs);
    }
    cells_release(&writer->tally);
    writer->n_emptied = 0;
    writer->area = 0;
    writer->county = 0;
}

/* ---- cells ---- */

static size_t cell_slot(const struct cells *cells, const int64_t keys[TALLY_KEYS])
{
    uint64_t hash = 0;
    for (size_t i = 0; i < TALLY_KEYS; i++)
        hash = (hash ^ (uint64_t)keys[i] ^ (hash >> 31)) * UINT64_C(0x9e3779b97f4a7c15);
    hash ^= hash >> 32;
    for (size_t at = hash & (cells->n_slots - 1);; at = (at + 1) & (cells->n_slots - 1)) {
        uint32_t number = cells->slots[at];
        if (!number || memcmp(cells->at[number - 1].keys, keys, sizeof cells->at->keys) == 0)
            return at;
    }
}

static void cells_add(struct cells *cells, const int64_t keys[TALLY_KEYS], const struct alm_line *line,
                      int64_t deliveries)
{
    if (cells->n * 4 >= cells->n_slots * 3) {
        free(cells->slots);
        cells->n_slots = cells->n_slots ? cells->n_slots * 2 : 256;
        cells->slots = xcalloc(cells->n_slots, sizeof *cells->slots);
        for (size_t i = 0; i < cells->n; i++)
            cells->slots[cell_slot(cells, cells->at[i].keys)] = (uint32_t)i + 1;
    }
    size_t at = cell_slot(cells, keys);
    if (!cells->slots[at]) {
        ARRAY_ROOM(cells->at, cells->n, cells->capacity);
        struct cell *fresh = &cells->at[cells->n++];
        memset(fresh, 0, sizeof *fresh);
        memcpy(fresh->keys, keys, sizeof fresh->keys);
        cells->slots[at] = (uint32_t)cells->n;
    }
    struct cell *cell = &cells->at[cells->slots[at] - 1];
    cell->quantity += line->quantity;
    cell->deliveries += deliveries;
    cell->value += line->value;
}

static void cells_hand_over(struct cells *cells, struct store_bulk *bulk)
{
    for (size_t i = 0; i < cells->n; i++) {
        const struct cell *cell = &cells->at[i];
        int64_t row[TALLY_KEYS + 3];
        memcpy(row, cell->keys, sizeof cell->keys);
        row[TALLY_KEYS] = cell->quantity;
        row[TALLY_KEYS + 1] = cell->deliveries;
        row[TALLY_KEYS + 2] = cell->value;
        store_bulk_ints(bulk, row, COUNT_OF(row));
    }
    cells->n = 0;
    if (cells->slots)
        memset(cells->slots, 0, cells->n_slots * sizeof *cells->slots);
}

/* ---- rows ---- */

void ledger_write_county(struct ledger_writer *writer, const struct alm_line *line, int64_t deliveries)
{
    if (writer->month_date != line->date) {
        writer->month_date = line->date;
        writer->month = date_month(line->date);
    }
    if (writer->area != line->area) {
        writer->area = line->area;
        writer->county = lines_county(writer->directory, line->area);
    }
    const int64_t coarse[TALLY_KEYS] = {line->programme, line->stage,   writer->county,
                                        line->body,      writer->month, writer->slot};
    cells_add(&writer->tally, coarse, line, deliveries);
}

static void tally_line(struct ledger_writer *writer, const struct alm_line *line)
{
    const int64_t deliveries = line->reverses ? -1 : 1;
    ledger_write_county(writer, line, deliveries);
    /* Of the fine cells there are nearly as many as lines: the bulk puts equal ones together when it sorts. */
    const int64_t fine[] = {line->date,  line->programme, line->stage,    line->area, line->body,
                            line->group, writer->slot,    line->quantity, deliveries, line->value};
    store_bulk_ints(writer->bulk[TALLY_DETAIL], fine, COUNT_OF(fine));
}

static void set_id(struct store_bulk *bulk, size_t column, alm_id id)
{
    if (id)
        store_bulk_int(bulk, column, id);
}

/* The ways to a line. */
static void write_ways(struct ledger_writer *writer, const struct alm_line *line)
{
    store_bulk_ints(writer->bulk[OWNER_LINE], (int64_t[]){line->date / LINES_SPAN, line->owner, line->id}, 3);
    if (line->partner)
        store_bulk_ints(writer->bulk[PARTNER_LINE], (int64_t[]){line->partner, line->owner, line->id}, 3);
    if (line->reverses)
        store_bulk_ints(writer->bulk[REVERSAL], (int64_t[]){line->owner, line->reverses, line->id}, 3);
}

void ledger_write_line(struct ledger_writer *writer, const struct alm_line *line, const struct ledger_extra *extra,
                       struct store_entry *entry)
{
    struct store_bulk *bulk = writer->bulk[LINE];
    const int64_t numbers[] = {line->id,    line->owner, line->programme, line->date, line->quantity,
                               line->value, line->body,  line->group,     line->area, line->stage};
    store_bulk_ints(bulk, numbers, COUNT_OF(numbers));
    set_id(bulk, LINE_PERSON, line->person);
    set_id(bulk, LINE_PARTNER, line->partner);
    store_bulk_int(bulk, LINE_PERIOD, extra->period);
    set_id(bulk, LINE_REVERSES, line->reverses);
    store_bulk_text(bulk, LINE_DETAIL, extra->detail);
    store_bulk_text(bulk, LINE_NOTE, extra->note);
    store_bulk_int(bulk, LINE_ENTRY, entry->id);
    write_ways(writer, line);
    tally_line(writer, line);
    writer->entry = entry;
    entry->lines++;
}

static alm_id id_at(const struct store_bulk *bulk, size_t column, size_t row)
{
    const int64_t id = store_bulk_int_at(bulk, column, row);
    return id == ALM_NULL ? 0 : id;
}

/* Add the lines' digests to their entry's. */
static void digest_lines(struct ledger_writer *writer)
{
    const struct store_bulk *bulk = writer->bulk[LINE];
    for (size_t row = 0; row < store_bulk_count(bulk); row++) {
        const struct alm_line line = {
            .id = store_bulk_int_at(bulk, 0, row),
            .owner = store_bulk_int_at(bulk, 1, row),
            .programme = store_bulk_int_at(bulk, 2, row),
            .date = (alm_date)store_bulk_int_at(bulk, 3, row),
            .quantity = store_bulk_int_at(bulk, 4, row),
            .value = store_bulk_int_at(bulk, 5, row),
            .body = store_bulk_int_at(bulk, 6, row),
            .group = store_bulk_int_at(bulk, 7, row),
            .area = store_bulk_int_at(bulk, 8, row),
            .stage = store_bulk_int_at(bulk, 9, row),
            .person = id_at(bulk, LINE_PERSON, row),
            .partner = id_at(bulk, LINE_PARTNER, row),
            .reverses = id_at(bulk, LINE_REVERSES, row),
        };
        const struct ledger_extra extra = {store_bulk_text_at(bulk, LINE_DETAIL, row),
                                           store_bulk_text_at(bulk, LINE_NOTE, row),
                                           store_bulk_int_at(bulk, LINE_PERIOD, row)};
        uint64_t digest[2];
        ledger_line_digest(&line, &extra, store_bulk_int_at(bulk, LINE_ENTRY, row), digest);
        writer->entry->digest[0] += digest[0];
        writer->entry->digest[1] += digest[1];
    }
}

/* What needs no store: digest the lines, and put the largest tables in order. */
static void make_ready(void *context)
{
    struct ledger_writer *writer = context;
    digest_lines(writer);
    store_bulk_sort(writer->bulk[LINE], tables[LINE].n_keys);
    store_bulk_sort(writer->bulk[TALLY_DETAIL], tables[TALLY_DETAIL].n_keys);
}

void ledger_write_account(struct ledger_writer *writer, alm_id owner, alm_id programme, alm_date last_date,
                          alm_id last_line, int64_t deliveries, alm_quantity quantity, alm_money value)
{
    const int64_t numbers[] = {owner, programme, last_date, last_line, deliveries, quantity, value};
    store_bulk_ints(writer->bulk[ACCOUNT], numbers, COUNT_OF(numbers));
}

void ledger_write_claim(struct ledger_writer *writer, alm_id recipient, alm_id programme, int64_t period, alm_id owner,
                        alm_id line)
{
    const int64_t numbers[] = {programme, period, recipient, owner, line};
    store_bulk_ints(writer->bulk[CLAIM], numbers, COUNT_OF(numbers));
}

void ledger_write_reach(struct ledger_writer *writer, alm_id owner, struct alm_text state)
{
    if (!state.len) {
        ARRAY_ROOM(writer->emptied, writer->n_emptied, writer->emptied_capacity);
        writer->emptied[writer->n_emptied++] = owner;
        return;
    }
    store_bulk_row(writer->bulk[REACH]);
    store_bulk_int(writer->bulk[REACH], 0, owner);
    store_bulk_text(writer->bulk[REACH], 1, state);
}

void ledger_write_refusal(struct ledger_writer *writer, const struct alm_line *line, const struct ledger_extra *extra,
                          struct alm_text key, const struct ledger_answer *answer, alm_id entry)
{
    struct store_bulk *bulk = writer->bulk[REFUSAL];
    store_bulk_row(bulk);
    store_bulk_int(bulk, 0, line->owner);
    store_bulk_int(bulk, 1, line->id);
    store_bulk_text(bulk, 2, key);
    store_bulk_int(bulk, 3, line->programme);
    store_bulk_int(bulk, 4, line->date);
    store_bulk_int(bulk, 5, line->quantity);
    store_bulk_int(bulk, 6, line->body);
    store_bulk_int(bulk, 7, line->group);
    set_id(bulk, 8, line->person);
    set_id(bulk, 9, line->partner);
    store_bulk_text(bulk, 10, extra->detail);
    store_bulk_text(bulk, 11, extra->note);
    store_bulk_int(bulk, 12, answer->why);
    store_bulk_text(bulk, 13, text_of(answer->reason));
    set_id(bulk, 14, answer->blocking);
    set_id(bulk, 15, answer->blocking_body);
    if (answer->blocking_date != ALM_NO_DATE)
        store_bulk_int(bulk, 16, answer->blocking_date);
    store_bulk_int(bulk, 17, answer->outcome == LEDGER_HELD ? 1 : 0);
    store_bulk_int(bulk, 19, entry);
    store_bulk_ints(writer->bulk[HOME], (int64_t[]){line->id, line->owner}, 2);
}

enum alm_status ledger_writer_flush(struct ledger_writer *writer, struct reach_counts *counts, struct alm_error *err)
{
    enum { WORTH_A_THREAD = 2048 };
    struct task task = {0};
    if (store_bulk_count(writer->bulk[LINE]) > WORTH_A_THREAD)
        task_start(&task, make_ready, writer);
    else
        make_ready(writer);
    enum alm_status status = store_defer(writer->store, true, err);
    cells_hand_over(&writer->tally, writer->bulk[TALLY]);
    for (size_t i = 0; status == ALM_OK && i < TABLES; i++) {
        if (i == LINE)
            task_wait(&task);
        if (store_bulk_count(writer->bulk[i]))
            status = store_bulk_flush(writer->bulk[i], tables[i].n_keys, NULL, err);
    }
    task_wait(&task);
    if (status == ALM_OK && writer->n_emptied)
        status = store_run(writer->store, NULL, err, "DELETE FROM reach WHERE owner = ANY ($1)", "I", writer->emptied,
                           writer->n_emptied);
    writer->n_emptied = 0;
    writer->area = writer->county = 0; /* the tree may change before the next */
    if (status == ALM_OK)
        status = reach_counts_write(counts, writer->store, err);
    if (status == ALM_OK)
        status = store_defer(writer->store, false, err);
    if (status != ALM_OK)
        ledger_writer_reset(writer);
    return status;
}
