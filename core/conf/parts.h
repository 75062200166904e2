/* SPDX-License-Identifier: MIT */
/* What the files of this folder share and nobody else needs. */
#ifndef CONF_PARTS_H
#define CONF_PARTS_H

#include "conf/conf.h"

/* The packaged inih reads lines into 200 bytes and section names into 50; both with a NUL. */
enum { CONF_LINE_MAX = 199, CONF_SECTION_MAX = 49, CONF_FILE_MAX = 256 * 1024 };

/* conf_ini_read() of bytes that are in memory already. */
void conf_ini_parse(struct conf_ini *, const char *file, const char *bytes, size_t len, struct conf_problems *);
struct conf_entry *conf_ini_entry(const struct conf_ini *, const char *section, const char *key);
/* What the programmes of exclude and require are: only once all files are read (programme.c). */
void conf_check_links(struct conf *, const struct conf_programme *);
struct conf_section *conf_ini_section(const struct conf_ini *, const char *section);
/* The part of "kit large" after "kit ", or NULL if the section is not one of that group. */
const char *conf_group_name_of(const char *section, const char *group);

/* Report the unused keys of one section; they then count as used. */
void conf_section_unused(struct conf_ini *, const char *section, const struct alm_setting *rows, size_t n_rows,
                         struct conf_problems *);
/* The settings of other stores stand beside those of the one in use, so that switching is one key; what is nearly the
 * name of the one in use is a slip all the same. */
void conf_other_stores(struct conf_ini *, const char *plugin_name);

#endif
