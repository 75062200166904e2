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

enum alm_status host_check_sql(const char *plugin, const char *sql, struct alm_error *err)
{
    static const char *const starts[] = {"SELECT", "VALUES", "WITH", "INSERT", "UPDATE", "DELETE"};
    const char *cursor = sql;
    struct token token = next_token(&cursor), before = {"", 0};
    bool known = false;

    for (size_t i = 0; i < COUNT_OF(starts); i++)
        known = known || is_word(token, starts[i]);
    if (!known)
        return error_set(err, ALM_INTERNAL, _("schema changes go into migrations; transactions are the host's"),
                         _("plug-in %s tried to run SQL that begins with '%.*s'"), plugin,
                         (int)(token.len < 40 ? token.len : 40), token.at);
    while (token.len) {
        struct token table = {"", 0};

        if (*token.at == ';' && next_token(&cursor).len)
            return error_set(err, ALM_INTERNAL, _("run one statement at a time"),
                             _("plug-in %s tried to run several statements as one"), plugin);
        if (is_word(token, "INTO"))
            table = next_token(&cursor);
        else if (is_word(token, "FROM") && is_word(before, "DELETE"))
            table = next_token(&cursor);
        else if (is_word(token, "UPDATE") && !is_word(before, "DO"))
            table = next_token(&cursor);
        if (table.len && !own_table(table, plugin))
            return refuse_table(table, plugin, err);
        before = table.len ? table : token;
        token = next_token(&cursor);
    }
    return ALM_OK;
}
