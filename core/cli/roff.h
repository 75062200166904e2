/* SPDX-License-Identifier: MIT */
/* roff: text to the source of manual pages (man(7) macros), escaped so that what is written is what is read. */
#ifndef CLI_ROFF_H
#define CLI_ROFF_H

#include "base/base.h"

void roff_title(struct strbuf *, const char *name, int section, const char *summary);
void roff_section(struct strbuf *, const char *title);
void roff_subsection(struct strbuf *, const char *title);
/* A paragraph; a newline in the text begins another one.  `backticks` are set bold. */
void roff_text(struct strbuf *, const char *text);
/* A term in bold and what it means, set in. */
void roff_item(struct strbuf *, const char *term, const char *text);
/* Lines as they are; each with `prefix` before it. */
void roff_lines(struct strbuf *, const char *prefix, const char *lines);
/* What follows is set in further, until roff_out(). */
void roff_in(struct strbuf *);
void roff_out(struct strbuf *);

#endif
