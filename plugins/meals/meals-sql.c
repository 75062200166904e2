/* SPDX-License-Identifier: MIT */
/* Short ways to the host's SQL. */
#include "meals.h"

static enum alm_status query(const struct alm_host *host, struct alm_statement **st, struct alm_error *err,
                             const char *sql, const char *types, va_list args)
{
    enum alm_status status = host->prepare(host, sql, st, err);
    for (int n = 1; status == ALM_OK && *types; n++, types++) {
        if (*types == 't') {
            const char *text = va_arg(args, const char *);
            status = text ? host->bind_text(host, *st, n, text, err) : host->bind_null(host, *st, n, err);
        } else {
            int64_t number = va_arg(args, int64_t);
            status =
                number != ALM_NULL ? host->bind_int(host, *st, n, number, err) : host->bind_null(host, *st, n, err);
        }
    }
    return status;
}

enum alm_status meals_query(const struct alm_host *host, struct alm_statement **st, struct alm_error *err,
                            const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    enum alm_status status = query(host, st, err, sql, types, args);
    va_end(args);
    return status;
}

enum alm_status meals_run(const struct alm_host *host, int64_t *changes, struct alm_error *err, const char *sql,
                          const char *types, ...)
{
    va_list args;
    va_start(args, types);
    struct alm_statement *st = NULL;
    enum alm_status status = query(host, &st, err, sql, types, args);
    va_end(args);
    bool row = true;
    while (status == ALM_OK && row)
        status = host->step(host, st, &row, err);
    if (status == ALM_OK && changes)
        *changes = host->changes(host, st);
    return status;
}

int64_t meals_column_int(const struct alm_host *host, struct alm_statement *st, int i)
{
    return host->column_is_null(host, st, i) ? ALM_NULL : host->column_int(host, st, i);
}

void meals_format_quantity(alm_quantity quantity, char *buf, size_t size)
{
    char decimals[8];
    snprintf(decimals, sizeof decimals, "%03d",
             (int)(quantity % ALM_UNIT < 0 ? -(quantity % ALM_UNIT) : quantity % ALM_UNIT));
    size_t len = 3;
    while (len && decimals[len - 1] == '0')
        len--;
    snprintf(buf, size, "%s%lld%s%.*s", quantity < 0 && quantity > -ALM_UNIT ? "-" : "",
             (long long)(quantity / ALM_UNIT), len ? "." : "", (int)len, decimals);
}

alm_money meals_share(alm_money cost, alm_quantity part, alm_quantity whole)
{
    return (alm_money)(((__int128)cost * part * 2 + whole) / ((__int128)whole * 2));
}
