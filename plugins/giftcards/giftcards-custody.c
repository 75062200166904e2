/* SPDX-License-Identifier: MIT */
/*
 * The chain of custody: cards go from the secretariat to a group and back, and single ones are void, lost or replaced.
 * Whoever moves a card locks its holder first; so nobody gives a card that is on its way.
 */
#include "giftcards.h"
#include <stdlib.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum alm_status giftcards_lock(const struct alm_host *host, const alm_id *holders, size_t n, struct alm_error *err)
{
    struct alm_statement *st = NULL;
    enum alm_status status = alm_query(
        host, &st, err, "UPDATE giftcards_holder SET holder = holder WHERE programme = $1 AND holder = ANY ($2)", "i",
        host->programme_id(host));
    if (status == ALM_OK)
        status = host->bind_ints(host, st, 2, holders, n, err);
    return status == ALM_OK ? alm_finish(host, st, NULL, err) : status;
}

static enum alm_status elsewhere(struct alm_error *err)
{
    return alm_fail(err, ALM_AGAIN, "try again", "somebody else moved one of these cards at the same moment");
}

enum alm_status giftcards_set_state(const struct alm_host *host, const int64_t *numbers, size_t n, int64_t from,
                                    int64_t to, struct alm_error *err)
{
    int64_t changes = 0;
    if (!n)
        return ALM_OK;
    enum alm_status status =
        alm_run(host, &changes, err,
                "UPDATE giftcards_card SET state = $2 WHERE programme = $1 AND state = $3 AND number = ANY ($4)",
                "iiia", host->programme_id(host), to, from, numbers, n);
    return status == ALM_OK && changes != (int64_t)n ? elsewhere(err) : status;
}

/* ---- many cards from one holder to another ---- */

struct numbers {
    int64_t *at;
    size_t count, capacity;
};

static bool numbers_add(struct numbers *numbers, int64_t number)
{
    if (numbers->count == numbers->capacity) {
        size_t larger = numbers->capacity ? numbers->capacity * 2 : 256;
        int64_t *grown = realloc(numbers->at, larger * sizeof *grown);
        if (!grown)
            return false;
        numbers->at = grown;
        numbers->capacity = larger;
    }
    numbers->at[numbers->count++] = number;
    return true;
}

struct move {
    alm_id from, to;
    bool good; /* only cards that are good today */
    const char *first, *last;
    int64_t count;
};

/* Why a card that was asked for is not one of those that can go. */
static enum alm_status check_movable(const struct alm_host *host, const struct move *move,
                                     const struct giftcards_card *card, struct alm_error *err)
{
    char where[160];
    char day[40];
    char serial[GIFTCARDS_MAX_SERIAL + 1];
    snprintf(serial, sizeof serial, "%s", card->serial);
    if (card->state == GIFTCARDS_GIVEN)
        return alm_fail(err, ALM_REFUSED, NULL, "card %s was given to a household", serial);
    if (card->state != GIFTCARDS_HELD)
        return alm_fail(err, ALM_REFUSED, NULL, "card %s is %s", serial,
                        card->state == GIFTCARDS_VOID ? "void" : "lost");
    if (card->holder != move->from) {
        const char *hint = move->from == GIFTCARDS_SECRETARIAT ? "a group's cards come back by `return` first" : NULL;
        enum alm_status status = giftcards_holder_name(host, card->holder, where, sizeof where, err);
        return status == ALM_OK ? alm_fail(err, ALM_REFUSED, hint, "card %s is with %s", serial, where) : status;
    }
    if (move->good && card->expires < host->today(host)) {
        host->format_date(host, (alm_date)card->expires, day, sizeof day);
        return alm_fail(err, ALM_REFUSED, "make it void", "card %s was good until %s", serial, day);
    }
    return ALM_OK;
}

/* All cards from one serial to another: each has to be one that can go. */
static enum alm_status take_range(const struct alm_host *host, const struct move *move, struct numbers *numbers,
                                  struct alm_error *err)
{
    struct giftcards_card ends[2];
    struct alm_statement *st = NULL;
    struct giftcards_card odd = {.number = 0};
    enum alm_status status = giftcards_find(host, move->first, &ends[0], err);
    if (status == ALM_OK)
        status = giftcards_find(host, move->last, &ends[1], err);
    if (status != ALM_OK)
        return status;
    const char *first = ends[0].serial, *last = ends[1].serial; /* as they are kept */
    if (strlen(first) != strlen(last) || strcmp(first, last) > 0)
        return alm_fail(err, ALM_BAD_DATA, "both serials have one length, the smaller one first",
                        "there is no way from %s to %s", first, last);
    status = alm_query(host, &st, err,
                       "SELECT " GIFTCARDS_CARD_COLUMNS "FROM giftcards_card c "
                       "WHERE c.programme = $1 AND LENGTH(c.serial) = LENGTH(CAST($2 AS TEXT)) "
                       "AND c.serial COLLATE \"C\" >= $2 AND c.serial COLLATE \"C\" <= $3 "
                       "ORDER BY c.serial COLLATE \"C\"",
                       "itt", host->programme_id(host), first, last);
    while (alm_next(host, st, &status, err)) {
        struct giftcards_card card = giftcards_card_row(host, st);
        bool goes = card.state == GIFTCARDS_HELD && card.holder == move->from &&
                    (!move->good || card.expires >= host->today(host));
        if (!goes) {
            odd = card;
            break;
        }
        if (!numbers_add(numbers, card.number))
            return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    }
    return odd.number ? check_movable(host, move, &odd, err) : status;
}

/* The next ones, those first that expire first. */
static enum alm_status take_count(const struct alm_host *host, const struct move *move, struct numbers *numbers,
                                  struct alm_error *err)
{
    struct alm_statement *st = NULL;
    char where[160];
    if (move->count < 1)
        return alm_fail(err, ALM_USAGE, NULL, "--count %lld is no number of cards", (long long)move->count);
    enum alm_status status = alm_query(
        host, &st, err,
        "SELECT number FROM giftcards_card WHERE programme = $1 AND holder = $2 AND state = $3 AND expires >= $4 "
        "ORDER BY expires, number LIMIT $5",
        "iiiii", host->programme_id(host), move->from, (int64_t)GIFTCARDS_HELD,
        move->good ? (int64_t)host->today(host) : INT64_C(-1000000), move->count);
    while (alm_next(host, st, &status, err))
        if (!numbers_add(numbers, host->column_int(host, st, 0)))
            return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    if (status != ALM_OK || (int64_t)numbers->count == move->count)
        return status;
    status = giftcards_holder_name(host, move->from, where, sizeof where, err);
    return status == ALM_OK ? alm_fail(err, ALM_REFUSED, NULL, "%s has %zu cards to go, not %lld", where,
                                       numbers->count, (long long)move->count)
                            : status;
}

static enum alm_status write_move(const struct alm_host *host, const struct move *move, const struct numbers *numbers,
                                  int64_t kind, struct alm_error *err)
{
    int64_t changes = 0;
    alm_id step = 0;
    enum alm_status status = host->new_id(host, &step, err);
    if (status == ALM_OK)
        status = alm_run(host, &changes, err,
                         "UPDATE giftcards_card SET holder = $2 "
                         "WHERE programme = $1 AND holder = $3 AND state = $4 AND number = ANY ($5)",
                         "iiiia", host->programme_id(host), move->to, move->from, (int64_t)GIFTCARDS_HELD, numbers->at,
                         numbers->count);
    if (status == ALM_OK && changes != (int64_t)numbers->count)
        status = elsewhere(err);
    if (status != ALM_OK)
        return status;
    return alm_run(host, NULL, err,
                   "INSERT INTO giftcards_custody (programme, number, id, kind, from_holder, to_holder, date) "
                   "SELECT programme, number, CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), "
                   "CAST($5 AS BIGINT), CAST($6 AS BIGINT) FROM giftcards_card "
                   "WHERE programme = $1 AND number = ANY ($7)",
                   "iiiiiia", host->programme_id(host), step, kind, move->from, move->to, (int64_t)host->today(host),
                   numbers->at, numbers->count);
}

/* The list that both sign. */
static enum alm_status emit_moved(const struct alm_host *host, const struct giftcards *self, const struct move *move,
                                  const struct numbers *numbers, struct alm_error *err)
{
    static const struct alm_column columns[] = {
        {.name = "serial", .title = "serial", .type = ALM_STRING},
        {.name = "face", .title = "face value", .type = ALM_DECIMAL},
        {.name = "currency", .title = "currency", .type = ALM_STRING},
        {.name = "value", .title = "value", .type = ALM_MONEY, .flags = ALM_TOTAL},
        {.name = "expires", .title = "last day", .type = ALM_DATE},
    };
    struct alm_statement *st = NULL;
    char from[160];
    char to[160];
    char text[400];
    enum alm_status status = giftcards_holder_name(host, move->from, from, sizeof from, err);
    if (status == ALM_OK)
        status = giftcards_holder_name(host, move->to, to, sizeof to, err);
    if (status == ALM_OK)
        status = alm_query(host, &st, err,
                           "SELECT " GIFTCARDS_CARD_COLUMNS "FROM giftcards_card c "
                           "WHERE c.programme = $1 AND c.number = ANY ($2) ORDER BY c.number",
                           "ia", host->programme_id(host), numbers->at, numbers->count);
    if (status == ALM_OK)
        status = host->table_begin(host, "cards", columns, COUNT_OF(columns), err);
    while (alm_next(host, st, &status, err)) {
        struct giftcards_card card = giftcards_card_row(host, st);
        const struct alm_value values[] = {alm_string(card.serial), alm_number(card.face), alm_string(card.currency),
                                           alm_number_or_null(giftcards_value(self, card.face, card.currency)),
                                           giftcards_expiry(card.expires)};
        status = host->row(host, values, err);
    }
    if (status == ALM_OK)
        status = host->table_end(host, err);
    snprintf(text, sizeof text, "%zu %s from %s to %s", numbers->count, numbers->count == 1 ? "card" : "cards", from,
             to);
    if (status == ALM_OK)
        host->say(host, text);
    return status;
}

static enum alm_status move_cards(const struct alm_host *host, const struct giftcards *self,
                                  const struct alm_args *args, struct move *move, int64_t kind, struct alm_error *err)
{
    struct numbers numbers = {0};
    bool counted = alm_arg(args, "count")->count > 0;
    move->first = alm_arg_text(args, "from");
    move->last = alm_arg_text(args, "to");
    move->count = alm_arg_number(args, "count", 0);
    if (move->first && !move->last)
        move->last = move->first;
    if (counted == (move->first != NULL) || (move->last && !move->first))
        return alm_fail(err, ALM_USAGE, "write --from SERIAL --to SERIAL, or --count N", "which cards?");
    /* In the order of their ids, so that two of these never wait for each other in a circle. */
    enum alm_status status = ALM_OK;
    const alm_id holders[] = {GIFTCARDS_SECRETARIAT, move->from + move->to};
    for (size_t i = 0; i < COUNT_OF(holders) && status == ALM_OK; i++)
        status = alm_run(host, NULL, err,
                         "INSERT INTO giftcards_holder (programme, holder) VALUES ($1, $2) "
                         "ON CONFLICT (programme, holder) DO UPDATE SET holder = excluded.holder",
                         "ii", host->programme_id(host), holders[i]);
    if (status == ALM_OK)
        status = counted ? take_count(host, move, &numbers, err) : take_range(host, move, &numbers, err);
    if (status == ALM_OK)
        status = write_move(host, move, &numbers, kind, err);
    if (status == ALM_OK)
        status = emit_moved(host, self, move, &numbers, err);
    free(numbers.at);
    return status;
}

enum alm_status giftcards_hand(const struct alm_host *host, void *state, const struct alm_args *args,
                               struct alm_error *err)
{
    struct move move = {.from = GIFTCARDS_SECRETARIAT, .good = true};
    enum alm_status status = host->find(host, ALM_NOUN_GROUP, alm_arg_text(args, "group"), &move.to, err);
    return status == ALM_OK ? move_cards(host, state, args, &move, STEP_HANDED, err) : status;
}

enum alm_status giftcards_return(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    struct move move = {.to = GIFTCARDS_SECRETARIAT};
    enum alm_status status = host->find(host, ALM_NOUN_GROUP, alm_arg_text(args, "group"), &move.from, err);
    return status == ALM_OK ? move_cards(host, state, args, &move, STEP_RETURNED, err) : status;
}

/* ---- single cards ---- */

struct given {
    bool known;
    alm_id household, line;
    int64_t date;
};

static enum alm_status read_given(const struct alm_host *host, int64_t number, struct given *given,
                                  struct alm_error *err)
{
    struct alm_statement *st = NULL;
    enum alm_status status = alm_query(
        host, &st, err, "SELECT household, line, date FROM giftcards_given WHERE programme = $1 AND number = $2", "ii",
        host->programme_id(host), number);
    given->known = alm_next(host, st, &status, err);
    if (given->known) {
        given->household = host->column_int(host, st, 0);
        given->line = host->column_int(host, st, 1);
        given->date = host->column_int(host, st, 2);
    }
    return status;
}

/* A step of one card; `other` 0 and `household` 0 are none. */
static enum alm_status add_step(const struct alm_host *host, const struct giftcards_card *card, int64_t kind,
                                int64_t other, alm_id household, const char *reason, struct alm_error *err)
{
    alm_id step = 0;
    enum alm_status status = host->new_id(host, &step, err);
    if (status != ALM_OK)
        return status;
    return alm_run(host, NULL, err,
                   "INSERT INTO giftcards_custody (programme, number, id, kind, from_holder, to_holder, date, other, "
                   "household, reason) VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9)",
                   "iiiiiiiit", host->programme_id(host), card->number, step, kind, card->holder,
                   (int64_t)host->today(host), other ? other : ALM_NULL, household ? household : ALM_NULL, reason);
}

/* The card of that serial as it is under the lock of its holder. */
static enum alm_status find_locked(const struct alm_host *host, const char *serial, struct giftcards_card *card,
                                   struct alm_error *err)
{
    enum alm_status status = giftcards_find(host, serial, card, err);
    const alm_id holder = status == ALM_OK ? card->holder : 0;
    if (status == ALM_OK)
        status = giftcards_lock(host, &holder, 1, err);
    if (status == ALM_OK)
        status = giftcards_find(host, serial, card, err);
    return status == ALM_OK && card->holder != holder ? elsewhere(err) : status;
}

enum alm_status giftcards_void(const struct alm_host *host, void *state, const struct alm_args *args,
                               struct alm_error *err)
{
    (void)state;
    struct giftcards_card card;
    enum alm_status status = find_locked(host, alm_arg_text(args, "serial"), &card, err);
    if (status != ALM_OK)
        return status;
    if (card.state == GIFTCARDS_GIVEN)
        return alm_fail(err, ALM_REFUSED, "reverse the delivery first, or `replace` the card",
                        "card %s was given to a household", card.serial);
    if (card.state == GIFTCARDS_VOID)
        return alm_fail(err, ALM_REFUSED, NULL, "card %s is void already", card.serial);
    if (card.state == GIFTCARDS_LOST)
        return alm_fail(err, ALM_REFUSED, NULL, "card %s is lost", card.serial);
    status = giftcards_set_state(host, &card.number, 1, GIFTCARDS_HELD, GIFTCARDS_VOID, err);
    return status == ALM_OK ? add_step(host, &card, STEP_VOID, 0, 0, alm_arg_text(args, "reason"), err) : status;
}

enum alm_status giftcards_lost(const struct alm_host *host, void *state, const struct alm_args *args,
                               struct alm_error *err)
{
    (void)state;
    struct giftcards_card card;
    struct given given = {0};
    enum alm_status status = find_locked(host, alm_arg_text(args, "serial"), &card, err);
    if (status != ALM_OK)
        return status;
    if (card.state == GIFTCARDS_VOID || card.state == GIFTCARDS_LOST)
        return alm_fail(err, ALM_REFUSED, NULL, "card %s is %s already", card.serial,
                        card.state == GIFTCARDS_VOID ? "void" : "lost");
    status = read_given(host, card.number, &given, err);
    if (status == ALM_OK)
        status = giftcards_set_state(host, &card.number, 1, card.state, GIFTCARDS_LOST, err);
    return status == ALM_OK ? add_step(host, &card, STEP_LOST, 0, given.household, alm_arg_text(args, "reason"), err)
                            : status;
}

/* Another card of the same holder and worth the same: the one that is named, or the next. */
static enum alm_status find_other(const struct alm_host *host, const struct giftcards *self,
                                  const struct giftcards_card *card, const char *by, struct giftcards_card *other,
                                  struct alm_error *err)
{
    const struct move move = {.from = card->holder, .good = true};
    char where[160];
    struct alm_statement *st = NULL;
    char serial[GIFTCARDS_MAX_SERIAL + 1] = "";
    enum alm_status status = ALM_OK;
    if (by) {
        status = giftcards_find(host, by, other, err);
        if (status == ALM_OK)
            status = check_movable(host, &move, other, err);
        if (status == ALM_OK && (other->face != card->face || strcmp(other->currency, card->currency) != 0))
            status = alm_fail(err, ALM_REFUSED, "the delivery keeps its value", "card %s is worth something else",
                              other->serial);
        return status;
    }
    status = alm_query(host, &st, err,
                       "SELECT serial FROM giftcards_card WHERE programme = $1 AND holder = $2 AND state = $3 "
                       "AND expires >= $4 AND face = $5 AND currency = $6 ORDER BY expires, number LIMIT 1",
                       "iiiiit", host->programme_id(host), card->holder, (int64_t)GIFTCARDS_HELD,
                       giftcards_good_until(self, host->today(host)), card->face, card->currency);
    if (alm_next(host, st, &status, err))
        snprintf(serial, sizeof serial, "%s", host->column_text(host, st, 0));
    if (status == ALM_OK && *serial)
        return giftcards_find(host, serial, other, err);
    if (status == ALM_OK)
        status = giftcards_holder_name(host, card->holder, where, sizeof where, err);
    return status == ALM_OK
               ? alm_fail(err, ALM_REFUSED, "hand some over first", "%s has no card left that is worth the same", where)
               : status;
}

enum alm_status giftcards_replace(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    const struct giftcards *self = state;
    const char *reason = alm_arg_text(args, "reason");
    const alm_id programme = host->programme_id(host);
    struct giftcards_card card;
    struct giftcards_card other;
    struct given given = {0};
    char text[300];
    enum alm_status status = find_locked(host, alm_arg_text(args, "serial"), &card, err);
    if (status == ALM_OK)
        status = read_given(host, card.number, &given, err);
    if (status == ALM_OK && !given.known)
        status = alm_fail(err, ALM_REFUSED, card.state == GIFTCARDS_HELD ? "make it void, and give another one" : NULL,
                          "card %s is with no household", card.serial);
    if (status == ALM_OK)
        status = find_other(host, self, &card, alm_arg_text(args, "by"), &other, err);
    if (status == ALM_OK && card.state == GIFTCARDS_GIVEN)
        status = giftcards_set_state(host, &card.number, 1, GIFTCARDS_GIVEN, GIFTCARDS_VOID, err);
    if (status == ALM_OK)
        status = giftcards_set_state(host, &other.number, 1, GIFTCARDS_HELD, GIFTCARDS_GIVEN, err);
    if (status == ALM_OK)
        status =
            alm_run(host, NULL, err, "UPDATE giftcards_card SET replaced_by = $3 WHERE programme = $1 AND number = $2",
                    "iii", programme, card.number, other.number);
    if (status == ALM_OK)
        status = alm_run(host, NULL, err, "DELETE FROM giftcards_given WHERE programme = $1 AND number = $2", "ii",
                         programme, card.number);
    if (status == ALM_OK)
        status = alm_run(host, NULL, err,
                         "INSERT INTO giftcards_given (programme, number, household, line, date) "
                         "VALUES ($1, $2, $3, $4, $5)",
                         "iiiii", programme, other.number, given.household, given.line, given.date);
    if (status == ALM_OK)
        status = add_step(host, &card, STEP_REPLACED, other.number, given.household, reason, err);
    if (status == ALM_OK)
        status = add_step(host, &other, STEP_REPLACEMENT, card.number, given.household, reason, err);
    if (status != ALM_OK)
        return status;
    snprintf(text, sizeof text, "card %s takes the place of card %s", other.serial, card.serial);
    host->say(host, text);
    return ALM_OK;
}
