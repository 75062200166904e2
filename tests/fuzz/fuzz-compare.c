/* SPDX-License-Identifier: MIT */
/* Comparisons of any two values: no read beyond them, the same both ways, and nothing left behind for the next. */
#include "match/compare.h"

#include <stdlib.h>

#define HOLDS(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            abort();                                                                                                   \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In a block of its own size, so that a read past its end is seen. */
static struct compare_value value_of(const uint8_t *data, size_t size)
{
    uint8_t letters[COMPARE_LONGEST], *own;
    char folded[512], sound[64];
    size_t len = text_fold((struct alm_text){(const char *)data, size}, folded, sizeof folded);
    size_t n = compare_letters(folded, len, letters);
    own = xmalloc(n);
    memcpy(own, letters, n);
    return (struct compare_value){own, (uint8_t)n, (uint32_t)text_sound(text_of(folded), sound, sizeof sound),
                                  compare_bag(own, n)};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct compare compare;
    static const double limits[2] = {1, 2};
    const size_t cut = size ? data[0] % size : 0;
    struct compare_value a = value_of(data, cut), b = value_of(data + cut, size - cut);
    const unsigned edits = compare_edits(&compare, a.at, a.len, b.at, b.len);
    HOLDS(edits == compare_edits(&compare, b.at, b.len, a.at, a.len));
    HOLDS(edits <= (a.len > b.len ? a.len : b.len) && compare_bags(a.bag, b.bag) <= 2 * edits);
    const double alike = compare_jaro_winkler(&compare, a.at, a.len, b.at, b.len);
    HOLDS(alike >= 0 && alike <= 1 + 1e-9);
    const double common = compare_tokens(&compare, a.at, a.len, b.at, b.len);
    HOLDS(common >= 0 && common <= 1 + 1e-9);
    for (int how = 0; how < COMPARE_HOWS; how++) {
        enum match_level level = compare_level(&compare, (enum compare_how)how, limits, a, b);
        HOLDS(level > MATCH_MISSING && level < MATCH_LEVELS);
    }
    for (size_t i = 0; i < COUNT_OF(compare.places); i++)
        HOLDS(compare.places[i] == 0);
    free((void *)(uintptr_t)a.at);
    free((void *)(uintptr_t)b.at);
    return 0;
}
