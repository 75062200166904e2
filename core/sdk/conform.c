/* SPDX-License-Identifier: MIT */
/* `plugin conform`: the list of checks; each runs in a child of its own, on one scratch installation. */
#include "sdk/internal.h"

enum { SECONDS = 60 };

/* A plug-in that fails a VITAL check is not worth those that follow; one whose rule fails, not worth those that ask it.
 */
enum { VITAL = 1, RULE = 2, ASKS_RULE = 4 };
static const struct {
    const char *name;
    const char *mend; /* where what was found brings none of its own */
    conform_check *run;
    uint32_t flags;
} checks[] = {
    {N_("exports one symbol, its entry function"), N_("build the file again"), conform_exports, VITAL},
    {N_("asks no clock, no dice and no terminal"), N_("build the file again"), conform_imports, 0},
    {N_("loads; names, defaults and tables are sound"), N_("mend the table; plugin.h says what may stand there"),
     conform_loads, VITAL},
    {N_("its sample INI reads back as the defaults"), N_("mend the defaults in its table of settings"), conform_sample,
     VITAL},
    {N_("summaries and examples are fit for help"), N_("mend the texts in its tables"), conform_help, 0},
    {N_("its migrations make tables of its own name"), N_("mend the SQL of that step"), conform_owns_tables, VITAL},
    {N_("starts, stops and starts again"), N_("mend start(), or give with --settings what it needs"), conform_restarts,
     VITAL},
    {N_("the rule is pure and never negative"), N_("run it under a debugger or valgrind"), conform_rule, RULE},
    {N_("is two programmes at once without mixing them"),
     N_("keep what you need in the state that start() makes, not in global variables"), conform_two_programmes,
     ASKS_RULE},
    {N_("its migrations run, and find nothing to do again"), N_("mend the SQL of that step"), conform_migrates, VITAL},
    {N_("reports and reading commands run on an empty store"), N_("let them come to nothing where there is nothing"),
     conform_runs_empty, 0},
    {N_("settle and unsettle cancel out"), N_("give with --data and --settings what settle() draws from"),
     conform_settles, 0},
    {N_("leaks no memory"), N_("run it under valgrind --leak-check=full"), conform_leaks, ASKS_RULE},
};

struct run {
    const struct conform *conform;
    conform_check *check;
};

static void run_check(void *context, struct sdk_answer *answer)
{
    const struct run *run = context;
    /* What a plug-in prints by itself is not for the list of results. */
    if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
        sdk_fail(answer, NULL, _("/dev/null cannot be opened"));
    else
        run->check(run->conform, answer);
}

static void write_sample(void *context, struct sdk_answer *answer)
{
    struct conform *conform = context;
    struct strbuf ini = {0};
    struct alm_error err = {0};
    enum alm_status status = sdk_world_sample(&conform->world, conform->bench, &ini, &err);
    if (status == ALM_OK)
        status = sdk_world_settings(&conform->world, conform->world.name, ini.at, &err);
    if (status != ALM_OK)
        sdk_fail_with(answer, &err);
    strbuf_release(&ini);
}

enum alm_status sdk_conform(const struct sdk_bench *bench, const struct sdk_report *report, size_t *failed,
                            struct alm_error *err)
{
    struct conform conform = {.bench = bench};
    uint32_t stopped = 0; /* checks with these flags */
    enum alm_status status = sdk_world_make(&conform.world, bench, err);

    *failed = 0;
    if (status != ALM_OK)
        goto out;
    report->plan(report->context, COUNT_OF(checks));
    for (size_t i = 0; i < COUNT_OF(checks); i++) {
        struct sdk_answer answer = {0};
        struct run run = {&conform, checks[i].run};
        if ((stopped & VITAL) || (checks[i].flags & stopped))
            sdk_skip(&answer, _("what failed above stands in its way"));
        else
            sdk_in_child(run_check, &run, SECONDS, &answer);
        /* From here on there are settings to run with. */
        if (checks[i].run == conform_loads && answer.verdict == SDK_PASSED)
            sdk_in_child(write_sample, &conform, SECONDS, &answer);
        if (answer.verdict == SDK_FAILED)
            stopped |= (checks[i].flags & VITAL) | (checks[i].flags & RULE ? ASKS_RULE : 0);
        *failed += answer.verdict == SDK_FAILED;
        sdk_world_strip(&conform.world, answer.text);
        const bool needs_mend = answer.verdict == SDK_FAILED && !answer.mend[0];
        const struct sdk_result result = {_(checks[i].name), answer.verdict, answer.text,
                                          needs_mend ? _(checks[i].mend) : answer.mend};
        report->result(report->context, &result);
    }
out:
    sdk_world_remove(&conform.world);
    return status;
}
