/* SPDX-License-Identifier: MIT */
/* One value as text: for people (group marks, their calendar, their digits) and for machines. */
#include "report/internal.h"
#include <inttypes.h>

bool value_is_text(const struct alm_column *column)
{
    return column->type == ALM_STRING || column->type == ALM_PATH || column->type == ALM_LIST;
}

/* The text of an enumeration, or NULL. */
static const char *choice(const struct alm_column *column, const struct alm_value *value)
{
    if (value->text)
        return value->text;
    if (value->number < 0 || !column->choices)
        return NULL;
    for (int64_t i = 0; column->choices[i]; i++)
        if (i == value->number)
            return column->choices[i];
    return NULL;
}

/* A date that is out of range is a fault of who gave it; show the number, don't make up a day. */
static bool is_date(int64_t number)
{
    return number > INT32_MIN && number <= INT32_MAX;
}

void report_format_plain(const struct alm_column *column, const struct alm_value *value, int currency_decimals,
                         char *buf, size_t size)
{
    buf[0] = '\0';
    if (value->is_null)
        return;
    switch ((enum alm_type)column->type) {
    case ALM_BOOL:
        snprintf(buf, size, "%s", value->number ? "yes" : "no");
        return;
    case ALM_DECIMAL:
    case ALM_QUANTITY:
        number_format_thousandths(value->number, buf, size);
        return;
    case ALM_MONEY:
        number_format_money(value->number, currency_decimals, buf, size);
        return;
    case ALM_DATE:
        if (is_date(value->number))
            date_format((alm_date)value->number, DATE_ISO, buf, size);
        return;
    case ALM_MONTH:
        if (is_date(value->number))
            date_format_month((int32_t)value->number, buf, size);
        return;
    case ALM_TIME:
        date_format_time(value->number, buf, size);
        return;
    case ALM_STRING:
    case ALM_PATH:
    case ALM_LIST:
        snprintf(buf, size, "%s", value->text ? value->text : "");
        return;
    case ALM_ENUM:
        if (choice(column, value)) {
            snprintf(buf, size, "%s", choice(column, value));
            return;
        }
        break;
    case ALM_INT:
    case ALM_ID:
    case ALM_DURATION: /* seconds */
        break;
    }
    snprintf(buf, size, "%" PRId64, value->number);
}

void report_format_value(const struct report_style *style, const struct alm_column *column,
                         const struct alm_value *value, char *buf, size_t size)
{
    char plain[CELL_MAX];
    buf[0] = '\0';
    if (value->is_null)
        return;
    switch ((enum alm_type)column->type) {
    case ALM_BOOL:
        snprintf(buf, size, "%s", value->number ? _("yes") : _("no"));
        return;
    case ALM_STRING:
    case ALM_PATH:
    case ALM_LIST:
        snprintf(buf, size, "%s", value->text ? value->text : "");
        return;
    case ALM_ENUM:
        if (choice(column, value)) {
            snprintf(buf, size, "%s", *choice(column, value) ? _(choice(column, value)) : "");
            return;
        }
        snprintf(plain, sizeof plain, "%" PRId64, value->number);
        break;
    case ALM_INT:
    case ALM_DECIMAL:
    case ALM_QUANTITY:
    case ALM_MONEY: {
        char number[CELL_MAX];
        report_format_plain(column, value, style->currency_decimals, number, sizeof number);
        number_group(number, plain, sizeof plain);
        break;
    }
    case ALM_DATE:
        if (is_date(value->number))
            date_format((alm_date)value->number, style->calendar, plain, sizeof plain);
        else
            plain[0] = '\0';
        break;
    case ALM_TIME:
        date_format_clock(value->number, style->calendar, plain, sizeof plain);
        break;
    case ALM_DURATION:
        number_format_duration(value->number, plain, sizeof plain);
        break;
    default:
        report_format_plain(column, value, style->currency_decimals, plain, sizeof plain);
        break;
    }
    if (style->persian_digits)
        text_persian_digits(text_of(plain), buf, size);
    else
        snprintf(buf, size, "%s", plain);
}

void value_add_plain(struct strbuf *out, const struct report *report, const struct alm_column *column,
                     const struct alm_value *value)
{
    if (value->is_null)
        return;
    if (value_is_text(column) || (column->type == ALM_ENUM && choice(column, value))) {
        value_add_text(out, column->type == ALM_ENUM ? choice(column, value) : value->text ? value->text : "", false);
        return;
    }
    char plain[CELL_MAX];
    report_format_plain(column, value, report->style.currency_decimals, plain, sizeof plain);
    strbuf_adds(out, plain);
}

static bool is_control(const char *at, size_t *len)
{
    unsigned char c = (unsigned char)at[0];
    *len = 1;
    if (c < 0x20 || c == 0x7f)
        return true;
    /* C1 controls: some terminals obey them */
    *len = 2;
    return c == 0xc2 && (unsigned char)at[1] >= 0x80 && (unsigned char)at[1] < 0xa0;
}

void value_add_text(struct strbuf *out, const char *text, bool line)
{
    size_t from = out->len;
    struct alm_text rest = text_of(text);
    strbuf_adds(out, "");
    while (rest.len) {
        size_t valid = text_valid_length(rest);
        strbuf_add(out, rest.at, valid);
        rest.at += valid;
        rest.len -= valid;
        if (rest.len) {
            strbuf_adds(out, "\xef\xbf\xbd");
            rest.at++;
            rest.len--;
        }
    }
    if (!line)
        return;
    /* A cell stays in its line, and no name of a person gives orders to a terminal. */
    for (char *at = out->at + from; *at; at++) {
        size_t len;
        if (is_control(at, &len))
            memset(at, ' ', len);
    }
}
