/* SPDX-License-Identifier: MIT */
/*
 * seen: a key for what has none of its own: `#`, its date (so that the keys of one time stand together in the store),
 * the digest of its content, and its ordinal among equal contents of this run.
 *
 * The ordinals need a memory of the contents of the run.  It is bounded: at least the last GENERATION different
 * contents are known. An equal one that comes later than that gets the first one's key, which exists: it counts as the
 * same.
 */
#include "base/base.h"

#include <stdlib.h>

enum { GENERATION = 1 << 19 };

struct seen_table {
    uint64_t *contents; /* 0: free */
    uint32_t *counts;
    size_t n, size;
};

struct seen {
    struct seen_table now, before;
    /* What was counted for the journal entry at work, so that it can be taken back when that comes to nothing. */
    alm_id entry;
    uint64_t *counted;
    size_t n_counted, capacity;
};

struct seen *seen_new(void)
{
    return xcalloc(1, sizeof(struct seen));
}

static void table_release(struct seen_table *table)
{
    free(table->contents);
    free(table->counts);
    *table = (struct seen_table){0};
}

void seen_free(struct seen *seen)
{
    if (!seen)
        return;
    table_release(&seen->now);
    table_release(&seen->before);
    free(seen->counted);
    free(seen);
}

/* The content's place: its own, or a free one. */
static size_t table_at(const struct seen_table *table, uint64_t content)
{
    size_t at = content & (table->size - 1);
    while (table->contents[at] && table->contents[at] != content)
        at = (at + 1) & (table->size - 1);
    return at;
}

static void table_grow(struct seen_table *table)
{
    size_t size = table->size ? table->size * 2 : 1024;
    struct seen_table grown = {xcalloc(size, sizeof *grown.contents), xcalloc(size, sizeof *grown.counts), table->n,
                               size};
    for (size_t i = 0; i < table->size; i++)
        if (table->contents[i]) {
            size_t at = table_at(&grown, table->contents[i]);
            grown.contents[at] = table->contents[i];
            grown.counts[at] = table->counts[i];
        }
    table_release(table);
    *table = grown;
}

/* How many equal contents came before. */
static uint32_t seen_ordinal(struct seen *seen, uint64_t content)
{
    content = content ? content : 1;
    if (seen->now.n * 2 >= seen->now.size) {
        if (seen->now.n >= GENERATION) {
            table_release(&seen->before);
            seen->before = seen->now;
            seen->now = (struct seen_table){0};
        }
        table_grow(&seen->now);
    }
    size_t at = table_at(&seen->now, content);
    if (!seen->now.contents[at]) {
        seen->now.contents[at] = content;
        seen->now.n++;
        if (seen->before.size) {
            size_t old = table_at(&seen->before, content);
            if (seen->before.contents[old])
                seen->now.counts[at] = seen->before.counts[old];
        }
    }
    ARRAY_ROOM(seen->counted, seen->n_counted, seen->capacity);
    seen->counted[seen->n_counted++] = content;
    return seen->now.counts[at]++;
}

void seen_begin(struct seen *seen, alm_id entry)
{
    if (entry != seen->entry)
        seen->n_counted = 0;
    seen->entry = entry;
}

void seen_again(struct seen *seen)
{
    /* From the last one back: what was counted after the tables changed places was counted in the newer one. */
    while (seen->n_counted) {
        uint64_t content = seen->counted[--seen->n_counted];
        size_t at = seen->now.size ? table_at(&seen->now, content) : 0;
        if (seen->now.size && seen->now.contents[at] && seen->now.counts[at]) {
            seen->now.counts[at]--;
        } else if (seen->before.size) {
            at = table_at(&seen->before, content);
            seen->before.counts[at] -= seen->before.contents[at] == content && seen->before.counts[at];
        }
    }
}

size_t seen_key(struct seen *seen, alm_date date, const unsigned char content[DIGEST_SIZE], char out[SEEN_KEY_SIZE])
{
    enum { DIGEST_KEPT = 16 };
    static const char hex[] = "0123456789abcdef";
    uint64_t mark;
    memcpy(&mark, content, sizeof mark);
    /* Dates before 1970 sort before the others too. */
    uint32_t day = (uint32_t)date ^ 0x80000000u;
    size_t len = 0;
    out[len++] = '#';
    for (unsigned shift = 32; shift > 0; shift -= 4)
        out[len++] = hex[(day >> (shift - 4)) & 15];
    digest_hex(content, DIGEST_KEPT, out + len);
    len += (size_t)2 * DIGEST_KEPT;
    return len + (size_t)snprintf(out + len, SEEN_KEY_SIZE - len, "-%u", seen_ordinal(seen, mark));
}
