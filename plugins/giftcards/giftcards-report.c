/* SPDX-License-Identifier: MIT */
/* Reports: whether all cards are accounted for, and what each group has in its hands. */
#include "giftcards.h"
#include <stdlib.h>

/* ---- balance ---- */

/* What came in, and what became of it: rows of the report for one currency. */
struct balance {
    char currency[4];
    int64_t cards[1 + GIFTCARDS_PLACES]; /* received, then by place */
    int64_t face[1 + GIFTCARDS_PLACES];
    int64_t value[1 + GIFTCARDS_PLACES];
    bool has_value;
};

static enum alm_status emit_balance(const struct alm_host *host, const struct balance *b, struct alm_error *err)
{
    static const char *const words[] = {"received", "secretariat", "groups", "households", "void", "lost"};
    enum alm_status status = ALM_OK;
    int64_t cards = b->cards[0];
    int64_t face = b->face[0];
    int64_t value = b->value[0];
    char text[160];
    for (size_t i = 0; status == ALM_OK && i < 1 + GIFTCARDS_PLACES; i++) {
        const struct alm_value values[] = {alm_string(b->currency), alm_string(words[i]), alm_number(b->cards[i]),
                                           alm_number(b->face[i]), b->has_value ? alm_number(b->value[i]) : alm_null()};
        status = host->row(host, values, err);
        if (i) {
            cards -= b->cards[i];
            face -= b->face[i];
            value -= b->value[i];
        }
    }
    const struct alm_value values[] = {alm_string(b->currency), alm_string("not accounted for"), alm_number(cards),
                                       alm_number(face), b->has_value ? alm_number(value) : alm_null()};
    if (status == ALM_OK)
        status = host->row(host, values, err);
    if (status == ALM_OK && (cards || face)) {
        snprintf(text, sizeof text, "%s: %lld of the cards that were received are not accounted for", b->currency,
                 (long long)cards);
        host->warn(host, text);
    }
    return status;
}

/* Both sides are counted apart: what was received from the chain of custody, where it is from the cards. */
enum alm_status giftcards_balance(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    (void)args;
    const struct giftcards *self = state;
    struct alm_statement *st = NULL;
    struct balance b = {.currency = ""};
    enum alm_status status = alm_query(
        host, &st, err,
        "SELECT x.currency, x.face, x.place, COUNT(*) FROM "
        "(SELECT c.currency, c.face, 0 AS place FROM giftcards_custody k "
        "JOIN giftcards_card c ON c.programme = k.programme AND c.number = k.number "
        "WHERE k.programme = $1 AND k.kind = $2 "
        "UNION ALL SELECT c.currency, c.face, CASE WHEN c.state > 0 THEN c.state + 2 WHEN c.holder = 0 THEN 1 "
        "ELSE 2 END FROM giftcards_card c WHERE c.programme = $1) x "
        "GROUP BY x.currency, x.face, x.place ORDER BY x.currency COLLATE \"C\", x.face, x.place",
        "ii", host->programme_id(host), (int64_t)STEP_RECEIVED);
    while (alm_next(host, st, &status, err)) {
        const char *currency = host->column_text(host, st, 0);
        int64_t face = host->column_int(host, st, 1);
        int64_t place = host->column_int(host, st, 2);
        int64_t cards = host->column_int(host, st, 3);
        if (strcmp(currency, b.currency) != 0) {
            if (*b.currency)
                status = emit_balance(host, &b, err);
            b = (struct balance){.currency = ""};
            snprintf(b.currency, sizeof b.currency, "%s", currency);
        }
        alm_money value = giftcards_value(self, face, currency);
        b.has_value = value != ALM_NULL;
        b.cards[place] += cards;
        b.face[place] += cards * face;
        b.value[place] += b.has_value ? cards * value : 0;
    }
    return status == ALM_OK && *b.currency ? emit_balance(host, &b, err) : status;
}

/* ---- custody ---- */

struct holder {
    alm_id group;
    char code[80];
    int64_t handed, returned, given, void_, lost, held, expired, value;
};

static struct holder *holder_of(struct holder *holders, size_t n, alm_id group)
{
    for (size_t i = 0; i < n; i++)
        if (holders[i].group == group)
            return &holders[i];
    return NULL;
}

static enum alm_status read_groups(const struct alm_host *host, struct holder **holders, size_t *n,
                                   struct alm_error *err)
{
    struct alm_statement *st = NULL;
    size_t capacity = 0;
    enum alm_status status =
        alm_query(host, &st, err,
                  "SELECT h.holder, g.code FROM giftcards_holder h JOIN volunteer_group g ON g.id = "
                  "h.holder WHERE h.programme = $1 ORDER BY g.code COLLATE \"C\"",
                  "i", host->programme_id(host));
    while (alm_next(host, st, &status, err)) {
        if (*n == capacity) {
            capacity = capacity ? capacity * 2 : 64;
            struct holder *grown = realloc(*holders, capacity * sizeof *grown);
            if (!grown)
                return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
            *holders = grown;
        }
        struct holder *holder = &(*holders)[(*n)++];
        *holder = (struct holder){.group = host->column_int(host, st, 0)};
        snprintf(holder->code, sizeof holder->code, "%s", host->column_text(host, st, 1));
    }
    return status;
}

static enum alm_status count_steps(const struct alm_host *host, struct holder *holders, size_t n, struct alm_error *err)
{
    struct alm_statement *st = NULL;
    enum alm_status status = alm_query(host, &st, err,
                                       "SELECT kind, from_holder, to_holder, COUNT(*) FROM giftcards_custody "
                                       "WHERE programme = $1 AND (kind = $2 OR kind = $3) "
                                       "GROUP BY kind, from_holder, to_holder ORDER BY kind, from_holder, to_holder",
                                       "iii", host->programme_id(host), (int64_t)STEP_HANDED, (int64_t)STEP_RETURNED);
    while (alm_next(host, st, &status, err)) {
        bool handed = host->column_int(host, st, 0) == STEP_HANDED;
        struct holder *holder = holder_of(holders, n, host->column_int(host, st, handed ? 2 : 1));
        if (holder && handed)
            holder->handed += host->column_int(host, st, 3);
        else if (holder)
            holder->returned += host->column_int(host, st, 3);
    }
    return status;
}

static enum alm_status count_cards(const struct alm_host *host, const struct giftcards *self, struct holder *holders,
                                   size_t n, struct alm_error *err)
{
    struct alm_statement *st = NULL;
    enum alm_status status =
        alm_query(host, &st, err,
                  "SELECT x.holder, x.state, x.currency, x.face, x.expired, COUNT(*) FROM "
                  "(SELECT holder, state, currency, face, CASE WHEN expires < $2 THEN 1 ELSE 0 END AS expired "
                  "FROM giftcards_card WHERE programme = $1) x "
                  "GROUP BY x.holder, x.state, x.currency, x.face, x.expired "
                  "ORDER BY x.holder, x.state, x.currency COLLATE \"C\", x.face, x.expired",
                  "ii", host->programme_id(host), (int64_t)host->today(host));
    while (alm_next(host, st, &status, err)) {
        struct holder *holder = holder_of(holders, n, host->column_int(host, st, 0));
        int64_t cards = host->column_int(host, st, 5);
        alm_money value = giftcards_value(self, host->column_int(host, st, 3), host->column_text(host, st, 2));
        if (!holder)
            continue;
        switch (host->column_int(host, st, 1)) {
        case GIFTCARDS_HELD:
            holder->held += cards;
            holder->expired += host->column_int(host, st, 4) ? cards : 0;
            holder->value += value == ALM_NULL ? 0 : cards * value;
            break;
        case GIFTCARDS_GIVEN:
            holder->given += cards;
            break;
        case GIFTCARDS_VOID:
            holder->void_ += cards;
            break;
        default:
            holder->lost += cards;
        }
    }
    return status;
}

enum alm_status giftcards_custody(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    (void)args;
    struct holder *holders = NULL;
    size_t n = 0;
    enum alm_status status = read_groups(host, &holders, &n, err);
    if (status == ALM_OK)
        status = count_steps(host, holders, n, err);
    if (status == ALM_OK)
        status = count_cards(host, state, holders, n, err);
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        const struct holder *h = &holders[i];
        char name[160] = "";
        status = host->name_of(host, ALM_NOUN_GROUP, h->group, name, sizeof name, err);
        const struct alm_value values[] = {alm_string(h->code),     alm_string(name),     alm_number(h->handed),
                                           alm_number(h->returned), alm_number(h->given), alm_number(h->void_),
                                           alm_number(h->lost),     alm_number(h->held),  alm_number(h->expired),
                                           alm_number(h->value)};
        if (status == ALM_OK)
            status = host->row(host, values, err);
    }
    free(holders);
    return status;
}
