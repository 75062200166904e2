/* SPDX-License-Identifier: MIT */
/*
 * almoner_array($n): an eponymous virtual table whose rows are the elements of a bound array.  The array comes as a
 * pointer of our own type, which no SQL text can make up.
 */
#include "sqlite.h"

const char *const array_pointer_type = "almoner_array";

enum { COLUMN_VALUE, COLUMN_ARRAY };

struct cursor {
    sqlite3_vtab_cursor base;
    const struct bound_array *array;
    size_t at;
};

static int array_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **message)
{
    (void)aux;
    (void)argc;
    (void)argv;
    (void)message;
    int rc = sqlite3_declare_vtab(db, "CREATE TABLE x (value, array HIDDEN)");
    if (rc != SQLITE_OK)
        return rc;
    *out = sqlite3_malloc64(sizeof **out);
    if (!*out)
        return SQLITE_NOMEM;
    memset(*out, 0, sizeof **out);
    /* A schema of a strange file could not name the function in a view or trigger, whatever else is allowed there. */
    return sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
}

static int array_disconnect(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

static int array_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    for (int i = 0; i < info->nConstraint; i++) {
        if (info->aConstraint[i].iColumn != COLUMN_ARRAY || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
            continue;
        if (!info->aConstraint[i].usable)
            return SQLITE_CONSTRAINT;
        info->aConstraintUsage[i].argvIndex = 1;
        info->aConstraintUsage[i].omit = 1;
        info->estimatedCost = 1;
        info->estimatedRows = 100;
        return SQLITE_OK;
    }
    return SQLITE_CONSTRAINT;
}

static int array_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
    (void)table;
    struct cursor *cursor = sqlite3_malloc64(sizeof *cursor);
    if (!cursor)
        return SQLITE_NOMEM;
    memset(cursor, 0, sizeof *cursor);
    *out = &cursor->base;
    return SQLITE_OK;
}

static int array_close(sqlite3_vtab_cursor *cursor)
{
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int array_filter(sqlite3_vtab_cursor *base, int plan, const char *text, int argc, sqlite3_value **argv)
{
    (void)plan;
    (void)text;
    struct cursor *cursor = (struct cursor *)base;
    cursor->array = argc ? sqlite3_value_pointer(argv[0], array_pointer_type) : NULL;
    cursor->at = 0;
    return SQLITE_OK;
}

static int array_next(sqlite3_vtab_cursor *base)
{
    ((struct cursor *)base)->at++;
    return SQLITE_OK;
}

static int array_eof(sqlite3_vtab_cursor *base)
{
    const struct cursor *cursor = (const struct cursor *)base;
    return !cursor->array || cursor->at >= cursor->array->count;
}

static int array_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int i)
{
    const struct cursor *cursor = (const struct cursor *)base;
    if (i != COLUMN_VALUE)
        return SQLITE_OK;
    if (cursor->array->ints) {
        int64_t value = cursor->array->ints[cursor->at];
        if (value != ALM_NULL)
            sqlite3_result_int64(context, value);
        return SQLITE_OK;
    }
    struct alm_text text = cursor->array->texts[cursor->at];
    if (text.at)
        sqlite3_result_text64(context, text.at, text.len, SQLITE_STATIC, SQLITE_UTF8);
    return SQLITE_OK;
}

static int array_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
    *rowid = (sqlite3_int64)((const struct cursor *)base)->at;
    return SQLITE_OK;
}

/* No xCreate: the table is there in every connection and never in a schema. */
static const sqlite3_module module = {
    .xConnect = array_connect,
    .xBestIndex = array_best_index,
    .xDisconnect = array_disconnect,
    .xOpen = array_open,
    .xClose = array_close,
    .xFilter = array_filter,
    .xNext = array_next,
    .xEof = array_eof,
    .xColumn = array_column,
    .xRowid = array_rowid,
};

int array_register(sqlite3 *db)
{
    return sqlite3_create_module_v2(db, "almoner_array", &module, NULL, NULL);
}
