/* SPDX-License-Identifier: MIT */
/*
 * What a plug-in may run: it reads everything and writes only tables that begin with its own name.  The check reads
 * tokens, not meaning: it is strict where it is in doubt, so a plug-in cannot write elsewhere by clever spelling.
 */
#include "host/internal.h"

#include <ctype.h>
#include <strings.h>

struct token {
    const char *at;
    size_t len; /* 0: the end */
};

static bool word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static struct token next_token(const char **cursor)
{
    const char *at = *cursor;
    struct token token;

    for (;;) {
        while (isspace((unsigned char)*at))
            at++;
        if (at[0] == '-' && at[1] == '-') {
            at += strcspn(at, "\n");
        } else if (at[0] == '/' && at[1] == '*') {
            const char *end = strstr(at + 2, "*/");

            at = end ? end + 2 : at + strlen(at);
        } else {
            break;
        }
    }
    token.at = at;
    if (*at == '\'' || *at == '"' || *at == '`' || *at == '[') {
        char close = *at == '[' ? ']' : *at;

        at++;
        while (*at && *at != close)
            at++;
        at += *at != '\0';
    } else if (word_char(*at)) {
        while (word_char(*at))
            at++;
    } else if (*at) {
        at++;
    }
    token.len = (size_t)(at - token.at);
    *cursor = at;
    return token;
}

static bool is_word(struct token token, const char *word)
{
    return token.len == strlen(word) && strncasecmp(token.at, word, token.len) == 0;
}

static bool own_table(struct token token, const char *plugin)
{
    size_t len = strlen(plugin);

    if (token.len < len + 2 || token.at[len] != '_')
        return false;
    for (size_t i = 0; i < len; i++)
        if (token.at[i] != (plugin[i] == '-' ? '_' : plugin[i]))
            return false;
    return true;
}

static enum alm_status refuse_table(struct token table, const char *plugin, struct alm_error *err)
{
    return error_set(
        err, ALM_INTERNAL, _("a plug-in writes only tables that begin with its own name and an underscore"),
        _("plug-in %s tried to write the table %.*s"), plugin, (int)(table.len < 60 ? table.len : 60), table.at);
}

/* From the statement's first word to its end, which *cursor is moved past: what it writes is the plug-in's own. */
static enum alm_status check_rows(const char *plugin, struct token token, const char **cursor, struct alm_error *err)
{
    struct token before = {"", 0};

    while (token.len && *token.at != ';') {
        struct token table = {"", 0};

        if (is_word(token, "INTO"))
            table = next_token(cursor);
        else if (is_word(token, "FROM") && is_word(before, "DELETE"))
            table = next_token(cursor);
        else if (is_word(token, "UPDATE") && !is_word(before, "DO"))
            table = next_token(cursor);
        if (table.len && !own_table(table, plugin))
            return refuse_table(table, plugin, err);
        before = table.len ? table : token;
        token = next_token(cursor);
    }
    return ALM_OK;
}

static bool is_among(struct token token, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (is_word(token, words[i]))
            return true;
    return false;
}

static const char *const writing[] = {"SELECT", "VALUES", "WITH", "INSERT", "UPDATE", "DELETE"};

enum alm_status host_check_sql(const char *plugin, const char *sql, struct alm_error *err)
{
    const char *cursor = sql;
    struct token token = next_token(&cursor);
    enum alm_status status;

    if (!is_among(token, writing, COUNT_OF(writing)))
        return error_set(err, ALM_INTERNAL, _("schema changes go into migrations; transactions are the host's"),
                         _("plug-in %s tried to run SQL that begins with '%.*s'"), plugin,
                         (int)(token.len < 40 ? token.len : 40), token.at);
    status = check_rows(plugin, token, &cursor, err);
    if (status == ALM_OK && next_token(&cursor).len)
        status = error_set(err, ALM_INTERNAL, _("run one statement at a time"),
                           _("plug-in %s tried to run several statements as one"), plugin);
    return status;
}

/* CREATE, ALTER and DROP of tables, indexes and views: every name that is made, changed or indexed is its own. */
static enum alm_status check_schema(const char *plugin, struct token token, const char **cursor, struct alm_error *err)
{
    static const char *const kinds[] = {"TABLE", "INDEX", "VIEW"}, *const skipped[] = {"IF", "NOT", "EXISTS"};
    struct token kind, name, before = {"", 0};

    kind = next_token(cursor);
    if (is_word(kind, "UNIQUE"))
        kind = next_token(cursor);
    if (!is_among(kind, kinds, COUNT_OF(kinds)))
        return error_set(err, ALM_INTERNAL, _("a migration makes, alters and drops tables, indexes and views"),
                         _("a migration of plug-in %s has %.*s %.*s"), plugin, (int)token.len, token.at,
                         (int)(kind.len < 40 ? kind.len : 40), kind.at);
    do
        name = next_token(cursor);
    while (is_among(name, skipped, COUNT_OF(skipped)));
    if (!own_table(name, plugin))
        return refuse_table(name, plugin, err);
    for (token = next_token(cursor); token.len && *token.at != ';'; token = next_token(cursor)) {
        bool names_table =
            (is_word(kind, "INDEX") && is_word(token, "ON")) || (is_word(before, "RENAME") && is_word(token, "TO"));

        before = token;
        if (names_table && !own_table(before = next_token(cursor), plugin))
            return refuse_table(before, plugin, err);
    }
    return ALM_OK;
}

enum alm_status host_check_migration(const char *plugin, const char *sql, struct alm_error *err)
{
    static const char *const changes[] = {"CREATE", "ALTER", "DROP"};
    const char *cursor = sql;
    enum alm_status status = ALM_OK;

    for (struct token token = next_token(&cursor); token.len && status == ALM_OK; token = next_token(&cursor)) {
        if (*token.at == ';')
            continue;
        if (is_among(token, changes, COUNT_OF(changes)))
            status = check_schema(plugin, token, &cursor, err);
        else if (is_among(token, writing, COUNT_OF(writing)))
            status = check_rows(plugin, token, &cursor, err);
        else
            status = error_set(err, ALM_INTERNAL, _("a migration makes and fills the plug-in's own tables"),
                               _("a migration of plug-in %s runs SQL that begins with '%.*s'"), plugin,
                               (int)(token.len < 40 ? token.len : 40), token.at);
    }
    return status;
}
