/* SPDX-License-Identifier: MIT */
/*
 * settle: accepted lines go to those who have a say in them beside the rule: the gates of higher rooms, the programme
 * itself, which draws what they use, and the stock, for what [programme] draw names.
 */
#include "ledger/chunk.h"

/* The offer's own columns as they came; settle() may write into them, and a second judging must begin from these. */
static void keep_details(struct ledger_chunk *chunk)
{
    for (size_t i = 0; i < chunk->n; i++) {
        const struct ledger_offer *offer = &chunk->offers[i];
        if (chunk->rows[i].state == ROW_OUT || !offer->detail || !offer->programme->rule->settle)
            continue;
        size_t size = offer->programme->rule->n_detail * sizeof *offer->detail;
        struct alm_value *kept = arena_alloc(&chunk->arena, size);
        memcpy(kept, offer->detail, size);
        chunk->rows[i].detail = kept;
    }
}

static void restore_detail(struct ledger_chunk *chunk, size_t i)
{
    const struct ledger_offer *offer = &chunk->offers[i];
    if (chunk->rows[i].detail)
        memcpy(offer->detail, chunk->rows[i].detail, offer->programme->rule->n_detail * sizeof *offer->detail);
}

static bool any_refused(const struct alm_verdict *verdicts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (verdicts[i].refused)
            return true;
    return false;
}

/* ---- gates and the plug-in: lines of one programme ---- */

size_t chunk_settling_gates(const struct ledger_programme *programme)
{
    size_t n = 0;
    for (size_t g = 0; g < programme->n_gates; g++)
        n += programme->gates[g]->settle != NULL;
    return n;
}

static enum alm_status settle_lines(struct ledger_chunk *chunk, const struct ledger_programme *programme,
                                    struct alm_line *lines, size_t n, struct alm_verdict *verdicts, bool *refused,
                                    struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    *refused = false;
    for (size_t g = 0; g < programme->n_gates && status == ALM_OK && !*refused; g++) {
        if (!programme->gates[g]->settle)
            continue;
        status = programme->gates[g]->settle(programme->gate_contexts[g], lines, n, verdicts, err);
        if (status != ALM_OK)
            return error_prefix(err, "%s: %s", programme->name, programme->gates[g]->name);
        *refused = any_refused(verdicts, n);
    }
    if (programme->rule->settle && !*refused) {
        status = ledger_call_settle(chunk->ledger, programme, lines, n, verdicts, chunk->entry->id, err);
        *refused = status == ALM_OK && any_refused(verdicts, n);
    }
    return status;
}

static enum alm_status settle_programme(struct ledger_chunk *chunk, uint32_t number, bool *refused,
                                        struct alm_error *err)
{
    const struct ledger_programme *programme = chunk->programmes[number].programme;
    size_t n = 0, at = 0;
    for (size_t i = 0; i < chunk->n; i++)
        n += chunk->rows[i].state == ROW_ACCEPTED && chunk->rows[i].programme == number;
    if (!n)
        return ALM_OK;
    struct alm_line *lines = arena_alloc(&chunk->arena, n * sizeof *lines);
    struct alm_verdict *verdicts = arena_alloc(&chunk->arena, n * sizeof *verdicts);
    for (size_t i = 0; i < chunk->n; i++)
        if (chunk->rows[i].state == ROW_ACCEPTED && chunk->rows[i].programme == number)
            chunk_line(chunk, i, &lines[at++]);
    enum alm_status status = settle_lines(chunk, programme, lines, n, verdicts, refused, err);
    at = 0;
    for (size_t i = 0; status == ALM_OK && i < chunk->n; i++)
        if (chunk->rows[i].state == ROW_ACCEPTED && chunk->rows[i].programme == number)
            chunk->rows[i].value = lines[at++].value;
    return status;
}

/* ---- gates that hold: before anything is judged ---- */

static bool holds(const struct ledger_programme *programme)
{
    bool any = false;
    for (size_t g = 0; g < programme->n_gates; g++)
        any |= programme->gates[g]->hold != NULL;
    return any;
}

static enum alm_status ask_holds(struct ledger_chunk *chunk, uint32_t number, struct alm_error *err)
{
    const struct ledger_programme *programme = chunk->programmes[number].programme;
    enum alm_status status = ALM_OK;
    size_t n = 0, at = 0;
    struct alm_line *lines = arena_alloc(&chunk->arena, chunk->n * sizeof *lines);
    for (size_t i = 0; i < chunk->n; i++)
        if (chunk->rows[i].state != ROW_OUT && chunk->rows[i].programme == number)
            chunk_line(chunk, i, &lines[n++]);
    struct alm_verdict *verdicts = arena_alloc(&chunk->arena, n * sizeof *verdicts);
    for (size_t g = 0; n && g < programme->n_gates && status == ALM_OK; g++)
        if (programme->gates[g]->hold) {
            status = programme->gates[g]->hold(programme->gate_contexts[g], lines, n, verdicts, err);
            if (status != ALM_OK)
                return error_prefix(err, "%s: %s", programme->name, programme->gates[g]->name);
        }
    for (size_t i = 0; i < chunk->n && status == ALM_OK; i++)
        if (chunk->rows[i].state != ROW_OUT && chunk->rows[i].programme == number) {
            if (verdicts[at].refused)
                chunk->rows[i].hold = arena_strdup(&chunk->arena, verdicts[at].reason);
            at++;
        }
    return status;
}

enum alm_status chunk_ask_holds(struct ledger_chunk *chunk, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    for (uint32_t p = 0; p < chunk->n_programmes && status == ALM_OK; p++)
        if (holds(chunk->programmes[p].programme) && !(chunk->flags & LEDGER_RUN_PAST_DOUBLE))
            status = ask_holds(chunk, p, err);
    return status;
}

/* ---- what [programme] draw names: lines of all programmes, in their order ---- */

static void fill_draw(struct ledger_chunk *chunk, size_t i, struct alm_goods *goods, struct alm_draw *out)
{
    const struct ledger_offer *offer = &chunk->offers[i];
    const struct ledger_programme *programme = offer->programme;
    *out = (struct alm_draw){.line = chunk->rows[i].id,
                             .date = offer->date,
                             .depots = programme->depots,
                             .n_depots = programme->n_depots,
                             .goods = goods};
    for (size_t g = 0; g < programme->n_draws; g++) {
        alm_quantity quantity = chunk_times(chunk->rows[i].quantity, programme->draws[g].quantity);
        if (quantity > CHUNK_MAX_QUANTITY) /* no stock is as large: it is short */
            quantity = CHUNK_MAX_QUANTITY;
        if (quantity > 0)
            goods[out->n_goods++] = (struct alm_goods){programme->draws[g].item, quantity};
    }
}

/* What nobody knows a worth of is worth what was paid for it. */
static void take_cost(struct chunk_row *row, const struct alm_draw *draw)
{
    if (!row->has_value && row->value == 0 && draw->cost != ALM_NULL)
        row->value = draw->cost;
}

static enum alm_status draw_all(struct ledger_chunk *chunk, bool *refused, struct alm_error *err)
{
    size_t n = 0, n_goods = 0, at = 0;
    for (size_t i = 0; i < chunk->n; i++)
        if (chunk->rows[i].state == ROW_ACCEPTED && chunk->offers[i].programme->n_draws) {
            n++;
            n_goods += chunk->offers[i].programme->n_draws;
        }
    if (!n)
        return ALM_OK;
    struct alm_draw *draws = arena_alloc(&chunk->arena, n * sizeof *draws);
    struct alm_goods *goods = arena_alloc(&chunk->arena, n_goods * sizeof *goods);
    for (size_t i = 0; i < chunk->n; i++)
        if (chunk->rows[i].state == ROW_ACCEPTED && chunk->offers[i].programme->n_draws) {
            fill_draw(chunk, i, goods, &draws[at++]);
            goods += chunk->offers[i].programme->n_draws;
        }
    enum alm_status status = stock_draw(chunk->ledger->services.stock, draws, n, chunk->entry->id, err);
    at = 0;
    for (size_t i = 0; status == ALM_OK && i < chunk->n; i++)
        if (chunk->rows[i].state == ROW_ACCEPTED && chunk->offers[i].programme->n_draws) {
            *refused = *refused || draws[at].verdict.refused;
            take_cost(&chunk->rows[i], &draws[at++]);
        }
    return status;
}

/*
 * Programmes settle one after the other here, and row after row when each row is settled alone.  To both it is the same
 * but for stock: where settle() draws an item that another programme draws as well, who comes first decides on lots.
 */
static bool order_matters(const struct ledger_chunk *chunk)
{
    for (size_t p = 0; p < chunk->n_programmes; p++) {
        const struct ledger_programme *programme = chunk->programmes[p].programme;
        if (ledger_draws_meet(chunk->ledger, programme->draws, programme->n_draws))
            return true;
    }
    return false;
}

enum alm_status chunk_settle_all(struct ledger_chunk *chunk, bool *whole, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    bool refused = false;
    keep_details(chunk);
    ledger_draws_reset(chunk->ledger);
    for (uint32_t p = 0; status == ALM_OK && !refused && p < chunk->n_programmes; p++)
        if (chunk->programmes[p].settles)
            status = settle_programme(chunk, p, &refused, err);
    if (status == ALM_OK && !refused)
        status = draw_all(chunk, &refused, err);
    *whole = !refused && !order_matters(chunk);
    for (size_t i = 0; !*whole && i < chunk->n; i++)
        if (chunk->rows[i].state != ROW_OUT)
            restore_detail(chunk, i);
    return status;
}

/* ---- one row ---- */

static enum alm_status settle_row(struct ledger_chunk *chunk, size_t i, struct alm_verdict *verdict,
                                  struct alm_error *err)
{
    const struct ledger_programme *programme = chunk->offers[i].programme;
    struct alm_line line;
    bool refused;
    chunk_line(chunk, i, &line);
    enum alm_status status = settle_lines(chunk, programme, &line, 1, verdict, &refused, err);
    if (status != ALM_OK || refused)
        return status;
    chunk->rows[i].value = line.value;
    if (!programme->n_draws)
        return ALM_OK;
    struct alm_draw draw;
    struct alm_goods *goods = arena_alloc(&chunk->arena, programme->n_draws * sizeof *goods);
    fill_draw(chunk, i, goods, &draw);
    status = stock_draw(chunk->ledger->services.stock, &draw, 1, chunk->entry->id, err);
    if (status == ALM_OK)
        *verdict = draw.verdict;
    if (status == ALM_OK && !verdict->refused)
        take_cost(&chunk->rows[i], &draw);
    return status;
}

/* Whoever refuses leaves nothing of its own, but who came before it has had its say; and settle() may have drawn. */
static bool needs_guard(const struct ledger_programme *programme)
{
    return programme->rule->settle || chunk_settling_gates(programme) + (programme->n_draws > 0) > 1;
}

bool chunk_settles_unguarded(const struct ledger_chunk *chunk)
{
    for (size_t p = 0; p < chunk->n_programmes; p++)
        if (needs_guard(chunk->programmes[p].programme))
            return false;
    return chunk->ledger->services.stock;
}

enum alm_status chunk_settle_one(struct ledger_chunk *chunk, size_t i, struct alm_verdict *verdict,
                                 struct alm_error *err)
{
    const struct ledger_programme *programme = chunk->offers[i].programme;
    struct store *store = chunk->ledger->services.store;
    const bool guarded = needs_guard(programme);
    enum alm_status status = guarded ? store_savepoint(store, err) : ALM_OK;
    if (status == ALM_OK)
        status = settle_row(chunk, i, verdict, err);
    if (status != ALM_OK)
        return status;
    verdict->reason[sizeof verdict->reason - 1] = '\0';
    if (guarded)
        status = store_release(store, !verdict->refused, err);
    if (verdict->refused) {
        restore_detail(chunk, i);
        if (guarded)
            ledger_forget_stock(chunk->ledger);
    }
    return status;
}
