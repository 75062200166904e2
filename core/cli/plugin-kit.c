/* SPDX-License-Identifier: MIT */
/* `almoner plugin new`, `conform` and `test`: for those who write plug-ins. */
#include "cli/plugin-kit.h"

#include "sdk/sdk.h"

#include <stdlib.h>

static const char *const recipients[] = {"household", "person", "place", NULL};
static const char *const languages[] = {"c", "c++", NULL};

enum alm_status cli_plugin_new(const struct alm_host *host, void *state, const struct alm_args *args,
                               struct alm_error *err)
{
    struct cli *cli = state;
    const struct sdk_new what = {.name = alm_arg_text(args, "name"),
                                 .recipient = ALM_HOUSEHOLD + (uint32_t)alm_arg_number(args, "recipient", 0),
                                 .cxx = alm_arg_number(args, "language", 0) == 1,
                                 .folder = "."};

    (void)host;
    if (cli->dry_run) {
        cli_say(cli, _("dry run: nothing was written"));
        return ALM_OK;
    }
    enum alm_status status = sdk_new(&what, err);
    if (status == ALM_OK)
        cli_say(cli,
                _("%s/ is made; build and test it:\n  cd %s && cmake -B build && cmake --build build && ctest "
                  "--test-dir build"),
                what.name, what.name);
    return status;
}

/* ---- results ---- */

static const char *const verdicts[] = {N_("ok"), N_("FAILED"), N_("skipped"), NULL};
static const struct alm_column columns[] = {
    {.name = "verdict", .title = N_("verdict"), .type = ALM_ENUM, .choices = verdicts},
    CLI_COLUMN("check", N_("check"), ALM_STRING),
    CLI_COLUMN("found", N_("what was found"), ALM_STRING),
    CLI_COLUMN("mend", N_("the mend"), ALM_STRING)};

struct results {
    struct cli *cli;
    bool tap;
    size_t n;
    enum alm_status status;
    struct alm_error *err;
};

static void plan(void *context, size_t n)
{
    struct results *results = context;

    if (results->tap)
        fprintf(results->cli->out, "TAP version 13\n1..%zu\n", n);
    else
        results->status = report_begin(results->cli->report, NULL, columns, COUNT_OF(columns), results->err);
}

/* A line of TAP ends where its text would. */
static void tap_line(struct cli *cli, const char *before, const char *text)
{
    for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n')
        fprintf(cli->out, "%s%.*s\n", before, (int)strcspn(at, "\n"), at);
}

static void result(void *context, const struct sdk_result *it)
{
    struct results *results = context;
    struct cli *cli = results->cli;

    results->n++;
    if (results->tap) {
        fprintf(cli->out, "%s %zu - %s%s%s\n", it->verdict == SDK_FAILED ? "not ok" : "ok", results->n, it->name,
                it->verdict == SDK_SKIPPED ? " # SKIP " : "", it->verdict == SDK_SKIPPED ? it->text : "");
        if (it->verdict == SDK_FAILED) {
            tap_line(cli, "# ", it->text);
            tap_line(cli, "# -> ", it->mend);
        }
        fflush(cli->out);
        return;
    }
    const struct alm_value row[] = {{false, (int64_t)it->verdict, _(verdicts[it->verdict])},
                                    alm_string(it->name),
                                    it->text[0] ? alm_string(it->text) : alm_null(),
                                    it->mend[0] ? alm_string(it->mend) : alm_null()};
    if (results->status == ALM_OK)
        results->status = report_row(cli->report, row, results->err);
}

static enum alm_status run_bench(struct cli *cli, const struct sdk_bench *bench, bool tap,
                                 enum alm_status (*run)(const struct sdk_bench *, const struct sdk_report *, size_t *,
                                                        struct alm_error *),
                                 const char *what, struct alm_error *err)
{
    struct results results = {.cli = cli, .tap = tap, .err = err};
    const struct sdk_report report = {plan, result, &results};
    size_t failed = 0;
    enum alm_status status = run(bench, &report, &failed, err);

    if (status == ALM_OK)
        status = results.status;
    if (status == ALM_OK && !tap)
        status = report_end(cli->report, err);
    if (status == ALM_OK && failed)
        return error_set(err, ALM_REFUSED, NULL, what, failed, results.n, bench->file);
    return status;
}

/* Where the installed store plug-ins are: by the configuration, if there is one. */
static const char *plugindir(struct cli *cli)
{
    const char *dir = ALMONER_PLUGINDIR;
    struct conf conf = {0};
    struct alm_error none;

    if (conf_open(&conf, cli->config, &none) == ALM_OK)
        dir = arena_strdup(&cli->arena, conf.almoner->plugindir);
    conf_close(&conf);
    return dir;
}

/* A name without .so is an installed plug-in's. */
static const char *plugin_file(struct cli *cli, const struct alm_args *args)
{
    const char *file = alm_arg_text(args, "file");
    size_t len = strlen(file);

    if (strchr(file, '/') || (len > 3 && strcmp(file + len - 3, ".so") == 0))
        return file;
    return arena_printf(&cli->arena, "%s/%s.so", plugindir(cli), file);
}

enum alm_status cli_plugin_conform(const struct alm_host *host, void *state, const struct alm_args *args,
                                   struct alm_error *err)
{
    struct cli *cli = state;
    const struct sdk_bench bench = {.file = plugin_file(cli, args),
                                    .plugindir = plugindir(cli),
                                    .store = alm_arg_text(args, "store"),
                                    .settings = alm_arg_text(args, "settings"),
                                    .data = alm_arg_text(args, "data")};

    (void)host;
    return run_bench(cli, &bench, alm_arg(args, "tap")->count > 0, sdk_conform, _("%zu of %zu checks failed: %s"), err);
}

enum alm_status cli_plugin_test(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    const struct sdk_bench bench = {.file = plugin_file(cli, args),
                                    .plugindir = plugindir(cli),
                                    .settings = alm_arg_text(args, "settings"),
                                    .tests = alm_arg_text(args, "tests"),
                                    .program = cli_main};

    (void)host;
    return run_bench(cli, &bench, true, sdk_test, _("%zu of %zu tests failed: %s"), err);
}

/* ---- their words ---- */

#define FILE_ARGUMENT                                                                                                  \
    {                                                                                                                  \
        .name = "file", .type = ALM_PATH, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "NAME.so",                    \
        .help = N_("the plug-in's file as it was built, or the name of one that is installed")                         \
    }
#define SETTINGS_OPTION                                                                                                \
    {                                                                                                                  \
        .name = "settings", .type = ALM_PATH, .value = "FILE", .help = N_("an INI to run with (default: the sample)")  \
    }

const struct alm_option cli_plugin_new_options[3] = {
    {.name = "name",
     .type = ALM_STRING,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "NAME",
     .help = N_("the plug-in's name: small letters, digits and -")},
    {.name = "recipient",
     .type = ALM_ENUM,
     .fallback = "household",
     .choices = recipients,
     .value = "KIND",
     .help = N_("whom its aid is for")},
    {.name = "language",
     .type = ALM_ENUM,
     .fallback = "c",
     .choices = languages,
     .value = "LANGUAGE",
     .help = N_("what it is written in")},
};

const struct alm_option cli_plugin_conform_options[5] = {
    FILE_ARGUMENT,
    {.name = "store",
     .type = ALM_STRING,
     .value = "URL",
     .help = N_("an empty database to run on (default: an SQLite file of its own)")},
    SETTINGS_OPTION,
    {.name = "data",
     .type = ALM_PATH,
     .value = "FILE",
     .help = N_("SQL that fills the plug-in's own tables, so that settle has what to draw from")},
    {.name = "tap", .type = ALM_BOOL, .help = N_("write TAP, for test runners")},
};

const struct alm_option cli_plugin_test_options[3] = {
    FILE_ARGUMENT,
    {.name = "tests",
     .type = ALM_PATH,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "TESTS.so",
     .help = N_("its tests, built with almoner/test.h")},
    SETTINGS_OPTION,
};
