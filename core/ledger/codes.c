/* SPDX-License-Identifier: MIT */
/* codes: a list names the same beneficiaries again and again, chunk after chunk. */
#include "ledger/internal.h"

#include <stdlib.h>

enum { MOST = 1 << 17 };

struct code {
    uint64_t hash;
    alm_id id; /* 0: free */
    struct alm_text text;
};

struct ledger_codes {
    struct arena arena;
    struct code *at;
    size_t n, size;
};

struct ledger_codes *ledger_codes_new(void)
{
    return xcalloc(1, sizeof(struct ledger_codes));
}

void ledger_codes_free(struct ledger_codes *codes)
{
    if (!codes)
        return;
    arena_release(&codes->arena);
    free(codes->at);
    free(codes);
}

void ledger_codes_reset(struct ledger_codes *codes)
{
    arena_reset(&codes->arena);
    if (codes->n)
        memset(codes->at, 0, codes->size * sizeof *codes->at);
    codes->n = 0;
}

static uint64_t hash_of(enum alm_noun noun, struct alm_text text)
{
    return digest_quick(text.at, text.len) ^ ((uint64_t)noun * UINT64_C(0x9e3779b97f4a7c15));
}

/* The place of a code, or a free one. */
static struct code *place_of(struct code *at, size_t size, uint64_t hash, struct alm_text text)
{
    for (size_t i = hash & (size - 1);; i = (i + 1) & (size - 1))
        if (!at[i].id ||
            (at[i].hash == hash && at[i].text.len == text.len && memcmp(at[i].text.at, text.at, text.len) == 0))
            return &at[i];
}

alm_id ledger_codes_find(const struct ledger_codes *codes, enum alm_noun noun, struct alm_text text)
{
    return codes->size ? place_of(codes->at, codes->size, hash_of(noun, text), text)->id : 0;
}

static void grow(struct ledger_codes *codes)
{
    size_t size = codes->size ? codes->size * 2 : 1024;
    struct code *at = xcalloc(size, sizeof *at);
    for (size_t i = 0; i < codes->size; i++)
        if (codes->at[i].id)
            *place_of(at, size, codes->at[i].hash, codes->at[i].text) = codes->at[i];
    free(codes->at);
    codes->at = at;
    codes->size = size;
}

void ledger_codes_add(struct ledger_codes *codes, enum alm_noun noun, struct alm_text text, alm_id id)
{
    if (codes->n >= MOST)
        ledger_codes_reset(codes);
    if (codes->n * 2 >= codes->size)
        grow(codes);
    uint64_t hash = hash_of(noun, text);
    struct code *code = place_of(codes->at, codes->size, hash, text);
    if (code->id || !id)
        return;
    *code = (struct code){hash, id, {arena_strndup(&codes->arena, text.at, text.len), text.len}};
    codes->n++;
}
