/* SPDX-License-Identifier: MIT */
/*
 * almoner_rows($n): an eponymous virtual table whose rows are those of a bound struct rows.  It comes as a pointer of
 * our own type, which no SQL text can make up.
 */
#include "sqlite.h"

const char *const rows_pointer_type = "almoner_rows";

struct cursor {
    sqlite3_vtab_cursor base;
    struct rows *rows;
    size_t at;
};

static int rows_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **message)
{
    (void)aux;
    (void)argc;
    (void)argv;
    (void)message;
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendall(sql, "CREATE TABLE x (");
    for (int i = 1; i <= ROWS_COLUMNS; i++)
        sqlite3_str_appendf(sql, "c%d, ", i);
    sqlite3_str_appendall(sql, "rows HIDDEN)");
    char *text = sqlite3_str_finish(sql);
    if (!text)
        return SQLITE_NOMEM;
    int rc = sqlite3_declare_vtab(db, text);
    sqlite3_free(text);
    if (rc != SQLITE_OK)
        return rc;
    *out = sqlite3_malloc64(sizeof **out);
    if (!*out)
        return SQLITE_NOMEM;
    memset(*out, 0, sizeof **out);
    /* A schema of a strange file could not name the function in a view or trigger, whatever else is allowed there. */
    return sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
}

static int rows_disconnect(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

static int rows_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    for (int i = 0; i < info->nConstraint; i++) {
        if (info->aConstraint[i].iColumn != ROWS_COLUMNS || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
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

static int rows_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
    (void)table;
    struct cursor *cursor = sqlite3_malloc64(sizeof *cursor);
    if (!cursor)
        return SQLITE_NOMEM;
    memset(cursor, 0, sizeof *cursor);
    *out = &cursor->base;
    return SQLITE_OK;
}

static int rows_close(sqlite3_vtab_cursor *cursor)
{
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int rows_filter(sqlite3_vtab_cursor *base, int plan, const char *text, int argc, sqlite3_value **argv)
{
    (void)plan;
    (void)text;
    struct cursor *cursor = (struct cursor *)base;
    cursor->rows = argc ? sqlite3_value_pointer(argv[0], rows_pointer_type) : NULL;
    if (cursor->rows)
        cursor->at = cursor->rows->at = cursor->rows->first;
    return SQLITE_OK;
}

static int rows_next(sqlite3_vtab_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;
    cursor->rows->at = ++cursor->at;
    return SQLITE_OK;
}

static int rows_eof(sqlite3_vtab_cursor *base)
{
    const struct cursor *cursor = (const struct cursor *)base;
    return !cursor->rows || cursor->at >= cursor->rows->end;
}

static int rows_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int i)
{
    const struct cursor *cursor = (const struct cursor *)base;
    if (i >= (int)cursor->rows->bulk->n_columns)
        return SQLITE_OK;
    const struct alm_bulk_column *column = &cursor->rows->bulk->columns[i];
    if (column->ints) {
        int64_t value = column->ints[cursor->at];
        if (value != ALM_NULL)
            sqlite3_result_int64(context, value);
        return SQLITE_OK;
    }
    struct alm_text text = column->texts[cursor->at];
    if (text.at)
        sqlite3_result_text64(context, text.at, text.len, SQLITE_STATIC, SQLITE_UTF8);
    return SQLITE_OK;
}

static int rows_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
    *rowid = (sqlite3_int64)((const struct cursor *)base)->at;
    return SQLITE_OK;
}

/* No xCreate: the table is there in every connection and never in a schema. */
static const sqlite3_module module = {
    .xConnect = rows_connect,
    .xBestIndex = rows_best_index,
    .xDisconnect = rows_disconnect,
    .xOpen = rows_open,
    .xClose = rows_close,
    .xFilter = rows_filter,
    .xNext = rows_next,
    .xEof = rows_eof,
    .xColumn = rows_column,
    .xRowid = rows_rowid,
};

int rows_register(sqlite3 *db)
{
    return sqlite3_create_module_v2(db, "almoner_rows", &module, NULL, NULL);
}
