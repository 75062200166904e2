/* SPDX-License-Identifier: MIT */
/* Comparisons of two values.  Those of letters hold one word's places in a 64-bit mask for each letter. */
#include "match/compare.h"

#include <stdlib.h>

const char *const compare_names[COMPARE_HOWS + 1] = {
    "exact", "name", "jaro-winkler", "damerau-levenshtein", "phonetic", "tokens", "digits", "numeric", "date",
    "email", NULL};

const char *const match_level_names[MATCH_LEVELS] = {N_("missing"), N_("differ"), N_("weak"),
                                                     N_("similar"), N_("near"),   N_("exact")};

size_t compare_letters(const char *folded, size_t len, uint8_t out[COMPARE_LONGEST])
{
    size_t n = 0;
    for (size_t i = 0; i < len && n < COMPARE_LONGEST;) {
        const unsigned char c = (unsigned char)folded[i];
        if (c < 0x80) {
            out[n++] = c;
            i++;
            continue;
        }
        uint32_t code = c & (c >= 0xF0 ? 0x07u : c >= 0xE0 ? 0x0Fu : 0x1Fu);
        for (i++; i < len && ((unsigned char)folded[i] & 0xC0) == 0x80; i++)
            code = code << 6 | ((unsigned char)folded[i] & 0x3Fu);
        /* Of the Persian letters only gaf and dal would meet. */
        out[n++] = (uint8_t)(code == 0x6AF ? 0xDF : 0x80 | (code & 0x7F));
    }
    return n;
}

static uint64_t low_bits(size_t n)
{
    return n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
}

unsigned compare_edits(struct compare *compare, const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    while (a_len && b_len && a[0] == b[0])
        a++, b++, a_len--, b_len--;
    while (a_len && b_len && a[a_len - 1] == b[b_len - 1])
        a_len--, b_len--;
    if (!a_len || !b_len)
        return (unsigned)(a_len + b_len);
    /* Hyyro's bit-vector algorithm, with the term for swaps. */
    uint64_t *places = compare->places;
    for (size_t i = 0; i < a_len; i++)
        places[a[i]] |= UINT64_C(1) << i;
    uint64_t up = UINT64_MAX, down = 0, diagonal = 0, before = 0;
    const uint64_t last = UINT64_C(1) << (a_len - 1);
    unsigned distance = (unsigned)a_len;
    for (size_t j = 0; j < b_len; j++) {
        const uint64_t here = places[b[j]];
        const uint64_t swap = ((~diagonal & here) << 1) & before;
        diagonal = (((here & up) + up) ^ up) | here | down | swap;
        uint64_t right = down | ~(diagonal | up), left = diagonal & up;
        distance += (right & last) != 0;
        distance -= (left & last) != 0;
        right = right << 1 | 1;
        left <<= 1;
        up = left | ~(diagonal | right);
        down = right & diagonal;
        before = here;
    }
    for (size_t i = 0; i < a_len; i++)
        places[a[i]] = 0;
    return distance;
}

uint64_t compare_bag(const uint8_t *at, size_t len)
{
    uint64_t bag = 0;
    for (size_t i = 0; i < len; i++) {
        const unsigned shift = 4 * (at[i] & 15u);
        bag += (bag >> shift & 15) < 15 ? UINT64_C(1) << shift : 0;
    }
    return bag;
}

/* Sum of the differences of eight bytes, each below 128. */
static unsigned apart(uint64_t a, uint64_t b)
{
    const uint64_t tops = UINT64_C(0x8080808080808080);
    const uint64_t greater = (((a | tops) - b) & tops) >> 7, mask = (greater << 8) - greater;
    const uint64_t difference = ((a & mask) | (b & ~mask)) - ((a & ~mask) | (b & mask));
    return (unsigned)(difference * UINT64_C(0x0101010101010101) >> 56);
}

unsigned compare_bags(uint64_t a, uint64_t b)
{
    const uint64_t low = UINT64_C(0x0F0F0F0F0F0F0F0F);
    return apart(a & low, b & low) + apart(a >> 4 & low, b >> 4 & low);
}

double compare_jaro_winkler(struct compare *compare, const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    const size_t longer = a_len > b_len ? a_len : b_len;
    if (!a_len || !b_len)
        return a_len == b_len ? 1 : 0;
    const size_t window = longer / 2 > 1 ? longer / 2 - 1 : 0;
    uint64_t *places = compare->places, of_a = 0, of_b = 0;
    for (size_t j = 0; j < b_len; j++)
        places[b[j]] |= UINT64_C(1) << j;
    for (size_t i = 0; i < a_len; i++) {
        const size_t from = i > window ? i - window : 0;
        const uint64_t reach = low_bits(i + window + 1) & ~low_bits(from);
        const uint64_t free_places = places[a[i]] & reach & ~of_b;
        of_b |= free_places & (0 - free_places);
        of_a |= (uint64_t)(free_places != 0) << i;
    }
    for (size_t j = 0; j < b_len; j++)
        places[b[j]] = 0;
    if (!of_a)
        return 0;
    const double common = __builtin_popcountll(of_a);
    unsigned moved = 0;
    for (uint64_t x = of_a, y = of_b; x; x &= x - 1, y &= y - 1)
        moved += a[__builtin_ctzll(x)] != b[__builtin_ctzll(y)];
    double jaro = (common / (double)a_len + common / (double)b_len + (common - moved / 2) / common) / 3;
    size_t prefix = 0;
    while (prefix < 4 && prefix < a_len && prefix < b_len && a[prefix] == b[prefix])
        prefix++;
    return jaro + 0.1 * (double)prefix * (1 - jaro);
}

/* ---- words ---- */

enum { WORDS = 16 };
struct word {
    const uint8_t *at;
    size_t len;
};

static size_t words_of(const uint8_t *at, size_t len, struct word words[WORDS])
{
    size_t n = 0;
    for (size_t i = 0; i < len && n < WORDS;) {
        size_t end = i;
        while (end < len && at[end] != ' ')
            end++;
        if (end > i)
            words[n++] = (struct word){at + i, end - i};
        i = end + 1;
    }
    return n;
}

double compare_tokens(struct compare *compare, const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    struct word of_a[WORDS], of_b[WORDS];
    const size_t n = words_of(a, a_len, of_a), m = words_of(b, b_len, of_b);
    double common = 0;
    unsigned used = 0;
    if (!n || !m)
        return n == m;
    for (int half = 0; half < 2; half++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < m && of_a[i].len; j++) {
                if (used & 1u << j)
                    continue;
                const bool same = of_a[i].len == of_b[j].len && memcmp(of_a[i].at, of_b[j].at, of_a[i].len) == 0;
                /* A number with another digit is another number. */
                const bool number = of_a[i].at[0] >= '0' && of_a[i].at[0] <= '9';
                if (half ? number || of_a[i].len < 4 || of_b[j].len < 4 ||
                               compare_edits(compare, of_a[i].at, of_a[i].len, of_b[j].at, of_b[j].len) > 1
                         : !same)
                    continue;
                used |= 1u << j;
                common += half ? 0.75 : 1;
                of_a[i].len = 0;
            }
    return 2 * common / (double)(n + m);
}

/* ---- dates and numbers ---- */

enum match_level compare_dates(const uint8_t *a, const uint8_t *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    if (x == y)
        return MATCH_EXACT;
    /* A date has its places: a digit that is left out is filled in again, so only digits that differ count. */
    const uint64_t other = x ^ y,
                   digits = (other | other >> 1 | other >> 2 | other >> 3) & UINT64_C(0x0101010101010101);
    const unsigned wrong = (unsigned)(digits * UINT64_C(0x0101010101010101) >> 56);
    if (wrong == 1)
        return MATCH_NEAR;
    const bool year = memcmp(a, b, 4) == 0, month = memcmp(a + 4, b + 4, 2) == 0, day = memcmp(a + 6, b + 6, 2) == 0;
    if (year && memcmp(a + 4, b + 6, 2) == 0 && memcmp(a + 6, b + 4, 2) == 0)
        return MATCH_NEAR;
    if (wrong == 2)
        for (size_t i = 0; i < 7; i++)
            if (a[i] != b[i] && a[i] == b[i + 1] && a[i + 1] == b[i])
                return MATCH_NEAR;
    if ((unsigned)year + month + day == 2)
        return MATCH_SIMILAR;
    return wrong == 2 ? MATCH_WEAK : MATCH_DIFFER;
}

/* Its digits as a number, the first fifteen of them; a decimal mark ends it. */
static double number_of(struct compare_value value)
{
    double number = 0;
    for (size_t i = 0; i < value.len && i < 15 && value.at[i] >= '0' && value.at[i] <= '9'; i++)
        number = number * 10 + (value.at[i] - '0');
    return number;
}

/* In the one calendar or the other: nobody knows in which the slip was made. */
static enum match_level level_of_dates(struct compare *compare, struct compare_value a, struct compare_value b)
{
    if (a.len < 8 || b.len < 8)
        return compare_edits(compare, a.at, a.len, b.at, b.len) <= 1 ? MATCH_NEAR : MATCH_DIFFER;
    const enum match_level first = compare_dates(a.at, b.at);
    if (a.len < 16 || b.len < 16 || first >= MATCH_NEAR)
        return first;
    const enum match_level second = compare_dates(a.at + 8, b.at + 8);
    return first > second ? first : second;
}

static enum match_level level_of_numbers(const double limits[2], struct compare_value a, struct compare_value b)
{
    const double x = number_of(a), y = number_of(b), apart = x > y ? x - y : y - x;
    return apart <= limits[0] ? MATCH_NEAR : apart <= limits[1] ? MATCH_SIMILAR : MATCH_DIFFER;
}

/* ---- names and identifiers ---- */

static bool begins(struct compare_value longer, struct compare_value shorter)
{
    return memcmp(longer.at, shorter.at, shorter.len) == 0;
}

static enum match_level level_of_names(struct compare *compare, struct compare_value a, struct compare_value b)
{
    const struct compare_value shorter = a.len < b.len ? a : b, longer = a.len < b.len ? b : a;
    const unsigned edits = compare_edits(compare, a.at, a.len, b.at, b.len);
    const bool sound = a.sound && a.sound == b.sound;
    if ((edits == 1 && shorter.len >= 4) || (sound && edits <= 3))
        return MATCH_NEAR;
    if (sound || (edits == 1 && shorter.len >= 3) || (edits == 2 && shorter.len >= 6))
        return MATCH_SIMILAR;
    if (shorter.len >= 3 && begins(longer, shorter)) /* Rob of Robert, Mohammad of Mohammad Reza */
        return MATCH_SIMILAR;
    const double alike = compare_jaro_winkler(compare, a.at, a.len, b.at, b.len);
    if (alike >= 0.9)
        return MATCH_SIMILAR;
    if (alike >= 0.8 || (shorter.len == 1 && longer.at[0] == shorter.at[0]))
        return MATCH_WEAK;
    return MATCH_DIFFER;
}

static enum match_level level_of_digits(struct compare *compare, struct compare_value a, struct compare_value b)
{
    const int longer_by = (int)a.len - (int)b.len;
    if (longer_by > 2 || longer_by < -2 || compare_bags(a.bag, b.bag) > 4)
        return MATCH_DIFFER;
    const unsigned edits = compare_edits(compare, a.at, a.len, b.at, b.len);
    const uint8_t longer = a.len > b.len ? a.len : b.len;
    if (edits == 1)
        return longer >= 5 ? MATCH_NEAR : longer >= 3 ? MATCH_SIMILAR : MATCH_WEAK;
    if (edits == 2)
        return longer >= 7 ? MATCH_SIMILAR : longer >= 4 ? MATCH_WEAK : MATCH_DIFFER;
    return MATCH_DIFFER;
}

static size_t user_of(struct compare_value email)
{
    const uint8_t *sign = memchr(email.at, '@', email.len);
    return sign ? (size_t)(sign - email.at) : email.len;
}

static enum match_level level_of_emails(struct compare *compare, struct compare_value a, struct compare_value b)
{
    const unsigned edits = compare_edits(compare, a.at, a.len, b.at, b.len);
    const size_t user_a = user_of(a), user_b = user_of(b);
    if (edits <= 1 + (unsigned)(a.len >= 16))
        return MATCH_NEAR;
    const unsigned of_user = compare_edits(compare, a.at, user_a, b.at, user_b);
    const unsigned of_domain = compare_edits(compare, a.at + user_a, a.len - user_a, b.at + user_b, b.len - user_b);
    if ((of_user == 0 && user_a >= 4) || edits * 5 <= a.len || (of_user <= 2 && of_domain <= 3))
        return MATCH_SIMILAR;
    if ((of_domain == 0 && of_user * 2 <= user_a) || of_user <= 1)
        return MATCH_WEAK;
    return MATCH_DIFFER;
}

static enum match_level level_of_tokens(struct compare *compare, struct compare_value a, struct compare_value b)
{
    const size_t longer = a.len > b.len ? a.len : b.len;
    const unsigned edits = compare_edits(compare, a.at, a.len, b.at, b.len);
    if (edits * 10 <= longer)
        return MATCH_NEAR;
    const double common = compare_tokens(compare, a.at, a.len, b.at, b.len);
    if (common >= 0.8)
        return MATCH_NEAR;
    if (common >= 0.6 || edits * 5 <= longer)
        return MATCH_SIMILAR;
    if (common >= 0.4 || edits * 3 <= longer)
        return MATCH_WEAK;
    return MATCH_DIFFER;
}

enum match_level compare_level(struct compare *compare, enum compare_how how, const double limits[2],
                               struct compare_value a, struct compare_value b)
{
    double alike;
    unsigned edits;
    switch (how) {
    case COMPARE_NAME:
        return level_of_names(compare, a, b);
    case COMPARE_JARO:
        alike = compare_jaro_winkler(compare, a.at, a.len, b.at, b.len);
        return alike >= limits[0] ? MATCH_NEAR : alike >= limits[1] ? MATCH_SIMILAR : MATCH_DIFFER;
    case COMPARE_EDIT:
        edits = compare_edits(compare, a.at, a.len, b.at, b.len);
        return edits <= limits[0] ? MATCH_NEAR : edits <= limits[1] ? MATCH_SIMILAR : MATCH_DIFFER;
    case COMPARE_SOUND:
        return a.sound && a.sound == b.sound ? MATCH_NEAR : MATCH_DIFFER;
    case COMPARE_TOKENS:
        return level_of_tokens(compare, a, b);
    case COMPARE_DIGITS:
        return level_of_digits(compare, a, b);
    case COMPARE_NUMBER:
        return level_of_numbers(limits, a, b);
    case COMPARE_DATE:
        return level_of_dates(compare, a, b);
    case COMPARE_EMAIL:
        return level_of_emails(compare, a, b);
    default:
        return MATCH_DIFFER;
    }
}
