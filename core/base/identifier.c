/* SPDX-License-Identifier: MIT */
/* identifier: national IDs and mobile numbers in one canonical form. */
#include "base/base.h"

enum { DIGITS_MAX = 64 };

/*
 * The digits of `text` in Latin script, without the blanks, hyphens, brackets and invisible marks that people and
 * spreadsheets put in between.  `plus` tells of a + in front.  SIZE_MAX if anything else stands there.
 */
static size_t digits_of(struct alm_text text, char digits[DIGITS_MAX], bool *plus)
{
    /* ZWNJ, ZWJ, LRM, RLM, the five embeddings, no-break space, BOM. */
    static const char *const ignored[] = {
        "\xE2\x80\x8C", "\xE2\x80\x8D", "\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x80\xAA", "\xE2\x80\xAB",
        "\xE2\x80\xAC", "\xE2\x80\xAD", "\xE2\x80\xAE", "\xC2\xA0",     "\xEF\xBB\xBF",
    };
    char latin[4 * DIGITS_MAX];
    size_t n = 0;
    *plus = false;
    if (text.len >= sizeof latin)
        return SIZE_MAX;
    size_t len = text_latin_digits(text, latin, sizeof latin);
    for (size_t i = 0; i < len; i++) {
        char c = latin[i];
        if (c >= '0' && c <= '9') {
            if (n + 1 == DIGITS_MAX)
                return SIZE_MAX;
            digits[n++] = c;
        } else if (c == '+' && n == 0 && !*plus) {
            *plus = true;
        } else if (!c || !strchr(" \t-()", c)) {
            size_t skip = 0;
            for (size_t k = 0; k < COUNT_OF(ignored) && !skip; k++) {
                size_t ignored_len = strlen(ignored[k]);
                if (len - i >= ignored_len && memcmp(latin + i, ignored[k], ignored_len) == 0)
                    skip = ignored_len;
            }
            if (!skip)
                return SIZE_MAX;
            i += skip - 1;
        }
    }
    digits[n] = '\0';
    return n;
}

enum alm_status identifier_national_id(struct alm_text text, char out[11], struct alm_error *err)
{
    char digits[DIGITS_MAX];
    bool plus;
    size_t n = digits_of(text, digits, &plus);
    if (n == 0)
        return error_set(err, ALM_BAD_DATA, NULL, _("empty; a national ID is wanted"));
    if (n == SIZE_MAX || plus)
        return error_set(err, ALM_BAD_DATA, _("a person without a national ID is registered with this field empty"),
                         _("not a national ID: it has other signs than digits"));
    if (n < 8 || n > 10)
        return error_set(err, ALM_BAD_DATA, NULL, _("not a national ID: it has %zu digits, not 10"), n);
    /* Spreadsheets strip leading zeros: no ID begins with more than two. */
    char id[11];
    memset(id, '0', 10 - n);
    memcpy(id + 10 - n, digits, n + 1);
    bool all_equal = true;
    int sum = 0;
    for (int i = 0; i < 9; i++) {
        sum += (id[i] - '0') * (10 - i);
        all_equal &= id[i] == id[9];
    }
    if (all_equal)
        return error_set(err, ALM_BAD_DATA, NULL, _("not a national ID: ten equal digits are given to nobody"));
    int rest = sum % 11;
    int check = rest < 2 ? rest : 11 - rest;
    if (id[9] - '0' != check)
        return error_set(err, ALM_BAD_DATA, _("compare it with the card: a digit is wrong or two are swapped"),
                         _("not a national ID: its last digit does not fit the others"));
    memcpy(out, id, 11);
    return ALM_OK;
}

enum alm_status identifier_mobile(struct alm_text text, char out[16], struct alm_error *err)
{
    /* Translated where it is needed only: this is called for every row of an import. */
    static const char how[] = N_("write 09xxxxxxxxx or +98 9xx xxx xxxx");
    char digits[DIGITS_MAX];
    bool plus;
    size_t n = digits_of(text, digits, &plus);
    if (n == 0)
        return error_set(err, ALM_BAD_DATA, _(how), _("empty; a mobile number is wanted"));
    if (n == SIZE_MAX)
        return error_set(err, ALM_BAD_DATA, _(how), _("not a mobile number: it has other signs than digits"));
    /* Down to the ten digits that begin with 9; +98 (0)9.. is common too. */
    const char *at = digits;
    bool country = plus;
    if (!country && strncmp(at, "00", 2) == 0) {
        at += 2;
        country = true;
    }
    if (strncmp(at, "98", 2) == 0 && strlen(at) >= 12)
        at += 2;
    else if (country)
        return error_set(err, ALM_BAD_DATA, _(how), _("not a mobile number of Iran: its country code is not 98"));
    if (*at == '0')
        at++;
    if (*at != '9')
        return error_set(err, ALM_BAD_DATA, _(how), _("not a mobile number: those begin with 09"));
    if (strlen(at) != 10)
        return error_set(err, ALM_BAD_DATA, _(how), _("not a mobile number: %zu digits after the first zero, not 10"),
                         strlen(at));
    memcpy(out, "+98", 3);
    memcpy(out + 3, at, 11);
    return ALM_OK;
}
