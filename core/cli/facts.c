/* SPDX-License-Identifier: MIT */
/* A table of what is known of one thing: `delivery show`, `person show`, `status`. */
#include "cli/cli.h"

static const struct alm_column columns[] = {CLI_COLUMN("what", N_("what"), ALM_STRING),
                                            CLI_COLUMN("value", N_("value"), ALM_STRING)};

enum alm_status cli_facts_begin(struct cli *cli, const char *title, struct alm_error *err)
{
    return report_begin(cli->report, title, columns, COUNT_OF(columns), err);
}

enum alm_status cli_facts_add(struct cli *cli, const struct cli_fact *facts, size_t n, struct alm_error *err)
{
    struct report_style style = {0}, page, look;
    const bool on_page = cli->output == REPORT_HTML;
    enum alm_status status = ALM_OK;

    host_report_style(cli->host, &style);
    report_style_page(&style, &page);
    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        const struct alm_column column = {.name = "value", .title = "value", .type = facts[i].type};
        const struct alm_value *value = &facts[i].value;
        struct alm_value row[] = {alm_string(facts[i].what), *value};
        char buf[128];

        if (value->is_null || (value->text && !*value->text))
            continue;
        if (facts[i].type != ALM_STRING) {
            look = on_page ? page : style;
            look.persian_digits = look.persian_digits && !(on_page && facts[i].type == ALM_ID); /* it is typed again */
            if (cli->output == REPORT_TABLE || on_page)
                report_format_value(&look, &column, value, buf, sizeof buf);
            else
                report_format_plain(&column, value, style.currency_decimals, buf, sizeof buf);
            row[1] = alm_string(buf);
        }
        status = report_row(cli->report, row, err);
    }
    return status;
}

const struct alm_column *cli_money_columns(struct cli *cli, const struct alm_column *given, size_t n)
{
    struct alm_column *shown = arena_alloc(&cli->arena, n * sizeof *shown);

    memcpy(shown, given, n * sizeof *shown);
    for (size_t i = 0; i < n; i++)
        if (shown[i].type == ALM_MONEY)
            shown[i].unit = host_conf(cli->host)->almoner->currency;
    return shown;
}
