/* SPDX-License-Identifier: MIT */
/*
 * Rows that were taken aside because another statement needed the connection before they were all read.  Few stay in
 * memory; past MEMORY_MOST they go to a file without a name, so that memory does not grow with the result.
 *
 * A row is its length (uint32_t), then for each column a length (int32_t, -1: null), the bytes and a NUL.
 */
#include "postgres.h"
#include <stdlib.h>

enum { MEMORY_MOST = 1 << 20 };

struct rows {
    int n_columns;
    struct bytes held;
    size_t at;  /* how far `held` was read */
    FILE *file; /* NULL while all fits in memory; `held` is then what was read last */
    bool reading;
};

struct rows *rows_new(int n_columns)
{
    struct rows *rows = calloc(1, sizeof *rows);
    if (rows)
        rows->n_columns = n_columns;
    return rows;
}

void rows_free(struct rows *rows)
{
    if (!rows)
        return;
    if (rows->file)
        fclose(rows->file);
    free(rows->held.at);
    free(rows);
}

bool rows_add(struct rows *rows, const PGresult *result)
{
    const size_t start = rows->held.len;
    uint32_t size = 0;
    bytes_add(&rows->held, &size, sizeof size);
    for (int i = 0; i < rows->n_columns; i++) {
        int32_t len = PQgetisnull(result, 0, i) ? -1 : PQgetlength(result, 0, i);
        bytes_add(&rows->held, &len, sizeof len);
        if (len >= 0)
            bytes_add(&rows->held, PQgetvalue(result, 0, i), (size_t)len + 1);
    }
    if (rows->held.failed)
        return false;
    size = (uint32_t)(rows->held.len - start - sizeof size);
    memcpy(rows->held.at + start, &size, sizeof size);
    if (rows->held.len < MEMORY_MOST)
        return true;
    if (!rows->file && !(rows->file = tmpfile()))
        return false;
    bool written = fwrite(rows->held.at, rows->held.len, 1, rows->file) == 1;
    rows->held.len = 0;
    return written;
}

/* The bytes of the next row; NULL at the end (*failed tells whether it is a sound one). */
static const char *next_bytes(struct rows *rows, bool *failed)
{
    uint32_t size;
    *failed = false;
    if (!rows->file) {
        if (rows->at == rows->held.len)
            return NULL;
        const char *row = rows->held.at + rows->at;
        memcpy(&size, row, sizeof size);
        rows->at += sizeof size + size;
        return row + sizeof size;
    }
    *failed = true;
    if (!rows->reading) {
        if (rows->held.len && fwrite(rows->held.at, rows->held.len, 1, rows->file) != 1)
            return NULL;
        if (fseek(rows->file, 0, SEEK_SET) != 0)
            return NULL;
        rows->reading = true;
    }
    if (fread(&size, sizeof size, 1, rows->file) != 1) {
        *failed = ferror(rows->file) != 0;
        return NULL;
    }
    if (size > rows->held.capacity) {
        char *grown = realloc(rows->held.at, size);
        if (!grown)
            return NULL;
        rows->held.at = grown;
        rows->held.capacity = size;
    }
    if (size && fread(rows->held.at, size, 1, rows->file) != 1)
        return NULL;
    *failed = false;
    return rows->held.at;
}

int rows_next(struct rows *rows, const char **values, int *lengths)
{
    bool failed;
    const char *row = next_bytes(rows, &failed);
    if (!row)
        return failed ? -1 : 0;
    for (int i = 0; i < rows->n_columns; i++) {
        int32_t len;
        memcpy(&len, row, sizeof len);
        row += sizeof len;
        lengths[i] = len;
        values[i] = len < 0 ? NULL : row;
        row += len < 0 ? 0 : len + 1;
    }
    return 1;
}
