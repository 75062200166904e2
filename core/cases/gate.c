/* SPDX-License-Identifier: MIT */
/* gate: no line without an approved case of its recipient, or of an alias of theirs; which case it delivers; and back.
 */
#include "cases/internal.h"

#include <stdlib.h>

/* A case that is neither refused nor closed, under one of its recipients. */
struct held {
    alm_id recipient;
    size_t at; /* in cases */
};
struct gate {
    const struct cases *cases;
    struct register_aliases aliases; /* of all whom the lines name */
    struct arena arena;
    struct held *held; /* by recipient, then by case */
    size_t n_held, held_capacity;
    alm_id *owners, *ids; /* of cases: by id, each once */
    struct cases_case *at;
    size_t n;
};

/* ---- reading ---- */

static enum alm_status read_held(struct gate *gate, alm_id programme, const alm_id *recipients, size_t n,
                                 struct alm_error *err)
{
    static const char sql[] = "SELECT request, owner, recipient FROM relief_case_claim "
                              "WHERE recipient = ANY ($1) AND programme = $2 ORDER BY request, recipient, subject";
    struct store_stmt *stmt;
    size_t capacity = 0;
    bool row;
    enum alm_status status = store_query(gate->cases->store, &stmt, err, sql, "Ii", recipients, n, programme);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const alm_id id = store_int(stmt, 0);
        if (!gate->n || gate->ids[gate->n - 1] != id) {
            if (gate->n == capacity) {
                capacity = capacity ? capacity * 2 : 16;
                gate->ids = xreallocarray(gate->ids, capacity, sizeof *gate->ids);
                gate->owners = xreallocarray(gate->owners, capacity, sizeof *gate->owners);
            }
            gate->ids[gate->n] = id;
            gate->owners[gate->n++] = store_int(stmt, 1);
        }
        ARRAY_ROOM(gate->held, gate->n_held, gate->held_capacity);
        gate->held[gate->n_held++] = (struct held){register_survivor(&gate->aliases, store_int(stmt, 2)), gate->n - 1};
    }
    return status;
}

static enum alm_status read_cases(struct gate *gate, struct alm_error *err)
{
    static const char sql[] = "SELECT " CASES_COLUMNS " FROM relief_case c JOIN programme p ON p.id = c.programme "
                              "WHERE c.owner = ANY ($1) AND c.id = ANY ($2) ORDER BY c.id";
    struct store_stmt *stmt;
    size_t at = 0;
    bool row;
    gate->at = arena_alloc(&gate->arena, gate->n * sizeof *gate->at);
    enum alm_status status =
        store_query(gate->cases->store, &stmt, err, sql, "II", gate->owners, gate->n, gate->ids, gate->n);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        while (at < gate->n && gate->ids[at] < store_int(stmt, 0))
            at++;
        if (at < gate->n && gate->ids[at] == store_int(stmt, 0))
            cases_of_row(stmt, &gate->at[at], &gate->arena);
    }
    return status;
}

static int compare_held(const void *left, const void *right)
{
    const struct held *a = left, *b = right;
    return a->recipient != b->recipient ? (a->recipient > b->recipient ? 1 : -1) : (a->at > b->at) - (a->at < b->at);
}

static alm_id recipient_of(const struct alm_line *line)
{
    return line->person ? line->person : line->owner;
}

static enum alm_status gate_read(struct gate *gate, const struct alm_line *lines, size_t n, struct alm_error *err)
{
    alm_id *recipients = xreallocarray(NULL, 2 * n, sizeof *recipients);
    size_t n_recipients = 0;
    for (size_t i = 0; i < n; i++) {
        recipients[n_recipients++] = recipient_of(&lines[i]);
        if (lines[i].partner)
            recipients[n_recipients++] = lines[i].partner;
    }
    enum alm_status status = register_aliases_add(gate->cases->store, &gate->aliases, &recipients, &n_recipients, err);
    if (status == ALM_OK)
        status = read_held(gate, lines[0].programme, recipients, n_recipients, err);
    if (status == ALM_OK && gate->n)
        status = read_cases(gate, err);
    free(recipients);
    if (gate->n_held)
        qsort(gate->held, gate->n_held, sizeof *gate->held, compare_held);
    return status;
}

static void gate_release(struct gate *gate)
{
    free(gate->held);
    free(gate->ids);
    free(gate->owners);
    register_aliases_release(&gate->aliases);
    arena_release(&gate->arena);
}

/* ---- which case ---- */

/* What keeps a case from being delivered by a line; the later, the nearer it is to being the one. */
enum obstacle { OVER, OTHER_COUPLE, DELIVERED, UNDECIDED, TOO_LATE, TOO_MUCH, NOTHING };

/* Of lines that name survivors. */
static bool same_couple(const struct gate *gate, const struct cases_case *c, const struct alm_line *line)
{
    const alm_id person = register_survivor(&gate->aliases, c->person),
                 partner = register_survivor(&gate->aliases, c->partner);
    return (person == line->person && partner == line->partner) || (person == line->partner && partner == line->person);
}

static enum obstacle obstacle_of(const struct gate *gate, const struct cases_case *c, const struct alm_line *line)
{
    if (!c->id || c->state == CASE_REFUSED || c->state == CASE_CLOSED)
        return OVER;
    if (line->person && !same_couple(gate, c, line))
        return OTHER_COUPLE;
    if (c->state == CASE_DELIVERED)
        return DELIVERED;
    if (c->state != CASE_APPROVED)
        return UNDECIDED;
    if (c->decided > line->date)
        return TOO_LATE;
    return c->approved && line->quantity > c->approved ? TOO_MUCH : NOTHING;
}

static bool names_subject(const struct alm_line *line, const char *subject)
{
    char wanted[CASES_WORD_MOST * 4], given[CASES_WORD_MOST * 4];
    if (!text_fold_joined(text_of(subject), wanted, sizeof wanted))
        return false;
    for (size_t i = 0; i < line->n_detail; i++)
        if (!line->detail[i].is_null && line->detail[i].text) {
            text_fold_joined(text_of(line->detail[i].text), given, sizeof given);
            if (strcmp(wanted, given) == 0)
                return true;
        }
    return false;
}

/* The case that the line delivers, or with *obstacle what is nearest to being one; NULL: there is nothing. */
static struct cases_case *choose(struct gate *gate, const struct alm_line *line, enum obstacle *obstacle)
{
    const alm_id recipient = recipient_of(line);
    struct cases_case *best = NULL;
    bool best_named = false;
    size_t low = 0, high = gate->n_held;
    *obstacle = OVER;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (gate->held[middle].recipient < recipient)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < gate->n_held && gate->held[low].recipient == recipient; low++) {
        struct cases_case *c = &gate->at[gate->held[low].at];
        const enum obstacle is = obstacle_of(gate, c, line);
        const bool named = is != OVER && names_subject(line, c->subject);
        if (is == OVER || (best && named < best_named) || (best && named == best_named && is < *obstacle))
            continue;
        if (best && named == best_named && is == *obstacle && best->decided <= c->decided)
            continue;
        best = c;
        best_named = named;
        *obstacle = is;
    }
    return best;
}

/* ---- refusing ---- */

static enum alm_status programme_name(const struct cases *cases, alm_id programme, char *name, size_t size,
                                      struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false;
    enum alm_status status =
        store_query(cases->store, &stmt, err, "SELECT name FROM programme WHERE id = $1", "i", programme);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    snprintf(name, size, "%s", status == ALM_OK && row ? store_string(stmt, 0) : "?");
    if (status == ALM_OK && row)
        store_done(stmt);
    return status;
}

static enum alm_status refuse(const struct cases *cases, const struct alm_line *line, const struct cases_case *c,
                              enum obstacle obstacle, struct alm_verdict *verdict, struct alm_error *err)
{
    char name[64], day[32], number[32];
    enum alm_status status = ALM_OK;
    switch (obstacle) {
    case OVER:
        status = programme_name(cases, line->programme, name, sizeof name, err);
        alm_refuse(verdict, _("nobody asked for it, so it was not approved: `almoner case open %s` enters a request"),
                   name);
        break;
    case OTHER_COUPLE:
        alm_refuse(verdict,
                   c->partner ? _("case %lld is for a couple, and not for these two")
                              : _("case %lld is for one person, not for a couple"),
                   (long long)c->id);
        break;
    case DELIVERED:
        alm_refuse(verdict,
                   _("case %lld is delivered already; once it is closed by `almoner case close`, another can "
                     "be opened"),
                   (long long)c->id);
        break;
    case UNDECIDED:
        alm_refuse(verdict,
                   c->state == CASE_OPEN
                       ? _("case %lld is not approved yet: `almoner case visit` and `almoner case decide` come first")
                       : _("case %lld is not approved yet: `almoner case decide` comes first"),
                   (long long)c->id);
        break;
    case TOO_LATE:
        cases->format_date(cases->context, c->decided, day, sizeof day);
        alm_refuse(verdict, _("case %lld was approved only on %s, after the day of this delivery"), (long long)c->id,
                   day);
        break;
    case TOO_MUCH:
        number_format_thousandths(c->approved, number, sizeof number);
        alm_refuse(verdict, _("case %lld was approved for %s, and not for more"), (long long)c->id, number);
        break;
    case NOTHING:
        alm_refuse(verdict, _("case %lld was changed by somebody else just now: try again"), (long long)c->id);
        break;
    }
    return status;
}

/* ---- the gate ---- */

static enum alm_status settle(void *context, const struct alm_line *lines, size_t n, struct alm_verdict *verdicts,
                              struct alm_error *err)
{
    struct gate gate = {.cases = context};
    enum alm_status status = n ? gate_read(&gate, lines, n, err) : ALM_OK;
    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        const struct cases_step step = {.what = STEP_DELIVERED, .date = lines[i].date, .line = lines[i].id};
        enum obstacle obstacle;
        bool done = false;
        struct cases_case *c = choose(&gate, &lines[i], &obstacle);
        if (c && obstacle == NOTHING)
            status = cases_write_step(gate.cases, c, &step, &done, err);
        if (status == ALM_OK && !done)
            status = refuse(gate.cases, &lines[i], c, obstacle, &verdicts[i], err);
    }
    gate_release(&gate);
    return status;
}

enum alm_status cases_request_for(const struct cases *cases, const struct alm_line *line, struct cases_case *found,
                                  struct arena *arena, struct alm_verdict *verdict, struct alm_error *err)
{
    struct gate gate = {.cases = cases};
    enum obstacle obstacle = OVER;
    enum alm_status status = gate_read(&gate, line, 1, err);
    const struct cases_case *c = status == ALM_OK ? choose(&gate, line, &obstacle) : NULL;
    if (status == ALM_OK && (!c || obstacle != NOTHING))
        status = refuse(cases, line, c, obstacle, verdict, err);
    else if (status == ALM_OK)
        status = cases_read(cases, c->id, found, arena, err);
    gate_release(&gate);
    return status;
}

static enum alm_status unsettle(void *context, const struct alm_line *lines, size_t n, struct alm_error *err)
{
    const struct cases *cases = context;
    struct arena arena = {0};
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        const struct cases_step step = {.what = STEP_RETURNED, .date = cases->today, .line = lines[i].id};
        struct cases_case c;
        bool done = true;
        status = cases_request_of(cases, lines[i].id, &c, &arena, err);
        if (status == ALM_OK && c.id)
            status = cases_write_step(cases, &c, &step, &done, err);
        if (status == ALM_OK && !done)
            status = error_set(err, ALM_AGAIN, _("run it again"), _("case %lld was changed by somebody else just now"),
                               (long long)c.id);
    }
    arena_release(&arena);
    return status;
}

const struct ledger_gate cases_gate = {.name = "cases", .settle = settle, .unsettle = unsettle};
