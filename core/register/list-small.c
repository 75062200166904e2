/* SPDX-License-Identifier: MIT */
/*
 * The lists of areas, bodies, groups, bases, stages and places: one way through for all.  What the store has of a
 * chunk's codes is read at once, rows are judged in memory, and what came of it is written in bulk.
 */
#include "register/list-small.h"
#include <stdlib.h>

static size_t add_item(struct small *small, struct alm_text key)
{
    bool fresh;
    size_t k = keys_add(&small->codes, key, &fresh);
    while (small->items_capacity <= k) {
        small->items_capacity = small->items_capacity ? small->items_capacity * 2 : 256;
        small->items = xreallocarray(small->items, small->items_capacity, sizeof *small->items);
    }
    if (fresh) {
        small->items[k] = (struct small_item){.since = ALM_NULL};
        for (size_t i = 0; i < CELLS_MAX; i++)
            small->items[k].values[i].number = ALM_NULL;
    }
    return k;
}

/* ---- reading what is there ---- */

static void take_codes(struct small *small)
{
    for (size_t i = 0; i < small->n; i++) {
        struct import_row *row = &small->rows[i];
        struct alm_text code = row->fields[0];
        char key[CODE_MAX + 1];
        size_t len = code.len && code.len <= CODE_MAX / 2 ? register_code_key(code, key) : 0;
        row->outcome = IMPORT_SAME;
        small->item_of_row[i] = UINT32_MAX;
        if (len)
            small->item_of_row[i] = (uint32_t)add_item(small, (struct alm_text){key, len});
        else if (!code.len)
            import_reject(row, 0, small->arena, _("empty; every %s has a code"), _(small->table->word));
        else if (code.len > CODE_MAX / 2)
            import_reject(row, 0, small->arena, _("longer than %d bytes"), CODE_MAX / 2);
        else
            import_reject(row, 0, small->arena, _("has no letter or digit"));
    }
}

static enum alm_status read_ids(struct small *small, struct alm_error *err)
{
    struct store *store = small->importer->store;
    struct store_stmt *stmt;
    bool row;
    enum alm_status status;
    bool all = small->importer->list == LIST_STAGE || small->importer->list == LIST_AREA;
    if (small->table->codes)
        status = store_query(store, &stmt, err, small->table->codes, "");
    else
        status = store_query(store, &stmt, err, "SELECT place, code FROM place_code WHERE code = ANY ($1)", "T",
                             small->codes.at, small->codes.n);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        char key[CODE_MAX + 1];
        struct alm_text text = {key, register_code_key(store_text(stmt, 1), key)};
        /* Stages are held against all others, and areas hang on each other. */
        size_t k = all ? add_item(small, text) : keys_find(&small->codes, text);
        if (k == KEYS_NONE)
            continue;
        small->items[k].id = store_int(stmt, 0);
        small->items[k].known = true;
    }
    return status;
}

static enum alm_status read_items(struct small *small, struct alm_error *err)
{
    enum alm_status status = read_ids(small, err);
    alm_id *ids = xreallocarray(NULL, small->codes.n + 1, sizeof *ids);
    struct keys by_id = {0};
    uint32_t *number = xreallocarray(NULL, small->codes.n + 1, sizeof *number);
    size_t n = 0;
    for (size_t k = 0; k < small->codes.n; k++)
        if (small->items[k].known) {
            number[keys_add_id(&by_id, small->items[k].id, NULL)] = (uint32_t)k;
            ids[n++] = small->items[k].id;
        }
    if (status == ALM_OK && n) {
        struct store_stmt *stmt;
        bool row;
        status = store_query(small->importer->store, &stmt, err, small->table->select, "I", ids, n);
        while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
            struct small_item *item = &small->items[number[keys_find_id(&by_id, store_int(stmt, 0))]];
            for (size_t i = 0; i < small->n_cells; i++) {
                if (!small_is_text(small->table->cells[i].kind)) {
                    item->values[i].number = store_int(stmt, (int)i + 1);
                    continue;
                }
                struct alm_text text = store_text(stmt, (int)i + 1);
                if (text.at)
                    item->values[i].text = (struct alm_text){arena_strndup(small->arena, text.at, text.len), text.len};
            }
            if (small->table->extra == EXTRA_SINCE)
                item->since = store_int(stmt, (int)small->n_cells + 1);
        }
    }
    if (status == ALM_OK && n && small->table->in_use) {
        struct store_stmt *stmt;
        bool row;
        status = store_query(small->importer->store, &stmt, err, small->table->in_use, "I", ids, n);
        while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
            small->items[number[keys_find_id(&by_id, store_int(stmt, 0))]].used = true;
    }
    free(number);
    free(ids);
    keys_release(&by_id);
    return status;
}

/* ---- judging ---- */

static bool same_value(const struct small_value *a, const struct small_value *b)
{
    return a->number == b->number && a->text.len == b->text.len &&
           (a->text.len == 0 || memcmp(a->text.at, b->text.at, a->text.len) == 0);
}

static bool stages_clash(const struct small *small, const struct import_row *row, size_t self,
                         const struct small_value *values)
{
    int64_t starts = values[STAGE_STARTS].number, ends = values[STAGE_ENDS].number;
    struct import_row *at = (struct import_row *)row;
    if (ends < starts) {
        import_reject(at, STAGE_ENDS, small->arena, _("lies before the stage starts"));
        return true;
    }
    for (size_t k = 0; k < small->codes.n; k++) {
        const struct small_item *other = &small->items[k];
        if (k == self || (!other->known && !other->fresh))
            continue;
        if (other->values[STAGE_STARTS].number <= ends && starts <= other->values[STAGE_ENDS].number) {
            import_reject(at, STAGE_STARTS, small->arena, _("stage %.*s overlaps stage %.*s"), (int)values[0].text.len,
                          values[0].text.at, (int)other->values[0].text.len, other->values[0].text.at);
            return true;
        }
    }
    return false;
}

static void judge(struct small *small, size_t i)
{
    struct import_row *row = &small->rows[i];
    const struct register_importer *importer = small->importer;
    uint32_t number = small->item_of_row[i];
    struct small_item *item = &small->items[number];
    struct small_value values[CELLS_MAX];
    bool there = item->known || item->fresh, changed = false, moves = false;
    if (importer->edit && !there) {
        import_reject(row, 0, small->arena, _("there is no such %s"), _(small->table->word));
        return;
    }
    memcpy(values, item->values, sizeof values);
    for (size_t c = 0; c < small->n_cells; c++) {
        const struct register_cell *cell = &small->table->cells[c];
        struct alm_text text = row->fields[c];
        if (c == 0 && there)
            continue; /* a code stays as it was first written */
        if (text.len) {
            if (!small_parse_cell(small, row, c, &values[c]))
                return;
        } else if (cell->needed && (!there || (importer->edit && text.at))) {
            import_reject(row, (int)c, small->arena, _("empty; every %s has it"), _(small->table->word));
            return;
        } else if (importer->edit && text.at) {
            values[c] = (struct small_value){.number = ALM_NULL};
        }
        bool other = !same_value(&values[c], &item->values[c]);
        if (other && item->used && c == small->table->fixed) {
            import_reject(row, (int)c, small->arena,
                          _("stays as it is, for what is written of this %s is meant so; add another one"),
                          _(small->table->word));
            return;
        }
        changed |= other;
        /* The kind tells what is a county. */
        moves |= other && (cell->kind == CELL_PARENT || (importer->list == LIST_AREA && cell->kind == CELL_KIND));
    }
    if (importer->list == LIST_STAGE && (changed || !there) && stages_clash(small, row, number, values))
        return;
    row->outcome = !there ? IMPORT_ADDED : changed ? IMPORT_CHANGED : IMPORT_SAME;
    memcpy(item->values, values, sizeof values);
    if (!there) {
        item->fresh = true;
        item->since = importer->today;
    } else if (changed && item->known) {
        item->changed = true;
        item->moves |= moves;
    }
}

/* ---- writing ---- */

/* New areas get theirs first of all: rows that name them as a parent need them. */
static enum alm_status give_ids(struct small *small, struct alm_error *err)
{
    size_t n = 0, at = 0;
    for (size_t k = 0; k < small->codes.n; k++)
        n += !small->items[k].known;
    alm_id *ids = xreallocarray(NULL, n + 1, sizeof *ids);
    enum alm_status status = n ? store_ids(small->importer->store, ids, n, err) : ALM_OK;
    for (size_t k = 0; status == ALM_OK && k < small->codes.n; k++)
        if (!small->items[k].known)
            small->items[k].id = ids[at++];
    free(ids);
    return status;
}

static void write_item(const struct small *small, struct store_bulk *bulk, const struct small_item *item)
{
    store_bulk_row(bulk);
    store_bulk_int(bulk, 0, item->id);
    for (size_t i = 0; i < small->n_cells; i++) {
        const struct small_value *value = &item->values[i];
        enum cell_kind kind = small->table->cells[i].kind;
        if (kind == CELL_WORDS && !value->text.at)
            store_bulk_text(bulk, i + 1, text_of(""));
        else if (small_is_text(kind))
            store_bulk_text(bulk, i + 1, value->text);
        else
            store_bulk_int(bulk, i + 1, value->number);
    }
    if (small->table->extra == EXTRA_SINCE)
        store_bulk_int(bulk, small->n_cells + 1, item->since);
    if (small->table->extra == EXTRA_NAME_KEY) {
        char key[512];
        struct alm_text name = item->values[3].text;
        store_bulk_text(bulk, small->n_cells + 1, (struct alm_text){key, text_fold_joined(name, key, sizeof key)});
    }
}

static enum alm_status write_items(struct small *small, struct alm_error *err)
{
    struct store *store = small->importer->store;
    struct store_bulk_spec specs[CELLS_MAX + 2] = {{"id", ALM_BULK_KEY, false}};
    static const struct store_bulk_spec code_specs[] = {{"code", ALM_BULK_KEY, true}, {"place", ALM_BULK_SET, false}};
    size_t n = 1;
    for (size_t i = 0; i < small->n_cells; i++)
        specs[n++] = (struct store_bulk_spec){small->table->cells[i].column, ALM_BULK_SET,
                                              small_is_text(small->table->cells[i].kind)};
    if (small->table->extra != EXTRA_NONE)
        specs[n++] =
            (struct store_bulk_spec){small->table->extra_column, ALM_BULK_SET, small->table->extra == EXTRA_NAME_KEY};
    struct store_bulk *bulk = store_bulk_new(store, small->table->name, ALM_BULK_MERGE, specs, n);
    struct store_bulk *codes = store_bulk_new(store, "place_code", ALM_BULK_APPEND, code_specs, COUNT_OF(code_specs));
    for (size_t k = 0; k < small->codes.n; k++) {
        const struct small_item *item = &small->items[k];
        if (item->fresh || item->changed)
            write_item(small, bulk, item);
        if (item->fresh && small->importer->list == LIST_PLACE) {
            store_bulk_row(codes);
            store_bulk_text(codes, 0, small->codes.at[k]);
            store_bulk_int(codes, 1, item->id);
        }
    }
    enum alm_status status = store_bulk_flush(bulk, 1, NULL, err);
    if (status == ALM_OK)
        status = store_bulk_flush(codes, 1, NULL, err);
    store_bulk_free(bulk);
    store_bulk_free(codes);
    return status;
}

static enum alm_status call_gate(struct small *small, bool moved, struct alm_error *err)
{
    const struct register_gate *gate = &small->importer->gate;
    alm_id *ids = arena_alloc(small->arena, (small->codes.n + 1) * sizeof *ids);
    size_t n = 0;
    for (size_t k = 0; k < small->codes.n; k++)
        if (small->items[k].moves)
            ids[n++] = small->items[k].id;
    return n && gate->areas_move ? gate->areas_move(gate->context, ids, n, moved, err) : ALM_OK;
}

enum alm_status small_rows(struct register_importer *importer, struct import_row *rows, size_t n, struct arena *arena,
                           struct alm_error *err)
{
    struct small small = {.importer = importer,
                          .table = importer->table,
                          .n_cells = importer->table->n_cells,
                          .arena = arena,
                          .rows = rows,
                          .n = n,
                          .item_of_row = xreallocarray(NULL, n + 1, sizeof(uint32_t))};
    register_directory_stale(importer->directory);
    take_codes(&small);
    enum alm_status status = read_items(&small, err);
    if (status == ALM_OK && importer->list == LIST_AREA)
        small_check_parents(&small);
    if (status == ALM_OK)
        status = give_ids(&small, err);
    for (size_t i = 0; status == ALM_OK && i < n; i++)
        if (small.item_of_row[i] != UINT32_MAX && rows[i].outcome != IMPORT_REJECTED) {
            judge(&small, i);
            importer->id = small.items[small.item_of_row[i]].id;
        }
    if (status == ALM_OK)
        status = call_gate(&small, false, err);
    if (status == ALM_OK)
        status = write_items(&small, err);
    register_directory_stale(importer->directory);
    if (status == ALM_OK)
        status = call_gate(&small, true, err);
    free(small.items);
    free(small.item_of_row);
    keys_release(&small.codes);
    return status;
}
