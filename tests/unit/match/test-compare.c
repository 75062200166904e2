/* SPDX-License-Identifier: MIT */
/* Comparators: the bit-parallel ones against the plain definitions, and what each level stands for. */
#include "../scratch.h"

#include "match/compare.h"

#include <stdlib.h>

static struct compare compare;

static struct compare_value value_of(const char *text)
{
    static uint8_t letters[16][COMPARE_LONGEST];
    static unsigned turn;
    char sound[256];
    uint8_t *at = letters[turn++ % 16];
    const size_t len = compare_letters(text, strlen(text), at);
    const size_t n = text_sound(text_of(text), sound, sizeof sound);
    return (struct compare_value){at, (uint8_t)len, n >= 2 ? (uint32_t)digest_quick(sound, n) | 1 : 0,
                                  compare_bag(at, len)};
}

static enum match_level level(enum compare_how how, const char *a, const char *b)
{
    static const double limits[COMPARE_HOWS][2] = {
        [COMPARE_JARO] = {0.92, 0.85}, [COMPARE_EDIT] = {1, 2}, [COMPARE_NUMBER] = {1, 5}};
    const enum match_level there = compare_level(&compare, how, limits[how], value_of(a), value_of(b));
    assert_int_equal(there, compare_level(&compare, how, limits[how], value_of(b), value_of(a)));
    return there;
}

/* ---- by definition ---- */

static unsigned plain_edits(const uint8_t *a, size_t n, const uint8_t *b, size_t m)
{
    static unsigned d[COMPARE_LONGEST + 1][COMPARE_LONGEST + 1];
    for (size_t i = 0; i <= n; i++)
        for (size_t j = 0; j <= m; j++) {
            unsigned best = i ? j ? UINT32_MAX : (unsigned)i : (unsigned)j;
            if (i && j) {
                best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
                best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
                best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
            }
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[n][m];
}

static double plain_jaro_winkler(const uint8_t *a, size_t n, const uint8_t *b, size_t m)
{
    bool of_a[COMPARE_LONGEST] = {false}, of_b[COMPARE_LONGEST] = {false};
    const size_t longer = n > m ? n : m, window = longer / 2 > 1 ? longer / 2 - 1 : 0;
    double common = 0, moved = 0;
    size_t prefix = 0;
    if (!n || !m)
        return n == m ? 1 : 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i > window ? i - window : 0; j < m && j <= i + window; j++)
            if (!of_b[j] && a[i] == b[j]) {
                of_a[i] = of_b[j] = true;
                common++;
                break;
            }
    if (common < 1)
        return 0;
    for (size_t i = 0, j = 0; i < n; i++)
        if (of_a[i]) {
            while (!of_b[j])
                j++;
            moved += a[i] != b[j++];
        }
    const double jaro = (common / (double)n + common / (double)m + (common - (double)((int)moved / 2)) / common) / 3;
    while (prefix < 4 && prefix < n && prefix < m && a[prefix] == b[prefix])
        prefix++;
    return jaro + 0.1 * (double)prefix * (1 - jaro);
}

static void fast_ones_are_the_plain_ones(void **state)
{
    (void)state;
    srand(1399);
    for (int round = 0; round < 40000; round++) {
        uint8_t a[COMPARE_LONGEST], b[COMPARE_LONGEST];
        const size_t most = round % 8 == 0 ? COMPARE_LONGEST : 12;
        const size_t n = (size_t)rand() % (most + 1), m = (size_t)rand() % (most + 1);
        const int letters = 2 + rand() % 10;
        for (size_t i = 0; i < n; i++)
            a[i] = (uint8_t)('0' + rand() % letters);
        for (size_t i = 0; i < m; i++)
            b[i] = (uint8_t)('0' + rand() % letters);
        const unsigned edits = plain_edits(a, n, b, m);
        assert_int_equal(compare_edits(&compare, a, n, b, m), edits);
        assert_true(compare_bags(compare_bag(a, n), compare_bag(b, m)) <= 2 * edits);
        const double alike = compare_jaro_winkler(&compare, a, n, b, m), plain = plain_jaro_winkler(a, n, b, m);
        assert_true(alike > plain - 1e-9 && alike < plain + 1e-9);
    }
    for (size_t i = 0; i < COUNT_OF(compare.places); i++)
        assert_true(compare.places[i] == 0);
}

static void known_values_of_jaro_winkler(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        double alike;
    } known[] = {{"martha", "marhta", 0.9611}, {"dwayne", "duane", 0.84}, {"dixon", "dicksonx", 0.8133}, {"a", "b", 0}};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        const struct compare_value a = value_of(known[i].a), b = value_of(known[i].b);
        const double alike = compare_jaro_winkler(&compare, a.at, a.len, b.at, b.len);
        assert_true(alike > known[i].alike - 0.0001 && alike < known[i].alike + 0.0001);
    }
}

static void letters_of_one_script_do_not_meet(void **state)
{
    (void)state;
    static const char persian[] = "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی";
    uint8_t letters[COMPARE_LONGEST];
    bool seen[256] = {false};
    const size_t n = compare_letters(persian, strlen(persian), letters);
    assert_int_equal(n, strlen(persian) / 2);
    for (size_t i = 0; i < n; i++) {
        assert_false(seen[letters[i]]);
        seen[letters[i]] = true;
    }
}

static void names(void **state)
{
    (void)state;
    assert_int_equal(level(COMPARE_NAME, "محمد", "محمذ"), MATCH_NEAR);
    assert_int_equal(level(COMPARE_NAME, "صدیقه", "سدیقه"), MATCH_NEAR);
    assert_int_equal(level(COMPARE_NAME, "محمد", "محمدرضا"), MATCH_SIMILAR);
    assert_int_equal(level(COMPARE_NAME, "rob", "robert"), MATCH_SIMILAR);
    assert_int_equal(level(COMPARE_NAME, "علی", "زهرا"), MATCH_DIFFER);
    assert_int_equal(level(COMPARE_NAME, "j", "john"), MATCH_WEAK);
    assert_int_equal(level(COMPARE_JARO, "martha", "marhta"), MATCH_NEAR);
    assert_int_equal(level(COMPARE_JARO, "dwayne", "duane"), MATCH_DIFFER);
    assert_int_equal(level(COMPARE_EDIT, "حسن", "حسین"), MATCH_NEAR);
    assert_int_equal(level(COMPARE_SOUND, "رضا", "رظا"), MATCH_NEAR);
    assert_int_equal(level(COMPARE_SOUND, "رضا", "زهرا"), MATCH_DIFFER);
}

static void dates(void **state)
{
    (void)state;
    assert_int_equal(level(COMPARE_DATE, "19601203", "19600312"), MATCH_NEAR); /* day and month */
    assert_int_equal(level(COMPARE_DATE, "19601203", "19601230"), MATCH_NEAR); /* two digits */
    assert_int_equal(level(COMPARE_DATE, "19601203", "19701203"), MATCH_NEAR);
    assert_int_equal(level(COMPARE_DATE, "19601203", "19601215"), MATCH_SIMILAR);
    assert_int_equal(level(COMPARE_DATE, "19601203", "19511203"), MATCH_SIMILAR);
    assert_int_equal(level(COMPARE_DATE, "19601203", "19801204"), MATCH_WEAK);
    assert_int_equal(level(COMPARE_DATE, "19601203", "19830817"), MATCH_DIFFER);
    /* 1360/09/12 and 1360/09/21: a slip in the Solar Hijri calendar */
    assert_int_equal(level(COMPARE_DATE, "1981120313600912", "1981121213600921"), MATCH_NEAR);
}

static void identifiers_and_numbers(void **state)
{
    (void)state;
    assert_int_equal(level(COMPARE_DIGITS, "1476174032", "1476147032"), MATCH_NEAR); /* two places */
    assert_int_equal(level(COMPARE_DIGITS, "1476174032", "1476174832"), MATCH_NEAR);
    assert_int_equal(level(COMPARE_DIGITS, "1476174032", "147617403"), MATCH_NEAR);
    assert_int_equal(level(COMPARE_DIGITS, "1476174032", "1476174899"), MATCH_DIFFER);
    assert_int_equal(level(COMPARE_DIGITS, "1476174032", "4590486385"), MATCH_DIFFER);
    assert_int_equal(level(COMPARE_DIGITS, "12", "13"), MATCH_WEAK);
    assert_int_equal(level(COMPARE_NUMBER, "1960", "1961"), MATCH_NEAR);
    assert_int_equal(level(COMPARE_NUMBER, "1960", "1964"), MATCH_SIMILAR);
    assert_int_equal(level(COMPARE_NUMBER, "1960", "1970"), MATCH_DIFFER);
    assert_int_equal(level(COMPARE_EXACT, "a", "b"), MATCH_DIFFER);
    assert_int_equal(level(COMPARE_EMAIL, "r.alan@smith.net", "ralan@smith.net"), MATCH_NEAR);
    assert_int_equal(level(COMPARE_EMAIL, "robert255@smith.net", "robert255@home.org"), MATCH_SIMILAR);
    assert_int_equal(level(COMPARE_EMAIL, "robert255@smith.net", "grace.kelly52@jones.com"), MATCH_DIFFER);
}

static void words_in_any_order(void **state)
{
    (void)state;
    assert_int_equal(level(COMPARE_TOKENS, "خیابان بهار کوچه 12", "کوچه 12 خیابان بهار"), MATCH_NEAR);
    assert_int_equal(level(COMPARE_TOKENS, "pridham street", "pridhamstreet"), MATCH_NEAR);
    assert_int_equal(level(COMPARE_TOKENS, "12 main street", "12 main st"), MATCH_SIMILAR);
    assert_int_equal(level(COMPARE_TOKENS, "rose lane 5", "harbour view 17"), MATCH_DIFFER);
    const struct compare_value a = value_of("street 12"), b = value_of("street 13");
    assert_true(compare_tokens(&compare, a.at, a.len, b.at, b.len) < 0.51); /* another number is another word */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fast_ones_are_the_plain_ones),
        cmocka_unit_test(known_values_of_jaro_winkler),
        cmocka_unit_test(letters_of_one_script_do_not_meet),
        cmocka_unit_test(names),
        cmocka_unit_test(dates),
        cmocka_unit_test(identifiers_and_numbers),
        cmocka_unit_test(words_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
