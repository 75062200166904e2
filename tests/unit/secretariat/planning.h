/* SPDX-License-Identifier: MIT */
/* The world of the ledger with plans: a planner makes them, a chair approves; deliveries close their lines. */
#ifndef TESTS_SECRETARIAT_PLANNING_H
#define TESTS_SECRETARIAT_PLANNING_H

#include "../ledger/world.h"

#include "secretariat/secretariat.h"

struct planning {
    struct world *world;
    struct plans plans;
    struct secretariat secretariat;
    struct register_entry stage;
};

static inline int planning_start(void **state)
{
    struct planning *p = calloc(1, sizeof *p);
    struct alm_error err = {0};
    void *world;
    assert_non_null(p);
    world_start(&world);
    struct world *w = p->world = world;
    OK(store_commit(w->store, &err));
    OK(store_migrate(w->store, "secretariat", secretariat_migrations, secretariat_n_migrations, NULL, &err));
    OK(store_begin(w->store, true, &err));
    p->stage = (struct register_entry){
        .id = world_id(w), .code = "NOW", .name = "now", .starts = TODAY - 40, .ends = TODAY + 40};
    world_sql(w, "INSERT INTO stage (id, code, name, starts, ends) VALUES (%lld, 'NOW', 'now', %d, %d)",
              (long long)p->stage.id, p->stage.starts, p->stage.ends);
    register_directory_stale(w->fixture->directory);
    w->services.written = plan_recorded;
    w->services.written_context = &p->plans;
    world_again(w);
    p->secretariat = (struct secretariat){
        .store = w->store, .directory = w->fixture->directory, .today = TODAY, .format_date = world_date};
    p->plans = (struct plans){.secretariat = &p->secretariat,
                              .store = w->store,
                              .directory = w->fixture->directory,
                              .ledger = w->ledger,
                              .stock = w->stock,
                              .today = TODAY,
                              .format_date = world_date};
    store_set_who(w->store, "planner");
    w->programmes[PARCELS].window_days = 30;
    *state = p;
    return 0;
}

static inline int planning_stop(void **state)
{
    struct planning *p = *state;
    void *world = p->world;
    world_stop(&world);
    free(p);
    return 0;
}

static inline struct plan_request planning_request(struct planning *p, int programme)
{
    return (struct plan_request){
        .programme = &p->world->programmes[programme], .stage = &p->stage, .area = -1, .date = TODAY};
}

static inline struct plan planning_make(struct planning *p, const struct plan_request *request)
{
    struct alm_error err = {0};
    struct plan plan;
    OK(plan_make(&p->plans, request, &plan, &p->world->arena, &err));
    return plan;
}

/* By the chair. */
static inline enum alm_status planning_try(struct planning *p, alm_id plan, struct alm_error *err)
{
    char sql[96];
    snprintf(sql, sizeof sql, "SELECT COALESCE(MAX(programme), 0) FROM plan WHERE id = %lld", (long long)plan);
    const alm_id id = world_number(p->world, sql);
    const struct ledger_programme *programme = p->world->programmes;
    while (id && programme->id != id)
        programme++;
    store_set_who(p->world->store, "chair");
    const enum alm_status status = plan_approve(&p->plans, programme, plan, err);
    store_set_who(p->world->store, "planner");
    return status;
}

static inline void planning_approve(struct planning *p, alm_id plan)
{
    struct alm_error err = {0};
    OK(planning_try(p, plan, &err));
}

static inline struct ledger_answer planning_deliver(struct planning *p, int programme, alm_id owner, alm_id person,
                                                    alm_quantity quantity)
{
    const bool place = programme == SPRAY;
    const struct ledger_offer offer = {.programme = &p->world->programmes[programme],
                                       .household = place || person ? 0 : owner,
                                       .person = person,
                                       .place = place ? owner : 0,
                                       .quantity = quantity,
                                       .date = TODAY,
                                       .body = p->world->bodies[0],
                                       .anew = true};
    return world_offer(p->world, &offer);
}

/* Lines, in the order of need. */
struct planning_lines {
    struct plan_line at[MAX_PERSONS];
    char codes[MAX_PERSONS][16];
    size_t n;
};

static inline enum alm_status planning_line(void *context, const struct plan_line *line, struct alm_error *err)
{
    struct planning_lines *lines = context;
    (void)err;
    assert_true(lines->n < MAX_PERSONS);
    lines->at[lines->n] = *line;
    snprintf(lines->codes[lines->n], sizeof lines->codes[0], "%s", line->code);
    lines->n++;
    return ALM_OK;
}

static inline void planning_lines(struct planning *p, alm_id plan, bool left_out, struct planning_lines *lines)
{
    struct alm_error err = {0};
    const struct plan_filter filter = {.plan = plan, .body = PLAN_ANY, .group = PLAN_ANY};
    lines->n = 0;
    if (left_out)
        OK(plan_left_out(&p->plans, &filter, planning_line, lines, &err));
    else
        OK(plan_lines(&p->plans, &filter, planning_line, lines, &err));
}

/* Of one owner: what is planned, delivered, or why not. */
static inline struct plan_line planning_of(struct planning *p, alm_id plan, bool left_out, alm_id owner)
{
    static struct planning_lines lines;
    planning_lines(p, plan, left_out, &lines);
    for (size_t i = 0; i < lines.n; i++)
        if (lines.at[i].owner == owner)
            return lines.at[i];
    return (struct plan_line){0};
}

/* ---- the audit ---- */

static inline struct world_faults planning_verify(struct planning *p)
{
    struct alm_error err = {0};
    struct world_faults faults = {0};
    int64_t n_plans, n;
    OK(plan_verify(&p->plans, world_fault, &faults, &n_plans, &n, &err));
    assert_int_equal(n, faults.n);
    assert_int_equal(n_plans, world_number(p->world, "SELECT COUNT(*) FROM plan"));
    return faults;
}

static inline void planning_assert_sound(struct planning *p)
{
    const struct world_faults faults = planning_verify(p);
    if (faults.n)
        fail_msg("%lld faults: %s", (long long)faults.n, faults.first);
}

#define PLANNING_TEST(function) cmocka_unit_test_setup_teardown(function, planning_start, planning_stop)

#endif
