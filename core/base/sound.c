/* SPDX-License-Identifier: MIT */
/*
 * sound: keys that bring near each other what is one name to a hearer: س ص ث alike, «محمد رضا», «محمدرضا» and
 * "Mohammad-Reza".
 *
 * The key is what Persian script and its transliterations have in common: the consonants, in Latin letters.  Vowels are
 * written in one script and not in the other, so they are dropped but for the mark of a vowel at the beginning; waw and
 * yeh, which may be either, count at the beginning only.
 */
#include "base/base.h"

enum { LONGEST = 240 };

/* ch, sh, and what has no letter of its own: kh is x, gh is q. */
enum { CH = 'c', SH = 'w' };

/* One letter for each class of sound; 0: not heard, 'a' a vowel, 'y' and 'v' a vowel or not. */
static char sound_of_persian(unsigned low)
{
    switch (low) {
    case 0x27: /* alef */
    case 0x39: /* ain */
        return 'a';
    case 0x28:
        return 'b';
    case 0x7E:
        return 'p';
    case 0x2A:
    case 0x37:
        return 't';
    case 0x2B:
    case 0x33:
    case 0x35:
        return 's';
    case 0x2C:
    case 0x98:
        return 'j';
    case 0x86:
        return CH;
    case 0x2D:
    case 0x47:
        return 'h';
    case 0x2E:
        return 'x';
    case 0x2F:
        return 'd';
    case 0x30:
    case 0x32:
    case 0x36:
    case 0x38:
        return 'z';
    case 0x31:
        return 'r';
    case 0x34:
        return SH;
    case 0x3A:
    case 0x42:
        return 'q';
    case 0x41:
        return 'f';
    case 0xA9:
        return 'k';
    case 0xAF:
        return 'g';
    case 0x44:
        return 'l';
    case 0x45:
        return 'm';
    case 0x46:
        return 'n';
    case 0x48:
        return 'v';
    case 0xCC:
        return 'y';
    default:
        return 0;
    }
}

static bool is_vowel(char c)
{
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u';
}

/* A letter and what follows it, in Latin script; *step is what was read. */
static char sound_of_latin(const char *at, size_t *step)
{
    const char next = at[1];
    *step = 1;
    if (next == 'h' && strchr("ckgszpt", at[0])) {
        *step = 2;
        switch (at[0]) {
        case 'c':
            return CH;
        case 'k':
            return 'x';
        case 'g':
            return 'q';
        case 's':
            return SH;
        case 'z':
            return 'j';
        case 'p':
            return 'f';
        default:
            return 't';
        }
    }
    if (at[0] == 'c')
        return next == 'e' || next == 'i' || next == 'y' ? 's' : 'k';
    if (at[0] == 'w')
        return 'v';
    return is_vowel(at[0]) ? 'a' : at[0];
}

/* A key holds no vowel but the first: its letters are sounds already, and no two of them are one. */
static bool is_key(const char *text, size_t len)
{
    for (size_t i = 1; i < len; i++)
        if (is_vowel(text[i]) || (unsigned char)text[i] >= 0x80)
            return false;
    return true;
}

size_t text_sound(struct alm_text text, char *out, size_t size)
{
    char folded[LONGEST];
    if (size == 0)
        return 0;
    size_t len = text_fold_joined(text, folded, sizeof folded), n = 0, step;
    const bool key = is_key(folded, len);
    for (size_t i = 0; i < len && n + 1 < size; i += step) {
        const unsigned char c = (unsigned char)folded[i];
        char sound = 0;
        step = 1;
        if (c < 0x80 && (key || (c >= '0' && c <= '9'))) {
            sound = (char)c;
        } else if (c < 0x80) {
            sound = sound_of_latin(folded + i, &step);
        } else if ((c & 0xE0) == 0xC0) { /* folded text is UTF-8 */
            const unsigned code = (c & 0x1Fu) << 6 | ((unsigned char)folded[i + 1] & 0x3Fu);
            step = 2;
            sound = code >= 0x600 && code < 0x700 ? sound_of_persian(code & 0xFF) : 0;
        } else {
            step = c >= 0xF0 ? 4 : 3;
        }
        if (i == 0 && sound && is_vowel(sound))
            sound = 'a';
        /* A letter that is doubled is written once in Persian. */
        const bool vowel = sound == 'a' || sound == 'v' || sound == 'y';
        if (sound && (i == 0 || (key ? !is_vowel(sound) : !vowel)) &&
            !(n && out[n - 1] == sound && !(sound >= '0' && sound <= '9')))
            out[n++] = sound;
    }
    /* Silent at the end, and written or not. */
    while (n > 1 && out[n - 1] == 'h')
        n--;
    out[n] = '\0';
    return n;
}

/* ---- titles ---- */

/* Length of the Sayyed at the beginning of a folded name that goes on after it, else 0. */
static size_t title_length(const char *name, size_t len)
{
    static const char *const titles[] = {"سیده ", "سید ", "sayyed ", "seyed ", "seyyed ", "sayed "};
    static const char joined[] = "سید";
    enum { LETTER = 2, LEAST_JOINED = 3 * LETTER };
    for (size_t i = 0; i < COUNT_OF(titles); i++) {
        size_t n = strlen(titles[i]);
        if (len > n && memcmp(name, titles[i], n) == 0)
            return n;
    }
    const size_t n = sizeof joined - 1;
    return len >= n + LEAST_JOINED && memcmp(name, joined, n) == 0 && !memchr(name, ' ', len) ? n : 0;
}

size_t text_given_name(struct alm_text text, char *out, size_t size)
{
    static const char joiner[] = "\u200c";
    char spaced[LONGEST], folded[LONGEST];
    /* What is joined without a blank stays apart long enough to see the title. */
    size_t n = 0;
    for (size_t i = 0; i < text.len && n < sizeof spaced; i++) {
        if (text.len - i >= 3 && memcmp(text.at + i, joiner, 3) == 0) {
            spaced[n++] = ' ';
            i += 2;
        } else {
            spaced[n++] = text.at[i];
        }
    }
    size_t len = text_fold((struct alm_text){spaced, n}, folded, sizeof folded);
    size_t title = title_length(folded, len);
    return text_fold_joined((struct alm_text){folded + title, len - title}, out, size);
}
