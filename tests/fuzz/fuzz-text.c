/* SPDX-License-Identifier: MIT */
/* Folding: the key of a key is that key, keys are text, and a short buffer holds a beginning of the key. */
#include "base/base.h"

#include <stdlib.h>

#define HOLDS(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            abort();                                                                                                   \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_fold(struct alm_text text, size_t (*function)(struct alm_text, char *, size_t))
{
    /* NFKC makes eighteen code points of one at most (U+FDFA), which has three bytes. */
    size_t room = 18 * text.len + 16;
    char *once = xmalloc(room);
    char *twice = xmalloc(room);
    char *part = xmalloc(room);
    size_t len = function(text, once, room);
    HOLDS(len < room && strlen(once) == len);
    HOLDS(text_valid_length((struct alm_text){once, len}) == len);
    HOLDS(len == 0 || (once[0] != ' ' && once[len - 1] != ' '));
    HOLDS(!strstr(once, "  "));
    HOLDS(function((struct alm_text){once, len}, twice, room) == len && memcmp(once, twice, len) == 0);
    for (size_t small = 1; small <= len && small < 40; small++) {
        size_t part_len = function(text, part, small);
        HOLDS(part_len < small && part[part_len] == '\0' && memcmp(part, once, part_len) == 0);
    }
    free(once);
    free(twice);
    free(part);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* In a block of its own size, so that a read past its end is seen. */
    char *copy = xmalloc(size);
    if (size)
        memcpy(copy, data, size);
    struct alm_text text = {copy, size};
    check_fold(text, text_fold);
    check_fold(text, text_fold_joined);

    char sound[256], sound_again[256], name[256];
    size_t sound_len = text_sound(text, sound, sizeof sound);
    HOLDS(strlen(sound) == sound_len && text_valid_length((struct alm_text){sound, sound_len}) == sound_len);
    HOLDS(text_sound(text_of(sound), sound_again, sizeof sound_again) == sound_len && strcmp(sound, sound_again) == 0);
    size_t name_len = text_given_name(text, name, sizeof name);
    HOLDS(strlen(name) == name_len && text_valid_length((struct alm_text){name, name_len}) == name_len);

    size_t room = 2 * size + 1;
    char *persian = xmalloc(room);
    char *latin = xmalloc(room);
    char *again = xmalloc(room);
    size_t latin_len = text_latin_digits(text, latin, room);
    HOLDS(latin_len <= size);
    size_t persian_len = text_persian_digits((struct alm_text){latin, latin_len}, persian, room);
    size_t again_len = text_latin_digits((struct alm_text){persian, persian_len}, again, room);
    HOLDS(again_len == latin_len && memcmp(again, latin, latin_len) == 0);
    HOLDS(text_valid_length(text) <= size);
    HOLDS(text_width(text) <= 2 * size);
    struct alm_text trimmed = text_trim(text);
    HOLDS(text_trim(trimmed).len == trimmed.len);
    char id[11];
    char mobile[16];
    if (identifier_national_id(text, id, NULL) == ALM_OK) {
        char same[11];
        HOLDS(identifier_national_id(text_of(id), same, NULL) == ALM_OK && strcmp(id, same) == 0);
    }
    if (identifier_mobile(text, mobile, NULL) == ALM_OK) {
        char same[16];
        HOLDS(identifier_mobile(text_of(mobile), same, NULL) == ALM_OK && strcmp(mobile, same) == 0);
    }
    free(persian);
    free(latin);
    free(again);
    free(copy);
    return 0;
}
