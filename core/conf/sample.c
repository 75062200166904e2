/* SPDX-License-Identifier: MIT */
/* `config sample`: an INI text that says of every key what it means, and that reads back as the defaults. */
#include "conf/parts.h"

enum { SAMPLE_COLUMNS = 100 };

/* `text` as comment lines, broken between words; what follows the first line is set in by `indent`. */
static void add_comment(struct strbuf *out, const char *text, size_t indent)
{
    size_t column = 0;
    size_t start = out->len; /* of the line: it may have no more bytes than the reader takes */
    for (const char *at = text; *at;) {
        size_t len = strcspn(at, " \n");
        size_t width = text_width((struct alm_text){at, len});
        if (column && (column + 1 + width > SAMPLE_COLUMNS || out->len - start + 1 + len > CONF_LINE_MAX)) {
            strbuf_addc(out, '\n');
            column = 0;
        }
        if (!column) {
            start = out->len;
            strbuf_addc(out, ';');
            column = 1;
            for (size_t i = 0; at != text && i < indent; i++, column++)
                strbuf_addc(out, ' ');
        }
        strbuf_addc(out, ' ');
        strbuf_add(out, at, len);
        column += 1 + width;
        at += len;
        if (*at == '\n')
            column = SAMPLE_COLUMNS;
        at += strspn(at, " \n");
    }
    if (column)
        strbuf_addc(out, '\n');
}

void conf_setting_facts(struct strbuf *facts, const struct alm_setting *row)
{
    if (row->type == ALM_ENUM) {
        strbuf_adds(facts, _("one of "));
        for (size_t i = 0; row->choices && row->choices[i]; i++)
            strbuf_addf(facts, "%s%s", i ? ", " : "", row->choices[i]);
    } else {
        strbuf_adds(facts, conf_type_name(row->type));
    }
    if (row->unit)
        strbuf_addf(facts, _(", in %s"), _(row->unit));
    if (row->min && row->max)
        strbuf_addf(facts, _(", from %s to %s"), row->min, row->max);
    else if (row->min)
        strbuf_addf(facts, _(", at least %s"), row->min);
    else if (row->max)
        strbuf_addf(facts, _(", at most %s"), row->max);
    if (row->flags & ALM_REQUIRED)
        strbuf_adds(facts, _(", required"));
}

static void add_row_comment(struct strbuf *out, const struct alm_setting *row, const char *label)
{
    struct strbuf text = {0};
    if (label)
        strbuf_addf(&text, "  %s: ", label);
    if (row->help)
        strbuf_addf(&text, "%s ", _(row->help));
    strbuf_addc(&text, '(');
    conf_setting_facts(&text, row);
    if (label && row->fallback)
        strbuf_addf(&text, _(", by default %s"), row->fallback);
    strbuf_addc(&text, ')');
    add_comment(out, text.at, label ? 4 : 0);
    strbuf_release(&text);
}

static void add_group(struct strbuf *out, const struct alm_setting_group *group)
{
    struct strbuf text = {0};
    strbuf_addf(&text, _("Sections [%s NAME]: %s"), group->name, group->help ? _(group->help) : "");
    if (group->min_count)
        strbuf_addf(&text, _(" (at least %u)"), group->min_count);
    if (group->max_count)
        strbuf_addf(&text, _(" (at most %u)"), group->max_count);
    add_comment(out, text.at, 0);
    strbuf_release(&text);
    for (size_t i = 0; i < group->n_settings; i++)
        if (!(group->settings[i].flags & ALM_HIDDEN))
            add_row_comment(out, &group->settings[i], group->settings[i].key);
    if (group->sample) {
        strbuf_adds(out, group->sample);
        if (out->at[out->len - 1] != '\n')
            strbuf_addc(out, '\n');
    }
}

void conf_sample(const struct alm_settings *table, const char *section, struct strbuf *out)
{
    strbuf_addf(out, "[%s]\n", section);
    for (size_t i = 0; i < table->n_rows; i++) {
        const struct alm_setting *row = &table->rows[i];
        if (row->flags & ALM_HIDDEN)
            continue;
        if (i)
            strbuf_addc(out, '\n');
        add_row_comment(out, row, NULL);
        if (row->fallback)
            strbuf_addf(out, "%s =%s%s\n", row->key, *row->fallback ? " " : "", row->fallback);
        else
            strbuf_addf(out, "; %s =\n", row->key);
    }
    for (size_t i = 0; i < table->n_groups; i++) {
        strbuf_addc(out, '\n');
        add_group(out, &table->groups[i]);
    }
}
