/* SPDX-License-Identifier: MIT */
/* Who has a say in lines: gates, the programme and the stock; what stays of a line that one of them refuses; the way
 * back. */
#include "world.h"

/* Each takes a note of the line in table `seen`, but for the household that it stops. */
enum party { GATE, OWN, PARTIES };
static alm_id stopped[PARTIES];
static char order[16]; /* of what was undone: g, o */

static enum alm_status note(struct world *w, enum party party, const struct alm_line *line, struct alm_error *err)
{
    return store_run(w->store, NULL, err, "INSERT INTO seen (party, line) VALUES ($1, $2)", "ii", (int64_t)party,
                     line->id);
}

static enum alm_status forget(struct world *w, enum party party, const struct alm_line *line, struct alm_error *err)
{
    return store_run(w->store, NULL, err, "DELETE FROM seen WHERE party = $1 AND line = $2", "ii", (int64_t)party,
                     line->id);
}

static enum alm_status gate_settle(void *context, const struct alm_line *lines, size_t n, struct alm_verdict *verdicts,
                                   struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < n && status == ALM_OK; i++)
        if (lines[i].household == stopped[GATE])
            alm_refuse(&verdicts[i], "no case");
        else
            status = note(context, GATE, &lines[i], err);
    return status;
}

static enum alm_status gate_unsettle(void *context, const struct alm_line *lines, size_t n, struct alm_error *err)
{
    assert_int_equal(n, 1);
    strcat(order, "g");
    /* The goods are back by now. */
    assert_int_equal(world_balance(context, 0, "A"), 10 * ALM_UNIT);
    return forget(context, GATE, lines, err);
}

static const struct ledger_gate gate = {.name = "gate", .settle = gate_settle, .unsettle = gate_unsettle};

static enum alm_status own_settle(const struct alm_host *host, void *state, struct alm_line *lines, size_t n,
                                  struct alm_verdict *verdicts, struct alm_error *err)
{
    struct world *w = host->context;
    enum alm_status status = ALM_OK;
    (void)state;
    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        const struct alm_goods oil = {w->items[OIL], ALM_UNIT};
        struct alm_draw draws = {.line = lines[i].id,
                                 .date = lines[i].date,
                                 .depots = w->depots,
                                 .n_depots = DEPOTS,
                                 .goods = &oil,
                                 .n_goods = 1};
        status = note(w, OWN, &lines[i], err);
        if (status == ALM_OK)
            status = ledger_draw(w->ledger, lines[i].programme, &draws, 1, err);
        verdicts[i] = draws.verdict;
        /* After it has drawn and written. */
        if (lines[i].household == stopped[OWN])
            alm_refuse(&verdicts[i], "not today");
    }
    return status;
}

static enum alm_status own_unsettle(const struct alm_host *host, void *state, const struct alm_line *lines, size_t n,
                                    struct alm_error *err)
{
    (void)state;
    assert_int_equal(n, 1);
    strcat(order, "o");
    return forget(host->context, OWN, lines, err);
}

/* Meals pass a gate, draw oil by themselves, and rice by their INI. */
static void set_parties(struct world *w)
{
    static const struct ledger_gate *const gates[] = {&gate};
    void **context = arena_alloc(&w->arena, sizeof *context);
    struct alm_goods *rice = arena_alloc(&w->arena, sizeof *rice);
    *context = w;
    *rice = (struct alm_goods){w->items[RICE], 2 * ALM_UNIT};
    memset(stopped, 0, sizeof stopped);
    order[0] = '\0';
    world_sql(w, "CREATE TABLE seen (party BIGINT NOT NULL, line BIGINT NOT NULL, PRIMARY KEY (party, line))");
    w->rules[MEALS].settle = own_settle;
    w->rules[MEALS].unsettle = own_unsettle;
    w->programmes[MEALS].gates = gates;
    w->programmes[MEALS].gate_contexts = context;
    w->programmes[MEALS].n_gates = w->programmes[MEALS].n_unsettle = 1;
    w->programmes[MEALS].draws = rice;
    w->programmes[MEALS].n_draws = 1;
    w->programmes[MEALS].depots = w->depots;
    w->programmes[MEALS].n_depots = DEPOTS;
    world_receive(w, 0, RICE, "A", 10 * ALM_UNIT, TODAY - 50, TODAY + 10, 30);
    world_receive(w, 1, RICE, "B", 3 * ALM_UNIT, TODAY - 50, TODAY + 5, 50);
    world_receive(w, 0, OIL, "O", 100 * ALM_UNIT, TODAY - 50, ALM_NO_DATE, 7);
}

static struct ledger_offer offer_of(struct world *w, int programme, size_t household)
{
    return (struct ledger_offer){.programme = &w->programmes[programme],
                                 .household = w->households[household],
                                 .date = TODAY - 1,
                                 .body = w->bodies[0],
                                 .quantity = ALM_UNIT};
}

static void record(struct world *w, const struct ledger_offer *offers, struct ledger_answer *answers, size_t n)
{
    struct alm_error err = {0};
    struct store_entry entry = {.id = world_id(w), .command = "test"};
    OK(ledger_record(w->ledger, offers, n, answers, &w->arena, &entry, &err));
    OK(store_journal_add(w->store, &entry, &err));
}

/* Of whoever is refused by one nothing stays with any. */
static void assert_only_recorded(struct world *w, int64_t recorded)
{
    for (int party = 0; party < PARTIES; party++) {
        char sql[160];
        snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM seen JOIN line ON line.id = seen.line WHERE party = %d", party);
        assert_int_equal(world_number(w, sql), recorded);
    }
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM seen"), PARTIES * recorded);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM line"), recorded);
    assert_int_equal(world_number(w, "SELECT COUNT(DISTINCT id) FROM stock_movement WHERE kind = 7"), recorded);
    assert_int_equal(world_balance(w, 0, "O"), (100 - recorded) * ALM_UNIT);
    world_assert_sound(w);
}

static void nothing_stays_of_what_one_refuses(void **state)
{
    struct world *w = *state;
    enum { N = 9 };
    struct ledger_offer offers[N];
    struct ledger_answer answers[N];
    set_parties(w);
    stopped[GATE] = w->households[1];
    stopped[OWN] = w->households[3];
    /* Rice is there for five and six: lot A for five, and B, in the second depot, for one. */
    for (size_t i = 0; i < N; i++)
        offers[i] = offer_of(w, MEALS, i);
    record(w, offers, answers, N);
    for (size_t i = 0; i < N; i++) {
        const bool recorded = i != 1 && i != 3 && i < 8;
        assert_int_equal(answers[i].outcome, recorded ? LEDGER_RECORDED : LEDGER_REFUSED);
        assert_int_equal(answers[i].why, recorded ? LEDGER_NO_REASON : LEDGER_SETTLE);
    }
    assert_string_equal(answers[1].reason, "no case");
    assert_string_equal(answers[3].reason, "not today");
    assert_non_null(strstr(answers[8].reason, "rice is short"));
    assert_int_equal(world_balance(w, 0, "A"), 0);
    assert_int_equal(world_balance(w, 1, "B"), ALM_UNIT);
    assert_only_recorded(w, 6);
    /* What was in the way of the others is gone: they come again. */
    memset(stopped, 0, sizeof stopped);
    world_again(w);
    world_receive(w, 1, RICE, "C", 5 * ALM_UNIT, TODAY - 50, ALM_NO_DATE, 50);
    record(w, offers, answers, N);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(answers[i].outcome, i == 1 || i == 3 || i == 8 ? LEDGER_RECORDED : LEDGER_SAME);
    assert_only_recorded(w, 9);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM refusal WHERE state = 2"), 3);
}

/* The n-th line that is settled is worth n. */
static enum alm_status settle_and_count(const struct alm_host *host, void *state, struct alm_line *lines, size_t n,
                                        struct alm_verdict *verdicts, struct alm_error *err)
{
    struct world *w = host->context;
    (void)state, (void)verdicts, (void)err;
    for (size_t i = 0; i < n; i++)
        lines[i].value = ++w->settled;
    return ALM_OK;
}

/* Each is settled once, in their order, and keeps its own value. */
static void many_lines_settle_in_order(void **state)
{
    struct world *w = *state;
    enum { N = 10000 };
    struct ledger_offer *offers = arena_alloc(&w->arena, N * sizeof *offers);
    struct ledger_answer *answers = arena_alloc(&w->arena, N * sizeof *answers);
    w->rules[PARCELS].settle = settle_and_count;
    w->rules[PARCELS].unsettle = world_unsettle;
    w->programmes[PARCELS].on_double = LEDGER_WARN;
    for (size_t i = 0; i < N; i++) {
        offers[i] = offer_of(w, i % 3 ? PARCELS : SPRAY, i % HOUSEHOLDS);
        if (i % 3 == 0) {
            offers[i].household = 0;
            offers[i].place = w->places[i % PLACES];
        }
    }
    w->settled = 0;
    record(w, offers, answers, N);
    int64_t parcels = 0;
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(answers[i].outcome, LEDGER_RECORDED);
        if (i % 3)
            assert_int_equal(answers[i].value, ++parcels);
    }
    assert_int_equal(w->settled, parcels);
    world_assert_sound(w);
}

static void the_way_back_is_the_other_way_round(void **state)
{
    struct world *w = *state;
    set_parties(w);
    const struct ledger_offer offer = offer_of(w, MEALS, 2);
    const struct ledger_answer answer = world_offer(w, &offer);
    assert_int_equal(answer.outcome, LEDGER_RECORDED);
    assert_int_equal(world_balance(w, 0, "A"), 8 * ALM_UNIT);
    world_reverse(w, answer.line);
    assert_string_equal(order, "og");
    assert_int_equal(world_balance(w, 0, "A"), 10 * ALM_UNIT);
    assert_int_equal(world_balance(w, 0, "O"), 100 * ALM_UNIT);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM seen"), 0);
    world_assert_sound(w);
}

/* A programme that draws no longer gives back what it drew when it did. */
static void settings_that_changed_since(void **state)
{
    struct world *w = *state;
    set_parties(w);
    w->programmes[PARCELS].draws = w->programmes[MEALS].draws;
    w->programmes[PARCELS].n_draws = 1;
    w->programmes[PARCELS].depots = w->depots;
    w->programmes[PARCELS].n_depots = DEPOTS;
    const struct ledger_offer offer = offer_of(w, PARCELS, 2);
    const alm_id line = world_offer(w, &offer).line;
    assert_int_equal(world_balance(w, 0, "A"), 8 * ALM_UNIT);
    w->programmes[PARCELS].n_draws = 0;
    world_reverse(w, line);
    assert_int_equal(world_balance(w, 0, "A"), 10 * ALM_UNIT);
    world_assert_sound(w);
}

static void the_value_is_what_the_goods_had_cost(void **state)
{
    struct world *w = *state;
    set_parties(w);
    world_receive(w, 1, OIL, "P", 10 * ALM_UNIT, TODAY - 50, ALM_NO_DATE, ALM_NULL);
    struct alm_goods *goods = arena_alloc(&w->arena, 2 * sizeof *goods);
    goods[0] = (struct alm_goods){w->items[RICE], 1500};
    goods[1] = (struct alm_goods){w->items[OIL], 333};
    w->programmes[PARCELS].draws = goods;
    w->programmes[PARCELS].n_draws = 2;
    w->programmes[PARCELS].depots = w->depots;
    w->programmes[PARCELS].n_depots = 1;
    struct ledger_offer offer = offer_of(w, PARCELS, 1);
    assert_int_equal(world_offer(w, &offer).value, 100); /* unit_cost */
    w->programmes[PARCELS].unit_cost = 0;
    offer = offer_of(w, PARCELS, 2);
    offer.quantity = 2 * ALM_UNIT;
    assert_int_equal(world_offer(w, &offer).value, 95); /* 3 rice of 30, 0.666 oil of 7: 94.66 */
    w->programmes[PARCELS].depots = &w->depots[1];
    offer = offer_of(w, PARCELS, 3);
    assert_int_equal(world_offer(w, &offer).value, 0); /* the price of that oil is not known */
    /* Nothing is drawn for next to nothing. */
    offer = offer_of(w, PARCELS, 4);
    offer.quantity = 1;
    assert_int_equal(world_offer(w, &offer).outcome, LEDGER_RECORDED);
    world_assert_sound(w);
}

static void a_held_offer_draws_when_it_is_accepted(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    struct store_entry entry = {.id = world_id(w), .command = "test"};
    struct ledger_answer answer;
    set_parties(w);
    w->programmes[MEALS].window_days = 30;
    w->programmes[MEALS].on_double = LEDGER_HOLD;
    struct ledger_offer offer = offer_of(w, MEALS, 2);
    world_offer(w, &offer);
    offer.body = w->bodies[1];
    offer.quantity = 3 * ALM_UNIT;
    const struct ledger_answer held = world_offer(w, &offer);
    assert_int_equal(held.outcome, LEDGER_HELD);
    assert_only_recorded(w, 1);
    stopped[OWN] = w->households[2];
    OK(ledger_held_decide(w->ledger, held.line, true, &answer, &w->arena, &entry, &err));
    assert_int_equal(answer.outcome, LEDGER_REFUSED);
    assert_only_recorded(w, 1);
    stopped[OWN] = 0;
    OK(ledger_held_decide(w->ledger, held.line, true, &answer, &w->arena, &entry, &err));
    OK(store_journal_add(w->store, &entry, &err));
    assert_int_equal(answer.outcome, LEDGER_RECORDED);
    assert_int_equal(world_balance(w, 0, "A"), 2 * ALM_UNIT);
    assert_only_recorded(w, 2);
}

static enum alm_status thief_settle(const struct alm_host *host, void *state, struct alm_line *lines, size_t n,
                                    struct alm_verdict *verdicts, struct alm_error *err)
{
    struct world *w = host->context;
    const struct alm_goods oil = {w->items[OIL], ALM_UNIT};
    struct alm_draw draws = {.line = lines[0].id + 1,
                             .date = lines[0].date,
                             .depots = w->depots,
                             .n_depots = DEPOTS,
                             .goods = &oil,
                             .n_goods = 1};
    (void)state, (void)n, (void)verdicts;
    lines[0].id++; /* says so */
    ledger_draw(w->ledger, lines[0].programme, &draws, 1, err);
    return ALM_OK; /* and keeps what it was told to itself */
}

static void nobody_draws_for_others(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    struct store_entry entry = {.id = world_id(w), .command = "test"};
    struct ledger_answer answer;
    set_parties(w);
    w->rules[MEALS].settle = thief_settle;
    w->programmes[MEALS].plugin = "thief";
    const struct ledger_offer offer = offer_of(w, MEALS, 2);
    OK(store_savepoint(w->store, &err));
    FAILS(ALM_INTERNAL, ledger_record(w->ledger, &offer, 1, &answer, &w->arena, &entry, &err));
    assert_non_null(strstr(err.text, "settle() of plug-in thief drew stock for line"));
    OK(store_release(w->store, false, &err)); /* the ledger's own */
    OK(store_release(w->store, false, &err));
    w->rules[MEALS].settle = own_settle;
    world_again(w);
    assert_int_equal(world_offer(w, &offer).outcome, LEDGER_RECORDED);
    assert_only_recorded(w, 1);
}

/* ---- what has to come first ---- */

static void steps_follow_a_person(void **state)
{
    struct world *w = *state;
    const struct ledger_requirement requirement = {w->programmes[PARCELS].id, "parcels", 0};
    w->programmes[KITS].requirements = &requirement;
    w->programmes[KITS].n_requirements = 1;
    struct ledger_offer kit = {.programme = &w->programmes[KITS],
                               .person = w->persons[9],
                               .date = TODAY - 10,
                               .body = w->bodies[0],
                               .quantity = ALM_UNIT};
    struct ledger_offer parcel = {.programme = &w->programmes[PARCELS],
                                  .household = w->homes[9],
                                  .date = TODAY - 300,
                                  .body = w->bodies[0],
                                  .quantity = ALM_UNIT};
    /* Of one list: the step stands before it, or does not. */
    struct ledger_offer offers[3] = {kit, parcel, kit};
    struct ledger_answer answers[3];
    offers[2].note = text_of("again");
    record(w, offers, answers, 3);
    assert_int_equal(answers[0].why, LEDGER_REQUIREMENT);
    assert_string_equal(answers[0].reason, "not served under x before, and that has to come first");
    assert_int_equal(answers[2].outcome, LEDGER_RECORDED); /* in another household by now */
    world_reverse(w, answers[1].line);
    kit.date = TODAY - 40;
    assert_int_equal(world_offer(w, &kit).why, LEDGER_REQUIREMENT);
    world_assert_sound(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(nothing_stays_of_what_one_refuses),
        WORLD_TEST(many_lines_settle_in_order),
        WORLD_TEST(the_way_back_is_the_other_way_round),
        WORLD_TEST(settings_that_changed_since),
        WORLD_TEST(the_value_is_what_the_goods_had_cost),
        WORLD_TEST(a_held_offer_draws_when_it_is_accepted),
        WORLD_TEST(nobody_draws_for_others),
        WORLD_TEST(steps_follow_a_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
