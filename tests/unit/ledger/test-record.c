/* SPDX-License-Identifier: MIT */
/* Recording: what is judged against a second, plain reckoning, in chunks of any size; keys; what is rejected; asking.
 */
#include "world.h"

enum { OFFERS = 700, BATCHES = 6, LOOK_BACK = 20, MEALS_IN_LOOK_BACK = 9, EXCLUSION_DAYS = 5, IN_BATCH = 40 };
enum { REQUIRED_DAYS = 90 };

/* ---- programmes with every kind of ruling ---- */

static void look_back_entitle(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
    (void)state;
    alm_quantity had = 0;
    for (size_t i = 0; i < c->n_history; i++) {
        assert_true(c->history[i].date <= c->date && c->history[i].date >= c->date - LOOK_BACK);
        assert_true(i == 0 || c->history[i - 1].date <= c->history[i].date);
        assert_int_equal(c->history[i].n_detail, 1);
        had += c->history[i].quantity;
    }
    e->quantity = MEALS_IN_LOOK_BACK * ALM_UNIT - had;
    if (e->quantity <= 0)
        alm_no(e, "had enough");
}

/* Rice by lots, in the order in which they expire. */
static const struct lot {
    const char *code;
    int depot, quantity, received, expires; /* days from TODAY */
    alm_money price;
} lots[] = {{"A", 0, 60, -200, -140, 90},
            {"B", 1, 40, -200, -120, 80},
            {"C", 0, 60, -160, -100, 110},
            {"D", 1, 30, -200, -60, 70},
            {"E", 0, 70, -130, 400, 100}};
enum { LOTS = sizeof lots / sizeof *lots };
/* Thousandths of rice for a unit: what [programme] draws, and for meals what settle() draws. */
static const alm_quantity rice_for[PROGRAMMES] = {[PARCELS] = 1000, [SPRAY] = 200, [MEALS] = 500};

/* A batch has so much and no more.  Where the rice is short, what was taken from the batch is for the ledger to undo.
 */
static enum alm_status batch_settle(const struct alm_host *host, void *state, struct alm_line *lines, size_t n,
                                    struct alm_verdict *verdicts, struct alm_error *err)
{
    struct world *w = host->context;
    (void)state;
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        int64_t changes;
        status = store_run(w->store, &changes, err, "UPDATE batch SET rest = rest - $1 WHERE id = $2 AND rest >= $1",
                           "ii", lines[i].quantity, lines[i].detail[0].number);
        if (!changes)
            alm_refuse(&verdicts[i], "batch %d is empty", (int)lines[i].detail[0].number);
        const struct alm_goods rice = {w->items[RICE], lines[i].quantity * rice_for[MEALS] / ALM_UNIT};
        struct alm_draw draws = {.line = lines[i].id,
                                 .date = lines[i].date,
                                 .depots = w->depots,
                                 .n_depots = DEPOTS,
                                 .goods = &rice,
                                 .n_goods = 1};
        if (status == ALM_OK && changes)
            status = ledger_draw(w->ledger, w->programmes[MEALS].id, &draws, 1, err);
        if (status == ALM_OK && changes)
            verdicts[i] = draws.verdict;
        lines[i].value = 7;
    }
    return status;
}

static const struct ledger_exclusion *after_parcels(struct world *w)
{
    struct ledger_exclusion *exclusion = arena_alloc(&w->arena, sizeof *exclusion);
    *exclusion = (struct ledger_exclusion){w->programmes[PARCELS].id, EXCLUSION_DAYS};
    return exclusion;
}

static void set_rulings(struct world *w)
{
    world_sql(w, "CREATE TABLE batch (id BIGINT PRIMARY KEY, rest BIGINT NOT NULL)");
    for (int i = 0; i < BATCHES; i++)
        world_sql(w, "INSERT INTO batch (id, rest) VALUES (%d, %d)", i, IN_BATCH * (int)ALM_UNIT);
    for (size_t i = 0; i < LOTS; i++)
        world_receive(w, lots[i].depot, RICE, lots[i].code, lots[i].quantity * ALM_UNIT, TODAY + lots[i].received,
                      TODAY + lots[i].expires, lots[i].price);
    for (int i = PARCELS; i <= SPRAY; i += SPRAY - PARCELS) {
        struct alm_goods *rice = arena_alloc(&w->arena, sizeof *rice);
        *rice = (struct alm_goods){w->items[RICE], rice_for[i]};
        w->programmes[i].draws = rice;
        w->programmes[i].n_draws = 1;
        w->programmes[i].depots = w->depots;
        w->programmes[i].n_depots = DEPOTS;
    }
    w->programmes[PARCELS].unit_cost = 0;
    struct ledger_requirement *requirement = arena_alloc(&w->arena, sizeof *requirement);
    *requirement = (struct ledger_requirement){w->programmes[PARCELS].id, "parcels", REQUIRED_DAYS};
    w->programmes[KITS].requirements = requirement;
    w->programmes[KITS].n_requirements = 1;
    w->programmes[PARCELS].window_days = 30;
    w->programmes[KITS].window_days = 12;
    w->programmes[SPRAY].window_days = 6;
    w->programmes[SPRAY].on_double = LEDGER_WARN;
    w->programmes[MEALS].exclusions = after_parcels(w);
    w->programmes[MEALS].n_exclusions = 1;
    w->programmes[MEALS].on_excess = LEDGER_HOLD;
    w->rules[MEALS].look_back_days = LOOK_BACK;
    w->rules[MEALS].entitle = look_back_entitle;
    w->rules[MEALS].settle = batch_settle;
    w->programmes[KITS].bodies = &w->bodies[0];
    w->programmes[KITS].n_bodies = 2;
}

/* Few recipients and days, in no order, so that everything meets everything. */
static void draw_offers(struct world *w, struct ledger_offer *offers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        do
            offers[i] = world_draw(w);
        while (i % 2 && offers[i].programme != &w->programmes[MEALS]);
        offers[i].date = TODAY - 200 + (alm_date)(i / 8) + (alm_date)draw(w, 40);
        offers[i].key = text_of(arena_printf(&w->arena, "key %zu", i));
        if (offers[i].household)
            offers[i].household = w->households[draw(w, 12)];
        if (offers[i].person)
            offers[i].person = w->persons[draw(w, 30)];
        if (offers[i].programme == &w->programmes[MEALS]) {
            offers[i].detail = arena_alloc(&w->arena, sizeof *offers[i].detail);
            *offers[i].detail = alm_number((int64_t)draw(w, BATCHES));
        }
    }
}

/* ---- the second reckoning ---- */

struct expected {
    enum ledger_outcome outcome;
    enum ledger_reason why;
    size_t blocking; /* one more */
    alm_money value; /* -1: not looked at */
};

/* Whether a household in which the person ever lived had a parcel up to that day, not too long ago. */
static bool had_parcel(struct world *w, const struct ledger_offer *offers, const struct expected *expected, size_t i)
{
    size_t person = 0;
    while (w->persons[person] != offers[i].person)
        person++;
    const bool moved = person % 9 == 0 && person / 9 < 12; /* as world_start() has it */
    const alm_id homes[] = {w->homes[person], moved ? w->households[(person / 9 * 7 + 3) % HOUSEHOLDS] : 0};
    for (size_t k = 0; k < i; k++)
        if (expected[k].outcome == LEDGER_RECORDED && offers[k].programme == &w->programmes[PARCELS] &&
            (offers[k].household == homes[0] || offers[k].household == homes[1]) && offers[k].date <= offers[i].date &&
            offers[k].date >= offers[i].date - REQUIRED_DAYS)
            return true;
    return false;
}

/* Take rice for an offer, depot by depot, what expires first; *cost of it.  False, and nothing taken, if it is short.
 */
static bool take_rice(const struct world *w, const struct ledger_offer *offer, alm_quantity left[LOTS], alm_money *cost)
{
    const alm_quantity for_one = rice_for[offer->programme - w->programmes];
    alm_quantity need = offer->quantity * for_one / ALM_UNIT, before[LOTS];
    memcpy(before, left, sizeof before);
    *cost = 0;
    for (int depot = 0; depot < DEPOTS; depot++)
        for (size_t i = 0; i < LOTS; i++) {
            if (lots[i].depot != depot || TODAY + lots[i].received > offer->date ||
                TODAY + lots[i].expires < offer->date)
                continue;
            const alm_quantity taken = left[i] < need ? left[i] : need;
            left[i] -= taken;
            need -= taken;
            *cost += taken * lots[i].price / ALM_UNIT;
        }
    if (need)
        memcpy(left, before, sizeof before);
    return !need;
}

static bool same_recipient(const struct ledger_offer *a, const struct ledger_offer *b)
{
    return a->household == b->household && a->person == b->person && a->place == b->place;
}

/* One more than the number of the nearest accepted offer. */
static size_t nearest(const struct ledger_offer *offers, const struct expected *expected, size_t i,
                      const struct ledger_programme *programme, int days)
{
    size_t best = 0;
    for (size_t k = 0; k < i; k++) {
        if (expected[k].outcome != LEDGER_RECORDED || offers[k].programme != programme ||
            !same_recipient(&offers[k], &offers[i]) || abs(offers[k].date - offers[i].date) >= days)
            continue;
        int distance = abs(offers[k].date - offers[i].date);
        int least = best ? abs(offers[best - 1].date - offers[i].date) : days;
        if (distance < least || (distance == least && offers[k].date <= offers[best - 1].date))
            best = k + 1;
    }
    return best;
}

/* The first day from the offer's on, one after the other, on which it would be given; ALM_NO_DATE if the rule does not
 * say when it will say yes, or what is required never comes. */
static alm_date first_day(struct world *w, const struct ledger_offer *offers, const struct expected *expected, size_t i)
{
    const struct ledger_programme *programme = offers[i].programme;
    struct ledger_offer *on = arena_alloc(&w->arena, (i + 1) * sizeof *on);
    memcpy(on, offers, (i + 1) * sizeof *on);
    for (; on[i].date < TODAY + 400; on[i].date++) {
        bool used = false;
        alm_quantity had = 0;
        if ((programme == &w->programmes[KITS] && !had_parcel(w, on, expected, i)) ||
            (programme == &w->programmes[MEALS] &&
             nearest(on, expected, i, &w->programmes[PARCELS], EXCLUSION_DAYS)) ||
            (programme->window_days && nearest(on, expected, i, programme, programme->window_days)))
            continue;
        for (size_t k = 0; k < i; k++) {
            if (expected[k].outcome != LEDGER_RECORDED || on[k].programme != programme ||
                !same_recipient(&on[k], &on[i]))
                continue;
            used = used || (programme == &w->programmes[KITS] && on[k].date / 30 == on[i].date / 30);
            if (on[k].date <= on[i].date && on[k].date >= on[i].date - LOOK_BACK)
                had += on[k].quantity;
        }
        if (programme == &w->programmes[MEALS] && had >= MEALS_IN_LOOK_BACK * ALM_UNIT)
            return ALM_NO_DATE;
        if (!used)
            return on[i].date;
    }
    return ALM_NO_DATE;
}

static void expect(struct world *w, const struct ledger_offer *offers, struct expected *expected, size_t n)
{
    int64_t rest[BATCHES];
    alm_quantity rice[LOTS];
    for (size_t i = 0; i < BATCHES; i++)
        rest[i] = IN_BATCH * ALM_UNIT;
    for (size_t i = 0; i < LOTS; i++)
        rice[i] = lots[i].quantity * ALM_UNIT;
    for (size_t i = 0; i < n; i++) {
        const struct ledger_offer *o = &offers[i];
        struct expected *e = &expected[i];
        *e = (struct expected){.outcome = LEDGER_REFUSED, .value = -1};
        if (o->programme == &w->programmes[KITS] && o->body == w->bodies[2]) {
            e->why = LEDGER_BODY;
            continue;
        }
        if (o->programme == &w->programmes[KITS] && !had_parcel(w, offers, expected, i)) {
            e->why = LEDGER_REQUIREMENT;
            continue;
        }
        if (o->programme == &w->programmes[MEALS] &&
            (e->blocking = nearest(offers, expected, i, &w->programmes[PARCELS], EXCLUSION_DAYS))) {
            e->why = LEDGER_EXCLUSION;
            continue;
        }
        for (size_t k = 0; o->programme == &w->programmes[KITS] && k < i; k++)
            if (expected[k].outcome == LEDGER_RECORDED && offers[k].programme == o->programme &&
                offers[k].person == o->person && offers[k].date / 30 == o->date / 30) {
                e->why = LEDGER_PERIOD;
                e->blocking = k + 1;
            }
        if (e->why)
            continue;
        if (o->programme->window_days &&
            (e->blocking = nearest(offers, expected, i, o->programme, o->programme->window_days))) {
            e->why = LEDGER_WINDOW;
            if (o->programme != &w->programmes[SPRAY])
                continue;
        }
        if (o->programme == &w->programmes[MEALS]) {
            alm_quantity had = 0;
            for (size_t k = 0; k < i; k++)
                if (expected[k].outcome == LEDGER_RECORDED && offers[k].programme == o->programme &&
                    same_recipient(&offers[k], o) && offers[k].date <= o->date && offers[k].date >= o->date - LOOK_BACK)
                    had += offers[k].quantity;
            if (had >= MEALS_IN_LOOK_BACK * ALM_UNIT) {
                e->why = LEDGER_RULE;
                continue;
            }
            if (had + o->quantity > MEALS_IN_LOOK_BACK * ALM_UNIT) {
                e->why = LEDGER_EXCESS;
                e->outcome = LEDGER_HELD;
                continue;
            }
            if (rest[o->detail->number] < o->quantity) {
                e->why = LEDGER_SETTLE;
                continue;
            }
        }
        alm_money cost;
        if (!take_rice(w, o, rice, &cost)) {
            e->why = LEDGER_SETTLE;
            e->blocking = 0;
            continue;
        }
        if (o->programme == &w->programmes[MEALS])
            rest[o->detail->number] -= o->quantity;
        if (o->programme == &w->programmes[PARCELS])
            e->value = cost;
        e->outcome = LEDGER_RECORDED;
    }
}

static void record(struct world *w, const struct ledger_offer *offers, struct ledger_answer *answers, size_t n)
{
    struct alm_error err = {0};
    struct store_entry entry = {.id = world_id(w), .command = "test"};
    OK(ledger_record(w->ledger, offers, n, answers, &w->arena, &entry, &err));
    OK(store_journal_add(w->store, &entry, &err));
}

static void record_in_chunks(struct world *w, size_t largest)
{
    static const char *const outcomes[] = {"recorded", "same", "refused", "held", "rejected"};
    struct ledger_offer *offers = arena_alloc(&w->arena, OFFERS * sizeof *offers);
    struct ledger_answer *answers = arena_alloc(&w->arena, OFFERS * sizeof *answers);
    struct expected *expected = arena_alloc(&w->arena, OFFERS * sizeof *expected);
    size_t counts[5] = {0}, reasons[LEDGER_REQUIREMENT + 1] = {0}, valued = 0, nexts = 0, unknown = 0;
    set_rulings(w);
    draw_offers(w, offers, OFFERS);
    expect(w, offers, expected, OFFERS);
    for (size_t from = 0, size; from < OFFERS; from += size) {
        size = largest == 1 ? 1 : largest - draw(w, largest / 2);
        size = size > OFFERS - from ? OFFERS - from : size;
        record(w, offers + from, answers + from, size);
    }
    for (size_t i = 0; i < OFFERS; i++) {
        counts[answers[i].outcome]++;
        reasons[answers[i].why]++;
        if (answers[i].outcome != expected[i].outcome || answers[i].why != expected[i].why)
            fail_msg("offer %zu: %s for %d, expected %s for %d; %s", i, outcomes[answers[i].outcome],
                     (int)answers[i].why, outcomes[expected[i].outcome], (int)expected[i].why, answers[i].reason);
        if (expected[i].outcome == LEDGER_RECORDED && expected[i].value >= 0) {
            assert_int_equal(answers[i].value, expected[i].value);
            valued++;
        }
        const size_t blocking = expected[i].blocking;
        assert_int_equal(answers[i].blocking, blocking ? answers[blocking - 1].line : 0);
        if (blocking) {
            assert_int_equal(answers[i].blocking_date, offers[blocking - 1].date);
            assert_int_equal(answers[i].blocking_body, offers[blocking - 1].body);
        }
        const bool has_next = expected[i].why && expected[i].why != LEDGER_BODY && expected[i].why != LEDGER_EXCESS &&
                              expected[i].why != LEDGER_SETTLE;
        const alm_date next = has_next ? first_day(w, offers, expected, i) : ALM_NO_DATE;
        if (answers[i].next != next)
            fail_msg("offer %zu: from %d on, expected %d; %s", i, (int)answers[i].next, (int)next, answers[i].reason);
        nexts += next != ALM_NO_DATE && next < TODAY;
        unknown += has_next && next == ALM_NO_DATE;
        assert_int_equal(answers[i].warned, answers[i].outcome == LEDGER_RECORDED && answers[i].why);
    }
    /* The draw is worth something only if all of it happened. */
    assert_true(counts[LEDGER_RECORDED] > 150 && counts[LEDGER_HELD] > 10);
    for (enum ledger_reason why = LEDGER_WINDOW; why <= LEDGER_REQUIREMENT; why++)
        assert_true(reasons[why] > 0);
    assert_true(valued > 10 && nexts > 50 && unknown > 10);
    world_assert_sound(w);
    /* The same again changes nothing. */
    const int64_t lines = world_number(w, "SELECT COUNT(*) FROM line");
    struct ledger_answer *again = arena_alloc(&w->arena, OFFERS * sizeof *again);
    record(w, offers, again, OFFERS);
    for (size_t i = 0; i < OFFERS; i++) {
        assert_int_equal(again[i].outcome, LEDGER_SAME);
        assert_int_equal(again[i].line, answers[i].line);
    }
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM line"), lines);
    world_assert_sound(w);
}

static void one_by_one(void **state)
{
    record_in_chunks(*state, 1);
}

static void in_small_chunks(void **state)
{
    record_in_chunks(*state, 9);
}

static void in_large_chunks(void **state)
{
    record_in_chunks(*state, 150);
}

static void at_one_go(void **state)
{
    record_in_chunks(*state, 2 * OFFERS);
}

/* ---- keys ---- */

static struct ledger_offer parcel(struct world *w, size_t household, alm_date date)
{
    return (struct ledger_offer){.programme = &w->programmes[PARCELS],
                                 .household = w->households[household],
                                 .date = date,
                                 .body = w->bodies[0],
                                 .quantity = ALM_UNIT};
}

/* A run of its own: what it knows of earlier rows goes with it. */
static void new_run(struct world *w)
{
    const struct ledger_services services = w->ledger->services;
    ledger_free(w->ledger);
    w->ledger = ledger_new(&services);
}

static void equal_rows_are_two(void **state)
{
    struct world *w = *state;
    enum { N = 40 };
    struct ledger_offer offers[N];
    struct ledger_answer answers[N];
    for (size_t size = 1; size <= N; size = size * 3 + 1) {
        /* Each content stands four times, far apart. */
        for (size_t i = 0; i < N; i++)
            offers[i] = parcel(w, i % 10, TODAY - (alm_date)size);
        for (int run = 0; run < 3; run++) {
            for (size_t from = 0; from < N; from += size)
                record(w, offers + from, answers + from, size < N - from ? size : N - from);
            for (size_t i = 0; i < N; i++)
                assert_int_equal(answers[i].outcome, run ? LEDGER_SAME : LEDGER_RECORDED);
            new_run(w);
        }
    }
    /* One more of the same is new, whatever the chunks. */
    struct ledger_offer more[N + 1];
    memcpy(more, offers, sizeof offers);
    more[N] = offers[3];
    for (size_t from = 0; from < N + 1; from += 16)
        record(w, more + from, answers, 16 < N + 1 - from ? 16 : N + 1 - from);
    assert_int_equal(answers[N - 32].outcome, LEDGER_RECORDED);
    /* Every part of the content tells rows apart. */
    struct ledger_offer other = offers[0];
    other.note = text_of("a note");
    assert_int_equal(world_offer(w, &other).outcome, LEDGER_RECORDED);
    other.note = text_of("a notf");
    assert_int_equal(world_offer(w, &other).outcome, LEDGER_RECORDED);
    other.quantity++;
    assert_int_equal(world_offer(w, &other).outcome, LEDGER_RECORDED);
    world_assert_sound(w);
}

static void a_key_is_used_once(void **state)
{
    struct world *w = *state;
    w->programmes[PARCELS].window_days = 30;
    struct ledger_offer offers[6] = {parcel(w, 1, TODAY - 5), parcel(w, 1, TODAY - 5), parcel(w, 1, TODAY - 4),
                                     parcel(w, 3, TODAY - 5), parcel(w, 2, TODAY - 5), parcel(w, 1, TODAY - 50)};
    struct ledger_answer answers[6];
    offers[0].key = offers[1].key = offers[4].key = offers[5].key = text_of("one");
    offers[2].key = text_of("two");
    offers[3].key = text_of("three");
    offers[3].date = TODAY + 1;
    record(w, offers, answers, 6);
    assert_int_equal(answers[0].outcome, LEDGER_RECORDED);
    assert_int_equal(answers[1].outcome, LEDGER_SAME);
    assert_int_equal(answers[1].line, answers[0].line);
    assert_int_equal(answers[2].outcome, LEDGER_REFUSED);
    assert_int_equal(answers[3].outcome, LEDGER_REJECTED);
    /* Another household's, another day's: no repetition, but a key that is taken. */
    assert_int_equal(answers[4].outcome, LEDGER_REJECTED);
    assert_int_equal(answers[5].outcome, LEDGER_REJECTED);
    /* What was refused stays refused, even where it could be given now; what was rejected can come again. */
    w->programmes[PARCELS].window_days = 0;
    offers[3].date = TODAY;
    struct ledger_answer again[6];
    record(w, offers, again, 6);
    assert_int_equal(again[0].outcome, LEDGER_SAME);
    assert_int_equal(again[4].outcome, LEDGER_REJECTED);
    assert_int_equal(again[5].outcome, LEDGER_REJECTED);
    assert_int_equal(again[2].outcome, LEDGER_SAME);
    assert_int_equal(again[2].line, answers[2].line);
    assert_int_equal(again[3].outcome, LEDGER_RECORDED);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM delivery_key"), 3);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM refusal"), 1);
    world_assert_sound(w);
}

/* ---- what is wrong by itself ---- */

static void rejected(struct world *w, struct ledger_offer offer, const char *why)
{
    const int64_t keys = world_number(w, "SELECT COUNT(*) FROM delivery_key");
    const struct ledger_answer answer = world_offer(w, &offer);
    assert_int_equal(answer.outcome, LEDGER_REJECTED);
    if (!strstr(answer.reason, why))
        fail_msg("\"%s\" does not say \"%s\"", answer.reason, why);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM delivery_key"), keys);
}

static void bad_offers_leave_nothing(void **state)
{
    struct world *w = *state;
    const struct ledger_offer good = parcel(w, 1, TODAY);
    struct ledger_offer offer = good;
    char key[202];
    offer.household = 0;
    rejected(w, offer, "for a household");
    offer.household = 4711;
    rejected(w, offer, "no household 4711");
    offer.household = w->places[0];
    rejected(w, offer, "no household");
    offer = good;
    offer.place = w->places[0];
    rejected(w, offer, "not for a place");
    offer = good;
    offer.person = offer.partner = w->persons[0];
    rejected(w, offer, "not for a couple");
    offer = good;
    offer.person = w->persons[w->n_persons - 1];
    rejected(w, offer, "does not belong to that household");
    offer = good;
    offer.date = TODAY + 1;
    rejected(w, offer, "future");
    offer.date = ALM_NO_DATE;
    rejected(w, offer, "no date");
    offer = good;
    offer.quantity = -1;
    rejected(w, offer, "negative");
    offer.quantity = INT64_MAX;
    rejected(w, offer, "too large");
    offer = good;
    offer.body = 0;
    rejected(w, offer, "who gave it");
    offer.body = 4711;
    rejected(w, offer, "no body");
    offer = good;
    offer.group = w->groups[1];
    rejected(w, offer, "belongs to B1");
    offer.group = 4711;
    rejected(w, offer, "no group");
    offer = good;
    memset(key, 'k', sizeof key);
    offer.key = (struct alm_text){key, sizeof key};
    rejected(w, offer, "longer");
    w->programmes[PARCELS].from = TODAY - 10;
    w->programmes[PARCELS].until = TODAY - 5;
    rejected(w, good, "ended on");
    rejected(w, parcel(w, 1, TODAY - 11), "begins only on");
    offer = parcel(w, 1, TODAY - 5);
    offer.programme = &w->programmes[SPRAY];
    rejected(w, offer, "for a place");
    offer.household = 0;
    offer.place = 4711;
    rejected(w, offer, "no place");
    offer.programme = &w->programmes[KITS];
    offer.place = 0;
    rejected(w, offer, "for a person");
    offer.person = w->households[0];
    rejected(w, offer, "no person");
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM line"), 0);
    /* A group alone tells the body. */
    offer = parcel(w, 1, TODAY - 5);
    offer.body = 0;
    offer.group = w->groups[1];
    assert_int_equal(world_offer(w, &offer).outcome, LEDGER_RECORDED);
    assert_int_equal(world_number(w, "SELECT body FROM line"), w->bodies[1]);
    world_assert_sound(w);
}

/* ---- persons ---- */

static struct ledger_offer kit(struct world *w, size_t person, alm_date date)
{
    return (struct ledger_offer){.programme = &w->programmes[KITS],
                                 .person = w->persons[person],
                                 .date = date,
                                 .body = w->bodies[1],
                                 .quantity = ALM_UNIT};
}

/* Person 9 lives in household 10 from TODAY - 150 on; see world_start(). */
static void windows_follow_a_person(void **state)
{
    struct world *w = *state;
    const alm_date moved = TODAY - 150;
    const size_t person = 9;
    w->programmes[KITS].window_days = 20;
    w->programmes[KITS].state = w->programmes[PARCELS].state; /* no periods */
    struct ledger_offer before = kit(w, person, moved - 1), after = kit(w, person, moved + 15);
    assert_int_equal(world_offer(w, &before).outcome, LEDGER_RECORDED);
    assert_int_equal(world_number(w, "SELECT owner FROM line"), w->homes[person]);
    struct ledger_answer answer = world_offer(w, &after);
    assert_int_equal(answer.outcome, LEDGER_REFUSED);
    assert_int_equal(answer.blocking_date, moved - 1);
    after.date = moved + 19;
    assert_int_equal(world_offer(w, &after).outcome, LEDGER_RECORDED);
    assert_int_equal(world_number(w, "SELECT owner FROM line ORDER BY id DESC LIMIT 1"), w->households[10]);
    /* Another of the household is another case. */
    for (size_t other = 0; other < w->n_persons; other++)
        if (w->homes[other] == w->homes[person] && other != person && other % 9) {
            struct ledger_offer offer = kit(w, other, moved - 1);
            assert_int_equal(world_offer(w, &offer).outcome, LEDGER_RECORDED);
        }
    world_assert_sound(w);
}

static void a_person_leads_to_the_household(void **state)
{
    struct world *w = *state;
    struct ledger_offer offer = parcel(w, 0, TODAY);
    offer.household = 0;
    offer.person = w->persons[9];
    assert_int_equal(world_offer(w, &offer).outcome, LEDGER_RECORDED);
    assert_int_equal(world_number(w, "SELECT owner FROM line"), w->households[10]);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM line WHERE person IS NULL"), 1);
    world_assert_sound(w);
}

static void couples_claim_for_both(void **state)
{
    struct world *w = *state;
    struct ledger_offer offer = kit(w, 20, TODAY - 3), second = kit(w, 31, TODAY - 2);
    offer.partner = w->persons[31];
    assert_int_equal(world_offer(w, &offer).outcome, LEDGER_RECORDED);
    assert_int_equal(world_offer(w, &second).outcome,
                     (TODAY - 3) / 30 == (TODAY - 2) / 30 ? LEDGER_REFUSED : LEDGER_RECORDED);
    second = kit(w, 20, TODAY - 3);
    assert_int_equal(world_offer(w, &second).outcome, LEDGER_REFUSED);
    world_assert_sound(w);
}

/* ---- policies, asking, settling ---- */

static void a_warned_line_leaves_the_claim_where_it_is(void **state)
{
    struct world *w = *state;
    w->programmes[KITS].on_double = LEDGER_WARN;
    struct ledger_offer offer = kit(w, 20, TODAY - 3), second = offer;
    second.body = w->bodies[0];
    const alm_id first = world_offer(w, &offer).line;
    const struct ledger_answer answer = world_offer(w, &second);
    assert_int_equal(answer.outcome, LEDGER_RECORDED);
    assert_true(answer.warned && answer.why == LEDGER_PERIOD && answer.blocking == first);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM claim"), 1);
    assert_int_equal(world_number(w, "SELECT line FROM claim"), first);
    world_assert_sound(w);
}

static void asking_writes_nothing(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    struct ledger_answer answer;
    w->programmes[PARCELS].window_days = 30;
    struct ledger_offer offer = parcel(w, 1, TODAY - 10);
    offer.body = 0; /* not known yet who will give it */
    OK(ledger_entitlement(w->ledger, &offer, &answer, &w->arena, &err));
    assert_int_equal(answer.outcome, LEDGER_RECORDED);
    assert_int_equal(answer.entitled, 5 * ALM_UNIT);
    assert_int_equal(answer.quantity, 5 * ALM_UNIT);
    assert_int_equal(answer.value, 500);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM line"), 0);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM delivery_key"), 0);
    offer.body = w->bodies[2];
    const alm_id line = world_offer(w, &offer).line;
    offer.date = TODAY;
    OK(ledger_entitlement(w->ledger, &offer, &answer, &w->arena, &err));
    assert_int_equal(answer.outcome, LEDGER_REFUSED);
    assert_int_equal(answer.blocking, line);
    assert_int_equal(answer.next, TODAY + 20);
    char expected[200];
    snprintf(expected, sizeof expected, "served already on 2020-11-25 by body 2 (line %lld); next from 2020-12-25",
             (long long)line);
    assert_string_equal(answer.reason, expected);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM refusal"), 0);
    /* Not yet asked for by a line that comes later: a day before it is ruled out too. */
    offer.date = TODAY - 39;
    OK(ledger_entitlement(w->ledger, &offer, &answer, &w->arena, &err));
    assert_int_equal(answer.outcome, LEDGER_REFUSED);
    offer.date = TODAY - 40;
    OK(ledger_entitlement(w->ledger, &offer, &answer, &w->arena, &err));
    assert_int_equal(answer.outcome, LEDGER_RECORDED);
    world_assert_sound(w);
}

static void values_round_half_up(void **state)
{
    struct world *w = *state;
    static const struct {
        alm_quantity quantity;
        alm_money unit_cost, value;
    } cases[] = {{1000, 99, 99}, {500, 99, 50}, {499, 99, 49}, {5, 100, 1}, {4, 100, 0}, {1, 1, 0}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        w->programmes[PARCELS].unit_cost = cases[i].unit_cost;
        struct ledger_offer offer = parcel(w, i, TODAY);
        offer.quantity = cases[i].quantity;
        assert_int_equal(world_offer(w, &offer).value, cases[i].value);
    }
    world_assert_sound(w);
}

static void what_settle_sets_is_kept(void **state)
{
    struct world *w = *state;
    set_rulings(w);
    struct alm_value batch = alm_number(3);
    struct ledger_offer offer = parcel(w, 4, TODAY);
    offer.programme = &w->programmes[MEALS];
    offer.detail = &batch;
    const struct ledger_answer answer = world_offer(w, &offer);
    assert_int_equal(answer.outcome, LEDGER_RECORDED);
    assert_int_equal(answer.value, 7);
    assert_int_equal(world_number(w, "SELECT value FROM line"), 7);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM line WHERE detail = '{\"batch\":3}'"), 1);
    assert_int_equal(world_number(w, "SELECT rest FROM batch WHERE id = 3"), (IN_BATCH - 1) * ALM_UNIT);
    world_assert_sound(w);
}

static enum alm_status broken_settle(const struct alm_host *host, void *state, struct alm_line *lines, size_t n,
                                     struct alm_verdict *verdicts, struct alm_error *err)
{
    (void)host;
    (void)state;
    (void)lines;
    (void)n;
    (void)verdicts;
    return error_set(err, ALM_INTERNAL, NULL, "it broke");
}

static void a_failure_leaves_nothing_behind(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    struct ledger_answer answers[2];
    struct ledger_offer offers[2] = {parcel(w, 1, TODAY), parcel(w, 2, TODAY)};
    struct store_entry entry = {.id = world_id(w)};
    struct alm_value batch = alm_null();
    w->rules[MEALS].settle = broken_settle;
    offers[1].programme = &w->programmes[MEALS];
    offers[1].detail = &batch;
    OK(store_savepoint(w->store, &err));
    FAILS(ALM_INTERNAL, ledger_record(w->ledger, offers, 2, answers, &w->arena, &entry, &err));
    assert_string_equal(err.text, "meals: it broke");
    OK(store_release(w->store, false, &err)); /* its own savepoint */
    OK(store_release(w->store, false, &err));
    w->rules[MEALS].settle = world_settle;
    new_run(w);
    assert_int_equal(world_offer(w, &offers[0]).outcome, LEDGER_RECORDED);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM line"), 1);
    world_assert_sound(w);
}

static void details_go_there_and_back(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    static const struct alm_column columns[] = {{"number", "n", ALM_INT, 0, NULL, NULL, NULL},
                                                {"word", "w", ALM_STRING, 0, NULL, NULL, NULL},
                                                {"none", "x", ALM_STRING, 0, NULL, NULL, NULL}};
    const struct alm_value values[] = {alm_number(INT64_MIN + 1), alm_string("\"\\ \n\x01 \x7f سلام"), alm_null()};
    struct alm_value back[3];
    struct strbuf text = {0};
    ledger_detail_write(&text, columns, values, 3);
    OK(ledger_detail_read((struct alm_text){text.at, text.len}, columns, 3, back, &w->arena, &err));
    assert_int_equal(back[0].number, values[0].number);
    assert_string_equal(back[1].text, values[1].text);
    assert_true(back[2].is_null);
    strbuf_reset(&text);
    ledger_detail_write(&text, columns + 2, values + 2, 1);
    assert_int_equal(text.len, 0);
    FAILS(ALM_BAD_DATA, ledger_detail_read(text_of("{\"number\":"), columns, 3, back, &w->arena, &err));
    FAILS(ALM_BAD_DATA, ledger_detail_read(text_of("[1]"), columns, 3, back, &w->arena, &err));
    strbuf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(one_by_one),
        WORLD_TEST(in_small_chunks),
        WORLD_TEST(in_large_chunks),
        WORLD_TEST(at_one_go),
        WORLD_TEST(equal_rows_are_two),
        WORLD_TEST(a_key_is_used_once),
        WORLD_TEST(bad_offers_leave_nothing),
        WORLD_TEST(windows_follow_a_person),
        WORLD_TEST(a_person_leads_to_the_household),
        WORLD_TEST(couples_claim_for_both),
        WORLD_TEST(a_warned_line_leaves_the_claim_where_it_is),
        WORLD_TEST(asking_writes_nothing),
        WORLD_TEST(values_round_half_up),
        WORLD_TEST(what_settle_sets_is_kept),
        WORLD_TEST(a_failure_leaves_nothing_behind),
        WORLD_TEST(details_go_there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
