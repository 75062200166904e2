/* SPDX-License-Identifier: MIT */
/* Dates, times, numbers and durations: what was read and is written is read as the same again. */
#include "base/base.h"

#include <stdlib.h>

#define HOLDS(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            abort();                                                                                                   \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_calendar(alm_date date)
{
    int32_t year;
    int32_t month;
    int32_t day;
    date_to_iso(date, &year, &month, &day);
    HOLDS(month >= 1 && month <= 12 && day >= 1 && day <= 31);
    if (year >= -9999 && year <= 9999)
        HOLDS(date_from_iso(year, month, day) == date);
    date_to_solar(date, &year, &month, &day);
    HOLDS(month >= 1 && month <= 12 && day >= 1 && day <= 31);
    if (year >= -9999 && year <= 9999) {
        HOLDS(date_from_solar(year, month, day) == date);
        HOLDS(date_month_start(date_month(date)) == date - day + 1);
    }
}

static void check_dates(struct alm_text text)
{
    char buf[64];
    alm_date date;
    alm_date date_again;
    alm_time time;
    alm_time time_again;
    int32_t month;
    int32_t month_again;
    if (date_parse(text, &date, NULL) == ALM_OK) {
        check_calendar(date);
        date_format(date, DATE_ISO, buf, sizeof buf);
        HOLDS(date_parse(text_of(buf), &date_again, NULL) == ALM_OK && date_again == date);
    }
    /* An offset may lead out of the years that can be written. */
    zone_set("Asia/Tehran");
    if (date_parse_time(text, &time, NULL) == ALM_OK && date_of_time(time) < date_from_iso(9999, 12, 30)) {
        date_format_time(time, buf, sizeof buf);
        HOLDS(date_parse_time(text_of(buf), &time_again, NULL) == ALM_OK && time_again == time);
    }
    if (date_parse_month(text, &month, NULL) == ALM_OK) {
        date_format_month(month, buf, sizeof buf);
        HOLDS(date_parse_month(text_of(buf), &month_again, NULL) == ALM_OK && month_again == month);
    }
}

static void check_numbers(struct alm_text text)
{
    char buf[64];
    char grouped[96];
    int64_t number;
    int64_t again;
    struct alm_error err;
    if (number_parse_int(text, &number, &err) == ALM_OK)
        HOLDS(number != ALM_NULL);
    if (number_parse_thousandths(text, &number, &err) == ALM_OK) {
        number_format_thousandths(number, buf, sizeof buf);
        HOLDS(number_parse_thousandths(text_of(buf), &again, &err) == ALM_OK && again == number);
        number_group(buf, grouped, sizeof grouped);
        HOLDS(number_parse_thousandths(text_of(grouped), &again, &err) == ALM_OK && again == number);
    }
    for (int decimals = 0; decimals < 4; decimals++) {
        if (number_parse_money(text, decimals, &number, &err) == ALM_OK) {
            number_format_money(number, decimals, buf, sizeof buf);
            HOLDS(number_parse_money(text_of(buf), decimals, &again, &err) == ALM_OK && again == number);
        }
    }
    if (number_parse_duration(text, &number, &err) == ALM_OK) {
        HOLDS(number >= 0);
        number_format_duration(number, buf, sizeof buf);
        HOLDS(number_parse_duration(text_of(buf), &again, &err) == ALM_OK && again == number);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    alm_date date;
    if (size >= sizeof date) {
        memcpy(&date, data, sizeof date);
        if (date != ALM_NO_DATE)
            check_calendar(date);
    }
    char *copy = xmalloc(size);
    if (size)
        memcpy(copy, data, size);
    check_dates((struct alm_text){copy, size});
    check_numbers((struct alm_text){copy, size});
    free(copy);
    return 0;
}
