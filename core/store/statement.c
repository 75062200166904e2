/* SPDX-License-Identifier: MIT */
/*
 * Statements, prepared once for each text.  Nearly every query comes with a string literal, so the text's address is
 * tried first; then its hash.  At most STATEMENTS_MAX are kept: the one that rested longest makes room.
 */
#include "store/internal.h"
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

/* ---- which statements write ---- */

static bool word_is(const char *word, size_t len, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(words[i]) == len && strncasecmp(word, words[i], len) == 0)
            return true;
    return false;
}

/* By its first word; for WITH by any word that writes, outside quotes and comments. */
bool statement_writes(const char *sql)
{
    static const char *const reads[] = {"SELECT", "VALUES", "EXPLAIN", "PRAGMA", "SHOW"};
    static const char *const verbs[] = {"INSERT", "UPDATE", "DELETE"};
    bool first = true;
    while (*sql) {
        if (sql[0] == '-' && sql[1] == '-') {
            sql += strcspn(sql, "\n");
        } else if (sql[0] == '/' && sql[1] == '*') {
            const char *end = strstr(sql + 2, "*/");
            sql = end ? end + 2 : sql + strlen(sql);
        } else if (*sql == '\'' || *sql == '"') {
            const char *end = strchr(sql + 1, *sql);
            sql = end ? end + 1 : sql + strlen(sql);
        } else if (isalpha((unsigned char)*sql) || *sql == '_') {
            size_t len = strspn(sql, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");
            if (first && word_is(sql, len, reads, COUNT_OF(reads)))
                return false;
            if (first && !(len == 4 && strncasecmp(sql, "WITH", 4) == 0))
                return true;
            if (!first && word_is(sql, len, verbs, COUNT_OF(verbs)))
                return true;
            first = false;
            sql += len;
        } else {
            sql++;
        }
    }
    return false;
}

/* ---- the kept statements ---- */

static void statement_free(struct store_stmt *stmt)
{
    stmt->store->driver->finalize(stmt->statement);
    free(stmt->sql);
    free(stmt);
}

static void statement_reset(struct store_stmt *stmt)
{
    if (!stmt->active)
        return;
    stmt->store->driver->reset(stmt->statement);
    stmt->active = false;
}

void statement_reset_all(struct store *store)
{
    for (size_t i = 0; i < STATEMENT_BUCKETS; i++)
        for (struct store_stmt *stmt = store->buckets[i]; stmt; stmt = stmt->next)
            statement_reset(stmt);
}

void statement_forget_all(struct store *store)
{
    for (size_t i = 0; i < STATEMENT_BUCKETS; i++) {
        for (struct store_stmt *stmt = store->buckets[i], *next; stmt; stmt = next) {
            next = stmt->next;
            statement_free(stmt);
        }
        store->buckets[i] = NULL;
        store->by_pointer[i] = NULL;
    }
    store->n_statements = 0;
}

static void drop_oldest(struct store *store)
{
    struct store_stmt **oldest = NULL;
    for (size_t i = 0; i < STATEMENT_BUCKETS; i++)
        for (struct store_stmt **at = &store->buckets[i]; *at; at = &(*at)->next)
            if (!(*at)->active && (!oldest || (*at)->used < (*oldest)->used))
                oldest = at;
    if (!oldest) /* all are in the midst of their rows: keep one more */
        return;
    struct store_stmt *stmt = *oldest;
    *oldest = stmt->next;
    for (size_t i = 0; i < STATEMENT_BUCKETS; i++)
        if (store->by_pointer[i] == stmt)
            store->by_pointer[i] = NULL;
    statement_free(stmt);
    store->n_statements--;
}

static enum alm_status statement_for(struct store *store, const char *sql, struct store_stmt **out,
                                     struct alm_error *err)
{
    struct store_stmt **guess = &store->by_pointer[((uintptr_t)sql >> 4) % STATEMENT_BUCKETS];
    struct store_stmt *stmt = *guess;
    if (!stmt || strcmp(stmt->sql, sql) != 0) {
        uint64_t hash = digest_quick(sql, strlen(sql));
        struct store_stmt **bucket = &store->buckets[hash % STATEMENT_BUCKETS];
        for (stmt = *bucket; stmt && (stmt->hash != hash || strcmp(stmt->sql, sql) != 0);)
            stmt = stmt->next;
        if (!stmt) {
            struct alm_statement *statement = NULL;
            enum alm_status status = store_set_savepoints(store, err); /* a fault of the text is one of the engine's too */
            if (status == ALM_OK)
                status = store->driver->prepare(store->connection, sql, &statement, err);
            if (status != ALM_OK)
                return status;
            if (store->n_statements >= STATEMENTS_MAX)
                drop_oldest(store);
            stmt = xcalloc(1, sizeof *stmt);
            stmt->store = store;
            stmt->statement = statement;
            stmt->sql = xstrdup(sql);
            stmt->hash = hash;
            stmt->writes = statement_writes(sql);
            stmt->next = *bucket;
            *bucket = stmt;
            store->n_statements++;
        }
        *guess = stmt;
    }
    stmt->used = ++store->queries;
    *out = stmt;
    return ALM_OK;
}

/* ---- queries ---- */

static enum alm_status bind_one(struct store_stmt *stmt, int n, char type, va_list *args, struct alm_error *err)
{
    const struct alm_store_driver *driver = stmt->store->driver;
    struct alm_statement *statement = stmt->statement;
    switch (type) {
    case 'i': {
        int64_t number = va_arg(*args, int64_t);
        return number == ALM_NULL ? driver->bind_null(statement, n, err) : driver->bind_int(statement, n, number, err);
    }
    case 't': {
        const char *text = va_arg(*args, const char *);
        return text ? driver->bind_text(statement, n, text_of(text), err) : driver->bind_null(statement, n, err);
    }
    case 's': {
        struct alm_text text = va_arg(*args, struct alm_text);
        return text.at ? driver->bind_text(statement, n, text, err) : driver->bind_null(statement, n, err);
    }
    case 'd':
        return driver->bind_double(statement, n, va_arg(*args, double), err);
    case 'n':
        return driver->bind_null(statement, n, err);
    case 'I': {
        const int64_t *ints = va_arg(*args, const int64_t *);
        return driver->bind_ints(statement, n, ints, va_arg(*args, size_t), err);
    }
    case 'T': {
        const struct alm_text *texts = va_arg(*args, const struct alm_text *);
        return driver->bind_texts(statement, n, texts, va_arg(*args, size_t), err);
    }
    default:
        return error_set(err, ALM_INTERNAL, NULL, _("no type of a parameter: %c"), type);
    }
}

/* A statement for this text, ready to be bound; in the driver. */
static enum alm_status begin_query(struct store *store, struct store_stmt **out, struct alm_error *err, const char *sql)
{
    struct store_stmt *stmt;
    *out = NULL;
    enum alm_status status = statement_for(store, sql, &stmt, err);
    if (status != ALM_OK)
        return status;
    statement_reset(stmt);
    if (stmt->writes && (status = store_need_write(store, sql, err)) != ALM_OK)
        return status;
    stmt->active = true;
    *out = stmt;
    return ALM_OK;
}

static enum alm_status query(struct store *store, struct store_stmt **out, struct alm_error *err, const char *sql,
                             const char *types, va_list *args)
{
    IN_DRIVER(store);
    enum alm_status status = begin_query(store, out, err, sql);
    for (int n = 1; status == ALM_OK && types && *types; n++, types++)
        if ((status = bind_one(*out, n, *types, args, err)) != ALM_OK) {
            statement_reset(*out);
            *out = NULL;
        }
    return status;
}

enum alm_status statement_query(struct store *store, struct store_stmt **out, struct alm_error *err, const char *sql,
                                const struct statement_value *values, size_t n)
{
    IN_DRIVER(store);
    const struct alm_store_driver *driver = store->driver;
    enum alm_status status = begin_query(store, out, err, sql);
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        const struct statement_value *value = &values[i];
        struct alm_statement *statement = (*out)->statement;
        const int at = (int)i + 1;
        if (value->type == 'd')
            status = driver->bind_double(statement, at, value->real, err);
        else if (value->type == 's' && value->text.at)
            status = driver->bind_text(statement, at, value->text, err);
        else if (value->type == 'i' && value->number != ALM_NULL)
            status = driver->bind_int(statement, at, value->number, err);
        else
            status = driver->bind_null(statement, at, err);
        if (status != ALM_OK) {
            statement_reset(*out);
            *out = NULL;
        }
    }
    return status;
}

enum alm_status store_query(struct store *store, struct store_stmt **stmt, struct alm_error *err, const char *sql,
                            const char *types, ...)
{
    ERROR_OR_UNUSED(err);
    va_list args;
    va_start(args, types);
    enum alm_status status = query(store, stmt, err, sql, types, &args);
    va_end(args);
    return status;
}

enum alm_status store_next(struct store_stmt *stmt, bool *row, struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    *row = false;
    if (!stmt->active)
        return error_set(err, ALM_INTERNAL, NULL, _("a row is asked for after the last one: %.200s"), stmt->sql);
    enum alm_status status = store_set_savepoints(stmt->store, err);
    if (status == ALM_OK) {
        IN_DRIVER(stmt->store);
        status = stmt->store->driver->step(stmt->statement, row, err);
    }
    if (status != ALM_OK || !*row)
        statement_reset(stmt);
    return status;
}

void store_done(struct store_stmt *stmt)
{
    if (stmt)
        statement_reset(stmt);
}

enum alm_status store_run(struct store *store, int64_t *changes, struct alm_error *err, const char *sql,
                          const char *types, ...)
{
    ERROR_OR_UNUSED(err);
    struct store_stmt *stmt;
    va_list args;
    va_start(args, types);
    enum alm_status status = query(store, &stmt, err, sql, types, &args);
    va_end(args);
    if (status == ALM_OK && changes) /* who asks waits */
        status = store_defer(store, false, err);
    for (bool row = true; status == ALM_OK && row;)
        status = store_next(stmt, &row, err);
    if (changes)
        *changes = status == ALM_OK ? store->driver->changes(stmt->statement) : 0;
    return status;
}

enum alm_status store_number(struct store *store, int64_t *number, int64_t otherwise, struct alm_error *err,
                             const char *sql, const char *types, ...)
{
    ERROR_OR_UNUSED(err);
    struct store_stmt *stmt;
    bool row = false;
    *number = otherwise;
    va_list args;
    va_start(args, types);
    enum alm_status status = query(store, &stmt, err, sql, types, &args);
    va_end(args);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status != ALM_OK || !row)
        return status;
    if (!store_is_null(stmt, 0))
        *number = store_int(stmt, 0);
    /* Run it out, so that an INSERT ... RETURNING is done whatever the engine. */
    while (status == ALM_OK && row)
        status = store_next(stmt, &row, err);
    return status;
}

/* ---- columns ---- */

int64_t store_int(struct store_stmt *stmt, int i)
{
    const struct alm_store_driver *driver = stmt->store->driver;
    int64_t number = driver->column_int(stmt->statement, i);
    /* Null reads as 0 on every engine, so only a 0 needs to be asked about. */
    return number == 0 && driver->column_is_null(stmt->statement, i) ? ALM_NULL : number;
}

double store_double(struct store_stmt *stmt, int i)
{
    return stmt->store->driver->column_double(stmt->statement, i);
}

struct alm_text store_text(struct store_stmt *stmt, int i)
{
    return stmt->store->driver->column_text(stmt->statement, i);
}

const char *store_string(struct store_stmt *stmt, int i)
{
    return stmt->store->driver->column_text(stmt->statement, i).at;
}

bool store_is_null(struct store_stmt *stmt, int i)
{
    return stmt->store->driver->column_is_null(stmt->statement, i);
}

struct alm_statement *store_driver_statement(struct store_stmt *stmt)
{
    return stmt->statement;
}
