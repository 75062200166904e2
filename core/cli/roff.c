/* SPDX-License-Identifier: MIT */
#include "cli/roff.h"

#include <ctype.h>
#include <utf8proc.h>

/* Text inside a line.  Every character that roff would read as its own, or set as another one, is named. */
static void add_text(struct strbuf *out, const char *text, size_t len)
{
    bool bold = false;

    for (size_t i = 0; i < len;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text + i, (utf8proc_ssize_t)(len - i), &c);

        if (n <= 0) { /* not UTF-8: nothing that a manual should show */
            i++;
            continue;
        }
        i += (size_t)n;
        if (c == '\\')
            strbuf_adds(out, "\\e");
        else if (c == '-')
            strbuf_adds(out, "\\-");
        else if (c == '\'')
            strbuf_adds(out, "\\(aq");
        else if (c == '"')
            strbuf_adds(out, "\\(dq");
        else if (c == '^')
            strbuf_adds(out, "\\(ha");
        else if (c == '~')
            strbuf_adds(out, "\\(ti");
        else if (c == '`')
            strbuf_adds(out, (bold = !bold) ? "\\fB" : "\\fR");
        else if (c < 0x80)
            strbuf_addc(out, (char)c);
        else
            strbuf_addf(out, "\\[u%04X]", (unsigned)c);
    }
    if (bold)
        strbuf_adds(out, "\\fR");
}

/* A line of text: a dot at its begin would make it a request. */
static void add_line(struct strbuf *out, const char *text, size_t len)
{
    if (len && (*text == '.' || *text == '\''))
        strbuf_adds(out, "\\&");
    add_text(out, text, len);
    strbuf_addc(out, '\n');
}

/* A heading begins a paragraph already. */
static void begin_paragraph(struct strbuf *out)
{
    size_t at = out->len ? out->len - 1 : 0;

    while (at && out->at[at - 1] != '\n')
        at--;
    if (!out->len || strncmp(out->at + at, ".S", 2) != 0)
        strbuf_adds(out, ".PP\n");
}

static void add_upper(struct strbuf *out, const char *text)
{
    for (; *text; text++)
        strbuf_addc(out, (char)toupper((unsigned char)*text));
}

void roff_title(struct strbuf *out, const char *name, int section, const char *summary)
{
    strbuf_addf(out, ".\\\" made by: almoner manual %s\n.TH \"", name);
    add_upper(out, name);
    strbuf_addf(out, "\" %d \"%s\" \"almoner %s\" \"almoner\"\n", section, ALMONER_DATE, ALMONER_VERSION);
    roff_section(out, "name");
    add_text(out, name, strlen(name));
    strbuf_adds(out, " \\- ");
    add_text(out, summary, strlen(summary));
    strbuf_addc(out, '\n');
}

void roff_section(struct strbuf *out, const char *title)
{
    strbuf_adds(out, ".SH \"");
    add_upper(out, title);
    strbuf_adds(out, "\"\n");
}

void roff_subsection(struct strbuf *out, const char *title)
{
    strbuf_adds(out, ".SS \"");
    add_text(out, title, strlen(title));
    strbuf_adds(out, "\"\n");
}

void roff_text(struct strbuf *out, const char *text)
{
    for (size_t len; *text; text += len + (text[len] == '\n')) {
        len = strcspn(text, "\n");
        begin_paragraph(out);
        add_line(out, text, len);
    }
}

void roff_item(struct strbuf *out, const char *term, const char *text)
{
    strbuf_adds(out, ".TP\n\\fB");
    add_text(out, term, strlen(term));
    strbuf_adds(out, "\\fR\n");
    if (*text)
        add_line(out, text, strlen(text));
    else
        strbuf_adds(out, "\\&\n"); /* an empty line would be a gap */
}

void roff_lines(struct strbuf *out, const char *prefix, const char *lines)
{
    begin_paragraph(out);
    strbuf_adds(out, ".EX\n");
    for (size_t len; *lines; lines += len + (lines[len] == '\n')) {
        struct strbuf line = {0};

        len = strcspn(lines, "\n");
        strbuf_adds(&line, prefix);
        strbuf_add(&line, lines, len);
        add_line(out, line.at ? line.at : "", line.len);
        strbuf_release(&line);
    }
    strbuf_adds(out, ".EE\n");
}

void roff_in(struct strbuf *out)
{
    strbuf_adds(out, ".RS\n");
}

void roff_out(struct strbuf *out)
{
    strbuf_adds(out, ".RE\n");
}
