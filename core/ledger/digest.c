/* SPDX-License-Identifier: MIT */
/* digest: 128 bits of a line.  The journal keeps their sum over an entry's lines, so that the order does not matter. */
#include "ledger/internal.h"

/* Shorter bytes hash faster: numbers go in as zigzag varints, which are unambiguous in a fixed order. */
static size_t put_number(unsigned char *at, int64_t number)
{
    uint64_t rest = ((uint64_t)number << 1) ^ (number < 0 ? UINT64_MAX : 0);
    size_t len = 0;
    while (rest >= 0x80) {
        at[len++] = (unsigned char)(rest | 0x80);
        rest >>= 7;
    }
    at[len++] = (unsigned char)rest;
    return len;
}

static void add_text(struct digest *digest, struct alm_text text)
{
    unsigned char head[10];
    digest_add(digest, head, put_number(head, text.at ? (int64_t)text.len + 1 : 0));
    if (text.at)
        digest_add(digest, text.at, text.len);
}

void ledger_line_digest(const struct alm_line *line, const struct ledger_extra *extra, alm_id entry, uint64_t out[2])
{
    const int64_t numbers[] = {line->owner,
                               line->id,
                               line->programme,
                               line->date,
                               line->quantity,
                               line->value,
                               line->body,
                               line->group,
                               line->area,
                               line->stage,
                               line->person,
                               line->partner,
                               line->reverses,
                               entry,
                               extra->period != ALM_NULL,
                               extra->period != ALM_NULL ? extra->period : 0};
    unsigned char bytes[COUNT_OF(numbers) * 10];
    size_t len = 0;
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        len += put_number(bytes + len, numbers[i]);
    struct digest digest;
    digest_init(&digest, NULL, 0);
    digest_add(&digest, bytes, len);
    add_text(&digest, extra->detail);
    add_text(&digest, extra->note);
    unsigned char sum[DIGEST_SIZE];
    digest_final(&digest, sum);
    for (size_t i = 0; i < 2; i++) {
        /* Little-endian by hand: the sum is kept, and read on other machines. */
        out[i] = 0;
        for (size_t b = 0; b < 8; b++)
            out[i] |= (uint64_t)sum[i * 8 + b] << (8 * b);
    }
}
