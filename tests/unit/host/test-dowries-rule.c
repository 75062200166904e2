/* SPDX-License-Identifier: MIT */
#include "plugin-fixture.h"

#define DAY 18601 /* 2020-12-05 */
#define ITEMS                                                                                                          \
    "[item carpet]\nquantity = 2\nvalue = 500\n\n[item blanket]\nquantity = 4\n\n"                                     \
    "[item cooker]\nfrom = bought\nmost = 900\n"

/* ---- the rule and its settings ---- */

static struct alm_entitlement ask(const struct fixture *fixture, const struct alm_member *one,
                                  const struct alm_member *other)
{
    const struct alm_case c = {.recipient = ALM_PERSON,
                               .date = DAY,
                               .id = 1,
                               .members = one,
                               .n_members = one ? 1 : 0,
                               .person = one,
                               .partner = other};
    return fixture_entitle(fixture, &c);
}

static struct alm_member member(alm_date birth, const char *criteria)
{
    return (struct alm_member){.id = 1, .birth_date = birth, .criteria = criteria};
}

static void for_a_couple_of_age_of_whom_one_is_in_need(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    const struct alm_member grown = member(DAY - 30 * 366, "");
    const struct alm_member orphan = member(DAY - 20 * 366, "orphan");
    const struct alm_member child = member(DAY - 17 * 365, "orphan");
    const struct alm_member unknown = member(ALM_NO_DATE, "disabled widow");
    fixture_load(&fixture, "dowries", ITEMS);
    fixture_start(&fixture);
    assert_int_equal(ask(&fixture, &grown, &orphan).quantity, ALM_UNIT);
    assert_int_equal(ask(&fixture, &orphan, &grown).quantity, ALM_UNIT);
    assert_int_equal(ask(&fixture, &unknown, &grown).quantity, ALM_UNIT);
    assert_true(ask(&fixture, &grown, &orphan).has_period);
    assert_int_equal(ask(&fixture, &grown, &orphan).period, 0);
    assert_string_equal(ask(&fixture, &grown, &grown).reason, "neither of the couple is in need by the register");
    assert_string_equal(ask(&fixture, &child, &grown).reason, "one of the couple is younger than 18 years");
    assert_string_equal(ask(&fixture, &grown, &child).reason, "one of the couple is younger than 18 years");
    assert_string_equal(ask(&fixture, &orphan, NULL).reason,
                        "a dowry is for a couple: give the second person as partner");
    fixture_release(&fixture);

    fixture = (struct fixture){0};
    fixture_load(&fixture, "dowries", "[dowries]\ncriteria = widow\nage_from = 0 days\n\n" ITEMS);
    fixture_start(&fixture);
    assert_int_equal(ask(&fixture, &child, &unknown).quantity, ALM_UNIT);
    assert_int_equal(ask(&fixture, &child, &orphan).quantity, 0);
    fixture_release(&fixture);
}

static void expect_problem(const char *text, const char *problem)
{
    struct fixture fixture = {0};
    fixture_load(&fixture, "dowries", text);
    assert_int_equal(fixture.problems.count, 1);
    if (!strstr(fixture.problems.items[0].text, problem))
        fail_msg("'%s' does not say '%s'", fixture.problems.items[0].text, problem);
    fixture_release(&fixture);
}

static void bad_settings_are_named(void **state)
{
    (void)state;
    expect_problem("[dowries]\n", "at least 1 needed");
    expect_problem("[dowries]\ncriteria = widow orphan\n\n" ITEMS, "a criterion is one word");
    expect_problem("[item gas cooker]\nfrom = bought\n", "an item's name is one word");
    expect_problem("[item cooker]\nfrom = shop\n", "from");
    expect_problem("[item cooker]\nquantity = 0\n", "quantity");
    expect_problem("[item cooker]\nmost = -1\n", "most");
}

static void the_shipped_file_is_sound(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    fixture_load_file(&fixture, "dowries", SOURCE_DIR "/conf/programmes/dowries.ini");
    fixture_start(&fixture);
    fixture_release(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(for_a_couple_of_age_of_whom_one_is_in_need),
        cmocka_unit_test(bad_settings_are_named),
        cmocka_unit_test(the_shipped_file_is_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
