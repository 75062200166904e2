/* SPDX-License-Identifier: MIT */
/*
 * The small tables in memory.  Areas are numbered in the order of their tree (each before what lies in it), so that
 * what lies within an area is one run of numbers.
 */
#include "register/keys.h"
#include <stdlib.h>

struct list {
    bool read;
    struct register_entry *at;
    size_t n;
    struct keys codes; /* a code's key to its place in `at` by `code_at` */
    uint32_t *code_at;
    struct keys ids; /* in the order of `at` */
    struct arena arena;
};

struct register_directory {
    struct store *store;
    struct list lists[REGISTER_NOUNS];
    bool areas_read;
    struct arena arena; /* of the areas */
    struct register_area *areas;
    int32_t *ends; /* of each area: one past the last area that lies in it */
    size_t n_areas;
    struct keys area_ids;
    struct keys area_codes, area_names;
    int32_t *by_code;
    int32_t *by_name; /* -2: several have that name */
};

static const struct {
    const char *word;
    const char *sql; /* id, code, name, body, area, starts, ends, unit, unit_plural, recipient */
    const char *hint;
} nouns[REGISTER_NOUNS] = {
    [REGISTER_BODY] = {N_("body"), "SELECT id, code, name FROM body ORDER BY code, id",
                       N_("almoner body list shows them")},
    [REGISTER_GROUP] = {N_("group"), "SELECT id, code, name, body, area FROM volunteer_group ORDER BY code, id",
                        N_("almoner group list shows them")},
    [REGISTER_BASE] = {N_("base"), "SELECT id, code, name, 0, area FROM base ORDER BY code, id",
                       N_("almoner base list shows them")},
    [REGISTER_STAGE] = {N_("stage"), "SELECT id, code, name, 0, 0, starts, ends FROM stage ORDER BY starts, code, id",
                        N_("almoner stage list shows them")},
    [REGISTER_PROGRAMME] =
        {N_("programme"),
         "SELECT id, name, title, 0, 0, 0, 0, unit, unit_plural, recipient FROM programme ORDER BY name, id",
         N_("almoner programme list shows them")},
};

struct register_directory *register_directory_new(struct store *store)
{
    struct register_directory *directory = xcalloc(1, sizeof *directory);
    directory->store = store;
    return directory;
}

void register_directory_stale(struct register_directory *directory)
{
    for (size_t i = 0; i < REGISTER_NOUNS; i++) {
        struct list *list = &directory->lists[i];
        free(list->at);
        free(list->code_at);
        keys_release(&list->codes);
        keys_release(&list->ids);
        arena_release(&list->arena);
        *list = (struct list){0};
    }
    arena_release(&directory->arena);
    keys_release(&directory->area_ids);
    keys_release(&directory->area_codes);
    keys_release(&directory->area_names);
    free(directory->areas);
    free(directory->ends);
    free(directory->by_code);
    free(directory->by_name);
    *directory = (struct register_directory){.store = directory->store};
}

void register_directory_free(struct register_directory *directory)
{
    if (!directory)
        return;
    register_directory_stale(directory);
    free(directory);
}

/* ---- areas ---- */

static const char *copy(struct arena *arena, struct store_stmt *stmt, int i)
{
    struct alm_text text = store_text(stmt, i);
    return text.at ? arena_strndup(arena, text.at, text.len) : NULL;
}

/* Areas as the table holds them, ordered by code; parents by id. */
static enum alm_status read_areas(struct register_directory *directory, struct register_area **flat, alm_id **parents,
                                  size_t *n, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row;
    size_t capacity = 0, parents_capacity = 0;
    enum alm_status status =
        store_query(directory->store, &stmt, err,
                    "SELECT id, code, parent, kind, name, name_latin FROM area ORDER BY code, id", "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        ARRAY_ROOM(*flat, *n, capacity);
        ARRAY_ROOM(*parents, *n, parents_capacity);
        int64_t parent = store_int(stmt, 2);
        (*parents)[*n] = parent == ALM_NULL ? 0 : parent;
        (*flat)[(*n)++] = (struct register_area){.id = store_int(stmt, 0),
                                                 .code = copy(&directory->arena, stmt, 1),
                                                 .kind = copy(&directory->arena, stmt, 3),
                                                 .name = copy(&directory->arena, stmt, 4),
                                                 .name_latin = copy(&directory->arena, stmt, 5)};
    }
    return status;
}

/* Lay the tree out in order: first[i] and next[i] chain the children of i; an area whose parent is missing is a top. */
static void number_areas(struct register_directory *directory, const struct register_area *flat, const alm_id *parents,
                         size_t n)
{
    struct keys ids = {0};
    int32_t *first = xreallocarray(NULL, n + 1, sizeof *first);
    int32_t *next = xreallocarray(NULL, n + 1, sizeof *next);
    int32_t *stack =
        xreallocarray(NULL, n + 1, sizeof *stack); /* numbers in the new order, whose children are being laid */
    for (size_t i = 0; i < n; i++) {
        keys_add_id(&ids, flat[i].id, NULL);
        first[i] = next[i] = -1;
    }
    int32_t tops = -1;
    for (size_t i = n; i-- > 0;) { /* backwards: each is put before its siblings */
        size_t parent = parents[i] ? keys_find_id(&ids, parents[i]) : KEYS_NONE;
        int32_t *head = parent == KEYS_NONE ? &tops : &first[parent];
        next[i] = *head;
        *head = (int32_t)i;
    }
    directory->areas = xreallocarray(NULL, n + 1, sizeof *directory->areas);
    directory->ends = xreallocarray(NULL, n + 1, sizeof *directory->ends);
    int32_t depth = 0, at = tops;
    size_t laid = 0;
    for (;;) {
        if (at < 0) { /* no more siblings: the parent ends here */
            if (depth == 0)
                break;
            int32_t parent = stack[--depth];
            directory->ends[parent] = (int32_t)laid;
            at = next[keys_find_id(&ids, directory->areas[parent].id)];
            continue;
        }
        struct register_area *area = &directory->areas[laid];
        *area = flat[at];
        area->depth = depth;
        area->parent = depth ? stack[depth - 1] : -1;
        area->county = strcmp(area->kind, "county") == 0 ? (int32_t)laid
                       : area->parent >= 0               ? directory->areas[area->parent].county
                                                         : -1;
        stack[depth++] = (int32_t)laid++;
        at = first[at];
    }
    directory->n_areas = laid; /* a cycle would leave its areas out; imports refuse them */
    free(first);
    free(next);
    free(stack);
    keys_release(&ids);
}

static void index_areas(struct register_directory *directory)
{
    size_t n = directory->n_areas;
    directory->by_code = xreallocarray(NULL, n + 1, sizeof *directory->by_code);
    directory->by_name = xreallocarray(NULL, 2 * n + 1, sizeof *directory->by_name);
    for (size_t i = 0; i < n; i++) {
        const struct register_area *area = &directory->areas[i];
        keys_add_id(&directory->area_ids, area->id, NULL);
        char key[CODE_MAX + 1];
        bool fresh;
        size_t k = keys_add(&directory->area_codes, (struct alm_text){key, register_code_key(text_of(area->code), key)},
                            &fresh);
        if (fresh)
            directory->by_code[k] = (int32_t)i;
        const char *names[] = {area->name, area->name_latin};
        for (size_t j = 0; j < COUNT_OF(names); j++) {
            char folded[512];
            size_t len = names[j] ? text_fold_joined(text_of(names[j]), folded, sizeof folded) : 0;
            if (!len)
                continue;
            k = keys_add(&directory->area_names, (struct alm_text){folded, len}, &fresh);
            if (fresh)
                directory->by_name[k] = (int32_t)i;
            else if (directory->by_name[k] != (int32_t)i)
                directory->by_name[k] = -2;
        }
    }
}

enum alm_status register_areas(struct register_directory *directory, const struct register_area **areas, size_t *n,
                               struct alm_error *err)
{
    if (!directory->areas_read) {
        struct register_area *flat = NULL;
        alm_id *parents = NULL;
        size_t count = 0;
        enum alm_status status = read_areas(directory, &flat, &parents, &count, err);
        if (status == ALM_OK) {
            number_areas(directory, flat, parents, count);
            index_areas(directory);
            directory->areas_read = true;
        } else {
            arena_release(&directory->arena);
        }
        free(flat);
        free(parents);
        if (status != ALM_OK)
            return status;
    }
    if (areas)
        *areas = directory->areas;
    if (n)
        *n = directory->n_areas;
    return ALM_OK;
}

int32_t register_area_by_id(struct register_directory *directory, alm_id id)
{
    if (register_areas(directory, NULL, NULL, NULL) != ALM_OK)
        return -1;
    size_t k = keys_find_id(&directory->area_ids, id);
    return k == KEYS_NONE ? -1 : (int32_t)k;
}

int32_t register_area_by_code(struct register_directory *directory, struct alm_text text, struct alm_error *err)
{
    if (register_areas(directory, NULL, NULL, err) != ALM_OK)
        return -1;
    char key[CODE_MAX + 1];
    size_t len = text.at ? register_code_key(text, key) : 0;
    size_t k = len ? keys_find(&directory->area_codes, (struct alm_text){key, len}) : KEYS_NONE;
    if (k != KEYS_NONE)
        return directory->by_code[k];
    char folded[512];
    len = text.at ? text_fold_joined(text, folded, sizeof folded) : 0;
    k = len ? keys_find(&directory->area_names, (struct alm_text){folded, len}) : KEYS_NONE;
    if (k != KEYS_NONE && directory->by_name[k] >= 0)
        return directory->by_name[k];
    if (k != KEYS_NONE) {
        error_set(err, ALM_BAD_DATA, _("give the area's code: almoner area list shows them"),
                  _("several areas are called %.*s"), (int)text.len, text.at);
        return -1;
    }
    const char **codes = xreallocarray(NULL, directory->n_areas + 1, sizeof *codes);
    for (size_t i = 0; i < directory->n_areas; i++)
        codes[i] = directory->areas[i].code;
    char *word = xmalloc(text.len + 1);
    memcpy(word, text.at ? text.at : "", text.len);
    word[text.len] = '\0';
    const char *near = error_nearest(word, codes, directory->n_areas);
    char hint[200];
    if (near)
        snprintf(hint, sizeof hint, _("did you mean %s?"), near);
    else
        snprintf(hint, sizeof hint, "%s", _("almoner area list shows them"));
    error_set(err, ALM_BAD_DATA, hint, _("there is no area %s"), word);
    free(word);
    free(codes);
    return -1;
}

bool register_area_within(struct register_directory *directory, int32_t area, int32_t within)
{
    return area >= within && within >= 0 && (size_t)within < directory->n_areas && area < directory->ends[within];
}

enum alm_status register_areas_within(struct register_directory *directory, int32_t within, struct arena *arena,
                                      const alm_id **ids, size_t *n, struct alm_error *err)
{
    const struct register_area *areas;
    size_t n_areas;
    *ids = NULL;
    *n = 0;
    enum alm_status status = register_areas(directory, &areas, &n_areas, err);
    if (status != ALM_OK || within < 0)
        return status;
    /* What lies in an area follows it. */
    *n = (size_t)(directory->ends[within] - within);
    alm_id *found = arena_alloc(arena, *n * sizeof *found);
    for (size_t i = 0; i < *n; i++)
        found[i] = areas[(size_t)within + i].id;
    *ids = found;
    return ALM_OK;
}

/* ---- the other small tables ---- */

static int64_t number_or_none(struct store_stmt *stmt, int i)
{
    int64_t number = store_int(stmt, i);
    return number == ALM_NULL ? 0 : number;
}

static enum alm_status read_list(struct register_directory *directory, enum register_noun noun, struct alm_error *err)
{
    struct list *list = &directory->lists[noun];
    struct store_stmt *stmt;
    bool row;
    size_t capacity = 0;
    enum alm_status status = store_query(directory->store, &stmt, err, nouns[noun].sql, "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        ARRAY_ROOM(list->at, list->n, capacity);
        struct register_entry *entry = &list->at[list->n++];
        *entry = (struct register_entry){.id = store_int(stmt, 0),
                                         .code = copy(&list->arena, stmt, 1),
                                         .name = copy(&list->arena, stmt, 2),
                                         .starts = ALM_NO_DATE,
                                         .ends = ALM_NO_DATE};
        if (noun == REGISTER_GROUP)
            entry->body = number_or_none(stmt, 3);
        if (noun == REGISTER_GROUP || noun == REGISTER_BASE)
            entry->area = number_or_none(stmt, 4);
        if (noun == REGISTER_STAGE) {
            entry->starts = (alm_date)store_int(stmt, 5);
            entry->ends = (alm_date)store_int(stmt, 6);
        }
        if (noun == REGISTER_PROGRAMME) {
            entry->unit = copy(&list->arena, stmt, 7);
            entry->unit_plural = copy(&list->arena, stmt, 8);
            entry->recipient = (uint32_t)store_int(stmt, 9);
        }
    }
    if (status != ALM_OK)
        return status;
    list->code_at = xreallocarray(NULL, list->n + 1, sizeof *list->code_at);
    for (size_t i = 0; i < list->n; i++) {
        char key[CODE_MAX + 1];
        bool fresh;
        size_t k =
            keys_add(&list->codes, (struct alm_text){key, register_code_key(text_of(list->at[i].code), key)}, &fresh);
        if (fresh)
            list->code_at[k] = (uint32_t)i;
        keys_add_id(&list->ids, list->at[i].id, NULL);
    }
    list->read = true;
    return ALM_OK;
}

enum alm_status register_entries(struct register_directory *directory, enum register_noun noun,
                                 const struct register_entry **entries, size_t *n, struct alm_error *err)
{
    struct list *list = &directory->lists[noun];
    if (!list->read) {
        enum alm_status status = read_list(directory, noun, err);
        if (status != ALM_OK) {
            free(list->at);
            arena_release(&list->arena);
            *list = (struct list){0};
            return status;
        }
    }
    if (entries)
        *entries = list->at;
    if (n)
        *n = list->n;
    return ALM_OK;
}

const struct register_entry *register_by_id(struct register_directory *directory, enum register_noun noun, alm_id id)
{
    if (register_entries(directory, noun, NULL, NULL, NULL) != ALM_OK)
        return NULL;
    size_t k = keys_find_id(&directory->lists[noun].ids, id);
    return k == KEYS_NONE ? NULL : &directory->lists[noun].at[k];
}

const struct register_entry *register_by_code(struct register_directory *directory, enum register_noun noun,
                                              struct alm_text text, struct alm_error *err)
{
    if (register_entries(directory, noun, NULL, NULL, err) != ALM_OK)
        return NULL;
    const struct list *list = &directory->lists[noun];
    char key[CODE_MAX + 1];
    size_t len = text.at ? register_code_key(text, key) : 0;
    size_t k = len ? keys_find(&list->codes, (struct alm_text){key, len}) : KEYS_NONE;
    if (k != KEYS_NONE)
        return &list->at[list->code_at[k]];
    const char **codes = xreallocarray(NULL, list->n + 1, sizeof *codes);
    for (size_t i = 0; i < list->n; i++)
        codes[i] = list->at[i].code;
    char *word = xmalloc(text.len + 1);
    memcpy(word, text.at ? text.at : "", text.len);
    word[text.len] = '\0';
    const char *near = error_nearest(word, codes, list->n);
    char hint[200];
    if (near)
        snprintf(hint, sizeof hint, _("did you mean %s?"), near);
    else
        snprintf(hint, sizeof hint, "%s", _(nouns[noun].hint));
    error_set(err, ALM_BAD_DATA, hint, _("there is no %s %s"), _(nouns[noun].word), word);
    free(word);
    free(codes);
    return NULL;
}

const struct register_entry *register_stage_of(struct register_directory *directory, alm_date day)
{
    const struct register_entry *stages, *found = NULL;
    size_t n;
    if (register_entries(directory, REGISTER_STAGE, &stages, &n, NULL) != ALM_OK)
        return NULL;
    for (size_t i = 0; i < n; i++) /* in the order of their beginning */
        if (stages[i].starts <= day && day <= stages[i].ends)
            found = &stages[i];
    return found;
}
