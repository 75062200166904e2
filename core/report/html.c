/* SPDX-License-Identifier: MIT */
/*
 * HTML: a page that needs nothing else, to be read and printed.  Its end tags of body and html are left out, as HTML
 * allows, so that a command can write one table after the other.
 */
#include "report/internal.h"
#include <stdlib.h>

struct report_html {
    bool begun; /* the page */
    int64_t *sums;
    bool *overflowed;
    struct strbuf total; /* the caller's row */
};

static const char page[] =
    "@page{size:A4;margin:12mm}body{font:10pt sans-serif}table{border-collapse:collapse;margin:0 0 5mm}"
    "caption{font-weight:bold;text-align:start}th,td{border:.3mm solid #888;padding:1mm 2mm;"
    "text-align:start}thead{display:table-header-group}tr{break-inside:avoid}"
    ".number{text-align:end}tfoot{font-weight:bold}";

bool report_style_page(const struct report_style *style, struct report_style *of_page)
{
    *of_page = *style;
    of_page->persian_digits = style->persian_digits || style->calendar == DATE_SOLAR;
    return of_page->persian_digits;
}

void report_html_text(struct strbuf *out, const char *text)
{
    struct strbuf valid = {0};
    value_add_text(&valid, text ? text : "", true);
    for (const char *at = valid.at; *at; at++)
        if (*at == '&')
            strbuf_adds(out, "&amp;");
        else if (*at == '<')
            strbuf_adds(out, "&lt;");
        else if (*at == '>')
            strbuf_adds(out, "&gt;");
        else if (*at == '"')
            strbuf_adds(out, "&quot;");
        else
            strbuf_addc(out, *at);
    strbuf_release(&valid);
}

void report_html_begin(struct strbuf *out, const struct report_style *style, const char *title, const char *css)
{
    struct report_style of_page;
    const bool persian = report_style_page(style, &of_page);
    strbuf_addf(out, "<!DOCTYPE html>\n<html lang=\"%s\" dir=\"%s\">\n<meta charset=\"utf-8\">\n<title>",
                persian ? "fa" : "en", persian ? "rtl" : "ltr");
    report_html_text(out, title);
    strbuf_addf(out, "</title>\n<style>%s</style>\n<body>\n", css);
}

static struct report_html *html_of(struct report *report)
{
    if (!report->html)
        report->html = xcalloc(1, sizeof *report->html);
    return report->html;
}

static bool is_number(const struct alm_column *column)
{
    return column->type == ALM_INT || column->type == ALM_DECIMAL || column->type == ALM_MONEY ||
           column->type == ALM_QUANTITY || column->type == ALM_DURATION;
}

static void html_begin(struct report *report, const char *title)
{
    struct report_html *html = html_of(report);
    struct strbuf *out = &report->text;
    html->sums = xreallocarray(html->sums, report->n_columns, sizeof *html->sums);
    html->overflowed = xreallocarray(html->overflowed, report->n_columns, sizeof *html->overflowed);
    strbuf_reset(&html->total);
    if (!html->begun)
        report_html_begin(out, &report->style, title ? title : "almoner", page);
    html->begun = true;
    strbuf_adds(out, "<table>\n");
    if (title) {
        strbuf_adds(out, "<caption>");
        report_html_text(out, title);
        strbuf_adds(out, "</caption>\n");
    }
    strbuf_adds(out, "<thead><tr>");
    for (size_t i = 0; i < report->n_columns; i++) {
        const struct alm_column *column = &report->columns[i];
        html->sums[i] = 0;
        html->overflowed[i] = false;
        strbuf_adds(out, is_number(column) ? "<th class=\"number\">" : "<th>");
        report_html_text(out, column->title && *column->title ? _(column->title) : column->name);
        if (column->unit) {
            strbuf_adds(out, " (");
            report_html_text(out, _(column->unit));
            strbuf_addc(out, ')');
        }
        strbuf_adds(out, "</th>");
    }
    strbuf_adds(out, "</tr></thead>\n<tbody>\n");
}

static void add_cell(struct report *report, struct strbuf *out, const struct alm_column *column,
                     const struct alm_value *value)
{
    struct report_style style;
    char text[CELL_MAX];
    report_style_page(&report->style, &style);
    strbuf_adds(out, is_number(column) ? "<td class=\"number\">" : "<td>");
    if (!value->is_null && value_is_text(column)) {
        report_html_text(out, value->text);
    } else if (!value->is_null && column->type == ALM_ENUM && value->text) {
        report_html_text(out, *value->text ? _(value->text) : "");
    } else if (!value->is_null) {
        /* Ids are typed again as they are. */
        style.persian_digits = style.persian_digits && column->type != ALM_ID;
        report_format_value(&style, column, value, text, sizeof text);
        report_html_text(out, text);
    }
    strbuf_adds(out, "</td>");
}

static void add_row(struct report *report, struct strbuf *out, const struct alm_value *values)
{
    strbuf_adds(out, "<tr>");
    for (size_t i = 0; i < report->n_columns; i++)
        add_cell(report, out, &report->columns[i], &values[i]);
    strbuf_adds(out, "</tr>\n");
}

static void html_row(struct report *report, const struct alm_value *values)
{
    struct report_html *html = report->html;
    for (size_t i = 0; i < report->n_columns; i++)
        if ((report->columns[i].flags & ALM_TOTAL) && !values[i].is_null)
            html->overflowed[i] =
                __builtin_add_overflow(html->sums[i], values[i].number, &html->sums[i]) || html->overflowed[i];
    add_row(report, &report->text, values);
}

static void html_total(struct report *report, const struct alm_value *values)
{
    strbuf_reset(&report->html->total);
    add_row(report, &report->html->total, values);
}

static void html_end(struct report *report)
{
    struct report_html *html = report->html;
    struct alm_value *sums = xcalloc(report->n_columns, sizeof *sums);
    bool any = html->total.len;
    for (size_t i = 0; i < report->n_columns; i++) {
        const bool sum = (report->columns[i].flags & ALM_TOTAL) && !html->overflowed[i];
        sums[i] = sum ? (struct alm_value){.number = html->sums[i]} : (struct alm_value){.is_null = true};
        any = any || (sum && report->n_rows > 0);
    }
    if (any && !html->total.len)
        add_row(report, &html->total, sums);
    strbuf_adds(&report->text, "</tbody>\n");
    if (any) {
        strbuf_adds(&report->text, "<tfoot>\n");
        strbuf_add(&report->text, html->total.at, html->total.len);
        strbuf_adds(&report->text, "</tfoot>\n");
    }
    strbuf_adds(&report->text, "</table>\n");
    free(sums);
}

static void html_release(struct report *report)
{
    if (!report->html)
        return;
    free(report->html->sums);
    free(report->html->overflowed);
    strbuf_release(&report->html->total);
    free(report->html);
    report->html = NULL;
}

const struct report_writer report_html_writer = {
    .begin = html_begin, .row = html_row, .total = html_total, .end = html_end, .release = html_release};
