/* SPDX-License-Identifier: MIT */
/* What a cell of a small list says: kinds, words, numbers, days, and codes of what is there. */
#include "register/list-small.h"

bool small_is_text(enum cell_kind kind)
{
    return kind == CELL_CODE || kind == CELL_TEXT || kind == CELL_KIND || kind == CELL_CHOICE || kind == CELL_WORDS;
}

/* Words that have one in English of their own; the rest in lower case.  NULL: none of them, and it has to be one. */
static const char *const *known_word(const char *const (*words)[2], struct alm_text text)
{
    char key[200], other[64];
    text_fold_joined(text, key, sizeof key);
    for (size_t i = 0; words && words[i][0]; i++) {
        text_fold_joined(text_of(words[i][0]), other, sizeof other);
        if (strcmp(key, other) == 0)
            return words[i];
        text_fold_joined(text_of(words[i][1]), other, sizeof other);
        if (strcmp(key, other) == 0)
            return words[i];
    }
    return NULL;
}

static struct alm_text parse_kind(struct small *small, const struct register_cell *cell, struct alm_text text)
{
    const char *const *word = known_word(cell->words, text);
    if (word)
        return text_of(word[1]);
    char *lower = arena_strndup(small->arena, text.at, text.len);
    for (char *at = lower; *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at | 0x20);
    return (struct alm_text){lower, text.len};
}

static void parse_choice(struct small *small, const struct register_cell *cell, struct alm_text text,
                         struct small_value *value, struct alm_error *err)
{
    const char *const *word = known_word(cell->words, text);
    char *choices = arena_alloc(small->arena, 1);
    if (word) {
        value->text = text_of(word[1]);
        return;
    }
    for (size_t i = 0; cell->words[i][0]; i++)
        choices = arena_printf(small->arena, "%s%s%s", choices, i ? ", " : "", cell->words[i][1]);
    error_set(err, ALM_BAD_DATA, arena_printf(small->arena, _("one of: %s"), choices), _("there is no %s %.*s"),
              cell->column, (int)text.len, text.at);
}

/* Where in a list one word ends and the next begins. */
static const char *const separators[] = {";", "|", ",", "،", "؛"};
/* Blanks beside those of ASCII: no-break, ideographic, the thin ones of typesetting. */
static const char *const blanks[] = {"\u00a0", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008",
                                     "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

static bool begins_with_one(struct alm_text text, const char *const words[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text.len >= strlen(words[i]) && memcmp(text.at, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

/* What keeps a code from standing in a list of settings or on a command line; NULL: nothing. */
static const char *code_fault(struct alm_text code)
{
    if (code.len && code.at[0] == '-')
        return _("a code does not begin with a hyphen: it would be taken for an option");
    for (size_t i = 0; i < code.len; i++) {
        const struct alm_text rest = {code.at + i, code.len - i};
        if ((unsigned char)code.at[i] <= ' ' || code.at[i] == 0x7f || begins_with_one(rest, blanks, COUNT_OF(blanks)))
            return _("a code is one word without blanks, as for example K-12");
        if (begins_with_one(rest, separators, COUNT_OF(separators)))
            return _("a code has no comma, semicolon or bar: it would be two where a list of codes is read");
    }
    return NULL;
}

/* `a; b c` to words with single blanks between them; a speciality of several words is joined by hyphens. */
static struct alm_text parse_words(struct small *small, struct alm_text text)
{
    bool marked = false;
    for (size_t s = 0; s < COUNT_OF(separators); s++)
        marked |= memmem(text.at, text.len, separators[s], strlen(separators[s])) != NULL;
    char *out = arena_alloc(small->arena, text.len + 1);
    size_t len = 0;
    bool gap = false, blank = false;
    for (size_t at = 0; at < text.len;) {
        size_t step = 0;
        for (size_t s = 0; s < COUNT_OF(separators) && !step; s++)
            if (text.len - at >= strlen(separators[s]) &&
                memcmp(text.at + at, separators[s], strlen(separators[s])) == 0)
                step = strlen(separators[s]);
        if (step) {
            gap = len > 0;
        } else if ((unsigned char)text.at[at] <= ' ') {
            blank = len > 0;
            step = 1;
        } else {
            /* One byte for at least one separator or blank that was there: the room suffices. */
            if (gap || (blank && !marked))
                out[len++] = ' ';
            else if (blank)
                out[len++] = '-';
            gap = blank = false;
            char c = text.at[at];
            out[len++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
            step = 1;
        }
        at += step;
    }
    return (struct alm_text){out, len};
}

bool small_parse_cell(struct small *small, struct import_row *row, size_t i, struct small_value *value)
{
    struct register_importer *importer = small->importer;
    struct alm_text text = row->fields[i];
    struct alm_error err = {0};
    *value = (struct small_value){.number = ALM_NULL};
    switch (small->table->cells[i].kind) {
    case CELL_CODE:
    case CELL_TEXT: {
        if (text.len > TEXT_MAX_BYTES) {
            import_reject(row, (int)i, small->arena, _("longer than %d bytes"), TEXT_MAX_BYTES);
            return false;
        }
        const char *fault = small->table->cells[i].kind == CELL_CODE ? code_fault(text) : NULL;
        if (fault) {
            import_reject(row, (int)i, small->arena, "%s", fault);
            return false;
        }
        char *clean = arena_strndup(small->arena, text.at, text.len);
        for (size_t k = 0; k < text.len; k++)
            if ((unsigned char)clean[k] < ' ')
                clean[k] = ' ';
        value->text = (struct alm_text){clean, text.len};
        return true;
    }
    case CELL_KIND:
        value->text = parse_kind(small, &small->table->cells[i], text);
        return true;
    case CELL_CHOICE:
        parse_choice(small, &small->table->cells[i], text, value, &err);
        break;
    case CELL_WORDS:
        value->text = parse_words(small, text);
        return true;
    case CELL_NUMBER:
        if (number_parse_int(text, &value->number, &err) == ALM_OK && value->number < 0)
            error_set(&err, ALM_BAD_DATA, NULL, _("is negative"));
        break;
    case CELL_QUANTITY:
        if (number_parse_thousandths(text, &value->number, &err) == ALM_OK && value->number < 0)
            error_set(&err, ALM_BAD_DATA, NULL, _("is negative"));
        break;
    case CELL_DATE: {
        alm_date day;
        if (date_parse(text, &day, &err) == ALM_OK)
            value->number = day;
        break;
    }
    case CELL_AREA: {
        const struct register_area *areas;
        int32_t area = register_area_by_code(importer->directory, text, &err);
        if (area >= 0 && register_areas(importer->directory, &areas, NULL, &err) == ALM_OK)
            value->number = areas[area].id;
        break;
    }
    case CELL_BODY: {
        const struct register_entry *body = register_by_code(importer->directory, REGISTER_BODY, text, &err);
        if (body)
            value->number = body->id;
        break;
    }
    case CELL_PARENT: {
        char key[CODE_MAX + 1];
        size_t k = keys_find(&small->codes, (struct alm_text){key, register_code_key(text, key)});
        value->number =
            k == KEYS_NONE ? ALM_NULL : small->items[k].id; /* 0: it is made in this chunk, see give_ids() */
        return true;
    }
    }
    if (err.status != ALM_OK) {
        list_reject(row, (int)i, small->arena, &err);
        return false;
    }
    return true;
}
