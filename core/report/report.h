/* SPDX-License-Identifier: MIT */
/*
 * report: a typed table goes in, row by row; text in one of the formats comes out.  The one printer for all listings,
 * of the core and of plug-ins.  It knows columns and values, not what they mean.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "base/base.h"

enum report_format { REPORT_TABLE, REPORT_PLAIN, REPORT_CSV, REPORT_JSON, REPORT_NDJSON, REPORT_HTML };
extern const char *const report_format_names[]; /* in the order of the enum, ends with NULL */

/* How values look. For CSV, JSON and NDJSON only `currency_decimals` matters: dates there are ISO, digits Latin, numbers plain. */
struct report_style {
    enum date_calendar calendar;
    bool persian_digits;
    int currency_decimals;
    size_t width; /* of the terminal in columns; 0: no limit */
    bool terminal; /* bold header and lines that suit a terminal */
};

struct report;

/* Results go to `out`; nothing is closed. */
struct report *report_new(FILE *out, enum report_format, const struct report_style *);
/* A command may write several tables; JSON then is one object a table, each on its own.  Columns must stay valid until report_end().
 * TABLE aligns, groups digits and adds the totals row of ALM_TOTAL columns; PLAIN is one row a line, blank-tab
 * separated without header (for cut and awk); CSV has a header row, RFC 4180 with LF; JSON is an array of objects; HTML one page
 * to read and print.  TABLE keeps at most
 * 1,000 rows to size its columns and streams from then on: memory does not grow with the rows. */
enum alm_status report_begin(struct report *, const char *title, const struct alm_column *, size_t n, struct alm_error *);
enum alm_status report_row(struct report *, const struct alm_value *, struct alm_error *);
/* A totals row given by the caller (for columns that cannot be added up); only before report_end(); printed last.  In
 * CSV and PLAIN it is left out; JSON puts it nowhere either: totals are a cut of their own there. */
enum alm_status report_total(struct report *, const struct alm_value *, struct alm_error *);
enum alm_status report_end(struct report *, struct alm_error *);
/* A line for people: printed in TABLE only. */
void report_say(struct report *, const char *text);
/* Whether anything was begun or said: what was cannot be taken back. */
bool report_used(const struct report *);
/* Flushes; a full disk is an error here. */
enum alm_status report_free(struct report *, struct alm_error *);

/* One value as people see it (group marks, calendar, digits), without padding; for messages. */
void report_format_value(const struct report_style *, const struct alm_column *, const struct alm_value *, char *buf, size_t size);
/* Likewise as machines want it: plain numbers, ISO dates. */
void report_format_plain(const struct alm_column *, const struct alm_value *, int currency_decimals, char *buf, size_t size);

/* ---- HTML (html.c) ---- also for those who make a page of their own ---- */

/* The style of a page: in Persian, from right to left and with Persian digits (then true), where the campaign's calendar or digits are. */
bool report_style_page(const struct report_style *, struct report_style *of_page);
/* Everything before the first element of the body; title and style sheet are the page's own.  Nothing has to follow at its end. */
void report_html_begin(struct strbuf *, const struct report_style *, const char *title, const char *css);
/* Text as it may stand in an element or attribute, in one line. */
void report_html_text(struct strbuf *, const char *text);

#endif
