/* SPDX-License-Identifier: MIT */
#include "plugin-fixture.h"

#define ITEMS "[item rice]\nkcal = 365\nprotein = 7.1\nfat = 0.7\n\n[item oil]\nkcal = 884\nfat = 100\n\n"

static struct alm_entitlement ask(const struct fixture *fixture, size_t n_members)
{
    struct alm_member members[20] = {{.id = 1, .criteria = ""}};
    const struct alm_case c = {.recipient = ALM_HOUSEHOLD,
                               .date = date_from_solar(1399, 9, 15),
                               .id = 9,
                               .members = members,
                               .n_members = n_members};
    return fixture_entitle(fixture, &c);
}

static void one_parcel_for_a_household_by_its_size(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    fixture_load(&fixture, "parcels",
                 ITEMS "[size small]\nmembers_up_to = 2\ncontents = rice 5000\ncost = 100\n\n"
                       "[size large]\nmembers_up_to = 5\ncontents = rice 9000\ncost = 250\n");
    fixture_start(&fixture);
    assert_int_equal(ask(&fixture, 2).quantity, 1000);
    assert_true(ask(&fixture, 2).has_value);
    assert_int_equal(ask(&fixture, 2).unit_value, 100);
    assert_int_equal(ask(&fixture, 3).unit_value, 250);
    assert_int_equal(ask(&fixture, 12).unit_value, 250);
    assert_int_equal(ask(&fixture, 12).quantity, 1000);
    assert_false(ask(&fixture, 2).has_period);
    assert_int_equal(ask(&fixture, 0).quantity, 0);
    assert_string_equal(ask(&fixture, 0).reason, "nobody belongs to the household on that day");
    fixture_release(&fixture);
}

static void only_households_with_a_child(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    const alm_date day = date_from_solar(1399, 9, 15);
    struct alm_member members[2] = {{.id = 1, .birth_date = ALM_NO_DATE, .criteria = ""},
                                    {.id = 2, .birth_date = date_from_solar(1397, 9, 17), .criteria = ""}};
    const struct alm_case c = {.recipient = ALM_HOUSEHOLD, .date = day, .members = members, .n_members = 2};
    fixture_load(&fixture, "parcels",
                 "[parcels]\nchild_under = 2 years\n\n" ITEMS "[size a]\nmembers_up_to = 2\ncontents = rice 5000\n");
    fixture_start(&fixture);
    assert_int_equal(fixture_entitle(&fixture, &c).quantity, 1000);
    members[1].birth_date = date_from_solar(1397, 9, 13);
    assert_int_equal(fixture_entitle(&fixture, &c).quantity, 0);
    assert_string_equal(fixture_entitle(&fixture, &c).reason, "parcels are for households with a small child");
    members[1].birth_date = ALM_NO_DATE;
    assert_int_equal(fixture_entitle(&fixture, &c).quantity, 0);
    fixture_release(&fixture);
}

static void contents_are_held_against_the_ration(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    struct alm_error err = {0};
    /* 2 persons, 10 days: 10 kg of rice are 36,500 kcal, 1,825 each and day; 7.8 % protein, 1.7 % fat. */
    fixture_load(&fixture, "parcels",
                 "[parcels]\ndays = 10\n\n" ITEMS "[size small]\nmembers_up_to = 2\ncontents = rice 10000\n\n"
                 "[size full]\nmembers_up_to = 4\ncontents = rice 20000, oil 2000\n");
    fixture_start(&fixture);
    OK(fixture_run(&fixture, &err, "rations", NULL));
    assert_string_equal(fixture.out.at, "small|2|10000|1825000|86904|7780|1726|-\n"
                                        "full|4|22000|2267000|107952|6263|21239|-\n");
    assert_string_equal(fixture.warnings.at,
                        "small: 1825 kcal for each person and day, 275 less than the ration (86.9 % of it)\n"
                        "small: 7.8 % of the energy is protein, 2.2 points less than it should be\n"
                        "small: 1.7 % of the energy is fat, 15.3 points less than it should be\n"
                        "full: 6.3 % of the energy is protein, 3.7 points less than it should be\n");
    OK(fixture_run(&fixture, &err, "contents", "size", "full", NULL));
    assert_string_equal(fixture.out.at, "full|rice|20000|73000000|1420000|140000\nfull|oil|2000|17680000|0|2000000\n");
    assert_int_equal(fixture_run(&fixture, &err, "contents", "size", "huge", NULL), ALM_BAD_DATA);
    assert_string_equal(err.hint, "there are small, full");
    fixture_release(&fixture);
}

static void expect_problem(const char *text, const char *problem)
{
    struct fixture fixture = {0};
    fixture_load(&fixture, "parcels", text);
    assert_int_equal(fixture.problems.count, 1);
    if (!strstr(fixture.problems.items[0].text, problem))
        fail_msg("'%s' does not say '%s'", fixture.problems.items[0].text, problem);
    fixture_release(&fixture);
}

static void bad_settings_are_named(void **state)
{
    (void)state;
    expect_problem(ITEMS
                   "[size a]\nmembers_up_to = 3\ncontents = rice 1\n\n[size b]\nmembers_up_to = 3\ncontents = oil 1\n",
                   "[size b] members_up_to: not larger");
    expect_problem(ITEMS "[size a]\nmembers_up_to = 3\ncontents = rise 100\n", "there is no section [item rise]");
    expect_problem(ITEMS "[size a]\nmembers_up_to = 3\ncontents = ric 100\n", "there is no section [item ric]");
    expect_problem(ITEMS "[size a]\nmembers_up_to = 3\ncontents = rice\n", "does not say how many grams");
    expect_problem(ITEMS "[size a]\nmembers_up_to = 3\ncontents = rice 5 kg\n", "does not say how many grams");
    expect_problem(ITEMS "[size a]\nmembers_up_to = 3\ncontents = rice 0\n", "does not say how many grams");
    expect_problem(ITEMS "[size a]\nmembers_up_to = 3\ncontents = rice 99999999999999999999\n", "how many grams");
    expect_problem(ITEMS "[size a]\nmembers_up_to = 3\ncontents = rice 5, oil 1, rice 5\n", "rice stands twice");
    expect_problem(ITEMS, "at least 1 needed");
    expect_problem("[item a]\nkcal = 100\nprotein = 60\nfat = 60\n\n[size a]\nmembers_up_to = 3\ncontents = a 5\n",
                   "weigh more than the 100 g");
    expect_problem(ITEMS "[size a]\nmembers_up_to = 3\ncontents = rice 5\nitem = box\n", "no depot to take it from");
    expect_problem("[item a]\nkcal = 1\nunit_grams = 0\n\n[size a]\nmembers_up_to = 3\ncontents = a 5\n",
                   "'0' is too little");
}

/* ---- packing ---- */

static struct {
    char code[8][40]; /* that were looked up: their place is their id, from 1 on */
    size_t n_codes;
    struct alm_goods uses[8];
    struct alm_make make;
    char key[100], lot[100];
} packed;

static enum alm_status find_any(const struct alm_host *host, enum alm_noun noun, const char *text, alm_id *id,
                                struct alm_error *err)
{
    (void)host, (void)noun, (void)err;
    snprintf(packed.code[packed.n_codes], sizeof packed.code[0], "%s", text);
    *id = (alm_id)++packed.n_codes;
    return ALM_OK;
}

static enum alm_status make_any(const struct alm_host *host, struct alm_make *make, struct alm_error *err)
{
    (void)host, (void)err;
    packed.make = *make;
    memcpy(packed.uses, make->uses, make->n_uses * sizeof *make->uses);
    snprintf(packed.key, sizeof packed.key, "%s", make->key);
    snprintf(packed.lot, sizeof packed.lot, "%s", make->lot);
    make->expires = 18700;
    make->cost += 900;
    return ALM_OK;
}

static enum alm_status draw_none(const struct alm_host *host, struct alm_draw *draws, size_t n, struct alm_error *err)
{
    (void)host, (void)draws, (void)n, (void)err;
    return ALM_OK;
}

/* Grams become units of the stock's items, to the nearest thousandth, and for all parcels together. */
static void packing_takes_grams_as_the_stocks_units(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    struct alm_error err = {0};
    memset(&packed, 0, sizeof packed);
    fixture_load(&fixture, "parcels",
                 "[parcels]\ndepots = W1\n\n[item rice]\nkcal = 365\n\n[item oil]\nkcal = 884\nstock = cooking-oil\n"
                 "unit_grams = 920\n\n[item saffron]\nkcal = 310\nunit_grams = 1000000\n\n"
                 "[size small]\nmembers_up_to = 2\ncontents = rice 4500, oil 1000, saffron 1\nitem = box\n");
    fixture_start(&fixture);
    fixture.today = date_from_solar(1399, 9, 15);
    fixture.host.find = find_any;
    fixture.host.stock_draw = draw_none;
    fixture.host.stock_make = make_any;
    OK(fixture_run(&fixture, &err, "assemble", "size", "small", "count", "3", "depot", "W1", "cost", "100", NULL));
    assert_string_equal(fixture.out.at, "small-13990915|box|3000|18700|1000\n");
    assert_string_equal(packed.lot, "small-13990915");
    assert_string_equal(packed.key, "parcels small-13990915 of item 1");
    assert_int_equal(packed.make.n_uses, 3);
    assert_string_equal(packed.code[packed.make.makes.item - 1], "box");
    assert_string_equal(packed.code[packed.uses[0].item - 1], "rice");
    assert_int_equal(packed.uses[0].quantity, 13500);
    assert_string_equal(packed.code[packed.uses[1].item - 1], "cooking-oil");
    assert_int_equal(packed.uses[1].quantity, 3261); /* 3000 / 920 = 3.26087 */
    assert_int_equal(packed.uses[2].quantity, 1);    /* 3 g of a ton, and yet not nothing */
    assert_int_equal(packed.make.expires, ALM_NO_DATE);
    assert_int_equal(fixture_run(&fixture, &err, "assemble", "size", "small", "count", "1000001", "depot", "W1", NULL),
                     ALM_BAD_DATA);
    fixture_release(&fixture);
}

static void the_shipped_parcels_meet_the_ration(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    struct alm_error err = {0};
    fixture_load_file(&fixture, "parcels", SOURCE_DIR "/conf/programmes/parcels.ini");
    fixture_start(&fixture);
    OK(fixture_run(&fixture, &err, "rations", NULL));
    assert_true(fixture.out.len > 0);
    assert_int_equal(fixture.warnings.len, 0);
    fixture_release(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_parcel_for_a_household_by_its_size),
        cmocka_unit_test(only_households_with_a_child),
        cmocka_unit_test(contents_are_held_against_the_ration),
        cmocka_unit_test(bad_settings_are_named),
        cmocka_unit_test(packing_takes_grams_as_the_stocks_units),
        cmocka_unit_test(the_shipped_parcels_meet_the_ration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
