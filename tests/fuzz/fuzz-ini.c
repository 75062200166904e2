/* SPDX-License-Identifier: MIT */
/*
 * INI: any bytes are read to their end; every entry is what its line says, under the header above it, by a reckoning
 * that knows nothing of inih; where there is no problem no line was lost, and what was read is read again as the same.
 */
#include "conf/parts.h"

#include <stdlib.h>

#define HOLDS(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            abort();                                                                                                   \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct alm_text trim(struct alm_text text)
{
    for (; text.len && (text.at[0] == ' ' || text.at[0] == '\t'); text.len--)
        text.at++;
    while (text.len && (text.at[text.len - 1] == ' ' || text.at[text.len - 1] == '\t'))
        text.len--;
    return text;
}

/* The next line without its end; false if there is none. */
static bool next_line(struct alm_text *rest, struct alm_text *line)
{
    if (!rest->len)
        return false;
    const char *newline = memchr(rest->at, '\n', rest->len);
    *line = (struct alm_text){rest->at, newline ? (size_t)(newline - rest->at) : rest->len};
    size_t step = line->len + (newline != NULL);
    rest->at += step;
    rest->len -= step;
    if (line->len && line->at[line->len - 1] == '\r')
        line->len--;
    return true;
}

static void check_entry(const struct conf_entry *entry, struct alm_text line, struct alm_text section)
{
    const char *equals = memchr(line.at, '=', line.len);
    HOLDS(equals);
    HOLDS(text_equal(trim((struct alm_text){line.at, (size_t)(equals - line.at)}), entry->key));
    HOLDS(text_equal(trim((struct alm_text){equals + 1, line.len - (size_t)(equals - line.at) - 1}), entry->value));
    HOLDS(text_equal(section, entry->section));
}

/* Every line against what was read of it; returns how many lines there are. */
static int check_lines(const struct conf_ini *ini, const struct conf_problems *problems, struct alm_text rest)
{
    struct alm_text line, section = {NULL, 0};
    int number = 0;
    size_t next = 0;
    while (next_line(&rest, &line)) {
        number++;
        if (line.len && line.at[0] == '[') {
            const char *close = memchr(line.at, ']', line.len);
            section = (struct alm_text){line.at + 1, close ? (size_t)(close - line.at) - 1 : 0};
            continue;
        }
        if (next < ini->count && ini->entries[next].line == number)
            check_entry(&ini->entries[next++], line, section);
        else if (!problems->count && trim(line).len)
            HOLDS(trim(line).at[0] == ';' || trim(line).at[0] == '#');
    }
    HOLDS(next == ini->count);
    return number;
}

static void check_again(const struct conf_ini *ini)
{
    struct strbuf out = {0};
    struct conf_ini again;
    struct conf_problems problems = {0};
    for (size_t s = 0; s < ini->n_sections; s++) {
        strbuf_addf(&out, "[%s]\n", ini->sections[s].name);
        for (size_t i = 0; i < ini->count; i++)
            if (strcmp(ini->entries[i].section, ini->sections[s].name) == 0)
                strbuf_addf(&out, "%s=%s\r\n", ini->entries[i].key, ini->entries[i].value);
    }
    conf_ini_parse(&again, "again.ini", out.at ? out.at : "", out.len, &problems);
    HOLDS(!problems.count && again.count == ini->count && again.n_sections == ini->n_sections);
    for (size_t i = 0; i < ini->count; i++) {
        const struct conf_entry *entry = conf_ini_entry(&again, ini->entries[i].section, ini->entries[i].key);
        HOLDS(entry && strcmp(entry->value, ini->entries[i].value) == 0);
    }
    conf_ini_release(&again);
    conf_problems_release(&problems);
    strbuf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct conf_ini ini;
    struct conf_problems problems = {0};
    struct alm_text rest = {(const char *)data, size};
    char *copy = xmalloc(size ? size : 1); /* of its own: not one byte past its end is read */
    if (size)
        memcpy(copy, data, size);
    conf_ini_parse(&ini, "fuzz.ini", copy, size, &problems);
    if (size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0) {
        rest.at += 3;
        rest.len -= 3;
    }
    int lines = check_lines(&ini, &problems, rest);
    for (size_t i = 0; i < problems.count; i++)
        HOLDS(problems.items[i].line >= 0 && problems.items[i].line <= lines && *problems.items[i].text);
    if (!problems.count)
        check_again(&ini);
    conf_ini_release(&ini);
    conf_problems_release(&problems);
    free(copy);
    return 0;
}
