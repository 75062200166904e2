/* SPDX-License-Identifier: MIT */
/*
 * CSV: any bytes are read to their end; lines and positions only rise; a record without a fault that is written again,
 * with quotes where they must be (cut here) or around all fields (libcsv), is read as the same record.
 */
#include "base/base.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define HOLDS(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            abort();                                                                                                   \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* NULL: refused as another format than CSV. */
static struct csv_reader *open_bytes(const void *bytes, size_t len)
{
    struct csv_reader *r = NULL;
    struct alm_error err;
    char path[64];
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    HOLDS(fd >= 0);
    HOLDS(write(fd, bytes, len) == (ssize_t)len);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (csv_open(&r, path, &err) != ALM_OK)
        HOLDS(err.status == ALM_BAD_DATA && !r);
    close(fd);
    return r;
}

static void add_quoted(struct strbuf *out, struct alm_text text)
{
    strbuf_addc(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"')
            strbuf_addc(out, '"');
        strbuf_addc(out, text.at[i]);
    }
    strbuf_addc(out, '"');
}

static void expect_next(struct csv_reader *r, const struct csv_record *want)
{
    struct csv_record got;
    bool end;
    HOLDS(csv_next(r, &got, &end, NULL) == ALM_OK && !end);
    HOLDS(!got.fault && got.n == want->n);
    for (size_t i = 0; i < got.n; i++) {
        HOLDS(got.fields[i].len == want->fields[i].len);
        HOLDS(memcmp(got.fields[i].at, want->fields[i].at, got.fields[i].len) == 0);
    }
}

/* Write one record both ways and read it. */
static void check_record(const struct csv_record *record, char delimiter)
{
    struct strbuf out = {0};
    struct csv_record header;
    bool end;
    strbuf_addf(&out, "h%ch\n", delimiter);
    for (size_t i = 0; i < record->n; i++) {
        if (i)
            strbuf_addc(&out, delimiter);
        add_quoted(&out, record->fields[i]);
    }
    strbuf_addc(&out, '\n');
    /* One empty field that is not quoted is a blank line. */
    bool blank = record->n == 1 && record->fields[0].len == 0;
    for (size_t i = 0; i < record->n && !blank; i++) {
        if (i)
            strbuf_addc(&out, delimiter);
        csv_add_field(&out, record->fields[i], delimiter);
    }
    struct csv_reader *r = open_bytes(out.at, out.len);
    HOLDS(r && csv_delimiter(r) == delimiter);
    HOLDS(csv_next(r, &header, &end, NULL) == ALM_OK && !end && header.n == 2);
    expect_next(r, record);
    if (!blank)
        expect_next(r, record);
    HOLDS(csv_next(r, &header, &end, NULL) == ALM_OK && end);
    HOLDS(csv_position(r) == csv_size(r));
    csv_close(r);
    strbuf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv_reader *r = open_bytes(data, size);
    if (!r)
        return 0;
    struct csv_record record;
    bool end = false;
    int64_t line = 0;
    int64_t position = 0;
    unsigned char got[DIGEST_SIZE];
    unsigned char want[DIGEST_SIZE];
    while (!end) {
        HOLDS(csv_next(r, &record, &end, NULL) == ALM_OK);
        HOLDS(csv_position(r) >= position && csv_position(r) <= (int64_t)size);
        struct digest digest;
        digest_init(&digest, NULL, 0);
        digest_add(&digest, data, (size_t)csv_position(r));
        digest_final(&digest, want);
        csv_digest(r, got);
        HOLDS(memcmp(got, want, sizeof got) == 0);
        if (end)
            break;
        HOLDS(csv_position(r) > position && record.line > line);
        position = csv_position(r);
        line = record.line;
        if (!record.fault) {
            HOLDS(record.n > 0 && record.n <= CSV_MAX_FIELDS && record.fault_field == SIZE_MAX);
            /* A field may fill the limit; with quotes around it it would be over it. */
            if (position < CSV_MAX_RECORD / 4)
                check_record(&record, csv_delimiter(r));
        } else if (record.fault_field != SIZE_MAX) {
            HOLDS(record.fault_field < record.n);
        }
        for (size_t i = 0; i < record.n; i++)
            HOLDS(record.fields[i].at[record.fields[i].len] == '\0');
    }
    HOLDS(csv_position(r) == (int64_t)size);
    csv_close(r);
    return 0;
}
