/* SPDX-License-Identifier: MIT */
/*
 * text: UTF-8, and Persian text above all.
 *
 * text_fold() is called several times for each person that is imported.  Nearly all names are ASCII or of the Arabic
 * block, where NFKC and case folding come down to a table; a text with any other code point is handed to utf8proc as a
 * whole.  Both ways give the same key for the same text.
 */
#include "base/base.h"

#include <stdlib.h>
#include <utf8proc.h>

/* What a code point folds to: itself, another one, a blank, or nothing. */
enum { FOLD_DROP = 0, FOLD_BLANK = ' ', FOLD_SLOW = 0xFFFF };
enum { ARABIC_FIRST = 0x600, ARABIC_LAST = 0x6FF, FOLD_ROUNDS = 8 };

struct alm_text text_of(const char *text)
{
    return (struct alm_text){text, text ? strlen(text) : 0};
}

/* Length of the white space at `at`: ASCII blanks, and the no-break space that spreadsheets leave behind. */
static size_t blank_length(const char *at, size_t len)
{
    unsigned char c = (unsigned char)at[0];
    if (c == ' ' || (c >= '\t' && c <= '\r'))
        return 1;
    return len >= 2 && c == 0xC2 && (unsigned char)at[1] == 0xA0 ? 2 : 0;
}

struct alm_text text_trim(struct alm_text text)
{
    for (size_t n; text.len && (n = blank_length(text.at, text.len)) > 0;) {
        text.at += n;
        text.len -= n;
    }
    while (text.len) {
        if (blank_length(text.at + text.len - 1, 1))
            text.len--;
        else if (text.len >= 2 && blank_length(text.at + text.len - 2, 2) == 2)
            text.len -= 2;
        else
            break;
    }
    return text;
}

bool text_equal(struct alm_text text, const char *other)
{
    if (!text.at || !other)
        return !text.at && !other;
    return strlen(other) == text.len && memcmp(text.at, other, text.len) == 0;
}

/* ---- UTF-8 ---- */

static bool is_tail(unsigned char c)
{
    return (c & 0xC0) == 0x80;
}

/* The code point at `at` and its length; -1 and 1 if the bytes are not valid (surrogates and overlong forms too). */
static inline int32_t decode(const unsigned char *at, size_t len, size_t *step)
{
    unsigned char c = at[0];
    *step = 1;
    if (c < 0x80)
        return c;
    if (c >= 0xC2 && c < 0xE0 && len >= 2 && is_tail(at[1])) {
        *step = 2;
        return (c & 0x1F) << 6 | (at[1] & 0x3F);
    }
    if (c >= 0xE0 && c < 0xF0 && len >= 3 && is_tail(at[1]) && is_tail(at[2])) {
        int32_t code = (c & 0x0F) << 12 | (at[1] & 0x3F) << 6 | (at[2] & 0x3F);
        if (code < 0x800 || (code >= 0xD800 && code < 0xE000))
            return -1;
        *step = 3;
        return code;
    }
    if (c >= 0xF0 && c < 0xF5 && len >= 4 && is_tail(at[1]) && is_tail(at[2]) && is_tail(at[3])) {
        int32_t code = (c & 0x07) << 18 | (at[1] & 0x3F) << 12 | (at[2] & 0x3F) << 6 | (at[3] & 0x3F);
        if (code < 0x10000 || code > 0x10FFFF)
            return -1;
        *step = 4;
        return code;
    }
    return -1;
}

static size_t encode(int32_t code, char out[4])
{
    return (size_t)utf8proc_encode_char(code, (utf8proc_uint8_t *)out);
}

size_t text_valid_length(struct alm_text text)
{
    const unsigned char *at = (const unsigned char *)text.at;
    size_t i = 0;
    while (i < text.len) {
        /* Eight ASCII bytes at once: no high bit, and no byte that is zero. */
        if (text.len - i >= 8) {
            uint64_t word;
            memcpy(&word, at + i, sizeof word);
            if (((word | (word - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080)) == 0) {
                i += 8;
                continue;
            }
        }
        size_t step;
        if (at[i] == 0 || decode(at + i, text.len - i, &step) < 0)
            return i;
        i += step;
    }
    return text.len;
}

/* ---- folding ---- */

/*
 * The Arabic block by its low byte; 0 stands for a letter that is kept.  The hamzas and madda that combine are dropped,
 * so letters that NFKC would compose with them fold as the composed ones do.
 */
enum { KEEP = 0, DROP = 1 };
static const uint16_t arabic[256] = {
    [0x00 ... 0x05] = DROP,
    [0x06 ... 0x0F] = FOLD_BLANK,
    [0x10 ... 0x1A] = DROP,
    [0x1B] = FOLD_BLANK,
    [0x1C] = DROP,
    [0x1D ... 0x1F] = FOLD_BLANK,
    [0x21] = DROP,           /* hamza */
    [0x22 ... 0x23] = 0x627, /* alef with madda, with hamza above */
    [0x24] = 0x648,          /* waw with hamza */
    [0x25] = 0x627,          /* alef with hamza below */
    [0x26] = 0x6CC,          /* yeh with hamza */
    [0x29] = 0x647,          /* teh marbuta */
    [0x40] = DROP,           /* tatweel */
    [0x43] = 0x6A9,          /* Arabic kaf */
    [0x49 ... 0x4A] = 0x6CC, /* alef maksura, Arabic yeh */
    [0x4B ... 0x5F] = DROP,  /* harakat, and the madda and hamzas that combine */
    [0x60] = '0',
    [0x61] = '1',
    [0x62] = '2',
    [0x63] = '3',
    [0x64] = '4',
    [0x65] = '5',
    [0x66] = '6',
    [0x67] = '7',
    [0x68] = '8',
    [0x69] = '9',
    [0x6A ... 0x6D] = FOLD_BLANK,
    [0x70] = DROP,           /* superscript alef */
    [0x71 ... 0x73] = 0x627, /* alef wasla, alefs with wavy hamza */
    [0x74] = DROP,           /* high hamza; 75 to 78 are letters with it (NFKC) */
    [0x75] = 0x627,
    [0x76] = 0x648,
    [0x77] = 0x6C7,
    [0x78] = 0x6CC,
    [0xAA] = 0x6A9,          /* swash kaf */
    [0xBE] = 0x647,          /* heh doachashmee */
    [0xC0 ... 0xC3] = 0x647, /* heh with yeh above, heh goal, teh marbuta goal */
    [0xD2 ... 0xD3] = 0x6CC, /* yeh barree */
    [0xD4] = FOLD_BLANK,
    [0xD5] = 0x647, /* ae; with hamza above it is C0 */
    [0xD6 ... 0xDD] = DROP,
    [0xDE] = FOLD_BLANK,
    [0xDF ... 0xE8] = DROP,
    [0xE9] = FOLD_BLANK,
    [0xEA ... 0xED] = DROP,
    [0xF0] = '0',
    [0xF1] = '1',
    [0xF2] = '2',
    [0xF3] = '3',
    [0xF4] = '4',
    [0xF5] = '5',
    [0xF6] = '6',
    [0xF7] = '7',
    [0xF8] = '8',
    [0xF9] = '9',
    [0xFD ... 0xFE] = FOLD_BLANK,
};

static inline int32_t fold_arabic(int32_t code)
{
    uint16_t to = arabic[code & 0xFF];
    return to == KEEP ? code : to == DROP ? FOLD_DROP : to;
}

static inline int32_t fold_ascii(int32_t code)
{
    if (code >= 'a' && code <= 'z')
        return code;
    if (code >= 'A' && code <= 'Z')
        return code + ('a' - 'A');
    if (code >= '0' && code <= '9')
        return code;
    return code == '\'' ? FOLD_DROP : FOLD_BLANK;
}

/* The marks outside both blocks that Persian text is full of; FOLD_SLOW for all that is left. */
static int32_t fold_mark(int32_t code)
{
    if (code == 0xA0 || code == 0xAB || code == 0xBB) /* no-break space, guillemets */
        return FOLD_BLANK;
    if ((code >= 0x200B && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) || code == 0xFEFF)
        return FOLD_DROP; /* ZWNJ, ZWJ, directions, BOM */
    if (code == 0x2018 || code == 0x2019)
        return FOLD_DROP; /* apostrophes */
    if ((code >= 0x2010 && code <= 0x2016) || (code >= 0x201A && code <= 0x2026))
        return FOLD_BLANK; /* dashes, quotes, bullets, dots */
    return FOLD_SLOW;
}

static int32_t digit_zero(int32_t code);

/* The same for any code point, once NFKC and case folding are done. */
static int32_t fold_any(int32_t code)
{
    if (code < 0x80)
        return fold_ascii(code);
    if (code >= ARABIC_FIRST && code <= ARABIC_LAST)
        return fold_arabic(code);
    int32_t folded = fold_mark(code);
    if (folded != FOLD_SLOW)
        return folded;
    int32_t zero = digit_zero(code);
    if (zero)
        return '0' + code - zero;
    /* Modifier apostrophes; the grapheme joiner; variation selectors; fillers and vowels that are not shown; Arabic marks
     * of the later blocks. */
    if (code == 0x2BC || code == 0x2B9 || code == 0x2BB || code == 0x34F || (code >= 0xFE00 && code <= 0xFE0F) ||
        (code >= 0xE0100 && code <= 0xE01EF) || (code >= 0x180B && code <= 0x180F) || code == 0x115F || code == 0x1160 ||
        code == 0x17B4 || code == 0x17B5 ||
        (code >= 0x898 && code <= 0x8FF && utf8proc_category(code) == UTF8PROC_CATEGORY_MN))
        return FOLD_DROP;
    switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO:
    case UTF8PROC_CATEGORY_SM:
    case UTF8PROC_CATEGORY_SC:
    case UTF8PROC_CATEGORY_SK:
    case UTF8PROC_CATEGORY_SO:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
        return FOLD_BLANK;
    case UTF8PROC_CATEGORY_CF:
        return FOLD_DROP;
    default:
        return code;
    }
}

/* Where folded code points go: blanks are held back, so that runs become one and none stands at an end. */
struct fold_out {
    char *at;
    size_t len;
    size_t room; /* without the NUL */
    bool joined;
    bool blank;
    bool full;
};

static inline void fold_put(struct fold_out *out, int32_t code)
{
    if (code == FOLD_DROP)
        return;
    if (code == FOLD_BLANK) {
        out->blank = !out->joined && out->len > 0;
        return;
    }
    char bytes[4];
    size_t n;
    if (code < 0x80) {
        bytes[0] = (char)code;
        n = 1;
    } else if (code < 0x800) {
        bytes[0] = (char)(0xC0 | code >> 6);
        bytes[1] = (char)(0x80 | (code & 0x3F));
        n = 2;
    } else {
        n = encode(code, bytes);
    }
    if (out->full || n + out->blank > out->room - out->len) {
        out->full = true;
        return;
    }
    if (out->blank)
        out->at[out->len++] = ' ';
    out->blank = false;
    memcpy(out->at + out->len, bytes, n);
    out->len += n;
}

/* False at the first code point that needs utf8proc. */
static bool fold_fast(struct alm_text text, struct fold_out *out)
{
    const unsigned char *at = (const unsigned char *)text.at;
    for (size_t i = 0; i < text.len;) {
        unsigned char c = at[i];
        if (c < 0x80) {
            fold_put(out, fold_ascii(c));
            i++;
            continue;
        }
        size_t step;
        int32_t code = decode(at + i, text.len - i, &step);
        int32_t folded;
        if (code < 0)
            folded = FOLD_BLANK; /* not UTF-8 */
        else if (code >= ARABIC_FIRST && code <= ARABIC_LAST)
            folded = fold_arabic(code);
        else
            folded = fold_mark(code);
        if (folded == FOLD_SLOW)
            return false;
        fold_put(out, folded);
        i += step;
    }
    return true;
}

/* Our folds over text that went through NFKC, into a buffer that is large enough: no fold makes a code point longer. */
static size_t fold_normal(struct alm_text text, char *buf, bool joined)
{
    struct fold_out out = {.at = buf, .room = text.len, .joined = joined};
    const unsigned char *at = (const unsigned char *)text.at;
    size_t step;
    for (size_t i = 0; i < text.len; i += step) {
        int32_t code = decode(at + i, text.len - i, &step);
        fold_put(&out, code < 0 ? FOLD_BLANK : fold_any(code));
    }
    return out.len;
}

/*
 * NFKC, case fold and ours, until nothing changes: what was dropped may have kept a letter and a mark apart that now
 * combine, and the key of a key has to be that key.
 */
static struct alm_text fold_slow(struct alm_text text, bool joined, char **owned)
{
    /* utf8proc refuses bytes that are not UTF-8: they become blanks first. */
    char *now = xmalloc(text.len + 1);
    size_t len = 0;
    size_t step;
    for (size_t i = 0; i < text.len; i += step) {
        if (decode((const unsigned char *)text.at + i, text.len - i, &step) < 0) {
            now[len++] = ' ';
        } else {
            memcpy(now + len, text.at + i, step);
            len += step;
        }
    }
    for (int round = 0; round < FOLD_ROUNDS; round++) {
        utf8proc_uint8_t *mapped = NULL;
        utf8proc_ssize_t mapped_len =
            utf8proc_map((const utf8proc_uint8_t *)now, (utf8proc_ssize_t)len, &mapped,
                         UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
        if (mapped_len < 0)
            break;
        char *folded = xmalloc((size_t)mapped_len + 1);
        size_t folded_len = fold_normal((struct alm_text){(char *)mapped, (size_t)mapped_len}, folded, joined);
        free(mapped);
        bool same = folded_len == len && memcmp(folded, now, len) == 0;
        free(now);
        now = folded;
        len = folded_len;
        if (same)
            break;
    }
    *owned = now;
    return (struct alm_text){now, len};
}

static size_t fold(struct alm_text text, char *buf, size_t size, bool joined)
{
    if (size == 0)
        return 0;
    struct fold_out out = {.at = buf, .room = size - 1, .joined = joined};
    if (!fold_fast(text, &out)) {
        char *owned;
        struct alm_text folded = fold_slow(text, joined, &owned);
        size_t len = folded.len < size - 1 ? folded.len : size - 1;
        while (len && len < folded.len && is_tail((unsigned char)folded.at[len]))
            len--;
        while (len && folded.at[len - 1] == ' ')
            len--;
        memcpy(buf, folded.at, len);
        free(owned);
        out.len = len;
    }
    buf[out.len] = '\0';
    return out.len;
}

size_t text_fold(struct alm_text text, char *out, size_t size)
{
    return fold(text, out, size, false);
}

size_t text_fold_joined(struct alm_text text, char *out, size_t size)
{
    return fold(text, out, size, true);
}

/* ---- digits and width ---- */

/* The zero of the decimal digits that `code` belongs to; 0 if it is no digit beyond ASCII. */
static int32_t digit_zero(int32_t code)
{
    static const int32_t zeros[] = {0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66,  0xAE6,  0xB66,  0xBE6, 0xC66,
                                    0xCE6, 0xD66, 0xE50, 0xED0, 0xF20, 0x1040, 0x17E0, 0x1810, 0xFF10};
    if (code < zeros[0])
        return 0;
    for (size_t i = 0; i < COUNT_OF(zeros); i++)
        if (code >= zeros[i] && code <= zeros[i] + 9)
            return zeros[i];
    return 0;
}

size_t text_latin_digits(struct alm_text text, char *out, size_t size)
{
    if (size == 0)
        return 0;
    const unsigned char *at = (const unsigned char *)text.at;
    size_t len = 0;
    size_t step;
    for (size_t i = 0; i < text.len; i += step) {
        step = 1;
        int32_t zero = 0;
        int32_t code = 0;
        if (at[i] >= 0x80) {
            code = decode(at + i, text.len - i, &step);
            zero = digit_zero(code);
        }
        size_t n = zero ? 1 : step;
        if (n > size - 1 - len)
            break;
        if (zero)
            out[len] = (char)('0' + code - zero);
        else
            memcpy(out + len, at + i, n);
        len += n;
    }
    out[len] = '\0';
    return len;
}

size_t text_persian_digits(struct alm_text text, char *out, size_t size)
{
    if (size == 0)
        return 0;
    const unsigned char *at = (const unsigned char *)text.at;
    size_t len = 0;
    size_t step;
    for (size_t i = 0; i < text.len; i += step) {
        bool digit = at[i] >= '0' && at[i] <= '9';
        decode(at + i, text.len - i, &step);
        size_t n = digit ? 2 : step;
        if (n > size - 1 - len)
            break;
        if (digit) {
            out[len] = (char)0xDB;
            out[len + 1] = (char)(0xB0 + at[i] - '0');
        } else {
            memcpy(out + len, at + i, n);
        }
        len += n;
    }
    out[len] = '\0';
    return len;
}

size_t text_width(struct alm_text text)
{
    const unsigned char *at = (const unsigned char *)text.at;
    size_t width = 0;
    size_t step;
    for (size_t i = 0; i < text.len; i += step) {
        int32_t code = decode(at + i, text.len - i, &step);
        if (code >= ' ' && code < 0x7F)
            width++;
        else if (code < 0)
            width++; /* shown as a replacement character */
        else
            width += (size_t)utf8proc_charwidth(code);
    }
    return width;
}
