/* SPDX-License-Identifier: MIT */
/* Complaints: what may follow what, who may see to one, what is counted, and what an erasure takes away. */
#include "../secretariat/desk.h"

#include "monitor/monitor.h"

#define DAY(n) (TODAY - 100 + (n))

static int start(void **state)
{
    desk_start(state);
    struct desk *d = *state;
    DO(store_commit(d->store, &d->err));
    DO(store_migrate(d->store, "monitor", monitor_migrations, monitor_n_migrations, NULL, &d->err));
    import_text(d->fixture, LIST_PERSON, "household,given_name,family_name,area\nH1,n1,f1,KH\nH1,n2,f2,KH\n", 2, 0, 0,
                0);
    DO(store_begin(d->store, true, &d->err));
    return 0;
}

static struct monitor monitor_of(struct desk *d)
{
    return (struct monitor){
        .store = d->store, .directory = d->fixture->directory, .today = TODAY, .format_date = desk_date};
}

static struct monitor_complaint complaint_of(struct desk *d, enum monitor_kind kind, int day, int due)
{
    return (struct monitor_complaint){.kind = kind,
                                      .text = "the soup was cold",
                                      .opened = DAY(day),
                                      .due = DAY(due),
                                      .area = desk_area(d, "KH"),
                                      .programme = desk_entry(d, REGISTER_PROGRAMME, "meals")};
}

static enum alm_status step(struct desk *d, alm_id id, struct monitor_step step)
{
    const struct monitor monitor = monitor_of(d);
    struct monitor_complaint read;
    struct arena arena = {0};
    DO(monitor_complaint_read(&monitor, id, &read, &arena, &d->err));
    d->err = (struct alm_error){0};
    const enum alm_status status = monitor_complaint_do(&monitor, &read, &step, &d->err);
    arena_release(&arena);
    return status;
}

#define ASSIGN(day, user, to) ((struct monitor_step){COMPLAINT_ASSIGNED, DAY(day), 0, NULL, user, to, -1, NULL})
#define ANSWER(day, text) ((struct monitor_step){COMPLAINT_ANSWERED, DAY(day), 0, NULL, NULL, 0, -1, text})
#define CLOSE(day, text) ((struct monitor_step){COMPLAINT_CLOSED, DAY(day), 0, NULL, NULL, 0, OUTCOME_UPHELD, text})

static void one_step_after_another(void **state)
{
    struct desk *d = *state;
    const struct monitor monitor = monitor_of(d);
    const alm_id hamdeli = desk_entry(d, REGISTER_BODY, "hamdeli"), yari = desk_entry(d, REGISTER_BODY, "yari");
    struct monitor_complaint in = complaint_of(d, KIND_QUALITY, 0, 14), read;
    struct arena arena = {0};
    alm_id id, other;
    in.group = desk_entry(d, REGISTER_GROUP, "G1");
    DO(monitor_complaint_open(&monitor, &in, &id, &d->err));
    DO(monitor_complaint_read(&monitor, id, &read, &arena, &d->err));
    assert_int_equal(read.body, hamdeli);
    assert_int_equal(read.owner, id);
    assert_false(read.sensitive);
    assert_string_equal(read.entered_by, "clerk");
    assert_int_equal(step(d, id, ASSIGN(1, NULL, hamdeli)), ALM_REFUSED);
    assert_int_equal(step(d, id, ASSIGN(1, NULL, 0)), ALM_USAGE);
    assert_int_equal(step(d, id, ASSIGN(1, "ali", yari)), ALM_USAGE);
    assert_int_equal(step(d, id, ASSIGN(-1, "ali", 0)), ALM_BAD_DATA);
    assert_int_equal(step(d, id, ASSIGN(101, "ali", 0)), ALM_BAD_DATA);
    assert_int_equal(step(d, id, ASSIGN(5, "ali", 0)), ALM_OK);
    assert_int_equal(step(d, id, ASSIGN(4, NULL, yari)), ALM_BAD_DATA);
    assert_int_equal(step(d, id, ASSIGN(5, NULL, yari)), ALM_OK);
    assert_int_equal(step(d, id, CLOSE(6, NULL)), ALM_USAGE);
    assert_int_equal(step(d, id, ANSWER(6, " ")), ALM_USAGE);
    assert_int_equal(step(d, id, ANSWER(6, "there is a lid now")), ALM_OK);
    assert_int_equal(step(d, id, ANSWER(7, "again")), ALM_BAD_DATA);
    /* As somebody who read it before would. */
    assert_int_equal(monitor_complaint_do(&monitor, &read, &ANSWER(6, "another"), &d->err), ALM_AGAIN);
    assert_int_equal(step(d, id, CLOSE(7, NULL)), ALM_OK);
    assert_int_equal(step(d, id, CLOSE(8, "again")), ALM_BAD_DATA);
    DO(monitor_complaint_read(&monitor, id, &read, &arena, &d->err));
    assert_int_equal(read.assigned_body, yari);
    assert_null(read.assignee);
    assert_int_equal(read.answered, DAY(6));
    assert_int_equal(read.outcome, OUTCOME_UPHELD);
    assert_int_equal(suite_number(d->store, "SELECT COUNT(*) FROM complaint_step WHERE who = 'clerk'"), 5);
    in.body = yari;
    assert_int_equal(monitor_complaint_open(&monitor, &in, &other, &d->err), ALM_BAD_DATA);
    in = complaint_of(d, KIND_CONDUCT, 0, -1);
    assert_int_equal(monitor_complaint_open(&monitor, &in, &other, &d->err), ALM_BAD_DATA);
    in = complaint_of(d, KIND_CONDUCT, 0, 1);
    in.area = 0;
    assert_int_equal(monitor_complaint_open(&monitor, &in, &other, &d->err), ALM_USAGE);
    arena_release(&arena);
}

static enum alm_status count_one(void *context, const struct monitor_complaint *complaint, struct alm_error *err)
{
    (void)complaint;
    (void)err;
    ++*(int *)context;
    return ALM_OK;
}

static enum alm_status add_up(void *context, const struct monitor_count *count, struct alm_error *err)
{
    struct monitor_count *sum = context;
    (void)err;
    sum->opened += count->opened;
    sum->open += count->open;
    sum->overdue += count->overdue;
    sum->in_time += count->in_time;
    if (count->days != ALM_NULL)
        sum->days += count->days * count->opened;
    return ALM_OK;
}

static void assert_listed(struct desk *d, struct monitor_filter filter, int listed, int64_t hidden)
{
    const struct monitor monitor = monitor_of(d);
    int n = 0;
    int64_t left_out;
    DO(monitor_complaints(&monitor, &filter, count_one, &n, &left_out, &d->err));
    assert_int_equal(n, listed);
    assert_int_equal(left_out, hidden);
}

static void sensitive_ones_are_counted_alone(void **state)
{
    struct desk *d = *state;
    const struct monitor monitor = monitor_of(d);
    struct monitor_complaint open = complaint_of(d, KIND_QUALITY, 0, 14),
                             conduct = complaint_of(d, KIND_CONDUCT, 0, 14), late = complaint_of(d, KIND_OTHER, 0, 14),
                             soon = complaint_of(d, KIND_OTHER, 90, 100);
    struct monitor_count sum = {0};
    alm_id id;
    const alm_id elsewhere = desk_area(d, "BO");
    DO(monitor_complaint_open(&monitor, &open, &id, &d->err));
    assert_int_equal(step(d, id, ANSWER(10, "in time")), ALM_OK);
    DO(monitor_complaint_open(&monitor, &late, &id, &d->err));
    assert_int_equal(step(d, id, ANSWER(20, "late")), ALM_OK);
    assert_int_equal(step(d, id, CLOSE(20, NULL)), ALM_OK);
    DO(monitor_complaint_open(&monitor, &conduct, &id, &d->err));
    DO(monitor_complaint_open(&monitor, &soon, &id, &d->err));
    assert_listed(d, (struct monitor_filter){.due_before = ALM_NO_DATE}, 3, 1);
    assert_listed(d, (struct monitor_filter){.due_before = ALM_NO_DATE, .sensitive = true}, 4, 0);
    assert_listed(d, (struct monitor_filter){.due_before = ALM_NO_DATE, .open = true}, 2, 1);
    assert_listed(d, (struct monitor_filter){.due_before = TODAY}, 0, 1);
    assert_listed(d, (struct monitor_filter){.due_before = TODAY, .sensitive = true}, 1, 0);
    assert_listed(d, (struct monitor_filter){.due_before = ALM_NO_DATE, .areas = &elsewhere, .n_areas = 1}, 0, 0);
    DO(monitor_count(&monitor, 0, ALM_NO_DATE, ALM_NO_DATE, add_up, &sum, &d->err));
    assert_int_equal(sum.opened, 4);
    assert_int_equal(sum.open, 3);
    assert_int_equal(sum.overdue, 1);
    assert_int_equal(sum.in_time, 1);
    assert_int_equal(sum.days, 30);
}

static void erased_with_the_person(void **state)
{
    struct desk *d = *state;
    const struct monitor monitor = monitor_of(d);
    struct monitor_complaint in = complaint_of(d, KIND_QUALITY, 100, 100), read;
    struct arena arena = {0};
    alm_id mine, house, stranger;
    DO(monitor_complaint_open(&monitor, &in, &stranger, &d->err));
    in.area = 0;
    in.person = suite_number(d->store, "SELECT MIN(id) FROM person");
    DO(monitor_complaint_open(&monitor, &in, &mine, &d->err));
    in.household = suite_number(d->store, "SELECT MIN(owner) FROM person");
    in.person = 0;
    DO(monitor_complaint_open(&monitor, &in, &house, &d->err));
    DO(monitor_complaint_read(&monitor, mine, &read, &arena, &d->err));
    assert_int_equal(read.household, in.household);
    assert_int_equal(read.owner, in.household);
    assert_int_equal(read.area, desk_area(d, "KH"));
    assert_int_equal(step(d, mine, ANSWER(100, "an answer")), ALM_OK);
    DO(monitor_erase(&monitor, read.person, &d->err));
    DO(monitor_complaint_read(&monitor, mine, &read, &arena, &d->err));
    assert_int_equal(read.person, 0);
    assert_int_equal(read.household, 0);
    assert_null(read.text);
    assert_int_equal(suite_number(d->store, "SELECT COUNT(*) FROM complaint_step WHERE note IS NOT NULL"), 0);
    /* Another of the household is left. */
    DO(monitor_complaint_read(&monitor, house, &read, &arena, &d->err));
    assert_int_equal(read.household, in.household);
    assert_string_equal(read.text, "the soup was cold");
    DO(monitor_complaint_read(&monitor, stranger, &read, &arena, &d->err));
    assert_non_null(read.text);
    arena_release(&arena);
}

#define COMPLAINT_TEST(function) cmocka_unit_test_setup_teardown(function, start, desk_stop)
int main(void)
{
    const struct CMUnitTest tests[] = {
        COMPLAINT_TEST(one_step_after_another),
        COMPLAINT_TEST(sensitive_ones_are_counted_alone),
        COMPLAINT_TEST(erased_with_the_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
