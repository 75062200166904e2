/* SPDX-License-Identifier: MIT */
/* What an import came to, in words. */
#include "register/register.h"

static void add_number(struct strbuf *text, int64_t number)
{
    char plain[32], grouped[48];
    snprintf(plain, sizeof plain, "%lld", (long long)number);
    number_group(plain, grouped, sizeof grouped);
    strbuf_adds(text, grouped);
}

void import_counts_text(const struct import_counts *counts, struct strbuf *text)
{
    const struct {
        int64_t count;
        const char *what;
    } parts[] = {{counts->added, _("added")},     {counts->changed, _("changed")}, {counts->same, _("there already")},
                 {counts->refused, _("refused")}, {counts->held, _("held")},       {counts->rejected, _("rejected")}};
    bool any = false;
    add_number(text, counts->read);
    strbuf_adds(text, ngettext(" row read: ", " rows read: ", (unsigned long)counts->read));
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (!parts[i].count)
            continue;
        strbuf_adds(text, any ? ", " : "");
        add_number(text, parts[i].count);
        strbuf_addf(text, " %s", parts[i].what);
        any = true;
    }
    if (!any)
        strbuf_adds(text, _("nothing to do"));
}

void import_unread_text(const char *headers, struct strbuf *text)
{
    strbuf_addf(text, _("not read, because no column is called so: %s (--map OURS=THEIRS reads one)"), headers);
}
