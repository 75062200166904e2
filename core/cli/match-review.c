/* SPDX-License-Identifier: MIT */
/* `almoner match review`: pairs side by side, one key a decision; or as CSV for a committee. */
#include "cli/match.h"

#include <errno.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

/* ---- what is shown of a pair ---- */

/* Fields of a person, in the order in which they are shown; the trait that a run weighed, or none. */
enum { FIELDS = 11 };
static const struct {
    const char *title;
    int trait; /* enum match_trait; -1: none */
} fields[FIELDS] = {
    {N_("household"), -1},
    {N_("given name"), TRAIT_GIVEN},
    {N_("family name"), TRAIT_FAMILY},
    {N_("father's name"), TRAIT_FATHER},
    {N_("born"), TRAIT_BORN},
    {N_("sex"), TRAIT_SEX},
    {N_("national ID"), TRAIT_NATIONAL_ID},
    {N_("mobile"), TRAIT_MOBILE},
    {N_("area"), TRAIT_AREA},
    {N_("address"), TRAIT_ADDRESS},
    {N_("last aid"), -1},
};

static void take_fields(struct cli *cli, const struct cli_match_person *who, bool plain, const char *texts[FIELDS],
                        struct arena *arena)
{
    const struct register_person *person = &who->person;
    char born[32] = "";
    if (person->birth_date != ALM_NO_DATE && plain)
        date_format(person->birth_date, DATE_ISO, born, sizeof born);
    else if (person->birth_date != ALM_NO_DATE)
        host_format_date(cli->host, person->birth_date, born, sizeof born);
    const char *const all[FIELDS] = {person->household_code,
                                     person->given_name,
                                     person->family_name,
                                     person->father_name,
                                     born[0] ? arena_strdup(arena, born) : NULL,
                                     person->sex,
                                     person->national_id ? person->national_id : person->foreign_id,
                                     person->mobile,
                                     who->area,
                                     person->address,
                                     who->aid};
    memcpy(texts, all, sizeof all);
}

/* Whether both have it, and it is not one in the reader's eyes: other spellings are. */
static bool differs(const char *a, const char *b)
{
    char x[512], y[512];
    if (!a || !b || !*a || !*b)
        return false;
    text_fold_joined(text_of(a), x, sizeof x);
    text_fold_joined(text_of(b), y, sizeof y);
    return strcmp(x, y) != 0;
}

/* ---- all pairs ---- */

struct pairs {
    struct match_flag *at;
    size_t n, capacity;
    struct arena arena;
};

static enum alm_status keep_pair(void *context, const struct match_flag *flag, struct alm_error *err)
{
    struct pairs *pairs = context;
    (void)err;
    ARRAY_ROOM(pairs->at, pairs->n, pairs->capacity);
    pairs->at[pairs->n] = *flag;
    pairs->at[pairs->n++].why = arena_strdup(&pairs->arena, flag->why);
    return ALM_OK;
}

/* ---- for a committee ---- */

static const struct alm_column sheet_columns[] = {
    CLI_COLUMN("a", NULL, ALM_ID),
    CLI_COLUMN("b", NULL, ALM_ID),
    CLI_COLUMN("decision", NULL, ALM_STRING),
    CLI_COLUMN("reason", NULL, ALM_STRING),
    CLI_COLUMN("survivor", NULL, ALM_STRING),
    CLI_COLUMN("probability", NULL, ALM_STRING),
    CLI_COLUMN("bits", NULL, ALM_STRING),
    CLI_COLUMN("kind", NULL, ALM_STRING),
    CLI_COLUMN("differs", NULL, ALM_STRING),
    CLI_COLUMN("a_household", NULL, ALM_STRING),
    CLI_COLUMN("a_given_name", NULL, ALM_STRING),
    CLI_COLUMN("a_family_name", NULL, ALM_STRING),
    CLI_COLUMN("a_father_name", NULL, ALM_STRING),
    CLI_COLUMN("a_birth_date", NULL, ALM_STRING),
    CLI_COLUMN("a_sex", NULL, ALM_STRING),
    CLI_COLUMN("a_national_id", NULL, ALM_STRING),
    CLI_COLUMN("a_mobile", NULL, ALM_STRING),
    CLI_COLUMN("a_area", NULL, ALM_STRING),
    CLI_COLUMN("a_address", NULL, ALM_STRING),
    CLI_COLUMN("a_aid", NULL, ALM_STRING),
    CLI_COLUMN("b_household", NULL, ALM_STRING),
    CLI_COLUMN("b_given_name", NULL, ALM_STRING),
    CLI_COLUMN("b_family_name", NULL, ALM_STRING),
    CLI_COLUMN("b_father_name", NULL, ALM_STRING),
    CLI_COLUMN("b_birth_date", NULL, ALM_STRING),
    CLI_COLUMN("b_sex", NULL, ALM_STRING),
    CLI_COLUMN("b_national_id", NULL, ALM_STRING),
    CLI_COLUMN("b_mobile", NULL, ALM_STRING),
    CLI_COLUMN("b_area", NULL, ALM_STRING),
    CLI_COLUMN("b_address", NULL, ALM_STRING),
    CLI_COLUMN("b_aid", NULL, ALM_STRING),
};
enum { S_A, S_B, S_DECISION, S_REASON, S_SURVIVOR, S_PROBABILITY, S_BITS, S_KIND, S_DIFFERS, S_FIELDS };
_Static_assert(COUNT_OF(sheet_columns) == S_FIELDS + 2 * FIELDS, "one for each");

struct sheet {
    struct cli *cli;
    const struct match_register *of;
};

/* The columns' names without a_: what of them differs. */
static const char *differing(const char *const a[FIELDS], const char *const b[FIELDS], struct arena *arena)
{
    struct strbuf text = {0};
    for (size_t f = 0; f < FIELDS; f++)
        if (fields[f].trait >= 0 && differs(a[f], b[f]))
            strbuf_addf(&text, "%s%s", text.len ? " " : "", sheet_columns[S_FIELDS + f].name + 2);
    const char *kept = arena_strdup(arena, text.len ? text.at : "");
    strbuf_release(&text);
    return kept;
}

static enum alm_status sheet_row(const struct sheet *sheet, const struct match_flag *flag, struct alm_error *err)
{
    struct cli_match_person who[2];
    const char *texts[2][FIELDS];
    struct alm_value row[COUNT_OF(sheet_columns)];
    struct arena arena = {0};
    enum alm_status status = cli_match_read_pair(sheet->cli, flag, true, who, &arena, err);
    for (int i = 0; i < 2 && status == ALM_OK; i++) {
        take_fields(sheet->cli, &who[i], true, texts[i], &arena);
        for (size_t f = 0; f < FIELDS; f++)
            row[S_FIELDS + (size_t)i * FIELDS + f] = alm_string(texts[i][f]);
    }
    if (status == ALM_OK) {
        row[S_A] = alm_number(flag->first);
        row[S_B] = alm_number(flag->second);
        row[S_DECISION] = row[S_REASON] = row[S_SURVIVOR] = alm_null();
        row[S_PROBABILITY] = alm_string(arena_printf(&arena, "%.4f", flag->probability));
        row[S_BITS] = alm_string(arena_printf(&arena, "%.2f", flag->bits));
        row[S_KIND] = alm_string(match_kinds[match_kind_of(sheet->of, flag) - MATCH_CERTAIN]);
        row[S_DIFFERS] = alm_string(differing(texts[0], texts[1], &arena));
        status = report_row(sheet->cli->report, row, err);
    }
    arena_release(&arena);
    return status;
}

/* ---- at a terminal ---- */

static const struct alm_column screen_columns[] = {
    CLI_COLUMN("field", " ", ALM_STRING),           CLI_COLUMN("first", N_("first"), ALM_STRING),
    CLI_COLUMN("second", N_("second"), ALM_STRING), CLI_COLUMN("near", N_("how near"), ALM_STRING),
    CLI_COLUMN("bits", N_("bits"), ALM_STRING),
};

struct screen {
    struct cli *cli;
    const struct match_register *of;
    struct pairs *pairs;
    size_t at;
    int64_t decided[MATCH_NOT_SURE + 1];
};

/* What a run said of a trait. */
static bool find_reason(const char *why, int trait, struct match_reason *reason)
{
    while (match_why(&why, reason))
        if (trait >= 0 && reason->trait && strcmp(reason->trait, match_trait_headers[trait]) == 0)
            return true;
    return false;
}

static double bits_beside_fields(const char *why, bool household)
{
    struct match_reason reason;
    while (match_why(&why, &reason))
        if (!reason.trait && reason.household == household)
            return reason.bits;
    return 0;
}

/* Right-to-left text in two cells beside each other would be shown by a terminal as one, the second before the first:
 * each is kept apart (U+2068, U+2069), so that it runs from the right inside its own cell. */
static const char *kept_apart(const char *text, struct arena *arena)
{
    for (const char *at = text; at && *at; at++)
        if ((unsigned char)*at >= 0xD6 && (unsigned char)*at <= 0xDF) /* Hebrew to Thaana: Arabic script */
            return arena_printf(arena, "\u2068%s\u2069", text);
    return text;
}

static enum alm_status screen_row(struct report *report, const char *title, const char *a, const char *b,
                                  const char *near, const char *bits, struct alm_error *err)
{
    const struct alm_value row[COUNT_OF(screen_columns)] = {alm_string(title), alm_string(a), alm_string(b),
                                                            alm_string(near), alm_string(bits)};
    return report_row(report, row, err);
}

static enum alm_status show_fields(struct screen *screen, const struct match_flag *flag, struct report *report,
                                   struct arena *arena, struct alm_error *err)
{
    struct cli_match_person who[2];
    const char *texts[2][FIELDS];
    enum alm_status status = cli_match_read_pair(screen->cli, flag, false, who, arena, err);
    for (int i = 0; i < 2 && status == ALM_OK; i++)
        take_fields(screen->cli, &who[i], false, texts[i], arena);
    if (status == ALM_OK)
        status = screen_row(report, _("id"), arena_printf(arena, "%lld", (long long)flag->first),
                            arena_printf(arena, "%lld", (long long)flag->second), NULL, NULL, err);
    for (size_t f = 0; f < FIELDS && status == ALM_OK; f++) {
        const char *a = texts[0][f], *b = texts[1][f], *bits = NULL, *near = NULL;
        struct match_reason reason;
        if (!a && !b)
            continue;
        if (find_reason(flag->why, fields[f].trait, &reason) && reason.level) {
            near = _(reason.level);
            bits = arena_printf(arena, "%+.2f", reason.bits + 0.0);
        }
        const bool other = fields[f].trait >= 0 && differs(a, b);
        status = screen_row(report, arena_printf(arena, "%s %s", other ? "*" : " ", _(fields[f].title)),
                            kept_apart(a, arena), kept_apart(b, arena), near, bits, err);
    }
    return status;
}

static enum alm_status show_pair(struct screen *screen, struct alm_error *err)
{
    const struct match_flag *flag = &screen->pairs->at[screen->at];
    struct report_style style = {0};
    struct arena arena = {0};
    struct cli *cli = screen->cli;
    host_report_style(cli->host, &style);
    style.terminal = true;
    struct report *report = report_new(cli->out, REPORT_TABLE, &style);
    fprintf(cli->out, _("\n%zu of %zu: %s, probability %.4f\n"), screen->at + 1, screen->pairs->n,
            _(match_kinds[match_kind_of(screen->of, flag) - MATCH_CERTAIN]), flag->probability);
    enum alm_status status = report_begin(report, NULL, screen_columns, COUNT_OF(screen_columns), err);
    if (status == ALM_OK)
        status = show_fields(screen, flag, report, &arena, err);
    if (status == ALM_OK && *flag->why)
        status = screen_row(report, _("  two at random"), NULL, NULL, NULL,
                            arena_printf(&arena, "%+.2f", bits_beside_fields(flag->why, false)), err);
    if (status == ALM_OK && *flag->why)
        status = screen_row(report, _("  of one household"), NULL, NULL, NULL,
                            arena_printf(&arena, "%+.2f", bits_beside_fields(flag->why, true) + 0.0), err);
    if (status == ALM_OK)
        status = report_end(report, err);
    const enum alm_status end = report_free(report, status == ALM_OK ? err : NULL);
    arena_release(&arena);
    return status == ALM_OK ? end : status;
}

/*
 * Keys come one by one and are not echoed, from before the first pair is shown until the end.  Control and c is a key,
 * too, so that nobody is left with a terminal like that.
 */
static bool listen_for_keys(struct termios *before)
{
    struct termios keys;
    if (tcgetattr(STDIN_FILENO, before) != 0)
        return false;
    keys = *before;
    keys.c_lflag &= (tcflag_t) ~(ICANON | ECHO | ISIG);
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    return tcsetattr(STDIN_FILENO, TCSADRAIN, &keys) == 0;
}

/* EOF where there will be none. */
static int read_key(void)
{
    unsigned char key;
    return read(STDIN_FILENO, &key, 1) == 1 ? key : EOF;
}

static enum alm_status write_decision(struct cli *cli, void *context, struct alm_error *err)
{
    struct cli_match_decision *decision = context;
    const enum alm_status status = cli_match_settle(cli, decision, err);
    if (status != ALM_OK)
        return status;
    cli->entry.changed = 1;
    cli->entry.subject = arena_printf(&cli->arena, "%lld %lld", (long long)decision->a, (long long)decision->b);
    cli_match_tell(cli, decision);
    return status;
}

/* Committed at once.  What cannot be done for this pair is told, and the next one comes. */
static enum alm_status decide(struct screen *screen, enum match_decision what, struct alm_error *err)
{
    const struct match_flag *flag = &screen->pairs->at[screen->at];
    struct cli *cli = screen->cli;
    const struct store_entry entry = cli->entry;
    struct cli_match_decision decision = {.entry = &cli->entry, .a = flag->first, .b = flag->second, .decision = what};
    enum alm_status status = cli_write(cli, write_decision, &decision, err);
    cli->entry = entry;
    if (status == ALM_OK) {
        screen->decided[what]++;
    } else if (status == ALM_BAD_DATA || status == ALM_REFUSED || status == ALM_AGAIN) {
        cli_error(cli, err);
        status = ALM_OK;
    }
    screen->at++;
    return status;
}

static enum alm_status answer(struct screen *screen, bool *end, struct alm_error *err)
{
    fputs(_("s same, d different, u unsure, k skip, b back, q quit? "), screen->cli->out);
    fflush(screen->cli->out);
    const int key = read_key();
    fprintf(screen->cli->out, "%c\n", key > ' ' && key < 127 ? key : ' ');
    fflush(screen->cli->out);
    switch (key) {
    case 's':
        return decide(screen, MATCH_SAME, err);
    case 'd':
        return decide(screen, MATCH_DIFFERENT, err);
    case 'u':
        return decide(screen, MATCH_NOT_SURE, err);
    case 'k':
    case ' ':
        screen->at++;
        return ALM_OK;
    case 'b':
        screen->at -= screen->at > 0;
        return ALM_OK;
    case 'q':
    case EOF:
    case 3: /* control and c, and d */
    case 4:
        *end = true;
        return ALM_OK;
    default:
        fputs(_("that key means nothing here\n"), screen->cli->out);
        return ALM_OK;
    }
}

/* In a read transaction of its own, so that nothing is held while somebody thinks. */
static enum alm_status show(struct screen *screen, struct alm_error *err)
{
    enum alm_status status = store_begin(screen->of->store, false, err);
    if (status != ALM_OK)
        return status;
    status = show_pair(screen, err);
    if (status == ALM_OK)
        return store_commit(screen->of->store, err);
    store_rollback(screen->of->store);
    /* Somebody else merged or erased them since the list was made. */
    if (status == ALM_BAD_DATA) {
        cli_error(screen->cli, err);
        screen->at++;
        return ALM_OK;
    }
    return status;
}

static enum alm_status review(struct screen *screen, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    struct termios before;
    bool end = false;
    if (!listen_for_keys(&before))
        return error_set(err, ALM_IO, NULL, _("the terminal gives no single keys: %s"), strerror(errno));
    while (status == ALM_OK && !end && screen->at < screen->pairs->n) {
        const size_t at = screen->at;
        status = show(screen, err);
        if (status == ALM_OK && screen->at == at)
            status = answer(screen, &end, err);
    }
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
    if (status == ALM_OK)
        cli_say(screen->cli, _("%lld same, %lld different, %lld unsure"), (long long)screen->decided[MATCH_SAME],
                (long long)screen->decided[MATCH_DIFFERENT], (long long)screen->decided[MATCH_NOT_SURE]);
    return status;
}

/* ---- the command ---- */

static enum alm_status read_pairs(struct cli *cli, const struct match_register *of, const struct alm_args *args,
                                  struct pairs *pairs, struct alm_error *err)
{
    struct match_flag_filter filter;
    enum alm_status status = cli_match_filter(cli, args, &filter, err);
    if (status == ALM_OK)
        status = match_flags(of, &filter, keep_pair, pairs, err);
    return status;
}

static enum alm_status write_sheet(struct cli *cli, const struct match_register *of, const struct pairs *pairs,
                                   struct alm_error *err)
{
    const struct sheet sheet = {cli, of};
    enum alm_status status = report_begin(cli->report, NULL, sheet_columns, COUNT_OF(sheet_columns), err);
    for (size_t i = 0; i < pairs->n && status == ALM_OK; i++)
        status = sheet_row(&sheet, &pairs->at[i], err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static bool at_terminal(const struct cli *cli)
{
    return !cli->no_input && isatty(STDIN_FILENO) && isatty(fileno(cli->out));
}

enum alm_status cli_match_review(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    struct cli *cli = state;
    const bool screen = cli->output == REPORT_TABLE;
    struct pairs pairs = {.n = 0};
    const struct match_register *of;
    (void)host;
    enum alm_status status = host_match(cli->host, &of, err);
    if (status == ALM_OK)
        status = store_begin(of->store, false, err);
    if (status != ALM_OK)
        return status;
    status = read_pairs(cli, of, args, &pairs, err);
    if (status == ALM_OK && !screen)
        status = write_sheet(cli, of, &pairs, err);
    if (status == ALM_OK)
        status = store_commit(of->store, err);
    else
        store_rollback(of->store);
    if (status == ALM_OK && screen && !pairs.n)
        cli_say(cli, _("nobody waits for a decision; almoner match run looks for pairs"));
    else if (status == ALM_OK && screen && !at_terminal(cli))
        status = error_set(
            err, ALM_USAGE,
            _("for a committee: almoner match review --output csv >pairs.csv, and then almoner match import pairs.csv; "
              "or one by one: almoner match decide"),
            _("there is nobody at a terminal to decide"));
    else if (status == ALM_OK && screen)
        status = review(&(struct screen){.cli = cli, .of = of, .pairs = &pairs}, err);
    free(pairs.at);
    arena_release(&pairs.arena);
    return status;
}
