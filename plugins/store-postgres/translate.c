/* SPDX-License-Identifier: MIT */
/*
 * The core's DDL into PostgreSQL's, which differ in one thing: text is compared byte by byte whatever the database's
 * own collation, so every column of type TEXT gets COLLATE "C".  Queries need no translation.  It looks at words only;
 * quotes and comments are passed over whole, but for one: `-- distributed by COLUMN` above a CREATE TABLE says how a
 * sharding engine is to part it (distribute.c).
 */
#include "postgres.h"
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#define DISTRIBUTED "-- distributed by "

/* The length of the quoted text, comment, word or single byte at `at`; *word tells whether it is a word. */
static size_t token_length(const char *at, bool *word)
{
    const char *end = at + 1;
    *word = false;
    if (at[0] == '-' && at[1] == '-')
        return strcspn(at, "\n");
    if (at[0] == '/' && at[1] == '*')
        return (end = strstr(at + 2, "*/")) ? (size_t)(end - at) + 2 : strlen(at);
    if (*at == '\'' || *at == '"')
        return (end = strchr(at + 1, *at)) ? (size_t)(end - at) + 1 : strlen(at);
    if (!isalpha((unsigned char)*at) && *at != '_')
        return 1;
    *word = true;
    while (isalnum((unsigned char)*end) || *end == '_')
        end++;
    return (size_t)(end - at);
}

static bool is(const char *at, size_t len, const char *word)
{
    return strlen(word) == len && strncasecmp(at, word, len) == 0;
}

static bool collated(const char *after)
{
    after += strspn(after, " \t\r\n");
    return strncasecmp(after, "COLLATE", 7) == 0;
}

bool translate_next_table(const char **sql, struct ddl_table *table)
{
    int words = 0;
    bool creates = false;
    *table = (struct ddl_table){0};
    while (**sql) {
        bool word;
        const char *at = *sql;
        size_t len = token_length(at, &word);
        *sql += len;
        if (len > sizeof DISTRIBUTED - 1 && strncmp(at, DISTRIBUTED, sizeof DISTRIBUTED - 1) == 0) {
            table->column = at + sizeof DISTRIBUTED - 1;
            table->column_len = len - (sizeof DISTRIBUTED - 1);
        }
        if (*at == ';') {
            words = 0;
            table->column = NULL;
        }
        if (word && ++words == 1)
            creates = is(at, len, "CREATE");
        else if (word && words == 2)
            creates = creates && is(at, len, "TABLE");
        else if (word && creates && !is(at, len, "IF") && !is(at, len, "NOT") && !is(at, len, "EXISTS")) {
            table->name = at;
            table->name_len = len;
            *sql += strcspn(*sql, ";");
            return true;
        }
    }
    return false;
}

char *translate_ddl(const char *sql)
{
    struct bytes out = {0};
    bool defines = false; /* this statement defines columns */
    int words = 0;        /* of this statement so far */
    bool alters = false;
    while (*sql) {
        bool word;
        size_t len = token_length(sql, &word);
        bytes_add(&out, sql, len);
        if (*sql == ';')
            words = 0;
        if (word && ++words == 1) {
            alters = is(sql, len, "CREATE") || is(sql, len, "ALTER");
            defines = false;
        } else if (word && alters && !defines && words <= 3) {
            defines = is(sql, len, "TABLE");
        } else if (word && defines && is(sql, len, "TEXT") && !collated(sql + len)) {
            bytes_text(&out, " COLLATE \"C\"");
        }
        sql += len;
    }
    bytes_add(&out, "", 1);
    if (out.failed) {
        free(out.at);
        return NULL;
    }
    return out.at;
}
