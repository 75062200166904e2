/* SPDX-License-Identifier: MIT */
/* Taking lines back, deciding on held offers, members who change, and lists of lines. */
#include "world.h"

static struct ledger_offer parcel(struct world *w, size_t household, alm_date date)
{
    return (struct ledger_offer){.programme = &w->programmes[PARCELS],
                                 .household = w->households[household],
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

/* ---- reversals ---- */

static void everything_is_as_before(void **state)
{
    struct world *w = *state;
    /* What is kept of nothing may stay as rows of zeros. */
    static const char *const sums[] = {
        "SELECT COALESCE(SUM(deliveries * 7 + last_line % 1009 + quantity % 997), 0) FROM account",
        "SELECT COALESCE(SUM(line % 1009), 0) FROM claim",
        "SELECT SUM(LENGTH(state) * (owner % 1009)) FROM reach",
        "SELECT SUM(deliveries * (month % 91) + value * (body % 89)) FROM tally",
        "SELECT SUM(deliveries * (day % 91) + value * (body % 89)) FROM tally_detail",
        "SELECT SUM((households * 3 + persons * 5 + places) * ((cut + programme + value) % 1009)) FROM unique_count",
    };
    int64_t before[COUNT_OF(sums)];
    world_campaign(w, 60);
    for (size_t i = 0; i < COUNT_OF(sums); i++)
        before[i] = world_number(w, sums[i]);
    alm_id lines[30];
    size_t n = 0;
    while (n < COUNT_OF(lines)) {
        const struct ledger_offer offer = world_draw(w);
        const struct ledger_answer answer = world_offer(w, &offer);
        if (answer.outcome == LEDGER_RECORDED)
            lines[n++] = answer.line;
    }
    while (n > 0) {
        const size_t i = draw(w, n);
        world_reverse(w, lines[i]);
        lines[i] = lines[--n];
    }
    for (size_t i = 0; i < COUNT_OF(sums); i++)
        if (world_number(w, sums[i]) != before[i])
            fail_msg("not as before: %s", sums[i]);
    world_assert_sound(w);
}

static void a_reversal_says_what_it_is(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    struct ledger_line line;
    struct ledger_offer offer = parcel(w, 5, TODAY - 3);
    offer.quantity = 2500;
    offer.group = w->groups[0];
    const alm_id given = world_offer(w, &offer).line;
    const alm_id back = world_reverse(w, given);
    OK(ledger_line_read(w->ledger, back, &line, &w->arena, &err));
    assert_int_equal(line.line.reverses, given);
    assert_int_equal(line.line.quantity, -2500);
    assert_int_equal(line.line.value, -250);
    assert_int_equal(line.line.date, TODAY - 3);
    assert_int_equal(line.line.group, w->groups[0]);
    assert_int_equal(line.line.household, w->households[5]);
    assert_string_equal(line.note, "a mistake");
    assert_null(line.key);
    OK(ledger_line_read(w->ledger, given, &line, &w->arena, &err));
    assert_int_equal(line.reversed_by, back);
    assert_non_null(line.key);
    assert_int_equal(line.line.quantity, 2500);
}

static void once_only(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    alm_id reversal;
    struct store_entry entry = {.id = world_id(w)};
    const struct ledger_offer offer = parcel(w, 5, TODAY - 3);
    const alm_id given = world_offer(w, &offer).line;
    const alm_id back = world_reverse(w, given);
    FAILS(ALM_BAD_DATA, ledger_reverse(w->ledger, given, "again", &reversal, &entry, &err));
    assert_non_null(strstr(err.text, "already"));
    FAILS(ALM_BAD_DATA, ledger_reverse(w->ledger, back, "back again", &reversal, &entry, &err));
    FAILS(ALM_BAD_DATA, ledger_reverse(w->ledger, 4711, "nothing", &reversal, &entry, &err));
    assert_int_equal(entry.lines, 0);
    world_assert_sound(w);
}

static void the_period_is_free_again(void **state)
{
    struct world *w = *state;
    const struct ledger_offer offer = kit(w, 20, TODAY - 5);
    struct ledger_offer second = offer;
    second.body = w->bodies[2];
    const alm_id given = world_offer(w, &offer).line;
    assert_int_equal(world_offer(w, &second).outcome, LEDGER_REFUSED);
    world_reverse(w, given);
    second.key = text_of("once more");
    assert_int_equal(world_offer(w, &second).outcome, LEDGER_RECORDED);
    world_assert_sound(w);
}

/* An offer without a key of its own is judged anew once the line that stood in its way is taken back, and only then. */
static void a_refused_offer_is_judged_anew(void **state)
{
    struct world *w = *state;
    const struct ledger_offer first = kit(w, 20, TODAY - 5);
    struct ledger_offer second = first, keyed = first;
    second.body = w->bodies[2];
    keyed.key = text_of("a key");
    const alm_id given = world_offer(w, &first).line;
    const alm_id refused = world_offer(w, &second).line;
    world_again(w);
    assert_int_equal(world_offer(w, &keyed).outcome, LEDGER_REFUSED);
    struct ledger_answer answer = world_offer(w, &second);
    assert_int_equal(answer.outcome, LEDGER_SAME);
    assert_int_equal(answer.line, refused);
    world_reverse(w, given);
    world_again(w);
    assert_int_equal(world_offer(w, &keyed).outcome, LEDGER_SAME);
    answer = world_offer(w, &second);
    assert_int_equal(answer.outcome, LEDGER_RECORDED);
    assert_int_not_equal(answer.line, refused);
    world_assert_sound(w);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM refusal WHERE state = 2"), 1);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM refusal"), 2);
    world_again(w);
    assert_int_equal(world_offer(w, &second).outcome, LEDGER_SAME);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM line WHERE reverses IS NULL"), 2);
    world_assert_sound(w);
}

/* By hand it counts as a new one, once; a list that comes again stays known, and says so. */
static void an_equal_one_is_recorded_anew(void **state)
{
    struct world *w = *state;
    const struct ledger_offer listed = parcel(w, 5, TODAY - 3);
    struct ledger_offer by_hand = listed, keyed = listed;
    by_hand.anew = keyed.anew = true;
    keyed.key = text_of("a key");
    const alm_id first = world_offer(w, &listed).line, back = world_reverse(w, first);
    world_again(w);
    struct ledger_answer answer = world_offer(w, &listed);
    assert_int_equal(answer.outcome, LEDGER_SAME);
    assert_int_equal(answer.line, first);
    assert_int_equal(answer.reversal, back);
    assert_non_null(strstr(answer.reason, "taken back"));
    world_again(w);
    const struct ledger_answer second = world_offer(w, &by_hand);
    assert_int_equal(second.outcome, LEDGER_RECORDED);
    world_again(w);
    answer = world_offer(w, &by_hand);
    assert_int_equal(answer.outcome, LEDGER_SAME);
    assert_int_equal(answer.line, second.line);
    assert_int_equal(answer.reversal, 0);
    assert_string_equal(answer.reason, "");
    world_reverse(w, second.line);
    world_again(w);
    answer = world_offer(w, &by_hand);
    assert_int_equal(answer.outcome, LEDGER_RECORDED);
    world_reverse(w, answer.line);
    /* A key of its own is used up. */
    answer = world_offer(w, &keyed);
    assert_int_equal(answer.outcome, LEDGER_RECORDED);
    world_reverse(w, answer.line);
    assert_int_equal(world_offer(w, &keyed).outcome, LEDGER_SAME);
    world_assert_sound(w);
}

/* What was refused at first is the line that it became, and as such is taken back. */
static void an_offer_that_was_refused_at_first_is_its_line(void **state)
{
    struct world *w = *state;
    const struct ledger_offer first = kit(w, 20, TODAY - 5);
    struct ledger_offer second = first;
    second.body = w->bodies[2];
    const alm_id given = world_offer(w, &first).line;
    assert_int_equal(world_offer(w, &second).outcome, LEDGER_REFUSED);
    world_reverse(w, given);
    world_again(w);
    const alm_id line = world_offer(w, &second).line;
    world_again(w);
    struct ledger_answer answer = world_offer(w, &second);
    assert_int_equal(answer.outcome, LEDGER_SAME);
    assert_int_equal(answer.line, line);
    assert_int_equal(answer.reversal, 0);
    const alm_id back = world_reverse(w, line);
    world_again(w);
    answer = world_offer(w, &second);
    assert_int_equal(answer.line, line);
    assert_int_equal(answer.reversal, back);
    world_again(w);
    second.anew = true;
    answer = world_offer(w, &second);
    assert_int_equal(answer.outcome, LEDGER_RECORDED);
    assert_int_not_equal(answer.line, line);
    world_assert_sound(w);
}

/* Judged anew, it may meet another line: it is refused as before, with that one in its way. */
static void judged_anew_it_may_be_refused_again(void **state)
{
    struct world *w = *state;
    const struct ledger_offer first = kit(w, 20, TODAY - 5);
    struct ledger_offer second = first, third = first;
    second.body = w->bodies[2];
    third.body = w->bodies[0];
    const alm_id given = world_offer(w, &first).line;
    const alm_id refused = world_offer(w, &second).line;
    world_reverse(w, given);
    const alm_id other = world_offer(w, &third).line;
    world_again(w);
    struct ledger_answer answer = world_offer(w, &second);
    assert_int_equal(answer.outcome, LEDGER_REFUSED);
    assert_int_equal(answer.line, refused);
    assert_int_equal(answer.blocking, other);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM refusal"), 1);
    world_assert_sound(w);
    w->programmes[KITS].on_double = LEDGER_HOLD;
    world_again(w);
    answer = world_offer(w, &second);
    assert_int_equal(answer.outcome, LEDGER_HELD);
    assert_int_equal(answer.line, refused);
    assert_int_equal(world_number(w, "SELECT state FROM refusal"), 1);
    world_assert_sound(w);
}

/* What was recorded past the double still stands when the first line is taken back: it blocks in its place. */
static void a_line_past_the_double_inherits_the_period(void **state)
{
    struct world *w = *state;
    struct ledger_offer offer = kit(w, 20, TODAY - 5);
    const alm_id first = world_offer(w, &offer).line;
    w->programmes[KITS].on_double = LEDGER_WARN;
    offer.body = w->bodies[0];
    const alm_id second = world_offer(w, &offer).line;
    offer.body = w->bodies[2];
    const alm_id third = world_offer(w, &offer).line;
    w->programmes[KITS].on_double = LEDGER_REFUSE;
    assert_true(first && second && third);
    world_reverse(w, third);
    world_assert_sound(w);
    world_reverse(w, first);
    world_assert_sound(w);
    offer.key = text_of("again");
    struct ledger_answer answer = world_offer(w, &offer);
    assert_int_equal(answer.outcome, LEDGER_REFUSED);
    assert_int_equal(answer.blocking, second);
    world_reverse(w, second);
    offer.key = text_of("and again");
    assert_int_equal(world_offer(w, &offer).outcome, LEDGER_RECORDED);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM claim"), 1);
    world_assert_sound(w);
}

/* Who has moved in between is found under the new household; of a couple each inherits alone. */
static void heirs_in_other_households(void **state)
{
    struct world *w = *state;
    struct ledger_offer offer = kit(w, 40, TODAY - 5);
    offer.partner = w->persons[41];
    const alm_id couple = world_offer(w, &offer).line;
    w->programmes[KITS].on_double = LEDGER_WARN;
    struct ledger_offer alone = kit(w, 41, TODAY - 5), other = kit(w, 60, TODAY - 5);
    const alm_id second = world_offer(w, &alone).line;
    other.partner = w->persons[40];
    const alm_id third = world_offer(w, &other).line;
    assert_true(couple && second && third);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM claim"), 3);
    world_assert_sound(w);
    world_reverse(w, couple);
    world_assert_sound(w);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM claim"), 3);
    alone = kit(w, 80, TODAY - 5);
    const alm_id before = world_offer(w, &alone).line;
    world_move(w, 80, w->households[5], TODAY - 5);
    assert_int_equal(ledger_members_changed(w->ledger, &w->homes[80], 1, &(struct alm_error){0}), ALM_OK);
    alone.body = w->bodies[2];
    const alm_id after = world_offer(w, &alone).line;
    assert_true(before && after);
    world_reverse(w, before);
    world_assert_sound(w);
    w->programmes[KITS].on_double = LEDGER_REFUSE;
    alone.body = w->bodies[0];
    struct ledger_answer answer = world_offer(w, &alone);
    assert_int_equal(answer.outcome, LEDGER_REFUSED);
    assert_int_equal(answer.blocking, after);
}

static void the_programme_gives_back(void **state)
{
    struct world *w = *state;
    struct alm_value batch = alm_number(42);
    struct ledger_offer offer = parcel(w, 7, TODAY - 1);
    offer.programme = &w->programmes[MEALS];
    offer.detail = &batch;
    const alm_id given = world_offer(w, &offer).line;
    world_reverse(w, given);
    assert_int_equal(w->settled, -1);
    assert_int_equal(w->unsettled_detail, 42);
    world_assert_sound(w);
}

/* A programme that is not enabled cannot say what to give back. */
static void not_without_the_programme(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    alm_id reversal;
    struct store_entry entry = {.id = world_id(w)};
    const struct ledger_offer offer = parcel(w, 5, TODAY - 3);
    const alm_id given = world_offer(w, &offer).line;
    w->programmes[PARCELS].rule = NULL;
    FAILS(ALM_BAD_DATA, ledger_reverse(w->ledger, given, "x", &reversal, &entry, &err));
    world_assert_sound(w);
}

/* The account's last date goes back to the line before; a backdated one leaves it. */
static void the_account_goes_back(void **state)
{
    struct world *w = *state;
    char sql[160];
    const struct ledger_offer first = parcel(w, 9, TODAY - 90), last = parcel(w, 9, TODAY - 10),
                              middle = parcel(w, 9, TODAY - 50);
    const alm_id a = world_offer(w, &first).line, b = world_offer(w, &last).line, c = world_offer(w, &middle).line;
    snprintf(sql, sizeof sql, "SELECT last_line FROM account WHERE owner = %lld", (long long)w->households[9]);
    assert_int_equal(world_number(w, sql), b);
    world_reverse(w, b);
    assert_int_equal(world_number(w, sql), c);
    world_reverse(w, a);
    assert_int_equal(world_number(w, sql), c);
    world_reverse(w, c);
    assert_int_equal(world_number(w, sql), -1);
    world_assert_sound(w);
}

/* ---- members who change ---- */

static void a_move_recounts(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    world_campaign(w, 300);
    for (size_t i = 0; i < 20; i++) {
        const size_t person = 4 + i * 9; /* none of those who moved before */
        const size_t to = draw(w, HOUSEHOLDS);
        if (w->households[to] == w->homes[person])
            continue;
        world_move(w, person, w->households[to], TODAY - (alm_date)draw(w, 300));
        /* Whichever of the two the register names. */
        const alm_id named = draw(w, 2) ? w->households[to] : w->homes[person];
        OK(ledger_members_changed(w->ledger, &named, 1, &err));
        world_assert_sound(w);
    }
    /* And what is recorded afterwards fits. */
    world_campaign(w, 200);
    world_assert_sound(w);
}

static void a_move_that_is_struck_out_recounts(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    world_campaign(w, 300);
    world_sql(w, "DELETE FROM membership WHERE person = %lld", (long long)w->persons[9]);
    world_sql(w, "UPDATE person SET until = NULL WHERE id = %lld", (long long)w->persons[9]);
    const alm_id households[] = {w->homes[9], w->households[(7 + 3) % HOUSEHOLDS]};
    OK(ledger_members_changed(w->ledger, households, 2, &err));
    world_assert_sound(w);
}

static void many_households_recount(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    world_campaign(w, 300);
    world_sql(w, "UPDATE person SET since = %d WHERE id %% 3 = 0", (int)TODAY - 100);
    world_sql(w, "UPDATE person SET birth_date = %d WHERE id %% 5 = 0", (int)TODAY - 60);
    assert_true(world_verify(w).n > 0);
    OK(ledger_members_changed(w->ledger, w->households, HOUSEHOLDS, &err));
    world_assert_sound(w);
}

/* ---- held offers ---- */

static void held_offers_are_decided_once(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    struct ledger_answer answer;
    struct store_entry entry = {.id = world_id(w), .command = "test"};
    w->programmes[KITS].on_double = LEDGER_HOLD;
    const struct ledger_offer offer = kit(w, 20, TODAY - 5);
    struct ledger_offer second = offer, third = offer;
    second.body = w->bodies[0];
    third.body = w->bodies[2];
    assert_int_equal(world_offer(w, &offer).outcome, LEDGER_RECORDED);
    const struct ledger_answer held = world_offer(w, &second), other = world_offer(w, &third);
    assert_int_equal(held.outcome, LEDGER_HELD);
    world_assert_sound(w);

    OK(ledger_held_decide(w->ledger, held.line, true, &answer, &w->arena, &entry, &err));
    assert_int_equal(answer.outcome, LEDGER_RECORDED);
    assert_true(answer.line && answer.line != held.line);
    OK(ledger_held_decide(w->ledger, other.line, false, &answer, &w->arena, &entry, &err));
    OK(store_journal_add(w->store, &entry, &err));
    assert_int_equal(entry.lines, 1);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM line"), 2);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM refusal WHERE state = 2 AND line IS NOT NULL"), 1);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM refusal WHERE state = 3 AND line IS NULL"), 1);
    for (int accept = 0; accept < 2; accept++) {
        FAILS(ALM_BAD_DATA, ledger_held_decide(w->ledger, held.line, accept, &answer, &w->arena, &entry, &err));
        FAILS(ALM_BAD_DATA, ledger_held_decide(w->ledger, other.line, accept, &answer, &w->arena, &entry, &err));
        FAILS(ALM_BAD_DATA, ledger_held_decide(w->ledger, 4711, accept, &answer, &w->arena, &entry, &err));
    }
    world_assert_sound(w);

    int64_t lines, refusals, waiting;
    OK(ledger_counts(w->ledger, &lines, &refusals, &waiting, &err));
    assert_int_equal(lines, 2);
    assert_int_equal(refusals, 0);
    assert_int_equal(waiting, 0);
}

static void refused_is_not_held(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    struct ledger_answer answer;
    struct store_entry entry = {.id = world_id(w)};
    const struct ledger_offer offer = kit(w, 20, TODAY - 5);
    struct ledger_offer second = offer;
    second.body = w->bodies[0];
    world_offer(w, &offer);
    const struct ledger_answer refused = world_offer(w, &second);
    assert_int_equal(refused.outcome, LEDGER_REFUSED);
    FAILS(ALM_BAD_DATA, ledger_held_decide(w->ledger, refused.line, true, &answer, &w->arena, &entry, &err));
    assert_non_null(strstr(err.text, "refused, not held"));
}

/* ---- lists ---- */

struct list {
    struct world *w;
    size_t n, reversed;
    alm_id ids[512];
};

static enum alm_status collect_line(void *context, const struct ledger_line *line, struct alm_error *err)
{
    struct list *list = context;
    (void)err;
    assert_true(list->n < COUNT_OF(list->ids));
    list->reversed += line->reversed_by != 0;
    list->ids[list->n++] = line->line.id;
    return ALM_OK;
}

static enum alm_status collect_refusal(void *context, const struct ledger_refusal *refusal, struct alm_error *err)
{
    struct list *list = context;
    (void)err;
    assert_true(refusal->key && refusal->reason && *refusal->reason);
    list->ids[list->n++] = refusal->id;
    return ALM_OK;
}

static void lists_hold_what_the_filter_says(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    struct list list = {.w = w};
    char sql[256];
    world_campaign(w, 400);
    struct ledger_filter filter = {.from = ALM_NO_DATE, .to = ALM_NO_DATE};
    OK(ledger_lines(w->ledger, &filter, collect_line, &list, &err));
    assert_int_equal(list.n, world_number(w, "SELECT COUNT(*) FROM line"));
    assert_int_equal(list.reversed, world_number(w, "SELECT COUNT(*) FROM line WHERE reverses IS NOT NULL"));
    for (size_t i = 1; i < list.n; i++)
        assert_true(list.ids[i] < list.ids[i - 1]);

    filter.owner = w->households[8];
    list.n = 0;
    OK(ledger_lines(w->ledger, &filter, collect_line, &list, &err));
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM line WHERE owner = %lld", (long long)filter.owner);
    assert_int_equal(list.n, world_number(w, sql));
    assert_true(list.n > 2);
    for (size_t i = 1; i < list.n; i++)
        assert_true(list.ids[i] < list.ids[i - 1]);

    /* Everything at once; the limit holds. */
    filter = (struct ledger_filter){.programme = w->programmes[MEALS].id,
                                    .body = w->bodies[0],
                                    .group = w->groups[0],
                                    .area = w->areas[1],
                                    .from = TODAY - 250,
                                    .to = TODAY - 20};
    list.n = 0;
    OK(ledger_lines(w->ledger, &filter, collect_line, &list, &err));
    snprintf(
        sql, sizeof sql,
        "SELECT COUNT(*) FROM line WHERE programme = %lld AND body = %lld AND grp = %lld AND date BETWEEN %d AND %d "
        "AND area IN (SELECT id FROM area WHERE code LIKE 'KH%%')",
        (long long)filter.programme, (long long)filter.body, (long long)filter.group, filter.from, filter.to);
    assert_int_equal(list.n, world_number(w, sql));
    assert_true(list.n > 0);
    filter = (struct ledger_filter){.limit = 3, .from = ALM_NO_DATE, .to = ALM_NO_DATE};
    list.n = 0;
    OK(ledger_lines(w->ledger, &filter, collect_line, &list, &err));
    assert_int_equal(list.n, 3);

    /* A person who moved: what they got in either household. */
    for (size_t p = 0; p < 30; p++) {
        filter = (struct ledger_filter){.person = w->persons[p * 9 % 108], .from = ALM_NO_DATE, .to = ALM_NO_DATE};
        list.n = 0;
        OK(ledger_lines(w->ledger, &filter, collect_line, &list, &err));
        snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM line WHERE person = %lld OR partner = %lld",
                 (long long)filter.person, (long long)filter.person);
        assert_int_equal(list.n, world_number(w, sql));
    }
}

static void refusals_are_listed(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    struct list list = {.w = w};
    for (size_t i = 0; i < 8; i++) {
        struct ledger_offer offer = kit(w, 10 + 3 * i, TODAY - 5);
        world_offer(w, &offer);
        offer.body = w->bodies[0];
        assert_int_equal(world_offer(w, &offer).outcome, LEDGER_REFUSED);
    }
    struct ledger_filter filter = {.from = ALM_NO_DATE, .to = ALM_NO_DATE};
    OK(ledger_refusals(w->ledger, &filter, -1, collect_refusal, &list, &err));
    assert_int_equal(list.n, 8);
    for (size_t i = 1; i < list.n; i++)
        assert_true(list.ids[i] < list.ids[i - 1]);
    list.n = 0;
    OK(ledger_refusals(w->ledger, &filter, 1, collect_refusal, &list, &err));
    assert_int_equal(list.n, 0);
    filter.person = w->persons[13];
    OK(ledger_refusals(w->ledger, &filter, 0, collect_refusal, &list, &err));
    assert_int_equal(list.n, 1);
    filter.person = 0;
    filter.area = w->areas[1];
    list.n = 0;
    OK(ledger_refusals(w->ledger, &filter, 0, collect_refusal, &list, &err));
    assert_int_equal(list.n,
                     world_number(w, "SELECT COUNT(*) FROM refusal WHERE owner IN (SELECT h.id FROM household h "
                                     "JOIN area a ON a.id = h.area WHERE a.code LIKE 'KH%')"));
    filter.area = 4711;
    FAILS(ALM_BAD_DATA, ledger_refusals(w->ledger, &filter, 0, collect_refusal, &list, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(everything_is_as_before),
        WORLD_TEST(a_reversal_says_what_it_is),
        WORLD_TEST(once_only),
        WORLD_TEST(the_period_is_free_again),
        WORLD_TEST(a_refused_offer_is_judged_anew),
        WORLD_TEST(an_equal_one_is_recorded_anew),
        WORLD_TEST(an_offer_that_was_refused_at_first_is_its_line),
        WORLD_TEST(judged_anew_it_may_be_refused_again),
        WORLD_TEST(a_line_past_the_double_inherits_the_period),
        WORLD_TEST(heirs_in_other_households),
        WORLD_TEST(the_programme_gives_back),
        WORLD_TEST(not_without_the_programme),
        WORLD_TEST(the_account_goes_back),
        WORLD_TEST(a_move_recounts),
        WORLD_TEST(a_move_that_is_struck_out_recounts),
        WORLD_TEST(many_households_recount),
        WORLD_TEST(held_offers_are_decided_once),
        WORLD_TEST(refused_is_not_held),
        WORLD_TEST(lists_hold_what_the_filter_says),
        WORLD_TEST(refusals_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
