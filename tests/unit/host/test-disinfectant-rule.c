/* SPDX-License-Identifier: MIT */
#include "plugin-fixture.h"

#define DAY 18601 /* 2020-12-05 */

static const char ini[] = "[disinfectant]\nlitres = 0.5\nper_member = 0.25\ndepot = 900\n\n"
                          "[substance bleach]\nkind = chlorine\nstrength = 5\nitem = 801\n\n"
                          "[substance powder]\nkind = chlorine\nstrength = 70\n\n"
                          "[substance ethanol]\nkind = alcohol\nstrength = 96\nitem = 802\n\n"
                          "[substance spirit]\nkind = alcohol\nstrength = 72\n\n"
                          "[substance glycerol]\nkind = inert\n\n"
                          "[product surface]\nfrom = bleach\nstrength = 0.1\nleast = 0.05\nmost = 0.5\nitem = 811\n\n"
                          "[product hand-rub]\nfrom = ethanol\nstrength = 70\nleast = 60\nmost = 80\n"
                          "tolerance = 3\nshelf_life = 1 year\nadditives = glycerol 14.5\nitem = 812\n\n"
                          "[product plain]\nfrom = powder\nstrength = 0.1\n";

static struct alm_make made; /* what stock_make() was asked for last */
static struct alm_goods used[4];
static char made_key[64];
static bool short_of_stock;

static enum alm_status find(const struct alm_host *host, enum alm_noun noun, const char *text, alm_id *id,
                            struct alm_error *err)
{
    (void)host;
    (void)noun;
    (void)err;
    *id = atoll(text);
    return ALM_OK;
}

static enum alm_status stock_make(const struct alm_host *host, struct alm_make *make, struct alm_error *err)
{
    (void)host;
    if (short_of_stock)
        return error_set(err, ALM_REFUSED, NULL, "bleach is short");
    assert_true(make->n_uses <= COUNT_OF(used));
    memcpy(used, make->uses, make->n_uses * sizeof *used);
    made = *make;
    snprintf(made_key, sizeof made_key, "%s", make->key);
    if (make->cost != ALM_NULL)
        make->cost += 1000;
    return ALM_OK;
}

static enum alm_status stock_last_day(const struct alm_host *host, alm_id item, const char *lot, alm_date date,
                                      struct alm_error *err)
{
    return alm_run(host, NULL, err, "UPDATE stock_lot SET expires = $1 WHERE item = $2 AND code = $3", "iit",
                   (int64_t)date, item, lot);
}

/* As much of the stock as a check reads: the lot of batch B1, in a depot. */
static void put_into_stock(struct fixture *fixture)
{
    static const char *const statements[] = {
        "CREATE TABLE stock_lot (id BIGINT, item BIGINT, code TEXT, expires BIGINT)",
        "CREATE TABLE stock_depot (id BIGINT, code TEXT)",
        "CREATE TABLE stock_balance (depot BIGINT, item BIGINT, lot BIGINT, quantity BIGINT)",
        "INSERT INTO stock_lot VALUES (1, 811, 'B1', 18602)",
        "INSERT INTO stock_depot VALUES (5, 'W1')",
        "INSERT INTO stock_balance VALUES (5, 811, 1, 12500)",
    };
    struct alm_error err = {0};
    for (size_t i = 0; i < COUNT_OF(statements); i++)
        OK(store_run(fixture->suite->store, NULL, &err, statements[i], ""));
}

static int64_t last_day(struct fixture *fixture)
{
    struct alm_error err = {0};
    int64_t day = 0;
    OK(store_number(fixture->suite->store, &day, 0, &err, "SELECT expires FROM stock_lot", ""));
    return day;
}

static int start(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct alm_error err = {0};
    suite_start((void **)&fixture->suite);
    fixture_load(fixture, "disinfectant", ini);
    fixture->host.find = find;
    fixture->host.stock_make = stock_make;
    fixture->host.stock_last_day = stock_last_day;
    fixture_start(fixture);
    fixture->today = DAY;
    OK(store_migrate(fixture->suite->store, "disinfectant", fixture->plugin->migrations, fixture->plugin->n_migrations,
                     NULL, &err));
    OK(store_begin(fixture->suite->store, true, &err));
    made = (struct alm_make){0};
    short_of_stock = false;
    *state = fixture;
    return 0;
}

static int stop(void **state)
{
    struct fixture *fixture = *state;
    fixture_release(fixture);
    assert_int_equal(suite_stop((void **)&fixture->suite), 0);
    free(fixture);
    return 0;
}

/* ---- the rule and the settings ---- */

static void a_household_gets_litres_by_its_members(void **state)
{
    struct alm_member members[3] = {{.id = 1, .criteria = ""}};
    struct alm_case c = {.recipient = ALM_HOUSEHOLD, .date = DAY, .members = members, .n_members = 3};
    assert_int_equal(fixture_entitle(*state, &c).quantity, 1250);
    c.n_members = 0;
    assert_int_equal(fixture_entitle(*state, &c).quantity, 0);
}

static void expect_problem(const char *more, const char *problem)
{
    struct fixture fixture = {0};
    char text[1200];
    snprintf(text, sizeof text,
             "[substance bleach]\nkind = chlorine\nstrength = 5\n[substance ethanol]\nkind = alcohol\nstrength = 96\n"
             "[substance vinegar]\nkind = acid\n[substance ammonia]\nkind = ammonia\n[substance peroxide]\n"
             "kind = peroxide\n[substance glycerol]\nkind = inert\n[product x]\n%s",
             more);
    fixture_load(&fixture, "disinfectant", text);
    if (!problem) {
        assert_int_equal(fixture.problems.count, 0);
    } else {
        assert_int_equal(fixture.problems.count, 1);
        if (!strstr(fixture.problems.items[0].text, problem))
            fail_msg("'%s' does not say '%s'", fixture.problems.items[0].text, problem);
    }
    fixture_release(&fixture);
}

static void unsafe_and_impossible_settings_are_named(void **state)
{
    (void)state;
    expect_problem("from = bleach\nstrength = 0.1\n", NULL);
    expect_problem("from = ethanol\nstrength = 80\nadditives = peroxide 41.7, glycerol 14.5\n", NULL);
    expect_problem("from = bleach\nstrength = 0.1\nadditives = vinegar 1\n",
                   "chlorine and an acid give chlorine gas: bleach, vinegar");
    expect_problem("from = bleach\nstrength = 0.1\nadditives = glycerol 5, ammonia 1\n",
                   "chlorine and ammonia give chloramine gas: bleach, ammonia");
    expect_problem("from = bleach\nstrength = 0.1\nadditives = ethanol 100\n", "chlorine and alcohol give chloroform");
    expect_problem("from = ethanol\nstrength = 70\nadditives = peroxide 5, vinegar 1\n", "a peracid");
    expect_problem("from = bleach\nstrength = 6\n", "6 % cannot be made of bleach, which has 5 %");
    expect_problem("from = bleach\nstrength = 0.1\nmost = 10\n", "10 % cannot be made of bleach, which has 5 %");
    expect_problem("from = bleach\nstrength = 0.1\nleast = 0.2\nmost = 0.3\n",
                   "0.1 % is no strength of x: it has 0.2 to 0.3 %");
    expect_problem("from = soda\nstrength = 1\n", "there is no substance 'soda'");
    expect_problem("from = vinegar\nstrength = 1\n", "the strength of that substance is not set");
    expect_problem("from = ethanol\nstrength = 70\nadditives = rum 5\n", "there is no section [substance rum]");
    expect_problem("from = ethanol\nstrength = 70\nadditives = glycerol\n",
                   "'glycerol' does not say how many millilitres");
    expect_problem("from = ethanol\nstrength = 70\nadditives = glycerol -5\n", "does not say how many millilitres");
    expect_problem("from = ethanol\nstrength = 90\nadditives = glycerol 100\n", "are more than the litres");
}

static void the_shipped_files_are_sound(void **state)
{
    (void)state;
    static const char *const names[] = {"disinfectant", "disinfectant-places"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct fixture fixture = {0};
        char path[300];
        snprintf(path, sizeof path, "%s/conf/programmes/%s.ini", SOURCE_DIR, names[i]);
        fixture_load_file(&fixture, names[i], path);
        fixture_start(&fixture);
        fixture_release(&fixture);
    }
}

static void a_place_gets_what_is_set(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    const struct alm_case c = {.recipient = ALM_PLACE, .date = DAY, .id = 1, .owner = 1};
    fixture_load(&fixture, "disinfectant-places", "[disinfectant-places]\nlitres = 7.5\n");
    fixture_start(&fixture);
    assert_int_equal(fixture_entitle(&fixture, &c).quantity, 7500);
    fixture_release(&fixture);
}

/* ---- recipes ---- */

static void recipe(struct fixture *fixture, const char *product, const char *litres, const char *expected)
{
    struct alm_error err = {0};
    OK(fixture_run(fixture, &err, "recipe", "product", product, "litres", litres, NULL));
    assert_string_equal(fixture->out.at, expected);
}

static void recipes_are_what_the_textbook_says(void **state)
{
    /* One part of 5 % bleach in 49 parts of water. */
    recipe(*state, "surface", "50", "bleach|5000|1000\nwater|-|49000\n");
    recipe(*state, "surface", "1", "bleach|5000|20\nwater|-|980\n");
    /* 96 % to 70 %: 729.17 ml in a litre, rounded up to a millilitre. */
    recipe(*state, "hand-rub", "1", "ethanol|96000|730\nglycerol|-|15\nwater|-|255\n");
    recipe(*state, "hand-rub", "96", "ethanol|96000|70000\nglycerol|-|1392\nwater|-|24608\n");
    /* 70 % powder: 1.43 g in a litre. */
    recipe(*state, "plain", "1000", "powder|70000|1429\nwater|-|998571\n");
}

static void refused(struct fixture *fixture, const char *product, const char *strength, const char *from,
                    const char *text)
{
    struct alm_error err = {0};
    enum alm_status status = fixture_run(fixture, &err, "recipe", "product", product, "litres", "10", "strength",
                                         strength, "from", from, NULL);
    assert_int_equal(status, strstr(text, "there is no") ? ALM_BAD_DATA : ALM_REFUSED);
    assert_string_equal(err.text, text);
}

static void no_recipe_for_what_cannot_or_must_not_be(void **state)
{
    struct fixture *fixture = *state;
    struct alm_error err = {0};
    refused(fixture, "hand-rub", "73", "spirit", "73 % cannot be made of spirit, which has 72 %");
    refused(fixture, "hand-rub", "50", "ethanol", "50 % is no strength of hand-rub: it has 60 to 80 %");
    refused(fixture, "surface", "1", "bleach", "1 % is no strength of surface: it has 0.05 to 0.5 %");
    refused(fixture, "surface", "0.1", "ethanol", "surface is made of chlorine, and ethanol is alcohol");
    refused(fixture, "surface", "0.1", "soda", "there is no substance 'soda'");
    refused(fixture, "soap", "0.1", "bleach", "there is no product 'soap'");
    assert_int_equal(fixture_run(fixture, &err, "recipe", "product", "surface", "litres", "0", NULL), ALM_BAD_DATA);
    assert_int_equal(fixture_run(fixture, &err, "recipe", "product", "surface", "litres", "100001", NULL),
                     ALM_BAD_DATA);
    OK(fixture_run(fixture, &err, "recipe", "product", "hand-rub", "litres", "36", "from", "spirit", NULL));
    assert_string_equal(fixture->out.at, "spirit|72000|35000\nglycerol|-|522\nwater|-|478\n");
}

/* What is made has the strength that was asked for, whatever the numbers: to a millilitre, and never weaker. */
static void the_active_substance_is_kept(void **state)
{
    uint64_t seed = 15;
    for (int i = 0; i < 2000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        const int64_t litres = 1 + (int64_t)(seed >> 33) % 100000000; /* millilitres */
        const int64_t strength = 50 + (int64_t)(seed >> 20) % 451;    /* thousandths of a per cent */
        struct fixture *fixture = *state;
        struct alm_error err = {0};
        char amount[40];
        char percent[40];
        long long concentrate = 0;
        long long water = 0;
        snprintf(amount, sizeof amount, "%lld.%03lld", (long long)(litres / 1000), (long long)(litres % 1000));
        snprintf(percent, sizeof percent, "0.%03lld", (long long)strength);
        enum alm_status status =
            fixture_run(fixture, &err, "recipe", "product", "surface", "litres", amount, "strength", percent, NULL);
        OK(status);
        assert_int_equal(sscanf(fixture->out.at, "bleach|5000|%lld water|-|%lld", &concentrate, &water), 2);
        assert_int_equal(concentrate + water, litres);
        assert_true(concentrate * 5000 >= litres * strength && (concentrate - 1) * 5000 < litres * strength);
    }
}

/* ---- batches ---- */

static enum alm_status mix(struct fixture *fixture, struct alm_error *err, const char *litres, const char *measured)
{
    return fixture_run(fixture, err, "mix", "product", "hand-rub", "litres", litres, "measured", measured, "cost", "50",
                       NULL);
}

static void a_batch_moves_stock(void **state)
{
    struct fixture *fixture = *state;
    struct alm_error err = {0};
    OK(fixture_run(fixture, &err, "mix", "product", "hand-rub", "litres", "96", "measured", "70", "yield", "95.5",
                   "cost", "50", NULL));
    assert_string_equal(made_key, "hand-rub-13990915");
    assert_int_equal(made.depot, 900);
    assert_int_equal(made.expires, DAY + 365);
    assert_int_equal(made.n_uses, 1); /* glycerol is not kept in stock */
    assert_int_equal(used[0].item, 802);
    assert_int_equal(used[0].quantity, 70000);
    assert_int_equal(made.makes.item, 812);
    assert_int_equal(made.makes.quantity, 95500);
    assert_int_equal(made.cost, 50);
    OK(fixture_run(fixture, &err, "mix", "product", "surface", "litres", "50", "measured", "0.1", "cost", "50", "depot",
                   "901", NULL));
    assert_int_equal(made.depot, 901);
    assert_int_equal(made.expires, DAY + 1);
    OK(fixture_run(fixture, &err, "mix", "product", "plain", "litres", "10", "measured", "0.1", NULL));
    assert_string_equal(made_key, "surface-13990915"); /* of which neither is in stock */
    OK(mix(fixture, &err, "1", "70"));
    OK(fixture_run(fixture, &err, "batch list", NULL));
    /* What plain is made of has no price, and nobody said one. */
    assert_string_equal(fixture->out.at,
                        "surface-13990915|surface|18601|18602|50000|50000|bleach|1000|100|100|18601|1050\n"
                        "plain-13990915|plain|18601|18602|10000|10000|powder|15|100|100|18601|-\n"
                        "hand-rub-13990915-2|hand-rub|18601|18966|1000|1000|ethanol|730|70000|70000|18601|1050\n"
                        "hand-rub-13990915|hand-rub|18601|18966|96000|95500|ethanol|70000|70000|70000|18601|1050\n");
    short_of_stock = true;
    assert_int_equal(mix(fixture, &err, "1", "70"), ALM_REFUSED);
    assert_string_equal(err.text, "bleach is short");
}

static void a_batch_that_is_off_is_not_taken(void **state)
{
    struct fixture *fixture = *state;
    struct alm_error err = {0};
    OK(mix(fixture, &err, "10", "72.1"));
    OK(mix(fixture, &err, "10", "67.9"));
    assert_int_equal(mix(fixture, &err, "10", "72.101"), ALM_REFUSED);
    assert_string_equal(err.text, "72.101 % was measured where 70 % was to be: that is more than 3 % off");
    assert_int_equal(mix(fixture, &err, "10", "77"), ALM_REFUSED);
    assert_string_equal(err.hint, "add some 1 litres of water, and measure again");
    assert_int_equal(mix(fixture, &err, "10", "57"), ALM_REFUSED);
    assert_string_equal(err.hint, "add some 5 litres of ethanol, and measure again");
    assert_int_equal(mix(fixture, &err, "10", "0"), ALM_BAD_DATA);
    assert_int_equal(mix(fixture, &err, "10", "101"), ALM_BAD_DATA);
    assert_int_equal(fixture_run(fixture, &err, "mix", "product", "surface", "litres", "1", NULL), ALM_BAD_DATA);
    assert_int_equal(
        fixture_run(fixture, &err, "mix", "product", "surface", "litres", "1", "measured", "0.1", "yield", "1.1", NULL),
        ALM_BAD_DATA);
    assert_int_equal(fixture_run(fixture, &err, "mix", "product", "surface", "litres", "1", "measured", "0.1", "date",
                                 "2020-12-06", NULL),
                     ALM_BAD_DATA);
}

static void a_batch_is_checked_again(void **state)
{
    struct fixture *fixture = *state;
    struct alm_error err = {0};
    OK(fixture_run(fixture, &err, "mix", "product", "surface", "litres", "50", "measured", "0.1", "code", "B1", NULL));
    assert_int_equal(
        fixture_run(fixture, &err, "mix", "product", "surface", "litres", "50", "measured", "0.1", "code", "B1", NULL),
        ALM_BAD_DATA);
    fixture->today++;
    put_into_stock(fixture);
    OK(fixture_run(fixture, &err, "check", "batch", "B1", "measured", "0.09", NULL));
    assert_int_equal(fixture->warnings.len, 0);
    assert_int_equal(last_day(fixture), 18602);
    OK(fixture_run(fixture, &err, "check", "batch", "B1", "measured", "0.08", NULL));
    assert_string_equal(
        fixture->warnings.at,
        "0.08 % was measured where 0.1 % was to be: that is more than 10 % off; what is left of it is not "
        "to be given, and draws pass it over from today on\n");
    assert_int_equal(last_day(fixture), fixture->today - 1);
    fixture->today++;
    OK(fixture_run(fixture, &err, "check", "batch", "B1", "measured", "0.07", NULL));
    assert_int_equal(last_day(fixture), fixture->today - 2); /* as the first check found */
    OK(fixture_run(fixture, &err, "check", "batch", "B1", "measured", "0.1", NULL));
    assert_int_equal(last_day(fixture), 18602);
    fixture->today--;
    OK(fixture_run(fixture, &err, "check", "batch", "B1", "measured", "0.08", NULL));
    OK(fixture_run(fixture, &err, "batch list", NULL));
    assert_string_equal(fixture->out.at, "B1|surface|18601|18602|50000|50000|bleach|1000|100|80|18602|1000\n");
    assert_int_equal(fixture_run(fixture, &err, "check", "batch", "B1", "measured", "0", NULL), ALM_BAD_DATA);
    assert_int_equal(fixture_run(fixture, &err, "check", "batch", "B2", "measured", "0.1", NULL), ALM_BAD_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_household_gets_litres_by_its_members, start, stop),
        cmocka_unit_test(unsafe_and_impossible_settings_are_named),
        cmocka_unit_test(the_shipped_files_are_sound),
        cmocka_unit_test(a_place_gets_what_is_set),
        cmocka_unit_test_setup_teardown(recipes_are_what_the_textbook_says, start, stop),
        cmocka_unit_test_setup_teardown(no_recipe_for_what_cannot_or_must_not_be, start, stop),
        cmocka_unit_test_setup_teardown(the_active_substance_is_kept, start, stop),
        cmocka_unit_test_setup_teardown(a_batch_moves_stock, start, stop),
        cmocka_unit_test_setup_teardown(a_batch_that_is_off_is_not_taken, start, stop),
        cmocka_unit_test_setup_teardown(a_batch_is_checked_again, start, stop),
    };
    return cmocka_run_group_tests_name("disinfectant", tests, NULL, NULL);
}
