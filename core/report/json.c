/* SPDX-License-Identifier: MIT */
/*
 * JSON (an array of objects for each table) and NDJSON (an object a line), streamed; jansson writes the strings.  Ids
 * are strings: they have more bits than the numbers of most readers.
 */
#include "report/internal.h"
#include <jansson.h>

static int add_dumped(const char *bytes, size_t len, void *context)
{
    strbuf_add(context, bytes, len);
    return 0;
}

static bool needs_escape(struct alm_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] < 0x20 || text.at[i] == '"' || text.at[i] == '\\' || text.at[i] == 0x7f)
            return true;
    return false;
}

static void add_string(struct strbuf *out, const char *bytes)
{
    struct alm_text text = text_of(bytes);
    struct strbuf mended = {0};
    if (text_valid_length(text) != text.len) {
        value_add_text(&mended, bytes, false);
        text = (struct alm_text){mended.at, mended.len};
    }
    json_t *string = needs_escape(text) ? json_stringn(text.at, text.len) : NULL;
    if (string) {
        json_dump_callback(string, add_dumped, out, JSON_ENCODE_ANY);
        json_decref(string);
    } else {
        strbuf_addc(out, '"');
        strbuf_add(out, text.at, text.len);
        strbuf_addc(out, '"');
    }
    strbuf_release(&mended);
}

static void add_value(struct report *report, const struct alm_column *column, const struct alm_value *value)
{
    struct strbuf *out = &report->text;
    if (value->is_null || (value_is_text(column) && !value->text)) {
        strbuf_adds(out, "null");
        return;
    }
    if (value_is_text(column)) {
        add_string(out, value->text);
        return;
    }
    char plain[CELL_MAX];
    report_format_plain(column, value, report->style.currency_decimals, plain, sizeof plain);
    switch ((enum alm_type)column->type) {
    case ALM_BOOL:
        strbuf_adds(out, value->number ? "true" : "false");
        break;
    case ALM_INT:
    case ALM_DECIMAL:
    case ALM_MONEY:
    case ALM_QUANTITY:
    case ALM_DURATION:
        strbuf_adds(out, plain);
        break;
    case ALM_ENUM:
        add_string(out, value->text ? value->text : plain);
        break;
    default:
        if (*plain)
            add_string(out, plain);
        else
            strbuf_adds(out, "null"); /* no such day */
        break;
    }
}

static void add_object(struct report *report, const struct alm_value *values)
{
    for (size_t i = 0; i < report->n_columns; i++) {
        strbuf_adds(&report->text, i ? ", " : "{");
        add_string(&report->text, report->columns[i].name);
        strbuf_adds(&report->text, ": ");
        add_value(report, &report->columns[i], &values[i]);
    }
    strbuf_addc(&report->text, '}');
}

static void json_begin(struct report *report, const char *title)
{
    (void)title;
    strbuf_addc(&report->text, '[');
}

static void json_row(struct report *report, const struct alm_value *values)
{
    strbuf_adds(&report->text, report->n_rows ? ",\n " : "\n ");
    add_object(report, values);
}

static void json_end(struct report *report)
{
    strbuf_adds(&report->text, report->n_rows ? "\n]\n" : "]\n");
}

const struct report_writer report_json_writer = {.begin = json_begin, .row = json_row, .end = json_end};

static void ndjson_begin(struct report *report, const char *title)
{
    (void)report;
    (void)title;
}

static void ndjson_row(struct report *report, const struct alm_value *values)
{
    add_object(report, values);
    strbuf_addc(&report->text, '\n');
}

static void ndjson_end(struct report *report)
{
    (void)report;
}

const struct report_writer report_ndjson_writer = {.begin = ndjson_begin, .row = ndjson_row, .end = ndjson_end};
