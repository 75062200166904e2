/* SPDX-License-Identifier: MIT */
/* The front: order of calls, writing out, and what happens when the disk is full. */
#include "report/internal.h"
#include <errno.h>
#include <stdlib.h>

enum { WRITE_AT = 64 << 10 };

const char *const report_format_names[] = {"table", "plain", "csv", "json", "ndjson", "html", NULL};

static const struct report_writer *const writers[] = {
    [REPORT_TABLE] = &report_table_writer, [REPORT_PLAIN] = &report_plain_writer,   [REPORT_CSV] = &report_csv_writer,
    [REPORT_JSON] = &report_json_writer,   [REPORT_NDJSON] = &report_ndjson_writer, [REPORT_HTML] = &report_html_writer,
};

struct report *report_new(FILE *out, enum report_format format, const struct report_style *style)
{
    struct report *report = xcalloc(1, sizeof *report);
    report->out = out;
    report->writer = writers[format];
    report->style = *style;
    return report;
}

static enum alm_status write_out(struct report *report, bool flush, struct alm_error *err)
{
    errno = 0;
    if (!report->failed && report->text.len && (flush || report->text.len >= WRITE_AT)) {
        report->failed = fwrite(report->text.at, 1, report->text.len, report->out) != report->text.len;
        strbuf_reset(&report->text);
    }
    if (!report->failed && flush)
        report->failed = fflush(report->out) != 0 || ferror(report->out);
    if (!report->failed)
        return ALM_OK;
    return error_set(err, ALM_IO, NULL, _("the result cannot be written: %s"), strerror(errno ? errno : EIO));
}

enum alm_status report_begin(struct report *report, const char *title, const struct alm_column *columns, size_t n,
                             struct alm_error *err)
{
    if (report->columns || n == 0)
        return error_set(err, ALM_INTERNAL, NULL, _("a table is begun inside another one, or has no columns"));
    report->used = true;
    report->columns = columns;
    report->n_columns = n;
    report->n_rows = 0;
    report->writer->begin(report, title);
    return write_out(report, false, err);
}

enum alm_status report_row(struct report *report, const struct alm_value *values, struct alm_error *err)
{
    if (!report->columns)
        return error_set(err, ALM_INTERNAL, NULL, _("a row outside a table"));
    report->writer->row(report, values);
    report->n_rows++;
    return write_out(report, false, err);
}

enum alm_status report_total(struct report *report, const struct alm_value *values, struct alm_error *err)
{
    if (!report->columns)
        return error_set(err, ALM_INTERNAL, NULL, _("totals outside a table"));
    if (report->writer->total)
        report->writer->total(report, values);
    return ALM_OK;
}

enum alm_status report_end(struct report *report, struct alm_error *err)
{
    if (!report->columns)
        return error_set(err, ALM_INTERNAL, NULL, _("the end of a table that was not begun"));
    report->writer->end(report);
    report->columns = NULL;
    return write_out(report, false, err);
}

bool report_used(const struct report *report)
{
    return report->used;
}

void report_say(struct report *report, const char *text)
{
    report->used = true;
    if (report->writer->say)
        report->writer->say(report, text);
}

enum alm_status report_free(struct report *report, struct alm_error *err)
{
    if (!report)
        return ALM_OK;

    enum alm_status status = write_out(report, true, err);
    if (report->writer->release)
        report->writer->release(report);
    strbuf_release(&report->text);
    free(report);
    return status;
}
