/* SPDX-License-Identifier: MIT */
/* date: the Gregorian and the Solar Hijri calendar, and how people write days in them. */
#include "base/base.h"

#include <stdlib.h>

enum { SECONDS_A_DAY = 86400, DATE_TEXT_MAX = 96 };
/* The years in which the 33-year rule equals the reference calendar, and those that people may write. */
enum { SOLAR_FIRST = 1178, SOLAR_LAST = 1502, SOLAR_YEAR_LIMIT = 1700, ISO_LAST = 9999 };

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* ---- Solar Hijri ---- */

/* JDN(1 Farvardin y) = 1948319 + 365 (y - 1) + floor((8 y + 21) / 33), less 2440587 for days since 1970-01-01. */
static int64_t solar_year_start(int64_t year)
{
    return 1948319 - 2440587 + 365 * (year - 1) + floor_div(8 * year + 21, 33);
}

static bool solar_is_leap(int64_t year)
{
    return solar_year_start(year + 1) - solar_year_start(year) == 366;
}

static int32_t solar_month_length(int64_t year, int32_t month)
{
    return month <= 6 ? 31 : month <= 11 || solar_is_leap(year) ? 30 : 29;
}

void date_to_solar(alm_date date, int32_t *year, int32_t *month, int32_t *day)
{
    /* 12053 days are 33 years; the guess is off by one year at most. */
    int64_t y = floor_div(((int64_t)date - solar_year_start(1)) * 33, 12053) + 1;
    while (solar_year_start(y) > date)
        y--;
    while (solar_year_start(y + 1) <= date)
        y++;
    int32_t of_year = (int32_t)(date - solar_year_start(y));
    *year = (int32_t)y;
    if (of_year < 186) {
        *month = of_year / 31 + 1;
        *day = of_year % 31 + 1;
    } else {
        *month = (of_year - 186) / 30 + 7;
        *day = (of_year - 186) % 30 + 1;
    }
}

static int32_t days_before_solar_month(int32_t month)
{
    return month <= 7 ? (month - 1) * 31 : 186 + (month - 7) * 30;
}

alm_date date_from_solar(int32_t year, int32_t month, int32_t day)
{
    if (year < -ISO_LAST || year > ISO_LAST || month < 1 || month > 12 || day < 1 ||
        day > solar_month_length(year, month))
        return ALM_NO_DATE;
    return (alm_date)(solar_year_start(year) + days_before_solar_month(month) + day - 1);
}

/* ---- Gregorian ---- */

static bool iso_is_leap(int32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int32_t iso_month_length(int32_t year, int32_t month)
{
    return month == 2 ? 28 + iso_is_leap(year) : 30 + ((month + (month > 7)) & 1);
}

/* Days and civil dates by years that begin in March (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
alm_date date_from_iso(int32_t year, int32_t month, int32_t day)
{
    if (year < -ISO_LAST || year > ISO_LAST || month < 1 || month > 12 || day < 1 ||
        day > iso_month_length(year, month))
        return ALM_NO_DATE;
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = floor_div(y, 400);
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return (alm_date)(era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468);
}

void date_to_iso(alm_date date, int32_t *year, int32_t *month, int32_t *day)
{
    int64_t z = (int64_t)date + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t of_era = z - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
    int64_t shifted = (5 * of_year + 2) / 153;
    *day = (int32_t)(of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int32_t)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = (int32_t)(y + era * 400 + (*month <= 2));
}

/* ---- text ---- */

static const char *const month_names[12][2] = {
    {"Farvardin", "فروردین"}, {"Ordibehesht", "اردیبهشت"},
    {"Khordad", "خرداد"},     {"Tir", "تیر"},
    {"Mordad", "مرداد"},      {"Shahrivar", "شهریور"},
    {"Mehr", "مهر"},          {"Aban", "آبان"},
    {"Azar", "آذر"},          {"Dey", "دی"},
    {"Bahman", "بهمن"},       {"Esfand", "اسفند"},
};

const char *date_month_name(int32_t month_of_year, bool persian)
{
    if (month_of_year < 1 || month_of_year > 12)
        return "";
    return month_names[month_of_year - 1][persian];
}

/* Up to `max` digits at *at; -1 if there are none or more. */
static int32_t take_number(const char **at, int max, int *digits)
{
    int32_t number = 0;
    *digits = 0;
    for (; **at >= '0' && **at <= '9'; ++*at) {
        if (++*digits > max)
            return -1;
        number = number * 10 + (**at - '0');
    }
    return *digits ? number : -1;
}

/* The text trimmed and with Latin digits; false if it is too long to be a date, or holds a NUL. */
static bool latin_of(struct alm_text text, char latin[DATE_TEXT_MAX])
{
    text = text_trim(text);
    if (text.len >= DATE_TEXT_MAX)
        return false;
    return text_latin_digits(text, latin, DATE_TEXT_MAX) == strlen(latin);
}

static enum alm_status not_a_date(const char *latin, struct alm_error *err)
{
    return error_set(err, ALM_BAD_DATA, _("write 1399/09/15 or 2020-12-05"), _("'%.40s' is not a date"), latin);
}

static enum alm_status check_solar(int32_t year, int32_t month, int32_t day, alm_date *out, struct alm_error *err)
{
    if (year < SOLAR_FIRST || year > SOLAR_LAST)
        return error_set(err, ALM_BAD_DATA, NULL, _("year %d: Solar Hijri years go from %d to %d here"), year,
                         SOLAR_FIRST, SOLAR_LAST);
    if (month < 1 || month > 12)
        return error_set(err, ALM_BAD_DATA, _("the order is year, month, day"), _("%d/%02d/%02d: there is no month %d"),
                         year, month, day, month);
    *out = date_from_solar(year, month, day);
    if (*out != ALM_NO_DATE)
        return ALM_OK;
    const char *name = date_month_name(month, false);
    if (month == 12 && day == 30)
        return error_set(err, ALM_BAD_DATA, NULL, _("30 Esfand %d: %d is not a leap year"), year, year);
    return error_set(err, ALM_BAD_DATA, NULL, _("%d %s %d: %s has %d days"), day, name, year, name,
                     solar_month_length(year, month));
}

static enum alm_status check_iso(int32_t year, int32_t month, int32_t day, alm_date *out, struct alm_error *err)
{
    if (month < 1 || month > 12)
        return error_set(err, ALM_BAD_DATA, _("the order is year, month, day"), _("%d-%02d-%02d: there is no month %d"),
                         year, month, day, month);
    *out = date_from_iso(year, month, day);
    if (*out != ALM_NO_DATE)
        return ALM_OK;
    if (month == 2 && day == 29)
        return error_set(err, ALM_BAD_DATA, NULL, _("%d-02-29: %d is not a leap year"), year, year);
    return error_set(err, ALM_BAD_DATA, NULL, _("%d-%02d-%02d: that month has %d days"), year, month, day,
                     iso_month_length(year, month));
}

/* A date at the beginning of `latin`; *rest is where it ends. */
static enum alm_status parse_day(const char *latin, const char **rest, alm_date *out, struct alm_error *err)
{
    const char *at = latin;
    int year_digits;
    int digits;
    int32_t year = take_number(&at, 4, &year_digits);
    char separator = *at;
    if (year < 0 || !separator || !strchr("-/.", separator))
        return not_a_date(latin, err);
    at++;
    int32_t month = take_number(&at, 2, &digits);
    if (month < 0 || *at != separator)
        return not_a_date(latin, err);
    at++;
    int32_t day = take_number(&at, 4, &digits);
    if (day < 0)
        return not_a_date(latin, err);
    if (year_digits != 4)
        return error_set(err, ALM_BAD_DATA, _("write 1399/09/15 or 2020-12-05"),
                         _("'%.40s': the year stands first, with four digits"), latin);
    if (digits > 2)
        return not_a_date(latin, err);
    *rest = at;
    return year < SOLAR_YEAR_LIMIT ? check_solar(year, month, day, out, err) : check_iso(year, month, day, out, err);
}

enum alm_status date_parse(struct alm_text text, alm_date *out, struct alm_error *err)
{
    char latin[DATE_TEXT_MAX];
    const char *rest;
    alm_date date;
    if (!latin_of(text, latin))
        return not_a_date(_("(a long text)"), err);
    if (!*latin)
        return error_set(err, ALM_BAD_DATA, NULL, _("empty; a date is wanted"));
    enum alm_status status = parse_day(latin, &rest, &date, err);
    if (status)
        return status;
    if (*rest)
        return not_a_date(latin, err);
    *out = date;
    return ALM_OK;
}

void date_format(alm_date date, enum date_calendar calendar, char *buf, size_t size)
{
    int32_t year;
    int32_t month;
    int32_t day;
    if (date == ALM_NO_DATE) {
        if (size)
            *buf = '\0';
        return;
    }
    if (calendar == DATE_SOLAR) {
        date_to_solar(date, &year, &month, &day);
        snprintf(buf, size, "%04d/%02d/%02d", year, month, day);
    } else {
        date_to_iso(date, &year, &month, &day);
        snprintf(buf, size, "%04d-%02d-%02d", year, month, day);
    }
}

/* ---- months ---- */

int32_t date_month(alm_date date)
{
    int32_t year;
    int32_t month;
    int32_t day;
    date_to_solar(date, &year, &month, &day);
    return year * 12 + month - 1;
}

static void split_month(int32_t number, int32_t *year, int32_t *month)
{
    *year = (int32_t)floor_div(number, 12);
    *month = number - *year * 12 + 1;
}

alm_date date_month_start(int32_t number)
{
    int32_t year;
    int32_t month;
    split_month(number, &year, &month);
    return date_from_solar(year, month, 1);
}

void date_format_month(int32_t number, char *buf, size_t size)
{
    int32_t year;
    int32_t month;
    split_month(number, &year, &month);
    snprintf(buf, size, "%04d/%02d", year, month);
}

enum alm_status date_parse_month(struct alm_text text, int32_t *out, struct alm_error *err)
{
    char latin[DATE_TEXT_MAX];
    int year_digits = 0;
    int digits = 0;
    const char *at = latin;
    int32_t year = -1;
    int32_t month = -1;
    if (latin_of(text, latin)) {
        year = take_number(&at, 4, &year_digits);
        if (*at == '/' || *at == '-') {
            at++;
            month = take_number(&at, 2, &digits);
        }
    } else {
        latin[0] = '\0';
    }
    if (year_digits != 4 || year < SOLAR_FIRST || year > SOLAR_LAST || month < 1 || month > 12 || *at)
        return error_set(err, ALM_BAD_DATA, _("write the year and the month: 1399/09"),
                         _("'%.40s' is not a month of the Solar Hijri calendar"), latin);
    *out = year * 12 + month - 1;
    return ALM_OK;
}

/* ---- times ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Exactly two digits; more may follow (+0330). */
static bool take_two(const char **at, int32_t max, int32_t *out)
{
    if (!is_digit((*at)[0]) || !is_digit((*at)[1]))
        return false;
    *out = ((*at)[0] - '0') * 10 + ((*at)[1] - '0');
    *at += 2;
    return *out <= max;
}

/* "HH:MM[:SS[.fraction]][Z|+HH[:]MM]" as seconds; with a zone the offset is taken off. */
static bool parse_clock(const char *at, int64_t *seconds, bool *zoned)
{
    int32_t hour;
    int32_t minute;
    int32_t second = 0;
    if (!take_two(&at, 23, &hour) || *at++ != ':' || !take_two(&at, 59, &minute))
        return false;
    if (*at == ':') {
        at++;
        if (!take_two(&at, 59, &second))
            return false;
        /* Survey tools write milliseconds; whole seconds are kept. */
        if (*at == '.') {
            size_t decimals = strspn(at + 1, "0123456789");
            if (decimals == 0)
                return false;
            at += 1 + decimals;
        }
    }
    *seconds = (int64_t)hour * 3600 + minute * 60 + second;
    *zoned = *at != '\0';
    if (*at == 'Z' || *at == 'z') {
        at++;
    } else if (*at == '+' || *at == '-') {
        bool ahead = *at++ == '+';
        if (!take_two(&at, 14, &hour))
            return false;
        if (*at == ':')
            at++;
        if (!take_two(&at, 59, &minute))
            return false;
        int64_t offset = (int64_t)hour * 3600 + minute * 60;
        *seconds += ahead ? -offset : offset;
    }
    return *at == '\0';
}

enum alm_status date_parse_time(struct alm_text text, alm_time *out, struct alm_error *err)
{
    char latin[DATE_TEXT_MAX];
    const char *rest;
    alm_date date;
    if (!latin_of(text, latin))
        return not_a_date(_("(a long text)"), err);
    if (!*latin)
        return error_set(err, ALM_BAD_DATA, NULL, _("empty; a time is wanted"));
    if (!strpbrk(latin, "/-"))
        return error_set(err, ALM_BAD_DATA, _("write 1399/09/15T12:30 or 2020-12-05T12:30"),
                         _("'%.40s' is not a day with a time"), latin);
    enum alm_status status = parse_day(latin, &rest, &date, err);
    if (status)
        return status;
    int64_t seconds = 0;
    bool zoned = false;
    if (*rest && ((*rest != 'T' && *rest != 't' && *rest != ' ') || !parse_clock(rest + 1, &seconds, &zoned)))
        return error_set(err, ALM_BAD_DATA, _("write 2020-12-05T12:30, if need be with Z or +03:30 after it"),
                         _("'%.40s' is not a time"), latin);
    alm_time time = (int64_t)date * SECONDS_A_DAY + seconds;
    if (!zoned && !zone_time(date, seconds, &time) && *rest)
        return error_set(err, ALM_BAD_DATA, _("mend the time, or write it with its offset, such as +03:30"),
                         _("'%.40s' does not exist: the clock was set forward over it"), latin);
    *out = time;
    return ALM_OK;
}

void date_format_time(alm_time time, char *buf, size_t size)
{
    struct zone_local local;
    char day[32], offset[8] = "Z";
    if (size)
        *buf = '\0';
    if (!zone_local(time, &local))
        return;
    /* Offsets of the days before zones have seconds, which cannot be written. */
    if (local.offset % 60) {
        const int64_t days = floor_div(time, SECONDS_A_DAY);
        local = (struct zone_local){.date = (alm_date)days, .seconds = (int32_t)(time - days * SECONDS_A_DAY)};
    }
    if (local.offset)
        snprintf(offset, sizeof offset, "%c%02d:%02d", local.offset < 0 ? '-' : '+', abs(local.offset) / 3600 % 100,
                 abs(local.offset) / 60 % 60);
    date_format(local.date, DATE_ISO, day, sizeof day);
    snprintf(buf, size, "%sT%02d:%02d:%02d%s", day, local.seconds / 3600, local.seconds / 60 % 60, local.seconds % 60,
             offset);
}

void date_format_clock(alm_time time, enum date_calendar calendar, char *buf, size_t size)
{
    struct zone_local local;
    char day[32], seconds[8] = "";
    if (size)
        *buf = '\0';
    if (!zone_local(time, &local))
        return;
    if (local.seconds % 60)
        snprintf(seconds, sizeof seconds, ":%02d", local.seconds % 60);
    date_format(local.date, calendar, day, sizeof day);
    snprintf(buf, size, "%s %02d:%02d%s", day, local.seconds / 3600, local.seconds / 60 % 60, seconds);
}

alm_date date_of_time(alm_time time)
{
    struct zone_local local;
    return zone_local(time, &local) ? local.date : ALM_NO_DATE;
}
