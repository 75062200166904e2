/* SPDX-License-Identifier: MIT */
/* almoner.ini with the programmes beside it. */
#include "../scratch.h"
#include "conf/conf.h"
#include <sys/stat.h>

struct plugin_things {
    int64_t days;
};
static const struct alm_setting plugin_rows[] = {
    {.key = "days", .type = ALM_INT, .offset = offsetof(struct plugin_things, days), .fallback = "5", .help = "Days."},
};
static const struct alm_settings plugin_table = {
    .rows = plugin_rows, .n_rows = COUNT_OF(plugin_rows), .size = sizeof(struct plugin_things)};

/* An empty programmes folder in the scratch folder. */
static int make(void **state)
{
    return scratch_make(state) == 0 && mkdir(scratch_path("programmes"), 0755) == 0 ? 0 : -1;
}

static bool has_problem(const struct conf *conf, const char *file_end, int line, const char *text)
{
    for (size_t i = 0; i < conf->problems.count; i++) {
        const struct conf_problem *problem = &conf->problems.items[i];
        size_t len = strlen(problem->file);
        size_t end = strlen(file_end);
        if (len >= end && strcmp(problem->file + len - end, file_end) == 0 && problem->line == line &&
            strcmp(problem->text, text) == 0)
            return true;
    }
    for (size_t i = 0; i < conf->problems.count; i++)
        print_message("%s:%d: %s\n", conf->problems.items[i].file, conf->problems.items[i].line,
                      conf->problems.items[i].text);
    return false;
}

static void an_empty_file_is_all_defaults(void **state)
{
    (void)state;
    struct conf conf;
    struct alm_error err = {0};
    char expected[256];
    assert_int_equal(conf_open(&conf, scratch_text("almoner.ini", ""), &err), ALM_OK);
    assert_int_equal(conf.problems.count, 0);
    assert_string_equal(conf.almoner->currency, "IRR");
    assert_int_equal(conf.almoner->currency_decimals, 0);
    assert_int_equal(conf.almoner->calendar, DATE_SOLAR);
    assert_int_equal(conf.almoner->office, 0);
    assert_string_equal(conf.almoner->store, "store-sqlite");
    assert_int_equal(conf.almoner->plugindir[0], '/');
    snprintf(expected, sizeof expected, "%s/state", scratch);
    assert_string_equal(conf.almoner->state, expected);
    assert_int_equal(conf.n_programmes, 0);
    conf_close(&conf);
}

static void reads_programmes_in_order(void **state)
{
    (void)state;
    struct conf conf;
    struct alm_error err = {0};
    scratch_text("almoner.ini",
                 "[almoner]\ncurrency_decimals = 2\ncurrency = EUR\n[store]\nplugin = store-x\n[store-x]\ndays = 9\n");
    scratch_text("programmes/meals.ini",
                 "[programme]\nenabled = yes\nexclude = iftar 1 day\nunit_cost = 2.5\n[meals]\n");
    scratch_text("programmes/iftar.ini",
                 "[programme]\nplugin = meals\ntitle = Iftar\nwindow = 1 day\non_double = hold\n"
                 "from = 1399/01/01\nuntil = 1399/12/30\n[meals]\ndays = 7\n");
    scratch_text("programmes/notes.txt", "not for us");
    scratch_text("programmes/meals.ini~", "nor this");
    scratch_text("programmes/.#meals.ini", "nor this");
    assert_int_equal(conf_open(&conf, scratch_path("almoner.ini"), &err), ALM_OK);
    assert_int_equal(conf.problems.count, 0);
    assert_int_equal(conf.n_programmes, 2);
    struct conf_programme *iftar = &conf.programmes[0];
    struct conf_programme *meals = &conf.programmes[1];
    assert_string_equal(iftar->name, "iftar");
    assert_string_equal(iftar->core->plugin, "meals");
    assert_string_equal(iftar->core->title, "Iftar");
    assert_false(iftar->core->enabled);
    assert_int_equal(iftar->core->window, 86400);
    assert_int_equal(iftar->core->on_double, CONF_HOLD);
    assert_int_equal(iftar->core->until - iftar->core->from, 365);
    assert_string_equal(meals->name, "meals");
    assert_string_equal(meals->core->plugin, "meals");
    assert_string_equal(meals->core->title, "meals");
    assert_true(meals->core->enabled);
    assert_int_equal(meals->core->unit_cost, 250);
    assert_int_equal(meals->core->exclude.count, 1);
    assert_ptr_equal(conf_programme_find(&conf, "meals"), meals);
    assert_null(conf_programme_find(&conf, "meal"));

    conf_programme_fill(&conf, iftar, &plugin_table, "meals");
    conf_programme_fill(&conf, meals, &plugin_table, "meals");
    conf_store_fill(&conf, &plugin_table, "store-x");
    assert_int_equal(((const struct plugin_things *)iftar->own.data)->days, 7);
    assert_int_equal(((const struct plugin_things *)meals->own.data)->days, 5);
    assert_int_equal(((const struct plugin_things *)conf.store_settings.data)->days, 9);
    assert_int_equal(conf.problems.count, 0);
    conf_close(&conf);
}

static void finds_the_faults_of_all_files(void **state)
{
    (void)state;
    struct conf conf;
    struct alm_error err = {0};
    scratch_text("almoner.ini", "[almoner]\noffice = 1024\ncurency = IRR\n[store-sqlit]\nfile = x\n");
    scratch_text("programmes/meals.ini", "[programme]\nexclude = iftr, meals, iftar 3 dogs\nenable = yes\n[meal]\n");
    scratch_text("programmes/iftar.ini",
                 "[programme]\nplugin = ../x\nfrom = 1399/02/01\nuntil = 1399/01/01\n[meals]\ndays = x\n");
    scratch_text("programmes/Bad Name.ini", "");
    assert_int_equal(conf_open(&conf, scratch_path("almoner.ini"), &err), ALM_OK);
    assert_true(has_problem(&conf, "/almoner.ini", 2, "[almoner] office: '1024' is too much"));
    assert_true(has_problem(&conf, "/almoner.ini", 3, "[almoner] has no key curency"));
    assert_true(has_problem(&conf, "programmes/Bad Name.ini", 0, "a programme cannot be called 'Bad Name'"));
    assert_true(has_problem(&conf, "programmes/meals.ini", 2,
                            "[programme] exclude: 'iftar 3 dogs' is not a programme with a duration"));
    assert_true(has_problem(&conf, "programmes/meals.ini", 2, "[programme] exclude: there is no programme iftr"));
    assert_true(
        has_problem(&conf, "programmes/meals.ini", 2, "[programme] exclude: a programme cannot exclude itself"));
    assert_true(has_problem(&conf, "programmes/meals.ini", 3, "[programme] has no key enable"));
    assert_true(has_problem(&conf, "programmes/iftar.ini", 4, "[programme] until: lies before from"));
    assert_int_equal(conf.problems.count, 8);
    /* The plug-ins' own keys are told of once their tables are known, and only once. */
    for (int i = 0; i < 2; i++) {
        conf_programme_fill(&conf, conf_programme_find(&conf, "meals"), &plugin_table, "meals");
        conf_programme_fill(&conf, conf_programme_find(&conf, "iftar"), &plugin_table, "meals");
        conf_store_fill(&conf, &plugin_table, "store-sqlite");
    }
    assert_true(has_problem(&conf, "programmes/meals.ini", 4, "nothing knows a section [meal]"));
    assert_true(has_problem(&conf, "/almoner.ini", 4, "nothing knows a section [store-sqlit]"));
    assert_int_equal(conf.problems.count, 11);
    conf_close(&conf);
    assert_int_equal(unlink(scratch_path("programmes/Bad Name.ini")), 0);
}

static void goods_and_steps_are_checked(void **state)
{
    (void)state;
    struct conf conf;
    struct conf_item item;
    struct alm_error err = {0};
    scratch_text("almoner.ini", "[almoner]\n");
    scratch_text("programmes/iftar.ini", "[programme]\nrequire = meals 2 weeks, meals\ncases = yes\n"
                                         "draw = rice 0.25, bread\ndepots = W1, W2\n");
    scratch_text("programmes/meals.ini", "[programme]\nrequire = meal, meals, iftar soon\n"
                                         "draw = rice -1, oil 1, oil 2, salt 1 kg\n");
    assert_int_equal(conf_open(&conf, scratch_path("almoner.ini"), &err), ALM_OK);
    const struct conf_programme_core *iftar = conf_programme_find(&conf, "iftar")->core;
    assert_true(iftar->cases && !conf_programme_find(&conf, "meals")->core->cases);
    assert_int_equal(iftar->depots.count, 2);
    assert_true(conf_item_programme(iftar->require.items[0], &item) && item.given);
    assert_string_equal(item.name, "meals");
    assert_int_equal(item.number, 14 * 86400);
    assert_true(conf_item_programme(iftar->require.items[1], &item) && !item.given && item.number == 0);
    assert_true(conf_item_goods(iftar->draw.items[0], &item));
    assert_int_equal(item.number, 250);
    assert_true(conf_item_goods(iftar->draw.items[1], &item));
    assert_int_equal(item.number, ALM_UNIT);
    assert_true(has_problem(&conf, "programmes/meals.ini", 2,
                            "[programme] require: 'iftar soon' is not a programme with a duration"));
    assert_true(has_problem(&conf, "programmes/meals.ini", 2, "[programme] require: there is no programme meal"));
    assert_true(
        has_problem(&conf, "programmes/meals.ini", 2, "[programme] require: a programme cannot require itself"));
    assert_true(
        has_problem(&conf, "programmes/meals.ini", 3, "[programme] draw: 'rice -1' is not an item with a quantity"));
    assert_true(
        has_problem(&conf, "programmes/meals.ini", 3, "[programme] draw: 'salt 1 kg' is not an item with a quantity"));
    assert_true(has_problem(&conf, "programmes/meals.ini", 3, "[programme] draw: oil stands there twice"));
    assert_true(has_problem(&conf, "programmes/meals.ini", 3, "[programme] draw: where the goods lie is not said"));
    assert_int_equal(conf.problems.count, 7);
    conf_close(&conf);
}

static void a_path_is_no_plugin_name(void **state)
{
    (void)state;
    struct conf conf;
    struct alm_error err = {0};
    scratch_text("almoner.ini", "");
    scratch_text("programmes/meals.ini", "");
    scratch_text("programmes/iftar.ini", "[programme]\nplugin = ../x\n");
    assert_int_equal(conf_open(&conf, scratch_path("almoner.ini"), &err), ALM_OK);
    assert_true(has_problem(&conf, "programmes/iftar.ini", 2, "[programme] plugin: '../x' is not a plug-in's name"));
    assert_int_equal(conf.problems.count, 1);
    conf_close(&conf);
}

static void tells_what_cannot_be_read(void **state)
{
    (void)state;
    struct conf conf;
    struct alm_error err = {0};
    char expected[512];
    assert_int_equal(setenv("ALMONER_CONFIG", scratch_path("none.ini"), 1), 0);
    assert_int_equal(conf_open(&conf, NULL, &err), ALM_BAD_CONFIG);
    snprintf(expected, sizeof expected, "%s/none.ini: cannot be read: No such file or directory", scratch);
    assert_string_equal(err.text, expected);
    assert_string_equal(err.hint, "name the file with --config or in $ALMONER_CONFIG");
    assert_int_equal(unsetenv("ALMONER_CONFIG"), 0);

    assert_int_equal(conf_open(&conf, scratch_text("almoner.ini", "[almoner]\nprogrammes = nowhere\n"), &err), ALM_OK);
    snprintf(expected, sizeof expected, "[almoner] programmes: %s/nowhere cannot be read: No such file or directory",
             scratch);
    assert_true(has_problem(&conf, "/almoner.ini", 2, expected));
    conf_close(&conf);
}

/* What is shipped as a sample of the core's own tables is sound. */
static void own_samples_read_back(void **state)
{
    (void)state;
    struct conf conf;
    struct alm_error err = {0};
    struct strbuf text = {0};
    conf_sample(&conf_almoner_table, "almoner", &text);
    strbuf_addc(&text, '\n');
    conf_sample(&conf_store_table, "store", &text);
    strbuf_addc(&text, '\n');
    conf_sample(&conf_match_table, "match", &text);
    strbuf_addc(&text, '\n');
    conf_sample(&conf_complaints_table, "complaints", &text);
    strbuf_addc(&text, '\n');
    conf_sample(&conf_roles_table, "roles", &text);
    scratch_text("almoner.ini", text.at);
    strbuf_reset(&text);
    conf_sample(&conf_programme_table, "programme", &text);
    strbuf_adds(&text, "\n");
    conf_sample(&plugin_table, "iftar", &text);
    scratch_text("programmes/iftar.ini", text.at);
    strbuf_release(&text);
    assert_int_equal(conf_open(&conf, scratch_path("almoner.ini"), &err), ALM_OK);
    conf_programme_fill(&conf, conf_programme_find(&conf, "iftar"), &plugin_table, "iftar");
    for (size_t i = 0; i < conf.problems.count; i++)
        print_message("%s:%d: %s\n", conf.problems.items[i].file, conf.problems.items[i].line,
                      conf.problems.items[i].text);
    assert_int_equal(conf.problems.count, 0);
    conf_close(&conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_file_is_all_defaults), cmocka_unit_test(reads_programmes_in_order),
        cmocka_unit_test(finds_the_faults_of_all_files), cmocka_unit_test(goods_and_steps_are_checked),
        cmocka_unit_test(a_path_is_no_plugin_name),      cmocka_unit_test(tells_what_cannot_be_read),
        cmocka_unit_test(own_samples_read_back),
    };
    return cmocka_run_group_tests_name("conf campaign", tests, make, scratch_remove);
}
