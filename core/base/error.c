/* SPDX-License-Identifier: MIT */
/* error: filling the caller's struct alm_error, and the word that was probably meant. */
#include "base/base.h"

enum { WORD_MAX = 64 };

enum alm_status error_set(struct alm_error *err, enum alm_status status, const char *hint, const char *format, ...)
{
    if (!err)
        return status;
    va_list args;
    va_start(args, format);
    /* Through a buffer of its own: arguments may be the error's old text. */
    char text[sizeof err->text];
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    char mend[sizeof err->hint];
    snprintf(mend, sizeof mend, "%s", hint ? hint : "");
    err->status = status;
    memcpy(err->text, text, sizeof text);
    memcpy(err->hint, mend, sizeof mend);
    return status;
}

enum alm_status error_prefix(struct alm_error *err, const char *format, ...)
{
    if (!err)
        return ALM_INTERNAL;
    char prefix[sizeof err->text];
    va_list args;
    va_start(args, format);
    int printed = vsnprintf(prefix, sizeof prefix, format, args);
    va_end(args);
    size_t len = printed < 0 ? 0 : (size_t)printed;
    if (len > sizeof prefix - 3)
        len = sizeof prefix - 3;
    memcpy(prefix + len, ": ", 2);
    len += 2;
    size_t old = strlen(err->text);
    if (old > sizeof err->text - 1 - len)
        old = sizeof err->text - 1 - len;
    memmove(err->text + len, err->text, old);
    memcpy(err->text, prefix, len);
    err->text[len + old] = '\0';
    return err->status;
}

enum alm_status error_no_memory(struct alm_error *err)
{
    return error_set(err, ALM_INTERNAL, NULL, "%s", _("out of memory"));
}

/* Edit distance with swaps of neighbours (optimal string alignment); both words are shorter than WORD_MAX. */
static size_t edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0];
    size_t *last = rows[1];
    size_t *now = rows[2];
    for (size_t j = 0; j <= b_len; j++)
        last[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (last[j] + 1 < best)
                best = last[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b_len];
}

const char *error_nearest(const char *word, const char *const *candidates, size_t n)
{
    size_t len = strlen(word);
    if (len == 0 || len >= WORD_MAX)
        return NULL;
    const char *nearest = NULL;
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        size_t candidate_len = candidates[i] ? strlen(candidates[i]) : 0;
        if (candidate_len == 0 || candidate_len >= WORD_MAX)
            continue;
        size_t distance = edit_distance(word, len, candidates[i], candidate_len);
        /* A third of the longer word may differ; more than that is another word. */
        size_t longer = len > candidate_len ? len : candidate_len;
        size_t allowed = longer < 3 ? 1 : (longer + 1) / 3;
        if (distance <= allowed && distance < longer && distance < least) {
            least = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}
