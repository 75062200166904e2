/* SPDX-License-Identifier: MIT */
/*
 * Which field of a file is which column: by --map, else by name or alias, else (KoBoToolbox, ODK) by what stands after
 * the last / of the header.
 */
#include "register/import-internal.h"
#include <stdlib.h>

enum { HEADER_KEY = 200 };

static void header_key(struct alm_text text, char key[HEADER_KEY])
{
    text_fold_joined(text, key, HEADER_KEY);
}

static bool matches(const struct import_column *column, const char *key)
{
    char other[HEADER_KEY];
    if (!*key)
        return false;
    header_key(text_of(column->name), other);
    if (strcmp(other, key) == 0)
        return true;
    for (const char *at = column->aliases; at && *at;) {
        size_t len = strcspn(at, "|");
        header_key((struct alm_text){at, len}, other);
        if (strcmp(other, key) == 0)
            return true;
        at += len + (at[len] == '|');
    }
    return false;
}

/* The headers of the file, all or those that were not taken. */
static void list_fields(const struct import_header *header, const bool *taken, char *buf, size_t size)
{
    size_t len = 0;
    for (size_t i = 0; i < header->n_fields && len + 1 < size; i++) {
        struct alm_text field = header->fields[i];
        if (taken && (taken[i] || !field.len))
            continue;
        size_t shown = field.len;
        while (shown > 40 || (shown < field.len && shown && ((unsigned char)field.at[shown] & 0xc0) == 0x80))
            shown--;
        if (len + shown + 8 >= size) {
            snprintf(buf + len, size - len, " ...");
            return;
        }
        len += (size_t)snprintf(buf + len, size - len, "%s%.*s", len ? ", " : "", (int)shown, field.at);
    }
}

/* What almoner itself put before the columns of a rejects file. */
static void take_reasons(const struct import_header *header, bool *taken)
{
    static const char *const names[] = {"line", "column", "reason"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (header->n_fields < COUNT_OF(names) || !text_equal(header->fields[i], names[i]))
            return;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        taken[i] = true;
}

/* OURS=THEIRS: the field THEIRS is the column OURS, whatever it is called. */
static enum alm_status map_one(struct import_header *header, const struct import *import, const char *map, bool *taken,
                               struct alm_error *err)
{
    const char *equals = strchr(map, '=');
    if (!equals || equals == map || !equals[1])
        return error_set(err, ALM_USAGE, _("write --map OURS=THEIRS"), _("--map %s: names no two columns"), map);
    char ours[HEADER_KEY], theirs[HEADER_KEY], key[HEADER_KEY];
    header_key((struct alm_text){map, (size_t)(equals - map)}, ours);
    header_key(text_of(equals + 1), theirs);
    size_t column = 0;
    while (column < import->n_columns && !matches(&import->columns[column], ours))
        column++;
    if (column == import->n_columns) {
        struct strbuf names = {0};
        for (size_t i = 0; i < import->n_columns; i++)
            strbuf_addf(&names, "%s%s", i ? ", " : "", import->columns[i].name);
        enum alm_status status = error_set(err, ALM_USAGE, names.at, _("--map %s: %s has no column %.*s"), map,
                                           import->command, (int)(equals - map), map);
        strbuf_release(&names);
        return status;
    }
    if (header->field_of[column] >= 0)
        return error_set(err, ALM_USAGE, NULL, _("--map names the column %s twice"), import->columns[column].name);
    for (size_t i = 0; i < header->n_fields; i++) {
        header_key(header->fields[i], key);
        /* A header of marks alone folds to nothing: then it is compared as it stands. */
        if (*theirs ? strcmp(key, theirs) != 0 : !text_equal(header->fields[i], equals + 1))
            continue;
        if (taken[i])
            return error_set(err, ALM_USAGE, NULL, _("--map gives the header %s to two columns"), equals + 1);
        header->field_of[column] = (int32_t)i;
        taken[i] = true;
        return ALM_OK;
    }
    char found[200];
    list_fields(header, NULL, found, sizeof found);
    return error_set(err, ALM_BAD_DATA, NULL, _("%s:1: --map %s: the file has no such header; it has: %s"),
                     import->file, map, found);
}

/* Columns that --map has not placed, by their headers. */
static enum alm_status place_fields(struct import_header *header, const struct import *import, bool *taken, bool tails,
                                    struct alm_error *err)
{
    bool *by_map = xcalloc(import->n_columns + 1, sizeof *by_map);
    enum alm_status status = ALM_OK;
    for (size_t c = 0; c < import->n_columns; c++)
        by_map[c] = header->field_of[c] >= 0;
    for (size_t i = 0; i < header->n_fields && status == ALM_OK; i++) {
        struct alm_text text = header->fields[i];
        const char *slash = text.len ? memrchr(text.at, '/', text.len) : NULL;
        if (taken[i] || (tails && !slash))
            continue;
        if (tails)
            text = (struct alm_text){slash + 1, text.len - (size_t)(slash + 1 - text.at)};
        char key[HEADER_KEY];
        header_key(text, key);
        for (size_t c = 0; c < import->n_columns && status == ALM_OK; c++) {
            if (by_map[c] || !matches(&import->columns[c], key))
                continue;
            if (header->field_of[c] >= 0) {
                struct alm_text first = header->fields[header->field_of[c]];
                char hint[200];
                snprintf(hint, sizeof hint, _("say which: --map %s=HEADER"), import->columns[c].name);
                status =
                    error_set(err, ALM_BAD_DATA, hint, _("%s:1: two headers for the column %s: %.*s and %.*s"),
                              import->file, import->columns[c].name, (int)(first.len < 60 ? first.len : 60), first.at,
                              (int)(header->fields[i].len < 60 ? header->fields[i].len : 60), header->fields[i].at);
                break;
            }
            header->field_of[c] = (int32_t)i;
            taken[i] = true;
        }
    }
    free(by_map);
    return status;
}

enum alm_status import_header_read(struct import_header *header, const struct import *import,
                                   const struct csv_record *record, struct alm_error *err)
{
    if (record->fault)
        return error_set(err, ALM_BAD_DATA, _("mend the file's first line: it names the columns"),
                         _("%s:%lld: the header cannot be read: %s"), import->file, (long long)record->line,
                         record->fault);
    enum alm_status status = ALM_OK;
    struct alm_text *fields = arena_alloc(&header->arena, record->n * sizeof *fields + 1);
    for (size_t i = 0; i < record->n; i++) {
        struct alm_text field = text_trim(record->fields[i]);
        fields[i] = (struct alm_text){arena_strndup(&header->arena, field.at, field.len), field.len};
    }
    header->fields = fields;
    header->n_fields = record->n;
    header->field_of = arena_alloc(&header->arena, import->n_columns * sizeof *header->field_of + 1);
    for (size_t c = 0; c < import->n_columns; c++)
        header->field_of[c] = -1;
    bool *taken = xcalloc(record->n + 1, sizeof *taken);
    for (size_t i = 0; import->map && import->map[i] && status == ALM_OK; i++)
        status = map_one(header, import, import->map[i], taken, err);
    if (status == ALM_OK)
        status = place_fields(header, import, taken, false, err);
    /* A tail never takes a column that a whole header has. */
    if (status == ALM_OK)
        for (size_t c = 0, any = 0; c < import->n_columns && !any; c++)
            if (header->field_of[c] < 0) {
                any = 1;
                status = place_fields(header, import, taken, true, err);
            }
    char unread[300] = "";
    take_reasons(header, taken);
    list_fields(header, taken, unread, sizeof unread);
    header->unread = arena_strdup(&header->arena, unread);
    free(taken);
    for (size_t c = 0; c < import->n_columns && status == ALM_OK; c++) {
        if (!import->columns[c].required || header->field_of[c] >= 0)
            continue;
        char found[200] = "", hint[200];
        list_fields(header, NULL, found, sizeof found);
        snprintf(hint, sizeof hint, _("if it has another name: --map %s=HEADER"), import->columns[c].name);
        status = error_set(err, ALM_BAD_DATA, hint, _("%s:1: there is no column %s; the file has: %s"), import->file,
                           import->columns[c].name, found);
    }
    return status;
}

void import_header_release(struct import_header *header)
{
    arena_release(&header->arena);
}
