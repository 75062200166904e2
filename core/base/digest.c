/* SPDX-License-Identifier: MIT */
/* digest: BLAKE2b for what is kept, SipHash for tables inside one process. */
#include "base/base.h"

#include <sodium.h>

/* The opaque bytes are libsodium's state, so that base.h needs none of its headers. */
_Static_assert(sizeof(crypto_generichash_state) <= sizeof((struct digest *)0)->opaque, "struct digest is too small");
_Static_assert(_Alignof(crypto_generichash_state) <= _Alignof(struct digest), "struct digest is not aligned enough");

static crypto_generichash_state *state_of(struct digest *digest)
{
    return (crypto_generichash_state *)(void *)digest->opaque;
}

void digest_init(struct digest *digest, const unsigned char *key, size_t key_len)
{
    /* A longer key is hashed first, as HMAC does; libsodium would refuse it. */
    unsigned char short_key[crypto_generichash_KEYBYTES_MAX];
    if (key && key_len > sizeof short_key) {
        crypto_generichash(short_key, sizeof short_key, key, key_len, NULL, 0);
        key = short_key;
        key_len = sizeof short_key;
    }
    crypto_generichash_init(state_of(digest), key, key ? key_len : 0, DIGEST_SIZE);
    sodium_memzero(short_key, sizeof short_key);
}

void digest_add(struct digest *digest, const void *bytes, size_t len)
{
    if (len)
        crypto_generichash_update(state_of(digest), bytes, len);
}

void digest_add_numbers(struct digest *digest, const int64_t *numbers, size_t n)
{
    unsigned char bytes[16 * 8];
    for (size_t from = 0, at; from < n; from += at) {
        for (at = 0; at < sizeof bytes / 8 && from + at < n; at++)
            for (size_t k = 0; k < 8; k++)
                bytes[8 * at + k] = (unsigned char)((uint64_t)numbers[from + at] >> (8 * k));
        digest_add(digest, bytes, 8 * at);
    }
}

void digest_add_text(struct digest *digest, struct alm_text text)
{
    const int64_t length = text.at ? (int64_t)text.len : -1;
    digest_add_numbers(digest, &length, 1);
    if (text.at)
        digest_add(digest, text.at, text.len);
}

void digest_final(struct digest *digest, unsigned char out[DIGEST_SIZE])
{
    crypto_generichash_final(state_of(digest), out, DIGEST_SIZE);
}

void digest_hex(const unsigned char *bytes, size_t n, char *out)
{
    sodium_bin2hex(out, 2 * n + 1, bytes, n);
}

uint64_t digest_quick(const void *bytes, size_t len)
{
    static const unsigned char key[crypto_shorthash_KEYBYTES] = "almoner: tables";
    unsigned char hash[crypto_shorthash_BYTES];
    static const unsigned char nothing[1] = {0};
    crypto_shorthash(hash, len ? bytes : nothing, len, key);
    uint64_t number;
    memcpy(&number, hash, sizeof number);
    return number;
}
