/* SPDX-License-Identifier: MIT */
/*
 * A small campaign for the ledger's tests: the register's fixture, households of one to six members, some of whom
 * moved, places, bodies, stages, stock, and four programmes: parcels (household), kits (person, once for each period),
 * spray (place), meals (household, settled).
 */
#ifndef TESTS_LEDGER_WORLD_H
#define TESTS_LEDGER_WORLD_H

#include "../register/fixture.h"

#include "ledger/internal.h"

enum { PARCELS, KITS, SPRAY, MEALS, PROGRAMMES };
enum { RICE, OIL, ITEMS };
enum { DEPOTS = 2 };
enum { HOUSEHOLDS = 60, PLACES = 5, MAX_PERSONS = 400 };

struct world {
    struct fixture *fixture;
    struct store *store;
    struct ledger *ledger;
    struct stock *stock;
    struct ledger_services services;
    alm_id items[ITEMS], depots[DEPOTS];
    struct ledger_programme programmes[PROGRAMMES];
    struct alm_programme rules[PROGRAMMES];
    alm_id households[HOUSEHOLDS], places[PLACES];
    alm_id persons[MAX_PERSONS], homes[MAX_PERSONS];
    size_t n_persons;
    alm_id areas[5], bodies[3], groups[2], stages[2];
    int64_t settled; /* lines settled less lines unsettled */
    int64_t unsettled_detail;
    struct arena arena;
    uint64_t random;
};

static inline uint64_t draw(struct world *w, uint64_t n)
{
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return (w->random >> 33) % n;
}

static inline void world_sql(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline void world_sql(struct world *w, const char *format, ...)
{
    struct alm_error err = {0};
    char sql[512];
    va_list args;
    va_start(args, format);
    vsnprintf(sql, sizeof sql, format, args);
    va_end(args);
    OK(store_run(w->store, NULL, &err, sql, ""));
}

static inline int64_t world_number(struct world *w, const char *sql)
{
    return suite_number(w->store, sql);
}

/* Anything, but a kit only once in each month. */
static inline void world_entitle(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
    const int *kind = state;
    e->quantity = 5 * ALM_UNIT;
    if (*kind == KITS) {
        e->has_period = true;
        e->period = c->date / 30;
        e->next = (c->date / 30 + 1) * 30;
        snprintf(e->period_name, sizeof e->period_name, "month %d", (int)c->date / 30);
    }
}

static inline enum alm_status world_settle(const struct alm_host *host, void *state, struct alm_line *lines, size_t n,
                                           struct alm_verdict *verdicts, struct alm_error *err)
{
    (void)host;
    (void)state;
    (void)lines;
    (void)n;
    (void)verdicts;
    (void)err;
    return ALM_OK;
}

/* struct alm_host only says where the world is. */
static inline enum alm_status world_unsettle(const struct alm_host *host, void *state, const struct alm_line *lines,
                                             size_t n, struct alm_error *err)
{
    struct world *w = host->context;
    (void)state;
    (void)err;
    w->settled -= (int64_t)n;
    for (size_t i = 0; i < n; i++)
        w->unsettled_detail = lines[i].n_detail && !lines[i].detail[0].is_null ? lines[i].detail[0].number : -1;
    return ALM_OK;
}

static inline const struct ledger_programme *world_programme(void *context, struct alm_text name, struct alm_error *err)
{
    struct world *w = context;
    for (size_t i = 0; i < PROGRAMMES; i++)
        if (text_equal(name, w->programmes[i].name))
            return &w->programmes[i];
    error_set(err, ALM_BAD_DATA, NULL, "no programme");
    return NULL;
}

static inline const struct ledger_programme *world_programme_by_id(void *context, alm_id id, struct alm_error *err)
{
    struct world *w = context;
    for (size_t i = 0; i < PROGRAMMES; i++)
        if (w->programmes[i].id == id)
            return &w->programmes[i];
    error_set(err, ALM_BAD_DATA, NULL, "no programme");
    return NULL;
}

static inline void world_date(void *context, alm_date date, char *buf, size_t size)
{
    (void)context;
    date_format(date, DATE_ISO, buf, size);
}

static inline alm_id world_id(struct world *w)
{
    struct alm_error err = {0};
    alm_id id;
    OK(store_id(w->store, &id, &err));
    return id;
}

static inline alm_id world_person(struct world *w, alm_id household)
{
    const alm_id id = world_id(w);
    world_sql(w, "INSERT INTO person (owner, id, relation, criteria) VALUES (%lld, %lld, 0, '')", (long long)household,
              (long long)id);
    world_sql(w, "INSERT INTO home (id, owner) VALUES (%lld, %lld)", (long long)id, (long long)household);
    w->homes[w->n_persons] = household;
    w->persons[w->n_persons++] = id;
    return id;
}

/* As register_person_move(): it is written here without the gate, which a test calls itself. */
static inline void world_move(struct world *w, size_t person, alm_id to, alm_date since)
{
    world_sql(w, "UPDATE person SET until = %d WHERE owner = %lld AND id = %lld AND until IS NULL", since,
              (long long)w->homes[person], (long long)w->persons[person]);
    world_sql(w, "INSERT INTO membership (household, person, since, home) VALUES (%lld, %lld, %d, %lld)", (long long)to,
              (long long)w->persons[person], since, (long long)w->homes[person]);
}

static const struct alm_column world_detail[] = {{"batch", "Batch", ALM_INT, 0, NULL, NULL, NULL}};
static const int world_kinds[PROGRAMMES] = {PARCELS, KITS, SPRAY, MEALS};

static inline void world_register(struct world *w)
{
    static const char *const areas[] = {"IR15", "KH", "KH-1", "KH-2", "BO"};
    for (size_t i = 0; i < 5; i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "SELECT id FROM area WHERE code = '%s'", areas[i]);
        w->areas[i] = world_number(w, sql);
    }
    for (int i = 0; i < 3; i++) {
        w->bodies[i] = world_id(w);
        world_sql(w, "INSERT INTO body (id, code, name) VALUES (%lld, 'B%d', 'body %d')", (long long)w->bodies[i], i,
                  i);
    }
    for (int i = 0; i < 2; i++) {
        w->groups[i] = world_id(w);
        world_sql(
            w, "INSERT INTO volunteer_group (id, code, name, body, specialities) VALUES (%lld, 'G%d', 'g', %lld, '')",
            (long long)w->groups[i], i, (long long)w->bodies[i]);
    }
    for (int i = 0; i < 2; i++) {
        w->stages[i] = world_id(w);
        world_sql(w, "INSERT INTO stage (id, code, name, starts, ends) VALUES (%lld, 'S%d', 's', %d, %d)",
                  (long long)w->stages[i], i, (int)TODAY - 300 + 100 * i, (int)TODAY - 201 + 100 * i);
    }
    for (int i = 0; i < HOUSEHOLDS; i++) {
        const alm_id area = i % 13 == 12 ? 0 : w->areas[1 + (size_t)i % 4];
        w->households[i] = world_id(w);
        if (area)
            world_sql(w, "INSERT INTO household (id, code, area, since) VALUES (%lld, 'H%03d', %lld, 0)",
                      (long long)w->households[i], i, (long long)area);
        else
            world_sql(w, "INSERT INTO household (id, code, since) VALUES (%lld, 'H%03d', 0)",
                      (long long)w->households[i], i);
        for (int m = 0; m <= i % 6; m++)
            world_person(w, w->households[i]);
    }
    for (int i = 0; i < PLACES; i++) {
        w->places[i] = world_id(w);
        world_sql(w,
                  "INSERT INTO place (id, code, kind, name, area, since) VALUES (%lld, 'P%d', 'school', 'p', %lld, 0)",
                  (long long)w->places[i], i, (long long)w->areas[i]);
    }
}

static inline void world_programmes(struct world *w)
{
    static const char *const names[] = {"parcels", "kits", "spray", "meals"};
    static const uint32_t recipients[] = {ALM_HOUSEHOLD, ALM_PERSON, ALM_PLACE, ALM_HOUSEHOLD};
    struct alm_host *own = arena_alloc(&w->arena, sizeof *own);
    own->context = w;
    for (int i = 0; i < PROGRAMMES; i++) {
        w->rules[i] = (struct alm_programme){.size = sizeof w->rules[i],
                                             .recipient = recipients[i],
                                             .unit = "unit",
                                             .unit_plural = "units",
                                             .entitle = world_entitle};
        if (i == MEALS) {
            w->rules[i].settle = world_settle;
            w->rules[i].unsettle = world_unsettle;
            w->rules[i].detail = world_detail;
            w->rules[i].n_detail = 1;
        }
        w->programmes[i] = (struct ledger_programme){.id = world_id(w),
                                                     .name = names[i],
                                                     .rule = &w->rules[i],
                                                     .state = (void *)(uintptr_t)&world_kinds[i],
                                                     .host = own,
                                                     .unit_cost = 100 * (i + 1),
                                                     .from = ALM_NO_DATE,
                                                     .until = ALM_NO_DATE};
        world_sql(w,
                  "INSERT INTO programme (id, name, plugin, title, unit, unit_plural, recipient) "
                  "VALUES (%lld, '%s', 'x', 'x', 'unit', 'units', %d)",
                  (long long)w->programmes[i].id, names[i], (int)recipients[i]);
    }
}

static inline void world_stock(struct world *w)
{
    static const char *const items[ITEMS] = {"rice", "oil"}, *const depots[DEPOTS] = {"D0", "D1"};
    for (int i = 0; i < ITEMS; i++) {
        w->items[i] = world_id(w);
        world_sql(w, "INSERT INTO stock_item (id, code, name, unit) VALUES (%lld, '%s', '%s', 'kg')",
                  (long long)w->items[i], items[i], items[i]);
    }
    for (int i = 0; i < DEPOTS; i++) {
        w->depots[i] = world_id(w);
        world_sql(w, "INSERT INTO stock_depot (id, code, name, kind) VALUES (%lld, '%s', '%s', 'warehouse')",
                  (long long)w->depots[i], depots[i], depots[i]);
    }
    w->stock = stock_new(w->store, w->fixture->directory);
}

static inline void world_receive(struct world *w, int depot, int item, const char *lot, alm_quantity quantity,
                                 alm_date received, alm_date expires, alm_money price)
{
    struct alm_error err = {0};
    struct stock_answer answer;
    const struct stock_order order = {.kind = STOCK_RECEIVE,
                                      .item = w->items[item],
                                      .depot = w->depots[depot],
                                      .lot = text_of(lot),
                                      .quantity = quantity,
                                      .date = received,
                                      .expires = expires,
                                      .price = price};
    OK(stock_order(w->stock, &order, world_id(w), &answer, &err));
    assert_false(answer.same);
}

/* What lies in a depot of a lot. */
static inline int64_t world_balance(struct world *w, int depot, const char *lot)
{
    struct alm_error err = {0};
    int64_t n;
    OK(store_number(w->store, &n, 0, &err,
                    "SELECT b.quantity FROM stock_balance b JOIN stock_lot l ON l.id = b.lot "
                    "WHERE b.depot = $1 AND l.code = $2",
                    "it", w->depots[depot], lot));
    return n;
}

static inline struct ledger_answer world_offer(struct world *w, const struct ledger_offer *offer)
{
    struct alm_error err = {0};
    struct ledger_answer answer;
    struct store_entry entry = {.id = world_id(w), .command = "test"};
    OK(ledger_record(w->ledger, offer, 1, &answer, &w->arena, &entry, &err));
    OK(store_journal_add(w->store, &entry, &err));
    return answer;
}

/* Another run of the program: what it remembers of this one is gone. */
static inline void world_again(struct world *w)
{
    const struct ledger_services services = w->services;
    ledger_free(w->ledger);
    w->ledger = ledger_new(&services);
}

static inline alm_id world_reverse(struct world *w, alm_id line)
{
    struct alm_error err = {0};
    alm_id reversal;
    struct store_entry entry = {.id = world_id(w), .command = "test"};
    OK(ledger_reverse(w->ledger, line, "a mistake", &reversal, &entry, &err));
    OK(store_journal_add(w->store, &entry, &err));
    return reversal;
}

static inline struct ledger_offer world_draw(struct world *w)
{
    struct ledger_offer offer = {.programme = &w->programmes[draw(w, PROGRAMMES)],
                                 .date = TODAY - (alm_date)draw(w, 320),
                                 .body = w->bodies[draw(w, 3)],
                                 .quantity = (alm_quantity)(1 + draw(w, 5)) * ALM_UNIT};
    if (draw(w, 3) == 0) {
        const size_t group = draw(w, 2);
        offer.group = w->groups[group];
        offer.body = w->bodies[group];
    }
    if (offer.programme == &w->programmes[KITS])
        offer.person = w->persons[draw(w, w->n_persons)];
    else if (offer.programme == &w->programmes[SPRAY])
        offer.place = w->places[draw(w, PLACES)];
    else
        offer.household = w->households[draw(w, HOUSEHOLDS)];
    return offer;
}

/* Aid of all kinds in chunks of different sizes, some of it taken back. */
static inline void world_campaign(struct world *w, size_t n)
{
    struct alm_error err = {0};
    struct ledger_offer *offers = arena_alloc(&w->arena, n * sizeof *offers);
    struct ledger_answer *answers = arena_alloc(&w->arena, n * sizeof *answers);
    for (size_t i = 0; i < n; i++) {
        offers[i] = world_draw(w);
        if (offers[i].person && draw(w, 3) == 0)
            offers[i].partner = w->persons[draw(w, w->n_persons)]; /* of any household; the same one is rejected */
    }
    for (size_t from = 0, size; from < n; from += size) {
        size = 1 + draw(w, 50);
        if (size > n - from)
            size = n - from;
        struct store_entry entry = {.id = world_id(w), .command = "test"};
        OK(ledger_record(w->ledger, offers + from, size, answers + from, &w->arena, &entry, &err));
        OK(store_journal_add(w->store, &entry, &err));
    }
    for (size_t i = 0; i < n; i++)
        if (answers[i].outcome == LEDGER_RECORDED && draw(w, 12) == 0)
            world_reverse(w, answers[i].line);
}

static inline int world_start(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct alm_error err = {0};
    void *fixture;
    assert_non_null(w);
    fixture_start(&fixture);
    w->fixture = fixture;
    w->store = w->fixture->store;
    w->random = 7;
    OK(store_migrate(w->store, "ledger", ledger_migrations, ledger_n_migrations, NULL, &err));
    OK(store_migrate(w->store, "stock", stock_migrations, stock_n_migrations, NULL, &err));
    OK(store_begin(w->store, true, &err));
    world_register(w);
    world_programmes(w);
    world_stock(w);
    for (size_t i = 0; i < 12; i++)
        world_move(w, i * 9, w->households[(i * 7 + 3) % HOUSEHOLDS], TODAY - 150);
    register_directory_stale(w->fixture->directory);
    w->services = (struct ledger_services){.store = w->store,
                                           .directory = w->fixture->directory,
                                           .stock = w->stock,
                                           .programme = world_programme,
                                           .programme_by_id = world_programme_by_id,
                                           .context = w,
                                           .today = TODAY,
                                           .format_date = world_date};
    w->ledger = ledger_new(&w->services);
    *state = w;
    return 0;
}

static inline int world_stop(void **state)
{
    struct world *w = *state;
    void *fixture = w->fixture;
    ledger_free(w->ledger);
    stock_free(w->stock);
    arena_release(&w->arena);
    store_rollback(w->store);
    fixture_stop(&fixture);
    free(w);
    return 0;
}

/* What the audit says: number of faults; the first one's text. */
struct world_faults {
    int64_t n;
    char first[512];
};

static inline void world_fault(void *context, const char *text)
{
    struct world_faults *faults = context;
    if (!faults->n++)
        snprintf(faults->first, sizeof faults->first, "%s", text);
}

static inline struct world_faults world_verify(struct world *w)
{
    struct alm_error err = {0};
    struct world_faults faults = {0};
    int64_t lines, n;
    OK(ledger_verify(w->ledger, world_fault, &faults, &lines, &n, NULL, &err));
    assert_int_equal(n < 100 ? n : 100, faults.n); /* no more are told */
    assert_int_equal(lines, world_number(w, "SELECT COUNT(*) FROM line"));
    return faults;
}

static inline void world_assert_sound(struct world *w)
{
    struct alm_error err = {0};
    struct world_faults faults = world_verify(w);
    int64_t movements, n;
    OK(stock_verify(w->stock, world_fault, &faults, &movements, &n, &err));
    if (faults.n)
        fail_msg("%lld faults: %s", (long long)faults.n, faults.first);
}

#define WORLD_TEST(function) cmocka_unit_test_setup_teardown(function, world_start, world_stop)

#endif
