/* SPDX-License-Identifier: MIT */
#include "conf/conf.h"
#include <stdarg.h>
#include <stdlib.h>

void conf_problem_add(struct conf_problems *problems, const char *file, int line, const char *hint, const char *format,
                      ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ARRAY_ROOM(problems->items, problems->count, problems->capacity);
    problems->items[problems->count++] =
        (struct conf_problem){.file = arena_strdup(&problems->arena, file ? file : ""),
                              .line = line,
                              .text = arena_strdup(&problems->arena, text),
                              .hint = arena_strdup(&problems->arena, hint ? hint : "")};
}

void conf_problems_release(struct conf_problems *problems)
{
    free(problems->items);
    arena_release(&problems->arena);
    *problems = (struct conf_problems){0};
}

enum alm_status conf_problems_error_of(const struct conf_problems *problems, const char *file, struct alm_error *err)
{
    const struct conf_problem *first = NULL;
    char hint[sizeof err->hint];
    size_t more = 0;
    for (size_t i = 0; i < problems->count; i++) {
        if (file && strcmp(problems->items[i].file, file) != 0)
            continue;
        more += first != NULL;
        if (!first)
            first = &problems->items[i];
    }
    if (!first)
        return ALM_OK;
    if (more)
        snprintf(hint, sizeof hint, ngettext("%s%sand %zu more", "%s%sand %zu more", more), first->hint,
                 first->hint[0] ? "; " : "", more);
    else
        snprintf(hint, sizeof hint, "%s", first->hint);
    if (first->line)
        return error_set(err, ALM_BAD_CONFIG, hint, "%s:%d: %s", first->file, first->line, first->text);
    return error_set(err, ALM_BAD_CONFIG, hint, "%s: %s", first->file, first->text);
}

enum alm_status conf_problems_error(const struct conf_problems *problems, struct alm_error *err)
{
    return conf_problems_error_of(problems, NULL, err);
}
