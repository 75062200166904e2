/* SPDX-License-Identifier: MIT */
#include "../scratch.h"

#include "base/base.h"

static void new_years_are_those_of_the_reference_calendar(void **state)
{
    (void)state;
    /* First days of Solar Hijri years as published. */
    static const struct {
        int32_t solar;
        int32_t year;
        int32_t day; /* of March */
    } rows[] = {{1300, 1921, 21}, {1320, 1941, 21}, {1342, 1963, 21}, {1346, 1967, 21}, {1347, 1968, 21},
                {1357, 1978, 21}, {1375, 1996, 20}, {1376, 1997, 21}, {1387, 2008, 20}, {1396, 2017, 21},
                {1399, 2020, 20}, {1400, 2021, 21}, {1403, 2024, 20}, {1404, 2025, 21}, {1405, 2026, 21},
                {1408, 2029, 20}, {1409, 2030, 21}};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(date_from_solar(rows[i].solar, 1, 1), date_from_iso(rows[i].year, 3, rows[i].day));
    assert_int_equal(date_from_iso(1970, 1, 1), 0);
    assert_int_equal(date_from_iso(2020, 12, 5), date_from_solar(1399, 9, 15));
}

static void every_day_goes_there_and_back(void **state)
{
    (void)state;
    int32_t leaps = 0;
    alm_date day = date_from_solar(1178, 1, 1);
    for (int32_t year = 1178; year <= 1502; year++) {
        int32_t in_33 = year % 33;
        bool leap = in_33 == 1 || in_33 == 5 || in_33 == 9 || in_33 == 13 || in_33 == 17 || in_33 == 22 ||
                    in_33 == 26 || in_33 == 30;
        leaps += leap;
        for (int32_t month = 1; month <= 12; month++) {
            int32_t length = month <= 6 ? 31 : month <= 11 || leap ? 30 : 29;
            assert_int_equal(date_from_solar(year, month, length + 1), ALM_NO_DATE);
            assert_int_equal(date_from_solar(year, month, 0), ALM_NO_DATE);
            assert_int_equal(date_month_start(year * 12 + month - 1), day);
            for (int32_t d = 1; d <= length; d++, day++) {
                int32_t y;
                int32_t m;
                int32_t dd;
                assert_int_equal(date_from_solar(year, month, d), day);
                date_to_solar(day, &y, &m, &dd);
                assert_true(y == year && m == month && dd == d);
                assert_int_equal(date_month(day), year * 12 + month - 1);
                date_to_iso(day, &y, &m, &dd);
                assert_int_equal(date_from_iso(y, m, dd), day);
            }
        }
    }
    assert_true(leaps > 70);
    int32_t y;
    int32_t m;
    int32_t d;
    static const alm_date extremes[] = {INT32_MIN + 1, -1, 0, INT32_MAX};
    for (size_t i = 0; i < COUNT_OF(extremes); i++) {
        date_to_solar(extremes[i], &y, &m, &d);
        assert_true(m >= 1 && m <= 12 && d >= 1 && d <= 31);
        date_to_iso(extremes[i], &y, &m, &d);
        assert_true(m >= 1 && m <= 12 && d >= 1 && d <= 31);
    }
}

static void dates_are_read_in_both_calendars(void **state)
{
    (void)state;
    struct alm_error err;
    static const struct {
        const char *text;
        const char *iso;
        const char *solar;
    } rows[] = {
        {"1399/09/15", "2020-12-05", "1399/09/15"},   {"1399-9-15", "2020-12-05", "1399/09/15"},
        {"۱۳۹۹/۰۹/۱۵", "2020-12-05", "1399/09/15"},   {"١٣٩٩.٩.١٥", "2020-12-05", "1399/09/15"},
        {" 2020-12-05 ", "2020-12-05", "1399/09/15"}, {"2020/12/5", "2020-12-05", "1399/09/15"},
        {"1403/12/30", "2025-03-20", "1403/12/30"},   {"1404/01/01", "2025-03-21", "1404/01/01"},
        {"2000-02-29", "2000-02-29", "1378/12/10"},   {"1178/01/01", "1799-03-21", "1178/01/01"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        alm_date date = ALM_NO_DATE;
        char buf[32];
        assert_int_equal(date_parse(text_of(rows[i].text), &date, &err), ALM_OK);
        date_format(date, DATE_ISO, buf, sizeof buf);
        assert_string_equal(buf, rows[i].iso);
        date_format(date, DATE_SOLAR, buf, sizeof buf);
        assert_string_equal(buf, rows[i].solar);
    }
    static const struct {
        const char *text;
        const char *error;
    } bad[] = {
        {"", "empty; a date is wanted"},
        {"1400/12/30", "30 Esfand 1400: 1400 is not a leap year"},
        {"1404/12/30", "30 Esfand 1404: 1404 is not a leap year"},
        {"1399/07/31", "31 Mehr 1399: Mehr has 30 days"},
        {"1399/13/01", "1399/13/01: there is no month 13"},
        {"1399/00/01", "1399/00/01: there is no month 0"},
        {"1399/01/00", "0 Farvardin 1399: Farvardin has 31 days"},
        {"2021-02-29", "2021-02-29: 2021 is not a leap year"},
        {"1900-02-29", "1900-02-29: 1900 is not a leap year"},
        {"2020-04-31", "2020-04-31: that month has 30 days"},
        {"15/09/1399", "'15/09/1399': the year stands first, with four digits"},
        {"99/09/15", "'99/09/15': the year stands first, with four digits"},
        {"1100/01/01", "year 1100: Solar Hijri years go from 1178 to 1502 here"},
        {"1399/09/15x", "'1399/09/15x' is not a date"},
        {"1399/09-15", "'1399/09-15' is not a date"},
        {"1399/09", "'1399/09' is not a date"},
        {"13999/09/15", "'13999/09/15' is not a date"},
        {"yesterday", "'yesterday' is not a date"},
        {"-1399/09/15", "'-1399/09/15' is not a date"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        alm_date date = 7;
        assert_int_equal(date_parse(text_of(bad[i].text), &date, &err), ALM_BAD_DATA);
        assert_string_equal(err.text, bad[i].error);
        assert_int_equal(date, 7);
    }
    alm_date date;
    assert_int_equal(date_parse((struct alm_text){"1399/09/15\0", 11}, &date, &err), ALM_BAD_DATA);
    char buf[8] = "x";
    date_format(ALM_NO_DATE, DATE_ISO, buf, sizeof buf);
    assert_string_equal(buf, "");
}

static void months(void **state)
{
    (void)state;
    struct alm_error err;
    int32_t month;
    char buf[16];
    assert_int_equal(date_parse_month(text_of("۱۳۹۹/۰۹"), &month, &err), ALM_OK);
    assert_int_equal(month, 1399 * 12 + 8);
    date_format_month(month, buf, sizeof buf);
    assert_string_equal(buf, "1399/09");
    static const char *const bad[] = {"", "1399", "1399/13", "1399/0", "1399/09/01", "99/09", "2020-12", "1399/9x"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(date_parse_month(text_of(bad[i]), &month, &err), ALM_BAD_DATA);
    assert_string_equal(date_month_name(1, false), "Farvardin");
    assert_string_equal(date_month_name(12, true), "اسفند");
    assert_string_equal(date_month_name(0, false), "");
    assert_string_equal(date_month_name(13, false), "");
}

static void times(void **state)
{
    (void)state;
    zone_set("UTC");
    struct alm_error err;
    static const struct {
        const char *text;
        const char *shown;
    } rows[] = {
        {"2020-12-05T12:30", "2020-12-05T12:30:00Z"}, /* the zone of these is UTC */
        {"2020-12-05T12:30:45Z", "2020-12-05T12:30:45Z"},   {"2020-12-05T02:00+03:30", "2020-12-04T22:30:00Z"},
        {"2020-12-05 12:30", "2020-12-05T12:30:00Z"},       {"2020-12-05", "2020-12-05T00:00:00Z"},
        {"1399/09/15 08:05", "2020-12-05T08:05:00Z"},       {"2020-12-05T12:30:00.123+0330", "2020-12-05T09:00:00Z"},
        {"2020-12-05T12:30-01:00", "2020-12-05T13:30:00Z"}, {"1960-01-01T00:00:01Z", "1960-01-01T00:00:01Z"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        alm_time time;
        char buf[32];
        assert_int_equal(date_parse_time(text_of(rows[i].text), &time, &err), ALM_OK);
        date_format_time(time, buf, sizeof buf);
        assert_string_equal(buf, rows[i].shown);
    }
    static const char *const bad[] = {"",
                                      "12:30",
                                      "2020-12-05T",
                                      "2020-12-05T24:00",
                                      "2020-12-05T12:60",
                                      "2020-12-05T12",
                                      "2020-12-05T1:30",
                                      "2020-12-05T12:30X",
                                      "2020-12-05T12:30:00.",
                                      "2020-12-05T12:30+3",
                                      "2020-13-05T12:30",
                                      "2020-12-05x12:30"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        alm_time time = 7;
        assert_int_equal(date_parse_time(text_of(bad[i]), &time, &err), ALM_BAD_DATA);
        assert_int_equal(time, 7);
    }
    /* 20:29:59Z is still that day in Iran, 20:30Z the next. */
    zone_set("Asia/Tehran");
    assert_int_equal(date_of_time(20 * 3600 + 30 * 60 - 1), 0);
    assert_int_equal(date_of_time(20 * 3600 + 30 * 60), 1);
    assert_int_equal(date_of_time(-1), 0);
    assert_int_equal(date_of_time(INT64_MAX), ALM_NO_DATE);
    assert_int_equal(date_of_time(INT64_MIN), ALM_NO_DATE);
    char buf[32];
    date_format_time(INT64_MIN, buf, sizeof buf);
    assert_string_equal(buf, "");
}

/* Iran's clock: 3:30 ahead of UTC, in summer 4:30 until 2022; set forward at midnight of 2 Farvardin. */
static void times_in_a_zone(void **state)
{
    (void)state;
    struct alm_error err;
    alm_time time;
    char buf[40];
    assert_true(zone_exists("Asia/Tehran") && zone_exists("UTC"));
    assert_false(zone_exists("Asia/Nowhere") || zone_exists("") || zone_exists("../zoneinfo/UTC") ||
                 zone_exists("/usr/share/zoneinfo/UTC"));
    static const struct {
        const char *text, *utc, *shown, *clock;
    } rows[] = {
        {"1399/09/15 12:30", "2020-12-05T09:00:00Z", "2020-12-05T12:30:00+03:30", "1399/09/15 12:30"},
        {"2020-12-05T12:30:45+03:30", "2020-12-05T09:00:45Z", "2020-12-05T12:30:45+03:30", "1399/09/15 12:30:45"},
        {"2020-07-01T00:10", "2020-06-30T19:40:00Z", "2020-07-01T00:10:00+04:30", "1399/04/11 00:10"},
        {"2023-07-01T00:10", "2023-06-30T20:40:00Z", "2023-07-01T00:10:00+03:30", "1402/04/10 00:10"},
        {"2020-12-05T22:00Z", "2020-12-05T22:00:00Z", "2020-12-06T01:30:00+03:30", "1399/09/16 01:30"},
        {"1399/09/15", "2020-12-04T20:30:00Z", "2020-12-05T00:00:00+03:30", "1399/09/15 00:00"},
        /* a day without a midnight begins at one; of an hour that comes twice the first is meant */
        {"1399/01/02", "2020-03-20T20:30:00Z", "2020-03-21T01:00:00+04:30", "1399/01/02 01:00"},
        {"2020-09-20T23:30", "2020-09-20T19:00:00Z", "2020-09-20T23:30:00+04:30", "1399/06/30 23:30"},
        {"2020-09-20T23:30+03:30", "2020-09-20T20:00:00Z", "2020-09-20T23:30:00+03:30", "1399/06/30 23:30"},
        /* the capital's own time of before 1935 has seconds */
        {"1900-01-01T00:00", "1899-12-31T20:34:16Z", "1899-12-31T20:34:16Z", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        zone_set("Asia/Tehran");
        assert_int_equal(date_parse_time(text_of(rows[i].text), &time, &err), ALM_OK);
        date_format_time(time, buf, sizeof buf);
        assert_string_equal(buf, rows[i].shown);
        date_format_clock(time, DATE_SOLAR, buf, sizeof buf);
        if (rows[i].clock)
            assert_string_equal(buf, rows[i].clock);
        zone_set("UTC");
        date_format_time(time, buf, sizeof buf);
        assert_string_equal(buf, rows[i].utc);
    }
    zone_set("Asia/Tehran");
    assert_int_equal(date_parse_time(text_of("1399/01/02 00:30"), &time, &err), ALM_BAD_DATA);
    assert_non_null(strstr(err.text, "set forward"));
    zone_set("America/St_Johns");
    assert_int_equal(date_parse_time(text_of("2020-12-05T12:30"), &time, &err), ALM_OK);
    date_format_time(time, buf, sizeof buf);
    assert_string_equal(buf, "2020-12-05T12:30:00-03:30");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_years_are_those_of_the_reference_calendar),
        cmocka_unit_test(every_day_goes_there_and_back),
        cmocka_unit_test(dates_are_read_in_both_calendars),
        cmocka_unit_test(months),
        cmocka_unit_test(times),
        cmocka_unit_test(times_in_a_zone),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
