/* SPDX-License-Identifier: MIT */
/*
 * The people as one long list of several bodies, with some of them in it twice: the second time as another hand wrote
 * it, with slips, other spellings, gaps, a new telephone, a new address.  Members of a household share surname,
 * telephone and address, its children their father's name, and some are twins; they are not doubles.
 */
#include "campaign.h"
#include <stdlib.h>

enum { LETTERS = 64, TEXT = 160 };

/* What a row says of one person. */
struct row {
    char given[TEXT], family[TEXT], father[TEXT], national[24], born[24], mobile[24], address[TEXT];
    const char *area;
    char sex;
};

/* ---- slips in a name ---- */

struct letters {
    char at[LETTERS][4];
    size_t n;
};

static struct letters letters_of(const char *text)
{
    struct letters letters = {.n = 0};
    while (*text && letters.n < LETTERS) {
        size_t len = 1;
        while (((unsigned char)text[len] & 0xC0) == 0x80)
            len++;
        memcpy(letters.at[letters.n], text, len);
        letters.at[letters.n++][len] = '\0';
        text += len;
    }
    return letters;
}

static void put_letters(const struct letters *letters, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < letters->n && len + 5 < TEXT; i++)
        len += (size_t)snprintf(out + len, TEXT - len, "%.3s", letters->at[i]);
    out[len] = '\0';
}

static void set_letter(struct letters *letters, size_t i, const char *letter)
{
    snprintf(letters->at[i], sizeof letters->at[i], "%s", letter);
}

/* One letter left out, doubled, exchanged with the next, or another one. */
static void slip(char *text, struct chance *chance)
{
    static const char *const keys[] = {"ا", "ب", "ت", "د", "ر", "س", "ف", "ق", "ل", "م", "ن", "ه", "ی", "ک"};
    struct letters letters = letters_of(text);
    if (letters.n < 2)
        return;
    size_t i = chance_below(chance, (uint32_t)letters.n - 1);
    switch (chance_below(chance, 4)) {
    case 0:
        memmove(letters.at[i], letters.at[i + 1], (letters.n - i - 1) * sizeof letters.at[0]);
        letters.n--;
        break;
    case 1:
        if (letters.n < LETTERS) {
            memmove(letters.at[i + 1], letters.at[i], (letters.n - i) * sizeof letters.at[0]);
            letters.n++;
        }
        break;
    case 2: {
        char other[4];
        memcpy(other, letters.at[i], sizeof other);
        memcpy(letters.at[i], letters.at[i + 1], sizeof other);
        memcpy(letters.at[i + 1], other, sizeof other);
        break;
    }
    default:
        set_letter(&letters, i, keys[chance_below(chance, COUNT_OF(keys))]);
    }
    put_letters(&letters, text);
}

/* A letter for another one that sounds alike. */
static void mishear(char *text, struct chance *chance)
{
    static const char *const groups[][4] = {{"س", "ص", "ث"}, {"ز", "ذ", "ض", "ظ"}, {"ت", "ط"},
                                            {"ق", "غ"},      {"ح", "ه"},           {"ا", "ع"}};
    struct letters letters = letters_of(text);
    const size_t first = chance_below(chance, (uint32_t)letters.n + 1);
    for (size_t k = 0; k < letters.n; k++) {
        const size_t i = (first + k) % letters.n;
        for (size_t g = 0; g < COUNT_OF(groups); g++) {
            size_t n = 0, at = SIZE_MAX;
            for (; n < COUNT_OF(groups[g]) && groups[g][n]; n++)
                if (strcmp(letters.at[i], groups[g][n]) == 0)
                    at = n;
            if (at != SIZE_MAX) {
                set_letter(&letters, i, groups[g][(at + 1 + chance_below(chance, (uint32_t)n - 1)) % n]);
                put_letters(&letters, text);
                return;
            }
        }
    }
}

static void copy(char *out, const char *text)
{
    snprintf(out, TEXT, "%s", text);
}

/* Half of a name that has two. */
static void shorten(char *text, struct chance *chance)
{
    static const char joiner[] = "\u200c";
    char *middle = strstr(text, joiner);
    if (!middle)
        return;
    if (chance_percent(chance, 50))
        *middle = '\0';
    else
        memmove(text, middle + sizeof joiner - 1, strlen(middle + sizeof joiner - 1) + 1);
}

static void blur_name(char *text, struct chance *chance, uint32_t slips, uint32_t sounds)
{
    if (chance_percent(chance, slips))
        slip(text, chance);
    else if (chance_percent(chance, sounds))
        mishear(text, chance);
}

static void blur_digits(char *text, struct chance *chance)
{
    const size_t len = strlen(text), i = len > 1 ? chance_below(chance, (uint32_t)len - 1) : 0;
    if (len < 2)
        return;
    if (chance_percent(chance, 40) && text[i] != text[i + 1]) {
        const char other = text[i];
        text[i] = text[i + 1];
        text[i + 1] = other;
    } else {
        text[i] = (char)('0' + (text[i] - '0' + 1 + (int)chance_below(chance, 9)) % 10);
    }
}

/* ---- rows ---- */

static void write_address(char *out, struct chance *chance)
{
    snprintf(out, TEXT, "خیابان %s، کوچه %u، پلاک %u", names_street[chance_below(chance, (uint32_t)names_n_street)],
             1 + chance_below(chance, 40), 1 + chance_below(chance, 180));
}

static void write_mobile(char out[24], struct chance *chance)
{
    snprintf(out, 24, "09%09" PRIu32, (uint32_t)(chance_next(chance) % 1000000000));
}

static void first_row(const struct campaign *c, const struct household *h, size_t i, uint64_t number, struct row *row,
                      struct chance *chance)
{
    const struct person *p = &h->members[i];
    struct chance home = chance_of(c->seed, CHANCE_PHONE, number);
    *row = (struct row){.sex = p->sex, .area = c->places[people_place(c, number)].code};
    snprintf(row->given, TEXT, "%s%s", p->sayyed ? p->sex == 'm' ? "سید " : "سیده " : "", p->given);
    copy(row->family, p->family);
    copy(row->father, p->father);
    write_mobile(row->mobile, &home);
    write_address(row->address, &home);
    if (!chance_percent(chance, 6))
        snprintf(row->national, sizeof row->national, "%s", p->national);
    date_format(p->born, DATE_SOLAR, row->born, sizeof row->born);
    if (chance_percent(chance, 8))
        row->mobile[0] = '\0';
    if (chance_percent(chance, 6))
        row->address[0] = '\0';
    if (chance_percent(chance, 4))
        row->father[0] = '\0';
}

static void blur_date(struct row *row, alm_date born, struct chance *chance)
{
    int32_t year, month, day;
    date_to_solar(born, &year, &month, &day);
    const uint32_t hand = chance_below(chance, 100);
    if (hand < 8) {
        row->born[0] = '\0';
        return;
    }
    if (hand < 12 && day <= 12) {
        const int32_t other = month;
        month = day;
        day = other;
    } else if (hand < 15) {
        day = 1 + (day + (int32_t)chance_below(chance, 9)) % 29;
    } else if (hand < 17) {
        month = 1 + (month + (int32_t)chance_below(chance, 3)) % 12;
    } else if (hand < 19) {
        year += chance_percent(chance, 50) ? 1 : -1;
    } else if (hand < 22) {
        month = day = 1;
    }
    if (day > 29)
        day = 29 + (month != 12 && day > 29);
    date_format(date_from_solar(year, month, day), chance_percent(chance, 25) ? DATE_ISO : DATE_SOLAR, row->born,
                sizeof row->born);
}

static void second_row(const struct campaign *c, const struct person *p, struct row *row, struct chance *chance)
{
    char other[TEXT];
    if (p->sayyed && chance_percent(chance, 50))
        copy(row->given, p->given);
    if (chance_percent(chance, 15))
        shorten(row->given, chance);
    blur_name(row->given, chance, 6, 6);
    blur_name(row->family, chance, 5, 5);
    if (chance_percent(chance, 3)) {
        copy(other, row->given);
        copy(row->given, row->family);
        copy(row->family, other);
    }
    if (chance_percent(chance, 12))
        row->father[0] = '\0';
    else
        blur_name(row->father, chance, 4, 4);
    snprintf(row->national, sizeof row->national, "%s", p->national);
    if (chance_percent(chance, 20))
        row->national[0] = '\0';
    else if (chance_percent(chance, 12))
        blur_digits(row->national, chance);
    blur_date(row, p->born, chance);
    if (chance_percent(chance, 20))
        write_mobile(row->mobile, chance);
    else if (chance_percent(chance, 20))
        row->mobile[0] = '\0';
    else if (chance_percent(chance, 4))
        blur_digits(row->mobile, chance);
    if (chance_percent(chance, 12)) {
        write_address(row->address, chance);
        if (chance_percent(chance, 30))
            row->area = c->places[chance_below(chance, (uint32_t)c->n_places)].code;
    } else if (chance_percent(chance, 15)) {
        row->address[0] = '\0';
    } else if (chance_percent(chance, 20) && row->address[0]) {
        char *comma = strstr(row->address, "، پلاک");
        if (comma)
            *comma = '\0';
    }
    if (chance_percent(chance, 1))
        row->sex = row->sex == 'm' ? 'f' : 'm';
}

static void write_row(struct out *o, const struct row *row, const char *id, struct chance *chance)
{
    const unsigned variant = chance_percent(chance, 30) ? 1 + chance_below(chance, 15) : 0;
    const bool persian = chance_percent(chance, 10);
    const char *const names[] = {row->given, row->family, row->father};
    const char *const digits[] = {row->born, row->national, row->mobile};
    out_text(o, id);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        out_char(o, ',');
        out_variant(o, names[i], variant);
    }
    for (size_t i = 0; i < COUNT_OF(digits); i++) {
        out_char(o, ',');
        if (persian)
            out_persian(o, digits[i]);
        else
            out_text(o, digits[i]);
    }
    out_char(o, ',');
    out_char(o, row->sex);
    out_char(o, ',');
    out_text(o, row->area);
    out_char(o, ',');
    out_text(o, row->address);
    out_char(o, '\n');
}

/* Of two children one after the other, some are twins. */
static void make_twins(struct household *h, struct chance *chance)
{
    for (size_t i = 1; i < h->n; i++)
        if (strcmp(h->members[i].relation, "child") == 0 && strcmp(h->members[i - 1].relation, "child") == 0 &&
            chance_percent(chance, 3))
            h->members[i].born = h->members[i - 1].born;
}

void doubles_write(struct campaign *c, uint32_t percent)
{
    struct out list, truth;
    struct household household;
    out_open(&list, c->dir, "doubles.csv",
             "id,given_name,family_name,father_name,birth_date,national_id,mobile,sex,area,address");
    out_open(&truth, c->dir, "truth.csv", "id,person");
    /* The second rows come after all first ones, as the list of another body would. */
    for (int second = 0; second < 2; second++)
        for (uint64_t h = 0; h < c->households; h++) {
            struct chance twins = chance_of(c->seed ^ CHANCE_DOUBLE, CHANCE_HOUSEHOLD, h);
            people_household(c, h, &household);
            make_twins(&household, &twins);
            for (size_t i = 0; i < household.n; i++) {
                struct chance chance = chance_of(c->seed, CHANCE_DOUBLE, household.members[i].number);
                const bool twice = chance_percent(&chance, percent);
                char id[24];
                struct row row;
                first_row(c, &household, i, h, &row, &chance);
                if (second && !twice)
                    continue;
                if (second)
                    second_row(c, &household.members[i], &row, &chance);
                snprintf(id, sizeof id, "%c%07" PRIu64, second ? 'B' : 'A', household.members[i].number);
                write_row(&list, &row, id, &chance);
                out_text(&truth, id);
                out_char(&truth, ',');
                out_number(&truth, household.members[i].number, 0);
                out_char(&truth, '\n');
            }
        }
    out_close(&list);
    out_close(&truth);
}
