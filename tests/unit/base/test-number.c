/* SPDX-License-Identifier: MIT */
#include "../scratch.h"

#include "base/base.h"

static void whole_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t number;
    } good[] = {
        {"0", 0},
        {" 42 ", 42},
        {"-7", -7},
        {"+7", 7},
        {"۱۲۳", 123},
        {"١٢٣", 123},
        {"1,234", 1234},
        {"۱٬۲۳۴٬۵۶۷", 1234567},
        {"−5", -5},
        {"007", 7},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775807", -INT64_MAX},
        {"12,345,678", 12345678},
    };
    static const char *const bad[] = {
        "",
        "  ",
        "-",
        "a",
        "1a",
        "1.5",
        "1 000",
        "1,5",
        "1,2345",
        "1234,567",
        ",123",
        "123,",
        "1,,234",
        "1,23,456",
        "9223372036854775808",
        "-9223372036854775808",
        "99999999999999999999",
        "0x10",
        "1e3",
        "--1",
        "٫۵",
        "000000000000000000000000000000000000000000000000000000000000000000000000001",
    };
    struct alm_error err;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        int64_t number = -99;
        assert_int_equal(number_parse_int(text_of(good[i].text), &number, &err), ALM_OK);
        assert_int_equal(number, good[i].number);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        int64_t number = -99;
        err.text[0] = '\0';
        assert_int_equal(number_parse_int(text_of(bad[i]), &number, &err), ALM_BAD_DATA);
        assert_int_equal(number, -99);
        assert_true(err.text[0]);
    }
    int64_t number;
    assert_int_equal(number_parse_int((struct alm_text){"12\0", 3}, &number, NULL), ALM_BAD_DATA);
    assert_int_equal(number_parse_int(text_of(NULL), &number, NULL), ALM_BAD_DATA);
}

static void decimals_and_money(void **state)
{
    (void)state;
    struct alm_error err;
    int64_t number;
    static const struct {
        const char *text;
        int64_t number;
        const char *plain;
    } rows[] = {
        {"1.5", 1500, "1.5"},
        {"۲٫۷۵", 2750, "2.75"},
        {"1,234.001", 1234001, "1234.001"},
        {"-0.5", -500, "-0.5"},
        {"۱٬۰۰۰٫۲۵", 1000250, "1000.25"},
        {"3", 3000, "3"},
        {"0.000", 0, "0"},
        {"9223372036854775.807", INT64_MAX, "9223372036854775.807"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char buf[40];
        assert_int_equal(number_parse_thousandths(text_of(rows[i].text), &number, &err), ALM_OK);
        assert_int_equal(number, rows[i].number);
        number_format_thousandths(number, buf, sizeof buf);
        assert_string_equal(buf, rows[i].plain);
    }
    static const char *const bad[] = {"1.2345",          "1.", ".5", "1.5.5", "1.5,000", "9223372036854775.808",
                                      "9223372036854776"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(number_parse_thousandths(text_of(bad[i]), &number, &err), ALM_BAD_DATA);
    assert_int_equal(number_parse_thousandths(text_of("1.2345"), &number, &err), ALM_BAD_DATA);
    assert_string_equal(err.text, "'1.2345' has more than 3 decimals");

    char buf[40];
    assert_int_equal(number_parse_money(text_of("۱۲٬۵۰۰"), 0, &number, &err), ALM_OK);
    assert_int_equal(number, 12500);
    assert_int_equal(number_parse_money(text_of("1000000000000000"), 0, &number, &err), ALM_OK);
    assert_int_equal(number_parse_money(text_of("1000000000000001"), 0, &number, &err), ALM_BAD_DATA);
    assert_int_equal(number_parse_money(text_of("-10000000000000.01"), 2, &number, &err), ALM_BAD_DATA);
    assert_int_equal(number_parse_money(text_of("12.5"), 0, &number, &err), ALM_BAD_DATA);
    assert_int_equal(number_parse_money(text_of("12.5"), 2, &number, &err), ALM_OK);
    assert_int_equal(number, 1250);
    number_format_money(1250, 2, buf, sizeof buf);
    assert_string_equal(buf, "12.50");
    number_format_money(-5, 2, buf, sizeof buf);
    assert_string_equal(buf, "-0.05");
    number_format_money(1250, 0, buf, sizeof buf);
    assert_string_equal(buf, "1250");
    number_format_thousandths(INT64_MIN, buf, sizeof buf);
    assert_string_equal(buf, "-9223372036854775.808");
}

static void durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
        const char *shown;
    } rows[] = {
        {"30 days", 30 * 86400, "30 days"},  {"1 day", 86400, "1 day"},         {"4 hours", 14400, "4 hours"},
        {"90 minutes", 5400, "90 minutes"},  {"1 year", 365 * 86400, "1 year"}, {"2 weeks", 14 * 86400, "14 days"},
        {"45 second", 45, "45 seconds"},     {"0 days", 0, "0 seconds"},        {"30days", 30 * 86400, "30 days"},
        {" ۳۰ روز ", 30 * 86400, "30 days"}, {"24 Hours", 86400, "1 day"},      {"120 minutes", 7200, "2 hours"},
        {"۴ ساعت", 14400, "4 hours"},
    };
    static const char *const bad[] = {"",
                                      "30",
                                      "days",
                                      "-1 day",
                                      "1.5 hours",
                                      "1 month",
                                      "3 fortnights",
                                      "1 day 2 hours",
                                      "1 dayss",
                                      "9223372036854775807 years",
                                      "1 d",
                                      "1 hour, and then a great deal of other words which nobody would write here"};
    struct alm_error err;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t seconds = -1;
        char buf[64];
        assert_int_equal(number_parse_duration(text_of(rows[i].text), &seconds, &err), ALM_OK);
        assert_int_equal(seconds, rows[i].seconds);
        number_format_duration(seconds, buf, sizeof buf);
        assert_string_equal(buf, rows[i].shown);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        int64_t seconds = -1;
        assert_int_equal(number_parse_duration(text_of(bad[i]), &seconds, &err), ALM_BAD_DATA);
        assert_int_equal(seconds, -1);
        assert_true(err.text[0]);
    }
}

static void group_marks(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"1", "1"},
                                          {"123", "123"},
                                          {"1234", "1,234"},
                                          {"-123456", "-123,456"},
                                          {"12345.5678", "12,345.5678"},
                                          {"1234567", "1,234,567"},
                                          {"", ""},
                                          {"abc", "abc"}};
    char buf[32];
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        number_group(rows[i][0], buf, sizeof buf);
        assert_string_equal(buf, rows[i][1]);
    }
    number_group("1234567", buf, 4);
    assert_string_equal(buf, "1,2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(decimals_and_money),
        cmocka_unit_test(durations),
        cmocka_unit_test(group_marks),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
