/* SPDX-License-Identifier: MIT */
/* key: every offer is judged once.  One without a key of its own gets one that is made of its content (see
 * base/seen.c). */
#include "ledger/chunk.h"
#include "ledger/lines.h"

#include <stdlib.h>

void ledger_again(struct ledger *ledger)
{
    seen_again(ledger->seen);
    ledger_forget_stock(ledger);
    ledger_forget(ledger);
}

static void content_digest(const struct ledger_offer *offer, alm_id body, struct strbuf *scratch,
                           unsigned char out[DIGEST_SIZE])
{
    const struct alm_programme *rule = offer->programme->rule;
    const int64_t numbers[] = {offer->programme->id, offer->household, offer->person, offer->partner, offer->place,
                               offer->quantity,      offer->date,      body,          offer->group};
    struct digest digest;
    digest_init(&digest, NULL, 0);
    digest_add_numbers(&digest, numbers, COUNT_OF(numbers));
    strbuf_reset(scratch);
    if (offer->detail)
        ledger_detail_write(scratch, rule->detail, offer->detail, rule->n_detail);
    digest_add_text(&digest, (struct alm_text){scratch->at, scratch->len});
    digest_add_text(&digest, offer->note);
    digest_final(&digest, out);
}

/* Whether what was recorded under that key was taken back. */
static enum alm_status was_taken_back(struct store *store, struct alm_text key, bool *back, struct alm_error *err)
{
    static const char sql[] = "SELECT r.id FROM delivery_key k "
                              "LEFT JOIN refusal f ON f.owner = k.owner AND f.id = k.id "
                              "JOIN reversal r ON r.owner = k.owner AND r.line = COALESCE(f.line, k.id) "
                              "WHERE k.key = $1";
    int64_t reversal;
    enum alm_status status = store_number(store, &reversal, 0, err, sql, "t", key);
    *back = reversal != 0;
    return status;
}

static enum alm_status make_keys(struct ledger_chunk *chunk, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < chunk->n; i++) {
        struct chunk_row *row = &chunk->rows[i];
        const struct ledger_offer *offer = &chunk->offers[i];
        if (row->state == ROW_OUT)
            continue;
        if (offer->key.at && offer->key.len) {
            row->key = offer->key;
            continue;
        }
        unsigned char content[DIGEST_SIZE];
        /* As it was offered: the same list is the same whoever was merged since. */
        content_digest(&chunk->offered[i], row->body, &chunk->text, content);
        char *key = arena_alloc(&chunk->arena, SEEN_KEY_SIZE);
        bool back = false;
        do {
            row->key = (struct alm_text){key, seen_key(chunk->ledger->seen, offer->date, content, key)};
            if (offer->anew)
                status = was_taken_back(chunk->ledger->services.store, row->key, &back, err);
        } while (status == ALM_OK && back);
    }
    return status;
}

static int compare_texts(struct alm_text left, struct alm_text right)
{
    size_t len = left.len < right.len ? left.len : right.len;
    int order = len ? memcmp(left.at, right.at, len) : 0;
    return order ? order : (left.len > right.len) - (left.len < right.len);
}

struct known_key {
    struct alm_text key;
    size_t row;
};

static int compare_known(const void *left, const void *right)
{
    const struct known_key *a = left, *b = right;
    int order = compare_texts(a->key, b->key);
    return order ? order : (a->row > b->row) - (a->row < b->row);
}

/* What stands under a key that is known: a line, a refusal, or a row of this chunk. */
struct under_key {
    alm_id id, owner, programme, person; /* programme 0: of this chunk, not written yet */
    alm_id reversal;                     /* that took it back */
    alm_date date;
};

/* The row of this chunk that has that id. `rows` are those that got one: in the order of the file, so ids ascend. */
static void of_chunk(const struct ledger_chunk *chunk, const size_t *rows, size_t n, struct under_key *under)
{
    size_t from = 0, to = n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (chunk->rows[rows[middle]].id < under->id)
            from = middle + 1;
        else
            to = middle;
    }
    if (from == n || chunk->rows[rows[from]].id != under->id)
        return;
    const struct ledger_offer *offer = &chunk->offers[rows[from]];
    under->programme = offer->programme->id;
    under->person = offer->person;
    under->date = offer->date;
}

/* The same delivery told again, or another one under a key that is taken? */
static void answer_known(struct ledger_chunk *chunk, size_t i, const struct under_key *under)
{
    const struct ledger_offer *offer = &chunk->offers[i];
    const bool same_person =
        offer->person && under->person
            ? offer->person == register_survivor(&chunk->aliases, under->person)
            : chunk->owners[chunk->rows[i].owner].id == register_survivor(&chunk->aliases, under->owner);
    chunk->rows[i].refused_under = under->owner;
    chunk->answers[i].line = under->id;
    chunk->answers[i].reversal = under->reversal;
    if (under->reversal)
        chunk->answers[i].reason =
            arena_printf(chunk->texts, _("taken back by line %lld; to record it anew, give it another --key"),
                         (long long)under->reversal);
    if (!offer->key.len || !under->programme ||
        (same_person && under->programme == offer->programme->id && under->date == offer->date))
        return;
    chunk_reject(chunk, i, "key",
                 _("the key %.*s is that of delivery %lld, which is for another beneficiary, programme or day"),
                 offer->key.len < 60 ? (int)offer->key.len : 60, offer->key.at, (long long)under->id);
    chunk->answers[i].line = 0;
    chunk->answers[i].reversal = 0;
}

/* The rows whose key was claimed before: what became of them then? */
static enum alm_status find_known(struct ledger_chunk *chunk, struct known_key *known, size_t n, struct alm_error *err)
{
    /* An offer that was refused or held at first, and recorded later, is the line that it became. */
    static const char sql[] = "SELECT k.key, COALESCE(f.line, k.id), k.owner, COALESCE(l.programme, f.programme), "
                              "COALESCE(l.date, f.date), COALESCE(l.person, f.person), r.id FROM delivery_key k "
                              "LEFT JOIN line l ON l.id = k.id AND l.owner = k.owner "
                              "LEFT JOIN refusal f ON f.owner = k.owner AND f.id = k.id "
                              "LEFT JOIN reversal r ON r.owner = k.owner AND r.line = COALESCE(f.line, k.id) "
                              "WHERE k.key = ANY ($1) ORDER BY k.key";
    struct alm_text *keys = xreallocarray(NULL, n, sizeof *keys);
    size_t *rows = xreallocarray(NULL, chunk->n, sizeof *rows);
    size_t n_keys = 0, n_rows = 0, at = 0;
    bool row;
    struct store_stmt *stmt;
    for (size_t i = 0; i < chunk->n; i++)
        if (chunk->rows[i].id)
            rows[n_rows++] = i;
    qsort(known, n, sizeof *known, compare_known);
    for (size_t i = 0; i < n; i++)
        if (!n_keys || compare_texts(keys[n_keys - 1], known[i].key) != 0)
            keys[n_keys++] = known[i].key;
    enum alm_status status = store_query(chunk->ledger->services.store, &stmt, err, sql, "T", keys, n_keys);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        struct alm_text key = store_text(stmt, 0);
        struct under_key under = {.id = store_int(stmt, 1), .owner = store_int(stmt, 2)};
        if (store_is_null(stmt, 3)) {
            of_chunk(chunk, rows, n_rows, &under);
        } else {
            under.programme = store_int(stmt, 3);
            under.date = (alm_date)store_int(stmt, 4);
            under.person = store_is_null(stmt, 5) ? 0 : store_int(stmt, 5);
            under.reversal = store_is_null(stmt, 6) ? 0 : store_int(stmt, 6);
        }
        while (at < n && compare_texts(known[at].key, key) < 0)
            at++;
        for (; at < n && compare_texts(known[at].key, key) == 0; at++)
            answer_known(chunk, known[at].row, &under);
    }
    free(rows);
    free(keys);
    return status;
}

/*
 * Rows without a key of their own that were refused because of a line that has been taken back since, or for the lack
 * of something that may have come since (stock, an approved case, an earlier step): they are judged anew.
 */
static enum alm_status reopen(struct ledger_chunk *chunk, const struct known_key *known, size_t n,
                              struct alm_error *err)
{
    static const char sql[] = "SELECT f.id FROM refusal f "
                              "LEFT JOIN line l ON l.id = f.blocking "
                              "LEFT JOIN reversal r ON r.owner = l.owner AND r.line = l.id "
                              "WHERE f.owner = ANY ($1) AND f.state = 0 AND (r.id IS NOT NULL OR f.kind = ANY ($2)) "
                              "ORDER BY f.id";
    static const int64_t lacks[] = {LEDGER_SETTLE, LEDGER_REQUIREMENT};
    struct lines_ids owners = {0}, open = {0};
    for (size_t k = 0; k < n; k++) {
        size_t i = known[k].row;
        if (chunk->offers[i].key.len || !chunk->answers[i].line)
            continue;
        lines_ids_add(&owners, chunk->rows[i].refused_under);
    }
    lines_ids_sort(&owners);
    struct store_stmt *stmt;
    bool row = owners.n > 0;
    enum alm_status status = ALM_OK;
    if (owners.n)
        status = store_query(chunk->ledger->services.store, &stmt, err, sql, "II", owners.at, owners.n, lacks,
                             COUNT_OF(lacks));
    while (status == ALM_OK && row && (status = store_next(stmt, &row, err)) == ALM_OK && row)
        lines_ids_add(&open, store_int(stmt, 0));
    for (size_t k = 0; status == ALM_OK && k < n; k++) {
        struct chunk_row *at = &chunk->rows[known[k].row];
        struct ledger_answer *answer = &chunk->answers[known[k].row];
        if (chunk->offers[known[k].row].key.len || !lines_ids_have(&open, answer->line))
            continue;
        at->state = ROW_PENDING;
        at->refusal = answer->line;
        answer->line = 0;
        answer->outcome = LEDGER_RECORDED;
    }
    free(open.at);
    free(owners.at);
    return status;
}

static enum alm_status claim_keys(struct ledger_chunk *chunk, size_t n, struct alm_error *err)
{
    static const struct store_bulk_spec specs[] = {
        {"key", ALM_BULK_KEY, true}, {"owner", ALM_BULK_SET, false}, {"id", ALM_BULK_SET, false}};
    if (!n)
        return ALM_OK;
    struct store_bulk *bulk =
        store_bulk_new(chunk->ledger->services.store, "delivery_key", ALM_BULK_CLAIM, specs, COUNT_OF(specs));
    bool *conflict = xcalloc(n, sizeof *conflict);
    struct known_key *known = NULL;
    size_t n_known = 0, capacity = 0, at = 0;
    for (size_t i = 0; i < chunk->n; i++)
        if (chunk->rows[i].state != ROW_OUT) {
            store_bulk_row(bulk);
            store_bulk_text(bulk, 0, chunk->rows[i].key);
            store_bulk_int(bulk, 1, chunk->owners[chunk->rows[i].owner].id);
            store_bulk_int(bulk, 2, chunk->rows[i].id);
        }
    enum alm_status status = store_bulk_flush(bulk, 1, conflict, err);
    for (size_t i = 0; status == ALM_OK && i < chunk->n; i++) {
        if (chunk->rows[i].state == ROW_OUT || !conflict[at++])
            continue;
        ARRAY_ROOM(known, n_known, capacity);
        known[n_known++] = (struct known_key){chunk->rows[i].key, i};
        chunk->rows[i].state = ROW_OUT;
        chunk->answers[i].outcome = LEDGER_SAME;
    }
    if (status == ALM_OK && n_known)
        status = find_known(chunk, known, n_known, err);
    if (status == ALM_OK && n_known)
        status = reopen(chunk, known, n_known, err);
    free(known);
    free(conflict);
    store_bulk_free(bulk);
    return status;
}

enum alm_status chunk_keys(struct ledger_chunk *chunk, struct alm_error *err)
{
    size_t n = 0, at = 0;
    if (chunk->flags & LEDGER_RUN_ASK)
        return ALM_OK;
    for (size_t i = 0; i < chunk->n; i++)
        n += chunk->rows[i].state != ROW_OUT;
    alm_id *ids = arena_alloc(&chunk->arena, n * sizeof *ids);
    enum alm_status status = n ? store_ids(chunk->ledger->services.store, ids, n, err) : ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < chunk->n; i++)
        if (chunk->rows[i].state != ROW_OUT)
            chunk->rows[i].id = ids[at++];
    if (status != ALM_OK || (chunk->flags & LEDGER_RUN_PAST_DOUBLE))
        return status;
    status = make_keys(chunk, err);
    return status == ALM_OK ? claim_keys(chunk, n, err) : status;
}
