/* SPDX-License-Identifier: MIT */
#include "campaign.h"
#include <errno.h>
#include <stdlib.h>

static void out_failed(const struct out *o)
{
    fprintf(stderr, "campaign: %s: %s\n", o->path, strerror(errno));
    exit(ALM_IO);
}

void out_open(struct out *o, const char *dir, const char *name, const char *header)
{
    if (asprintf(&o->path, "%s/%s", dir, name) < 0)
        abort();
    o->file = fopen(o->path, "we");
    if (!o->file)
        out_failed(o);
    setvbuf(o->file, NULL, _IOFBF, 1 << 18);
    out_text(o, header);
    if (*header)
        out_char(o, '\n');
}

void out_close(struct out *o)
{
    bool failed = ferror(o->file) != 0;
    if (fclose(o->file) != 0 || failed)
        out_failed(o);
    free(o->path);
}

void out_text(struct out *o, const char *text)
{
    fputs_unlocked(text, o->file);
}

void out_char(struct out *o, char c)
{
    putc_unlocked(c, o->file);
}

void out_number(struct out *o, uint64_t number, int width)
{
    char digits[24];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
        width--;
    } while (number > 0 || width > 0);
    fwrite_unlocked(digits + at, 1, sizeof digits - at, o->file);
}

void out_persian(struct out *o, const char *text)
{
    for (; *text; text++) {
        if (*text >= '0' && *text <= '9') {
            out_char(o, '\xdb');
            out_char(o, (char)(0xb0 + (*text - '0')));
        } else {
            out_char(o, *text);
        }
    }
}

/*
 * Bit 0: Arabic yeh and kaf; bit 1: the non-joiner of a compound as a blank; bit 2: nothing for it; bit 3: a tatweel
 * after the first letter.
 */
void out_variant(struct out *o, const char *text, unsigned variant)
{
    static const char yeh[] = "\u06cc", kaf[] = "\u06a9", joiner[] = "\u200c";
    const char *start = text;
    while (*text) {
        if ((variant & 1) && strncmp(text, yeh, 2) == 0) {
            out_text(o, "\u064a");
            text += 2;
        } else if ((variant & 1) && strncmp(text, kaf, 2) == 0) {
            out_text(o, "\u0643");
            text += 2;
        } else if ((variant & 6) && strncmp(text, joiner, 3) == 0) {
            if (variant & 2)
                out_char(o, ' ');
            text += 3;
        } else {
            out_char(o, *text++);
            if ((variant & 8) && text == start + 2)
                out_text(o, "\u0640");
        }
    }
}
