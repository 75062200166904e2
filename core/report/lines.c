/* SPDX-License-Identifier: MIT */
/* The two formats of one line a row: plain (tabs, no header) and CSV. */
#include "report/internal.h"

static void begin_nothing(struct report *report, const char *title)
{
    (void)report;
    (void)title;
}

static void end_nothing(struct report *report)
{
    (void)report;
}

/* Tabs and line ends inside a cell become blanks: cut and awk count on it. */
static void plain_row(struct report *report, const struct alm_value *values)
{
    for (size_t i = 0; i < report->n_columns; i++) {
        const struct alm_column *column = &report->columns[i];
        if (i)
            strbuf_addc(&report->text, '\t');
        if (value_is_text(column) && !values[i].is_null && values[i].text)
            value_add_text(&report->text, values[i].text, true);
        else
            value_add_plain(&report->text, report, column, &values[i]);
    }
    strbuf_addc(&report->text, '\n');
}

const struct report_writer report_plain_writer = {.begin = begin_nothing, .row = plain_row, .end = end_nothing};

static void csv_begin(struct report *report, const char *title)
{
    (void)title;
    for (size_t i = 0; i < report->n_columns; i++) {
        if (i)
            strbuf_addc(&report->text, ',');
        csv_add_field(&report->text, text_of(report->columns[i].name), ',');
    }
    strbuf_addc(&report->text, '\n');
}

static void csv_row(struct report *report, const struct alm_value *values)
{
    struct strbuf *text = &report->text;
    for (size_t i = 0; i < report->n_columns; i++) {
        const struct alm_column *column = &report->columns[i];
        if (i)
            strbuf_addc(text, ',');
        if (!value_is_text(column)) {
            value_add_plain(text, report, column, &values[i]); /* numbers, dates and choices need no quotes */
            continue;
        }
        struct strbuf cell = {0};
        value_add_plain(&cell, report, column, &values[i]);
        if (cell.len)
            csv_add_field(text, (struct alm_text){cell.at, cell.len}, ',');
        else if (report->n_columns == 1)
            strbuf_adds(text, "\"\""); /* an empty line would be no record at all */
        strbuf_release(&cell);
    }
    strbuf_addc(text, '\n');
}

const struct report_writer report_csv_writer = {.begin = csv_begin, .row = csv_row, .end = end_nothing};
