/* SPDX-License-Identifier: MIT */
/* Flags on the register: what a run leaves while others write, what was decided, and aid that waits. */
#include "../ledger/world.h"

#include "match/match.h"

static struct match_register match_of(struct world *w)
{
    return (struct match_register){.store = w->store, .today = TODAY, .possible = 0.05, .certain = 0.99};
}

/* Everybody gets a name, a father and a birth date, all of them drawn. */
static int start(void **state)
{
    static const char *const given[] = {"Ali",   "Sara",   "Reza",  "Mina",    "Omid",   "Nasrin",
                                        "Javad", "Leila",  "Hamid", "Zari",    "Bahman", "Shirin",
                                        "Karim", "Golnar", "Yunes", "Taraneh", "Vahid"},
                             *const family[] = {"Karimi",  "Moradi",   "Rostami", "Azizi",  "Bakhtiari",
                                                "Dehghan", "Farrokhi", "Ghasemi", "Hatami", "Jalali",
                                                "Kaveh",   "Lotfi",    "Nazari"};
    struct alm_error err = {0};
    world_start(state);
    struct world *w = *state;
    OK(store_commit(w->store, &err));
    OK(store_migrate(w->store, "match", match_migrations, match_n_migrations, NULL, &err));
    OK(store_begin(w->store, true, &err));
    for (size_t i = 0; i < w->n_persons; i++)
        world_sql(w,
                  "UPDATE person SET given_name = '%s', family_name = '%s', father_name = '%s', birth_date = %d, "
                  "sex = '%s' WHERE owner = %lld AND id = %lld",
                  given[draw(w, COUNT_OF(given))], family[draw(w, COUNT_OF(family))], given[draw(w, COUNT_OF(given))],
                  (int)draw(w, 15000), draw(w, 2) ? "m" : "f", (long long)w->homes[i], (long long)w->persons[i]);
    return 0;
}

/* The same person once more, in another household. */
static size_t twice(struct world *w, size_t of, size_t household)
{
    const size_t i = w->n_persons;
    world_person(w, w->households[household]);
    world_sql(w,
              "UPDATE person SET (given_name, family_name, father_name, birth_date, sex) = "
              "(SELECT given_name, family_name, father_name, birth_date, sex FROM person WHERE owner = %lld AND id = "
              "%lld) WHERE owner = %lld AND id = %lld",
              (long long)w->homes[of], (long long)w->persons[of], (long long)w->homes[i], (long long)w->persons[i]);
    return i;
}

static void flag(struct world *w, size_t a, size_t b)
{
    const bool turned = w->persons[a] > w->persons[b];
    const size_t first = turned ? b : a, second = turned ? a : b;
    world_sql(w,
              "INSERT INTO match_flag (owner, first, second, other, bits, why, rules, unsure) "
              "VALUES (%lld, %lld, %lld, %lld, 3000, '', '', 0)",
              (long long)w->homes[first], (long long)w->persons[first], (long long)w->persons[second],
              (long long)w->homes[second]);
}

static struct match_run_counts run(struct world *w, bool all)
{
    const struct match_register of = match_of(w);
    struct alm_error err = {0};
    struct match_run_counts counts;
    struct match_found *found;
    OK(match_find(&of, all, 1, &found, &counts, &err));
    OK(match_keep(&of, found, &counts, &err));
    match_found_free(found);
    return counts;
}

static int64_t flags(struct world *w)
{
    return world_number(w, "SELECT COUNT(*) FROM match_flag");
}

/* ---- runs ---- */

static void who_goes_while_it_compares_is_not_flagged(void **state)
{
    struct world *w = *state;
    const struct match_register of = match_of(w);
    struct alm_error err = {0};
    struct match_run_counts counts;
    struct match_found *found;
    const size_t first = twice(w, 3, 40), second = twice(w, 30, 41), third = twice(w, 60, 42);
    enum match_decision before;
    run(w, true);
    assert_int_equal(flags(w), 3);
    world_sql(w, "DELETE FROM match_flag");
    OK(match_find(&of, true, 1, &found, &counts, &err));
    /* One is erased now, and on two somebody has decided. */
    world_sql(w, "UPDATE person SET erased = %d, given_name = NULL WHERE owner = %lld AND id = %lld", (int)TODAY,
              (long long)w->homes[first], (long long)w->persons[first]);
    OK(match_decide(&of, w->persons[second], w->persons[30], MATCH_DIFFERENT, NULL, &before, &err));
    OK(match_keep(&of, found, &counts, &err));
    match_found_free(found);
    assert_int_equal(flags(w), 1);
    assert_int_equal(counts.added, 1);
    assert_int_equal(counts.decided, 1);
    assert_int_equal(world_number(w, "SELECT second FROM match_flag"), w->persons[third]);
    /* And the next one finds the same; one more, with the same people to estimate from, changes nothing. */
    counts = run(w, true);
    assert_int_equal(counts.added + counts.cleared, 0);
    counts = run(w, true);
    assert_int_equal(counts.added + counts.changed + counts.cleared, 0);
    assert_int_equal(flags(w), 1);
}

static void only_who_is_new_or_has_changed_is_compared(void **state)
{
    struct world *w = *state;
    twice(w, 3, 40);
    struct match_run_counts counts = run(w, false);
    assert_true(counts.all);
    assert_int_equal(counts.fresh, counts.persons);
    assert_int_equal(flags(w), 1);
    counts = run(w, false);
    assert_int_equal(counts.fresh, 0);
    /* A flag that nobody asked about stays, even one that no run would make now. */
    flag(w, 100, 150);
    twice(w, 30, 41);
    counts = run(w, false);
    assert_false(counts.all);
    assert_in_range(counts.fresh, 2, 7); /* the household that got the new one */
    assert_int_equal(counts.added, 1);
    assert_int_equal(counts.cleared, 0);
    assert_int_equal(flags(w), 3);
    /* When one of the two has changed, it is asked about. */
    world_sql(w, "UPDATE person SET mobile = NULL, father_name = 'Nobody' WHERE owner = %lld AND id = %lld",
              (long long)w->homes[100], (long long)w->persons[100]);
    counts = run(w, false);
    assert_int_equal(counts.cleared, 1);
    assert_int_equal(flags(w), 2);
    /* What was decided while another run wrote its flag is no flag after the next. */
    struct match_register of = match_of(w);
    struct alm_error err = {0};
    enum match_decision before;
    OK(match_decide(&of, w->persons[110], w->persons[160], MATCH_DIFFERENT, NULL, &before, &err));
    flag(w, 110, 160);
    world_person(w, w->households[50]);
    counts = run(w, false);
    assert_int_equal(counts.cleared, 1);
    assert_int_equal(flags(w), 2);
    /* Other rules ask about everybody. */
    struct match_found *found;
    of.possible = 0.2;
    OK(match_find(&of, false, 1, &found, &counts, &err));
    assert_true(counts.all);
    match_found_free(found);
}

static void twins_with_ids_of_their_own_are_two(void **state)
{
    struct world *w = *state;
    const size_t there = 5; /* of the household with number 2 */
    const size_t twin = twice(w, there, 2), elsewhere = twice(w, there, 40);
    world_sql(w, "UPDATE person SET national_id = '1476174032' WHERE owner = %lld AND id = %lld",
              (long long)w->homes[there], (long long)w->persons[there]);
    world_sql(w, "UPDATE person SET national_id = '4590486385' WHERE owner = %lld AND id = %lld",
              (long long)w->homes[twin], (long long)w->persons[twin]);
    assert_int_equal(w->homes[there], w->homes[twin]);
    (void)elsewhere;
    run(w, true);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM match_flag WHERE owner = other"), 0);
    assert_true(flags(w) > 0);
}

/* ---- decisions ---- */

static enum alm_status keep_last(void *context, const struct match_decided *decided, struct alm_error *err)
{
    enum match_decision *last = context;
    (void)err;
    if (*last == MATCH_UNDECIDED)
        *last = decided->decision;
    return ALM_OK;
}

static void the_last_word_counts_and_all_are_kept(void **state)
{
    static const enum match_decision words[] = {MATCH_NOT_SURE, MATCH_DIFFERENT, MATCH_NOT_SURE, MATCH_SAME,
                                                MATCH_DIFFERENT};
    struct world *w = *state;
    const struct match_register of = match_of(w);
    struct alm_error err = {0};
    enum match_decision before, last = MATCH_UNDECIDED;
    bool known;
    flag(w, 10, 20);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        OK(match_decide(&of, w->persons[i % 2 ? 10 : 20], w->persons[i % 2 ? 20 : 10], words[i], "seen", &before,
                        &err));
        assert_int_equal(before, i ? words[i - 1] : MATCH_UNDECIDED);
        assert_int_equal(flags(w), words[i] == MATCH_NOT_SURE);
    }
    OK(match_decided(&of, w->persons[20], 1, keep_last, &last, &err));
    assert_int_equal(last, MATCH_DIFFERENT);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM match_decision"), COUNT_OF(words));
    assert_int_equal(world_number(w, "SELECT MIN(bits) FROM match_decision"), 3000);
    OK(match_was_decided(&of, w->persons[20], w->persons[10], MATCH_SAME, "seen", &known, &err));
    assert_true(known);
    OK(match_was_decided(&of, w->persons[20], w->persons[10], MATCH_SAME, NULL, &known, &err));
    assert_false(known);
    assert_int_equal(match_decide(&of, w->persons[10], w->persons[10], MATCH_SAME, NULL, &before, &err), ALM_BAD_DATA);
    assert_int_equal(match_decide(&of, w->persons[10], 17, MATCH_SAME, NULL, &before, &err), ALM_BAD_DATA);
    /* Who is erased takes the reasons along. */
    OK(match_erase(&of, w->persons[10], &err));
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM match_decision WHERE reason IS NOT NULL"), 0);
    assert_int_equal(flags(w), 0);
}

static void a_reason_is_read_back(void **state)
{
    const char *why = "chance::-21.56 national_id:differ:-1.75 given_name:exact:6.80 household::-3.25";
    struct match_reason reason;
    (void)state;
    assert_true(match_why(&why, &reason));
    assert_null(reason.trait);
    assert_false(reason.household);
    assert_true(match_why(&why, &reason));
    assert_string_equal(reason.trait, "national_id");
    assert_string_equal(reason.level, "differ");
    assert_true(match_why(&why, &reason) && match_why(&why, &reason));
    assert_true(reason.household);
    assert_true(reason.bits < -3.2 && reason.bits > -3.3);
    assert_false(match_why(&why, &reason));
}

/* ---- aid that waits ---- */

static void with_gate(struct world *w, struct match_register *of, int programme)
{
    static const struct ledger_gate *const gates[] = {&match_gate};
    void **context = arena_alloc(&w->arena, sizeof *context);
    *context = of;
    w->programmes[programme].gates = gates;
    w->programmes[programme].gate_contexts = context;
    w->programmes[programme].n_gates = w->programmes[programme].n_unsettle = 1;
}

static struct ledger_answer offer_to(struct world *w, int programme, size_t household, size_t person, const char *key)
{
    struct ledger_offer offer = {.key = text_of(key),
                                 .programme = &w->programmes[programme],
                                 .date = TODAY - 100,
                                 .body = w->bodies[0],
                                 .quantity = ALM_UNIT};
    if (programme == KITS)
        offer.person = w->persons[person];
    else if (programme == SPRAY)
        offer.place = w->places[0];
    else
        offer.household = w->households[household];
    return world_offer(w, &offer);
}

/* The number of a household. */
static size_t home_of(const struct world *w, size_t person)
{
    size_t i = 0;
    while (w->households[i] != w->homes[person])
        i++;
    return i;
}

static void aid_waits_for_whoever_is_flagged(void **state)
{
    struct world *w = *state;
    struct match_register of = match_of(w);
    struct alm_error err = {0};
    struct ledger_answer answer;
    enum match_decision before;
    for (int i = 0; i < PROGRAMMES; i++)
        with_gate(w, &of, i);
    const size_t a = 50, b = 120, home = home_of(w, a), other = home_of(w, b);
    flag(w, a, b);
    assert_int_equal((answer = offer_to(w, PARCELS, home, 0, "1")).outcome, LEDGER_HELD);
    assert_int_equal(answer.why, LEDGER_HELD_BACK);
    assert_non_null(strstr(answer.reason, "registered twice"));
    assert_int_equal(offer_to(w, MEALS, other, 0, "2").outcome, LEDGER_HELD);
    assert_int_equal(offer_to(w, KITS, 0, b, "3").outcome, LEDGER_HELD);
    /* Not for the others of the household, nor for who has nothing to do with it, nor for a place. */
    const size_t sister = w->homes[a + 1] == w->homes[a] ? a + 1 : a - 1;
    assert_int_equal(w->homes[sister], w->homes[a]);
    assert_int_equal(offer_to(w, KITS, 0, sister, "4").outcome, LEDGER_RECORDED);
    assert_int_equal(offer_to(w, SPRAY, 0, 0, "5").outcome, LEDGER_RECORDED);
    assert_int_equal(offer_to(w, PARCELS, home_of(w, 5), 0, "6").outcome, LEDGER_RECORDED);
    /* The same offer again is the same, and is still held. */
    assert_int_equal(offer_to(w, PARCELS, home, 0, "1").outcome, LEDGER_SAME);
    /* One who had left by that day is no reason. */
    world_move(w, a, w->households[10], TODAY - 200);
    world_again(w);
    assert_int_equal(offer_to(w, PARCELS, home, 0, "7").outcome, LEDGER_RECORDED);
    assert_int_equal(offer_to(w, PARCELS, 10, 0, "8").outcome, LEDGER_HELD);
    /* Accepted, it is given past the gate; and when it is decided there is none. */
    struct store_entry entry = {.id = world_id(w), .command = "test"};
    OK(ledger_held_decide(w->ledger, world_number(w, "SELECT MAX(id) FROM refusal WHERE state = 1"), true, &answer,
                          &w->arena, &entry, &err));
    assert_int_equal(answer.outcome, LEDGER_RECORDED);
    OK(match_decide(&of, w->persons[a], w->persons[b], MATCH_NOT_SURE, NULL, &before, &err));
    assert_int_equal(offer_to(w, MEALS, other, 0, "9").outcome, LEDGER_HELD);
    OK(match_decide(&of, w->persons[a], w->persons[b], MATCH_DIFFERENT, NULL, &before, &err));
    assert_int_equal(offer_to(w, MEALS, other, 0, "10").outcome, LEDGER_RECORDED);
}

/* Whatever the chunk's size, the same are held. */
static void a_chunk_holds_what_its_rows_hold(void **state)
{
    enum { OFFERS = 120 };
    struct world *w = *state;
    struct match_register of = match_of(w);
    struct alm_error err = {0};
    struct ledger_offer offers[OFFERS];
    struct ledger_answer together[OFFERS];
    struct store_entry entry = {.id = world_id(w), .command = "test"};
    char keys[OFFERS][8];
    size_t held = 0;
    with_gate(w, &of, PARCELS);
    with_gate(w, &of, MEALS);
    for (size_t i = 0; i < 12; i++)
        flag(w, 10 * i + 1, 10 * i + 75);
    for (size_t i = 0; i < OFFERS; i++) {
        snprintf(keys[i], sizeof keys[i], "k%zu", i);
        offers[i] = (struct ledger_offer){.key = text_of(keys[i]),
                                          .programme = &w->programmes[i % 2 ? PARCELS : MEALS],
                                          .household = w->households[i % HOUSEHOLDS],
                                          .date = TODAY - (alm_date)(i % 40),
                                          .body = w->bodies[0],
                                          .quantity = ALM_UNIT};
    }
    OK(store_savepoint(w->store, &err));
    OK(ledger_record(w->ledger, offers, OFFERS, together, &w->arena, &entry, &err));
    OK(store_release(w->store, false, &err));
    world_again(w);
    for (size_t i = 0; i < OFFERS; i++) {
        const struct ledger_answer alone = world_offer(w, &offers[i]);
        assert_int_equal(alone.outcome, together[i].outcome);
        assert_string_equal(alone.reason, together[i].reason);
        held += alone.outcome == LEDGER_HELD;
    }
    assert_in_range(held, 20, OFFERS - 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_goes_while_it_compares_is_not_flagged, start, world_stop),
        cmocka_unit_test_setup_teardown(only_who_is_new_or_has_changed_is_compared, start, world_stop),
        cmocka_unit_test_setup_teardown(twins_with_ids_of_their_own_are_two, start, world_stop),
        cmocka_unit_test_setup_teardown(the_last_word_counts_and_all_are_kept, start, world_stop),
        cmocka_unit_test(a_reason_is_read_back),
        cmocka_unit_test_setup_teardown(aid_waits_for_whoever_is_flagged, start, world_stop),
        cmocka_unit_test_setup_teardown(a_chunk_holds_what_its_rows_hold, start, world_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
