/* SPDX-License-Identifier: MIT */
/*
 * Deliveries give cards: a chunk of any size in a few statements.
 *
 * The cards that its lines name come by one query, the next ones of each holder by one query for each day at most; what
 * is given is written for all lines together.  Nothing is kept between calls.
 */
#include "giftcards.h"
#include <stdlib.h>

/* A card as this call has it. */
struct card {
    int64_t number, mark, face, expires, state, replaced_by;
    alm_id holder;
    char *serial;
    char currency[4];
    struct card *next; /* in its bucket */
    bool taken;
};

/* Cards by serial; chains in 2^bits buckets. */
struct cards {
    struct card **buckets;
    size_t n_buckets;
};

/* Cards that a holder has left, those first that expire first.  `skip[i]` leads to the next one that is not taken. */
struct pool {
    alm_id holder;
    struct card **cards;
    size_t count, capacity;
    size_t *skip;
    size_t n_wanted; /* lines that take the next one */
};

struct wish {
    alm_id holder;
    alm_date date;
};

struct settling {
    struct giftcards *self;
    struct cards cards;
    struct pool *pools;
    size_t n_pools;
    struct wish *wishes;
    size_t n_wishes, n_named;
    alm_id *holders; /* of the lines, each once */
    int64_t *marks;
    int64_t *numbers;
    size_t n_numbers;
};

static enum alm_status no_memory(struct alm_error *err)
{
    return alm_fail(err, ALM_INTERNAL, "give it a smaller file", "out of memory while giving cards");
}

/* ---- cards by serial ---- */

static bool cards_init(struct cards *cards, size_t expected)
{
    for (cards->n_buckets = 16; cards->n_buckets < expected * 2; cards->n_buckets *= 2)
        ;
    cards->buckets = calloc(cards->n_buckets, sizeof *cards->buckets);
    return cards->buckets != NULL;
}

static void cards_release(struct cards *cards)
{
    for (size_t i = 0; cards->buckets && i < cards->n_buckets; i++)
        while (cards->buckets[i]) {
            struct card *card = cards->buckets[i];
            cards->buckets[i] = card->next;
            free(card->serial);
            free(card);
        }
    free(cards->buckets);
}

static struct card *cards_find(const struct cards *cards, const char *serial)
{
    int64_t mark = giftcards_mark(serial);
    struct card *card = cards->buckets[(size_t)mark & (cards->n_buckets - 1)];
    while (card && (card->mark != mark || strcmp(card->serial, serial) != 0))
        card = card->next;
    return card;
}

/* The statement's row, once; NULL: no memory. */
static struct card *cards_add(struct cards *cards, const struct giftcards_card *row)
{
    struct card *card = cards_find(cards, row->serial);
    if (card)
        return card;
    card = calloc(1, sizeof *card);
    if (!card || !(card->serial = strdup(row->serial))) {
        free(card);
        return NULL;
    }
    card->number = row->number;
    card->mark = giftcards_mark(row->serial);
    card->face = row->face;
    card->expires = row->expires;
    card->state = row->state;
    card->replaced_by = row->replaced_by;
    card->holder = row->holder;
    snprintf(card->currency, sizeof card->currency, "%s", row->currency);
    struct card **bucket = &cards->buckets[(size_t)card->mark & (cards->n_buckets - 1)];
    card->next = *bucket;
    *bucket = card;
    return card;
}

static const char *serial_of(const struct alm_line *line)
{
    const struct alm_value *serial =
        line->n_detail > GIFTCARDS_DETAIL_SERIAL ? &line->detail[GIFTCARDS_DETAIL_SERIAL] : NULL;
    return serial && !serial->is_null && serial->text && *serial->text ? serial->text : NULL;
}

static enum alm_status read_named(const struct alm_host *host, struct cards *cards, const int64_t *marks, size_t n,
                                  struct alm_error *err)
{
    struct alm_statement *st = NULL;
    if (!n)
        return ALM_OK;
    enum alm_status status = alm_query(host, &st, err,
                                       "SELECT " GIFTCARDS_CARD_COLUMNS "FROM giftcards_serial s "
                                       "JOIN giftcards_card c ON c.programme = s.programme AND c.number = s.number "
                                       "WHERE s.programme = $1 AND s.mark = ANY ($2)",
                                       "ia", host->programme_id(host), marks, n);
    while (alm_next(host, st, &status, err)) {
        struct giftcards_card row = giftcards_card_row(host, st);
        if (!cards_add(cards, &row))
            return no_memory(err);
    }
    return status;
}

/* ---- the next cards of a holder ---- */

static int compare_ids(const void *left, const void *right)
{
    const alm_id *a = left;
    const alm_id *b = right;
    return *a < *b ? -1 : *a > *b;
}

static int compare_wishes(const void *left, const void *right)
{
    const struct wish *a = left;
    const struct wish *b = right;
    if (a->holder != b->holder)
        return a->holder < b->holder ? -1 : 1;
    return a->date < b->date ? -1 : a->date > b->date;
}

static struct pool *pool_of(struct settling *s, alm_id holder)
{
    size_t low = 0;
    size_t high = s->n_pools;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->pools[middle].holder < holder)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->n_pools && s->pools[low].holder == holder ? &s->pools[low] : NULL;
}

/* Where in the pool the first card stands that expires on that day or later. */
static size_t pool_from(const struct pool *pool, int64_t expires)
{
    size_t low = 0;
    size_t high = pool->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pool->cards[middle]->expires < expires)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/*
 * Into the pool: as many cards that are good on a day as lines could take, that is, those that want the next one and
 * those that name one of them.  Days come in order, so what was read for an earlier one mostly is enough.
 */
static enum alm_status read_next(const struct alm_host *host, struct settling *s, struct pool *pool, int64_t expires,
                                 struct alm_error *err)
{
    struct alm_statement *st = NULL;
    size_t most = pool->n_wanted + s->n_named;
    size_t have = pool->count - pool_from(pool, expires);
    if (have >= most)
        return ALM_OK;
    pool->count -= have; /* these come again, and are the same ones by serial */
    enum alm_status status =
        alm_query(host, &st, err,
                  "SELECT " GIFTCARDS_CARD_COLUMNS "FROM giftcards_card c "
                  "WHERE c.programme = $1 AND c.holder = $2 AND c.state = $3 AND c.expires >= $4 "
                  "ORDER BY c.expires, c.number LIMIT $5",
                  "iiiii", host->programme_id(host), pool->holder, (int64_t)GIFTCARDS_HELD, expires, (int64_t)most);
    while (alm_next(host, st, &status, err)) {
        struct giftcards_card row = giftcards_card_row(host, st);
        struct card *card = cards_add(&s->cards, &row);
        if (pool->count == pool->capacity) {
            size_t larger = pool->capacity ? pool->capacity * 2 : 64;
            struct card **grown = realloc(pool->cards, larger * sizeof(struct card *));
            if (!grown)
                return no_memory(err);
            pool->cards = grown;
            pool->capacity = larger;
        }
        if (!card)
            return no_memory(err);
        pool->cards[pool->count++] = card;
    }
    return status;
}

/* The first card of the pool from there on that is not taken; pool->count if there is none. */
static size_t pool_free(struct pool *pool, size_t at)
{
    size_t end = at;
    while (end < pool->count && pool->cards[end]->taken)
        end = pool->skip[end] > end ? pool->skip[end] : end + 1;
    while (at < end) {
        size_t next = pool->skip[at] > at ? pool->skip[at] : at + 1;
        pool->skip[at] = end;
        at = next;
    }
    return end;
}

static enum alm_status read_pools(const struct alm_host *host, struct settling *s, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    if (s->n_wishes)
        qsort(s->wishes, s->n_wishes, sizeof *s->wishes, compare_wishes);
    for (size_t i = 0; i < s->n_wishes; i++)
        pool_of(s, s->wishes[i].holder)->n_wanted++;
    for (size_t i = 0; status == ALM_OK && i < s->n_wishes; i++)
        if (i == 0 || compare_wishes(&s->wishes[i], &s->wishes[i - 1]) != 0)
            status = read_next(host, s, pool_of(s, s->wishes[i].holder),
                               giftcards_good_until(s->self, s->wishes[i].date), err);
    for (size_t i = 0; status == ALM_OK && i < s->n_pools; i++) {
        struct pool *pool = &s->pools[i];
        if (pool->count && !(pool->skip = calloc(pool->count, sizeof *pool->skip)))
            status = no_memory(err);
    }
    return status;
}

/* ---- a line and its card ---- */

static enum alm_status refuse_holder(const struct alm_host *host, const struct alm_line *line, const struct card *card,
                                     struct alm_verdict *verdict, struct alm_error *err)
{
    char has[100];
    char gives[100];
    enum alm_status status = giftcards_holder_name(host, card->holder, has, sizeof has, err);
    if (status == ALM_OK)
        status = giftcards_holder_name(host, line->group, gives, sizeof gives, err);
    alm_refuse(verdict, "card %.40s is with %.60s, and %.60s gives", card->serial, has, gives);
    return status;
}

/* The card that the line names, or none with a verdict. */
static enum alm_status named_card(const struct alm_host *host, struct settling *s, const struct alm_line *line,
                                  struct card **card, struct alm_verdict *verdict, struct alm_error *err)
{
    const char *serial = serial_of(line);
    struct card *named = cards_find(&s->cards, serial);
    *card = NULL;
    if (!named) {
        alm_refuse(verdict, "there is no card '%.60s'", serial);
    } else if (named->taken || named->state == GIFTCARDS_GIVEN) {
        alm_refuse(verdict, "card %s was given already", serial);
    } else if (named->state != GIFTCARDS_HELD) {
        alm_refuse(verdict, "card %s is %s", serial, named->state == GIFTCARDS_VOID ? "void" : "lost");
    } else if (named->holder != line->group) {
        return refuse_holder(host, line, named, verdict, err);
    } else if (named->expires < giftcards_good_until(s->self, line->date)) {
        char day[40];
        host->format_date(host, (alm_date)named->expires, day, sizeof day);
        if (s->self->settings->valid_for && named->expires >= line->date)
            alm_refuse(verdict, "card %s is good until %s only, less than %lld days", serial, day,
                       (long long)(s->self->settings->valid_for / 86400));
        else
            alm_refuse(verdict, "card %s was good until %s", serial, day);
    } else {
        *card = named;
    }
    return ALM_OK;
}

static enum alm_status next_card(const struct alm_host *host, struct settling *s, const struct alm_line *line,
                                 struct card **card, struct alm_verdict *verdict, struct alm_error *err)
{
    struct pool *pool = pool_of(s, line->group);
    size_t at = pool_free(pool, pool_from(pool, giftcards_good_until(s->self, line->date)));
    char holder[120];
    *card = at < pool->count ? pool->cards[at] : NULL;
    if (*card)
        return ALM_OK;
    enum alm_status status = giftcards_holder_name(host, line->group, holder, sizeof holder, err);
    alm_refuse(verdict, "%s has no card left to give", holder);
    return status;
}

static enum alm_status give(const struct alm_host *host, struct settling *s, struct alm_line *line, struct card *card,
                            struct alm_error *err)
{
    alm_money value = giftcards_value(s->self, card->face, card->currency);
    card->taken = true;
    line->value = value == ALM_NULL ? 0 : value;
    s->numbers[s->n_numbers++] = card->number;
    if (serial_of(line))
        return ALM_OK;
    /* The ledger reads it when it writes the line, after this call. */
    char *serial = host->alloc(host, strlen(card->serial) + 1);
    if (!serial)
        return no_memory(err);
    line->detail[GIFTCARDS_DETAIL_SERIAL] = alm_string(strcpy(serial, card->serial));
    return ALM_OK;
}

/* ---- what was given ---- */

/* A store takes 99 parameters. */
enum { GIVEN_COLUMNS = 4, GIVEN_MOST = 24, GIVEN_SOME = 4 };

/* INSERT of so many rows: $1 is the programme, and each row has four parameters more. */
static void write_insert(char *sql, size_t size, size_t rows)
{
    size_t len =
        (size_t)snprintf(sql, size, "INSERT INTO giftcards_given (programme, number, household, line, date) VALUES ");
    for (size_t i = 0; i < rows; i++)
        len += (size_t)snprintf(sql + len, size - len, "%s($1, $%zu, $%zu, $%zu, $%zu)", i ? ", " : "",
                                2 + i * GIVEN_COLUMNS, 3 + i * GIVEN_COLUMNS, 4 + i * GIVEN_COLUMNS,
                                5 + i * GIVEN_COLUMNS);
}

static enum alm_status write_given(const struct alm_host *host, const struct settling *s, const struct alm_line *lines,
                                   const size_t *given_to, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    char sql[100 + GIVEN_MOST * 40];
    for (size_t at = 0; status == ALM_OK && at < s->n_numbers;) {
        /* Three lengths, so three texts: statements are kept by their text. */
        size_t left = s->n_numbers - at;
        size_t rows = left >= GIVEN_MOST ? GIVEN_MOST : left >= GIVEN_SOME ? GIVEN_SOME : 1;
        struct alm_statement *st = NULL;
        write_insert(sql, sizeof sql, rows);
        status = alm_query(host, &st, err, sql, "i", host->programme_id(host));
        for (size_t i = 0; status == ALM_OK && i < rows; i++) {
            const struct alm_line *line = &lines[given_to[at + i]];
            const int64_t values[GIVEN_COLUMNS] = {s->numbers[at + i], line->owner, line->id, line->date};
            for (size_t k = 0; status == ALM_OK && k < GIVEN_COLUMNS; k++)
                status = host->bind_int(host, st, (int)(2 + i * GIVEN_COLUMNS + k), values[k], err);
        }
        if (status == ALM_OK)
            status = alm_finish(host, st, NULL, err);
        at += rows;
    }
    return status;
}

/* ---- settle, unsettle ---- */

/* Serials of lines as they are kept: what a line says is what the ledger keeps of it. */
static enum alm_status fold_serials(const struct alm_host *host, struct alm_line *lines, size_t n,
                                    struct alm_error *err)
{
    char code[GIFTCARDS_MAX_SERIAL + 1];
    for (size_t i = 0; i < n; i++) {
        const char *serial = serial_of(&lines[i]);
        if (!serial || !alm_code(serial, code, sizeof code) || strcmp(serial, code) == 0)
            continue;
        /* The ledger reads it when it writes the line, after this call. */
        char *copy = host->alloc(host, strlen(code) + 1);
        if (!copy)
            return no_memory(err);
        lines[i].detail[GIFTCARDS_DETAIL_SERIAL] = alm_string(strcpy(copy, code));
    }
    return ALM_OK;
}

static bool settling_init(struct settling *s, const struct alm_line *lines, size_t n)
{
    s->marks = malloc((n + 1) * sizeof *s->marks);
    s->wishes = malloc((n + 1) * sizeof *s->wishes);
    s->holders = malloc((n + 1) * sizeof *s->holders);
    s->numbers = malloc((n + 1) * sizeof *s->numbers);
    s->pools = calloc(n + 1, sizeof *s->pools);
    if (!s->marks || !s->wishes || !s->holders || !s->numbers || !s->pools || !cards_init(&s->cards, n))
        return false;
    for (size_t i = 0; i < n; i++) {
        const char *serial = serial_of(&lines[i]);
        s->holders[i] = lines[i].group;
        if (serial)
            s->marks[s->n_named++] = giftcards_mark(serial);
        else
            s->wishes[s->n_wishes++] = (struct wish){lines[i].group, lines[i].date};
    }
    if (n)
        qsort(s->holders, n, sizeof *s->holders, compare_ids);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || s->holders[i] != s->pools[s->n_pools - 1].holder) {
            s->holders[s->n_pools] = s->holders[i];
            s->pools[s->n_pools++].holder = s->holders[i];
        }
    return true;
}

static void settling_release(struct settling *s)
{
    for (size_t i = 0; s->pools && i < s->n_pools; i++) {
        free(s->pools[i].cards);
        free(s->pools[i].skip);
    }
    cards_release(&s->cards);
    free(s->pools);
    free(s->numbers);
    free(s->holders);
    free(s->wishes);
    free(s->marks);
}

enum alm_status giftcards_settle(const struct alm_host *host, void *state, struct alm_line *lines, size_t n,
                                 struct alm_verdict *verdicts, struct alm_error *err)
{
    struct settling s = {.self = state};
    size_t *given_to = malloc((n + 1) * sizeof *given_to);
    enum alm_status status = fold_serials(host, lines, n, err);
    if (status == ALM_OK && (!given_to || !settling_init(&s, lines, n)))
        status = no_memory(err);
    if (status == ALM_OK)
        status = giftcards_lock(host, s.holders, s.n_pools, err);
    if (status == ALM_OK)
        status = read_named(host, &s.cards, s.marks, s.n_named, err);
    if (status == ALM_OK)
        status = read_pools(host, &s, err);
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        struct card *card = NULL;
        if (lines[i].quantity != ALM_UNIT)
            alm_refuse(&verdicts[i], "a delivery is one card; record each by itself");
        else if (serial_of(&lines[i]))
            status = named_card(host, &s, &lines[i], &card, &verdicts[i], err);
        else
            status = next_card(host, &s, &lines[i], &card, &verdicts[i], err);
        if (status != ALM_OK || !card)
            continue;
        given_to[s.n_numbers] = i;
        status = give(host, &s, &lines[i], card, err);
    }
    if (status == ALM_OK)
        status = giftcards_set_state(host, s.numbers, s.n_numbers, GIFTCARDS_HELD, GIFTCARDS_GIVEN, err);
    if (status == ALM_OK)
        status = write_given(host, &s, lines, given_to, err);
    settling_release(&s);
    free(given_to);
    return status;
}

/* The card that a household has for a line: the one that the line names, or what replaced it. */
static enum alm_status present_card(const struct alm_host *host, const struct card *named, struct giftcards_card *card,
                                    struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    *card = (struct giftcards_card){.number = named->number, .state = named->state, .replaced_by = named->replaced_by};
    while (status == ALM_OK && card->replaced_by != ALM_NULL) {
        struct alm_statement *st = NULL;
        bool row = false;
        status =
            alm_query(host, &st, err,
                      "SELECT " GIFTCARDS_CARD_COLUMNS "FROM giftcards_card c WHERE c.programme = $1 AND c.number = $2",
                      "ii", host->programme_id(host), card->replaced_by);
        if (status == ALM_OK)
            status = host->step(host, st, &row, err);
        if (status == ALM_OK && !row)
            break;
        if (status == ALM_OK)
            *card = giftcards_card_row(host, st);
    }
    return status;
}

enum alm_status giftcards_unsettle(const struct alm_host *host, void *state, const struct alm_line *lines, size_t n,
                                   struct alm_error *err)
{
    struct settling s = {.self = state};
    int64_t *all = malloc((n + 1) * sizeof *all); /* numbers holds those that go back, all also what was lost */
    size_t n_all = 0;
    enum alm_status status = all && settling_init(&s, lines, n) ? ALM_OK : no_memory(err);
    if (status == ALM_OK)
        status = read_named(host, &s.cards, s.marks, s.n_named, err);
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        const struct card *named = serial_of(&lines[i]) ? cards_find(&s.cards, serial_of(&lines[i])) : NULL;
        struct giftcards_card card;
        if (!named)
            continue;
        status = present_card(host, named, &card, err);
        if (status != ALM_OK)
            break;
        all[n_all++] = card.number;
        if (card.state == GIFTCARDS_GIVEN)
            s.numbers[s.n_numbers++] = card.number;
    }
    if (status == ALM_OK)
        status = giftcards_set_state(host, s.numbers, s.n_numbers, GIFTCARDS_GIVEN, GIFTCARDS_HELD, err);
    if (status == ALM_OK && n_all)
        status = alm_run(host, NULL, err, "DELETE FROM giftcards_given WHERE programme = $1 AND number = ANY ($2)",
                         "ia", host->programme_id(host), all, n_all);
    settling_release(&s);
    free(all);
    return status;
}
