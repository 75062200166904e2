/* SPDX-License-Identifier: MIT */
/*
 * From what files and users call things to their ids, and back to a name.
 */
#include "register/keys.h"
#include <stdlib.h>

/* ---- many at once ---- */

/* The keys of codes, each once; numbers[i] is the number of code i, KEYS_NONE if it is empty. */
static void gather(struct keys *keys, const struct alm_text *codes, size_t n, size_t *numbers)
{
    for (size_t i = 0; i < n; i++) {
        char key[CODE_MAX + 1];
        size_t len = codes[i].at ? register_code_key(codes[i], key) : 0;
        numbers[i] = len ? keys_add(keys, (struct alm_text){key, len}, NULL) : KEYS_NONE;
    }
}

static enum alm_status resolve_codes(struct store *store, const char *sql, const struct alm_text *codes, size_t n,
                                     alm_id *ids, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    struct keys keys = {0};
    size_t *numbers = xreallocarray(NULL, n + 1, sizeof *numbers);
    gather(&keys, codes, n, numbers);
    alm_id *found = xcalloc(keys.n + 1, sizeof *found);
    if (keys.n) {
        struct store_stmt *stmt;
        bool row;
        status = store_query(store, &stmt, err, sql, "T", keys.at, keys.n);
        while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
            size_t k = keys_find(&keys, store_text(stmt, 0));
            if (k != KEYS_NONE)
                found[k] = store_int(stmt, 1);
        }
    }
    for (size_t i = 0; i < n; i++)
        ids[i] = numbers[i] == KEYS_NONE ? 0 : found[numbers[i]];
    free(found);
    free(numbers);
    keys_release(&keys);
    return status;
}

enum alm_status register_households(struct store *store, const struct alm_text *codes, size_t n, alm_id *ids,
                                    struct alm_error *err)
{
    return resolve_codes(store, "SELECT code, household FROM household_code WHERE code = ANY ($1)", codes, n, ids, err);
}

enum alm_status register_places(struct store *store, const struct alm_text *codes, size_t n, alm_id *ids,
                                struct alm_error *err)
{
    return resolve_codes(store, "SELECT code, place FROM place_code WHERE code = ANY ($1)", codes, n, ids, err);
}

enum alm_status register_persons(struct store *store, const struct alm_text *marks, size_t n, alm_id *persons,
                                 alm_id *homes, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    struct keys keys = {0};
    size_t *numbers = xreallocarray(NULL, n + 1, sizeof *numbers);
    for (size_t i = 0; i < n; i++)
        numbers[i] = marks[i].at && marks[i].len ? keys_add(&keys, marks[i], NULL) : KEYS_NONE;
    alm_id *found = xcalloc(2 * keys.n + 1, sizeof *found);
    if (keys.n) {
        struct store_stmt *stmt;
        bool row;
        status = store_query(store, &stmt, err, "SELECT mark, owner, person FROM person_mark WHERE mark = ANY ($1)",
                             "T", keys.at, keys.n);
        while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
            size_t k = keys_find(&keys, store_text(stmt, 0));
            if (k == KEYS_NONE)
                continue;
            found[2 * k] = store_int(stmt, 1);
            found[2 * k + 1] = store_int(stmt, 2);
        }
    }
    for (size_t i = 0; i < n; i++) {
        homes[i] = numbers[i] == KEYS_NONE ? 0 : found[2 * numbers[i]];
        persons[i] = numbers[i] == KEYS_NONE ? 0 : found[2 * numbers[i] + 1];
    }
    free(found);
    free(numbers);
    keys_release(&keys);
    return status;
}

/* ---- one that a user typed ---- */

static const struct noun {
    const char *word;    /* for messages */
    const char *table;   /* with columns id and code */
    const char *by_code; /* all codes, for small tables; NULL: by key */
    const char *by_id;
    const char *list; /* the command that lists them */
} nouns[] = {
    [ALM_NOUN_AREA] = {N_("area"), "area", "SELECT id, code FROM area", "SELECT id FROM area WHERE id = $1",
                       "almoner area list"},
    [ALM_NOUN_BODY] = {N_("body"), "body", "SELECT id, code FROM body", "SELECT id FROM body WHERE id = $1",
                       "almoner body list"},
    [ALM_NOUN_GROUP] = {N_("group"), "volunteer_group", "SELECT id, code FROM volunteer_group",
                        "SELECT id FROM volunteer_group WHERE id = $1", "almoner group list"},
    [ALM_NOUN_BASE] = {N_("base"), "base", "SELECT id, code FROM base", "SELECT id FROM base WHERE id = $1",
                       "almoner base list"},
    [ALM_NOUN_STAGE] = {N_("stage"), "stage", "SELECT id, code FROM stage", "SELECT id FROM stage WHERE id = $1",
                        "almoner stage list"},
    [ALM_NOUN_HOUSEHOLD] = {N_("household"), "household", NULL, "SELECT id FROM household WHERE id = $1",
                            "almoner person find"},
    [ALM_NOUN_PERSON] = {N_("person"), "person", NULL, "SELECT id FROM home WHERE id = $1", "almoner person find"},
    [ALM_NOUN_PLACE] = {N_("place"), "place", NULL, "SELECT id FROM place WHERE id = $1", "almoner place list"},
};

/* Small tables are read whole: codes compare by their key, which is not stored there. */
static enum alm_status find_small(struct store *store, const char *sql, const char *key, size_t len, alm_id *id,
                                  struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(store, &stmt, err, sql, "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        char other[CODE_MAX + 1];
        if (register_code_key(store_text(stmt, 1), other) == len && memcmp(other, key, len) == 0) {
            *id = store_int(stmt, 0);
            store_done(stmt);
            break;
        }
    }
    return status;
}

static enum alm_status find_area_by_name(struct store *store, struct alm_text text, alm_id *id, struct alm_error *err)
{
    char key[512];
    size_t len = text_fold_joined(text, key, sizeof key);
    struct store_stmt *stmt;
    bool row;
    size_t n = 0;
    alm_id found = 0;
    enum alm_status status =
        store_query(store, &stmt, err, "SELECT id FROM area WHERE name_key = $1", "s", (struct alm_text){key, len});
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        found = store_int(stmt, 0);
        n++;
    }
    if (status != ALM_OK || n == 0)
        return status;
    if (n > 1)
        return error_set(err, ALM_BAD_DATA, _("give the area's code: almoner area list"),
                         _("%zu areas are called %.*s"), n, (int)text.len, text.at);
    *id = found;
    return ALM_OK;
}

static enum alm_status find_person(struct store *store, struct alm_text text, alm_id *id, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    struct alm_error ignored;
    char mark[CODE_MAX + 3], mobile[16];
    if (identifier_national_id(text, mark, &ignored) == ALM_OK)
        status = store_number(store, id, 0, err, "SELECT person FROM person_mark WHERE mark = $1", "t", mark);
    if (status != ALM_OK || *id)
        return status;
    if (identifier_mobile(text, mobile, &ignored) == ALM_OK) {
        int64_t count;
        status = store_number(store, &count, 0, err,
                              "SELECT COUNT(DISTINCT COALESCE(a.survivor, m.person)) FROM person_mobile m "
                              "LEFT JOIN alias a ON a.owner = m.owner AND a.id = m.person AND a.until IS NULL "
                              "WHERE m.mobile = $1",
                              "t", mobile);
        if (status == ALM_OK && count > 1)
            return error_set(err, ALM_BAD_DATA, _("almoner person find lists them; give the person's id"),
                             _("%lld persons share that mobile number"), (long long)count);
        if (status == ALM_OK)
            status =
                store_number(store, id, 0, err,
                             "SELECT person FROM person_mobile WHERE mobile = $1 ORDER BY owner, person", "t", mobile);
        if (status != ALM_OK || *id)
            return status;
    }
    memcpy(mark, "f:", 2);
    size_t len = register_code_key(text, mark + 2);
    if (len)
        status = store_number(store, id, 0, err, "SELECT person FROM person_mark WHERE mark = $1", "t", mark);
    return status;
}

enum alm_status register_find_itself(struct store *store, enum alm_noun noun, const char *what, alm_id *id,
                                     struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    struct alm_text text = text_trim(text_of(what));
    *id = 0;
    if ((size_t)noun >= COUNT_OF(nouns) || !nouns[noun].word)
        return error_set(err, ALM_INTERNAL, NULL, _("the register has no noun %d"), (int)noun);
    const struct noun *row = &nouns[noun];
    char key[CODE_MAX + 1];
    size_t len = text.at ? register_code_key(text, key) : 0;
    if (len == 0)
        return text_trim(text).len ? error_set(err, ALM_BAD_DATA, _("a code has letters or digits, as UTF-8 text"),
                                               _("that is no code of a %s"), _(row->word))
                                   : error_set(err, ALM_BAD_DATA, NULL, _("no code of a %s is given"), _(row->word));
    if (noun == ALM_NOUN_PERSON)
        status = find_person(store, text, id, err);
    else if (noun == ALM_NOUN_HOUSEHOLD)
        status = register_households(store, &text, 1, id, err);
    else if (noun == ALM_NOUN_PLACE)
        status = register_places(store, &text, 1, id, err);
    else
        status = find_small(store, row->by_code, key, len, id, err);
    alm_id typed;
    if (status == ALM_OK && *id == 0 && register_parse_id(text, &typed))
        status = store_number(store, id, 0, err, row->by_id, "i", typed);
    if (status == ALM_OK && *id == 0 && noun == ALM_NOUN_AREA)
        status = find_area_by_name(store, text, id, err);
    if (status == ALM_OK && *id == 0)
        status =
            error_set(err, ALM_BAD_DATA, row->list, _("there is no %s %.*s"), _(row->word), (int)text.len, text.at);
    return status;
}

enum alm_status register_find(struct store *store, enum alm_noun noun, const char *what, alm_id *id,
                              struct alm_error *err)
{
    enum alm_status status = register_find_itself(store, noun, what, id, err);
    if (status == ALM_OK && (noun == ALM_NOUN_PERSON || noun == ALM_NOUN_HOUSEHOLD))
        status = register_resolve(store, id, err);
    return status;
}

/* ---- names ---- */

enum alm_status register_name(struct store *store, enum alm_noun noun, alm_id id, char *buf, size_t size,
                              struct alm_error *err)
{
    static const char *const sql[] = {
        [ALM_NOUN_AREA] = "SELECT name FROM area WHERE id = $1",
        [ALM_NOUN_BODY] = "SELECT name FROM body WHERE id = $1",
        [ALM_NOUN_GROUP] = "SELECT name FROM volunteer_group WHERE id = $1",
        [ALM_NOUN_BASE] = "SELECT name FROM base WHERE id = $1",
        [ALM_NOUN_STAGE] = "SELECT name FROM stage WHERE id = $1",
        [ALM_NOUN_HOUSEHOLD] = "SELECT code FROM household WHERE id = $1",
        [ALM_NOUN_PERSON] =
            "SELECT p.given_name, p.family_name FROM home h JOIN person p ON p.owner = h.owner AND p.id = h.id "
            "WHERE h.id = $1",
        [ALM_NOUN_PLACE] = "SELECT name FROM place WHERE id = $1",
    };
    if ((size_t)noun >= COUNT_OF(sql) || !sql[noun])
        return error_set(err, ALM_INTERNAL, NULL, _("the register has no noun %d"), (int)noun);
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(store, &stmt, err, sql[noun], "i", id);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status != ALM_OK)
        return status;
    if (!row)
        return error_set(err, ALM_BAD_DATA, NULL, _("there is no %s with id %lld"), _(nouns[noun].word), (long long)id);
    const char *first = store_string(stmt, 0);
    const char *second = noun == ALM_NOUN_PERSON ? store_string(stmt, 1) : NULL;
    if (!first && !second) /* erased, or known by a number only */
        snprintf(buf, size, "%lld", (long long)id);
    else
        snprintf(buf, size, "%s%s%s", first ? first : "", first && second ? " " : "", second ? second : "");
    store_done(stmt);
    return ALM_OK;
}
