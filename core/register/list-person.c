/* SPDX-License-Identifier: MIT */
/*
 * The list of persons: each row of a chunk judged in the order of the file.  Who is who: by national ID, else by
 * foreign ID, else by household and names.  What a file does not say stays as it is.
 */
#include "register/people.h"
#include <stdlib.h>

const struct import_column person_columns[] = {
    [P_HOUSEHOLD] = {"household", "household_code|household id|family|خانوار|کد خانوار|شماره خانوار|شناسه خانوار",
                     true},
    [P_RELATION] = {"relation", "relationship|نسبت|نسبت با سرپرست|نسبت با سرپرست خانوار", false},
    [P_NATIONAL_ID] = {"national_id", "national code|nid|کد ملی|شماره ملی|کدملی", false},
    [P_GIVEN_NAME] = {"given_name", "first name|name|نام|نام کوچک", false},
    [P_FAMILY_NAME] = {"family_name", "last name|surname|نام خانوادگی|فامیل|فامیلی", false},
    [P_FATHER_NAME] = {"father_name", "father|نام پدر|پدر", false},
    [P_BIRTH_DATE] = {"birth_date", "date of birth|birthday|dob|تاریخ تولد|تولد", false},
    [P_SEX] = {"sex", "gender|جنسیت|جنس", false},
    [P_MOBILE] = {"mobile",
                  "phone|mobile number|cell|تلفن همراه|موبایل|شماره همراه|شماره موبایل|شماره تلفن همراه|همراه|تلفن",
                  false},
    [P_AREA] = {"area", "area_code|neighbourhood|محدوده|محله|کد محدوده|کد محله", false},
    [P_ADDRESS] = {"address", "نشانی|آدرس", false},
    [P_BASE] = {"base", "base_code|پایگاه|کد پایگاه", false},
    [P_SCHOOL_GRADE] = {"school_grade", "grade|school year|پایه تحصیلی|پایه|کلاس|مقطع", false},
    [P_CRITERIA] =
        {"criteria",
         "criterion|معیار|معیارها|معیارهای نیاز|معیار نیاز|ملاک|ملاک‌ها",
         false},
    [P_FOREIGN_ID] = {"foreign_id", "foreigner id|شناسه اتباع|کد اتباع|کد فراگیر|شناسه فراگیر اتباع|شماره اتباع",
                      false},
    [P_MEMBER_SINCE] = {"member_since", "since|عضو از|عضویت از|تاریخ عضویت", false},
};
const size_t person_n_columns = COUNT_OF(person_columns);

static bool same_text(struct alm_text a, struct alm_text b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static struct alm_text null_if_empty(struct alm_text text)
{
    return text.len ? text : (struct alm_text){NULL, 0};
}

/* ---- who is it ---- */

/* Whether what the row says of a person of the same names speaks against it. */
static bool may_be(const struct people_person *person, const struct person_row *row)
{
    if (row->national_id.len && person->national_id.len && !same_text(row->national_id, person->national_id))
        return false;
    if (row->foreign_id.len && person->foreign_id.len && !same_text(row->foreign_id, person->foreign_id))
        return false;
    if (!row->father_name.len || !person->father_name.len || same_text(row->father_name, person->father_name))
        return true;
    char given[NAME_KEY], known[NAME_KEY];
    return same_text(people_fold_given(row->father_name, given), people_fold_given(person->father_name, known));
}

/* The person that a row is about; NOBODY: a new one.  False if the row contradicts itself (it is rejected then). */
static bool identify(struct people *people, struct import_row *at, const struct person_row *row, uint32_t *found)
{
    uint32_t by_mark = row->mark == NOBODY ? NOBODY : people->mark_person[row->mark];
    uint32_t by_f_mark = row->f_mark == NOBODY ? NOBODY : people->mark_person[row->f_mark];
    *found = NOBODY;
    if (people->importer->edit) {
        size_t k = keys_find_id(&people->person_ids, people->importer->id);
        *found = k == KEYS_NONE ? NOBODY : (uint32_t)k;
        if ((by_mark != NOBODY && by_mark != *found) || (by_f_mark != NOBODY && by_f_mark != *found)) {
            import_reject(at, by_mark != NOBODY && by_mark != *found ? P_NATIONAL_ID : P_FOREIGN_ID, people->arena,
                          _("another person is registered with it"));
            return false;
        }
        return true;
    }
    if (by_mark != NOBODY && by_f_mark != NOBODY && by_mark != by_f_mark) {
        import_reject(at, P_FOREIGN_ID, people->arena,
                      _("another person is registered with it than with the national ID"));
        return false;
    }
    *found = by_mark != NOBODY ? by_mark : by_f_mark;
    if (*found != NOBODY) {
        const struct people_person *person = &people->persons[*found];
        if (row->national_id.len && person->national_id.len && !same_text(row->national_id, person->national_id)) {
            import_reject(at, P_NATIONAL_ID, people->arena,
                          _("the person with this foreign ID is registered with another one"));
            return false;
        }
        return true;
    }
    if (!row->given_key.len && !row->family_key.len)
        return true;
    for (uint32_t k = people_by_names(people, row->household, row->given_key, row->family_key); k != NOBODY;
         k = people->persons[k].next)
        if (people->persons[k].lives_in == row->household && may_be(&people->persons[k], row)) {
            *found = k;
            return true;
        }
    return true;
}

/* ---- their household ---- */

static enum alm_status reject_elsewhere(struct people *people, struct import_row *at,
                                        const struct people_person *person, const struct person_row *row,
                                        struct alm_error *err)
{
    struct arena *arena = people->arena;
    char since[32] = "", elsewhere[CODE_MAX + 1] = "";
    struct alm_text wanted = people->households[row->household].code;
    if (person->stay_since != ALM_NULL) {
        char day[24];
        date_format((alm_date)person->stay_since, DATE_ISO, day, sizeof day);
        snprintf(since, sizeof since, _(" since %s"), day);
    }
    if (person->fresh) {
        struct alm_text code = people->households[person->lives_in].code;
        import_reject(at, P_HOUSEHOLD, arena, _("this file has the same person in household %.*s already"),
                      (int)code.len, code.at);
        return ALM_OK;
    }
    if (person->lives_in != NOBODY)
        snprintf(elsewhere, sizeof elsewhere, "%.*s", (int)people->households[person->lives_in].code.len,
                 people->households[person->lives_in].code.at);
    else if (person->household) {
        enum alm_status status = register_name(people->importer->store, ALM_NOUN_HOUSEHOLD, person->household,
                                               elsewhere, sizeof elsewhere, err);
        if (status != ALM_OK)
            return status;
    }
    import_reject(at, P_HOUSEHOLD, arena,
                  _("already registered in household %s%s; to move them: almoner person edit %lld --household %.*s"),
                  elsewhere, since, (long long)person->id, (int)wanted.len, wanted.at);
    return ALM_OK;
}

/* What a row says of its household, once it is known that the row is sound.  True if a known household changed. */
static bool update_household(struct people_household *household, const struct person_row *row, alm_date today)
{
    bool changed = false;
    if (!household->known && !household->fresh) {
        household->fresh = true;
        household->since = today;
    }
    int64_t area = row->area == CLEARED ? ALM_NULL : row->area, base = row->base == CLEARED ? ALM_NULL : row->base;
    if (row->area != ALM_NULL && !household->area_fixed) {
        changed |= household->area != area;
        household->area = area;
        household->area_fixed = true;
    }
    /* Of what the rows of one file say, the first stands. */
    if (row->base != ALM_NULL && !household->base_fixed) {
        changed |= household->base != base;
        household->base = base;
        household->base_fixed = true;
    }
    if (row->address.at && !household->address_fixed) {
        changed |= !same_text(household->address, row->address);
        household->address = null_if_empty(row->address);
        household->address_fixed = true;
    }
    household->changed |= changed && household->known;
    return changed && household->known;
}

/* ---- what is known of them ---- */

static void begin_change(struct people *people, struct people_person *person)
{
    if (!person->before && !person->fresh) {
        struct people_person *before = arena_alloc(people->arena, sizeof *before);
        *before = *person;
        person->before = before;
    }
    person->changed = true;
}

static bool set_number(struct people *people, struct people_person *person, int64_t *field, int64_t value, int64_t none)
{
    if (value == ALM_NULL)
        return false;
    if (value == CLEARED)
        value = none;
    if (*field == value)
        return false;
    begin_change(people, person);
    *field = value;
    return true;
}

static bool set_text(struct people *people, struct people_person *person, struct alm_text *field, struct alm_text value)
{
    if (!value.at || same_text(*field, value))
        return false;
    begin_change(people, person);
    *field = null_if_empty(value);
    return true;
}

/* Take over what the row gives; true if anything is other than before. */
static bool update_person(struct people *people, uint32_t number, const struct person_row *row)
{
    struct people_person *person = &people->persons[number];
    bool changed = false;
    changed |= set_number(people, person, &person->relation, row->relation, ALM_RELATION_UNKNOWN);
    changed |= set_number(people, person, &person->sex, row->sex, 0);
    changed |= set_number(people, person, &person->school_grade, row->school_grade, ALM_NULL);
    changed |= set_text(people, person, &person->given_name, row->given_name);
    changed |= set_text(people, person, &person->family_name, row->family_name);
    changed |= set_text(people, person, &person->father_name, row->father_name);
    changed |= set_text(people, person, &person->mobile, row->mobile);
    changed |= set_text(people, person, &person->national_id, row->national_id);
    changed |= set_text(people, person, &person->foreign_id, row->foreign_id);
    if (row->criteria.at && !same_text(person->criteria, row->criteria)) {
        begin_change(people, person);
        person->criteria = row->criteria;
        changed = true;
    }
    if (set_number(people, person, &person->birth_date, row->birth_date, ALM_NULL)) {
        changed = true;
        /* Born earlier or later, they were or were not there when aid was given. */
        if (!person->fresh && person->lives_in != NOBODY)
            people->households[person->lives_in].gate = true;
    }
    /* The date of a move is not changed by a list. */
    if (!person->by_membership && row->since != ALM_NULL &&
        set_number(people, person, &person->since, row->since, ALM_NULL)) {
        changed = true;
        person->stay_since = person->since;
        if (!person->fresh && person->lives_in != NOBODY)
            people->households[person->lives_in].gate = true;
    }
    if (row->mark != NOBODY)
        people->mark_person[row->mark] = number;
    if (row->f_mark != NOBODY)
        people->mark_person[row->f_mark] = number;
    return changed;
}

static void add_person(struct people *people, const struct person_row *row)
{
    uint32_t number = people_new_person(people);
    struct people_person *person = &people->persons[number];
    struct people_household *household = &people->households[row->household];
    person->fresh = true;
    person->home = person->lives_in = row->household;
    person->criteria = text_of("");
    person->relation = ALM_RELATION_UNKNOWN;
    /* Those who are registered with their household belong to it from the start; who comes later, from that day on. */
    if (row->since == ALM_NULL && household->known && household->since < people->importer->today)
        person->since = people->importer->today;
    if (household->known)
        household->gate = true;
    update_person(people, number, row);
    person->stay_since = person->since;
    people_index_names(people, number, row->household, row->given_key, row->family_key);
}

static void move_person(struct people *people, uint32_t number, const struct person_row *row)
{
    struct people_person *person = &people->persons[number];
    ARRAY_ROOM(people->moves, people->n_moves, people->moves_capacity);
    alm_date since = row->since == ALM_NULL || row->since == CLEARED ? people->importer->today : (alm_date)row->since;
    people->moves[people->n_moves++] = (struct people_move){number, row->household, since};
    people_forget_names(people, number);
    person->lives_in = row->household;
    person->stay_since = since;
    person->by_membership = true;
    people_index_names(people, number, row->household, row->given_key, row->family_key);
}

/* Nobody new comes to a household that is an alias: all who belong to it are members of another. */
static enum alm_status reject_alias(struct people *people, struct import_row *at,
                                    const struct people_household *household, struct alm_error *err)
{
    char code[CODE_MAX + 1] = "";
    enum alm_status status =
        register_name(people->importer->store, ALM_NOUN_HOUSEHOLD, household->survivor, code, sizeof code, err);
    import_reject(at, P_HOUSEHOLD, people->arena,
                  _("household %.*s was found to be household %s: who is new belongs to that one"),
                  (int)household->code.len, household->code.at, code);
    return status;
}

static enum alm_status judge(struct people *people, struct import_row *at, const struct person_row *row,
                             struct alm_error *err)
{
    struct register_importer *importer = people->importer;
    if (row->household == NOBODY || people->codes.n <= row->household) {
        import_reject(at, P_HOUSEHOLD, people->arena, _("there is no such person, or they live in no household"));
        return ALM_OK;
    }
    struct people_household *household = &people->households[row->household];
    if (row->area != ALM_NULL && household->area_fixed && household->area != row->area) {
        int32_t area = register_area_by_id(importer->directory, household->area);
        const struct register_area *areas = NULL;
        if (area >= 0 && register_areas(importer->directory, &areas, NULL, err) != ALM_OK)
            return err->status;
        import_reject(at, P_AREA, people->arena, _("an earlier row of this file has household %.*s in area %s"),
                      (int)household->code.len, household->code.at, area >= 0 ? areas[area].code : "-");
        return ALM_OK;
    }
    uint32_t number;
    if (!identify(people, at, row, &number))
        return ALM_OK;
    if (importer->edit && number == NOBODY) {
        import_reject(at, -1, people->arena, _("there is no person with id %lld"), (long long)importer->id);
        return ALM_OK;
    }
    if (household->survivor && (number == NOBODY || people->persons[number].lives_in != row->household))
        return reject_alias(people, at, household, err);
    if (number == NOBODY) {
        (void)update_household(household, row, importer->today);
        add_person(people, row);
        at->outcome = IMPORT_ADDED;
        return ALM_OK;
    }
    struct people_person *person = &people->persons[number];
    if (person->erased != ALM_NULL) {
        import_reject(at, -1, people->arena, _("the personal data of person %lld were erased"), (long long)person->id);
        return ALM_OK;
    }
    bool moves = person->lives_in != row->household;
    if (moves && (!importer->move || person->fresh))
        return reject_elsewhere(people, at, person, row, err);
    if (moves) {
        int64_t from = row->since == ALM_NULL || row->since == CLEARED ? importer->today : row->since;
        if (person->stay_since != ALM_NULL && from < person->stay_since) {
            char day[24];
            date_format((alm_date)person->stay_since, DATE_ISO, day, sizeof day);
            import_reject(at, P_MEMBER_SINCE, people->arena,
                          _("lies before %s, when they came into the household that they leave"), day);
            return ALM_OK;
        }
        if (importer->edit && !household->known) {
            import_reject(at, P_HOUSEHOLD, people->arena, _("there is no household %.*s"), (int)household->code.len,
                          household->code.at);
            return ALM_OK;
        }
    }
    bool changed = update_household(household, row, importer->today);
    if (moves) {
        struct person_row rest = *row;
        rest.since = ALM_NULL; /* it is the move's */
        move_person(people, number, row);
        (void)update_person(people, number, &rest);
        changed = true;
    } else {
        changed |= update_person(people, number, row);
    }
    at->outcome = changed ? IMPORT_CHANGED : IMPORT_SAME;
    importer->id = person->id;
    return ALM_OK;
}

/* ---- a chunk ---- */

static void people_begin(struct people *people, struct import_row *rows, size_t n, struct arena *arena)
{
    people->arena = arena;
    people->rows = rows;
    people->n = n;
    if (people->rows_capacity < n) {
        free(people->parsed);
        people->parsed = xcalloc(n, sizeof *people->parsed);
        people->rows_capacity = n;
    }
    people->n_persons = people->n_moves = 0;
    keys_reset(&people->codes);
    keys_reset(&people->household_ids);
    keys_reset(&people->marks);
    keys_reset(&people->person_ids);
    keys_reset(&people->names);
    for (size_t i = 0; i < P_COLUMNS; i++)
        keys_reset(&people->memos[i].keys);
}

enum alm_status person_rows(struct register_importer *importer, struct import_row *rows, size_t n, struct arena *arena,
                            struct alm_error *err)
{
    if (!importer->people)
        importer->people = xcalloc(1, sizeof *importer->people);
    struct people *people = importer->people;
    people->importer = importer;
    if (!importer->put && n && !rows[0].fields[P_GIVEN_NAME].at && !rows[0].fields[P_FAMILY_NAME].at &&
        !rows[0].fields[P_NATIONAL_ID].at && !rows[0].fields[P_FOREIGN_ID].at)
        return error_set(err, ALM_BAD_DATA, _("if they have other names: --map given_name=HEADER"),
                         _("the file has neither a column given_name nor national_id"));
    people_begin(people, rows, n, arena);
    people_parse(people);
    if (importer->look) {
        people_look(people);
        return ALM_OK;
    }
    /* What stands in the store is read only if some row is left to be judged. */
    bool any = false;
    for (size_t i = 0; i < n && !any; i++)
        any = rows[i].outcome != IMPORT_REJECTED;
    if (!any)
        return ALM_OK;
    enum alm_status status = people_read(people, err);
    for (size_t i = 0; i < n && status == ALM_OK; i++)
        if (rows[i].outcome != IMPORT_REJECTED)
            status = judge(people, &rows[i], &people->parsed[i], err);
    if (status == ALM_OK)
        status = people_write(people, err);
    return status;
}

void people_free(struct people *people)
{
    if (!people)
        return;
    people_free_bulks(people);
    keys_release(&people->codes);
    keys_release(&people->household_ids);
    keys_release(&people->marks);
    keys_release(&people->person_ids);
    keys_release(&people->names);
    for (size_t i = 0; i < P_COLUMNS; i++) {
        keys_release(&people->memos[i].keys);
        free(people->memos[i].values);
    }
    free(people->parsed);
    free(people->households);
    free(people->household_of_id);
    free(people->mark_person);
    free(people->persons);
    free(people->name_person);
    free(people->moves);
    free(people->seen);
    free(people);
}
