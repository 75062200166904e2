/* SPDX-License-Identifier: MIT */
/* Persons who turn out to be one, and who don't after all: windows, periods and counts against a plain reckoning. */
#include "world.h"

static const struct register_gate *gate(struct world *w)
{
    struct register_gate *g = arena_alloc(&w->arena, sizeof *g);
    *g = (struct register_gate){
        .members_changed = ledger_members_changed, .persons_merge = ledger_persons_merge, .context = w->ledger};
    return g;
}

static enum alm_status merge(struct world *w, size_t survivor, size_t merged, struct alm_error *err)
{
    struct register_merge m = {
        .survivor = w->persons[survivor], .merged = w->persons[merged], .day = TODAY, .reason = "seen"};
    return register_person_merge(w->store, gate(w), &m, err);
}

static enum alm_status split(struct world *w, size_t merged, struct alm_error *err)
{
    struct register_merge m = {.merged = w->persons[merged], .day = TODAY, .reason = "others"};
    return register_person_split(w->store, gate(w), &m, err);
}

static struct ledger_offer parcel(struct world *w, alm_id household, alm_date date)
{
    return (struct ledger_offer){.programme = &w->programmes[PARCELS],
                                 .household = household,
                                 .date = date,
                                 .body = w->bodies[0],
                                 .quantity = ALM_UNIT};
}

static struct ledger_offer kit(struct world *w, size_t person, alm_date date)
{
    return (struct ledger_offer){.programme = &w->programmes[KITS],
                                 .person = w->persons[person],
                                 .date = date,
                                 .body = w->bodies[1],
                                 .quantity = ALM_UNIT};
}

/* ---- the plain reckoning ---- */

enum { STEPS = 420, MAX_LINES = STEPS, NONE = 9999, WINDOW = 30, KIT_WINDOW = 12, MOST = 60 };

struct reckoning {
    struct world *w;
    size_t into[MAX_PERSONS]; /* who somebody was merged into; NONE */
    struct given {
        alm_id line, owner;
        size_t person, partner; /* NONE: the household's */
        int programme;
        alm_date date;
        bool back;
    } given[MAX_LINES];
    size_t n_given;
};

static size_t root(const struct reckoning *r, size_t person)
{
    while (r->into[person] != NONE)
        person = r->into[person];
    return person;
}

/* Where a person (as registered) lives on a day, as world_start() has it. */
static alm_id lives(const struct reckoning *r, size_t person, alm_date date)
{
    const bool moved = person % 9 == 0 && person / 9 < 12 && date >= TODAY - 150;
    return moved ? r->w->households[(person / 9 * 7 + 3) % HOUSEHOLDS] : r->w->homes[person];
}

/* The household that it is one with: where all of its people live as the persons that they are. */
static alm_id household_root(const struct reckoning *r, alm_id household)
{
    alm_id other = 0;
    for (size_t p = 0; p < r->w->n_persons; p++) {
        if (lives(r, p, TODAY) != household)
            continue;
        const alm_id at = lives(r, root(r, p), TODAY);
        if (r->into[p] == NONE || at == household || (other && other != at))
            return household;
        other = at;
    }
    return other ? other : household;
}

static bool stands_in_the_way(const struct reckoning *r, const struct given *g, const struct ledger_offer *offer,
                              size_t person, size_t partner)
{
    const int programme = (int)(offer->programme - r->w->programmes);
    if (g->back || g->programme != programme)
        return false;
    const int distance = abs(g->date - offer->date);
    if (programme == PARCELS)
        return household_root(r, g->owner) == household_root(r, offer->household) && distance < WINDOW;
    const size_t named[] = {g->person, g->partner}, asked[] = {person, partner};
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < 2; k++)
            if (named[i] != NONE && asked[k] != NONE && root(r, named[i]) == root(r, asked[k]) &&
                (distance < KIT_WINDOW || g->date / 30 == offer->date / 30))
                return true;
    return false;
}

static void give(struct reckoning *r)
{
    struct world *w = r->w;
    const alm_date date = TODAY - (alm_date)draw(w, 200);
    size_t person = NONE, partner = NONE;
    struct ledger_offer offer;
    if (draw(w, 2)) {
        offer = parcel(w, w->households[draw(w, 20)], date);
    } else {
        person = draw(w, MOST);
        offer = kit(w, person, date);
        if (draw(w, 3) == 0) {
            partner = draw(w, MOST);
            offer.partner = w->persons[partner];
        }
    }
    offer.key = text_of(arena_printf(&w->arena, "%zu", w->n_persons + r->n_given + draw(w, 1 << 30)));
    bool blocked = false;
    for (size_t i = 0; i < r->n_given; i++)
        blocked = blocked || stands_in_the_way(r, &r->given[i], &offer, person, partner);
    const bool rejected = partner != NONE && root(r, partner) == root(r, person);
    const struct ledger_answer answer = world_offer(w, &offer);
    const enum ledger_outcome expected = rejected ? LEDGER_REJECTED : blocked ? LEDGER_REFUSED : LEDGER_RECORDED;
    if (answer.outcome != expected)
        fail_msg("given %zu: %d, expected %d: %s", r->n_given, (int)answer.outcome, (int)expected, answer.reason);
    if (expected != LEDGER_RECORDED)
        return;
    const alm_id at = person == NONE ? offer.household : lives(r, root(r, person), date);
    struct given *g = &r->given[r->n_given++];
    *g = (struct given){.line = answer.line,
                        .owner = household_root(r, at),
                        .person = person == NONE ? NONE : root(r, person),
                        .partner = partner == NONE ? NONE : root(r, partner),
                        .programme = person == NONE ? PARCELS : KITS,
                        .date = date};
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT owner FROM line WHERE id = %lld", (long long)answer.line);
    assert_int_equal(world_number(w, sql), g->owner);
}

static void take_back(struct reckoning *r)
{
    if (!r->n_given)
        return;
    struct given *g = &r->given[draw(r->w, r->n_given)];
    if (!g->back)
        world_reverse(r->w, g->line);
    g->back = true;
}

static void merge_or_split(struct reckoning *r)
{
    struct alm_error err = {0};
    struct world *w = r->w;
    /* Whole households at times. */
    const size_t from = draw(w, MOST), into = draw(w, MOST);
    const bool all = draw(w, 2) == 0;
    if (draw(w, 3) == 0) {
        size_t person = from;
        for (size_t i = 0; i < MOST && r->into[person] == NONE; i++)
            person = (person + 1) % MOST;
        const enum alm_status status = split(w, person, &err);
        if (status != (r->into[person] == NONE ? ALM_BAD_DATA : ALM_OK))
            fail_msg("split of %zu: %s", person, err.text);
        r->into[person] = NONE;
        return;
    }
    for (size_t p = 0; p < MOST; p++) {
        if (p != from && !(all && w->homes[p] == w->homes[from]))
            continue;
        const size_t a = root(r, into), b = root(r, p);
        const enum alm_status status = merge(w, into, p, &err);
        if (p == into)
            assert_int_equal(status, ALM_USAGE);
        else
            assert_int_equal(status, a == b ? ALM_BAD_DATA : ALM_OK);
        if (a != b)
            r->into[b] = a;
    }
}

/* Whether a line reaches a person, as registered: an alias was there until it became one, which is today. */
static bool reaches(const struct reckoning *r, const struct given *g, size_t person)
{
    if (g->person != NONE)
        return g->person == person || g->partner == person;
    return lives(r, person, g->date) == g->owner && (r->into[person] == NONE || g->date < TODAY);
}

static void count(const struct reckoning *r, alm_date from, alm_date to, int64_t *households, int64_t *persons)
{
    bool reached[MAX_PERSONS] = {0}, served[HOUSEHOLDS] = {0};
    *households = *persons = 0;
    for (size_t i = 0; i < r->n_given; i++) {
        const struct given *g = &r->given[i];
        if (g->back || g->date < from || g->date > to)
            continue;
        for (size_t h = 0; h < HOUSEHOLDS; h++)
            served[h] = served[h] || r->w->households[h] == household_root(r, g->owner);
        for (size_t p = 0; p < r->w->n_persons; p++)
            if (reaches(r, g, p))
                reached[root(r, p)] = true;
    }
    for (size_t h = 0; h < HOUSEHOLDS; h++)
        *households += served[h];
    for (size_t p = 0; p < r->w->n_persons; p++)
        *persons += reached[p];
}

static enum alm_status take_total(void *context, const struct ledger_cell *cell, bool total, struct alm_error *err)
{
    (void)err;
    if (total)
        *(struct ledger_cell *)context = *cell;
    return ALM_OK;
}

static void compare(const struct reckoning *r)
{
    struct alm_error err = {0};
    struct ledger_cell cell = {0};
    int64_t households, persons;
    world_assert_sound(r->w);
    /* From the counters that are kept, and from the lines. */
    const struct ledger_cut all = {.from = ALM_NO_DATE, .to = ALM_NO_DATE},
                            some = {.from = TODAY - 97, .to = TODAY - 31};
    count(r, INT32_MIN, INT32_MAX, &households, &persons);
    OK(ledger_report(r->w->ledger, &all, take_total, &cell, &err));
    assert_int_equal(cell.households, households);
    assert_int_equal(cell.persons, persons);
    count(r, some.from, some.to, &households, &persons);
    OK(ledger_report(r->w->ledger, &some, take_total, &cell, &err));
    assert_int_equal(cell.households, households);
    assert_int_equal(cell.persons, persons);
}

static void set_windows(struct world *w)
{
    w->programmes[PARCELS].window_days = WINDOW;
    w->programmes[KITS].window_days = KIT_WINDOW;
}

static void as_reckoned(void **state)
{
    struct reckoning r = {.w = *state};
    size_t merged = 0, households = 0;
    set_windows(r.w);
    for (size_t p = 0; p < MAX_PERSONS; p++)
        r.into[p] = NONE;
    for (size_t step = 0; step < STEPS; step++) {
        const uint64_t what = draw(r.w, 10);
        if (what < 7)
            give(&r);
        else if (what < 8)
            take_back(&r);
        else
            merge_or_split(&r);
        if (step % 14 == 13)
            compare(&r);
        for (size_t p = 0; p < MOST; p++)
            merged += r.into[p] != NONE;
        for (size_t h = 0; h < 20; h++)
            households += household_root(&r, r.w->households[h]) != r.w->households[h];
    }
    /* The draw is worth something only if it happened. */
    assert_true(merged > STEPS && households > STEPS / 2 && r.n_given > STEPS / 8);
    compare(&r);
    /* Whatever was merged comes apart again. */
    for (size_t p = 0; p < MOST; p++) {
        struct alm_error err = {0};
        if (r.into[p] != NONE)
            OK(split(r.w, p, &err));
        r.into[p] = NONE;
        if (p % 20 == 19)
            compare(&r);
    }
    assert_int_equal(world_number(r.w, "SELECT COUNT(*) FROM alias WHERE until IS NULL"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(as_reckoned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
