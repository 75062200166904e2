/* SPDX-License-Identifier: MIT */
/* detail: a programme's own columns of a line, as the JSON text that table `line` keeps. */
#include "ledger/internal.h"

#include <jansson.h>

static void add_string(struct strbuf *out, const char *text)
{
    strbuf_addc(out, '"');
    for (const char *at = text; *at;) {
        /* Runs of plain bytes go in one piece; UTF-8 is left as it is. */
        const char *from = at;
        while (*at && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20)
            at++;
        strbuf_add(out, from, (size_t)(at - from));
        if (!*at)
            break;
        if (*at == '"' || *at == '\\') {
            strbuf_addc(out, '\\');
            strbuf_addc(out, *at);
        } else {
            strbuf_addf(out, "\\u%04x", (unsigned)(unsigned char)*at);
        }
        at++;
    }
    strbuf_addc(out, '"');
}

/* As "%lld" writes it, which would take longer than all the rest of a line's text. */
static void add_number(struct strbuf *out, int64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do
        digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0)
        digits[--at] = '-';
    strbuf_add(out, digits + at, sizeof digits - at);
}

void ledger_detail_write(struct strbuf *out, const struct alm_column *columns, const struct alm_value *values, size_t n)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        bool text = columns[i].type == ALM_STRING || columns[i].type == ALM_PATH;
        if (values[i].is_null || (text && !values[i].text))
            continue;
        strbuf_adds(out, any ? ",\"" : "{\"");
        strbuf_adds(out, columns[i].name);
        strbuf_adds(out, "\":");
        if (text)
            add_string(out, values[i].text);
        else
            add_number(out, values[i].number);
        any = true;
    }
    if (any)
        strbuf_addc(out, '}');
}

enum alm_status ledger_detail_read(struct alm_text json, const struct alm_column *columns, size_t n,
                                   struct alm_value *values, struct arena *arena, struct alm_error *err)
{
    for (size_t i = 0; i < n; i++)
        values[i] = alm_null();
    if (!json.at || !json.len || !n)
        return ALM_OK;
    json_t *object = json_loadb(json.at, json.len, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(object)) {
        json_decref(object);
        return error_set(err, ALM_BAD_DATA, _("run `almoner audit verify`"),
                         _("a line's own columns are not a JSON object: %.*s"), json.len > 80 ? 80 : (int)json.len,
                         json.at);
    }
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_object_get(object, columns[i].name);
        if (json_is_integer(value)) {
            values[i] = alm_number((int64_t)json_integer_value(value));
            if (columns[i].type == ALM_ENUM && columns[i].choices)
                for (int64_t c = 0; c <= values[i].number && columns[i].choices[c]; c++)
                    values[i].text = c == values[i].number ? columns[i].choices[c] : NULL;
        } else if (json_is_string(value)) {
            values[i] = alm_string(arena_strdup(arena, json_string_value(value)));
        }
    }
    json_decref(object);
    return ALM_OK;
}
