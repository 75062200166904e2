/* SPDX-License-Identifier: MIT */
/* write: requests are entered, visited, decided and closed. */
#include "cases/internal.h"

#include <stdlib.h>

/* ---- what is wrong by itself ---- */

static enum alm_status too_long(const char *what, const char *text, size_t most, struct alm_error *err)
{
    if (!text || strlen(text) <= most)
        return ALM_OK;
    return error_set(err, ALM_BAD_DATA, _("say it shorter, or keep it in a paper that --document names"),
                     _("the %s is longer than %d bytes"), what, (int)most);
}

static enum alm_status check_date(const struct cases *cases, alm_date date, alm_date earliest, const char *before,
                                  struct alm_error *err)
{
    char day[32], then[32];
    cases->format_date(cases->context, date, day, sizeof day);
    if (date > cases->today)
        return error_set(err, ALM_BAD_DATA, _("give the day on which it was done"), _("%s lies in the future"), day);
    if (earliest == ALM_NO_DATE || date >= earliest)
        return ALM_OK;
    cases->format_date(cases->context, earliest, then, sizeof then);
    return error_set(err, ALM_BAD_DATA, _("give the day on which it was done"), _("%s is before %s, when it was %s"),
                     day, then, before);
}

static enum alm_status check_quantity(alm_quantity quantity, struct alm_error *err)
{
    if (quantity >= 0 && quantity <= CASES_MOST)
        return ALM_OK;
    return error_set(err, ALM_BAD_DATA, _("leave it out where nothing limits it"), _("that is no quantity"));
}

/* ---- opening ---- */

static enum alm_status find_recipient(const struct cases *cases, struct cases_case *c, struct arena *arena,
                                      struct alm_error *err)
{
    struct register_person person;
    int64_t recipient = 0;
    enum alm_status status = store_number(cases->store, &recipient, 0, err,
                                          "SELECT recipient FROM programme WHERE id = $1", "i", c->programme);
    if (status != ALM_OK)
        return status;
    if (recipient == ALM_PLACE ? !c->place : recipient == ALM_PERSON ? !c->person : !c->household && !c->person)
        return error_set(err, ALM_USAGE,
                         recipient == ALM_PLACE    ? _("add --place CODE")
                         : recipient == ALM_PERSON ? _("add --person ID")
                                                   : _("add --household CODE"),
                         recipient == ALM_PLACE    ? _("this aid is for a place")
                         : recipient == ALM_PERSON ? _("this aid is for a person")
                                                   : _("this aid is for a household"));
    if (recipient == ALM_PLACE ? c->household || c->person : c->place != 0)
        return error_set(err, ALM_USAGE, NULL,
                         recipient == ALM_PLACE ? _("this aid is for a place, not for a household or person")
                                                : _("this aid is not for a place"));
    if (c->partner && recipient != ALM_PERSON)
        return error_set(err, ALM_USAGE, NULL, _("this aid is not for a couple"));
    if (c->partner && c->partner == c->person)
        return error_set(err, ALM_USAGE, NULL, _("a couple is two persons"));
    if (c->person)
        status = register_person_read(cases->store, c->person, c->opened, &person, arena, err);
    if (status == ALM_OK && c->person && c->household && c->household != person.household)
        return error_set(err, ALM_BAD_DATA, _("leave --household out"),
                         _("person %lld does not belong to that household then"), (long long)c->person);
    if (status == ALM_OK && c->person && !person.household)
        return error_set(err, ALM_BAD_DATA, NULL, _("person %lld belongs to no household on that day"),
                         (long long)c->person);
    c->owner = recipient == ALM_PLACE ? c->place : c->person ? person.household : c->household;
    if (recipient != ALM_PERSON)
        c->person = 0;
    return status;
}

static void digest_content(const struct cases_case *c, const char *acting, char out[2 * DIGEST_SIZE + 1])
{
    const int64_t numbers[] = {c->owner, c->programme, c->person, c->partner, c->opened, c->asked};
    unsigned char bytes[DIGEST_SIZE];
    struct digest digest;
    digest_init(&digest, NULL, 0);
    digest_add_numbers(&digest, numbers, COUNT_OF(numbers));
    digest_add_text(&digest, text_of(c->subject));
    digest_add_text(&digest, text_of(acting));
    digest_final(&digest, bytes);
    digest_hex(bytes, sizeof bytes, out);
}

/* Take the key; *id is the request that has it already, 0 if none has. */
static enum alm_status claim_key(const struct cases *cases, struct alm_text key, const struct cases_case *c,
                                 const char *content, alm_id *id, struct alm_error *err)
{
    struct store_stmt *stmt;
    int64_t made = 0;
    bool row = false;
    *id = 0;
    enum alm_status status = store_run(cases->store, &made, err,
                                       "INSERT INTO relief_case_key (key, owner, request, content) "
                                       "VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO NOTHING",
                                       "siit", key, c->owner, c->id, content);
    if (status != ALM_OK || made)
        return status;
    status =
        store_query(cases->store, &stmt, err, "SELECT request, content FROM relief_case_key WHERE key = $1", "s", key);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status != ALM_OK || !row)
        return status;
    *id = store_int(stmt, 0);
    const bool same = strcmp(store_string(stmt, 1), content) == 0;
    store_done(stmt);
    return same ? ALM_OK
                : error_set(err, ALM_BAD_DATA, _("give this one another key"),
                            _("the key %.*s stands for another request already: case %lld"), (int)key.len, key.at,
                            (long long)*id);
}

static enum alm_status equal_case(const struct cases *cases, alm_id other, struct arena *arena, struct alm_error *err)
{
    struct cases_case c;
    char hint[160], day[32];
    enum alm_status status = cases_read(cases, other, &c, arena, err);
    if (status != ALM_OK)
        return status;
    cases->format_date(cases->context, c.opened, day, sizeof day);
    snprintf(hint, sizeof hint,
             c.state == CASE_DELIVERED ? _("if more is asked for: almoner case close %lld")
                                       : _("`almoner case show %lld` tells how far it is"),
             (long long)other);
    return error_set(err, ALM_REFUSED, hint, _("they asked for the same before: case %lld, opened on %s, is %s"),
                     (long long)other, day, _(cases_states[c.state]));
}

enum alm_status cases_open(const struct cases *cases, const struct cases_case *in, struct alm_text key,
                           const char *acting, alm_id *id, bool *same, struct alm_error *err)
{
    struct cases_case c = {.programme = in->programme,
                           .household = in->household,
                           .person = in->person,
                           .partner = in->partner,
                           .place = in->place,
                           .subject = in->subject ? in->subject : "",
                           .note = in->note,
                           .document = in->document,
                           .entered_by = store_who(cases->store),
                           .asked = in->asked,
                           .opened = in->opened,
                           .visited = ALM_NO_DATE,
                           .decided = ALM_NO_DATE,
                           .delivered = ALM_NO_DATE,
                           .closed = ALM_NO_DATE};
    const struct cases_step step = {.what = STEP_OPENED, .date = c.opened, .acting = acting, .quantity = in->asked};
    char content[2 * DIGEST_SIZE + 1];
    struct arena arena = {0};
    alm_id other = 0;
    bool done = false;
    *same = false;
    *id = 0;
    enum alm_status status = too_long(_("subject"), in->subject, CASES_WORD_MOST, err);
    if (status == ALM_OK)
        status = too_long(_("note"), in->note, CASES_TEXT_MOST, err);
    if (status == ALM_OK)
        status = too_long(_("name of the document"), in->document, CASES_WORD_MOST, err);
    if (status == ALM_OK)
        status = too_long(_("name of who acts"), acting, CASES_WORD_MOST, err);
    if (status == ALM_OK && key.at && key.len > CASES_WORD_MOST)
        status = error_set(err, ALM_BAD_DATA, NULL, _("the key is longer than %d bytes"), CASES_WORD_MOST);
    if (status == ALM_OK)
        status = check_quantity(in->asked, err);
    if (status == ALM_OK)
        status = check_date(cases, c.opened, ALM_NO_DATE, NULL, err);
    if (status == ALM_OK)
        status = find_recipient(cases, &c, &arena, err);
    if (status == ALM_OK)
        status = store_id(cases->store, &c.id, err);
    if (status == ALM_OK && key.at) {
        digest_content(&c, acting, content);
        status = claim_key(cases, key, &c, content, &other, err);
        *same = status == ALM_OK && other;
    }
    if (status == ALM_OK && !*same) {
        status = cases_claim(cases, &c, &other, err);
        if (status == ALM_OK && other)
            status = equal_case(cases, other, &arena, err);
        if (status == ALM_OK)
            status = cases_write_step(cases, &c, &step, &done, err);
    }
    *id = other ? other : c.id;
    arena_release(&arena);
    return status;
}

/* ---- the steps after it ---- */

static alm_date last_date(const struct cases_case *c, const char **what)
{
    const struct {
        alm_date date;
        const char *what;
    } dates[] = {{c->opened, cases_whats[STEP_OPENED]},
                 {c->visited, cases_whats[STEP_VISITED]},
                 {c->decided, c->state == CASE_REFUSED ? N_("refused") : N_("decided on")},
                 {c->delivered, cases_whats[STEP_DELIVERED]}};
    alm_date last = ALM_NO_DATE;
    for (size_t i = 0; i < COUNT_OF(dates); i++)
        if (dates[i].date != ALM_NO_DATE && dates[i].date >= last) {
            last = dates[i].date;
            *what = _(dates[i].what);
        }
    return last;
}

/* Whether the step may follow, and what comes first if not. */
static enum alm_status check_order(const struct cases_case *c, const struct cases_step *step, bool needs_visit,
                                   struct alm_error *err)
{
    struct cases_case after = *c;
    char hint[160] = "";
    if (!cases_advance(&after, step)) {
        if (c->state == CASE_REFUSED || c->state == CASE_CLOSED)
            snprintf(hint, sizeof hint, "%s", _("if it is asked for again, open another: almoner case open"));
        return error_set(err, ALM_BAD_DATA, hint, _("case %lld is %s already"), (long long)c->id,
                         _(cases_states[c->state]));
    }
    if (step->what == STEP_APPROVED && needs_visit && c->state == CASE_OPEN) {
        snprintf(hint, sizeof hint, _("run: almoner case visit %lld"), (long long)c->id);
        return error_set(err, ALM_REFUSED, hint, _("case %lld cannot be approved before the need was seen at a visit"),
                         (long long)c->id);
    }
    return ALM_OK;
}

static enum alm_status check_reason(const struct cases_case *c, const struct cases_step *step, struct alm_error *err)
{
    const bool ends_early = step->what == STEP_CLOSED && c->state != CASE_DELIVERED && c->state != CASE_REFUSED;
    if ((step->what != STEP_REFUSED && !ends_early) || (step->reason && text_trim(text_of(step->reason)).len))
        return ALM_OK;
    return error_set(err, ALM_USAGE, _("add --reason TEXT"),
                     ends_early ? _("case %lld ends without aid: say why") : _("case %lld is refused: say why"),
                     (long long)c->id);
}

static enum alm_status check_decider(const struct cases *cases, const struct cases_case *c,
                                     const struct cases_step *step, struct alm_error *err)
{
    if ((step->what != STEP_APPROVED && step->what != STEP_REFUSED) ||
        strcmp(c->entered_by, store_who(cases->store)) != 0)
        return ALM_OK;
    return error_set(
        err, ALM_NO_PERMISSION, _("whoever else may write to this store can, under a system user of their own"),
        _("case %lld was entered by %s, who cannot decide on it as well"), (long long)c->id, c->entered_by);
}

static enum alm_status check_step(const struct cases *cases, const struct cases_case *c, const struct cases_step *step,
                                  bool needs_visit, struct alm_error *err)
{
    const char *before = "";
    enum alm_status status = too_long(_("reason"), step->reason, CASES_TEXT_MOST, err);
    if (status == ALM_OK)
        status = too_long(_("reference of the decision"), step->decision, CASES_WORD_MOST, err);
    if (status == ALM_OK)
        status = too_long(_("name of who acts"), step->acting, CASES_WORD_MOST, err);
    if (status == ALM_OK)
        status = check_quantity(step->quantity, err);
    if (status == ALM_OK)
        status = check_order(c, step, needs_visit, err);
    if (status == ALM_OK)
        status = check_reason(c, step, err);
    if (status == ALM_OK)
        status = check_decider(cases, c, step, err);
    if (status == ALM_OK) {
        const alm_date last = last_date(c, &before);
        status = check_date(cases, step->date, last, before, err);
    }
    return status;
}

enum alm_status cases_do(const struct cases *cases, alm_id id, const struct cases_step *step, bool needs_visit,
                         struct alm_error *err)
{
    struct cases_case c;
    struct arena arena = {0};
    bool done = false;
    enum alm_status status = cases_read(cases, id, &c, &arena, err);
    if (status == ALM_OK)
        status = check_step(cases, &c, step, needs_visit, err);
    if (status == ALM_OK && (step->what == STEP_REFUSED || step->what == STEP_CLOSED))
        status = cases_unclaim(cases, &c, err);
    if (status == ALM_OK)
        status = cases_write_step(cases, &c, step, &done, err);
    if (status == ALM_OK && !done)
        status = error_set(err, ALM_AGAIN, _("look at it again: almoner case show"),
                           _("case %lld was changed by somebody else just now"), (long long)id);
    arena_release(&arena);
    return status;
}

/* ---- erasing ---- */

enum alm_status cases_erase(const struct cases *cases, alm_id person, struct alm_error *err)
{
    /* As an address: what is written of a household goes once none of them is left. */
    static const char theirs[] =
        "SELECT c.id FROM relief_case c WHERE c.partner = $1 OR (c.owner = ANY ($2) AND (c.person = $1 "
        "OR (c.person IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM person p WHERE p.owner = c.owner AND p.erased IS NULL) "
        "AND NOT EXISTS (SELECT 1 FROM membership m JOIN person p ON p.owner = m.home AND p.id = m.person "
        "WHERE m.household = c.owner AND p.erased IS NULL)))) ORDER BY c.id";
    enum { HOUSEHOLDS_MAX = 64 };
    alm_id households[HOUSEHOLDS_MAX];
    alm_id *ids = NULL;
    size_t n_households = 0, n = 0, capacity = 0;
    struct store_stmt *stmt;
    bool row;
    enum alm_status status =
        register_households_of(cases->store, person, households, HOUSEHOLDS_MAX, &n_households, err);
    if (status == ALM_OK)
        status = store_query(cases->store, &stmt, err, theirs, "iI", person, households, n_households);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        ARRAY_ROOM(ids, n, capacity);
        ids[n++] = store_int(stmt, 0);
    }
    if (status == ALM_OK && n)
        status = store_run(cases->store, NULL, err,
                           "UPDATE relief_case SET note = NULL, document = NULL WHERE id = ANY ($1)", "I", ids, n);
    if (status == ALM_OK && n)
        status =
            store_run(cases->store, NULL, err,
                      "UPDATE relief_case_step SET reason = NULL, acting = NULL WHERE request = ANY ($1)", "I", ids, n);
    free(ids);
    return status;
}
