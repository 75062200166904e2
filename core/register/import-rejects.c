/* SPDX-License-Identifier: MIT */
/*
 * The rejects file: line, column, reason and the row as it came, so that it can be mended and imported by itself.  It
 * is on disk before the chunk that it belongs to is committed, and is cut back to what was committed when a run
 * resumes.
 */
#include "register/import-internal.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char opening[] = "line,column,reason";

void import_rejects_init(struct import_rejects *rejects, const struct import *import)
{
    *rejects = (struct import_rejects){.fd = -1};
    if (import->rejects) {
        snprintf(rejects->path, sizeof rejects->path, "%s", import->rejects);
        return;
    }
    const char *slash = strrchr(import->file, '/');
    const char *name = strcmp(import->file, "-") == 0 ? "stdin" : slash ? slash + 1 : import->file;
    size_t len = strlen(name);
    if (len > 4 && strcasecmp(name + len - 4, ".csv") == 0)
        len -= 4;
    snprintf(rejects->path, sizeof rejects->path, "%.*s.rejects.csv", (int)len, name);
}

static enum alm_status open_file(struct import_rejects *rejects, struct alm_error *err)
{
    struct stat st;
    rejects->fd = open(rejects->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    if (rejects->fd < 0 || fstat(rejects->fd, &st) != 0)
        return error_set(err, ALM_CANT_CREATE, _("choose another with --rejects FILE"),
                         _("%s: cannot be made for the rejected rows: %s"), rejects->path, strerror(errno));
    rejects->regular = S_ISREG(st.st_mode);
    if (!rejects->regular || st.st_size == 0)
        return ALM_OK;
    /* Whatever else the user keeps under that name is not ours to overwrite. */
    char start[sizeof opening] = "";
    ssize_t got = pread(rejects->fd, start, sizeof opening - 1, 0);
    if (got != sizeof opening - 1 || memcmp(start, opening, sizeof opening - 1) != 0)
        return error_set(err, ALM_CANT_CREATE, _("move it away, or choose another with --rejects FILE"),
                         _("%s: exists and is not a file of rejected rows"), rejects->path);
    return ALM_OK;
}

static enum alm_status cut(struct import_rejects *rejects, struct alm_error *err)
{
    if (!rejects->regular)
        return ALM_OK;
    if (ftruncate(rejects->fd, (off_t)rejects->length) != 0 || lseek(rejects->fd, (off_t)rejects->length, SEEK_SET) < 0)
        return error_set(err, ALM_IO, NULL, _("%s: cannot be cut: %s"), rejects->path, strerror(errno));
    return ALM_OK;
}

enum alm_status import_rejects_resume(struct import_rejects *rejects, int64_t length, struct alm_error *err)
{
    struct stat st;
    if (length == 0)
        return ALM_OK;
    enum alm_status status = open_file(rejects, err);
    if (status != ALM_OK)
        return status;
    if (rejects->regular && (fstat(rejects->fd, &st) != 0 || st.st_size < length)) {
        /* The rows rejected before the interruption are gone with the file; those that follow can still be written. */
        rejects->length = 0;
        return cut(rejects, err);
    }
    rejects->length = length;
    return cut(rejects, err);
}

/* Bytes that are not UTF-8 would make the file unreadable as a whole. */
static void add_valid(struct strbuf *out, const char *at, size_t len)
{
    struct strbuf clean = {0};
    struct alm_text text = {at, len};
    while (text.len) {
        size_t valid = text_valid_length(text);
        strbuf_add(&clean, text.at, valid);
        if (valid == text.len)
            break;
        strbuf_adds(&clean, "\xEF\xBF\xBD");
        text.at += valid + 1;
        text.len -= valid + 1;
    }
    csv_add_field(out, (struct alm_text){clean.at ? clean.at : "", clean.len}, ',');
    strbuf_release(&clean);
}

static void add_header(struct strbuf *out, const struct import_header *header)
{
    strbuf_adds(out, opening);
    for (size_t i = 0; i < header->n_fields; i++) {
        strbuf_addc(out, ',');
        csv_add_field(out, header->fields[i], ',');
    }
    strbuf_addc(out, '\n');
}

void import_rejects_add(struct import_rejects *rejects, const struct import_header *header, int64_t line,
                        struct alm_text column, const char *reason, const char *raw, size_t n_fields,
                        const size_t *lengths)
{
    struct strbuf *out = &rejects->buf;
    if (rejects->length == 0 && out->len == 0)
        add_header(out, header);
    strbuf_addf(out, "%lld,", (long long)line);
    csv_add_field(out, column, ',');
    strbuf_addc(out, ',');
    csv_add_field(out, text_of(reason), ',');
    for (size_t i = 0; i < n_fields; i++) {
        size_t len = lengths ? lengths[i] : strlen(raw);
        strbuf_addc(out, ',');
        if (text_valid_length((struct alm_text){raw, len}) == len)
            csv_add_field(out, (struct alm_text){raw, len}, ',');
        else
            add_valid(out, raw, len);
        raw += len + 1;
    }
    for (size_t i = n_fields; i < header->n_fields; i++)
        strbuf_addc(out, ',');
    strbuf_addc(out, '\n');
}

enum alm_status import_rejects_write(struct import_rejects *rejects, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    if (!rejects->buf.len)
        return ALM_OK;
    if (rejects->fd < 0) {
        status = open_file(rejects, err);
        if (status == ALM_OK)
            status = cut(rejects, err);
        if (status != ALM_OK)
            return status;
    }
    for (size_t done = 0; done < rejects->buf.len;) {
        ssize_t n = write(rejects->fd, rejects->buf.at + done, rejects->buf.len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_set(err, ALM_IO, NULL, _("%s: cannot be written: %s"), rejects->path, strerror(errno));
        done += (size_t)n;
    }
    /* Pipes and terminals have nothing to force out. */
    if (fsync(rejects->fd) != 0 && rejects->regular)
        return error_set(err, ALM_IO, NULL, _("%s: cannot be written: %s"), rejects->path, strerror(errno));
    return ALM_OK;
}

void import_rejects_keep(struct import_rejects *rejects, bool committed)
{
    if (committed) {
        rejects->length += (int64_t)rejects->buf.len;
    } else if (rejects->fd >= 0) {
        struct alm_error ignored;
        (void)cut(rejects, &ignored); /* what is left over is cut when the run resumes */
    }
    strbuf_reset(&rejects->buf);
}

void import_rejects_release(struct import_rejects *rejects)
{
    if (rejects->fd >= 0)
        close(rejects->fd);
    strbuf_release(&rejects->buf);
}
