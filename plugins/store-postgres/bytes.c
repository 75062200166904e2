/* SPDX-License-Identifier: MIT */
/* Bytes that grow, and values as they go over the wire: big-endian. */
#include "postgres.h"
#include <endian.h>
#include <stdlib.h>

enum alm_status out_of_memory(struct alm_error *err)
{
    return alm_fail(err, ALM_UNAVAILABLE, NULL, "out of memory");
}

void bytes_add(struct bytes *bytes, const void *at, size_t len)
{
    if (bytes->failed || len == 0)
        return;
    if (bytes->capacity - bytes->len < len) {
        size_t capacity = (bytes->len + len) * 2 + 64;
        char *grown = realloc(bytes->at, capacity);
        if (!grown) {
            bytes->failed = true;
            return;
        }
        bytes->at = grown;
        bytes->capacity = capacity;
    }
    memcpy(bytes->at + bytes->len, at, len);
    bytes->len += len;
}

void bytes_text(struct bytes *bytes, const char *text)
{
    bytes_add(bytes, text, strlen(text));
}

void bytes_identifier(struct bytes *bytes, const char *name)
{
    bytes_text(bytes, "\"");
    for (; *name; name++)
        bytes_add(bytes, *name == '"' ? "\"\"" : name, *name == '"' ? 2 : 1);
    bytes_text(bytes, "\"");
}

void bytes_int2(struct bytes *bytes, int value)
{
    uint16_t wire = htobe16((uint16_t)value);
    bytes_add(bytes, &wire, sizeof wire);
}

void bytes_int4(struct bytes *bytes, int64_t value)
{
    uint32_t wire = htobe32((uint32_t)value);
    bytes_add(bytes, &wire, sizeof wire);
}

void bytes_int8(struct bytes *bytes, int64_t value)
{
    uint64_t wire = htobe64((uint64_t)value);
    bytes_add(bytes, &wire, sizeof wire);
}

int64_t bytes_read_int8(const char *at)
{
    uint64_t wire;
    memcpy(&wire, at, sizeof wire);
    return (int64_t)be64toh(wire);
}

int32_t bytes_read_int4(const char *at)
{
    uint32_t wire;
    memcpy(&wire, at, sizeof wire);
    return (int32_t)be32toh(wire);
}

/* ---- arrays ---- */

static void array_head(struct bytes *bytes, int type, size_t n, bool nulls)
{
    bytes_int4(bytes, n ? 1 : 0); /* dimensions */
    bytes_int4(bytes, nulls);
    bytes_int4(bytes, type);
    if (n) {
        bytes_int4(bytes, (int64_t)n);
        bytes_int4(bytes, 1); /* the first index */
    }
}

void bytes_ints(struct bytes *bytes, const int64_t *ints, size_t n)
{
    bool nulls = false;
    for (size_t i = 0; i < n; i++)
        nulls = nulls || ints[i] == ALM_NULL;
    array_head(bytes, TYPE_INT8, n, nulls);
    for (size_t i = 0; i < n; i++) {
        if (ints[i] == ALM_NULL) {
            bytes_int4(bytes, -1);
        } else {
            bytes_int4(bytes, 8);
            bytes_int8(bytes, ints[i]);
        }
    }
}

void bytes_texts(struct bytes *bytes, const struct alm_text *texts, size_t n)
{
    bool nulls = false;
    for (size_t i = 0; i < n; i++)
        nulls = nulls || !texts[i].at;
    array_head(bytes, TYPE_TEXT, n, nulls);
    for (size_t i = 0; i < n; i++) {
        bytes_int4(bytes, texts[i].at ? (int64_t)texts[i].len : -1);
        if (texts[i].at)
            bytes_add(bytes, texts[i].at, texts[i].len);
    }
}
