/* SPDX-License-Identifier: MIT */
/*
 * `person find`: by number, mark or name.  Names are kept as given|family and family|given, folded and joined, so a
 * text of several words is tried with the bar at each place: whichever words make up the first name, and in whichever
 * order they come.
 */
#include "register/people.h"

enum { WORDS_MAX = 8 };
#define NO_WORD SIZE_MAX

struct found {
    alm_id *ids;
    size_t n, max;
};

static void add(struct found *found, alm_id id)
{
    for (size_t i = 0; i < found->n; i++)
        if (found->ids[i] == id)
            return;
    if (found->n < found->max)
        found->ids[found->n++] = id;
}

static enum alm_status gather(struct store *store, struct found *found, struct alm_error *err, const char *sql,
                              struct alm_text key)
{
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(store, &stmt, err, sql, "si", key, (int64_t)found->max);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
        add(found, store_int(stmt, 0));
    return status;
}

/* By what is a number: an id, a national or foreign ID, a mobile number. */
static enum alm_status by_number(struct store *store, struct alm_text text, struct found *found, struct alm_error *err)
{
    static const char by_mark[] = "SELECT person FROM person_mark WHERE mark = $1 LIMIT $2";
    struct alm_error ignored;
    char national_id[11], mobile[16], mark[CODE_MAX + 3];
    enum alm_status status = ALM_OK;
    alm_id id;
    if (identifier_national_id(text, national_id, &ignored) == ALM_OK)
        status = gather(store, found, err, by_mark, (struct alm_text){national_id, 10});
    if (status == ALM_OK && text.len <= CODE_MAX)
        status = gather(store, found, err, by_mark, people_foreign_mark(text, mark));
    if (status == ALM_OK && identifier_mobile(text, mobile, &ignored) == ALM_OK)
        status = gather(store, found, err,
                        "SELECT person FROM person_mobile WHERE mobile = $1 ORDER BY owner, person LIMIT $2",
                        text_of(mobile));
    if (status == ALM_OK && register_parse_id(text, &id)) {
        int64_t known = 0;
        status = store_number(store, &known, 0, err, "SELECT id FROM home WHERE id = $1", "i", id);
        if (status == ALM_OK && known)
            add(found, id);
    }
    return status;
}

static enum alm_status by_beginning(struct store *store, struct alm_text key, struct found *found,
                                    struct alm_error *err)
{
    char end[NAMES_KEY + 8];
    struct store_stmt *stmt;
    bool row;
    if (found->n >= found->max)
        return ALM_OK;
    memcpy(end, key.at, key.len);
    memcpy(end + key.len, "\xF4\x8F\xBF\xBF", 4); /* the last code point: behind all that begins with the key */
    enum alm_status status = store_query(store, &stmt, err,
                                         "SELECT person FROM person_name WHERE name >= $1 AND name < $2 "
                                         "ORDER BY name, owner, person LIMIT $3",
                                         "ssi", key, (struct alm_text){end, key.len + 4}, (int64_t)(2 * found->max));
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
        add(found, store_int(stmt, 0));
    return status;
}

static size_t split(struct alm_text folded, struct alm_text words[WORDS_MAX])
{
    size_t n = 0;
    for (size_t at = 0; at < folded.len && n < WORDS_MAX;) {
        const char *blank = memchr(folded.at + at, ' ', folded.len - at);
        size_t end = blank && n + 1 < WORDS_MAX ? (size_t)(blank - folded.at) : folded.len;
        words[n++] = (struct alm_text){folded.at + at, end - at};
        at = end + 1;
    }
    return n;
}

/* What was typed. */
struct name {
    struct alm_text words[WORDS_MAX];
    size_t n;
};

/* Words joined, with a bar before word number `bar` (0: none), without the title of word number `untitled` (NO_WORD: as
 * it is).  Null if that word has no title, or nothing but one between the ends and the bar. */
static struct alm_text name_key(const struct name *name, size_t bar, size_t untitled, char buf[NAMES_KEY])
{
    size_t len = 0, title = 0;
    if (untitled != NO_WORD && untitled < name->n) {
        struct alm_text word = name->words[untitled];
        size_t end = untitled < bar ? bar : name->n;
        title = people_is_title(word) ? word.len : people_joined_title(word);
        if (title == word.len && untitled + 1 == end)
            title = 0;
    }
    if (untitled != NO_WORD && !title)
        return (struct alm_text){NULL, 0};
    for (size_t i = 0; i < name->n; i++) {
        if (bar && i == bar)
            buf[len++] = '|';
        for (size_t k = i == untitled ? title : 0; k < name->words[i].len; k++)
            if (name->words[i].at[k] != ' ') /* what is over the most words stays together */
                buf[len++] = name->words[i].at[k];
    }
    if (bar == name->n)
        buf[len++] = '|';
    return (struct alm_text){buf, len};
}

/* What a ZWNJ parts are words too: سید‌علی. */
static void part_words(struct alm_text text, struct strbuf *out)
{
    static const char joiner[] = "\xE2\x80\x8C";
    strbuf_adds(out, "");
    for (size_t i = 0; i < text.len; i++)
        if (text.len - i >= 3 && memcmp(text.at + i, joiner, 3) == 0) {
            strbuf_addc(out, ' ');
            i += 2;
        } else {
            strbuf_addc(out, text.at[i]);
        }
}

/*
 * All keys, with the bar at each place and then (for beginnings) nowhere: as typed, since a family name may begin with
 * a title; then without the title before the first words, or before those behind the bar: given names are kept without.
 */
static enum alm_status by_keys(struct store *store, const struct name *name, bool whole, struct found *found,
                               struct alm_error *err)
{
    static const char sql[] = "SELECT person FROM person_name WHERE name = $1 ORDER BY owner, person LIMIT $2";
    enum { AS_TYPED, FIRST_UNTITLED, SECOND_UNTITLED, WAYS };
    char buf[NAMES_KEY];
    enum alm_status status = ALM_OK;
    for (int way = AS_TYPED; way < WAYS; way++)
        for (size_t place = 1; place <= name->n + !whole && status == ALM_OK; place++) {
            const size_t bar = place <= name->n ? place : 0;
            const size_t untitled = way == AS_TYPED ? NO_WORD : way == FIRST_UNTITLED ? 0 : bar ? bar : name->n;
            const struct alm_text key = name_key(name, bar, untitled, buf);
            if (key.at)
                status = whole ? gather(store, found, err, sql, key) : by_beginning(store, key, found, err);
        }
    return status;
}

static enum alm_status by_name(struct store *store, struct alm_text text, struct found *found, struct alm_error *err)
{
    char folded[2 * NAME_KEY];
    struct name name;
    struct strbuf parted = {0};
    part_words(text, &parted);
    const size_t len = text_fold((struct alm_text){parted.at, parted.len}, folded, 2 * NAME_KEY - 2);
    strbuf_release(&parted);
    name.n = split((struct alm_text){folded, len}, name.words);
    if (!name.n)
        return ALM_OK;
    enum alm_status status = by_keys(store, &name, true, found, err);
    return status == ALM_OK ? by_keys(store, &name, false, found, err) : status;
}

/* Survivors for their aliases, each once. */
static enum alm_status resolve(struct store *store, struct found *found, struct alm_error *err)
{
    struct register_aliases aliases = {0};
    enum alm_status status = register_aliases_read(store, &aliases, found->ids, found->n, err);
    const size_t n = found->n;
    found->n = 0;
    for (size_t i = 0; i < n; i++)
        add(found, register_survivor(&aliases, found->ids[i]));
    register_aliases_release(&aliases);
    return status;
}

enum alm_status register_person_find(struct store *store, const char *what, alm_id *ids, size_t max, size_t *n,
                                     struct alm_error *err)
{
    struct found found = {.ids = ids, .max = max};
    struct alm_text text = text_trim(text_of(what));
    enum alm_status status = ALM_OK;
    *n = 0;
    if (!text.len)
        return error_set(err, ALM_USAGE, NULL, _("give a name, a national ID, a mobile number or an id"));
    status = by_number(store, text, &found, err);
    if (status == ALM_OK)
        status = by_name(store, text, &found, err);
    if (status == ALM_OK)
        status = resolve(store, &found, err);
    *n = found.n;
    return status;
}
