/* SPDX-License-Identifier: MIT */
/*
 * The lists of areas, bodies, groups, bases, stages and places: one table of columns for each, one way through for all.
 * What the store has of a chunk's codes is read at once, rows are judged in memory, and what came of it is written in
 * bulk.
 */
#include "register/list-internal.h"
#include <stdlib.h>

/* What a cell is. */
enum cell_kind {
    CELL_CODE,
    CELL_TEXT,
    CELL_KIND, /* lower-case words; those of areas in English */
    CELL_WORDS,
    CELL_NUMBER,
    CELL_DATE,
    CELL_AREA,
    CELL_PARENT, /* an area that may come later in the chunk */
    CELL_BODY
};

struct cell {
    const char *column; /* in the store */
    enum cell_kind kind;
    bool needed; /* a new row has to have it */
};

enum { CELLS_MAX = 8 };

static const struct import_column area_columns[] = {
    {"code", "area code|p-code|pcode|کد|کد محدوده", true},
    {"parent", "parent_code|parent code|within|بالادست|کد بالادست|محدوده بالادست", false},
    {"kind", "level|type|نوع|سطح", false},
    {"name", "name_fa|title|نام", true},
    {"name_latin", "name_en|latin name|english name|نام لاتین|نام انگلیسی", false},
};
static const struct cell area_cells[] = {{"code", CELL_CODE, true},
                                         {"parent", CELL_PARENT, false},
                                         {"kind", CELL_KIND, true},
                                         {"name", CELL_TEXT, true},
                                         {"name_latin", CELL_TEXT, false}};

static const struct import_column body_columns[] = {
    {"code", "body code|کد|کد نهاد", true},
    {"name", "title|نام|نام نهاد", true},
    {"kind", "type|نوع", false},
    {"contact", "phone|تماس|تلفن|رابط", false},
};
static const struct cell body_cells[] = {
    {"code", CELL_CODE, true}, {"name", CELL_TEXT, true}, {"kind", CELL_KIND, false}, {"contact", CELL_TEXT, false}};

static const struct import_column group_columns[] = {
    {"code", "group code|کد|کد گروه", true},
    {"name", "title|نام|نام گروه", true},
    {"body", "body_code|organisation|نهاد|کد نهاد", true},
    {"area", "area_code|محدوده|محله|کد محدوده", false},
    {"specialities", "speciality|specialties|skills|تخصص|تخصص ها|تخصص‌ها", false},
    {"capacity", "households a day|ظرفیت", false},
    {"members", "member count|size|اعضا|تعداد اعضا|تعداد", false},
};
static const struct cell group_cells[] = {{"code", CELL_CODE, true},           {"name", CELL_TEXT, true},
                                          {"body", CELL_BODY, true},           {"area", CELL_AREA, false},
                                          {"specialities", CELL_WORDS, false}, {"capacity", CELL_NUMBER, false},
                                          {"members", CELL_NUMBER, false}};

static const struct import_column base_columns[] = {
    {"code", "base code|کد|کد پایگاه", true},
    {"name", "title|نام|نام پایگاه", true},
    {"area", "area_code|محدوده|محله|کد محدوده", false},
    {"contact", "phone|تماس|تلفن|رابط", false},
};
static const struct cell base_cells[] = {
    {"code", CELL_CODE, true}, {"name", CELL_TEXT, true}, {"area", CELL_AREA, false}, {"contact", CELL_TEXT, false}};

static const struct import_column stage_columns[] = {
    {"code", "stage code|کد|کد مرحله", true},
    {"name", "title|نام|نام مرحله", true},
    {"starts", "start|from|begins|شروع|آغاز|از|تاریخ شروع", true},
    {"ends", "end|to|until|پایان|تا|تاریخ پایان", true},
};
static const struct cell stage_cells[] = {
    {"code", CELL_CODE, true}, {"name", CELL_TEXT, true}, {"starts", CELL_DATE, true}, {"ends", CELL_DATE, true}};
enum { STAGE_STARTS = 2, STAGE_ENDS = 3 };

static const struct import_column place_columns[] = {
    {"code", "place code|کد|کد مکان", true}, {"kind", "type|نوع|نوع مکان", true},
    {"name", "title|نام|نام مکان", true},    {"area", "area_code|محدوده|محله|کد محدوده", false},
    {"address", "نشانی|آدرس", false},        {"size", "square metres|m2|مساحت|اندازه|متراژ", false},
};
static const struct cell place_cells[] = {{"code", CELL_CODE, true},     {"kind", CELL_KIND, true},
                                          {"name", CELL_TEXT, true},     {"area", CELL_AREA, false},
                                          {"address", CELL_TEXT, false}, {"size", CELL_NUMBER, false}};

const struct import_column *const small_columns[LISTS] = {
    [LIST_AREA] = area_columns, [LIST_BODY] = body_columns,   [LIST_GROUP] = group_columns,
    [LIST_BASE] = base_columns, [LIST_STAGE] = stage_columns, [LIST_PLACE] = place_columns,
};
const size_t small_n_columns[LISTS] = {
    [LIST_AREA] = COUNT_OF(area_columns),   [LIST_BODY] = COUNT_OF(body_columns),
    [LIST_GROUP] = COUNT_OF(group_columns), [LIST_BASE] = COUNT_OF(base_columns),
    [LIST_STAGE] = COUNT_OF(stage_columns), [LIST_PLACE] = COUNT_OF(place_columns),
};

/* A column that is no column of the file: made by the program. */
enum extra { EXTRA_NONE, EXTRA_NAME_KEY, EXTRA_SINCE };

static const struct table {
    const char *word, *name;
    const struct cell *cells;
    const char *codes;  /* all ids and codes; NULL: by key */
    const char *select; /* id, the cells, the extra column; of $1 */
    enum extra extra;
    const char *extra_column;
} tables[LISTS] = {
    [LIST_AREA] = {N_("area"), "area", area_cells, "SELECT id, code FROM area",
                   "SELECT id, code, parent, kind, name, name_latin FROM area WHERE id = ANY ($1)", EXTRA_NAME_KEY,
                   "name_key"},
    [LIST_BODY] = {N_("body"), "body", body_cells, "SELECT id, code FROM body",
                   "SELECT id, code, name, kind, contact FROM body WHERE id = ANY ($1)", EXTRA_NONE, NULL},
    [LIST_GROUP] =
        {N_("group"), "volunteer_group", group_cells, "SELECT id, code FROM volunteer_group",
         "SELECT id, code, name, body, area, specialities, capacity, members FROM volunteer_group WHERE id = ANY ($1)",
         EXTRA_NONE, NULL},
    [LIST_BASE] = {N_("base"), "base", base_cells, "SELECT id, code FROM base",
                   "SELECT id, code, name, area, contact FROM base WHERE id = ANY ($1)", EXTRA_NONE, NULL},
    [LIST_STAGE] = {N_("stage"), "stage", stage_cells, "SELECT id, code FROM stage",
                    "SELECT id, code, name, starts, ends FROM stage WHERE id = ANY ($1)", EXTRA_NONE, NULL},
    [LIST_PLACE] = {N_("place"), "place", place_cells, NULL,
                    "SELECT id, code, kind, name, area, address, size, since FROM place WHERE id = ANY ($1)",
                    EXTRA_SINCE, "since"},
};

struct value {
    int64_t number; /* ALM_NULL */
    struct alm_text text;
};

/* What stands, or will stand, under a code. */
struct item {
    alm_id id;
    bool known, fresh, changed, moves;
    struct value values[CELLS_MAX];
    int64_t since;
};

struct small {
    struct register_importer *importer;
    const struct table *table;
    size_t n_cells;
    struct arena *arena;
    struct import_row *rows;
    size_t n;
    struct keys codes;
    struct item *items; /* by number of the code */
    size_t items_capacity;
    uint32_t *item_of_row; /* UINT32_MAX: rejected */
};

static bool is_text(enum cell_kind kind)
{
    return kind == CELL_CODE || kind == CELL_TEXT || kind == CELL_KIND || kind == CELL_WORDS;
}

static size_t add_item(struct small *small, struct alm_text key)
{
    bool fresh;
    size_t k = keys_add(&small->codes, key, &fresh);
    while (small->items_capacity <= k) {
        small->items_capacity = small->items_capacity ? small->items_capacity * 2 : 256;
        small->items = xreallocarray(small->items, small->items_capacity, sizeof *small->items);
    }
    if (fresh) {
        small->items[k] = (struct item){.since = ALM_NULL};
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
            struct item *item = &small->items[number[keys_find_id(&by_id, store_int(stmt, 0))]];
            for (size_t i = 0; i < small->n_cells; i++) {
                if (!is_text(small->table->cells[i].kind)) {
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
    free(number);
    free(ids);
    keys_release(&by_id);
    return status;
}

/* ---- parents of areas ---- */

enum { DEPTH_MAX = 16, TEXT_MAX_BYTES = 600 };
#define NO_PARENT UINT32_MAX

/* Nothing but its parent may fail a row that others count on: what else could is looked at before. */
static bool area_row_is_sound(const struct small *small, struct import_row *row, uint32_t item)
{
    for (size_t c = 0; c < small->n_cells; c++) {
        if (row->fields[c].len > TEXT_MAX_BYTES) {
            import_reject(row, (int)c, small->arena, _("longer than %d bytes"), TEXT_MAX_BYTES);
            return false;
        }
        if (small->table->cells[c].needed && !row->fields[c].len && !small->items[item].known) {
            import_reject(row, (int)c, small->arena, _("empty; every %s has it"), _(small->table->word));
            return false;
        }
    }
    return true;
}

/*
 * Parents may come later in the chunk, so rows are taken together: a row falls if its parent is not there, if that
 * parent's row fell, or if the area would lie in itself.  A row that falls leaves its area as it was, or missing, so
 * this goes on until nothing falls; it ends because areas are at most DEPTH_MAX deep.
 */
static void check_parents(struct small *small)
{
    size_t n = small->codes.n;
    uint32_t *parent = xreallocarray(NULL, n + 1, sizeof *parent);
    uint32_t *kept = xreallocarray(NULL, n + 1, sizeof *kept); /* as the store has it */
    uint32_t *rows = xcalloc(n + 1, sizeof *rows);             /* rows of this chunk that stand for the area */
    uint32_t *wanted = xreallocarray(NULL, small->n + 1, sizeof *wanted);
    struct keys by_id = {0};
    uint32_t *number = xreallocarray(NULL, n + 1, sizeof *number);
    for (size_t k = 0; k < n; k++)
        if (small->items[k].known)
            number[keys_add_id(&by_id, small->items[k].id, NULL)] = (uint32_t)k;
    for (size_t k = 0; k < n; k++) {
        int64_t id = small->items[k].known ? small->items[k].values[1].number : ALM_NULL;
        size_t at = id == ALM_NULL ? KEYS_NONE : keys_find_id(&by_id, id);
        kept[k] = parent[k] = at == KEYS_NONE ? NO_PARENT : number[at];
    }
    for (size_t i = 0; i < small->n; i++) {
        struct import_row *row = &small->rows[i];
        struct alm_text text = row->fields[1];
        uint32_t item = small->item_of_row[i];
        if (item == UINT32_MAX)
            continue;
        if (!area_row_is_sound(small, row, item)) {
            small->item_of_row[i] = UINT32_MAX;
            continue;
        }
        wanted[i] = parent[item];
        if (text.len) {
            char key[CODE_MAX + 1];
            size_t k = keys_find(&small->codes, (struct alm_text){key, register_code_key(text, key)});
            if (k == KEYS_NONE) {
                import_reject(row, 1, small->arena, _("there is no area %.*s, here or in the register"), (int)text.len,
                              text.at);
                small->item_of_row[i] = UINT32_MAX;
                continue;
            }
            wanted[i] = (uint32_t)k;
        } else if (small->importer->edit && text.at) {
            wanted[i] = NO_PARENT;
        }
        parent[item] = wanted[i];
        rows[item]++;
    }
    for (bool fell = true; fell;) {
        fell = false;
        for (size_t i = 0; i < small->n; i++) {
            uint32_t item = small->item_of_row[i];
            if (item == UINT32_MAX || wanted[i] == NO_PARENT)
                continue;
            struct alm_text text = small->rows[i].fields[1];
            bool missing = !small->items[wanted[i]].known && !rows[wanted[i]];
            int depth = 0;
            uint32_t at = wanted[i];
            while (at != NO_PARENT && at != item && ++depth < DEPTH_MAX)
                at = parent[at];
            if (!missing && at == NO_PARENT)
                continue;
            if (missing)
                import_reject(&small->rows[i], 1, small->arena, _("the row of area %.*s was rejected"), (int)text.len,
                              text.at);
            else if (at == item)
                import_reject(&small->rows[i], 1, small->arena, _("area %.*s would lie in itself"),
                              (int)small->rows[i].fields[0].len, small->rows[i].fields[0].at);
            else
                import_reject(&small->rows[i], 1, small->arena, _("lies in itself, or more than %d areas deep"),
                              DEPTH_MAX);
            small->item_of_row[i] = UINT32_MAX;
            rows[item]--;
            parent[item] = kept[item];
            fell = true;
        }
    }
    free(parent);
    free(kept);
    free(rows);
    free(wanted);
    free(number);
    keys_release(&by_id);
}

/* ---- cells ---- */

static const char *const area_kinds[][2] = {
    {"استان", "province"}, {"شهرستان", "county"},        {"بخش", "district"},
    {"شهر", "city"},       {"دهستان", "rural district"}, {"محله", "neighbourhood"},
    {"روستا", "village"},  {"کشور", "country"},          {"neighborhood", "neighbourhood"},
};

static struct alm_text parse_kind(struct small *small, struct alm_text text)
{
    if (small->importer->list == LIST_AREA) {
        char key[200], other[64];
        text_fold_joined(text, key, sizeof key);
        for (size_t i = 0; i < COUNT_OF(area_kinds); i++) {
            text_fold_joined(text_of(area_kinds[i][0]), other, sizeof other);
            if (strcmp(key, other) == 0)
                return text_of(area_kinds[i][1]);
        }
    }
    char *lower = arena_strndup(small->arena, text.at, text.len);
    for (char *at = lower; *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at | 0x20);
    return (struct alm_text){lower, text.len};
}

/* `a; b c` to words with single blanks between them; a speciality of several words is joined by hyphens. */
static struct alm_text parse_words(struct small *small, struct alm_text text)
{
    static const char *const separators[] = {";", "|", ",", "،", "؛"};
    bool marked = false;
    for (size_t s = 0; s < COUNT_OF(separators); s++)
        marked |= memmem(text.at, text.len, separators[s], strlen(separators[s])) != NULL;
    char *out = arena_alloc(small->arena, text.len + 1);
    size_t len = 0;
    bool gap = false, blank = false;
    for (size_t at = 0; at < text.len;) {
        size_t step = 0;
        for (size_t s = 0; s < COUNT_OF(separators) && !step; s++)
            if (text.len - at >= strlen(separators[s]) &&
                memcmp(text.at + at, separators[s], strlen(separators[s])) == 0)
                step = strlen(separators[s]);
        if (step) {
            gap = len > 0;
        } else if ((unsigned char)text.at[at] <= ' ') {
            blank = len > 0;
            step = 1;
        } else {
            /* One byte for at least one separator or blank that was there: the room suffices. */
            if (gap || (blank && !marked))
                out[len++] = ' ';
            else if (blank)
                out[len++] = '-';
            gap = blank = false;
            char c = text.at[at];
            out[len++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
            step = 1;
        }
        at += step;
    }
    return (struct alm_text){out, len};
}

/* A cell that says something; false if it is at fault. */
static bool parse_cell(struct small *small, struct import_row *row, size_t i, struct value *value)
{
    struct register_importer *importer = small->importer;
    struct alm_text text = row->fields[i];
    struct alm_error err = {0};
    *value = (struct value){.number = ALM_NULL};
    switch (small->table->cells[i].kind) {
    case CELL_CODE:
    case CELL_TEXT: {
        if (text.len > TEXT_MAX_BYTES) {
            import_reject(row, (int)i, small->arena, _("longer than %d bytes"), TEXT_MAX_BYTES);
            return false;
        }
        char *clean = arena_strndup(small->arena, text.at, text.len);
        for (size_t k = 0; k < text.len; k++)
            if ((unsigned char)clean[k] < ' ')
                clean[k] = ' ';
        value->text = (struct alm_text){clean, text.len};
        return true;
    }
    case CELL_KIND:
        value->text = parse_kind(small, text);
        return true;
    case CELL_WORDS:
        value->text = parse_words(small, text);
        return true;
    case CELL_NUMBER:
        if (number_parse_int(text, &value->number, &err) == ALM_OK && value->number < 0)
            error_set(&err, ALM_BAD_DATA, NULL, _("is negative"));
        break;
    case CELL_DATE: {
        alm_date day;
        if (date_parse(text, &day, &err) == ALM_OK)
            value->number = day;
        break;
    }
    case CELL_AREA: {
        const struct register_area *areas;
        int32_t area = register_area_by_code(importer->directory, text, &err);
        if (area >= 0 && register_areas(importer->directory, &areas, NULL, &err) == ALM_OK)
            value->number = areas[area].id;
        break;
    }
    case CELL_BODY: {
        const struct register_entry *body = register_by_code(importer->directory, REGISTER_BODY, text, &err);
        if (body)
            value->number = body->id;
        break;
    }
    case CELL_PARENT: {
        char key[CODE_MAX + 1];
        size_t k = keys_find(&small->codes, (struct alm_text){key, register_code_key(text, key)});
        value->number =
            k == KEYS_NONE ? ALM_NULL : small->items[k].id; /* 0: it is made in this chunk, see give_ids() */
        return true;
    }
    }
    if (err.status != ALM_OK) {
        list_reject(row, (int)i, small->arena, &err);
        return false;
    }
    return true;
}

static bool same_value(const struct value *a, const struct value *b)
{
    return a->number == b->number && a->text.len == b->text.len &&
           (a->text.len == 0 || memcmp(a->text.at, b->text.at, a->text.len) == 0);
}

static bool stages_clash(const struct small *small, const struct import_row *row, size_t self,
                         const struct value *values)
{
    int64_t starts = values[STAGE_STARTS].number, ends = values[STAGE_ENDS].number;
    struct import_row *at = (struct import_row *)row;
    if (ends < starts) {
        import_reject(at, STAGE_ENDS, small->arena, _("lies before the stage starts"));
        return true;
    }
    for (size_t k = 0; k < small->codes.n; k++) {
        const struct item *other = &small->items[k];
        if (k == self || (!other->known && !other->fresh))
            continue;
        if (other->values[STAGE_STARTS].number <= ends && starts <= other->values[STAGE_ENDS].number) {
            import_reject(at, STAGE_STARTS, small->arena, _("overlaps stage %.*s"), (int)other->values[0].text.len,
                          other->values[0].text.at);
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
    struct item *item = &small->items[number];
    struct value values[CELLS_MAX];
    bool there = item->known || item->fresh, changed = false, moves = false;
    if (importer->edit && !there) {
        import_reject(row, 0, small->arena, _("there is no such %s"), _(small->table->word));
        return;
    }
    memcpy(values, item->values, sizeof values);
    for (size_t c = 0; c < small->n_cells; c++) {
        const struct cell *cell = &small->table->cells[c];
        struct alm_text text = row->fields[c];
        if (c == 0 && there)
            continue; /* a code stays as it was first written */
        if (text.len) {
            if (!parse_cell(small, row, c, &values[c]))
                return;
        } else if (cell->needed && (!there || (importer->edit && text.at))) {
            import_reject(row, (int)c, small->arena, _("empty; every %s has it"), _(small->table->word));
            return;
        } else if (importer->edit && text.at) {
            values[c] = (struct value){.number = ALM_NULL};
        }
        bool other = !same_value(&values[c], &item->values[c]);
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

static void write_item(const struct small *small, struct store_bulk *bulk, const struct item *item)
{
    store_bulk_row(bulk);
    store_bulk_int(bulk, 0, item->id);
    for (size_t i = 0; i < small->n_cells; i++) {
        const struct value *value = &item->values[i];
        enum cell_kind kind = small->table->cells[i].kind;
        if (kind == CELL_WORDS && !value->text.at)
            store_bulk_text(bulk, i + 1, text_of(""));
        else if (is_text(kind))
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
        specs[n++] =
            (struct store_bulk_spec){small->table->cells[i].column, ALM_BULK_SET, is_text(small->table->cells[i].kind)};
    if (small->table->extra != EXTRA_NONE)
        specs[n++] =
            (struct store_bulk_spec){small->table->extra_column, ALM_BULK_SET, small->table->extra == EXTRA_NAME_KEY};
    struct store_bulk *bulk = store_bulk_new(store, small->table->name, ALM_BULK_MERGE, specs, n);
    struct store_bulk *codes = store_bulk_new(store, "place_code", ALM_BULK_APPEND, code_specs, COUNT_OF(code_specs));
    for (size_t k = 0; k < small->codes.n; k++) {
        const struct item *item = &small->items[k];
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
                          .table = &tables[importer->list],
                          .n_cells = small_n_columns[importer->list],
                          .arena = arena,
                          .rows = rows,
                          .n = n,
                          .item_of_row = xreallocarray(NULL, n + 1, sizeof(uint32_t))};
    register_directory_stale(importer->directory);
    take_codes(&small);
    enum alm_status status = read_items(&small, err);
    if (status == ALM_OK && importer->list == LIST_AREA)
        check_parents(&small);
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
