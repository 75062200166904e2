/* SPDX-License-Identifier: MIT */
/* Rules for a file that came without any: by its headers, and by what stands below those that say nothing. */
#include "match/internal.h"

#include <stdlib.h>

/* What a header stands for. */
enum kind {
    IGNORED, /* a number of the row, or who it is: what matching is to find out */
    RECORD,  /* names the record */
    GIVEN,
    MIDDLE,
    SURNAME,
    FULL,
    FATHER,
    BIRTH,
    BIRTH_PART,
    SEX,
    IDENTIFIER,
    PHONE,
    EMAIL,
    HOUSE,
    ADDRESS,
    TOWN,
    POSTCODE,
    REGION,
    HOUSEHOLD,
    TRAIT, /* a word about a person */
    WORDS, /* a text */
    YEAR,
    KINDS
};

/* Headers without case, blanks and marks. */
static const struct {
    enum kind kind;
    const char *headers;
} known[] = {
    {IGNORED,
     "|cluster|clusterid|entity|entityid|truth|trueid|label|identity|match|ismatch|duplicate|isduplicate|gold|group|"
     "groupid|personid|truecluster|truthid|entid|matchid|criteria|note|notes|remarks|comment|توضیحات|"},
    {RECORD, "|id|recid|recordid|uniqueid|rowid|rowno|row|uid|recno|key|index|rid|شناسه|ردیف|ida|idb|"},
    {GIVEN, "|givenname|firstname|fname|forename|forenames|given|first|fnamec1|نام|نامکوچک|christianname|"},
    {MIDDLE, "|middlename|mname|middle|middleinitial|fnamec2|lnamec2|secondname|"},
    {SURNAME, "|surname|lastname|lname|familyname|family|last|lnamec1|نامخانوادگی|فامیل|فامیلی|شهرت|"},
    {FULL, "|fullname|name|personname|نامونامخانوادگی|"},
    {FATHER, "|fathername|fathersname|father|mothername|mothersname|mother|نامپدر|ناممادر|پدر|"},
    {BIRTH, "|dateofbirth|dob|birthdate|birthday|born|birth|تاریختولد|تولد|متولد|"},
    {BIRTH_PART, "|by|bm|bd|birthyear|birthmonth|yearofbirth|monthofbirth|dayofbirth|yob|سالتولد|age|"},
    {SEX, "|sex|gender|جنسیت|جنس|"},
    {IDENTIFIER,
     "|nationalid|nationalcode|nationalidnumber|nationalno|nid|socsecid|ssn|socialsecurity|socialsecuritynumber|"
     "codemelli|passport|passportno|foreignid|nino|nhsnumber|taxid|کدملی|شمارهملی|کدفراگیر|شمارهشناسنامه|"},
    {PHONE, "|phone|mobile|tel|telephone|phonenumber|mobilenumber|cell|cellphone|homephone|تلفن|موبایل|همراه|شمارهتماس|"
            "شمارههمراه|تلفنهمراه|"},
    {EMAIL, "|email|emailaddress|mail|ایمیل|رایانامه|"},
    {HOUSE, "|streetnumber|housenumber|houseno|streetno|پلاک|"},
    {ADDRESS,
     "|address|address1|address2|addr|street|streetaddress|streetname|addressline1|addressline2|نشانی|آدرس|ادرس|"},
    {TOWN,
     "|city|town|suburb|village|locality|place|birthplace|placeofbirth|county|district|شهر|روستا|محلتولد|شهرستان|"},
    {POSTCODE, "|postcode|postalcode|zip|zipcode|postcodefake|کدپستی|"},
    {REGION, "|state|province|country|region|area|base|neighbourhood|neighborhood|استان|محدوده|محله|پایگاه|"},
    {HOUSEHOLD, "|household|householdid|familyid|hhid|خانوار|کدخانوار|"},
    {TRAIT,
     "|occupation|job|profession|relation|relationship|maritalstatus|schoolgrade|grade|race|ethnicity|شغل|نسبت|"},
    {WORDS, "|title|authors|author|venue|description|manufacturer|brand|artist|album|"},
    {YEAR, "|year|price|"},
};

static const struct {
    enum compare_how how;
    enum rules_form form;
    enum rules_share share;
    double limits[2];
} usual[KINDS] = {
    [GIVEN] = {COMPARE_NAME, RULES_GIVEN, RULES_PERSONAL, {0}},
    [MIDDLE] = {COMPARE_NAME, RULES_JOINED, RULES_PERSONAL, {0}},
    [SURNAME] = {COMPARE_NAME, RULES_GIVEN, RULES_HOUSEHOLD, {0}},
    [FULL] = {COMPARE_TOKENS, RULES_PLAIN, RULES_PERSONAL, {0}},
    [FATHER] = {COMPARE_NAME, RULES_GIVEN, RULES_HOUSEHOLD, {0}},
    [BIRTH] = {COMPARE_DATE, RULES_DATE, RULES_PERSONAL, {0}},
    [BIRTH_PART] = {COMPARE_NUMBER, RULES_NUMBER, RULES_PERSONAL, {1, 3}},
    [SEX] = {COMPARE_EXACT, RULES_PLAIN, RULES_PERSONAL, {0}},
    [IDENTIFIER] = {COMPARE_DIGITS, RULES_IDENTIFIER, RULES_PERSONAL, {0}},
    [PHONE] = {COMPARE_DIGITS, RULES_PHONE, RULES_HOUSEHOLD, {0}},
    [EMAIL] = {COMPARE_EMAIL, RULES_PLAIN, RULES_PERSONAL, {0}},
    [HOUSE] = {COMPARE_DIGITS, RULES_IDENTIFIER, RULES_HOUSEHOLD, {0}},
    [ADDRESS] = {COMPARE_TOKENS, RULES_PLAIN, RULES_HOUSEHOLD, {0}},
    [TOWN] = {COMPARE_NAME, RULES_JOINED, RULES_PLACE, {0}},
    [POSTCODE] = {COMPARE_DIGITS, RULES_IDENTIFIER, RULES_PLACE, {0}},
    [REGION] = {COMPARE_EXACT, RULES_JOINED, RULES_PLACE, {0}},
    [HOUSEHOLD] = {COMPARE_EXACT, RULES_JOINED, RULES_HOUSEHOLD, {0}},
    [TRAIT] = {COMPARE_NAME, RULES_JOINED, RULES_PERSONAL, {0}},
    [WORDS] = {COMPARE_TOKENS, RULES_PLAIN, RULES_PERSONAL, {0}},
    [YEAR] = {COMPARE_NUMBER, RULES_NUMBER, RULES_PERSONAL, {1, 3}},
};

/* What a column's values look like. */
struct look {
    size_t n, different, digits, words, at_sign, dates;
    double length;
};

static bool looks_like_date(const char *text)
{
    unsigned parts = 0, digits = 0;
    for (; *text; text++) {
        if (*text >= '0' && *text <= '9')
            digits++;
        else if (*text == '-' || *text == '/' || *text == '.')
            parts++;
        else
            return false;
    }
    return parts == 2 && digits >= 6 && digits <= 8;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static struct look look_at(const struct rules_sample *sample, size_t column)
{
    char **values = xcalloc(sample->n_rows + 1, sizeof *values);
    struct look look = {0};
    for (size_t i = 0; i < sample->n_rows; i++) {
        char *value = sample->rows[i][column];
        if (!value || !*value)
            continue;
        const size_t len = strlen(value);
        values[look.n++] = value;
        look.length += (double)len;
        look.digits += strspn(value, "0123456789") == len;
        look.words += strchr(value, ' ') != NULL;
        look.at_sign += strchr(value, '@') != NULL;
        look.dates += looks_like_date(value);
    }
    qsort(values, look.n, sizeof *values, compare_texts);
    for (size_t i = 0; i < look.n; i++)
        look.different += i == 0 || strcmp(values[i], values[i - 1]) != 0;
    if (look.n)
        look.length /= (double)look.n;
    free(values);
    return look;
}

/* Of a header that says nothing. */
static enum kind kind_by_look(const struct rules_sample *sample, size_t column)
{
    const struct look look = look_at(sample, column);
    if (look.different < 2 || look.n * 20 < sample->n_rows)
        return IGNORED;
    if (look.at_sign * 2 > look.n)
        return EMAIL;
    if (look.dates * 2 > look.n)
        return BIRTH;
    if (look.digits * 10 > look.n * 9)
        /* Numbers that are all different are the rows' own, if they are short. */
        return look.length >= 7 ? IDENTIFIER : look.different == look.n ? IGNORED : BIRTH_PART;
    return look.words * 2 > look.n ? WORDS : TRAIT;
}

static enum kind kind_of_header(struct alm_text header)
{
    char plain[100], wanted[104];
    rules_plain_header(header, plain, sizeof plain);
    snprintf(wanted, sizeof wanted, "|%s|", plain);
    for (size_t i = 0; plain[0] && i < COUNT_OF(known); i++) {
        /* The headers above are written as people write them; those with a fold of ours are compared folded. */
        if (strstr(known[i].headers, wanted))
            return known[i].kind;
    }
    return KINDS;
}

static const char *own(struct rules *rules, struct alm_text text)
{
    return arena_strndup(&rules->arena, text.at, text.len);
}

/* The header in the second file that stands for the same: the same one, or the first of its kind that is not taken. */
static int twin(const struct rules *rules, const struct rules_sample *second, struct alm_text header, enum kind kind)
{
    char wanted[100], plain[100];
    rules_plain_header(header, wanted, sizeof wanted);
    for (size_t i = 0; i < second->n; i++) {
        rules_plain_header(second->headers[i], plain, sizeof plain);
        if (strcmp(plain, wanted) == 0)
            return (int)i;
    }
    for (size_t i = 0; i < second->n && kind != KINDS; i++) {
        bool taken = false;
        for (size_t k = 0; k < rules->n_fields; k++)
            taken |= text_equal(second->headers[i], rules->fields[k].columns[1]);
        if (!taken && kind_of_header(second->headers[i]) == kind)
            return (int)i;
    }
    return -1;
}

void rules_guess(struct rules *rules, const struct rules_sample *sample, const struct rules_sample *second)
{
    int given = -1, surname = -1, full = -1;
    rules->threshold = -1;
    rules->max_block = 300;
    for (size_t i = 0; i < sample->n; i++) {
        const enum kind by_header = kind_of_header(sample->headers[i]);
        if (by_header == RECORD && !rules->id[0]) {
            rules->id[0] = own(rules, sample->headers[i]);
            if (second) {
                int at = twin(rules, second, sample->headers[i], RECORD);
                rules->id[1] = at >= 0 ? own(rules, second->headers[at]) : NULL;
            }
        }
        if (by_header == RECORD || by_header == IGNORED || rules->n_fields == MATCH_MAX_FIELDS)
            continue;
        const enum kind kind = by_header == KINDS ? kind_by_look(sample, i) : by_header;
        const int at = second ? twin(rules, second, sample->headers[i], by_header) : -1;
        if (kind == IGNORED || kind == RECORD || (second && at < 0))
            continue;
        struct rules_field *field = &rules->fields[rules->n_fields];
        *field = (struct rules_field){.name = own(rules, sample->headers[i]),
                                      .how = usual[kind].how,
                                      .form = usual[kind].form,
                                      .share = by_header == KINDS ? RULES_UNKNOWN : usual[kind].share,
                                      .limits = {usual[kind].limits[0], usual[kind].limits[1]},
                                      .swap_field = -1,
                                      .frequency = true};
        field->columns[0] = field->name;
        field->columns[1] = second ? own(rules, second->headers[at]) : NULL;
        int *place = kind == GIVEN ? &given : kind == SURNAME ? &surname : kind == FULL ? &full : NULL;
        if (place && *place < 0)
            *place = (int)rules->n_fields;
        rules->n_fields++;
    }
    /* "name" beside a surname is a given name. */
    if (full >= 0 && given < 0 && surname >= 0) {
        given = full;
        rules->fields[given].how = COMPARE_NAME;
        rules->fields[given].form = RULES_GIVEN;
    }
    if (given >= 0 && surname >= 0) {
        rules->fields[given].swap = rules->fields[surname].name;
        rules->fields[surname].swap = rules->fields[given].name;
        rules->fields[given].swap_field = surname;
        rules->fields[surname].swap_field = given;
    }
}
