/* SPDX-License-Identifier: MIT */
/*
 * sheet: tables of numbers under a key of ids.  Of a chunk's stages and programmes what is there is read at once, rows
 * are judged in memory, and what came of it is written in bulk.
 */
#include "secretariat/internal.h"

#include <stdlib.h>

/* ---- the sheets ---- */

enum cell {
    CELL_STAGE_CODE,
    CELL_PROGRAMME_NAME,
    CELL_BODY_CODE,
    CELL_GROUP_CODE,
    CELL_AREA_CODE,
    COUNT,
    AMOUNT,
    MONEY
};

struct sheet {
    const char *word, *table;
    const struct import_column *columns;
    const char *const *fields; /* in the store */
    const enum cell *cells;
    size_t n_keys, n;
    const char *all;    /* rows of stage $1 and programme $2 (0: all), by codes */
    const char *remove; /* by its key */
};

static const struct import_column target_columns[] = {
    {"stage", "stage_code|مرحله|کد مرحله", true},
    {"programme", "program|برنامه|نام برنامه", true},
    {"area", "area_code|محدوده|محله|کد محدوده", true},
    {"households", "hh|خانوار|تعداد خانوار", false},
    {"persons", "people|individuals|نفر|افراد|تعداد افراد", false},
    {"quantity", "amount|مقدار|تعداد", false},
    {"budget", "money|بودجه|اعتبار", false},
};
static const char *const target_fields[] = {"stage",   "programme", "area",  "households",
                                            "persons", "quantity",  "budget"};
static const enum cell target_cells[] = {
    CELL_STAGE_CODE, CELL_PROGRAMME_NAME, CELL_AREA_CODE, COUNT, COUNT, AMOUNT, MONEY};

static const struct import_column capacity_columns[] = {
    {"stage", "stage_code|مرحله|کد مرحله", true},        {"programme", "program|برنامه|نام برنامه", true},
    {"body", "body_code|نهاد|کد نهاد", false},           {"group", "group_code|گروه|کد گروه", false},
    {"area", "area_code|محدوده|محله|کد محدوده", false},  {"quantity", "capacity|amount|ظرفیت|مقدار|تعداد", false},
    {"people", "members|نفرات|نیرو|تعداد نفرات", false},
};
static const char *const capacity_fields[] = {"stage", "programme", "body", "grp", "area", "quantity", "people"};
static const enum cell capacity_cells[] = {
    CELL_STAGE_CODE, CELL_PROGRAMME_NAME, CELL_BODY_CODE, CELL_GROUP_CODE, CELL_AREA_CODE, AMOUNT, COUNT};

static const struct sheet sheets[SHEETS] = {
    [SHEET_TARGET] = {N_("target"), "target", target_columns, target_fields, target_cells, 3, COUNT_OF(target_cells),
                      "SELECT t.stage, t.programme, t.area, t.households, t.persons, t.quantity, t.budget\n"
                      "FROM target t\n"
                      "JOIN stage s ON s.id = t.stage\n"
                      "JOIN programme p ON p.id = t.programme\n"
                      "JOIN area a ON a.id = t.area\n"
                      "WHERE (CAST($1 AS BIGINT) = 0 OR t.stage = $1)\n"
                      "AND (CAST($2 AS BIGINT) = 0 OR t.programme = $2)\n"
                      "ORDER BY s.starts, s.code, p.name, a.code",
                      "DELETE FROM target WHERE stage = $1 AND programme = $2 AND area = $3"},
    [SHEET_CAPACITY] = {N_("capacity"), "capacity", capacity_columns, capacity_fields, capacity_cells, 5,
                        COUNT_OF(capacity_cells),
                        "SELECT c.stage, c.programme, c.body, c.grp, c.area, c.quantity, c.people\n"
                        "FROM capacity c\n"
                        "JOIN stage s ON s.id = c.stage\n"
                        "JOIN programme p ON p.id = c.programme\n"
                        "JOIN body b ON b.id = c.body\n"
                        "LEFT JOIN volunteer_group g ON g.id = c.grp\n"
                        "LEFT JOIN area a ON a.id = c.area\n"
                        "WHERE (CAST($1 AS BIGINT) = 0 OR c.stage = $1)\n"
                        "AND (CAST($2 AS BIGINT) = 0 OR c.programme = $2)\n"
                        "ORDER BY s.starts, s.code, p.name, b.code, g.code NULLS FIRST, a.code NULLS FIRST",
                        "DELETE FROM capacity WHERE stage = $1 AND programme = $2 AND body = $3 AND grp = $4 "
                        "AND area = $5"},
};

const struct import_column *secretariat_columns(enum secretariat_sheet sheet, size_t *n)
{
    *n = sheets[sheet].n;
    return sheets[sheet].columns;
}

/* ---- what a row says ---- */

static bool is_count(enum cell cell)
{
    return cell >= COUNT;
}

static enum alm_status parse_id(const struct secretariat *secretariat, enum cell cell, struct alm_text text,
                                int64_t *id, struct alm_error *err)
{
    static const enum register_noun nouns[] = {[CELL_STAGE_CODE] = REGISTER_STAGE,
                                               [CELL_PROGRAMME_NAME] = REGISTER_PROGRAMME,
                                               [CELL_BODY_CODE] = REGISTER_BODY,
                                               [CELL_GROUP_CODE] = REGISTER_GROUP};
    if (cell == CELL_AREA_CODE) {
        const struct register_area *areas;
        const int32_t area = register_area_by_code(secretariat->directory, text, err);
        if (area < 0)
            return err->status;
        const enum alm_status status = register_areas(secretariat->directory, &areas, NULL, err);
        if (status == ALM_OK)
            *id = areas[area].id;
        return status;
    }
    const struct register_entry *entry = register_by_code(secretariat->directory, nouns[cell], text, err);
    if (!entry)
        return err->status;
    *id = entry->id;
    return ALM_OK;
}

static enum alm_status parse_number(const struct secretariat *secretariat, enum cell cell, struct alm_text text,
                                    int64_t *number, struct alm_error *err)
{
    enum alm_status status = cell == COUNT    ? number_parse_int(text, number, err)
                             : cell == AMOUNT ? number_parse_thousandths(text, number, err)
                                              : number_parse_money(text, secretariat->currency_decimals, number, err);
    if (status == ALM_OK && *number < 0)
        status = error_set(err, ALM_BAD_DATA, NULL, _("is negative"));
    /* Sums over all areas have to fit. */
    if (status == ALM_OK && *number > SHEET_MOST)
        status = error_set(err, ALM_BAD_DATA, NULL, _("is more than can be added up"));
    return status;
}

/* A capacity is a body's; a group tells which, and of one body only. */
static enum alm_status check_giver(const struct secretariat *secretariat, int64_t *values, int *column,
                                   struct alm_error *err)
{
    if (values[CAPACITY_GROUP]) {
        const struct register_entry *group =
            register_by_id(secretariat->directory, REGISTER_GROUP, values[CAPACITY_GROUP]);
        if (!values[CAPACITY_BODY])
            values[CAPACITY_BODY] = group->body;
        if (values[CAPACITY_BODY] != group->body) {
            const struct register_entry *its = register_by_id(secretariat->directory, REGISTER_BODY, group->body);
            *column = CAPACITY_GROUP;
            return error_set(err, ALM_BAD_DATA, NULL, _("group %s belongs to %s, not to the body that is given"),
                             group->code, its ? its->code : _("another body"));
        }
    }
    *column = CAPACITY_BODY;
    return values[CAPACITY_BODY] ? ALM_OK
                                 : error_set(err, ALM_BAD_DATA, NULL, _("who can give it? Give a body or a group"));
}

/* The row's values; what its numbers leave out is ALM_NULL.  *column is the one at fault, or -1. */
static enum alm_status parse_row(const struct secretariat *secretariat, const struct sheet *sheet,
                                 const struct alm_text *texts, bool key_only, int64_t *values, int *column,
                                 struct alm_error *err)
{
    bool says = key_only;
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < sheet->n && status == ALM_OK; i++) {
        const bool counts = is_count(sheet->cells[i]);
        values[i] = counts ? ALM_NULL : 0;
        *column = (int)i;
        if (texts[i].len && counts && !key_only) {
            status = parse_number(secretariat, sheet->cells[i], texts[i], &values[i], err);
            says = true;
        } else if (texts[i].len && !counts)
            status = parse_id(secretariat, sheet->cells[i], texts[i], &values[i], err);
        else if (sheet->columns[i].required)
            status = error_set(err, ALM_BAD_DATA, NULL, _("the value is missing"));
    }
    if (status == ALM_OK && sheet == &sheets[SHEET_CAPACITY])
        status = check_giver(secretariat, values, column, err);
    if (status == ALM_OK && !says) {
        struct strbuf names = {0};
        for (size_t i = sheet->n_keys; i < sheet->n; i++)
            strbuf_addf(&names, "%s%s", i > sheet->n_keys ? ", " : "", sheet->columns[i].name);
        *column = -1;
        status = error_set(err, ALM_BAD_DATA, NULL, _("says nothing: give at least one of %s"), names.at);
        strbuf_release(&names);
    }
    return status;
}

/* ---- what is there, by key ---- */

struct item {
    int64_t values[SHEET_VALUES_MAX];
    bool known, changed;
    int64_t line; /* of this chunk, that set them; 0: none */
};
struct items {
    const struct sheet *sheet;
    struct item *at;
    size_t n, capacity;
    uint32_t *slots; /* open addressing; 0: free, else the item's number + 1 */
    size_t n_slots;
};

static size_t slot_of(const struct items *items, const int64_t *key)
{
    uint64_t hash = UINT64_C(0x9e3779b97f4a7c15);
    for (size_t i = 0; i < items->sheet->n_keys; i++) {
        hash = (hash ^ (uint64_t)key[i]) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 32;
    }
    size_t at = (size_t)hash & (items->n_slots - 1);
    while (items->slots[at] &&
           memcmp(items->at[items->slots[at] - 1].values, key, items->sheet->n_keys * sizeof *key) != 0)
        at = (at + 1) & (items->n_slots - 1);
    return at;
}

/* The item under that key, made if there is none. */
static struct item *item_of(struct items *items, const int64_t *values)
{
    if ((items->n + 1) * 2 > items->n_slots) {
        items->n_slots = items->n_slots ? items->n_slots * 2 : 1024;
        free(items->slots);
        items->slots = xcalloc(items->n_slots, sizeof *items->slots);
        for (size_t i = 0; i < items->n; i++)
            items->slots[slot_of(items, items->at[i].values)] = (uint32_t)i + 1;
    }
    const size_t slot = slot_of(items, values);
    if (!items->slots[slot]) {
        struct item fresh = {0};
        memcpy(fresh.values, values, items->sheet->n_keys * sizeof *values);
        for (size_t i = items->sheet->n_keys; i < items->sheet->n; i++)
            fresh.values[i] = ALM_NULL;
        ARRAY_ROOM(items->at, items->n, items->capacity);
        items->at[items->n++] = fresh;
        items->slots[slot] = (uint32_t)items->n;
    }
    return &items->at[items->slots[slot] - 1];
}

static enum alm_status keep_item(void *context, const int64_t *values, struct alm_error *err)
{
    struct items *items = context;
    struct item *item = item_of(items, values);
    (void)err;
    memcpy(item->values, values, items->sheet->n * sizeof *values);
    item->known = true;
    return ALM_OK;
}

static int by_stage_and_programme(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;
    for (int i = 0; i < 2; i++)
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    return 0;
}

/* Read what there is of each stage and programme that `pairs` name. */
static enum alm_status read_items(const struct secretariat *secretariat, enum secretariat_sheet sheet,
                                  int64_t (*pairs)[2], size_t n, struct items *items, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    if (n)
        qsort(pairs, n, sizeof *pairs, by_stage_and_programme);
    for (size_t i = 0; i < n && status == ALM_OK; i++)
        if (!i || by_stage_and_programme(pairs[i - 1], pairs[i]) != 0)
            status = secretariat_rows(secretariat, sheet, pairs[i][0], pairs[i][1], keep_item, items, err);
    return status;
}

static void set_values(struct items *items, const int64_t *values, struct import_row *row, struct arena *arena)
{
    const struct sheet *sheet = items->sheet;
    struct item *item = item_of(items, values);
    bool other = !item->known;
    /* Of two rows that say different things neither can be told to be right; the second would win by its place. */
    for (size_t i = sheet->n_keys; i < sheet->n && item->line; i++)
        if (values[i] != ALM_NULL && item->values[i] != ALM_NULL && values[i] != item->values[i]) {
            import_reject(row, (int)i, arena, _("line %lld says another number of the same"), (long long)item->line);
            return;
        }
    for (size_t i = sheet->n_keys; i < sheet->n; i++)
        if (values[i] != ALM_NULL && values[i] != item->values[i]) {
            item->values[i] = values[i];
            other = true;
        }
    row->outcome = !item->known ? IMPORT_ADDED : other ? IMPORT_CHANGED : IMPORT_SAME;
    item->known = true;
    item->changed |= other;
    item->line = row->line;
}

static enum alm_status write_items(const struct secretariat *secretariat, const struct items *items,
                                   struct alm_error *err)
{
    const struct sheet *sheet = items->sheet;
    struct store_bulk_spec specs[SHEET_VALUES_MAX];
    for (size_t i = 0; i < sheet->n; i++)
        specs[i] = (struct store_bulk_spec){sheet->fields[i], i < sheet->n_keys ? ALM_BULK_KEY : ALM_BULK_SET, false};
    struct store_bulk *bulk = store_bulk_new(secretariat->store, sheet->table, ALM_BULK_MERGE, specs, sheet->n);
    for (size_t i = 0; i < items->n; i++)
        if (items->at[i].changed)
            store_bulk_ints(bulk, items->at[i].values, sheet->n);
    const enum alm_status status = store_bulk_flush(bulk, sheet->n_keys, NULL, err);
    store_bulk_free(bulk);
    return status;
}

/* ---- what the header offers ---- */

enum alm_status secretariat_import_rows(void *context, struct import_row *rows, size_t n, struct arena *arena,
                                        struct store_entry *entry, struct alm_error *err)
{
    const struct secretariat_import *import = context;
    const struct secretariat *secretariat = import->secretariat;
    struct items items = {.sheet = &sheets[import->sheet]};
    int64_t(*values)[SHEET_VALUES_MAX] = xcalloc(n + 1, sizeof *values);
    int64_t(*pairs)[2] = xcalloc(n + 1, sizeof *pairs);
    size_t n_pairs = 0;
    (void)entry; /* rows added and changed are counted by the runner */
    register_directory_stale(secretariat->directory);
    for (size_t i = 0; i < n; i++) {
        struct alm_error fault = {0};
        int column = -1;
        rows[i].outcome = IMPORT_SAME;
        if (parse_row(secretariat, items.sheet, rows[i].fields, false, values[i], &column, &fault) != ALM_OK) {
            import_reject(&rows[i], column, arena, "%s%s%s", fault.text, *fault.hint ? "; " : "", fault.hint);
            continue;
        }
        pairs[n_pairs][0] = values[i][0];
        pairs[n_pairs++][1] = values[i][1];
    }
    enum alm_status status = read_items(secretariat, import->sheet, pairs, n_pairs, &items, err);
    for (size_t i = 0; i < n && status == ALM_OK; i++)
        if (rows[i].outcome != IMPORT_REJECTED)
            set_values(&items, values[i], &rows[i], arena);
    if (status == ALM_OK)
        status = write_items(secretariat, &items, err);
    free(items.slots);
    free(items.at);
    free(pairs);
    free(values);
    return status;
}

enum alm_status secretariat_put(const struct secretariat *secretariat, enum secretariat_sheet sheet,
                                const struct alm_text *texts, enum import_outcome *outcome, struct alm_error *err)
{
    struct secretariat_import import = {secretariat, sheet};
    struct import_row row = {.fields = texts, .column = -1};
    struct store_entry entry = {0};
    struct arena arena = {0};
    enum alm_status status = secretariat_import_rows(&import, &row, 1, &arena, &entry, err);
    *outcome = row.outcome;
    if (status == ALM_OK && row.outcome == IMPORT_REJECTED) {
        const char *column = row.column >= 0 ? sheets[sheet].columns[row.column].name : _(sheets[sheet].word);
        status = error_set(err, ALM_BAD_DATA, NULL, "%s: %s", column, row.reason);
    }
    arena_release(&arena);
    return status;
}

static enum alm_status parse_key(const struct secretariat *secretariat, const struct sheet *sheet,
                                 const struct alm_text *texts, int64_t *values, struct alm_error *err)
{
    int column = -1;
    enum alm_status status = parse_row(secretariat, sheet, texts, true, values, &column, err);
    return status == ALM_OK || column < 0 ? status : error_prefix(err, "%s", sheet->columns[column].name);
}

static enum alm_status no_such_row(const struct sheet *sheet, struct alm_error *err)
{
    char hint[80];
    snprintf(hint, sizeof hint, _("almoner %s list shows them"), sheet->table);
    return error_set(err, ALM_BAD_DATA, hint, _("there is no such %s"), _(sheet->word));
}

enum alm_status secretariat_remove(const struct secretariat *secretariat, enum secretariat_sheet sheet,
                                   const struct alm_text *texts, struct alm_error *err)
{
    int64_t values[SHEET_VALUES_MAX], removed = 0;
    enum alm_status status = parse_key(secretariat, &sheets[sheet], texts, values, err);
    if (status == ALM_OK && sheet == SHEET_TARGET)
        status =
            store_run(secretariat->store, &removed, err, sheets[sheet].remove, "iii", values[0], values[1], values[2]);
    else if (status == ALM_OK)
        status = store_run(secretariat->store, &removed, err, sheets[sheet].remove, "iiiii", values[0], values[1],
                           values[2], values[3], values[4]);
    return status == ALM_OK && !removed ? no_such_row(&sheets[sheet], err) : status;
}

enum alm_status secretariat_find(const struct secretariat *secretariat, enum secretariat_sheet sheet,
                                 const struct alm_text *texts, int64_t values[SHEET_VALUES_MAX], struct alm_error *err)
{
    struct items items = {.sheet = &sheets[sheet]};
    int64_t pair[1][2];
    enum alm_status status = parse_key(secretariat, items.sheet, texts, values, err);
    if (status != ALM_OK)
        return status;
    pair[0][0] = values[0];
    pair[0][1] = values[1];
    status = read_items(secretariat, sheet, pair, 1, &items, err);
    if (status == ALM_OK) {
        const struct item *item = item_of(&items, values);
        memcpy(values, item->values, sizeof item->values);
        if (!item->known)
            status = no_such_row(items.sheet, err);
    }
    free(items.slots);
    free(items.at);
    return status;
}

enum alm_status secretariat_rows(const struct secretariat *secretariat, enum secretariat_sheet sheet, alm_id stage,
                                 alm_id programme,
                                 enum alm_status (*each)(void *context, const int64_t *values, struct alm_error *),
                                 void *context, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false;
    enum alm_status status = store_query(secretariat->store, &stmt, err, sheets[sheet].all, "ii", stage, programme);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        int64_t values[SHEET_VALUES_MAX] = {0};
        for (size_t i = 0; i < sheets[sheet].n; i++)
            values[i] = store_int(stmt, (int)i);
        status = each(context, values, err);
        if (status != ALM_OK)
            store_done(stmt);
    }
    return status;
}
