/* SPDX-License-Identifier: MIT */
#include "../scratch.h"

#include "base/base.h"

/* The published rule, written another way than in identifier.c. */
static int check_digit(const char *nine)
{
    int sum = 0;
    for (int weight = 10; weight >= 2; weight--)
        sum += weight * (nine[10 - weight] - '0');
    sum %= 11;
    return sum < 2 ? sum : 11 - sum;
}

static void one_check_digit_fits_each_nine_digits(void **state)
{
    (void)state;
    struct alm_error err;
    bool seen[10] = {false};
    for (int n = 0; n < 200000; n++) {
        char id[11];
        snprintf(id, sizeof id, "%09d", (n * 4999 + 12345) % 1000000000);
        int check = check_digit(id);
        for (int last = 0; last < 10; last++) {
            char out[11];
            id[9] = (char)('0' + last);
            id[10] = '\0';
            enum alm_status status = identifier_national_id(text_of(id), out, n < 100 ? &err : NULL);
            assert_int_equal(status, last == check ? ALM_OK : ALM_BAD_DATA);
        }
        seen[check] = true;
    }
    for (int digit = 0; digit < 10; digit++)
        assert_true(seen[digit]);
}

static void national_ids_as_people_write_them(void **state)
{
    (void)state;
    struct alm_error err;
    static const char *const good[][2] = {
        {"0499370899", "0499370899"},
        {"0790419904", "0790419904"},
        {"0084575948", "0084575948"},
        {"499370899", "0499370899"},
        {"84575948", "0084575948"},
        {"۰۴۹۹۳۷۰۸۹۹", "0499370899"},
        {"٠٤٩٩٣٧٠٨٩٩", "0499370899"},
        {" 049-937089-9 ", "0499370899"},
        {"\xE2\x80\x8E"
         "0499370899",
         "0499370899"},
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        char out[11];
        assert_int_equal(identifier_national_id(text_of(good[i][0]), out, &err), ALM_OK);
        assert_string_equal(out, good[i][1]);
    }
    char out[11] = "untouched";
    for (char digit = '0'; digit <= '9'; digit++) {
        char equal[11];
        memset(equal, digit, 10);
        equal[10] = '\0';
        assert_int_equal(identifier_national_id(text_of(equal), out, &err), ALM_BAD_DATA);
        assert_non_null(strstr(err.text, "ten equal digits"));
    }
    static const char *const bad[] = {"",           "04993708990", "0499370",  "049937089x",   "+0499370899",
                                      "0499370898", "abc",         "00000000", "0499370899.0", "4.99E+08"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(identifier_national_id(text_of(bad[i]), out, &err), ALM_BAD_DATA);
    assert_int_equal(identifier_national_id((struct alm_text){"0499370899\0", 11}, out, &err), ALM_BAD_DATA);
    assert_string_equal(out, "untouched");
    assert_int_equal(identifier_national_id(text_of("04993708990"), out, &err), ALM_BAD_DATA);
    assert_string_equal(err.text, "not a national ID: it has 11 digits, not 10");
}

static void mobiles_in_one_form(void **state)
{
    (void)state;
    struct alm_error err;
    static const char *const good[] = {"09161234567",  "9161234567",       "+989161234567",  "00989161234567",
                                       "989161234567", "+98 916 123 4567", "0916-123-4567",  "۰۹۱۶۱۲۳۴۵۶۷",
                                       "٠٩١٦١٢٣٤٥٦٧",  "(0916) 1234567",   "+9809161234567", "+98 (0)916 123 4567"};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        char out[16];
        assert_int_equal(identifier_mobile(text_of(good[i]), out, &err), ALM_OK);
        assert_string_equal(out, "+989161234567");
    }
    char out[16];
    /* A number that begins with 98 after its 0 is no country code. */
    assert_int_equal(identifier_mobile(text_of("9812345678"), out, &err), ALM_OK);
    assert_string_equal(out, "+989812345678");
    static const char *const bad[] = {
        "",  "0916123456", "091612345678", "06633123456", "+449161234567", "0916123456a", "916+1234567", "98", "00",
        "+", "0",          "+98",          "9",           "0098"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(identifier_mobile(text_of(bad[i]), out, &err), ALM_BAD_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_check_digit_fits_each_nine_digits),
        cmocka_unit_test(national_ids_as_people_write_them),
        cmocka_unit_test(mobiles_in_one_form),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
