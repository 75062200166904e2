/* SPDX-License-Identifier: MIT */
/* `almoner match`: which records of one list, or of two, are of one person. */
#include "match/match.h"
#include "cli/match.h"

#include <stdlib.h>

/* ---- options that both commands have ---- */

#define MATCH_FILES                                                                                                    \
    {.name = "file",                                                                                                   \
     .type = ALM_STRING,                                                                                               \
     .flags = ALM_ARGUMENT | ALM_REQUIRED,                                                                             \
     .value = "A.csv",                                                                                                 \
     .help = N_("CSV file with a header row")},                                                                        \
    {                                                                                                                  \
        .name = "second", .type = ALM_STRING, .flags = ALM_ARGUMENT, .value = "B.csv",                                 \
        .help =                                                                                                        \
            N_("a second one, whose records are linked with the first one's; without it the first one's with each "    \
               "other")                                                                                                \
    }
#define MATCH_RULES                                                                                                    \
    {.name = "rules",                                                                                                  \
     .type = ALM_STRING,                                                                                               \
     .value = "FILE",                                                                                                  \
     .help = N_("INI file with fields, comparators and blocks (default: guessed from the headers)")},                  \
        MATCH_THREADS
#define MATCH_THREADS                                                                                                  \
    {                                                                                                                  \
        .name = "threads", .type = ALM_INT, .value = "N",                                                              \
        .help = N_("threads to work with (default: one for each processor)")                                           \
    }

static void tell_problem(void *context, const char *file, int line, const char *text, const char *hint)
{
    const char *mend = hint[0] ? "\n  " : "";
    if (line)
        cli_warn(context, "%s:%d: %s%s%s", file, line, text, mend, hint);
    else
        cli_warn(context, "%s: %s%s%s", file, text, mend, hint);
}

enum alm_status cli_match_threads(const struct alm_args *args, int *threads, struct alm_error *err)
{
    const struct alm_arg *given = alm_arg(args, "threads");
    const int64_t n = alm_arg_number(args, "threads", 0);
    if (given->count && (n < 1 || n > MATCH_MAX_THREADS))
        return error_set(err, ALM_USAGE, _("write a number from 1 to 64, or leave it out"),
                         _("--threads: cannot be %lld"), (long long)n);
    *threads = (int)n;
    return ALM_OK;
}

static enum alm_status options_of(struct cli *cli, const struct alm_args *args, struct match_options *options,
                                  struct alm_error *err)
{
    *options = (struct match_options){.files = {alm_arg_text(args, "file"), alm_arg_text(args, "second")},
                                      .rules = alm_arg_text(args, "rules"),
                                      .truth = alm_arg_text(args, "truth"),
                                      .threshold = -1,
                                      .problem = tell_problem,
                                      .context = cli};
    return cli_match_threads(args, &options->threads, err);
}

/* Lists of what went wrong are cut: nobody reads a thousand. */
enum { MOST_TOLD = 20 };
struct telling {
    struct cli *cli;
    int64_t all;
};

static void tell_reject(void *context, const char *file, int64_t line, const char *why)
{
    struct telling *telling = context;
    if (telling->all++ < MOST_TOLD)
        cli_warn(telling->cli, _("%s:%lld: %s; the row is left out"), file, (long long)line, why);
}

static void tell_split(void *context, const char *a, const char *b)
{
    struct telling *telling = context;
    if (telling->all++ < MOST_TOLD)
        cli_warn(telling->cli, _("kept apart although links join them: %s and %s are certainly different"), a, b);
}

static void tell_faults(struct cli *cli, const struct match *match, const struct match_counts *counts)
{
    struct telling rejects = {.cli = cli}, splits = {.cli = cli};
    match_rejects(match, tell_reject, &rejects);
    if (rejects.all > MOST_TOLD)
        cli_warn(cli, _("and %lld more rows"), (long long)(rejects.all - MOST_TOLD));
    match_splits(match, tell_split, &splits);
    if (splits.all > MOST_TOLD)
        cli_warn(cli, _("and %lld more are kept apart"), (long long)(splits.all - MOST_TOLD));
    if (counts->left_out)
        cli_warn(cli,
                 _("%lld blocks are too large even when parted: %lld pairs were not compared; add keys to their rules"),
                 (long long)counts->huge_blocks, (long long)counts->left_out);
}

/* ---- match files ---- */

enum form { FORM_CLUSTERS, FORM_PAIRS, FORM_RULES };
static const char *const form_names[] = {"clusters", "pairs", "rules", NULL};

/* What a file is for: its name says it, unless --form does. */
static enum alm_status form_of(const struct alm_args *args, const char *file, enum form *form, struct alm_error *err)
{
    const char *name = strrchr(file, '/');
    name = name ? name + 1 : file;
    if (alm_arg(args, "form")->count) {
        *form = (enum form)alm_arg_number(args, "form", FORM_CLUSTERS);
        return ALM_OK;
    }
    for (int i = 0; form_names[i]; i++)
        if (strstr(name, form_names[i])) {
            *form = (enum form)i;
            return ALM_OK;
        }
    return error_set(err, ALM_USAGE, _("call it pairs.csv or clusters.csv, or add --form"),
                     _("--output %s: is it for pairs or for clusters?"), file);
}

static enum alm_status write_output(struct cli *cli, const struct match *match, const char *file, enum form form,
                                    struct alm_error *err)
{
    struct strbuf text = {0};
    enum alm_status status = ALM_OK;
    if (form == FORM_PAIRS)
        match_write_pairs(match, &text);
    else if (form == FORM_CLUSTERS)
        match_write_clusters(match, &text);
    else
        match_write_rules(match, &text);
    if (strcmp(file, "-") == 0)
        fwrite(text.at, 1, text.len, cli->out);
    else if (!cli->dry_run)
        status = file_replace(file, text.at, text.len, err);
    strbuf_release(&text);
    return status;
}

static void tell_counts(struct cli *cli, const struct match_counts *counts)
{
    for (int i = 0; i < 2; i++)
        if (counts->records[i] || counts->rejected[i])
            cli_say(cli, _("%lld rows read, %lld accepted, %lld rejected"),
                    (long long)(counts->records[i] + counts->rejected[i]), (long long)counts->records[i],
                    (long long)counts->rejected[i]);
    cli_say(cli, _("%lld pairs compared, %lld links at a probability of %.4f or more, %lld clusters"),
            (long long)counts->candidates, (long long)counts->links, counts->threshold, (long long)counts->clusters);
}

static const struct alm_column quality_columns[] = {
    CLI_COLUMN("of", N_("of"), ALM_STRING),
    CLI_COLUMN("found", N_("found"), ALM_INT),
    CLI_COLUMN("right", N_("right"), ALM_INT),
    CLI_COLUMN("true", N_("true"), ALM_INT),
    CLI_COLUMN("precision", N_("precision"), ALM_STRING),
    CLI_COLUMN("recall", N_("recall"), ALM_STRING),
    CLI_COLUMN("f1", N_("F1"), ALM_STRING),
    CLI_COLUMN("completeness", N_("pairs completeness"), ALM_STRING),
    CLI_COLUMN("best_f1", N_("best F1"), ALM_STRING),
    CLI_COLUMN("best_threshold", N_("at threshold"), ALM_STRING),
};

static struct alm_value quality_share(struct cli *cli, double x)
{
    return (struct alm_value){.text = arena_printf(&cli->arena, "%.4f", x)};
}

static enum alm_status tell_quality(struct cli *cli, const struct match_counts *counts, struct alm_error *err)
{
    const struct match_quality *rows[] = {&counts->pairs_quality, &counts->clusters_quality};
    enum alm_status status =
        report_begin(cli->report, _("Against the truth"), quality_columns, COUNT_OF(quality_columns), err);
    for (size_t i = 0; i < COUNT_OF(rows) && status == ALM_OK; i++) {
        const struct match_quality *q = rows[i];
        const bool pairs = i == 0;
        const struct alm_value row[COUNT_OF(quality_columns)] = {
            {.text = pairs ? _("pairs") : _("clusters")},
            {.number = q->found},
            {.number = q->right},
            {.number = q->true_pairs},
            quality_share(cli, q->precision),
            quality_share(cli, q->recall),
            quality_share(cli, q->f1),
            pairs ? quality_share(cli, q->completeness) : (struct alm_value){.is_null = true},
            pairs ? quality_share(cli, q->best_f1) : (struct alm_value){.is_null = true},
            pairs ? quality_share(cli, q->best_threshold) : (struct alm_value){.is_null = true},
        };
        status = report_row(cli->report, row, err);
    }
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static enum alm_status run_files(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    struct cli *cli = state;
    struct match_options options;
    const struct alm_arg *output = alm_arg(args, "output");
    struct match *match = NULL;
    struct match_counts counts;
    enum form form = FORM_CLUSTERS;
    enum alm_status status = options_of(cli, args, &options, err);
    (void)host;
    if (status != ALM_OK)
        return status;
    if (alm_arg(args, "threshold")->count)
        options.threshold = (double)alm_arg_number(args, "threshold", 0) / 1000;
    if (options.threshold > 1)
        return error_set(err, ALM_USAGE, _("write a probability, for example 0.9"), _("--threshold: is over 1"));
    for (size_t i = 0; i < output->count && status == ALM_OK; i++) /* before the work */
        status = form_of(args, output->values[i].text, &form, err);
    if (status == ALM_OK)
        status = match_run(&match, &options, &counts, err);
    if (status != ALM_OK)
        return status;
    tell_faults(cli, match, &counts);
    tell_counts(cli, &counts);
    for (size_t i = 0; i < output->count && status == ALM_OK; i++) {
        status = form_of(args, output->values[i].text, &form, err);
        if (status == ALM_OK)
            status = write_output(cli, match, output->values[i].text, form, err);
    }
    if (status == ALM_OK && cli->dry_run && output->count)
        cli_say(cli, _("dry run: nothing was written"));
    if (status == ALM_OK && options.truth)
        status = tell_quality(cli, &counts, err);
    match_free(match);
    return status;
}

static const struct alm_option files_options[] = {
    MATCH_FILES,
    MATCH_RULES,
    {.name = "output",
     .type = ALM_STRING,
     .flags = ALM_REPEATED,
     .value = "FILE",
     .help = N_("where the pairs or the clusters go, as CSV: pairs.csv, clusters.csv")},
    {.name = "form",
     .type = ALM_ENUM,
     .choices = form_names,
     .value = "FORM",
     .help = N_("what --output is for (default: what its name says); rules are the ones in force")},
    {.name = "threshold",
     .type = ALM_DECIMAL,
     .value = "P",
     .help = N_("probability from which two records are one (default: the rules', or chosen for the best balance)")},
    {.name = "truth",
     .type = ALM_STRING,
     .value = "FILE",
     .help = N_("CSV with id and cluster, or id_a and id_b: print precision, recall, F1 and pairs completeness")},
};
/* ---- match explain ---- */

static const struct alm_column explain_columns[] = {
    CLI_COLUMN("field", N_("field"), ALM_STRING), CLI_COLUMN("a", N_("first"), ALM_STRING),
    CLI_COLUMN("b", N_("second"), ALM_STRING),    CLI_COLUMN("level", N_("level"), ALM_STRING),
    CLI_COLUMN("bits", N_("bits"), ALM_STRING),
};

static enum alm_status explain_row(struct cli *cli, const struct match_explained *row, struct alm_error *err)
{
    const struct alm_value values[COUNT_OF(explain_columns)] = {
        {.text = row->what},
        {.is_null = !row->a, .text = row->a},
        {.is_null = !row->b, .text = row->b},
        {.is_null = !row->level, .text = row->level ? _(row->level) : NULL},
        {.text = arena_printf(&cli->arena, "%+.2f", row->bits + 0.0)},
    };
    return report_row(cli->report, values, err);
}

static enum alm_status run_explain(const struct alm_host *host, void *state, const struct alm_args *args,
                                   struct alm_error *err)
{
    struct cli *cli = state;
    struct match_options options;
    struct match_explanation explanation = {.n = 0};
    struct match_counts counts;
    struct match *match;
    (void)host;
    enum alm_status status = options_of(cli, args, &options, err);
    if (status == ALM_OK)
        status = match_run(&match, &options, &counts, err);
    if (status != ALM_OK)
        return status;
    status = match_explain(match, alm_arg_text(args, "a"), alm_arg_text(args, "b"), &explanation, err);
    if (status == ALM_OK)
        status =
            report_begin(cli->report, _("How the weight comes about"), explain_columns, COUNT_OF(explain_columns), err);
    for (size_t i = 0; i < explanation.n && status == ALM_OK; i++)
        status = explain_row(cli, &explanation.rows[i], err);
    if (status == ALM_OK)
        status = explain_row(cli, &(struct match_explained){.what = _("together"), .bits = explanation.weight}, err);
    if (status == ALM_OK)
        status = report_end(cli->report, err);
    if (status == ALM_OK) {
        cli_say(cli, _("probability %.4f, threshold %.4f: %s"), explanation.probability, counts.threshold,
                explanation.probability >= counts.threshold ? _("a match") : _("no match"));
        if (explanation.block)
            cli_say(cli, _("brought together by the block: %s"), explanation.block);
        else
            cli_say(cli, _("no block brings the two together: they are not compared"));
    }
    match_explanation_release(&explanation);
    match_free(match);
    return status;
}

static const struct alm_option explain_options[] = {
    MATCH_FILES,
    {.name = "a",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .value = "ID",
     .help = N_("one record: its id, or the number of its row")},
    {.name = "b",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .value = "ID",
     .help = N_("the other, of B.csv if there is one")},
    MATCH_RULES,
};
/* ---- match list (match-list.c) ---- */

static const struct alm_option list_options[] = {
    {.name = "file",
     .type = ALM_STRING,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "FILE",
     .help = N_("CSV file with a header row, as person import takes it; - is standard input")},
    {.name = "map",
     .type = ALM_STRING,
     .flags = ALM_REPEATED,
     .value = "OURS=THEIRS",
     .help = N_("read column OURS from the header THEIRS")},
    {.name = "only",
     .type = ALM_ENUM,
     .choices = cli_match_verdicts,
     .value = "VERDICT",
     .help = N_("only the rows of which this was found")},
    MATCH_THREADS,
};

/* ---- the register with itself (match-register.c, match-decide.c, match-review.c) ---- */

static const struct alm_option run_options[] = {
    {.name = "all",
     .type = ALM_BOOL,
     .help = N_("compare everybody anew (default: who is new or has changed since the last run, with everybody)")},
    MATCH_THREADS,
};

#define MATCH_PERSON                                                                                                   \
    {                                                                                                                  \
        .name = "person", .type = ALM_STRING, .value = "ID",                                                           \
        .help = N_("only pairs with this person: id, national ID or mobile number")                                    \
    }
#define MATCH_LIMIT                                                                                                    \
    {                                                                                                                  \
        .name = "limit", .type = ALM_INT, .value = "N", .fallback = "100", .help = N_("at most so many; 0: all")       \
    }
static const struct alm_option flags_options[] = {
    {.name = "only", .type = ALM_ENUM, .choices = match_kinds, .value = "KIND", .help = N_("only pairs of this kind")},
    MATCH_PERSON,
    MATCH_LIMIT,
};
static const struct alm_option decisions_options[] = {MATCH_PERSON, MATCH_LIMIT};

#define MATCH_WHO(option, what)                                                                                        \
    {                                                                                                                  \
        .name = option, .type = ALM_STRING, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "PERSON", .help = what      \
    }
static const char *const decision_words[] = {"same", "different", "unsure", NULL};
static const struct alm_option decide_options[] = {
    MATCH_WHO("a", N_("one of the two: id, national ID or mobile number")),
    MATCH_WHO("b", N_("the other")),
    {.name = "decision",
     .type = ALM_ENUM,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .choices = decision_words,
     .value = "DECISION",
     .help = N_("whether they are one person")},
    {.name = "reason", .type = ALM_STRING, .value = "TEXT", .help = N_("why, without personal data")},
    {.name = "survivor",
     .type = ALM_STRING,
     .value = "PERSON",
     .help =
         N_("of two who are the same, the one who stays (default: who got more aid, else who has a national ID, else "
            "who was registered first)")},
    {.name = "different-ids",
     .type = ALM_BOOL,
     .help = N_("the same although each has a national ID of its own: one of them was found to be wrong")},
};
static const struct alm_option import_options[] = {CLI_IMPORT_OPTIONS};

static const struct alm_command match_commands[] = {
    {"files", N_("find the records of one person in a list, or in two"), files_options, COUNT_OF(files_options),
     ALM_NO_STORE, run_files,
     "match files people.csv --output clusters.csv\nmatch files ours.csv theirs.csv --output pairs.csv"},
    {"explain", N_("show one pair field by field, with the weight of each"), explain_options, COUNT_OF(explain_options),
     ALM_NO_STORE, run_explain, "match explain people.csv --a 12 --b 13"},
    {"list", N_("tell who of a list is registered already, and what they got last; nothing is written"), list_options,
     COUNT_OF(list_options), ALM_READS, cli_match_list,
     "match list theirs.csv\nmatch list theirs.csv --only doubtful\nmatch list theirs.csv --only known --output csv"},
    {"run", N_("find who may be registered twice, and flag the pairs"), run_options, COUNT_OF(run_options),
     ALM_WRITES | ALM_BULK, cli_match_run, "match run\nmatch run --all"},
    {"flags", N_("list the pairs that wait for a decision"), flags_options, COUNT_OF(flags_options), ALM_READS,
     cli_match_flags, "match flags\nmatch flags --only certain --output csv"},
    {"review", N_("show pairs side by side and decide by one key; with --output csv write them for a committee"),
     flags_options, COUNT_OF(flags_options), ALM_WRITES | ALM_BULK, cli_match_review,
     "match review\nmatch review --only certain\nmatch review --limit 0 --output csv"},
    {"decide", N_("decide whether two persons are one"), decide_options, COUNT_OF(decide_options), ALM_WRITES,
     cli_match_decide,
     "match decide 1476174032 09120000001 different\nmatch decide 1476174032 09120000001 same --reason 'seen by "
     "B0001'"},
    {"import", N_("take back a committee's file: what match review wrote, with its column decision filled in"),
     import_options, COUNT_OF(import_options), ALM_WRITES | ALM_BULK, cli_match_import, "match import pairs.csv"},
    {"decisions", N_("list what was decided, the last first"), decisions_options, COUNT_OF(decisions_options),
     ALM_READS, cli_match_decisions, "match decisions\nmatch decisions --person 1476174032"},
};
extern const struct cli_noun cli_match;
const struct cli_noun cli_match = {"match", N_("find the records that are of one person"), match_commands,
                                   COUNT_OF(match_commands)};
