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

static void keep(struct world *w, const struct store_entry *entry)
{
    struct alm_error err = {0};
    OK(store_journal_add(w->store, entry, &err));
}

static enum alm_status merge(struct world *w, size_t survivor, size_t merged, struct alm_error *err)
{
    struct store_entry entry = {.id = world_id(w), .command = "merge"};
    struct register_merge m = {.survivor = w->persons[survivor],
                               .merged = w->persons[merged],
                               .day = TODAY,
                               .reason = "seen",
                               .entry = &entry};
    const enum alm_status status = register_person_merge(w->store, gate(w), &m, err);
    keep(w, &entry);
    return status;
}

static enum alm_status split(struct world *w, size_t merged, struct alm_error *err)
{
    struct store_entry entry = {.id = world_id(w), .command = "split"};
    struct register_merge m = {.merged = w->persons[merged], .day = TODAY, .reason = "others", .entry = &entry};
    const enum alm_status status = register_person_split(w->store, gate(w), &m, err);
    keep(w, &entry);
    return status;
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

enum { STEPS = 300, MAX_LINES = STEPS, NONE = 9999, WINDOW = 30, KIT_WINDOW = 12, MOST = 60 };

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
        if (step % 20 == 19)
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

/* ---- what a reckoning of outcomes does not show ---- */

/* The only member of household 12; of household 1 the first. */
enum { ALONE = 42, MEMBER = 1 };

/* Merged and split again, all is what it was, to the last row. */
static void a_split_leaves_no_trace(void **state)
{
    static const char *const sums[] = {
        "SELECT SUM(deliveries * 7 + last_line % 1009 + quantity % 997) FROM account",
        "SELECT SUM(line % 1009 + recipient % 997) FROM claim",
        "SELECT SUM(LENGTH(state) * (owner % 1009)) FROM reach",
        "SELECT SUM((households * 3 + persons * 5 + places) * ((cut + programme + value) % 1009)) FROM unique_count",
    };
    struct world *w = *state;
    struct alm_error err = {0};
    int64_t before[COUNT_OF(sums)];
    world_campaign(w, 300);
    for (size_t i = 0; i < COUNT_OF(sums); i++)
        before[i] = world_number(w, sums[i]);
    OK(merge(w, MEMBER, ALONE, &err));
    OK(merge(w, 60, MEMBER, &err));
    OK(merge(w, MEMBER, 70, &err));
    world_assert_sound(w);
    assert_int_not_equal(world_number(w, sums[3]), before[3]);
    OK(split(w, MEMBER, &err));
    world_assert_sound(w);
    OK(split(w, ALONE, &err));
    OK(split(w, 70, &err));
    world_assert_sound(w);
    for (size_t i = 0; i < COUNT_OF(sums); i++)
        if (world_number(w, sums[i]) != before[i])
            fail_msg("not as before: %s", sums[i]);
}

/* The list in which an alias was given something is the same list afterwards, with keys of its own or without. */
static void the_same_list_is_the_same(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    struct ledger_offer offers[] = {parcel(w, w->households[12], TODAY - 40), kit(w, ALONE, TODAY - 40),
                                    kit(w, ALONE, TODAY - 75)};
    alm_id lines[COUNT_OF(offers)];
    offers[2].key = text_of("K-1");
    for (size_t i = 0; i < COUNT_OF(offers); i++)
        lines[i] = world_offer(w, &offers[i]).line;
    OK(merge(w, MEMBER, ALONE, &err));
    world_again(w);
    for (size_t i = 0; i < COUNT_OF(offers); i++) {
        const struct ledger_answer answer = world_offer(w, &offers[i]);
        assert_int_equal(answer.outcome, LEDGER_SAME);
        assert_int_equal(answer.line, lines[i]);
    }
    /* Nor is it told as another's. */
    struct ledger_offer other = kit(w, MEMBER, TODAY - 75);
    other.key = offers[2].key;
    assert_int_equal(world_offer(w, &other).outcome, LEDGER_SAME);
    world_assert_sound(w);
}

/* What was refused to an alias's household for want of something is judged anew under the survivor's. */
static void a_refusal_is_reopened_after_a_merge(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    w->programmes[PARCELS].window_days = 30;
    const struct ledger_offer first = parcel(w, w->households[12], TODAY - 40);
    struct ledger_offer second = first;
    second.date++;
    const alm_id line = world_offer(w, &first).line, refusal = world_offer(w, &second).line;
    OK(merge(w, MEMBER, ALONE, &err));
    world_reverse(w, line);
    world_again(w);
    const struct ledger_answer answer = world_offer(w, &second);
    assert_int_equal(answer.outcome, LEDGER_RECORDED);
    assert_int_equal(world_number(w, "SELECT owner FROM line WHERE reverses IS NULL ORDER BY id DESC LIMIT 1"),
                     w->households[1]);
    assert_int_equal(world_number(w, "SELECT id FROM refusal WHERE state = 2"), refusal);
    world_assert_sound(w);
}

/* Past a double each keeps the claim of what was recorded for it, so that a split and a reversal find it. */
static void both_keep_their_claims(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    w->programmes[KITS].on_double = LEDGER_WARN;
    const struct ledger_offer of_alias = kit(w, ALONE, TODAY - 40), of_survivor = kit(w, MEMBER, TODAY - 40);
    const alm_id line = world_offer(w, &of_alias).line;
    OK(merge(w, MEMBER, ALONE, &err));
    const struct ledger_answer answer = world_offer(w, &of_survivor);
    assert_true(answer.warned && answer.why == LEDGER_PERIOD && answer.blocking == line);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM claim"), 2);
    world_assert_sound(w);
    world_reverse(w, line);
    world_assert_sound(w);
    OK(split(w, ALONE, &err));
    assert_int_equal(world_number(w, "SELECT recipient FROM claim"), w->persons[MEMBER]);
    world_assert_sound(w);
}

static struct alm_case looked_at;
static alm_id looked_owner, looked_person;

static void look(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
    (void)state;
    looked_at = *c;
    looked_owner = c->n_history ? c->history[0].owner : 0;
    looked_person = c->n_history ? c->history[0].person : 0;
    e->quantity = ALM_UNIT;
}

/* A rule is handed one person and one household, with the history of all registrations. */
static void a_rule_knows_of_no_aliases(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    w->rules[PARCELS].entitle = w->rules[KITS].entitle = look;
    w->rules[PARCELS].look_back_days = w->rules[KITS].look_back_days = 100;
    struct ledger_offer given = parcel(w, w->households[12], TODAY - 40), kit_given = kit(w, ALONE, TODAY - 40);
    assert_int_equal(world_offer(w, &given).outcome, LEDGER_RECORDED);
    assert_int_equal(world_offer(w, &kit_given).outcome, LEDGER_RECORDED);
    OK(merge(w, MEMBER, ALONE, &err));
    given.date = kit_given.date = TODAY;
    assert_int_equal(world_offer(w, &given).outcome, LEDGER_RECORDED);
    assert_int_equal(looked_at.id, w->households[1]);
    assert_int_equal(looked_at.n_members, 2);
    assert_int_equal(looked_at.n_history, 1);
    assert_int_equal(looked_owner, w->households[1]);
    assert_int_equal(world_offer(w, &kit_given).outcome, LEDGER_RECORDED);
    assert_int_equal(looked_at.id, w->persons[MEMBER]);
    assert_non_null(looked_at.person);
    assert_int_equal(looked_at.n_history, 1);
    assert_int_equal(looked_person, w->persons[MEMBER]);
    world_assert_sound(w);
}

struct last_of {
    alm_id owner;
    alm_date last;
    size_t n;
};

static enum alm_status take_last(void *context, const struct ledger_found *found, struct alm_error *err)
{
    struct last_of *of = context;
    (void)err;
    if (found->owner == of->owner) {
        of->last = found->last;
        of->n++;
    }
    return ALM_OK;
}

/* Who comes first in a plan depends on when any of the registrations got something last. */
static void a_survey_tells_what_aliases_got_last(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    const struct ledger_survey survey = {.programme = &w->programmes[PARCELS], .date = TODAY, .brief = true};
    const struct ledger_offer before = parcel(w, w->households[1], TODAY - 90),
                              of_alias = parcel(w, w->households[12], TODAY - 5);
    struct last_of of = {.owner = w->households[1]}, alias = {.owner = w->households[12]};
    assert_int_equal(world_offer(w, &before).outcome, LEDGER_RECORDED);
    assert_int_equal(world_offer(w, &of_alias).outcome, LEDGER_RECORDED);
    OK(merge(w, MEMBER, ALONE, &err));
    OK(ledger_survey(w->ledger, &survey, take_last, &of, &err));
    OK(ledger_survey(w->ledger, &survey, take_last, &alias, &err));
    assert_int_equal(of.n, 1);
    assert_int_equal(of.last, TODAY - 5);
    assert_int_equal(alias.n, 0);
}

/* Two of one household: it has one fewer, on the days before too. */
static void twice_in_one_household(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    struct ledger_offer offer = parcel(w, w->households[1], TODAY - 40);
    w->rules[PARCELS].entitle = look;
    assert_int_equal(world_offer(w, &offer).outcome, LEDGER_RECORDED);
    assert_int_equal(looked_at.n_members, 2);
    assert_int_equal(world_number(w, "SELECT SUM(persons) FROM unique_count WHERE cut = 0 AND programme = 0"), 2);
    OK(merge(w, MEMBER, MEMBER + 1, &err));
    assert_int_equal(world_number(w, "SELECT SUM(persons) FROM unique_count WHERE cut = 0 AND programme = 0"), 1);
    offer.date = TODAY - 30;
    assert_int_equal(world_offer(w, &offer).outcome, LEDGER_RECORDED);
    assert_int_equal(looked_at.n_members, 1);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM alias"), 1);
    world_assert_sound(w);
}

/* ---- who cannot be merged ---- */

static void who_cannot_be_merged(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    FAILS(ALM_USAGE, merge(w, 5, 5, &err));
    struct store_entry entry = {.id = world_id(w)};
    struct register_merge stranger = {.survivor = w->persons[5], .merged = 4711, .day = TODAY, .entry = &entry};
    FAILS(ALM_BAD_DATA, register_person_merge(w->store, gate(w), &stranger, &err));
    assert_non_null(strstr(err.text, "no such person"));
    stranger.merged = w->households[3];
    FAILS(ALM_BAD_DATA, register_person_merge(w->store, gate(w), &stranger, &err));
    FAILS(ALM_BAD_DATA, split(w, 5, &err));
    OK(merge(w, 5, 6, &err));
    OK(merge(w, 6, 7, &err)); /* into the survivor */
    FAILS(ALM_BAD_DATA, merge(w, 6, 5, &err));
    FAILS(ALM_BAD_DATA, merge(w, 7, 6, &err));
    world_sql(w, "UPDATE person SET national_id = '0012345679' WHERE id = %lld", (long long)w->persons[7]);
    world_sql(w, "UPDATE person SET national_id = '0499370899' WHERE id = %lld", (long long)w->persons[8]);
    FAILS(ALM_REFUSED, merge(w, 5, 8, &err)); /* 7 has one, and is 5 */
    OK(register_person_erase(w->store, gate(w), w->persons[9], TODAY, &err));
    FAILS(ALM_BAD_DATA, merge(w, 5, 9, &err));
    OK(register_person_erase(w->store, gate(w), w->persons[5], TODAY, &err));
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM person WHERE erased IS NOT NULL"), 4);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM alias WHERE reason IS NOT NULL"), 0);
    FAILS(ALM_BAD_DATA, split(w, 7, &err));
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM alias WHERE until IS NULL"), 2);
    world_assert_sound(w);
}

static void each_fault_is_found(void **state)
{
    static const char *const faults[] = {
        "DELETE FROM alias WHERE decision = (SELECT MIN(decision) FROM alias)",
        "DELETE FROM alias WHERE decision = (SELECT MIN(decision) FROM alias WHERE until IS NOT NULL)",
        "UPDATE alias SET until = NULL WHERE until IS NOT NULL",
        "UPDATE alias SET until = since WHERE until IS NULL AND decision = (SELECT MAX(decision) FROM alias)",
        "UPDATE alias SET since = since - 1 WHERE decision = (SELECT MIN(decision) FROM alias)",
        "UPDATE alias SET who = 'nobody' WHERE decision = (SELECT MIN(decision) FROM alias)",
        "UPDATE alias SET survivor = (SELECT MAX(id) FROM person) WHERE until IS NULL",
        "INSERT INTO alias (owner, id, decision, chosen, survivor, since, who, entry) "
        "SELECT owner, id, 1, (SELECT MIN(id) FROM person), (SELECT MIN(id) FROM person), 1, 'x', 1 FROM person "
        "WHERE id = (SELECT MAX(id) FROM person)",
    };
    struct world *w = *state;
    struct alm_error err = {0};
    OK(merge(w, 100, 101, &err)); /* nothing was given to these */
    OK(merge(w, 102, 103, &err));
    OK(split(w, 101, &err));
    OK(merge(w, 104, 101, &err));
    world_assert_sound(w);
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        int64_t changes;
        OK(store_savepoint(w->store, &err));
        OK(store_run(w->store, &changes, &err, faults[i], ""));
        if (changes < 1)
            fail_msg("nothing changed: %s", faults[i]);
        if (!world_verify(w).n)
            fail_msg("not found: %s", faults[i]);
        OK(store_release(w->store, false, &err));
    }
    world_assert_sound(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(as_reckoned),
        WORLD_TEST(a_split_leaves_no_trace),
        WORLD_TEST(the_same_list_is_the_same),
        WORLD_TEST(a_refusal_is_reopened_after_a_merge),
        WORLD_TEST(both_keep_their_claims),
        WORLD_TEST(a_rule_knows_of_no_aliases),
        WORLD_TEST(a_survey_tells_what_aliases_got_last),
        WORLD_TEST(twice_in_one_household),
        WORLD_TEST(who_cannot_be_merged),
        WORLD_TEST(each_fault_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
