/* SPDX-License-Identifier: MIT */
#include "register/keys.h"
#include <stdlib.h>

static size_t slot_of(const struct keys *keys, uint64_t hash, struct alm_text key)
{
    size_t mask = keys->n_slots - 1;
    size_t i = (size_t)hash & mask;
    for (; keys->slots[i]; i = (i + 1) & mask) {
        size_t k = keys->slots[i] - 1;
        if (keys->hashes[k] == hash && keys->at[k].len == key.len &&
            (key.len == 0 || memcmp(keys->at[k].at, key.at, key.len) == 0))
            break;
    }
    return i;
}

static void grow(struct keys *keys)
{
    keys->n_slots = keys->n_slots ? keys->n_slots * 2 : 64;
    free(keys->slots);
    keys->slots = xcalloc(keys->n_slots, sizeof *keys->slots);
    size_t mask = keys->n_slots - 1;
    for (size_t k = 0; k < keys->n; k++) {
        size_t i = (size_t)keys->hashes[k] & mask;
        while (keys->slots[i])
            i = (i + 1) & mask;
        keys->slots[i] = (uint32_t)(k + 1);
    }
}

size_t keys_add(struct keys *keys, struct alm_text key, bool *fresh)
{
    if ((keys->n + 1) * 2 > keys->n_slots)
        grow(keys);
    uint64_t hash = digest_quick(key.at, key.len);
    size_t i = slot_of(keys, hash, key);
    if (fresh)
        *fresh = keys->slots[i] == 0;
    if (keys->slots[i])
        return keys->slots[i] - 1;
    if (keys->n == keys->capacity) {
        keys->capacity = keys->capacity ? keys->capacity * 2 : 32;
        keys->at = xreallocarray(keys->at, keys->capacity, sizeof *keys->at);
        keys->hashes = xreallocarray(keys->hashes, keys->capacity, sizeof *keys->hashes);
    }
    char *copy = arena_alloc(&keys->arena, key.len + 1);
    if (key.len)
        memcpy(copy, key.at, key.len);
    keys->at[keys->n] = (struct alm_text){copy, key.len};
    keys->hashes[keys->n] = hash;
    keys->slots[i] = (uint32_t)(keys->n + 1);
    return keys->n++;
}

size_t keys_find(const struct keys *keys, struct alm_text key)
{
    if (!keys->n)
        return KEYS_NONE;
    size_t i = slot_of(keys, digest_quick(key.at, key.len), key);
    return keys->slots[i] ? keys->slots[i] - 1 : KEYS_NONE;
}

size_t keys_add_id(struct keys *keys, alm_id id, bool *fresh)
{
    return keys_add(keys, (struct alm_text){(const char *)&id, sizeof id}, fresh);
}

size_t keys_find_id(const struct keys *keys, alm_id id)
{
    return keys_find(keys, (struct alm_text){(const char *)&id, sizeof id});
}

void keys_reset(struct keys *keys)
{
    arena_reset(&keys->arena);
    if (keys->n_slots)
        memset(keys->slots, 0, keys->n_slots * sizeof *keys->slots);
    keys->n = 0;
}

void keys_release(struct keys *keys)
{
    arena_release(&keys->arena);
    free(keys->at);
    free(keys->hashes);
    free(keys->slots);
    *keys = (struct keys){0};
}

static bool ascii_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool ascii_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

size_t register_code_key(struct alm_text code, char out[CODE_MAX + 1])
{
    /* Separators become blanks, which folding keeps apart from the rest; nearly all codes are plain and need no
     * folding. */
    char spaced[CODE_MAX + 1], folded[CODE_MAX + 1];
    size_t len = 0;
    bool plain = true;
    for (size_t i = 0; i < code.len && len < CODE_MAX; i++) {
        unsigned char c = (unsigned char)code.at[i];
        if (c >= 0x80) {
            plain = false;
            if (c == 0xe2 && i + 2 < code.len && (unsigned char)code.at[i + 1] == 0x80 &&
                (unsigned char)code.at[i + 2] >= 0x90 && (unsigned char)code.at[i + 2] <= 0x95) {
                spaced[len++] = ' '; /* U+2010 to U+2015: dashes */
                i += 2;
                continue;
            }
            spaced[len++] = code.at[i];
        } else if (ascii_digit(code.at[i]) || (c >= 'a' && c <= 'z')) {
            spaced[len++] = code.at[i];
        } else if (ascii_letter(code.at[i])) {
            spaced[len++] = (char)(c | 0x20);
        } else {
            spaced[len++] = ' ';
        }
    }
    const char *from = spaced;
    if (!plain) {
        len = text_fold((struct alm_text){spaced, len}, folded, sizeof folded);
        from = folded;
    }
    size_t n = 0;
    bool gap = false;
    for (size_t i = 0; i < len; i++) {
        if (from[i] == ' ') {
            gap = true;
            continue;
        }
        if (gap && n && n < CODE_MAX && ascii_digit(out[n - 1]) && ascii_digit(from[i]))
            out[n++] = '-';
        gap = false;
        if (n < CODE_MAX)
            out[n++] = from[i];
    }
    out[n] = '\0';
    return n;
}

bool register_parse_id(struct alm_text text, alm_id *id)
{
    int64_t number;
    struct alm_error ignored;
    text = text_trim(text);
    if (number_parse_int(text, &number, &ignored) != ALM_OK || number <= 0)
        return false;
    *id = number;
    return true;
}

int register_compare_ids(const void *left, const void *right)
{
    alm_id a = *(const alm_id *)left, b = *(const alm_id *)right;
    return (a > b) - (a < b);
}

size_t register_unique_ids(alm_id *ids, size_t n)
{
    bool sorted = true;
    for (size_t i = 1; i < n && sorted; i++)
        sorted = ids[i - 1] < ids[i];
    if (sorted)
        return n;
    qsort(ids, n, sizeof *ids, register_compare_ids);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!kept || ids[kept - 1] != ids[i])
            ids[kept++] = ids[i];
    return kept;
}
