/* SPDX-License-Identifier: MIT */
/*
 * make: a draft.  The ledger says what each may have; whoever may have something is kept in memory (some eighty bytes
 * each), the others go to the store as they come.  Then the candidates are put in the order of need and fitted.
 */
#include "secretariat/plan-internal.h"

#include <stdlib.h>

enum { FLUSH_ROWS = 65536 };

static const struct store_bulk_spec line_specs[] = {
    {"plan", ALM_BULK_KEY, false},    {"owner", ALM_BULK_KEY, false},    {"person", ALM_BULK_KEY, false},
    {"rank", ALM_BULK_SET, false},    {"area", ALM_BULK_SET, false},     {"body", ALM_BULK_SET, false},
    {"grp", ALM_BULK_SET, false},     {"quantity", ALM_BULK_SET, false}, {"value", ALM_BULK_SET, false},
    {"members", ALM_BULK_SET, false}, {"last", ALM_BULK_SET, false},     {"score", ALM_BULK_SET, false}};
static const struct store_bulk_spec left_specs[] = {
    {"plan", ALM_BULK_KEY, false},     {"owner", ALM_BULK_KEY, false},    {"person", ALM_BULK_KEY, false},
    {"area", ALM_BULK_SET, false},     {"why", ALM_BULK_SET, false},      {"until", ALM_BULK_SET, false},
    {"blocking", ALM_BULK_SET, false}, {"quantity", ALM_BULK_SET, false}, {"reason", ALM_BULK_SET, true}};
enum { PLAN_KEYS = 3, LEFT_REASON = 8 };

struct making {
    const struct plans *plans;
    const struct plan_request *request;
    struct plan *plan;
    struct plan_reach reach;
    struct plan_candidate *candidates;
    size_t n, capacity;
    const struct register_area *areas;
    size_t n_areas;
    struct arena codes;
    struct store_bulk *lines, *left_out;
};

static enum alm_status flush_full(struct store_bulk *bulk, size_t most, struct alm_error *err)
{
    return store_bulk_count(bulk) >= most && store_bulk_count(bulk) ? store_bulk_flush(bulk, PLAN_KEYS, NULL, err)
                                                                    : ALM_OK;
}

static enum alm_status leave_out(struct making *making, const int64_t row[LEFT_REASON], const char *reason,
                                 struct alm_error *err)
{
    store_bulk_ints(making->left_out, row, LEFT_REASON);
    if (reason && *reason)
        store_bulk_text(making->left_out, LEFT_REASON, text_of(reason));
    making->plan->left_out++;
    return flush_full(making->left_out, FLUSH_ROWS, err);
}

/* ---- what the ledger says ---- */

static enum plan_why why_of(const struct ledger_answer *answer)
{
    switch (answer->why) {
    case LEDGER_WINDOW:
    case LEDGER_PERIOD:
        return PLAN_SERVED;
    case LEDGER_EXCLUSION:
        return PLAN_EXCLUDED;
    case LEDGER_REQUIREMENT:
        return PLAN_NOT_YET;
    case LEDGER_HELD_BACK:
        return PLAN_FLAGGED;
    default:
        return PLAN_NOT_ENTITLED;
    }
}

static void add_candidate(struct making *making, const struct ledger_found *found)
{
    const int32_t waiting = found->last == ALM_NO_DATE ? PLAN_NEVER : making->request->date - found->last;
    ARRAY_ROOM(making->candidates, making->n, making->capacity);
    making->candidates[making->n++] = (struct plan_candidate){
        .owner = found->owner,
        .person = found->person,
        .quantity = found->answer->entitled,
        .value = found->value,
        .score = plan_score(&making->request->priority, found->members, found->n_members, waiting),
        .code = arena_strdup(&making->codes, found->code),
        .waiting = waiting,
        .area = found->area ? register_area_by_id(making->plans->directory, found->area) : -1,
        .members = (uint32_t)found->n_members};
}

/* A second helping that the programme's settings would let pass with a warning is none that is planned. */
static enum alm_status found(void *context, const struct ledger_found *found, struct alm_error *err)
{
    struct making *making = context;
    const struct ledger_answer *answer = found->answer;
    if (answer->outcome == LEDGER_REJECTED)
        return error_set(err, ALM_BAD_DATA, NULL, "%s: %s", found->code, answer->reason);
    const struct plan_open *open = plan_reach_open(&making->reach, found->owner, found->person);
    if (answer->outcome == LEDGER_RECORDED && !answer->warned && !open) {
        add_candidate(making, found);
        return ALM_OK;
    }
    const bool planned = answer->outcome == LEDGER_RECORDED && !answer->warned;
    const int64_t row[LEFT_REASON] = {making->plan->id,
                                      found->owner,
                                      found->person,
                                      found->area,
                                      planned ? PLAN_PLANNED : why_of(answer),
                                      answer->next == ALM_NO_DATE ? ALM_NULL : answer->next,
                                      planned            ? open->plan
                                      : answer->blocking ? answer->blocking
                                                         : ALM_NULL,
                                      answer->entitled};
    return leave_out(making, row, answer->why == LEDGER_RULE || answer->why == LEDGER_HELD_BACK ? answer->reason : NULL,
                     err);
}

/* ---- writing ---- */

static int compare_owners(const void *left, const void *right)
{
    const struct plan_candidate *a = left, *b = right;
    if (a->owner != b->owner)
        return a->owner < b->owner ? -1 : 1;
    return (a->person > b->person) - (a->person < b->person);
}

static alm_id area_id(const struct making *making, const struct plan_candidate *c)
{
    return c->area >= 0 ? making->areas[c->area].id : 0;
}

static enum alm_status write_line(struct making *making, const struct plan_candidate *c, struct digest *digest,
                                  struct alm_error *err)
{
    const struct plan_assignee none = {0};
    const struct plan_assignee *assignee = c->assignee >= 0 ? &making->reach.limits.assignees[c->assignee] : &none;
    const int64_t row[] = {making->plan->id,
                           c->owner,
                           c->person,
                           c->rank,
                           area_id(making, c),
                           assignee->body,
                           assignee->group,
                           c->quantity,
                           c->value,
                           c->members,
                           c->waiting == PLAN_NEVER ? ALM_NULL : making->request->date - c->waiting,
                           c->score};
    store_bulk_ints(making->lines, row, COUNT_OF(row));
    digest_add_numbers(digest, row + 1, PLAN_DIGESTED);
    making->plan->lines++;
    making->plan->quantity += c->quantity;
    making->plan->value += c->value;
    return flush_full(making->lines, FLUSH_ROWS, err);
}

static enum alm_status write_lines(struct making *making, struct arena *arena, struct alm_error *err)
{
    char hex[2 * DIGEST_SIZE + 1];
    unsigned char bytes[DIGEST_SIZE];
    struct digest digest;
    enum alm_status status = ALM_OK;
    digest_init(&digest, NULL, 0);
    if (making->n > 1)
        qsort(making->candidates, making->n, sizeof *making->candidates, compare_owners);
    for (size_t i = 0; i < making->n && status == ALM_OK; i++) {
        const struct plan_candidate *c = &making->candidates[i];
        const int64_t left[LEFT_REASON] = {making->plan->id, c->owner, c->person, area_id(making, c),
                                           c->why,           ALM_NULL, ALM_NULL,  c->quantity};
        status = c->rank ? write_line(making, c, &digest, err) : leave_out(making, left, NULL, err);
    }
    if (status == ALM_OK)
        status = flush_full(making->lines, 0, err);
    if (status == ALM_OK)
        status = flush_full(making->left_out, 0, err);
    digest_final(&digest, bytes);
    digest_hex(bytes, sizeof bytes, hex);
    making->plan->digest = arena_strdup(arena, hex);
    return status;
}

static enum alm_status write_plan(const struct plans *plans, const struct plan *plan, struct alm_error *err)
{
    return store_run(
        plans->store, NULL, err,
        "INSERT INTO plan (id, programme, stage, area, date, state, made_by, made, lines, quantity, value, "
        "left_out, digest) VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9, $10, $11, $12)",
        "iiiiitiiiiit", plan->id, plan->programme, plan->stage, plan->area, (int64_t)plan->date, plan->made_by,
        plan->made, plan->lines, plan->quantity, plan->value, plan->left_out, plan->digest);
}

/* ---- all of it ---- */

static enum alm_status check_day(const struct plans *plans, const struct plan_request *request, struct alm_error *err)
{
    const struct ledger_programme *programme = request->programme;
    char day[32], from[32], until[32];
    plans->format_date(plans->context, request->date, day, sizeof day);
    if (request->date < request->stage->starts || request->date > request->stage->ends) {
        plans->format_date(plans->context, request->stage->starts, from, sizeof from);
        plans->format_date(plans->context, request->stage->ends, until, sizeof until);
        return error_set(err, ALM_BAD_DATA, _("give a day of the stage with --date"),
                         _("%s is no day of stage %s, which lasts from %s to %s"), day, request->stage->code, from,
                         until);
    }
    if ((programme->from != ALM_NO_DATE && request->date < programme->from) ||
        (programme->until != ALM_NO_DATE && request->date > programme->until))
        return error_set(err, ALM_BAD_DATA, _("[programme] from and until say when aid is given"),
                         _("nothing is given under %s on %s"), programme->name, day);
    return ALM_OK;
}

enum alm_status plan_make(const struct plans *plans, const struct plan_request *request, struct plan *plan,
                          struct arena *arena, struct alm_error *err)
{
    struct making making = {.plans = plans, .request = request, .plan = plan};
    struct ledger_survey survey = {.programme = request->programme, .date = request->date, .brief = true};
    *plan = (struct plan){.programme = request->programme->id,
                          .stage = request->stage->id,
                          .date = request->date,
                          .made_by = arena_strdup(arena, store_who(plans->store)),
                          .made = store_clock(plans->store),
                          .approved = ALM_NULL,
                          .cancelled = ALM_NULL};
    enum alm_status status = check_day(plans, request, err);
    if (status == ALM_OK)
        status = register_areas(plans->directory, &making.areas, &making.n_areas, err);
    if (status == ALM_OK)
        status = register_areas_within(plans->directory, request->area, arena, &survey.areas, &survey.n_areas, err);
    if (status == ALM_OK)
        status = store_id(plans->store, &plan->id, err);
    if (status != ALM_OK)
        return status;
    plan->area = request->area >= 0 ? making.areas[request->area].id : 0;
    making.lines = store_bulk_new(plans->store, "plan_line", ALM_BULK_APPEND, line_specs, COUNT_OF(line_specs));
    making.left_out = store_bulk_new(plans->store, "plan_left_out", ALM_BULK_APPEND, left_specs, COUNT_OF(left_specs));
    status = plan_reach_read(plans, request, &making.reach, arena, err);
    if (status == ALM_OK)
        status = ledger_survey(plans->ledger, &survey, found, &making, err);
    if (status == ALM_OK) {
        plan_fit(making.candidates, making.n, &making.reach.limits);
        status = write_lines(&making, arena, err);
    }
    if (status == ALM_OK)
        status = write_plan(plans, plan, err);
    store_bulk_free(making.lines);
    store_bulk_free(making.left_out);
    plan_reach_release(&making.reach);
    arena_release(&making.codes);
    free(making.candidates);
    return status;
}
