/* SPDX-License-Identifier: MIT */
/* items and depots: the small tables by id and by code. */
#include "stock/internal.h"

#include <stdlib.h>

/* ---- the lists ---- */

static const struct import_column item_columns[] = {
    {"code", "item code|کد|کد کالا", true},
    {"name", "title|نام|نام کالا", true},
    {"name_fa", "persian name|نام فارسی", false},
    {"unit", "واحد|یکا", true},
    {"low", "low stock|minimum|حداقل|کمینه", false},
    {"near", "near expiry|days before expiry|نزدیک انقضا|روز مانده", false},
};
enum { UNIT = 3 }; /* quantities are in it: it stays once there was any */
static const struct register_cell item_cells[] = {
    {"code", CELL_CODE, true, NULL}, {"name", CELL_TEXT, true, NULL},     {"name_fa", CELL_TEXT, false, NULL},
    {"unit", CELL_TEXT, true, NULL}, {"low", CELL_QUANTITY, false, NULL}, {"near", CELL_NUMBER, false, NULL}};
const struct register_table stock_item_table = {
    N_("item"),
    "stock_item",
    item_columns,
    item_cells,
    COUNT_OF(item_cells),
    "SELECT id, code FROM stock_item",
    "SELECT id, code, name, name_fa, unit, low, near FROM stock_item WHERE id = ANY ($1)",
    EXTRA_NONE,
    NULL,
    UNIT,
    "SELECT DISTINCT item FROM stock_lot WHERE item = ANY ($1)"};

static const struct import_column depot_columns[] = {
    {"code", "depot code|کد|کد انبار", true},
    {"name", "title|نام|نام انبار", true},
    {"kind", "type|نوع", true},
    {"area", "area_code|محدوده|محله|کد محدوده", false},
    {"body", "body_code|نهاد|کد نهاد", false},
};
static const char *const depot_kinds[][2] = {
    {"انبار", "warehouse"}, {"آشپزخانه", "kitchen"}, {"پایگاه", "base"}, {NULL, NULL}};
static const struct register_cell depot_cells[] = {{"code", CELL_CODE, true, NULL},
                                                   {"name", CELL_TEXT, true, NULL},
                                                   {"kind", CELL_CHOICE, true, depot_kinds},
                                                   {"area", CELL_AREA, false, NULL},
                                                   {"body", CELL_BODY, false, NULL}};
const struct register_table stock_depot_table = {
    N_("depot"),
    "stock_depot",
    depot_columns,
    depot_cells,
    COUNT_OF(depot_cells),
    "SELECT id, code FROM stock_depot",
    "SELECT id, code, name, kind, area, body FROM stock_depot WHERE id = ANY ($1)",
    EXTRA_NONE,
    NULL,
    0,
    NULL};

/* ---- by id and by code ---- */

static const struct kind {
    const char *word;
    const char *sql; /* id, code, name, unit, low, near */
    const char *list;
} kinds[] = {
    {N_("item"), "SELECT id, code, name, unit, low, near FROM stock_item ORDER BY id",
     N_("almoner stock item list shows them")},
    {N_("depot"), "SELECT id, code, name FROM stock_depot ORDER BY id", N_("almoner stock depot list shows them")},
};

void stock_names_reset(struct stock_names *names)
{
    arena_release(&names->arena);
    free(names->at);
    *names = (struct stock_names){0};
}

static const char *kept(struct stock_names *names, struct store_stmt *stmt, int i)
{
    return arena_strdup(&names->arena, store_string(stmt, i));
}

static enum alm_status read_names(struct stock *stock, enum alm_noun noun, const struct stock_names **out,
                                  struct alm_error *err)
{
    const bool item = noun == ALM_NOUN_ITEM;
    struct stock_names *names = item ? &stock->items : &stock->depots;
    struct store_stmt *stmt;
    bool row;
    *out = names;
    if (names->read)
        return ALM_OK;
    enum alm_status status = store_query(stock->store, &stmt, err, kinds[!item].sql, "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        ARRAY_ROOM(names->at, names->n, names->capacity);
        names->at[names->n++] = (struct stock_name){.id = store_int(stmt, 0),
                                                    .code = kept(names, stmt, 1),
                                                    .name = kept(names, stmt, 2),
                                                    .unit = item ? kept(names, stmt, 3) : "",
                                                    .low = item ? store_int(stmt, 4) : ALM_NULL,
                                                    .near = item ? store_int(stmt, 5) : ALM_NULL};
    }
    if (status == ALM_OK)
        names->read = true;
    else
        stock_names_reset(names);
    return status;
}

static const struct stock_name *by_id(struct stock *stock, enum alm_noun noun, alm_id id)
{
    const struct stock_names *names;
    struct alm_error ignored;
    if (read_names(stock, noun, &names, &ignored) != ALM_OK)
        return NULL;
    size_t low = 0, high = names->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (names->at[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < names->n && names->at[low].id == id ? &names->at[low] : NULL;
}

const struct stock_name *stock_item_name(struct stock *stock, alm_id id)
{
    return by_id(stock, ALM_NOUN_ITEM, id);
}

const struct stock_name *stock_depot_name(struct stock *stock, alm_id id)
{
    return by_id(stock, ALM_NOUN_DEPOT, id);
}

enum alm_status stock_find(struct stock *stock, enum alm_noun noun, struct alm_text code, alm_id *id,
                           struct alm_error *err)
{
    const struct kind *kind = &kinds[noun != ALM_NOUN_ITEM];
    const struct stock_names *names;
    char key[REGISTER_CODE_MAX + 1], other[REGISTER_CODE_MAX + 1], hint[160];
    size_t len = code.at ? register_code_key(code, key) : 0;
    enum alm_status status = read_names(stock, noun, &names, err);
    *id = 0;
    if (status != ALM_OK)
        return status;
    if (!len)
        return error_set(err, ALM_BAD_DATA, _(kind->list), _("no code of a %s is given"), _(kind->word));
    const char **codes = xcalloc(names->n + 1, sizeof *codes);
    for (size_t i = 0; i < names->n && !*id; i++) {
        if (register_code_key(text_of(names->at[i].code), other) == len && memcmp(key, other, len) == 0)
            *id = names->at[i].id;
        codes[i] = names->at[i].code;
    }
    if (!*id) {
        char word[REGISTER_CODE_MAX + 1];
        snprintf(word, sizeof word, "%.*s", (int)code.len, code.at);
        const char *nearest = error_nearest(word, codes, names->n);
        if (nearest)
            snprintf(hint, sizeof hint, _("did you mean %s?"), nearest);
        else
            snprintf(hint, sizeof hint, "%s", _(kind->list));
        status = error_set(err, ALM_BAD_DATA, hint, _("there is no %s %.*s"), _(kind->word), (int)code.len, code.at);
    }
    free(codes);
    return status;
}

enum alm_status stock_name(struct stock *stock, enum alm_noun noun, alm_id id, char *buf, size_t size,
                           struct alm_error *err)
{
    const struct stock_names *names;
    enum alm_status status = read_names(stock, noun, &names, err);
    if (status != ALM_OK)
        return status;
    const struct stock_name *name = by_id(stock, noun, id);
    if (!name)
        return error_set(err, ALM_BAD_DATA, NULL, _("there is no %s with id %lld"),
                         _(kinds[noun != ALM_NOUN_ITEM].word), (long long)id);
    snprintf(buf, size, "%s", name->name);
    return ALM_OK;
}
