/* SPDX-License-Identifier: MIT */
/* What may follow what: random steps against a model; texts, dates and erasing; what the audit says of each fault. */
#include "office.h"

/* ---- a model ---- */

enum { RECIPIENTS = 4, STEPS = 1200, LINES = STEPS };

/* The last case of a household; those before it are closed or refused. */
struct model {
    alm_id id;
    int state; /* -1: never asked */
    const char *opener;
};
struct given {
    alm_id line, of; /* the case */
    size_t recipient;
    bool back;
};

static enum alm_status expect_decision(const struct model *m, const char *who, bool approve)
{
    if (m->state != CASE_OPEN && m->state != CASE_VISITED)
        return ALM_BAD_DATA;
    if (approve && m->state == CASE_OPEN)
        return ALM_REFUSED;
    return strcmp(m->opener, who) == 0 ? ALM_NO_PERMISSION : ALM_OK;
}

static void deliver(struct office *o, struct model *m, size_t recipient, struct given *given, size_t *n, size_t step)
{
    char key[32];
    struct ledger_offer offer = office_offer(o, PARCELS, recipient);
    snprintf(key, sizeof key, "K%zu", step);
    offer.key = text_of(key);
    const struct ledger_answer answer = world_offer(o->world, &offer);
    assert_int_equal(answer.outcome, m->state == CASE_APPROVED ? LEDGER_RECORDED : LEDGER_REFUSED);
    if (answer.outcome != LEDGER_RECORDED)
        return;
    given[(*n)++] = (struct given){answer.line, m->id, recipient, false};
    m->state = CASE_DELIVERED;
}

static void take_back(struct office *o, struct model *models, struct given *given, size_t n)
{
    struct given *one = n ? &given[draw(o->world, n)] : NULL;
    if (!one || one->back)
        return;
    world_reverse(o->world, one->line);
    one->back = true;
    struct model *m = &models[one->recipient];
    if (m->id == one->of && m->state == CASE_DELIVERED)
        m->state = CASE_APPROVED;
}

static void open_one(struct office *o, struct model *m, size_t recipient, const char *who)
{
    struct alm_error err = {0};
    const struct cases_case request = office_request(o, PARCELS, recipient);
    const bool free = m->state < 0 || m->state == CASE_REFUSED || m->state == CASE_CLOSED;
    alm_id id;
    bool same;
    assert_int_equal(cases_open(&o->cases, &request, text_of(NULL), NULL, &id, &same, &err),
                     free ? ALM_OK : ALM_REFUSED);
    if (free)
        *m = (struct model){id, CASE_OPEN, who};
    else
        assert_int_equal(id, m->id);
}

/* Visit, approve, refuse, close: the same day, so that only their order matters. */
static void do_one(struct office *o, struct model *m, enum cases_what what, const char *who)
{
    static const int become[] = {[STEP_VISITED] = CASE_VISITED,
                                 [STEP_APPROVED] = CASE_APPROVED,
                                 [STEP_REFUSED] = CASE_REFUSED,
                                 [STEP_CLOSED] = CASE_CLOSED};
    struct alm_error err = {0};
    const alm_date date = what == STEP_CLOSED ? TODAY : TODAY - 40;
    enum alm_status expected = ALM_OK;
    if (what == STEP_VISITED)
        expected = m->state == CASE_OPEN || m->state == CASE_VISITED ? ALM_OK : ALM_BAD_DATA;
    else if (what == STEP_CLOSED)
        expected = m->state == CASE_CLOSED ? ALM_BAD_DATA : ALM_OK;
    else
        expected = expect_decision(m, who, what == STEP_APPROVED);
    if (m->state < 0)
        expected = ALM_BAD_DATA;
    const enum alm_status status = office_do(o, m->id, what, date, &err);
    if (status != expected)
        fail_msg("%s of a case in state %d: %d where %d was expected: %s", cases_whats[what], m->state, (int)status,
                 (int)expected, err.text);
    if (status == ALM_OK)
        m->state = become[what];
}

static void random_steps_follow_the_model(void **state)
{
    static const char *const users[] = {"clerk", "chair"};
    static const enum cases_what whats[] = {STEP_VISITED,  STEP_VISITED,  STEP_VISITED, STEP_APPROVED, STEP_APPROVED,
                                            STEP_APPROVED, STEP_APPROVED, STEP_REFUSED, STEP_CLOSED};
    struct office *o = *state;
    struct model models[RECIPIENTS];
    struct given *given = arena_alloc(&o->world->arena, LINES * sizeof *given);
    size_t n = 0;
    for (size_t i = 0; i < RECIPIENTS; i++)
        models[i] = (struct model){.state = -1};
    for (size_t step = 0; step < STEPS; step++) {
        const size_t recipient = draw(o->world, RECIPIENTS);
        const char *who = users[draw(o->world, 2)];
        struct model *m = &models[recipient];
        store_set_who(o->world->store, who);
        switch (draw(o->world, 5)) {
        case 0:
            open_one(o, m, recipient, who);
            break;
        case 1:
            deliver(o, m, recipient, given, &n, step);
            break;
        case 2:
            if (draw(o->world, 3) == 0)
                take_back(o, models, given, n);
            break;
        default:
            do_one(o, m, whats[draw(o->world, COUNT_OF(whats))], who);
        }
        if (m->id)
            assert_int_equal(office_read(o, m->id).state, m->state);
    }
    assert_true(n > 20);
    assert_true(world_number(o->world, "SELECT COUNT(*) FROM reversal") > 3);
    office_assert_sound(o);
}

/* ---- requests ---- */

static void a_request_counts_once(void **state)
{
    struct office *o = *state;
    struct alm_error err = {0};
    struct cases_case request = office_request(o, PARCELS, 1);
    alm_id first, second;
    bool same;
    OK(cases_open(&o->cases, &request, text_of("R-1"), "B1", &first, &same, &err));
    assert_false(same);
    OK(cases_open(&o->cases, &request, text_of("R-1"), "B1", &second, &same, &err));
    assert_true(same);
    assert_int_equal(second, first);
    request.asked = ALM_UNIT;
    FAILS(ALM_BAD_DATA, cases_open(&o->cases, &request, text_of("R-1"), "B1", &second, &same, &err));
    assert_non_null(strstr(err.text, "R-1"));
    /* The same in other letters; something else beside it. */
    request.subject = "S T O V E";
    OK(store_savepoint(o->world->store, &err)); /* whoever is refused undoes what it wrote */
    FAILS(ALM_REFUSED, cases_open(&o->cases, &request, text_of("R-2"), NULL, &second, &same, &err));
    OK(store_release(o->world->store, false, &err));
    assert_int_equal(second, first);
    request.subject = "oven";
    OK(cases_open(&o->cases, &request, text_of("R-2"), NULL, &second, &same, &err));
    assert_int_not_equal(second, first);
    assert_int_equal(world_number(o->world, "SELECT COUNT(*) FROM relief_case"), 2);
    office_assert_sound(o);
}

static void what_is_wrong_by_itself(void **state)
{
    static char longer[2100];
    struct office *o = *state;
    struct world *w = o->world;
    struct alm_error err = {0};
    alm_id id;
    bool same;
    memset(longer, 'x', sizeof longer - 1);
    const struct {
        int programme;
        enum alm_status status;
        struct cases_case request;
    } wrong[] = {
        {PARCELS, ALM_BAD_DATA, {.household = w->households[1], .opened = TODAY + 1}},
        {PARCELS, ALM_BAD_DATA, {.household = w->households[1], .opened = TODAY, .asked = -1}},
        {PARCELS, ALM_BAD_DATA, {.household = w->households[1], .opened = TODAY, .asked = INT64_MAX}},
        {PARCELS, ALM_BAD_DATA, {.household = w->households[1], .opened = TODAY, .note = longer}},
        {PARCELS, ALM_BAD_DATA, {.household = w->households[1], .opened = TODAY, .subject = longer}},
        {PARCELS, ALM_BAD_DATA, {.household = w->households[1], .opened = TODAY, .document = longer}},
        {PARCELS, ALM_USAGE, {.opened = TODAY}},
        {PARCELS, ALM_USAGE, {.place = w->places[1], .opened = TODAY}},
        {PARCELS, ALM_USAGE, {.household = w->households[1], .place = w->places[1], .opened = TODAY}},
        {PARCELS, ALM_USAGE, {.household = w->households[1], .partner = w->persons[1], .opened = TODAY}},
        {PARCELS, ALM_BAD_DATA, {.household = w->households[50], .person = w->persons[1], .opened = TODAY}},
        {KITS, ALM_USAGE, {.household = w->households[1], .opened = TODAY}},
        {KITS, ALM_USAGE, {.person = w->persons[1], .partner = w->persons[1], .opened = TODAY}},
        {KITS, ALM_BAD_DATA, {.person = 77, .opened = TODAY}},
        {SPRAY, ALM_USAGE, {.household = w->households[1], .opened = TODAY}},
        {SPRAY, ALM_USAGE, {.place = w->places[1], .person = w->persons[1], .opened = TODAY}},
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct cases_case request = wrong[i].request;
        request.programme = w->programmes[wrong[i].programme].id;
        const enum alm_status status = cases_open(&o->cases, &request, text_of(NULL), NULL, &id, &same, &err);
        if (status != wrong[i].status)
            fail_msg("request %zu: %d where %d was expected", i, (int)status, (int)wrong[i].status);
    }
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM relief_case"), 0);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM relief_case_claim"), 0);
}

static void days_go_forward(void **state)
{
    struct office *o = *state;
    struct alm_error err = {0};
    const struct cases_case request = office_request(o, PARCELS, 1);
    const alm_id id = office_open(o, &request);
    FAILS(ALM_BAD_DATA, office_do(o, id, STEP_VISITED, TODAY - 61, &err));
    assert_string_equal(err.text, "2020-10-05 is before 2020-10-06, when it was opened");
    FAILS(ALM_BAD_DATA, office_do(o, id, STEP_VISITED, TODAY + 1, &err));
    OK(office_do(o, id, STEP_VISITED, TODAY - 50, &err));
    OK(office_do(o, id, STEP_VISITED, TODAY - 45, &err)); /* once more */
    store_set_who(o->world->store, "chair");
    FAILS(ALM_BAD_DATA, office_do(o, id, STEP_APPROVED, TODAY - 46, &err));
    OK(office_do(o, id, STEP_APPROVED, TODAY - 45, &err));
    FAILS(ALM_BAD_DATA, office_do(o, id, STEP_CLOSED, TODAY - 46, &err));
    const struct cases_case c = office_read(o, id);
    assert_int_equal(c.visited, TODAY - 45);
    assert_int_equal(c.steps, 4);
    office_assert_sound(o);
}

static void some_aid_is_approved_unseen(void **state)
{
    struct office *o = *state;
    struct alm_error err = {0};
    const struct cases_step step = {.what = STEP_APPROVED, .date = TODAY, .decision = "C-1"};
    const struct cases_case request = office_request(o, PARCELS, 1);
    const alm_id id = office_open(o, &request);
    store_set_who(o->world->store, "chair");
    FAILS(ALM_REFUSED, cases_do(&o->cases, id, &step, true, &err));
    OK(cases_do(&o->cases, id, &step, false, &err));
    office_assert_sound(o);
}

/* ---- erasing ---- */

static void texts_go_with_the_person(void **state)
{
    struct office *o = *state;
    struct alm_error err = {0};
    struct cases_case request = office_request(o, KITS, 1);
    request.note = "secret";
    request.document = "F-1";
    request.partner = o->world->persons[20];
    const alm_id couple = office_open(o, &request);
    OK(office_do(o, couple, STEP_VISITED, TODAY - 50, &err));
    request = office_request(o, KITS, 2);
    request.note = "another's";
    const alm_id other = office_open(o, &request);
    OK(cases_erase(&o->cases, o->world->persons[20], &err));
    const struct cases_case c = office_read(o, couple);
    assert_null(c.note);
    assert_null(c.document);
    assert_int_equal(world_number(o->world, "SELECT COUNT(*) FROM relief_case_step WHERE reason IS NOT NULL"), 0);
    assert_string_equal(office_read(o, other).note, "another's");
    office_assert_sound(o);
}

/* ---- the audit ---- */

static void the_audit_tells_every_fault(void **state)
{
    static const struct {
        const char *sql, *says;
    } faults[] = {
        {"UPDATE relief_case SET opened = opened - 1", "or their dates"},
        {"UPDATE relief_case SET asked = 7", "or their dates"},
        {"UPDATE relief_case SET steps = 9", "or their dates"},
        {"UPDATE relief_case SET state = 77", "in no state that there is"},
        {"UPDATE relief_case SET owner = owner + 1", "cannot follow each other"},
        {"UPDATE relief_case SET line = NULL", "or their dates"},
        {"UPDATE relief_case_step SET n = 7 WHERE n = 2", "cannot follow each other"},
        {"UPDATE relief_case_step SET what = 3 WHERE n = 3", "cannot follow each other"},
        {"UPDATE relief_case_step SET who = 'clerk' WHERE n = 3", "entered and decided on by the same user, clerk"},
        {"UPDATE relief_case_step SET request = request + 1", "cannot follow each other"},
        {"INSERT INTO relief_case_step (owner, request, n, what, date, at, who, quantity) VALUES (1, 5, 1, 0, 1, 1, "
         "'x', 0)",
         "a step is kept of case 5, which is not there"},
        {"DELETE FROM relief_case_claim", "it is not over, and has no claim"},
        {"UPDATE relief_case_claim SET recipient = recipient + 1", "it is not over, and has no claim"},
        {"INSERT INTO relief_case_claim (recipient, programme, subject, owner, request) VALUES (5, 5, 'x', 5, 5)",
         "a claim of it is kept"},
        {"INSERT INTO relief_case_key (key, owner, request, content) VALUES ('x', 5, 5, 'x')", "its key is kept"},
    };
    struct office *o = *state;
    struct alm_error err = {0};
    const alm_id id = office_approved(o, PARCELS, 1);
    struct ledger_offer offer = office_offer(o, PARCELS, 1);
    offer.key = text_of("1");
    const alm_id first = world_offer(o->world, &offer).line;
    world_reverse(o->world, first);
    offer.key = text_of("2");
    assert_int_equal(world_offer(o->world, &offer).outcome, LEDGER_RECORDED);
    office_assert_sound(o);
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        OK(store_savepoint(o->world->store, &err));
        world_sql(o->world, "%s", faults[i].sql);
        const struct world_faults found = office_verify(o);
        if (!found.n || !strstr(found.first, faults[i].says))
            fail_msg("%s: %s", faults[i].sql, found.n ? found.first : "not found");
        OK(store_release(o->world->store, false, &err));
    }
    /* A line that was taken back, by case and steps alike. */
    OK(store_savepoint(o->world->store, &err));
    world_sql(o->world, "UPDATE relief_case SET line = %lld", (long long)first);
    world_sql(o->world, "UPDATE relief_case_step SET line = %lld WHERE line IS NOT NULL", (long long)first);
    const struct world_faults found = office_verify(o);
    assert_int_equal(found.n, 1);
    assert_non_null(strstr(found.first, "the delivery that it is kept with does not stand"));
    OK(store_release(o->world->store, false, &err));
    assert_int_equal(office_read(o, id).state, CASE_DELIVERED);
    office_assert_sound(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OFFICE_TEST(random_steps_follow_the_model), OFFICE_TEST(a_request_counts_once),
        OFFICE_TEST(what_is_wrong_by_itself),       OFFICE_TEST(days_go_forward),
        OFFICE_TEST(some_aid_is_approved_unseen),   OFFICE_TEST(texts_go_with_the_person),
        OFFICE_TEST(the_audit_tells_every_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
