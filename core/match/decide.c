/* SPDX-License-Identifier: MIT */
/* decide: what people say of a pair.  All of it is kept; the last word counts. */
#include "match/match.h"

const char *const match_decisions[] = {[MATCH_UNDECIDED] = N_("undecided"),
                                       [MATCH_SAME] = N_("same"),
                                       [MATCH_DIFFERENT] = N_("different"),
                                       [MATCH_NOT_SURE] = N_("unsure"),
                                       NULL};

/* Bytes of a reason. */
enum { REASON_MOST = 2000 };

/* Both in the order in which pairs are kept. */
struct pair {
    alm_id first, second, owner, other;
};

static enum alm_status find_home(struct store *store, alm_id person, alm_id *owner, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false, erased = false;
    enum alm_status status = store_query(store, &stmt, err,
                                         "SELECT p.owner, p.erased FROM home h "
                                         "JOIN person p ON p.owner = h.owner AND p.id = h.id WHERE h.id = $1",
                                         "i", person);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status != ALM_OK)
        return status;
    if (!row)
        return error_set(err, ALM_BAD_DATA, _("almoner person find looks for them"),
                         _("there is no person with id %lld"), (long long)person);
    *owner = store_int(stmt, 0);
    erased = store_int(stmt, 1) != ALM_NULL;
    store_done(stmt);
    return erased ? error_set(err, ALM_BAD_DATA, NULL, _("the personal data of person %lld were erased"),
                              (long long)person)
                  : ALM_OK;
}

static enum alm_status find_pair(struct store *store, alm_id a, alm_id b, struct pair *pair, struct alm_error *err)
{
    if (a == b)
        return error_set(err, ALM_BAD_DATA, _("name two persons"), _("%lld and %lld are the same person"), (long long)a,
                         (long long)b);
    *pair = (struct pair){.first = a < b ? a : b, .second = a < b ? b : a};
    enum alm_status status = find_home(store, pair->first, &pair->owner, err);
    return status == ALM_OK ? find_home(store, pair->second, &pair->other, err) : status;
}

/* The last decision: its number, 0 if there is none. */
static enum alm_status read_last(struct store *store, const struct pair *pair, int64_t *n, enum match_decision *last,
                                 int64_t *bits, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false;
    *n = 0;
    *last = MATCH_UNDECIDED;
    *bits = ALM_NULL;
    enum alm_status status = store_query(store, &stmt, err,
                                         "SELECT n, decision, bits FROM match_decision "
                                         "WHERE owner = $1 AND first = $2 AND second = $3 ORDER BY n DESC LIMIT 1",
                                         "iii", pair->owner, pair->first, pair->second);
    if (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        *n = store_int(stmt, 0);
        *last = (enum match_decision)store_int(stmt, 1);
        *bits = store_int(stmt, 2);
        store_done(stmt);
    }
    return status;
}

/* The flag goes with a decision; with none that is sure it stays, or comes back, at the end of the list. */
static enum alm_status settle_flag(struct store *store, const struct pair *pair, enum match_decision decision,
                                   int64_t bits, struct alm_error *err)
{
    if (decision != MATCH_NOT_SURE)
        return store_run(store, NULL, err, "DELETE FROM match_flag WHERE owner = $1 AND first = $2 AND second = $3",
                         "iii", pair->owner, pair->first, pair->second);
    return store_run(store, NULL, err,
                     "INSERT INTO match_flag (owner, first, second, other, bits, why, rules, unsure) "
                     "VALUES ($1, $2, $3, $4, $5, '', '', 1) "
                     "ON CONFLICT (owner, first, second) DO UPDATE SET unsure = 1",
                     "iiiii", pair->owner, pair->first, pair->second, pair->other, bits == ALM_NULL ? 0 : bits);
}

enum alm_status match_decide(const struct match_register *of, alm_id a, alm_id b, enum match_decision decision,
                             const char *reason, enum match_decision *before, struct alm_error *err)
{
    int64_t n = 0, bits = ALM_NULL, flagged = ALM_NULL, made = 0;
    struct pair pair;
    enum alm_status status = ALM_OK;
    *before = MATCH_UNDECIDED;
    if (reason && strlen(reason) > REASON_MOST)
        return error_set(err, ALM_BAD_DATA, _("say it shorter"), _("the reason is longer than %d bytes"), REASON_MOST);
    status = find_pair(of->store, a, b, &pair, err);
    if (status == ALM_OK)
        status = read_last(of->store, &pair, &n, before, &bits, err);
    if (status == ALM_OK)
        status = store_number(of->store, &flagged, ALM_NULL, err,
                              "SELECT bits FROM match_flag WHERE owner = $1 AND first = $2 AND second = $3", "iii",
                              pair.owner, pair.first, pair.second);
    if (flagged != ALM_NULL)
        bits = flagged;
    if (status == ALM_OK)
        status =
            store_run(of->store, &made, err,
                      "INSERT INTO match_decision (owner, first, second, n, decision, bits, at, who, reason) "
                      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (owner, first, second, n) DO NOTHING",
                      "iiiiiiitt", pair.owner, pair.first, pair.second, n + 1, (int64_t)decision, bits,
                      (int64_t)store_clock(of->store), store_who(of->store), reason);
    if (status == ALM_OK && !made)
        return error_set(err, ALM_AGAIN, _("look at it again"), _("somebody else decided on them at the same time"));
    return status == ALM_OK ? settle_flag(of->store, &pair, decision, bits, err) : status;
}

enum alm_status match_was_decided(const struct match_register *of, alm_id a, alm_id b, enum match_decision decision,
                                  const char *reason, bool *known, struct alm_error *err)
{
    struct pair pair;
    int64_t n = 0;
    enum alm_status status = find_pair(of->store, a, b, &pair, err);
    if (status == ALM_OK)
        status = store_number(of->store, &n, 0, err,
                              "SELECT COUNT(*) FROM match_decision WHERE owner = $1 AND first = $2 AND second = $3 "
                              "AND decision = $4 AND COALESCE(reason, '') = $5",
                              "iiiit", pair.owner, pair.first, pair.second, (int64_t)decision, reason ? reason : "");
    *known = n > 0;
    return status;
}

#define COLUMNS "SELECT first, second, decision, at, who, reason FROM match_decision "
#define ORDER "ORDER BY at DESC, first, second, n DESC, owner"

enum alm_status match_decided(const struct match_register *of, alm_id person, int64_t limit,
                              enum alm_status (*each)(void *context, const struct match_decided *, struct alm_error *),
                              void *context, struct alm_error *err)
{
    struct arena arena = {0};
    struct store_stmt *stmt;
    int64_t given = 0;
    bool row = true;
    enum alm_status status =
        person ? store_query(of->store, &stmt, err, COLUMNS "WHERE first = $1 OR second = $1 " ORDER, "i", person)
               : store_query(of->store, &stmt, err, COLUMNS ORDER, "");
    while (status == ALM_OK && (!limit || given < limit) && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const char *reason = store_string(stmt, 5);
        const struct match_decided decided = {.first = store_int(stmt, 0),
                                              .second = store_int(stmt, 1),
                                              .decision = (enum match_decision)store_int(stmt, 2),
                                              .at = store_int(stmt, 3),
                                              .who = arena_strdup(&arena, store_string(stmt, 4)),
                                              .reason = reason ? arena_strdup(&arena, reason) : NULL};
        status = each(context, &decided, err);
        given++;
        arena_reset(&arena);
    }
    if (status == ALM_OK && row && limit)
        store_done(stmt);
    arena_release(&arena);
    return status;
}
