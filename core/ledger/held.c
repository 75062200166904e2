/* SPDX-License-Identifier: MIT */
/* held: offers that were held for somebody to decide on. */
#include "ledger/internal.h"

static alm_id id_or_0(struct store_stmt *stmt, int i)
{
    const int64_t id = store_int(stmt, i);
    return id == ALM_NULL ? 0 : id;
}

/* The refusal as the offer that it was; *detail is its JSON. */
static enum alm_status read_held(struct ledger *ledger, alm_id id, struct ledger_offer *offer, alm_id *owner,
                                 alm_id *programme, const char **detail, struct arena *arena, struct alm_error *err)
{
    struct store *store = ledger->services.store;
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_number(store, owner, 0, err, "SELECT owner FROM home WHERE id = $1", "i", id);
    if (status == ALM_OK)
        status = store_query(store, &stmt, err,
                             "SELECT owner, programme, date, quantity, body, grp, person, partner, detail, note, state "
                             "FROM refusal WHERE owner = $1 AND id = $2",
                             "ii", *owner, id);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status != ALM_OK)
        return status;
    if (!row)
        return error_set(err, ALM_BAD_DATA, _("`almoner delivery held list` shows them"), _("no offer %lld was held"),
                         (long long)id);
    static const char *const why[] = {N_("it was refused, not held"), NULL, N_("it was accepted already"),
                                      N_("it was dropped already")};
    const int64_t state = store_int(stmt, 10);
    if (state != 1) {
        store_done(stmt);
        return error_set(err, ALM_BAD_DATA, _("`almoner delivery held list` shows what waits"),
                         _("offer %lld cannot be decided: %s"), (long long)id,
                         state >= 0 && state < (int64_t)COUNT_OF(why) ? _(why[state]) : _("its state is not known"));
    }
    *programme = store_int(stmt, 1);
    const char *note = store_string(stmt, 9), *json = store_string(stmt, 8);
    *offer = (struct ledger_offer){
        .date = (alm_date)store_int(stmt, 2),
        .quantity = store_int(stmt, 3),
        .body = store_int(stmt, 4),
        .group = store_int(stmt, 5),
        .person = id_or_0(stmt, 6),
        .partner = id_or_0(stmt, 7),
        .note = text_of(note ? arena_strdup(arena, note) : NULL),
    };
    *detail = json ? arena_strdup(arena, json) : NULL;
    store_done(stmt);
    return ALM_OK;
}

/* It is decided once: whoever comes second changes no row. */
static enum alm_status set_state(struct ledger *ledger, alm_id owner, alm_id id, int64_t state, alm_id line,
                                 struct alm_error *err)
{
    int64_t changes;
    enum alm_status status = store_run(ledger->services.store, &changes, err,
                                       "UPDATE refusal SET state = $3, line = $4 "
                                       "WHERE owner = $1 AND id = $2 AND state = 1",
                                       "iiii", owner, id, state, line ? line : ALM_NULL);
    if (status == ALM_OK && changes != 1)
        return error_set(err, ALM_BAD_DATA, NULL, _("offer %lld was decided by somebody else meanwhile"),
                         (long long)id);
    return status;
}

static enum alm_status accept_held(struct ledger *ledger, struct ledger_offer *offer, alm_id owner, alm_id programme,
                                   const char *detail, struct ledger_answer *answer, struct arena *texts,
                                   struct store_entry *entry, struct alm_error *err)
{
    const struct ledger_services *services = &ledger->services;
    offer->programme = services->programme_by_id(services->context, programme, err);
    if (!offer->programme)
        return err->status;
    const struct alm_programme *rule = offer->programme->rule;
    if (!rule)
        return error_set(err, ALM_BAD_DATA, _("enable it first"), _("programme %s is not enabled"),
                         offer->programme->name);
    if (rule->recipient == ALM_PLACE)
        offer->place = owner;
    else
        offer->household = owner;
    offer->detail = arena_alloc(texts, (rule->n_detail + 1) * sizeof *offer->detail);
    enum alm_status status =
        ledger_detail_read(text_of(detail), rule->detail, rule->n_detail, offer->detail, texts, err);
    if (status == ALM_OK)
        status = ledger_run(ledger, offer, 1, answer, texts, entry, LEDGER_RUN_PAST_DOUBLE, err);
    return status;
}

enum alm_status ledger_held_decide(struct ledger *ledger, alm_id refusal, bool accept, struct ledger_answer *answer,
                                   struct arena *texts, struct store_entry *entry, struct alm_error *err)
{
    struct ledger_offer offer = {0};
    alm_id owner = 0, programme = 0;
    const char *detail = NULL;
    *answer = (struct ledger_answer){
        .outcome = LEDGER_REFUSED, .next = ALM_NO_DATE, .blocking_date = ALM_NO_DATE, .reason = ""};
    enum alm_status status = read_held(ledger, refusal, &offer, &owner, &programme, &detail, texts, err);
    if (status != ALM_OK)
        return status;
    if (!accept)
        return set_state(ledger, owner, refusal, 3, 0, err);
    status = accept_held(ledger, &offer, owner, programme, detail, answer, texts, entry, err);
    /* What still stands in its way (its batch is empty ...) leaves it held; the answer says why. */
    if (status == ALM_OK && answer->outcome == LEDGER_RECORDED)
        status = set_state(ledger, owner, refusal, 2, answer->line, err);
    return status;
}
