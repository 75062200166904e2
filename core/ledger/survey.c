/* SPDX-License-Identifier: MIT */
/*
 * survey: the rule over the whole register.  Households come in the order in which they are kept, some thousand at a
 * time, and are judged as offers that are only asked about: what is said of each is what ledger_entitlement() would
 * say.
 */
#include "ledger/chunk.h"

#include <stdlib.h>

enum { SURVEY_HOUSEHOLDS = 32768, SURVEY_PLACES = 65536 };

struct surveying {
    struct ledger *ledger;
    const struct ledger_survey *survey;
    struct ledger_offer *offers;
    struct ledger_answer *answers;
    const char **codes; /* of the offers' owners */
    alm_id *bases;
    size_t n, capacity;
    struct arena texts, kept;
};

static void add_offer(struct surveying *s, const struct ledger_offer *offer, const char *code, alm_id base)
{
    if (s->n == s->capacity) {
        s->capacity = s->capacity ? s->capacity * 2 : 1024;
        s->offers = xreallocarray(s->offers, s->capacity, sizeof *s->offers);
        s->answers = xreallocarray(s->answers, s->capacity, sizeof *s->answers);
        s->codes = xreallocarray(s->codes, s->capacity, sizeof *s->codes);
        s->bases = xreallocarray(s->bases, s->capacity, sizeof *s->bases);
    }
    s->offers[s->n] = *offer;
    s->codes[s->n] = code;
    s->bases[s->n++] = base;
}

/* ---- whose turn it is ---- */

/* A household without a member on that day is nobody's. */
static void add_household(struct surveying *s, const struct register_members *members,
                          const struct register_household *household)
{
    const struct ledger_survey *survey = s->survey;
    const bool persons = survey->programme->rule->recipient == ALM_PERSON;
    struct ledger_offer offer = {.programme = survey->programme, .household = household->id, .date = survey->date};
    bool lived_in = false;
    for (size_t i = 0; i < household->n; i++) {
        const struct register_member *member = &members->members[household->first + i];
        if (!register_member_on(member, survey->date))
            continue;
        lived_in = true;
        if (persons && member->alias) /* whose turn is their survivor's */
            continue;
        offer.person = persons ? member->member.id : 0;
        if (persons)
            add_offer(s, &offer, household->code, household->base);
    }
    if (lived_in && !persons)
        add_offer(s, &offer, household->code, household->base);
}

static enum alm_status next_households(struct surveying *s, alm_id *after, struct alm_error *err)
{
    struct register_members *members = &s->ledger->chunk->members;
    enum alm_status status = register_members_walk(s->ledger->services.store, members, *after, s->survey->areas,
                                                   s->survey->n_areas, SURVEY_HOUSEHOLDS, err);
    *after = members->n_households ? members->households[members->n_households - 1].id : 0;
    for (size_t i = 0; status == ALM_OK && i < members->n_households; i++)
        add_household(s, members, &members->households[i]);
    return status;
}

static enum alm_status next_places(struct surveying *s, alm_id *after, struct alm_error *err)
{
    static const char all[] = "SELECT id, code FROM place WHERE id > $1 ORDER BY id LIMIT $2";
    static const char some[] = "SELECT id, code FROM place WHERE id > $1 AND area = ANY ($3) ORDER BY id LIMIT $2";
    struct store *store = s->ledger->services.store;
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = s->survey->areas
                                 ? store_query(store, &stmt, err, some, "iiI", *after, (int64_t)SURVEY_PLACES,
                                               s->survey->areas, s->survey->n_areas)
                                 : store_query(store, &stmt, err, all, "ii", *after, (int64_t)SURVEY_PLACES);
    *after = 0;
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct ledger_offer offer = {
            .programme = s->survey->programme, .place = store_int(stmt, 0), .date = s->survey->date};
        *after = offer.place;
        add_offer(s, &offer, arena_strdup(&s->kept, store_string(stmt, 1)), 0);
    }
    return status;
}

/* ---- what is said of them ---- */

static enum alm_status tell_row(struct surveying *s, size_t from, size_t i,
                                enum alm_status (*each)(void *context, const struct ledger_found *, struct alm_error *),
                                void *context, struct alm_error *err)
{
    struct ledger_chunk *chunk = s->ledger->chunk;
    const struct chunk_row *row = &chunk->rows[i];
    const struct ledger_offer *offer = &chunk->offers[i];
    const struct ledger_answer *answer = &chunk->answers[i];
    const size_t number = from + i;
    struct ledger_found found = {.owner = offer->household ? offer->household : offer->place,
                                 .person = offer->person,
                                 .base = s->bases[number],
                                 .code = s->codes[number],
                                 .last = ALM_NO_DATE,
                                 .answer = answer};
    if (offer->household != s->offers[number].household) /* an alias: told as its survivor */
        return ALM_OK;
    if (answer->outcome != LEDGER_REJECTED) {
        const struct chunk_account *account = &chunk->accounts[row->account - 1];
        chunk_members(chunk, row->owner, offer->date);
        found.area = chunk->owners[row->owner].area;
        found.members = chunk->present;
        found.n_members = chunk->n_present;
        found.last = account->stored_date;
        for (uint32_t k = 0; k < chunk->owners[row->owner].n_stand_ins; k++) {
            account = chunk_account(chunk, chunk->owners[row->owner].stand_ins[k], offer->programme->id);
            if (account && account->stored_date > found.last) /* ALM_NO_DATE is before all */
                found.last = account->stored_date;
        }
        found.value = row->state == ROW_ACCEPTED ? row->value : 0;
    }
    return each(context, &found, err);
}

/* Offers are judged one by one: none of them is given, so none stands in another's way. */
static enum alm_status
tell_chunk(struct surveying *s, enum alm_status (*each)(void *context, const struct ledger_found *, struct alm_error *),
           void *context, struct alm_error *err)
{
    const uint32_t flags = LEDGER_RUN_ASK | LEDGER_RUN_WALK | (s->survey->brief ? LEDGER_RUN_BRIEF : 0) |
                           (s->survey->areas ? 0 : LEDGER_RUN_RANGE);
    enum alm_status status = ALM_OK;
    for (size_t from = 0; status == ALM_OK && from < s->n;) {
        size_t n = s->n - from < LEDGER_MAX_CHUNK ? s->n - from : LEDGER_MAX_CHUNK;
        status = ledger_run(s->ledger, s->offers + from, n, s->answers + from, &s->texts, NULL, flags, err);
        for (size_t i = 0; status == ALM_OK && i < n; i++)
            status = tell_row(s, from, i, each, context, err);
        from += n;
    }
    return status;
}

enum alm_status ledger_survey(struct ledger *ledger, const struct ledger_survey *survey,
                              enum alm_status (*each)(void *context, const struct ledger_found *, struct alm_error *),
                              void *context, struct alm_error *err)
{
    struct surveying s = {.ledger = ledger, .survey = survey};
    const bool places = survey->programme->rule->recipient == ALM_PLACE;
    enum alm_status status = ALM_OK;
    alm_id after = 0;
    ledger_forget(ledger);
    do {
        s.n = 0;
        arena_reset(&s.texts);
        arena_reset(&s.kept);
        status = places ? next_places(&s, &after, err) : next_households(&s, &after, err);
        if (status == ALM_OK && s.n)
            status = tell_chunk(&s, each, context, err);
    } while (status == ALM_OK && after);
    ledger_forget(ledger);
    arena_release(&s.texts);
    arena_release(&s.kept);
    free(s.offers);
    free(s.answers);
    free(s.codes);
    free(s.bases);
    return status;
}
