/* SPDX-License-Identifier: MIT */
/*
 * The core's portable SQL into SQLite's.  In queries:
 *     = ANY ($n)          IN (SELECT c1 FROM almoner_rows($n))
 *     COLLATE "C"         nothing: SQLite compares byte by byte anyway
 * and in DDL besides:
 *     BIGINT, DOUBLE PRECISION, BYTEA    INTEGER, REAL, BLOB
 *     CREATE TABLE        STRICT; and WITHOUT ROWID where the key is a table constraint or TEXT, so that the table is
 * kept in the order of its key.  `id BIGINT PRIMARY KEY` becomes SQLite's rowid. It looks at words and parentheses
 * only; quotes and comments are passed over whole.
 */
#include "sqlite.h"
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

enum token_kind { TOKEN_END, TOKEN_BLANK /* comments too */, TOKEN_WORD, TOKEN_QUOTED, TOKEN_OTHER };

struct token {
    enum token_kind kind;
    const char *at;
    size_t len;
};

struct output {
    char *at;
    size_t len, capacity;
    bool failed;
};

static void put(struct output *out, const char *bytes, size_t len)
{
    if (out->failed)
        return;
    if (out->len + len + 1 > out->capacity) {
        size_t capacity = (out->len + len + 1) * 2;
        char *grown = realloc(out->at, capacity);
        if (!grown) {
            out->failed = true;
            return;
        }
        out->at = grown;
        out->capacity = capacity;
    }
    memcpy(out->at + out->len, bytes, len);
    out->len += len;
    out->at[out->len] = '\0';
}

static char *output_finish(struct output *out)
{
    put(out, "", 0);
    if (out->failed) {
        free(out->at);
        return NULL;
    }
    return out->at;
}

static bool word_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static struct token token_at(const char *at)
{
    const char *end = at;
    enum token_kind kind;
    if (*at == '\0') {
        kind = TOKEN_END;
    } else if (isspace((unsigned char)*at)) {
        while (isspace((unsigned char)*end))
            end++;
        kind = TOKEN_BLANK;
    } else if (at[0] == '-' && at[1] == '-') {
        end += strcspn(end, "\n");
        kind = TOKEN_BLANK;
    } else if (at[0] == '/' && at[1] == '*') {
        const char *close = strstr(at + 2, "*/");
        end = close ? close + 2 : at + strlen(at);
        kind = TOKEN_BLANK;
    } else if (*at == '\'' || *at == '"') {
        /* A doubled quote ends one token and begins the next: they are copied side by side, which comes to the same. */
        const char *close = strchr(at + 1, *at);
        end = close ? close + 1 : at + strlen(at);
        kind = TOKEN_QUOTED;
    } else if (word_byte(*at)) {
        while (word_byte(*end))
            end++;
        kind = TOKEN_WORD;
    } else {
        end++;
        kind = TOKEN_OTHER;
    }
    return (struct token){kind, at, (size_t)(end - at)};
}

/* The token after `token` that is no blank. */
static struct token token_after(struct token token)
{
    do
        token = token_at(token.at + token.len);
    while (token.kind == TOKEN_BLANK);
    return token;
}

static bool token_is(struct token token, const char *word)
{
    return strlen(word) == token.len && strncasecmp(token.at, word, token.len) == 0 && token.kind != TOKEN_QUOTED;
}

/* What stands in `token` and after it is written by its meaning here; returns where to go on, or NULL if it is nothing
 * special. */
static const char *translate_common(struct token token, struct output *out)
{
    if (token_is(token, "=")) {
        struct token any = token_after(token);
        struct token open = token_is(any, "ANY") ? token_after(any) : any;
        struct token parameter = token_after(open);
        if (!token_is(any, "ANY") || !token_is(open, "(") || parameter.kind != TOKEN_WORD || *parameter.at != '$')
            return NULL;
        struct token close = token_after(parameter);
        if (!token_is(close, ")"))
            return NULL;
        static const char head[] = "IN (SELECT c1 FROM almoner_rows(";
        put(out, head, sizeof head - 1);
        put(out, parameter.at, parameter.len);
        put(out, "))", 2);
        return close.at + close.len;
    }
    if (token_is(token, "COLLATE")) {
        struct token name = token_after(token);
        if (name.kind == TOKEN_QUOTED && name.len == 3 && name.at[1] == 'C')
            return name.at + name.len;
    }
    return NULL;
}

char *translate_query(const char *sql)
{
    struct output out = {0};
    for (struct token token = token_at(sql); token.kind != TOKEN_END; token = token_at(sql)) {
        const char *next = translate_common(token, &out);
        if (!next) {
            put(&out, token.at, token.len);
            next = token.at + token.len;
        }
        sql = next;
    }
    return output_finish(&out);
}

/* Types are taken for what they are wherever they stand in a definition: no column is called BIGINT. */
static const char *translate_type(struct token token, struct output *out)
{
    if (token_is(token, "BIGINT")) {
        put(out, "INTEGER", 7);
    } else if (token_is(token, "BYTEA")) {
        put(out, "BLOB", 4);
    } else if (token_is(token, "DOUBLE")) {
        struct token precision = token_after(token);
        if (!token_is(precision, "PRECISION"))
            return NULL;
        put(out, "REAL", 4);
        return precision.at + precision.len;
    } else {
        return NULL;
    }
    return token.at + token.len;
}

/* If a table's definition begins at `token`: the token of its opening parenthesis. */
static bool table_begins(struct token token, struct token *open)
{
    if (!token_is(token, "CREATE"))
        return false;
    token = token_after(token);
    if (token_is(token, "TEMP") || token_is(token, "TEMPORARY"))
        token = token_after(token);
    if (!token_is(token, "TABLE"))
        return false;
    token = token_after(token);
    if (token_is(token, "IF"))
        token = token_after(token_after(token_after(token)));
    *open = token_after(token);
    return token_is(*open, "(");
}

/* A definition from its first word to its closing parenthesis; returns what follows it. */
static const char *translate_table(const char *sql, struct token open, struct output *out)
{
    put(out, sql, (size_t)(open.at + 1 - sql));
    int depth = 1;
    bool begins = true;      /* an element of the list */
    bool constraint = false; /* this element is a table constraint */
    bool text = false;       /* this element is a column of type TEXT */
    bool without_rowid = false;
    struct token last = open;
    for (struct token token = token_at(open.at + 1); token.kind != TOKEN_END && depth > 0;) {
        const char *next = NULL;
        if (token.kind == TOKEN_BLANK) {
            put(out, token.at, token.len);
            token = token_at(token.at + token.len);
            continue;
        }
        if (token_is(token, "("))
            depth++;
        else if (token_is(token, ")"))
            depth--;
        if (depth == 1 && begins)
            constraint = token_is(token, "CONSTRAINT") || token_is(token, "PRIMARY") || token_is(token, "UNIQUE") ||
                         token_is(token, "CHECK") || token_is(token, "FOREIGN");
        if (depth == 1 && !begins && token_is(token, "TEXT"))
            text = true;
        if (depth == 1 && token_is(token, "KEY") && token_is(last, "PRIMARY") && (constraint || text))
            without_rowid = true;
        begins = false;
        if (depth == 1 && token_is(token, ",")) {
            begins = true;
            text = false;
        }
        last = token;
        if (!(next = translate_common(token, out)) && !(next = translate_type(token, out))) {
            put(out, token.at, token.len);
            next = token.at + token.len;
        }
        token = token_at(next);
        sql = next;
    }
    if (depth == 0) {
        static const char strict[] = " STRICT";
        static const char ordered[] = " STRICT, WITHOUT ROWID";
        put(out, without_rowid ? ordered : strict, without_rowid ? sizeof ordered - 1 : sizeof strict - 1);
    }
    return sql;
}

char *translate_ddl(const char *sql)
{
    struct output out = {0};
    bool begins = true, alters = false;
    for (struct token token = token_at(sql); token.kind != TOKEN_END; token = token_at(sql)) {
        struct token open;
        const char *next = NULL;
        if (begins && table_begins(token, &open))
            next = translate_table(sql, open, &out);
        if (begins && token.kind != TOKEN_BLANK)
            alters = token_is(token, "ALTER");
        if (!next)
            next = translate_common(token, &out);
        if (!next && alters)
            next = translate_type(token, &out);
        if (!next) {
            put(&out, token.at, token.len);
            next = token.at + token.len;
        }
        if (token.kind != TOKEN_BLANK)
            begins = token_is(token, ";");
        sql = next;
    }
    return output_finish(&out);
}
