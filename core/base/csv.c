/* SPDX-License-Identifier: MIT */
/*
 * csv: a stream of records out of a file that people and spreadsheets wrote.
 *
 * The file is fed to libcsv line by line, so that the place of each record in the file is known, which libcsv doesn't
 * tell.  A line without a quote, outside of a record that has begun, needs no state machine: it is cut at the
 * delimiters here, several times faster and to the same result.
 *
 * The bytes of a record stay in the buffer until it ends.  If its quotes turn out to be wrong, only its first line is
 * given up and reading begins anew in the next: one forgotten quote doesn't swallow the rows after it.
 */
#include "base/base.h"

#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 64 << 10, ENTRY_STEP = 4096 };

struct csv_reader {
    struct digest digest; /* of the file's bytes before `base` */
    int fd;
    bool eof;
    char delimiter;
    int64_t size;

    char *buf;
    size_t used;
    size_t capacity;
    int64_t base; /* place of buf[0] in the file */

    size_t start;     /* of the record that is being read */
    size_t scan;      /* of the next line */
    size_t first_end; /* end of the record's first line */
    size_t lf;        /* a line feed at or after `scan`; only if lf_known */
    bool lf_known;
    bool lf_none; /* no line feed from `scan` to `used` */
    int64_t line; /* number of the line at `start` */

    struct csv_parser parser;
    bool row_done;
    size_t n; /* fields seen; only the first CSV_MAX_FIELDS are kept */
    struct strbuf text;
    size_t starts[CSV_MAX_FIELDS];
    struct alm_text fields[CSV_MAX_FIELDS];
    char fault[200];
};

/* ---- the buffer ---- */

/* Drop what lies before the record, then read on. */
static enum alm_status fill(struct csv_reader *r, struct alm_error *err)
{
    size_t gone = r->start;
    if (gone) {
        digest_add(&r->digest, r->buf, gone);
        memmove(r->buf, r->buf + gone, r->used - gone);
        r->base += (int64_t)gone;
        r->used -= gone;
        r->scan -= gone;
        r->first_end = r->first_end > gone ? r->first_end - gone : 0;
        r->start = 0;
    }
    r->lf_known = r->lf_none = false;
    if (r->capacity - r->used < BLOCK) {
        r->capacity = r->capacity ? 2 * r->capacity : 2 * BLOCK;
        r->buf = xreallocarray(r->buf, r->capacity, 1);
    }
    ssize_t got;
    do
        got = read(r->fd, r->buf + r->used, BLOCK);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_set(err, ALM_IO, NULL, _("reading failed: %s"), strerror(errno));
    r->eof = got == 0;
    r->used += (size_t)got;
    return ALM_OK;
}

/* Where the line that begins at `scan` ends (behind its LF, CRLF or CR); false if the buffer doesn't hold the end. */
static bool find_line_end(struct csv_reader *r, size_t *end)
{
    const char *from = r->buf + r->scan;
    if (!r->lf_none && !(r->lf_known && r->lf >= r->scan)) {
        const char *lf = r->used > r->scan ? memchr(from, '\n', r->used - r->scan) : NULL;
        r->lf_known = lf != NULL;
        r->lf_none = !lf;
        r->lf = lf ? (size_t)(lf - r->buf) : 0;
    }
    size_t limit = r->lf_none ? r->used : r->lf;
    const char *cr = limit > r->scan ? memchr(from, '\r', limit - r->scan) : NULL;
    if (cr) {
        size_t after = (size_t)(cr - r->buf) + 1;
        if (after == r->used && !r->eof)
            return false; /* a line feed may follow */
        *end = after < r->used && r->buf[after] == '\n' ? after + 1 : after;
        return true;
    }
    if (!r->lf_none) {
        *end = r->lf + 1;
        return true;
    }
    *end = r->used;
    return r->eof && r->used > r->scan;
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

static size_t without_line_end(const char *line, size_t len)
{
    while (len && is_line_end(line[len - 1]))
        len--;
    return len;
}

/* ---- opening ---- */

/* The delimiter that stands most often in the first line that isn't blank, outside quotes; a comma if there is none. */
static char sniff_delimiter(const char *at, size_t len)
{
    static const char delimiters[] = {',', ';', '\t', '|'};
    size_t counts[COUNT_OF(delimiters)] = {0};
    bool quoted = false;
    bool blank = true;
    for (size_t i = 0; i < len; i++) {
        if (is_line_end(at[i]) && !quoted && !blank)
            break;
        blank &= is_line_end(at[i]) || at[i] == ' ';
        if (at[i] == '"')
            quoted = !quoted;
        for (size_t d = 0; d < COUNT_OF(delimiters) && !quoted; d++)
            counts[d] += at[i] == delimiters[d];
    }
    size_t best = 0;
    for (size_t d = 1; d < COUNT_OF(delimiters); d++)
        if (counts[d] > counts[best])
            best = d;
    return delimiters[best];
}

static enum alm_status refuse_other_formats(const struct csv_reader *r, const char *path, struct alm_error *err)
{
    const char *how = _("save it as \"CSV UTF-8\"");
    if (r->used >= 2 && (memcmp(r->buf, "\xFF\xFE", 2) == 0 || memcmp(r->buf, "\xFE\xFF", 2) == 0))
        return error_set(err, ALM_BAD_DATA, how, _("%s: is UTF-16 text; UTF-8 is wanted"), path);
    if (r->used >= 4 && memcmp(r->buf, "PK\3\4", 4) == 0)
        return error_set(err, ALM_BAD_DATA, how, _("%s: is a spreadsheet or a ZIP archive, not CSV"), path);
    return ALM_OK;
}

static enum alm_status reset_parser(struct csv_reader *r, struct alm_error *err)
{
    csv_free(&r->parser);
    if (csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0)
        return error_no_memory(err);
    csv_set_delim(&r->parser, (unsigned char)r->delimiter);
    csv_set_blk_size(&r->parser, ENTRY_STEP);
    return ALM_OK;
}

enum alm_status csv_open(struct csv_reader **out, const char *path, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    bool standard_input = strcmp(path, "-") == 0;
    size_t end;
    struct stat st;
    /* malloc() aligns for max_align_t only; the digest's state wants more. */
    struct csv_reader *r = aligned_alloc(_Alignof(struct csv_reader), sizeof *r);
    if (!r)
        return error_no_memory(err);
    memset(r, 0, sizeof *r);
    r->line = 1;
    r->delimiter = ',';
    digest_init(&r->digest, NULL, 0);

    r->fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (r->fd < 0 || fstat(r->fd, &st) != 0) {
        status = error_set(err, errno == EACCES ? ALM_NO_PERMISSION : ALM_NO_INPUT, NULL, _("%s: cannot be opened: %s"),
                           path, strerror(errno));
        goto out;
    }
    if (S_ISDIR(st.st_mode)) {
        status = error_set(err, ALM_NO_INPUT, _("name a file in it"), _("%s: is a folder, not a file"), path);
        goto out;
    }
    r->size = S_ISREG(st.st_mode) ? st.st_size : 0;
    /* The delimiter is told by the first line; of a pipe no more is read than that needs. */
    do {
        status = fill(r, err);
        if (status) {
            error_prefix(err, "%s", path);
            goto out;
        }
        if (r->used >= 3 && r->scan == 0 && memcmp(r->buf, "\xEF\xBB\xBF", 3) == 0)
            r->scan = 3;
    } while (!r->eof && r->used < BLOCK && (r->used < 4 || !find_line_end(r, &end)));
    status = refuse_other_formats(r, path, err);
    if (status)
        goto out;
    r->delimiter = sniff_delimiter(r->buf + r->scan, r->used - r->scan);
    /* The BOM is a part of no record, but of what was read. */
    r->start = r->scan;
    status = reset_parser(r, err);
out:
    if (status)
        csv_close(r);
    else
        *out = r;
    return status;
}

void csv_close(struct csv_reader *r)
{
    if (!r)
        return;
    if (r->fd > STDIN_FILENO)
        close(r->fd);
    csv_free(&r->parser);
    strbuf_release(&r->text);
    free(r->buf);
    free(r);
}

/* ---- records ---- */

/* `at` ends with a NUL. */
static void on_field(void *at, size_t len, void *context)
{
    struct csv_reader *r = context;
    size_t i = r->n++;
    if (i >= CSV_MAX_FIELDS)
        return;
    r->starts[i] = r->text.len;
    r->fields[i].len = len;
    strbuf_add(&r->text, at, len + 1);
}

static void on_row(int end, void *context)
{
    (void)end;
    struct csv_reader *r = context;
    r->row_done = true;
}

static bool is_space(char c, char delimiter)
{
    return c == ' ' || (c == '\t' && delimiter != '\t');
}

/* Cut a line without quotes as libcsv would: blanks around a field are no part of it.  False if the line is blank. */
static bool cut_plain_line(struct csv_reader *r, const char *line, size_t len)
{
    const char delimiter = r->delimiter;
    strbuf_add(&r->text, line, len);
    char *at = r->text.at;
    char *const end = at + len;
    for (;;) {
        char *stop = memchr(at, delimiter, (size_t)(end - at));
        char *next = stop;
        if (!stop)
            stop = end;
        while (at < stop && is_space(*at, delimiter))
            at++;
        while (stop > at && is_space(stop[-1], delimiter))
            stop--;
        if (!next && r->n == 0 && at == stop)
            return false;
        *stop = '\0';
        size_t i = r->n++;
        if (i < CSV_MAX_FIELDS) {
            r->starts[i] = (size_t)(at - r->text.at);
            r->fields[i].len = (size_t)(stop - at);
        }
        if (!next)
            return true;
        at = next + 1;
    }
}

static void begin_record(struct csv_reader *r)
{
    r->start = r->scan;
    r->first_end = r->scan;
    r->n = 0;
    r->row_done = false;
    strbuf_reset(&r->text);
}

/* Give up the record's first line alone: it is handed out as one field as far as it is text, and the next is read anew.
 */
static enum alm_status give_up_line(struct csv_reader *r, struct alm_error *err)
{
    const char *line = r->buf + r->start;
    size_t len = without_line_end(line, r->first_end - r->start);
    len = text_valid_length((struct alm_text){line, len});
    strbuf_reset(&r->text);
    strbuf_add(&r->text, line, len);
    r->n = 1;
    r->starts[0] = 0;
    r->fields[0].len = len;
    r->scan = r->first_end;
    /* A line feed that was found may lie behind the place we go back to. */
    r->lf_known = r->lf_none = false;
    return reset_parser(r, err);
}

/* Go on behind the end of a line that is longer than a record may be, keeping none of it. */
static enum alm_status skip_line(struct csv_reader *r, struct alm_error *err)
{
    size_t end;
    while (!find_line_end(r, &end)) {
        if (r->eof) {
            end = r->used;
            break;
        }
        /* A carriage return at the end of the block may be half of a line's end. */
        r->scan = r->used - (r->used > r->scan && r->buf[r->used - 1] == '\r');
        r->start = r->scan;
        enum alm_status status = fill(r, err);
        if (status)
            return status;
    }
    r->scan = end;
    r->n = 0;
    return ALM_OK;
}

/* Look for bytes that are no text. */
static const char *check_text(struct csv_reader *r, size_t *fault_field)
{
    struct alm_text raw = {r->buf + r->start, r->scan - r->start};
    size_t valid = text_valid_length(raw);
    if (valid == raw.len)
        return NULL;
    for (size_t i = 0; i < r->n && i < CSV_MAX_FIELDS; i++) {
        struct alm_text field = {r->text.at + r->starts[i], r->fields[i].len};
        size_t field_valid = text_valid_length(field);
        if (field_valid < field.len) {
            *fault_field = i;
            valid = (size_t)(field.at - r->text.at) + field_valid;
            raw.at = r->text.at;
            break;
        }
    }
    unsigned char byte = (unsigned char)raw.at[valid];
    if (byte == 0)
        return _("holds a NUL byte");
    snprintf(r->fault, sizeof r->fault, _("holds bytes that are not UTF-8 (0x%02X); save the file as \"CSV UTF-8\""),
             byte);
    return r->fault;
}

/* Hand the line at `scan` to libcsv; false if its quotes are wrong. */
static bool parse_line(struct csv_reader *r, size_t end)
{
    size_t len = end - r->scan;
    const char *line = r->buf + r->scan;
    if (csv_parse(&r->parser, line, len, on_field, on_row, r) < len)
        return false;
    /* The last line of a file may have no end. */
    if (!is_line_end(line[len - 1]))
        return csv_parse(&r->parser, "\n", 1, on_field, on_row, r) == 1;
    return true;
}

enum alm_status csv_next(struct csv_reader *r, struct csv_record *record, bool *at_end, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    size_t end;
    int64_t lines = 0;
    *record = (struct csv_record){.fault_field = SIZE_MAX};
    *at_end = false;
    begin_record(r);
    for (;;) {
        bool found = find_line_end(r, &end);
        if (!found && r->eof && r->scan == r->start) {
            *at_end = true;
            return ALM_OK;
        }
        if (!found && r->eof) {
            record->fault = _("a quote is opened and never closed");
            status = give_up_line(r, err);
            lines = 1;
            break;
        }
        if ((found ? end : r->used) - r->start > CSV_MAX_RECORD) {
            bool first_line = r->scan == r->start;
            record->fault = first_line ? _("longer than 1 MiB") : _("a quote is opened and not closed within 1 MiB");
            status = first_line ? skip_line(r, err) : give_up_line(r, err);
            lines = 1;
            break;
        }
        if (!found) {
            status = fill(r, err);
            if (status)
                return status;
            continue;
        }

        const char *line = r->buf + r->scan;
        size_t len = end - r->scan;
        bool first_line = r->scan == r->start;
        if (first_line)
            r->first_end = end;
        if (first_line && !memchr(line, '"', len)) {
            r->row_done = cut_plain_line(r, line, without_line_end(line, len));
        } else if (!parse_line(r, end)) {
            if (csv_error(&r->parser) == CSV_ENOMEM)
                return error_no_memory(err);
            record->fault = first_line ? _("a quote inside a field: put the field in quotes and write its quotes twice")
                                       : _("a quote is opened and not closed");
            status = give_up_line(r, err);
            lines = 1;
            break;
        }
        r->scan = end;
        lines++;
        if (r->row_done)
            break;
        if (!r->parser.quoted) {
            /* A blank line. */
            r->line += lines;
            lines = 0;
            begin_record(r);
        }
    }
    if (status)
        return status;
    if (!record->fault)
        record->fault = check_text(r, &record->fault_field);
    if (!record->fault && r->n > CSV_MAX_FIELDS) {
        snprintf(r->fault, sizeof r->fault, _("has %zu fields; %d are the most"), r->n, CSV_MAX_FIELDS);
        record->fault = r->fault;
    }
    record->line = r->line;
    record->n = r->n < CSV_MAX_FIELDS ? r->n : CSV_MAX_FIELDS;
    for (size_t i = 0; i < record->n; i++)
        r->fields[i].at = r->text.at + r->starts[i];
    record->fields = r->fields;
    r->line += lines;
    return ALM_OK;
}

char csv_delimiter(const struct csv_reader *r)
{
    return r->delimiter;
}

int64_t csv_position(const struct csv_reader *r)
{
    return r->base + (int64_t)r->scan;
}

int64_t csv_size(const struct csv_reader *r)
{
    return r->size;
}

void csv_digest(const struct csv_reader *r, unsigned char out[DIGEST_SIZE])
{
    struct digest digest = r->digest;
    digest_add(&digest, r->buf, r->scan);
    digest_final(&digest, out);
}

/* ---- writing ---- */

void csv_add_field(struct strbuf *out, struct alm_text text, char delimiter)
{
    bool quote = text.len && (is_space(text.at[0], '\0') || is_space(text.at[text.len - 1], '\0'));
    for (size_t i = 0; i < text.len && !quote; i++)
        quote = text.at[i] == delimiter || text.at[i] == '"' || is_line_end(text.at[i]);
    if (!quote) {
        strbuf_add(out, text.at, text.len);
        return;
    }
    strbuf_addc(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"')
            strbuf_addc(out, '"');
        strbuf_addc(out, text.at[i]);
    }
    strbuf_addc(out, '"');
}
