/* SPDX-License-Identifier: MIT */
/* The Unicode part of text_fold() held to ICU: NFKC and case folding by either give the same key. */
#include "../scratch.h"

#include "base/base.h"

#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <utf8proc.h>

enum { ROOM = 512 };

/* NFKC_Casefold as ICU does it. */
static size_t by_icu(const char *text, size_t len, char *out)
{
    UErrorCode error = U_ZERO_ERROR;
    UChar wide[ROOM], folded[ROOM];
    int32_t n = 0, bytes = 0;
    const UNormalizer2 *normalizer = unorm2_getNFKCCasefoldInstance(&error);
    u_strFromUTF8(wide, ROOM, &n, text, (int32_t)len, &error);
    n = unorm2_normalize(normalizer, wide, n, folded, ROOM, &error);
    u_strToUTF8(out, ROOM * 4, &bytes, folded, n, &error);
    assert_true(U_SUCCESS(error));
    return (size_t)bytes;
}

static void same_key(const char *text, size_t len)
{
    char key[ROOM * 4], normal[ROOM * 4], normal_key[ROOM * 4];
    text_fold((struct alm_text){text, len}, key, sizeof key);
    text_fold((struct alm_text){normal, by_icu(text, len, normal)}, normal_key, sizeof normal_key);
    assert_string_equal(key, normal_key);
}

/* Known to both: their versions of Unicode differ. */
static bool is_assigned(int32_t code)
{
    return u_charType(code) != U_UNASSIGNED && utf8proc_category(code) != UTF8PROC_CATEGORY_CN &&
           !(code >= 0xD800 && code < 0xE000) && code != 0;
}

static void every_code_point(void **state)
{
    (void)state;
    for (int32_t code = 1; code < 0x110000; code++) {
        utf8proc_uint8_t text[4];
        if (is_assigned(code))
            same_key((char *)text, (size_t)utf8proc_encode_char(code, text));
    }
}

static void texts_at_random(void **state)
{
    static const struct {
        int32_t from, n;
    } blocks[] = {{0x20, 0x60},  {0xA0, 0x160},   {0x300, 0x70},  {0x600, 0x100},
                  {0x750, 0x30}, {0xFB50, 0x2B0}, {0x1E00, 0x100}};
    (void)state;
    srand(1399);
    for (int round = 0; round < 20000; round++) {
        utf8proc_uint8_t text[64];
        size_t len = 0;
        for (int i = rand() % 12; i >= 0; i--) {
            const size_t block = (size_t)rand() % COUNT_OF(blocks);
            const int32_t code = blocks[block].from + rand() % blocks[block].n;
            if (is_assigned(code))
                len += (size_t)utf8proc_encode_char(code, text + len);
        }
        same_key((char *)text, len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point),
        cmocka_unit_test(texts_at_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
