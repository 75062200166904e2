/* SPDX-License-Identifier: MIT */
#include "../scratch.h"

#include "base/base.h"

#include <utf8proc.h>

#define TEXT(literal) ((struct alm_text){(literal), sizeof(literal) - 1})

static const char *fold(const char *text)
{
    static char buf[8][512];
    static unsigned turn;
    char *out = buf[turn++ % 8];
    size_t len = text_fold(text_of(text), out, sizeof buf[0]);
    assert_int_equal(len, strlen(out));
    return out;
}

static void spelling_variants_fold_alike(void **state)
{
    (void)state;
    static const char *const same[][2] = {
        {"علي", "علی"},     /* Arabic yeh */
        {"علىٰ", "علی"},     /* alef maksura, superscript alef */
        {"كريم", "کریم"},   /* Arabic kaf */
        {"فاطمة", "فاطمه"}, /* teh marbuta */
        {"خانۀ", "خانه"},   /* heh with yeh above */
        {"خانهٔ", "خانه"},   /* the same in two code points */
        {"أحمد", "احمد"},
        {"إبراهیم", "ابراهیم"},
        {"ٱحمد", "احمد"},
        {"آزاده", "ازاده"},
        {"آزاده", "آزاده"}, /* alef and combining madda */
        {"مؤمن", "مومن"},
        {"رئیس", "رییس"},
        {"زهراء", "زهرا"},
        {"محمّد", "محمد"},                 /* shadda */
        {"محـــمد", "محمد"},              /* tatweel */
        {"خرم‌آباد", "خرمآباد"}, /* ZWNJ */
        {"بلوار ۱۲", "بلوار 12"},         /* Persian digits */
        {"بلوار ١٢", "بلوار 12"},         /* Arabic digits */
        {"  علی \t رضا  ", "علی رضا"},
        {"علی-رضا", "علی رضا"},
        {"علی_رضا", "علی رضا"},
        {"«علی»، رضا؟", "علی رضا"},
        {"O'Neil", "oneil"},
        {"O’Neil", "oneil"},
        {"D. JONES", "d jones"},
        {"ﻋﻠﻲ", "علی"},       /* presentation forms */
        {"ﷲ", "الله"},        /* a ligature */
        {"ＡＢＣ１", "abc1"}, /* full width */
        {"STRASSE", "straße"},
        {"\xEF\xBB\xBF"
         "علی",
         "علی"},                   /* BOM */
        {"e\xCC\x81", "\xC3\xA9"}, /* e and acute, and both in one */
    };
    for (size_t i = 0; i < COUNT_OF(same); i++)
        assert_string_equal(fold(same[i][0]), fold(same[i][1]));
}

static void keys_are_as_written_here(void **state)
{
    (void)state;
    assert_string_equal(fold("خرم‌آباد"), "خرماباد");
    assert_string_equal(fold("سيّد كريم أحمدي، پلاك ۱۲"), "سید کریم احمدی پلاک 12");
    assert_string_equal(fold(""), "");
    assert_string_equal(fold(" ـ ء ً . "), "");
    assert_string_equal(fold("a\xFF\xFE b"), "a b"); /* not UTF-8 */
    assert_string_equal(fold("پ چ ژ گ"), "پ چ ژ گ");
    assert_string_not_equal(fold("علی"), fold("عالی"));
    assert_string_not_equal(fold("کرم"), fold("گرم"));
    char out[64];
    assert_int_equal(text_fold(TEXT("a\0b"), out, sizeof out), 3);
    assert_string_equal(out, "a b");
    assert_int_equal(text_fold(text_of(NULL), out, sizeof out), 0);
    assert_int_equal(text_fold(TEXT("abc"), out, 0), 0);
}

static void joined_compounds_are_equal(void **state)
{
    (void)state;
    static const char *const same[] = {"خرم‌آباد", "خرم آباد", "خرمآباد", " خرم-اباد "};
    for (size_t i = 0; i < COUNT_OF(same); i++) {
        char out[64];
        text_fold_joined(text_of(same[i]), out, sizeof out);
        assert_string_equal(out, "خرماباد");
    }
}

/* The key of each code point, alone and between letters, by both ways; é at the end sends a text the slow way. */
static void table_equals_utf8proc_on_every_code_point(void **state)
{
    (void)state;
    for (int32_t code = 1; code < 0x110000; code++) {
        /* The planes beyond the second hold nothing that folds. */
        if ((code >= 0xD800 && code < 0xE000) || (code >= 0x20000 && code < 0xE0000) || code >= 0xE1000)
            continue;
        char one[8];
        one[utf8proc_encode_char(code, (utf8proc_uint8_t *)one)] = '\0';
        char plain[64];
        char slow[80];
        char quick_key[256];
        char slow_key[256];
        char again[256];
        snprintf(plain, sizeof plain, "ب%sه%sa%s", one, one, one);
        snprintf(slow, sizeof slow, "%s é", plain);
        size_t len = text_fold(text_of(plain), quick_key, sizeof quick_key);
        text_fold(text_of(quick_key), again, sizeof again);
        assert_string_equal(again, quick_key);
        text_fold(text_of(slow), slow_key, sizeof slow_key);
        quick_key[len] = '\0';
        strcat(quick_key, " é");
        assert_string_equal(slow_key, quick_key);
        text_fold_joined(text_of(plain), quick_key, sizeof quick_key);
        text_fold_joined(text_of(quick_key), again, sizeof again);
        assert_string_equal(again, quick_key);
    }
}

/* What was dropped may have kept two code points apart that combine afterwards. */
static void folding_twice_changes_nothing(void **state)
{
    (void)state;
    static const char *const hard[] = {
        "e\xE2\x80\x8C\xCC\x81",     /* e, ZWNJ, acute */
        "e \xCC\x81",                /* e, blank, acute */
        "\xE1\x84\x80 \xE1\x85\xA1", /* Hangul parts with a blank between them */
        "\xCD\x85\xCC\x81",          /* iota below, acute */
        "\xC7\xB0",
        "\xEF\xAC\x81",
        "\xE2\x84\xA2",
        "\xC2\xA8",
        "\xC4\xB0",
        "a\xD9\x80\xCC\x88\xD9\x80\xCC\x84", /* two marks with tatweels between */
    };
    for (size_t i = 0; i < COUNT_OF(hard); i++) {
        for (int joined = 0; joined < 2; joined++) {
            size_t (*function)(struct alm_text, char *, size_t) = joined ? text_fold_joined : text_fold;
            char once[256];
            char twice[256];
            function(text_of(hard[i]), once, sizeof once);
            function(text_of(once), twice, sizeof twice);
            assert_string_equal(twice, once);
        }
    }
}

static void short_buffers_cut_between_code_points(void **state)
{
    (void)state;
    static const char *const texts[] = {"علی رضا", "ab cd", "é علی ab", "ﻋﻠﻲ a"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        const char *whole = fold(texts[i]);
        for (size_t size = 1; size < 24; size++) {
            char out[24];
            memset(out, '#', sizeof out);
            size_t len = text_fold(text_of(texts[i]), out, size);
            assert_true(len < size);
            assert_int_equal(strlen(out), len);
            assert_memory_equal(out, whole, len);
            assert_int_equal(text_valid_length(text_of(out)), len);
            assert_true(len == 0 || out[len - 1] != ' ');
        }
    }
}

static void valid_length_finds_the_first_bad_byte(void **state)
{
    (void)state;
    static const struct {
        struct alm_text text;
        size_t valid;
    } rows[] = {
        {{NULL, 0}, 0},
        {{"plain ASCII, long enough", 24}, 24},
        {{"12345678\0abcdefgh", 17}, 8},
        {{"\0", 1}, 0},
        {{"ab\xC0\x80", 4}, 2},         /* overlong NUL */
        {{"ab\xE0\x80\x80", 5}, 2},     /* overlong */
        {{"ab\xED\xA0\x80", 5}, 2},     /* surrogate */
        {{"ab\xF4\x90\x80\x80", 6}, 2}, /* beyond U+10FFFF */
        {{"ab\xF0\x80\x80\x80", 6}, 2}, /* overlong */
        {{"ab\xD8", 3}, 2},             /* cut */
        {{"ab\xE2\x80", 4}, 2},         /* cut */
        {{"ab\x80", 3}, 2},             /* a tail alone */
        {{"\xD8\xB9\xE2\x80\x8C\xF0\x9F\x98\x80", 9}, 9},
        {{"\xC7\xE3\xED\xD1", 4}, 0}, /* Windows-1256 */
        {{"1234567\xD9", 8}, 7},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(text_valid_length(rows[i].text), rows[i].valid);
}

static void digits_change_and_nothing_else(void **state)
{
    (void)state;
    char out[64];
    assert_int_equal(text_latin_digits(TEXT("۰۱۲٣٤५ علي-９٫"), out, sizeof out), strlen("012345 علي-9٫"));
    assert_string_equal(out, "012345 علي-9٫");
    text_persian_digits(TEXT("a0129ب"), out, sizeof out);
    assert_string_equal(out, "a۰۱۲۹ب");
    assert_int_equal(text_persian_digits(TEXT("123"), out, 4), 2); /* one digit of two bytes fits */
    assert_string_equal(out, "۱");
    assert_int_equal(text_latin_digits(TEXT("ab۱"), out, 3), 2);
    assert_string_equal(out, "ab");
}

static void trim_width_equal(void **state)
{
    (void)state;
    struct alm_text trimmed = text_trim(TEXT(" \t\xC2\xA0 a b \r\n\xC2\xA0"));
    assert_int_equal(trimmed.len, 3);
    assert_memory_equal(trimmed.at, "a b", 3);
    assert_int_equal(text_trim(TEXT("  \xC2\xA0 ")).len, 0);
    assert_int_equal(text_trim(text_of(NULL)).len, 0);
    assert_true(text_equal(TEXT("ab"), "ab"));
    assert_false(text_equal(TEXT("ab"), "abc"));
    assert_false(text_equal(TEXT("a\0"), "a"));
    assert_true(text_equal(text_of(NULL), NULL));
    assert_false(text_equal(text_of(NULL), ""));
    assert_int_equal(text_width(TEXT("abc")), 3);
    assert_int_equal(text_width(TEXT("خرم‌آباد")), 7); /* ZWNJ takes no column */
    assert_int_equal(text_width(TEXT("مّ")), 1);                 /* nor does shadda */
    assert_int_equal(text_width(TEXT("中文")), 4);
    assert_int_equal(text_width(TEXT("a\xFF")), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spelling_variants_fold_alike),
        cmocka_unit_test(keys_are_as_written_here),
        cmocka_unit_test(joined_compounds_are_equal),
        cmocka_unit_test(table_equals_utf8proc_on_every_code_point),
        cmocka_unit_test(folding_twice_changes_nothing),
        cmocka_unit_test(short_buffers_cut_between_code_points),
        cmocka_unit_test(valid_length_finds_the_first_bad_byte),
        cmocka_unit_test(digits_change_and_nothing_else),
        cmocka_unit_test(trim_width_equal),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
