/* SPDX-License-Identifier: MIT */
/*
 * page: the lists of a plan as one HTML page that needs nothing else: each list begins on a new sheet of A4, with a
 * code to scan and a box to sign on each line.  From right to left and in Persian, digits too, where the campaign's
 * calendar or digits are.
 */
#include "cli/plan.h"

#include <errno.h>
#include <qrencode.h>

enum word {
    WORD_PLAN,
    WORD_STAGE,
    WORD_GROUP,
    WORD_NUMBER,
    WORD_CARD,
    WORD_CODE,
    WORD_NAME,
    WORD_ADDRESS,
    WORD_MEMBERS,
    WORD_QUANTITY,
    WORD_SIGNATURE,
    WORD_LINES,
    WORDS
};
static const char *const words[WORDS][2] = {
    [WORD_PLAN] = {N_("Distribution list"), "فهرست توزیع"},
    [WORD_STAGE] = {N_("stage"), "مرحله"},
    [WORD_GROUP] = {N_("delivered by"), "تحویل‌دهنده"},
    [WORD_NUMBER] = {N_("no."), "ردیف"},
    [WORD_CARD] = {N_("card"), "کارت"},
    [WORD_CODE] = {N_("code"), "کد"},
    [WORD_NAME] = {N_("name"), "نام سرپرست"},
    [WORD_ADDRESS] = {N_("address"), "نشانی"},
    [WORD_MEMBERS] = {N_("members"), "نفر"},
    [WORD_QUANTITY] = {N_("quantity"), "مقدار"},
    [WORD_SIGNATURE] = {N_("signature"), "امضا"},
    [WORD_LINES] = {N_("lines"), "ردیف"},
};

static const char sheet[] = /* of the page */
    "@page{size:A4;margin:12mm}body{font:10pt sans-serif;margin:0}section{break-after:page}h1{font-size:14pt;margin:0}"
    "p{margin:1mm 0 3mm}table{border-collapse:collapse;width:100%}th,td{border:.3mm solid #000;padding:1mm;"
    "text-align:start;vertical-align:middle}thead{display:table-header-group}tr{break-inside:avoid}"
    "svg{width:18mm;height:18mm;display:block}.sign{width:30mm}";

static bool page_style(const struct plan_export *export, struct report_style *look)
{
    struct report_style style = {0};

    host_report_style(export->listing.cli->host, &style);
    return report_style_page(&style, look);
}

static bool is_persian(const struct plan_export *export)
{
    struct report_style look;

    return page_style(export, &look);
}

static const char *word(const struct plan_export *export, enum word which)
{
    return is_persian(export) ? words[which][1] : _(words[which][0]);
}

static void add_cell(struct strbuf *out, const char *text)
{
    strbuf_adds(out, "<td>");
    report_html_text(out, text);
    strbuf_adds(out, "</td>");
}

/* A value as people of the campaign read it. */
static void add_value(const struct plan_export *export, struct strbuf *out, uint32_t type, int64_t number)
{
    const struct alm_column column = {.name = "", .title = "", .type = type};
    const struct alm_value value = alm_number(number);
    struct report_style look;
    char text[64];

    page_style(export, &look);
    report_format_value(&look, &column, &value, text, sizeof text);
    strbuf_adds(out, text);
}

static void put(struct plan_export *export)
{
    fwrite(export->text.at, 1, export->text.len, export->listing.cli->out);
    strbuf_reset(&export->text);
}

void cli_plan_page_begin(struct plan_export *export)
{
    struct report_style look;
    char title[96];

    page_style(export, &look);
    snprintf(title, sizeof title, "%s %lld", word(export, WORD_PLAN), (long long)export->plan.id);
    report_html_begin(&export->text, &look, title, sheet);
    put(export);
}

/* ---- a list ---- */

static const char *programme_title(const struct plan_export *export)
{
    const struct register_entry *entry =
        register_by_id(export->listing.plans->directory, REGISTER_PROGRAMME, export->plan.programme);
    const struct conf_programme *conf =
        entry ? conf_programme_find(host_conf(export->listing.cli->host), entry->code) : NULL;

    if (conf && is_persian(export) && conf->core->title_fa)
        return conf->core->title_fa;
    return conf && conf->core->title ? conf->core->title : entry ? entry->name : "";
}

void cli_plan_page_list(struct plan_export *export)
{
    struct register_directory *directory = export->listing.plans->directory;
    const struct register_entry *stage = register_by_id(directory, REGISTER_STAGE, export->plan.stage);
    const struct register_entry *body = export->body ? register_by_id(directory, REGISTER_BODY, export->body) : NULL;
    const struct register_entry *group =
        export->group ? register_by_id(directory, REGISTER_GROUP, export->group) : NULL;
    static const enum word heads[] = {WORD_NUMBER,  WORD_CARD,    WORD_CODE,     WORD_NAME,
                                      WORD_ADDRESS, WORD_MEMBERS, WORD_QUANTITY, WORD_SIGNATURE};
    struct strbuf *out = &export->text;

    strbuf_adds(out, "<section>\n<h1>");
    report_html_text(out, word(export, WORD_PLAN));
    strbuf_adds(out, ": ");
    report_html_text(out, programme_title(export));
    strbuf_addf(out, "</h1>\n<p>%s: ", word(export, WORD_STAGE));
    report_html_text(out, stage ? stage->name : "");
    if (body || group) {
        strbuf_addf(out, " · %s: ", word(export, WORD_GROUP));
        report_html_text(out, group ? group->name : body->name);
        strbuf_adds(out, " (");
        report_html_text(out, group ? group->code : body->code);
        strbuf_adds(out, ")");
    }
    strbuf_addf(out, " · <bdi>%lld</bdi></p>\n<table>\n<thead><tr>", (long long)export->plan.id);
    for (size_t i = 0; i < COUNT_OF(heads); i++)
        strbuf_addf(out, "<th%s>%s</th>", heads[i] == WORD_SIGNATURE ? " class=\"sign\"" : "", word(export, heads[i]));
    strbuf_adds(out, "</tr></thead>\n<tbody>\n");
    put(export);
}

void cli_plan_page_list_end(struct plan_export *export)
{
    struct strbuf *out = &export->text;

    strbuf_adds(out, "</tbody>\n</table>\n<p>");
    add_value(export, out, ALM_INT, export->n);
    strbuf_addf(out, " %s</p>\n</section>\n", word(export, WORD_LINES));
    put(export);
}

/* ---- a line ---- */

/* The dark modules of each row, run by run, with the four modules of white around them that scanners need. */
static enum alm_status add_code(struct strbuf *out, const char *text, struct alm_error *err)
{
    enum { QUIET = 4 };
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);

    if (!code)
        return errno == ENOMEM ? error_no_memory(err)
                               : error_set(err, ALM_BAD_DATA, _("give the household a shorter code"),
                                           _("'%s' does not fit into a code to scan"), text);
    strbuf_addf(out, "<svg viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\"><path d=\"", code->width + 2 * QUIET,
                code->width + 2 * QUIET);
    for (int y = 0; y < code->width; y++)
        for (int x = 0, run; x < code->width; x += run ? run : 1) {
            for (run = 0; x + run < code->width && (code->data[y * code->width + x + run] & 1); run++)
                ;
            if (run)
                strbuf_addf(out, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, run, run);
        }
    strbuf_adds(out, "\"/></svg>");
    QRcode_free(code);
    return ALM_OK;
}

enum alm_status cli_plan_page_line(struct plan_export *export, const struct plan_card *card, struct alm_error *err)
{
    const struct plan_line *line = &card->line;
    const struct register_entry *programme =
        register_by_id(export->listing.plans->directory, REGISTER_PROGRAMME, export->plan.programme);
    struct strbuf *out = &export->text;
    char scanned[PLAN_CARD_SIZE];
    enum alm_status status = cli_plan_card(export->listing.cli, line->code, scanned, sizeof scanned, err);

    if (status != ALM_OK)
        return status;
    export->n++;
    strbuf_adds(out, "<tr><td>");
    add_value(export, out, ALM_INT, export->n);
    strbuf_adds(out, "</td><td>");
    status = add_code(out, scanned, err);
    strbuf_adds(out, "</td><td><bdi>");
    report_html_text(out, line->code);
    strbuf_adds(out, "</bdi></td>");
    add_cell(out, card->name);
    add_cell(out, card->address);
    strbuf_adds(out, "<td>");
    add_value(export, out, ALM_INT, line->members);
    strbuf_adds(out, "</td><td>");
    add_value(export, out, ALM_QUANTITY, line->quantity - line->delivered);
    strbuf_addc(out, ' ');
    report_html_text(out, programme ? programme->unit : "");
    strbuf_adds(out, "</td><td></td></tr>\n");
    put(export);
    return status;
}

enum alm_status cli_plan_page_end(struct plan_export *export, struct alm_error *err)
{
    return ferror(export->listing.cli->out)
               ? error_set(err, ALM_IO, _("is the disk full?"), _("standard output could not be written"))
               : ALM_OK;
}
