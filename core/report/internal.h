/* SPDX-License-Identifier: MIT */
/* What the formats share: the report that is being written and the functions that make a format. */
#ifndef REPORT_INTERNAL_H
#define REPORT_INTERNAL_H

#include "report/report.h"

enum { CELL_MAX = 128 /* bytes of a number or date as text */ };

/* A format.  begin, row and end add to report->text, which the front writes out; total and say may be NULL. */
struct report_writer {
    void (*begin)(struct report *, const char *title);
    void (*row)(struct report *, const struct alm_value *);
    void (*total)(struct report *, const struct alm_value *);
    void (*say)(struct report *, const char *);
    void (*end)(struct report *);
    void (*release)(struct report *);
};
extern const struct report_writer report_table_writer, report_plain_writer, report_csv_writer, report_json_writer,
    report_ndjson_writer, report_html_writer;

struct report {
    FILE *out;
    struct report_style style;
    const struct report_writer *writer;
    const struct alm_column *columns; /* NULL between tables */
    size_t n_columns;
    int64_t n_rows;
    struct strbuf text; /* made and not yet written */
    struct report_table *table;
    struct report_html *html;
    bool failed;
    bool used;
};

/* value.c: whether the value is text that stands for itself; otherwise it fits in CELL_MAX bytes. */
bool value_is_text(const struct alm_column *);
/* Onto `out`, for machines. */
void value_add_plain(struct strbuf *out, const struct report *, const struct alm_column *, const struct alm_value *);
/* Valid UTF-8 onto `out`: what is not becomes U+FFFD. With `line`, control characters become blanks. */
void value_add_text(struct strbuf *out, const char *text, bool line);

#endif
