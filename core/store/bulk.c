/* SPDX-License-Identifier: MIT */
/*
 * Bulk writes: columns that grow row by row, sorted by their key (radix_sort or, with text, qsort) and handed over
 * whole. Nothing is allocated for a row: columns double, texts go into blocks that are used again after a flush.
 */
#include "store/internal.h"
#include "store/sort.h"
#include <stdlib.h>

enum { TEXT_BLOCK = 256 << 10 };

struct text_block {
    struct text_block *next;
    size_t size;
    char bytes[];
};

struct column {
    int64_t *ints;
    struct alm_text *texts;
};

struct store_bulk {
    struct store *store;
    char *table;
    enum alm_bulk_mode mode;
    const struct store_bulk_spec *specs;
    size_t n_columns;
    size_t n_rows;
    size_t capacity;
    struct column *columns;
    struct column spare; /* takes a column while it is put in order, then changes places with it */
    uint32_t *order;
    struct text_block *blocks;  /* all of them */
    struct text_block *current; /* the one that is being filled; those after it are empty */
    size_t used;                /* of the current one */
};

struct store_bulk *store_bulk_new(struct store *store, const char *table, enum alm_bulk_mode mode,
                                  const struct store_bulk_spec *specs, size_t n)
{
    struct store_bulk *bulk = xcalloc(1, sizeof *bulk);
    bulk->store = store;
    bulk->table = xstrdup(table);
    bulk->mode = mode;
    bulk->specs = specs;
    bulk->n_columns = n;
    bulk->columns = xcalloc(n, sizeof *bulk->columns);
    return bulk;
}

void store_bulk_free(struct store_bulk *bulk)
{
    if (!bulk)
        return;
    for (size_t i = 0; i < bulk->n_columns; i++) {
        free(bulk->columns[i].ints);
        free(bulk->columns[i].texts);
    }
    for (struct text_block *block = bulk->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(bulk->spare.ints);
    free(bulk->spare.texts);
    free(bulk->order);
    free(bulk->columns);
    free(bulk->table);
    free(bulk);
}

size_t store_bulk_count(const struct store_bulk *bulk)
{
    return bulk->n_rows;
}

/* ---- rows ---- */

static void grow(struct store_bulk *bulk)
{
    bulk->capacity = bulk->capacity ? bulk->capacity * 2 : 1024;
    for (size_t i = 0; i < bulk->n_columns; i++) {
        struct column *column = &bulk->columns[i];
        if (bulk->specs[i].text)
            column->texts = xreallocarray(column->texts, bulk->capacity, sizeof *column->texts);
        else
            column->ints = xreallocarray(column->ints, bulk->capacity, sizeof *column->ints);
    }
    /* What is spare has the old size: the next sort makes it anew. */
    free(bulk->spare.ints);
    free(bulk->spare.texts);
    free(bulk->order);
    bulk->spare = (struct column){NULL, NULL};
    bulk->order = NULL;
}

void store_bulk_ints(struct store_bulk *bulk, const int64_t *numbers, size_t n)
{
    if (bulk->n_rows == bulk->capacity)
        grow(bulk);
    for (size_t i = 0; i < n; i++)
        bulk->columns[i].ints[bulk->n_rows] = numbers[i];
    for (size_t i = n; i < bulk->n_columns; i++)
        if (bulk->specs[i].text)
            bulk->columns[i].texts[bulk->n_rows] = (struct alm_text){NULL, 0};
        else
            bulk->columns[i].ints[bulk->n_rows] = ALM_NULL;
    bulk->n_rows++;
}

void store_bulk_row(struct store_bulk *bulk)
{
    store_bulk_ints(bulk, NULL, 0);
}

void store_bulk_int(struct store_bulk *bulk, size_t column, int64_t value)
{
    bulk->columns[column].ints[bulk->n_rows - 1] = value;
}

/* Room for `len` bytes in the current block, or in the next one that is large enough. */
static char *text_room(struct store_bulk *bulk, size_t len)
{
    while (bulk->current && bulk->current->size - bulk->used < len && bulk->current->next) {
        bulk->current = bulk->current->next;
        bulk->used = 0;
    }
    if (!bulk->current || bulk->current->size - bulk->used < len) {
        size_t size = len > TEXT_BLOCK ? len : TEXT_BLOCK;
        struct text_block *block = xmalloc(sizeof *block + size);
        block->size = size;
        block->next = NULL;
        if (bulk->current)
            bulk->current->next = block;
        else
            bulk->blocks = block;
        bulk->current = block;
        bulk->used = 0;
    }
    char *at = bulk->current->bytes + bulk->used;
    bulk->used += len;
    return at;
}

void store_bulk_text(struct store_bulk *bulk, size_t column, struct alm_text text)
{
    if (text.at) {
        /* An empty text is not null: it needs an address too. */
        char *copy = text_room(bulk, text.len ? text.len : 1);
        if (text.len)
            memcpy(copy, text.at, text.len);
        text.at = copy;
    }
    bulk->columns[column].texts[bulk->n_rows - 1] = text;
}

int64_t store_bulk_int_at(const struct store_bulk *bulk, size_t column, size_t row)
{
    return bulk->columns[column].ints[row];
}

struct alm_text store_bulk_text_at(const struct store_bulk *bulk, size_t column, size_t row)
{
    return bulk->columns[column].texts[row];
}

static void empty(struct store_bulk *bulk)
{
    bulk->n_rows = 0;
    bulk->current = bulk->blocks;
    bulk->used = 0;
}

/* ---- order ---- */

/* Put all columns into the order; `spare` and the column change places, so only one column is held twice. */
static void reorder(struct store_bulk *bulk)
{
    size_t n = bulk->n_rows;
    for (size_t i = 0; i < bulk->n_columns; i++) {
        struct column *column = &bulk->columns[i];
        if (bulk->specs[i].text) {
            if (!bulk->spare.texts)
                bulk->spare.texts = xreallocarray(NULL, bulk->capacity, sizeof *bulk->spare.texts);
            struct alm_text *from = column->texts, *to = bulk->spare.texts;
            for (size_t row = 0; row < n; row++)
                to[row] = from[bulk->order[row]];
            column->texts = to;
            bulk->spare.texts = from;
        } else {
            if (!bulk->spare.ints)
                bulk->spare.ints = xreallocarray(NULL, bulk->capacity, sizeof *bulk->spare.ints);
            int64_t *from = column->ints, *to = bulk->spare.ints;
            for (size_t row = 0; row < n; row++)
                to[row] = from[bulk->order[row]];
            column->ints = to;
            bulk->spare.ints = from;
        }
    }
}

bool store_bulk_sort(struct store_bulk *bulk, size_t sort_by)
{
    struct sort_key keys[SORT_KEYS_MAX];
    if (sort_by > SORT_KEYS_MAX)
        sort_by = SORT_KEYS_MAX; /* rows are best in order, not bound to be */
    for (size_t i = 0; i < sort_by; i++)
        keys[i] = (struct sort_key){bulk->columns[i].ints, bulk->columns[i].texts};
    if (sort_is_sorted(keys, sort_by, bulk->n_rows))
        return false;
    if (!bulk->order)
        bulk->order = xreallocarray(NULL, bulk->capacity, sizeof *bulk->order);
    sort_order(keys, sort_by, bulk->n_rows, bulk->order);
    reorder(bulk);
    return true;
}

/* ---- rows of one key ---- */

/* Put row `from` into row `to`, both of one key: sums are added, the later value stands. */
static bool fold_row(struct store_bulk *bulk, size_t from, size_t to)
{
    for (size_t i = 0; i < bulk->n_columns; i++) {
        struct column *column = &bulk->columns[i];
        if (bulk->specs[i].role == ALM_BULK_KEY)
            continue;
        if (bulk->specs[i].text)
            column->texts[to] = column->texts[from];
        else if (bulk->specs[i].role == ALM_BULK_SET)
            column->ints[to] = column->ints[from];
        else if (column->ints[to] == ALM_NULL || column->ints[from] == ALM_NULL)
            column->ints[to] = ALM_NULL; /* as SQL adds */
        else if (__builtin_add_overflow(column->ints[to], column->ints[from], &column->ints[to]))
            return false;
    }
    return true;
}

/*
 * Merge neighbours of one key, so that the engine sees each key once: PostgreSQL refuses to touch a row twice in one
 * statement, and a roll-up shrinks by much.  Only where the sorted columns hold the whole key.
 */
static enum alm_status fold(struct store_bulk *bulk, size_t sort_by, struct alm_error *err)
{
    struct sort_key keys[SORT_KEYS_MAX];
    size_t n_keys = 0;
    for (size_t i = 0; i < bulk->n_columns; i++) {
        if (bulk->specs[i].role != ALM_BULK_KEY)
            continue;
        if (i >= sort_by || n_keys == SORT_KEYS_MAX)
            return ALM_OK;
        keys[n_keys++] = (struct sort_key){bulk->columns[i].ints, bulk->columns[i].texts};
    }
    size_t kept = 0;
    for (size_t row = 1; row < bulk->n_rows; row++) {
        if (sort_compare(keys, n_keys, kept, row) == 0) {
            if (!fold_row(bulk, row, kept))
                return error_set(err, ALM_BAD_DATA, NULL, _("%s: a sum is too large"), bulk->table);
            continue;
        }
        if (++kept == row)
            continue;
        for (size_t i = 0; i < bulk->n_columns; i++)
            if (bulk->specs[i].text)
                bulk->columns[i].texts[kept] = bulk->columns[i].texts[row];
            else
                bulk->columns[i].ints[kept] = bulk->columns[i].ints[row];
    }
    bulk->n_rows = kept + 1;
    return ALM_OK;
}

/* ---- the write ---- */

enum alm_status store_bulk_flush(struct store_bulk *bulk, size_t sort_by, bool *conflict, struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    struct alm_bulk_column *columns = NULL;
    bool *flags = NULL;
    enum alm_status status = store_need_write(bulk->store, bulk->table, err);
    if (status != ALM_OK || bulk->n_rows == 0)
        goto out;
    if (bulk->n_rows > UINT32_MAX || sort_by > bulk->n_columns) {
        status = error_set(err, ALM_INTERNAL, NULL, _("%s: too many rows or columns"), bulk->table);
        goto out;
    }
    bool moved = store_bulk_sort(bulk, sort_by);
    if (bulk->mode == ALM_BULK_MERGE && (status = fold(bulk, sort_by, err)) != ALM_OK)
        goto out;
    columns = xcalloc(bulk->n_columns, sizeof *columns);
    for (size_t i = 0; i < bulk->n_columns; i++)
        columns[i] = (struct alm_bulk_column){.name = bulk->specs[i].name,
                                              .role = bulk->specs[i].role,
                                              .ints = bulk->columns[i].ints,
                                              .texts = bulk->columns[i].texts};
    if (bulk->mode == ALM_BULK_CLAIM)
        flags = xcalloc(bulk->n_rows, sizeof *flags);
    const struct alm_bulk write = {.table = bulk->table,
                                   .mode = bulk->mode,
                                   .columns = columns,
                                   .n_columns = bulk->n_columns,
                                   .n_rows = bulk->n_rows,
                                   .conflict = flags};
    if ((status = store_set_savepoints(bulk->store, err)) == ALM_OK) {
        IN_DRIVER(bulk->store);
        status = bulk->store->driver->bulk(bulk->store->connection, &write, err);
    }
    if (status == ALM_OK && flags && conflict)
        for (size_t row = 0; row < bulk->n_rows; row++)
            conflict[moved ? bulk->order[row] : row] = flags[row];
out:
    free(columns);
    free(flags);
    empty(bulk);
    return status;
}
