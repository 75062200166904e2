/* SPDX-License-Identifier: MIT */
/*
 * A field's texts to values: made ready for comparison, kept once each, with what blocks and comparisons ask for again
 * and again.
 */
#include "match/internal.h"

#include <stdlib.h>

enum { FOLDED = 256, RAW_SLOTS = 1 << 12 };

/* The values of texts that were seen lately: names come again and again, and folding costs more than this. */
struct raw_cache {
    struct {
        uint64_t hash;
        uint32_t value;
    } slots[RAW_SLOTS];
};

uint64_t hash_bytes(const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    uint64_t hash = UINT64_C(0x9e3779b97f4a7c15) ^ len, word;
    for (; len >= 8; at += 8, len -= 8) {
        memcpy(&word, at, 8);
        hash = (hash ^ word) * UINT64_C(0xd6e8feb86659fd93);
        hash ^= hash >> 32;
    }
    word = 0;
    memcpy(&word, at, len);
    return mix64(hash ^ word);
}

static uint32_t hash32(const void *bytes, size_t len)
{
    const uint32_t hash = (uint32_t)(hash_bytes(bytes, len) >> 32);
    return hash ? hash : 1;
}

/* ---- making ready ---- */

static bool says_nothing(struct alm_text raw)
{
    static const char *const words[] = {"NA", "N/A", "NULL", "null", "None",   "nan",   "NaN",     "-",
                                        "?",  ".",   "--",   "none", "نامشخص", "ندارد", "نا معلوم"};
    if (raw.len == 0)
        return true;
    if (raw.len > 16)
        return false;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (text_equal(raw, words[i]))
            return true;
    return false;
}

/* Leading zeros are what spreadsheets strip; a number of equal digits stands for none. */
static size_t identifier_of(const char *folded, size_t len, uint8_t *out)
{
    while (len && folded[0] == '0')
        folded++, len--;
    size_t n = compare_letters(folded, len, out), same = 1;
    while (same < n && out[same] == out[0])
        same++;
    return n >= 6 && same == n ? 0 : n;
}

static size_t phone_of(const char *latin, size_t len, uint8_t *out)
{
    enum { KEPT = 10 };
    char digits[64];
    size_t n = 0;
    for (size_t i = 0; i < len && n < sizeof digits; i++)
        if (latin[i] >= '0' && latin[i] <= '9')
            digits[n++] = latin[i];
    return identifier_of(n > KEPT ? digits + n - KEPT : digits, n > KEPT ? KEPT : n, out);
}

static void put_digits(uint8_t *out, int32_t number, int digits)
{
    for (int i = digits - 1; i >= 0; i--, number /= 10)
        out[i] = (uint8_t)('0' + number % 10);
}

static void put_date(uint8_t *out, int32_t year, int32_t month, int32_t day)
{
    put_digits(out, year, 4);
    put_digits(out + 4, month, 2);
    put_digits(out + 6, day, 2);
}

/*
 * Sixteen digits: the date in the Gregorian calendar and in the Solar Hijri one.  A day that does not exist is a slip
 * in a digit, and stays as near to the date that was meant as its digits are.
 */
static size_t date_of(const char *latin, size_t len, uint8_t *out, bool *solar)
{
    int32_t parts[3] = {0};
    size_t digits[3] = {0}, n = 0;
    for (size_t i = 0; i < len && n < 3; i++) {
        if (latin[i] >= '0' && latin[i] <= '9') {
            if (digits[n] < 8) {
                parts[n] = parts[n] * 10 + (latin[i] - '0');
                digits[n]++;
            }
        } else if (digits[n]) {
            n++;
        }
    }
    n += n < 3 && digits[n] > 0;
    int32_t year, month, day;
    if (n == 1 && digits[0] == 8) {
        year = parts[0] / 10000, month = parts[0] / 100 % 100, day = parts[0] % 100;
        if (year < 1200 || year > 2200)
            year = parts[0] % 10000, month = parts[0] / 10000 % 100, day = parts[0] / 1000000;
    } else if (n == 3 && digits[0] == 4) {
        year = parts[0], month = parts[1], day = parts[2];
    } else if (n == 3 && digits[2] == 4) {
        const bool american = parts[1] > 12;
        year = parts[2], month = parts[american ? 0 : 1], day = parts[american ? 1 : 0];
    } else {
        return compare_letters(latin, len, out);
    }
    if (month > 99 || day > 99)
        return compare_letters(latin, len, out);
    if (year < 1700) {
        *solar = true;
        alm_date date = date_from_solar(year, month, day);
        if (date == ALM_NO_DATE)
            date = date_from_solar(year, month, day < 1 ? 1 : 29);
        put_date(out + 8, year, month, day);
        year += 621;
        if (date != ALM_NO_DATE)
            date_to_iso(date, &year, &month, &day);
        put_date(out, year, month, day);
        return 16;
    }
    put_date(out, year, month, day);
    alm_date date = year < 2200 ? date_from_iso(year, month, day) : ALM_NO_DATE;
    if (date != ALM_NO_DATE)
        date_to_solar(date, &year, &month, &day);
    else
        year = year >= 622 ? year - 621 : year;
    put_date(out + 8, year, month, day);
    return 16;
}

/* The letters by which a text is compared; 0 if it says nothing.  *folded and *len are what they were made of. */
static size_t make_ready(struct column *column, const struct rules_field *field, struct alm_text raw, uint8_t *out,
                         char folded[FOLDED], size_t *len)
{
    *len = 0;
    if (says_nothing(raw))
        return 0;
    switch (field->form) {
    case RULES_PLAIN:
        /* The signs of an address for mail are part of it. */
        *len = field->how == COMPARE_EMAIL ? text_latin_digits(raw, folded, FOLDED) : text_fold(raw, folded, FOLDED);
        for (size_t i = 0; field->how == COMPARE_EMAIL && i < *len; i++)
            if (folded[i] >= 'A' && folded[i] <= 'Z')
                folded[i] = (char)(folded[i] - 'A' + 'a');
        return compare_letters(folded, *len, out);
    case RULES_JOINED:
        *len = text_fold_joined(raw, folded, FOLDED);
        return compare_letters(folded, *len, out);
    case RULES_GIVEN:
        *len = text_given_name(raw, folded, FOLDED);
        return compare_letters(folded, *len, out);
    case RULES_IDENTIFIER:
        *len = text_fold_joined(raw, folded, FOLDED);
        return identifier_of(folded, *len, out);
    case RULES_PHONE:
        *len = text_latin_digits(raw, folded, FOLDED);
        return phone_of(folded, *len, out);
    case RULES_DATE:
        *len = text_latin_digits(raw, folded, FOLDED);
        return date_of(folded, *len, out, &column->solar);
    case RULES_NUMBER:
        *len = text_latin_digits(raw, folded, FOLDED);
        size_t zeros = strspn(folded, "0 ");
        if (zeros && zeros == *len)
            zeros--;
        return compare_letters(folded + zeros, *len - zeros, out);
    }
    return 0;
}

/* What blocks ask for beside the whole. */
static void work_out(struct value *value, const struct rules_field *field, const uint8_t *letters, const char *folded,
                     size_t len)
{
    if (field->how != COMPARE_DIGITS && (field->form == RULES_JOINED || field->form == RULES_GIVEN)) {
        char sound[FOLDED];
        size_t n = text_sound((struct alm_text){folded, len}, sound, sizeof sound);
        /* One sound alone says little, and of some scripts there is none. */
        value->sound = n >= 2 ? hash32(sound, n) : hash32(letters, value->len);
        value->start = hash32(letters, value->len < 3 ? value->len : 3);
    } else if (field->how == COMPARE_TOKENS) {
        uint32_t sum = 0;
        size_t longest = 0;
        for (size_t i = 0; i < value->len;) {
            size_t end = i;
            while (end < value->len && letters[end] != ' ')
                end++;
            const uint32_t word = hash32(letters + i, end - i);
            sum += word;
            if (end - i > longest) {
                longest = end - i;
                value->start = word;
            }
            i = end + 1;
        }
        value->sound = sum ? sum : 1;
    } else if (field->how == COMPARE_DIGITS) {
        const uint64_t bag = compare_bag(letters, value->len);
        value->sound = (uint32_t)bag;
        value->start = (uint32_t)(bag >> 32);
    } else if (field->how == COMPARE_EMAIL) {
        const uint8_t *sign = memchr(letters, '@', value->len);
        value->start = hash32(letters, sign ? (size_t)(sign - letters) : value->len);
    }
}

/* ---- values once each ---- */

static void grow_slots(struct column *column)
{
    const size_t old = column->n_slots;
    uint32_t *slots = column->slots;
    uint64_t *hashes = column->hashes;
    column->n_slots = old ? 2 * old : 1024;
    column->slots = xcalloc(column->n_slots, sizeof *slots);
    column->hashes = xmalloc(column->n_slots * sizeof *hashes);
    for (size_t i = 0; i < old; i++)
        if (slots[i]) {
            size_t at = hashes[i] & (column->n_slots - 1);
            while (column->slots[at])
                at = (at + 1) & (column->n_slots - 1);
            column->slots[at] = slots[i];
            column->hashes[at] = hashes[i];
        }
    free(slots);
    free(hashes);
}

static uint32_t value_of(struct column *column, const struct rules_field *field, const uint8_t *letters, size_t n,
                         const char *folded, size_t len)
{
    if (column->n * 2 >= column->n_slots)
        grow_slots(column);
    const uint64_t hash = hash_bytes(letters, n);
    size_t slot = hash & (column->n_slots - 1);
    for (; column->slots[slot]; slot = (slot + 1) & (column->n_slots - 1)) {
        const struct value *value = &column->values[column->slots[slot]];
        if (column->hashes[slot] == hash && value->len == n && memcmp(column_letters(column, value), letters, n) == 0)
            return column->slots[slot];
    }
    ARRAY_ROOM(column->values, column->n, column->capacity);
    struct value *value = &column->values[column->n];
    *value = (struct value){.len = (uint8_t)n};
    if (n <= VALUE_SHORT) {
        memcpy(value->letters, letters, n);
    } else {
        const uint32_t at = (uint32_t)column->used;
        while (column->room - column->used < n) {
            column->room = column->room ? 2 * column->room : 4096;
            column->pool = xreallocarray(column->pool, column->room, 1);
        }
        memcpy(value->letters, &at, sizeof at);
        memcpy(column->pool + column->used, letters, n);
        column->used += n;
    }
    work_out(value, field, letters, folded, len);
    column->slots[slot] = (uint32_t)column->n;
    column->hashes[slot] = hash;
    return (uint32_t)column->n++;
}

uint32_t column_take(struct column *column, const struct rules_field *field, struct alm_text raw)
{
    uint8_t letters[COMPARE_LONGEST];
    char folded[FOLDED];
    size_t len;
    if (!column->n) {
        ARRAY_ROOM(column->values, column->n, column->capacity);
        column->values[column->n++] = (struct value){0};
        column->cache = xcalloc(1, sizeof *column->cache);
    }
    if (!raw.len) {
        column->missing++;
        return 0;
    }
    const uint64_t hash = hash_bytes(raw.at, raw.len) | 1;
    const size_t slot = (hash >> 20) & (RAW_SLOTS - 1);
    uint32_t value;
    if (column->cache->slots[slot].hash == hash) {
        value = column->cache->slots[slot].value;
    } else {
        const size_t n = make_ready(column, field, raw, letters, folded, &len);
        value = n ? value_of(column, field, letters, n, folded, len) : 0;
        column->cache->slots[slot].hash = hash;
        column->cache->slots[slot].value = value;
    }
    column->missing += !value;
    column->values[value].count += value != 0;
    return value;
}

void column_finish(struct column *column, const struct rules_field *field, size_t records)
{
    column->repeats = column->n < records / 4;
    free(column->cache);
    free(column->slots);
    free(column->hashes);
    column->cache = NULL;
    column->slots = NULL;
    column->hashes = NULL;
    column->n_slots = 0;
    if (!column->n) {
        ARRAY_ROOM(column->values, column->n, column->capacity);
        column->values[column->n++] = (struct value){0};
    }
    for (size_t i = 0; field->form == RULES_DATE && !column->solar && i < column->n; i++)
        if (column->values[i].len == 16)
            column->values[i].len = 8;
}

void column_release(struct column *column)
{
    free(column->values);
    free(column->pool);
    free(column->slots);
    free(column->hashes);
    free(column->cache);
}
