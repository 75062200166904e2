/* SPDX-License-Identifier: MIT */
#include "plugin-fixture.h"

#define DAY 18601 /* 2020-12-05 */
#define ITEMS                                                                                                          \
    "[item bathing]\nsoap = bathing\ngrams = 100\n\n[item laundry]\nsoap = laundry\ngrams = 200\n\n[item pads]\n\n"
#define SMALL "[pack small]\nmembers_up_to = 2\ncontents = bathing 5, laundry 2\ncost = 100\n\n"
#define LARGE "[pack large]\nmembers_up_to = 4\ncontents = bathing 9, laundry 4\ncost = 250\n\n"
#define INFANT "[addition infant]\nage_to = 2 years\ncontents = pads 60\ncost = 7\n\n"
#define WOMAN "[addition woman]\nsex = f\nage_from = 12 years\nage_to = 50 years\ncontents = pads 10\ncost = 30\n"

static alm_date years_ago(int years, int days)
{
    int32_t year, month, day;
    date_to_solar(DAY, &year, &month, &day);
    return date_from_solar(year - years, month, day) + days;
}

static struct alm_entitlement ask(const struct fixture *fixture, const struct alm_member *members, size_t n)
{
    const struct alm_case c = {.recipient = ALM_HOUSEHOLD, .date = DAY, .id = 9, .members = members, .n_members = n};
    return fixture_entitle(fixture, &c);
}

static void a_pack_by_size_and_additions_by_member(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    struct alm_member members[9];
    for (size_t i = 0; i < COUNT_OF(members); i++)
        members[i] = (struct alm_member){.id = (alm_id)i + 1, .birth_date = ALM_NO_DATE, .criteria = ""};
    fixture_load(&fixture, "hygiene", ITEMS SMALL LARGE INFANT WOMAN);
    fixture_start(&fixture);
    assert_int_equal(ask(&fixture, members, 1).unit_value, 100);
    assert_int_equal(ask(&fixture, members, 2).unit_value, 100);
    assert_int_equal(ask(&fixture, members, 3).unit_value, 250);
    assert_int_equal(ask(&fixture, members, 9).unit_value, 250);
    assert_int_equal(ask(&fixture, members, 9).quantity, 1000);
    assert_string_equal(ask(&fixture, members, 0).reason, "nobody belongs to the household on that day");

    /* The day on which somebody grows out of an addition, or into it: within a day of the birthday. */
    static const struct {
        int years, days;
        char sex;
        int64_t more;
    } cases[] = {
        {0, 0, 0, 7},      {2, 2, 'm', 7},   {2, -2, 'm', 0},  {0, 1, 'f', 0},   {12, 2, 'f', 0},
        {12, -2, 'f', 30}, {12, -2, 'm', 0}, {50, 2, 'f', 30}, {50, -2, 'f', 0}, {30, 0, 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        members[0].birth_date = years_ago(cases[i].years, cases[i].days);
        members[0].sex = cases[i].sex;
        assert_int_equal(ask(&fixture, members, 2).unit_value, 100 + cases[i].more);
    }
    fixture_release(&fixture);
}

static void more_packs_for_many(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    struct alm_member members[9];
    for (size_t i = 0; i < COUNT_OF(members); i++)
        members[i] = (struct alm_member){.id = (alm_id)i + 1, .birth_date = DAY - 5, .criteria = ""};
    fixture_load(&fixture, "hygiene", "[hygiene]\nmore_packs = yes\n\n" ITEMS SMALL LARGE INFANT);
    fixture_start(&fixture);
    assert_int_equal(ask(&fixture, members, 4).quantity, 1000);
    assert_int_equal(ask(&fixture, members, 5).quantity, 2000);
    assert_int_equal(ask(&fixture, members, 8).quantity, 2000);
    assert_int_equal(ask(&fixture, members, 9).quantity, 3000);
    assert_int_equal(ask(&fixture, members, 8).unit_value, 250 + 8 * 7 / 2);
    fixture_release(&fixture);
}

static void contents_are_held_against_the_standard(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    struct alm_error err = {0};
    fixture_load(&fixture, "hygiene", ITEMS SMALL LARGE WOMAN);
    fixture_start(&fixture);
    OK(fixture_run(&fixture, &err, "contents", NULL));
    assert_string_equal(fixture.out.at, "small|bathing|5|500|-\nsmall|laundry|2|-|400\nlarge|bathing|9|900|-\n"
                                        "large|laundry|4|-|800\n+ woman|pads|10|-|-\n");
    assert_string_equal(fixture.warnings.at, "large: 900 g of bathing soap; for 4 persons and 30 days 225.0 g for each "
                                             "person and month, 25 less than the standard\n");
    assert_int_equal(fixture_run(&fixture, &err, "contents", "pack", "huge", NULL), ALM_BAD_DATA);
    assert_string_equal(err.hint, "there are small, large");
    fixture_release(&fixture);
}

static void expect_problem(const char *text, const char *problem)
{
    struct fixture fixture = {0};
    fixture_load(&fixture, "hygiene", text);
    assert_int_equal(fixture.problems.count, 1);
    if (!strstr(fixture.problems.items[0].text, problem))
        fail_msg("'%s' does not say '%s'", fixture.problems.items[0].text, problem);
    fixture_release(&fixture);
}

static void bad_settings_are_named(void **state)
{
    (void)state;
    expect_problem(ITEMS "[pack a]\nmembers_up_to = 2\ncontents = pad 1\n", "there is no section [item pad]");
    expect_problem(ITEMS "[pack a]\nmembers_up_to = 2\ncontents = pads\n", "'pads' does not say how many");
    expect_problem(ITEMS "[pack a]\nmembers_up_to = 2\ncontents = pads 0\n", "does not say how many");
    expect_problem(ITEMS "[pack a]\nmembers_up_to = 2\ncontents = pads 1 2\n", "does not say how many");
    expect_problem(ITEMS "[pack a]\nmembers_up_to = 2\ncontents = pads 99999999999999999999\n", "how many");
    expect_problem(ITEMS "[pack a]\nmembers_up_to = 2\ncontents = pads 1, bathing 2, pads 3\n", "pads stands twice");
    expect_problem(ITEMS SMALL "[pack b]\nmembers_up_to = 2\ncontents = pads 1\n",
                   "[pack b] members_up_to: not larger");
    expect_problem(ITEMS SMALL "[addition a]\nage_from = 2 years\nage_to = 1 year\ncontents = pads 1\n", "age_to");
    expect_problem(ITEMS "[item soap]\nsoap = bathing\n\n" SMALL, "the weight of the soap is missing");
    expect_problem(ITEMS SMALL "[pack b]\nmembers_up_to = 3\ncontents = pads 1\nitem = P\n", "no depot is named");
    expect_problem(ITEMS, "at least 1 needed");
}

static void the_shipped_packs_meet_the_standard(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    struct alm_error err = {0};
    fixture_load_file(&fixture, "hygiene", SOURCE_DIR "/conf/programmes/hygiene.ini");
    fixture_start(&fixture);
    OK(fixture_run(&fixture, &err, "contents", NULL));
    assert_true(fixture.out.len > 0);
    assert_int_equal(fixture.warnings.len, 0);
    fixture_release(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pack_by_size_and_additions_by_member), cmocka_unit_test(more_packs_for_many),
        cmocka_unit_test(contents_are_held_against_the_standard), cmocka_unit_test(bad_settings_are_named),
        cmocka_unit_test(the_shipped_packs_meet_the_standard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
