/* SPDX-License-Identifier: MIT */
/* committee: one for each kind of work, and which bodies sit in it, from when to when. */
#include "secretariat/internal.h"

#include <stdlib.h>

/* ---- words ---- */

enum alm_status secretariat_check_code(const char *word, const char *code, struct alm_error *err)
{
    char key[REGISTER_CODE_MAX + 1];
    const size_t len = code ? strlen(code) : 0;
    bool one_word = len > 0 && code[0] != '-';
    for (size_t i = 0; i < len; i++)
        one_word = one_word && (unsigned char)code[i] > ' ' && !strchr(",;|", code[i]);
    if (len > REGISTER_CODE_MAX / 2)
        return error_set(err, ALM_BAD_DATA, NULL, _("the code of a %s has %d bytes at most"), word,
                         REGISTER_CODE_MAX / 2);
    if (!one_word || strstr(code, "\u060c") || strstr(code, "\u061b") || !register_code_key(text_of(code), key))
        return error_set(err, ALM_BAD_DATA, _("write for example C-12/3"),
                         _("the code of a %s is one word with a letter or digit, without commas"), word);
    return ALM_OK;
}

enum alm_status secretariat_check_text(const char *word, const char *text, size_t most, struct alm_error *err)
{
    if (!text || text_trim(text_of(text)).len == 0)
        return error_set(err, ALM_BAD_DATA, NULL, _("%s: the value is missing"), word);
    if (strlen(text) > most)
        return error_set(err, ALM_BAD_DATA, NULL, _("%s: longer than %zu bytes"), word, most);
    return ALM_OK;
}

bool secretariat_same_code(const char *a, const char *b)
{
    char left[REGISTER_CODE_MAX + 1], right[REGISTER_CODE_MAX + 1];
    const size_t len = register_code_key(text_of(a), left);
    return len && register_code_key(text_of(b), right) == len && memcmp(left, right, len) == 0;
}

/* ---- committees ---- */

static const char *text_at(struct store_stmt *stmt, int column, struct arena *arena)
{
    const char *text = store_string(stmt, column);
    return text ? arena_strdup(arena, text) : NULL;
}

enum alm_status secretariat_committees(const struct secretariat *secretariat, alm_id id,
                                       enum alm_status (*each)(void *context, const struct secretariat_committee *,
                                                               struct alm_error *),
                                       void *context, struct alm_error *err)
{
    struct store_stmt *stmt;
    struct arena arena = {0};
    bool row = false;
    enum alm_status status = store_query(secretariat->store, &stmt, err,
                                         "SELECT id, code, name, programme, sector\n"
                                         "FROM committee\n"
                                         "WHERE CAST($1 AS BIGINT) = 0 OR id = $1\n"
                                         "ORDER BY code",
                                         "i", id);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct secretariat_committee committee = {.id = store_int(stmt, 0),
                                                        .code = text_at(stmt, 1, &arena),
                                                        .name = text_at(stmt, 2, &arena),
                                                        .programme = store_is_null(stmt, 3) ? 0 : store_int(stmt, 3),
                                                        .sector = text_at(stmt, 4, &arena)};
        status = each(context, &committee, err);
        if (status != ALM_OK)
            store_done(stmt);
        arena_reset(&arena);
    }
    arena_release(&arena);
    return status;
}

struct search {
    const char *code;
    struct secretariat_committee *found; /* id 0: none */
    struct arena *arena;
    struct arena codes;
    const char **at; /* all, to suggest one */
    size_t n, capacity;
};

static enum alm_status look(void *context, const struct secretariat_committee *committee, struct alm_error *err)
{
    struct search *search = context;
    (void)err;
    ARRAY_ROOM(search->at, search->n, search->capacity);
    search->at[search->n++] = arena_strdup(&search->codes, committee->code);
    if (!secretariat_same_code(committee->code, search->code))
        return ALM_OK;
    *search->found = *committee;
    search->found->code = arena_strdup(search->arena, committee->code);
    search->found->name = arena_strdup(search->arena, committee->name);
    search->found->sector = committee->sector ? arena_strdup(search->arena, committee->sector) : NULL;
    return ALM_OK;
}

/* `must`: none is an error. */
static enum alm_status find(const struct secretariat *secretariat, const char *code, bool must,
                            struct secretariat_committee *found, struct arena *arena, struct alm_error *err)
{
    struct search search = {.code = code, .found = found, .arena = arena};
    char hint[120];
    *found = (struct secretariat_committee){0};
    enum alm_status status = secretariat_committees(secretariat, 0, look, &search, err);
    if (status == ALM_OK && must && !found->id) {
        const char *nearest = error_nearest(code, search.at, search.n);
        if (nearest)
            snprintf(hint, sizeof hint, _("did you mean %s?"), nearest);
        else
            snprintf(hint, sizeof hint, "%s", _("almoner committee list shows them"));
        status = error_set(err, ALM_BAD_DATA, hint, _("there is no committee %.60s"), code);
    }
    free(search.at);
    arena_release(&search.codes);
    return status;
}

enum alm_status secretariat_committee_find(const struct secretariat *secretariat, const char *code,
                                           struct secretariat_committee *found, struct arena *arena,
                                           struct alm_error *err)
{
    return find(secretariat, code, true, found, arena, err);
}

/* What its kind of work is called in the store: a programme and a sector of the same name are not the same. */
static void work_key(const struct secretariat_committee *committee, char *key, size_t size)
{
    if (committee->programme)
        snprintf(key, size, "programme %lld", (long long)committee->programme);
    else
        text_fold_joined(text_of(committee->sector), key, size);
}

static enum alm_status check_work(const struct secretariat *secretariat, const struct secretariat_committee *committee,
                                  const char *work, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false;
    enum alm_status status =
        store_query(secretariat->store, &stmt, err, "SELECT code\nFROM committee\nWHERE work = $1 AND id <> $2", "ti",
                    work, committee->id);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status != ALM_OK || !row)
        return status;
    status = error_set(err, ALM_BAD_DATA, _("there is one committee for each kind of work"),
                       _("committee %s has that kind of work already"), store_string(stmt, 0));
    store_done(stmt);
    return status;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* What stands there, with what is given in its place. */
static struct secretariat_committee merged(const struct secretariat_committee *old,
                                           const struct secretariat_committee *in)
{
    struct secretariat_committee now = *old;
    now.code = old->id ? old->code : in->code;
    if (in->name)
        now.name = in->name;
    if (in->programme || in->sector) {
        now.programme = in->programme;
        now.sector = in->sector;
    }
    return now;
}

enum alm_status secretariat_committee_put(const struct secretariat *secretariat, const struct secretariat_committee *in,
                                          enum import_outcome *outcome, struct alm_error *err)
{
    struct secretariat_committee old;
    struct arena arena = {0};
    char work[2 * SECRETARIAT_WORD_MOST];
    enum alm_status status = secretariat_check_code(_("committee"), in->code, err);
    if (status == ALM_OK)
        status = find(secretariat, in->code, false, &old, &arena, err);
    if (status != ALM_OK)
        goto out;
    struct secretariat_committee now = merged(&old, in);
    status = secretariat_check_text("name", now.name, SECRETARIAT_WORD_MOST, err);
    if (status == ALM_OK && in->programme && in->sector)
        status = error_set(err, ALM_BAD_DATA, _("leave one of the two out"),
                           _("a committee's work is a programme or a sector, not both"));
    if (status == ALM_OK && !now.programme && !now.sector)
        status =
            error_set(err, ALM_BAD_DATA, _("give a programme or a sector"), _("what kind of work has the committee?"));
    if (status == ALM_OK && now.sector)
        status = secretariat_check_text("sector", now.sector, SECRETARIAT_WORD_MOST, err);
    if (status != ALM_OK)
        goto out;
    if (old.id && same_text(old.name, now.name) && old.programme == now.programme &&
        same_text(old.sector, now.sector)) {
        *outcome = IMPORT_SAME;
        goto out;
    }
    *outcome = old.id ? IMPORT_CHANGED : IMPORT_ADDED;
    work_key(&now, work, sizeof work);
    status = check_work(secretariat, &now, work, err);
    if (status == ALM_OK && !old.id)
        status = store_id(secretariat->store, &now.id, err);
    if (status == ALM_OK)
        status =
            store_run(secretariat->store, NULL, err,
                      "INSERT INTO committee (id, code, name, programme, sector, work)\n"
                      "VALUES ($1, $2, $3, $4, $5, $6)\n"
                      "ON CONFLICT (id) DO UPDATE SET name = excluded.name, programme = excluded.programme,\n"
                      "    sector = excluded.sector, work = excluded.work",
                      "ittitt", now.id, now.code, now.name, now.programme ? now.programme : ALM_NULL, now.sector, work);
out:
    arena_release(&arena);
    return status;
}

/* ---- members ---- */

static struct secretariat_member member_of_row(struct store_stmt *stmt)
{
    return (struct secretariat_member){.committee = store_int(stmt, 0),
                                       .body = store_int(stmt, 1),
                                       .since = (alm_date)store_int(stmt, 2),
                                       .until = store_is_null(stmt, 3) ? ALM_NO_DATE : (alm_date)store_int(stmt, 3),
                                       .chair = store_int(stmt, 4) != 0};
}

enum alm_status secretariat_members(const struct secretariat *secretariat, alm_id committee,
                                    enum alm_status (*each)(void *context, const struct secretariat_member *,
                                                            struct alm_error *),
                                    void *context, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false;
    enum alm_status status =
        store_query(secretariat->store, &stmt, err,
                    "SELECT m.committee, m.body, m.since, m.until, m.chair\n"
                    "FROM committee_member m\n"
                    "JOIN body b ON b.id = m.body\n"
                    "WHERE m.committee = $1\n"
                    "ORDER BY CASE WHEN m.until IS NULL THEN 0 ELSE 1 END, m.chair DESC, b.code, m.since",
                    "i", committee);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct secretariat_member member = member_of_row(stmt);
        status = each(context, &member, err);
        if (status != ALM_OK)
            store_done(stmt);
    }
    return status;
}

/* What the body is there now, and who presides. */
struct seats {
    alm_id body;
    struct secretariat_member its, chair; /* body 0: none */
    alm_date last;                        /* the day on which it ended last; ALM_NO_DATE */
};

static enum alm_status take_seat(void *context, const struct secretariat_member *member, struct alm_error *err)
{
    struct seats *seats = context;
    (void)err;
    if (member->until == ALM_NO_DATE && member->chair)
        seats->chair = *member;
    if (member->body != seats->body)
        return ALM_OK;
    if (member->until == ALM_NO_DATE)
        seats->its = *member;
    else if (seats->last == ALM_NO_DATE || member->until > seats->last)
        seats->last = member->until;
    return ALM_OK;
}

static enum alm_status end_seat(const struct secretariat *secretariat, const struct secretariat_member *seat,
                                alm_date until, struct alm_error *err)
{
    return store_run(secretariat->store, NULL, err,
                     "UPDATE committee_member\nSET until = $4\nWHERE committee = $1 AND body = $2 AND since = $3",
                     "iiii", seat->committee, seat->body, (int64_t)seat->since, (int64_t)until);
}

static const char *body_code(const struct secretariat *secretariat, alm_id body)
{
    const struct register_entry *entry = register_by_id(secretariat->directory, REGISTER_BODY, body);
    return entry ? entry->code : "?";
}

enum alm_status secretariat_member_put(const struct secretariat *secretariat, const struct secretariat_member *in,
                                       enum import_outcome *outcome, struct alm_error *err)
{
    struct seats seats = {.body = in->body, .last = ALM_NO_DATE};
    char day[32];
    enum alm_status status = secretariat_members(secretariat, in->committee, take_seat, &seats, err);
    if (status != ALM_OK)
        return status;
    const struct secretariat_member *its = &seats.its;
    if (its->body && its->chair == in->chair && its->since <= in->since) {
        *outcome = IMPORT_SAME;
        return ALM_OK;
    }
    const alm_date from = its->body ? its->since : seats.last;
    if (from != ALM_NO_DATE && in->since < from) {
        secretariat->format_date(secretariat->context, from, day, sizeof day);
        return error_set(err, ALM_BAD_DATA, _("give a later day"),
                         its->body ? _("%s has sat there since %s") : _("%s sat there until %s"),
                         body_code(secretariat, in->body), day);
    }
    if (in->chair && seats.chair.body && seats.chair.body != in->body) {
        secretariat->format_date(secretariat->context, seats.chair.since, day, sizeof day);
        return error_set(err, ALM_BAD_DATA, _("make that one a member first, or end its seat"),
                         _("%s has presided since %s"), body_code(secretariat, seats.chair.body), day);
    }
    *outcome = its->body ? IMPORT_CHANGED : IMPORT_ADDED;
    if (its->body && its->since != in->since)
        status = end_seat(secretariat, its, in->since, err);
    if (status == ALM_OK)
        status = store_run(secretariat->store, NULL, err,
                           "INSERT INTO committee_member (committee, body, since, until, chair)\n"
                           "VALUES ($1, $2, $3, NULL, $4)\n"
                           "ON CONFLICT (committee, body, since) DO UPDATE SET until = NULL, chair = excluded.chair",
                           "iiii", in->committee, in->body, (int64_t)in->since, (int64_t)in->chair);
    return status;
}

enum alm_status secretariat_member_end(const struct secretariat *secretariat, alm_id committee, alm_id body,
                                       alm_date until, enum import_outcome *outcome, struct alm_error *err)
{
    struct seats seats = {.body = body, .last = ALM_NO_DATE};
    char day[32];
    enum alm_status status = secretariat_members(secretariat, committee, take_seat, &seats, err);
    if (status != ALM_OK)
        return status;
    *outcome = seats.its.body ? IMPORT_CHANGED : IMPORT_SAME;
    if (!seats.its.body && seats.last == until)
        return ALM_OK;
    if (!seats.its.body)
        return error_set(err, ALM_BAD_DATA, _("almoner committee show tells who sits there"),
                         _("%s does not sit there"), body_code(secretariat, body));
    if (until <= seats.its.since) {
        secretariat->format_date(secretariat->context, seats.its.since, day, sizeof day);
        return error_set(err, ALM_BAD_DATA, _("give a later day"), _("%s has sat there since %s"),
                         body_code(secretariat, body), day);
    }
    return end_seat(secretariat, &seats.its, until, err);
}
