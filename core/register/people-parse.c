/* SPDX-License-Identifier: MIT */
/*
 * Rows of the list of persons: from cells to values.  A row with a fault is rejected here with its column.
 */
#include "register/people.h"
#include <stdlib.h>

struct word {
    const char *word; /* folded and joined */
    int64_t value;
};

static const struct word relations[] = {
    {"head", ALM_HEAD},
    {"headofhousehold", ALM_HEAD},
    {"self", ALM_HEAD},
    {"سرپرست", ALM_HEAD},
    {"سرپرستخانوار", ALM_HEAD},
    {"spouse", ALM_SPOUSE},
    {"wife", ALM_SPOUSE},
    {"husband", ALM_SPOUSE},
    {"همسر", ALM_SPOUSE},
    {"زن", ALM_SPOUSE},
    {"شوهر", ALM_SPOUSE},
    {"child", ALM_CHILD},
    {"son", ALM_CHILD},
    {"daughter", ALM_CHILD},
    {"فرزند", ALM_CHILD},
    {"پسر", ALM_CHILD},
    {"دختر", ALM_CHILD},
    {"parent", ALM_PARENT},
    {"mother", ALM_PARENT},
    {"father", ALM_PARENT},
    {"والد", ALM_PARENT},
    {"والدین", ALM_PARENT},
    {"پدر", ALM_PARENT},
    {"مادر", ALM_PARENT},
    {"other", ALM_OTHER_RELATION},
    {"سایر", ALM_OTHER_RELATION},
    {"دیگر", ALM_OTHER_RELATION},
    {"دیگران", ALM_OTHER_RELATION},
    {"unknown", ALM_RELATION_UNKNOWN},
    {"نامعلوم", ALM_RELATION_UNKNOWN},
};

static const struct word sexes[] = {
    {"f", 'f'},    {"female", 'f'}, {"woman", 'f'}, {"girl", 'f'}, {"زن", 'f'},  {"دختر", 'f'},
    {"مونث", 'f'}, {"خانم", 'f'},   {"m", 'm'},     {"male", 'm'}, {"man", 'm'}, {"boy", 'm'},
    {"مرد", 'm'},  {"پسر", 'm'},    {"مذکر", 'm'},  {"اقا", 'm'},
};

static bool find_word(const struct word *words, size_t n, struct alm_text text, int64_t *value)
{
    char key[NAME_KEY], other[64];
    text_fold_joined(text, key, sizeof key);
    for (size_t i = 0; i < n; i++) {
        text_fold_joined(text_of(words[i].word), other, sizeof other);
        if (strcmp(key, other) == 0) {
            *value = words[i].value;
            return true;
        }
    }
    return false;
}

/* ---- values that repeat ---- */

static int compare_words(const void *left, const void *right)
{
    const struct alm_text *a = left, *b = right;
    size_t len = a->len < b->len ? a->len : b->len;
    int order = memcmp(a->at, b->at, len);
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

/* `a; b c|d` to words, sorted, each once, with single blanks between them.  Blanks separate only where nothing else
 * does. */
static void parse_criteria(struct people *people, struct alm_text text, struct people_value *value)
{
    enum { WORDS_MAX = 64 };
    struct alm_text words[WORDS_MAX];
    size_t n = 0;
    static const char *const separators[] = {";", "|", ",", "،", "؛", "\n"};
    bool marked = false;
    for (size_t s = 0; s < COUNT_OF(separators); s++)
        marked |= memmem(text.at, text.len, separators[s], strlen(separators[s])) != NULL;
    char *out = arena_alloc(people->arena, text.len + 1);
    memcpy(out, text.at, text.len);
    for (size_t i = 0; i < text.len; i++)
        if (out[i] >= 'A' && out[i] <= 'Z')
            out[i] = (char)(out[i] | 0x20);
    for (size_t at = 0; at < text.len;) {
        size_t end = at, step = 1;
        for (bool stop = false; end < text.len && !stop; end += stop ? 0 : 1) {
            for (size_t s = 0; s < COUNT_OF(separators) && !stop; s++) {
                size_t len = strlen(separators[s]);
                stop = text.len - end >= len && memcmp(out + end, separators[s], len) == 0;
                step = stop ? len : 1;
            }
            if (!marked && (out[end] == ' ' || out[end] == '\t')) {
                stop = true;
                step = 1;
            }
        }
        struct alm_text word = text_trim((struct alm_text){out + at, end - at});
        at = end + step;
        if (!word.len)
            continue;
        if (n == WORDS_MAX) {
            value->fault = arena_printf(people->arena, _("more than %d criteria"), WORDS_MAX);
            return;
        }
        words[n++] = word;
    }
    qsort(words, n, sizeof *words, compare_words);
    char *joined = arena_alloc(people->arena, text.len + WORDS_MAX + 1);
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        if (i && words[i].len == words[i - 1].len && memcmp(words[i].at, words[i - 1].at, words[i].len) == 0)
            continue;
        if (len)
            joined[len++] = ' ';
        for (size_t k = 0; k < words[i].len; k++) {
            char c = words[i].at[k];
            bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
            if (blank && joined[len - 1] == '-')
                continue;
            joined[len++] = blank ? '-' : c;
        }
    }
    value->text = (struct alm_text){joined, len};
}

static void parse_repeated(struct people *people, int column, struct alm_text text, struct people_value *value)
{
    struct register_directory *directory = people->importer->directory;
    struct alm_error err = {0};
    *value = (struct people_value){0};
    switch (column) {
    case P_RELATION:
        if (!find_word(relations, COUNT_OF(relations), text, &value->number))
            value->fault = _("not a relation: head, spouse, child, parent or other");
        return;
    case P_SEX:
        if (!find_word(sexes, COUNT_OF(sexes), text, &value->number))
            value->fault = _("not a sex: f or m");
        return;
    case P_SCHOOL_GRADE:
        if (number_parse_int(text, &value->number, &err) != ALM_OK)
            value->fault = arena_strdup(people->arena, err.text);
        else if (value->number < 0 || value->number > 12)
            value->fault = _("not a school grade: 0 (before school) to 12");
        return;
    case P_AREA: {
        int32_t area = register_area_by_code(directory, text, &err);
        const struct register_area *areas;
        size_t n;
        if (area >= 0 && register_areas(directory, &areas, &n, &err) == ALM_OK)
            value->number = areas[area].id;
        break;
    }
    case P_BASE: {
        const struct register_entry *base = register_by_code(directory, REGISTER_BASE, text, &err);
        if (base)
            value->number = base->id;
        break;
    }
    case P_CRITERIA:
        parse_criteria(people, text, value);
        return;
    default:
        return;
    }
    if (err.status != ALM_OK)
        value->fault = *err.hint ? arena_printf(people->arena, "%s; %s", err.text, err.hint)
                                 : arena_strdup(people->arena, err.text);
}

static const struct people_value *repeated(struct people *people, int column, struct alm_text text)
{
    struct people_memo *memo = &people->memos[column];
    bool fresh;
    size_t k = keys_add(&memo->keys, text, &fresh);
    if (fresh) {
        while (memo->capacity <= k) {
            memo->capacity = memo->capacity ? memo->capacity * 2 : 64;
            memo->values = xreallocarray(memo->values, memo->capacity, sizeof *memo->values);
        }
        parse_repeated(people, column, text, &memo->values[k]);
    }
    return &memo->values[k];
}

/* ---- single cells; each tells whether the row is sound so far ---- */

/* Whether a cell says anything; an edit's empty cell sets *cleared. */
static bool given(const struct people *people, const struct import_row *row, int column, bool *cleared)
{
    struct alm_text text = row->fields[column];
    *cleared = people->importer->edit && text.at && text.len == 0;
    return text.len > 0;
}

static bool take_number(struct people *people, struct import_row *row, int column, int64_t *to)
{
    bool cleared;
    *to = ALM_NULL;
    if (!given(people, row, column, &cleared)) {
        if (cleared)
            *to = CLEARED;
        return true;
    }
    const struct people_value *value = repeated(people, column, row->fields[column]);
    if (value->fault) {
        import_reject(row, column, people->arena, "%s", value->fault);
        return false;
    }
    *to = value->number;
    return true;
}

static bool take_text(struct people *people, struct import_row *row, int column, size_t max, struct alm_text *to)
{
    bool cleared;
    struct alm_text text = row->fields[column];
    *to = (struct alm_text){NULL, 0};
    if (!given(people, row, column, &cleared)) {
        if (cleared)
            *to = text_of("");
        return true;
    }
    if (text.len > max) {
        import_reject(row, column, people->arena, _("longer than %zu bytes"), max);
        return false;
    }
    /* A cell over several lines, or with other control characters, would break every list that shows it. */
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] < ' ') {
            char *clean = arena_strndup(people->arena, text.at, text.len);
            for (size_t k = i; k < text.len; k++)
                if ((unsigned char)clean[k] < ' ')
                    clean[k] = ' ';
            text.at = clean;
            break;
        }
    *to = text;
    return true;
}

static bool take_date(struct people *people, struct import_row *row, int column, int64_t *to)
{
    struct alm_error err = {0};
    alm_date day;
    bool cleared;
    *to = ALM_NULL;
    if (!given(people, row, column, &cleared)) {
        if (cleared)
            *to = CLEARED;
        return true;
    }
    if (date_parse(row->fields[column], &day, &err) != ALM_OK) {
        list_reject(row, column, people->arena, &err);
        return false;
    }
    if (day > people->importer->today) {
        import_reject(row, column, people->arena, _("lies in the future"));
        return false;
    }
    if (day < date_from_solar(1250, 1, 1)) {
        import_reject(row, column, people->arena, _("lies before 1250 (1871)"));
        return false;
    }
    *to = day;
    return true;
}

static uint32_t add_mark(struct people *people, struct alm_text mark)
{
    size_t k = keys_add(&people->marks, mark, NULL);
    while (people->marks_capacity <= k) {
        people->marks_capacity = people->marks_capacity ? people->marks_capacity * 2 : 1024;
        people->mark_person = xreallocarray(people->mark_person, people->marks_capacity, sizeof *people->mark_person);
    }
    people->mark_person[k] = NOBODY;
    return (uint32_t)k;
}

static bool take_marks(struct people *people, struct import_row *row, struct person_row *to)
{
    struct alm_error err = {0};
    bool cleared;
    to->mark = to->f_mark = NOBODY;
    to->national_id = (struct alm_text){NULL, 0};
    to->wrong_id = NULL;
    if (given(people, row, P_NATIONAL_ID, &cleared)) {
        char id[11];
        if (identifier_national_id(row->fields[P_NATIONAL_ID], id, &err) != ALM_OK) {
            list_reject(row, P_NATIONAL_ID, people->arena, &err);
            if (!people->importer->look)
                return false;
            to->wrong_id = row->reason;
            to->national_id = row->fields[P_NATIONAL_ID];
            row->outcome = IMPORT_SAME;
        } else {
            to->mark = add_mark(people, (struct alm_text){id, 10});
            to->national_id = people->marks.at[to->mark];
        }
    } else if (cleared) {
        to->national_id = text_of("");
    }
    if (!take_text(people, row, P_FOREIGN_ID, CODE_MAX / 2, &to->foreign_id))
        return false;
    if (to->foreign_id.len) {
        char mark[CODE_MAX + 3];
        struct alm_text key = people_foreign_mark(to->foreign_id, mark);
        if (key.len == 2) {
            import_reject(row, P_FOREIGN_ID, people->arena, _("has no letter or digit"));
            return false;
        }
        to->f_mark = add_mark(people, key);
    }
    return true;
}

static bool take_mobile(struct people *people, struct import_row *row, struct person_row *to)
{
    struct alm_error err = {0};
    char mobile[16];
    bool cleared;
    to->mobile = (struct alm_text){NULL, 0};
    if (!given(people, row, P_MOBILE, &cleared)) {
        if (cleared)
            to->mobile = text_of("");
        return true;
    }
    if (identifier_mobile(row->fields[P_MOBILE], mobile, &err) != ALM_OK) {
        list_reject(row, P_MOBILE, people->arena, &err);
        return false;
    }
    to->mobile = text_of(arena_strdup(people->arena, mobile));
    return true;
}

/* The number of the row's household; rows of one follow each other, so the last row's code is tried first. */
static bool take_household(struct people *people, size_t i, struct person_row *to)
{
    struct import_row *row = &people->rows[i];
    struct alm_text text = row->fields[P_HOUSEHOLD];
    if (text.len == 0) {
        to->household = NOBODY;
        if (!people->importer->edit)
            import_reject(row, P_HOUSEHOLD, people->arena, _("empty; every person belongs to a household"));
        return people->importer->edit;
    }
    if (i > 0 && people->rows[i - 1].fields[P_HOUSEHOLD].len == text.len &&
        memcmp(people->rows[i - 1].fields[P_HOUSEHOLD].at, text.at, text.len) == 0 &&
        people->parsed[i - 1].household != NOBODY) {
        to->household = people->parsed[i - 1].household;
        return true;
    }
    char key[CODE_MAX + 1];
    size_t len = text.len <= CODE_MAX / 2 ? register_code_key(text, key) : 0;
    to->household = NOBODY;
    if (len == 0) {
        if (text.len > CODE_MAX / 2)
            import_reject(row, P_HOUSEHOLD, people->arena, _("longer than %d bytes"), CODE_MAX / 2);
        else
            import_reject(row, P_HOUSEHOLD, people->arena, _("has no letter or digit"));
        return false;
    }
    bool fresh;
    size_t k = keys_add(&people->codes, (struct alm_text){key, len}, &fresh);
    if (fresh) {
        while (people->households_capacity <= k) {
            people->households_capacity = people->households_capacity ? people->households_capacity * 2 : 1024;
            people->households =
                xreallocarray(people->households, people->households_capacity, sizeof *people->households);
        }
        people->households[k] = (struct people_household){.code = text, .area = ALM_NULL, .base = ALM_NULL};
    }
    to->household = (uint32_t)k;
    return true;
}

static struct alm_text keep(struct people *people, struct alm_text key)
{
    return (struct alm_text){arena_strndup(people->arena, key.at, key.len), key.len};
}

size_t people_name_key(struct alm_text first, struct alm_text second, char *buf, size_t size)
{
    size_t a = first.len < size - 2 ? first.len : size - 2;
    size_t b = second.len < size - 2 - a ? second.len : size - 2 - a;
    memcpy(buf, first.at, a);
    buf[a] = '|';
    memcpy(buf + a + 1, second.at, b);
    buf[a + 1 + b] = '\0';
    return a + 1 + b;
}

struct alm_text people_fold_name(struct alm_text name, char buf[NAME_KEY])
{
    return (struct alm_text){buf, name.len ? text_fold_joined(name, buf, NAME_KEY) : 0};
}

#define TITLE "سید"
#define TITLE_OF_A_WOMAN "سیده"

bool people_is_title(struct alm_text folded)
{
    return text_equal(folded, TITLE) || text_equal(folded, TITLE_OF_A_WOMAN);
}

size_t people_joined_title(struct alm_text folded)
{
    /* More than one letter (of two bytes) has to follow: سیده and سیدا are names too. */
    const size_t len = strlen(TITLE);
    return folded.len >= len + 4 && memcmp(folded.at, TITLE, len) == 0 ? len : 0;
}

struct alm_text people_fold_given(struct alm_text name, char buf[NAME_KEY])
{
    static const char joiner[] = "\xE2\x80\x8C"; /* ZWNJ, which parts words as a blank does */
    struct alm_text key = people_fold_name(name, buf);
    if (!people_joined_title(key))
        return key;
    size_t end = 0;
    while (end < name.len && name.at[end] != ' ' &&
           (name.len - end < 3 || memcmp(name.at + end, joiner, sizeof joiner - 1) != 0))
        end++;
    char word[NAME_KEY];
    struct alm_text first = people_fold_name((struct alm_text){name.at, end}, word);
    size_t title = people_is_title(first) ? first.len : people_joined_title(key);
    if (title >= key.len)
        return key;
    return (struct alm_text){key.at + title, key.len - title};
}

size_t people_name_keys(struct alm_text given_name, struct alm_text family_name, char first[NAMES_KEY],
                        char second[NAMES_KEY], struct alm_text keys[2])
{
    char given_key[NAME_KEY], family_key[NAME_KEY];
    struct alm_text g = people_fold_given(given_name, given_key), f = people_fold_name(family_name, family_key);
    if (!g.len && !f.len)
        return 0;
    keys[0] = (struct alm_text){first, people_name_key(g, f, first, NAMES_KEY)};
    keys[1] = (struct alm_text){second, people_name_key(f, g, second, NAMES_KEY)};
    return keys[0].len == keys[1].len && memcmp(first, second, keys[0].len) == 0 ? 1 : 2;
}

struct alm_text people_foreign_mark(struct alm_text foreign_id, char mark[CODE_MAX + 3])
{
    memcpy(mark, "f:", 2);
    return (struct alm_text){mark, 2 + register_code_key(foreign_id, mark + 2)};
}

static void parse_row(struct people *people, size_t i)
{
    struct import_row *row = &people->rows[i];
    struct person_row *to = &people->parsed[i];
    row->outcome = IMPORT_SAME;
    if (!take_household(people, i, to) || !take_number(people, row, P_RELATION, &to->relation) ||
        !take_marks(people, row, to) || !take_text(people, row, P_GIVEN_NAME, NAME_MAX_BYTES, &to->given_name) ||
        !take_text(people, row, P_FAMILY_NAME, NAME_MAX_BYTES, &to->family_name) ||
        !take_text(people, row, P_FATHER_NAME, NAME_MAX_BYTES, &to->father_name) ||
        !take_date(people, row, P_BIRTH_DATE, &to->birth_date) || !take_number(people, row, P_SEX, &to->sex) ||
        !take_mobile(people, row, to) || !take_number(people, row, P_AREA, &to->area) ||
        !take_text(people, row, P_ADDRESS, ADDRESS_MAX_BYTES, &to->address) ||
        !take_number(people, row, P_BASE, &to->base) || !take_number(people, row, P_SCHOOL_GRADE, &to->school_grade) ||
        !take_date(people, row, P_MEMBER_SINCE, &to->since))
        return;
    bool cleared;
    to->criteria = (struct alm_text){NULL, 0};
    if (given(people, row, P_CRITERIA, &cleared)) {
        const struct people_value *value = repeated(people, P_CRITERIA, row->fields[P_CRITERIA]);
        if (value->fault) {
            import_reject(row, P_CRITERIA, people->arena, "%s", value->fault);
            return;
        }
        to->criteria = value->text;
    } else if (cleared) {
        to->criteria = text_of("");
    }
    char key[NAME_KEY];
    to->given_key = keep(people, people_fold_given(to->given_name, key));
    to->family_key = keep(people, people_fold_name(to->family_name, key));
    if (!people->importer->edit && to->mark == NOBODY && to->f_mark == NOBODY && !to->given_key.len &&
        !to->family_key.len)
        import_reject(row, to->wrong_id ? P_NATIONAL_ID : P_GIVEN_NAME, people->arena, "%s",
                      to->wrong_id ? to->wrong_id : _("empty; a name, a national ID or a foreign ID is needed"));
}

void people_parse(struct people *people)
{
    for (size_t i = 0; i < people->n; i++)
        parse_row(people, i);
}
