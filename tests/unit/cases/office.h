/* SPDX-License-Identifier: MIT */
/* The world of the ledger with cases: parcels, kits and meals need one; a clerk enters requests, a chair decides. */
#ifndef TESTS_CASES_OFFICE_H
#define TESTS_CASES_OFFICE_H

#include "../ledger/world.h"

#include "cases/cases.h"

struct office {
    struct world *world;
    struct cases cases;
};

static inline void office_needs_cases(struct office *o, int programme, bool needs)
{
    static const struct ledger_gate *const gates[] = {&cases_gate};
    void **context = arena_alloc(&o->world->arena, sizeof *context);
    *context = &o->cases;
    o->world->programmes[programme].gates = gates;
    o->world->programmes[programme].gate_contexts = context;
    o->world->programmes[programme].n_gates = needs;
    o->world->programmes[programme].n_unsettle = 1;
}

static inline int office_start(void **state)
{
    struct office *o = calloc(1, sizeof *o);
    struct alm_error err = {0};
    void *world;
    assert_non_null(o);
    world_start(&world);
    o->world = world;
    OK(store_commit(o->world->store, &err));
    OK(store_migrate(o->world->store, "cases", cases_migrations, cases_n_migrations, NULL, &err));
    OK(store_begin(o->world->store, true, &err));
    o->cases = (struct cases){.store = o->world->store, .today = TODAY, .format_date = world_date};
    store_set_who(o->world->store, "clerk");
    office_needs_cases(o, PARCELS, true);
    office_needs_cases(o, KITS, true);
    office_needs_cases(o, SPRAY, true);
    office_needs_cases(o, MEALS, true);
    *state = o;
    return 0;
}

static inline int office_stop(void **state)
{
    struct office *o = *state;
    void *world = o->world;
    world_stop(&world);
    free(o);
    return 0;
}

/* ---- requests ---- */

static inline struct cases_case office_request(struct office *o, int programme, size_t recipient)
{
    struct cases_case c = {.programme = o->world->programmes[programme].id, .opened = TODAY - 60, .subject = "stove"};
    if (programme == KITS)
        c.person = o->world->persons[recipient];
    else if (programme == SPRAY)
        c.place = o->world->places[recipient];
    else
        c.household = o->world->households[recipient];
    return c;
}

static inline alm_id office_open(struct office *o, const struct cases_case *c)
{
    struct alm_error err = {0};
    alm_id id;
    bool same;
    OK(cases_open(&o->cases, c, (struct alm_text){NULL, 0}, NULL, &id, &same, &err));
    assert_false(same);
    return id;
}

static inline enum alm_status office_do(struct office *o, alm_id id, enum cases_what what, alm_date date,
                                        struct alm_error *err)
{
    const struct cases_step step = {.what = what, .date = date, .reason = "as the papers say", .decision = "C-7"};
    return cases_do(&o->cases, id, &step, true, err);
}

/* Visited and decided on by the chair. */
static inline void office_decide(struct office *o, alm_id id, enum cases_what what, alm_quantity quantity)
{
    struct alm_error err = {0};
    const struct cases_step step = {.what = what, .date = TODAY - 40, .quantity = quantity, .decision = "C-7"};
    OK(office_do(o, id, STEP_VISITED, TODAY - 50, &err));
    store_set_who(o->world->store, "chair");
    OK(cases_do(&o->cases, id, &step, true, &err));
    store_set_who(o->world->store, "clerk");
}

static inline alm_id office_approved(struct office *o, int programme, size_t recipient)
{
    const struct cases_case c = office_request(o, programme, recipient);
    const alm_id id = office_open(o, &c);
    office_decide(o, id, STEP_APPROVED, 0);
    return id;
}

static inline struct cases_case office_read(struct office *o, alm_id id)
{
    struct alm_error err = {0};
    struct cases_case c;
    OK(cases_read(&o->cases, id, &c, &o->world->arena, &err));
    return c;
}

/* ---- deliveries ---- */

static inline struct ledger_offer office_offer(struct office *o, int programme, size_t recipient)
{
    const struct cases_case c = office_request(o, programme, recipient);
    return (struct ledger_offer){.programme = &o->world->programmes[programme],
                                 .household = c.household,
                                 .person = c.person,
                                 .place = c.place,
                                 .date = TODAY - 1,
                                 .body = o->world->bodies[0],
                                 .quantity = ALM_UNIT};
}

/* ---- the audit ---- */

static inline struct world_faults office_verify(struct office *o)
{
    struct alm_error err = {0};
    struct world_faults faults = {0};
    int64_t n_cases, n;
    OK(cases_verify(&o->cases, world_fault, &faults, &n_cases, &n, &err));
    assert_int_equal(n < 100 ? n : 100, faults.n);
    assert_int_equal(n_cases, world_number(o->world, "SELECT COUNT(*) FROM relief_case"));
    return faults;
}

static inline void office_assert_sound(struct office *o)
{
    const struct world_faults faults = office_verify(o);
    if (faults.n)
        fail_msg("%lld faults: %s", (long long)faults.n, faults.first);
    world_assert_sound(o->world);
}

#define OFFICE_TEST(function) cmocka_unit_test_setup_teardown(function, office_start, office_stop)

#endif
