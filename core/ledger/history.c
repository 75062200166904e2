/* SPDX-License-Identifier: MIT */
/*
 * history: the lines that stand around a date.  For most offers an owner's account says enough: nothing lies after its
 * last date.  Stored lines are read only where it does not: for backdated offers, for persons (an account is the
 * household's), and for rules that look back.
 */
#include "ledger/chunk.h"
#include "ledger/lines.h"

#include <stdlib.h>

enum {
    MAX_HOMES = 132,
    BATCH_LINES = 200000 /* about so many stored lines are held at a time */
};

static void add_home(uint32_t homes[MAX_HOMES], size_t *n, uint32_t owner)
{
    for (size_t h = 0; h < *n; h++)
        if (homes[h] == owner)
            return;
    if (*n < MAX_HOMES)
        homes[(*n)++] = owner;
}

/* The owners under which the row's recipients may have lines. */
static size_t homes_of(const struct ledger_chunk *chunk, size_t i, uint32_t homes[MAX_HOMES])
{
    const struct chunk_row *row = &chunk->rows[i];
    size_t n = 0;
    homes[n++] = row->owner;
    for (size_t m = 0; m < 2; m++)
        for (size_t k = 0; row->moved[m] && k < chunk->moved[row->moved[m] - 1].n; k++)
            add_home(homes, &n, chunk->moved[row->moved[m] - 1].owners[k]);
    for (size_t h = 0, known = n; h < known; h++)
        for (uint32_t k = 0; k < chunk->owners[homes[h]].n_stand_ins; k++)
            add_home(homes, &n, chunk->owners[homes[h]].stand_ins[k]);
    return n;
}

/*
 * What the lines of other days, before and after, say about a row: its own window (number 0), its exclusions, and what
 * it requires.
 */
struct ruling {
    alm_id programme;
    int32_t before, after; /* days */
    bool required;
};

/* A requirement without days looks back as far as there are lines. */
enum { EVER = INT32_MAX };

static size_t rulings(const struct ledger_programme *programme)
{
    return 1 + programme->n_exclusions + programme->n_requirements;
}

static struct ruling ruling(const struct ledger_programme *programme, size_t i)
{
    if (i == 0)
        return (struct ruling){programme->id, programme->window_days, programme->window_days, false};
    if (i <= programme->n_exclusions) {
        const struct ledger_exclusion *exclusion = &programme->exclusions[i - 1];
        return (struct ruling){exclusion->programme, exclusion->days, exclusion->days, false};
    }
    const struct ledger_requirement *requirement = &programme->requirements[i - 1 - programme->n_exclusions];
    return (struct ruling){requirement->programme, requirement->days ? requirement->days : EVER, 0, true};
}

/* Whether stored lines of this account must be seen to rule a date. */
static bool account_unsure(const struct chunk_account *account, bool person, alm_date date, int32_t days)
{
    if (!account || account->stored_date == ALM_NO_DATE || days <= 0)
        return false;
    return person ? (int64_t)date - account->stored_date < days : date < account->stored_date;
}

/* The same for what is required: up to that date, and not longer ago than so many days. */
static bool requirement_unsure(const struct chunk_account *account, bool person, alm_date date, int32_t before)
{
    if (!account || account->stored_date == ALM_NO_DATE)
        return false;
    return person ? (int64_t)date - account->stored_date <= before : date < account->stored_date;
}

static bool needs_history(struct ledger_chunk *chunk, size_t i)
{
    const struct chunk_row *row = &chunk->rows[i];
    const struct chunk_programme *of = &chunk->programmes[row->programme];
    alm_date date = chunk->offers[i].date;
    uint32_t homes[MAX_HOMES];
    size_t n_homes = homes_of(chunk, i, homes);
    for (size_t h = 0; h < n_homes; h++) {
        const struct chunk_account *own = chunk_account(chunk, homes[h], of->programme->id);
        if (of->looks_back && own && own->stored_date != ALM_NO_DATE)
            return true;
        for (size_t r = 0; r < rulings(of->programme); r++) {
            struct ruling rule = ruling(of->programme, r);
            const struct chunk_account *account = r ? chunk_account(chunk, homes[h], rule.programme) : own;
            bool person = of->recipient == ALM_PERSON;
            if (rule.required ? requirement_unsure(account, person, date, rule.before)
                              : account_unsure(account, person, date, rule.before))
                return true;
        }
    }
    return false;
}

void chunk_need_history(struct ledger_chunk *chunk)
{
    for (size_t i = 0; i < chunk->n; i++) {
        struct chunk_row *row = &chunk->rows[i];
        if (row->state == ROW_OUT)
            continue;
        const struct ledger_programme *programme = chunk->programmes[row->programme].programme;
        if (programme->window_days || rulings(programme) > 1 || chunk->programmes[row->programme].looks_back)
            row->history = needs_history(chunk, i);
    }
}

/* ---- reading ---- */

struct batch {
    alm_id *owners; /* ascending */
    size_t n_owners;
    int64_t from, to;
    bool ever; /* `from` is before all lines */
};

/* All programmes that have a say in a row of the chunk. */
static size_t ruling_programmes(struct ledger_chunk *chunk, alm_id **programmes)
{
    size_t n = 0, most = 0;
    for (size_t p = 0; p < chunk->n_programmes; p++)
        most += rulings(chunk->programmes[p].programme);
    *programmes = arena_alloc(&chunk->past_arena, most * sizeof **programmes);
    for (size_t p = 0; p < chunk->n_programmes; p++)
        for (size_t r = 0; r < rulings(chunk->programmes[p].programme); r++) {
            const alm_id programme = ruling(chunk->programmes[p].programme, r).programme;
            size_t k = 0;
            while (k < n && (*programmes)[k] != programme)
                k++;
            (*programmes)[k] = programme;
            n += k == n;
        }
    return n;
}

/* Where every row is asked from when on, what lies ahead is read for all of them together. */
static int64_t last_of(const struct ledger_chunk *chunk, const struct chunk_owner *owner, int64_t to)
{
    for (uint32_t a = owner->accounts; (chunk->flags & LEDGER_RUN_WALK) && a; a = chunk->accounts[a - 1].next)
        if (chunk->accounts[a - 1].stored_date > to) /* none is before all */
            to = chunk->accounts[a - 1].stored_date;
    return to;
}

/* Which rows from `first` on go into the batch; their owners are marked with its number. */
static void batch_gather(struct ledger_chunk *chunk, size_t first, struct batch *batch)
{
    int64_t lines = 0;
    size_t i = first;
    batch->from = INT64_MAX;
    batch->to = INT64_MIN;
    for (; i < chunk->n && (lines < BATCH_LINES || i == first); i++) {
        const struct chunk_row *row = &chunk->rows[i];
        if (row->state == ROW_OUT || !row->history)
            continue;
        const struct ledger_programme *programme = chunk->programmes[row->programme].programme;
        int64_t date = chunk->offers[i].date, before = programme->rule->look_back_days, after = 0;
        for (size_t r = 0; r < rulings(programme); r++) {
            struct ruling rule = ruling(programme, r);
            batch->ever = batch->ever || rule.before == EVER;
            before = rule.before > before ? rule.before : before;
            after = rule.after > after ? rule.after : after;
        }
        batch->from = date - before < batch->from ? date - before : batch->from;
        batch->to = date + after > batch->to ? date + after : batch->to;
        uint32_t homes[MAX_HOMES];
        size_t n_homes = homes_of(chunk, i, homes);
        for (size_t h = 0; h < n_homes; h++) {
            struct chunk_owner *owner = &chunk->owners[homes[h]];
            if (owner->past_batch == chunk->past_batch)
                continue;
            owner->past_batch = chunk->past_batch;
            owner->n_past = 0;
            batch->to = last_of(chunk, owner, batch->to);
            for (uint32_t a = owner->accounts; a; a = chunk->accounts[a - 1].next)
                lines += chunk->accounts[a - 1].stored_deliveries;
        }
    }
    chunk->past_until = i;
    batch->owners = arena_alloc(&chunk->past_arena, chunk->n_owners * sizeof *batch->owners);
    for (size_t o = 0; o < chunk->n_owners; o++)
        if (chunk->owners[o].past_batch == chunk->past_batch)
            batch->owners[batch->n_owners++] = chunk->owners[o].id;
}

static alm_id id_or_none(struct store_stmt *stmt, int i)
{
    int64_t id = store_int(stmt, i);
    return id == ALM_NULL ? 0 : id;
}

static enum alm_status fill_detail(struct ledger_chunk *chunk, struct alm_line *line, struct alm_text text,
                                   struct alm_error *err)
{
    for (size_t p = 0; p < chunk->n_programmes; p++) {
        const struct alm_programme *rule = chunk->programmes[p].programme->rule;
        if (chunk->programmes[p].programme->id != line->programme || !chunk->programmes[p].looks_back ||
            !rule->n_detail)
            continue;
        line->n_detail = rule->n_detail;
        line->detail = arena_alloc(&chunk->past_arena, rule->n_detail * sizeof *line->detail);
        return ledger_detail_read(text, rule->detail, rule->n_detail, line->detail, &chunk->past_arena, err);
    }
    return ALM_OK;
}

/* What its owners have within its dates goes to the end of `past`. */
static enum alm_status batch_read(struct ledger_chunk *chunk, const struct batch *batch, struct alm_error *err)
{
    static const char sql[] = "SELECT l.owner, l.id, l.programme, l.date, l.quantity, l.value, l.body, l.grp, l.area, "
                              "l.stage, l.person, l.partner, l.reverses, l.detail "
                              "FROM owner_line o JOIN line l ON l.id = o.id AND l.owner = o.owner "
                              "WHERE o.owner = ANY ($1) AND o.span = ANY ($2) AND l.programme = ANY ($3) "
                              "AND l.date BETWEEN $4 AND $5 "
                              "ORDER BY o.owner, o.id";
    struct lines_ids spans = {0};
    struct store_stmt *stmt;
    bool row;
    alm_id *programmes;
    const size_t n_programmes = ruling_programmes(chunk, &programmes);
    enum alm_status status = ALM_OK;
    if (batch->n_owners && batch->ever)
        status = lines_all_spans(chunk->ledger->services.store, &spans, err);
    else if (batch->n_owners)
        lines_spans(&spans, batch->from, batch->to);
    if (status == ALM_OK)
        status = store_query(chunk->ledger->services.store, &stmt, err, sql, "IIIii", batch->owners, batch->n_owners,
                             spans.at, spans.n, programmes, n_programmes, batch->from, batch->to);
    uint32_t number = 0;
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        alm_id id = store_int(stmt, 0);
        while (number < chunk->n_owners && chunk->owners[number].id < id)
            number++;
        if (number == chunk->n_owners)
            break;
        struct chunk_owner *owner = &chunk->owners[number];
        if (!owner->n_past)
            owner->first_past = (uint32_t)chunk->n_past;
        alm_id reverses = id_or_none(stmt, 12);
        if (reverses) {
            /* A reversal comes after its line; the two cancel out. */
            for (uint32_t k = owner->n_past; k > 0; k--)
                if (chunk->past[owner->first_past + k - 1].line.id == reverses)
                    chunk->past[owner->first_past + k - 1].reversed = true;
            continue;
        }
        ARRAY_ROOM(chunk->past, chunk->n_past, chunk->past_capacity);
        struct chunk_past *past = &chunk->past[chunk->n_past++];
        owner->n_past++;
        *past = (struct chunk_past){.line = {.id = store_int(stmt, 1),
                                             .owner = id,
                                             .household = owner->household ? id : 0,
                                             .place = owner->household ? 0 : id,
                                             .programme = store_int(stmt, 2),
                                             .date = (alm_date)store_int(stmt, 3),
                                             .quantity = store_int(stmt, 4),
                                             .value = store_int(stmt, 5),
                                             .body = store_int(stmt, 6),
                                             .group = store_int(stmt, 7),
                                             .area = store_int(stmt, 8),
                                             .stage = store_int(stmt, 9),
                                             .person = id_or_none(stmt, 10),
                                             .partner = id_or_none(stmt, 11)}};
        /* Who judges knows of no aliases. */
        lines_resolve(&past->line, &chunk->aliases);
        if (past->line.household)
            past->line.owner = past->line.household = register_survivor(&chunk->aliases, id);
        status = fill_detail(chunk, &past->line, store_text(stmt, 13), err);
    }
    free(spans.at);
    return status;
}

enum alm_status chunk_read_history(struct ledger_chunk *chunk, size_t first, struct alm_error *err)
{
    struct batch batch = {0};
    arena_reset(&chunk->past_arena);
    chunk->n_past = 0;
    chunk->past_batch++;
    batch_gather(chunk, first, &batch);
    chunk->past_from = batch.from;
    chunk->past_to = batch.to;
    chunk->past_ever = batch.ever;
    return batch_read(chunk, &batch, err);
}

/* Whether lines that may have a say in a row lie after all that was read. */
static bool lies_ahead(struct ledger_chunk *chunk, size_t i, uint32_t number)
{
    const struct ledger_programme *programme = chunk->programmes[chunk->rows[i].programme].programme;
    for (size_t r = 0; r < rulings(programme); r++) {
        const struct chunk_account *account = chunk_account(chunk, number, ruling(programme, r).programme);
        if (account && account->stored_date != ALM_NO_DATE && account->stored_date > chunk->past_to)
            return true;
    }
    return false;
}

enum alm_status chunk_read_ahead(struct ledger_chunk *chunk, size_t i, struct alm_error *err)
{
    struct batch batch = {.from = chunk->past_from, .to = chunk->past_to, .ever = chunk->past_ever};
    uint32_t homes[MAX_HOMES];
    alm_id ids[MAX_HOMES];
    size_t n_homes = homes_of(chunk, i, homes);
    batch.owners = ids;
    for (size_t h = 0; chunk->rows[i].history && h < n_homes; h++) {
        struct chunk_owner *owner = &chunk->owners[homes[h]];
        if (owner->past_batch != chunk->past_batch || owner->past_ahead == chunk->past_batch ||
            !lies_ahead(chunk, i, homes[h]))
            continue;
        for (uint32_t a = owner->accounts; a; a = chunk->accounts[a - 1].next)
            if (chunk->accounts[a - 1].stored_date != ALM_NO_DATE && chunk->accounts[a - 1].stored_date > batch.to)
                batch.to = chunk->accounts[a - 1].stored_date;
        owner->past_ahead = chunk->past_batch;
        owner->n_past = 0;
        size_t at = batch.n_owners++;
        for (; at > 0 && ids[at - 1] > owner->id; at--)
            ids[at] = ids[at - 1];
        ids[at] = owner->id;
    }
    return batch.n_owners ? batch_read(chunk, &batch, err) : ALM_OK;
}

/* ---- looking ---- */

/* Whether a line under the same owner was given to one whom the offer is for. */
static bool concerns(const struct ledger_chunk *chunk, size_t i, alm_id person, alm_id partner)
{
    const struct ledger_offer *offer = &chunk->offers[i];
    if (chunk->programmes[chunk->rows[i].programme].recipient != ALM_PERSON || !person)
        return true;
    return person == offer->person || partner == offer->person ||
           (offer->partner && (person == offer->partner || partner == offer->partner));
}

static void consider(struct chunk_block *best, alm_date date, int32_t days, const struct chunk_block *other)
{
    int64_t distance = llabs((long long)other->date - date);
    if (distance >= days)
        return;
    if (best->line || best->date != ALM_NO_DATE) {
        int64_t least = llabs((long long)best->date - date);
        if (distance > least || (distance == least && other->date > best->date) ||
            (other->date == best->date && other->line < best->line))
            return;
    }
    *best = *other;
}

static void nearest_under(struct ledger_chunk *chunk, size_t i, alm_date date, uint32_t number, alm_id programme,
                          int32_t days, struct chunk_block *best)
{
    const struct chunk_account *account = chunk_account(chunk, number, programme);
    if (!account || account->last_date == ALM_NO_DATE)
        return;
    const struct chunk_owner *owner = &chunk->owners[number];
    bool person = chunk->programmes[chunk->rows[i].programme].recipient == ALM_PERSON;
    if ((int64_t)date - account->last_date >= days)
        return;
    if (!person && date >= account->last_date) {
        struct chunk_block last = {.line = account->last_line, .owner = owner->id, .date = account->last_date};
        if (account->last_row) {
            last.body = chunk->rows[account->last_row - 1].body;
            last.body_known = true;
        }
        consider(best, date, days, &last);
        return;
    }
    if (account_unsure(account, person, date, days)) {
        if (owner->past_batch == chunk->past_batch)
            for (uint32_t k = 0; k < owner->n_past; k++) {
                const struct chunk_past *past = &chunk->past[owner->first_past + k];
                if (past->reversed || past->line.programme != programme ||
                    !concerns(chunk, i, past->line.person, past->line.partner))
                    continue;
                struct chunk_block block = {past->line.id, owner->id, past->line.body, past->line.date, true};
                consider(best, date, days, &block);
            }
    } else if (!person && account->stored_date != ALM_NO_DATE) {
        struct chunk_block stored = {.line = account->stored_line, .owner = owner->id, .date = account->stored_date};
        consider(best, date, days, &stored);
    }
    for (uint32_t at = owner->last_row; at; at = chunk->rows[at - 1].before) {
        const struct ledger_offer *other = &chunk->offers[at - 1];
        bool named = chunk->programmes[chunk->rows[at - 1].programme].recipient == ALM_PERSON;
        if (other->programme->id != programme ||
            !concerns(chunk, i, named ? other->person : 0, named ? other->partner : 0))
            continue;
        struct chunk_block block = {chunk->rows[at - 1].id, owner->id, chunk->rows[at - 1].body, other->date, true};
        consider(best, date, days, &block);
    }
}

bool chunk_nearest(struct ledger_chunk *chunk, size_t i, alm_date date, alm_id programme, int32_t days,
                   struct chunk_block *best)
{
    *best = (struct chunk_block){.date = ALM_NO_DATE};
    uint32_t homes[MAX_HOMES];
    size_t n = homes_of(chunk, i, homes);
    for (size_t h = 0; h < n; h++)
        nearest_under(chunk, i, date, homes[h], programme, days, best);
    return best->date != ALM_NO_DATE;
}

static bool required_under(struct ledger_chunk *chunk, size_t i, alm_date date, uint32_t number, alm_id programme,
                           int32_t before)
{
    const struct chunk_account *account = chunk_account(chunk, number, programme);
    const struct chunk_owner *owner = &chunk->owners[number];
    bool person = chunk->programmes[chunk->rows[i].programme].recipient == ALM_PERSON;
    if (!account || account->last_date == ALM_NO_DATE || (int64_t)date - account->last_date > before)
        return false;
    if (!person && date >= account->last_date)
        return true;
    if (requirement_unsure(account, person, date, before)) {
        for (uint32_t k = 0; owner->past_batch == chunk->past_batch && k < owner->n_past; k++) {
            const struct chunk_past *past = &chunk->past[owner->first_past + k];
            if (!past->reversed && past->line.programme == programme && past->line.date <= date &&
                (int64_t)date - past->line.date <= before && concerns(chunk, i, past->line.person, past->line.partner))
                return true;
        }
    } else if (!person && account->stored_date != ALM_NO_DATE && (int64_t)date - account->stored_date <= before) {
        return true;
    }
    for (uint32_t at = owner->last_row; at; at = chunk->rows[at - 1].before) {
        const struct ledger_offer *other = &chunk->offers[at - 1];
        bool named = chunk->programmes[chunk->rows[at - 1].programme].recipient == ALM_PERSON;
        if (other->programme->id == programme && other->date <= date && (int64_t)date - other->date <= before &&
            concerns(chunk, i, named ? other->person : 0, named ? other->partner : 0))
            return true;
    }
    return false;
}

bool chunk_required(struct ledger_chunk *chunk, size_t i, alm_date date, const struct ledger_requirement *requirement)
{
    uint32_t homes[MAX_HOMES];
    size_t n = homes_of(chunk, i, homes);
    for (size_t h = 0; requirement->programme && h < n; h++)
        if (required_under(chunk, i, date, homes[h], requirement->programme,
                           requirement->days ? requirement->days : EVER))
            return true;
    return false;
}

alm_date chunk_line_after(struct ledger_chunk *chunk, size_t i, alm_date date, alm_id programme)
{
    alm_date first = ALM_NO_DATE;
    uint32_t homes[MAX_HOMES];
    size_t n = homes_of(chunk, i, homes);
    for (size_t h = 0; programme && h < n; h++) {
        const struct chunk_owner *owner = &chunk->owners[homes[h]];
        for (uint32_t k = 0; chunk->rows[i].history && owner->past_batch == chunk->past_batch && k < owner->n_past;
             k++) {
            const struct chunk_past *past = &chunk->past[owner->first_past + k];
            if (!past->reversed && past->line.programme == programme && past->line.date > date &&
                (first == ALM_NO_DATE || past->line.date < first) &&
                concerns(chunk, i, past->line.person, past->line.partner))
                first = past->line.date;
        }
        for (uint32_t at = owner->last_row; at; at = chunk->rows[at - 1].before) {
            const struct ledger_offer *other = &chunk->offers[at - 1];
            bool named = chunk->programmes[chunk->rows[at - 1].programme].recipient == ALM_PERSON;
            if (other->programme->id == programme && other->date > date &&
                (first == ALM_NO_DATE || other->date < first) &&
                concerns(chunk, i, named ? other->person : 0, named ? other->partner : 0))
                first = other->date;
        }
    }
    return first;
}

static int compare_lines(const void *left, const void *right)
{
    const struct alm_line *a = left, *b = right;
    if (a->date != b->date)
        return a->date < b->date ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static struct alm_line *look_room(struct ledger_chunk *chunk, size_t n)
{
    ARRAY_ROOM(chunk->look, n, chunk->look_capacity);
    return &chunk->look[n];
}

size_t chunk_look_back(struct ledger_chunk *chunk, size_t i, alm_date date, const struct alm_line **lines)
{
    const struct ledger_programme *programme = chunk->offers[i].programme;
    int64_t to = date, from = to - programme->rule->look_back_days;
    uint32_t homes[MAX_HOMES];
    size_t n = 0, n_homes = homes_of(chunk, i, homes);
    for (size_t h = 0; h < n_homes; h++) {
        const struct chunk_owner *owner = &chunk->owners[homes[h]];
        for (uint32_t k = 0; owner->past_batch == chunk->past_batch && chunk->rows[i].history && k < owner->n_past;
             k++) {
            const struct chunk_past *past = &chunk->past[owner->first_past + k];
            if (!past->reversed && past->line.programme == programme->id && past->line.date >= from &&
                past->line.date <= to && concerns(chunk, i, past->line.person, past->line.partner))
                *look_room(chunk, n++) = past->line;
        }
        for (uint32_t at = owner->last_row; at; at = chunk->rows[at - 1].before) {
            const struct ledger_offer *other = &chunk->offers[at - 1];
            if (other->programme->id != programme->id || other->date < from || other->date > to ||
                !concerns(chunk, i, other->person, other->partner))
                continue;
            struct alm_line *line = look_room(chunk, n++);
            chunk_line(chunk, at - 1, line);
        }
    }
    if (n > 1)
        qsort(chunk->look, n, sizeof *chunk->look, compare_lines);
    *lines = chunk->look;
    return n;
}

enum alm_status chunk_block_body(struct ledger_chunk *chunk, struct chunk_block *block, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row;
    if (block->body_known || (chunk->flags & LEDGER_RUN_BRIEF))
        return ALM_OK;
    enum alm_status status =
        store_query(chunk->ledger->services.store, &stmt, err,
                    "SELECT date, body FROM line WHERE id = $1 AND owner = $2", "ii", block->line, block->owner);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status == ALM_OK && row) {
        block->date = (alm_date)store_int(stmt, 0);
        block->body = store_int(stmt, 1);
        block->body_known = true;
        store_done(stmt);
    }
    return status;
}
