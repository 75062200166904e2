/* SPDX-License-Identifier: MIT */
/* number: whole numbers, decimals, money and durations, as people write them and as programs do. */
#include "base/base.h"

enum { NUMBER_MAX = 64 };

/* A number as Latin text without blanks around it, "." for the decimal mark and "," for group marks; false if too long.
 */
static bool plain_of(struct alm_text text, char plain[NUMBER_MAX])
{
    static const struct {
        const char *from;
        char to;
    } marks[] = {{"\xD9\xAB", '.'} /* U+066B */, {"\xD9\xAC", ','} /* U+066C */, {"\xE2\x88\x92", '-'} /* U+2212 */};
    char digits[4 * NUMBER_MAX];
    text = text_trim(text);
    if (text.len >= sizeof digits)
        return false;
    size_t len = text_latin_digits(text, digits, sizeof digits);
    size_t used = 0;
    for (size_t i = 0; i < len;) {
        char c = digits[i];
        size_t step = 1;
        for (size_t m = 0; m < COUNT_OF(marks); m++) {
            size_t mark_len = strlen(marks[m].from);
            if (len - i >= mark_len && memcmp(digits + i, marks[m].from, mark_len) == 0) {
                c = marks[m].to;
                step = mark_len;
            }
        }
        if (used + 1 == NUMBER_MAX || c == '\0')
            return false;
        plain[used++] = c;
        i += step;
    }
    plain[used] = '\0';
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A piece of the input for a message: whole code points, at most 40 bytes. */
static int shown_length(struct alm_text text)
{
    size_t len = text.len < 40 ? text.len : 40;
    while (len && len < text.len && ((unsigned char)text.at[len] & 0xC0) == 0x80)
        len--;
    return (int)len;
}

#define SHOWN(text) shown_length(text), (text).at ? (text).at : ""

/*
 * "-1,234.5" with `decimals` decimals as -12345 (decimals 1).  Commas only where groups of three end: "1,5" is not
 * fifteen.
 */
static enum alm_status parse_scaled(struct alm_text text, int decimals, const char *what, int64_t *out,
                                    struct alm_error *err)
{
    char plain[NUMBER_MAX];
    if (text_trim(text).len == 0)
        return error_set(err, ALM_BAD_DATA, NULL, _("empty; %s is wanted"), _(what));
    if (!plain_of(text, plain))
        goto no_number;

    const char *at = plain;
    bool negative = *at == '-';
    if (*at == '-' || *at == '+')
        at++;
    uint64_t number = 0;
    bool too_large = false;
    size_t in_group = 0;
    bool grouped = false;
    if (!is_digit(*at))
        goto no_number;
    for (;; at++) {
        if (is_digit(*at)) {
            too_large |= __builtin_mul_overflow(number, 10, &number);
            too_large |= __builtin_add_overflow(number, (uint64_t)(*at - '0'), &number);
            in_group++;
        } else if (*at == ',') {
            if (grouped ? in_group != 3 : in_group > 3)
                goto bad_groups;
            grouped = true;
            in_group = 0;
        } else {
            break;
        }
    }
    if (grouped && in_group != 3)
        goto bad_groups;
    int seen = 0;
    if (*at == '.') {
        at++;
        if (!is_digit(*at))
            goto no_number;
        for (; is_digit(*at); at++, seen++) {
            if (seen == decimals) {
                if (decimals == 0)
                    return error_set(err, ALM_BAD_DATA, NULL, _("'%.*s' has decimals; %s is wanted"), SHOWN(text),
                                     _(what));
                return error_set(err, ALM_BAD_DATA, NULL, _("'%.*s' has more than %d decimals"), SHOWN(text), decimals);
            }
            too_large |= __builtin_mul_overflow(number, 10, &number);
            too_large |= __builtin_add_overflow(number, (uint64_t)(*at - '0'), &number);
        }
    }
    if (*at)
        goto no_number;
    for (; seen < decimals; seen++)
        too_large |= __builtin_mul_overflow(number, 10, &number);
    /* INT64_MIN stands for null (ALM_NULL), so it is no number. */
    if (too_large || number > INT64_MAX)
        return error_set(err, ALM_BAD_DATA, NULL, _("'%.*s' is too large"), SHOWN(text));
    *out = negative ? -(int64_t)number : (int64_t)number;
    return ALM_OK;

no_number:
    return error_set(err, ALM_BAD_DATA, NULL, _("'%.*s' is not %s"), SHOWN(text), _(what));
bad_groups:
    return error_set(err, ALM_BAD_DATA, _("write the decimal mark as a point: 1.5; group marks part three digits each"),
                     _("'%.*s' is not %s: a comma that parts no group of three digits"), SHOWN(text), _(what));
}

enum alm_status number_parse_int(struct alm_text text, int64_t *out, struct alm_error *err)
{
    return parse_scaled(text, 0, N_("a whole number"), out, err);
}

enum alm_status number_parse_thousandths(struct alm_text text, int64_t *out, struct alm_error *err)
{
    return parse_scaled(text, 3, N_("a number"), out, err);
}

enum alm_status number_parse_money(struct alm_text text, int decimals, int64_t *out, struct alm_error *err)
{
    enum alm_status status = parse_scaled(text, decimals, N_("an amount of money"), out, err);
    if (status == ALM_OK && (*out > NUMBER_MOST_MONEY || *out < -NUMBER_MOST_MONEY))
        status =
            error_set(err, ALM_BAD_DATA, _("is a zero too many in it?"), _("'%.*s' is too much money"), SHOWN(text));
    return status;
}

/* Largest first: formatting takes the first that divides. `persian` is written as text_fold() leaves it. */
static const struct unit {
    const char *name;
    const char *persian;
    int64_t seconds;
} units[] = {
    {"year", "سال", 365 * 86400}, {"week", "هفته", 7 * 86400}, {"day", "روز", 86400},
    {"hour", "ساعت", 3600},       {"minute", "دقیقه", 60},     {"second", "ثانیه", 1},
};

static const struct unit *unit_of(const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        size_t name_len = strlen(units[i].name);
        if (strcmp(word, units[i].persian) == 0)
            return &units[i];
        if (strncmp(word, units[i].name, name_len) == 0 &&
            (len == name_len || (len == name_len + 1 && word[name_len] == 's')))
            return &units[i];
    }
    return NULL;
}

enum alm_status number_parse_duration(struct alm_text text, int64_t *out, struct alm_error *err)
{
    static const char how[] = N_("write a number and a unit: 30 days, 4 hours, 90 minutes, 2 weeks, 1 year");
    text = text_trim(text);
    if (text.len == 0)
        return error_set(err, ALM_BAD_DATA, _(how), _("empty; a duration is wanted"));
    char folded[NUMBER_MAX];
    if (text.len >= sizeof folded / 2)
        return error_set(err, ALM_BAD_DATA, _(how), _("'%.*s' is not a duration"), SHOWN(text));
    /* text_fold() turns digits to Latin but eats signs and points: those are refused before. */
    for (size_t i = 0; i < text.len; i++)
        if (strchr("-+.,/", text.at[i]))
            return error_set(err, ALM_BAD_DATA, _(how), _("'%.*s' is not a duration: whole numbers from 0 on only"),
                             SHOWN(text));
    text_fold(text, folded, sizeof folded);
    const char *at = folded;
    int64_t number = 0;
    bool too_large = false;
    for (; is_digit(*at); at++) {
        too_large |= __builtin_mul_overflow(number, 10, &number);
        too_large |= __builtin_add_overflow(number, *at - '0', &number);
    }
    if (at == folded)
        return error_set(err, ALM_BAD_DATA, _(how), _("'%.*s' is not a duration: it begins with no number"),
                         SHOWN(text));
    if (*at == ' ')
        at++;
    if (!*at)
        return error_set(err, ALM_BAD_DATA, _(how), _("'%.*s' has no unit"), SHOWN(text));
    const struct unit *unit = unit_of(at);
    if (!unit && strncmp(at, "month", 5) == 0)
        return error_set(err, ALM_BAD_DATA, _("write it in days: 30 days"),
                         _("'%.*s': a month is no unit, months differ in length"), SHOWN(text));
    if (!unit)
        return error_set(err, ALM_BAD_DATA, _(how), _("'%.*s': '%s' is no unit of time"), SHOWN(text), at);
    too_large |= __builtin_mul_overflow(number, unit->seconds, &number);
    if (too_large)
        return error_set(err, ALM_BAD_DATA, NULL, _("'%.*s' is too large"), SHOWN(text));
    *out = number;
    return ALM_OK;
}

static void format_scaled(int64_t number, uint64_t scale, int decimals, bool trim, char *buf, size_t size)
{
    char text[NUMBER_MAX];
    uint64_t magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    int len = snprintf(text, sizeof text, "%s%llu", number < 0 ? "-" : "", (unsigned long long)(magnitude / scale));
    if (decimals > 0) {
        len += snprintf(text + len, sizeof text - (size_t)len, ".%0*llu", decimals,
                        (unsigned long long)(magnitude % scale));
        while (trim && text[len - 1] == '0')
            text[--len] = '\0';
        if (text[len - 1] == '.')
            text[--len] = '\0';
    }
    snprintf(buf, size, "%s", text);
}

void number_format_thousandths(int64_t number, char *buf, size_t size)
{
    format_scaled(number, 1000, 3, true, buf, size);
}

void number_format_money(int64_t number, int decimals, char *buf, size_t size)
{
    uint64_t scale = 1;
    for (int i = 0; i < decimals; i++)
        scale *= 10;
    format_scaled(number, scale, decimals, false, buf, size);
}

void number_format_duration(int64_t seconds, char *buf, size_t size)
{
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        /* "52 weeks" reads worse than "364 days", "1 week" worse than "7 days": weeks are for writing only. */
        if (units[i].seconds == 7 * 86400)
            continue;
        if (units[i].seconds > 1 && (seconds == 0 || seconds % units[i].seconds != 0))
            continue;
        int64_t n = seconds / units[i].seconds;
        snprintf(buf, size, "%lld %s%s", (long long)n, units[i].name, n == 1 ? "" : "s");
        return;
    }
}

void number_group(const char *plain, char *buf, size_t size)
{
    if (size == 0)
        return;
    size_t used = 0;
    const char *at = plain;
    if (*at == '-' && used + 1 < size)
        buf[used++] = *at++;
    size_t digits = strspn(at, "0123456789");
    for (; digits && used + 1 < size; digits--) {
        buf[used++] = *at++;
        if (digits > 1 && (digits - 1) % 3 == 0 && used + 1 < size)
            buf[used++] = ',';
    }
    while (*at && used + 1 < size)
        buf[used++] = *at++;
    buf[used] = '\0';
}
